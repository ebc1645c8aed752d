/* SPDX-License-Identifier: Apache-2.0
 *
 * wasserstein.c: distances of two raw samples between their distribution
 * functions: the area (Wasserstein-1) and the squared area (energy).
 */
#include <drift/distance.h>
#include <math.h>

#include "core/memory.h"
#include "core/sorted.h"
#include "distance/wasserstein.h"

typedef struct weighted_sample {
    drift__weighted *values;
    size_t n;
    long double sum;
} weighted_sample;

/* Integral of |F - G|^power. F - G is (a B - b A) / (A B): exactly 0 where both have gone as far. */
static double area(const weighted_sample *x, const weighted_sample *y, int power)
{
    size_t i = 0, j = 0;
    long double sum = 0, a = 0, b = 0;
    double at = fmin(x->values[0].value, y->values[0].value);
    while (i < x->n || j < y->n) {
        double next = j >= y->n || (i < x->n && x->values[i].value <= y->values[j].value)
                          ? x->values[i].value
                          : y->values[j].value;
        long double height = fabsl(a * y->sum - b * x->sum) / x->sum / y->sum;
        sum += (power == 2 ? height * height : height) * ((long double)next - (long double)at);
        at = next;
        for (; i < x->n && x->values[i].value == at; i++)
            a += (long double)x->values[i].weight;
        for (; j < y->n && y->values[j].value == at; j++)
            b += (long double)y->values[j].weight;
    }
    return (double)sum;
}

/* The same of values of equal weight: the heights are whole numbers until the end. */
static double area_of_values(const double *x, size_t n, const double *y, size_t m, int power)
{
    const long double n_x = (long double)n, n_y = (long double)m;
    size_t i = 0, j = 0;
    long double sum = 0;
    double at = fmin(x[0], y[0]);
    while (i < n || j < m) {
        double next = j >= m || (i < n && x[i] <= y[j]) ? x[i] : y[j];
        long double height = fabsl((long double)i * n_y - (long double)j * n_x);
        sum += (power == 2 ? height * (height / n_x / n_y) : height) *
               ((long double)next - (long double)at);
        at = next;
        while (i < n && x[i] == at)
            i++;
        while (j < m && y[j] == at)
            j++;
    }
    return (double)(sum / n_x / n_y);
}

static drift_status measure_values(const double *reference, size_t n_reference,
                                   const double *current, size_t n_current, int power,
                                   double *out_area)
{
    drift_allocator memory = drift__allocator(NULL);
    double *x = NULL, *y = NULL;
    drift_status status = n_reference && n_current ? DRIFT_OK : DRIFT_ERR_NOT_ENOUGH_DATA;
    if (!status && power == 1) {
        status = drift__wasserstein_by_heaps(reference, n_reference, current, n_current, out_area);
        if (status != DRIFT_ERR_UNSUPPORTED)
            return status;
        status = DRIFT_OK;
    }
    if (!status)
        status = drift__sorted_copy(reference, n_reference, 1, &memory, &x);
    if (!status)
        status = drift__sorted_copy(current, n_current, 1, &memory, &y);
    if (!status)
        *out_area = area_of_values(x, n_reference, y, n_current, power);
    drift__release(&memory, x);
    drift__release(&memory, y);
    return status;
}

static drift_status measure_weighted(const double *reference, const double *reference_weights,
                                     size_t n_reference, const double *current,
                                     const double *current_weights, size_t n_current, int power,
                                     double *out_area)
{
    drift_allocator memory = drift__allocator(NULL);
    weighted_sample x = {NULL, n_reference, 0}, y = {NULL, n_current, 0};
    drift_status status = drift__sorted_weighted(reference, reference_weights, n_reference, &memory,
                                                 &x.values, &x.sum);
    if (!status)
        status =
            drift__sorted_weighted(current, current_weights, n_current, &memory, &y.values, &y.sum);
    if (!status)
        *out_area = area(&x, &y, power);
    drift__release(&memory, x.values);
    drift__release(&memory, y.values);
    return status;
}

static drift_status measure(const double *reference, const double *reference_weights,
                            size_t n_reference, const double *current,
                            const double *current_weights, size_t n_current, int power,
                            double *out_area)
{
    double value = 0;
    if (!out_area || (!reference && n_reference) || (!current && n_current))
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift_status status =
        reference_weights || current_weights
            ? measure_weighted(reference, reference_weights, n_reference, current, current_weights,
                               n_current, power, &value)
            : measure_values(reference, n_reference, current, n_current, power, &value);
    if (!status && !isfinite(value))
        status = DRIFT_ERR_OVERFLOW;
    if (!status)
        *out_area = value;
    return status;
}

drift_status drift_wasserstein(const double *reference, const double *reference_weights,
                               size_t n_reference, const double *current,
                               const double *current_weights, size_t n_current, double *out_value)
{
    return measure(reference, reference_weights, n_reference, current, current_weights, n_current,
                   1, out_value);
}

drift_status drift_energy(const double *reference, const double *reference_weights,
                          size_t n_reference, const double *current, const double *current_weights,
                          size_t n_current, double *out_value)
{
    double square = 0;
    if (!out_value)
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift_status status = measure(reference, reference_weights, n_reference, current,
                                  current_weights, n_current, 2, &square);
    if (!status)
        *out_value = sqrt(2 * square);
    return status;
}
