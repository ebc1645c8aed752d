/* SPDX-License-Identifier: Apache-2.0
 *
 * kernels.h: the inner loops, one table of function pointers per instruction
 * set, chosen once. Callers never name an instruction set; every table gives
 * the same answers, to the last bit.
 */
#ifndef DRIFT_KERNELS_KERNELS_H
#define DRIFT_KERNELS_KERNELS_H

#include <drift/base.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/guide.h"

enum {
    DRIFT__SUM_BLOCK = 1024, /* most values of one call of `sums` */
    DRIFT__SUM_PLACES = 23,  /* binary places of a part of a value */
    DRIFT__SUM_UNIT = 4 * DRIFT__SUM_PLACES,
    DRIFT__SUM_SPAN = 39,    /* binary places between two values that `sums` always takes */
    DRIFT__TURN_COLUMNS = 8, /* of one call of `turn`: a cache line of a row */
    DRIFT__TURN_ROWS = 128,  /* most rows of one */
    DRIFT__URN_CELLS = 32,   /* of a Polya urn, at most */
    /* Side by side: the urn, accounts that bet against it, and last the urn as it was when the block began. */
    DRIFT__URN_LANES = 12,
    DRIFT__URN_FEW_LANES = 8, /* where there are tilts too */
    DRIFT__URN_TILTS = 16 /* four directions, each in four sizes, every size twice the one before */
};

__extension__ typedef __int128 drift__wide;

/**
 * Exact sums of values below 2^exponent: `values` counts units of 2^(exponent - DRIFT__SUM_UNIT); the squares
 * are squares[0] units of 2^(2 exponent - DRIFT__SUM_UNIT) and squares[1] of 2^(2 exponent - 2 DRIFT__SUM_UNIT).
 */
typedef struct drift__partial_sums {
    drift__wide values, squares[2]; /* below 2^126 */
} drift__partial_sums;

/** What lies between two edges: how many values, their sum as rounded in their order, extrema. */
typedef struct drift__heap {
    double sum, low, high; /* of none: 0, +inf, -inf */
    uint64_t n;
} drift__heap;

/** Rows drawn from an urn, and those who bet on them. */
typedef struct drift__urn_block {
    const uint64_t *counts;     /* cells: rows, below 2^16 */
    uint64_t n;                 /* their sum, at least 1 */
    uint32_t cells;             /* at most DRIFT__URN_CELLS */
    const double *pool;         /* cells: what the urn holds */
    double total;               /* its sum */
    const double *opened;       /* cells x LANES: what it held when an account was opened */
    const double *opened_total; /* LANES: the sums */
    const double *opened_share; /* LANES: 1 over these, 0 for none */
    const double *is_open;      /* LANES: 1, else 0 */
    double strength;            /* rows that an account's old shares count for */
    const double *odds;         /* cells x 4: of the smallest tilts, by direction; NULL without */
} drift__urn_block;

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
     * The numbers of a row of `n` values, NaN where one is missing; of others what their bytes
     * make. Returns the disjunction of all tags: at most 1 where all were doubles or missing.
     */
    uint32_t (*take_numbers)(const drift_value *row, size_t n, double *out);
    /**
     * DRIFT__TURN_COLUMNS columns of 1 to DRIFT__TURN_ROWS rows that lie `width` doubles apart, of
     * any bytes: out[c * DRIFT__TURN_ROWS + i] = rows[i * width + c]. Returns bit c where all
     * of column c are finite, and then its smallest and its largest, as `screen`.
     */
    uint32_t (*turn)(const double *rows, size_t width, size_t n, double *out, double *out_minima,
                     double *out_maxima);
    /** Bit i: values[i] >= edge, of up to 64 values. */
    uint64_t (*at_or_above)(const double *values, size_t n, double edge);
    /**
     * Likelihood of the rows, in whatever order, by each of DRIFT__URN_LANES accounts, with tilts
     * DRIFT__URN_FEW_LANES, that learn as they go: lane l gives the first row of cell j a share in
     * proportion to pool[j] - opened[j][l] + opened[j][l] * strength * opened_share[l], and each
     * row adds 1 to its cell. The last lane does not learn: its shares are those of the pool. All
     * are over the first lane's, which is the urn's own. With tilts the product of the rows' odds
     * too, by direction. 0 where what was multiplied left the range of doubles: then, or where a
     * product is no number, they say nothing.
     */
    int (*urn_accounts)(const drift__urn_block *block, double *out_products, double *out_odds);
    /**
     * The same by tilts that do not learn, times `ratio` and over the likelihood by the pool: in
     * the smallest size direction d gives cell j a share in proportion to pool[j] * odds[4 * j + d],
     * in each larger one the odds are squared. `won` is the product of the rows' odds.
     * DRIFT__URN_TILTS products, by size and direction.
     */
    void (*urn_tilts)(const drift__urn_block *block, const double *won, double ratio,
                      double *out_products);
    /** out_money[i] = money[i] * factors[i], `n` of them, a multiple of 4; returns their sum. */
    double (*urn_stake)(const double *money, const double *factors, size_t n, double *out_money);
    /**
     * Page's statistics, `n` of them, a multiple of 4: page[i] becomes page[i] * factors[i] * scale,
     * at least 1 and at most 2^500; where that is 1, page_row[i] becomes `row`.
     */
    void (*urn_follow)(double *page, double *page_row, const double *factors, double scale,
                       double row, size_t n);
} drift__kernels;

/** The table for this processor. The only mutable global of the library hides here. */
const drift__kernels *drift__kernels_get(void);
/**
 * The tables that this processor can run, best first, at most `capacity`;
 * returns how many there are. For tests and benchmarks.
 */
size_t drift__kernels_list(const drift__kernels **out_tables, size_t capacity);

#endif
