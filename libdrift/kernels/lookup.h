/* SPDX-License-Identifier: Apache-2.0
 *
 * lookup.h: the way from a value to its guide cell and from there to its
 * place among the edges; inline, because the kernels' loops are made of it.
 */
#ifndef DRIFT_KERNELS_LOOKUP_H
#define DRIFT_KERNELS_LOOKUP_H

#include <math.h>
#include <string.h>

#include "kernels/guide.h"

/** Where |value - centre| lies on a scale that is linear below the grain, logarithmic above. */
static inline uint64_t drift__guide_distance(double value, double centre, double grain)
{
    double distance = fabs(value - centre) + grain, from = grain;
    uint64_t bits, least;
    memcpy(&bits, &distance, sizeof bits);
    memcpy(&least, &from, sizeof least);
    return bits - least;
}

/** Guide cell of a value; never falls as values rise. */
static inline uint32_t drift__guide_cell(const drift__guide *guide, double value)
{
    if (!guide->by_distance) {
        double last = (double)(guide->cells - 1);
        double at = (value - guide->low) * guide->scale;
        at = at > 0 ? at : 0; /* NaN too: one guide cell, and inf * 0 */
        return (uint32_t)(at < last ? at : last);
    }
    uint64_t most = guide->cells / 2 - 1;
    uint64_t steps = drift__guide_distance(value, guide->centre, guide->grain) >> guide->shift;
    steps = steps < most ? steps : most;
    return guide->cells / 2 + (uint32_t)(value < guide->centre ? ~steps : steps);
}

/** How many edges lie at or below `value`, of which at least `from` and fewer than 2^steps more. */
static inline uint32_t drift__edges_from(const double *edges, uint32_t steps, uint32_t from,
                                         double value)
{
    while (steps) {
        uint32_t half = UINT32_C(1) << --steps;
        /* A mask, because compilers turn the conditional into a jump that cannot be predicted. */
        from += half & -(uint32_t)(edges[from + half - 1] <= value);
    }
    return from;
}

/** How many edges lie at or below `value`. */
static inline uint32_t drift__guide_find(const drift__guide *guide, double value)
{
    return drift__edges_from(guide->edges, guide->steps,
                             guide->start[drift__guide_cell(guide, value)], value);
}

#endif
