/* Reads obfuscated URLs, one a line in hexadecimal; writes what they stand for in hexadecimal, or "-". Also valid C++. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __cplusplus
#include "thumbling_url.hpp"
static ptrdiff_t decode(const char *text, size_t len, char *out, size_t capacity) {
    const auto url = thumbling::decode_url(std::string_view(text, len));
    if (!url || url->size() > capacity) return -1;
    memcpy(out, url->data(), url->size());
    return (ptrdiff_t)url->size();
}
#else
#include "thumbling_url.h"
#define decode thumbling_url_decode
#endif

static char line[200000];

int main(void) {
    while (fgets(line, sizeof line, stdin)) {
        size_t len = strcspn(line, "\n") / 2, i;
        /* As large as is promised to do and no larger, so that valgrind and sanitisers see what is beyond. */
        char *text = (char *)malloc(len + 1), *out = (char *)malloc(len + 1);
        ptrdiff_t n;
        if (!text || !out) return 1;
        for (i = 0; i < len; i++) {
            unsigned byte;
            if (sscanf(line + 2 * i, "%2x", &byte) != 1) return 1;
            text[i] = (char)byte;
        }
        n = decode(text, len, out, len);
        if (n < 0) putchar('-');
        for (i = 0; n > 0 && i < (size_t)n; i++) printf("%02x", (unsigned char)out[i]);
        putchar('\n');
        free(text);
        free(out);
    }
    return 0;
}
