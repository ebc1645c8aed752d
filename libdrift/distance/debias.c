/* SPDX-License-Identifier: Apache-2.0
 *
 * debias.c: what PSI is expected to be when nothing changed. With x ~ Bin(N, pi)
 * and y ~ Bin(n, pi) independent and p = (x + 1/2) / (N + B/2), q likewise,
 * E[(p - q) ln(p / q)] = E[p ln p] + E[q ln q] - E[p] E[ln q] - E[q] E[ln p].
 * Of each mean only its distance from the value at the mean share is formed, so
 * that no large logarithms cancel.
 */
#include <math.h>

#include "core/tails.h"
#include "distance/shares.h"

/* Of ln p and p ln p: how far their means are from the values at the mean p = m / whole. */
typedef struct moments_of_share {
    double mean;     /* E[p] */
    double log;      /* E[ln p] - ln E[p] */
    double mean_log; /* E[p ln p] - E[p] ln E[p] */
} moments_of_share;

/* Above this expected count the expansion in 1 / (N pi) is exact to 1e-6 of its first term. */
static const double FULL_CELL = 400;

/* Sum over the binomial law, outward from its mode, to terms of 1e-17. */
static moments_of_share exact_moments(double n, double pi, double whole)
{
    double mean = (n * pi + 0.5) / whole;
    moments_of_share sum = {mean, 0, 0};
    double mode = floor((n + 1) * pi);
    mode = mode > n ? n : mode;
    long double log_top = drift__stirling_error(n) - drift__stirling_error(mode) -
                          drift__stirling_error(n - mode) - drift__deviance(mode, n * pi) -
                          drift__deviance(n - mode, n * (1 - pi));
    double top = 1;
    if (mode > 0 && mode < n)
        top =
            (double)(expl(log_top) * sqrtl(n / (2 * 3.14159265358979323846L * mode * (n - mode))));
    else
        top = mode > 0 ? pow(pi, n) : exp(n * log1p(-pi));
    double odds = pi / (1 - pi);
    for (int direction = 0; direction < 2; direction++) {
        double weight = top, x = mode;
        if (direction) {
            if (mode == 0)
                break;
            weight *= mode / (n - mode + 1) / odds;
            x = mode - 1;
        }
        while (weight > 1e-17 && x >= 0 && x <= n) {
            double p = (x + 0.5) / whole, log_p = log(p / mean);
            sum.log += weight * log_p;
            sum.mean_log += weight * p * log_p;
            if (direction) {
                weight *= x / (n - x + 1) / odds;
                x--;
            } else {
                weight *= (n - x) / (x + 1) * odds;
                x++;
            }
        }
    }
    return sum;
}

/* Taylor expansion about m = N pi + 1/2 with the central moments to the sixth, from cumulants. */
static moments_of_share expanded_moments(double n, double pi, double whole)
{
    double m = n * pi + 0.5, w = pi * (1 - pi), v = n * w, skew = 1 - 2 * pi;
    double k3 = v * skew, k4 = v * (1 - 6 * w), k5 = v * skew * (1 - 12 * w);
    double k6 = v * (1 - 30 * w + 120 * w * w);
    double m4 = k4 + 3 * v * v, m5 = k5 + 10 * k3 * v;
    double m6 = k6 + 15 * k4 * v + 10 * k3 * k3 + 15 * v * v * v;
    double u = 1 / m; /* sums of moment k / (k (k - 1)^i) (-u)^(k - 1) */
    double log_share =
        v / 2 - u * (k3 * (1.0 / 3) - u * (m4 / 4 - u * (m5 * (1.0 / 5) - u * m6 * (1.0 / 6))));
    double share_log =
        v / 2 -
        u * (k3 * (1.0 / 6) - u * (m4 * (1.0 / 12) - u * (m5 * (1.0 / 20) - u * m6 * (1.0 / 30))));
    return (moments_of_share){m / whole, -u * u * log_share, u * share_log / whole};
}

static moments_of_share share_moments(uint64_t total, double pi, size_t cells)
{
    double n = (double)total, whole = n + (double)cells / 2;
    if (pi >= 1)
        return (moments_of_share){(n + 0.5) / whole, 0, 0};
    return n * pi > FULL_CELL ? expanded_moments(n, pi, whole) : exact_moments(n, pi, whole);
}

double drift__psi_expected(const uint64_t *reference, const uint64_t *current, size_t n,
                           const drift__totals *totals)
{
    double both = (double)totals->reference + (double)totals->current, expected = 0;
    for (size_t k = 0; k < n; k++) {
        if (!(reference[k] | current[k]))
            continue;
        double pi = ((double)reference[k] + (double)current[k]) / both;
        moments_of_share p = share_moments(totals->reference, pi, totals->used);
        moments_of_share q = share_moments(totals->current, pi, totals->used);
        expected += p.mean_log - p.mean * q.log + q.mean_log - q.mean * p.log;
        if (p.mean != q.mean)
            expected += (p.mean - q.mean) * log(p.mean / q.mean);
    }
    return expected;
}

drift_status drift_psi_debiased(const uint64_t *reference, const uint64_t *current, size_t n,
                                double *out_value)
{
    drift__totals totals;
    double psi;
    if (!out_value)
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift_status status = drift__sum_counts(reference, current, n, &totals);
    if (!status)
        status = drift_psi(reference, current, n, DRIFT_SMOOTHING_JEFFREYS, &psi);
    if (status)
        return status;
    *out_value = psi - drift__psi_expected(reference, current, n, &totals);
    return DRIFT_OK;
}
