/* SPDX-License-Identifier: Apache-2.0
 *
 * json.h: writing and reading JSON (RFC 8259).
 */
#ifndef DRIFT_CORE_JSON_H
#define DRIFT_CORE_JSON_H

#include <drift/base.h>

/**
 * Append `text` as a JSON string with its quotes. Control characters, quotes
 * and backslashes are escaped, bytes that are not UTF-8 become U+FFFD, and
 * '<', '>' and '&' are written as \u003c ... so that the text is safe inside HTML.
 */
drift_status drift__json_string(drift_buffer *buffer, const char *text, size_t length);
/** Append a double with full precision; `null` where it is not finite. */
drift_status drift__json_double(drift_buffer *buffer, double value);

/** Kinds of what drift__json_next meets. */
typedef enum drift__json_kind {
    DRIFT__JSON_ERROR = 0,
    DRIFT__JSON_END, /* only blanks left */
    DRIFT__JSON_OBJECT_BEGIN,
    DRIFT__JSON_OBJECT_END,
    DRIFT__JSON_ARRAY_BEGIN,
    DRIFT__JSON_ARRAY_END,
    DRIFT__JSON_STRING,
    DRIFT__JSON_NUMBER, /* NaN, Infinity and -Infinity too, as Python writes them */
    DRIFT__JSON_TRUE,
    DRIFT__JSON_FALSE,
    DRIFT__JSON_NULL,
    DRIFT__JSON_COLON,
    DRIFT__JSON_COMMA
} drift__json_kind;

/** One token: strings without their quotes and still escaped, numbers as written. */
typedef struct drift__json_token {
    drift__json_kind kind;
    const char *text;
    size_t length;
    int escaped; /* the string holds a backslash: decode with drift__json_unescape */
} drift__json_token;

/** Next token of `*at .. end`; moves `*at` behind it, on an error to the offending byte. */
drift__json_token drift__json_next(const char **at, const char *end);
/**
 * Decode the escapes of a string token into `out`, which has room for
 * `length` bytes. Returns the decoded length, or (size_t)-1 for a bad escape;
 * a lone surrogate becomes U+FFFD.
 */
size_t drift__json_unescape(char *out, const char *text, size_t length);
/**
 * 1 where `text` is one JSON object of RFC 8259 (no NaN, no Infinity) in UTF-8,
 * at most DRIFT__JSON_DEPTH deep, so that it can stand in another document as it is.
 */
int drift__json_is_object(const char *text, size_t length);
enum { DRIFT__JSON_DEPTH = 64 };

#endif
