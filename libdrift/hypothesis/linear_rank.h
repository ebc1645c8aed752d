/* SPDX-License-Identifier: Apache-2.0
 *
 * linear_rank.h: the sum of the reference's scores, where each tie block has
 * one score, and its law over all assignments of the pooled values.
 */
#ifndef DRIFT_HYPOTHESIS_LINEAR_RANK_H
#define DRIFT_HYPOTHESIS_LINEAR_RANK_H

#include <drift/hypothesis.h>

#include "hypothesis/ties.h"

/** Twice the score of a block of `size` values that follows `before` of `pooled` ones. */
typedef uint64_t (*drift__twice_score)(uint64_t before, uint64_t size, uint64_t pooled);

typedef struct drift__linear_rank {
    double excess;       /* the sum of the reference's scores less its mean */
    double deviation;    /* its standard deviation; 0 where all blocks score the same */
    double lower, upper; /* exact: P(sum <= observed), P(sum >= observed) */
    int exact;           /* 0: lower and upper are not set */
} drift__linear_rank;

/** Moments always, the exact law as `method` says; DRIFT_ERR_UNSUPPORTED above 2 10^9 steps. */
drift_status drift__linear_rank_of(const drift__ties *ties, drift__twice_score score,
                                   drift_method method, drift__linear_rank *out);
/** The p-value where sums above their mean speak for `above`, DRIFT_LESS or DRIFT_GREATER. */
double drift__linear_rank_p_value(const drift__linear_rank *law, drift_alternative alternative,
                                  drift_alternative above, double continuity);

#endif
