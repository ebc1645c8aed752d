/* SPDX-License-Identifier: Apache-2.0
 *
 * guide.h: where to begin looking for a value among frozen edges. A guide
 * cell is found by arithmetic that rounds monotonically, so that only the edges of
 * that one cell are left to be compared with: mostly none or one (bucketed
 * search; Chen & Asau 1974). Cells are of equal width; or they widen with the
 * distance from one point, near which the edges crowd or from which they span
 * many magnitudes; edges that neither resolves are searched by halves. What a
 * look-up costs depends on the edges only.
 */
#ifndef DRIFT_KERNELS_GUIDE_H
#define DRIFT_KERNELS_GUIDE_H

#include <drift/base.h>

typedef struct drift__guide {
    double *edges;    /* n_edges, rising, then +inf as often as `steps` can look beyond */
    uint16_t *start;  /* edges before each guide cell */
    uint32_t n_edges; /* 0: not built */
    uint32_t cells;   /* guide cells, at least 1 */
    uint32_t steps;   /* halvings after the look-up: 2^steps > edges in any guide cell */
    int by_distance;
    double low, scale;    /* guide cell of v: (v - low) * scale, within 0 .. cells - 1 */
    double centre, grain; /* by_distance: bits of |v - centre| + grain less those of grain, */
    uint32_t shift;       /* >> shift, counted up or down from cells / 2 */
} drift__guide;

/** Guide to `n` >= 1 strictly rising finite edges (+inf is allowed as the last). O(n + cells). */
drift_status drift__guide_create(drift__guide *out_guide, const double *edges, uint32_t n,
                                 const drift_allocator *allocator);
/**
 * The same within the room that `guide` has already: 3 * n + 1 doubles for the
 * edges, `most_cells` starts. O(n + most_cells).
 */
void drift__guide_replace(drift__guide *guide, const double *edges, uint32_t n,
                          uint32_t most_cells);
void drift__guide_destroy(drift__guide *guide, const drift_allocator *allocator);

#endif
