/* SPDX-License-Identifier: Apache-2.0
 *
 * interval_ordered.c: sampling intervals of the distances between distribution
 * functions: Wasserstein-1 by the delta method, KS by the inequality of
 * Dvoretzky, Kiefer and Wolfowitz.
 */
#include <math.h>

#include "distance/shares.h"

static const double NORMAL_95 = 1.9599639845400545;

/* Running sums of the influence function and of the noise, over the cells in order. */
typedef struct walk {
    double before;             /* F - G at the lower end of the cell */
    double cumulative;         /* of both samples pooled, at the same place */
    double influence;          /* integral of sign(F - G) up to the cell */
    double mean[2], square[2]; /* of the influence, by sample */
    double noise;
} walk;

/* Influence at a value in the middle of the cell; `slope` = mean sign of F - G over it. */
static void add_cell(walk *w, drift__shares s, double pooled, double width, double g)
{
    double after = w->before + s.difference;
    double size = fabs(w->before) + fabs(after);
    double slope = size > 0 ? (w->before + after) / size : 0;
    double middle = w->influence + slope * width / 2;
    w->mean[0] += s.p * middle;
    w->mean[1] += s.q * middle;
    w->square[0] += s.p * (middle * middle + slope * slope * width * width / 12);
    w->square[1] += s.q * (middle * middle + slope * slope * width * width / 12);
    double centre = w->cumulative + pooled / 2;
    w->noise += sqrt(fmax(0, centre * (1 - centre)) * g) * width;
    w->influence += slope * width;
    w->before = after;
    w->cumulative += pooled;
}

static void add_gap(walk *w, double width, double g)
{
    double sign = w->before > 0 ? 1 : w->before < 0 ? -1 : 0;
    w->influence += sign * width;
    w->noise += sqrt(fmax(0, w->cumulative * (1 - w->cumulative)) * g) * width;
}

drift_status drift_wasserstein_interval(const uint64_t *reference, const uint64_t *current,
                                        const double *lower, const double *upper, size_t n,
                                        double *out_low, double *out_high)
{
    drift__totals totals;
    double value, bound_low, bound_high;
    if (!out_low || !out_high)
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift_status status = drift_wasserstein_bounds(reference, current, lower, upper, n, &value,
                                                   &bound_low, &bound_high);
    if (!status)
        status = drift__sum_counts(reference, current, n, &totals);
    if (status)
        return status;
    double n_reference = (double)totals.reference, n_current = (double)totals.current;
    double g = 1 / n_reference + 1 / n_current;
    walk w = {0, 0, 0, {0, 0}, {0, 0}, 0};
    for (size_t k = 0; k < n; k++) {
        drift__shares s =
            drift__cell_shares(reference[k], current[k], &totals, DRIFT_SMOOTHING_NONE);
        double pooled = ((double)reference[k] + (double)current[k]) / (n_reference + n_current);
        if (k)
            add_gap(&w, lower[k] - upper[k - 1], g);
        add_cell(&w, s, pooled, upper[k] - lower[k], g);
    }
    double variance = fmax(0, w.square[0] - w.mean[0] * w.mean[0]) / n_reference +
                      fmax(0, w.square[1] - w.mean[1] * w.mean[1]) / n_current;
    double spread = NORMAL_95 * sqrt(variance);
    /* E|Z| = .8 of a deviation is what chance adds where nothing changed. */
    double low = value - 0.7978845608028654 * w.noise - spread;
    *out_low = low > 0 ? low : 0;
    *out_high = value + spread;
    return DRIFT_OK;
}

drift_status drift_ks_interval(double d, uint64_t n_reference, uint64_t n_current, double level,
                               double *out_low, double *out_high)
{
    if (!out_low || !out_high || !(d >= 0 && d <= 1) || !(level > 0 && level < 1))
        return DRIFT_ERR_INVALID_ARGUMENT;
    if (!n_reference || !n_current)
        return DRIFT_ERR_NOT_ENOUGH_DATA;
    double nats = log(4 / (1 - level)) / 2;
    double half = sqrt(nats / (double)n_reference) + sqrt(nats / (double)n_current);
    *out_low = d > half ? d - half : 0;
    *out_high = d + half < 1 ? d + half : 1;
    return DRIFT_OK;
}
