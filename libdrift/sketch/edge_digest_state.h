/* SPDX-License-Identifier: Apache-2.0
 *
 * edge_digest_state.h: the inside of an edge digest, for the files that fill
 * it, ask it and write it.
 */
#ifndef DRIFT_SKETCH_EDGE_DIGEST_STATE_H
#define DRIFT_SKETCH_EDGE_DIGEST_STATE_H

#include <drift/edge_digest.h>

#include "kernels/kernels.h"
#include "sketch/edge_knots.h"
#include "sketch/feed.h"

enum {
    DRIFT__EDGE_DIGEST_MOST = 500, /* edges */
    DRIFT__EDGE_DIGEST_GUIDE_CELLS = 4096
};

struct drift_edge_digest {
    drift_allocator allocator;
    uint32_t edges;
    double angle;         /* of K1 that one cell spans where all are as they should be */
    drift__feed feed;     /* values come through it */
    drift__knots settled; /* without what waits in the feed */
    drift__knots view;    /* with it, where view_holds */
    int view_holds;
    drift__guide guide; /* to the edges of `settled`, where guide_holds */
    int guide_holds;
    drift__knot *candidates;  /* room for drift__edge_digest_candidates of them */
    double *expected, *costs; /* as many of both */
    int64_t *keys, *scratch;  /* of a block */
    uint64_t counts[DRIFT__EDGE_DIGEST_MOST + 1];
    uint8_t crowded[DRIFT__EDGE_DIGEST_MOST + 1];
};

/** Everything seen; borrowed until the digest changes. A cache: asking leaves no trace. */
const drift__knots *drift__edge_digest_seen(const drift_edge_digest *digest);

#endif
