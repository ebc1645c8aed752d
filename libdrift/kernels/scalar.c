/* SPDX-License-Identifier: Apache-2.0
 *
 * scalar.c: the kernels in plain C, the reference for every other set.
 */
#include "kernels/tables.h"

#define LANES 1
#include "kernels/loops.h"

const drift__kernels drift__kernels_scalar = {
    "scalar", screen,      count,        heap,      place,     sums,      take_numbers,
    turn,     at_or_above, urn_accounts, urn_tilts, urn_stake, urn_follow};
