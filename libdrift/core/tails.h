/* SPDX-License-Identifier: Apache-2.0
 *
 * tails.h: tails of the chi-square and normal laws and the pieces of
 * factorials, accurate in the far tails. Arguments outside the stated domain
 * give NaN; no function sets errno, raises or aborts.
 */
#ifndef DRIFT_CORE_TAILS_H
#define DRIFT_CORE_TAILS_H

#include <stddef.h>

/**
 * P(X > x), chi-square with df > 0 degrees of freedom, x >= 0; GSL's where the build has it, but for
 * one degree, which is the normal law.
 */
double drift__chi_square_tail(double x, double df);
/** The same by this library's own code, in every build. Relative error < 1e-12 down to 1e-300. */
double drift__own_chi_square_tail(double x, double df);
/** P(Z > z), standard normal; GSL's where the build has it. */
double drift__normal_tail(double z);
/** The same by erfc of the C library, in every build. Relative error < 1e-12 down to 1e-300. */
double drift__own_normal_tail(double z);
/**
 * P(X <= x), noncentral chi-square, df > 0, lambda >= 0. Relative error < 1e-12 down to 1e-300 for
 * lambda up to 1e10, absolute error < 1e-9 beyond. O(sqrt(lambda)) time.
 */
double drift__noncentral_chi_square_cdf(double x, double df, double lambda);
/** The x with drift__chi_square_tail(x, df) = p, 0 < p <= 1. */
double drift__chi_square_quantile(double p, double df);
/**
 * Noncentrality at which P(X <= x) = p for noncentral chi-square; 0 where even
 * lambda = 0 gives less than p.
 */
double drift__chi_square_noncentrality(double p, double x, double df);
/**
 * The same for n probabilities of one x, which cost little more than one: for p of 0.001 .. 0.999 to
 * 1e-11 deviations of the law, sqrt(2 (df + 2 lambda)).
 */
void drift__chi_square_noncentralities(double x, double df, const double *p, size_t n,
                                       double *out_lambda);
/** P(G <= x) for the gamma law of shape a > 0: the regularised lower incomplete gamma function. */
long double drift__gamma_lower(long double a, long double x);
/** x^a e^-x / gamma(a + 1), a > 0, x > 0: drift__gamma_lower(a, x) - drift__gamma_lower(a + 1, x). */
long double drift__gamma_step(long double a, long double x);
/** ln n! - Stirling's approximation, n >= 0 (Loader 2000, "Fast and accurate computation"). */
long double drift__stirling_error(long double n);
/** x ln(x / mean) + mean - x, without cancellation; x >= 0, mean > 0. */
long double drift__deviance(long double x, long double mean);
/** The same where difference = x - mean is known to more digits than the two give. */
long double drift__deviance_apart(long double x, long double mean, long double difference);
/**
 * Regularised incomplete beta function I_x(a, b), a, b > 0, with y = 1 - x given on its own so that
 * neither end loses digits. O(sqrt(min(a, b))) steps, at most a few thousand.
 */
long double drift__beta_lower(long double a, long double b, long double x, long double y);
/** The x with I_x(a, b) = p and 1 - x, either to 1e-15 relative; a, b > 0, 0 < p <= 1/2. */
void drift__beta_quantile(double p, double a, double b, long double *out_x, long double *out_y);
/** P(T > t), Student's t with df > 0 (infinite: normal); GSL's where the build has it. */
double drift__student_tail(double t, double df);
/** The same by this library's own code, in every build. Relative error < 1e-12 down to 1e-300. */
double drift__own_student_tail(double t, double df);
/** P(F > f), Fisher's F; df_below may be infinite; GSL's where the build has it. */
double drift__f_tail(double f, double df_above, double df_below);
/** The same by this library's own code, in every build. */
double drift__own_f_tail(double f, double df_above, double df_below);

#endif
