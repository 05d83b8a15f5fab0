/* Thumbling: thumbnails of any file, in-process. Generated from src/capi by tests/header.rs; do not edit.
 *
 * From simple to advanced: version, status, errors, sources, cancelling, options, probing, thumbnails, formats; then the engine:
 * who asks, your drive, keys, configuration, opening, problems, changes, tasks, being told, look-ups, URLs, upkeep.
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
#define THUMBLING_ABI_VERSION 65538

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
    /**
     * The share of what the page has that was drawn, 0 to 1, by count of shapes, pictures, charts. Less than 1 only for
     * office documents, whose `warnings` then say what was left out. Since ABI 1.2.
     */
    double confidence;
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

/** Placeholder, dominant colour, warnings, where the pixels come from, and how much of the page they show. */
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


/* ---- The engine: who asks -----------------------------------------------------------------------------------------
 * What follows is there if the library was built with the feature engine. The engine knows no users: what a caller
 * may, it asks your drive. */

/** American English. */
#define THUMBLING_LANGUAGE_EN_US 0
/** Chinese in simplified characters. */
#define THUMBLING_LANGUAGE_ZH_CN 1

/** Who asks. The host has checked who it is; a caller without user and share is anonymous. */
typedef struct {
    /** sizeof(thumbling_caller_t), set by you or thumbling_caller_init. */
    size_t struct_size;
    /** The host's user id; NULL if there is none. */
    const char *user;
    /** The share that he came by; NULL if there is none. */
    const char *share_id;
    /** What opens the share; NULL if nothing does. */
    const char *share_token;
    /** What lets an anonymous buyer open a paid share; NULL if there is none. */
    const char *ticket;
    /** The caller's own trace id, which becomes the correlation id of errors; NULL if there is none. */
    const char *trace;
    /** THUMBLING_LANGUAGE_...: what messages are written in. */
    int32_t language;
    /** Zero. */
    uint32_t reserved;
} thumbling_caller_t;

/** Sets `caller`, of `struct_size` bytes, to nobody in particular. */
thumbling_status_t thumbling_caller_init(thumbling_caller_t *caller, size_t struct_size);


/* ---- The engine: your drive ---------------------------------------------------------------------------------------
 * The engine keeps no files: it asks the drive, a table of your callbacks, at every call. They are called by several
 * threads at once, must not throw, and must not call into the engine that called them. What they are passed is valid
 * until they return. */

/** Bytes that a name takes with its NUL, at most. */
#define THUMBLING_NAME_SIZE 1025

/** Nothing against a file. */
#define THUMBLING_VERDICT_CLEAN 0
/** It is infected: THUMBLING_ERROR_VIRAL. */
#define THUMBLING_VERDICT_VIRAL 1
/** It is made to do harm: THUMBLING_ERROR_MALICIOUS. */
#define THUMBLING_VERDICT_MALICIOUS 2

/** See a thumbnail, or how a task goes. */
#define THUMBLING_ACTION_LOOK 0
/** Have a thumbnail made. */
#define THUMBLING_ACTION_MAKE 1
/** Get the file itself in a package of a share. */
#define THUMBLING_ACTION_PACKAGE 2
/** Have the file copied from a share. */
#define THUMBLING_ACTION_SAVE 3
/** Put copies into a folder. */
#define THUMBLING_ACTION_RECEIVE 4

/** A file or folder by the host's own names: any text of 1 to 1,024 bytes without control characters. */
typedef struct {
    /** Whose file it is. */
    const char *space;
    /** Which one. */
    const char *file;
} thumbling_file_t;

/** What the host knows of a file without reading it. Zeroed before a callback fills it. */
typedef struct {
    /** Bytes of content. */
    uint64_t size;
    /** THUMBLING_VERDICT_...: what the host's scanner says. */
    int32_t verdict;
    /** Zero. */
    uint32_t reserved;
    /** The last part of its path: for people, and to break ties between formats. */
    char name[THUMBLING_NAME_SIZE];
    /** Changes when the content changes: an ETag, a hash, a time and a size. Not empty. */
    char version[THUMBLING_NAME_SIZE];
} thumbling_file_info_t;

/**
 * Fills `info`. Returns THUMBLING_OK; THUMBLING_ERROR_NOT_FOUND; THUMBLING_ERROR_DENIED; THUMBLING_ERROR_UNSUPPORTED
 * for a folder; or THUMBLING_ERROR_IO if trying again later may help.
 */
typedef thumbling_status_t (*thumbling_drive_stat_t)(void *user_data,
                                                     const thumbling_file_t *file,
                                                     thumbling_file_info_t *info);

/** Sets `source` to the content; the engine takes it over and frees it. Returns as thumbling_drive_stat_t. */
typedef thumbling_status_t (*thumbling_drive_open_t)(void *user_data,
                                                     const thumbling_file_t *file,
                                                     thumbling_source_t *source);

/**
 * Whether `caller` may do `action` (THUMBLING_ACTION_...) to `file`, or to the space as a whole if `file->file` is
 * NULL: THUMBLING_OK, THUMBLING_ERROR_DENIED, THUMBLING_ERROR_NOT_FOUND for an unknown space, or THUMBLING_ERROR_IO.
 */
typedef thumbling_status_t (*thumbling_drive_authorize_t)(void *user_data,
                                                          const thumbling_caller_t *caller,
                                                          const thumbling_file_t *file,
                                                          int32_t action);

/** Names that a callback answers with, NUL-terminated. */
typedef struct {
    /** Whose file it is. */
    char space[THUMBLING_NAME_SIZE];
    /** Which one. */
    char file[THUMBLING_NAME_SIZE];
} thumbling_file_name_t;

/** Sets `file` to what `uri` names to `caller`. Returns as thumbling_drive_stat_t. */
typedef thumbling_status_t (*thumbling_drive_resolve_t)(void *user_data,
                                                        const char *uri,
                                                        const thumbling_caller_t *caller,
                                                        thumbling_file_name_t *file);

/**
 * Copies `file` into `folder` and sets `copy` to what the copy is called. The same `key` comes again after a crash: the
 * copy that was made already is then the answer. Returns as thumbling_drive_stat_t.
 */
typedef thumbling_status_t (*thumbling_drive_copy_t)(void *user_data,
                                                     const thumbling_file_t *file,
                                                     const thumbling_file_t *folder,
                                                     const thumbling_caller_t *caller,
                                                     const char *key,
                                                     thumbling_file_name_t *copy);

/** A host's drive. */
typedef struct {
    /** sizeof(thumbling_drive_t), set by you or thumbling_drive_init. */
    size_t struct_size;
    /** Passed to every callback. */
    void *user_data;
    /** Told once that `user_data` is not needed any more; may be NULL. */
    thumbling_release_t release;
    /** What is known of a file. */
    thumbling_drive_stat_t stat;
    /** Its content. */
    thumbling_drive_open_t open;
    /** Who may do what. */
    thumbling_drive_authorize_t authorize;
    /** What a URI names; NULL if the host names no files by URI. */
    thumbling_drive_resolve_t resolve;
    /** Copies a file; NULL if the host copies by itself. */
    thumbling_drive_copy_t copy;
} thumbling_drive_t;

/** Sets `drive`, of `struct_size` bytes, to one without callbacks. */
thumbling_status_t thumbling_drive_init(thumbling_drive_t *drive, size_t struct_size);


/* ---- The engine: keys ---------------------------------------------------------------------------------------------
 * What signs URLs and hints. Without a keyring of yours, an engine keeps one in its folder. Engines of several machines
 * that answer for each other's URLs need the same keys. */

/** Secrets: one that signs, and those whose signatures still hold. */
typedef struct {
    /** 0 is none. */
    uint64_t id;
} thumbling_keyring_t;

/**
 * A keyring that signs with `secret`, of at least 32 random bytes, called `id` in URLs: 1 to 16 lower-case letters and
 * digits.
 */
thumbling_status_t thumbling_keyring_new(const char *id,
                                         const uint8_t *secret,
                                         size_t secret_len,
                                         thumbling_keyring_t *keyring,
                                         thumbling_error_t *error);

/** Goes on to accept what another secret signed. A key of the same id is replaced. */
thumbling_status_t thumbling_keyring_accept(thumbling_keyring_t keyring,
                                            const char *id,
                                            const uint8_t *secret,
                                            size_t secret_len,
                                            thumbling_error_t *error);

/** Signs with another secret from now on, also in engines that are open, and goes on to accept the others. */
thumbling_status_t thumbling_keyring_rotate(thumbling_keyring_t keyring,
                                            const char *id,
                                            const uint8_t *secret,
                                            size_t secret_len,
                                            thumbling_error_t *error);

/** No longer accepts what the key `id` signed; the one that signs is not retired. */
thumbling_status_t thumbling_keyring_retire(thumbling_keyring_t keyring, const char *id, thumbling_error_t *error);

/** Frees a keyring; 0 is a no-op. Engines that were opened with it keep it. */
thumbling_status_t thumbling_keyring_free(thumbling_keyring_t keyring);


/* ---- The engine: what it is opened with --------------------------------------------------------------------------- */

/** What an engine is opened with. */
typedef struct {
    /** sizeof(thumbling_config_t), set by thumbling_config_init. */
    size_t struct_size;
    /** A folder of the engine's own on a local disk; made if it is not there. */
    const char *state;
    /**
     * What is made of every file, all from one decode. The first is what look-ups are of when none is named. Default:
     * `small`, 256 x 256 px, and `large`, 1,024 x 1,024 px, both WebP.
     */
    const thumbling_spec_t *specs;
    /** Their names: 1 to 64 letters, digits, - and _. */
    const char *const *spec_names;
    /** How many; 0 for the default. */
    size_t specs_len;
    /** What signed URLs begin with, without a slash at the end. Default "/thumb". */
    const char *base_url;
    /** How long a signed URL lives, s, at most 7 days. Default one day. */
    uint64_t url_life_s;
    /** Bytes of decoded pixels that all files being drawn hold together. Default 256 MiB. */
    uint64_t memory;
    /** Jobs that are queued at most; more are refused with THUMBLING_ERROR_BUSY. Default 1,000,000. */
    uint64_t queue;
    /** Files drawn at once; 0, the default: as many as the machine has cores. */
    uint32_t threads;
    /** Whether URLs hide file names; clients then decode them, see bindings/decoders. Default 0. */
    int32_t obfuscate;
    /** Effort and limits of one file; of the rest nothing is taken. NULL for the defaults. */
    const thumbling_options_t *limits;
    /** What signs URLs and hints; 0, the default: keys of the folder's own. May be freed once the engine is open. */
    thumbling_keyring_t keyring;
    /**
     * How long one file may take with all that the drive does for it, ms. A drive that has not answered by then keeps its
     * thread, which is replaced, and the file is tried again. Default 60,000.
     */
    uint64_t patience_ms;
    /** How long a call of many files goes on asking the drive about them, ms; the task finds out the rest. Default 5,000. */
    uint64_t call_patience_ms;
    /** Bytes of thumbnails that garbage collection leaves, the least recently looked at going first. 0, the default: all. */
    uint64_t keep_bytes;
    /** How long a thumbnail that nobody looks at is left by garbage collection, s. 0, the default: for ever. */
    uint64_t keep_unused_s;
    /** How long a package is left by garbage collection, s. Default 7 days. */
    uint64_t keep_packages_s;
    /** How long tasks that have ended can be asked about, s. Default 7 days. */
    uint64_t keep_tasks_s;
    /** How often garbage is collected without being asked, s; 0: never. Default 600. */
    uint64_t upkeep_s;
    /** How much workers stand back behind the host's own threads, 0 to 19 as nice has it (Linux). Default 10. */
    uint32_t niceness;
    /** Zero. */
    uint32_t reserved;
} thumbling_config_t;

/** Sets `config`, of `struct_size` bytes, to the defaults. */
thumbling_status_t thumbling_config_init(thumbling_config_t *config, size_t struct_size);


/* ---- The engine: opening and closing ------------------------------------------------------------------------------
 * An engine keeps queue, thumbnails and keys in a folder of its own; several processes of one machine may open the
 * same one. What a call has taken is durable: a crash or a power cut loses none of it. */

/** Thumbnails for a drive. */
typedef struct {
    /** 0 is none. */
    uint64_t id;
} thumbling_engine_t;

/**
 * Opens an engine and goes on with whatever was queued in its folder. `drive->release` is called exactly once, also if
 * this fails, unless `drive` is NULL or its struct_size is wrong.
 */
thumbling_status_t thumbling_engine_open(const thumbling_config_t *config,
                                         const thumbling_drive_t *drive,
                                         thumbling_engine_t *engine,
                                         thumbling_error_t *error);

/**
 * Opens an engine on the files of a folder of this machine, as the one space called `space`. A file's id is its path
 * below the folder, with % and two hexadecimal digits for % itself, control characters and bytes that are no UTF-8.
 * Whoever knows the space may do everything with it.
 */
thumbling_status_t thumbling_engine_open_folder(const thumbling_config_t *config,
                                                const char *folder,
                                                const char *space,
                                                thumbling_engine_t *engine,
                                                thumbling_error_t *error);

/**
 * Stops an engine and frees it; 0 is a no-op. What runs is interrupted and goes back into the queue. No callback begins
 * after this has returned; `stuck` (may be NULL) is how many are still inside the host's own code after `patience_ms`.
 */
thumbling_status_t thumbling_engine_close(thumbling_engine_t engine, uint64_t patience_ms, size_t *stuck);


/* ---- The engine: what an error says more --------------------------------------------------------------------------
 * An error of an engine's call is a thumbling_error_t like any other. */

/** The name of a problem and its messages for people. The strings are never freed. */
typedef struct {
    /** sizeof(thumbling_spelling_t), set by you. */
    size_t struct_size;
    /** Stable name, such as "no-such-space". */
    const char *name;
    /** Message in American English. */
    const char *en_us;
    /** Message in simplified Chinese. */
    const char *zh_cn;
} thumbling_spelling_t;

/** When trying again may help, ms; 0 if it does not, or nobody knows. */
uint64_t thumbling_error_retry_after_ms(thumbling_error_t error);

/**
 * By what the call is found in the log, copied to `buffer` of `capacity` bytes with a NUL behind it. Returns its length
 * without the NUL, also if `buffer` is too small (nothing is written then); 0 if the error is not an engine's.
 */
size_t thumbling_error_correlation(thumbling_error_t error, char *buffer, size_t capacity);

/**
 * What is the matter, for people, in `language` (THUMBLING_LANGUAGE_...). Never freed; NULL if the handle names no
 * error.
 */
const char *thumbling_error_message(thumbling_error_t error, int32_t language);

/** The name of the problem, and its messages. */
thumbling_status_t thumbling_error_spelling(thumbling_error_t error, thumbling_spelling_t *spelling);


/* ---- The engine: what changes in the drive ------------------------------------------------------------------------
 * Say so, and thumbnails are made before anybody looks, and are forgotten with their files. */

/** What a task is called: a UUID, NUL-terminated. May be kept and copied. */
typedef struct {
    /** 36 characters and a NUL. */
    char text[40];
} thumbling_task_id_t;

/**
 * Says that a file is new or has new content: its thumbnails are made when nothing more urgent is to do. `task` may be
 * NULL.
 */
thumbling_status_t thumbling_engine_file_changed(thumbling_engine_t engine,
                                                 const thumbling_file_t *file,
                                                 thumbling_task_id_t *task,
                                                 thumbling_error_t *error);

/** Says that a file is gone: forgets its thumbnails, and ends what waits for them. */
thumbling_status_t thumbling_engine_file_deleted(thumbling_engine_t engine,
                                                 const thumbling_file_t *file,
                                                 thumbling_error_t *error);

/** Says that a space is gone, with all its files. */
thumbling_status_t thumbling_engine_space_deleted(thumbling_engine_t engine,
                                                  const char *space,
                                                  thumbling_error_t *error);

/**
 * Says that `to` is a copy of `from`, whose thumbnails it gets without anything being drawn: `linked` (may be NULL) of
 * them. If there are none, they are made as after thumbling_engine_file_changed.
 */
thumbling_status_t thumbling_engine_link_thumbnails(thumbling_engine_t engine,
                                                    const thumbling_file_t *from,
                                                    const thumbling_file_t *to,
                                                    uint64_t *linked,
                                                    thumbling_error_t *error);


/* ---- The engine: tasks --------------------------------------------------------------------------------------------
 * What is asked for here is durable, and runs to an end whatever happens to the process. */

/** Thumbnails of whatever the file is. */
#define THUMBLING_TASK_AUTO 0
/** Of a document; any other file ends with THUMBLING_ERROR_UNSUPPORTED. */
#define THUMBLING_TASK_DOCUMENT 1
/** Of a video. */
#define THUMBLING_TASK_VIDEO 2
/** Of a picture. */
#define THUMBLING_TASK_IMAGE 3
/** Of a sound file's cover. */
#define THUMBLING_TASK_AUDIO 4
/** Of a file that changed; nobody waits. Not made by thumbling_task_new. */
#define THUMBLING_TASK_CHANGED 5
/** A zip of the files of a share. Not made by thumbling_task_new. */
#define THUMBLING_TASK_PACKAGE 6
/** Copies of the files of a share. Not made by thumbling_task_new. */
#define THUMBLING_TASK_SAVE 7

/** A package holds the files themselves. */
#define THUMBLING_CONTENT_FILES 0
/** It holds their thumbnails. */
#define THUMBLING_CONTENT_THUMBNAILS 1
/** It holds both. */
#define THUMBLING_CONTENT_BOTH 2

/** How a task stood. */
typedef struct {
    /** 0 is none. */
    uint64_t id;
} thumbling_task_t;

/**
 * Has the thumbnails of a file made, as `kind` (THUMBLING_TASK_...) says. A file that the drive does not know or the
 * caller may not see is refused at once. `caller` may be NULL.
 */
thumbling_status_t thumbling_task_new(thumbling_engine_t engine,
                                      int32_t kind,
                                      const thumbling_file_t *file,
                                      const thumbling_caller_t *caller,
                                      thumbling_task_id_t *task,
                                      thumbling_error_t *error);

/** Has the thumbnails of 1 to 1,000 files made. */
thumbling_status_t thumbling_task_new_batch(thumbling_engine_t engine,
                                            const thumbling_file_t *files,
                                            size_t files_len,
                                            const thumbling_caller_t *caller,
                                            thumbling_task_id_t *task,
                                            thumbling_error_t *error);

/** Packs 1 to 1,000 files of a share into a zip called `zip_name`, with `content` (THUMBLING_CONTENT_...). */
thumbling_status_t thumbling_task_new_package(thumbling_engine_t engine,
                                              const char *zip_name,
                                              int32_t content,
                                              const thumbling_file_t *files,
                                              size_t files_len,
                                              const thumbling_caller_t *caller,
                                              thumbling_task_id_t *task,
                                              thumbling_error_t *error);

/** Copies 1 to 1,000 files of a share into the folder `target`, by the drive; their thumbnails come along. */
thumbling_status_t thumbling_task_new_save(thumbling_engine_t engine,
                                           const thumbling_file_t *target,
                                           const thumbling_file_t *files,
                                           size_t files_len,
                                           const thumbling_caller_t *caller,
                                           thumbling_task_id_t *task,
                                           thumbling_error_t *error);

/** How a task stands. One that `caller` may not see is THUMBLING_ERROR_NOT_FOUND, as one that there is not. */
thumbling_status_t thumbling_task_get(thumbling_engine_t engine,
                                      const thumbling_task_id_t *id,
                                      const thumbling_caller_t *caller,
                                      thumbling_task_t *task,
                                      thumbling_error_t *error);

/** As thumbling_task_get, as soon as the task has ended or `patience_ms` have passed. */
thumbling_status_t thumbling_task_wait(thumbling_engine_t engine,
                                       const thumbling_task_id_t *id,
                                       const thumbling_caller_t *caller,
                                       uint64_t patience_ms,
                                       thumbling_task_t *task,
                                       thumbling_error_t *error);

/** Ends a task that has not ended, and says how it stands then. */
thumbling_status_t thumbling_task_cancel(thumbling_engine_t engine,
                                         const thumbling_task_id_t *id,
                                         const thumbling_caller_t *caller,
                                         thumbling_task_t *task,
                                         thumbling_error_t *error);


/* ---- The engine: how a task stood ---------------------------------------------------------------------------------
 * Of what you are told of a task you get a copy as of one moment. */

/** Durable, and not begun. */
#define THUMBLING_STATE_QUEUED 0
/** Worked on. */
#define THUMBLING_STATE_RUNNING 1
/** All of it was done. */
#define THUMBLING_STATE_SUCCEEDED 2
/** Some of it was done, some failed. */
#define THUMBLING_STATE_PARTLY_FAILED 3
/** All of it failed. */
#define THUMBLING_STATE_FAILED 4
/** It was cancelled before its end. */
#define THUMBLING_STATE_CANCELLED 5

/** How a task stood as a whole. */
typedef struct {
    /** sizeof(thumbling_task_info_t), set by you. */
    size_t struct_size;
    /** What it is called. */
    thumbling_task_id_t id;
    /** THUMBLING_TASK_...: what it was made for. */
    int32_t kind;
    /** THUMBLING_STATE_... */
    int32_t state;
    /** Files that it is about. */
    uint32_t total;
    /** Files that are done. */
    uint32_t done;
    /** Files that failed. */
    uint32_t failed;
    /** Whether `url` is obfuscated. */
    int32_t obfuscated;
    /** When it was made, Unix time in ms. */
    int64_t created_ms;
    /** When it last changed, Unix time in ms. */
    int64_t updated_ms;
    /** Where a finished package is; NULL for anything else. Valid until the task is freed. */
    const char *url;
    /** Until when, Unix time in s. */
    uint64_t expires;
    /** The trace id of the caller who made it; NULL if he brought none. Valid until the task is freed. */
    const char *trace;
} thumbling_task_info_t;

/** How one file of a task stood. Its strings are valid until the task is freed. */
typedef struct {
    /** sizeof(thumbling_task_item_t), set by you. */
    size_t struct_size;
    /** Which file. */
    thumbling_file_t file;
    /** The copy that was made of it; NULL and NULL if there is none. */
    thumbling_file_t saved;
    /** Why it failed, in words for a log; NULL if it did not. */
    const char *detail;
    /** THUMBLING_STATE_...: queued, succeeded, failed or cancelled. */
    int32_t state;
    /** THUMBLING_ERROR_...: why it failed; THUMBLING_OK if it did not. */
    thumbling_status_t error;
} thumbling_task_item_t;

/** How the task stood as a whole. */
thumbling_status_t thumbling_task_info(thumbling_task_t task, thumbling_task_info_t *info);

/** How the file `index`, below `total`, stood. */
thumbling_status_t thumbling_task_item(thumbling_task_t task, size_t index, thumbling_task_item_t *item);

/** Frees what was told of a task; 0 is a no-op. The task itself goes on. */
thumbling_status_t thumbling_task_free(thumbling_task_t task);


/* ---- The engine: being told of tasks that end ---------------------------------------------------------------------
 * A callback of yours, on a thread of the engine's, outside any lock: it may call the engine. */

/** Told of a task that ended. `task` is freed when the call returns. It must not throw. */
typedef void (*thumbling_finished_t)(void *user_data, thumbling_task_t task);

/** Calls back as long as it lives. */
typedef struct {
    /** 0 is none. */
    uint64_t id;
} thumbling_subscription_t;

/**
 * Calls `finished` with every task that ends from now on, once each, on a thread of the engine's. `release` may be
 * NULL; it is called exactly once, also if this fails, and `finished` never after it.
 */
thumbling_status_t thumbling_subscription_new(thumbling_engine_t engine,
                                              thumbling_finished_t finished,
                                              void *user_data,
                                              thumbling_release_t release,
                                              thumbling_subscription_t *subscription,
                                              thumbling_error_t *error);

/**
 * Ends a subscription; 0 is a no-op. A call that has begun is waited for, and `user_data` released, before this returns;
 * if it is that call which frees, it is released as soon as the call returns.
 */
thumbling_status_t thumbling_subscription_free(thumbling_subscription_t subscription);


/* ---- The engine: events -------------------------------------------------------------------------------------------
 * What happens, to be taken when it suits you. A receiver that does not keep up loses what it has no room for (1,024
 * events), and is told how much. */

/** Nothing happened in time. */
#define THUMBLING_EVENT_NONE 0
/** The thumbnails of `file` are there, of its content `version`. */
#define THUMBLING_EVENT_READY 1
/** They could not be made: `error` says why. */
#define THUMBLING_EVENT_FAILED 2
/** The task `task` ended in `state`. */
#define THUMBLING_EVENT_TASK 3

/** A receiver of events. */
typedef struct {
    /** 0 is none. */
    uint64_t id;
} thumbling_events_t;

/** Something that happened. What does not belong to its kind is zero. */
typedef struct {
    /** sizeof(thumbling_event_t), set by you. */
    size_t struct_size;
    /** THUMBLING_EVENT_... */
    int32_t kind;
    /** THUMBLING_ERROR_... */
    thumbling_status_t error;
    /** THUMBLING_STATE_... */
    int32_t state;
    /** Zero. */
    uint32_t reserved;
    /** Events that this receiver has lost so far. */
    uint64_t lost;
    /** Which task. */
    thumbling_task_id_t task;
    /** Which file, NUL-terminated. */
    thumbling_file_name_t file;
    /** Of which content, NUL-terminated. */
    char version[THUMBLING_NAME_SIZE];
} thumbling_event_t;

/** A receiver of what happens from now on. */
thumbling_status_t thumbling_events_new(thumbling_engine_t engine,
                                        thumbling_events_t *events,
                                        thumbling_error_t *error);

/**
 * The next event, as soon as there is one or `patience_ms` have passed: then its kind is THUMBLING_EVENT_NONE.
 * THUMBLING_ERROR_CANCELLED once the engine is closed and every event taken. Threads that share a receiver wait in line.
 */
thumbling_status_t thumbling_events_next(thumbling_events_t events,
                                         uint64_t patience_ms,
                                         thumbling_event_t *event,
                                         thumbling_error_t *error);

/** Frees a receiver; 0 is a no-op. */
thumbling_status_t thumbling_events_free(thumbling_events_t events);


/* ---- The engine: look-ups -----------------------------------------------------------------------------------------
 * What there is for files, right now. Strings and bytes are valid until the looks are freed. */

/** A thumbnail that is not there is not made. */
#define THUMBLING_LOOK_CACHE_ONLY 0
/** It is made, before everything that nobody is looking at. */
#define THUMBLING_LOOK_ENQUEUE 1
/** It is made, and waited for. */
#define THUMBLING_LOOK_WAIT 2

/** There is a thumbnail. */
#define THUMBLING_LOOKED_READY 0
/** It is being made. */
#define THUMBLING_LOOKED_PENDING 1
/** There is none, and nobody makes one. */
#define THUMBLING_LOOKED_NOT_EXIST 2
/** There is none: `error` says why. */
#define THUMBLING_LOOKED_FAILED 3

/** The answers of one look-up. */
typedef struct {
    /** 0 is none. */
    uint64_t id;
} thumbling_looks_t;

/** The answer about one file. */
typedef struct {
    /** sizeof(thumbling_look_t), set by you. */
    size_t struct_size;
    /** THUMBLING_LOOKED_... */
    int32_t state;
    /** THUMBLING_ERROR_...: why there is none; THUMBLING_OK otherwise. */
    thumbling_status_t error;
    /** Columns, px. */
    uint32_t width;
    /** Rows, px. */
    uint32_t height;
    /** Where its bytes are; NULL if there is none. */
    const char *url;
    /** Until when, Unix time in s. */
    uint64_t expires;
    /** Changes when the bytes change; without quotes. NULL if there is none. */
    const char *etag;
    /** Placeholder of about 25 bytes: <https://evanw.github.io/thumbhash/> */
    const uint8_t *thumbhash;
    /** How many bytes. */
    size_t thumbhash_len;
    /** When to look again, ms; for THUMBLING_LOOKED_PENDING. */
    uint64_t retry_after_ms;
    /** Whether `url` is obfuscated. */
    int32_t obfuscated;
    /** Zero. */
    uint32_t reserved;
} thumbling_look_t;

/**
 * Looks up the thumbnails `spec` (NULL: the first) of 1 to 30 files, one answer each in their order; none fails
 * another. `mode` is THUMBLING_LOOK_...; `wait_ms` bounds THUMBLING_LOOK_WAIT. `caller` may be NULL.
 */
thumbling_status_t thumbling_looks_new(thumbling_engine_t engine,
                                       const thumbling_file_t *files,
                                       size_t files_len,
                                       const char *spec,
                                       const thumbling_caller_t *caller,
                                       int32_t mode,
                                       uint64_t wait_ms,
                                       thumbling_looks_t *looks,
                                       thumbling_error_t *error);

/** The answer about the file `index`. */
thumbling_status_t thumbling_looks_at(thumbling_looks_t looks, size_t index, thumbling_look_t *look);

/** Why there is no thumbnail of the file `index`. THUMBLING_ERROR_NOT_FOUND if there is one. */
thumbling_status_t thumbling_looks_spelling(thumbling_looks_t looks, size_t index, thumbling_spelling_t *spelling);

/** Frees the answers; 0 is a no-op. */
thumbling_status_t thumbling_looks_free(thumbling_looks_t looks);


/* ---- The engine: signed URLs --------------------------------------------------------------------------------------
 * A URL lets whoever has it fetch one thumbnail or package for a while. Hand what your HTTP server was asked for to
 * thumbling_url_open, as it came: nothing decoded, nothing made canonical. */

/** A signed URL. */
typedef struct {
    /** 0 is none. */
    uint64_t id;
} thumbling_url_t;

/** What a signed URL gives. */
typedef struct {
    /** 0 is none. */
    uint64_t id;
} thumbling_opened_t;

/** What a signed URL gives. Its strings are valid until it is freed. */
typedef struct {
    /** sizeof(thumbling_opened_info_t), set by you. */
    size_t struct_size;
    /** Bytes of content. */
    uint64_t size;
    /** Media type. */
    const char *content_type;
    /** Changes when the bytes change; without quotes. */
    const char *etag;
    /** What a package is called; NULL for a thumbnail. */
    const char *file_name;
    /** Unix time in s from which on the URL gives nothing. */
    uint64_t expires;
} thumbling_opened_info_t;

/**
 * A signed URL of the thumbnail `spec` (NULL: the first) of `file` or, if that is NULL, of what `uri` names. `hint` (may
 * be NULL) is what thumbling_hint_new gave. `mode` is THUMBLING_LOOK_...; `wait_ms` bounds THUMBLING_LOOK_WAIT.
 * THUMBLING_ERROR_BUSY while the thumbnail is being made: thumbling_error_retry_after_ms says when to try again.
 */
thumbling_status_t thumbling_url_new(thumbling_engine_t engine,
                                     const thumbling_file_t *file,
                                     const char *uri,
                                     const char *spec,
                                     const thumbling_caller_t *caller,
                                     const char *hint,
                                     int32_t mode,
                                     uint64_t wait_ms,
                                     thumbling_url_t *url,
                                     thumbling_error_t *error);

/** The URL itself. Valid until it is freed; NULL if the handle names none. */
const char *thumbling_url_text(thumbling_url_t url);

/** Unix time in s from which on it gives nothing; 0 if the handle names none. */
uint64_t thumbling_url_expires(thumbling_url_t url);

/** Whether clients have to decode it first. */
int32_t thumbling_url_is_obfuscated(thumbling_url_t url);

/** Frees a URL; 0 is a no-op. It goes on to give what it gives. */
thumbling_status_t thumbling_url_free(thumbling_url_t url);

/**
 * What makes the next URL of `file` by `caller` quicker, for a minute, copied to `buffer` of `capacity` bytes with a NUL
 * behind it; `len` is its length without the NUL. If the file will be asked for by URI, `uri` is that URI, else NULL.
 * `info` is what a listing already knows of the file; the drive is asked if it is NULL. THUMBLING_ERROR_LIMIT if `buffer`
 * is too small; 5,000 bytes always do.
 */
thumbling_status_t thumbling_hint_new(thumbling_engine_t engine,
                                      const thumbling_file_t *file,
                                      const char *uri,
                                      const thumbling_file_info_t *info,
                                      const thumbling_caller_t *caller,
                                      char *buffer,
                                      size_t capacity,
                                      size_t *len,
                                      thumbling_error_t *error);

/** What a signed URL gives. Forged, expired, of a file that is gone: all are THUMBLING_ERROR_NOT_FOUND. */
thumbling_status_t thumbling_url_open(thumbling_engine_t engine,
                                      const char *url,
                                      thumbling_opened_t *opened,
                                      thumbling_error_t *error);

/** What the URL gave. */
thumbling_status_t thumbling_opened_info(thumbling_opened_t opened, thumbling_opened_info_t *info);

/** Reads up to `len` bytes at `offset` into `buffer`; `read` is how many, 0 only at the end. */
thumbling_status_t thumbling_opened_read(thumbling_opened_t opened,
                                         uint64_t offset,
                                         uint8_t *buffer,
                                         size_t len,
                                         size_t *read,
                                         thumbling_error_t *error);

/** Frees what a URL gave; 0 is a no-op. */
thumbling_status_t thumbling_opened_free(thumbling_opened_t opened);


/* ---- The engine: upkeep -------------------------------------------------------------------------------------------
 * What keeps the store small and sound. Garbage is collected by itself, as the configuration says. */

/** How much is kept, queued and running. */
typedef struct {
    /** sizeof(thumbling_counters_t), set by you. */
    size_t struct_size;
    /** Thumbnails and packages that are there. */
    uint64_t ready;
    /** Thumbnails that are known to fail. */
    uint64_t failed;
    /** Bytes of what is there. */
    uint64_t bytes;
    /** Jobs that are queued, waiting or being done. */
    uint64_t queued;
    /** Files being drawn by this engine. */
    uint64_t running;
    /** Workers that are stuck in the drive's code. */
    uint64_t stuck;
} thumbling_counters_t;

/** What garbage collection removed. */
typedef struct {
    /** sizeof(thumbling_collected_t), set by you. */
    size_t struct_size;
    /** Thumbnails and packages beyond the bounds. */
    uint64_t thumbnails;
    /** Files that nothing names. */
    uint64_t orphans;
    /** Bytes of both. */
    uint64_t bytes;
    /** Tasks that ended long ago. */
    uint64_t tasks;
} thumbling_collected_t;

/** What was found when everything was read. */
typedef struct {
    /** sizeof(thumbling_verified_t), set by you. */
    size_t struct_size;
    /** Thumbnails and packages whose bytes are right. */
    uint64_t sound;
    /** Those whose bytes are damaged. */
    uint64_t damaged;
    /** Those whose bytes are gone. */
    uint64_t missing;
} thumbling_verified_t;

/** What was saved of a damaged database. */
typedef struct {
    /** sizeof(thumbling_repaired_t), set by you. */
    size_t struct_size;
    /** Tasks carried over. */
    uint64_t tasks;
    /** Jobs carried over. */
    uint64_t jobs;
    /** Records of thumbnails carried over. */
    uint64_t thumbnails;
} thumbling_repaired_t;

/** How much is kept, queued and running. */
thumbling_status_t thumbling_engine_counters(thumbling_engine_t engine,
                                             thumbling_counters_t *counters,
                                             thumbling_error_t *error);

/** Removes what nobody needs: beyond the bounds of the configuration, left behind by crashes, forgotten tasks. */
thumbling_status_t thumbling_engine_collect_garbage(thumbling_engine_t engine,
                                                    thumbling_collected_t *collected,
                                                    thumbling_error_t *error);

/** Reads everything that is kept and compares it with its checksums; changes nothing. */
thumbling_status_t thumbling_engine_verify(thumbling_engine_t engine,
                                           thumbling_verified_t *verified,
                                           thumbling_error_t *error);

/** As thumbling_engine_verify, and forgets what is damaged, so that it is made again when it is looked at. */
thumbling_status_t thumbling_engine_repair(thumbling_engine_t engine,
                                           thumbling_verified_t *verified,
                                           thumbling_error_t *error);

/**
 * Replaces a damaged database in the folder `state` (thumbling_engine_open said THUMBLING_ERROR_CORRUPT) by a new one
 * with everything that can still be read of it. No engine may be open there. The old file is kept beside it.
 */
thumbling_status_t thumbling_state_repair(const char *state, thumbling_repaired_t *repaired, thumbling_error_t *error);

#ifdef __cplusplus
}
#endif

#endif
