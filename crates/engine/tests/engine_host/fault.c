/* Makes file-system calls below one folder fail: LD_PRELOAD, with
 *   FAULT_FOLDER=/path     the folder
 *   FAULT_CALL=fsync       write, pwrite, fsync, rename, open, ftruncate, mkdir or unlink
 *   FAULT_FIRST=5          the how-manieth such call fails first
 *   FAULT_LAST=5           and the last that does
 *   FAULT_ERRNO=5          with what
 *   FAULT_COUNT=/path      a file that the number of such calls is written to at exit */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static atomic_long calls;

static int below(const char *path) {
    const char *folder = getenv("FAULT_FOLDER");
    return folder && path && strncmp(path, folder, strlen(folder)) == 0;
}

static int file_below(int fd) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    if (n <= 0)
        return 0;
    path[n] = 0;
    return below(path);
}

/* Whether this call is to fail. */
static int fails(const char *call) {
    const char *wanted = getenv("FAULT_CALL"), *first = getenv("FAULT_FIRST"), *last = getenv("FAULT_LAST");
    if (!wanted || strcmp(wanted, call) != 0)
        return 0;
    long n = atomic_fetch_add(&calls, 1) + 1;
    if (!first || n < atol(first) || (last && n > atol(last)))
        return 0;
    const char *number = getenv("FAULT_ERRNO");
    errno = number ? atoi(number) : EIO;
    return 1;
}

__attribute__((destructor)) static void count(void) {
    const char *path = getenv("FAULT_COUNT");
    FILE *file = path ? fopen(path, "w") : NULL;
    if (file) {
        fprintf(file, "%ld\n", (long)calls);
        fclose(file);
    }
}

#define REAL(name) static __typeof__(&name) real; if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

ssize_t write(int fd, const void *bytes, size_t n) {
    REAL(write);
    return file_below(fd) && fails("write") ? -1 : real(fd, bytes, n);
}
ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at) {
    REAL(pwrite);
    return file_below(fd) && fails("pwrite") ? -1 : real(fd, bytes, n, at);
}
ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t at) {
    REAL(pwrite64);
    return file_below(fd) && fails("pwrite") ? -1 : real(fd, bytes, n, at);
}
int fsync(int fd) {
    REAL(fsync);
    return file_below(fd) && fails("fsync") ? -1 : real(fd);
}
int fdatasync(int fd) {
    REAL(fdatasync);
    return file_below(fd) && fails("fsync") ? -1 : real(fd);
}
int ftruncate(int fd, off_t n) {
    REAL(ftruncate);
    return file_below(fd) && fails("ftruncate") ? -1 : real(fd, n);
}
int ftruncate64(int fd, off64_t n) {
    REAL(ftruncate64);
    return file_below(fd) && fails("ftruncate") ? -1 : real(fd, n);
}
int rename(const char *from, const char *to) {
    REAL(rename);
    return below(to) && fails("rename") ? -1 : real(from, to);
}
int mkdir(const char *path, mode_t mode) {
    REAL(mkdir);
    return below(path) && fails("mkdir") ? -1 : real(path, mode);
}
int unlink(const char *path) {
    REAL(unlink);
    return below(path) && fails("unlink") ? -1 : real(path);
}
int open(const char *path, int flags, ...) {
    REAL(open);
    va_list rest;
    va_start(rest, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return below(path) && fails("open") ? -1 : real(path, flags, mode);
}
int open64(const char *path, int flags, ...) {
    REAL(open64);
    va_list rest;
    va_start(rest, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return below(path) && fails("open") ? -1 : real(path, flags, mode);
}
