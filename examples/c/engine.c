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

static thumbling_status_t drive_stat(uintptr_t user_data, const thumbling_call_t *call, const thumbling_file_t *file) {
    struct upload *upload = (struct upload *)user_data;
    thumbling_file_info_t info = THUMBLING_FILE_INFO_INIT;
    if (strcmp(file->file, "upload") != 0) return THUMBLING_ERROR_NOT_FOUND;
    info.size = upload->len;
    info.name = "upload";
    info.version = "1";
    return thumbling_call_reply_info(call, &info);
}

static thumbling_status_t drive_open(uintptr_t user_data, const thumbling_call_t *call, const thumbling_file_t *file,
                                     thumbling_source_t *source) {
    struct upload *upload = (struct upload *)user_data;
    (void)call;
    if (strcmp(file->file, "upload") != 0) return THUMBLING_ERROR_NOT_FOUND;
    return thumbling_source_new_copy(upload->bytes, upload->len, source, NULL);
}

static thumbling_status_t drive_authorize(uintptr_t user_data, const thumbling_call_t *call,
                                          const thumbling_caller_t *caller, const thumbling_file_t *file,
                                          int32_t action) {
    (void)user_data, (void)call, (void)action;
    if (strcmp(file->space, "mine") != 0) return THUMBLING_ERROR_NOT_FOUND;
    return caller->user && strcmp(caller->user, "mary") == 0 ? THUMBLING_OK : THUMBLING_ERROR_DENIED;
}

static void drive_release(uintptr_t user_data) { ((struct upload *)user_data)->released++; }

static int failed(const char *what, thumbling_status_t status, thumbling_error_t error) {
    const char *detail = thumbling_error_detail(error);
    fprintf(stderr, "%s: %s: %s\n", what, thumbling_status_name(status), detail ? detail : "");
    thumbling_error_free(error);
    return 1;
}

static int run(thumbling_engine_t engine, FILE *out) {
    thumbling_file_t file = {.space = "mine", .file = "upload"};
    thumbling_caller_t mary = THUMBLING_CALLER_INIT;
    thumbling_task_info_t info = THUMBLING_TASK_INFO_INIT;
    thumbling_url_request_t request = THUMBLING_URL_REQUEST_INIT;
    thumbling_url_info_t signed_url = THUMBLING_URL_INFO_INIT;
    thumbling_content_info_t found = THUMBLING_CONTENT_INFO_INIT;
    thumbling_task_id_t id;
    thumbling_task_t task;
    thumbling_url_t url;
    thumbling_content_t content;
    thumbling_error_t error;
    thumbling_status_t status;
    mary.user = "mary";

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

    request.file = &file;
    request.caller = &mary;
    request.mode = THUMBLING_LOOKUP_MODE_WAIT;
    status = thumbling_url_new(engine, &request, &url, &error);
    if (status) return failed("url", status, error);
    thumbling_url_info(url, &signed_url);
    status = thumbling_content_new(engine, signed_url.url, &content, &error);
    thumbling_url_free(url);
    if (status) return failed("content", status, error);
    thumbling_content_info(content, &found);
    for (uint64_t at = 0; at < found.size;) {
        unsigned char buffer[4096];
        size_t read;
        status = thumbling_content_read(content, at, buffer, sizeof buffer, &read, &error);
        if (status || read == 0) break;
        fwrite(buffer, 1, read, out);
        at += read;
    }
    if (!status) printf("task %s: %llu bytes of %s\n", info.id.text, (unsigned long long)found.size, found.media_type);
    thumbling_content_free(content);
    return status ? failed("read", status, error) : 0;
}

int main(int argc, char **argv) {
    struct upload upload = {0};
    thumbling_engine_t engine = {0};
    thumbling_error_t error;
    thumbling_status_t status;
    thumbling_engine_config_t config = THUMBLING_ENGINE_CONFIG_INIT;
    thumbling_drive_t drive = THUMBLING_DRIVE_INIT;
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

    drive.user_data = (uintptr_t)&upload;
    drive.release = drive_release;
    drive.stat = drive_stat;
    drive.open = drive_open;
    drive.authorize = drive_authorize;
    config.state_folder = argv[1];
    config.threads = 1;
    status = thumbling_engine_new(&config, &drive, &engine, &error);
    if (status) ended = failed("engine", status, error);
    else ended = run(engine, out);
    thumbling_engine_free(engine);
    if (upload.released != 1) {
        fprintf(stderr, "released %d times\n", upload.released);
        ended = 1;
    }
    free(upload.bytes);
    return fclose(out) || ended;
}
