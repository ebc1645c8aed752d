/* SPDX-License-Identifier: Apache-2.0
 *
 * tdigest_streams.h: streams that are ordinary, and some that break a digest of means.
 */
#ifndef DRIFT_TESTS_TDIGEST_STREAMS_H
#define DRIFT_TESTS_TDIGEST_STREAMS_H

#include <float.h>
#include <math.h>

#include "core/hash.h"

static uint64_t state;

static double uniform(void)
{
    state++;
    return ((double)(drift__mix(state) >> 11) + 0.5) * 0x1p-53;
}

static double normal(void)
{
    double radius = sqrt(-2 * log(uniform()));
    return radius * cos(6.283185307179586 * uniform());
}

enum { SHAPES = 16 };
static const char *const shape_names[SHAPES] = {
    "normal", "lognormal",  "sorted",   "constant",  "ints",        "offset",
    "shift",  "loguniform", "reverse",  "two atoms", "alternating", "huge",
    "pareto", "1000 ints",  "shift 10", "both signs"};

static void fill(double *values, size_t n, int shape)
{
    state = 77 + (uint64_t)shape * 1000003;
    for (size_t i = 0; i < n; i++) {
        double share = (double)i / (double)n;
        switch (shape) {
        case 0:
            values[i] = normal();
            break;
        case 1:
            values[i] = exp(normal());
            break;
        case 2:
            values[i] = share;
            break;
        case 3:
            values[i] = 42;
            break;
        case 4:
            values[i] = floor(uniform() * 100);
            break;
        case 5:
            values[i] = 1e6 + normal();
            break;
        case 6:
            values[i] = normal() + (share > 0.5 ? 5 : 0);
            break;
        case 7:
            values[i] = pow(10, uniform() * 12 - 6);
            break;
        case 8:
            values[i] = -share;
            break;
        case 9:
            values[i] = uniform() < 0.3 ? 0 : uniform() < 0.5 ? 1 : normal();
            break;
        case 10:
            values[i] = i % 2 ? -share : share;
            break;
        case 11:
            values[i] = (uniform() * 2 - 1) * DBL_MAX;
            break;
        case 12:
            values[i] = pow(uniform(), -1 / 1.5);
            break;
        case 13:
            values[i] = floor(uniform() * 1000);
            break;
        case 14:
            values[i] = normal() + (share > 0.5 ? 10 : 0);
            break;
        default: /* magnitudes of both signs */
            values[i] = (uniform() < 0.5 ? -1 : 1) * exp(uniform() * 400 - 200);
            break;
        }
    }
}

#endif
