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

/* Returns 1 / n. */
static inline double drift__running_add(drift__running_mean *running, double value)
{
    double share = 1.0 / (double)(int64_t)++running->n;
    running->mean += share * (value - running->mean);
    return share;
}

/* The deviation of the mean of errors, sqrt(p (1 - p) / n). */
static inline double drift__running_deviation(const drift__running_mean *error)
{
    return sqrt(error->mean * (1 - error->mean) / (double)error->n);
}

/**
 * 1 where centre + sqrt(square) surely lies above or below a bound, told without a root: x |x| is
 * the square of the bound's distance from the centre, of its sign. A millionth of a deviation is more
 * than rounding may do where it is not below a millionth of the centre. 0 for NaN.
 */
static inline int drift__surely_above(double centre, double square, double bound)
{
    double way = bound - centre;
    return square > way * fabs(way) * (1 + 1e-6);
}

static inline int drift__surely_below(double centre, double square, double bound)
{
    double way = bound - centre;
    return square < way * fabs(way) * (1 - 1e-6) && square > centre * centre * 1e-12;
}

static inline int drift__surely_between(double centre, double square, double low, double high)
{
    return drift__surely_below(centre, square, high) && drift__surely_above(centre, square, low);
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
