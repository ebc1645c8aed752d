/* SPDX-License-Identifier: Apache-2.0
 *
 * mann_whitney.c: Mann & Whitney's (1947) U on midranks: exact law over all
 * assignments, or the normal limit with the variance given the ties.
 */
#include <drift/hypothesis.h>

#include "hypothesis/linear_rank.h"
#include "hypothesis/ties.h"

static uint64_t twice_midrank(uint64_t before, uint64_t size, uint64_t pooled)
{
    (void)pooled;
    return 2 * before + size + 1;
}

/* Pairs in which the reference's value is the larger one, ties half. */
static double statistic_of(const drift__ties *ties)
{
    long double twice = 0;
    uint64_t below = 0;
    for (size_t k = 0; k < ties->n; k++) {
        twice += (long double)ties->reference[k] * (2 * below + ties->current[k]);
        below += ties->current[k];
    }
    return (double)(twice / 2);
}

static drift_status mann_whitney(const drift__ties *ties, drift_alternative alternative,
                                 drift_method method, int continuity, double *out_u,
                                 double *out_p_value)
{
    drift__linear_rank law;
    drift_status status = drift__linear_rank_of(ties, twice_midrank, method, &law);
    if (status)
        return status;
    *out_u = statistic_of(ties);
    *out_p_value =
        drift__linear_rank_p_value(&law, alternative, DRIFT_GREATER, continuity ? 0.5 : 0);
    return DRIFT_OK;
}

static int valid(drift_alternative alternative, drift_method method, const double *out_u,
                 const double *out_p_value)
{
    return out_u && out_p_value && (unsigned)alternative <= DRIFT_GREATER &&
           (unsigned)method <= DRIFT_METHOD_CONTINUOUS;
}

drift_status drift_mann_whitney(const double *reference, size_t n_reference, const double *current,
                                size_t n_current, drift_alternative alternative,
                                drift_method method, int continuity, double *out_u,
                                double *out_p_value)
{
    drift__ties ties;
    if (!valid(alternative, method, out_u, out_p_value))
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift_status status = drift__ties_of_values(reference, n_reference, current, n_current, &ties);
    if (status)
        return status;
    status = mann_whitney(&ties, alternative, method, continuity, out_u, out_p_value);
    drift__ties_release(&ties);
    return status;
}

drift_status drift_mann_whitney_counts(const uint64_t *reference, const uint64_t *current, size_t n,
                                       drift_alternative alternative, drift_method method,
                                       int continuity, double *out_u, double *out_p_value)
{
    drift__ties ties;
    if (!valid(alternative, method, out_u, out_p_value))
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift_status status = drift__ties_of_counts(reference, current, n, &ties);
    if (status)
        return status;
    status = mann_whitney(&ties, alternative, method, continuity, out_u, out_p_value);
    drift__ties_release(&ties);
    return status;
}
