/* SPDX-License-Identifier: Apache-2.0
 *
 * parser.h: the rows of a piece of text into a batch; CSV and JSON Lines
 * differ only in how one row is read and where a row ends.
 */
#ifndef DRIFT_IO_PARSER_H
#define DRIFT_IO_PARSER_H

#include "io/batch.h"
#include "io/missing.h"
#include "io/reader.h"
#include "io/text.h"

typedef struct drift__parser drift__parser;

typedef struct drift__row_format {
    /** Read the row at `text->at` into row `batch.n_rows`, behind it; DRIFT_END: no row is left. */
    drift_status (*row)(drift__parser *parser);
    /**
     * Read what stands before the rows of a file, NULL where nothing does: gives the batch its
     * columns, once. DRIFT_END: it is not in this piece.
     */
    drift_status (*head)(drift__parser *parser);
    drift__cut cut;
} drift__row_format;

extern const drift__row_format drift__csv_format, drift__jsonl_format;

/** How a file is written: what its parsers share. */
typedef struct drift__dialect {
    const drift__row_format *format;
    drift__missing missing;
    int missing_stated; /* the caller gave the tokens */
    char delimiter;     /* CSV */
    int scans_numbers;  /* the delimiter is part of no number */
} drift__dialect;

/** A column as a key of JSON Lines. */
typedef struct drift__json_key {
    uint64_t row; /* the last one that had it */
    int literal;  /* written in quotes as it is, nothing escaped */
} drift__json_key;

/** What is read is its own, so that several work side by side. */
struct drift__parser {
    const drift_allocator *allocator; /* borrowed */
    const drift__dialect *dialect;
    drift__text *text; /* borrowed; faults stand there */
    drift__batch batch;
    size_t expecting; /* columns that were told whether numbers are expected */
    /* CSV */
    int begun;           /* the head was read */
    uint64_t row_lines;  /* line ends inside the row being read */
    drift_value *fields; /* of the header */
    size_t fields_capacity;
    uint32_t *doubled; /* columns of the row with doubled quotes */
    size_t n_doubled, doubled_capacity;
    /* JSON Lines */
    uint64_t row_number;
    drift__json_key *keys; /* of the columns */
    size_t n_keys, keys_capacity;
};

/** Ready for a text; both are borrowed. */
void drift__parser_init(drift__parser *parser, const drift__dialect *dialect,
                        const drift_allocator *allocator);
void drift__parser_free(drift__parser *parser);
/** Have the first `n` columns of `known`, no others, and expect numbers as `wanted` says. */
drift_status drift__parser_take_columns(drift__parser *parser, const drift__batch *known, size_t n,
                                        const drift__expectation *wanted);
/** Fill the batch anew from the rest of `text`, up to what is wrong, left in `text->fault`. */
void drift__parser_run(drift__parser *parser);

#endif
