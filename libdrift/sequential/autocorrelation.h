/* SPDX-License-Identifier: Apache-2.0
 *
 * autocorrelation.h: how much rows resemble those some rows before them, of small whole
 * numbers (correlation) or of names (agreement beyond chance). All sums are of whole numbers.
 * A correlation of independent rows in any order has mean 0 and known variance
 * and skewness (Moran 1948), so that rare values are judged by the right tail.
 */
#ifndef DRIFT_SEQUENTIAL_AUTOCORRELATION_H
#define DRIFT_SEQUENTIAL_AUTOCORRELATION_H

#include <stddef.h>
#include <stdint.h>

/** A stream of `n` rows. Arrays are borrowed. */
typedef struct drift__series {
    const int16_t *values;  /* |value| <= 127, 0 where missing; names: any from 0 on, -1 */
    const int16_t *present; /* 1, 0 where missing; NULL: none is */
    size_t n;
    int names;
    /* set by the functions below */
    double center;    /* mean; of names the probability that two rows agree */
    double unit;      /* variance; of names what agreement can add to that */
    double deviation; /* of the correlation of one pair; 0: constant, nothing can be said */
    double skewness;  /* of that */
} drift__series;

/** Describe a series of numbers: counts[k] rows have the value numbers[k], those missing left out. */
void drift__series_of_numbers(const int16_t *values, const int16_t *present, size_t n,
                              const uint64_t *counts, const int16_t *numbers, size_t kinds,
                              drift__series *out_series);
/** Of names 0 .. kinds - 1; counts[k] rows have name k. */
void drift__series_of_names(const int16_t *values, const int16_t *present, size_t n,
                            const uint64_t *counts, size_t kinds, drift__series *out_series);
/** Correlation of rows `lag` apart, 0 < lag < n; 0 where there is none. */
double drift__series_correlation(const drift__series *series, size_t lag);
enum { DRIFT__SERIES_WRAP = 32 };
/**
 * 1 where rows of this order are improbable if every order is as probable: some of the
 * correlations at lags 1 .. `lags` (4 .. DRIFT__SERIES_WRAP) or their sums are beyond chance. Independent rows are called
 * dependent with probability about 2e-4. Of a series without missing rows, of more than
 * DRIFT__SERIES_WRAP, whose first ones follow the last again, so that every row has as many
 * neighbours. O(n lags).
 */
int drift__series_dependent(const drift__series *series, size_t lags);

#endif
