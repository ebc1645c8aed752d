/* SPDX-License-Identifier: Apache-2.0
 *
 * evidence_state.h: the inside of a drift_evidence.
 */
#ifndef DRIFT_SEQUENTIAL_EVIDENCE_STATE_H
#define DRIFT_SEQUENTIAL_EVIDENCE_STATE_H

#include <drift/evidence.h>

#include "sequential/urn.h"

enum { DRIFT__EVIDENCE_BLOCK = 256 }; /* most rows of a block whose order is kept */

struct drift_evidence {
    drift_allocator allocator;
    drift_evidence_config config; /* `allocator` there is not used */
    drift__urn *urn;
    double threshold;
    drift__money last, largest; /* at looks */
    uint64_t rows;              /* given */
    uint64_t alarm_row, change_row;
    uint64_t open_row;                      /* number of the first of the open rows */
    uint32_t open;                          /* rows of the unfinished block */
    uint8_t pending[DRIFT__EVIDENCE_BLOCK]; /* their cells */
};

#endif
