/* SPDX-License-Identifier: Apache-2.0
 *
 * wasserstein.c: distances of two raw samples between their distribution
 * functions: the area (Wasserstein-1) and the squared area (energy).
 */
#include <drift/distance.h>
#include <math.h>

#include "core/memory.h"
#include "core/sorted.h"

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

static drift_status measure(const double *reference, const double *reference_weights,
                            size_t n_reference, const double *current,
                            const double *current_weights, size_t n_current, int power,
                            double *out_area)
{
    if (!out_area || (!reference && n_reference) || (!current && n_current))
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift_allocator memory = drift__allocator(NULL);
    weighted_sample x = {NULL, n_reference, 0}, y = {NULL, n_current, 0};
    drift_status status = drift__sorted_weighted(reference, reference_weights, n_reference, &memory,
                                                 &x.values, &x.sum);
    if (!status)
        status =
            drift__sorted_weighted(current, current_weights, n_current, &memory, &y.values, &y.sum);
    double value = status ? 0 : area(&x, &y, power);
    if (!status && !isfinite(value))
        status = DRIFT_ERR_OVERFLOW;
    drift__release(&memory, x.values);
    drift__release(&memory, y.values);
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
