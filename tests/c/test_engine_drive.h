/* Drives that fail, block, lie or answer what is no answer. */

/* What file_changed says of a drive whose stat does as `wrong` makes it. */
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
static void answers_what_is_no_status(entry_t *entry) { entry->stat = -12345; }
static void has_a_name_without_an_end(entry_t *entry) { entry->unnamed = true; }
static void has_no_version(entry_t *entry) { entry->unversioned = true; }
static void has_an_unknown_verdict(entry_t *entry) { entry->verdict = 77; }

static void what_stat_answers_is_checked(void) {
    CHECK(changed_with(denies) == THUMBLING_ERROR_DENIED);
    CHECK(changed_with(is_a_folder) == THUMBLING_ERROR_UNSUPPORTED);
    CHECK(changed_with(answers_what_is_no_status) == THUMBLING_ERROR_IO);
    CHECK(changed_with(has_a_name_without_an_end) == THUMBLING_ERROR_IO);
    CHECK(changed_with(has_no_version) == THUMBLING_ERROR_IO);
    CHECK(changed_with(has_an_unknown_verdict) == THUMBLING_ERROR_IO);
}

static void a_drive_that_fails_once_is_asked_again(void) {
    host_t host;
    thumbling_engine_t engine;
    host_init(&host);
    host_put(&host, "a", 64)->failures = 1;
    engine = engine_on(&host);
    CHECK(made(engine, "a") == THUMBLING_STATE_SUCCEEDED);
    CHECK(seen(&host, &host.files[0].opens) == 2);
    CHECK(closed(engine, &host));
}

/* A file that cannot be read now waits for its next try, and holds nothing up. */
static void waits_for_its_next_try(void (*wrong)(entry_t *)) {
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
    CHECK(made(engine, "well") == THUMBLING_STATE_SUCCEEDED);
    CHECK(state_of(engine, &id, 0) < THUMBLING_STATE_SUCCEEDED);
    CHECK(closed(engine, &host));
}

static void forgets_the_source(entry_t *entry) { entry->forgets = true; }
static void fails_after_it_gave_a_source(entry_t *entry) { entry->open = THUMBLING_ERROR_IO; }
static void claims_more_than_there_is(entry_t *entry) { entry->claims = 1000; }

static void an_open_without_a_source_is_tried_again(void) { waits_for_its_next_try(forgets_the_source); }
static void a_source_of_an_open_that_failed_is_freed(void) { waits_for_its_next_try(fails_after_it_gave_a_source); }

static void a_source_of_an_open_that_is_denied_is_freed(void) {
    host_t host;
    thumbling_engine_t engine;
    host_init(&host);
    host_put(&host, "a", 64)->changes_its_mind = true;
    engine = engine_on(&host);
    CHECK(made(engine, "a") == THUMBLING_STATE_FAILED);
    CHECK(closed(engine, &host));
}

static void a_source_that_claims_too_much_gives_a_right_picture_or_an_error(void) {
    host_t host;
    thumbling_engine_t engine;
    thumbling_look_t look;
    host_init(&host);
    claims_more_than_there_is(host_put(&host, "a", 64));
    engine = engine_on(&host);
    look = looked(engine, "a", "mary", THUMBLING_LOOK_WAIT);
    CHECK((look.state == THUMBLING_LOOKED_READY && look.width == 32) || look.state == THUMBLING_LOOKED_PENDING ||
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
    CHECK(made(engine, "well") == THUMBLING_STATE_SUCCEEDED);
    host_let_go(&host);
    CHECK(state_of(engine, &id, SOON) == THUMBLING_STATE_SUCCEEDED);
    CHECK(closed(engine, &host));
}

static void a_drive_that_blocks_beyond_all_patience_is_given_up_and_tried_again(void) {
    host_t host;
    thumbling_engine_t engine = {0};
    thumbling_file_t file = file_of("a");
    thumbling_task_id_t id;
    thumbling_counters_t counters;
    thumbling_spec_t spec;
    char state[64];
    thumbling_config_t config = config_new(&spec, state);
    int i;
    counters.struct_size = sizeof counters;
    counters.stuck = 0;
    config.threads = 1;
    config.patience_ms = 300;
    host_init(&host);
    host_put(&host, "a", 64)->blocks = true;
    host_put(&host, "well", 64);
    CHECK(!thumbling_engine_open(&config, &host.table, &engine, NULL));
    CHECK(!thumbling_engine_file_changed(engine, &file, &id, NULL));
    for (i = 0; i < SOON / 5 && counters.stuck != 1; i++) {
        nap(5);
        CHECK(!thumbling_engine_counters(engine, &counters, NULL));
    }
    CHECK(counters.stuck == 1);
    CHECK(made(engine, "well") == THUMBLING_STATE_SUCCEEDED);
    host_let_go(&host);
    CHECK(state_of(engine, &id, SOON) == THUMBLING_STATE_SUCCEEDED);
    CHECK(closed(engine, &host));
}

static void a_drive_without_resolve_or_copy_says_so(void) {
    host_t host;
    thumbling_engine_t engine;
    thumbling_caller_t mary = caller_of("mary");
    thumbling_url_t url = {0};
    host_init(&host);
    host.table.resolve = NULL;
    engine = engine_on(&host);
    CHECK(thumbling_url_new(engine, NULL, "drive://a", NULL, &mary, NULL, THUMBLING_LOOK_CACHE_ONLY, 0, &url, NULL) ==
          THUMBLING_ERROR_UNSUPPORTED);
    CHECK(closed(engine, &host));
}

static void an_error_says_whom_to_tell_and_when_to_try_again(void) {
    host_t host;
    thumbling_engine_t engine = {0};
    thumbling_caller_t mary = caller_of("mary");
    thumbling_file_t file = file_of("none");
    thumbling_task_id_t id;
    thumbling_error_t error = no_error;
    thumbling_spelling_t spelling;
    thumbling_spec_t spec;
    char state[64], text[64];
    thumbling_config_t config = config_new(&spec, state);
    spelling.struct_size = sizeof spelling;
    config.queue = 1;
    host_init(&host);
    host_put(&host, "a", 64)->blocks = true;
    host_put(&host, "b", 64)->blocks = true;
    CHECK(!thumbling_engine_open(&config, &host.table, &engine, NULL));
    mary.trace = "0123456789";
    CHECK(thumbling_task_new(engine, THUMBLING_TASK_AUTO, &file, &mary, &id, &error) == THUMBLING_ERROR_NOT_FOUND);
    CHECK(thumbling_error_correlation(error, text, 5) == 10);
    CHECK(thumbling_error_correlation(error, text, sizeof text) == 10 && !strcmp(text, "0123456789"));
    CHECK(!strcmp(thumbling_error_message(error, THUMBLING_LANGUAGE_EN_US), "The file does not exist."));
    CHECK(thumbling_error_message(error, THUMBLING_LANGUAGE_ZH_CN)[0] & 0x80);
    CHECK(!thumbling_error_spelling(error, &spelling) && !strcmp(spelling.name, "not-found"));
    CHECK(thumbling_error_retry_after_ms(error) == 0);
    thumbling_error_free(error);
    file = file_of("a");
    CHECK(!thumbling_task_new(engine, THUMBLING_TASK_AUTO, &file, &mary, &id, NULL));
    file = file_of("b");
    CHECK(thumbling_task_new(engine, THUMBLING_TASK_AUTO, &file, &mary, &id, &error) == THUMBLING_ERROR_BUSY);
    CHECK(thumbling_error_retry_after_ms(error) > 0);
    thumbling_error_free(error);
    host_let_go(&host);
    CHECK(closed(engine, &host));
}

#define DRIVE_TESTS                                                                                                   \
    what_stat_answers_is_checked, a_drive_that_fails_once_is_asked_again, an_open_without_a_source_is_tried_again,    \
        a_source_of_an_open_that_failed_is_freed, a_source_of_an_open_that_is_denied_is_freed,                        \
        a_source_that_claims_too_much_gives_a_right_picture_or_an_error, a_drive_that_blocks_holds_only_its_own_worker, \
        a_drive_that_blocks_beyond_all_patience_is_given_up_and_tried_again, a_drive_without_resolve_or_copy_says_so,  \
        an_error_says_whom_to_tell_and_when_to_try_again
