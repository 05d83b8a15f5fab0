/* Drives that fail, block or give wrong answers. */

/* The status of file_changed if stat misbehaves as `wrong` sets it up. */
static thumbling_status_t changed_with(void (*wrong)(entry_t *)) {
    host_t host;
    thumbling_engine_t engine;
    thumbling_file_t file = file_of("a");
    thumbling_status_t status;
    host_init(&host);
    wrong(host_put(&host, "a", 64));
    engine = engine_on(&host);
    status = thumbling_engine_file_changed(engine, &file, NULL, NULL);
    return closed(engine, &host) ? status : -1;
}

static void denies(entry_t *entry) { entry->stat = THUMBLING_ERROR_DENIED; }
static void is_a_folder(entry_t *entry) { entry->stat = THUMBLING_ERROR_UNSUPPORTED; }
static void returns_an_unknown_status(entry_t *entry) { entry->stat = -12345; }
static void has_no_name(entry_t *entry) { entry->unnamed = true; }
static void has_no_version(entry_t *entry) { entry->unversioned = true; }
static void has_an_unknown_verdict(entry_t *entry) { entry->verdict = 77; }
static void does_not_reply(entry_t *entry) { entry->unreplied = true; }

static void answers_of_stat_are_checked(void) {
    CHECK(changed_with(denies) == THUMBLING_ERROR_DENIED);
    CHECK(changed_with(is_a_folder) == THUMBLING_ERROR_UNSUPPORTED);
    CHECK(changed_with(returns_an_unknown_status) == THUMBLING_ERROR_IO);
    CHECK(changed_with(has_no_name) == THUMBLING_ERROR_IO);
    CHECK(changed_with(has_no_version) == THUMBLING_ERROR_IO);
    CHECK(changed_with(has_an_unknown_verdict) == THUMBLING_ERROR_IO);
    CHECK(changed_with(does_not_reply) == THUMBLING_ERROR_IO);
}

static void a_drive_that_fails_once_is_asked_again(void) {
    host_t host;
    thumbling_engine_t engine;
    host_init(&host);
    host_put(&host, "a", 64)->failures = 1;
    engine = engine_on(&host);
    CHECK(changed_state(engine, "a") == THUMBLING_STATE_SUCCEEDED);
    CHECK(seen(&host, &host.files[0].opens) == 2);
    CHECK(closed(engine, &host));
}

/* A file that cannot be read now is retried later and delays no other. */
static void is_retried_later(void (*wrong)(entry_t *)) {
    host_t host;
    thumbling_engine_t engine;
    thumbling_file_t file = file_of("a");
    thumbling_task_id_t id;
    host_init(&host);
    wrong(host_put(&host, "a", 64));
    host_put(&host, "well", 64);
    engine = engine_on(&host);
    CHECK(!thumbling_engine_file_changed(engine, &file, &id, NULL));
    CHECK(comes(&host, &host.files[0].opens, 1));
    CHECK(changed_state(engine, "well") == THUMBLING_STATE_SUCCEEDED);
    CHECK(state_of(engine, &id, 0) < THUMBLING_STATE_SUCCEEDED);
    CHECK(closed(engine, &host));
}

static void forgets_the_source(entry_t *entry) { entry->forgets = true; }
static void fails_after_it_gave_a_source(entry_t *entry) { entry->open = THUMBLING_ERROR_IO; }
static void claims_more_than_there_is(entry_t *entry) { entry->claims = 1000; }

static void an_open_without_a_source_is_tried_again(void) { is_retried_later(forgets_the_source); }
static void a_source_of_an_open_that_failed_is_freed(void) { is_retried_later(fails_after_it_gave_a_source); }

static void a_source_of_an_open_that_is_denied_is_freed(void) {
    host_t host;
    thumbling_engine_t engine;
    host_init(&host);
    host_put(&host, "a", 64)->changes_its_mind = true;
    engine = engine_on(&host);
    CHECK(changed_state(engine, "a") == THUMBLING_STATE_FAILED);
    CHECK(closed(engine, &host));
}

static void a_source_that_claims_too_much_gives_a_correct_picture_or_an_error(void) {
    host_t host;
    thumbling_engine_t engine;
    thumbling_lookup_result_t look = THUMBLING_LOOKUP_RESULT_INIT;
    host_init(&host);
    claims_more_than_there_is(host_put(&host, "a", 64));
    engine = engine_on(&host);
    look = lookup_as(engine, "a", "mary", THUMBLING_LOOKUP_MODE_WAIT);
    CHECK((look.state == THUMBLING_LOOKUP_STATE_READY && look.width == 32) || look.state == THUMBLING_LOOKUP_STATE_PENDING ||
          look.error == THUMBLING_ERROR_CORRUPT || look.error == THUMBLING_ERROR_IO);
    CHECK(closed(engine, &host));
}

static void a_drive_that_blocks_holds_only_its_own_worker(void) {
    host_t host;
    thumbling_engine_t engine;
    thumbling_file_t file = file_of("a");
    thumbling_task_id_t id;
    host_init(&host);
    host_put(&host, "a", 64)->blocks = true;
    host_put(&host, "well", 64);
    engine = engine_on(&host);
    CHECK(!thumbling_engine_file_changed(engine, &file, &id, NULL));
    CHECK(comes(&host, &host.inside, 1));
    CHECK(changed_state(engine, "well") == THUMBLING_STATE_SUCCEEDED);
    host_let_go(&host);
    CHECK(state_of(engine, &id, SOON) == THUMBLING_STATE_SUCCEEDED);
    CHECK(closed(engine, &host));
}

static void a_drive_that_blocks_beyond_its_timeout_is_retried_on_another_thread(void) {
    host_t host;
    thumbling_engine_t engine = {0};
    thumbling_file_t file = file_of("a");
    thumbling_task_id_t id;
    thumbling_counters_t counters = THUMBLING_COUNTERS_INIT;
    thumbling_spec_t spec;
    char state[64];
    thumbling_engine_config_t config = config_new(&spec, state);
    int i;
    config.threads = 1;
    config.drive_timeout_ms = 3000;
    host_init(&host);
    host_put(&host, "a", 64)->blocks = true;
    host_put(&host, "well", 64);
    CHECK(!thumbling_engine_new(&config, &host.table, &engine, NULL));
    CHECK(!thumbling_engine_file_changed(engine, &file, &id, NULL));
    for (i = 0; i < SOON / 5 && counters.stuck != 1; i++) {
        nap(5);
        CHECK(!thumbling_engine_counters(engine, &counters, NULL));
    }
    CHECK(counters.stuck == 1);
    CHECK(changed_state(engine, "well") == THUMBLING_STATE_SUCCEEDED);
    host_let_go(&host);
    CHECK(state_of(engine, &id, SOON) == THUMBLING_STATE_SUCCEEDED);
    CHECK(closed(engine, &host));
}

static void a_drive_without_resolve_is_unsupported(void) {
    host_t host;
    thumbling_engine_t engine;
    thumbling_url_t url = {0};
    host_init(&host);
    host.table.resolve = NULL;
    engine = engine_on(&host);
    CHECK(url_new(engine, NULL, "drive://a", "mary", NULL, &url) == THUMBLING_ERROR_UNSUPPORTED);
    CHECK(closed(engine, &host));
}

static void an_error_has_a_correlation_id_and_a_retry_delay(void) {
    host_t host;
    thumbling_engine_t engine = {0};
    thumbling_file_t file = file_of("none");
    thumbling_task_id_t id;
    thumbling_error_t error = no_error;
    thumbling_spec_t spec;
    char state[64];
    thumbling_engine_config_t config = config_new(&spec, state);
    config.queue = 1;
    host_init(&host);
    host_put(&host, "a", 64)->blocks = true;
    host_put(&host, "b", 64)->blocks = true;
    CHECK(!thumbling_engine_new(&config, &host.table, &engine, NULL));
    CHECK(task_create(engine, THUMBLING_TASK_AUTO, &file, 1, "0123456789", &id, &error) == THUMBLING_ERROR_NOT_FOUND);
    CHECK(!strcmp(thumbling_error_correlation(error), "0123456789"));
    CHECK(!strcmp(thumbling_error_problem(error), "not-found"));
    CHECK(thumbling_error_retry_after_ms(error) == 0);
    thumbling_error_free(error);
    file = file_of("a");
    file.space = "nowhere";
    CHECK(task_create(engine, THUMBLING_TASK_AUTO, &file, 1, NULL, &id, &error) == THUMBLING_ERROR_NOT_FOUND);
    CHECK(!strcmp(thumbling_error_problem(error), "no-such-space"));
    thumbling_error_free(error);
    file = file_of("a");
    CHECK(!task_create(engine, THUMBLING_TASK_AUTO, &file, 1, NULL, &id, NULL));
    file = file_of("b");
    CHECK(task_create(engine, THUMBLING_TASK_AUTO, &file, 1, NULL, &id, &error) == THUMBLING_ERROR_BUSY);
    CHECK(thumbling_error_retry_after_ms(error) > 0);
    thumbling_error_free(error);
    host_let_go(&host);
    CHECK(closed(engine, &host));
}

static void a_drive_knows_how_long_the_engine_waits(void) {
    host_t host;
    thumbling_engine_t engine = {0};
    thumbling_file_t file = file_of("a");
    thumbling_spec_t spec;
    char state[64];
    thumbling_engine_config_t config = config_new(&spec, state);
    config.drive_timeout_ms = 20000;
    host_init(&host);
    host_put(&host, "a", 64);
    CHECK(!thumbling_engine_new(&config, &host.table, &engine, NULL));
    /* On behalf of a call of the host's own thread: without a limit. */
    CHECK(!thumbling_engine_file_deleted(engine, &file, NULL));
    CHECK(lookup_as(engine, "a", "mary", THUMBLING_LOOKUP_MODE_CACHE_ONLY).state == THUMBLING_LOOKUP_STATE_MISSING);
    pthread_mutex_lock(&host.lock);
    CHECK(host.stat_remaining_ms == THUMBLING_NO_TIMEOUT);
    pthread_mutex_unlock(&host.lock);
    /* On behalf of a job. */
    CHECK(changed_state(engine, "a") == THUMBLING_STATE_SUCCEEDED);
    pthread_mutex_lock(&host.lock);
    CHECK(host.remaining_ms > 0 && host.remaining_ms <= 20000);
    CHECK(host.read_remaining_ms > 0 && host.read_remaining_ms <= 20000);
    pthread_mutex_unlock(&host.lock);
    CHECK(closed(engine, &host));
}

static void a_callback_ends_early_if_its_task_is_cancelled(void) {
    host_t host;
    thumbling_engine_t engine;
    thumbling_file_t file = file_of("a");
    thumbling_caller_t mary = caller_of("mary");
    thumbling_task_id_t id;
    thumbling_task_t task = {0};
    host_init(&host);
    host_put(&host, "a", 64)->waits_for_cancel = true;
    engine = engine_on(&host);
    CHECK(!task_create(engine, THUMBLING_TASK_AUTO, &file, 1, NULL, &id, NULL));
    CHECK(comes(&host, &host.files[0].opens, 1));
    CHECK(seen(&host, &host.cancelled) == 0);
    CHECK(!thumbling_task_cancel(engine, &id, &mary, &task, NULL) && !thumbling_task_free(task));
    CHECK(comes(&host, &host.cancelled, 1));
    CHECK(closed(engine, &host));
}

static void a_callback_ends_early_if_the_engine_closes(void) {
    host_t host;
    thumbling_engine_t engine;
    thumbling_file_t file = file_of("a");
    host_init(&host);
    host_put(&host, "a", 64)->waits_for_cancel = true;
    engine = engine_on(&host);
    CHECK(!thumbling_engine_file_changed(engine, &file, NULL, NULL));
    CHECK(comes(&host, &host.files[0].opens, 1));
    CHECK(closed(engine, &host));
    CHECK(host.cancelled == 1);
}

#define DRIVE_TESTS \
    answers_of_stat_are_checked, \
    a_drive_that_fails_once_is_asked_again, \
    an_open_without_a_source_is_tried_again, \
    a_source_of_an_open_that_failed_is_freed, \
    a_source_of_an_open_that_is_denied_is_freed, \
    a_source_that_claims_too_much_gives_a_correct_picture_or_an_error, \
    a_drive_that_blocks_holds_only_its_own_worker, \
    a_drive_that_blocks_beyond_its_timeout_is_retried_on_another_thread, \
    a_drive_without_resolve_is_unsupported, \
    an_error_has_a_correlation_id_and_a_retry_delay, \
    a_drive_knows_how_long_the_engine_waits, \
    a_callback_ends_early_if_its_task_is_cancelled, \
    a_callback_ends_early_if_the_engine_closes
