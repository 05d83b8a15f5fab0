/* What each call does when nothing fails. */

static void a_file_goes_from_upload_to_url(void) {
    host_t host;
    thumbling_engine_t engine;
    thumbling_file_t file = file_of("a");
    thumbling_url_t url = {0};
    thumbling_url_info_t signed_url = THUMBLING_URL_INFO_INIT;
    thumbling_content_t content = {0};
    thumbling_content_info_t info = THUMBLING_CONTENT_INFO_INIT;
    uint8_t bytes[16];
    size_t read = 0;
    host_init(&host);
    host_put(&host, "a", 64);
    engine = engine_on(&host);
    CHECK(changed_state(engine, "a") == THUMBLING_STATE_SUCCEEDED);
    CHECK(!url_new(engine, &file, NULL, "mary", NULL, &url) && !thumbling_url_info(url, &signed_url));
    CHECK(signed_url.expires_s > (uint64_t)time(NULL) && !signed_url.is_obfuscated);
    CHECK(!thumbling_content_new(engine, signed_url.url, &content, NULL));
    CHECK(!thumbling_content_info(content, &info));
    CHECK(!strcmp(info.media_type, "image/webp") && info.etag && !info.file_name && info.size > 12);
    CHECK(!thumbling_content_read(content, 0, bytes, sizeof bytes, &read, NULL));
    CHECK(read == sizeof bytes && !memcmp(bytes + 8, "WEBP", 4));
    CHECK(!thumbling_content_read(content, info.size, bytes, sizeof bytes, &read, NULL) && read == 0);
    thumbling_content_free(content);
    thumbling_url_free(url);
    CHECK(closed(engine, &host));
}

static void a_lookup_returns_the_state_of_each_file(void) {
    host_t host;
    thumbling_engine_t engine;
    thumbling_file_t files[31];
    thumbling_caller_t mary = caller_of("mary");
    thumbling_lookup_request_t request = THUMBLING_LOOKUP_REQUEST_INIT;
    thumbling_lookup_t lookup;
    thumbling_lookup_result_t look = THUMBLING_LOOKUP_RESULT_INIT;
    size_t i;
    host_init(&host);
    host_put(&host, "a", 64);
    host_put(&host, "viral", 64)->verdict = THUMBLING_VERDICT_VIRAL;
    host_put(&host, "malicious", 64)->verdict = THUMBLING_VERDICT_MALICIOUS;
    engine = engine_on(&host);
    CHECK(lookup_as(engine, "a", "mary", THUMBLING_LOOKUP_MODE_CACHE_ONLY).state == THUMBLING_LOOKUP_STATE_MISSING);
    look = lookup_as(engine, "a", "mary", THUMBLING_LOOKUP_MODE_WAIT);
    CHECK(look.state == THUMBLING_LOOKUP_STATE_READY && look.width == 32 && look.height == 32 && look.thumbhash_len > 4);
    CHECK(lookup_as(engine, "a", "eve", THUMBLING_LOOKUP_MODE_ENQUEUE).error == THUMBLING_ERROR_DENIED);
    for (i = 0; i < COUNT(files); i++) files[i] = file_of("a");
    files[1].file = "viral";
    files[2].file = "malicious";
    files[3].file = "none";
    files[4].space = "nowhere";
    request.files = files;
    request.files_len = 30;
    request.spec = "small";
    request.caller = &mary;
    CHECK(!thumbling_lookup_new(engine, &request, &lookup, NULL));
    for (i = 5; i < 30; i++) CHECK(!thumbling_lookup_at(lookup, i, &look) && look.state == THUMBLING_LOOKUP_STATE_READY && look.url);
    CHECK(!thumbling_lookup_at(lookup, 1, &look) && look.error == THUMBLING_ERROR_VIRAL && !look.url);
    CHECK(!thumbling_lookup_at(lookup, 2, &look) && look.error == THUMBLING_ERROR_MALICIOUS);
    CHECK(!thumbling_lookup_at(lookup, 3, &look) && look.error == THUMBLING_ERROR_NOT_FOUND);
    CHECK(!thumbling_lookup_at(lookup, 4, &look) && look.error == THUMBLING_ERROR_NOT_FOUND);
    CHECK(!thumbling_lookup_at(lookup, 2, &look) && !strcmp(look.problem, "malicious"));
    CHECK(thumbling_problem_message(look.problem, THUMBLING_LANGUAGE_EN_US));
    CHECK(!thumbling_lookup_at(lookup, 5, &look) && !look.problem);
    CHECK(thumbling_lookup_at(lookup, 30, &look) == REFUSED);
    thumbling_lookup_free(lookup);
    request.files_len = 0;
    CHECK(thumbling_lookup_new(engine, &request, &lookup, NULL) == REFUSED);
    request.files_len = 31;
    CHECK(thumbling_lookup_new(engine, &request, &lookup, NULL) == REFUSED);
    request.files_len = 1;
    request.spec = "huge";
    CHECK(thumbling_lookup_new(engine, &request, &lookup, NULL) == REFUSED);
    CHECK(closed(engine, &host));
}

static void a_batch_task_has_1_to_1000_files_and_a_status_for_each(void) {
    static thumbling_file_t files[1001];
    host_t host;
    thumbling_engine_t engine;
    thumbling_caller_t mary = caller_of("mary");
    thumbling_task_id_t id;
    thumbling_task_t task = {0};
    thumbling_task_info_t info = THUMBLING_TASK_INFO_INIT;
    thumbling_task_item_t item = THUMBLING_TASK_ITEM_INIT;
    size_t i;
    host_init(&host);
    host_put(&host, "a", 64);
    engine = engine_on(&host);
    for (i = 0; i < COUNT(files); i++) files[i] = file_of("a");
    CHECK(task_create(engine, THUMBLING_TASK_AUTO, files, 0, NULL, &id, NULL) == REFUSED);
    CHECK(task_create(engine, THUMBLING_TASK_AUTO, files, 1001, NULL, &id, NULL) == REFUSED);
    CHECK(task_create(engine, THUMBLING_TASK_IMAGE, files, 2, NULL, &id, NULL) == REFUSED);
    CHECK(!task_create(engine, THUMBLING_TASK_AUTO, files, 1000, "trace-7", &id, NULL));
    CHECK(!thumbling_task_wait(engine, &id, &mary, SOON, &task, NULL) && !thumbling_task_info(task, &info));
    CHECK(info.state == THUMBLING_STATE_SUCCEEDED && info.total == 1000 && info.done == 1000 && info.failed == 0);
    CHECK(!strcmp(info.id.text, id.text) && info.kind == THUMBLING_TASK_AUTO && !strcmp(info.trace, "trace-7"));
    CHECK(!thumbling_task_at(task, 999, &item) && !strcmp(item.file.file, "a") && !item.copy.file);
    CHECK(item.state == THUMBLING_STATE_SUCCEEDED && item.error == THUMBLING_OK);
    CHECK(thumbling_task_at(task, 1000, &item) == REFUSED);
    thumbling_task_free(task);
    CHECK(seen(&host, &host.files[0].opens) == 1);
    CHECK(closed(engine, &host));
}

static void a_task_of_a_family_refuses_files_of_others(void) {
    host_t host;
    thumbling_engine_t engine;
    thumbling_file_t file = file_of("a");
    thumbling_task_request_t anonymous = THUMBLING_TASK_REQUEST_INIT;
    thumbling_task_id_t id;
    host_init(&host);
    host_put(&host, "a", 64);
    engine = engine_on(&host);
    anonymous.files = &file;
    anonymous.files_len = 1;
    CHECK(!task_create(engine, THUMBLING_TASK_VIDEO, &file, 1, NULL, &id, NULL));
    CHECK(state_of(engine, &id, SOON) == THUMBLING_STATE_FAILED);
    CHECK(!task_create(engine, THUMBLING_TASK_IMAGE, &file, 1, NULL, &id, NULL));
    CHECK(state_of(engine, &id, SOON) == THUMBLING_STATE_SUCCEEDED);
    CHECK(task_create(engine, THUMBLING_TASK_CHANGED, &file, 1, NULL, &id, NULL) == REFUSED);
    CHECK(task_create(engine, 99, &file, 1, NULL, &id, NULL) == REFUSED);
    CHECK(thumbling_task_create(engine, &anonymous, &id, NULL) == THUMBLING_ERROR_DENIED);
    CHECK(closed(engine, &host));
}

static void a_cancelled_task_ends_at_once(void) {
    host_t host;
    thumbling_engine_t engine;
    thumbling_file_t file = file_of("a");
    thumbling_caller_t mary = caller_of("mary"), eve = caller_of("eve");
    thumbling_task_id_t id;
    thumbling_task_t task = {0};
    thumbling_task_info_t info = THUMBLING_TASK_INFO_INIT;
    host_init(&host);
    host_put(&host, "a", 64)->blocks = true;
    engine = engine_on(&host);
    CHECK(!task_create(engine, THUMBLING_TASK_AUTO, &file, 1, NULL, &id, NULL));
    CHECK(comes(&host, &host.inside, 1));
    CHECK(state_of(engine, &id, 1) == THUMBLING_STATE_RUNNING);
    /* To others it does not exist. */
    CHECK(thumbling_task_get(engine, &id, &eve, &task, NULL) == THUMBLING_ERROR_NOT_FOUND && !task.id);
    CHECK(thumbling_task_wait(engine, &id, &eve, 1, &task, NULL) == THUMBLING_ERROR_NOT_FOUND);
    CHECK(thumbling_task_cancel(engine, &id, &eve, &task, NULL) == THUMBLING_ERROR_NOT_FOUND);
    CHECK(state_of(engine, &id, 1) == THUMBLING_STATE_RUNNING);
    CHECK(!thumbling_task_cancel(engine, &id, &mary, &task, NULL) && !thumbling_task_info(task, &info));
    CHECK(info.state == THUMBLING_STATE_CANCELLED);
    thumbling_task_free(task);
    host_let_go(&host);
    CHECK(closed(engine, &host));
}

static void a_package_is_a_zip_archive_and_a_save_task_copies(void) {
    host_t host;
    thumbling_engine_t engine;
    thumbling_file_t files[2] = {{NULL, NULL}, {NULL, NULL}}, root = file_of("root");
    thumbling_task_request_t request = THUMBLING_TASK_REQUEST_INIT;
    thumbling_caller_t mary = caller_of("mary");
    thumbling_task_id_t id;
    thumbling_task_t task = {0};
    thumbling_task_info_t info = THUMBLING_TASK_INFO_INIT;
    thumbling_task_item_t item = THUMBLING_TASK_ITEM_INIT;
    thumbling_content_t content = {0};
    thumbling_content_info_t got = THUMBLING_CONTENT_INFO_INIT;
    uint8_t bytes[2];
    size_t read = 0;
    host_init(&host);
    host_put(&host, "a", 64);
    host_put(&host, "b", 32);
    engine = engine_on(&host);
    files[0] = file_of("a");
    files[1] = file_of("b");
    CHECK(changed_state(engine, "a") == THUMBLING_STATE_SUCCEEDED);
    request.kind = THUMBLING_TASK_PACKAGE;
    request.zip_name = "all.zip";
    request.content = THUMBLING_CONTENT_BOTH;
    request.files = files;
    request.files_len = 2;
    request.caller = &mary;
    CHECK(!thumbling_task_create(engine, &request, &id, NULL));
    CHECK(!thumbling_task_wait(engine, &id, &mary, SOON, &task, NULL) && !thumbling_task_info(task, &info));
    CHECK(info.state == THUMBLING_STATE_SUCCEEDED && info.kind == THUMBLING_TASK_PACKAGE && info.url && info.expires_s);
    CHECK(!thumbling_content_new(engine, info.url, &content, NULL) && !thumbling_content_info(content, &got));
    CHECK(!strcmp(got.file_name, "all.zip") && !strcmp(got.media_type, "application/zip"));
    CHECK(!thumbling_content_read(content, 0, bytes, 2, &read, NULL) && !memcmp(bytes, "PK", 2));
    thumbling_content_free(content);
    thumbling_task_free(task);
    request.kind = THUMBLING_TASK_SAVE;
    request.files_len = 1;
    request.folder = &root;
    CHECK(!thumbling_task_create(engine, &request, &id, NULL));
    CHECK(!thumbling_task_wait(engine, &id, &mary, SOON, &task, NULL) && !thumbling_task_at(task, 0, &item));
    CHECK(item.state == THUMBLING_STATE_SUCCEEDED && !strcmp(item.copy.file, "copy"));
    CHECK(seen(&host, &host.copies) == 1 && host.key[0]);
    CHECK(lookup_as(engine, "copy", "mary", THUMBLING_LOOKUP_MODE_CACHE_ONLY).state == THUMBLING_LOOKUP_STATE_READY);
    thumbling_task_free(task);
    request.folder = NULL;
    CHECK(thumbling_task_create(engine, &request, &id, NULL) == REFUSED);
    request.kind = THUMBLING_TASK_PACKAGE;
    request.content = 9;
    CHECK(thumbling_task_create(engine, &request, &id, NULL) == REFUSED);
    request.content = THUMBLING_CONTENT_FILES;
    request.zip_name = "";
    CHECK(thumbling_task_create(engine, &request, &id, NULL) == REFUSED);
    request.zip_name = NULL;
    CHECK(thumbling_task_create(engine, &request, &id, NULL) == REFUSED);
    CHECK(closed(engine, &host));
}

static void a_copy_gets_the_thumbnails_and_a_deleted_file_loses_them(void) {
    host_t host;
    thumbling_engine_t engine;
    thumbling_file_t a = file_of("a"), b = file_of("b");
    thumbling_counters_t counters = THUMBLING_COUNTERS_INIT;
    uint64_t linked = 0;
    host_init(&host);
    host_put(&host, "a", 64);
    host_put(&host, "b", 64);
    engine = engine_on(&host);
    CHECK(changed_state(engine, "a") == THUMBLING_STATE_SUCCEEDED);
    CHECK(!thumbling_engine_link_thumbnails(engine, &a, &b, &linked, NULL) && linked == 1);
    CHECK(lookup_as(engine, "b", "mary", THUMBLING_LOOKUP_MODE_CACHE_ONLY).state == THUMBLING_LOOKUP_STATE_READY);
    CHECK(seen(&host, &host.files[1].opens) == 0);
    CHECK(!thumbling_engine_file_deleted(engine, &a, NULL));
    CHECK(lookup_as(engine, "a", "mary", THUMBLING_LOOKUP_MODE_CACHE_ONLY).state == THUMBLING_LOOKUP_STATE_MISSING);
    CHECK(lookup_as(engine, "b", "mary", THUMBLING_LOOKUP_MODE_CACHE_ONLY).state == THUMBLING_LOOKUP_STATE_READY);
    CHECK(!thumbling_engine_counters(engine, &counters, NULL) && counters.ready == 1 && counters.bytes > 0);
    CHECK(!thumbling_engine_space_deleted(engine, "mine", NULL));
    CHECK(lookup_as(engine, "b", "mary", THUMBLING_LOOKUP_MODE_CACHE_ONLY).state == THUMBLING_LOOKUP_STATE_MISSING);
    CHECK(!thumbling_engine_counters(engine, &counters, NULL) && counters.ready == 0 && counters.bytes == 0);
    CHECK(closed(engine, &host));
}

static void a_url_by_uri_with_a_hint_saves_asking_the_drive(void) {
    host_t host;
    thumbling_engine_t engine;
    thumbling_file_t file = file_of("a");
    thumbling_caller_t mary = caller_of("mary");
    thumbling_file_info_t info = THUMBLING_FILE_INFO_INIT;
    thumbling_hint_request_t request = THUMBLING_HINT_REQUEST_INIT;
    thumbling_hint_t hint;
    thumbling_url_t url = {0};
    int stats;
    host_init(&host);
    host_put(&host, "a", 64);
    engine = engine_on(&host);
    CHECK(changed_state(engine, "a") == THUMBLING_STATE_SUCCEEDED);
    request.file = &file;
    request.uri = "drive://a";
    request.caller = &mary;
    request.info = &info;
    CHECK(thumbling_hint_new(engine, &request, &hint, NULL) == REFUSED && hint.id == 0);
    request.info = NULL;
    CHECK(!thumbling_hint_new(engine, &request, &hint, NULL) && strlen(thumbling_hint_text(hint)) > 20);
    stats = seen(&host, &host.stats);
    CHECK(!url_new(engine, NULL, "drive://a", "mary", thumbling_hint_text(hint), &url));
    CHECK(seen(&host, &host.stats) == stats);
    thumbling_url_free(url);
    CHECK(url_new(engine, NULL, "drive://a", "eve", thumbling_hint_text(hint), &url) == THUMBLING_ERROR_DENIED);
    CHECK(url_new(engine, NULL, "other://a", "mary", NULL, &url) == THUMBLING_ERROR_NOT_FOUND);
    CHECK(!thumbling_hint_free(hint) && !thumbling_hint_text(hint) && thumbling_hint_free(hint) == REFUSED);
    /* What a listing knows already saves even the first stat. */
    info.name = "a.qoi";
    info.version = "v64";
    info.size = 22 + 64 * 64 * 4;
    request.info = &info;
    stats = seen(&host, &host.stats);
    CHECK(!thumbling_hint_new(engine, &request, &hint, NULL));
    CHECK(!url_new(engine, NULL, "drive://a", "mary", thumbling_hint_text(hint), &url));
    CHECK(seen(&host, &host.stats) == stats);
    thumbling_url_free(url);
    thumbling_hint_free(hint);
    CHECK(closed(engine, &host));
}

static void a_folder_of_the_machine_is_a_drive(void) {
    thumbling_engine_t engine = {0};
    thumbling_file_t file = {"mine", "picture.qoi"};
    thumbling_spec_t spec;
    thumbling_lookup_result_t look;
    sample_t sample = sample_orange(20, 10);
    char state[64], folder[80], path[96];
    thumbling_engine_config_t config = config_new(&spec, state);
    FILE *out;
    snprintf(folder, sizeof folder, "%s-files", state);
    snprintf(path, sizeof path, "%s/picture.qoi", folder);
    CHECK(!mkdir(folder, 0700) && (out = fopen(path, "wb")));
    CHECK(fwrite(sample.data, 1, sample.len, out) == sample.len && !fclose(out));
    free(sample.data);
    CHECK(thumbling_engine_new_folder(&config, "no-such-folder", "mine", &engine, NULL) == THUMBLING_ERROR_NOT_FOUND);
    CHECK(!thumbling_engine_new_folder(&config, folder, "mine", &engine, NULL));
    look = lookup_as(engine, file.file, "mary", THUMBLING_LOOKUP_MODE_WAIT);
    CHECK(look.state == THUMBLING_LOOKUP_STATE_READY && look.width == 32 && look.height == 16);
    CHECK(!thumbling_engine_close(engine, SOON, NULL) && !thumbling_engine_free(engine));
}

static void ids_may_have_4096_bytes(void) {
    static char name[4097];
    host_t host;
    thumbling_engine_t engine;
    thumbling_file_t file;
    thumbling_url_t url = {0};
    thumbling_content_t content = {0};
    thumbling_events_t events = {0};
    thumbling_event_t event = {0};
    thumbling_event_info_t info = THUMBLING_EVENT_INFO_INIT;
    int i, ready = 0;
    memset(name, 'x', sizeof name - 1);
    file = file_of(name);
    host_init(&host);
    host_put(&host, name, 64);
    engine = engine_on(&host);
    CHECK(!thumbling_events_new(engine, &events, NULL));
    CHECK(changed_state(engine, name) == THUMBLING_STATE_SUCCEEDED);
    /* In any order: the task has ended, the file is ready. */
    for (i = 0; i < 2; i++) {
        CHECK(!thumbling_events_next(events, SOON, &event, NULL) && !thumbling_event_info(event, &info));
        ready += info.kind == THUMBLING_EVENT_READY && !strcmp(info.file.file, name) && !strcmp(info.version, "v64");
        thumbling_event_free(event);
    }
    CHECK(ready == 1);
    thumbling_events_free(events);
    CHECK(!url_new(engine, &file, NULL, "mary", NULL, &url) && !content_new(engine, url, &content));
    thumbling_content_free(content);
    thumbling_url_free(url);
    CHECK(closed(engine, &host));
}

#define CALL_TESTS \
    a_file_goes_from_upload_to_url, \
    a_lookup_returns_the_state_of_each_file, \
    a_batch_task_has_1_to_1000_files_and_a_status_for_each, \
    a_task_of_a_family_refuses_files_of_others, \
    a_cancelled_task_ends_at_once, \
    a_package_is_a_zip_archive_and_a_save_task_copies, \
    a_copy_gets_the_thumbnails_and_a_deleted_file_loses_them, \
    a_url_by_uri_with_a_hint_saves_asking_the_drive, \
    a_folder_of_the_machine_is_a_drive, \
    ids_may_have_4096_bytes
