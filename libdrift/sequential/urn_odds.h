/* SPDX-License-Identifier: Apache-2.0
 *
 * urn_odds.h: what each bet of an urn wins or loses by the rows of a block.
 */
#ifndef DRIFT_SEQUENTIAL_URN_ODDS_H
#define DRIFT_SEQUENTIAL_URN_ODDS_H

#include "sequential/urn.h"

/**
 * Fill `mixture`, `tilt` and `scale` of `won`, whose `counts` are those of `n` rows, by
 * multiplication. 0, and `won` says nothing, where there are thousands, or where the products leave
 * the range of doubles; some may be infinite or not a number then.
 */
int drift__urn_products(const drift__urn *urn, const drift__kernels *kernels, uint64_t n,
                        drift__urn_won *won);
/** The same by logarithms, of any number of rows. */
void drift__urn_logarithms(const drift__urn *urn, uint64_t n, drift__urn_won *won);

#endif
