/* SPDX-License-Identifier: Apache-2.0
 *
 * ks_samples.c: tests by the largest difference of two empirical distribution
 * functions: Kolmogorov & Smirnov, one- and two-sided, and Kuiper.
 */
#include <drift/hypothesis.h>
#include <math.h>

#include "core/memory.h"
#include "hypothesis/ks.h"
#include "hypothesis/ties.h"

static const double AUTO_LATTICE = 1e6;

__extension__ typedef __int128 wide;

/* In units of 1 / (N n), exact: the reference's share ahead, and behind. */
typedef struct extremes {
    wide ahead, behind;
} extremes;

static extremes extremes_of(const drift__ties *ties)
{
    extremes found = {0, 0};
    wide difference = 0;
    for (size_t k = 0; k < ties->n; k++) {
        difference += (wide)ties->reference[k] * (wide)ties->n_current -
                      (wide)ties->current[k] * (wide)ties->n_reference;
        if (difference > found.ahead)
            found.ahead = difference;
        if (-difference > found.behind)
            found.behind = -difference;
    }
    return found;
}

static double share(wide units, const drift__ties *ties)
{
    long double product = (long double)ties->n_reference * (long double)ties->n_current;
    return (double)((long double)units / product);
}

static wide chosen(const drift__ties *ties, drift_alternative alternative)
{
    extremes found = extremes_of(ties);
    if (alternative == DRIFT_TWO_SIDED)
        return found.ahead > found.behind ? found.ahead : found.behind;
    return alternative == DRIFT_GREATER ? found.ahead : found.behind;
}

static drift_status exact(const drift__ties *ties, wide units, drift_alternative alternative,
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

static drift_status ks(const drift__ties *ties, drift_alternative alternative, drift_method method,
                       double *out_statistic, double *out_p_value)
{
    double n = (double)ties->n_reference, m = (double)ties->n_current, p = 1;
    wide units = chosen(ties, alternative);
    double d = share(units, ties);
    if (method == DRIFT_METHOD_AUTO)
        method = n * m <= AUTO_LATTICE ? DRIFT_METHOD_EXACT : DRIFT_METHOD_ASYMPTOTIC;
    drift_status status = DRIFT_OK;
    if (method != DRIFT_METHOD_ASYMPTOTIC)
        status = exact(ties, units, alternative, method == DRIFT_METHOD_EXACT, &p);
    else if (alternative == DRIFT_TWO_SIDED)
        p = drift__ks_limit_tail(d, n, m);
    else
        p = one_sided_limit(d, n, m);
    if (status)
        return status;
    *out_statistic = d;
    *out_p_value = p;
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

static void kuiper(const drift__ties *ties, double *out_statistic, double *out_p_value)
{
    extremes found = extremes_of(ties);
    double v = share(found.ahead + found.behind, ties);
    double root = sqrt(1 / (1 / (double)ties->n_reference + 1 / (double)ties->n_current));
    *out_statistic = v;
    *out_p_value = kuiper_tail((root + 0.155 + 0.24 / root) * v);
}

drift_status drift_kuiper_2samp(const double *reference, size_t n_reference, const double *current,
                                size_t n_current, double *out_statistic, double *out_p_value)
{
    drift__ties ties;
    if (!out_statistic || !out_p_value)
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift_status status = drift__ties_of_values(reference, n_reference, current, n_current, &ties);
    if (status)
        return status;
    kuiper(&ties, out_statistic, out_p_value);
    drift__ties_release(&ties);
    return DRIFT_OK;
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
    kuiper(&ties, out_statistic, out_p_value);
    drift__ties_release(&ties);
    return DRIFT_OK;
}
