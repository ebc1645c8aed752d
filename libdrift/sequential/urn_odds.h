/* SPDX-License-Identifier: Apache-2.0
 *
 * urn_odds.h: what each bet of an urn wins or loses by the rows of a block.
 */
#ifndef DRIFT_SEQUENTIAL_URN_ODDS_H
#define DRIFT_SEQUENTIAL_URN_ODDS_H

#include "sequential/urn.h"

/**
 * Fill all of `won` but `money`, whose `counts` are given. `rows` in their order, up to 256, for products; NULL,
 * or where products would leave the range of doubles: by logarithms.
 */
void drift__urn_odds(const drift__urn *urn, const uint8_t *rows, drift__urn_won *won);

#endif
