/* NULL, invalid handles, keys, a damaged store, many threads. */

static void null_is_refused_where_it_is_not_allowed(void) {
    host_t host;
    thumbling_engine_t engine, other;
    thumbling_file_t file = file_of("a"), nameless = {"mine", NULL}, long_named = {"mine", NULL};
    thumbling_caller_t mary = caller_of("mary");
    thumbling_task_request_t request = THUMBLING_TASK_REQUEST_INIT;
    thumbling_lookup_request_t lookup_request = THUMBLING_LOOKUP_REQUEST_INIT;
    thumbling_url_request_t url_request = THUMBLING_URL_REQUEST_INIT;
    thumbling_hint_request_t hint_request = THUMBLING_HINT_REQUEST_INIT;
    thumbling_task_id_t id;
    thumbling_task_t task;
    thumbling_lookup_t lookup;
    thumbling_url_t url;
    thumbling_hint_t hint;
    thumbling_content_t content;
    thumbling_events_t events = {0};
    thumbling_event_t event;
    thumbling_subscription_t subscription;
    thumbling_keyring_t keyring;
    thumbling_spec_t spec;
    static char name[5000];
    char state[64];
    thumbling_engine_config_t config = config_new(&spec, state);
    memset(name, 'x', sizeof name - 1);
    long_named.file = name;
    host_init(&host);
    host_put(&host, "a", 64);
    engine = engine_on(&host);
    memset(&id, 0, sizeof id);
    CHECK(thumbling_engine_new(NULL, &host.table, &other, NULL) == REFUSED && host.releases == 1);
    host.releases = 0;
    CHECK(thumbling_engine_new(&config, &host.table, NULL, NULL) == REFUSED && host.releases == 1);
    host.releases = 0;
    other.id = 7;
    CHECK(thumbling_engine_new(&config, NULL, &other, NULL) == REFUSED && other.id == 0);
    CHECK(thumbling_engine_new_folder(&config, NULL, "mine", &other, NULL) == REFUSED);
    CHECK(thumbling_engine_new_folder(&config, ".", NULL, &other, NULL) == REFUSED);
    CHECK(thumbling_engine_file_changed(engine, NULL, NULL, NULL) == REFUSED);
    CHECK(thumbling_engine_file_changed(engine, &nameless, NULL, NULL) == REFUSED);
    CHECK(thumbling_engine_file_changed(engine, &long_named, NULL, NULL) == REFUSED);
    CHECK(thumbling_engine_file_deleted(engine, NULL, NULL) == REFUSED);
    CHECK(thumbling_engine_space_deleted(engine, NULL, NULL) == REFUSED);
    CHECK(thumbling_engine_link_thumbnails(engine, &file, NULL, NULL, NULL) == REFUSED);
    CHECK(thumbling_engine_counters(engine, NULL, NULL) == REFUSED);
    CHECK(thumbling_engine_collect_garbage(engine, NULL, NULL) == REFUSED);
    CHECK(thumbling_engine_verify(engine, NULL, NULL) == REFUSED);
    CHECK(thumbling_engine_repair(engine, NULL, NULL) == REFUSED);
    CHECK(thumbling_state_repair(NULL, NULL, NULL) == REFUSED);
    CHECK(thumbling_task_create(engine, NULL, &id, NULL) == REFUSED);
    CHECK(thumbling_task_create(engine, &request, &id, NULL) == REFUSED);
    request.files_len = 2;
    CHECK(thumbling_task_create(engine, &request, &id, NULL) == REFUSED);
    CHECK(task_create(engine, THUMBLING_TASK_AUTO, &file, 1, NULL, NULL, NULL) == REFUSED);
    CHECK(thumbling_task_get(engine, NULL, &mary, &task, NULL) == REFUSED);
    memset(&id, 0, sizeof id);
    CHECK(thumbling_task_get(engine, &id, &mary, &task, NULL) == REFUSED && task.id == 0);
    CHECK(thumbling_task_wait(engine, &id, &mary, 1, NULL, NULL) == REFUSED);
    CHECK(thumbling_lookup_new(engine, NULL, &lookup, NULL) == REFUSED);
    lookup_request.files_len = 1;
    CHECK(thumbling_lookup_new(engine, &lookup_request, &lookup, NULL) == REFUSED);
    lookup_request.files = &file;
    CHECK(thumbling_lookup_new(engine, &lookup_request, NULL, NULL) == REFUSED);
    lookup_request.mode = 9;
    CHECK(thumbling_lookup_new(engine, &lookup_request, &lookup, NULL) == REFUSED);
    CHECK(thumbling_url_new(engine, NULL, &url, NULL) == REFUSED);
    CHECK(thumbling_url_new(engine, &url_request, &url, NULL) == REFUSED);
    url_request.file = &file;
    url_request.reserved = 1;
    CHECK(thumbling_url_new(engine, &url_request, &url, NULL) == REFUSED);
    CHECK(thumbling_hint_new(engine, NULL, &hint, NULL) == REFUSED);
    CHECK(thumbling_hint_new(engine, &hint_request, &hint, NULL) == REFUSED);
    CHECK(thumbling_content_new(engine, NULL, &content, NULL) == REFUSED);
    CHECK(thumbling_content_new(engine, "", &content, NULL) == THUMBLING_ERROR_NOT_FOUND);
    CHECK(thumbling_events_new(engine, NULL, NULL) == REFUSED);
    CHECK(thumbling_events_next(events, 0, &event, NULL) == REFUSED && event.id == 0);
    CHECK(thumbling_subscription_new(engine, NULL, NULL, 0, &subscription, NULL) == REFUSED);
    CHECK(thumbling_keyring_new("a", NULL, 32, &keyring, NULL) == REFUSED);
    CHECK(thumbling_keyring_new("a", name, 31, &keyring, NULL) == REFUSED);
    CHECK(thumbling_call_reply_info(NULL, NULL) == REFUSED && thumbling_call_reply_file(NULL, &file) == REFUSED);
    mary.struct_size = 3;
    lookup_request.mode = THUMBLING_LOOKUP_MODE_CACHE_ONLY;
    lookup_request.caller = &mary;
    CHECK(thumbling_lookup_new(engine, &lookup_request, &lookup, NULL) == REFUSED);
    host.table.stat = NULL;
    CHECK(thumbling_engine_new(&config, &host.table, &other, NULL) == REFUSED && host.releases == 1);
    host.releases = 0;
    CHECK(closed(engine, &host));
}

static void an_invalid_configuration_is_refused_and_the_drive_released(void) {
    host_t host;
    thumbling_engine_t engine = {0};
    thumbling_spec_t spec;
    char state[64];
    thumbling_engine_config_t config;
    int i;
    host_init(&host);
    for (i = 0; i < 8; i++) {
        config = config_new(&spec, state);
        if (i == 0) config.state_folder = NULL;
        if (i == 1) config.url_lifetime_s = 8 * 24 * 3600;
        if (i == 2) config.memory = 5;
        if (i == 3) config.niceness = 20;
        if (i == 4) config.obfuscate_urls = 2;
        if (i == 5) config.spec_names = NULL;
        if (i == 6) config.keyring.id = 77;
        if (i == 7) config.effort = 3;
        host.releases = 0;
        CHECK(thumbling_engine_new(&config, &host.table, &engine, NULL) == REFUSED);
        CHECK(host.releases == 1);
    }
    config = config_new(&spec, state);
    config.state_folder = "/proc/no-such-folder";
    CHECK(thumbling_engine_new(&config, &host.table, &engine, NULL) == THUMBLING_ERROR_IO);
    CHECK(host.releases == 2);
}

static void zero_stale_and_foreign_handles_are_refused(void) {
    host_t host;
    thumbling_engine_t engine, none = {0}, foreign;
    thumbling_file_t file = file_of("a");
    thumbling_caller_t mary = caller_of("mary");
    thumbling_task_id_t id;
    thumbling_url_t url = {0};
    thumbling_url_info_t signed_url = THUMBLING_URL_INFO_INIT;
    thumbling_task_t task = {0}, stale;
    thumbling_task_info_t info = THUMBLING_TASK_INFO_INIT;
    thumbling_counters_t counters = THUMBLING_COUNTERS_INIT;
    int bit;
    host_init(&host);
    host_put(&host, "a", 64);
    engine = engine_on(&host);
    CHECK(thumbling_engine_file_changed(none, &file, NULL, NULL) == REFUSED);
    CHECK(!thumbling_engine_free(none) && !thumbling_url_free(url) && !thumbling_task_free(task));
    CHECK(thumbling_engine_close(none, 0, NULL) == REFUSED && thumbling_url_info(url, &signed_url) == REFUSED);
    for (bit = 0; bit < 64; bit++) {
        foreign.id = engine.id ^ (uint64_t)1 << bit;
        CHECK(thumbling_engine_counters(foreign, &counters, NULL) == REFUSED);
        CHECK(thumbling_engine_close(foreign, 0, NULL) == REFUSED);
        CHECK(thumbling_engine_free(foreign) == (foreign.id ? REFUSED : THUMBLING_OK));
    }
    CHECK(!thumbling_engine_file_changed(engine, &file, &id, NULL));
    CHECK(!thumbling_task_wait(engine, &id, &mary, SOON, &task, NULL));
    foreign.id = task.id;
    CHECK(thumbling_engine_counters(foreign, &counters, NULL) == REFUSED);
    stale = task;
    CHECK(!thumbling_task_free(task));
    CHECK(!thumbling_task_get(engine, &id, &mary, &task, NULL));
    CHECK(thumbling_task_info(stale, &info) == REFUSED && thumbling_task_free(stale) == REFUSED);
    /* A status outlives its engine. */
    CHECK(closed(engine, &host));
    CHECK(!thumbling_task_info(task, &info) && info.done == 1);
    CHECK(thumbling_engine_counters(engine, &counters, NULL) == REFUSED);
    CHECK(thumbling_engine_close(engine, 0, NULL) == REFUSED);
    CHECK(!thumbling_task_free(task));
}

static void engines_with_one_keyring_serve_each_other_s_urls_until_a_key_is_retired(void) {
    host_t host, second;
    thumbling_engine_t engine = {0}, other = {0};
    thumbling_keyring_t keyring = {0};
    thumbling_file_t file = file_of("a");
    thumbling_url_t url = {0};
    thumbling_content_t opened = {0};
    thumbling_spec_t spec;
    uint8_t secret[32];
    char state[64];
    thumbling_engine_config_t config = config_new(&spec, state);
    memset(secret, 7, sizeof secret);
    host_init(&host);
    host_init(&second);
    host_put(&host, "a", 64);
    host_put(&second, "a", 64);
    CHECK(!thumbling_keyring_new("a", secret, sizeof secret, &keyring, NULL));
    config.keyring = keyring;
    CHECK(!thumbling_engine_new(&config, &host.table, &engine, NULL));
    CHECK(!thumbling_engine_new(&config, &second.table, &other, NULL));
    CHECK(changed_state(engine, "a") == THUMBLING_STATE_SUCCEEDED);
    CHECK(!url_new(engine, &file, NULL, "mary", NULL, &url));
    CHECK(!content_new(other, url, &opened));
    thumbling_content_free(opened);
    secret[0] = 8;
    CHECK(!thumbling_keyring_rotate(keyring, "b", secret, sizeof secret, NULL));
    CHECK(!content_new(other, url, &opened));
    thumbling_content_free(opened);
    CHECK(!thumbling_keyring_accept(keyring, "c", secret, sizeof secret, NULL));
    CHECK(thumbling_keyring_retire(keyring, "b", NULL) == REFUSED);
    CHECK(!thumbling_keyring_retire(keyring, "a", NULL));
    CHECK(content_new(other, url, &opened) == THUMBLING_ERROR_NOT_FOUND);
    thumbling_url_free(url);
    CHECK(!thumbling_keyring_free(keyring) && thumbling_keyring_free(keyring) == REFUSED);
    CHECK(closed(engine, &host) && closed(other, &second));
}

static void upkeep_verifies_and_repairs_the_store(void) {
    host_t host;
    thumbling_engine_t engine = {0};
    thumbling_verified_t verified = THUMBLING_VERIFIED_INIT;
    thumbling_collected_t collected = THUMBLING_COLLECTED_INIT;
    thumbling_repaired_t repaired = THUMBLING_REPAIRED_INIT;
    thumbling_spec_t spec;
    char state[64], path[96];
    thumbling_engine_config_t config = config_new(&spec, state);
    FILE *database;
    host_init(&host);
    host_put(&host, "a", 64);
    CHECK(!thumbling_engine_new(&config, &host.table, &engine, NULL));
    CHECK(changed_state(engine, "a") == THUMBLING_STATE_SUCCEEDED);
    CHECK(!thumbling_engine_verify(engine, &verified, NULL) && verified.intact == 1 && verified.damaged == 0);
    CHECK(!thumbling_engine_repair(engine, &verified, NULL) && verified.intact == 1 && verified.missing == 0);
    CHECK(!thumbling_engine_collect_garbage(engine, &collected, NULL) && collected.thumbnails == 0);
    CHECK(!thumbling_engine_free(engine));
    snprintf(path, sizeof path, "%s/engine.sqlite", state);
    CHECK((database = fopen(path, "r+b")) && fwrite("not a database .", 1, 16, database) == 16 && !fclose(database));
    host.releases = 0;
    CHECK(thumbling_engine_new(&config, &host.table, &engine, NULL) == THUMBLING_ERROR_CORRUPT);
    CHECK(host.releases == 1);
    CHECK(!thumbling_state_repair(state, &repaired, NULL));
    host.releases = 0;
    CHECK(!thumbling_engine_new(&config, &host.table, &engine, NULL));
    CHECK(changed_state(engine, "a") == THUMBLING_STATE_SUCCEEDED);
    CHECK(closed(engine, &host));
}

typedef struct {
    thumbling_engine_t engine;
    int failures;
} user_t;

static void *use(void *user_data) {
    user_t *user = (user_t *)user_data;
    int i;
    for (i = 0; i < 50; i++) {
        thumbling_file_t file = file_of(i % 2 ? "a" : "b");
        thumbling_caller_t mary = caller_of("mary");
        thumbling_task_id_t id;
        thumbling_task_t task = {0};
        thumbling_url_t url = {0};
        thumbling_content_t opened = {0};
        user->failures += lookup_as(user->engine, file.file, "mary", THUMBLING_LOOKUP_MODE_WAIT).state != THUMBLING_LOOKUP_STATE_READY;
        user->failures += task_create(user->engine, THUMBLING_TASK_AUTO, &file, 1, NULL, &id, NULL) != THUMBLING_OK;
        user->failures += thumbling_task_get(user->engine, &id, &mary, &task, NULL) != THUMBLING_OK;
        user->failures += thumbling_task_free(task) != THUMBLING_OK;
        user->failures += url_new(user->engine, &file, NULL, "mary", NULL, &url) != THUMBLING_OK;
        user->failures += content_new(user->engine, url, &opened) != THUMBLING_OK;
        user->failures += thumbling_content_free(opened) != THUMBLING_OK || thumbling_url_free(url) != THUMBLING_OK;
    }
    return NULL;
}

static void many_threads_use_an_engine_at_once(void) {
    host_t host;
    user_t users[6];
    pthread_t threads[COUNT(users)];
    thumbling_engine_t engine;
    size_t i;
    host_init(&host);
    host_put(&host, "a", 64);
    host_put(&host, "b", 32);
    engine = engine_on(&host);
    for (i = 0; i < COUNT(users); i++) {
        users[i].engine = engine;
        users[i].failures = 0;
        CHECK(!pthread_create(&threads[i], NULL, use, &users[i]));
    }
    for (i = 0; i < COUNT(users); i++) CHECK(!pthread_join(threads[i], NULL));
    for (i = 0; i < COUNT(users); i++) CHECK(users[i].failures == 0);
    CHECK(closed(engine, &host));
    CHECK(host.files[0].opens == 1 && host.files[1].opens == 1);
}

#define ENGINE_HANDLE_TESTS \
    null_is_refused_where_it_is_not_allowed, \
    an_invalid_configuration_is_refused_and_the_drive_released, \
    zero_stale_and_foreign_handles_are_refused, \
    engines_with_one_keyring_serve_each_other_s_urls_until_a_key_is_retired, \
    upkeep_verifies_and_repairs_the_store, \
    many_threads_use_an_engine_at_once
