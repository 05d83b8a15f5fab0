/* Paints the first slide of presentations with LibreOfficeKit in one warm process, for benches/slides.py.
 *
 * usage: lok_slide LONG_SIDE FILE...   env LOK_PATH=/usr/lib/libreoffice/program LOK_PROFILE=file:///...
 * Prints a line for each file: CPU ms of this process, wall ms, and its path; -1 -1 for one that does not load. The first
 * file is painted once more before, unmeasured, so that what LibreOffice loads for its first slide is in memory. */
#define _GNU_SOURCE
#define LOK_USE_UNSTABLE_API
#include <LibreOfficeKit/LibreOfficeKitInit.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static double ms(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

/* Loads, paints, closes; 0 if all went well. */
static int paint(LibreOfficeKit *kit, const char *path, int long_side) {
    char real[PATH_MAX], url[PATH_MAX + 10];
    if (!realpath(path, real)) return -1;
    snprintf(url, sizeof url, "file://%s", real);
    LibreOfficeKitDocument *document = kit->pClass->documentLoad(kit, url);
    if (!document) return -1;
    long width = 0, height = 0;
    document->pClass->initializeForRendering(document, NULL);
    document->pClass->setPart(document, 0);
    document->pClass->getDocumentSize(document, &width, &height);
    int status = -1;
    if (width > 0 && height > 0) {
        double scale = (double)long_side / (width > height ? width : height);
        int w = width * scale + 0.5, h = height * scale + 0.5;
        unsigned char *pixels = calloc((size_t)(w < 1 ? 1 : w) * (h < 1 ? 1 : h), 4);
        if (pixels) document->pClass->paintTile(document, pixels, w, h, 0, 0, width, height), status = 0;
        free(pixels);
    }
    document->pClass->destroy(document);
    return status;
}

int main(int argc, char **argv) {
    const char *path = getenv("LOK_PATH");
    LibreOfficeKit *kit;
    int i;
    if (argc < 3) return 2;
    kit = lok_init_2(path ? path : "/usr/lib/libreoffice/program", getenv("LOK_PROFILE"));
    if (!kit) return 1;
    paint(kit, argv[2], atoi(argv[1]));
    for (i = 2; i < argc; i++) {
        double cpu = ms(CLOCK_PROCESS_CPUTIME_ID), wall = ms(CLOCK_MONOTONIC);
        int status = paint(kit, argv[i], atoi(argv[1]));
        if (status)
            printf("-1 -1 %s\n", argv[i]);
        else
            printf("%.1f %.1f %s\n", ms(CLOCK_PROCESS_CPUTIME_ID) - cpu, ms(CLOCK_MONOTONIC) - wall, argv[i]);
        fflush(stdout);
    }
    _exit(0); /* LibreOffice does not end well. */
}
