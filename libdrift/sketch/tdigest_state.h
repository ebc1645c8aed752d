/* SPDX-License-Identifier: Apache-2.0
 *
 * tdigest_state.h: the inside of a t-digest, for the files that fill it, ask
 * it and write it.
 *
 * Invariants: means never fall; low <= mean <= high; the weights of the
 * centroids and the waiting values add up to n.
 */
#ifndef DRIFT_SKETCH_TDIGEST_STATE_H
#define DRIFT_SKETCH_TDIGEST_STATE_H

#include <drift/tdigest.h>

#include "sketch/feed.h"

enum { DRIFT__TDIGEST_EDGES = 255, DRIFT__TDIGEST_GUIDE_CELLS = 4096 };

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
    drift__feed feed;                 /* values come through it */
    double minimum, maximum;          /* +inf and -inf of none; without what waits in the feed */
    size_t capacity;
    drift__centroids settled; /* without what waits in the feed */
    drift__centroids view;    /* with it, when there were view_n values */
    uint64_t view_n;
    int broken; /* a value that is no whole number has been settled */
    /* How blocks are folded (tdigest_fold.h). */
    drift__centroids grown;  /* the settled ones with what fell into them */
    double *borders;         /* between one of them and the next */
    drift__guide guide;      /* to the edges of the heaps, none at first */
    unsigned wait, patience; /* blocks until edges are learnt again; grows while none fit */
    int64_t *keys;           /* of a block, and as much again for sorting them */
    drift__heap heaps[DRIFT__TDIGEST_EDGES + 1];
    uint8_t split[DRIFT__TDIGEST_EDGES + 1];
};

/**
 * Centroids of everything seen; borrowed until the digest changes. They are a
 * cache inside the object, so whether and when somebody asked never shows in a
 * later answer.
 */
const drift__centroids *drift__tdigest_seen(const drift_tdigest *digest);
/** The extrema of no values. */
void drift__tdigest_forget_extrema(drift_tdigest *digest);
/** 1 where everything seen was a whole number. */
int drift__tdigest_whole(const drift_tdigest *digest);

#endif
