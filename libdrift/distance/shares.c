/* SPDX-License-Identifier: Apache-2.0
 *
 * shares.c: exact differences of shares.
 */
#include "distance/shares.h"

drift_status drift__sum_counts(const uint64_t *reference, const uint64_t *current, size_t n,
                               drift__totals *out_totals)
{
    drift__totals totals = {0, 0, 0};
    if (!n || !reference || !current)
        return DRIFT_ERR_INVALID_ARGUMENT;
    for (size_t k = 0; k < n; k++) {
        if (__builtin_add_overflow(totals.reference, reference[k], &totals.reference) ||
            __builtin_add_overflow(totals.current, current[k], &totals.current))
            return DRIFT_ERR_OVERFLOW;
        totals.used += (reference[k] | current[k]) != 0;
    }
    /* Products of two doubled totals must fit 127 bits. */
    if (totals.reference >> 61 || totals.current >> 61)
        return DRIFT_ERR_OVERFLOW;
    if (!totals.reference || !totals.current)
        return DRIFT_ERR_NOT_ENOUGH_DATA;
    *out_totals = totals;
    return DRIFT_OK;
}

drift__shares drift__cell_shares(uint64_t x, uint64_t y, const drift__totals *totals,
                                 drift_smoothing smoothing)
{
    drift__int128 a = x, b = y, whole_a = totals->reference, whole_b = totals->current;
    if (smoothing == DRIFT_SMOOTHING_JEFFREYS) {
        a = 2 * a + 1;
        b = 2 * b + 1;
        whole_a = 2 * whole_a + (drift__int128)totals->used;
        whole_b = 2 * whole_b + (drift__int128)totals->used;
    }
    drift__shares shares;
    shares.p = (double)a / (double)whole_a;
    shares.q = (double)b / (double)whole_b;
    shares.difference = (double)((long double)(a * whole_b - b * whole_a) /
                                 ((long double)whole_a * (long double)whole_b));
    return shares;
}
