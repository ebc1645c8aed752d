/* SPDX-License-Identifier: Apache-2.0
 *
 * detector.h: the handle of a stream detector, for what writes and reads it.
 */
#ifndef DRIFT_SEQUENTIAL_DETECTOR_H
#define DRIFT_SEQUENTIAL_DETECTOR_H

#include "sequential/detector_kind.h"

struct drift_detector {
    drift_allocator allocator;
    drift_detector_kind number;
    const drift__detector_kind *kind;
    drift__detector_setup setup; /* its arrays lie in the same block, like the state */
    void *state;
    size_t size; /* of the block */
    uint64_t n;
    uint32_t signal;
};

#endif
