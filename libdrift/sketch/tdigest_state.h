/* SPDX-License-Identifier: Apache-2.0
 *
 * tdigest_state.h: the inside of a t-digest, for the files that fill it, ask
 * it and write it.
 *
 * Invariants: means never fall; low <= mean <= high; the weights of the
 * centroids and the buffered values add up to n.
 */
#ifndef DRIFT_SKETCH_TDIGEST_STATE_H
#define DRIFT_SKETCH_TDIGEST_STATE_H

#include <drift/tdigest.h>

typedef struct drift__centroid {
    double mean, low, high;
    uint64_t weight;
} drift__centroid;

typedef struct drift__centroids {
    drift__centroid *items;
    size_t n;
} drift__centroids;

struct drift_tdigest {
    drift_allocator allocator;
    double compression, cosine, sine; /* of one step of K1 */
    uint64_t n, missing, infinite;
    double minimum, maximum;
    size_t capacity;
    drift__centroids settled; /* without the buffer */
    drift__centroids view;    /* with it, where view_holds */
    int view_holds;
    int64_t *buffer, *scratch; /* keys of values */
    size_t buffered;
};

/**
 * Centroids of everything seen; borrowed until the digest changes. They are a
 * cache inside the object: building it reorders the buffer at most, so whether
 * and when somebody asked never shows in a later answer.
 */
const drift__centroids *drift__tdigest_seen(const drift_tdigest *digest);

#endif
