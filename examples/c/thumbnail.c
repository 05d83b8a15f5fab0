/* Makes a WebP thumbnail of at most 256 x 256 px: thumbnail FILE OUT */
#include <stdio.h>
#include <thumbling.h>

int main(int argc, char **argv) {
    FILE *file = argc == 3 ? fopen(argv[2], "wb") : NULL;
    thumbling_spec_t spec = THUMBLING_SPEC_INIT;
    thumbling_image_t image = THUMBLING_IMAGE_INIT;
    thumbling_status_t status;
    if (!file) return 2;

    spec.output = THUMBLING_OUTPUT_WEBP;
    status = thumbling_make_from_path(argv[1], &spec, &image, NULL);
    if (status == THUMBLING_OK) fwrite(image.data, 1, image.len, file);
    else fprintf(stderr, "%s: %s\n", argv[1], thumbling_status_name(status));
    thumbling_image_free(&image);
    return fclose(file) || status != THUMBLING_OK;
}
