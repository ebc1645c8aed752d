/* SPDX-License-Identifier: Apache-2.0
 *
 * text.h: a window over the bytes of a source that slides forward and grows
 * for a row that does not fit, and places in it for messages.
 */
#ifndef DRIFT_IO_TEXT_H
#define DRIFT_IO_TEXT_H

#include "io/source.h"

typedef struct drift__text {
    drift_allocator allocator;
    drift__source *source; /* borrowed */
    char *bytes;           /* `end` is followed by at least DRIFT__TEXT_SLACK zero bytes */
    size_t capacity;
    size_t at, end;
    int ended;     /* nothing comes after `end` */
    uint64_t line; /* of `at`, from 1 */
} drift__text;

enum { DRIFT__TEXT_SLACK = 16 };

drift_status drift__text_init(drift__text *text, drift__source *source,
                              const drift_allocator *allocator);
void drift__text_free(drift__text *text);
/** Forget everything: the source was rewound. */
void drift__text_restart(drift__text *text);
/**
 * Move `at .. end` to the front and read more behind it; sets `ended` at the
 * end. A row of more than 256 MB is DRIFT_ERR_PARSE.
 */
drift_status drift__text_fill(drift__text *text, drift_error *error);
/** "NAME: line L: column C: " and the message, for the byte `where`, at or after `at`. */
drift_status drift__text_fail(const drift__text *text, const char *where, drift_error *error,
                              const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
