/* SPDX-License-Identifier: Apache-2.0
 *
 * batch.h: columns of drift_value under construction, found by name.
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
    drift_column *columns;
    size_t capacity;
    uint32_t *slots; /* hash table of positions + 1 */
    size_t n_slots;
    uint64_t key[2];
    size_t n_rows, most_rows;
} drift__batch;

void drift__batch_init(drift__batch *batch, const drift_allocator *allocator);
void drift__batch_free(drift__batch *batch);
/** Position of the column called `name`, or DRIFT__NO_COLUMN. */
uint32_t drift__batch_find(const drift__batch *batch, const char *name, size_t length);
/** Add a column that is missing in the rows so far. The name must be new. */
drift_status drift__batch_add(drift__batch *batch, const char *name, size_t length);
/** The rows as a table, borrowed until the batch changes. */
void drift__batch_table(drift__batch *batch, drift_table *out_table);

#endif
