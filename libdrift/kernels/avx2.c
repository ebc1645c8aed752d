/* SPDX-License-Identifier: Apache-2.0
 *
 * avx2.c: the kernels four values at a time, with fused multiply-add; compiled for AVX2.
 */
#include "kernels/tables.h"

#define LANES 4
#include "kernels/loops.h"

const drift__kernels drift__kernels_avx2 = {
    "avx2", screen,      count,        heap,      place,     sums,      take_numbers,
    turn,   at_or_above, urn_accounts, urn_tilts, urn_stake, urn_follow};
