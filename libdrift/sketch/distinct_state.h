/* SPDX-License-Identifier: Apache-2.0
 *
 * distinct_state.h: what a sketch of distinct values holds.
 */
#ifndef DRIFT_SKETCH_DISTINCT_STATE_H
#define DRIFT_SKETCH_DISTINCT_STATE_H

#include <drift/distinct.h>

enum { DRIFT__LEAST_PRECISION = 4, DRIFT__MOST_PRECISION = 18 };

struct drift_distinct {
    drift_allocator allocator;
    uint32_t precision;
    uint32_t exact; /* 1 = `hashes` holds every hash seen */
    size_t n, most; /* hashes held, and how many there may be */
    uint64_t count, missing;
    uint8_t *registers; /* 2^precision, always up to date */
    uint64_t *hashes;   /* open addressing in 2 * most slots; 0 = free */
};

/** Take in the hash of a value; the caller counts. */
void drift__distinct_take(drift_distinct *distinct, uint64_t hash);
/** Largest value of a register. */
uint8_t drift__distinct_highest(const drift_distinct *distinct);

#endif
