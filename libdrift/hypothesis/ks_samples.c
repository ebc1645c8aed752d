/* SPDX-License-Identifier: Apache-2.0
 *
 * ks_samples.c: tests by the largest difference of two empirical distribution
 * functions: Kolmogorov & Smirnov, one- and two-sided, and Kuiper.
 */
#include <drift/hypothesis.h>
#include <math.h>

#include "core/memory.h"
#include "hypothesis/ks.h"
#include "hypothesis/ks_extremes.h"

static const double AUTO_LATTICE = 1e6;

/* The two sizes and the extremes of F - G. */
typedef struct distance {
    uint64_t n, m;
    drift__extremes extremes;
} distance;

static double share(const distance *of, drift__wide units)
{
    return (double)((long double)units / ((long double)of->n * (long double)of->m));
}

static drift__wide chosen(const drift__extremes *found, drift_alternative alternative)
{
    if (alternative == DRIFT_TWO_SIDED)
        return found->ahead > found->behind ? found->ahead : found->behind;
    return alternative == DRIFT_GREATER ? found->ahead : found->behind;
}

static drift_status exact(const drift__ties *ties, drift__wide units, drift_alternative alternative,
                          int with_ties, double *out_p_value)
{
    int swapped = ties->n_current < ties->n_reference;
    int side = alternative == DRIFT_TWO_SIDED ? 0 : alternative == DRIFT_GREATER ? 1 : -1;
    drift__lattice lattice = {swapped ? ties->n_current : ties->n_reference,
                              swapped ? ties->n_reference : ties->n_current, swapped ? -side : side,
                              NULL, (double)units};
    if (!with_ties)
        return drift__lattice_tail(&lattice, out_p_value);
    drift_allocator memory = drift__allocator(NULL);
    uint64_t *blocks = drift__allocate(&memory, ties->n, sizeof *blocks);
    if (!blocks)
        return DRIFT_ERR_OUT_OF_MEMORY;
    for (size_t k = 0; k < ties->n; k++)
        blocks[k] = ties->reference[k] + ties->current[k];
    lattice.blocks = blocks;
    drift_status status = drift__lattice_tail(&lattice, out_p_value);
    drift__release(&memory, blocks);
    return status;
}

static double one_sided_limit(double d, double n, double m)
{
    double larger = n > m ? n : m, smaller = n > m ? m : n;
    double z = d * sqrt(1 / (1 / n + 1 / m));
    double correction = 2 * z * (larger + 2 * smaller) / (3 * sqrt(larger * smaller * (n + m)));
    return exp(-2 * z * z - correction);
}

static double limit(double d, double n, double m, drift_alternative alternative)
{
    return alternative == DRIFT_TWO_SIDED ? drift__ks_limit_tail(d, n, m)
                                          : one_sided_limit(d, n, m);
}

/* Which law: the exact ones take time in proportion to n * m. */
static drift_method settled(drift_method method, uint64_t n, uint64_t m)
{
    if (method != DRIFT_METHOD_AUTO)
        return method;
    return (double)n * (double)m <= AUTO_LATTICE ? DRIFT_METHOD_EXACT : DRIFT_METHOD_ASYMPTOTIC;
}

static drift_status ks(const drift__ties *ties, drift_alternative alternative, drift_method method,
                       double *out_statistic, double *out_p_value)
{
    distance found = {ties->n_reference, ties->n_current, drift__extremes_of_ties(ties)};
    drift__wide units = chosen(&found.extremes, alternative);
    double d = share(&found, units), p = 1;
    drift_status status = DRIFT_OK;
    method = settled(method, found.n, found.m);
    if (method != DRIFT_METHOD_ASYMPTOTIC)
        status = exact(ties, units, alternative, method == DRIFT_METHOD_EXACT, &p);
    else
        p = limit(d, (double)found.n, (double)found.m, alternative);
    if (status)
        return status;
    *out_statistic = d;
    *out_p_value = p;
    return DRIFT_OK;
}

/* The limit law asks for the extremes only, not for what is tied. */
static drift_status ks_by_extremes(const double *reference, size_t n_reference,
                                   const double *current, size_t n_current,
                                   drift_alternative alternative, double *out_statistic,
                                   double *out_p_value)
{
    distance found = {n_reference, n_current, {0, 0}};
    drift_status status =
        drift__extremes_of_values(reference, n_reference, current, n_current, &found.extremes);
    if (status)
        return status;
    double d = share(&found, chosen(&found.extremes, alternative));
    *out_statistic = d;
    *out_p_value = limit(d, (double)n_reference, (double)n_current, alternative);
    return DRIFT_OK;
}

static int valid(drift_alternative alternative, drift_method method, const double *out_statistic,
                 const double *out_p_value)
{
    return out_statistic && out_p_value && (unsigned)alternative <= DRIFT_GREATER &&
           (unsigned)method <= DRIFT_METHOD_CONTINUOUS;
}

drift_status drift_ks_2samp(const double *reference, size_t n_reference, const double *current,
                            size_t n_current, drift_alternative alternative, drift_method method,
                            double *out_statistic, double *out_p_value)
{
    drift__ties ties;
    if (!valid(alternative, method, out_statistic, out_p_value))
        return DRIFT_ERR_INVALID_ARGUMENT;
    if (settled(method, n_reference, n_current) == DRIFT_METHOD_ASYMPTOTIC)
        return ks_by_extremes(reference, n_reference, current, n_current, alternative,
                              out_statistic, out_p_value);
    drift_status status = drift__ties_of_values(reference, n_reference, current, n_current, &ties);
    if (status)
        return status;
    status = ks(&ties, alternative, method, out_statistic, out_p_value);
    drift__ties_release(&ties);
    return status;
}

drift_status drift_ks_2samp_counts(const uint64_t *reference, const uint64_t *current, size_t n,
                                   drift_alternative alternative, drift_method method,
                                   double *out_statistic, double *out_p_value)
{
    drift__ties ties;
    if (!valid(alternative, method, out_statistic, out_p_value))
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift_status status = drift__ties_of_counts(reference, current, n, &ties);
    if (status)
        return status;
    status = ks(&ties, alternative, method, out_statistic, out_p_value);
    drift__ties_release(&ties);
    return status;
}

/* P of Kuiper's limit law beyond lambda; the dual series where the first one converges slowly. */
static double kuiper_tail(double lambda)
{
    if (lambda < 0.12)
        return 1;
    double sum = 0, square = lambda * lambda, p;
    if (lambda < 1.2) {
        for (int j = 1; j <= 6; j++)
            sum += j * j * exp(-M_PI * M_PI * j * j / (2 * square));
        p = 1 - sqrt(2 * M_PI) * M_PI * M_PI / (square * lambda) * sum;
    } else {
        for (int j = 1; j <= 6; j++)
            sum += (4 * j * j * square - 1) * exp(-2 * j * j * square);
        p = 2 * sum;
    }
    return p < 0 ? 0 : p > 1 ? 1 : p;
}

static void kuiper(const distance *of, double *out_statistic, double *out_p_value)
{
    double v = share(of, of->extremes.ahead + of->extremes.behind);
    double root = sqrt(1 / (1 / (double)of->n + 1 / (double)of->m));
    *out_statistic = v;
    *out_p_value = kuiper_tail((root + 0.155 + 0.24 / root) * v);
}

drift_status drift_kuiper_2samp(const double *reference, size_t n_reference, const double *current,
                                size_t n_current, double *out_statistic, double *out_p_value)
{
    distance found = {n_reference, n_current, {0, 0}};
    if (!out_statistic || !out_p_value)
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift_status status =
        drift__extremes_of_values(reference, n_reference, current, n_current, &found.extremes);
    if (!status)
        kuiper(&found, out_statistic, out_p_value);
    return status;
}

drift_status drift_kuiper_2samp_counts(const uint64_t *reference, const uint64_t *current, size_t n,
                                       double *out_statistic, double *out_p_value)
{
    drift__ties ties;
    if (!out_statistic || !out_p_value)
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift_status status = drift__ties_of_counts(reference, current, n, &ties);
    if (status)
        return status;
    distance found = {ties.n_reference, ties.n_current, drift__extremes_of_ties(&ties)};
    kuiper(&found, out_statistic, out_p_value);
    drift__ties_release(&ties);
    return DRIFT_OK;
}
