/* SPDX-License-Identifier: Apache-2.0
 *
 * reader.h: what every kind of reader has in common.
 */
#ifndef DRIFT_IO_READER_H
#define DRIFT_IO_READER_H

#include <drift/io.h>

#include "io/source.h"

/** Which columns are wanted as numbers: where a token's text has no meaning beyond its number. */
typedef struct drift__expectation {
    int (*numbers)(const void *context, const char *name);
    const void *context;
} drift__expectation;

/** The kinds of readers differ in these; `next` and `rewind` as in drift/io.h. */
typedef struct drift__reader_methods {
    drift_status (*next)(drift_reader *reader, drift_table *out_table, drift_error *error);
    drift_status (*rewind)(drift_reader *reader, drift_error *error);
    void (*destroy)(drift_reader *reader);
    void (*expect)(drift_reader *reader, const drift__expectation *expectation); /* may be NULL */
    /** In place of `next`, see drift__reader_several; NULL where there is one table at a time. */
    drift_status (*several)(drift_reader *reader, const drift_table **out_tables, size_t *out_n,
                            drift_error *error);
} drift__reader_methods;

/** First member of every reader. */
struct drift_reader {
    const drift__reader_methods *methods;
    drift_allocator allocator;
    const char *name;
    const char *label;     /* as messages name it */
    drift__source *source; /* NULL for data in memory and chains */
    int once;              /* 1 = a chain that holds a pipe */
    drift_table single;    /* what `next` gave to drift__reader_several */
    const drift_table *tables;
    size_t n_tables, next_table; /* given by `several`, and not yet by drift_reader_next */
};

/**
 * The next tables, in their order, at least one: those that were read side by
 * side. Borrowed as by drift_reader_next.
 */
drift_status drift__reader_several(drift_reader *reader, const drift_table **out_tables,
                                   size_t *out_n, drift_error *error);
/** Start again, where the source may be a pipe whose beginning is kept. */
drift_status drift__reader_restart(drift_reader *reader, drift_error *error);

/**
 * From the next batch on the reader may give such columns as doubles, NaN
 * where missing, in batches in which they hold nothing but numbers that are
 * no integers beyond 2^53. NULL: no column, as after opening. Borrowed until
 * the next call.
 */
void drift__reader_expect(drift_reader *reader, const drift__expectation *expectation);

/** Reader over an open source, consumed on success. */
drift_status drift__reader_open_source(drift__source *source, const drift_profile_config *config,
                                       drift_reader **out_reader, drift_error *error);

#endif
