/* Sources: descriptors, memory and callbacks that a host lends, and what happens to them while they are used. */

typedef struct {
    sample_t sample;
    size_t max_read;                   /* bytes of one read */
    int64_t result;                    /* returned instead of reading, if not 0 */
    bool ends;                         /* returns 0 */
    thumbling_cancel_t to_raise;       /* by another thread, before the read */
    thumbling_source_t to_free;        /* during the read */
    long delay_ms;
    int reads, releases, reads_after_release;
    uint64_t remaining_ms;             /* of the last call */
    int cancelled;                     /* calls that were cancelled during the read */
    thumbling_call_t call;             /* the last one */
} host_t;

static host_t host_of(sample_t sample) {
    host_t host;
    memset(&host, 0, sizeof host);
    host.sample = sample;
    host.max_read = SIZE_MAX;
    return host;
}

static void *raise_it(void *cancel) {
    thumbling_cancel_raise(*(thumbling_cancel_t *)cancel);
    return NULL;
}

static int64_t host_read_at(uintptr_t user_data, const thumbling_call_t *call, uint64_t offset, void *buffer, size_t len) {
    host_t *host = (host_t *)user_data;
    size_t left = offset < host->sample.len ? host->sample.len - (size_t)offset : 0;
    host->reads++;
    host->call = *call;
    host->remaining_ms = call->remaining_ms;
    if (host->releases) host->reads_after_release++;
    if (host->result) return host->result;
    if (host->ends) return 0;
    if (host->to_raise.id) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, raise_it, &host->to_raise)) return -1;
        pthread_join(thread, NULL);
        host->cancelled += thumbling_call_is_cancelled(call);
    }
    if (host->to_free.id) thumbling_source_free(host->to_free);
    host->to_free.id = 0;
    if (host->delay_ms) {
        struct timespec time = {0, 0};
        time.tv_nsec = host->delay_ms * 1000000;
        nanosleep(&time, NULL);
    }
    if (len > left) len = left;
    if (len > host->max_read) len = host->max_read;
    memcpy(buffer, host->sample.data + offset, len);
    return (int64_t)len;
}

static void host_release(uintptr_t user_data) { ((host_t *)user_data)->releases++; }

/* The status of a request on `host`, which has then been released once. */
static thumbling_status_t host_status(host_t *host, const thumbling_request_t *request, thumbling_error_t *error) {
    thumbling_source_t source = {0};
    thumbling_thumbnails_t thumbnails = {0};
    thumbling_status_t status =
        thumbling_source_new_read_at(host_read_at, host->sample.len, host_release, (uintptr_t)host, &source, NULL);
    if (status != THUMBLING_OK) return status;
    status = thumbling_thumbnails_new(source, request, &thumbnails, error);
    thumbling_thumbnails_free(thumbnails);
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
    host.max_read = 7;
    CHECK(host_status(&host, NULL, NULL) == THUMBLING_OK);
}

static void a_host_that_fails_is_io(void) {
    host_t host = host_of(sample_orange(64, 32));
    thumbling_error_t error = no_error;
    host.result = -5;
    CHECK(host_status(&host, NULL, &error) == THUMBLING_ERROR_IO);
    CHECK(thumbling_error_status(error) == THUMBLING_ERROR_IO);
    CHECK(strstr(thumbling_error_detail(error), "-5"));
    thumbling_error_free(error);
}

static void a_host_that_reads_too_much_is_io(void) {
    host_t host = host_of(sample_orange(64, 32));
    host.result = 1 << 30;
    CHECK(host_status(&host, NULL, NULL) == THUMBLING_ERROR_IO);
}

static void a_host_whose_content_ends_at_once_is_corrupt(void) {
    host_t host = host_of(sample_orange(64, 32));
    host.ends = true;
    CHECK(host_status(&host, NULL, NULL) == THUMBLING_ERROR_CORRUPT);
}

static void another_thread_cancels_a_request(void) {
    host_t host = host_of(sample_orange(64, 32));
    thumbling_request_t request = request_default();
    CHECK(thumbling_cancel_new(&request.cancel, NULL) == THUMBLING_OK);
    host.to_raise = request.cancel;
    CHECK(host_status(&host, &request, NULL) == THUMBLING_ERROR_CANCELLED);
    CHECK(host.cancelled > 0);
    CHECK(thumbling_cancel_free(request.cancel) == THUMBLING_OK);
}

static void a_timeout_elapses_while_a_host_is_slow(void) {
    host_t host = host_of(sample_orange(64, 32));
    thumbling_limits_t limits = limits_default();
    thumbling_request_t request = request_default();
    limits.timeout_ms = 5;
    request.limits = &limits;
    host.delay_ms = 20;
    CHECK(host_status(&host, &request, NULL) == THUMBLING_ERROR_TIMEOUT);
}

static void a_request_outlives_a_source_that_is_freed_during_it(void) {
    host_t host = host_of(sample_orange(64, 32));
    thumbling_source_t source = {0};
    thumbling_thumbnails_t thumbnails = {0};
    CHECK(!thumbling_source_new_read_at(host_read_at, host.sample.len, host_release, (uintptr_t)&host, &source, NULL));
    host.to_free = source;
    CHECK(thumbling_thumbnails_new(source, NULL, &thumbnails, NULL) == THUMBLING_OK);
    CHECK(host.releases == 1 && !host.reads_after_release);
    CHECK(thumbling_source_free(source) == THUMBLING_ERROR_INVALID_ARGUMENT);
    thumbling_thumbnails_free(thumbnails);
    free(host.sample.data);
}

static void borrowed_memory_is_released_with_its_source(void) {
    host_t host = host_of(sample_orange(64, 32));
    thumbling_source_t source = {0};
    thumbling_thumbnails_t thumbnails = {0};
    CHECK(!thumbling_source_new_borrowed(host.sample.data, host.sample.len, host_release, (uintptr_t)&host, &source, NULL));
    CHECK(thumbling_thumbnails_new(source, NULL, &thumbnails, NULL) == THUMBLING_OK);
    CHECK(host.releases == 0);
    CHECK(thumbling_source_free(source) == THUMBLING_OK);
    CHECK(host.releases == 1);
    free(host.sample.data);
    thumbling_thumbnails_free(thumbnails);
}

static void borrowed_memory_needs_no_release(void) {
    sample_t sample = sample_orange(64, 32);
    thumbling_source_t source = {0};
    CHECK(!thumbling_source_new_borrowed(sample.data, sample.len, NULL, 0, &source, NULL));
    CHECK(status_with(source, NULL) == THUMBLING_OK);
    free(sample.data);
}

static void user_data_is_released_if_the_call_fails(void) {
    host_t host = host_of(sample_orange(1, 1));
    thumbling_source_t source = {0};
    CHECK(thumbling_source_new_read_at(NULL, 1, host_release, (uintptr_t)&host, &source, NULL) == THUMBLING_ERROR_INVALID_ARGUMENT);
    CHECK(host.releases == 1);
    CHECK(thumbling_source_new_borrowed(NULL, 1, host_release, (uintptr_t)&host, &source, NULL) ==
          THUMBLING_ERROR_INVALID_ARGUMENT);
    CHECK(host.releases == 2);
    free(host.sample.data);
}

static void a_callback_knows_how_long_the_request_may_take(void) {
    host_t host = host_of(sample_orange(64, 32));
    thumbling_limits_t limits = limits_default();
    thumbling_request_t request = request_default();
    request.limits = &limits;
    limits.timeout_ms = 50000;
    CHECK(host_status(&host, &request, NULL) == THUMBLING_OK);
    CHECK(host.remaining_ms > 0 && host.remaining_ms <= 50000);
    CHECK(host.call.struct_size == sizeof host.call && !host.call.is_cancelled);
    /* The callback has returned. */
    CHECK(thumbling_call_remaining_ms(&host.call) == 0 && thumbling_call_is_cancelled(&host.call) == 1);
    CHECK(thumbling_call_remaining_ms(NULL) == 0 && thumbling_call_is_cancelled(NULL) == 1);
}

static void a_callback_knows_that_a_request_has_no_timeout(void) {
    host_t host = host_of(sample_orange(64, 32));
    thumbling_limits_t limits = limits_default();
    thumbling_request_t request = request_default();
    request.limits = &limits;
    limits.timeout_ms = THUMBLING_NO_TIMEOUT;
    CHECK(host_status(&host, &request, NULL) == THUMBLING_OK);
    CHECK(host.remaining_ms == THUMBLING_NO_TIMEOUT);
}

static void a_descriptor_is_duplicated_and_read_from_its_start(void) {
    thumbling_source_t source;
    int fd;
    write_orange("fd.qoi");
    fd = open("fd.qoi", O_RDONLY);
    CHECK(fd >= 0 && lseek(fd, 5, SEEK_SET) == 5);
    CHECK(thumbling_source_new_fd(fd, &source, NULL) == THUMBLING_OK);
    CHECK(lseek(fd, 0, SEEK_CUR) == 5 && !close(fd) && !remove("fd.qoi"));
    CHECK(status_with(source, NULL) == THUMBLING_OK);
}

static void a_descriptor_that_is_not_a_file_is_refused(void) {
    thumbling_source_t source;
    int ends[2];
    CHECK(thumbling_source_new_fd(-1, &source, NULL) == THUMBLING_ERROR_INVALID_ARGUMENT);
    CHECK(thumbling_source_new_fd(9999, &source, NULL) == THUMBLING_ERROR_INVALID_ARGUMENT);
    CHECK(!pipe(ends));
    CHECK(thumbling_source_new_fd(ends[0], &source, NULL) == THUMBLING_ERROR_INVALID_ARGUMENT && source.id == 0);
    close(ends[0]);
    close(ends[1]);
}

#define SOURCE_TESTS \
    a_host_is_read_by_ranges_and_released, \
    short_reads_of_a_host_are_joined, \
    a_host_that_fails_is_io, \
    a_host_that_reads_too_much_is_io, \
    a_host_whose_content_ends_at_once_is_corrupt, \
    another_thread_cancels_a_request, \
    a_timeout_elapses_while_a_host_is_slow, \
    a_request_outlives_a_source_that_is_freed_during_it, \
    borrowed_memory_is_released_with_its_source, \
    borrowed_memory_needs_no_release, \
    user_data_is_released_if_the_call_fails, \
    a_callback_knows_how_long_the_request_may_take, \
    a_callback_knows_that_a_request_has_no_timeout, \
    a_descriptor_is_duplicated_and_read_from_its_start, \
    a_descriptor_that_is_not_a_file_is_refused
