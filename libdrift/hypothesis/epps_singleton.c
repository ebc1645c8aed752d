/* SPDX-License-Identifier: Apache-2.0
 *
 * epps_singleton.c: Epps & Singleton's (1986) test: the empirical
 * characteristic functions of both samples at two points, scaled by the pooled
 * interquartile range, as a quadratic form in the inverse of their covariance.
 */
#include <drift/hypothesis.h>
#include <math.h>
#include <string.h>

#include "core/memory.h"
#include "core/sorted.h"
#include "core/tails.h"

enum { POINTS = 4, LEAST_SIZE = 5, SMALL_SIZE = 25, SWEEPS = 50 };
static const double AT[2] = {0.4, 0.8}, NEGLIGIBLE = 1e-15;

typedef struct moments {
    double mean[POINTS], covariance[POINTS][POINTS];
} moments;

static void point_of(double value, double scale, double middle, double *out)
{
    for (int j = 0; j < 2; j++) {
        double angle = AT[j] * ((value - middle) / scale);
        out[j] = cos(angle);
        out[2 + j] = sin(angle);
    }
}

/* Two passes; the pooled median is taken off first, which turns the plane and leaves the form alone. */
static moments moments_of(const double *values, size_t n, double scale, double middle)
{
    moments found;
    memset(&found, 0, sizeof found);
    double g[POINTS];
    for (size_t i = 0; i < n; i++) {
        point_of(values[i], scale, middle, g);
        for (int j = 0; j < POINTS; j++)
            found.mean[j] += g[j] / (double)n;
    }
    for (size_t i = 0; i < n; i++) {
        point_of(values[i], scale, middle, g);
        for (int j = 0; j < POINTS; j++)
            for (int k = 0; k < POINTS; k++)
                found.covariance[j][k] +=
                    (g[j] - found.mean[j]) * (g[k] - found.mean[k]) / (double)n;
    }
    return found;
}

/* One Jacobi rotation that makes a[p][q] zero; the columns of `vectors` turn with it. */
static void rotate(double a[POINTS][POINTS], double vectors[POINTS][POINTS], int p, int q)
{
    if (a[p][q] == 0)
        return;
    double theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
    double t = (theta < 0 ? -1 : 1) / (fabs(theta) + sqrt(theta * theta + 1));
    double c = 1 / sqrt(t * t + 1), s = t * c;
    for (int k = 0; k < POINTS; k++) {
        double left = a[k][p], right = a[k][q];
        a[k][p] = c * left - s * right;
        a[k][q] = s * left + c * right;
    }
    for (int k = 0; k < POINTS; k++) {
        double left = a[p][k], right = a[q][k];
        a[p][k] = c * left - s * right;
        a[q][k] = s * left + c * right;
        left = vectors[k][p];
        right = vectors[k][q];
        vectors[k][p] = c * left - s * right;
        vectors[k][q] = s * left + c * right;
    }
}

/* difference' pseudo-inverse(a) difference, and the rank of a. */
static double quadratic_form(double a[POINTS][POINTS], const double *difference, int *out_rank)
{
    double vectors[POINTS][POINTS] = {{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}};
    for (int sweep = 0; sweep < SWEEPS; sweep++)
        for (int p = 0; p < POINTS; p++)
            for (int q = p + 1; q < POINTS; q++)
                rotate(a, vectors, p, q);
    double largest = 0, form = 0;
    for (int j = 0; j < POINTS; j++)
        largest = a[j][j] > largest ? a[j][j] : largest;
    *out_rank = 0;
    for (int j = 0; j < POINTS; j++) {
        double along = 0;
        if (!(a[j][j] > NEGLIGIBLE * POINTS * largest))
            continue;
        for (int k = 0; k < POINTS; k++)
            along += vectors[k][j] * difference[k];
        form += along * along / a[j][j];
        ++*out_rank;
    }
    return form;
}

static double quantile(const double *sorted, size_t n, double share)
{
    double at = share * (double)(n - 1);
    size_t below = (size_t)at, above = below + 1 < n ? below + 1 : below;
    return sorted[below] + (at - (double)below) * (sorted[above] - sorted[below]);
}

static drift_status test(const double *pooled, size_t n, size_t m, double scale, double middle,
                         double *out_statistic, double *out_p_value)
{
    moments x = moments_of(pooled, n, scale, middle), y = moments_of(pooled + n, m, scale, middle);
    double a[POINTS][POINTS], difference[POINTS], whole = (double)n + (double)m;
    for (int j = 0; j < POINTS; j++) {
        difference[j] = x.mean[j] - y.mean[j];
        for (int k = 0; k < POINTS; k++)
            a[j][k] =
                whole / (double)n * x.covariance[j][k] + whole / (double)m * y.covariance[j][k];
    }
    int rank;
    double w = whole * quadratic_form(a, difference, &rank);
    if (!rank)
        return DRIFT_ERR_NOT_ENOUGH_DATA;
    if (n < SMALL_SIZE && m < SMALL_SIZE)
        w /= 1 + pow(whole, -0.45) + 10.1 * (pow((double)n, -1.7) + pow((double)m, -1.7));
    *out_statistic = w;
    *out_p_value = drift__chi_square_tail(w, rank);
    return DRIFT_OK;
}

drift_status drift_epps_singleton(const double *reference, size_t n_reference,
                                  const double *current, size_t n_current, double *out_statistic,
                                  double *out_p_value)
{
    if (!out_statistic || !out_p_value || (!reference && n_reference) || (!current && n_current))
        return DRIFT_ERR_INVALID_ARGUMENT;
    if (n_reference < LEAST_SIZE || n_current < LEAST_SIZE)
        return DRIFT_ERR_NOT_ENOUGH_DATA;
    size_t n;
    if (__builtin_add_overflow(n_reference, n_current, &n))
        return DRIFT_ERR_OVERFLOW;
    drift_allocator memory = drift__allocator(NULL);
    double *pooled = drift__allocate(&memory, n, sizeof *pooled), *sorted = NULL;
    drift_status status = DRIFT_ERR_OUT_OF_MEMORY;
    if (pooled) {
        memcpy(pooled, reference, n_reference * sizeof *pooled);
        memcpy(pooled + n_reference, current, n_current * sizeof *pooled);
        status = drift__sorted_copy(pooled, n, 1, &memory, &sorted);
    }
    if (!status) {
        double scale = (quantile(sorted, n, 0.75) - quantile(sorted, n, 0.25)) / 2;
        status = scale > 0 && isfinite(scale)
                     ? test(pooled, n_reference, n_current, scale, quantile(sorted, n, 0.5),
                            out_statistic, out_p_value)
                     : DRIFT_ERR_NOT_ENOUGH_DATA;
    }
    drift__release(&memory, pooled);
    drift__release(&memory, sorted);
    return status;
}
