/* SPDX-License-Identifier: Apache-2.0
 *
 * location_scale.h: the two rank statistics that Lepage's test adds up.
 */
#ifndef DRIFT_HYPOTHESIS_LOCATION_SCALE_H
#define DRIFT_HYPOTHESIS_LOCATION_SCALE_H

#include <drift/base.h>

/**
 * Both are standard normal, and uncorrelated, for large samples of one law, whatever the ties;
 * their squares add up to Lepage's statistic.
 */
typedef struct drift__location_scale {
    double location; /* Wilcoxon's; above 0 where the current values are larger */
    double scale;    /* Mood's less its part along Wilcoxon's; above 0 where they lie wider */
    int has_scale;   /* 0 with two values in use: the scale says nothing new */
} drift__location_scale;

/** From counts in `n` ordered cells; DRIFT_ERR_NOT_ENOUGH_DATA as drift_lepage. O(n). */
drift_status drift__location_scale_of(const uint64_t *reference, const uint64_t *current, size_t n,
                                      drift__location_scale *out);

#endif
