/* SPDX-License-Identifier: Apache-2.0
 *
 * ks_weighted.c: Kolmogorov & Smirnov's distance of weighted samples; limit law
 * with Kish's (1965) effective sizes (sum w)^2 / sum w^2.
 */
#include <drift/hypothesis.h>
#include <math.h>

#include "core/memory.h"
#include "core/sorted.h"
#include "hypothesis/ks.h"

typedef struct weighted_sample {
    drift__weighted *items;
    size_t n;
    long double total;
} weighted_sample;

static double effective_size(const weighted_sample *s)
{
    long double squares = 0;
    for (size_t i = 0; i < s->n; i++)
        squares += (long double)s->items[i].weight * s->items[i].weight;
    return (double)(s->total * s->total / squares);
}

static long double advance(const weighted_sample *s, double to, size_t *at)
{
    long double sum = 0;
    for (; *at < s->n && s->items[*at].value <= to; (*at)++)
        sum += s->items[*at].weight;
    return sum;
}

static double distance(const weighted_sample *x, const weighted_sample *y)
{
    long double f = 0, g = 0, largest = 0;
    for (size_t i = 0, j = 0; i < x->n && j < y->n;) {
        double a = x->items[i].value, b = y->items[j].value, to = a < b ? a : b;
        f += advance(x, to, &i);
        g += advance(y, to, &j);
        long double here = fabsl(f / x->total - g / y->total);
        largest = here > largest ? here : largest;
    }
    /* Equal sums that were added in a different order may differ in the last digit. */
    return largest < 1e-17L ? 0 : largest > 1 ? 1 : (double)largest;
}

drift_status drift_ks_2samp_weighted(const double *reference, const double *reference_weights,
                                     size_t n_reference, const double *current,
                                     const double *current_weights, size_t n_current,
                                     double *out_statistic, double *out_p_value)
{
    if (!out_statistic || !out_p_value || (!reference && n_reference) || (!current && n_current))
        return DRIFT_ERR_INVALID_ARGUMENT;
    if (!n_reference || !n_current)
        return DRIFT_ERR_NOT_ENOUGH_DATA;
    drift_allocator memory = drift__allocator(NULL);
    weighted_sample x = {NULL, n_reference, 0}, y = {NULL, n_current, 0};
    drift_status status = drift__sorted_weighted(reference, reference_weights, n_reference, &memory,
                                                 &x.items, &x.total);
    if (!status)
        status = drift__sorted_weighted(current, current_weights, n_current, &memory, &y.items,
                                        &y.total);
    if (!status) {
        *out_statistic = distance(&x, &y);
        *out_p_value = drift__ks_limit_tail(*out_statistic, effective_size(&x), effective_size(&y));
    }
    drift__release(&memory, x.items);
    drift__release(&memory, y.items);
    return status;
}
