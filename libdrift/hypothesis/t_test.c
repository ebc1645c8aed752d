/* SPDX-License-Identifier: Apache-2.0
 *
 * t_test.c: Student's and Welch's (1947) test, and p-values by alternative.
 */
#include <math.h>

#include "core/tails.h"
#include "hypothesis/alternative.h"

double drift__normal_p_value(double z, drift_alternative alternative)
{
    if (alternative == DRIFT_TWO_SIDED)
        return 2 * drift__normal_tail(fabs(z));
    return drift__normal_tail(alternative == DRIFT_GREATER ? z : -z);
}

double drift__student_p_value(double t, double df, drift_alternative alternative)
{
    if (alternative == DRIFT_TWO_SIDED)
        return 2 * drift__student_tail(fabs(t), df);
    return drift__student_tail(alternative == DRIFT_GREATER ? t : -t, df);
}

typedef struct sample {
    long double mean, variance, n;
} sample;

static drift_status compare(const sample *x, const sample *y, int equal_variance,
                            drift_alternative alternative, double *out_t, double *out_df,
                            double *out_p_value)
{
    if (x->n < 2 || y->n < 2)
        return DRIFT_ERR_NOT_ENOUGH_DATA;
    long double u = x->variance / x->n, v = y->variance / y->n, error, df;
    if (equal_variance) {
        df = x->n + y->n - 2;
        long double pooled = ((x->n - 1) * x->variance + (y->n - 1) * y->variance) / df;
        error = pooled * (1 / x->n + 1 / y->n);
    } else {
        error = u + v;
        df = error * error / (u * u / (x->n - 1) + v * v / (y->n - 1));
    }
    if (!(error > 0))
        return DRIFT_ERR_NOT_ENOUGH_DATA;
    *out_t = (double)((x->mean - y->mean) / sqrtl(error));
    *out_df = (double)df;
    *out_p_value = drift__student_p_value(*out_t, *out_df, alternative);
    return DRIFT_OK;
}

/* Two passes; the second one takes off what the first one's mean is short of. */
static int describe(const double *values, size_t n, sample *out)
{
    long double sum = 0, square = 0, rest = 0;
    int differ = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(values[i]))
            return 0;
        differ |= values[i] < values[0] || values[i] > values[0];
        sum += (long double)values[i];
    }
    if (n && !differ) { /* a rounded mean would make a variance of nothing */
        *out = (sample){(long double)values[0], 0, (long double)n};
        return 1;
    }
    *out = (sample){n ? sum / (long double)n : 0, 0, (long double)n};
    for (size_t i = 0; i < n; i++) {
        long double difference = (long double)values[i] - out->mean;
        square += difference * difference;
        rest += difference;
    }
    if (n > 1) {
        out->variance = (square - rest * rest / (long double)n) / (long double)(n - 1);
        out->mean += rest / (long double)n;
    }
    return 1;
}

drift_status drift_t_test(const double *reference, size_t n_reference, const double *current,
                          size_t n_current, int equal_variance, drift_alternative alternative,
                          double *out_t, double *out_df, double *out_p_value)
{
    sample x, y;
    if (!out_t || !out_df || !out_p_value || alternative > DRIFT_GREATER ||
        (!reference && n_reference) || (!current && n_current) ||
        !describe(reference, n_reference, &x) || !describe(current, n_current, &y))
        return DRIFT_ERR_INVALID_ARGUMENT;
    return compare(&x, &y, equal_variance, alternative, out_t, out_df, out_p_value);
}

drift_status drift_t_test_moments(double mean_reference, double variance_reference,
                                  uint64_t n_reference, double mean_current,
                                  double variance_current, uint64_t n_current, int equal_variance,
                                  drift_alternative alternative, double *out_t, double *out_df,
                                  double *out_p_value)
{
    if (!out_t || !out_df || !out_p_value || alternative > DRIFT_GREATER ||
        !isfinite(mean_reference) || !isfinite(mean_current) || !(variance_reference >= 0) ||
        !(variance_current >= 0) || isinf(variance_reference) || isinf(variance_current))
        return DRIFT_ERR_INVALID_ARGUMENT;
    sample x = {(long double)mean_reference, (long double)variance_reference,
                (long double)n_reference};
    sample y = {(long double)mean_current, (long double)variance_current, (long double)n_current};
    return compare(&x, &y, equal_variance, alternative, out_t, out_df, out_p_value);
}
