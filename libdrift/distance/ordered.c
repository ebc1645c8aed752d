/* SPDX-License-Identifier: Apache-2.0
 *
 * ordered.c: Kolmogorov-Smirnov and Wasserstein-1 from counts in ordered
 * cells, as intervals that hold for every pair of samples with these counts.
 */
#include <math.h>

#include "distance/shares.h"

/* F and G around one cell: the difference F - G before and after, F_after - G_before and so on. */
typedef struct steps {
    double before, after, reference_ahead, current_ahead;
} steps;

/*
 * Distribution functions one cell after the other. Heights are (x n - y N) / (N n) from exact
 * integers; where both totals are below 2^31 these fit 63 bits, which takes less time.
 */
typedef struct walk {
    uint64_t x, y; /* counted so far */
    drift__totals totals;
    int narrow;
    long double product; /* N n */
    double height;       /* F - G here */
} walk;

static drift_status begin(walk *w, const uint64_t *reference, const uint64_t *current, size_t n)
{
    *w = (walk){0};
    drift_status status = drift__sum_counts(reference, current, n, &w->totals);
    if (status)
        return status;
    w->narrow = (w->totals.reference | w->totals.current) >> 31 == 0;
    w->product = (long double)w->totals.reference * (long double)w->totals.current;
    return DRIFT_OK;
}

static double height(const walk *w, uint64_t x, uint64_t y)
{
    if (w->narrow) /* the difference of two products below 2^62, in two's complement */
        return (double)((long double)(int64_t)(x * w->totals.current - y * w->totals.reference) /
                        w->product);
    drift__int128 a = (drift__int128)x * w->totals.current,
                  b = (drift__int128)y * w->totals.reference;
    return (double)((long double)(a - b) / w->product);
}

static steps step(walk *w, uint64_t reference, uint64_t current)
{
    steps s = {.before = w->height};
    s.reference_ahead = reference ? height(w, w->x + reference, w->y) : s.before;
    s.current_ahead = current ? -height(w, w->x, w->y + current) : -s.before;
    w->x += reference;
    w->y += current;
    w->height = !current     ? s.reference_ahead
                : !reference ? -s.current_ahead
                             : height(w, w->x, w->y);
    s.after = w->height;
    return s;
}

static double larger(double a, double b)
{
    return a > b ? a : b;
}

drift_status drift_ks_bounds(const uint64_t *reference, const uint64_t *current, size_t n,
                             const uint8_t *atoms, double *out_low, double *out_high)
{
    walk w;
    if (!out_low || !out_high)
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift_status status = begin(&w, reference, current, n);
    if (status)
        return status;
    double low = 0, high = 0;
    for (size_t k = 0; k < n; k++) {
        steps s = step(&w, reference[k], current[k]);
        low = larger(low, fabs(s.after));
        if (!atoms || !atoms[k])
            high = larger(high, larger(s.reference_ahead, s.current_ahead));
    }
    *out_low = low;
    *out_high = larger(low, high);
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
    walk w;
    if (!out_value || !out_low || !out_high || !lower || !upper)
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift_status status = begin(&w, reference, current, n);
    if (status)
        return status;
    double value = 0, low = 0, high = 0;
    for (size_t k = 0; k < n; k++) {
        if (!isfinite(lower[k]) || !isfinite(upper[k]) || upper[k] < lower[k] ||
            (k && lower[k] < upper[k - 1]))
            return DRIFT_ERR_INVALID_ARGUMENT;
        steps s = step(&w, reference[k], current[k]);
        double gap = k ? lower[k] - upper[k - 1] : 0, width = upper[k] - lower[k];
        double across = fabs(s.before) * gap;
        value += across + mean_height(s.before, s.after) * width;
        /* Inside the cell F lies between its values at the two ends, and so does G. */
        low += across + larger(0, larger(-s.current_ahead, -s.reference_ahead)) * width;
        high += across + larger(s.reference_ahead, s.current_ahead) * width;
    }
    if (!isfinite(value) || !isfinite(high))
        return DRIFT_ERR_OVERFLOW;
    *out_value = value;
    *out_low = low;
    *out_high = high;
    return DRIFT_OK;
}
