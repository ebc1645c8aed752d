/* SPDX-License-Identifier: Apache-2.0
 *
 * divergence.c: PSI, Kullback-Leibler, Jensen-Shannon, Hellinger, total
 * variation on counts. Each is a sum of terms that are >= 0 on their own and
 * are written so that equal shares give exactly 0 and near ones lose no digits.
 */
#include <math.h>

#include "distance/shares.h"

typedef double (*term_function)(drift__shares shares);

static drift_status sum_terms(const uint64_t *reference, const uint64_t *current, size_t n,
                              drift_smoothing smoothing, term_function term, double *out_value)
{
    drift__totals totals;
    if (!out_value)
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift_status status = drift__sum_counts(reference, current, n, &totals);
    if (status)
        return status;
    double sum = 0;
    for (size_t k = 0; k < n; k++)
        if (reference[k] | current[k])
            sum += term(drift__cell_shares(reference[k], current[k], &totals, smoothing));
    *out_value = sum;
    return DRIFT_OK;
}

static double psi_term(drift__shares s)
{
    if (s.difference == 0)
        return 0;
    if (s.p == 0 || s.q == 0)
        return INFINITY;
    return s.difference * (s.p > s.q ? log1p(s.difference / s.q) : -log1p(-s.difference / s.p));
}

/* p ln(p/q) - p + q; the last two cancel over all cells. */
static double kl_term(drift__shares s)
{
    if (s.p == 0)
        return s.q;
    if (s.q == 0)
        return INFINITY;
    double r = s.difference / s.q;
    if (fabs(r) > 0.05)
        return s.p * log1p(r) - s.difference;
    /* q ((1 + r) ln(1 + r) - r) = q sum_{k>=2} (-r)^k / (k (k - 1)) */
    double power = r * r, sum = 0;
    for (int k = 2; k < 16; k++) {
        sum += power / (k * (k - 1));
        power *= -r;
    }
    return s.q * sum;
}

/* (p + q)/4 ((1 + d) ln(1 + d) + (1 - d) ln(1 - d)), d = (p - q)/(p + q) */
static double js_term(drift__shares s)
{
    double whole = s.p + s.q, d = s.difference / whole;
    double sum = 0;
    if (fabs(d) > 0.3) {
        sum = (1 + d > 0 ? (1 + d) * log1p(d) : 0) + (1 - d > 0 ? (1 - d) * log1p(-d) : 0);
    } else {
        double square = d * d, power = square;
        for (int k = 1; k < 20; k++) {
            sum += power / (k * (2 * k - 1));
            power *= square;
        }
    }
    return whole / 4 * sum;
}

static double hellinger_term(drift__shares s)
{
    double roots = sqrt(s.p) + sqrt(s.q), root_difference = s.difference / roots;
    return root_difference * root_difference / 2;
}

static double variation_term(drift__shares s)
{
    return fabs(s.difference) / 2;
}

drift_status drift_psi(const uint64_t *reference, const uint64_t *current, size_t n,
                       drift_smoothing smoothing, double *out_value)
{
    return sum_terms(reference, current, n, smoothing, psi_term, out_value);
}

drift_status drift_kl(const uint64_t *reference, const uint64_t *current, size_t n,
                      drift_smoothing smoothing, double *out_value)
{
    return sum_terms(reference, current, n, smoothing, kl_term, out_value);
}

drift_status drift_js(const uint64_t *reference, const uint64_t *current, size_t n,
                      double *out_value)
{
    return sum_terms(reference, current, n, DRIFT_SMOOTHING_NONE, js_term, out_value);
}

drift_status drift_hellinger(const uint64_t *reference, const uint64_t *current, size_t n,
                             double *out_value)
{
    double square = 0;
    drift_status status =
        sum_terms(reference, current, n, DRIFT_SMOOTHING_NONE, hellinger_term, &square);
    if (!status)
        *out_value = sqrt(square);
    return status;
}

drift_status drift_total_variation(const uint64_t *reference, const uint64_t *current, size_t n,
                                   double *out_value)
{
    return sum_terms(reference, current, n, DRIFT_SMOOTHING_NONE, variation_term, out_value);
}
