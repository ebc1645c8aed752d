/* SPDX-License-Identifier: Apache-2.0
 *
 * running.h: running mean and sum of squares as river updates them (Welford
 * 1962), since the rows at which a detector signals hang on the last bit.
 */
#ifndef DRIFT_SEQUENTIAL_RUNNING_H
#define DRIFT_SEQUENTIAL_RUNNING_H

#include "sequential/detector_kind.h"

typedef struct drift__running_mean {
    uint64_t n;
    double mean;
} drift__running_mean;

static inline void drift__running_add(drift__running_mean *running, double value)
{
    running->n++;
    running->mean += 1.0 / (double)running->n * (value - running->mean);
}

static inline void drift__running_visit(drift__running_mean *running, drift__detector_codec *codec)
{
    drift__codec_count(codec, &running->n, UINT64_MAX >> 11);
    drift__codec_real(codec, &running->mean, -DRIFT__DETECTOR_LARGEST, DRIFT__DETECTOR_LARGEST);
}

#endif
