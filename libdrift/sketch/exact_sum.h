/* SPDX-License-Identifier: Apache-2.0
 *
 * exact_sum.h: the sum of doubles, and of their squares, without any rounding:
 * a fixed-point number wide enough for every finite double (after Neal 2015,
 * arXiv:1505.05571, "small superaccumulator"). Addition is exact, so the
 * result does not depend on order, on splitting or on the number of threads.
 */
#ifndef DRIFT_SKETCH_EXACT_SUM_H
#define DRIFT_SKETCH_EXACT_SUM_H

#include <drift/base.h>

#include "core/bytes.h"

/**
 * Chunks of 32 bits in int64 digits, least significant first. `base` is the
 * binary exponent of the lowest bit. Sums of squares need twice the range.
 */
enum { DRIFT__SUM_CHUNKS = 68, DRIFT__SQUARE_CHUNKS = 134 };

typedef struct drift__exact_sum {
    int64_t chunks[DRIFT__SUM_CHUNKS];
    uint64_t pending; /* additions since the carries were last propagated */
    int32_t used[2];  /* chunks used[0] .. used[1] - 1 may not be 0: mostly few */
} drift__exact_sum;

typedef struct drift__exact_square_sum {
    int64_t chunks[DRIFT__SQUARE_CHUNKS];
    uint64_t pending;
    int32_t used[2];
} drift__exact_square_sum;

/** Back to 0, which is what a sum of zero bytes is too. */
void drift__exact_sum_reset(drift__exact_sum *sum);
void drift__exact_square_sum_reset(drift__exact_square_sum *sum);

/** Add finite values. */
void drift__exact_sum_add(drift__exact_sum *sum, const double *values, size_t n);
void drift__exact_square_sum_add(drift__exact_square_sum *sum, const double *values, size_t n);
/**
 * Add finite values, none larger than `largest` in size, to both: the same
 * sums, faster the fewer binary places the values of a block span.
 */
void drift__exact_sums_add(drift__exact_sum *sum, drift__exact_square_sum *squares,
                           const double *values, size_t n, double largest);
/** sum += other. */
void drift__exact_sum_merge(drift__exact_sum *sum, const drift__exact_sum *other);
void drift__exact_square_sum_merge(drift__exact_square_sum *sum,
                                   const drift__exact_square_sum *other);
/**
 * Mean and sample variance (divisor n - 1; 0 for n = 1) of `n` >= 1 values,
 * from the exact sums through double-double arithmetic: relative error below
 * 1e-14 wherever the result is representable; infinite where it is not.
 */
void drift__exact_mean_variance(const drift__exact_sum *sum, const drift__exact_square_sum *squares,
                                uint64_t n, double *out_mean, double *out_variance);
/** Canonical bytes: equal sums give equal bytes, whatever the order of additions. */
void drift__exact_sum_write(const drift__exact_sum *sum, drift__writer *writer);
void drift__exact_square_sum_write(const drift__exact_square_sum *sum, drift__writer *writer);
/** Sets reader->failed on bytes that no sum writes. */
void drift__exact_sum_read(drift__exact_sum *out_sum, drift__byte_reader *reader);
void drift__exact_square_sum_read(drift__exact_square_sum *out_sum, drift__byte_reader *reader);

#endif
