/* SPDX-License-Identifier: Apache-2.0
 *
 * running.h: running mean and sum of squares as river updates them (Welford
 * 1962), since the rows at which a detector signals hang on the last bit.
 */
#ifndef DRIFT_SEQUENTIAL_RUNNING_H
#define DRIFT_SEQUENTIAL_RUNNING_H

#include <math.h>

#include "sequential/detector_kind.h"

typedef struct drift__running_mean {
    uint64_t n;
    double mean;
} drift__running_mean;

static inline void drift__running_add(drift__running_mean *running, double value)
{
    running->n++;
    running->mean += 1.0 / (double)(int64_t)running->n * (value - running->mean);
}

/* The deviation of the mean of errors, sqrt(p (1 - p) / n). */
static inline double drift__running_deviation(const drift__running_mean *error)
{
    return sqrt(error->mean * (1 - error->mean) / (double)error->n);
}

/**
 * 1 where centre + sqrt(square) surely lies above `low` and below `high`, told without a root:
 * x |x| is the square of a bound's distance from the centre, of its sign. A millionth of a deviation
 * that is not below a millionth of the centre is more than rounding may do. 0 for NaN.
 */
static inline int drift__surely_between(double centre, double square, double low, double high)
{
    double above = low - centre, below = high - centre;
    return (square > above * fabs(above) * (1 + 1e-6)) &
           (square < below * fabs(below) * (1 - 1e-6)) & (square > centre * centre * 1e-12);
}

/** Of the mean of errors plus its deviation. */
static inline int drift__running_between(const drift__running_mean *error, double low, double high)
{
    double p = error->mean, square = p * (1 - p) * (1.0 / (double)(int64_t)error->n);
    return drift__surely_between(p, square, low, high);
}

static inline void drift__running_visit(drift__running_mean *running, drift__detector_codec *codec)
{
    drift__codec_count(codec, &running->n, UINT64_MAX >> 11);
    drift__codec_real(codec, &running->mean, -DRIFT__DETECTOR_LARGEST, DRIFT__DETECTOR_LARGEST);
}

#endif
