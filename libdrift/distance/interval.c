/* SPDX-License-Identifier: Apache-2.0
 *
 * interval.c: 95 % sampling intervals. Near 0 every smooth divergence, suitably
 * scaled, is noncentral chi-square with noncentrality = scale * population
 * value; inverting that law gives an interval that knows about 0. Away from it
 * the delta method about the debiased value is the better approximation.
 */
#include <math.h>

#include "core/tails.h"
#include "distance/shares.h"

static const double NORMAL_95 = 1.9599639845400545;

/* Derivatives of a divergence with respect to p_k and q_k. */
static void gradient(drift_divergence which, drift__shares s, double *by_p, double *by_q)
{
    double ratio = s.p / s.q, middle = (s.p + s.q) / 2;
    switch (which) {
    case DRIFT_DIVERGENCE_PSI:
        *by_p = log(ratio) + 1 - 1 / ratio;
        *by_q = -log(ratio) + 1 - ratio;
        return;
    case DRIFT_DIVERGENCE_KL:
        *by_p = log(ratio) + 1;
        *by_q = -ratio;
        return;
    case DRIFT_DIVERGENCE_JS:
        *by_p = log(s.p / middle) / 2;
        *by_q = log(s.q / middle) / 2;
        return;
    case DRIFT_DIVERGENCE_HELLINGER: /* of its square */
        *by_p = (1 - 1 / sqrt(ratio)) / 2;
        *by_q = (1 - sqrt(ratio)) / 2;
        return;
    case DRIFT_DIVERGENCE_TOTAL_VARIATION:
        *by_p = s.difference > 0 ? 0.5 : s.difference < 0 ? -0.5 : 0;
        *by_q = -*by_p;
        return;
    default:
        return;
    }
}

static double deviation(drift_divergence which, const uint64_t *reference, const uint64_t *current,
                        size_t n, const drift__totals *totals)
{
    double mean_p = 0, mean_q = 0, square_p = 0, square_q = 0;
    for (size_t k = 0; k < n; k++) {
        if (!(reference[k] | current[k]))
            continue;
        double by_p = 0, by_q = 0;
        drift__shares s =
            drift__cell_shares(reference[k], current[k], totals, DRIFT_SMOOTHING_JEFFREYS);
        gradient(which, s, &by_p, &by_q);
        mean_p += s.p * by_p;
        mean_q += s.q * by_q;
        square_p += s.p * by_p * by_p;
        square_q += s.q * by_q * by_q;
    }
    double variance = (square_p - mean_p * mean_p) / (double)totals->reference +
                      (square_q - mean_q * mean_q) / (double)totals->current;
    return variance > 0 ? sqrt(variance) : 0;
}

/* Expected |p - q| / 2 summed when nothing changed: what total variation shows on its own. */
static double variation_noise(const uint64_t *reference, const uint64_t *current, size_t n,
                              const drift__totals *totals)
{
    double both = (double)totals->reference + (double)totals->current, sum = 0;
    double g = 1 / (double)totals->reference + 1 / (double)totals->current;
    for (size_t k = 0; k < n; k++) {
        double pi = ((double)reference[k] + (double)current[k]) / both;
        sum += sqrt(pi * (1 - pi) * g);
    }
    return sum * 0.3989422804014327; /* sqrt(2 / pi) / 2 */
}

static double scale_of(drift_divergence which, double g)
{
    switch (which) {
    case DRIFT_DIVERGENCE_PSI:
        return 1 / g;
    case DRIFT_DIVERGENCE_KL:
        return 2 / g;
    default:
        return 8 / g; /* Jensen-Shannon and the square of Hellinger */
    }
}

/* What sampling adds to the value: (B - 1) g / 8 and the like; more for Hellinger's where cells thin. */
static double noise(drift_divergence which, const uint64_t *reference, const uint64_t *current,
                    size_t n, const drift__totals *totals)
{
    double g = 1 / (double)totals->reference + 1 / (double)totals->current, sum = 0;
    if (which != DRIFT_DIVERGENCE_HELLINGER)
        return (double)(totals->used - 1) / scale_of(which, g);
    for (size_t k = 0; k < n; k++) {
        if (!(reference[k] | current[k]))
            continue;
        drift__shares s =
            drift__cell_shares(reference[k], current[k], totals, DRIFT_SMOOTHING_JEFFREYS);
        sum += sqrt(s.q / s.p) * (1 - s.p) / (double)totals->reference +
               sqrt(s.p / s.q) * (1 - s.q) / (double)totals->current;
    }
    return sum / 8;
}

static drift_status point(drift_divergence which, const uint64_t *reference,
                          const uint64_t *current, size_t n, double *out_value)
{
    drift_status status;
    switch (which) {
    case DRIFT_DIVERGENCE_PSI:
        return drift_psi(reference, current, n, DRIFT_SMOOTHING_JEFFREYS, out_value);
    case DRIFT_DIVERGENCE_KL:
        return drift_kl(reference, current, n, DRIFT_SMOOTHING_JEFFREYS, out_value);
    case DRIFT_DIVERGENCE_JS:
        return drift_js(reference, current, n, out_value);
    case DRIFT_DIVERGENCE_HELLINGER:
        status = drift_hellinger(reference, current, n, out_value);
        *out_value *= *out_value;
        return status;
    case DRIFT_DIVERGENCE_TOTAL_VARIATION:
        return drift_total_variation(reference, current, n, out_value);
    default:
        return DRIFT_ERR_UNSUPPORTED;
    }
}

drift_status drift_divergence_interval(drift_divergence which, const uint64_t *reference,
                                       const uint64_t *current, size_t n, double *out_low,
                                       double *out_high)
{
    drift__totals totals;
    double value = 0, low, high;
    if (!out_low || !out_high)
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift_status status = drift__sum_counts(reference, current, n, &totals);
    if (!status)
        status = point(which, reference, current, n, &value);
    if (status)
        return status;
    double spread = NORMAL_95 * deviation(which, reference, current, n, &totals);
    double df = totals.used > 1 ? (double)totals.used - 1 : 1;
    double g = 1 / (double)totals.reference + 1 / (double)totals.current;
    if (which == DRIFT_DIVERGENCE_TOTAL_VARIATION) {
        low = value - variation_noise(reference, current, n, &totals) - spread;
        high = value + spread;
    } else {
        double scale = scale_of(which, g), scaled = value * scale;
        if (scaled - df > 4 * df + 40) {
            double middle = value - noise(which, reference, current, n, &totals);
            low = middle - spread;
            high = middle + spread;
        } else {
            low = drift__chi_square_noncentrality(0.975, scaled, df) / scale;
            high = drift__chi_square_noncentrality(0.025, scaled, df) / scale;
        }
    }
    low = low > 0 ? low : 0;
    high = high > low ? high : low;
    int root = which == DRIFT_DIVERGENCE_HELLINGER;
    *out_low = root ? sqrt(low) : low;
    *out_high = root ? sqrt(high) : high;
    return DRIFT_OK;
}
