/* SPDX-License-Identifier: Apache-2.0
 *
 * ties.c: blocks of equal values of two samples, by sorting each and merging.
 */
#include "hypothesis/ties.h"

#include <math.h>
#include <string.h>

#include "core/memory.h"
#include "core/sort.h"

/* Doubles in the order of their values as integers; -0 and +0 are one. */
static int64_t order_key(double value)
{
    double normal = value + 0.0;
    int64_t bits;
    memcpy(&bits, &normal, sizeof bits);
    return bits ^ (int64_t)((uint64_t)(bits >> 63) >> 1);
}

static drift_status sorted(const double *values, size_t n, int64_t *keys, int64_t *scratch)
{
    for (size_t i = 0; i < n; i++) {
        if (isnan(values[i]))
            return DRIFT_ERR_INVALID_ARGUMENT;
        keys[i] = order_key(values[i]);
    }
    drift__sort_keys(keys, n, scratch);
    return DRIFT_OK;
}

static size_t run(const int64_t *keys, size_t n, size_t from, int64_t key)
{
    size_t end = from;
    while (end < n && keys[end] == key)
        end++;
    return end - from;
}

static void merge(const int64_t *x, size_t n, const int64_t *y, size_t m, drift__ties *out)
{
    for (size_t i = 0, j = 0; i < n || j < m; out->n++) {
        int64_t key = j >= m || (i < n && x[i] <= y[j]) ? x[i] : y[j];
        size_t in_x = run(x, n, i, key), in_y = run(y, m, j, key);
        out->reference[out->n] = in_x;
        out->current[out->n] = in_y;
        i += in_x;
        j += in_y;
    }
}

static drift_status allocate(drift__ties *ties, size_t capacity)
{
    drift_allocator memory = drift__allocator(NULL);
    *ties = (drift__ties){0};
    ties->reference = drift__allocate(&memory, capacity, sizeof *ties->reference);
    ties->current = drift__allocate(&memory, capacity, sizeof *ties->current);
    if (ties->reference && ties->current)
        return DRIFT_OK;
    drift__ties_release(ties);
    return DRIFT_ERR_OUT_OF_MEMORY;
}

static drift_status fill_values(const double *reference, size_t n, const double *current, size_t m,
                                int64_t *keys, int64_t *scratch, drift__ties *out)
{
    drift_status status = sorted(reference, n, keys, scratch);
    if (!status)
        status = sorted(current, m, keys + n, scratch);
    if (status)
        return status;
    status = allocate(out, n + m);
    if (status)
        return status;
    out->n_reference = n;
    out->n_current = m;
    merge(keys, n, keys + n, m, out);
    return DRIFT_OK;
}

drift_status drift__ties_of_values(const double *reference, size_t n_reference,
                                   const double *current, size_t n_current, drift__ties *out)
{
    if ((!reference && n_reference) || (!current && n_current))
        return DRIFT_ERR_INVALID_ARGUMENT;
    if (!n_reference || !n_current)
        return DRIFT_ERR_NOT_ENOUGH_DATA;
    size_t pooled, larger = n_reference > n_current ? n_reference : n_current;
    if (__builtin_add_overflow(n_reference, n_current, &pooled))
        return DRIFT_ERR_OVERFLOW;
    drift_allocator memory = drift__allocator(NULL);
    int64_t *keys = drift__allocate(&memory, pooled, sizeof *keys);
    int64_t *scratch = drift__allocate(&memory, larger, sizeof *scratch);
    drift_status status = keys && scratch ? fill_values(reference, n_reference, current, n_current,
                                                        keys, scratch, out)
                                          : DRIFT_ERR_OUT_OF_MEMORY;
    drift__release(&memory, keys);
    drift__release(&memory, scratch);
    return status;
}

/* 1 where the sum is at most 2^62, so that both sums together fit 64 bits. */
static int total_of(const uint64_t *counts, size_t n, uint64_t *out_total)
{
    uint64_t total = 0;
    for (size_t k = 0; k < n; k++) {
        if (counts[k] > (1ULL << 62) - total)
            return 0;
        total += counts[k];
    }
    *out_total = total;
    return 1;
}

drift_status drift__ties_of_counts(const uint64_t *reference, const uint64_t *current, size_t n,
                                   drift__ties *out)
{
    if (!reference || !current || !n)
        return DRIFT_ERR_INVALID_ARGUMENT;
    uint64_t n_reference, n_current;
    if (!total_of(reference, n, &n_reference) || !total_of(current, n, &n_current))
        return DRIFT_ERR_OVERFLOW;
    if (!n_reference || !n_current)
        return DRIFT_ERR_NOT_ENOUGH_DATA;
    drift_status status = allocate(out, n);
    if (status)
        return status;
    out->n_reference = n_reference;
    out->n_current = n_current;
    for (size_t k = 0; k < n; k++)
        if (reference[k] | current[k]) {
            out->reference[out->n] = reference[k];
            out->current[out->n++] = current[k];
        }
    return DRIFT_OK;
}

void drift__ties_release(drift__ties *ties)
{
    drift_allocator memory = drift__allocator(NULL);
    drift__release(&memory, ties->reference);
    drift__release(&memory, ties->current);
    *ties = (drift__ties){0};
}
