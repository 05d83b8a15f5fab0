/* Calls in a child process: they return, and refuse what belongs to the parent. */

static thumbling_engine_t fork_engine;
static thumbling_source_t fork_source;
static thumbling_subscription_t fork_subscription;
static thumbling_task_id_t fork_task;
static bool fork_done;

static void fork_finished(uintptr_t user_data, thumbling_task_t task) { (void)user_data, (void)task; }

/* Runs `test` in a child process; whether it returned true, within 20 s. */
static bool in_a_child(bool (*test)(void)) {
    int status = 0;
    pid_t child;
    fflush(NULL);
    child = fork();
    if (child == 0) {
        bool passed;
        alarm(20);
        passed = test();
        /* Not exit: checkers of memory would report what the threads of the parent own. */
        if (passed) execl("/bin/true", "true", (char *)NULL);
        _exit(1);
    }
    return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool handles_of_the_parent_are_refused(void) {
    thumbling_file_t file = file_of("a");
    thumbling_caller_t mary = caller_of("mary");
    thumbling_counters_t counters = THUMBLING_COUNTERS_INIT;
    thumbling_task_t task;
    thumbling_task_id_t id;
    thumbling_error_t error = no_error;
    size_t stuck = 0;
    if (task_create(fork_engine, THUMBLING_TASK_AUTO, &file, 1, NULL, &id, &error) != REFUSED) return false;
    if (!strstr(thumbling_error_detail(error), "thumbling_engine_t") || thumbling_error_free(error)) return false;
    return thumbling_task_get(fork_engine, &fork_task, &mary, &task, NULL) == REFUSED &&
           thumbling_task_wait(fork_engine, &fork_task, &mary, SOON, &task, NULL) == REFUSED &&
           thumbling_task_cancel(fork_engine, &fork_task, &mary, &task, NULL) == REFUSED &&
           lookup_as(fork_engine, "a", "mary", THUMBLING_LOOKUP_MODE_WAIT).state == -1 &&
           thumbling_engine_file_changed(fork_engine, &file, NULL, NULL) == REFUSED &&
           thumbling_engine_counters(fork_engine, &counters, NULL) == REFUSED &&
           thumbling_engine_close(fork_engine, SOON, &stuck) == REFUSED &&
           thumbling_engine_free(fork_engine) == REFUSED && thumbling_subscription_free(fork_subscription) == REFUSED &&
           thumbling_source_free(fork_source) == REFUSED && thumbling_handles_alive() == 0;
}

static bool a_child_has_handles_of_its_own(void) {
    sample_t sample = sample_orange(16, 16);
    thumbling_source_t source = {0};
    thumbling_thumbnails_t thumbnails = {0};
    bool made = !thumbling_source_new_copy(sample.data, sample.len, &source, NULL) &&
                !thumbling_thumbnails_new(source, NULL, &thumbnails, NULL) && thumbling_handles_alive() == 2;
    free(sample.data);
    return made && !thumbling_thumbnails_free(thumbnails) && !thumbling_source_free(source);
}

static void *keep_busy(void *nothing) {
    while (!__atomic_load_n(&fork_done, __ATOMIC_RELAXED)) {
        thumbling_source_t source = {0};
        lookup_as(fork_engine, "a", "mary", THUMBLING_LOOKUP_MODE_CACHE_ONLY);
        thumbling_source_new_copy("x", 1, &source, NULL);
        thumbling_source_free(source);
    }
    return nothing;
}

static void a_child_is_refused_what_belongs_to_its_parent(void) {
    host_t host;
    thumbling_file_t file = file_of("a");
    pthread_t threads[2];
    size_t i;
    int n;
    host_init(&host);
    host_put(&host, "a", 64);
    fork_engine = engine_on(&host);
    CHECK(!thumbling_source_new_copy("x", 1, &fork_source, NULL));
    CHECK(!thumbling_subscription_new(fork_engine, fork_finished, NULL, 0, &fork_subscription, NULL));
    CHECK(!task_create(fork_engine, THUMBLING_TASK_AUTO, &file, 1, NULL, &fork_task, NULL));
    CHECK(state_of(fork_engine, &fork_task, SOON) == THUMBLING_STATE_SUCCEEDED);
    CHECK(in_a_child(handles_of_the_parent_are_refused) && in_a_child(a_child_has_handles_of_its_own));
    /* Whatever other threads are doing, and whatever they have locked. */
    for (i = 0; i < COUNT(threads); i++) CHECK(!pthread_create(&threads[i], NULL, keep_busy, NULL));
    for (n = 0; n < 40 && in_a_child(handles_of_the_parent_are_refused); n++) continue;
    __atomic_store_n(&fork_done, true, __ATOMIC_RELAXED);
    for (i = 0; i < COUNT(threads); i++) CHECK(!pthread_join(threads[i], NULL));
    CHECK(n == 40);
    /* The parent goes on. */
    CHECK(changed_state(fork_engine, "a") == THUMBLING_STATE_SUCCEEDED);
    CHECK(!thumbling_subscription_free(fork_subscription) && !thumbling_source_free(fork_source));
    CHECK(closed(fork_engine, &host));
}

#define FORK_TESTS a_child_is_refused_what_belongs_to_its_parent
