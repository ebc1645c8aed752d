/* SPDX-License-Identifier: Apache-2.0
 *
 * hypothesis.h: is the difference more than chance? Tests of two samples by
 * counts or raw values, and the correction for many tests.
 *
 * p-values lie in 0..1, relative error below 1e-10 down to 1e-300. Every
 * function fails with DRIFT_ERR_NOT_ENOUGH_DATA where the statistic does not
 * exist (a side without data, fewer than two cells in use), outputs untouched.
 *
 * Thread rule: pure functions.
 */
#ifndef DRIFT_HYPOTHESIS_H
#define DRIFT_HYPOTHESIS_H

#include <drift/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Upper tail of the chi-square law, P(X > x), x >= 0, df > 0. */
DRIFT_API drift_status drift_chi_square_tail(double x, double df, double *out_p);
/** Lower tail P(X <= x) of the noncentral chi-square law, df > 0, lambda >= 0. */
DRIFT_API drift_status drift_noncentral_chi_square_cdf(double x, double df, double lambda,
                                                       double *out_p);
/** The x with upper tail p of the chi-square law, 0 < p <= 1. */
DRIFT_API drift_status drift_chi_square_quantile(double p, double df, double *out_x);
/** Upper tail of the standard normal law, P(Z > z). */
DRIFT_API drift_status drift_normal_tail(double z, double *out_p);

/**
 * Chi-square test of homogeneity of two samples in `n` cells (Pearson 1911):
 * X2 = sum (p - q)^2 / (g T_k / (N + n)), g = 1/N + 1/n, df = cells in use - 1.
 * Cells empty on both sides are left out. SciPy: chi2_contingency(correction=False).
 */
DRIFT_API drift_status drift_chi_square(const uint64_t *reference, const uint64_t *current,
                                        size_t n, double *out_statistic, double *out_df,
                                        double *out_p_value);
/**
 * Likelihood-ratio (G) test, G = 2 sum O ln(O / E), same df.
 * SciPy: chi2_contingency(lambda_="log-likelihood", correction=False).
 */
DRIFT_API drift_status drift_g_test(const uint64_t *reference, const uint64_t *current, size_t n,
                                    double *out_statistic, double *out_df, double *out_p_value);
/**
 * Fisher's exact test of a 2 x 2 table [[a, b], [c, d]], two-sided: the sum of
 * all tables as probable as this one or less. SciPy: fisher_exact.
 */
DRIFT_API drift_status drift_fisher_exact(uint64_t a, uint64_t b, uint64_t c, uint64_t d,
                                          double *out_p_value);
/** P-value of a two-sample KS distance `d` by its limit law with Stephens' correction. */
DRIFT_API drift_status drift_ks_p_value(double d, uint64_t n_reference, uint64_t n_current,
                                        double *out_p_value);
/**
 * Exact P(D >= d) of the two-sample KS statistic when the pooled sample has
 * these tie blocks (`blocks[i]` values equal to each other, in rising order):
 * Schroer & Trenkler 1995. O(n_reference * n_current) time;
 * DRIFT_ERR_UNSUPPORTED above 10^7 lattice points.
 */
DRIFT_API drift_status drift_ks_p_value_exact(double d, uint64_t n_reference, uint64_t n_current,
                                              const uint64_t *blocks, size_t n_blocks,
                                              double *out_p_value);
/**
 * Two-sample KS test of raw values; exact (with ties) up to 10^6 lattice
 * points, else the limit law. SciPy: ks_2samp. Sorts copies.
 */
DRIFT_API drift_status drift_ks_2samp(const double *reference, size_t n_reference,
                                      const double *current, size_t n_current,
                                      double *out_statistic, double *out_p_value);
/**
 * Location and scale from counts in ordered cells: Lepage's (1971) sum of two
 * squared standardised rank statistics, Wilcoxon's and Mood's, on midranks with
 * permutation mean, variance and covariance given the ties; chi-square, 2 df.
 */
DRIFT_API drift_status drift_lepage(const uint64_t *reference, const uint64_t *current, size_t n,
                                    double *out_statistic, double *out_p_value);

/** How p-values of several tests are adjusted. */
typedef enum drift_correction {
    DRIFT_CORRECTION_HOLM = 0,       /* family-wise error, step-down (Holm 1979) */
    DRIFT_CORRECTION_BONFERRONI = 1, /* family-wise error, single step */
    DRIFT_CORRECTION_BH = 2,         /* false discovery rate (Benjamini & Hochberg 1995) */
    DRIFT_CORRECTION_BY = 3, /* the same under any dependence (Benjamini & Yekutieli 2001) */
    DRIFT_CORRECTION_NONE = 4
} drift_correction;

/** Adjusted p-values, each in 0..1, in the order given. `out_adjusted` may be `p_values`. O(n log n). */
DRIFT_API drift_status drift_adjust_p_values(const double *p_values, size_t n,
                                             drift_correction correction, double *out_adjusted);

/**
 * The same with a weight (> 0) for each test, NULL = equal ones: weighted Holm
 * (Holm 1979, section 3), Bonferroni (Rosenthal & Rubin 1983), BH and BY on
 * p / weight (Genovese, Roeder & Wasserman 2006), weights scaled to mean 1.
 */
DRIFT_API drift_status drift_adjust_p_values_weighted(const double *p_values, const double *weights,
                                                      size_t n, drift_correction correction,
                                                      double *out_adjusted);

#ifdef __cplusplus
}
#endif
#endif
