/* SPDX-License-Identifier: Apache-2.0
 *
 * batch.h: columns under construction, found by name: of drift_value, or of
 * doubles where numbers are expected and nothing else came.
 */
#ifndef DRIFT_IO_BATCH_H
#define DRIFT_IO_BATCH_H

#include <drift/table.h>

/** Columns a file may have. */
enum { DRIFT__MOST_COLUMNS = 65536 };
#define DRIFT__NO_COLUMN UINT32_MAX

typedef struct drift__batch {
    const drift_allocator *allocator;
    size_t n_columns;
    char **names;
    size_t *lengths;
    drift_value **values; /* of each column, row by row */
    double **numbers;     /* of the columns that are expected to be numbers, else NULL */
    double **plain;       /* `numbers` while this batch has only numbers in the column, else NULL */
    drift_column *columns;
    size_t capacity;
    uint32_t *slots; /* hash table of positions + 1 */
    size_t n_slots;
    uint64_t key[2];
    size_t n_rows;
    size_t room; /* rows there is memory for */
} drift__batch;

void drift__batch_init(drift__batch *batch, const drift_allocator *allocator);
void drift__batch_free(drift__batch *batch);
/** Position of the column called `name`, or DRIFT__NO_COLUMN. */
uint32_t drift__batch_find(const drift__batch *batch, const char *name, size_t length);
/** Add a column that is missing in the rows so far. The name must be new. */
drift_status drift__batch_add(drift__batch *batch, const char *name, size_t length);
/** Have the first `n` columns of `like`, no others; `batch` begins with some of them, or has all. */
drift_status drift__batch_take_columns(drift__batch *batch, const drift__batch *like, size_t n);
/** 1 where the batch holds as many rows as one batch shall. */
int drift__batch_full(const drift__batch *batch);
/** Have memory for row `n_rows`. */
drift_status drift__batch_reserve(drift__batch *batch);
/**
 * Expect numbers in a column, or no longer: from the next drift__batch_start
 * on its doubles go to `plain`, NaN where missing, and `values` is not written.
 */
drift_status drift__batch_expect(drift__batch *batch, size_t column, int numbers);
/** Begin a batch of no rows. */
void drift__batch_start(drift__batch *batch);
/**
 * Set the value of row `n_rows`, in `plain` where the column is plain still and
 * the value says nothing but a number: otherwise the rows so far move to `values`.
 */
void drift__batch_set(drift__batch *batch, size_t column, const drift_value *value);
/** The rows as a table, borrowed until the batch changes. */
void drift__batch_table(drift__batch *batch, drift_table *out_table);

#endif
