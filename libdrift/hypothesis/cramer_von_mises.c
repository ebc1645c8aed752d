/* SPDX-License-Identifier: Apache-2.0
 *
 * cramer_von_mises.c: Cramer & von Mises' two-sample statistic (Anderson 1962).
 * Inside a tie block both distribution functions run straight: that is the
 * expectation when ties are broken at random, and it can only lower the
 * eigenvalues of the limit, so that the law without ties is conservative.
 */
#include <drift/hypothesis.h>
#include <math.h>

#include "core/quadratic_laws.h"
#include "hypothesis/cramer_von_mises_law.h"
#include "hypothesis/ties.h"

static const double AUTO_WORK = 2e6, MOST_WORK = 1e9;

__extension__ typedef __int128 wide;

static double statistic_of(const drift__ties *ties)
{
    long double n = (long double)ties->n_reference, m = (long double)ties->n_current;
    long double sum = 0, from = 0, units = n * m, pooled = n + m;
    wide difference = 0;
    for (size_t k = 0; k < ties->n; k++) {
        difference += (wide)ties->reference[k] * (wide)ties->n_current -
                      (wide)ties->current[k] * (wide)ties->n_reference;
        long double to = (long double)difference / units;
        sum += drift__cramer_von_mises_step(from, to, (long double)ties->reference[k] / pooled,
                                            (long double)ties->current[k] / pooled, 1 / m, 1 / n);
        from = to;
    }
    return (double)(sum / 6 * (units / pooled));
}

/* Anderson's (1962) mean and variance bring the statistic to those of the limit law. */
static double limit_p_value(double statistic, double n, double m)
{
    double pooled = n + m, mean = (1 + 1 / pooled) / 6;
    double variance = (1 + 1 / pooled) / 45 * (1 - 0.75 * (pooled / n / m) + 1 / pooled);
    double deviation = 45 * variance;
    if (!(deviation > 0))
        return 1;
    return drift__cramer_von_mises_tail(1.0 / 6 + (statistic - mean) / sqrt(deviation));
}

static drift_status cramer_von_mises(const drift__ties *ties, drift_method method,
                                     double *out_statistic, double *out_p_value)
{
    double statistic = statistic_of(ties), p = 1;
    drift_status status = DRIFT_ERR_UNSUPPORTED;
    if (method != DRIFT_METHOD_ASYMPTOTIC)
        status =
            drift__cramer_von_mises_exact(ties, method != DRIFT_METHOD_CONTINUOUS,
                                          method == DRIFT_METHOD_AUTO ? AUTO_WORK : MOST_WORK, &p);
    if (status == DRIFT_ERR_UNSUPPORTED &&
        (method == DRIFT_METHOD_AUTO || method == DRIFT_METHOD_ASYMPTOTIC)) {
        p = limit_p_value(statistic, (double)ties->n_reference, (double)ties->n_current);
        status = DRIFT_OK;
    }
    if (status)
        return status;
    *out_statistic = statistic;
    *out_p_value = p;
    return DRIFT_OK;
}

drift_status drift_cramer_von_mises_2samp(const double *reference, size_t n_reference,
                                          const double *current, size_t n_current,
                                          drift_method method, double *out_statistic,
                                          double *out_p_value)
{
    drift__ties ties;
    if (!out_statistic || !out_p_value || (unsigned)method > DRIFT_METHOD_CONTINUOUS)
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift_status status = drift__ties_of_values(reference, n_reference, current, n_current, &ties);
    if (status)
        return status;
    status = cramer_von_mises(&ties, method, out_statistic, out_p_value);
    drift__ties_release(&ties);
    return status;
}

drift_status drift_cramer_von_mises_2samp_counts(const uint64_t *reference, const uint64_t *current,
                                                 size_t n, drift_method method,
                                                 double *out_statistic, double *out_p_value)
{
    drift__ties ties;
    if (!out_statistic || !out_p_value || (unsigned)method > DRIFT_METHOD_CONTINUOUS)
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift_status status = drift__ties_of_counts(reference, current, n, &ties);
    if (status)
        return status;
    status = cramer_von_mises(&ties, method, out_statistic, out_p_value);
    drift__ties_release(&ties);
    return status;
}
