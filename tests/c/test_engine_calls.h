/* What each call does when all is well. */

static void a_file_goes_from_upload_to_url(void) {
    host_t host;
    thumbling_engine_t engine;
    thumbling_file_t file = file_of("a");
    thumbling_caller_t mary = caller_of("mary");
    thumbling_url_t url = {0};
    thumbling_opened_t opened = {0};
    thumbling_opened_info_t info;
    uint8_t bytes[16];
    size_t read = 0;
    info.struct_size = sizeof info;
    host_init(&host);
    host_put(&host, "a", 64);
    engine = engine_on(&host);
    CHECK(made(engine, "a") == THUMBLING_STATE_SUCCEEDED);
    CHECK(!thumbling_url_new(engine, &file, NULL, NULL, &mary, NULL, THUMBLING_LOOK_CACHE_ONLY, 0, &url, NULL));
    CHECK(thumbling_url_expires(url) > (uint64_t)time(NULL) && !thumbling_url_is_obfuscated(url));
    CHECK(!thumbling_url_open(engine, thumbling_url_text(url), &opened, NULL));
    CHECK(!thumbling_opened_info(opened, &info));
    CHECK(!strcmp(info.content_type, "image/webp") && info.etag && !info.file_name && info.size > 12);
    CHECK(!thumbling_opened_read(opened, 0, bytes, sizeof bytes, &read, NULL));
    CHECK(read == sizeof bytes && !memcmp(bytes + 8, "WEBP", 4));
    CHECK(!thumbling_opened_read(opened, info.size, bytes, sizeof bytes, &read, NULL) && read == 0);
    thumbling_opened_free(opened);
    thumbling_url_free(url);
    CHECK(closed(engine, &host));
}

static void a_look_says_what_there_is(void) {
    host_t host;
    thumbling_engine_t engine;
    thumbling_file_t files[31];
    thumbling_caller_t mary = caller_of("mary");
    thumbling_looks_t looks = {0};
    thumbling_look_t look;
    thumbling_spelling_t spelling;
    size_t i;
    look.struct_size = sizeof look;
    spelling.struct_size = sizeof spelling;
    host_init(&host);
    host_put(&host, "a", 64);
    host_put(&host, "viral", 64)->verdict = THUMBLING_VERDICT_VIRAL;
    host_put(&host, "malicious", 64)->verdict = THUMBLING_VERDICT_MALICIOUS;
    engine = engine_on(&host);
    CHECK(looked(engine, "a", "mary", THUMBLING_LOOK_CACHE_ONLY).state == THUMBLING_LOOKED_NOT_EXIST);
    look = looked(engine, "a", "mary", THUMBLING_LOOK_WAIT);
    CHECK(look.state == THUMBLING_LOOKED_READY && look.width == 32 && look.height == 32 && look.thumbhash_len > 4);
    CHECK(looked(engine, "a", "eve", THUMBLING_LOOK_ENQUEUE).error == THUMBLING_ERROR_DENIED);
    for (i = 0; i < COUNT(files); i++) files[i] = file_of("a");
    files[1].file = "viral";
    files[2].file = "malicious";
    files[3].file = "none";
    files[4].space = "nowhere";
    CHECK(!thumbling_looks_new(engine, files, 30, "small", &mary, THUMBLING_LOOK_ENQUEUE, 0, &looks, NULL));
    for (i = 5; i < 30; i++) CHECK(!thumbling_looks_at(looks, i, &look) && look.state == THUMBLING_LOOKED_READY && look.url);
    CHECK(!thumbling_looks_at(looks, 1, &look) && look.error == THUMBLING_ERROR_VIRAL && !look.url);
    CHECK(!thumbling_looks_at(looks, 2, &look) && look.error == THUMBLING_ERROR_MALICIOUS);
    CHECK(!thumbling_looks_at(looks, 3, &look) && look.error == THUMBLING_ERROR_NOT_FOUND);
    CHECK(!thumbling_looks_at(looks, 4, &look) && look.error == THUMBLING_ERROR_NOT_FOUND);
    CHECK(!thumbling_looks_spelling(looks, 2, &spelling) && !strcmp(spelling.name, "malicious"));
    CHECK(thumbling_looks_spelling(looks, 5, &spelling) == THUMBLING_ERROR_NOT_FOUND);
    CHECK(thumbling_looks_at(looks, 30, &look) == REFUSED);
    thumbling_looks_free(looks);
    CHECK(thumbling_looks_new(engine, files, 0, NULL, &mary, THUMBLING_LOOK_ENQUEUE, 0, &looks, NULL) == REFUSED);
    CHECK(thumbling_looks_new(engine, files, 31, NULL, &mary, THUMBLING_LOOK_ENQUEUE, 0, &looks, NULL) == REFUSED);
    CHECK(thumbling_looks_new(engine, files, 1, "huge", &mary, THUMBLING_LOOK_ENQUEUE, 0, &looks, NULL) == REFUSED);
    CHECK(closed(engine, &host));
}

static void a_batch_task_takes_1_to_1000_files_and_says_what_became_of_each(void) {
    static thumbling_file_t files[1001];
    host_t host;
    thumbling_engine_t engine;
    thumbling_caller_t mary = caller_of("mary");
    thumbling_task_id_t id;
    thumbling_task_t task = {0};
    thumbling_task_info_t info;
    thumbling_task_item_t item;
    size_t i;
    info.struct_size = sizeof info;
    item.struct_size = sizeof item;
    host_init(&host);
    host_put(&host, "a", 64);
    engine = engine_on(&host);
    for (i = 0; i < COUNT(files); i++) files[i] = file_of("a");
    CHECK(thumbling_task_new_batch(engine, files, 0, &mary, &id, NULL) == REFUSED);
    CHECK(thumbling_task_new_batch(engine, files, 1001, &mary, &id, NULL) == REFUSED);
    mary.trace = "trace-7";
    CHECK(!thumbling_task_new_batch(engine, files, 1000, &mary, &id, NULL));
    CHECK(!thumbling_task_wait(engine, &id, &mary, SOON, &task, NULL) && !thumbling_task_info(task, &info));
    CHECK(info.state == THUMBLING_STATE_SUCCEEDED && info.total == 1000 && info.done == 1000 && info.failed == 0);
    CHECK(!strcmp(info.id.text, id.text) && info.kind == THUMBLING_TASK_AUTO && !strcmp(info.trace, "trace-7"));
    CHECK(!thumbling_task_item(task, 999, &item) && !strcmp(item.file.file, "a") && !item.saved.file);
    CHECK(item.state == THUMBLING_STATE_SUCCEEDED && item.error == THUMBLING_OK);
    CHECK(thumbling_task_item(task, 1000, &item) == REFUSED);
    thumbling_task_free(task);
    CHECK(seen(&host, &host.files[0].opens) == 1);
    CHECK(closed(engine, &host));
}

static void a_task_of_a_kind_takes_its_family_alone(void) {
    host_t host;
    thumbling_engine_t engine;
    thumbling_file_t file = file_of("a");
    thumbling_caller_t mary = caller_of("mary");
    thumbling_task_id_t id;
    host_init(&host);
    host_put(&host, "a", 64);
    engine = engine_on(&host);
    CHECK(!thumbling_task_new(engine, THUMBLING_TASK_VIDEO, &file, &mary, &id, NULL));
    CHECK(state_of(engine, &id, SOON) == THUMBLING_STATE_FAILED);
    CHECK(!thumbling_task_new(engine, THUMBLING_TASK_IMAGE, &file, &mary, &id, NULL));
    CHECK(state_of(engine, &id, SOON) == THUMBLING_STATE_SUCCEEDED);
    CHECK(thumbling_task_new(engine, THUMBLING_TASK_CHANGED, &file, &mary, &id, NULL) == REFUSED);
    CHECK(thumbling_task_new(engine, 99, &file, &mary, &id, NULL) == REFUSED);
    CHECK(thumbling_task_new(engine, THUMBLING_TASK_AUTO, &file, NULL, &id, NULL) == THUMBLING_ERROR_DENIED);
    CHECK(closed(engine, &host));
}

static void a_cancelled_task_ends_at_once(void) {
    host_t host;
    thumbling_engine_t engine;
    thumbling_file_t file = file_of("a");
    thumbling_caller_t mary = caller_of("mary");
    thumbling_task_id_t id;
    thumbling_task_t task = {0};
    thumbling_task_info_t info;
    info.struct_size = sizeof info;
    host_init(&host);
    host_put(&host, "a", 64)->blocks = true;
    engine = engine_on(&host);
    CHECK(!thumbling_task_new(engine, THUMBLING_TASK_AUTO, &file, &mary, &id, NULL));
    CHECK(comes(&host, &host.inside, 1));
    CHECK(state_of(engine, &id, 1) == THUMBLING_STATE_RUNNING);
    CHECK(!thumbling_task_cancel(engine, &id, &mary, &task, NULL) && !thumbling_task_info(task, &info));
    CHECK(info.state == THUMBLING_STATE_CANCELLED);
    thumbling_task_free(task);
    host_let_go(&host);
    CHECK(closed(engine, &host));
}

static void a_package_is_a_zip_and_a_save_copies(void) {
    host_t host;
    thumbling_engine_t engine;
    thumbling_file_t files[2] = {{NULL, NULL}, {NULL, NULL}}, root = file_of("root");
    thumbling_caller_t mary = caller_of("mary");
    thumbling_task_id_t id;
    thumbling_task_t task = {0};
    thumbling_task_info_t info;
    thumbling_task_item_t item;
    thumbling_opened_t opened = {0};
    thumbling_opened_info_t got;
    uint8_t bytes[2];
    size_t read = 0;
    info.struct_size = sizeof info;
    item.struct_size = sizeof item;
    got.struct_size = sizeof got;
    host_init(&host);
    host_put(&host, "a", 64);
    host_put(&host, "b", 32);
    engine = engine_on(&host);
    files[0] = file_of("a");
    files[1] = file_of("b");
    CHECK(made(engine, "a") == THUMBLING_STATE_SUCCEEDED);
    CHECK(!thumbling_task_new_package(engine, "all.zip", THUMBLING_CONTENT_BOTH, files, 2, &mary, &id, NULL));
    CHECK(!thumbling_task_wait(engine, &id, &mary, SOON, &task, NULL) && !thumbling_task_info(task, &info));
    CHECK(info.state == THUMBLING_STATE_SUCCEEDED && info.kind == THUMBLING_TASK_PACKAGE && info.url && info.expires);
    CHECK(!thumbling_url_open(engine, info.url, &opened, NULL) && !thumbling_opened_info(opened, &got));
    CHECK(!strcmp(got.file_name, "all.zip") && !strcmp(got.content_type, "application/zip"));
    CHECK(!thumbling_opened_read(opened, 0, bytes, 2, &read, NULL) && !memcmp(bytes, "PK", 2));
    thumbling_opened_free(opened);
    thumbling_task_free(task);
    CHECK(!thumbling_task_new_save(engine, &root, files, 1, &mary, &id, NULL));
    CHECK(!thumbling_task_wait(engine, &id, &mary, SOON, &task, NULL) && !thumbling_task_item(task, 0, &item));
    CHECK(item.state == THUMBLING_STATE_SUCCEEDED && !strcmp(item.saved.file, "copy"));
    CHECK(seen(&host, &host.copies) == 1 && host.key[0]);
    CHECK(looked(engine, "copy", "mary", THUMBLING_LOOK_CACHE_ONLY).state == THUMBLING_LOOKED_READY);
    thumbling_task_free(task);
    CHECK(thumbling_task_new_package(engine, "", THUMBLING_CONTENT_FILES, files, 1, &mary, &id, NULL) == REFUSED);
    CHECK(thumbling_task_new_package(engine, "x.zip", 9, files, 1, &mary, &id, NULL) == REFUSED);
    CHECK(closed(engine, &host));
}

static void a_copy_gets_the_thumbnails_and_what_is_deleted_has_none(void) {
    host_t host;
    thumbling_engine_t engine;
    thumbling_file_t a = file_of("a"), b = file_of("b");
    thumbling_counters_t counters;
    uint64_t linked = 0;
    counters.struct_size = sizeof counters;
    host_init(&host);
    host_put(&host, "a", 64);
    host_put(&host, "b", 64);
    engine = engine_on(&host);
    CHECK(made(engine, "a") == THUMBLING_STATE_SUCCEEDED);
    CHECK(!thumbling_engine_link_thumbnails(engine, &a, &b, &linked, NULL) && linked == 1);
    CHECK(looked(engine, "b", "mary", THUMBLING_LOOK_CACHE_ONLY).state == THUMBLING_LOOKED_READY);
    CHECK(seen(&host, &host.files[1].opens) == 0);
    CHECK(!thumbling_engine_file_deleted(engine, &a, NULL));
    CHECK(looked(engine, "a", "mary", THUMBLING_LOOK_CACHE_ONLY).state == THUMBLING_LOOKED_NOT_EXIST);
    CHECK(looked(engine, "b", "mary", THUMBLING_LOOK_CACHE_ONLY).state == THUMBLING_LOOKED_READY);
    CHECK(!thumbling_engine_counters(engine, &counters, NULL) && counters.ready == 1 && counters.bytes > 0);
    CHECK(!thumbling_engine_space_deleted(engine, "mine", NULL));
    CHECK(looked(engine, "b", "mary", THUMBLING_LOOK_CACHE_ONLY).state == THUMBLING_LOOKED_NOT_EXIST);
    CHECK(!thumbling_engine_counters(engine, &counters, NULL) && counters.ready == 0 && counters.bytes == 0);
    CHECK(closed(engine, &host));
}

static void a_url_by_uri_with_a_hint_saves_asking_the_drive(void) {
    host_t host;
    thumbling_engine_t engine;
    thumbling_file_t file = file_of("a");
    thumbling_caller_t mary = caller_of("mary"), eve = caller_of("eve");
    thumbling_file_info_t info;
    thumbling_url_t url = {0};
    char hint[5000];
    size_t len = 0;
    int stats;
    memset(&info, 0, sizeof info);
    host_init(&host);
    host_put(&host, "a", 64);
    engine = engine_on(&host);
    CHECK(made(engine, "a") == THUMBLING_STATE_SUCCEEDED);
    CHECK(thumbling_hint_new(engine, &file, "drive://a", NULL, &mary, hint, 8, &len, NULL) == THUMBLING_ERROR_LIMIT);
    CHECK(thumbling_hint_new(engine, &file, "drive://a", &info, &mary, hint, sizeof hint, &len, NULL) == REFUSED);
    CHECK(!thumbling_hint_new(engine, &file, "drive://a", NULL, &mary, hint, sizeof hint, &len, NULL));
    CHECK(len == strlen(hint));
    stats = seen(&host, &host.stats);
    CHECK(!thumbling_url_new(engine, NULL, "drive://a", NULL, &mary, hint, THUMBLING_LOOK_CACHE_ONLY, 0, &url, NULL));
    CHECK(seen(&host, &host.stats) == stats);
    thumbling_url_free(url);
    CHECK(thumbling_url_new(engine, NULL, "drive://a", NULL, &eve, hint, THUMBLING_LOOK_CACHE_ONLY, 0, &url, NULL) ==
          THUMBLING_ERROR_DENIED);
    CHECK(thumbling_url_new(engine, NULL, "other://a", NULL, &mary, NULL, THUMBLING_LOOK_CACHE_ONLY, 0, &url, NULL) ==
          THUMBLING_ERROR_NOT_FOUND);
    CHECK(closed(engine, &host));
}

static void a_folder_of_the_machine_is_a_drive(void) {
    thumbling_engine_t engine = {0};
    thumbling_file_t file = {"mine", "picture.qoi"};
    thumbling_caller_t mary = caller_of("mary");
    thumbling_spec_t spec;
    thumbling_looks_t looks = {0};
    thumbling_look_t look;
    sample_t sample = sample_orange(20, 10);
    char state[64], folder[80], path[96];
    thumbling_config_t config = config_new(&spec, state);
    FILE *out;
    look.struct_size = sizeof look;
    snprintf(folder, sizeof folder, "%s-files", state);
    snprintf(path, sizeof path, "%s/picture.qoi", folder);
    CHECK(!mkdir(folder, 0700) && (out = fopen(path, "wb")));
    CHECK(fwrite(sample.data, 1, sample.len, out) == sample.len && !fclose(out));
    free(sample.data);
    CHECK(thumbling_engine_open_folder(&config, "no-such-folder", "mine", &engine, NULL) == THUMBLING_ERROR_NOT_FOUND);
    CHECK(!thumbling_engine_open_folder(&config, folder, "mine", &engine, NULL));
    CHECK(!thumbling_looks_new(engine, &file, 1, NULL, &mary, THUMBLING_LOOK_WAIT, SOON, &looks, NULL));
    CHECK(!thumbling_looks_at(looks, 0, &look) && look.state == THUMBLING_LOOKED_READY && look.width == 32 && look.height == 16);
    thumbling_looks_free(looks);
    CHECK(!thumbling_engine_close(engine, SOON, NULL));
}

#define CALL_TESTS                                                                                               \
    a_file_goes_from_upload_to_url, a_look_says_what_there_is,                                                   \
        a_batch_task_takes_1_to_1000_files_and_says_what_became_of_each, a_task_of_a_kind_takes_its_family_alone, \
        a_cancelled_task_ends_at_once, a_package_is_a_zip_and_a_save_copies,                                     \
        a_copy_gets_the_thumbnails_and_what_is_deleted_has_none, a_url_by_uri_with_a_hint_saves_asking_the_drive, \
        a_folder_of_the_machine_is_a_drive
