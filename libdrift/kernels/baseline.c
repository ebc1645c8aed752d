/* SPDX-License-Identifier: Apache-2.0
 *
 * baseline.c: the kernels two values at a time, which every x86-64 (SSE2) and
 * every aarch64 (NEON) can run.
 */
#include "kernels/tables.h"

#define LANES 2
#include "kernels/loops.h"

#if defined(__aarch64__)
#define NAME "neon"
#elif defined(__SSE2__)
#define NAME "sse2"
#else
#define NAME "baseline"
#endif

const drift__kernels drift__kernels_baseline = {
    NAME, screen,      count,        heap,      place,     sums,      take_numbers,
    turn, at_or_above, urn_accounts, urn_tilts, urn_stake, urn_follow};
