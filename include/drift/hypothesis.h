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

/** Which differences count; LESS: the reference's values (shares) are the smaller ones. As in SciPy. */
typedef enum drift_alternative {
    DRIFT_TWO_SIDED = 0,
    DRIFT_LESS = 1,
    DRIFT_GREATER = 2
} drift_alternative;

/** Upper tail of the chi-square law, P(X > x), x >= 0, df > 0. */
DRIFT_API drift_status drift_chi_square_tail(double x, double df, double *out_p);
/** Lower tail P(X <= x) of the noncentral chi-square law, df > 0, lambda >= 0. */
DRIFT_API drift_status drift_noncentral_chi_square_cdf(double x, double df, double lambda,
                                                       double *out_p);
/** The x with upper tail p of the chi-square law, 0 < p <= 1. */
DRIFT_API drift_status drift_chi_square_quantile(double p, double df, double *out_x);
/** Upper tail of the standard normal law, P(Z > z). */
DRIFT_API drift_status drift_normal_tail(double z, double *out_p);
/** Upper tail of Student's t, P(T > t), df > 0. */
DRIFT_API drift_status drift_student_tail(double t, double df, double *out_p);

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
 * The same with Yates' (1934) continuity correction where two cells are in
 * use: each |O - E| is lessened by 1/2, not beyond 0. More cells: as
 * drift_chi_square. SciPy: chi2_contingency(correction=True).
 */
DRIFT_API drift_status drift_chi_square_yates(const uint64_t *reference, const uint64_t *current,
                                              size_t n, double *out_statistic, double *out_df,
                                              double *out_p_value);
/**
 * G divided by Williams' (1976) q = 1 + (M g - 1)(M sum 1/T_k - 1) / (6 M (B - 1)),
 * M = N + n, B cells in use: closer to chi-square in small samples.
 */
DRIFT_API drift_status drift_g_test_williams(const uint64_t *reference, const uint64_t *current,
                                             size_t n, double *out_statistic, double *out_df,
                                             double *out_p_value);
/**
 * Goodness of fit: the current counts against `n_current` times the
 * reference's shares, which are taken as exact. A convention of other tools,
 * not a test of two samples: with equally large ones its size at .05 is .17 in two cells, .49 in ten.
 * A current value where the reference has none gives +infinity and p = 0.
 */
DRIFT_API drift_status drift_chi_square_fit(const uint64_t *reference, const uint64_t *current,
                                            size_t n, double *out_statistic, double *out_df,
                                            double *out_p_value);
/** The likelihood-ratio form of it, 2 sum O ln(O / E). */
DRIFT_API drift_status drift_g_fit(const uint64_t *reference, const uint64_t *current, size_t n,
                                   double *out_statistic, double *out_df, double *out_p_value);
/**
 * Fisher's exact test of a 2 x 2 table [[a, b], [c, d]]. Two-sided: the sum of
 * all tables as probable as this one or less; LESS: of those with a smaller or
 * equal first cell. An empty row or column gives 1. SciPy: fisher_exact.
 */
DRIFT_API drift_status drift_fisher_exact(uint64_t a, uint64_t b, uint64_t c, uint64_t d,
                                          drift_alternative alternative, double *out_p_value);
/**
 * Test of two shares k/n by the pooled normal approximation (Pearson 1900, with
 * a sign): z > 0 where the reference's share is the larger one.
 * DRIFT_ERR_INVALID_ARGUMENT for k > n; NOT_ENOUGH_DATA where the pooled share is 0 or 1.
 */
DRIFT_API drift_status drift_two_proportions_z(uint64_t k_reference, uint64_t n_reference,
                                               uint64_t k_current, uint64_t n_current,
                                               drift_alternative alternative, double *out_z,
                                               double *out_p_value);

/** Intervals of a share. */
typedef enum drift_rate_method {
    DRIFT_RATE_WILSON = 0,         /* Wilson 1927: score, covers about `level` on average */
    DRIFT_RATE_CLOPPER_PEARSON = 1 /* Clopper & Pearson 1934: covers at least `level` always */
} drift_rate_method;

/** Interval of a share from k of n, 0 < level < 1; inside 0..1. */
DRIFT_API drift_status drift_rate_interval(uint64_t k, uint64_t n, drift_rate_method method,
                                           double level, double *out_low, double *out_high);
/** Interval of the current share less the reference's, from Wilson's (Newcombe 1998, method 10). */
DRIFT_API drift_status drift_rate_difference_interval(uint64_t k_reference, uint64_t n_reference,
                                                      uint64_t k_current, uint64_t n_current,
                                                      double level, double *out_low,
                                                      double *out_high);
/**
 * Difference of two means: Student's test (`equal_variance`, pooled) or
 * Welch's (1947). t > 0 where the reference's mean is the larger one.
 * DRIFT_ERR_NOT_ENOUGH_DATA below two values a side, or without any variance.
 * Assumes independent values and nearly normal means. SciPy: ttest_ind.
 */
DRIFT_API drift_status drift_t_test(const double *reference, size_t n_reference,
                                    const double *current, size_t n_current, int equal_variance,
                                    drift_alternative alternative, double *out_t, double *out_df,
                                    double *out_p_value);
/** The same from means and variances (divisor n - 1). SciPy: ttest_ind_from_stats. */
DRIFT_API drift_status drift_t_test_moments(double mean_reference, double variance_reference,
                                            uint64_t n_reference, double mean_current,
                                            double variance_current, uint64_t n_current,
                                            int equal_variance, drift_alternative alternative,
                                            double *out_t, double *out_df, double *out_p_value);
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
/** Which law a test of ordered data takes its p-value from. */
typedef enum drift_method {
    DRIFT_METHOD_AUTO = 0,       /* exact where that is quick, else asymptotic */
    DRIFT_METHOD_EXACT = 1,      /* all assignments of the pooled values, ties as they are */
    DRIFT_METHOD_ASYMPTOTIC = 2, /* limit law */
    DRIFT_METHOD_CONTINUOUS = 3  /* exact for a law without ties; SciPy calls this exact */
} drift_method;

/*
 * Tests of ordered data. Each takes raw values (copied and sorted: O(N log N)
 * at most; KS and Kuiper sort only what lies near an extreme; NaN is
 * DRIFT_ERR_INVALID_ARGUMENT, infinities are ordered like other values) or,
 * named _counts, the counts of both samples in `n` ordered cells, every cell a
 * block of ties. p-values assume independent rows. EXACT and CONTINUOUS give
 * DRIFT_ERR_UNSUPPORTED where their work would take minutes.
 */

/**
 * Two-sample Kolmogorov-Smirnov test (Smirnov 1939), D = max |F - G| at the end
 * of each tie block; GREATER: max (F - G), LESS: max (G - F), F the reference's.
 * EXACT counts lattice paths (Schroer & Trenkler 1995), O(N n), up to 10^7
 * lattice points, AUTO up to 10^6; relative error 1e-10 down to 1e-250.
 * ASYMPTOTIC: two-sided as drift_ks_p_value; one-sided
 * exp(-2 z^2 - 2 z (m + 2 n) / (3 sqrt(m n (m + n)))), z^2 = m n D^2 / (m + n), m >= n
 * (Hodges 1958, eq. 5.3). Ties make it conservative. SciPy: ks_2samp.
 */
DRIFT_API drift_status drift_ks_2samp(const double *reference, size_t n_reference,
                                      const double *current, size_t n_current,
                                      drift_alternative alternative, drift_method method,
                                      double *out_statistic, double *out_p_value);
DRIFT_API drift_status drift_ks_2samp_counts(const uint64_t *reference, const uint64_t *current,
                                             size_t n, drift_alternative alternative,
                                             drift_method method, double *out_statistic,
                                             double *out_p_value);
/**
 * KS distance of weighted samples (values finite; weights finite, >= 0, their sums above 0; NULL =
 * equal) and its limit law, two-sided, with the effective sizes (sum w)^2 / sum w^2. The p-value
 * assumes weights that do not depend on the values given the population.
 */
DRIFT_API drift_status drift_ks_2samp_weighted(const double *reference,
                                               const double *reference_weights, size_t n_reference,
                                               const double *current, const double *current_weights,
                                               size_t n_current, double *out_statistic,
                                               double *out_p_value);
/**
 * Kuiper's (1960) two-sample test, V = max (F - G) + max (G - F); limit law at
 * (sqrt(m) + .155 + .24 / sqrt(m)) V, 1 / m = 1 / N + 1 / n (Stephens 1970). Ties make it conservative.
 */
DRIFT_API drift_status drift_kuiper_2samp(const double *reference, size_t n_reference,
                                          const double *current, size_t n_current,
                                          double *out_statistic, double *out_p_value);
DRIFT_API drift_status drift_kuiper_2samp_counts(const uint64_t *reference, const uint64_t *current,
                                                 size_t n, double *out_statistic,
                                                 double *out_p_value);
/**
 * Cramer-von Mises two-sample test (Anderson 1962), T = n m / (n + m)^2 sum (F - G)^2 over the pooled
 * values. Where both samples share values F and G run straight through the
 * block: T is 0 for identical samples, and the limit law is conservative (SciPy's
 * midrank form equals this without ties and has no law with them).
 * EXACT, CONTINUOUS: recursion of Xiao, Gordon & Yakovlev (2006); AUTO where
 * that takes milliseconds, n m <= 400 and more. ASYMPTOTIC: limit law at Anderson's
 * mean and variance. SciPy: cramervonmises_2samp.
 */
DRIFT_API drift_status drift_cramer_von_mises_2samp(const double *reference, size_t n_reference,
                                                    const double *current, size_t n_current,
                                                    drift_method method, double *out_statistic,
                                                    double *out_p_value);
DRIFT_API drift_status drift_cramer_von_mises_2samp_counts(const uint64_t *reference,
                                                           const uint64_t *current, size_t n,
                                                           drift_method method,
                                                           double *out_statistic,
                                                           double *out_p_value);
/**
 * Anderson-Darling test of k >= 2 samples (Scholz & Stephens 1987), each of at
 * least one value, together at least four and two different ones:
 * (A2 - (k - 1)) / sigma, A2 on midranks (their eq. 7) or, `midrank` 0, on the
 * right-continuous distribution functions (eq. 6). The p-value is interpolated
 * in their table 2 (a parabola in log p) and stays in .001 .. .25: .25 means
 * "at least", .001 "at most". O(N (log N + k)). SciPy: anderson_ksamp.
 */
DRIFT_API drift_status drift_anderson_ksamp(const double *const *samples, const size_t *sizes,
                                            size_t k, int midrank, double *out_statistic,
                                            double *out_p_value);
DRIFT_API drift_status drift_anderson_2samp_counts(const uint64_t *reference,
                                                   const uint64_t *current, size_t n, int midrank,
                                                   double *out_statistic, double *out_p_value);
/**
 * p-value of the standardised statistic of two samples by its limit law (Pettitt
 * 1976: that of Anderson & Darling 1952), at every size; assumes a continuous law.
 */
DRIFT_API drift_status drift_anderson_2samp_p_value(double statistic, double *out_p_value);
/**
 * Mann & Whitney's (1947) test. U counts the pairs in which the reference's value
 * is the larger one, ties half. GREATER: the reference tends to larger values.
 * EXACT, AUTO up to about 50 a side: all assignments given the ties.
 * ASYMPTOTIC: normal, variance given the ties, less 1/2 where `continuity`.
 * p = 1 where all values are equal. SciPy: mannwhitneyu.
 */
DRIFT_API drift_status drift_mann_whitney(const double *reference, size_t n_reference,
                                          const double *current, size_t n_current,
                                          drift_alternative alternative, drift_method method,
                                          int continuity, double *out_u, double *out_p_value);
DRIFT_API drift_status drift_mann_whitney_counts(const uint64_t *reference, const uint64_t *current,
                                                 size_t n, drift_alternative alternative,
                                                 drift_method method, int continuity, double *out_u,
                                                 double *out_p_value);
/**
 * Ansari & Bradley's (1960) test of scale: the reference's sum of midranks counted
 * from the nearer end. GREATER: the reference is wider (its sum is small). Assumes equal medians
 * to be a test of scale. Laws as drift_mann_whitney, mean and variance given the
 * ties, no continuity correction; CONTINUOUS counts a block with the mean score it
 * has when ties are broken at random. SciPy: ansari.
 */
DRIFT_API drift_status drift_ansari_bradley(const double *reference, size_t n_reference,
                                            const double *current, size_t n_current,
                                            drift_alternative alternative, drift_method method,
                                            double *out_statistic, double *out_p_value);
DRIFT_API drift_status drift_ansari_bradley_counts(const uint64_t *reference,
                                                   const uint64_t *current, size_t n,
                                                   drift_alternative alternative,
                                                   drift_method method, double *out_statistic,
                                                   double *out_p_value);
/**
 * Baumgartner, Weiss & Schindler's (1998) two-sided test, B = (B_x + B_y) / 2,
 * B_x = 1/n sum (R_i - i (n + m) / n)^2 / (i / (n + 1) (1 - i / (n + 1)) m (n + m) / n), R_i the i-th
 * smallest rank of x; tied values get the ranks expected when ties are broken
 * at random. p-value: the limit law, that of Anderson and Darling; with ties it is
 * conservative, in small samples a little liberal (size .057 at .05 with 10 a side).
 * SciPy: bws_test.
 */
DRIFT_API drift_status drift_bws(const double *reference, size_t n_reference, const double *current,
                                 size_t n_current, double *out_statistic, double *out_p_value);
DRIFT_API drift_status drift_bws_counts(const uint64_t *reference, const uint64_t *current,
                                        size_t n, double *out_statistic, double *out_p_value);
/**
 * Epps & Singleton's (1986) test of empirical characteristic functions at .4 and
 * .8 over the semi-interquartile range of the pooled values; chi-square with the rank of the
 * covariance (4) as df, their small-sample factor where both sizes are below 25.
 * At least five finite values a side; DRIFT_ERR_NOT_ENOUGH_DATA also where the
 * interquartile range is 0. Holds for discrete data too. O(N log N).
 * SciPy: epps_singleton_2samp.
 */
DRIFT_API drift_status drift_epps_singleton(const double *reference, size_t n_reference,
                                            const double *current, size_t n_current,
                                            double *out_statistic, double *out_p_value);
/**
 * Location and scale from counts in ordered cells: Lepage's (1971) sum of two
 * squared standardised rank statistics, Wilcoxon's and Mood's, on midranks with
 * permutation mean, variance and covariance given the ties; chi-square, 2 df.
 */
DRIFT_API drift_status drift_lepage(const uint64_t *reference, const uint64_t *current, size_t n,
                                    double *out_statistic, double *out_p_value);

/** A statistic of two samples of rows; what it returns other than DRIFT_OK ends the test. */
typedef drift_status (*drift_two_sample_statistic)(const double *reference, size_t n_reference,
                                                   const double *current, size_t n_current,
                                                   void *context, double *out_value);
/**
 * Permutation test of any statistic: rows of `dimensions` values are dealt to
 * the samples anew `resamples` times. p = (1 + as extreme) / (1 + resamples):
 * GREATER counts values as large as the observed one or larger, two-sided
 * twice the smaller tail. Exact under exchangeability. SciPy: permutation_test.
 */
DRIFT_API drift_status drift_permutation_test(const double *reference, size_t n_reference,
                                              const double *current, size_t n_current,
                                              size_t dimensions,
                                              drift_two_sample_statistic statistic, void *context,
                                              drift_alternative alternative, size_t resamples,
                                              uint64_t seed, double *out_statistic,
                                              double *out_p_value);

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
