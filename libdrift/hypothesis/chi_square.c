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

/* The totals of a table that can be tested; `has_outputs`: somewhere to put the answer. */
static drift_status begin(const uint64_t *reference, const uint64_t *current, size_t n,
                          totals *out_totals, int has_outputs)
{
    totals t = {0, 0, 0};
    if (!n || !reference || !current || !has_outputs)
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

/* x n - y N, exactly: N + n times O - E. */
static long double cross(uint64_t reference, uint64_t current, const totals *t)
{
    return (long double)((int128)reference * t->current - (int128)current * t->reference);
}

/* Sum over the cells of |x n - y N|, lessened by `correction`, squared, over N n T. */
static double pearson(const uint64_t *reference, const uint64_t *current, size_t n, const totals *t,
                      long double correction)
{
    long double sum = 0, product = (long double)t->reference * (long double)t->current;
    for (size_t k = 0; k < n; k++) {
        if (!(reference[k] | current[k]))
            continue;
        long double difference = fabsl(cross(reference[k], current[k], t));
        difference = difference > correction ? difference - correction : 0;
        sum += difference * (difference / product) /
               ((long double)reference[k] + (long double)current[k]);
    }
    return (double)sum;
}

drift_status drift_chi_square(const uint64_t *reference, const uint64_t *current, size_t n,
                              double *out_statistic, double *out_df, double *out_p_value)
{
    totals t;
    drift_status status = begin(reference, current, n, &t, out_statistic && out_df && out_p_value);
    if (status)
        return status;
    return finish(pearson(reference, current, n, &t, 0), &t, out_statistic, out_df, out_p_value);
}

drift_status drift_chi_square_yates(const uint64_t *reference, const uint64_t *current, size_t n,
                                    double *out_statistic, double *out_df, double *out_p_value)
{
    totals t;
    drift_status status = begin(reference, current, n, &t, out_statistic && out_df && out_p_value);
    if (status)
        return status;
    /* |O - E| = |x n - y N| / (N + n) in all four cells of the table. */
    long double half = t.used == 2 ? ((long double)t.reference + (long double)t.current) / 2 : 0;
    return finish(pearson(reference, current, n, &t, half), &t, out_statistic, out_df, out_p_value);
}

/* 2 sum O ln(O / E) as 2 sum O ln(O / E) - O + E, every term at least 0. */
static long double likelihood_ratio(const uint64_t *reference, const uint64_t *current, size_t n,
                                    const totals *t)
{
    long double both = (long double)t->reference + (long double)t->current, sum = 0;
    long double share = (long double)t->reference / both, rest = (long double)t->current / both;
    for (size_t k = 0; k < n; k++) {
        if (!(reference[k] | current[k]))
            continue;
        long double joint = (long double)reference[k] + (long double)current[k];
        long double apart = cross(reference[k], current[k], t) / both;
        sum += drift__deviance_apart((long double)reference[k], joint * share, apart) +
               drift__deviance_apart((long double)current[k], joint * rest, -apart);
    }
    return 2 * sum;
}

drift_status drift_g_test(const uint64_t *reference, const uint64_t *current, size_t n,
                          double *out_statistic, double *out_df, double *out_p_value)
{
    totals t;
    drift_status status = begin(reference, current, n, &t, out_statistic && out_df && out_p_value);
    if (status)
        return status;
    return finish((double)likelihood_ratio(reference, current, n, &t), &t, out_statistic, out_df,
                  out_p_value);
}

drift_status drift_g_test_williams(const uint64_t *reference, const uint64_t *current, size_t n,
                                   double *out_statistic, double *out_df, double *out_p_value)
{
    totals t;
    drift_status status = begin(reference, current, n, &t, out_statistic && out_df && out_p_value);
    if (status)
        return status;
    long double both = (long double)t.reference + (long double)t.current, inverse = 0;
    for (size_t k = 0; k < n; k++)
        if (reference[k] | current[k])
            inverse += 1 / ((long double)reference[k] + (long double)current[k]);
    long double g = 1 / (long double)t.reference + 1 / (long double)t.current;
    long double q =
        1 + (both * g - 1) * (both * inverse - 1) / (6 * both * ((long double)t.used - 1));
    return finish((double)(likelihood_ratio(reference, current, n, &t) / q), &t, out_statistic,
                  out_df, out_p_value);
}

/* Only cells that the reference has, or that the current sample met, count. */
static drift_status fit(const uint64_t *reference, const uint64_t *current, size_t n, int by_g,
                        double *out_statistic, double *out_df, double *out_p_value)
{
    totals t;
    drift_status status = begin(reference, current, n, &t, out_statistic && out_df && out_p_value);
    if (status)
        return status;
    long double sum = 0, ratio = (long double)t.current / (long double)t.reference;
    for (size_t k = 0; k < n; k++) {
        long double expected = (long double)reference[k] * ratio;
        if (!(reference[k] | current[k]))
            continue;
        if (!reference[k]) {
            *out_statistic = INFINITY;
            *out_df = (double)t.used - 1;
            *out_p_value = 0;
            return DRIFT_OK;
        }
        long double apart = -cross(reference[k], current[k], &t) / (long double)t.reference;
        sum += by_g ? 2 * drift__deviance_apart((long double)current[k], expected, apart)
                    : apart * apart / expected;
    }
    return finish((double)sum, &t, out_statistic, out_df, out_p_value);
}

drift_status drift_chi_square_fit(const uint64_t *reference, const uint64_t *current, size_t n,
                                  double *out_statistic, double *out_df, double *out_p_value)
{
    return fit(reference, current, n, 0, out_statistic, out_df, out_p_value);
}

drift_status drift_g_fit(const uint64_t *reference, const uint64_t *current, size_t n,
                         double *out_statistic, double *out_df, double *out_p_value)
{
    return fit(reference, current, n, 1, out_statistic, out_df, out_p_value);
}
