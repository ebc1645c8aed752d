/* SPDX-License-Identifier: Apache-2.0
 *
 * cells.h: counts between frozen edges over ordered 64-bit keys, the one
 * counting structure behind drift_histogram and every numeric column.
 *
 * A key is an int64 whose order is the order of the values: the value itself
 * for integer columns, else drift__key of the double. Cell k (0 .. n-1) holds
 * keys[k] <= key < keys[k + 1]; counts[0] is what lies below keys[0],
 * counts[k + 1] is cell k, counts[n + 1] what lies at or above keys[n].
 */
#ifndef DRIFT_SKETCH_CELLS_H
#define DRIFT_SKETCH_CELLS_H

#include <drift/base.h>

#include "core/key.h"
#include "kernels/guide.h"

typedef struct drift__cells {
    uint32_t n;         /* cells */
    uint32_t integer;   /* 1: keys are int64 values */
    int64_t *keys;      /* n + 1, strictly rising */
    uint8_t *atoms;     /* n: 1 where the cell holds one single value */
    uint64_t *counts;   /* n + 2 */
    drift__guide guide; /* not built, or of the keys as doubles */
    int borrowed;       /* keys, atoms and guide belong to other cells, which live longer */
} drift__cells;

/** Zeroed cells between `n + 1` strictly rising keys (copied); `atoms` may be NULL. */
drift_status drift__cells_create(drift__cells *out_cells, const int64_t *keys, const uint8_t *atoms,
                                 uint32_t n, int integer, const drift_allocator *allocator);
/** Zeroed cells that borrow all but their counts from `frozen`, whose guide is built. */
drift_status drift__cells_create_beside(drift__cells *out_cells, const drift__cells *frozen,
                                        const drift_allocator *allocator);
void drift__cells_destroy(drift__cells *cells, const drift_allocator *allocator);
void drift__cells_reset(drift__cells *cells);
/** Index into `counts` of the cell of `key`, 0 .. n + 1. O(log n). */
uint32_t drift__cells_find(const drift__cells *cells, int64_t key);
/** Count `size` finite doubles; not for integer cells. O(1) a value after drift__cells_prepare. */
void drift__cells_update(drift__cells *cells, const double *values, size_t size);
/** Cell of each of `size` doubles between at most 65,535 edges; of one that is not finite any. */
void drift__cells_places(const drift__cells *cells, const double *values, size_t size,
                         uint16_t *out_places);
/** Count `size` keys. */
void drift__cells_update_keys(drift__cells *cells, const int64_t *keys, size_t size);
/** How many values of a block are not finite, by kind. */
typedef struct drift__odd {
    size_t missing, negative_infinity, positive_infinity;
} drift__odd;
/** The finite ones of `n` values, in their order, into `out_kept` (n); returns how many. */
size_t drift__keep_finite(const double *values, size_t n, double *out_kept, drift__odd *out_odd);
/** Take the memory that makes counting `size` more values fast, where that pays. */
drift_status drift__cells_prepare(drift__cells *cells, size_t size,
                                  const drift_allocator *allocator);
/** Add the counts of `other`; both must have the same keys. DRIFT_ERR_OVERFLOW leaves `cells` unchanged. */
drift_status drift__cells_merge(drift__cells *cells, const drift__cells *other);
/** The same where all counts together are known to fit 64 bits. */
void drift__cells_absorb(drift__cells *cells, const drift__cells *other);
/** 1 where keys, atoms and kind agree. */
int drift__cells_same(const drift__cells *a, const drift__cells *b);
/** Edge `index` (0 .. n) as a double (rounded for integer cells). */
double drift__cells_edge(const drift__cells *cells, uint32_t index);
/** NULL where every invariant holds, else which one does not (for tests and decoders). */
const char *drift__cells_validate(const drift__cells *cells);

#endif
