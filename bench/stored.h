/* SPDX-License-Identifier: Apache-2.0
 *
 * stored.h: a whole table in memory, and random rows of it.
 */
#ifndef DRIFT_BENCH_STORED_H
#define DRIFT_BENCH_STORED_H

#include <drift/table.h>

#include "random.h"

typedef struct stored {
    size_t columns, rows;
    char **names;
    double **numbers;     /* [column][row], NULL where the column has texts */
    drift_value **values; /* the same the other way round */
    char *texts;          /* bytes of the values, */
    size_t room;          /* and how many there may be */
    size_t *order;        /* a permutation of the rows */
} stored;

/** Every row of the CSV file at `path`; NULL where it cannot be opened. */
stored *stored_read(const char *path);
/** 40,000 rows: forty columns of numbers from eight laws, ten of Zipf names, 5 to 200 of them. */
stored *stored_make(void);
void stored_destroy(stored *s);

/** Some rows of a stored table. */
typedef struct picked {
    drift_table table;
    drift_column *columns;
    void **data;
} picked;

picked *picked_create(const stored *s, size_t rows);
void picked_destroy(picked *p);
/** Disjoint rows at random into both. */
void stored_pick(stored *s, generator *g, picked *reference, picked *current);

#endif
