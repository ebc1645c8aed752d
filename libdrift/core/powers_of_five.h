/* SPDX-License-Identifier: Apache-2.0
 *
 * powers_of_five.h: the first 128 bits of powers of five, for number parsing.
 */
#ifndef DRIFT_CORE_POWERS_OF_FIVE_H
#define DRIFT_CORE_POWERS_OF_FIVE_H

#include <stdint.h>

enum { DRIFT__SMALLEST_POWER_OF_FIVE = -342, DRIFT__LARGEST_POWER_OF_FIVE = 308 };

/** Entry q - DRIFT__SMALLEST_POWER_OF_FIVE: high and low half of 5^q, highest bit set. */
extern const uint64_t drift__powers_of_five[][2];

#endif
