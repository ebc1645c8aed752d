/* SPDX-License-Identifier: Apache-2.0
 *
 * mmd.c: squared maximum mean discrepancy under the Gaussian kernel, by all
 * pairs (Gretton et al. 2012) and by random Fourier features (Rahimi & Recht 2007).
 */
#include <drift/distance.h>
#include <math.h>

#include "core/memory.h"
#include "core/random.h"

static drift_status check(const double *values, size_t n, size_t dimensions)
{
    size_t cells;
    if ((!values && n) || !dimensions)
        return DRIFT_ERR_INVALID_ARGUMENT;
    if (__builtin_mul_overflow(n, dimensions, &cells))
        return DRIFT_ERR_OVERFLOW;
    for (size_t i = 0; i < cells; i++)
        if (!isfinite(values[i]))
            return DRIFT_ERR_INVALID_ARGUMENT;
    return DRIFT_OK;
}

static double kernel(const double *x, const double *y, size_t dimensions, double sigma)
{
    double square = 0;
    for (size_t d = 0; d < dimensions; d++) {
        double step = (x[d] - y[d]) / sigma; /* may be infinite: then the kernel is 0 */
        square += step * step;
    }
    return exp(-square / 2);
}

/* Mean of the kernel over all pairs: the same sum for equal samples, whichever the pair. */
static long double mean_across(const double *x, size_t n, const double *y, size_t m,
                               size_t dimensions, double sigma)
{
    long double sum = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < m; j++)
            sum += (long double)kernel(x + i * dimensions, y + j * dimensions, dimensions, sigma);
    return sum / ((long double)n * (long double)m);
}

/* Over the pairs of different rows of one sample. */
static long double mean_within(const double *x, size_t n, size_t dimensions, double sigma)
{
    long double sum = 0, rows = (long double)n;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++)
            sum += (long double)kernel(x + i * dimensions, x + j * dimensions, dimensions, sigma);
    return 2 * sum / rows / (rows - 1);
}

drift_status drift_mmd_rbf(const double *reference, size_t n_reference, const double *current,
                           size_t n_current, size_t dimensions, double sigma, int unbiased,
                           double *out_value)
{
    if (!out_value || !(sigma > 0) || isinf(sigma))
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift_status status = check(reference, n_reference, dimensions);
    if (!status)
        status = check(current, n_current, dimensions);
    if (status)
        return status;
    size_t least = unbiased ? 2 : 1;
    if (n_reference < least || n_current < least)
        return DRIFT_ERR_NOT_ENOUGH_DATA;
    long double across = mean_across(reference, n_reference, current, n_current, dimensions, sigma);
    if (unbiased) {
        *out_value = (double)(mean_within(reference, n_reference, dimensions, sigma) +
                              mean_within(current, n_current, dimensions, sigma) - 2 * across);
        return DRIFT_OK;
    }
    long double value =
        mean_across(reference, n_reference, reference, n_reference, dimensions, sigma) - across +
        (mean_across(current, n_current, current, n_current, dimensions, sigma) - across);
    *out_value = (double)(value > 0 ? value : 0);
    return DRIFT_OK;
}

/* Means of cos and sin of one random direction over a sample. */
static void mean_feature(const double *values, size_t n, size_t dimensions, const double *direction,
                         double *out_cosine, double *out_sine)
{
    long double cosine = 0, sine = 0;
    for (size_t i = 0; i < n; i++) {
        double angle = 0;
        for (size_t d = 0; d < dimensions; d++)
            angle += direction[d] * values[i * dimensions + d];
        cosine += (long double)cos(angle);
        sine += (long double)sin(angle);
    }
    *out_cosine = (double)(cosine / (long double)n);
    *out_sine = (double)(sine / (long double)n);
}

drift_status drift_mmd_rbf_features(const double *reference, size_t n_reference,
                                    const double *current, size_t n_current, size_t dimensions,
                                    double sigma, size_t n_features, uint64_t seed,
                                    double *out_value)
{
    if (!out_value || !(sigma > 0) || isinf(sigma) || !n_features)
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift_status status = check(reference, n_reference, dimensions);
    if (!status)
        status = check(current, n_current, dimensions);
    if (status)
        return status;
    if (!n_reference || !n_current)
        return DRIFT_ERR_NOT_ENOUGH_DATA;
    drift_allocator memory = drift__allocator(NULL);
    double *direction = drift__allocate(&memory, dimensions, sizeof *direction);
    if (!direction)
        return DRIFT_ERR_OUT_OF_MEMORY;
    drift__random random = {seed};
    long double sum = 0;
    /* A cosine and a sine of each direction: their product sums to the kernel without phases. */
    for (size_t k = 0; k < n_features; k++) {
        double c[2], s[2];
        for (size_t d = 0; d < dimensions; d++)
            direction[d] = drift__random_normal(&random) / sigma;
        mean_feature(reference, n_reference, dimensions, direction, &c[0], &s[0]);
        mean_feature(current, n_current, dimensions, direction, &c[1], &s[1]);
        sum += (long double)((c[0] - c[1]) * (c[0] - c[1]) + (s[0] - s[1]) * (s[0] - s[1]));
    }
    drift__release(&memory, direction);
    if (!isfinite((double)sum))
        return DRIFT_ERR_OVERFLOW; /* values too large for this sigma: no angle is left */
    *out_value = (double)(sum / (long double)n_features);
    return DRIFT_OK;
}
