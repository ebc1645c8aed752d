/* SPDX-License-Identifier: Apache-2.0
 *
 * wasserstein.c: the exact distance of two raw samples, the area between their
 * distribution functions.
 */
#include <drift/distance.h>
#include <math.h>
#include <stdlib.h>

#include "core/memory.h"

static int rising(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double *sorted_copy(drift_allocator *memory, const double *values, size_t n)
{
    double *copy = drift__allocate(memory, n, sizeof *copy);
    if (!copy)
        return NULL;
    for (size_t i = 0; i < n; i++)
        copy[i] = values[i];
    qsort(copy, n, sizeof *copy, rising);
    return copy;
}

static double area(const double *x, size_t n, const double *y, size_t m)
{
    size_t i = 0, j = 0;
    double sum = 0, at = x[0] < y[0] ? x[0] : y[0];
    while (i < n || j < m) {
        double next = j >= m || (i < n && x[i] <= y[j]) ? x[i] : y[j];
        double height = (double)i / (double)n - (double)j / (double)m;
        sum += fabs(height) * (next - at);
        at = next;
        while (i < n && x[i] == at)
            i++;
        while (j < m && y[j] == at)
            j++;
    }
    return sum;
}

drift_status drift_wasserstein(const double *reference, size_t n_reference, const double *current,
                               size_t n_current, double *out_value)
{
    if (!out_value || (!reference && n_reference) || (!current && n_current))
        return DRIFT_ERR_INVALID_ARGUMENT;
    if (!n_reference || !n_current)
        return DRIFT_ERR_NOT_ENOUGH_DATA;
    for (size_t i = 0; i < n_reference; i++)
        if (!isfinite(reference[i]))
            return DRIFT_ERR_INVALID_ARGUMENT;
    for (size_t i = 0; i < n_current; i++)
        if (!isfinite(current[i]))
            return DRIFT_ERR_INVALID_ARGUMENT;
    drift_allocator memory = drift__allocator(NULL);
    double *x = sorted_copy(&memory, reference, n_reference);
    double *y = sorted_copy(&memory, current, n_current), value = 0;
    drift_status status = x && y ? DRIFT_OK : DRIFT_ERR_OUT_OF_MEMORY;
    if (!status) {
        value = area(x, n_reference, y, n_current);
        if (!isfinite(value))
            status = DRIFT_ERR_OVERFLOW;
    }
    drift__release(&memory, x);
    drift__release(&memory, y);
    if (!status)
        *out_value = value;
    return status;
}
