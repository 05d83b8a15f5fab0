/* A drive with files in memory: uploads one, has its thumbnail generated, and fetches it by URL: engine STATE FILE OUT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <thumbling.h>

struct upload {
    unsigned char *bytes;
    size_t len;
    int released;
};

static thumbling_status_t drive_stat(void *user_data, const thumbling_file_t *file, thumbling_file_info_t *info) {
    struct upload *upload = user_data;
    if (strcmp(file->file, "upload") != 0) return THUMBLING_ERROR_NOT_FOUND;
    info->size = upload->len;
    strcpy(info->name, "upload");
    strcpy(info->version, "1");
    return THUMBLING_OK;
}

static thumbling_status_t drive_open(void *user_data, const thumbling_file_t *file, thumbling_source_t *source) {
    struct upload *upload = user_data;
    if (strcmp(file->file, "upload") != 0) return THUMBLING_ERROR_NOT_FOUND;
    return thumbling_source_new_copy(upload->bytes, upload->len, source, NULL);
}

static thumbling_status_t drive_authorize(void *user_data, const thumbling_caller_t *caller, const thumbling_file_t *file,
                                          int32_t action) {
    (void)user_data, (void)action;
    if (strcmp(file->space, "mine") != 0) return THUMBLING_ERROR_NOT_FOUND;
    return caller->user && strcmp(caller->user, "mary") == 0 ? THUMBLING_OK : THUMBLING_ERROR_DENIED;
}

static void drive_release(void *user_data) { ((struct upload *)user_data)->released++; }

static int failed(const char *what, thumbling_status_t status, thumbling_error_t error) {
    const char *detail = thumbling_error_detail(error);
    fprintf(stderr, "%s: %s: %s\n", what, thumbling_status_name(status), detail ? detail : "");
    thumbling_error_free(error);
    return 1;
}

static int run(thumbling_engine_t engine, FILE *out) {
    thumbling_file_t file = {.space = "mine", .file = "upload"};
    thumbling_caller_t mary = {.struct_size = sizeof mary, .user = "mary"};
    thumbling_task_info_t info = {.struct_size = sizeof info};
    thumbling_opened_info_t got = {.struct_size = sizeof got};
    thumbling_task_id_t id;
    thumbling_task_t task = {0};
    thumbling_url_t url = {0};
    thumbling_opened_t opened = {0};
    thumbling_error_t error = {0};
    thumbling_status_t status;

    status = thumbling_engine_file_changed(engine, &file, &id, &error);
    if (status) return failed("upload", status, error);
    status = thumbling_task_wait(engine, &id, &mary, 60000, &task, &error);
    if (status) return failed("task", status, error);
    thumbling_task_info(task, &info);
    thumbling_task_free(task);
    if (info.state != THUMBLING_STATE_SUCCEEDED) {
        fprintf(stderr, "the task ended with %d\n", info.state);
        return 1;
    }

    status = thumbling_url_new(engine, &file, NULL, NULL, &mary, NULL, THUMBLING_LOOK_WAIT, 10000, &url, &error);
    if (status) return failed("url", status, error);
    status = thumbling_url_open(engine, thumbling_url_text(url), &opened, &error);
    thumbling_url_free(url);
    if (status) return failed("open", status, error);
    thumbling_opened_info(opened, &got);
    for (uint64_t at = 0; at < got.size;) {
        unsigned char buffer[4096];
        size_t read;
        status = thumbling_opened_read(opened, at, buffer, sizeof buffer, &read, &error);
        if (status || read == 0) break;
        fwrite(buffer, 1, read, out);
        at += read;
    }
    if (!status) printf("task %s: %llu bytes of %s\n", info.id.text, (unsigned long long)got.size, got.content_type);
    thumbling_opened_free(opened);
    return status ? failed("read", status, error) : 0;
}

int main(int argc, char **argv) {
    struct upload upload = {0};
    thumbling_engine_t engine = {0};
    thumbling_error_t error = {0};
    thumbling_status_t status;
    thumbling_config_t config;
    thumbling_drive_t drive = {.struct_size = sizeof drive,
                               .user_data = &upload,
                               .release = drive_release,
                               .stat = drive_stat,
                               .open = drive_open,
                               .authorize = drive_authorize};
    FILE *in = argc == 4 ? fopen(argv[2], "rb") : NULL, *out = argc == 4 ? fopen(argv[3], "wb") : NULL;
    int ended = 1;
    if (!in || !out) return 2;
    for (;;) {
        upload.bytes = realloc(upload.bytes, upload.len + 4096);
        size_t n = fread(upload.bytes + upload.len, 1, 4096, in);
        upload.len += n;
        if (n == 0) break;
    }
    fclose(in);

    thumbling_config_init(&config, sizeof config);
    config.state = argv[1];
    config.threads = 1;
    status = thumbling_engine_open(&config, &drive, &engine, &error);
    if (status) ended = failed("engine", status, error);
    else ended = run(engine, out);
    thumbling_engine_close(engine, 10000, NULL);
    if (upload.released != 1) {
        fprintf(stderr, "released %d times\n", upload.released);
        ended = 1;
    }
    free(upload.bytes);
    return fclose(out) || ended;
}
