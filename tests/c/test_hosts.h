/* Memory and callbacks that a host lends, how they end, and what it does to them while they are used. */

typedef struct {
    sample_t sample;
    size_t most;                       /* bytes of one read */
    int64_t answer;                    /* instead of reading, if not 0 */
    bool ends;                         /* answers 0 */
    thumbling_cancel_t raised;         /* by another thread, before reading goes on */
    thumbling_source_t freed;          /* while it is read */
    long slept_ms;
    int reads, releases, reads_after_release;
} host_t;

static host_t host_of(sample_t sample) {
    host_t host;
    memset(&host, 0, sizeof host);
    host.sample = sample;
    host.most = SIZE_MAX;
    return host;
}

static void *raise_it(void *cancel) {
    thumbling_cancel_raise(*(thumbling_cancel_t *)cancel);
    return NULL;
}

static int64_t host_read_at(void *user_data, uint64_t offset, uint8_t *buffer, size_t len) {
    host_t *host = (host_t *)user_data;
    size_t left = offset < host->sample.len ? host->sample.len - (size_t)offset : 0;
    host->reads++;
    if (host->releases) host->reads_after_release++;
    if (host->answer) return host->answer;
    if (host->ends) return 0;
    if (host->raised.id) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, raise_it, &host->raised)) return -1;
        pthread_join(thread, NULL);
    }
    if (host->freed.id) thumbling_source_free(host->freed);
    host->freed.id = 0;
    if (host->slept_ms) {
        struct timespec time = {0, 0};
        time.tv_nsec = host->slept_ms * 1000000;
        nanosleep(&time, NULL);
    }
    if (len > left) len = left;
    if (len > host->most) len = host->most;
    memcpy(buffer, host->sample.data + offset, len);
    return (int64_t)len;
}

static void host_release(void *user_data) { ((host_t *)user_data)->releases++; }

/* The status of a request on `host`, which has then been released once. */
static thumbling_status_t host_status(host_t *host, const thumbling_options_t *options, thumbling_error_t *error) {
    thumbling_source_t source = {0};
    thumbling_thumbnails_t made = {0};
    thumbling_status_t status =
        thumbling_source_new_read_at(host_read_at, host->sample.len, host, host_release, &source, NULL);
    if (status != THUMBLING_OK) return status;
    status = thumbling_thumbnails_new(source, options, &made, error);
    thumbling_thumbnails_free(made);
    thumbling_source_free(source);
    free(host->sample.data);
    return host->releases == 1 && !host->reads_after_release ? status : -1;
}

static void a_host_is_read_by_ranges_and_released(void) {
    host_t host = host_of(sample_orange(64, 32));
    CHECK(host_status(&host, NULL, NULL) == THUMBLING_OK);
    CHECK(host.reads > 0);
}

static void short_reads_of_a_host_are_joined(void) {
    host_t host = host_of(sample_orange(64, 32));
    host.most = 7;
    CHECK(host_status(&host, NULL, NULL) == THUMBLING_OK);
}

static void a_host_that_fails_is_io(void) {
    host_t host = host_of(sample_orange(64, 32));
    thumbling_error_t error = no_error;
    host.answer = -5;
    CHECK(host_status(&host, NULL, &error) == THUMBLING_ERROR_IO);
    CHECK(thumbling_error_status(error) == THUMBLING_ERROR_IO);
    CHECK(strstr(thumbling_error_detail(error), "-5"));
    thumbling_error_free(error);
}

static void a_host_that_reads_too_much_is_io(void) {
    host_t host = host_of(sample_orange(64, 32));
    host.answer = 1 << 30;
    CHECK(host_status(&host, NULL, NULL) == THUMBLING_ERROR_IO);
}

static void a_host_whose_content_ends_at_once_is_corrupt(void) {
    host_t host = host_of(sample_orange(64, 32));
    host.ends = true;
    CHECK(host_status(&host, NULL, NULL) == THUMBLING_ERROR_CORRUPT);
}

static void another_thread_cancels_a_request(void) {
    host_t host = host_of(sample_orange(64, 32));
    thumbling_options_t options = options_default();
    CHECK(thumbling_cancel_new(&options.cancel, NULL) == THUMBLING_OK);
    host.raised = options.cancel;
    CHECK(host_status(&host, &options, NULL) == THUMBLING_ERROR_CANCELLED);
    CHECK(thumbling_cancel_free(options.cancel) == THUMBLING_OK);
}

static void a_deadline_passes_while_a_host_is_slow(void) {
    host_t host = host_of(sample_orange(64, 32));
    thumbling_options_t options = options_default();
    options.deadline_ms = 5;
    host.slept_ms = 20;
    CHECK(host_status(&host, &options, NULL) == THUMBLING_ERROR_TIMEOUT);
}

static void a_source_that_is_freed_in_use_finishes(void) {
    host_t host = host_of(sample_orange(64, 32));
    thumbling_source_t source = {0};
    thumbling_thumbnails_t made = {0};
    CHECK(!thumbling_source_new_read_at(host_read_at, host.sample.len, &host, host_release, &source, NULL));
    host.freed = source;
    CHECK(thumbling_thumbnails_new(source, NULL, &made, NULL) == THUMBLING_OK);
    CHECK(host.releases == 1 && !host.reads_after_release);
    CHECK(thumbling_source_free(source) == THUMBLING_ERROR_INVALID_ARGUMENT);
    thumbling_thumbnails_free(made);
    free(host.sample.data);
}

static void borrowed_memory_is_released_with_its_source(void) {
    host_t host = host_of(sample_orange(64, 32));
    thumbling_source_t source = {0};
    thumbling_thumbnails_t made = {0};
    CHECK(!thumbling_source_new_borrowed(host.sample.data, host.sample.len, &host, host_release, &source, NULL));
    CHECK(thumbling_thumbnails_new(source, NULL, &made, NULL) == THUMBLING_OK);
    CHECK(host.releases == 0);
    CHECK(thumbling_source_free(source) == THUMBLING_OK);
    CHECK(host.releases == 1);
    free(host.sample.data);
    thumbling_thumbnails_free(made);
}

static void nobody_needs_to_be_told_of_a_release(void) {
    sample_t sample = sample_orange(64, 32);
    thumbling_source_t source = {0};
    CHECK(!thumbling_source_new_borrowed(sample.data, sample.len, NULL, NULL, &source, NULL));
    CHECK(status_with(source, NULL) == THUMBLING_OK);
    free(sample.data);
}

static void what_a_failed_call_took_over_is_released(void) {
    host_t host = host_of(sample_orange(1, 1));
    thumbling_source_t source = {0};
    CHECK(thumbling_source_new_read_at(NULL, 1, &host, host_release, &source, NULL) == THUMBLING_ERROR_INVALID_ARGUMENT);
    CHECK(host.releases == 1);
    CHECK(thumbling_source_new_borrowed(NULL, 1, &host, host_release, &source, NULL) ==
          THUMBLING_ERROR_INVALID_ARGUMENT);
    CHECK(host.releases == 2);
    free(host.sample.data);
}

#define HOST_TESTS                                                                                     \
    a_host_is_read_by_ranges_and_released, short_reads_of_a_host_are_joined, a_host_that_fails_is_io,  \
        a_host_that_reads_too_much_is_io, a_host_whose_content_ends_at_once_is_corrupt,                \
        another_thread_cancels_a_request, a_deadline_passes_while_a_host_is_slow,                      \
        a_source_that_is_freed_in_use_finishes, borrowed_memory_is_released_with_its_source,           \
        nobody_needs_to_be_told_of_a_release, what_a_failed_call_took_over_is_released
