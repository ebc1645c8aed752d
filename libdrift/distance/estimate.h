/* SPDX-License-Identifier: Apache-2.0
 *
 * estimate.h: divergences of counts with their sampling intervals, several for
 * little more than one.
 */
#ifndef DRIFT_DISTANCE_ESTIMATE_H
#define DRIFT_DISTANCE_ESTIMATE_H

#include "distance/shares.h"

/** The divergences that have an interval: PSI, KL, JS, HELLINGER, TOTAL_VARIATION. */
enum { DRIFT__ESTIMATED = DRIFT_DIVERGENCE_TOTAL_VARIATION + 1 };

/** What drift_psi and the others (by Jeffreys where they take smoothing) and drift_divergence_interval give. */
typedef struct drift__estimate {
    double value, low, high;
} drift__estimate;

typedef struct drift__estimates {
    drift__estimate of[DRIFT__ESTIMATED]; /* by drift_divergence */
    double psi_debiased;                  /* as drift_psi_debiased gives it */
} drift__estimates;

/**
 * Those whose bit 1 << drift_divergence is in `wanted`; the others are left as they were, and
 * psi_debiased is PSI's. DRIFT_ERR_* where there is nothing to compare. O(n).
 */
drift_status drift__estimate_divergences(const uint64_t *reference, const uint64_t *current,
                                         size_t n, unsigned wanted, drift__estimates *out);

#endif
