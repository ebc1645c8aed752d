/* SPDX-License-Identifier: Apache-2.0
 *
 * draws.h: numbers drawn from laws, the same from the same state everywhere.
 */
#ifndef DRIFT_SEQUENTIAL_DRAWS_H
#define DRIFT_SEQUENTIAL_DRAWS_H

#include "core/random.h"

/** Beta(a, b), a, b > 0, by its quantile. */
double drift__draw_beta(drift__random *random, double a, double b);
/** Successes of `n` trials of probability `p`, 0 <= p <= 1. O(log n) quantiles of the beta law, of few expected successes or failures none. */
uint64_t drift__draw_binomial(drift__random *random, uint64_t n, double p);

#endif
