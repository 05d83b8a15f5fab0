/* Everything in the header is valid in every standard from C89 and C++11 on: compiled by tests/c/run, and run once. */
#include <thumbling.h>

#include <string.h>

#define CHECK_SIZE(type, init)                              \
    do {                                                    \
        static const type constant = init;                  \
        type variable = init;                               \
        failed += constant.struct_size != sizeof(type);     \
        failed += variable.struct_size != sizeof(type);     \
    } while (0)

#if THUMBLING_ABI_VERSION / 65536 != 2 || THUMBLING_VERSION_MAJOR < 0 || THUMBLING_NO_TIMEOUT < 1
#error "the versions are constants of the preprocessor"
#endif

int main(void) {
    int failed = 0;
    CHECK_SIZE(thumbling_call_t, THUMBLING_CALL_INIT);
    CHECK_SIZE(thumbling_caller_t, THUMBLING_CALLER_INIT);
    CHECK_SIZE(thumbling_collected_t, THUMBLING_COLLECTED_INIT);
    CHECK_SIZE(thumbling_content_info_t, THUMBLING_CONTENT_INFO_INIT);
    CHECK_SIZE(thumbling_counters_t, THUMBLING_COUNTERS_INIT);
    CHECK_SIZE(thumbling_drive_t, THUMBLING_DRIVE_INIT);
    CHECK_SIZE(thumbling_engine_config_t, THUMBLING_ENGINE_CONFIG_INIT);
    CHECK_SIZE(thumbling_event_info_t, THUMBLING_EVENT_INFO_INIT);
    CHECK_SIZE(thumbling_file_info_t, THUMBLING_FILE_INFO_INIT);
    CHECK_SIZE(thumbling_format_t, THUMBLING_FORMAT_INIT);
    CHECK_SIZE(thumbling_hint_request_t, THUMBLING_HINT_REQUEST_INIT);
    CHECK_SIZE(thumbling_image_t, THUMBLING_IMAGE_INIT);
    CHECK_SIZE(thumbling_info_t, THUMBLING_INFO_INIT);
    CHECK_SIZE(thumbling_limits_t, THUMBLING_LIMITS_INIT);
    CHECK_SIZE(thumbling_log_entry_t, THUMBLING_LOG_ENTRY_INIT);
    CHECK_SIZE(thumbling_lookup_request_t, THUMBLING_LOOKUP_REQUEST_INIT);
    CHECK_SIZE(thumbling_lookup_result_t, THUMBLING_LOOKUP_RESULT_INIT);
    CHECK_SIZE(thumbling_repaired_t, THUMBLING_REPAIRED_INIT);
    CHECK_SIZE(thumbling_report_t, THUMBLING_REPORT_INIT);
    CHECK_SIZE(thumbling_request_t, THUMBLING_REQUEST_INIT);
    CHECK_SIZE(thumbling_spec_t, THUMBLING_SPEC_INIT);
    CHECK_SIZE(thumbling_task_info_t, THUMBLING_TASK_INFO_INIT);
    CHECK_SIZE(thumbling_task_item_t, THUMBLING_TASK_ITEM_INIT);
    CHECK_SIZE(thumbling_task_request_t, THUMBLING_TASK_REQUEST_INIT);
    CHECK_SIZE(thumbling_url_info_t, THUMBLING_URL_INFO_INIT);
    CHECK_SIZE(thumbling_url_request_t, THUMBLING_URL_REQUEST_INIT);
    CHECK_SIZE(thumbling_verified_t, THUMBLING_VERIFIED_INIT);
    failed += strcmp(thumbling_status_name(THUMBLING_OK), "ok") != 0;
    return failed != 0;
}
