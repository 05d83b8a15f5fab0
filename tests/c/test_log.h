/* The log callback. */

typedef struct {
    int entries, spans, nested, foreign;
    thumbling_status_t reentrant;      /* of thumbling_log_set from inside the callback */
} log_t;

static void log_entry(uintptr_t user_data, const thumbling_log_entry_t *entry) {
    log_t *log = (log_t *)user_data;
    thumbling_source_t source = orange();
    log->entries++;
    log->spans += entry->is_span && entry->duration_ns > 0;
    log->nested += entry->spans && strstr(entry->spans, "thumbnail");
    log->foreign += strncmp(entry->target, "thumbling", 9) != 0 || !entry->message[0] ||
                    entry->level < THUMBLING_LOG_ERROR || entry->level > THUMBLING_LOG_DEBUG ||
                    entry->struct_size != sizeof *entry;
    log->reentrant = thumbling_log_set(THUMBLING_LOG_OFF, NULL, 0);
    /* Calls of the library from inside are not logged. */
    status_with(source, NULL);
}

static void spans_are_logged_until_the_log_is_stopped(void) {
    log_t log;
    int entries;
    memset(&log, 0, sizeof log);
    CHECK(thumbling_log_set(THUMBLING_LOG_DEBUG, log_entry, (uintptr_t)&log) == THUMBLING_OK);
    CHECK(status_with(orange(), NULL) == THUMBLING_OK);
    CHECK(thumbling_log_set(THUMBLING_LOG_OFF, NULL, 0) == THUMBLING_OK);
    CHECK(log.spans >= 3 && log.nested >= 2 && log.foreign == 0);
    CHECK(log.reentrant == THUMBLING_ERROR_INVALID_ARGUMENT);
    entries = log.entries;
    CHECK(status_with(orange(), NULL) == THUMBLING_OK);
    CHECK(log.entries == entries);
}

static void a_lower_level_is_not_logged(void) {
    log_t log;
    memset(&log, 0, sizeof log);
    CHECK(thumbling_log_set(THUMBLING_LOG_INFO, log_entry, (uintptr_t)&log) == THUMBLING_OK);
    CHECK(status_with(orange(), NULL) == THUMBLING_OK);
    CHECK(thumbling_log_set(THUMBLING_LOG_OFF, NULL, 0) == THUMBLING_OK);
    CHECK(log.entries == 0);
    CHECK(thumbling_log_set(6, log_entry, 0) == THUMBLING_ERROR_INVALID_ARGUMENT);
    CHECK(thumbling_log_set(-1, log_entry, 0) == THUMBLING_ERROR_INVALID_ARGUMENT);
}

static void *log_work(void *stop) {
    while (!__atomic_load_n((int *)stop, __ATOMIC_SEQ_CST)) status_with(orange(), NULL);
    return NULL;
}

typedef struct {
    int calls, stopped, after_stop;
} counter_t;

static void count_entry(uintptr_t user_data, const thumbling_log_entry_t *entry) {
    counter_t *counter = (counter_t *)user_data;
    (void)entry;
    __atomic_add_fetch(&counter->calls, 1, __ATOMIC_SEQ_CST);
    __atomic_add_fetch(&counter->after_stop, __atomic_load_n(&counter->stopped, __ATOMIC_SEQ_CST), __ATOMIC_SEQ_CST);
}

static void a_callback_is_never_called_after_it_was_replaced(void) {
    pthread_t threads[4];
    counter_t counters[20];
    int stop = 0, calls = 0;
    size_t i;
    memset(counters, 0, sizeof counters);
    for (i = 0; i < COUNT(threads); i++) CHECK(!pthread_create(&threads[i], NULL, log_work, &stop));
    for (i = 0; i < COUNT(counters); i++) {
        struct timespec time = {0, 5000000};
        CHECK(thumbling_log_set(THUMBLING_LOG_DEBUG, count_entry, (uintptr_t)&counters[i]) == THUMBLING_OK);
        if (i > 0) __atomic_store_n(&counters[i - 1].stopped, 1, __ATOMIC_SEQ_CST);
        nanosleep(&time, NULL);
    }
    CHECK(thumbling_log_set(THUMBLING_LOG_OFF, NULL, 0) == THUMBLING_OK);
    __atomic_store_n(&stop, 1, __ATOMIC_SEQ_CST);
    for (i = 0; i < COUNT(threads); i++) CHECK(!pthread_join(threads[i], NULL));
    for (i = 0; i < COUNT(counters); i++) {
        CHECK(counters[i].after_stop == 0);
        calls += counters[i].calls;
    }
    CHECK(calls > 0);
}

#define LOG_TESTS \
    spans_are_logged_until_the_log_is_stopped, a_lower_level_is_not_logged, \
        a_callback_is_never_called_after_it_was_replaced
