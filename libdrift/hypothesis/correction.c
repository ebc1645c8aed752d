/* SPDX-License-Identifier: Apache-2.0
 *
 * correction.c: adjusting p-values for the number of tests.
 */
#include <drift/hypothesis.h>
#include <math.h>
#include <stdlib.h>

#include "core/memory.h"

typedef struct ranked {
    double q;      /* p over its weight, weights at mean 1 */
    double weight; /* at mean 1 */
    size_t at;
} ranked;

static int smaller_first(const void *left, const void *right)
{
    const ranked *a = left, *b = right;
    if (a->q != b->q)
        return a->q < b->q ? -1 : 1;
    return (a->at > b->at) - (a->at < b->at);
}

/* Falling steps (Holm): the weight that is left counts; what is adjusted must not fall. */
static void step_down(const ranked *order, size_t n, double *out_adjusted)
{
    double left = 0, running = 0;
    for (size_t i = 0; i < n; i++)
        left += order[i].weight;
    for (size_t i = 0; i < n; i++) {
        double adjusted = order[i].q * (left > order[i].weight ? left : order[i].weight);
        adjusted = adjusted < 1 ? adjusted : 1;
        running = adjusted > running ? adjusted : running;
        out_adjusted[order[i].at] = running;
        left -= order[i].weight;
    }
}

/* Rising steps (Benjamini): what is adjusted must not rise on the way. */
static void step_up(const ranked *order, size_t n, double factor, double *out_adjusted)
{
    double running = 1;
    for (size_t i = n; i-- > 0;) {
        double adjusted = order[i].q * ((double)n / (double)(i + 1)) * factor;
        running = adjusted < running ? adjusted : running;
        out_adjusted[order[i].at] = running;
    }
}

static void adjust(const ranked *order, size_t n, drift_correction correction, double *out_adjusted)
{
    double harmonic = 0;
    switch (correction) {
    case DRIFT_CORRECTION_HOLM:
        step_down(order, n, out_adjusted);
        return;
    case DRIFT_CORRECTION_BH:
        step_up(order, n, 1, out_adjusted);
        return;
    case DRIFT_CORRECTION_BY:
        for (size_t i = 0; i < n; i++)
            harmonic += 1 / (double)(i + 1);
        step_up(order, n, harmonic, out_adjusted);
        return;
    default:
        for (size_t i = 0; i < n; i++) {
            double adjusted = correction == DRIFT_CORRECTION_BONFERRONI
                                  ? order[i].q * (double)n
                                  : order[i].q * order[i].weight;
            out_adjusted[order[i].at] = adjusted < 1 ? adjusted : 1;
        }
    }
}

drift_status drift_adjust_p_values_weighted(const double *p_values, const double *weights, size_t n,
                                            drift_correction correction, double *out_adjusted)
{
    if ((!p_values || !out_adjusted) && n)
        return DRIFT_ERR_INVALID_ARGUMENT;
    if (correction > DRIFT_CORRECTION_NONE)
        return DRIFT_ERR_INVALID_ARGUMENT;
    double total = 0;
    for (size_t i = 0; i < n; i++) {
        double weight = weights ? weights[i] : 1;
        if (!(p_values[i] >= 0 && p_values[i] <= 1) || !(weight > 0) || isinf(weight))
            return DRIFT_ERR_INVALID_ARGUMENT;
        total += weight;
    }
    drift_allocator memory = drift__allocator(NULL);
    ranked *order = drift__allocate(&memory, n, sizeof *order);
    if (!order)
        return DRIFT_ERR_OUT_OF_MEMORY;
    for (size_t i = 0; i < n; i++) {
        double weight = weights ? weights[i] * ((double)n / total) : 1;
        order[i] = (ranked){p_values[i] / weight, weight, i};
    }
    if (n)
        qsort(order, n, sizeof *order, smaller_first);
    adjust(order, n, correction, out_adjusted);
    drift__release(&memory, order);
    return DRIFT_OK;
}

drift_status drift_adjust_p_values(const double *p_values, size_t n, drift_correction correction,
                                   double *out_adjusted)
{
    return drift_adjust_p_values_weighted(p_values, NULL, n, correction, out_adjusted);
}
