/* SPDX-License-Identifier: Apache-2.0
 *
 * ks.h: the laws of the Kolmogorov-Smirnov distance, for its tests.
 */
#ifndef DRIFT_HYPOTHESIS_KS_H
#define DRIFT_HYPOTHESIS_KS_H

#include <drift/base.h>

/**
 * Paths of the pooled sample: `small` <= `large` values, tie blocks that add up
 * to both (NULL: no ties), and the distance i large - j small at which a path
 * is cut. `side` is 0 for both signs, 1 where the smaller sample's share must
 * run ahead, -1 where the larger one's.
 */
typedef struct drift__lattice {
    uint64_t small, large;
    int side;
    const uint64_t *blocks;
    double limit;
} drift__lattice;

/** P(a path is cut); DRIFT_ERR_UNSUPPORTED above 10^7 lattice points. */
drift_status drift__lattice_tail(const drift__lattice *lattice, double *out_p_value);
/** The same at any size, without memory of its own: `weight` has room for small + 1 values. */
double drift__lattice_mass(const drift__lattice *lattice, double *weight);
/** Limit law of the two-sided distance with Stephens' correction; sizes need not be whole. */
double drift__ks_limit_tail(double d, double n_reference, double n_current);

#endif
