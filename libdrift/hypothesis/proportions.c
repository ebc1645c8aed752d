/* SPDX-License-Identifier: Apache-2.0
 *
 * proportions.c: shares: the pooled test of two, Wilson's and Clopper and
 * Pearson's interval of one, Newcombe's of a difference.
 */
#include <drift/hypothesis.h>
#include <math.h>

#include "core/tails.h"
#include "hypothesis/alternative.h"

drift_status drift_two_proportions_z(uint64_t k_reference, uint64_t n_reference, uint64_t k_current,
                                     uint64_t n_current, drift_alternative alternative,
                                     double *out_z, double *out_p_value)
{
    if (!out_z || !out_p_value || alternative > DRIFT_GREATER || k_reference > n_reference ||
        k_current > n_current)
        return DRIFT_ERR_INVALID_ARGUMENT;
    if (!n_reference || !n_current)
        return DRIFT_ERR_NOT_ENOUGH_DATA;
    long double n1 = (long double)n_reference, n2 = (long double)n_current;
    long double hits = (long double)k_reference + (long double)k_current;
    long double pooled = hits / (n1 + n2), rest = (n1 + n2 - hits) / (n1 + n2);
    if (!(pooled > 0) || !(rest > 0))
        return DRIFT_ERR_NOT_ENOUGH_DATA;
    /* k1/n1 - k2/n2 over a common denominator loses no digits where the shares are close. */
    long double difference =
        ((long double)k_reference * n2 - (long double)k_current * n1) / n1 / n2;
    *out_z = (double)(difference / sqrtl(pooled * rest * (1 / n1 + 1 / n2)));
    *out_p_value = drift__normal_p_value(*out_z, alternative);
    return DRIFT_OK;
}

/* The z with P(|Z| <= z) = level. */
static double two_sided_z(double level)
{
    return sqrt(drift__chi_square_quantile(1 - level, 1));
}

static void wilson(double k, double n, double z, double *out_low, double *out_high)
{
    double square = z * z, middle = (k + square / 2) / (n + square);
    double half = z / (n + square) * sqrt(k * (n - k) / n + square / 4);
    /* The roots' product is known: the smaller one keeps its digits through the larger. */
    *out_low = k > 0 ? k * k / n / (n + square) / (middle + half) : 0;
    *out_high = k < n ? middle + half : 1;
}

/* The x with I_x(a, b) = p, by bisection. */
static double beta_quantile(double p, double a, double b)
{
    long double low = 0, high = 1;
    for (int i = 0; i < 200 && high - low > 1e-17L * high; i++) {
        long double middle = low + (high - low) / 2;
        if (drift__beta_lower(a, b, middle, 1 - middle) < p)
            low = middle;
        else
            high = middle;
    }
    return (double)(low + (high - low) / 2);
}

drift_status drift_rate_interval(uint64_t k, uint64_t n, drift_rate_method method, double level,
                                 double *out_low, double *out_high)
{
    if (!out_low || !out_high || k > n || !(level > 0 && level < 1) ||
        method > DRIFT_RATE_CLOPPER_PEARSON)
        return DRIFT_ERR_INVALID_ARGUMENT;
    if (!n)
        return DRIFT_ERR_NOT_ENOUGH_DATA;
    double hits = (double)k, misses = (double)(n - k);
    if (method == DRIFT_RATE_WILSON) {
        wilson(hits, (double)n, two_sided_z(level), out_low, out_high);
        return DRIFT_OK;
    }
    *out_low = k ? beta_quantile((1 - level) / 2, hits, misses + 1) : 0;
    /* From the upper end: 1 - x has the digits that x would lose. */
    *out_high = k < n ? 1 - beta_quantile((1 - level) / 2, misses, hits + 1) : 1;
    return DRIFT_OK;
}

drift_status drift_rate_difference_interval(uint64_t k_reference, uint64_t n_reference,
                                            uint64_t k_current, uint64_t n_current, double level,
                                            double *out_low, double *out_high)
{
    double low[2], high[2];
    if (!out_low || !out_high || k_reference > n_reference || k_current > n_current ||
        !(level > 0 && level < 1))
        return DRIFT_ERR_INVALID_ARGUMENT;
    if (!n_reference || !n_current)
        return DRIFT_ERR_NOT_ENOUGH_DATA;
    double z = two_sided_z(level);
    double p = (double)k_reference / (double)n_reference, q = (double)k_current / (double)n_current;
    wilson((double)k_reference, (double)n_reference, z, &low[0], &high[0]);
    wilson((double)k_current, (double)n_current, z, &low[1], &high[1]);
    *out_low = q - p - hypot(q - low[1], high[0] - p);
    *out_high = q - p + hypot(high[1] - q, p - low[0]);
    return DRIFT_OK;
}
