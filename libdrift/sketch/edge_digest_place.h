/* SPDX-License-Identifier: Apache-2.0
 *
 * edge_digest_place.h: where the edges of an edge digest stand.
 */
#ifndef DRIFT_SKETCH_EDGE_DIGEST_PLACE_H
#define DRIFT_SKETCH_EDGE_DIGEST_PLACE_H

#include "sketch/edge_digest_state.h"

/**
 * `out` = the settled knots and the `n` values between `low` and `high`: a
 * block, or what there is of one. Edges are placed where cells are crowded;
 * `out` may be the settled knots themselves.
 */
void drift__edge_digest_fold(drift_edge_digest *digest, const double *values, size_t n, double low,
                             double high, drift__knots *out);
/** `out` = the settled knots and `theirs`; `out` is neither of them. */
void drift__edge_digest_join(drift_edge_digest *digest, const drift__knots *theirs,
                             drift__knots *out);
/**
 * `out` = what stays of the knots in digest->candidates, expected ranks of
 * which stand in digest->expected; `made` is used up.
 */
void drift__edge_digest_thin(const drift_edge_digest *digest, drift__knots *made,
                             drift__knots *out);
/** Room for candidates that a digest of so many edges needs. */
size_t drift__edge_digest_candidates(uint32_t edges);

#endif
