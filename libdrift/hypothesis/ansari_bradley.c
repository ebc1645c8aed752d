/* SPDX-License-Identifier: Apache-2.0
 *
 * ansari_bradley.c: Ansari & Bradley's (1960) scale test: ranks counted from
 * the nearer end; exact law over all assignments, or the normal limit with mean
 * and variance given the ties.
 */
#include <drift/hypothesis.h>

#include "hypothesis/linear_rank.h"
#include "hypothesis/ties.h"

static uint64_t twice_from_end(uint64_t before, uint64_t size, uint64_t pooled)
{
    uint64_t after = pooled - before - size;
    return 2 * (before < after ? before : after) + size + 1;
}

static double statistic_of(const drift__ties *ties)
{
    uint64_t before = 0, pooled = ties->n_reference + ties->n_current;
    long double sum = 0;
    for (size_t k = 0; k < ties->n; k++) {
        uint64_t size = ties->reference[k] + ties->current[k];
        sum += (long double)ties->reference[k] * twice_from_end(before, size, pooled);
        before += size;
    }
    return (double)(sum / 2);
}

static drift_status ansari_bradley(const drift__ties *ties, drift_alternative alternative,
                                   drift_method method, double *out_statistic, double *out_p_value)
{
    drift__linear_rank law;
    drift_status status = drift__linear_rank_of(ties, twice_from_end, method, &law);
    if (status)
        return status;
    *out_statistic = statistic_of(ties);
    /* The wider sample has the smaller sum. */
    *out_p_value = drift__linear_rank_p_value(&law, alternative, DRIFT_LESS, 0);
    return DRIFT_OK;
}

static int valid(drift_alternative alternative, drift_method method, const double *out_statistic,
                 const double *out_p_value)
{
    return out_statistic && out_p_value && (unsigned)alternative <= DRIFT_GREATER &&
           (unsigned)method <= DRIFT_METHOD_CONTINUOUS;
}

drift_status drift_ansari_bradley(const double *reference, size_t n_reference,
                                  const double *current, size_t n_current,
                                  drift_alternative alternative, drift_method method,
                                  double *out_statistic, double *out_p_value)
{
    drift__ties ties;
    if (!valid(alternative, method, out_statistic, out_p_value))
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift_status status = drift__ties_of_values(reference, n_reference, current, n_current, &ties);
    if (status)
        return status;
    status = ansari_bradley(&ties, alternative, method, out_statistic, out_p_value);
    drift__ties_release(&ties);
    return status;
}

drift_status drift_ansari_bradley_counts(const uint64_t *reference, const uint64_t *current,
                                         size_t n, drift_alternative alternative,
                                         drift_method method, double *out_statistic,
                                         double *out_p_value)
{
    drift__ties ties;
    if (!valid(alternative, method, out_statistic, out_p_value))
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift_status status = drift__ties_of_counts(reference, current, n, &ties);
    if (status)
        return status;
    status = ansari_bradley(&ties, alternative, method, out_statistic, out_p_value);
    drift__ties_release(&ties);
    return status;
}
