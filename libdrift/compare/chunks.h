/* SPDX-License-Identifier: Apache-2.0
 *
 * chunks.h: what is kept of the parts of the current data. chunks.c compares
 * each when its profile is there, chunk_verdicts.c judges all of them together with the whole.
 */
#ifndef DRIFT_COMPARE_CHUNKS_H
#define DRIFT_COMPARE_CHUNKS_H

#include "compare/judge.h"

/** What is kept of one column of one part until all parts are known. */
typedef struct drift__kept_column {
    drift_chunk_column result;
    drift_verdict at_least; /* violations, or the verdict of a preset without p-values */
    double weight_of_cells, df, g;
} drift__kept_column;

typedef struct drift__part {
    uint64_t first_row, last_row;
    char *label;
    drift__kept_column *columns;
} drift__part;

struct drift_chunks {
    drift_allocator allocator;
    const drift_profile *reference;
    drift_comparison_config config;
    drift__part *parts;
    size_t n, capacity;
    size_t n_columns; /* tested ones of each part */
};

#endif
