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

/* ln(x + 1/2) of counts met before, else 0: cells of equal mass meet the same ones. */
typedef struct half_logs {
    double of[640];
} half_logs;

static double half_log(half_logs *known, double x)
{
    if (x >= (double)(sizeof known->of / sizeof *known->of))
        return log(x + 0.5);
    double *place = &known->of[(size_t)x];
    if (*place == 0)
        *place = log(x + 0.5);
    return *place;
}

/* Sum over the binomial law, outward from its mode, to terms of 1e-17. */
static moments_of_share exact_moments(double n, double pi, double whole, half_logs *known)
{
    double mean = (n * pi + 0.5) / whole, log_mean = log(n * pi + 0.5);
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
            weight *= mode / ((n - mode + 1) * odds);
            x = mode - 1;
        }
        while (weight > 1e-17 && x >= 0 && x <= n) {
            double p = (x + 0.5) / whole, log_p = half_log(known, x) - log_mean;
            sum.log += weight * log_p;
            sum.mean_log += weight * p * log_p;
            if (direction) {
                weight *= x / ((n - x + 1) * odds);
                x--;
            } else {
                weight *= (n - x) / (x + 1) * odds;
                x++;
            }
        }
    }
    return sum;
}

/* A cell's share of both samples, and what its central moments are made of. */
typedef struct share {
    double pi, variance, skew;   /* variance of one count: pi (1 - pi) */
    double fourth, fifth, sixth; /* cumulants over variance, or over variance and skew */
} share;

static share share_of(double pi)
{
    double w = pi * (1 - pi);
    return (share){pi, w, 1 - 2 * pi, 1 - 6 * w, 1 - 12 * w, 1 - 30 * w + 120 * w * w};
}

/* One side's total, with half a count a cell added, and 1 / that. */
typedef struct whole {
    double n, all, inverse;
} whole;

static whole whole_of(uint64_t total, size_t cells)
{
    double all = (double)total + (double)cells / 2;
    return (whole){(double)total, all, 1 / all};
}

/* Taylor expansion about m = N pi + 1/2 with the central moments to the sixth, from cumulants. */
static moments_of_share expanded_moments(const share *s, const whole *side)
{
    double m = side->n * s->pi + 0.5, v = side->n * s->variance, u = 1 / m;
    /* Over v: the third moment, and so on. */
    double m4 = s->fourth + 3 * v, m5 = s->skew * (s->fifth + 10 * v);
    double m6 = s->sixth + v * (15 * s->fourth + 10 * s->skew * s->skew + 15 * v);
    /* Sums of the k-th moment times (-u)^(k - 1) over k, and over k (k - 1). */
    double log_share = m5 * (1.0 / 5) - u * m6 * (1.0 / 6);
    double share_log = m5 * (1.0 / 20) - u * m6 * (1.0 / 30);
    log_share = 0.5 - u * (s->skew * (1.0 / 3) - u * (m4 * (1.0 / 4) - u * log_share));
    share_log = 0.5 - u * (s->skew * (1.0 / 6) - u * (m4 * (1.0 / 12) - u * share_log));
    return (moments_of_share){m * side->inverse, -u * u * v * log_share,
                              u * v * share_log * side->inverse};
}

static moments_of_share share_moments(const share *s, const whole *side, half_logs *known)
{
    if (s->pi >= 1)
        return (moments_of_share){(side->n + 0.5) * side->inverse, 0, 0};
    return side->n * s->pi > FULL_CELL ? expanded_moments(s, side)
                                       : exact_moments(side->n, s->pi, side->all, known);
}

double drift__psi_expected(const uint64_t *reference, const uint64_t *current, size_t n,
                           const drift__totals *totals)
{
    double both = (double)totals->reference + (double)totals->current, expected = 0;
    const whole sides[2] = {whole_of(totals->reference, totals->used),
                            whole_of(totals->current, totals->used)};
    half_logs known = {{0}};
    for (size_t k = 0; k < n; k++) {
        if (!(reference[k] | current[k]))
            continue;
        share s = share_of(((double)reference[k] + (double)current[k]) / both);
        moments_of_share p = share_moments(&s, &sides[0], &known);
        moments_of_share q = share_moments(&s, &sides[1], &known);
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
