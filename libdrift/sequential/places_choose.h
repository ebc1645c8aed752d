/* SPDX-License-Identifier: Apache-2.0
 *
 * places_choose.h: what places.c and places_choose.c share.
 */
#ifndef DRIFT_SEQUENTIAL_PLACES_CHOOSE_H
#define DRIFT_SEQUENTIAL_PLACES_CHOOSE_H

#include "sequential/places.h"

/** `n` places, every row in cell 0, no cuts, no cells yet. */
drift_status drift__places_allocate(uint32_t n, const drift_allocator *allocator,
                                    drift__places *out_places);

#endif
