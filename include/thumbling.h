/* Thumbling: thumbnails of any file, in-process. Generated from crates/capi; do not edit.
 *
 * C89 to C++20, with stdint.h. A thumbnail in five lines:
 *
 *     thumbling_spec_t spec = THUMBLING_SPEC_INIT;
 *     thumbling_image_t image = THUMBLING_IMAGE_INIT;
 *     spec.output = THUMBLING_OUTPUT_WEBP;
 *     if (thumbling_make_from_path("holiday.heic", &spec, &image, NULL) == THUMBLING_OK) fwrite(image.data, 1, image.len, file);
 *     thumbling_image_free(&image);
 *
 * The sections go from simple to advanced: version, status, errors; one thumbnail; formats; sources, limits, requests,
 * thumbnails, log; then the engine: your drive, configuration, lookups, URLs, tasks, events, upkeep. All functions follow the
 * same rules:
 *
 * Handles are structs with one number. They are checked at every call: 0, a freed handle, one of another type or a made-up
 * one gives THUMBLING_ERROR_INVALID_ARGUMENT. thumbling_<type>_new makes a handle, thumbling_<type>_free frees it; freeing 0
 * is a no-op. A handle may be freed while other threads use it: they finish undisturbed. After a fork the handles of the
 * parent name nothing in the child, which makes its own.
 *
 * Structs with a struct_size may grow in later versions. Initialise them with THUMBLING_<TYPE>_INIT, which sets the size and
 * the defaults; programs compiled with an older header keep working. Fields named reserved are zero. Other structs never
 * grow.
 *
 * Out-parameters come last, the error last of all, and are always written: with zeros if the call fails. Out-parameters may
 * be NULL only where that is stated, the error always.
 *
 * Strings are NUL-terminated UTF-8. What you pass is copied or used only until the call returns, unless stated. What you get
 * belongs to the handle or struct it came from and is valid until that is freed; static strings are valid for ever.
 *
 * Functions may be called from any thread at any time, except callbacks where stated. Sizes are in bytes and px, times in
 * the unit of their suffix: _s, _ms, _ns. No signal handlers are installed. A defect of the library is
 * THUMBLING_ERROR_INTERNAL and a line on stderr, never the end of the process. */
#ifndef THUMBLING_H
#define THUMBLING_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif


/* ---- Version ------------------------------------------------------------------------------------------------------
 * The library's version follows SemVer. The ABI has a version of its own, major << 16 | minor: a program works with a
 * library whose ABI has the same major and at least the same minor number as the header it was compiled with. */

/** Version of the library that this header belongs to. */
#define THUMBLING_VERSION_MAJOR 0
#define THUMBLING_VERSION_MINOR 1
#define THUMBLING_VERSION_PATCH 0

/** ABI version of this header: 2.0. */
#define THUMBLING_ABI_VERSION 131072

/**
 * Version of the library at run time, such as "0.1.0"; compare it with THUMBLING_VERSION_MAJOR, _MINOR and _PATCH.
 * Static string.
 */
const char *thumbling_version(void);

/** ABI version of the library at run time; compare it with THUMBLING_ABI_VERSION. */
uint32_t thumbling_abi_version(void);

/** Number of live handles of all types in this process; 0 once everything is freed. For tests. */
size_t thumbling_handles_alive(void);


/* ---- Status -------------------------------------------------------------------------------------------------------
 * Functions that can fail return a status. It says whether to retry, to fix the call or to skip the file. The numbers
 * never change; new ones may be added: treat an unknown one as THUMBLING_ERROR_INTERNAL. */

/** THUMBLING_OK or one of THUMBLING_ERROR_... */
typedef int32_t thumbling_status_t;

/** Success. */
#define THUMBLING_OK 0

/** Reading or storing failed; retrying later may help. */
#define THUMBLING_ERROR_IO 1
/** No such file, task or space. */
#define THUMBLING_ERROR_NOT_FOUND 2
/** The caller is not allowed to do this. */
#define THUMBLING_ERROR_DENIED 3
/** Unknown or unsupported format. */
#define THUMBLING_ERROR_UNSUPPORTED 4
/** Known format that this build does not include. */
#define THUMBLING_ERROR_FEATURE_DISABLED 5
/** The file has nothing to show: audio without cover art, an archive without a picture. */
#define THUMBLING_ERROR_NO_VISUAL 6
/** The content is encrypted. */
#define THUMBLING_ERROR_ENCRYPTED 7
/** The file is damaged; retrying does not help. */
#define THUMBLING_ERROR_CORRUPT 8
/** A limit was exceeded: pixels, memory, nesting, expansion. */
#define THUMBLING_ERROR_LIMIT 9
/** The timeout elapsed. */
#define THUMBLING_ERROR_TIMEOUT 10
/** Cancelled by the caller, or the engine is closed. */
#define THUMBLING_ERROR_CANCELLED 11
/** The queue is full or the thumbnail is not ready; retry later. */
#define THUMBLING_ERROR_BUSY 12
/** The call is wrong: NULL, a stale handle, a number out of range. */
#define THUMBLING_ERROR_INVALID_ARGUMENT 13
/** The required sandbox is unavailable on this machine. */
#define THUMBLING_ERROR_SANDBOX_UNAVAILABLE 14
/** The host's malware scanner found a virus. */
#define THUMBLING_ERROR_VIRAL 15
/** The host's malware scanner found malicious content. */
#define THUMBLING_ERROR_MALICIOUS 16
/** A defect of this library. */
#define THUMBLING_ERROR_INTERNAL 17

/** The name of a status, such as "not-found"; "ok" for 0, "unknown" for any other number. Static string. */
const char *thumbling_status_name(thumbling_status_t status);


/* ---- Error details ------------------------------------------------------------------------------------------------
 * Functions with a parameter thumbling_error_t *error always write it: 0 on success, otherwise a handle that you free.
 * Pass NULL if the status is enough. Errors are immutable and may be read by several threads. */

/** An error with its details. */
typedef struct {
    /** 0: none. */
    uint64_t id;
} thumbling_error_t;

/** The status that was returned with it; THUMBLING_ERROR_INVALID_ARGUMENT for an invalid handle. */
thumbling_status_t thumbling_error_status(thumbling_error_t error);

/** Human-readable detail, for logs. Valid until the error is freed; NULL for an invalid handle. */
const char *thumbling_error_detail(thumbling_error_t error);

/** The name of the source's format, such as "jpeg"; NULL if it was not identified. Static string. */
const char *thumbling_error_format(thumbling_error_t error);

/**
 * The id under which the engine logged the failed call: the caller's trace id, or a UUID. NULL if the error does not come
 * from an engine. Valid until the error is freed.
 */
const char *thumbling_error_correlation(thumbling_error_t error);

/** When to retry, ms; 0 if retrying does not help or the time is unknown. */
uint64_t thumbling_error_retry_after_ms(thumbling_error_t error);

/** Frees an error; 0 is a no-op. */
thumbling_status_t thumbling_error_free(thumbling_error_t error);


/* ---- Specs: size and encoding of a thumbnail ---------------------------------------------------------------------- */

/** The whole picture, as large as fits into the box. */
#define THUMBLING_FIT_CONTAIN 0
/** Fills the box exactly and crops what does not fit. */
#define THUMBLING_FIT_COVER 1
/** Fills the box exactly and stretches the picture. */
#define THUMBLING_FIT_FILL 2
/** Like THUMBLING_FIT_CONTAIN, but never enlarges. */
#define THUMBLING_FIT_SCALE_DOWN 3

/** THUMBLING_FIT_COVER keeps the middle. */
#define THUMBLING_POSITION_CENTER 0
/** It keeps the top edge. */
#define THUMBLING_POSITION_TOP 1
/** It keeps the bottom edge. */
#define THUMBLING_POSITION_BOTTOM 2
/** It keeps the left edge. */
#define THUMBLING_POSITION_LEFT 3
/** It keeps the right edge. */
#define THUMBLING_POSITION_RIGHT 4
/** It keeps what people look at first: detail, saturated colours, skin. */
#define THUMBLING_POSITION_ATTENTION 5

/** JPEG; transparency is drawn over the background. */
#define THUMBLING_OUTPUT_JPEG 0
/** WebP, lossy, with transparency. */
#define THUMBLING_OUTPUT_WEBP 1
/** PNG, lossless, with transparency. */
#define THUMBLING_OUTPUT_PNG 2
/** AVIF: the smallest and by far the slowest. */
#define THUMBLING_OUTPUT_AVIF 3
/** WebP if the picture has transparency, PNG if it has few colours, JPEG otherwise. */
#define THUMBLING_OUTPUT_AUTO 4
/** Raw pixels: width x height x 4 bytes of straight (not premultiplied) RGBA, without padding. */
#define THUMBLING_OUTPUT_RGBA 5

/** White for outputs without transparency, none for the others. */
#define THUMBLING_BACKGROUND_NONE (-1)

/** Size, fit and encoding of one thumbnail. */
typedef struct {
    /** sizeof(thumbling_spec_t). */
    size_t struct_size;
    /** Width of the box, px, 1 to 16,383. */
    uint32_t width;
    /** Height of the box, px, 1 to 16,383. */
    uint32_t height;
    /** THUMBLING_FIT_...: how the picture is fitted into the box. */
    int32_t fit;
    /** THUMBLING_POSITION_...: the part that THUMBLING_FIT_COVER keeps. */
    int32_t position;
    /** THUMBLING_OUTPUT_...: output format. */
    int32_t output;
    /** Encoder quality, 1 to 100; ignored for PNG and raw pixels. */
    int32_t quality;
    /** Colour behind transparent pixels: 0xRRGGBB or THUMBLING_BACKGROUND_... */
    int32_t background;
    /** Zero. */
    uint32_t reserved;
} thumbling_spec_t;

/** Initialiser of thumbling_spec_t. */
#define THUMBLING_SPEC_INIT {sizeof(thumbling_spec_t), 256, 256, THUMBLING_FIT_SCALE_DOWN, THUMBLING_POSITION_CENTER, \
    THUMBLING_OUTPUT_JPEG, 80, THUMBLING_BACKGROUND_NONE, 0}


/* ---- A thumbnail in one call --------------------------------------------------------------------------------------
 * For several sizes from one decode, limits, cancelling and other sources see thumbling_thumbnails_new. */

/**
 * A finished thumbnail. `data` is valid until thumbling_image_free or, for an image of thumbling_thumbnails_at, until
 * the thumbnails are freed.
 */
typedef struct {
    /** sizeof(thumbling_image_t). */
    size_t struct_size;
    /** The encoded file, or the pixels for THUMBLING_OUTPUT_RGBA. */
    const uint8_t *data;
    /** Bytes of `data`. */
    size_t len;
    /** "image/jpeg", "image/webp", "image/png", "image/avif" or "application/octet-stream". Static string. */
    const char *media_type;
    /** Width, px. */
    uint32_t width;
    /** Height, px. */
    uint32_t height;
    /** THUMBLING_OUTPUT_...: output format; never THUMBLING_OUTPUT_AUTO. */
    int32_t output;
    /** Zero. */
    uint32_t reserved;
    /** Private: owner of the memory; 0 if the image owns none. */
    uint64_t owner;
} thumbling_image_t;

/** Initialiser of thumbling_image_t. */
#define THUMBLING_IMAGE_INIT {sizeof(thumbling_image_t), NULL, 0, NULL, 0, 0, THUMBLING_OUTPUT_JPEG, 0, 0}

/**
 * Makes a thumbnail of the file `path`: NUL-terminated, bytes as the system has them, UTF-8 on Windows. `spec` may be
 * NULL for a JPEG in a box of 256 x 256 px. Free the image with thumbling_image_free; what it held before is not freed.
 */
thumbling_status_t thumbling_make_from_path(const char *path,
                                            const thumbling_spec_t *spec,
                                            thumbling_image_t *image,
                                            thumbling_error_t *error);

/** Makes a thumbnail of the file in memory. `spec` and `image` are as for thumbling_make_from_path. */
thumbling_status_t thumbling_make_from_bytes(const void *data,
                                             size_t len,
                                             const thumbling_spec_t *spec,
                                             thumbling_image_t *image,
                                             thumbling_error_t *error);

/** Frees the memory of an image and clears the struct. NULL and an image that owns no memory are no-ops. */
thumbling_status_t thumbling_image_free(thumbling_image_t *image);


/* ---- Formats of this build ---------------------------------------------------------------------------------------- */

/** A format that the library knows. All strings are static. */
typedef struct {
    /** sizeof(thumbling_format_t). */
    size_t struct_size;
    /** Its name, such as "jpeg"; the feature's name if this build does not include it. */
    const char *name;
    /** "image", "document", "video", "audio" or "archive"; NULL if this build does not include it. */
    const char *family;
    /** Extensions in lower case; the array ends with NULL. */
    const char *const *extensions;
    /** Media types, the preferred one first; the array ends with NULL. Empty if this build does not include it. */
    const char *const *media_types;
    /** The Cargo feature that includes it. */
    const char *feature;
    /** 1 if this build includes it, else 0. */
    int32_t is_enabled;
    /** Zero. */
    uint32_t reserved;
} thumbling_format_t;

/** Initialiser of thumbling_format_t. */
#define THUMBLING_FORMAT_INIT {sizeof(thumbling_format_t), NULL, NULL, NULL, NULL, NULL, 0, 0}

/**
 * 1 if this build includes the format `name` (such as "jpeg") or a format of the Cargo feature `name` (such as "raw"),
 * else 0.
 */
int32_t thumbling_format_is_enabled(const char *name);

/** Number of formats that the library knows. */
size_t thumbling_format_count(void);

/** The format `index`, from 0. */
thumbling_status_t thumbling_format_at(size_t index, thumbling_format_t *format);


/* ---- Callbacks ----------------------------------------------------------------------------------------------------
 * Callbacks have a uintptr_t user_data of your choice: an integer, since bindings pass the number of an object of their
 * own language; C casts a pointer, (uintptr_t)&object. Callbacks may be called by several threads at once, must not
 * throw or longjmp, and may use whatever they are passed until they return. */

/** The call that a callback answers: how long the library waits for the answer, and whether it still needs it. */
typedef struct {
    /** sizeof(thumbling_call_t) of the library. */
    size_t struct_size;
    /** Private: names the call until the callback returns. */
    uint64_t id;
    /** Time left when the callback was called, ms; THUMBLING_NO_TIMEOUT if the library waits without a limit. */
    uint64_t remaining_ms;
    /** 1 if nobody needed the answer any more when the callback was called, else 0. */
    int32_t is_cancelled;
    /** Zero. */
    uint32_t reserved;
} thumbling_call_t;

/** Initialiser of thumbling_call_t. */
#define THUMBLING_CALL_INIT {sizeof(thumbling_call_t), 0, 0, 0, 0}

/** Called exactly once, when the library no longer needs `user_data` and the memory that was passed along with it. */
typedef void (*thumbling_release_t)(uintptr_t user_data);

/** Time left now, ms; THUMBLING_NO_TIMEOUT if the library waits without a limit, 0 if the callback has returned. */
uint64_t thumbling_call_remaining_ms(const thumbling_call_t *call);

/** 1 if nobody needs the answer any more or the callback has returned, else 0. */
int32_t thumbling_call_is_cancelled(const thumbling_call_t *call);


/* ---- Sources ------------------------------------------------------------------------------------------------------
 * A source is a file to make thumbnails of. It may be used by several threads at once and for any number of requests. Its
 * content decides its format; a request may give the name as a hint. */

/** A file to make thumbnails of. */
typedef struct {
    /** 0: none. */
    uint64_t id;
} thumbling_source_t;

/**
 * Reads up to `len` bytes at `offset` into `buffer`. Returns how many were read, 0 only at the end of the content, or a
 * negative number if reading failed: the request then fails with THUMBLING_ERROR_IO. It may read less than `len`.
 */
typedef int64_t (*thumbling_read_at_t)(uintptr_t user_data,
                                       const thumbling_call_t *call,
                                       uint64_t offset,
                                       void *buffer,
                                       size_t len);

/** A regular file: NUL-terminated, bytes as the system has them, UTF-8 on Windows. It is opened now and read when needed. */
thumbling_status_t thumbling_source_new_path(const char *path,
                                             thumbling_source_t *source,
                                             thumbling_error_t *error);

/**
 * An open regular file. The descriptor is duplicated: yours stays yours and may be closed at once. The file is read from
 * its start, whatever the position of the descriptor, which does not change. THUMBLING_ERROR_UNSUPPORTED on Windows.
 */
thumbling_status_t thumbling_source_new_fd(int fd,
                                           thumbling_source_t *source,
                                           thumbling_error_t *error);

/** A copy of the content in memory. */
thumbling_status_t thumbling_source_new_copy(const void *data,
                                             size_t len,
                                             thumbling_source_t *source,
                                             thumbling_error_t *error);

/**
 * Content in memory that stays valid and unchanged until `release` is called: when the source is freed and the last
 * request that uses it has ended. `release` may be NULL; it is called even if this function fails.
 */
thumbling_status_t thumbling_source_new_borrowed(const void *data,
                                                 size_t len,
                                                 thumbling_release_t release,
                                                 uintptr_t user_data,
                                                 thumbling_source_t *source,
                                                 thumbling_error_t *error);

/**
 * Content of `size` bytes behind a callback, such as an object in a store. `release` may be NULL; it is called even if
 * this function fails, and `read_at` never after it.
 */
thumbling_status_t thumbling_source_new_read_at(thumbling_read_at_t read_at,
                                                uint64_t size,
                                                thumbling_release_t release,
                                                uintptr_t user_data,
                                                thumbling_source_t *source,
                                                thumbling_error_t *error);

/** Frees a source; 0 is a no-op. Running requests that use it continue. */
thumbling_status_t thumbling_source_free(thumbling_source_t source);


/* ---- Cancelling from another thread -------------------------------------------------------------------------------
 * A request with a token ends with THUMBLING_ERROR_CANCELLED soon after the token is raised. */

/** A flag that stops the requests that refer to it. */
typedef struct {
    /** 0: none. */
    uint64_t id;
} thumbling_cancel_t;

/** A new token. */
thumbling_status_t thumbling_cancel_new(thumbling_cancel_t *cancel, thumbling_error_t *error);

/** Raises a token, permanently. */
thumbling_status_t thumbling_cancel_raise(thumbling_cancel_t cancel);

/** Frees a token; 0 is a no-op. Running requests that refer to it continue. */
thumbling_status_t thumbling_cancel_free(thumbling_cancel_t cancel);


/* ---- Limits: what one file may cost -------------------------------------------------------------------------------
 * They are checked against the file's header before anything is decoded. A file that exceeds one fails with
 * THUMBLING_ERROR_LIMIT, or with THUMBLING_ERROR_TIMEOUT. */

/** A timeout that never elapses. */
#define THUMBLING_NO_TIMEOUT UINT64_MAX

/** Limits of one request or job. */
typedef struct {
    /** sizeof(thumbling_limits_t). */
    size_t struct_size;
    /** Wall time, ms, or THUMBLING_NO_TIMEOUT. */
    uint64_t timeout_ms;
    /** Pixels of one frame, as its header claims them. */
    uint64_t max_pixels;
    /** Bytes of decoded pixels and decoder buffers held at once. */
    uint64_t max_memory;
    /** Bytes that one compressed part may expand to. */
    uint64_t max_part;
    /** Bytes of a source that has to be read whole, because its codec cannot read ranges. */
    uint64_t max_source;
    /** Elements of an XML document. */
    uint64_t max_xml_events;
    /** Frames of an animation that are decoded to choose one. */
    uint32_t max_frames;
    /** Entries of an archive, items of a container. */
    uint32_t max_entries;
    /** Depth of files inside files. */
    uint32_t max_nesting;
    /** Zero. */
    uint32_t reserved;
} thumbling_limits_t;

/** Initialiser of thumbling_limits_t. */
#define THUMBLING_LIMITS_INIT {sizeof(thumbling_limits_t), 10000, 268435456, 268435456, 268435456, 268435456, \
    1000000, 64, 65536, 8, 0}


/* ---- Requests: several thumbnails from one decode ----------------------------------------------------------------- */

/** The fastest correct picture: an embedded preview wherever there is one. */
#define THUMBLING_EFFORT_PREVIEW 0
/** Embedded previews only if they cover the requested size. */
#define THUMBLING_EFFORT_NORMAL 1
/** Always the file's own pixels. */
#define THUMBLING_EFFORT_BEST 2

/** The library chooses a representative frame. */
#define THUMBLING_TIME_AUTO (-1)

/** What to make of one source. Everything it points to is used only until the call returns. */
typedef struct {
    /** sizeof(thumbling_request_t). */
    size_t struct_size;
    /** Thumbnails to make, at most 256, all with the same struct_size. None: one with the default spec. */
    const thumbling_spec_t *specs;
    /** Number of specs. */
    size_t specs_len;
    /** The file's name, NULL if unknown. Breaks ties between formats. */
    const char *name;
    /** The file's media type, NULL if unknown. Breaks ties between formats. */
    const char *media_type;
    /** NULL for the defaults. */
    const thumbling_limits_t *limits;
    /** Stops the request once it is raised; 0: none. */
    thumbling_cancel_t cancel;
    /** Point in time of a video, ms, or THUMBLING_TIME_... */
    int64_t time_ms;
    /** THUMBLING_EFFORT_...: speed against fidelity. */
    int32_t effort;
    /** Page or frame, from 0. */
    uint32_t page;
} thumbling_request_t;

/** Initialiser of thumbling_request_t. */
#define THUMBLING_REQUEST_INIT {sizeof(thumbling_request_t), NULL, 0, NULL, NULL, NULL, {0}, THUMBLING_TIME_AUTO, \
    THUMBLING_EFFORT_NORMAL, 0}


/* ---- Probing: what a file is, without decoding it ----------------------------------------------------------------- */

/** A picture. */
#define THUMBLING_FAMILY_IMAGE 1
/** Pages, text, spreadsheets, slides. */
#define THUMBLING_FAMILY_DOCUMENT 2
/** A video. */
#define THUMBLING_FAMILY_VIDEO 3
/** A sound file, represented by its cover art. */
#define THUMBLING_FAMILY_AUDIO 4
/** A container of other files. */
#define THUMBLING_FAMILY_ARCHIVE 5

/** The header does not state the duration. */
#define THUMBLING_DURATION_UNKNOWN (-1)

/** What the header of a file says. */
typedef struct {
    /** sizeof(thumbling_info_t). */
    size_t struct_size;
    /** The name of the format, such as "jpeg". Static string. */
    const char *format;
    /** Width after orientation and sample aspect: px, for vector pictures CSS px, for pages pt. */
    double width;
    /** Height, in the unit of `width`. */
    double height;
    /** Duration of a video, a sound or an animation, ms, or THUMBLING_DURATION_UNKNOWN. */
    int64_t duration_ms;
    /** THUMBLING_FAMILY_...; more may be added. */
    int32_t family;
    /** Pages, slides or sheets; 1 for files without pages. */
    uint32_t pages;
    /** 1 if pixels may be transparent, else 0. */
    int32_t has_alpha;
    /** 1 if there are several frames, else 0. */
    int32_t is_animated;
    /** 1 if the content is encrypted, else 0. */
    int32_t is_encrypted;
    /** 1 for pages and vector pictures, which can be drawn at any size, else 0. */
    int32_t is_scalable;
} thumbling_info_t;

/** Initialiser of thumbling_info_t. */
#define THUMBLING_INFO_INIT {sizeof(thumbling_info_t), NULL, 0.0, 0.0, 0, 0, 0, 0, 0, 0, 0}

/** Reads the header of `source`. `request` may be NULL; its specs are not used. */
thumbling_status_t thumbling_source_probe(thumbling_source_t source,
                                          const thumbling_request_t *request,
                                          thumbling_info_t *info,
                                          thumbling_error_t *error);

/** The name of a family, such as "image"; "unknown" for any other number. Static string. */
const char *thumbling_family_name(int32_t number);


/* ---- Thumbnails of a request --------------------------------------------------------------------------------------
 * Results are immutable and may be read by several threads. */

/** The pixels come from a preview embedded in the file. */
#define THUMBLING_ORIGIN_EMBEDDED 1
/** They are the file's own pixels. */
#define THUMBLING_ORIGIN_DECODED 2
/** They were rendered: a page, a vector picture. */
#define THUMBLING_ORIGIN_RENDERED 3

/** The thumbnails of one source. */
typedef struct {
    /** 0: none. */
    uint64_t id;
} thumbling_thumbnails_t;

/** What all thumbnails of a source have in common. Its pointers are valid until the thumbnails are freed. */
typedef struct {
    /** sizeof(thumbling_report_t). */
    size_t struct_size;
    /** Placeholder of about 25 bytes: <https://evanw.github.io/thumbhash/> */
    const uint8_t *thumbhash;
    /** Bytes of `thumbhash`. */
    size_t thumbhash_len;
    /** Human-readable remarks that are no errors; the array ends with NULL. */
    const char *const *warnings;
    /** Bytes that the request read from the source. */
    uint64_t bytes_read;
    /**
     * Share of the page's shapes, pictures and charts that was drawn, 0 to 1. Less than 1 only for office documents, whose
     * `warnings` then list what is missing.
     */
    double confidence;
    /** 0xRRGGBB: the dominant colour. */
    int32_t dominant_color;
    /** THUMBLING_ORIGIN_...: where the pixels come from. */
    int32_t origin;
} thumbling_report_t;

/** Initialiser of thumbling_report_t. */
#define THUMBLING_REPORT_INIT {sizeof(thumbling_report_t), NULL, 0, NULL, 0, 0.0, 0, 0}

/**
 * Makes the thumbnails of `request` from one decode of `source`. `request` may be NULL: one JPEG in a box of 256 x 256 px.
 * The call ends within the limits of the request, whatever the content is.
 */
thumbling_status_t thumbling_thumbnails_new(thumbling_source_t source,
                                            const thumbling_request_t *request,
                                            thumbling_thumbnails_t *thumbnails,
                                            thumbling_error_t *error);

/** Number of thumbnails: one for each spec, in their order. 0 for an invalid handle. */
size_t thumbling_thumbnails_count(thumbling_thumbnails_t thumbnails);

/** The thumbnail `index`, from 0. The image owns no memory: its data is valid until the thumbnails are freed. */
thumbling_status_t thumbling_thumbnails_at(thumbling_thumbnails_t thumbnails, size_t index, thumbling_image_t *image);

/** What the header of the source says. */
thumbling_status_t thumbling_thumbnails_info(thumbling_thumbnails_t thumbnails, thumbling_info_t *info);

/** Placeholder, dominant colour, warnings, and where the pixels come from. */
thumbling_status_t thumbling_thumbnails_report(thumbling_thumbnails_t thumbnails, thumbling_report_t *report);

/** Frees thumbnails; 0 is a no-op. */
thumbling_status_t thumbling_thumbnails_free(thumbling_thumbnails_t thumbnails);

/** The name of an origin, such as "embedded"; "unknown" for any other number. Static string. */
const char *thumbling_origin_name(int32_t number);


/* ---- Log ----------------------------------------------------------------------------------------------------------
 * Messages of the library, and how long its spans took: a span is a step of its work, such as "decode" or "job". */

/** Nothing. */
#define THUMBLING_LOG_OFF 0
/** The engine could not do its work: its disk, its database, the drive failed. */
#define THUMBLING_LOG_ERROR 1
/** Something that may need attention. */
#define THUMBLING_LOG_WARN 2
/** Files that have no thumbnail, and why. */
#define THUMBLING_LOG_INFO 3
/** Tasks, retries, and all spans. */
#define THUMBLING_LOG_DEBUG 4
/** Everything. */
#define THUMBLING_LOG_TRACE 5

/** An entry of the log. It is valid until the callback returns. */
typedef struct {
    /** sizeof(thumbling_log_entry_t) of the library. */
    size_t struct_size;
    /** The module that it comes from, such as "thumbling_engine::lifecycle". */
    const char *target;
    /** The message or the name of the span, then its fields: "a file could not be rendered kind=corrupt". */
    const char *message;
    /** The spans around it, outermost first, separated by " > "; NULL if there are none. */
    const char *spans;
    /** Time between the start and the end of a span, ns; 0 for a message. */
    uint64_t duration_ns;
    /** THUMBLING_LOG_ERROR to THUMBLING_LOG_TRACE. */
    int32_t level;
    /** 1 if this is a span that has ended, 0 if it is a message. */
    int32_t is_span;
} thumbling_log_entry_t;

/** Initialiser of thumbling_log_entry_t. */
#define THUMBLING_LOG_ENTRY_INIT {sizeof(thumbling_log_entry_t), NULL, NULL, NULL, 0, 0, 0}

/** Takes an entry of the log, on any thread of the library or of yours that called it. It must return soon. */
typedef void (*thumbling_log_t)(uintptr_t user_data, const thumbling_log_entry_t *entry);

/**
 * Calls `callback` with every entry up to `level` (THUMBLING_LOG_...), in place of the callback before, if any. That one
 * is not called any more once this returns; calls in progress are waited for. NULL or THUMBLING_LOG_OFF stops the log.
 * What the library logs during a callback is dropped. THUMBLING_ERROR_INVALID_ARGUMENT if called by the callback itself;
 * THUMBLING_ERROR_BUSY if the program is written in Rust and has a `tracing` subscriber already.
 */
thumbling_status_t thumbling_log_set(int32_t level,
                                     thumbling_log_t callback,
                                     uintptr_t user_data);


/* ---- Engine: callers ----------------------------------------------------------------------------------------------
 * The engine has no users of its own: it asks your drive what a caller may do, at every call. */

/** American English. */
#define THUMBLING_LANGUAGE_EN_US 0
/** Simplified Chinese. */
#define THUMBLING_LANGUAGE_ZH_CN 1

/** The caller of an engine call, as authenticated by you. Without user and share it is anonymous. */
typedef struct {
    /** sizeof(thumbling_caller_t). */
    size_t struct_size;
    /** Your user id; NULL if none. */
    const char *user;
    /** Id of the share that the caller came through; NULL if none. */
    const char *share_id;
    /** The token that opens the share; NULL if none. */
    const char *share_token;
    /** The ticket that lets an anonymous buyer open a paid share; NULL if none. */
    const char *ticket;
    /** The caller's trace id, which becomes the correlation id of errors; NULL if none. */
    const char *trace;
    /** THUMBLING_LANGUAGE_...: language of messages. */
    int32_t language;
    /** Zero. */
    uint32_t reserved;
} thumbling_caller_t;

/** Initialiser of thumbling_caller_t. */
#define THUMBLING_CALLER_INIT {sizeof(thumbling_caller_t), NULL, NULL, NULL, NULL, NULL, THUMBLING_LANGUAGE_EN_US, 0}


/* ---- Engine: files ------------------------------------------------------------------------------------------------
 * Files have your ids: any UTF-8 text of 1 to 4,096 bytes without control characters, compared byte by byte. */

/** Nothing found, or not scanned. */
#define THUMBLING_VERDICT_CLEAN 0
/** Infected with a virus: THUMBLING_ERROR_VIRAL. */
#define THUMBLING_VERDICT_VIRAL 1
/** Written to do harm: THUMBLING_ERROR_MALICIOUS. */
#define THUMBLING_VERDICT_MALICIOUS 2

/** A file or folder. This struct never grows. */
typedef struct {
    /** Id of the space (tenant) that the file belongs to. */
    const char *space;
    /** Id of the file within the space. */
    const char *file;
} thumbling_file_t;

/** What you know about a file without reading it. */
typedef struct {
    /** sizeof(thumbling_file_info_t). */
    size_t struct_size;
    /** The last part of its path. Shown to people, and used to break ties between formats. */
    const char *name;
    /** Changes whenever the content changes: an ETag, a hash, a time with a size. 1 to 4,096 bytes. */
    const char *version;
    /** Bytes of content. */
    uint64_t size;
    /** THUMBLING_VERDICT_...: the result of your malware scanner. */
    int32_t verdict;
    /** Zero. */
    uint32_t reserved;
} thumbling_file_info_t;

/** Initialiser of thumbling_file_info_t. */
#define THUMBLING_FILE_INFO_INIT {sizeof(thumbling_file_info_t), NULL, NULL, 0, THUMBLING_VERDICT_CLEAN, 0}


/* ---- Engine: your drive -------------------------------------------------------------------------------------------
 * The engine stores no files: it calls your drive, a table of callbacks. They answer through the functions of this
 * section or an out-parameter, and return THUMBLING_OK; or one of these, anything else counts as THUMBLING_ERROR_IO:
 * THUMBLING_ERROR_NOT_FOUND; THUMBLING_ERROR_DENIED; THUMBLING_ERROR_UNSUPPORTED, for example for a folder;
 * THUMBLING_ERROR_IO if retrying later may help. They must not call the engine that called them. */

/** See a thumbnail of the file, or the status of a task. */
#define THUMBLING_ACTION_VIEW 0
/** Have a thumbnail generated. */
#define THUMBLING_ACTION_GENERATE 1
/** Download the file as part of a package of a share. */
#define THUMBLING_ACTION_PACKAGE 2
/** Copy the file from a share. */
#define THUMBLING_ACTION_SAVE 3
/** Receive copies: asked about the target folder. */
#define THUMBLING_ACTION_RECEIVE 4

/** What you know about `file`. Answers with thumbling_call_reply_info. */
typedef thumbling_status_t (*thumbling_drive_stat_t)(uintptr_t user_data,
                                                     const thumbling_call_t *call,
                                                     const thumbling_file_t *file);

/** The content of `file`: answers with a new source in `source`, which the engine frees. */
typedef thumbling_status_t (*thumbling_drive_open_t)(uintptr_t user_data,
                                                     const thumbling_call_t *call,
                                                     const thumbling_file_t *file,
                                                     thumbling_source_t *source);

/**
 * Whether `caller` may do `action` (THUMBLING_ACTION_...) to `file` or, if `file->file` is NULL, to the space as a whole.
 * Returns THUMBLING_OK, THUMBLING_ERROR_DENIED, THUMBLING_ERROR_NOT_FOUND for an unknown space, or THUMBLING_ERROR_IO.
 */
typedef thumbling_status_t (*thumbling_drive_authorize_t)(uintptr_t user_data,
                                                          const thumbling_call_t *call,
                                                          const thumbling_caller_t *caller,
                                                          const thumbling_file_t *file,
                                                          int32_t action);

/** The file that `uri` refers to for `caller`. Answers with thumbling_call_reply_file. */
typedef thumbling_status_t (*thumbling_drive_resolve_t)(uintptr_t user_data,
                                                        const thumbling_call_t *call,
                                                        const thumbling_caller_t *caller,
                                                        const char *uri);

/**
 * Copies `file` into `folder` for `caller` and answers with the copy, by thumbling_call_reply_file. After a crash the engine
 * calls again with the same `key`: answer with the copy that was already created under it.
 */
typedef thumbling_status_t (*thumbling_drive_copy_t)(uintptr_t user_data,
                                                     const thumbling_call_t *call,
                                                     const thumbling_caller_t *caller,
                                                     const thumbling_file_t *file,
                                                     const thumbling_file_t *folder,
                                                     const char *key);

/** Your drive. */
typedef struct {
    /** sizeof(thumbling_drive_t). */
    size_t struct_size;
    /** Passed to every callback. */
    uintptr_t user_data;
    /** NULL if you need not know when `user_data` is no longer used. */
    thumbling_release_t release;
    /** Required. */
    thumbling_drive_stat_t stat;
    /** Required. */
    thumbling_drive_open_t open;
    /** Required. */
    thumbling_drive_authorize_t authorize;
    /** NULL if you do not identify files by URI. */
    thumbling_drive_resolve_t resolve;
    /** NULL if the drive does not copy files. */
    thumbling_drive_copy_t copy;
} thumbling_drive_t;

/** Initialiser of thumbling_drive_t. */
#define THUMBLING_DRIVE_INIT {sizeof(thumbling_drive_t), 0, NULL, NULL, NULL, NULL, NULL, NULL}

/** Answers thumbling_drive_stat_t. Copies `info` and its strings; the last answer counts. */
thumbling_status_t thumbling_call_reply_info(const thumbling_call_t *call, const thumbling_file_info_t *info);

/** Answers thumbling_drive_resolve_t and thumbling_drive_copy_t. Copies the strings of `file`; the last answer counts. */
thumbling_status_t thumbling_call_reply_file(const thumbling_call_t *call, const thumbling_file_t *file);


/* ---- Engine: keys -------------------------------------------------------------------------------------------------
 * Keys sign URLs and hints. By default an engine keeps keys in its folder. Engines on several machines that serve each
 * other's URLs need the same keyring. */

/** A key that signs, and others whose signatures are still accepted. */
typedef struct {
    /** 0: none. */
    uint64_t id;
} thumbling_keyring_t;

/**
 * A keyring that signs with `secret`, at least 32 random bytes. `key_id` names it in URLs: 1 to 16 lower-case letters and
 * digits.
 */
thumbling_status_t thumbling_keyring_new(const char *key_id,
                                         const void *secret,
                                         size_t secret_len,
                                         thumbling_keyring_t *keyring,
                                         thumbling_error_t *error);

/** Also accepts signatures of another key. A key with the same id is replaced. */
thumbling_status_t thumbling_keyring_accept(thumbling_keyring_t keyring,
                                            const char *key_id,
                                            const void *secret,
                                            size_t secret_len,
                                            thumbling_error_t *error);

/** Signs with another key from now on, in open engines too, and keeps accepting the others. */
thumbling_status_t thumbling_keyring_rotate(thumbling_keyring_t keyring,
                                            const char *key_id,
                                            const void *secret,
                                            size_t secret_len,
                                            thumbling_error_t *error);

/** No longer accepts signatures of the key `key_id`. The key that signs cannot be retired. */
thumbling_status_t thumbling_keyring_retire(thumbling_keyring_t keyring, const char *key_id, thumbling_error_t *error);

/** Frees a keyring; 0 is a no-op. Engines that use it keep it. */
thumbling_status_t thumbling_keyring_free(thumbling_keyring_t keyring);


/* ---- Engine: configuration ---------------------------------------------------------------------------------------- */

/** Configuration of an engine. Everything it points to is used only until the call returns. */
typedef struct {
    /** sizeof(thumbling_engine_config_t). */
    size_t struct_size;
    /**
     * The engine's own folder on a local disk, required. Created if it is missing. Several processes of one machine may
     * share it.
     */
    const char *state_folder;
    /**
     * Thumbnails generated for every file, all from one decode, 1 to 16; the first is the default of lookups. NULL: "small",
     * 256 x 256 px, and "large", 1024 x 1024 px, both WebP.
     */
    const thumbling_spec_t *specs;
    /** Their names, one for each: 1 to 64 letters, digits, - and _. */
    const char *const *spec_names;
    /** Number of specs. */
    size_t specs_len;
    /** Limits of one file; NULL for the defaults. max_memory cannot exceed `memory`. */
    const thumbling_limits_t *limits;
    /** Prefix of signed URLs, without a trailing slash. NULL: "/thumb". */
    const char *base_url;
    /** What signs URLs and hints; 0: keys kept in the state folder. */
    thumbling_keyring_t keyring;
    /** Lifetime of a signed URL, s, at most 7 days. */
    uint64_t url_lifetime_s;
    /** Memory budget for decoded pixels of all running jobs together, bytes. */
    uint64_t memory;
    /** Most jobs in the queue; more are refused with THUMBLING_ERROR_BUSY. */
    uint64_t queue;
    /** How long a job may go without an answer from the drive, ms. It is then retried on another thread. */
    uint64_t drive_timeout_ms;
    /** How long a call with many files keeps asking the drive about them, ms; their jobs ask about the rest. */
    uint64_t call_timeout_ms;
    /** Bytes of thumbnails that garbage collection keeps, evicting the least recently used. 0: no bound. */
    uint64_t keep_bytes;
    /** How long garbage collection keeps a thumbnail that nobody looks up, s. 0: forever. */
    uint64_t keep_unused_s;
    /** How long garbage collection keeps a package, s. */
    uint64_t keep_packages_s;
    /** How long the status of an ended task stays available, s. */
    uint64_t keep_tasks_s;
    /** How often the engine collects garbage by itself, s. 0: never. */
    uint64_t collect_interval_s;
    /** Number of worker threads. 0: the number of cores. */
    uint32_t threads;
    /** Niceness of worker threads, 0 to 19 (Linux only). */
    uint32_t niceness;
    /** THUMBLING_EFFORT_...: how much work a thumbnail is worth. */
    int32_t effort;
    /** 1 if URLs hide file names, else 0. Clients then decode them, see bindings/decoders. */
    int32_t obfuscate_urls;
} thumbling_engine_config_t;

/** Initialiser of thumbling_engine_config_t. */
#define THUMBLING_ENGINE_CONFIG_INIT {sizeof(thumbling_engine_config_t), NULL, NULL, NULL, 0, NULL, NULL, {0}, 86400, \
    268435456, 1000000, 60000, 5000, 0, 0, 604800, 604800, 600, 0, 10, THUMBLING_EFFORT_NORMAL, 0}


/* ---- Engine: opening and closing ----------------------------------------------------------------------------------
 * An engine keeps its queue, thumbnails and keys in a folder; several processes of one machine may share it. Whatever a
 * call has accepted is durable: a crash or power cut does not lose it. */

/** Thumbnails for a drive. */
typedef struct {
    /** 0: none. */
    uint64_t id;
} thumbling_engine_t;

/**
 * Opens an engine and continues with whatever is queued in its folder. THUMBLING_ERROR_CORRUPT if its database is damaged:
 * see thumbling_state_repair. `drive->release` is called even if this fails, unless `drive` is NULL or its struct_size is
 * wrong.
 */
thumbling_status_t thumbling_engine_new(const thumbling_engine_config_t *config,
                                        const thumbling_drive_t *drive,
                                        thumbling_engine_t *engine,
                                        thumbling_error_t *error);

/**
 * Opens an engine on the files of a folder of this machine, as the one space `space`. A file's id is its path within the
 * folder, with % and two hexadecimal digits for % itself, control characters and bytes that are not UTF-8. Every caller may
 * do everything.
 */
thumbling_status_t thumbling_engine_new_folder(const thumbling_engine_config_t *config,
                                               const char *folder,
                                               const char *space,
                                               thumbling_engine_t *engine,
                                               thumbling_error_t *error);

/**
 * Stops an engine: running jobs are interrupted and go back to the queue, and no callback starts after this has returned.
 * `running` (may be NULL) is how many callbacks are still running after `timeout_ms`. Other calls then fail with
 * THUMBLING_ERROR_CANCELLED.
 */
thumbling_status_t thumbling_engine_close(thumbling_engine_t engine,
                                          uint64_t timeout_ms,
                                          size_t *running);

/** Frees an engine; 0 is a no-op. One that is still open is closed first, and running callbacks are waited for up to 5 s. */
thumbling_status_t thumbling_engine_free(thumbling_engine_t engine);


/* ---- Engine: messages for people ----------------------------------------------------------------------------------
 * Everything that can go wrong with a call or a file has a stable name, such as "no-such-space", and a message in each
 * language that contains no details and may be shown to anyone. */

/** The name of the problem behind an error; NULL for an invalid handle. Static string. */
const char *thumbling_error_problem(thumbling_error_t error);

/** The message of the problem `name` in `language` (THUMBLING_LANGUAGE_...); NULL if there is none. Static string. */
const char *thumbling_problem_message(const char *name, int32_t language);


/* ---- Engine: lookups ----------------------------------------------------------------------------------------------
 * A lookup returns the state of the thumbnails of 1 to 30 files. It takes microseconds unless it is asked to wait. */

/** Only reports what is stored. */
#define THUMBLING_LOOKUP_MODE_CACHE_ONLY 0
/** Queues a missing thumbnail at interactive priority and returns at once. */
#define THUMBLING_LOOKUP_MODE_ENQUEUE 1
/** Queues a missing thumbnail and waits for it. */
#define THUMBLING_LOOKUP_MODE_WAIT 2

/** The thumbnail is stored. */
#define THUMBLING_LOOKUP_STATE_READY 0
/** It is being generated. */
#define THUMBLING_LOOKUP_STATE_PENDING 1
/** There is none, and none is being generated. */
#define THUMBLING_LOOKUP_STATE_MISSING 2
/** There is none: `error` and `problem` say why. */
#define THUMBLING_LOOKUP_STATE_FAILED 3

/** What to look up. */
typedef struct {
    /** sizeof(thumbling_lookup_request_t). */
    size_t struct_size;
    /** The files. */
    const thumbling_file_t *files;
    /** Number of files, 1 to 30. */
    size_t files_len;
    /** Name of the spec; NULL: the first. */
    const char *spec;
    /** NULL: anonymous. */
    const thumbling_caller_t *caller;
    /** Longest time to wait for THUMBLING_LOOKUP_MODE_WAIT, ms. */
    uint64_t timeout_ms;
    /** THUMBLING_LOOKUP_MODE_...: what to do about a missing thumbnail. */
    int32_t mode;
    /** Zero. */
    uint32_t reserved;
} thumbling_lookup_request_t;

/** Initialiser of thumbling_lookup_request_t. */
#define THUMBLING_LOOKUP_REQUEST_INIT {sizeof(thumbling_lookup_request_t), NULL, 0, NULL, NULL, 10000, \
    THUMBLING_LOOKUP_MODE_ENQUEUE, 0}

/** The results of a lookup. */
typedef struct {
    /** 0: none. */
    uint64_t id;
} thumbling_lookup_t;

/** The state of one file's thumbnail. Its pointers are valid until the lookup is freed. */
typedef struct {
    /** sizeof(thumbling_lookup_result_t). */
    size_t struct_size;
    /** THUMBLING_LOOKUP_STATE_... */
    int32_t state;
    /** THUMBLING_ERROR_... for THUMBLING_LOOKUP_STATE_FAILED, else THUMBLING_OK. */
    thumbling_status_t error;
    /** Why there is no thumbnail: see thumbling_problem_message. NULL for THUMBLING_LOOKUP_STATE_READY. Static string. */
    const char *problem;
    /** Where its bytes are; NULL if there is no thumbnail. */
    const char *url;
    /** When the URL expires, Unix time in s. */
    uint64_t expires_s;
    /** Changes when the bytes change; without quotes. NULL if there is no thumbnail. */
    const char *etag;
    /** Placeholder of about 25 bytes: <https://evanw.github.io/thumbhash/> */
    const uint8_t *thumbhash;
    /** Bytes of `thumbhash`. */
    size_t thumbhash_len;
    /** Width, px. */
    uint32_t width;
    /** Height, px. */
    uint32_t height;
    /** When to look again, ms, for THUMBLING_LOOKUP_STATE_PENDING. */
    uint64_t retry_after_ms;
    /** 1 if clients have to decode `url`, else 0. */
    int32_t is_obfuscated;
    /** Zero. */
    uint32_t reserved;
} thumbling_lookup_result_t;

/** Initialiser of thumbling_lookup_result_t. */
#define THUMBLING_LOOKUP_RESULT_INIT {sizeof(thumbling_lookup_result_t), THUMBLING_LOOKUP_STATE_READY, 0, NULL, NULL, \
    0, NULL, NULL, 0, 0, 0, 0, 0, 0}

/** Looks up thumbnails. There is one result for each file, in their order; no file fails the others. */
thumbling_status_t thumbling_lookup_new(thumbling_engine_t engine,
                                        const thumbling_lookup_request_t *request,
                                        thumbling_lookup_t *lookup,
                                        thumbling_error_t *error);

/** The result for the file `index`, from 0. */
thumbling_status_t thumbling_lookup_at(thumbling_lookup_t lookup, size_t index, thumbling_lookup_result_t *result);

/** Frees a lookup; 0 is a no-op. */
thumbling_status_t thumbling_lookup_free(thumbling_lookup_t lookup);


/* ---- Engine: signed URLs ------------------------------------------------------------------------------------------
 * Whoever has a signed URL may fetch one thumbnail or package for a while. A hint speeds up the next URL of the same file
 * and caller during the next minute: it saves asking the drive to resolve and stat the file. */

/** A thumbnail to sign a URL for. */
typedef struct {
    /** sizeof(thumbling_url_request_t). */
    size_t struct_size;
    /** The file; NULL if it is identified by `uri`. */
    const thumbling_file_t *file;
    /** The file's URI, which your drive resolves; used if `file` is NULL. */
    const char *uri;
    /** Name of the spec; NULL: the first. */
    const char *spec;
    /** NULL: anonymous. */
    const thumbling_caller_t *caller;
    /** Text of a hint; NULL if there is none. An invalid one is ignored. */
    const char *hint;
    /** Longest time to wait for THUMBLING_LOOKUP_MODE_WAIT, ms. */
    uint64_t timeout_ms;
    /** THUMBLING_LOOKUP_MODE_...: what to do about a missing thumbnail. */
    int32_t mode;
    /** Zero. */
    uint32_t reserved;
} thumbling_url_request_t;

/** Initialiser of thumbling_url_request_t. */
#define THUMBLING_URL_REQUEST_INIT {sizeof(thumbling_url_request_t), NULL, NULL, NULL, NULL, NULL, 10000, \
    THUMBLING_LOOKUP_MODE_ENQUEUE, 0}

/** A signed URL. */
typedef struct {
    /** 0: none. */
    uint64_t id;
} thumbling_url_t;

/** A signed URL. Its strings are valid until the URL is freed. */
typedef struct {
    /** sizeof(thumbling_url_info_t). */
    size_t struct_size;
    /** The URL itself. */
    const char *url;
    /** When it expires, Unix time in s. */
    uint64_t expires_s;
    /** 1 if clients have to decode `url`, else 0. */
    int32_t is_obfuscated;
    /** Zero. */
    uint32_t reserved;
} thumbling_url_info_t;

/** Initialiser of thumbling_url_info_t. */
#define THUMBLING_URL_INFO_INIT {sizeof(thumbling_url_info_t), NULL, 0, 0, 0}

/** A file to make a hint for. */
typedef struct {
    /** sizeof(thumbling_hint_request_t). */
    size_t struct_size;
    /** The file. */
    const thumbling_file_t *file;
    /** The URI by which the URL will be requested; NULL if it will be requested by `file`. */
    const char *uri;
    /** What a listing already knows about the file; NULL: the drive is asked. */
    const thumbling_file_info_t *info;
    /** NULL: anonymous. */
    const thumbling_caller_t *caller;
} thumbling_hint_request_t;

/** Initialiser of thumbling_hint_request_t. */
#define THUMBLING_HINT_REQUEST_INIT {sizeof(thumbling_hint_request_t), NULL, NULL, NULL, NULL}

/** A hint. */
typedef struct {
    /** 0: none. */
    uint64_t id;
} thumbling_hint_t;

/**
 * A signed URL of a thumbnail. THUMBLING_ERROR_BUSY while it is being generated: thumbling_error_retry_after_ms says when to
 * retry.
 */
thumbling_status_t thumbling_url_new(thumbling_engine_t engine,
                                     const thumbling_url_request_t *request,
                                     thumbling_url_t *url,
                                     thumbling_error_t *error);

/** The URL and when it expires. */
thumbling_status_t thumbling_url_info(thumbling_url_t url, thumbling_url_info_t *info);

/** Frees a URL; 0 is a no-op. The URL itself stays valid until it expires. */
thumbling_status_t thumbling_url_free(thumbling_url_t url);

/** A hint for a file and caller. */
thumbling_status_t thumbling_hint_new(thumbling_engine_t engine,
                                      const thumbling_hint_request_t *request,
                                      thumbling_hint_t *hint,
                                      thumbling_error_t *error);

/** The text of a hint, for thumbling_url_request_t. Valid until the hint is freed; NULL for an invalid handle. */
const char *thumbling_hint_text(thumbling_hint_t hint);

/** Frees a hint; 0 is a no-op. */
thumbling_status_t thumbling_hint_free(thumbling_hint_t hint);


/* ---- Engine: serving signed URLs ----------------------------------------------------------------------------------
 * Pass the URL to thumbling_content_new as your HTTP server received it, neither decoded nor normalised. */

/** The content behind a signed URL. */
typedef struct {
    /** 0: none. */
    uint64_t id;
} thumbling_content_t;

/** What to send with the content. Its strings are valid until the content is freed. */
typedef struct {
    /** sizeof(thumbling_content_info_t). */
    size_t struct_size;
    /** Bytes of content. */
    uint64_t size;
    /** Media type. */
    const char *media_type;
    /** Changes when the bytes change; without quotes. */
    const char *etag;
    /** File name of a package; NULL for a thumbnail. */
    const char *file_name;
    /** When the URL expires, Unix time in s. */
    uint64_t expires_s;
} thumbling_content_info_t;

/** Initialiser of thumbling_content_info_t. */
#define THUMBLING_CONTENT_INFO_INIT {sizeof(thumbling_content_info_t), 0, NULL, NULL, NULL, 0}

/** Opens the content behind a signed URL. THUMBLING_ERROR_NOT_FOUND if the URL is forged or expired or its file is gone. */
thumbling_status_t thumbling_content_new(thumbling_engine_t engine,
                                         const char *url,
                                         thumbling_content_t *content,
                                         thumbling_error_t *error);

/** What to send with the content. */
thumbling_status_t thumbling_content_info(thumbling_content_t content, thumbling_content_info_t *info);

/** Reads up to `len` bytes at `offset` into `buffer`. `read` is how many; less than `len` only at the end. */
thumbling_status_t thumbling_content_read(thumbling_content_t content,
                                          uint64_t offset,
                                          void *buffer,
                                          size_t len,
                                          size_t *read,
                                          thumbling_error_t *error);

/** Frees content; 0 is a no-op. */
thumbling_status_t thumbling_content_free(thumbling_content_t content);


/* ---- Engine: changes in the drive ---------------------------------------------------------------------------------
 * Report them, so that thumbnails are generated before anybody looks and are dropped with their files. */

/** The id of a task: a UUID, NUL-terminated. It may be copied and stored. This struct never grows. */
typedef struct {
    /** 36 characters and NULs. */
    char text[40];
} thumbling_task_id_t;

/**
 * Reports that a file is new or has new content. Its thumbnails are generated at background priority by `task`, which may
 * be NULL.
 */
thumbling_status_t thumbling_engine_file_changed(thumbling_engine_t engine,
                                                 const thumbling_file_t *file,
                                                 thumbling_task_id_t *task,
                                                 thumbling_error_t *error);

/** Reports that a file was deleted. Drops its thumbnails; tasks that wait for them fail with THUMBLING_ERROR_NOT_FOUND. */
thumbling_status_t thumbling_engine_file_deleted(thumbling_engine_t engine,
                                                 const thumbling_file_t *file,
                                                 thumbling_error_t *error);

/** Reports that a space was deleted, with all its files. */
thumbling_status_t thumbling_engine_space_deleted(thumbling_engine_t engine,
                                                  const char *space,
                                                  thumbling_error_t *error);

/**
 * Reports that `to` is a copy of `from`, and links the thumbnails of `from` to it without rendering anything: `linked` (may
 * be NULL) of them. If there are none, does what thumbling_engine_file_changed does for `to`.
 */
thumbling_status_t thumbling_engine_link_thumbnails(thumbling_engine_t engine,
                                                    const thumbling_file_t *from,
                                                    const thumbling_file_t *to,
                                                    uint64_t *linked,
                                                    thumbling_error_t *error);


/* ---- Engine: tasks ------------------------------------------------------------------------------------------------
 * Tasks are durable and run to their end, whatever happens to the process. */

/** Thumbnails of files of any kind. */
#define THUMBLING_TASK_AUTO 0
/** Thumbnails of one document; a file of another family fails with THUMBLING_ERROR_UNSUPPORTED. */
#define THUMBLING_TASK_DOCUMENT 1
/** Thumbnails of one video. */
#define THUMBLING_TASK_VIDEO 2
/** Thumbnails of one picture. */
#define THUMBLING_TASK_IMAGE 3
/** Thumbnails of one sound file's cover art. */
#define THUMBLING_TASK_AUDIO 4
/** Thumbnails of a file that changed. Created by thumbling_engine_file_changed. */
#define THUMBLING_TASK_CHANGED 5
/** A zip archive of files of a share. */
#define THUMBLING_TASK_PACKAGE 6
/** Copies of files of a share, made by your drive; their thumbnails are linked to the copies. */
#define THUMBLING_TASK_SAVE 7

/** A package contains the files. */
#define THUMBLING_CONTENT_FILES 0
/** It contains their thumbnails. */
#define THUMBLING_CONTENT_THUMBNAILS 1
/** It contains both. */
#define THUMBLING_CONTENT_BOTH 2

/** A task to create. */
typedef struct {
    /** sizeof(thumbling_task_request_t). */
    size_t struct_size;
    /** The files. */
    const thumbling_file_t *files;
    /** Number of files: 1 to 1,000; exactly 1 for THUMBLING_TASK_DOCUMENT, _VIDEO, _IMAGE and _AUDIO. */
    size_t files_len;
    /** NULL: anonymous. */
    const thumbling_caller_t *caller;
    /** File name of the archive of THUMBLING_TASK_PACKAGE. */
    const char *zip_name;
    /** Target folder of THUMBLING_TASK_SAVE. */
    const thumbling_file_t *folder;
    /** THUMBLING_TASK_...: what to do. */
    int32_t kind;
    /** THUMBLING_CONTENT_...: what the archive of THUMBLING_TASK_PACKAGE contains. */
    int32_t content;
} thumbling_task_request_t;

/** Initialiser of thumbling_task_request_t. */
#define THUMBLING_TASK_REQUEST_INIT {sizeof(thumbling_task_request_t), NULL, 0, NULL, NULL, NULL, \
    THUMBLING_TASK_AUTO, THUMBLING_CONTENT_FILES}

/** Creates a task. A file that the drive does not know or the caller may not access fails the call at once. */
thumbling_status_t thumbling_task_create(thumbling_engine_t engine,
                                         const thumbling_task_request_t *request,
                                         thumbling_task_id_t *id,
                                         thumbling_error_t *error);


/* ---- Engine: status of a task -------------------------------------------------------------------------------------
 * Statuses are snapshots: they do not change while the task continues. */

/** Durable, not started. */
#define THUMBLING_STATE_QUEUED 0
/** In progress. */
#define THUMBLING_STATE_RUNNING 1
/** All files succeeded. */
#define THUMBLING_STATE_SUCCEEDED 2
/** Some files succeeded, some failed. */
#define THUMBLING_STATE_PARTLY_FAILED 3
/** All files failed. */
#define THUMBLING_STATE_FAILED 4
/** Cancelled before it ended. */
#define THUMBLING_STATE_CANCELLED 5

/** The status of a task. */
typedef struct {
    /** 0: none. */
    uint64_t id;
} thumbling_task_t;

/** The status of a task as a whole. Its strings are valid until the status is freed. */
typedef struct {
    /** sizeof(thumbling_task_info_t). */
    size_t struct_size;
    /** Its id. */
    thumbling_task_id_t id;
    /** THUMBLING_TASK_... */
    int32_t kind;
    /** THUMBLING_STATE_... */
    int32_t state;
    /** Number of files. */
    uint32_t total;
    /** Files that succeeded. */
    uint32_t done;
    /** Files that failed. */
    uint32_t failed;
    /** 1 if clients have to decode `url`, else 0. */
    int32_t is_obfuscated;
    /** When it was created, Unix time in ms. */
    int64_t created_ms;
    /** When it last changed, Unix time in ms. */
    int64_t updated_ms;
    /** Where the archive of a finished THUMBLING_TASK_PACKAGE is; NULL for other tasks. */
    const char *url;
    /** When the URL expires, Unix time in s. */
    uint64_t expires_s;
    /** Trace id of the caller who created it; NULL if none. */
    const char *trace;
} thumbling_task_info_t;

/** Initialiser of thumbling_task_info_t. */
#define THUMBLING_TASK_INFO_INIT {sizeof(thumbling_task_info_t), {""}, THUMBLING_TASK_AUTO, THUMBLING_STATE_QUEUED, \
    0, 0, 0, 0, 0, 0, NULL, 0, NULL}

/** The status of one file of a task. Its strings are valid until the status is freed. */
typedef struct {
    /** sizeof(thumbling_task_item_t). */
    size_t struct_size;
    /** The file. */
    thumbling_file_t file;
    /** Its copy, for THUMBLING_TASK_SAVE; else NULLs. */
    thumbling_file_t copy;
    /** Human-readable detail of a failure, for logs; else NULL. */
    const char *detail;
    /** THUMBLING_STATE_...: queued, succeeded, failed or cancelled. */
    int32_t state;
    /** THUMBLING_ERROR_... of a failure, else THUMBLING_OK. */
    thumbling_status_t error;
} thumbling_task_item_t;

/** Initialiser of thumbling_task_item_t. */
#define THUMBLING_TASK_ITEM_INIT {sizeof(thumbling_task_item_t), {NULL, NULL}, {NULL, NULL}, NULL, \
    THUMBLING_STATE_QUEUED, 0}

/** The status of a task. THUMBLING_ERROR_NOT_FOUND if `caller` (may be NULL) may not see it. */
thumbling_status_t thumbling_task_get(thumbling_engine_t engine,
                                      const thumbling_task_id_t *id,
                                      const thumbling_caller_t *caller,
                                      thumbling_task_t *task,
                                      thumbling_error_t *error);

/** Blocks until the task ends or `timeout_ms` elapses, and returns its status. */
thumbling_status_t thumbling_task_wait(thumbling_engine_t engine,
                                       const thumbling_task_id_t *id,
                                       const thumbling_caller_t *caller,
                                       uint64_t timeout_ms,
                                       thumbling_task_t *task,
                                       thumbling_error_t *error);

/** Cancels a task that has not ended, and returns its status. */
thumbling_status_t thumbling_task_cancel(thumbling_engine_t engine,
                                         const thumbling_task_id_t *id,
                                         const thumbling_caller_t *caller,
                                         thumbling_task_t *task,
                                         thumbling_error_t *error);

/** The status of the task as a whole. */
thumbling_status_t thumbling_task_info(thumbling_task_t task, thumbling_task_info_t *info);

/** The status of the file `index`, from 0. */
thumbling_status_t thumbling_task_at(thumbling_task_t task, size_t index, thumbling_task_item_t *item);

/** Frees a status; 0 is a no-op. The task continues. */
thumbling_status_t thumbling_task_free(thumbling_task_t task);


/* ---- Engine: notification of ended tasks --------------------------------------------------------------------------
 * The callback runs on a thread of the engine, outside any lock, and may call the engine. */

/** Called when a task has ended. The library frees `task` when the callback returns. */
typedef void (*thumbling_task_ended_t)(uintptr_t user_data, thumbling_task_t task);

/** A subscription to ended tasks. */
typedef struct {
    /** 0: none. */
    uint64_t id;
} thumbling_subscription_t;

/**
 * Calls `ended` once for every task that ends from now on. `release` may be NULL; it is called even if this function fails,
 * and `ended` never after it.
 */
thumbling_status_t thumbling_subscription_new(thumbling_engine_t engine,
                                              thumbling_task_ended_t ended,
                                              thumbling_release_t release,
                                              uintptr_t user_data,
                                              thumbling_subscription_t *subscription,
                                              thumbling_error_t *error);

/**
 * Ends a subscription; 0 is a no-op. Waits for a running callback and calls `release` before it returns. If called by that
 * callback, `release` is called as soon as the callback returns.
 */
thumbling_status_t thumbling_subscription_free(thumbling_subscription_t subscription);


/* ---- Engine: events -----------------------------------------------------------------------------------------------
 * A receiver queues events until you take them, at most 1,024. It drops events beyond that and counts them. */

/** The thumbnails of `file` are ready, for its content `version`. */
#define THUMBLING_EVENT_READY 1
/** The thumbnails of `file` could not be generated: `error` says why. */
#define THUMBLING_EVENT_FAILED 2
/** The task `task` ended in `state`. */
#define THUMBLING_EVENT_TASK 3

/** A receiver of events. */
typedef struct {
    /** 0: none. */
    uint64_t id;
} thumbling_events_t;

/** An event. */
typedef struct {
    /** 0: none. */
    uint64_t id;
} thumbling_event_t;

/** What happened. Fields that do not belong to its kind are zero. Strings are valid until the event is freed. */
typedef struct {
    /** sizeof(thumbling_event_info_t). */
    size_t struct_size;
    /** THUMBLING_EVENT_...; more may be added. */
    int32_t kind;
    /** THUMBLING_ERROR_... */
    thumbling_status_t error;
    /** THUMBLING_STATE_... */
    int32_t state;
    /** Zero. */
    uint32_t reserved;
    /** Number of events that the receiver has dropped so far. */
    uint64_t lost;
    /** The task. */
    thumbling_task_id_t task;
    /** The file. */
    thumbling_file_t file;
    /** Version of its content. */
    const char *version;
} thumbling_event_info_t;

/** Initialiser of thumbling_event_info_t. */
#define THUMBLING_EVENT_INFO_INIT {sizeof(thumbling_event_info_t), 0, 0, THUMBLING_STATE_QUEUED, 0, 0, {""}, {NULL, \
    NULL}, NULL}

/** A receiver of every event from now on. */
thumbling_status_t thumbling_events_new(thumbling_engine_t engine,
                                        thumbling_events_t *events,
                                        thumbling_error_t *error);

/**
 * Waits up to `timeout_ms` for the next event; `event` is 0 if there was none in time. THUMBLING_ERROR_CANCELLED once the
 * engine is closed and every event taken. Threads that share a receiver take turns.
 */
thumbling_status_t thumbling_events_next(thumbling_events_t events,
                                         uint64_t timeout_ms,
                                         thumbling_event_t *event,
                                         thumbling_error_t *error);

/** What happened. */
thumbling_status_t thumbling_event_info(thumbling_event_t event, thumbling_event_info_t *info);

/** Frees an event; 0 is a no-op. */
thumbling_status_t thumbling_event_free(thumbling_event_t event);

/** Frees a receiver; 0 is a no-op. */
thumbling_status_t thumbling_events_free(thumbling_events_t events);


/* ---- Engine: upkeep -----------------------------------------------------------------------------------------------
 * The engine collects garbage by itself, as configured. */

/** How much is stored, queued and running. */
typedef struct {
    /** sizeof(thumbling_counters_t). */
    size_t struct_size;
    /** Stored thumbnails and packages. */
    uint64_t ready;
    /** Thumbnails that are known to fail. */
    uint64_t failed;
    /** Bytes of stored thumbnails and packages. */
    uint64_t bytes;
    /** Jobs that are queued, waiting for a retry, or running. */
    uint64_t queued;
    /** Files that this engine is rendering. */
    uint64_t running;
    /** Worker threads that are stuck in a callback of the drive. */
    uint64_t stuck;
} thumbling_counters_t;

/** Initialiser of thumbling_counters_t. */
#define THUMBLING_COUNTERS_INIT {sizeof(thumbling_counters_t), 0, 0, 0, 0, 0, 0}

/** What garbage collection removed. */
typedef struct {
    /** sizeof(thumbling_collected_t). */
    size_t struct_size;
    /** Thumbnails and packages beyond the configured bounds. */
    uint64_t thumbnails;
    /** Stored files that nothing refers to. */
    uint64_t orphans;
    /** Bytes of both. */
    uint64_t bytes;
    /** Tasks that ended long ago. */
    uint64_t tasks;
} thumbling_collected_t;

/** Initialiser of thumbling_collected_t. */
#define THUMBLING_COLLECTED_INIT {sizeof(thumbling_collected_t), 0, 0, 0, 0}

/** Result of verifying the whole store. */
typedef struct {
    /** sizeof(thumbling_verified_t). */
    size_t struct_size;
    /** Intact thumbnails and packages. */
    uint64_t intact;
    /** Those with damaged bytes. */
    uint64_t damaged;
    /** Those whose bytes are missing. */
    uint64_t missing;
} thumbling_verified_t;

/** Initialiser of thumbling_verified_t. */
#define THUMBLING_VERIFIED_INIT {sizeof(thumbling_verified_t), 0, 0, 0}

/** What was recovered from a damaged database. */
typedef struct {
    /** sizeof(thumbling_repaired_t). */
    size_t struct_size;
    /** Recovered tasks. */
    uint64_t tasks;
    /** Recovered jobs. */
    uint64_t jobs;
    /** Recovered records of thumbnails. */
    uint64_t thumbnails;
} thumbling_repaired_t;

/** Initialiser of thumbling_repaired_t. */
#define THUMBLING_REPAIRED_INIT {sizeof(thumbling_repaired_t), 0, 0, 0}

/** How much is stored, queued and running. */
thumbling_status_t thumbling_engine_counters(thumbling_engine_t engine,
                                             thumbling_counters_t *counters,
                                             thumbling_error_t *error);

/** Removes everything beyond the configured bounds, leftovers of crashes, and old tasks. */
thumbling_status_t thumbling_engine_collect_garbage(thumbling_engine_t engine,
                                                    thumbling_collected_t *collected,
                                                    thumbling_error_t *error);

/** Reads the whole store and verifies its checksums. Changes nothing. */
thumbling_status_t thumbling_engine_verify(thumbling_engine_t engine,
                                           thumbling_verified_t *verified,
                                           thumbling_error_t *error);

/** Like thumbling_engine_verify, and drops what is damaged, so that the next lookup queues it again. */
thumbling_status_t thumbling_engine_repair(thumbling_engine_t engine,
                                           thumbling_verified_t *verified,
                                           thumbling_error_t *error);

/**
 * Replaces a damaged database in `state_folder` by a new one with everything that can still be read. No engine may be open
 * there. The old file is kept next to it.
 */
thumbling_status_t thumbling_state_repair(const char *state_folder,
                                          thumbling_repaired_t *repaired,
                                          thumbling_error_t *error);

#ifdef __cplusplus
}
#endif

#endif
