/* SPDX-License-Identifier: Apache-2.0
 *
 * spending.c: binary fractions, the same on every machine.
 */
#include "sequential/spending.h"

double drift__block_share(uint64_t block)
{
    enum { FIRST_OCTAVE = 6 };
    uint64_t at = block + (UINT64_C(1) << FIRST_OCTAVE);
    int octave = 63 - __builtin_clzll(at), i = octave - FIRST_OCTAVE;
    return 4.0 / ((i + 4.0) * (i + 5.0)) / (double)(UINT64_C(1) << octave);
}
