/* SPDX-License-Identifier: Apache-2.0
 *
 * distance.h: how far two samples lie apart, from counts in common cells or
 * from raw values. Formulas, conventions and sources: docs/methods.md.
 *
 * Counts are `n` cells of the reference and of the current sample (uint64,
 * totals N and n). Every function fails with DRIFT_ERR_NOT_ENOUGH_DATA where a
 * side has no count and DRIFT_ERR_INVALID_ARGUMENT for no cells; outputs are
 * then untouched. Identical shares give exactly 0. O(n) time, no allocation.
 *
 * Thread rule: pure functions.
 */
#ifndef DRIFT_DISTANCE_H
#define DRIFT_DISTANCE_H

#include <drift/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/** How empty cells are treated by the statistics that divide by a share. */
typedef enum drift_smoothing {
    DRIFT_SMOOTHING_NONE = 0,    /* an empty cell on one side gives +infinity */
    DRIFT_SMOOTHING_JEFFREYS = 1 /* (count + 1/2) / (total + used cells / 2), used by either side */
} drift_smoothing;

/** Population stability index, sum (p - q) ln(p / q), nats. >= 0. */
DRIFT_API drift_status drift_psi(const uint64_t *reference, const uint64_t *current, size_t n,
                                 drift_smoothing smoothing, double *out_value);
/**
 * PSI less what it is expected to be when nothing changed: the expectation
 * under equal cell probabilities T_k / (N + n), the two samples independent
 * multinomials, Jeffreys smoothing. Exact sum over the binomial law in thin
 * cells, its expansion in (N pi)^-1 in full ones. May be negative.
 */
DRIFT_API drift_status drift_psi_debiased(const uint64_t *reference, const uint64_t *current,
                                          size_t n, double *out_value);
/** Kullback-Leibler divergence of the reference from the current, sum p ln(p / q), nats. */
DRIFT_API drift_status drift_kl(const uint64_t *reference, const uint64_t *current, size_t n,
                                drift_smoothing smoothing, double *out_value);
/** Jensen-Shannon divergence, nats, 0 .. ln 2; no smoothing. Distance: sqrt(value / ln 2) in base 2. */
DRIFT_API drift_status drift_js(const uint64_t *reference, const uint64_t *current, size_t n,
                                double *out_value);
/** Hellinger distance, sqrt(sum (sqrt p - sqrt q)^2 / 2), 0 .. 1. */
DRIFT_API drift_status drift_hellinger(const uint64_t *reference, const uint64_t *current, size_t n,
                                       double *out_value);
/** Total variation, sum |p - q| / 2, 0 .. 1. */
DRIFT_API drift_status drift_total_variation(const uint64_t *reference, const uint64_t *current,
                                             size_t n, double *out_value);

/** Which of the divergences drift_divergence_interval is asked for. */
typedef enum drift_divergence {
    DRIFT_DIVERGENCE_PSI = 0,
    DRIFT_DIVERGENCE_KL = 1,
    DRIFT_DIVERGENCE_JS = 2,
    DRIFT_DIVERGENCE_HELLINGER = 3,
    DRIFT_DIVERGENCE_TOTAL_VARIATION = 4
} drift_divergence;

/**
 * 95 % sampling interval of the population value of a divergence: the
 * noncentral chi-square law of value/g near 0, the delta method away from it
 * (docs/methods.md). `out_low` >= 0.
 */
DRIFT_API drift_status drift_divergence_interval(drift_divergence which, const uint64_t *reference,
                                                 const uint64_t *current, size_t n, double *out_low,
                                                 double *out_high);

/**
 * Kolmogorov-Smirnov distance of two samples known by their counts in ordered
 * cells: `out_low` = max at the edges, `out_high` = the largest value any raw
 * samples with these counts can have. Hard bounds, no probability.
 * A cell that holds one single value (an atom: `atoms[k]` != 0; `atoms` may be
 * NULL) hides nothing and adds nothing to `out_high`.
 */
DRIFT_API drift_status drift_ks_bounds(const uint64_t *reference, const uint64_t *current, size_t n,
                                       const uint8_t *atoms, double *out_low, double *out_high);
/**
 * Wasserstein-1 distance (unit of the data) of two samples known by their
 * counts in ordered cells. Cell k spans lower[k]..upper[k] (finite, rising;
 * equal for an atom): `out_low` and `out_high` enclose the raw-sample value,
 * `out_value` takes the values as spread evenly over their cell.
 */
DRIFT_API drift_status drift_wasserstein_bounds(const uint64_t *reference, const uint64_t *current,
                                                const double *lower, const double *upper, size_t n,
                                                double *out_value, double *out_low,
                                                double *out_high);
/** Exact Wasserstein-1 distance of two raw samples. Sorts copies: O(n log n) time, O(n) memory. */
DRIFT_API drift_status drift_wasserstein(const double *reference, size_t n_reference,
                                         const double *current, size_t n_current,
                                         double *out_value);

#ifdef __cplusplus
}
#endif
#endif
