/* SPDX-License-Identifier: Apache-2.0
 *
 * file_reader.h: rows of text into batches; CSV and JSON Lines differ only in
 * how one row is read.
 */
#ifndef DRIFT_IO_FILE_READER_H
#define DRIFT_IO_FILE_READER_H

#include "io/batch.h"
#include "io/missing.h"
#include "io/reader.h"
#include "io/text.h"

typedef struct drift__file_reader drift__file_reader;

typedef struct drift__row_format {
    /**
     * Read the row at `text.at` into row `batch.n_rows`, behind it, and set
     * `*out_row` to 1. With `*out_row` 0 the window holds no complete row.
     * DRIFT_END where no row is left.
     */
    drift_status (*row)(drift__file_reader *reader, int *out_row, drift_error *error);
    /** Read what stands before the rows; as `row`. */
    drift_status (*head)(drift__file_reader *reader, int *out_done, drift_error *error);
} drift__row_format;

extern const drift__row_format drift__csv_format, drift__jsonl_format;

struct drift__file_reader {
    drift_reader base;
    const drift__row_format *format;
    drift__text text;
    drift__batch batch;
    drift__missing missing;
    int missing_stated; /* the caller gave the tokens */
    int begun;          /* the head was read */
    int delivered;      /* at least one table was given out */
    drift__expectation expectation;
    size_t expecting; /* columns it was applied to */
    /* CSV */
    char delimiter;
    int scans_numbers;   /* the delimiter is part of no number */
    int skip_newline;    /* a carriage return ended the last row: its line feed may follow */
    uint64_t row_lines;  /* line ends inside the row being read */
    drift_value *fields; /* of the header */
    size_t n_fields, fields_capacity;
    uint32_t *doubled; /* columns of the row with doubled quotes */
    size_t n_doubled, doubled_capacity;
    /* JSON Lines */
    uint64_t row_number;
    uint64_t *stamps; /* of each column: the last row that had it */
    size_t stamps_capacity;
    size_t searched; /* bytes after `text.at` known to hold no line end */
};

/** Open over `source`, consumed on success. `delimiter` serves CSV. */
drift_status drift__file_reader_create(drift__source *source, const drift__row_format *format,
                                       char delimiter, const drift_profile_config *config,
                                       drift_reader **out_reader, drift_error *error);

#endif
