/* The C ABI without the engine, one test for each behaviour. Run it in a folder that it may write to. */
#define _POSIX_C_SOURCE 200809L

#include <fcntl.h>
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
    thumbling_source_t source;
    thumbling_source_new_copy(sample.data, sample.len, &source, NULL);
    free(sample.data);
    return source;
}

static thumbling_source_t orange(void) { return source_of(sample_orange(64, 32)); }

static thumbling_request_t request_default(void) {
    thumbling_request_t request = THUMBLING_REQUEST_INIT;
    return request;
}

static thumbling_limits_t limits_default(void) {
    thumbling_limits_t limits = THUMBLING_LIMITS_INIT;
    return limits;
}

static thumbling_spec_t spec_of(uint32_t width, uint32_t height, int32_t output) {
    thumbling_spec_t spec = THUMBLING_SPEC_INIT;
    spec.width = width;
    spec.height = height;
    spec.output = output;
    return spec;
}

/* The status of `request`; thumbnails and source are freed. */
static thumbling_status_t status_with(thumbling_source_t source, const thumbling_request_t *request) {
    thumbling_thumbnails_t thumbnails;
    thumbling_status_t status = thumbling_thumbnails_new(source, request, &thumbnails, NULL);
    thumbling_thumbnails_free(thumbnails);
    thumbling_source_free(source);
    return status;
}

static thumbling_status_t status_with_limits(const thumbling_limits_t *limits) {
    thumbling_request_t request = request_default();
    request.limits = limits;
    return status_with(orange(), &request);
}

static thumbling_status_t status_with_spec(thumbling_spec_t spec) {
    thumbling_request_t request = request_default();
    request.specs = &spec;
    request.specs_len = 1;
    return status_with(orange(), &request);
}

/* ---- Version, status, formats ---- */

static void the_library_has_the_versions_of_the_header(void) {
    char version[64];
    CHECK(thumbling_abi_version() == THUMBLING_ABI_VERSION);
    sprintf(version, "%d.%d.%d", THUMBLING_VERSION_MAJOR, THUMBLING_VERSION_MINOR, THUMBLING_VERSION_PATCH);
    CHECK(!strcmp(thumbling_version(), version));
}

static void every_status_has_a_name(void) {
    CHECK(!strcmp(thumbling_status_name(THUMBLING_OK), "ok"));
    CHECK(!strcmp(thumbling_status_name(THUMBLING_ERROR_NOT_FOUND), "not-found"));
    CHECK(!strcmp(thumbling_status_name(-1), "unknown"));
}

static void the_formats_of_the_build_are_listed(void) {
    size_t i, n = thumbling_format_count();
    bool seen = false;
    CHECK(n > 0);
    for (i = 0; i < n; i++) {
        thumbling_format_t format = THUMBLING_FORMAT_INIT;
        CHECK(thumbling_format_at(i, &format) == THUMBLING_OK);
        CHECK(format.name && format.feature && format.extensions[0]);
        CHECK(!format.is_enabled || thumbling_format_is_enabled(format.name));
        CHECK(!format.is_enabled || thumbling_format_is_enabled(format.feature));
        if (strcmp(format.name, "qoi")) continue;
        seen = format.is_enabled == 1 && !strcmp(format.family, "image") && !strcmp(format.extensions[0], "qoi") &&
               !strcmp(format.media_types[0], "image/qoi") && !format.media_types[1];
    }
    CHECK(seen);
}

static void a_format_is_enabled_by_its_name(void) {
    CHECK(thumbling_format_is_enabled("qoi") == 1);
    CHECK(thumbling_format_is_enabled("no-such-format") == 0);
    CHECK(thumbling_format_is_enabled(NULL) == 0);
}

static void a_format_beyond_the_last_is_refused(void) {
    thumbling_format_t format = THUMBLING_FORMAT_INIT;
    format.is_enabled = 7;
    CHECK(thumbling_format_at(thumbling_format_count(), &format) == THUMBLING_ERROR_INVALID_ARGUMENT);
    CHECK(format.is_enabled == 0 && format.struct_size == sizeof format);
}

/* ---- One thumbnail ---- */

/* Writes a picture of 64 x 32 px. */
static void write_orange(const char *path) {
    sample_t sample = sample_orange(64, 32);
    FILE *file = fopen(path, "wb");
    CHECK(file && fwrite(sample.data, 1, sample.len, file) == sample.len && !fclose(file));
    free(sample.data);
}

static void a_path_becomes_a_thumbnail(void) {
    thumbling_spec_t spec = THUMBLING_SPEC_INIT;
    thumbling_image_t image = THUMBLING_IMAGE_INIT;
    write_orange("orange.qoi");
    spec.output = THUMBLING_OUTPUT_PNG;
    CHECK(thumbling_make_from_path("orange.qoi", &spec, &image, NULL) == THUMBLING_OK);
    remove("orange.qoi");
    CHECK(image.width == 64 && image.height == 32 && image.output == THUMBLING_OUTPUT_PNG);
    CHECK(!strcmp(image.media_type, "image/png") && image.len > 8 && !memcmp(image.data, "\x89PNG", 4));
    CHECK(thumbling_image_free(&image) == THUMBLING_OK);
    CHECK(!image.data && !image.len && image.struct_size == sizeof image);
    CHECK(thumbling_image_free(&image) == THUMBLING_OK);
}

static void bytes_become_a_thumbnail_without_a_spec(void) {
    sample_t sample = sample_orange(64, 32);
    thumbling_image_t image = THUMBLING_IMAGE_INIT;
    thumbling_error_t error = {7};
    CHECK(thumbling_make_from_bytes(sample.data, sample.len, NULL, &image, &error) == THUMBLING_OK);
    free(sample.data);
    CHECK(error.id == 0);
    CHECK(image.output == THUMBLING_OUTPUT_JPEG && image.data[0] == 0xff && image.data[1] == 0xd8);
    CHECK(thumbling_image_free(&image) == THUMBLING_OK);
}

static void an_image_is_empty_if_making_it_fails(void) {
    thumbling_image_t image = THUMBLING_IMAGE_INIT;
    thumbling_error_t error;
    image.width = 7;
    CHECK(thumbling_make_from_path("no-such-file", NULL, &image, &error) == THUMBLING_ERROR_NOT_FOUND);
    CHECK(thumbling_error_status(error) == THUMBLING_ERROR_NOT_FOUND && !image.data && !image.width);
    CHECK(thumbling_error_free(error) == THUMBLING_OK && thumbling_image_free(&image) == THUMBLING_OK);
    CHECK(thumbling_image_free(NULL) == THUMBLING_OK);
    CHECK(thumbling_make_from_bytes("\x9b\x13\xfe\x01", 4, NULL, &image, NULL) == THUMBLING_ERROR_UNSUPPORTED);
    CHECK(thumbling_make_from_path(NULL, NULL, &image, NULL) == THUMBLING_ERROR_INVALID_ARGUMENT);
    CHECK(thumbling_make_from_bytes(NULL, 5, NULL, &image, NULL) == THUMBLING_ERROR_INVALID_ARGUMENT);
    CHECK(thumbling_make_from_bytes("", 0, NULL, NULL, NULL) == THUMBLING_ERROR_INVALID_ARGUMENT);
}

static void an_image_is_freed_once(void) {
    sample_t sample = sample_orange(8, 8);
    thumbling_image_t image = THUMBLING_IMAGE_INIT, copy;
    CHECK(thumbling_make_from_bytes(sample.data, sample.len, NULL, &image, NULL) == THUMBLING_OK);
    free(sample.data);
    copy = image;
    CHECK(thumbling_image_free(&image) == THUMBLING_OK);
    CHECK(thumbling_image_free(&copy) == THUMBLING_ERROR_INVALID_ARGUMENT);
}

/* ---- Making thumbnails ---- */

static void a_source_becomes_a_jpeg(void) {
    thumbling_source_t source = {0};
    thumbling_thumbnails_t thumbnails = {0};
    thumbling_image_t item = THUMBLING_IMAGE_INIT;
    write_orange("orange.qoi");
    CHECK(thumbling_source_new_path("orange.qoi", &source, NULL) == THUMBLING_OK);
    remove("orange.qoi");
    CHECK(thumbling_thumbnails_new(source, NULL, &thumbnails, NULL) == THUMBLING_OK);
    CHECK(thumbling_thumbnails_count(thumbnails) == 1);
    CHECK(thumbling_thumbnails_at(thumbnails, 0, &item) == THUMBLING_OK);
    CHECK(item.width == 64 && item.height == 32 && item.output == THUMBLING_OUTPUT_JPEG);
    CHECK(!strcmp(item.media_type, "image/jpeg"));
    CHECK(item.len > 4 && item.data[0] == 0xff && item.data[1] == 0xd8 && item.data[item.len - 1] == 0xd9);
    CHECK(thumbling_thumbnails_free(thumbnails) == THUMBLING_OK);
    CHECK(thumbling_source_free(source) == THUMBLING_OK);
}

static void there_is_one_thumbnail_for_each_spec_in_their_order(void) {
    const thumbling_spec_t specs[] = {
        spec_of(16, 16, THUMBLING_OUTPUT_PNG),
        spec_of(32, 32, THUMBLING_OUTPUT_WEBP),
        spec_of(8, 8, THUMBLING_OUTPUT_RGBA),
    };
    const char *types[] = {"image/png", "image/webp", "application/octet-stream"};
    thumbling_request_t request = request_default();
    thumbling_thumbnails_t thumbnails = {0};
    thumbling_source_t source = orange();
    size_t i;
    request.specs = specs;
    request.specs_len = COUNT(specs);
    CHECK(thumbling_thumbnails_new(source, &request, &thumbnails, NULL) == THUMBLING_OK);
    CHECK(thumbling_thumbnails_count(thumbnails) == COUNT(specs));
    for (i = 0; i < COUNT(specs); i++) {
        thumbling_image_t item = THUMBLING_IMAGE_INIT;
        CHECK(thumbling_thumbnails_at(thumbnails, i, &item) == THUMBLING_OK);
        CHECK(item.width == specs[i].width && item.height == specs[i].height / 2 && item.output == specs[i].output);
        CHECK(!strcmp(item.media_type, types[i]));
    }
    thumbling_thumbnails_free(thumbnails);
    thumbling_source_free(source);
}

static void raw_pixels_have_the_colour_of_the_picture(void) {
    static const uint8_t pixel[4] = {255, 128, 0, 255};
    thumbling_spec_t spec = spec_of(8, 8, THUMBLING_OUTPUT_RGBA);
    thumbling_request_t request = request_default();
    thumbling_thumbnails_t thumbnails = {0};
    thumbling_image_t item = THUMBLING_IMAGE_INIT;
    thumbling_source_t source = orange();
    size_t i;
    spec.fit = THUMBLING_FIT_COVER;
    request.specs = &spec;
    request.specs_len = 1;
    CHECK(thumbling_thumbnails_new(source, &request, &thumbnails, NULL) == THUMBLING_OK);
    CHECK(thumbling_thumbnails_at(thumbnails, 0, &item) == THUMBLING_OK);
    CHECK(item.width == 8 && item.height == 8 && item.len == 8 * 8 * 4);
    for (i = 0; i < item.len; i += 4) CHECK(!memcmp(item.data + i, pixel, 4));
    thumbling_thumbnails_free(thumbnails);
    thumbling_source_free(source);
}

static void thumbnails_have_a_report(void) {
    thumbling_thumbnails_t thumbnails = {0};
    thumbling_report_t report = THUMBLING_REPORT_INIT;
    thumbling_source_t source = orange();
    CHECK(thumbling_thumbnails_new(source, NULL, &thumbnails, NULL) == THUMBLING_OK);
    CHECK(thumbling_thumbnails_report(thumbnails, &report) == THUMBLING_OK);
    CHECK(report.thumbhash && report.thumbhash_len > 4);
    CHECK(report.warnings && !report.warnings[0]);
    CHECK(report.bytes_read >= 64 * 32 * 4);
    CHECK(report.dominant_color >> 16 > 0xf0 && (report.dominant_color & 0xff) < 0x10);
    CHECK(report.origin == THUMBLING_ORIGIN_DECODED);
    CHECK(!strcmp(thumbling_origin_name(report.origin), "decoded"));
    CHECK(report.confidence == 1.0);
    thumbling_thumbnails_free(thumbnails);
    thumbling_source_free(source);
}

static void check_info(const thumbling_info_t *info) {
    CHECK(!strcmp(info->format, "qoi") && info->family == THUMBLING_FAMILY_IMAGE);
    CHECK(!strcmp(thumbling_family_name(info->family), "image"));
    CHECK(info->width == 64 && info->height == 32 && info->pages == 1);
    CHECK(info->duration_ms == THUMBLING_DURATION_UNKNOWN);
    CHECK(!info->has_alpha && !info->is_animated && !info->is_encrypted && !info->is_scalable);
}

static void a_probe_reads_the_header(void) {
    thumbling_source_t source = orange();
    thumbling_info_t info = THUMBLING_INFO_INIT;
    CHECK(thumbling_source_probe(source, NULL, &info, NULL) == THUMBLING_OK);
    check_info(&info);
    thumbling_source_free(source);
}

static void thumbnails_have_the_info_of_their_source(void) {
    thumbling_source_t source = orange();
    thumbling_thumbnails_t thumbnails = {0};
    thumbling_info_t info = THUMBLING_INFO_INIT;
    CHECK(thumbling_thumbnails_new(source, NULL, &thumbnails, NULL) == THUMBLING_OK);
    CHECK(thumbling_thumbnails_info(thumbnails, &info) == THUMBLING_OK);
    check_info(&info);
    thumbling_thumbnails_free(thumbnails);
    thumbling_source_free(source);
}

static void a_result_outlives_its_source(void) {
    thumbling_source_t source = orange();
    thumbling_thumbnails_t thumbnails = {0};
    thumbling_image_t item = THUMBLING_IMAGE_INIT;
    CHECK(thumbling_thumbnails_new(source, NULL, &thumbnails, NULL) == THUMBLING_OK);
    CHECK(thumbling_source_free(source) == THUMBLING_OK);
    CHECK(thumbling_thumbnails_at(thumbnails, 0, &item) == THUMBLING_OK && item.data[0] == 0xff);
    CHECK(thumbling_thumbnails_at(thumbnails, 1, &item) == THUMBLING_ERROR_INVALID_ARGUMENT);
    thumbling_thumbnails_free(thumbnails);
}

#include "test_sources.h"
#include "test_errors.h"
#include "test_handles.h"
#include "test_log.h"

/* Last: handles that a test or the library forgot to free are still alive. */
static void nothing_is_left_alive(void) { CHECK(thumbling_handles_alive() == 0); }

int main(void) {
    static const check_test_t tests[] = {
        the_library_has_the_versions_of_the_header,
        every_status_has_a_name,
        the_formats_of_the_build_are_listed,
        a_format_is_enabled_by_its_name,
        a_format_beyond_the_last_is_refused,
        a_path_becomes_a_thumbnail,
        bytes_become_a_thumbnail_without_a_spec,
        an_image_is_empty_if_making_it_fails,
        an_image_is_freed_once,
        a_source_becomes_a_jpeg,
        there_is_one_thumbnail_for_each_spec_in_their_order,
        raw_pixels_have_the_colour_of_the_picture,
        thumbnails_have_a_report,
        a_probe_reads_the_header,
        thumbnails_have_the_info_of_their_source,
        a_result_outlives_its_source,
        SOURCE_TESTS,
        ERROR_TESTS,
        HANDLE_TESTS,
        LOG_TESTS,
        nothing_is_left_alive,
    };
    return check_run(tests, COUNT(tests));
}
