/* A minimal test framework: CHECK reports a failure and leaves the test. */
#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>

static int check_failures = 0;

#define CHECK(condition)                                                                    \
    do {                                                                                    \
        if (!(condition)) {                                                                 \
            fprintf(stderr, "%s:%d: %s: %s\n", __FILE__, __LINE__, __func__, #condition);   \
            check_failures++;                                                               \
            return;                                                                         \
        }                                                                                   \
    } while (0)

typedef void (*check_test_t)(void);

/* Runs the tests, prints the last line, and returns the exit code. */
static int check_run(const check_test_t *tests, size_t count) {
    size_t i, failed = 0;
    for (i = 0; i < count; i++) {
        int before = check_failures;
        tests[i]();
        failed += check_failures != before;
    }
    printf("%d passed, %d failed\n", (int)(count - failed), (int)failed);
    return failed != 0;
}

#endif
