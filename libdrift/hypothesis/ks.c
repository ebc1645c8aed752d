/* SPDX-License-Identifier: Apache-2.0
 *
 * ks.c: laws of the two-sample Kolmogorov-Smirnov distance: limit law with
 * Stephens' correction, exact law with ties (Schroer & Trenkler 1995).
 */
#include <drift/hypothesis.h>
#include <math.h>

#include "core/memory.h"
#include "hypothesis/ks.h"

static const double MOST_LATTICE = 1e7;

static double limit_tail(double lambda)
{
    if (lambda < 0.04) /* 1 - p is below 1e-300 */
        return 1;
    double sum = 0;
    if (lambda < 1.18) {
        /* The dual series converges where the alternating one does not. */
        const double step = M_PI * M_PI / (8 * lambda * lambda);
        for (int j = 1; j <= 9; j += 2)
            sum += exp(-j * j * step);
        double p = 1 - sqrt(2 * M_PI) / lambda * sum;
        return p < 0 ? 0 : p > 1 ? 1 : p;
    }
    for (int j = 1; j < 20; j++) {
        double term = exp(-2.0 * j * j * lambda * lambda);
        sum += j % 2 ? term : -term;
    }
    return 2 * sum > 1 ? 1 : 2 * sum;
}

double drift__ks_limit_tail(double d, double n_reference, double n_current)
{
    double root = sqrt(1 / (1 / n_reference + 1 / n_current));
    return limit_tail((root + 0.12 + 0.11 / root) * d);
}

drift_status drift_ks_p_value(double d, uint64_t n_reference, uint64_t n_current,
                              double *out_p_value)
{
    if (!out_p_value || !(d >= 0 && d <= 1))
        return DRIFT_ERR_INVALID_ARGUMENT;
    if (!n_reference || !n_current)
        return DRIFT_ERR_NOT_ENOUGH_DATA;
    *out_p_value = drift__ks_limit_tail(d, (double)n_reference, (double)n_current);
    return DRIFT_OK;
}

/* Distance in lattice units: positive where the smaller sample's share runs ahead. */
static int beyond(const drift__lattice *lattice, uint64_t i, uint64_t t)
{
    double distance = (double)i * (double)lattice->large - (double)(t - i) * (double)lattice->small;
    double signed_distance = lattice->side ? lattice->side * distance : fabs(distance);
    return signed_distance >= lattice->limit;
}

static void draw(const drift__lattice *lattice, uint64_t t, double *weight)
{
    double remaining = (double)lattice->small + (double)lattice->large - (double)t;
    for (uint64_t i = (t < lattice->small ? t : lattice->small) + 1; i-- > 0;) {
        double w = weight[i];
        if (i < lattice->small)
            weight[i + 1] += w * ((double)(lattice->small - i) / remaining);
        double others = (double)lattice->large - (double)(t - i);
        weight[i] = others > 0 ? w * (others / remaining) : 0;
    }
}

static double cut(const drift__lattice *lattice, uint64_t t, double *weight)
{
    double sum = 0;
    for (uint64_t i = 0; i <= (t < lattice->small ? t : lattice->small); i++)
        if (beyond(lattice, i, t)) {
            sum += weight[i];
            weight[i] = 0;
        }
    return sum;
}

/*
 * Walk over the pooled sample: weight[i] is the probability, under random
 * labels, that i of the first t values belong to the smaller sample and that
 * no tie block so far ended at or beyond the limit. What is cut is summed.
 */
double drift__lattice_mass(const drift__lattice *lattice, double *weight)
{
    double sum = 0;
    uint64_t t = 0, pooled = lattice->small + lattice->large;
    for (uint64_t i = 0; i <= lattice->small; i++)
        weight[i] = i == 0;
    for (size_t block = 0; t < pooled; block++) {
        for (uint64_t left = lattice->blocks ? lattice->blocks[block] : 1; left; left--, t++)
            draw(lattice, t, weight);
        sum += cut(lattice, t, weight);
    }
    return sum < 1 ? sum : 1;
}

drift_status drift__lattice_tail(const drift__lattice *lattice, double *out_p_value)
{
    if ((double)lattice->small * (double)lattice->large > MOST_LATTICE)
        return DRIFT_ERR_UNSUPPORTED;
    if (lattice->limit <= 0) {
        *out_p_value = 1;
        return DRIFT_OK;
    }
    drift_allocator memory = drift__allocator(NULL);
    double *weight = drift__allocate(&memory, (size_t)lattice->small + 1, sizeof *weight);
    if (!weight)
        return DRIFT_ERR_OUT_OF_MEMORY;
    *out_p_value = drift__lattice_mass(lattice, weight);
    drift__release(&memory, weight);
    return DRIFT_OK;
}

drift_status drift_ks_p_value_exact(double d, uint64_t n_reference, uint64_t n_current,
                                    const uint64_t *blocks, size_t n_blocks, double *out_p_value)
{
    if (!out_p_value || !(d >= 0 && d <= 1) || (!blocks && n_blocks))
        return DRIFT_ERR_INVALID_ARGUMENT;
    if (!n_reference || !n_current)
        return DRIFT_ERR_NOT_ENOUGH_DATA;
    if ((double)n_reference * (double)n_current > MOST_LATTICE)
        return DRIFT_ERR_UNSUPPORTED;
    uint64_t pooled = 0;
    for (size_t i = 0; i < n_blocks; i++)
        if (__builtin_add_overflow(pooled, blocks[i], &pooled))
            return DRIFT_ERR_INVALID_ARGUMENT;
    if (pooled != n_reference + n_current)
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift__lattice lattice = {n_reference, n_current, 0, blocks, 0};
    if (n_current < n_reference) {
        lattice.small = n_current;
        lattice.large = n_reference;
    }
    lattice.limit = d * (double)n_reference * (double)n_current * (1 - 1e-12);
    return drift__lattice_tail(&lattice, out_p_value);
}
