/* SPDX-License-Identifier: Apache-2.0
 *
 * ks.c: the two-sample Kolmogorov-Smirnov test: limit law with Stephens'
 * correction, exact law with ties (Schroer & Trenkler 1995), raw samples.
 */
#include <drift/hypothesis.h>
#include <math.h>
#include <stdlib.h>

#include "core/memory.h"

static const double MOST_LATTICE = 1e7, EXACT_LATTICE = 1e6;

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

drift_status drift_ks_p_value(double d, uint64_t n_reference, uint64_t n_current,
                              double *out_p_value)
{
    if (!out_p_value || !(d >= 0 && d <= 1))
        return DRIFT_ERR_INVALID_ARGUMENT;
    if (!n_reference || !n_current)
        return DRIFT_ERR_NOT_ENOUGH_DATA;
    double effective = 1 / (1 / (double)n_reference + 1 / (double)n_current),
           root = sqrt(effective);
    *out_p_value = limit_tail((root + 0.12 + 0.11 / root) * d);
    return DRIFT_OK;
}

/*
 * Walk over the pooled sample: weight[i] is the probability, under random
 * labels, that i of the first t values belong to the smaller sample and that
 * no tie block so far ended at or beyond distance d. What is cut is summed.
 */
static double cut_mass(double d, uint64_t small, uint64_t large, const uint64_t *blocks,
                       size_t n_blocks, double *weight)
{
    double limit = d * (double)small * (double)large * (1 - 1e-12), cut = 0;
    double pooled = (double)small + (double)large;
    uint64_t t = 0;
    for (uint64_t i = 0; i <= small; i++)
        weight[i] = i == 0;
    for (size_t block = 0; block < n_blocks; block++) {
        for (uint64_t left = blocks[block]; left; left--, t++) {
            double remaining = pooled - (double)t;
            uint64_t most = t < small ? t : small;
            for (uint64_t i = most + 1; i-- > 0;) {
                double w = weight[i];
                if (i < small)
                    weight[i + 1] += w * ((double)(small - i) / remaining);
                double others = (double)large - (double)(t - i);
                weight[i] = others > 0 ? w * (others / remaining) : 0;
            }
        }
        for (uint64_t i = 0; i <= (t < small ? t : small); i++) {
            double distance = (double)i * (double)large - (double)(t - i) * (double)small;
            if (fabs(distance) >= limit) {
                cut += weight[i];
                weight[i] = 0;
            }
        }
    }
    return cut;
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
    if (d == 0) {
        *out_p_value = 1;
        return DRIFT_OK;
    }
    uint64_t small = n_reference < n_current ? n_reference : n_current;
    drift_allocator memory = drift__allocator(NULL);
    double *weight = drift__allocate(&memory, (size_t)small + 1, sizeof *weight);
    if (!weight)
        return DRIFT_ERR_OUT_OF_MEMORY;
    double p = cut_mass(d, small, pooled - small, blocks, n_blocks, weight);
    drift__release(&memory, weight);
    *out_p_value = p < 1 ? p : 1;
    return DRIFT_OK;
}

static int rising(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

typedef struct pooled_sample {
    double *x, *y;
    uint64_t *blocks;
    size_t n_blocks;
} pooled_sample;

/* Distance at the end of each block of equal values; the blocks' sizes on the way. */
static double walk(pooled_sample *s, size_t n, size_t m)
{
    size_t i = 0, j = 0;
    double largest = 0;
    while (i < n || j < m) {
        double at = j >= m || (i < n && s->x[i] <= s->y[j]) ? s->x[i] : s->y[j];
        size_t before = i + j;
        while (i < n && s->x[i] == at)
            i++;
        while (j < m && s->y[j] == at)
            j++;
        s->blocks[s->n_blocks++] = i + j - before;
        double distance = fabs((double)((long double)i * m - (long double)j * n));
        largest = distance > largest ? distance : largest;
    }
    return largest / ((double)n * (double)m);
}

static int fill(double *out, const double *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (isnan(values[i]))
            return 0;
        out[i] = values[i];
    }
    qsort(out, n, sizeof *out, rising);
    return 1;
}

drift_status drift_ks_2samp(const double *reference, size_t n_reference, const double *current,
                            size_t n_current, double *out_statistic, double *out_p_value)
{
    if (!out_statistic || !out_p_value || (!reference && n_reference) || (!current && n_current))
        return DRIFT_ERR_INVALID_ARGUMENT;
    if (!n_reference || !n_current)
        return DRIFT_ERR_NOT_ENOUGH_DATA;
    drift_allocator memory = drift__allocator(NULL);
    pooled_sample s = {0};
    double d = 0, p = 1;
    drift_status status = DRIFT_OK;
    s.x = drift__allocate(&memory, n_reference, sizeof *s.x);
    s.y = drift__allocate(&memory, n_current, sizeof *s.y);
    s.blocks = drift__allocate(&memory, n_reference + n_current, sizeof *s.blocks);
    if (!s.x || !s.y || !s.blocks)
        status = DRIFT_ERR_OUT_OF_MEMORY;
    else if (!fill(s.x, reference, n_reference) || !fill(s.y, current, n_current))
        status = DRIFT_ERR_INVALID_ARGUMENT;
    if (!status) {
        d = walk(&s, n_reference, n_current);
        if ((double)n_reference * (double)n_current <= EXACT_LATTICE)
            status = drift_ks_p_value_exact(d, n_reference, n_current, s.blocks, s.n_blocks, &p);
        else
            status = drift_ks_p_value(d, n_reference, n_current, &p);
    }
    drift__release(&memory, s.x);
    drift__release(&memory, s.y);
    drift__release(&memory, s.blocks);
    if (!status) {
        *out_statistic = d;
        *out_p_value = p;
    }
    return status;
}
