/* SPDX-License-Identifier: Apache-2.0
 *
 * streams.h: streams that are ordinary, and some that break a digest of means;
 * what their ranks really are.
 */
#ifndef DRIFT_TESTS_STREAMS_H
#define DRIFT_TESTS_STREAMS_H

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "core/hash.h"
#include "core/key.h"
#include "core/sort.h"

static uint64_t state;

static inline double uniform(void)
{
    state++;
    return ((double)(drift__mix(state) >> 11) + 0.5) * 0x1p-53;
}

static inline double normal(void)
{
    double radius = sqrt(-2 * log(uniform()));
    return radius * cos(6.283185307179586 * uniform());
}

enum { SHAPES = 16 };
static const char *const shape_names[SHAPES] = {
    "normal", "lognormal",  "sorted",   "constant",  "ints",        "offset",
    "shift",  "loguniform", "reverse",  "two atoms", "alternating", "huge",
    "pareto", "1000 ints",  "shift 10", "both signs"};

static inline void fill(double *values, size_t n, int shape)
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

static inline void sort(double *values, size_t n)
{
    int64_t *keys = malloc(n * sizeof *keys), *scratch = malloc(n * sizeof *scratch);
    for (size_t i = 0; i < n; i++)
        keys[i] = drift__key(values[i]);
    drift__sort_keys(keys, n, scratch);
    for (size_t i = 0; i < n; i++)
        values[i] = drift__key_double(keys[i]);
    free(keys);
    free(scratch);
}

/* How many of the sorted values are < value, or <= value where `equal`. */
static inline size_t count_below(const double *sorted, size_t n, double value, int equal)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (sorted[middle] < value || (equal && sorted[middle] == value))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

#endif
