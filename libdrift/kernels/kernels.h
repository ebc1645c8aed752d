/* SPDX-License-Identifier: Apache-2.0
 *
 * kernels.h: the inner loops, one table of function pointers per instruction
 * set, chosen once. Callers never name an instruction set; every table gives
 * the same answers, to the last bit.
 */
#ifndef DRIFT_KERNELS_KERNELS_H
#define DRIFT_KERNELS_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "kernels/guide.h"

enum {
    DRIFT__SUM_BLOCK = 1024, /* most values of one call of `sums` */
    DRIFT__SUM_LEVELS = 2,
    DRIFT__SQUARE_LEVELS = 4,
    DRIFT__URN_CELLS = 32, /* of a Polya urn, at most */
    DRIFT__URN_LANES = 12, /* accounts bet against it side by side */
    DRIFT__URN_TILTS = 16
};

/** Partial sums whose total is exact. */
typedef struct drift__partial_sums {
    double values[DRIFT__SUM_LEVELS];
    double squares[DRIFT__SQUARE_LEVELS];
} drift__partial_sums;

/** What lies between two edges: how many values, their sum as rounded in their order, extrema. */
typedef struct drift__heap {
    double sum, low, high; /* of none: 0, +inf, -inf */
    uint64_t n;
} drift__heap;

/** Rows drawn from an urn, by cell. */
typedef struct drift__urn_rows {
    const uint8_t *rows; /* n */
    size_t n;
    uint32_t cells; /* at most DRIFT__URN_CELLS */
} drift__urn_rows;

typedef struct drift__kernels {
    const char *name; /* "scalar", "sse2", "neon", "avx2", "avx512" */
    /**
     * 1 where all `n` >= 1 values are finite, and then the smallest and the
     * largest of them; else 0.
     */
    int (*screen)(const double *values, size_t n, double *out_minimum, double *out_maximum);
    /**
     * Count `n` finite values between the edges of `guide`: counts[i] of the
     * n_edges + 1 counters is what has exactly i edges at or below it.
     */
    void (*count)(const drift__guide *guide, const double *values, size_t n, uint64_t *counts);
    /**
     * Add `n` finite values, in their order, to the n_edges + 1 heaps between
     * the edges of `guide`: heaps[i] takes what has exactly i edges at or below it.
     */
    void (*heap)(const drift__guide *guide, const double *values, size_t n, drift__heap *heaps);
    /** places[i] = how many edges of `guide`, at most 65,535, lie at or below finite values[i]. */
    void (*place)(const drift__guide *guide, const double *values, size_t n, uint16_t *places);
    /**
     * Sum and sum of squares of up to DRIFT__SUM_BLOCK finite values below
     * 2^exponent in size, -300 <= exponent <= 500, without rounding (Demmel &
     * Nguyen 2015: values are split at fixed binary places, so that every
     * partial sum is exact). 0 where the values span too many binary places:
     * then `out` says nothing.
     */
    int (*sums)(const double *values, size_t n, int exponent, drift__partial_sums *out);
    /**
     * Likelihood of a block of rows, one after the other, by each of DRIFT__URN_LANES accounts that learn as they
     * go: lane l gives the first row of cell j the share (pool[j] - opened[j][l] + opened[j][l] *
     * kept[l]) * per_row[l], where 1 / per_row[l] is the sum of what is in the brackets over all
     * cells, and each row adds 1 to its cell.
     */
    void (*urn_accounts)(const drift__urn_rows *block, const double *pool, const double *opened,
                         const double *kept, const double *per_row, double *out_products);
    /** The same by tilts that do not learn: g gives cell j the share pool[j] * odds[j][g] over its sum. */
    void (*urn_tilts)(const drift__urn_rows *block, const double *pool, const double *odds,
                      double *out_products);
} drift__kernels;

/** The table for this processor. The only mutable global of the library hides here. */
const drift__kernels *drift__kernels_get(void);
/**
 * The tables that this processor can run, best first, at most `capacity`;
 * returns how many there are. For tests and benchmarks.
 */
size_t drift__kernels_list(const drift__kernels **out_tables, size_t capacity);

#endif
