/* SPDX-License-Identifier: Apache-2.0
 *
 * ordered.c: Kolmogorov-Smirnov and Wasserstein-1 from counts in ordered
 * cells, as intervals that hold for every pair of samples with these counts.
 */
#include <math.h>

#include "distance/shares.h"

/*
 * F and G around one cell, in units of 1 / (N n) and so in whole numbers: the difference F - G after
 * it, F_after - G_before and so on.
 */
typedef struct steps {
    drift__int128 after, reference_ahead, current_ahead;
} steps;

/* Totals below 2^61 leave room for every product. */
static steps step(drift__int128 before, uint64_t reference, uint64_t current,
                  const drift__totals *totals)
{
    drift__int128 up = (drift__int128)reference * totals->current;
    drift__int128 down = (drift__int128)current * totals->reference;
    return (steps){before + up - down, before + up, down - before};
}

static drift__int128 size_of(drift__int128 height)
{
    return height < 0 ? -height : height;
}

/* Most heights fit 64 bits, and are converted by one instruction then. */
static double in_units(drift__int128 height)
{
    return height == (int64_t)height ? (double)(int64_t)height : (double)height;
}

/* Correctly rounded. */
static double share_of(drift__int128 height, const drift__totals *totals)
{
    return (double)((long double)height /
                    ((long double)totals->reference * (long double)totals->current));
}

static double larger(double a, double b)
{
    return a > b ? a : b;
}

drift_status drift_ks_bounds(const uint64_t *reference, const uint64_t *current, size_t n,
                             const uint8_t *atoms, double *out_low, double *out_high)
{
    drift__totals totals;
    if (!out_low || !out_high)
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift_status status = drift__sum_counts(reference, current, n, &totals);
    if (status)
        return status;
    drift__int128 here = 0, low = 0, high = 0;
    for (size_t k = 0; k < n; k++) {
        steps s = step(here, reference[k], current[k], &totals);
        here = s.after;
        low = size_of(here) > low ? size_of(here) : low;
        if (atoms && atoms[k])
            continue;
        high = s.reference_ahead > high ? s.reference_ahead : high;
        high = s.current_ahead > high ? s.current_ahead : high;
    }
    *out_low = share_of(low, &totals);
    *out_high = share_of(high > low ? high : low, &totals);
    return DRIFT_OK;
}

/* Integral of |straight line from a to b| over a unit of length. */
static double mean_height(double a, double b)
{
    double size = fabs(a) + fabs(b);
    if (size == 0)
        return 0;
    return (a >= 0) == (b >= 0) ? size / 2 : (a * a + b * b) / (2 * size);
}

drift_status drift_wasserstein_bounds(const uint64_t *reference, const uint64_t *current,
                                      const double *lower, const double *upper, size_t n,
                                      double *out_value, double *out_low, double *out_high)
{
    drift__totals totals;
    if (!out_value || !out_low || !out_high || !lower || !upper)
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift_status status = drift__sum_counts(reference, current, n, &totals);
    if (status)
        return status;
    double value = 0, low = 0, high = 0,
           unit = 1 / (double)totals.reference / (double)totals.current;
    drift__int128 here = 0;
    double after = 0;
    for (size_t k = 0; k < n; k++) {
        if (!isfinite(lower[k]) || !isfinite(upper[k]) || upper[k] < lower[k] ||
            (k && lower[k] < upper[k - 1]))
            return DRIFT_ERR_INVALID_ARGUMENT;
        steps s = step(here, reference[k], current[k], &totals);
        here = s.after;
        double gap = k ? lower[k] - upper[k - 1] : 0, width = upper[k] - lower[k];
        double before = after;
        after = in_units(s.after) * unit;
        double reference_ahead = in_units(s.reference_ahead) * unit;
        double current_ahead = in_units(s.current_ahead) * unit;
        double across = fabs(before) * gap;
        value += across + mean_height(before, after) * width;
        /* Inside the cell F lies between its values at the two ends, and so does G. */
        low += across + larger(0, larger(-current_ahead, -reference_ahead)) * width;
        high += across + larger(reference_ahead, current_ahead) * width;
    }
    if (!isfinite(value) || !isfinite(high))
        return DRIFT_ERR_OVERFLOW;
    *out_value = value;
    *out_low = low;
    *out_high = high;
    return DRIFT_OK;
}
