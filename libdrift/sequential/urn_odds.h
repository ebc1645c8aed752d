/* SPDX-License-Identifier: Apache-2.0
 *
 * urn_odds.h: what each bet of an urn wins or loses by the rows of a block.
 */
#ifndef DRIFT_SEQUENTIAL_URN_ODDS_H
#define DRIFT_SEQUENTIAL_URN_ODDS_H

#include "sequential/urn.h"

/** Prior strengths of the two mixtures: how many rows an account's old shares count for. */
extern const double drift__urn_strengths[DRIFT__URN_MIXTURES];

/**
 * `counts` of any sizes up to 2^52 in all. Products for blocks of some hundred rows at most, else by
 * logarithms.
 */
void drift__urn_odds(const drift__urn *urn, const uint64_t *counts, drift__urn_won *out_won);

#endif
