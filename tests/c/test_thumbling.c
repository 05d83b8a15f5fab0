/* The C ABI, one behaviour a test. Runs in a folder that it may write to; prints its result in one line. */
#define _POSIX_C_SOURCE 200809L

#include <pthread.h>
#include <stdbool.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "sample.h"
#include "thumbling.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const thumbling_error_t no_error = {0};

static thumbling_source_t source_of(sample_t sample) {
    thumbling_source_t source = {0};
    thumbling_source_new_copy(sample.data, sample.len, &source, NULL);
    free(sample.data);
    return source;
}

static thumbling_source_t orange(void) { return source_of(sample_orange(64, 32)); }

static thumbling_options_t options_default(void) {
    thumbling_options_t options;
    thumbling_options_init(&options, sizeof options);
    return options;
}

static thumbling_spec_t spec_of(uint32_t width, uint32_t height, int32_t output) {
    thumbling_spec_t spec;
    thumbling_spec_init(&spec, sizeof spec);
    spec.width = width;
    spec.height = height;
    spec.output = output;
    return spec;
}

/* The status of making thumbnails with `options`; what was made and the source are freed. */
static thumbling_status_t status_with(thumbling_source_t source, const thumbling_options_t *options) {
    thumbling_thumbnails_t made = {0};
    thumbling_status_t status = thumbling_thumbnails_new(source, options, &made, NULL);
    thumbling_thumbnails_free(made);
    thumbling_source_free(source);
    return status;
}

static thumbling_status_t status_with_spec(thumbling_spec_t spec) {
    thumbling_options_t options = options_default();
    options.specs = &spec;
    options.specs_len = 1;
    return status_with(orange(), &options);
}

/* ---- Version, status, formats ---- */

static void the_library_has_the_abi_of_the_header(void) { CHECK(thumbling_abi_version() == THUMBLING_ABI_VERSION); }

static void the_version_is_three_numbers(void) {
    int major, minor, patch;
    CHECK(sscanf(thumbling_version(), "%d.%d.%d", &major, &minor, &patch) == 3);
}

static void every_status_has_a_name(void) {
    CHECK(!strcmp(thumbling_status_name(THUMBLING_OK), "ok"));
    CHECK(!strcmp(thumbling_status_name(THUMBLING_ERROR_NOT_FOUND), "not-found"));
    CHECK(!strcmp(thumbling_status_name(-1), "unknown"));
}

static void the_formats_of_the_build_are_listed(void) {
    size_t i, n = thumbling_formats_count();
    bool seen = false;
    CHECK(n > 0);
    for (i = 0; i < n; i++) {
        thumbling_format_t format;
        format.struct_size = sizeof format;
        CHECK(thumbling_formats_at(i, &format) == THUMBLING_OK);
        CHECK(format.name && format.feature && format.extensions[0]);
        if (strcmp(format.name, "qoi")) continue;
        seen = format.enabled == 1 && !strcmp(format.family, "image") && !strcmp(format.extensions[0], "qoi") &&
               !strcmp(format.mime_types[0], "image/qoi") && !format.mime_types[1];
    }
    CHECK(seen);
}

static void a_format_beyond_the_last_is_refused(void) {
    thumbling_format_t format;
    format.struct_size = sizeof format;
    CHECK(thumbling_formats_at(thumbling_formats_count(), &format) == THUMBLING_ERROR_INVALID_ARGUMENT);
}

/* ---- Making thumbnails ---- */

static void a_file_becomes_a_jpeg(void) {
    sample_t sample = sample_orange(64, 32);
    thumbling_source_t source = {0};
    thumbling_thumbnails_t made = {0};
    thumbling_thumbnail_t item;
    FILE *file = fopen("orange.qoi", "wb");
    CHECK(file && fwrite(sample.data, 1, sample.len, file) == sample.len && !fclose(file));
    free(sample.data);
    CHECK(thumbling_source_new_path("orange.qoi", &source, NULL) == THUMBLING_OK);
    remove("orange.qoi");
    CHECK(thumbling_thumbnails_new(source, NULL, &made, NULL) == THUMBLING_OK);
    CHECK(thumbling_thumbnails_count(made) == 1);
    item.struct_size = sizeof item;
    CHECK(thumbling_thumbnails_at(made, 0, &item) == THUMBLING_OK);
    CHECK(item.width == 256 && item.height == 128 && item.output == THUMBLING_OUTPUT_JPEG);
    CHECK(!strcmp(item.media_type, "image/jpeg"));
    CHECK(item.len > 4 && item.data[0] == 0xff && item.data[1] == 0xd8 && item.data[item.len - 1] == 0xd9);
    CHECK(thumbling_thumbnails_free(made) == THUMBLING_OK);
    CHECK(thumbling_source_free(source) == THUMBLING_OK);
}

static void every_spec_is_made_in_its_order(void) {
    const thumbling_spec_t specs[] = {
        spec_of(16, 16, THUMBLING_OUTPUT_PNG),
        spec_of(32, 32, THUMBLING_OUTPUT_WEBP),
        spec_of(8, 8, THUMBLING_OUTPUT_RGBA),
    };
    const char *types[] = {"image/png", "image/webp", "application/octet-stream"};
    thumbling_options_t options = options_default();
    thumbling_thumbnails_t made = {0};
    thumbling_source_t source = orange();
    size_t i;
    options.specs = specs;
    options.specs_len = COUNT(specs);
    CHECK(thumbling_thumbnails_new(source, &options, &made, NULL) == THUMBLING_OK);
    CHECK(thumbling_thumbnails_count(made) == COUNT(specs));
    for (i = 0; i < COUNT(specs); i++) {
        thumbling_thumbnail_t item;
        item.struct_size = sizeof item;
        CHECK(thumbling_thumbnails_at(made, i, &item) == THUMBLING_OK);
        CHECK(item.width == specs[i].width && item.height == specs[i].height / 2 && item.output == specs[i].output);
        CHECK(!strcmp(item.media_type, types[i]));
    }
    thumbling_thumbnails_free(made);
    thumbling_source_free(source);
}

static void raw_pixels_have_the_colour_of_the_picture(void) {
    static const uint8_t pixel[4] = {255, 128, 0, 255};
    thumbling_spec_t spec = spec_of(8, 8, THUMBLING_OUTPUT_RGBA);
    thumbling_options_t options = options_default();
    thumbling_thumbnails_t made = {0};
    thumbling_thumbnail_t item;
    thumbling_source_t source = orange();
    size_t i;
    spec.fit = THUMBLING_FIT_COVER;
    options.specs = &spec;
    options.specs_len = 1;
    CHECK(thumbling_thumbnails_new(source, &options, &made, NULL) == THUMBLING_OK);
    item.struct_size = sizeof item;
    CHECK(thumbling_thumbnails_at(made, 0, &item) == THUMBLING_OK);
    CHECK(item.width == 8 && item.height == 8 && item.len == 8 * 8 * 4);
    for (i = 0; i < item.len; i += 4) CHECK(!memcmp(item.data + i, pixel, 4));
    thumbling_thumbnails_free(made);
    thumbling_source_free(source);
}

static void the_report_goes_with_the_thumbnails(void) {
    thumbling_thumbnails_t made = {0};
    thumbling_report_t report;
    thumbling_source_t source = orange();
    CHECK(thumbling_thumbnails_new(source, NULL, &made, NULL) == THUMBLING_OK);
    report.struct_size = sizeof report;
    CHECK(thumbling_thumbnails_report(made, &report) == THUMBLING_OK);
    CHECK(report.thumbhash && report.thumbhash_len > 4);
    CHECK(report.warnings && !report.warnings[0]);
    CHECK(report.bytes_read >= 64 * 32 * 4);
    CHECK(report.dominant >> 16 > 0xf0 && (report.dominant & 0xff) < 0x10);
    CHECK(report.origin == THUMBLING_ORIGIN_DECODED);
    CHECK(!strcmp(thumbling_origin_name(report.origin), "decoded"));
    CHECK(report.confidence == 1.0);
    thumbling_thumbnails_free(made);
    thumbling_source_free(source);
}

static void a_report_of_an_older_header_is_filled_as_far_as_it_goes(void) {
    thumbling_thumbnails_t made = {0};
    thumbling_report_t report;
    thumbling_source_t source = orange();
    CHECK(thumbling_thumbnails_new(source, NULL, &made, NULL) == THUMBLING_OK);
    report.struct_size = offsetof(thumbling_report_t, confidence);
    report.confidence = -1.0;
    CHECK(thumbling_thumbnails_report(made, &report) == THUMBLING_OK);
    CHECK(report.origin == THUMBLING_ORIGIN_DECODED && report.confidence == -1.0);
    thumbling_thumbnails_free(made);
    thumbling_source_free(source);
}

static void check_info(const thumbling_info_t *info) {
    CHECK(!strcmp(info->format, "qoi") && info->family == THUMBLING_FAMILY_IMAGE);
    CHECK(!strcmp(thumbling_family_name(info->family), "image"));
    CHECK(info->width == 64 && info->height == 32 && info->pages == 1);
    CHECK(info->duration_ms == THUMBLING_DURATION_UNKNOWN);
    CHECK(!info->has_alpha && !info->is_animated && !info->is_encrypted);
}

static void a_probe_says_what_the_file_is(void) {
    thumbling_source_t source = orange();
    thumbling_info_t info;
    info.struct_size = sizeof info;
    CHECK(thumbling_source_probe(source, NULL, &info, NULL) == THUMBLING_OK);
    check_info(&info);
    thumbling_source_free(source);
}

static void thumbnails_say_what_the_file_is(void) {
    thumbling_source_t source = orange();
    thumbling_thumbnails_t made = {0};
    thumbling_info_t info;
    info.struct_size = sizeof info;
    CHECK(thumbling_thumbnails_new(source, NULL, &made, NULL) == THUMBLING_OK);
    CHECK(thumbling_thumbnails_info(made, &info) == THUMBLING_OK);
    check_info(&info);
    thumbling_thumbnails_free(made);
    thumbling_source_free(source);
}

static void a_result_outlives_its_source(void) {
    thumbling_source_t source = orange();
    thumbling_thumbnails_t made = {0};
    thumbling_thumbnail_t item;
    CHECK(thumbling_thumbnails_new(source, NULL, &made, NULL) == THUMBLING_OK);
    CHECK(thumbling_source_free(source) == THUMBLING_OK);
    item.struct_size = sizeof item;
    CHECK(thumbling_thumbnails_at(made, 0, &item) == THUMBLING_OK && item.data[0] == 0xff);
    CHECK(thumbling_thumbnails_at(made, 1, &item) == THUMBLING_ERROR_INVALID_ARGUMENT);
    thumbling_thumbnails_free(made);
}

#include "test_hosts.h"
#include "test_errors.h"
#include "test_handles.h"

/* Last: whatever a test forgot to free, or the library, is still there. */
static void nothing_is_left_alive(void) { CHECK(thumbling_handles_alive() == 0); }

int main(void) {
    static const check_test_t tests[] = {
        the_library_has_the_abi_of_the_header,
        the_version_is_three_numbers,
        every_status_has_a_name,
        the_formats_of_the_build_are_listed,
        a_format_beyond_the_last_is_refused,
        a_file_becomes_a_jpeg,
        every_spec_is_made_in_its_order,
        raw_pixels_have_the_colour_of_the_picture,
        the_report_goes_with_the_thumbnails,
        a_report_of_an_older_header_is_filled_as_far_as_it_goes,
        a_probe_says_what_the_file_is,
        thumbnails_say_what_the_file_is,
        a_result_outlives_its_source,
        HOST_TESTS,
        ERROR_TESTS,
        HANDLE_TESTS,
        nothing_is_left_alive,
    };
    return check_run(tests, COUNT(tests));
}
