/* SPDX-License-Identifier: Apache-2.0
 *
 * gma.c: the geometric moving average of Roberts (1959, "Control chart tests
 * based on geometric moving averages"), of the distances from the running mean:
 *   g = alpha g + (1 - alpha) (x - mean), change where g > lambda_.
 * MOA's conventions, the mean as river has it: the quotient does not wait for the last one.
 */
#include "sequential/running.h"

typedef struct gma {
    uint64_t least;
    double alpha, threshold;
    drift__running_mean mean;
    double average;
} gma;

static const drift__detector_parameter PARAMETERS[] = {
    {"alpha", 0.99, 0, 1, 0},
    {"lambda_", 1, 0, 1e100, 0},
    {"min_num_instances", 30, 1, 1e9, 1},
    {NULL, 0, 0, 0, 0},
};
static const char *const READINGS[] = {"n", "mean", "average", NULL};

static void prepare(void *state, const drift__detector_setup *setup, void *room)
{
    gma *own = state;
    (void)room;
    own->alpha = setup->parameters[0];
    own->threshold = setup->parameters[1];
    own->least = (uint64_t)setup->parameters[2];
}

static void restart(void *state)
{
    gma *own = state;
    own->mean = (drift__running_mean){0, 0};
    own->average = 0;
}

static inline uint32_t step(gma *own, double value, uint32_t before)
{
    (void)before;
    drift__running_add(&own->mean, value);
    own->average = own->alpha * own->average + (1 - own->alpha) * (value - own->mean.mean);
    /* MOA counts one ahead. */
    return own->mean.n + 1 >= own->least && own->average > own->threshold ? DRIFT_DETECTOR_CHANGE
                                                                          : 0;
}

DRIFT__DETECTOR_RUN(gma, step, 0)

static double read_value(const void *state, size_t k)
{
    const gma *own = state;
    const double values[] = {(double)own->mean.n, own->mean.mean, own->average};
    return values[k];
}

static void visit(void *state, drift__detector_codec *codec)
{
    gma *own = state;
    drift__running_visit(&own->mean, codec);
    drift__codec_real(codec, &own->average, -1e110, 1e110);
}

const drift__detector_kind drift__gma = {
    .name = "gma",
    .input = DRIFT_DETECTOR_NUMBERS,
    .parameters = PARAMETERS,
    .readings = READINGS,
    .state_size = sizeof(gma),
    .prepare = prepare,
    .restart = restart,
    .update = update,
    .run = run,
    .read = read_value,
    .visit = visit,
};
