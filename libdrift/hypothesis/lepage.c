/* SPDX-License-Identifier: Apache-2.0
 *
 * lepage.c: location and scale by ranks. Wilcoxon's score u - 1/2 and Mood's
 * (u - 1/2)^2 of the midranks u; given the ties, the sum of the current
 * sample's scores has the mean, variance and covariance of sampling without
 * replacement, exactly.
 */
#include <drift/hypothesis.h>
#include <math.h>

#include "core/tails.h"
#include "hypothesis/location_scale.h"

drift_status drift__location_scale_of(const uint64_t *reference, const uint64_t *current, size_t n,
                                      drift__location_scale *out)
{
    if (!n || !reference || !current)
        return DRIFT_ERR_INVALID_ARGUMENT;
    double n_reference = 0, n_current = 0;
    size_t used = 0;
    for (size_t k = 0; k < n; k++) {
        n_reference += (double)reference[k];
        n_current += (double)current[k];
        used += (reference[k] | current[k]) != 0;
    }
    double pooled = n_reference + n_current;
    if (n_reference <= 0 || n_current <= 0 || used < 2)
        return DRIFT_ERR_NOT_ENOUGH_DATA;
    /* Scores in units of 1 / pooled, which cancel; midranks lie about the middle, their squares do not. */
    double start = -pooled / 2, middle = start, mean_scale = 0;
    for (size_t k = 0; k < n; k++) {
        double block = (double)reference[k] + (double)current[k], u = middle + block / 2;
        mean_scale += block * (u * u);
        middle += block;
    }
    mean_scale /= pooled;
    double a = 0, b = 0, aa = 0, bb = 0, ab = 0;
    middle = start;
    for (size_t k = 0; k < n; k++) {
        double x = (double)reference[k], y = (double)current[k], block = x + y;
        double location = middle + block / 2, scale = location * location - mean_scale;
        /* y - T n/M, the current count beyond its expectation, times the pooled. */
        double excess = y * n_reference - x * n_current;
        double weighted = block * location;
        a += excess * location;
        b += excess * scale;
        aa += weighted * location;
        ab += weighted * scale;
        bb += block * scale * scale;
        middle += block;
    }
    a /= pooled;
    b /= pooled;
    double factor = n_reference / pooled * n_current / (pooled - 1);
    /* Gram-Schmidt on the scores: scale less its part along location. */
    double along = aa > 0 ? ab / aa : 0, rest = bb - along * ab;
    *out = (drift__location_scale){0, 0, rest > 1e-10 * bb};
    if (aa > 0)
        out->location = a / sqrt(aa * factor);
    if (out->has_scale)
        out->scale = (b - along * a) / sqrt(rest * factor);
    else if (!(aa > 0)) /* two values of equal weight about the middle: location sees nothing */
        return DRIFT_ERR_NOT_ENOUGH_DATA;
    return DRIFT_OK;
}

drift_status drift_lepage(const uint64_t *reference, const uint64_t *current, size_t n,
                          double *out_statistic, double *out_p_value)
{
    drift__location_scale z;
    if (!out_statistic || !out_p_value)
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift_status status = drift__location_scale_of(reference, current, n, &z);
    if (status)
        return status;
    *out_statistic = z.location * z.location + z.scale * z.scale;
    *out_p_value = drift__chi_square_tail(*out_statistic, z.has_scale ? 2 : 1);
    return DRIFT_OK;
}
