/* SPDX-License-Identifier: Apache-2.0
 *
 * tails_gsl.c: every argument is checked before GSL sees it; the process-wide
 * error handler is never touched and never reached.
 */
#include "core/tails_gsl.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

int drift__gsl_chi_square_tail(double x, double df, double *out_tail)
{
    /* Q underflows near x/2 - (df/2) ln x = 700; x <= 1000 with df >= 1 stays above 1e-217. */
    if (!(df >= 1 && df <= 2000) || !(x >= 1e-10 && x <= 1000))
        return 0;
    *out_tail = gsl_cdf_chisq_Q(x, df);
    return 1;
}

int drift__gsl_student_tail(double t, double df, double *out_tail)
{
    /* Where GSL keeps ten digits: its own series loses them for large df and far tails. */
    if (!(df >= 1 && df <= 100) || !(t >= 0.01 && t <= 6))
        return 0;
    *out_tail = gsl_cdf_tdist_Q(t, df);
    return 1;
}

int drift__gsl_f_tail(double f, double df_above, double df_below, double *out_tail)
{
    /* With 1000 on both sides Q(10) is about 1e-242: nothing underflows. */
    if (!(df_above >= 1 && df_above <= 1000) || !(df_below >= 1 && df_below <= 1000) ||
        !(f >= 0.01 && f <= 10))
        return 0;
    *out_tail = gsl_cdf_fdist_Q(f, df_above, df_below);
    return 1;
}

int drift__gsl_normal_tail(double z, double *out_tail)
{
    if (!(z >= -37 && z <= 37)) /* Q(37) is 6e-300 */
        return 0;
    *out_tail = gsl_cdf_ugaussian_Q(z);
    return 1;
}
