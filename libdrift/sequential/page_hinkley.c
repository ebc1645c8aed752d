/* SPDX-License-Identifier: Apache-2.0
 *
 * page_hinkley.c: the test of Page (1954) and Hinkley (1971) on fading sums:
 *   u = alpha u + (x - mean - delta), change where u - min u > threshold; downwards alike.
 * River's conventions; mode "sum" is frouros': u itself above the threshold.
 */
#include <float.h>
#include <math.h>

#include "sequential/running.h"

typedef struct page_hinkley {
    uint64_t min_instances;
    double delta, threshold, alpha;
    int mode;
    drift__running_mean mean;
    double increase, decrease;
    double least_increase, largest_decrease; /* DBL_MAX and, as river has it, -1 at first */
} page_hinkley;

enum { MODE_BOTH, MODE_UP, MODE_DOWN, MODE_SUM };
static const drift__detector_parameter PARAMETERS[] = {
    {"min_instances", 30, 1, 1e9, 1},    {"delta", 0.005, -1e100, 1e100, 0},
    {"threshold", 50, 0, 1e100, 0},      {"alpha", 1 - 0.0001, 0, 1, 0},
    {"mode", MODE_BOTH, 0, MODE_SUM, 1}, {NULL, 0, 0, 0, 0},
};
static const char *const READINGS[] = {"n", "mean", "sum_increase", "sum_decrease", NULL};

static void prepare(void *state, const drift__detector_setup *setup, void *room)
{
    page_hinkley *own = state;
    (void)room;
    own->min_instances = (uint64_t)setup->parameters[0];
    own->delta = setup->parameters[1];
    own->threshold = setup->parameters[2];
    own->alpha = setup->parameters[3];
    own->mode = (int)setup->parameters[4];
}

static void restart(void *state)
{
    page_hinkley *own = state;
    own->mean = (drift__running_mean){0, 0};
    own->increase = own->decrease = 0;
    own->least_increase = DBL_MAX;
    own->largest_decrease = -1;
}

static inline uint32_t step(page_hinkley *own, double value, uint32_t before)
{
    (void)before;
    drift__running_add(&own->mean, value);
    double apart = value - own->mean.mean;
    own->increase = own->alpha * own->increase + apart - own->delta;
    own->decrease = own->alpha * own->decrease + apart + own->delta;
    if (own->increase < own->least_increase)
        own->least_increase = own->increase;
    if (own->decrease > own->largest_decrease)
        own->largest_decrease = own->decrease;
    if (own->mean.n < own->min_instances)
        return 0;
    int up = own->increase - own->least_increase > own->threshold;
    int down = own->largest_decrease - own->decrease > own->threshold;
    int changed = own->mode == MODE_BOTH   ? up || down
                  : own->mode == MODE_UP   ? up
                  : own->mode == MODE_DOWN ? down
                                           : own->increase > own->threshold;
    return changed ? DRIFT_DETECTOR_CHANGE : 0;
}

DRIFT__DETECTOR_RUN(page_hinkley, step, 0)

static double read_value(const void *state, size_t k)
{
    const page_hinkley *own = state;
    const double values[] = {(double)own->mean.n, own->mean.mean, own->increase, own->decrease};
    return values[k];
}

static void visit(void *state, drift__detector_codec *codec)
{
    page_hinkley *own = state;
    drift__running_visit(&own->mean, codec);
    drift__codec_real(codec, &own->increase, -1e130, 1e130);
    drift__codec_real(codec, &own->decrease, -1e130, 1e130);
    drift__codec_real(codec, &own->least_increase, -1e130, DBL_MAX);
    drift__codec_real(codec, &own->largest_decrease, -1, 1e130);
}

const drift__detector_kind drift__page_hinkley = {
    .name = "page_hinkley",
    .input = DRIFT_DETECTOR_NUMBERS,
    .parameters = PARAMETERS,
    .readings = READINGS,
    .state_size = sizeof(page_hinkley),
    .prepare = prepare,
    .restart = restart,
    .update = update,
    .run = run,
    .read = read_value,
    .visit = visit,
};
