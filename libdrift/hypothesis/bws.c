/* SPDX-License-Identifier: Apache-2.0
 *
 * bws.c: Baumgartner, Weiss & Schindler's (1998) two-sample statistic, squared
 * rank deviations weighted by their variances; its limit law is that of
 * Anderson and Darling (their theorem). The ranks of tied values are those
 * expected when ties are broken at random.
 */
#include <drift/hypothesis.h>
#include <math.h>

#include "core/quadratic_laws.h"
#include "hypothesis/ties.h"

enum { MOST_SINGLE_TERMS = 4096 };

/* 1 / (from + 1) + ... + 1 / (from + n), n large: the harmonic numbers' expansion. */
static long double harmonic_step(long double from, long double n)
{
    long double low = from + 0.5L, high = from + n + 0.5L;
    if (from < 256) {
        long double sum = 0;
        for (; from < 256 && n > 0; n--)
            sum += 1 / ++from;
        return n > 0 ? sum + harmonic_step(from, n) : sum;
    }
    return log1pl(n / low) + (1 / (high * high) - 1 / (low * low)) / 24 -
           7 * (1 / powl(high, 4) - 1 / powl(low, 4)) / 960;
}

/* A sample's values in one block: ranks and their deviation offset + slope i, i = before + 1, ... */
typedef struct stretch {
    long double before, size, offset, slope;
} stretch;

/* Sum of deviation^2 / (i (n + 1 - i)); by partial fractions where the stretch is long. */
static long double stretch_sum(const stretch *s, long double n)
{
    long double end = n + 1, sum = 0;
    if (s->size <= MOST_SINGLE_TERMS) {
        for (long double i = s->before + 1; i <= s->before + s->size; i++) {
            long double deviation = s->offset + s->slope * i;
            sum += deviation * deviation / (i * (end - i));
        }
        return sum;
    }
    long double at_end = s->offset + s->slope * end;
    sum = s->offset * s->offset / end * harmonic_step(s->before, s->size) +
          at_end * at_end / end * harmonic_step(n - s->before - s->size, s->size) -
          s->slope * s->slope * s->size;
    return sum > 0 ? sum : 0;
}

static double half_statistic(const uint64_t *own, const uint64_t *other, size_t blocks, uint64_t n,
                             uint64_t m)
{
    long double before = 0, others = 0, sum = 0, pooled = (long double)n + (long double)m;
    for (size_t k = 0; k < blocks; k++) {
        long double x = (long double)own[k], y = (long double)other[k];
        long double pace = (x + y + 1) / (x + 1);
        stretch s = {before, x, others + before * (1 - pace), pace - pooled / (long double)n};
        sum += stretch_sum(&s, (long double)n);
        before += x;
        others += y;
    }
    long double end = (long double)n + 1;
    return (double)(sum * end * end / ((long double)m * pooled));
}

static drift_status bws(const drift__ties *ties, double *out_statistic, double *out_p_value)
{
    double x =
        half_statistic(ties->reference, ties->current, ties->n, ties->n_reference, ties->n_current);
    double y =
        half_statistic(ties->current, ties->reference, ties->n, ties->n_current, ties->n_reference);
    *out_statistic = (x + y) / 2;
    *out_p_value = drift__anderson_darling_tail(*out_statistic);
    return DRIFT_OK;
}

drift_status drift_bws(const double *reference, size_t n_reference, const double *current,
                       size_t n_current, double *out_statistic, double *out_p_value)
{
    drift__ties ties;
    if (!out_statistic || !out_p_value)
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift_status status = drift__ties_of_values(reference, n_reference, current, n_current, &ties);
    if (status)
        return status;
    status = bws(&ties, out_statistic, out_p_value);
    drift__ties_release(&ties);
    return status;
}

drift_status drift_bws_counts(const uint64_t *reference, const uint64_t *current, size_t n,
                              double *out_statistic, double *out_p_value)
{
    drift__ties ties;
    if (!out_statistic || !out_p_value)
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift_status status = drift__ties_of_counts(reference, current, n, &ties);
    if (status)
        return status;
    status = bws(&ties, out_statistic, out_p_value);
    drift__ties_release(&ties);
    return status;
}
