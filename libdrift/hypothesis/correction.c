/* SPDX-License-Identifier: Apache-2.0
 *
 * correction.c: adjusting p-values for the number of tests.
 */
#include <drift/hypothesis.h>
#include <math.h>
#include <stdlib.h>

#include "core/memory.h"

typedef struct ranked {
    double p;
    size_t at;
} ranked;

static int smaller_first(const void *left, const void *right)
{
    const ranked *a = left, *b = right;
    if (a->p != b->p)
        return a->p < b->p ? -1 : 1;
    return (a->at > b->at) - (a->at < b->at);
}

/* Factor of the p-value with `rank` (1 = smallest) of n. */
static double factor(drift_correction correction, size_t rank, size_t n, double harmonic)
{
    switch (correction) {
    case DRIFT_CORRECTION_HOLM:
        return (double)(n - rank + 1);
    case DRIFT_CORRECTION_BONFERRONI:
        return (double)n;
    case DRIFT_CORRECTION_BH:
        return (double)n / (double)rank;
    case DRIFT_CORRECTION_BY:
        return (double)n / (double)rank * harmonic;
    case DRIFT_CORRECTION_NONE:
        return 1;
    }
    return (double)n;
}

drift_status drift_adjust_p_values(const double *p_values, size_t n, drift_correction correction,
                                   double *out_adjusted)
{
    if ((!p_values || !out_adjusted) && n)
        return DRIFT_ERR_INVALID_ARGUMENT;
    if (correction > DRIFT_CORRECTION_NONE)
        return DRIFT_ERR_INVALID_ARGUMENT;
    for (size_t i = 0; i < n; i++)
        if (!(p_values[i] >= 0 && p_values[i] <= 1))
            return DRIFT_ERR_INVALID_ARGUMENT;
    drift_allocator memory = drift__allocator(NULL);
    ranked *order = drift__allocate(&memory, n, sizeof *order);
    if (!order)
        return DRIFT_ERR_OUT_OF_MEMORY;
    double harmonic = 0;
    for (size_t i = 0; i < n; i++) {
        order[i] = (ranked){p_values[i], i};
        harmonic += 1 / (double)(i + 1);
    }
    if (n)
        qsort(order, n, sizeof *order, smaller_first);
    int step_up = correction == DRIFT_CORRECTION_BH || correction == DRIFT_CORRECTION_BY;
    double running = step_up ? 1 : 0;
    for (size_t i = 0; i < n; i++) {
        size_t rank = step_up ? n - i : i + 1;
        double adjusted = order[rank - 1].p * factor(correction, rank, n, harmonic);
        adjusted = adjusted < 1 ? adjusted : 1;
        /* Holm's must not fall, Benjamini's must not rise on the way. */
        if (step_up ? adjusted < running : adjusted > running)
            running = adjusted;
        out_adjusted[order[rank - 1].at] =
            correction == DRIFT_CORRECTION_NONE ? order[rank - 1].p : running;
    }
    drift__release(&memory, order);
    return DRIFT_OK;
}
