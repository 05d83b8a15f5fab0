/* Small generated pictures. QOI is a header and one chunk per pixel: https://qoiformat.org/qoi-specification.pdf */
#ifndef SAMPLE_H
#define SAMPLE_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    uint8_t *data;
    size_t len;
} sample_t;

static void sample_u32(uint8_t *to, uint32_t n) {
    to[0] = (uint8_t)(n >> 24);
    to[1] = (uint8_t)(n >> 16);
    to[2] = (uint8_t)(n >> 8);
    to[3] = (uint8_t)n;
}

/* A header that claims width x height px, followed by `pixels` orange ones. */
static sample_t sample_claiming(uint32_t width, uint32_t height, size_t pixels) {
    static const uint8_t end[8] = {0, 0, 0, 0, 0, 0, 0, 1};
    static const uint8_t orange[4] = {0xfe, 255, 128, 0};
    sample_t sample;
    size_t i;
    sample.len = 14 + pixels * 4 + sizeof end;
    sample.data = (uint8_t *)malloc(sample.len);
    if (!sample.data) abort();
    memcpy(sample.data, "qoif", 4);
    sample_u32(sample.data + 4, width);
    sample_u32(sample.data + 8, height);
    sample.data[12] = 3;
    sample.data[13] = 0;
    for (i = 0; i < pixels; i++) memcpy(sample.data + 14 + i * 4, orange, 4);
    memcpy(sample.data + sample.len - sizeof end, end, sizeof end);
    return sample;
}

/* An orange picture of width x height px. */
static sample_t sample_orange(uint32_t width, uint32_t height) {
    return sample_claiming(width, height, (size_t)width * height);
}

#endif
