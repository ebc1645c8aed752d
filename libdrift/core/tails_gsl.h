/* SPDX-License-Identifier: Apache-2.0
 *
 * tails_gsl.h: the one place that calls GSL. Only built where the build has it.
 */
#ifndef DRIFT_CORE_TAILS_GSL_H
#define DRIFT_CORE_TAILS_GSL_H

/**
 * Upper chi-square tail by GSL; 0 where the arguments lie outside the domain in
 * which GSL can neither fail, under- nor overflow (its default error handler
 * aborts the process), and `out_tail` is untouched.
 */
int drift__gsl_chi_square_tail(double x, double df, double *out_tail);
/** Upper tails of Student's t, Fisher's F and the standard normal law by GSL, on the same terms. */
int drift__gsl_student_tail(double t, double df, double *out_tail);
int drift__gsl_f_tail(double f, double df_above, double df_below, double *out_tail);
int drift__gsl_normal_tail(double z, double *out_tail);

#endif
