/* SPDX-License-Identifier: Apache-2.0
 *
 * association.c: how strongly cell and sample hang together: chi-square of the
 * 2 x B table brought to 0..1.
 */
#include <math.h>

#include "distance/shares.h"

/* X2 / (N + n) */
static long double mean_square(const uint64_t *reference, const uint64_t *current, size_t n,
                               const drift__totals *totals)
{
    long double sum = 0, whole = (long double)totals->reference + (long double)totals->current;
    for (size_t k = 0; k < n; k++) {
        if (!(reference[k] | current[k]))
            continue;
        drift__shares s =
            drift__cell_shares(reference[k], current[k], totals, DRIFT_SMOOTHING_NONE);
        long double joint = (long double)reference[k] + (long double)current[k];
        sum += (long double)s.difference * (long double)s.difference / joint;
    }
    return sum * ((long double)totals->reference / whole) * (long double)totals->current;
}

drift_status drift_association(drift_association_measure which, const uint64_t *reference,
                               const uint64_t *current, size_t n, double *out_value)
{
    drift__totals totals;
    if (!out_value || which > DRIFT_ASSOCIATION_PEARSON_C)
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift_status status = drift__sum_counts(reference, current, n, &totals);
    if (status)
        return status;
    if (totals.used < 2)
        return DRIFT_ERR_NOT_ENOUGH_DATA;
    long double whole = (long double)totals.reference + (long double)totals.current;
    long double square = mean_square(reference, current, n, &totals), rows = 2;
    long double columns = (long double)totals.used;
    switch (which) {
    case DRIFT_ASSOCIATION_CRAMER_V:
        break;
    case DRIFT_ASSOCIATION_CRAMER_V_CORRECTED:
        square -= (columns - 1) / (whole - 1);
        square = square > 0 ? square : 0;
        rows -= 1 / (whole - 1);
        columns -= (columns - 1) * (columns - 1) / (whole - 1);
        break;
    case DRIFT_ASSOCIATION_TSCHUPROW:
        *out_value = (double)sqrtl(square / sqrtl(columns - 1));
        return DRIFT_OK;
    case DRIFT_ASSOCIATION_PEARSON_C:
        *out_value = (double)sqrtl(square / (1 + square));
        return DRIFT_OK;
    }
    long double smaller = rows < columns ? rows : columns;
    if (!(smaller > 1))
        return DRIFT_ERR_NOT_ENOUGH_DATA;
    *out_value = (double)sqrtl(square / (smaller - 1));
    return DRIFT_OK;
}
