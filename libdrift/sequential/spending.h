/* SPDX-License-Identifier: Apache-2.0
 *
 * spending.h: how money is spread over the blocks of a stream without an end.
 */
#ifndef DRIFT_SEQUENTIAL_SPENDING_H
#define DRIFT_SEQUENTIAL_SPENDING_H

#include <stdint.h>

/**
 * The share of block 0, 1, ... of the money: octave i, of 2^(6 + i) blocks, has 4 / ((i + 4) (i + 5)),
 * which adds up to 1. So a change is bet on at odds that fall with the logarithm of its row only.
 */
double drift__block_share(uint64_t block);

#endif
