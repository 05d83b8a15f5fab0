/* The engine in the C ABI, one test for each behaviour. Run it in a folder that it may write to. */
#define _POSIX_C_SOURCE 200809L

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "sample.h"
#include "thumbling.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define REFUSED THUMBLING_ERROR_INVALID_ARGUMENT
#define SOON 30000

static const thumbling_error_t no_error = {0};

#include "test_engine_host.h"
#include "test_engine_calls.h"
#include "test_engine_drive.h"
#include "test_engine_callbacks.h"
#include "test_engine_handles.h"
#include "test_engine_fork.h"

/* Last: handles that a test or the library forgot to free are still alive. */
static void nothing_is_left_alive(void) { CHECK(thumbling_handles_alive() == 0); }

int main(void) {
    static const check_test_t tests[] = {
        CALL_TESTS,
        DRIVE_TESTS,
        CALLBACK_TESTS,
        ENGINE_HANDLE_TESTS,
        FORK_TESTS,
        nothing_is_left_alive,
    };
    return check_run(tests, COUNT(tests));
}
