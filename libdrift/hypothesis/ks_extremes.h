/* SPDX-License-Identifier: Apache-2.0
 *
 * ks_extremes.h: how far one empirical distribution function gets ahead of another.
 */
#ifndef DRIFT_HYPOTHESIS_KS_EXTREMES_H
#define DRIFT_HYPOTHESIS_KS_EXTREMES_H

#include "hypothesis/ties.h"

__extension__ typedef __int128 drift__wide;

/** In units of 1 / (N n), exact: the reference's share ahead, and behind; both >= 0. */
typedef struct drift__extremes {
    drift__wide ahead, behind;
} drift__extremes;

drift__extremes drift__extremes_of_ties(const drift__ties *ties);
/**
 * Of raw values, of which only those are sorted among which an extreme can
 * lie: O(N) time and memory. Errors as those of drift__ties_of_values.
 */
drift_status drift__extremes_of_values(const double *reference, size_t n_reference,
                                       const double *current, size_t n_current,
                                       drift__extremes *out_extremes);

#endif
