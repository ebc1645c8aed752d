/* SPDX-License-Identifier: Apache-2.0
 *
 * laws.c: the distribution functions as public functions with a status.
 */
#include <drift/hypothesis.h>
#include <math.h>

#include "core/tails.h"

static drift_status give(double value, double *out)
{
    if (!out || isnan(value))
        return DRIFT_ERR_INVALID_ARGUMENT;
    *out = value;
    return DRIFT_OK;
}

drift_status drift_chi_square_tail(double x, double df, double *out_p)
{
    return give(drift__chi_square_tail(x, df), out_p);
}

drift_status drift_noncentral_chi_square_cdf(double x, double df, double lambda, double *out_p)
{
    return give(drift__noncentral_chi_square_cdf(x, df, lambda), out_p);
}

drift_status drift_chi_square_quantile(double p, double df, double *out_x)
{
    return give(drift__chi_square_quantile(p, df), out_x);
}

drift_status drift_student_tail(double t, double df, double *out_p)
{
    return give(drift__student_tail(t, df), out_p);
}

drift_status drift_normal_tail(double z, double *out_p)
{
    return give(drift__normal_tail(z), out_p);
}
