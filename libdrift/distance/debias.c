/* SPDX-License-Identifier: Apache-2.0
 *
 * debias.c: what PSI is expected to be when nothing changed. With x ~ Bin(N, pi)
 * and y ~ Bin(n, pi) independent and p = (x + 1/2) / (N + B/2), q likewise,
 * E[(p - q) ln(p / q)] = E[p ln p] + E[q ln q] - E[p] E[ln q] - E[q] E[ln p].
 */
#include <math.h>

#include "core/tails.h"
#include "distance/shares.h"

typedef struct moments_of_share {
    double mean, log, mean_log; /* E[p], E[ln p], E[p ln p] */
} moments_of_share;

/* Above this expected count the expansion in 1 / (N pi) is exact to 1e-6 of its first term. */
static const double FULL_CELL = 200;

/* Sum over the binomial law, outward from its mode, to terms of 1e-17. */
static moments_of_share exact_moments(double n, double pi, double whole)
{
    moments_of_share sum = {0, 0, 0};
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
            double p = (x + 0.5) / whole, log_p = log(p);
            sum.mean += weight * p;
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

/* Taylor expansion about m = N pi + 1/2 with the central moments to the fourth. */
static moments_of_share expanded_moments(double n, double pi, double whole)
{
    double m = n * pi + 0.5, v = n * pi * (1 - pi);
    double third = v * (1 - 2 * pi), fourth = 3 * v * v + v * (1 - 6 * pi * (1 - pi));
    moments_of_share sum;
    double log_m = log(m);
    double log_count =
        log_m - v / (2 * m * m) + third / (3 * m * m * m) - fourth / (4 * m * m * m * m);
    double count_log = m * log_m + v / (2 * m) - third / (6 * m * m) + fourth / (12 * m * m * m);
    sum.mean = m / whole;
    sum.log = log_count - log(whole);
    sum.mean_log = (count_log - m * log(whole)) / whole;
    return sum;
}

static moments_of_share share_moments(uint64_t total, double pi, size_t cells)
{
    double n = (double)total, whole = n + (double)cells / 2;
    if (pi >= 1)
        return (moments_of_share){(n + 0.5) / whole, log((n + 0.5) / whole),
                                  (n + 0.5) / whole * log((n + 0.5) / whole)};
    return n * pi > FULL_CELL ? expanded_moments(n, pi, whole) : exact_moments(n, pi, whole);
}

drift_status drift_psi_debiased(const uint64_t *reference, const uint64_t *current, size_t n,
                                double *out_value)
{
    drift__totals totals;
    double psi, expected = 0;
    if (!out_value)
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift_status status = drift__sum_counts(reference, current, n, &totals);
    if (!status)
        status = drift_psi(reference, current, n, DRIFT_SMOOTHING_JEFFREYS, &psi);
    if (status)
        return status;
    double both = (double)totals.reference + (double)totals.current;
    for (size_t k = 0; k < n; k++) {
        if (!(reference[k] | current[k]))
            continue;
        double pi = ((double)reference[k] + (double)current[k]) / both;
        moments_of_share p = share_moments(totals.reference, pi, totals.used);
        moments_of_share q = share_moments(totals.current, pi, totals.used);
        expected += p.mean_log + q.mean_log - p.mean * q.log - q.mean * p.log;
    }
    *out_value = psi - expected;
    return DRIFT_OK;
}
