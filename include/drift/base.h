/* SPDX-License-Identifier: Apache-2.0
 *
 * base.h: what every other header needs: version, status codes, the error
 * message, the allocator, the byte buffer and the value of one cell.
 *
 * Thread rule: everything here is either a plain value or belongs to one
 * thread at a time.
 */
#ifndef DRIFT_BASE_H
#define DRIFT_BASE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DRIFT_VERSION_MAJOR 0
#define DRIFT_VERSION_MINOR 1
#define DRIFT_VERSION_PATCH 0
#define DRIFT_VERSION_STRING "0.1.0"

/** Number that changes whenever a program built earlier could not run. */
#define DRIFT_ABI_VERSION 1u

#if defined(__GNUC__)
#define DRIFT_API __attribute__((visibility("default")))
#else
#define DRIFT_API
#endif

/**
 * Every status, its number and its sentence. Append only; numbers stay.
 */
#define DRIFT_STATUS_TABLE(X)                                                                      \
    X(DRIFT_OK, 0, "success")                                                                      \
    X(DRIFT_ERR_INVALID_ARGUMENT, -1, "an argument is out of its range")                           \
    X(DRIFT_ERR_OUT_OF_MEMORY, -2, "the allocator returned no memory")                             \
    X(DRIFT_ERR_NOT_ENOUGH_DATA, -3, "there is too little data for this result to exist")          \
    X(DRIFT_ERR_IO, -4, "the operating system refused to read or write")                           \
    X(DRIFT_ERR_PARSE, -5, "the text is not in the expected format")                               \
    X(DRIFT_ERR_CORRUPT, -6, "the bytes are damaged")                                              \
    X(DRIFT_ERR_UNSUPPORTED, -7, "this version or build cannot do that")                           \
    X(DRIFT_ERR_INCOMPATIBLE, -8, "the two objects do not belong together")                        \
    X(DRIFT_ERR_NOT_FOUND, -9, "no such column, file or value")                                    \
    X(DRIFT_ERR_BUSY, -10, "the object is in use by a callback")                                   \
    X(DRIFT_ERR_OVERFLOW, -11, "a counter would pass its largest value")                           \
    X(DRIFT_ERR_CANCELLED, -12, "the caller asked to stop")                                        \
    X(DRIFT_ERR_TOO_SMALL, -13, "the buffer is too small for the result")                          \
    X(DRIFT_END, 1, "no more rows")

#define DRIFT_STATUS_ENUM(name, number, text) name = number,
typedef enum drift_status { DRIFT_STATUS_TABLE(DRIFT_STATUS_ENUM) } drift_status;
#undef DRIFT_STATUS_ENUM

/** English sentence for `status`; never NULL, static storage. */
DRIFT_API const char *drift_status_string(drift_status status);

/** The DRIFT_ABI_VERSION the library was built with. */
DRIFT_API uint32_t drift_abi_version(void);

/** "0.1.0"; static storage. */
DRIFT_API const char *drift_version(void);

/** One line: instruction set in use, GSL, zstd and zlib versions, build options. Static storage. */
DRIFT_API const char *drift_build_info(void);

/**
 * Message of the last failure of the call it was passed to. Owned by the
 * caller; any function takes NULL in its place. `message` is UTF-8, ends in
 * NUL, holds no line break, and is only written when the call fails.
 */
typedef struct drift_error {
    char message[1024];
} drift_error;

/**
 * Where an object takes its memory from. `reallocate(context, NULL, n)`
 * allocates, `release(context, NULL)` does nothing. The structure is copied
 * into the object; `context` is borrowed until the object is destroyed.
 */
typedef struct drift_allocator {
    void *(*reallocate)(void *context, void *memory, size_t size);
    void (*release)(void *context, void *memory);
    void *context;
} drift_allocator;

/** Nanoseconds since any fixed moment; never falls, unless it is said to be a wall clock. */
typedef uint64_t (*drift_clock)(void *context);

/** Growing run of bytes that results are rendered and serialized into. */
typedef struct drift_buffer drift_buffer;

/** Empty buffer; `allocator` may be NULL for malloc. Owned by the caller. */
DRIFT_API drift_status drift_buffer_create(const drift_allocator *allocator,
                                           drift_buffer **out_buffer);
DRIFT_API void drift_buffer_destroy(drift_buffer *buffer);
/** The bytes, followed by one NUL that does not count. Borrowed until the buffer changes. */
DRIFT_API const void *drift_buffer_data(const drift_buffer *buffer);
DRIFT_API size_t drift_buffer_size(const drift_buffer *buffer);
/** Forget the contents, keep the memory. */
DRIFT_API void drift_buffer_reset(drift_buffer *buffer);
/** Add `size` bytes at the end. */
DRIFT_API drift_status drift_buffer_append(drift_buffer *buffer, const void *data, size_t size);
/**
 * Write the bytes to the file `path`: a new file of mode 0600 beside it,
 * synced, then renamed, so that `path` holds the old or the new contents and
 * never a part. DRIFT_ERR_IO leaves `path` as it was.
 */
DRIFT_API drift_status drift_buffer_write(const drift_buffer *buffer, const char *path,
                                          drift_error *error);

/** What a drift_value holds. */
typedef enum drift_value_tag {
    DRIFT_VALUE_MISSING = 0, /* no value */
    DRIFT_VALUE_DOUBLE = 1,  /* .number; NaN counts as missing */
    DRIFT_VALUE_INT64 = 2,   /* .integer */
    DRIFT_VALUE_BOOL = 3,    /* .integer, 0 or 1 */
    DRIFT_VALUE_STRING = 4,  /* .string, `length` bytes of UTF-8: always text */
    DRIFT_VALUE_TOKEN = 5,   /* as STRING, but the column decides what it means (CSV) */
    DRIFT_VALUE_TIME = 6     /* .integer, microseconds since 1970-01-01T00:00:00Z */
} drift_value_tag;

/** One cell of one row. Strings are borrowed for the call they are passed to. */
typedef struct drift_value {
    uint32_t tag;    /* drift_value_tag */
    uint32_t length; /* bytes of .string; else 0 */
    union {
        double number;
        int64_t integer;
        const char *string;
    } as;
} drift_value;

#ifdef __cplusplus
}
#endif
#endif
