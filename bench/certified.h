/* SPDX-License-Identifier: Apache-2.0
 *
 * certified.h: do bounds that promise certainty hold? Samples made to break
 * them: ties, atoms, values on the edges, heavy tails, magnitudes that round.
 */
#ifndef DRIFT_BENCH_CERTIFIED_H
#define DRIFT_BENCH_CERTIFIED_H

#include "random.h"

typedef enum certified_style {
    CERTIFIED_UNIFORM,
    CERTIFIED_CAUCHY,
    CERTIFIED_LATTICE,    /* few whole numbers: ties across and within samples */
    CERTIFIED_ENDS,       /* each sample crowds at its own end of every cell */
    CERTIFIED_APART,      /* one sample above the other, or a single value */
    CERTIFIED_OFFSET,     /* 1e15 and a few: differences at the limit of the format */
    CERTIFIED_RANGE,      /* magnitudes from 1e-150 to 1e150, both signs */
    CERTIFIED_NEIGHBOURS, /* neighbouring doubles */
    CERTIFIED_STYLES
} certified_style;

/** What was found: cases, those outside of their bounds, those that reached one of them. */
typedef struct certified_count {
    size_t cases, outside, reached;
} certified_count;

typedef struct certified_result {
    certified_count ks, wasserstein, ranks;
} certified_result;

const char *certified_name(certified_style style);
/** `cases` pairs of samples, and as many t-digests. */
certified_result certified_run(certified_style style, generator *g, size_t cases);

#endif
