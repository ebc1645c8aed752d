/* SPDX-License-Identifier: Apache-2.0
 *
 * permutation.c: the p-value of any statistic of two samples by random
 * relabelling of their rows. With the observed labelling counted among the
 * others the test is exact whatever the statistic (Phipson & Smyth 2010).
 */
#include <drift/hypothesis.h>
#include <math.h>
#include <string.h>

#include "core/memory.h"
#include "core/random.h"

typedef struct relabelling {
    double *rows; /* reference first, then current */
    size_t n_reference, n_current, dimensions;
    drift_two_sample_statistic statistic;
    void *context;
} relabelling;

static drift_status evaluate(const relabelling *r, double *out_value)
{
    double value = NAN;
    drift_status status =
        r->statistic(r->rows, r->n_reference, r->rows + r->n_reference * r->dimensions,
                     r->n_current, r->context, &value);
    if (status)
        return status;
    if (isnan(value))
        return DRIFT_ERR_NOT_ENOUGH_DATA;
    *out_value = value;
    return DRIFT_OK;
}

static void swap_rows(const relabelling *r, size_t i, size_t j)
{
    for (size_t d = 0; d < r->dimensions; d++) {
        double kept = r->rows[i * r->dimensions + d];
        r->rows[i * r->dimensions + d] = r->rows[j * r->dimensions + d];
        r->rows[j * r->dimensions + d] = kept;
    }
}

/* As many rows as the smaller sample has are drawn to one end: all that a new labelling needs. */
static void relabel(const relabelling *r, drift__random *random)
{
    size_t n = r->n_reference + r->n_current;
    if (r->n_reference <= r->n_current) {
        for (size_t i = 0; i < r->n_reference; i++)
            swap_rows(r, i, i + (size_t)drift__random_below(random, n - i));
        return;
    }
    for (size_t i = n - 1; i >= r->n_reference; i--)
        swap_rows(r, i, (size_t)drift__random_below(random, i + 1));
}

static drift_status count(const relabelling *r, size_t resamples, uint64_t seed, double observed,
                          size_t *out_above, size_t *out_below)
{
    drift__random random = {seed};
    /* Sums in another order differ in their last digits: that is no difference. */
    double slack = 1e-12 * fabs(observed);
    *out_above = *out_below = 1;
    for (size_t k = 0; k < resamples; k++) {
        double value;
        relabel(r, &random);
        drift_status status = evaluate(r, &value);
        if (status)
            return status;
        *out_above += value >= observed - slack;
        *out_below += value <= observed + slack;
    }
    return DRIFT_OK;
}

static double p_value(drift_alternative alternative, size_t above, size_t below, size_t resamples)
{
    size_t as_extreme = alternative == DRIFT_LESS      ? below
                        : alternative == DRIFT_GREATER ? above
                        : above < below                ? 2 * above
                                                       : 2 * below;
    double p = (double)as_extreme / ((double)resamples + 1);
    return p < 1 ? p : 1;
}

drift_status drift_permutation_test(const double *reference, size_t n_reference,
                                    const double *current, size_t n_current, size_t dimensions,
                                    drift_two_sample_statistic statistic, void *context,
                                    drift_alternative alternative, size_t resamples, uint64_t seed,
                                    double *out_statistic, double *out_p_value)
{
    size_t rows, cells, above, below;
    double observed;
    if (!out_statistic || !out_p_value || !statistic || !dimensions || !resamples ||
        alternative > DRIFT_GREATER || (!reference && n_reference) || (!current && n_current))
        return DRIFT_ERR_INVALID_ARGUMENT;
    if (!n_reference || !n_current)
        return DRIFT_ERR_NOT_ENOUGH_DATA;
    if (__builtin_add_overflow(n_reference, n_current, &rows) ||
        __builtin_mul_overflow(rows, dimensions, &cells) || resamples > SIZE_MAX / 4)
        return DRIFT_ERR_OVERFLOW;
    drift_allocator memory = drift__allocator(NULL);
    relabelling r = {drift__allocate(&memory, cells, sizeof(double)),
                     n_reference,
                     n_current,
                     dimensions,
                     statistic,
                     context};
    if (!r.rows)
        return DRIFT_ERR_OUT_OF_MEMORY;
    memcpy(r.rows, reference, n_reference * dimensions * sizeof(double));
    memcpy(r.rows + n_reference * dimensions, current, n_current * dimensions * sizeof(double));
    drift_status status = evaluate(&r, &observed);
    if (!status)
        status = count(&r, resamples, seed, observed, &above, &below);
    drift__release(&memory, r.rows);
    if (status)
        return status;
    *out_statistic = observed;
    *out_p_value = p_value(alternative, above, below, resamples);
    return DRIFT_OK;
}
