/* SPDX-License-Identifier: Apache-2.0
 *
 * autocorrelation.c: sums over pairs of rows, and what chance gives.
 */
#include "sequential/autocorrelation.h"

#include <math.h>

#include "core/tails.h"

/* Products below 2^14 of so many rows fit 32 bits. */
enum { PIECE = 4096 };

static int64_t sum_products(const int16_t *a, const int16_t *b, size_t n)
{
    int64_t sum = 0;
    for (; n >= PIECE; n -= PIECE, a += PIECE, b += PIECE) {
        int32_t piece = 0;
        for (int i = 0; i < PIECE; i++)
            piece += a[i] * b[i];
        sum += piece;
    }
    int32_t rest = 0;
    for (size_t i = 0; i < n; i++)
        rest += a[i] * b[i];
    return sum + rest;
}

/* Rows that are equal; two missing ones are, so they are left out. */
static int64_t count_equal(const int16_t *a, const int16_t *b, const int16_t *present, size_t n)
{
    int64_t sum = 0;
    for (size_t at = 0; at < n; at += PIECE) {
        size_t end = n - at < PIECE ? n : at + PIECE;
        int32_t piece = 0;
        if (present)
            for (size_t i = at; i < end; i++)
                piece += (a[i] == b[i]) & present[i];
        else
            for (size_t i = at; i < end; i++)
                piece += a[i] == b[i];
        sum += piece;
    }
    return sum;
}

static uint64_t sum_counts(const uint64_t *counts, size_t kinds)
{
    uint64_t sum = 0;
    for (size_t k = 0; k < kinds; k++)
        sum += counts[k];
    return sum;
}

void drift__series_of_numbers(const int16_t *values, const int16_t *present, size_t n,
                              const uint64_t *counts, const int16_t *numbers, size_t kinds,
                              drift__series *out_series)
{
    drift__series series = {.values = values, .present = present, .n = n};
    double valid = (double)sum_counts(counts, kinds), sum = 0, squares = 0, cubes = 0;
    for (size_t k = 0; k < kinds; k++)
        sum += (double)counts[k] * numbers[k];
    series.center = valid > 0 ? sum / valid : 0;
    for (size_t k = 0; k < kinds; k++) {
        double apart = numbers[k] - series.center, square = (double)counts[k] * apart * apart;
        squares += square;
        cubes += square * apart;
    }
    series.unit = valid > 0 ? squares / valid : 0;
    if (series.unit > 0) {
        double third = cubes / valid / (series.unit * sqrt(series.unit));
        series.deviation = 1;
        series.skewness = third * third;
    }
    *out_series = series;
}

/* With h(x, y) = [x = y] - p(x) - p(y) + s2, its variance and third moment by the sums of p^k. */
void drift__series_of_names(const int16_t *values, const int16_t *present, size_t n,
                            const uint64_t *counts, size_t kinds, drift__series *out_series)
{
    drift__series series = {.values = values, .present = present, .n = n, .names = 1};
    double valid = (double)sum_counts(counts, kinds);
    double s2 = 0, s3 = 0, s4 = 0, third = 0;
    for (size_t k = 0; k < kinds && valid > 0; k++) {
        double p = (double)counts[k] / valid;
        s2 += p * p;
        s3 += p * p * p;
        s4 += p * p * p * p;
    }
    third = s2 * s2 * s2 - 2 * s4;
    for (size_t k = 0; k < kinds && valid > 0; k++) {
        double p = (double)counts[k] / valid;
        third += p * p * (pow(1 - 2 * p + s2, 3) - pow(s2 - 2 * p, 3));
    }
    double variance = s2 + s2 * s2 - 2 * s3;
    series.center = s2;
    series.unit = 1 - s2;
    if (variance > 1e-12) {
        series.deviation = sqrt(variance) / series.unit;
        series.skewness = third / (variance * sqrt(variance));
    }
    *out_series = series;
}

/* Of `n` pairs of rows `lag` apart. */
static double correlation(const drift__series *series, size_t lag, size_t n, double *out_pairs)
{
    const int16_t *a = series->values, *b = a + lag, *present = series->present;
    double pairs = present ? (double)sum_products(present, present + lag, n) : (double)n;
    double sum = (double)(series->names ? count_equal(a, b, present, n) : sum_products(a, b, n));
    *out_pairs = pairs;
    if (!(pairs > 0) || !(series->deviation > 0))
        return 0;
    double chance = series->names ? series->center : series->center * series->center;
    return (sum / pairs - chance) / series->unit;
}

double drift__series_correlation(const drift__series *series, size_t lag)
{
    double pairs;
    return correlation(series, lag, series->n - lag, &pairs);
}

/* P(Z > z) of a variable with mean 0, variance 1 and this skewness: Pearson's type III. */
static double tail(double z, double skewness)
{
    if (!(skewness > 1e-3))
        return drift__normal_tail(z);
    double shape = 4 / (skewness * skewness), at = shape + z * sqrt(shape);
    return at > 0 ? drift__chi_square_tail(2 * at, 2 * shape) : 1;
}

/* Beyond what chance gives on either side with probability `level`. */
static int beyond(double z, double skewness, double level)
{
    if (fabs(z) < 3)
        return 0;
    return z > 0 ? tail(z, skewness) < level / 2 : drift__normal_tail(-z) < level / 2;
}

int drift__series_dependent(const drift__series *series, size_t lags)
{
    static const double NEIGHBOURS = 6e-5, SUM = 3e-5, ALONE = 2e-6;
    double sum = 0;
    if (!(series->deviation > 0))
        return 0;
    for (size_t lag = 1; lag <= lags; lag++) {
        double pairs, r = correlation(series, lag, series->n, &pairs);
        double z = r * sqrt(pairs) / series->deviation;
        double skewness = series->skewness / sqrt(pairs);
        if (beyond(z, skewness, lag == 1 ? NEIGHBOURS : ALONE))
            return 1;
        sum += z;
        int summed = lag == 4 || lag == 12 || lag == DRIFT__SERIES_WRAP;
        if (summed && beyond(sum / sqrt((double)lag), skewness / sqrt((double)lag), SUM))
            return 1;
    }
    return 0;
}
