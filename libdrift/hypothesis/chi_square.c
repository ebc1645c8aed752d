/* SPDX-License-Identifier: Apache-2.0
 *
 * chi_square.c: homogeneity of two samples of counts, Pearson's statistic and
 * the likelihood ratio.
 */
#include <drift/hypothesis.h>
#include <math.h>

#include "core/tails.h"

__extension__ typedef __int128 int128;

typedef struct totals {
    uint64_t reference, current;
    size_t used;
} totals;

static drift_status add_up(const uint64_t *reference, const uint64_t *current, size_t n,
                           totals *out_totals)
{
    totals t = {0, 0, 0};
    if (!n || !reference || !current)
        return DRIFT_ERR_INVALID_ARGUMENT;
    for (size_t k = 0; k < n; k++) {
        if (__builtin_add_overflow(t.reference, reference[k], &t.reference) ||
            __builtin_add_overflow(t.current, current[k], &t.current))
            return DRIFT_ERR_OVERFLOW;
        t.used += (reference[k] | current[k]) != 0;
    }
    if (t.reference >> 62 || t.current >> 62)
        return DRIFT_ERR_OVERFLOW;
    if (!t.reference || !t.current || t.used < 2)
        return DRIFT_ERR_NOT_ENOUGH_DATA;
    *out_totals = t;
    return DRIFT_OK;
}

static drift_status finish(double statistic, const totals *t, double *out_statistic, double *out_df,
                           double *out_p_value)
{
    double df = (double)t->used - 1;
    *out_statistic = statistic;
    *out_df = df;
    *out_p_value = drift__chi_square_tail(statistic, df);
    return DRIFT_OK;
}

drift_status drift_chi_square(const uint64_t *reference, const uint64_t *current, size_t n,
                              double *out_statistic, double *out_df, double *out_p_value)
{
    totals t;
    if (!out_statistic || !out_df || !out_p_value)
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift_status status = add_up(reference, current, n, &t);
    if (status)
        return status;
    /* sum (x n - y N)^2 / (N n T), the differences as exact integers */
    long double sum = 0, product = (long double)t.reference * (long double)t.current;
    for (size_t k = 0; k < n; k++) {
        if (!(reference[k] | current[k]))
            continue;
        long double difference =
            (long double)((int128)reference[k] * t.current - (int128)current[k] * t.reference);
        sum += difference * (difference / product) /
               ((long double)reference[k] + (long double)current[k]);
    }
    return finish((double)sum, &t, out_statistic, out_df, out_p_value);
}

/* O ln(O / E) - O + E, E = part T, without cancellation near O = E. */
static long double g_term(uint64_t observed, long double expected)
{
    return expected > 0 ? drift__deviance((long double)observed, expected) : 0;
}

drift_status drift_g_test(const uint64_t *reference, const uint64_t *current, size_t n,
                          double *out_statistic, double *out_df, double *out_p_value)
{
    totals t;
    if (!out_statistic || !out_df || !out_p_value)
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift_status status = add_up(reference, current, n, &t);
    if (status)
        return status;
    long double both = (long double)t.reference + (long double)t.current, sum = 0;
    for (size_t k = 0; k < n; k++) {
        long double joint = (long double)reference[k] + (long double)current[k];
        sum += g_term(reference[k], joint * (long double)t.reference / both) +
               g_term(current[k], joint * (long double)t.current / both);
    }
    return finish((double)(2 * sum), &t, out_statistic, out_df, out_p_value);
}
