/* Thumbling: thumbnails of any file, in-process. Generated from src/capi by tests/header.rs; do not edit.
 *
 * From simple to advanced: version, status, errors, sources, cancelling, options, probing, thumbnails, formats.
 *
 * Handles are numbers in structs, not addresses, and every call checks them: a handle that was freed, belongs to another
 * type or was made up gives THUMBLING_ERROR_INVALID_ARGUMENT, also when it is freed again. A handle of 0 is none; to free
 * it is a no-op. What _new made, _free ends; threads that are at work with it then finish undisturbed.
 *
 * Out-parameters come last and are written only on success; the error, last of all, is written only on failure and may
 * be NULL. Other pointers may be NULL only where that is said; elsewhere NULL gives THUMBLING_ERROR_INVALID_ARGUMENT.
 * What pointers lead to stays valid and unchanged until the call returns. Strings are NUL-terminated UTF-8. Numbers are
 * validated.
 *
 * Every function may be called by any thread, at any time. Nothing is kept between calls but what handles name, and
 * nothing depends on the thread. No signal handlers are installed. A defect of the library is THUMBLING_ERROR_INTERNAL
 * and a line on stderr, not the end of the process. */
#ifndef THUMBLING_H
#define THUMBLING_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif


/* ---- Version ------------------------------------------------------------------------------------------------------
 * The library's version follows SemVer. The ABI has a version of its own, major << 16 | minor: a program runs with a
 * library whose ABI has the same major and at least the same minor number as the header that it was built with. */

/** ABI version that this header describes. */
#define THUMBLING_ABI_VERSION 65536

/** Version of the library that runs, such as "0.1.0". Never freed. */
const char *thumbling_version(void);

/** ABI version of the library that runs; compare it with THUMBLING_ABI_VERSION. */
uint32_t thumbling_abi_version(void);

/** Handles of every type that are alive in this process: zero when everything was freed. For tests. */
size_t thumbling_handles_alive(void);


/* ---- Status -------------------------------------------------------------------------------------------------------
 * Every function that can fail returns a status: 0, or what went wrong as far as a caller can act on it. Numbers are
 * pinned, new ones are appended: treat one that you do not know as THUMBLING_ERROR_INTERNAL. */

/** THUMBLING_OK, or one of THUMBLING_ERROR_... */
typedef int32_t thumbling_status_t;

/** Success. */
#define THUMBLING_OK 0

/** Reading the source failed; trying again later may help. */
#define THUMBLING_ERROR_IO 1
/** There is no such file. */
#define THUMBLING_ERROR_NOT_FOUND 2
/** The caller may not read it. */
#define THUMBLING_ERROR_DENIED 3
/** The format is unknown, or known and not made. */
#define THUMBLING_ERROR_UNSUPPORTED 4
/** The format is known, but this build was made without it. */
#define THUMBLING_ERROR_FEATURE_DISABLED 5
/** The file is fine and has nothing to show: audio without a cover, an archive without a picture. */
#define THUMBLING_ERROR_NO_VISUAL 6
/** The content is encrypted and the key is not here. */
#define THUMBLING_ERROR_ENCRYPTED 7
/** The file is damaged; trying again does not help. */
#define THUMBLING_ERROR_CORRUPT 8
/** A limit of the request was met: pixels, memory, nesting, expansion. */
#define THUMBLING_ERROR_LIMIT 9
/** The deadline passed. */
#define THUMBLING_ERROR_TIMEOUT 10
/** The caller cancelled. */
#define THUMBLING_ERROR_CANCELLED 11
/** The queue is full; trying again later helps. */
#define THUMBLING_ERROR_BUSY 12
/** The call itself is wrong: NULL, a stale handle, a number out of range. */
#define THUMBLING_ERROR_INVALID_ARGUMENT 13
/** The sandbox that the host requires cannot be had on this machine. */
#define THUMBLING_ERROR_SANDBOX_UNAVAILABLE 14
/** The host's scanner calls the file viral. */
#define THUMBLING_ERROR_VIRAL 15
/** The host's scanner calls the file malicious. */
#define THUMBLING_ERROR_MALICIOUS 16
/** A defect of this library. */
#define THUMBLING_ERROR_INTERNAL 17

/** The public name of a status, such as "not-found"; "ok" for 0, "unknown" for a number that is none. Never freed. */
const char *thumbling_status_name(thumbling_status_t status);


/* ---- Errors: what a status does not say ---------------------------------------------------------------------------
 * A function that takes a thumbling_error_t *error writes a handle there if it fails and error is not NULL: free
 * it. What was there before is overwritten. Errors are immutable and may be read by several threads. */

/** What happened, to which format, and why. */
typedef struct {
    /** 0 is none. */
    uint64_t id;
} thumbling_error_t;

/** The status that came with it. THUMBLING_ERROR_INVALID_ARGUMENT if the handle names no error. */
thumbling_status_t thumbling_error_status(thumbling_error_t error);

/** Why, in words for a log. Valid until the error is freed; NULL if the handle names no error. */
const char *thumbling_error_detail(thumbling_error_t error);

/** The name of the source's format, such as "jpeg"; NULL if it was not known yet. Never freed. */
const char *thumbling_error_format(thumbling_error_t error);

/** Frees an error; 0 is a no-op. */
thumbling_status_t thumbling_error_free(thumbling_error_t error);


/* ---- Sources: where the bytes come from ---------------------------------------------------------------------------
 * A source may be used by several threads at once and for any number of requests. What it is, its content decides; the
 * options may give the name as a hint. */

/** A file to make thumbnails of. */
typedef struct {
    /** 0 is none. */
    uint64_t id;
} thumbling_source_t;

/**
 * Told once that a source no longer needs `user_data` and the memory that came with it. It is called by the thread
 * that ends the last use: the one that frees the source, or one that was still at work with it then. It must not
 * throw.
 */
typedef void (*thumbling_release_t)(void *user_data);

/**
 * Reads up to `len` bytes at `offset` into `buffer`. Returns how many were read, 0 only at the end of the content, or
 * a negative number if reading failed: the request then ends with THUMBLING_ERROR_IO. Less than `len` may be read at a
 * time. It may be called by every thread that uses the source, by several at once; it must not throw.
 */
typedef int64_t (*thumbling_read_at_t)(void *user_data, uint64_t offset, uint8_t *buffer, size_t len);

/**
 * A regular file. Its name is NUL-terminated: bytes as the system has them, on Windows UTF-8. The file is opened now
 * and read as needed.
 */
thumbling_status_t thumbling_source_new_path(const char *path, thumbling_source_t *source, thumbling_error_t *error);

/** Content in memory, of which a copy is made. */
thumbling_status_t thumbling_source_new_copy(const uint8_t *data,
                                             size_t len,
                                             thumbling_source_t *source,
                                             thumbling_error_t *error);

/**
 * Content in memory that stays as it is until `release` is called, which may be NULL if nobody needs to be told.
 * `release` is called exactly once, also if this fails.
 */
thumbling_status_t thumbling_source_new_borrowed(const uint8_t *data,
                                                 size_t len,
                                                 void *user_data,
                                                 thumbling_release_t release,
                                                 thumbling_source_t *source,
                                                 thumbling_error_t *error);

/**
 * Content of `size` bytes behind a callback, such as an object in a store. `release` may be NULL; it is called exactly
 * once, also if this fails, and `read_at` never after it.
 */
thumbling_status_t thumbling_source_new_read_at(thumbling_read_at_t read_at,
                                                uint64_t size,
                                                void *user_data,
                                                thumbling_release_t release,
                                                thumbling_source_t *source,
                                                thumbling_error_t *error);

/** Frees a source; 0 is a no-op. Requests that are at work with it finish. */
thumbling_status_t thumbling_source_free(thumbling_source_t source);


/* ---- Cancelling from another thread -------------------------------------------------------------------------------
 * Requests that were given a token in their options end with THUMBLING_ERROR_CANCELLED soon after it is raised. */

/** A flag that stops the requests which hold it. */
typedef struct {
    /** 0 is none. */
    uint64_t id;
} thumbling_cancel_t;

/** Makes a token that is not raised. */
thumbling_status_t thumbling_cancel_new(thumbling_cancel_t *cancel, thumbling_error_t *error);

/** Raises a token, for good. */
thumbling_status_t thumbling_cancel_raise(thumbling_cancel_t cancel);

/** Frees a token; 0 is a no-op. Requests that hold it run on, and can no longer be stopped by it unless it was raised. */
thumbling_status_t thumbling_cancel_free(thumbling_cancel_t cancel);


/* ---- Options: what to make ----------------------------------------------------------------------------------------
 * A struct with a struct_size is initialised by its _init function or, if the library fills it, by setting
 * struct_size to its sizeof. Later versions append fields; programs built with this header keep working. Everything
 * that options point to has to stay valid until the call that takes them returns. */

/** The whole picture, as large as the box allows; one side may be smaller than the box. */
#define THUMBLING_FIT_CONTAIN 0
/** Exactly the box; what does not fit is cut off. */
#define THUMBLING_FIT_COVER 1
/** Exactly the box; the picture is stretched. */
#define THUMBLING_FIT_FILL 2
/** As THUMBLING_FIT_CONTAIN, but never larger than the source. */
#define THUMBLING_FIT_SCALE_DOWN 3

/** THUMBLING_FIT_COVER keeps the middle. */
#define THUMBLING_POSITION_CENTER 0
/** It keeps the upper edge. */
#define THUMBLING_POSITION_TOP 1
/** It keeps the lower edge. */
#define THUMBLING_POSITION_BOTTOM 2
/** It keeps the left edge. */
#define THUMBLING_POSITION_LEFT 3
/** It keeps the right edge. */
#define THUMBLING_POSITION_RIGHT 4
/** It keeps what a person looks at first: detail, saturated colours, skin. */
#define THUMBLING_POSITION_ATTENTION 5

/** JPEG; transparency is drawn over the background. */
#define THUMBLING_OUTPUT_JPEG 0
/** WebP, lossy, with transparency. */
#define THUMBLING_OUTPUT_WEBP 1
/** PNG, lossless, with transparency. */
#define THUMBLING_OUTPUT_PNG 2
/** AVIF: the smallest and by far the slowest. */
#define THUMBLING_OUTPUT_AVIF 3
/** WebP where there is transparency, PNG where few colours make it the smaller one, JPEG otherwise. */
#define THUMBLING_OUTPUT_AUTO 4
/** Raw pixels: width x height x 4 bytes of straight RGBA. */
#define THUMBLING_OUTPUT_RGBA 5

/** Every output keeps transparency if it can; for one that cannot, white. */
#define THUMBLING_BACKGROUND_NONE (-1)

/** The quickest picture that is right: an embedded preview wherever there is one. */
#define THUMBLING_EFFORT_PREVIEW 0
/** Previews only where they cover the asked size. */
#define THUMBLING_EFFORT_NORMAL 1
/** The file's own pixels, always. */
#define THUMBLING_EFFORT_BEST 2

/** A deadline that never passes. */
#define THUMBLING_NO_DEADLINE 18446744073709551615ull

/** A point in time of the library's choice. */
#define THUMBLING_TIME_AUTO (-1)

/** One thumbnail to make. */
typedef struct {
    /** sizeof(thumbling_spec_t), set by thumbling_spec_init. */
    size_t struct_size;
    /** Width of the box, px, 1 to 16,383. Default 256. */
    uint32_t width;
    /** Height of the box, px, 1 to 16,383. Default 256. */
    uint32_t height;
    /** THUMBLING_FIT_...: how the picture goes into the box. Default contain. */
    int32_t fit;
    /** THUMBLING_POSITION_...: which part cover keeps. Default center. */
    int32_t position;
    /** THUMBLING_OUTPUT_...: what it is encoded as. Default JPEG. */
    int32_t output;
    /** 1 to 100; for PNG and raw pixels without effect. Default 80. */
    int32_t quality;
    /** 0xRRGGBB: what transparency is drawn over, for every output; or THUMBLING_BACKGROUND_NONE, the default. */
    int32_t background;
    /** Zero. */
    uint32_t reserved;
} thumbling_spec_t;

/** How to make the thumbnails of one source. */
typedef struct {
    /** sizeof(thumbling_options_t), set by thumbling_options_init. */
    size_t struct_size;
    /**
     * Thumbnails to make, all from one decode; none means one of the defaults. At most 256, all of the struct_size
     * of the first.
     */
    const thumbling_spec_t *specs;
    /** How many. */
    size_t specs_len;
    /** The file's name, NUL-terminated; NULL if it is not known. It only breaks ties between formats. */
    const char *name;
    /** The file's media type, NUL-terminated; NULL if it is not known. It only breaks ties between formats. */
    const char *mime;
    /** THUMBLING_EFFORT_...: how much work it is worth. Default normal. */
    int32_t effort;
    /** Page or frame, from 0. */
    uint32_t page;
    /** Point in time of a video, ms; default THUMBLING_TIME_AUTO. */
    int64_t time_ms;
    /** Wall time after which the work ends with THUMBLING_ERROR_TIMEOUT, ms. Default 10,000; or THUMBLING_NO_DEADLINE. */
    uint64_t deadline_ms;
    /** Stops the work once it is raised; 0 is none. */
    thumbling_cancel_t cancel;
    /** Pixels of one frame, as the header claims them. Default 2^28. */
    uint64_t max_pixels;
    /** Bytes of memory for decoded pixels and buffers, held at once. Default 256 MiB. */
    uint64_t max_memory;
    /** Bytes that one compressed part may expand to. Default 256 MiB. */
    uint64_t max_part;
    /** Bytes of a source that has to be read whole. Default 256 MiB. */
    uint64_t max_source;
    /** Elements of an XML document. Default 1,000,000. */
    uint64_t max_xml_events;
    /** Frames of an animation that are looked at. Default 64. */
    uint32_t max_frames;
    /** Entries of an archive, items of a container that are looked at. Default 65,536. */
    uint32_t max_entries;
    /** Depth of files inside files. Default 8. */
    uint32_t max_nesting;
    /** Zero. */
    uint32_t reserved;
} thumbling_options_t;

/** Fills `spec` with the defaults. `struct_size` is sizeof(thumbling_spec_t). */
thumbling_status_t thumbling_spec_init(thumbling_spec_t *spec, size_t struct_size);

/** Fills `options` with the defaults. `struct_size` is sizeof(thumbling_options_t). */
thumbling_status_t thumbling_options_init(thumbling_options_t *options, size_t struct_size);


/* ---- Probing: what a file is, without decoding it ----------------------------------------------------------------- */

/** A picture. */
#define THUMBLING_FAMILY_IMAGE 1
/** Pages, text, sheets, slides. */
#define THUMBLING_FAMILY_DOCUMENT 2
/** Moving pictures. */
#define THUMBLING_FAMILY_VIDEO 3
/** Sound, shown by its cover. */
#define THUMBLING_FAMILY_AUDIO 4
/** A container of other files. */
#define THUMBLING_FAMILY_ARCHIVE 5

/** The header does not say how long it is. */
#define THUMBLING_DURATION_UNKNOWN (-1)

/** What the header of a file says. */
typedef struct {
    /** sizeof(thumbling_info_t), set by you. */
    size_t struct_size;
    /** The format by its public name, such as "jpeg". Never freed. */
    const char *format;
    /** Columns after orientation and sample aspect: px, for vector pictures CSS px, for pages pt. */
    double width;
    /** Rows after orientation and sample aspect, in the unit of `width`. */
    double height;
    /** Length of a video, a sound or an animation, ms; or THUMBLING_DURATION_UNKNOWN. */
    int64_t duration_ms;
    /** THUMBLING_FAMILY_...: what kind of thing the file is. More may be appended. */
    int32_t family;
    /** Pages, slides, sheets; 1 for anything that has none. */
    uint32_t pages;
    /** 1 if pixels may be transparent, else 0. */
    int32_t has_alpha;
    /** 1 if there is more than one frame to be played, else 0. */
    int32_t is_animated;
    /** 1 if the content is encrypted, else 0. */
    int32_t is_encrypted;
    /** Zero. */
    uint32_t reserved;
} thumbling_info_t;

/** Says what `source` is, from its header. `options` may be NULL; the specs in them are not looked at closely. */
thumbling_status_t thumbling_source_probe(thumbling_source_t source,
                                          const thumbling_options_t *options,
                                          thumbling_info_t *info,
                                          thumbling_error_t *error);

/** The public name of a family, such as "image"; "unknown" for a number that is none. Never freed. */
const char *thumbling_family_name(int32_t number);


/* ---- Thumbnails: the result ---------------------------------------------------------------------------------------
 * Results are immutable and may be read by several threads. What a result's pointers lead to is valid until the result
 * is freed. */

/** The pixels come from a preview that the file carries. */
#define THUMBLING_ORIGIN_EMBEDDED 1
/** They are the file's own. */
#define THUMBLING_ORIGIN_DECODED 2
/** They were drawn from a description: a page, a vector picture. */
#define THUMBLING_ORIGIN_RENDERED 3

/** What was made of one source. */
typedef struct {
    /** 0 is none. */
    uint64_t id;
} thumbling_thumbnails_t;

/** One finished thumbnail. */
typedef struct {
    /** sizeof(thumbling_thumbnail_t), set by you. */
    size_t struct_size;
    /** The encoded file, or width x height x 4 bytes for THUMBLING_OUTPUT_RGBA. */
    const uint8_t *data;
    /** How many bytes. */
    size_t len;
    /** "image/jpeg", "image/webp", "image/png", "image/avif" or "application/octet-stream". Never freed. */
    const char *media_type;
    /** Columns, px. */
    uint32_t width;
    /** Rows, px. */
    uint32_t height;
    /** THUMBLING_OUTPUT_...: what it is encoded as; never THUMBLING_OUTPUT_AUTO. */
    int32_t output;
    /** Zero. */
    uint32_t reserved;
} thumbling_thumbnail_t;

/** What goes with all thumbnails of one source. */
typedef struct {
    /** sizeof(thumbling_report_t), set by you. */
    size_t struct_size;
    /** Placeholder of about 25 bytes: <https://evanw.github.io/thumbhash/> */
    const uint8_t *thumbhash;
    /** How many bytes. */
    size_t thumbhash_len;
    /** What the caller should know and that is no error: strings, then NULL. */
    const char *const *warnings;
    /** Bytes fetched from the source so far, by all requests. */
    uint64_t bytes_read;
    /** 0xRRGGBB: the colour that most of the picture has. */
    int32_t dominant;
    /** THUMBLING_ORIGIN_...: where the pixels come from. */
    int32_t origin;
} thumbling_report_t;

/**
 * Makes every thumbnail that `options` ask for, from one decode of `source`. `options` may be NULL: one JPEG in a box
 * of 256 x 256 px. Whatever the content is, the call ends, within the limits of the options.
 */
thumbling_status_t thumbling_thumbnails_new(thumbling_source_t source,
                                            const thumbling_options_t *options,
                                            thumbling_thumbnails_t *thumbnails,
                                            thumbling_error_t *error);

/** How many thumbnails there are: one for each spec, in their order. 0 if the handle names no result. */
size_t thumbling_thumbnails_count(thumbling_thumbnails_t thumbnails);

/** The thumbnail at `index`, from 0. */
thumbling_status_t thumbling_thumbnails_at(thumbling_thumbnails_t thumbnails,
                                           size_t index,
                                           thumbling_thumbnail_t *thumbnail);

/** What the source is. */
thumbling_status_t thumbling_thumbnails_info(thumbling_thumbnails_t thumbnails, thumbling_info_t *info);

/** Placeholder, dominant colour, warnings, and where the pixels come from. */
thumbling_status_t thumbling_thumbnails_report(thumbling_thumbnails_t thumbnails, thumbling_report_t *report);

/** Frees a result and the memory that its pointers lead to; 0 is a no-op. */
thumbling_status_t thumbling_thumbnails_free(thumbling_thumbnails_t thumbnails);

/** The public name of an origin, such as "embedded"; "unknown" for a number that is none. Never freed. */
const char *thumbling_origin_name(int32_t number);


/* ---- Formats: what this build can read ---------------------------------------------------------------------------- */

/** One format that this library knows. Nothing of it is ever freed. */
typedef struct {
    /** sizeof(thumbling_format_t), set by you. */
    size_t struct_size;
    /** The format's public name; the feature's if this build lacks it. */
    const char *name;
    /** "image", "document", "video", "audio" or "archive"; NULL if this build lacks it. */
    const char *family;
    /** Extensions in lower case: strings, then NULL. */
    const char *const *extensions;
    /** Media types, the preferred one first: strings, then NULL. None if this build lacks it. */
    const char *const *mime_types;
    /** The Cargo feature that switches it. */
    const char *feature;
    /** 1 if this build makes it, else 0. */
    int32_t enabled;
    /** Zero. */
    uint32_t reserved;
} thumbling_format_t;

/** How many formats this library knows. */
size_t thumbling_formats_count(void);

/** The format at `index`, from 0. */
thumbling_status_t thumbling_formats_at(size_t index, thumbling_format_t *format);

#ifdef __cplusplus
}
#endif

#endif
