/* Invalid handles, and many threads. */

static void freeing_zero_does_nothing(void) {
    const thumbling_source_t source = {0};
    const thumbling_thumbnails_t thumbnails = {0};
    const thumbling_cancel_t cancel = {0};
    CHECK(thumbling_source_free(source) == THUMBLING_OK);
    CHECK(thumbling_thumbnails_free(thumbnails) == THUMBLING_OK);
    CHECK(thumbling_cancel_free(cancel) == THUMBLING_OK);
    CHECK(thumbling_error_free(no_error) == THUMBLING_OK);
}

static void freeing_twice_is_refused(void) {
    thumbling_source_t source = orange();
    CHECK(thumbling_source_free(source) == THUMBLING_OK);
    CHECK(thumbling_source_free(source) == THUMBLING_ERROR_INVALID_ARGUMENT);
}

static void a_stale_handle_is_refused_after_its_slot_is_used_again(void) {
    thumbling_source_t old = orange(), young;
    thumbling_info_t info = THUMBLING_INFO_INIT;
    CHECK(thumbling_source_free(old) == THUMBLING_OK);
    young = orange();
    CHECK(young.id != old.id);
    CHECK(thumbling_source_probe(old, NULL, &info, NULL) == THUMBLING_ERROR_INVALID_ARGUMENT);
    CHECK(thumbling_source_free(old) == THUMBLING_ERROR_INVALID_ARGUMENT);
    CHECK(thumbling_source_probe(young, NULL, &info, NULL) == THUMBLING_OK);
    thumbling_source_free(young);
}

static void stale_thumbnails_and_a_stale_error_have_no_data(void) {
    thumbling_source_t source = orange(), none;
    thumbling_thumbnails_t thumbnails = {0};
    thumbling_error_t error = no_error;
    thumbling_image_t item = THUMBLING_IMAGE_INIT;
    thumbling_report_t report = THUMBLING_REPORT_INIT;
    CHECK(thumbling_thumbnails_new(source, NULL, &thumbnails, NULL) == THUMBLING_OK);
    CHECK(thumbling_thumbnails_free(thumbnails) == THUMBLING_OK);
    CHECK(thumbling_thumbnails_count(thumbnails) == 0);
    CHECK(thumbling_thumbnails_at(thumbnails, 0, &item) == THUMBLING_ERROR_INVALID_ARGUMENT);
    CHECK(thumbling_thumbnails_report(thumbnails, &report) == THUMBLING_ERROR_INVALID_ARGUMENT);
    CHECK(thumbling_thumbnails_free(thumbnails) == THUMBLING_ERROR_INVALID_ARGUMENT);
    CHECK(thumbling_source_new_path("no-such-file", &none, &error) == THUMBLING_ERROR_NOT_FOUND);
    CHECK(thumbling_error_free(error) == THUMBLING_OK);
    CHECK(!thumbling_error_detail(error) && !thumbling_error_format(error));
    CHECK(thumbling_error_status(error) == THUMBLING_ERROR_INVALID_ARGUMENT);
    thumbling_source_free(source);
}

static void a_stale_token_is_refused(void) {
    thumbling_request_t request = request_default();
    CHECK(thumbling_cancel_new(&request.cancel, NULL) == THUMBLING_OK);
    CHECK(thumbling_cancel_free(request.cancel) == THUMBLING_OK);
    CHECK(thumbling_cancel_raise(request.cancel) == THUMBLING_ERROR_INVALID_ARGUMENT);
    CHECK(status_with(orange(), &request) == THUMBLING_ERROR_INVALID_ARGUMENT);
}

static void a_handle_of_another_type_or_invented_is_refused(void) {
    thumbling_source_t source = orange(), wrong;
    thumbling_thumbnails_t other;
    thumbling_info_t info = THUMBLING_INFO_INIT;
    uint64_t bit;
    other.id = source.id;
    CHECK(thumbling_thumbnails_free(other) == THUMBLING_ERROR_INVALID_ARGUMENT);
    for (bit = 1; bit; bit <<= 1) {
        wrong.id = source.id ^ bit;
        CHECK(thumbling_source_probe(wrong, NULL, &info, NULL) == THUMBLING_ERROR_INVALID_ARGUMENT);
    }
    thumbling_source_free(source);
}

typedef struct {
    thumbling_source_t shared;
    int failures;
} worker_t;

/* Uses what it shares with other threads, and makes and frees what is its own. */
static void *work(void *user_data) {
    worker_t *worker = (worker_t *)user_data;
    int i;
    for (i = 0; i < 8; i++) {
        thumbling_source_t own = orange();
        thumbling_thumbnails_t thumbnails = {0};
        thumbling_error_t error = no_error;
        thumbling_info_t info = THUMBLING_INFO_INIT;
        worker->failures += thumbling_thumbnails_new(worker->shared, NULL, &thumbnails, NULL) != THUMBLING_OK;
        worker->failures += thumbling_thumbnails_count(thumbnails) != 1;
        worker->failures += thumbling_source_probe(own, NULL, &info, NULL) != THUMBLING_OK;
        worker->failures += thumbling_thumbnails_free(thumbnails) != THUMBLING_OK;
        worker->failures += thumbling_source_free(own) != THUMBLING_OK;
        worker->failures += thumbling_source_probe(own, NULL, &info, &error) != THUMBLING_ERROR_INVALID_ARGUMENT;
        worker->failures += thumbling_error_free(error) != THUMBLING_OK;
    }
    return NULL;
}

static void threads_share_a_source(void) {
    worker_t workers[8];
    pthread_t threads[COUNT(workers)];
    thumbling_source_t shared = orange();
    size_t i;
    for (i = 0; i < COUNT(workers); i++) {
        workers[i].shared = shared;
        workers[i].failures = 0;
        CHECK(!pthread_create(&threads[i], NULL, work, &workers[i]));
    }
    for (i = 0; i < COUNT(workers); i++) CHECK(!pthread_join(threads[i], NULL));
    for (i = 0; i < COUNT(workers); i++) CHECK(workers[i].failures == 0);
    CHECK(thumbling_source_free(shared) == THUMBLING_OK);
}

static void *free_it(void *user_data) {
    worker_t *worker = (worker_t *)user_data;
    worker->failures = thumbling_source_free(worker->shared) != THUMBLING_OK;
    return NULL;
}

static void only_one_of_many_threads_frees(void) {
    worker_t workers[8];
    pthread_t threads[COUNT(workers)];
    thumbling_source_t shared = orange();
    size_t i, freed = 0;
    for (i = 0; i < COUNT(workers); i++) {
        workers[i].shared = shared;
        CHECK(!pthread_create(&threads[i], NULL, free_it, &workers[i]));
    }
    for (i = 0; i < COUNT(workers); i++) CHECK(!pthread_join(threads[i], NULL));
    for (i = 0; i < COUNT(workers); i++) freed += !workers[i].failures;
    CHECK(freed == 1);
}

#define HANDLE_TESTS \
    freeing_zero_does_nothing, \
    freeing_twice_is_refused, \
    a_stale_handle_is_refused_after_its_slot_is_used_again, \
    stale_thumbnails_and_a_stale_error_have_no_data, \
    a_stale_token_is_refused, \
    a_handle_of_another_type_or_invented_is_refused, \
    threads_share_a_source, \
    only_one_of_many_threads_frees
