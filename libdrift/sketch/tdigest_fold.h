/* SPDX-License-Identifier: Apache-2.0
 *
 * tdigest_fold.h: blocks of values and other digests become centroids.
 */
#ifndef DRIFT_SKETCH_TDIGEST_FOLD_H
#define DRIFT_SKETCH_TDIGEST_FOLD_H

#include "sketch/tdigest_state.h"

/**
 * Fold the settled centroids and `n` <= DRIFT__FEED_BLOCK finite values, which
 * digest->n counts already, into `out`, which is not the settled ones.
 * Changes nothing else of the digest but what is rewritten each time; where
 * `learn`, also the edges by which the next values are heaped.
 */
void drift__tdigest_fold(drift_tdigest *digest, const double *values, size_t n, int learn,
                         drift__centroids *out);
/** Fold the settled centroids and `theirs` into `out`, which is neither. */
void drift__tdigest_join(const drift_tdigest *digest, const drift__centroids *theirs,
                         drift__centroids *out);
/**
 * Between a <= b, monotone in share (0..1) and never beyond b; by magnitude
 * (keys are logarithms, straight between powers of two) where both have one sign.
 */
double drift__tdigest_between(double a, double b, double share, int by_magnitude);
/** 1 where a centroid's values spread evenly over magnitudes rather than over numbers. */
int drift__tdigest_spread(const drift__centroid *centroid);

#endif
