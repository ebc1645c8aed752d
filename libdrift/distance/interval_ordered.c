/* SPDX-License-Identifier: Apache-2.0
 *
 * interval_ordered.c: sampling intervals of the distances between distribution
 * functions: Wasserstein-1 by the delta method, KS by the inequality of
 * Dvoretzky, Kiefer and Wolfowitz.
 */
#include <math.h>

#include "distance/shares.h"

static const double NORMAL_95 = 1.9599639845400545;

/* Running sums of the influence function and of what chance adds, over the cells in order. */
typedef struct walk {
    double f, g;               /* both distribution functions at the lower end of the cell */
    double before;             /* f - g, without cancellation */
    double weights[2];         /* 1 / N, 1 / n */
    double influence;          /* integral of sign(F - G) up to the cell */
    double mean[2], square[2]; /* of the influence, by sample */
    double doubtful, sure;     /* what chance adds: the most in doubt, and at least */
} walk;

/* What chance adds at one place, per unit of length. */
static void noise_at(const walk *w, double *doubtful, double *sure)
{
    double deviation = sqrt(fmax(0, w->f * (1 - w->f)) * w->weights[0] +
                            fmax(0, w->g * (1 - w->g)) * w->weights[1]);
    *doubtful = drift__folding(fmax(0, fabs(w->before) - deviation), deviation);
    *sure = drift__folding(w->before, deviation);
}

/* Influence of a count in the cell, whose values lie evenly: F - G is straight over it. */
static void add_cell(walk *w, drift__shares s, double width)
{
    double doubtful[2], sure[2], after = w->before + s.difference;
    double size = fabs(w->before) + fabs(after), sign = after > 0 ? 1 : after < 0 ? -1 : 0;
    /* Where the sign changes it does so at this part of the width. */
    double turn = after * w->before < 0 ? fabs(w->before) / size : 0;
    sign = after == 0 ? (w->before > 0 ? 1 : w->before < 0 ? -1 : 0) : sign;
    double here = w->influence + sign * width * (0.5 - 2 * turn + turn * turn);
    w->mean[0] += s.p * here;
    w->mean[1] += s.q * here;
    w->square[0] += s.p * here * here;
    w->square[1] += s.q * here * here;
    w->influence += sign * width * (1 - 2 * turn);
    noise_at(w, &doubtful[0], &sure[0]);
    w->before = after;
    w->f += s.p;
    w->g += s.q;
    noise_at(w, &doubtful[1], &sure[1]);
    w->doubtful += (doubtful[0] + doubtful[1]) / 2 * width;
    w->sure += (sure[0] + sure[1]) / 2 * width;
}

static void add_gap(walk *w, double width)
{
    double doubtful, sure;
    noise_at(w, &doubtful, &sure);
    w->influence += (w->before > 0 ? 1 : w->before < 0 ? -1 : 0) * width;
    w->doubtful += doubtful * width;
    w->sure += sure * width;
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
    walk w = {.weights = {1 / (double)totals.reference, 1 / (double)totals.current}};
    for (size_t k = 0; k < n; k++) {
        if (k)
            add_gap(&w, lower[k] - upper[k - 1]);
        add_cell(&w, drift__cell_shares(reference[k], current[k], &totals, DRIFT_SMOOTHING_NONE),
                 upper[k] - lower[k]);
    }
    double variance = fmax(0, w.square[0] - w.mean[0] * w.mean[0]) * w.weights[0] +
                      fmax(0, w.square[1] - w.mean[1] * w.mean[1]) * w.weights[1];
    double spread = NORMAL_95 * sqrt(variance), low = value - w.doubtful - spread;
    *out_low = low > 0 ? low : 0;
    *out_high = value + fmax(0, spread - w.sure);
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
