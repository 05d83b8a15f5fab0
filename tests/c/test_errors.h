/* Broken files, limits, and wrong calls. */

static void a_missing_file_is_not_found(void) {
    thumbling_source_t source = {7};
    thumbling_error_t error = no_error;
    CHECK(thumbling_source_new_path("no-such-file.jpg", &source, &error) == THUMBLING_ERROR_NOT_FOUND);
    CHECK(source.id == 0);
    CHECK(thumbling_error_status(error) == THUMBLING_ERROR_NOT_FOUND);
    CHECK(strlen(thumbling_error_detail(error)) > 0);
    CHECK(!thumbling_error_format(error));
    CHECK(thumbling_error_free(error) == THUMBLING_OK);
}

static void a_folder_is_refused(void) {
    thumbling_source_t source;
    CHECK(thumbling_source_new_path(".", &source, NULL) == THUMBLING_ERROR_INVALID_ARGUMENT);
}

static void an_empty_file_is_corrupt(void) {
    thumbling_source_t source;
    CHECK(thumbling_source_new_copy(NULL, 0, &source, NULL) == THUMBLING_OK);
    CHECK(status_with(source, NULL) == THUMBLING_ERROR_CORRUPT);
}

static void an_unknown_format_is_unsupported(void) {
    thumbling_source_t source;
    static const uint8_t noise[64] = {0x9b, 0x13, 0xfe, 0x01, 0x77};
    CHECK(thumbling_source_new_copy(noise, sizeof noise, &source, NULL) == THUMBLING_OK);
    CHECK(status_with(source, NULL) == THUMBLING_ERROR_UNSUPPORTED);
}

static void a_broken_file_is_corrupt_and_the_error_names_its_format(void) {
    sample_t sample = sample_orange(64, 32);
    thumbling_source_t source;
    thumbling_thumbnails_t thumbnails = {7};
    thumbling_error_t error = no_error;
    CHECK(thumbling_source_new_copy(sample.data, 10, &source, NULL) == THUMBLING_OK);
    free(sample.data);
    CHECK(thumbling_thumbnails_new(source, NULL, &thumbnails, &error) == THUMBLING_ERROR_CORRUPT);
    CHECK(thumbnails.id == 0);
    CHECK(thumbling_error_format(error) && !strcmp(thumbling_error_format(error), "qoi"));
    thumbling_error_free(error);
    thumbling_source_free(source);
}

static void the_error_is_cleared_on_success(void) {
    thumbling_source_t source;
    thumbling_error_t error = {7};
    CHECK(thumbling_source_new_copy("x", 1, &source, &error) == THUMBLING_OK && error.id == 0);
    thumbling_source_free(source);
    CHECK(!thumbling_error_detail(error) && !thumbling_error_correlation(error) && !thumbling_error_problem(error));
}

static void an_error_has_a_message_for_people(void) {
    thumbling_source_t source;
    thumbling_error_t error;
    const char *problem;
    CHECK(thumbling_source_new_path("no-such-file.jpg", &source, &error) == THUMBLING_ERROR_NOT_FOUND);
    problem = thumbling_error_problem(error);
    CHECK(problem && !strcmp(problem, "not-found"));
    CHECK(!strcmp(thumbling_problem_message(problem, THUMBLING_LANGUAGE_EN_US), "The file does not exist."));
    CHECK(thumbling_problem_message(problem, THUMBLING_LANGUAGE_ZH_CN)[0] & 0x80);
    CHECK(!thumbling_problem_message(problem, 9) && !thumbling_problem_message("no-such-problem", 0));
    CHECK(!thumbling_problem_message(NULL, 0));
    CHECK(!thumbling_error_correlation(error) && thumbling_error_retry_after_ms(error) == 0);
    thumbling_error_free(error);
}

static void more_pixels_than_allowed_are_a_limit(void) {
    thumbling_limits_t limits = limits_default();
    limits.max_pixels = 64 * 32 - 1;
    CHECK(status_with_limits(&limits) == THUMBLING_ERROR_LIMIT);
    limits.max_pixels = 64 * 32;
    CHECK(status_with_limits(&limits) == THUMBLING_OK);
}

static void a_small_file_that_claims_many_pixels_is_a_limit(void) {
    CHECK(status_with(source_of(sample_claiming(20000, 20000, 4)), NULL) == THUMBLING_ERROR_LIMIT);
}

static void a_raised_token_cancels(void) {
    thumbling_request_t request = request_default();
    CHECK(thumbling_cancel_new(&request.cancel, NULL) == THUMBLING_OK);
    CHECK(status_with(orange(), &request) == THUMBLING_OK);
    CHECK(thumbling_cancel_raise(request.cancel) == THUMBLING_OK);
    CHECK(status_with(orange(), &request) == THUMBLING_ERROR_CANCELLED);
    thumbling_cancel_free(request.cancel);
}

static void no_time_is_a_timeout(void) {
    thumbling_limits_t limits = limits_default();
    limits.timeout_ms = 0;
    CHECK(status_with_limits(&limits) == THUMBLING_ERROR_TIMEOUT);
    limits.timeout_ms = THUMBLING_NO_TIMEOUT;
    CHECK(status_with_limits(&limits) == THUMBLING_OK);
}

static void null_is_refused_where_a_pointer_is_needed(void) {
    thumbling_source_t source = orange(), none;
    thumbling_request_t request = request_default();
    uint8_t byte = 0;
    const thumbling_status_t refused[] = {
        thumbling_source_new_path(NULL, &none, NULL),
        thumbling_source_new_path("orange.qoi", NULL, NULL),
        thumbling_source_new_fd(0, NULL, NULL),
        thumbling_source_new_copy(NULL, 1, &none, NULL),
        thumbling_source_new_copy(&byte, 1, NULL, NULL),
        thumbling_source_new_copy(&byte, SIZE_MAX, &none, NULL),
        thumbling_source_new_borrowed(&byte, 1, NULL, 0, NULL, NULL),
        thumbling_source_new_read_at(host_read_at, 1, NULL, 0, NULL, NULL),
        thumbling_source_probe(source, NULL, NULL, NULL),
        thumbling_thumbnails_new(source, NULL, NULL, NULL),
        thumbling_cancel_new(NULL, NULL),
        thumbling_format_at(0, NULL),
    };
    size_t i;
    for (i = 0; i < COUNT(refused); i++) CHECK(refused[i] == THUMBLING_ERROR_INVALID_ARGUMENT);
    request.specs_len = 1;
    CHECK(status_with(source, &request) == THUMBLING_ERROR_INVALID_ARGUMENT);
}

static void a_size_that_was_not_set_is_refused(void) {
    static const size_t wrong[] = {0, 8, sizeof(thumbling_request_t) - 1, 4096, SIZE_MAX};
    thumbling_request_t request = request_default();
    thumbling_source_t source = orange();
    thumbling_info_t info = THUMBLING_INFO_INIT;
    thumbling_error_t error;
    size_t i;
    for (i = 0; i < COUNT(wrong); i++) {
        request.struct_size = wrong[i];
        CHECK(status_with(orange(), &request) == THUMBLING_ERROR_INVALID_ARGUMENT);
    }
    info.struct_size = sizeof info - 8;
    info.width = -1;
    CHECK(thumbling_source_probe(source, NULL, &info, &error) == THUMBLING_ERROR_INVALID_ARGUMENT);
    CHECK(info.width == -1 && strstr(thumbling_error_detail(error), "THUMBLING_INFO_INIT"));
    thumbling_error_free(error);
    thumbling_source_free(source);
}

/* What a program passes that was compiled with the header of a later version. */
typedef struct {
    thumbling_request_t known;
    uint64_t later;
} newer_request_t;

static void a_larger_struct_is_read_while_the_rest_is_zero(void) {
    newer_request_t newer;
    newer.known = request_default();
    newer.known.struct_size = sizeof newer;
    newer.later = 0;
    CHECK(status_with(orange(), &newer.known) == THUMBLING_OK);
    newer.later = 1;
    CHECK(status_with(orange(), &newer.known) == THUMBLING_ERROR_INVALID_ARGUMENT);
}

typedef struct {
    thumbling_info_t known;
    uint64_t later;
} newer_info_t;

static void the_fields_that_a_larger_struct_has_in_addition_are_cleared(void) {
    thumbling_source_t source = orange();
    const thumbling_info_t empty = THUMBLING_INFO_INIT;
    newer_info_t newer;
    newer.known = empty;
    newer.known.struct_size = sizeof newer;
    newer.later = 7;
    CHECK(thumbling_source_probe(source, NULL, &newer.known, NULL) == THUMBLING_OK);
    CHECK(newer.known.width == 64 && newer.later == 0 && newer.known.struct_size == sizeof newer);
    thumbling_source_free(source);
}

static void specs_of_different_sizes_are_refused(void) {
    thumbling_spec_t specs[2];
    thumbling_request_t request = request_default();
    specs[0] = spec_of(8, 8, THUMBLING_OUTPUT_PNG);
    specs[1] = specs[0];
    request.specs = specs;
    request.specs_len = 2;
    CHECK(status_with(orange(), &request) == THUMBLING_OK);
    specs[1].struct_size += 8;
    CHECK(status_with(orange(), &request) == THUMBLING_ERROR_INVALID_ARGUMENT);
}

static void numbers_out_of_range_are_refused(void) {
    thumbling_spec_t good = spec_of(8, 8, THUMBLING_OUTPUT_PNG), wrong[9];
    thumbling_request_t request = request_default();
    size_t i;
    CHECK(status_with_spec(good) == THUMBLING_OK);
    for (i = 0; i < COUNT(wrong); i++) wrong[i] = good;
    wrong[0].width = 0;
    wrong[1].height = 16384;
    wrong[2].fit = 4;
    wrong[3].position = 6;
    wrong[4].output = -1;
    wrong[5].quality = 0;
    wrong[6].quality = 101;
    wrong[7].background = 0x1000000;
    wrong[8].reserved = 1;
    for (i = 0; i < COUNT(wrong); i++) CHECK(status_with_spec(wrong[i]) == THUMBLING_ERROR_INVALID_ARGUMENT);
    request.effort = 3;
    CHECK(status_with(orange(), &request) == THUMBLING_ERROR_INVALID_ARGUMENT);
    request = request_default();
    request.time_ms = -2;
    CHECK(status_with(orange(), &request) == THUMBLING_ERROR_INVALID_ARGUMENT);
    request = request_default();
    request.specs = &good;
    request.specs_len = SIZE_MAX;
    CHECK(status_with(orange(), &request) == THUMBLING_ERROR_INVALID_ARGUMENT);
}

static void a_name_need_not_be_utf_8(void) {
    thumbling_request_t request = request_default();
    request.name = "b\xff\xfe.qoi";
    request.media_type = "image/qoi";
    CHECK(status_with(orange(), &request) == THUMBLING_OK);
}

#define ERROR_TESTS \
    a_missing_file_is_not_found, \
    a_folder_is_refused, \
    an_empty_file_is_corrupt, \
    an_unknown_format_is_unsupported, \
    a_broken_file_is_corrupt_and_the_error_names_its_format, \
    the_error_is_cleared_on_success, \
    an_error_has_a_message_for_people, \
    more_pixels_than_allowed_are_a_limit, \
    a_small_file_that_claims_many_pixels_is_a_limit, \
    a_raised_token_cancels, \
    no_time_is_a_timeout, \
    null_is_refused_where_a_pointer_is_needed, \
    a_size_that_was_not_set_is_refused, \
    a_larger_struct_is_read_while_the_rest_is_zero, \
    the_fields_that_a_larger_struct_has_in_addition_are_cleared, \
    specs_of_different_sizes_are_refused, \
    numbers_out_of_range_are_refused, \
    a_name_need_not_be_utf_8
