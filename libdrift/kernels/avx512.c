/* SPDX-License-Identifier: Apache-2.0
 *
 * avx512.c: the kernels eight values at a time; compiled for AVX-512 F, DQ and VL.
 */
#include "kernels/tables.h"

#define LANES 8
#include "kernels/loops.h"

const drift__kernels drift__kernels_avx512 = {
    "avx512", screen,      count,        heap,      place,     sums,      take_numbers,
    turn,     at_or_above, urn_accounts, urn_tilts, urn_stake, urn_follow};
