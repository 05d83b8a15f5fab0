/* Makes a WebP thumbnail of at most 256 x 256 px: thumbnail FILE OUT */
#include <stdio.h>
#include <thumbling.h>

int main(int argc, char **argv) {
    thumbling_source_t source = {0};
    thumbling_thumbnails_t made = {0};
    thumbling_thumbnail_t thumb = {.struct_size = sizeof thumb};
    thumbling_error_t error = {0};
    thumbling_options_t options;
    thumbling_spec_t spec;
    FILE *out = argc == 3 ? fopen(argv[2], "wb") : NULL;
    if (!out) return 2;

    thumbling_spec_init(&spec, sizeof spec);
    spec.output = THUMBLING_OUTPUT_WEBP;
    thumbling_options_init(&options, sizeof options);
    options.specs = &spec;
    options.specs_len = 1;

    if (!thumbling_source_new_path(argv[1], &source, &error) &&
        !thumbling_thumbnails_new(source, &options, &made, &error)) {
        thumbling_thumbnails_at(made, 0, &thumb);
        fwrite(thumb.data, 1, thumb.len, out);
        printf("%u x %u px, %zu bytes of %s\n", thumb.width, thumb.height, thumb.len, thumb.media_type);
    } else {
        fprintf(stderr, "%s\n", thumbling_error_detail(error));
    }
    thumbling_error_free(error);
    thumbling_thumbnails_free(made);
    thumbling_source_free(source);
    return fclose(out) || error.id != 0;
}
