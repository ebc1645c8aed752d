/* SPDX-License-Identifier: Apache-2.0
 *
 * large.h: profiles of samples that are too large to be drawn value by value
 * 20,000 times: their counts are drawn from the exact law that the counts of
 * raw values have, for samples above the rows that edges are chosen from.
 */
#ifndef DRIFT_BENCH_LARGE_H
#define DRIFT_BENCH_LARGE_H

#include <drift/profile.h>

#include "laws.h"

/** Rows the edges of one column are chosen from. */
enum { LARGE_SAMPLE = 131072 };

typedef struct large {
    law which;
    drift_profile *reference, *current;
    int64_t *sorted; /* stand-ins for the values of the sample, in order */
} large;

large large_begin(law which);
void large_end(large *l);
/** Profiles of `n_reference` > LARGE_SAMPLE and `n_current` rows, into `reference` and `current`. */
void large_draw(large *l, generator *g, uint64_t n_reference, uint64_t n_current);

#endif
