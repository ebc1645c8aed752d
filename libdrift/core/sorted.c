/* SPDX-License-Identifier: Apache-2.0
 *
 * sorted.c: copies in rising order, values alone by their keys in linear time.
 */
#include "core/sorted.h"

#include <math.h>
#include <stdlib.h>

#include "core/key.h"
#include "core/memory.h"
#include "core/sort.h"

static int rising(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

drift_status drift__sorted_copy(const double *values, size_t n, int finite,
                                const drift_allocator *memory, double **out_sorted)
{
    for (size_t i = 0; i < n; i++)
        if (isnan(values[i]) || (finite && isinf(values[i])))
            return DRIFT_ERR_INVALID_ARGUMENT;
    double *sorted = drift__allocate(memory, n, sizeof *sorted);
    int64_t *keys = n <= SIZE_MAX / 2 ? drift__allocate(memory, 2 * n, sizeof *keys) : NULL;
    if (!sorted || !keys) {
        drift__release(memory, sorted);
        drift__release(memory, keys);
        return DRIFT_ERR_OUT_OF_MEMORY;
    }
    for (size_t i = 0; i < n; i++)
        keys[i] = drift__key(values[i]);
    drift__sort_keys(keys, n, keys + n);
    for (size_t i = 0; i < n; i++)
        sorted[i] = drift__key_double(keys[i]);
    drift__release(memory, keys);
    *out_sorted = sorted;
    return DRIFT_OK;
}

drift_status drift__sorted_weighted(const double *values, const double *weights, size_t n,
                                    const drift_allocator *memory, drift__weighted **out_sorted,
                                    long double *out_sum)
{
    long double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double weight = weights ? weights[i] : 1;
        if (!isfinite(values[i]) || !(weight >= 0) || isinf(weight))
            return DRIFT_ERR_INVALID_ARGUMENT;
        sum += (long double)weight;
    }
    if (!(sum > 0))
        return DRIFT_ERR_NOT_ENOUGH_DATA;
    drift__weighted *sorted = drift__allocate(memory, n, sizeof *sorted);
    if (!sorted)
        return DRIFT_ERR_OUT_OF_MEMORY;
    for (size_t i = 0; i < n; i++)
        sorted[i] = (drift__weighted){values[i], weights ? weights[i] : 1};
    /* The value stands first, so the order of doubles is the order of pairs. */
    qsort(sorted, n, sizeof *sorted, rising);
    *out_sorted = sorted;
    *out_sum = sum;
    return DRIFT_OK;
}
