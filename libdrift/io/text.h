/* SPDX-License-Identifier: Apache-2.0
 *
 * text.h: a piece of the text of a source that holds complete rows, and places
 * in it for messages. Pieces are cut one after the other; what they hold can
 * then be read side by side.
 */
#ifndef DRIFT_IO_TEXT_H
#define DRIFT_IO_TEXT_H

#include "io/source.h"

/** What is wrong with a piece; a message is complete once the lines before the piece are known. */
typedef struct drift__fault {
    drift_status status;
    uint64_t line;   /* as in drift__text */
    uint64_t column; /* from 1, in characters; 0 = the whole line */
    char message[512];
} drift__fault;

typedef struct drift__text {
    char *bytes; /* `end` is followed by at least DRIFT__TEXT_SLACK zero bytes */
    size_t capacity;
    size_t at, end;
    uint64_t line;    /* of `at`, from 0 at the beginning of the piece */
    int after_return; /* a carriage return stands before `at`: a line feed at `at` ends no line */
    drift__fault fault;
} drift__text;

enum { DRIFT__TEXT_SLACK = 16 };

/** Bytes of `bytes[0 .. size)`, which begin with a row, up to the end of the last complete row. */
typedef size_t (*drift__cut)(const char *bytes, size_t size, char delimiter);

/** Cuts a source into pieces. */
typedef struct drift__cutter {
    drift_allocator allocator;
    drift__source *source; /* borrowed */
    drift__cut cut;
    char delimiter;
    char *rest; /* of the last piece: the beginning of a row */
    size_t rest_size, rest_capacity;
    int begun, after_return;
    int ended;           /* nothing comes any more */
    drift_status failed; /* what the source said behind the last complete row */
    drift_error failure;
} drift__cutter;

void drift__cutter_free(drift__cutter *cutter);
/** Forget everything: the source was rewound. */
void drift__cutter_restart(drift__cutter *cutter);
/**
 * Read the next piece into `text`: about 256 kB of a file, longer where a row
 * is; of a pipe what is there. Nothing in it and `ended`: there is none. A
 * byte order mark is skipped. A row of more than 256 MB is a fault of the piece
 * and the end. Where the source fails, the complete rows before are given first.
 */
drift_status drift__cutter_next(drift__cutter *cutter, drift__text *text, drift_error *error);

void drift__text_free(drift__text *text, const drift_allocator *allocator);
/** Set `fault` to DRIFT_ERR_PARSE at the byte `where`, at or after `at`; returns its status. */
drift_status drift__text_fail(drift__text *text, const char *where, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/** The same with `status`, for the line of `at`. */
drift_status drift__text_fail_line(drift__text *text, drift_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/** "LABEL: line L: column C: " and the message of `fault`, `lines` of the file before its piece. */
drift_status drift__fault_tell(const drift__fault *fault, const char *label, uint64_t lines,
                               drift_error *error);

#endif
