/* SPDX-License-Identifier: Apache-2.0
 *
 * evidence_state.h: the inside of a drift_evidence.
 */
#ifndef DRIFT_SEQUENTIAL_EVIDENCE_STATE_H
#define DRIFT_SEQUENTIAL_EVIDENCE_STATE_H

#include <drift/evidence.h>

#include "sequential/places.h"

enum { DRIFT__EVIDENCE_BLOCK = 256 }; /* most rows of a block whose order is kept */

struct drift_evidence {
    drift_allocator allocator;
    drift_evidence_config config; /* `allocator` there is not used */
    drift__places places;
    drift__random random; /* for rows of places that are cut */
    drift__urn *urn;
    double threshold;
    drift__money last, largest; /* at looks */
    uint64_t rows;              /* given */
    uint64_t alarm_row, change_row;
    uint64_t open_row;                      /* number of the first of the open rows */
    uint32_t open;                          /* rows of the unfinished block */
    uint8_t pending[DRIFT__EVIDENCE_BLOCK]; /* their cells */
};

/** Evidence against an urn of places->cells cells; takes `places` over, also where it fails. */
drift_status drift__evidence_create(const double *start, drift__places *places,
                                    const drift_evidence_config *config, drift__random random,
                                    drift_evidence **out_evidence, drift_error *error);
/** The configuration with its defaults filled in; DRIFT_ERR_INVALID_ARGUMENT where it cannot be. */
drift_status drift__evidence_config(const drift_evidence_config *config,
                                    drift_evidence_config *out_config, drift_error *error);
/**
 * Rows by cell since about the change as it is dated now, into `out_counts` (cells): what the
 * size of the change is told from. Returns the first row after the change. O(cells).
 */
uint64_t drift__evidence_since_change(const drift_evidence *evidence, uint64_t *out_counts);

#endif
