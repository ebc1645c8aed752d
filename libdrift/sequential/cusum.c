/* SPDX-License-Identifier: Apache-2.0
 *
 * cusum.c: the cumulative sum of Page (1954), "Continuous inspection schemes":
 *   g = max(0, g + x - mean - delta), change where g > lambda_.
 * MOA's conventions, the mean as river has it: the quotient does not wait for the last one.
 */
#include "sequential/running.h"

typedef struct cusum {
    uint64_t least;
    double delta, threshold;
    drift__running_mean mean;
    double sum;
} cusum;

static const drift__detector_parameter PARAMETERS[] = {
    {"delta", 0.005, -1e100, 1e100, 0},
    {"lambda_", 50, 0, 1e100, 0},
    {"min_num_instances", 30, 1, 1e9, 1},
    {NULL, 0, 0, 0, 0},
};
static const char *const READINGS[] = {"n", "mean", "sum", NULL};

static void prepare(void *state, const drift__detector_setup *setup, void *room)
{
    cusum *own = state;
    (void)room;
    own->delta = setup->parameters[0];
    own->threshold = setup->parameters[1];
    own->least = (uint64_t)setup->parameters[2];
}

static void restart(void *state)
{
    cusum *own = state;
    own->mean = (drift__running_mean){0, 0};
    own->sum = 0;
}

static inline uint32_t step(cusum *own, double value, uint32_t before)
{
    (void)before;
    drift__running_add(&own->mean, value);
    double sum = own->sum + value - own->mean.mean - own->delta;
    own->sum = sum > 0 ? sum : 0;
    /* MOA counts one ahead. */
    return own->mean.n + 1 >= own->least && own->sum > own->threshold ? DRIFT_DETECTOR_CHANGE : 0;
}

DRIFT__DETECTOR_RUN(cusum, step, 0)

static double read_value(const void *state, size_t k)
{
    const cusum *own = state;
    const double values[] = {(double)own->mean.n, own->mean.mean, own->sum};
    return values[k];
}

static void visit(void *state, drift__detector_codec *codec)
{
    cusum *own = state;
    drift__running_visit(&own->mean, codec);
    drift__codec_real(codec, &own->sum, 0, 1e130);
}

const drift__detector_kind drift__cusum = {
    .name = "cusum",
    .input = DRIFT_DETECTOR_NUMBERS,
    .parameters = PARAMETERS,
    .readings = READINGS,
    .state_size = sizeof(cusum),
    .prepare = prepare,
    .restart = restart,
    .update = update,
    .run = run,
    .read = read_value,
    .visit = visit,
};
