/* SPDX-License-Identifier: Apache-2.0
 *
 * distance.h: how far two samples lie apart, from counts in common cells or
 * from raw values. Formulas, conventions and sources: docs/methods.md.
 *
 * Three inputs: counts in cells; weights of cells (drift_divergence_of_weights:
 * sums of weights, probabilities); raw values, with or without weights, which
 * drift_bin_edges and drift_bin_values bring to cells.
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
    DRIFT_SMOOTHING_NONE = 0, /* an empty cell on one side gives +infinity */
    DRIFT_SMOOTHING_JEFFREYS =
        1,                       /* (count + 1/2) / (total + used cells / 2), used by either side */
    DRIFT_SMOOTHING_LAPLACE = 2, /* (count + 1) / (total + used cells) */
    DRIFT_SMOOTHING_SMALLEST = 3, /* an empty share becomes DBL_MIN (frouros) */
    DRIFT_SMOOTHING_FLOOR = 4,    /* an empty share becomes 1e-4, or a millionth of that side's
                                     smallest share where this is 1e-4 or less (evidently) */
    DRIFT_SMOOTHING_ADD = 5       /* 1e-5 is added to every share (popmon) */
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

/** Bhattacharyya distance, -ln sum sqrt(p q), >= 0, +infinity for disjoint samples. */
DRIFT_API drift_status drift_bhattacharyya(const uint64_t *reference, const uint64_t *current,
                                           size_t n, double *out_value);
/** Largest difference of shares, max |p - q|, 0 .. 1. */
DRIFT_API drift_status drift_l_infinity(const uint64_t *reference, const uint64_t *current,
                                        size_t n, double *out_value);
/**
 * The same less what chance may make of it, at least 0:
 * max |p - q| - sqrt(-ln(alpha / 2) / 2) sqrt(1/N + 1/n), 0 < alpha < 1 (deequ's convention).
 */
DRIFT_API drift_status drift_robust_l_infinity(const uint64_t *reference, const uint64_t *current,
                                               size_t n, double alpha, double *out_value);
/** Histogram intersection, sum min(p, q): 1 for equal shares, 0 for disjoint ones; 1 - TV. */
DRIFT_API drift_status drift_histogram_intersection(const uint64_t *reference,
                                                    const uint64_t *current, size_t n,
                                                    double *out_value);

/** How strongly cell and sample hang together, 0 (not) .. 1; SciPy: contingency.association. */
typedef enum drift_association_measure {
    DRIFT_ASSOCIATION_CRAMER_V = 0,           /* sqrt(X2 / M / min(1, B - 1)), M = N + n */
    DRIFT_ASSOCIATION_CRAMER_V_CORRECTED = 1, /* less its bias (Bergsma 2013) */
    DRIFT_ASSOCIATION_TSCHUPROW = 2,          /* sqrt(X2 / M / sqrt(B - 1)) */
    DRIFT_ASSOCIATION_PEARSON_C = 3           /* sqrt(X2 / (M + X2)), below 1 / sqrt 2 */
} drift_association_measure;

/** DRIFT_ERR_NOT_ENOUGH_DATA below two cells in use. B counts the cells in use. */
DRIFT_API drift_status drift_association(drift_association_measure which, const uint64_t *reference,
                                         const uint64_t *current, size_t n, double *out_value);

/** Names of the divergences, for the functions that take any of them. */
typedef enum drift_divergence {
    DRIFT_DIVERGENCE_PSI = 0,
    DRIFT_DIVERGENCE_KL = 1,
    DRIFT_DIVERGENCE_JS = 2,
    DRIFT_DIVERGENCE_HELLINGER = 3,
    DRIFT_DIVERGENCE_TOTAL_VARIATION = 4,
    DRIFT_DIVERGENCE_BHATTACHARYYA = 5,
    DRIFT_DIVERGENCE_L_INFINITY = 6,
    DRIFT_DIVERGENCE_INTERSECTION = 7
} drift_divergence;

/**
 * A divergence from `n` weights a side (>= 0, finite: sums of weights,
 * probabilities), divided by their sums. JEFFREYS and LAPLACE take the weights
 * for counts; `smoothing` matters to PSI and KL only. Equal weights give exactly 0.
 * DRIFT_ERR_NOT_ENOUGH_DATA where a side sums to 0.
 */
DRIFT_API drift_status drift_divergence_of_weights(drift_divergence which, const double *reference,
                                                   const double *current, size_t n,
                                                   drift_smoothing smoothing, double *out_value);

/** Rules for edges of cells, with the field's names; numpy.histogram_bin_edges, numpy.quantile. */
typedef enum drift_binning {
    DRIFT_BINNING_EQUAL_WIDTH = 0, /* `bins` of equal width from minimum to maximum */
    DRIFT_BINNING_QUANTILES =
        1,                     /* at the j/bins quantiles (linear interpolation), repeats dropped */
    DRIFT_BINNING_STURGES = 2, /* log2(n) + 1 equal widths (Sturges 1926); `bins` unused */
    DRIFT_BINNING_DOANE = 3    /* ... and more for skewed values (Doane 1976); `bins` unused */
} drift_binning;

/**
 * Edges from the reference's values, or from both samples pooled where
 * `n_current` > 0; all finite. Writes them in rising order; a single value v
 * gives v - 1/2 and v + 1/2. `*out_n` = edges = cells + 1; DRIFT_ERR_OVERFLOW where `capacity` is
 * smaller (`*out_n` is set). O(n log n).
 */
DRIFT_API drift_status drift_bin_edges(drift_binning rule, size_t bins, const double *reference,
                                       size_t n_reference, const double *current, size_t n_current,
                                       double *out_edges, size_t capacity, size_t *out_n);
/**
 * Sum the `weights` (NULL: 1 each; >= 0, finite) of `n` values into
 * `n_edges` + 1 cells: below the first edge, between edges (a value on an edge
 * belongs to the cell above it, on the last one to the last cell), above the
 * last. `out_cells` is overwritten. DRIFT_ERR_INVALID_ARGUMENT for NaN or edges that do not rise.
 */
DRIFT_API drift_status drift_bin_values(const double *values, const double *weights, size_t n,
                                        const double *edges, size_t n_edges, double *out_cells);

/**
 * 95 % sampling interval of the population value of PSI, KL, JS, Hellinger or
 * total variation (of the others DRIFT_ERR_UNSUPPORTED): the
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
/**
 * 95 % sampling interval of the population's Wasserstein-1 distance from
 * counts in ordered cells, as drift_wasserstein_bounds takes them, values spread evenly over their
 * cell: delta method with sign(F - G) as influence, the lower end less what
 * chance alone adds. Conservative near 0.
 */
DRIFT_API drift_status drift_wasserstein_interval(const uint64_t *reference,
                                                  const uint64_t *current, const double *lower,
                                                  const double *upper, size_t n, double *out_low,
                                                  double *out_high);
/**
 * Interval of the population's KS distance about the samples' `d`, which covers
 * with probability `level` or more whatever the laws (Dvoretzky, Kiefer &
 * Wolfowitz with Massart's constant 1990, half of the error for either side). Conservative.
 */
DRIFT_API drift_status drift_ks_interval(double d, uint64_t n_reference, uint64_t n_current,
                                         double level, double *out_low, double *out_high);
/**
 * Exact Wasserstein-1 distance of two raw samples, with weights (>= 0; NULL:
 * equal ones) divided by their sums. SciPy: wasserstein_distance. Relative error
 * below 1e-13. O(n) time and memory; of finite values without weights only those are
 * sorted where F - G is near 0. With weights sorts copies: O(n log n).
 */
DRIFT_API drift_status drift_wasserstein(const double *reference, const double *reference_weights,
                                         size_t n_reference, const double *current,
                                         const double *current_weights, size_t n_current,
                                         double *out_value);
/** Energy distance sqrt(2 integral (F - G)^2 dx) (Szekely 2002); the same inputs. SciPy: energy_distance. */
DRIFT_API drift_status drift_energy(const double *reference, const double *reference_weights,
                                    size_t n_reference, const double *current,
                                    const double *current_weights, size_t n_current,
                                    double *out_value);
/**
 * Squared maximum mean discrepancy of rows of `dimensions` values under the
 * kernel exp(-|x - y|^2 / (2 sigma^2)) (Gretton et al. 2012, (3)): `unbiased`
 * leaves out the pairs of a row with itself (may be negative), else all pairs
 * count (>= 0). O((n + m)^2 dimensions) time.
 */
DRIFT_API drift_status drift_mmd_rbf(const double *reference, size_t n_reference,
                                     const double *current, size_t n_current, size_t dimensions,
                                     double sigma, int unbiased, double *out_value);
/**
 * The same (all pairs) approximated by `n_features` random Fourier features
 * (Rahimi & Recht 2007) drawn from `seed`; error O(n_features^-1/2).
 * O((n + m) n_features dimensions) time, O(n_features) memory.
 */
DRIFT_API drift_status drift_mmd_rbf_features(const double *reference, size_t n_reference,
                                              const double *current, size_t n_current,
                                              size_t dimensions, double sigma, size_t n_features,
                                              uint64_t seed, double *out_value);

#ifdef __cplusplus
}
#endif
#endif
