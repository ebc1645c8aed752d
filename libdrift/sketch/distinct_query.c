/* SPDX-License-Identifier: Apache-2.0
 *
 * distinct_query.c: the improved estimator of Ertl (2017, arXiv:1702.01284,
 * algorithm 6) from the histogram of the registers, and its interval.
 */
#include <math.h>

#include "core/tails.h"
#include "sketch/distinct_state.h"

/* x + sum of x^(2^k) 2^(k-1) over k >= 1: what registers at 0 tell beyond their number. */
static double sigma(double x)
{
    double power = 1, sum = x, before;
    do {
        before = sum;
        x *= x;
        sum += x * power;
        power *= 2;
    } while (sum != before);
    return sum;
}

/* The same for registers at their highest value. */
static double tau(double x)
{
    if (x == 0 || x == 1)
        return 0;
    double power = 1, sum = 1 - x, before;
    do {
        before = sum;
        x = sqrt(x);
        power *= 0.5;
        sum -= (1 - x) * (1 - x) * power;
    } while (sum != before);
    return sum / 3;
}

/* What is known of the registers: their estimate, and how many are in use. */
static double from_registers(const drift_distinct *d, double *out_used)
{
    size_t counts[64] = {0}, registers = (size_t)1 << d->precision;
    unsigned highest = drift__distinct_highest(d);
    for (size_t i = 0; i < registers; i++)
        counts[d->registers[i]]++;
    double m = (double)registers;
    double sum = m * tau(1 - (double)counts[highest] / m);
    for (unsigned k = highest - 1; k >= 1; k--)
        sum = 0.5 * (sum + (double)counts[k]);
    sum += m * sigma((double)counts[0] / m);
    *out_used = m - (double)counts[0];
    return m * m / (2 * log(2) * sum);
}

/* More values were seen than the set had room for, and at least one for each register in use. */
static double within_certain(const drift_distinct *d, double value, double used)
{
    double least = fmax((double)d->most + 1, used);
    return fmin(fmax(value, least), (double)d->count);
}

drift_status drift_distinct_estimate(const drift_distinct *distinct, double *out_value)
{
    if (!distinct || !out_value)
        return DRIFT_ERR_INVALID_ARGUMENT;
    if (distinct->exact) {
        *out_value = (double)distinct->n;
        return DRIFT_OK;
    }
    double used, estimate = from_registers(distinct, &used);
    *out_value = within_certain(distinct, estimate, used);
    return DRIFT_OK;
}

drift_status drift_distinct_bounds(const drift_distinct *distinct, double confidence,
                                   double *out_low, double *out_high)
{
    if (!distinct || !out_low || !out_high || !(confidence > 0 && confidence < 1))
        return DRIFT_ERR_INVALID_ARGUMENT;
    if (distinct->exact) {
        *out_low = *out_high = (double)distinct->n;
        return DRIFT_OK;
    }
    /* The relative variance of the sum is (3 ln 2 - 1) / m: that of a gamma law of this shape. */
    double shape = ldexp(1, (int)distinct->precision) / (3 * log(2) - 1);
    double outside = (1 - confidence) / 2;
    double used, estimate = from_registers(distinct, &used);
    double low = estimate * drift__chi_square_quantile(1 - outside, 2 * shape) / (2 * shape);
    double high = estimate * drift__chi_square_quantile(outside, 2 * shape) / (2 * shape);
    *out_low = within_certain(distinct, low, used);
    *out_high = within_certain(distinct, high, used);
    return DRIFT_OK;
}
