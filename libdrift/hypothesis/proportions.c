/* SPDX-License-Identifier: Apache-2.0
 *
 * proportions.c: shares: the pooled test of two, Wilson's and Clopper and
 * Pearson's interval of one, Newcombe's of a difference.
 */
#include <drift/hypothesis.h>
#include <math.h>

#include "core/tails.h"
#include "hypothesis/alternative.h"

__extension__ typedef unsigned __int128 uint128;

/* k1 n2 - k2 n1, exactly before it is rounded: close shares lose no digits. */
static long double cross(uint64_t k1, uint64_t n1, uint64_t k2, uint64_t n2)
{
    uint128 left = (uint128)k1 * n2, right = (uint128)k2 * n1;
    return left >= right ? (long double)(left - right) : -(long double)(right - left);
}

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
    long double difference = cross(k_reference, n_reference, k_current, n_current) / n1 / n2;
    *out_z = (double)(difference / sqrtl(pooled * rest * (1 / n1 + 1 / n2)));
    *out_p_value = drift__normal_p_value(*out_z, alternative);
    return DRIFT_OK;
}

/* The z with P(|Z| <= z) = level. */
static long double two_sided_z(double level)
{
    return sqrtl((long double)drift__chi_square_quantile(1 - level, 1));
}

typedef struct interval {
    long double low, high;
} interval;

static interval wilson(uint64_t successes, uint64_t trials, long double z)
{
    long double k = (long double)successes, n = (long double)trials, whole = n + z * z;
    long double middle = (k + z * z / 2) / whole;
    long double half = z / whole * sqrtl(k * (n - k) / n + z * z / 4);
    /* The roots' product is known: the smaller one keeps its digits through the larger. */
    return (interval){k > 0 ? k * k / n / whole / (middle + half) : 0, k < n ? middle + half : 1};
}

static interval clopper_pearson(uint64_t k, uint64_t n, double level)
{
    double hits = (double)k, misses = (double)(n - k), tail = (1 - level) / 2;
    interval found = {0, 1};
    long double rest;
    if (k)
        drift__beta_quantile(tail, hits, misses + 1, &found.low, &rest);
    if (k < n) /* seen from the other side the upper tail is the lower one */
        drift__beta_quantile(tail, misses, hits + 1, &rest, &found.high);
    return found;
}

drift_status drift_rate_interval(uint64_t k, uint64_t n, drift_rate_method method, double level,
                                 double *out_low, double *out_high)
{
    if (!out_low || !out_high || k > n || !(level > 0 && level < 1) ||
        method > DRIFT_RATE_CLOPPER_PEARSON)
        return DRIFT_ERR_INVALID_ARGUMENT;
    if (!n)
        return DRIFT_ERR_NOT_ENOUGH_DATA;
    interval found = method == DRIFT_RATE_WILSON ? wilson(k, n, two_sided_z(level))
                                                 : clopper_pearson(k, n, level);
    *out_low = (double)found.low;
    *out_high = (double)found.high;
    return DRIFT_OK;
}

drift_status drift_rate_difference_interval(uint64_t k_reference, uint64_t n_reference,
                                            uint64_t k_current, uint64_t n_current, double level,
                                            double *out_low, double *out_high)
{
    if (!out_low || !out_high || k_reference > n_reference || k_current > n_current ||
        !(level > 0 && level < 1))
        return DRIFT_ERR_INVALID_ARGUMENT;
    if (!n_reference || !n_current)
        return DRIFT_ERR_NOT_ENOUGH_DATA;
    long double z = two_sided_z(level);
    long double p = (long double)k_reference / (long double)n_reference;
    long double q = (long double)k_current / (long double)n_current;
    long double change = cross(k_current, n_current, k_reference, n_reference) /
                         (long double)n_reference / (long double)n_current;
    interval first = wilson(k_reference, n_reference, z), second = wilson(k_current, n_current, z);
    *out_low = (double)(change - hypotl(q - second.low, first.high - p));
    *out_high = (double)(change + hypotl(second.high - q, p - first.low));
    return DRIFT_OK;
}
