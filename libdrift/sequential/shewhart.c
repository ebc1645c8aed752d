/* SPDX-License-Identifier: Apache-2.0
 *
 * shewhart.c: the chart of single values (Shewhart 1931, "Economic control of
 * quality of manufactured product"): centre and deviation of the first values are
 * frozen; a change is a value more than k deviations away.
 */
#include <math.h>

#include "sequential/running.h"

typedef struct shewhart {
    double k;
    uint64_t least;
    int mode;
    drift__running_mean first; /* of the values the chart is drawn from */
    double squares;            /* of them about their mean */
} shewhart;

enum { MODE_BOTH, MODE_UP, MODE_DOWN };
static const drift__detector_parameter PARAMETERS[] = {
    {"k", 3, 1e-100, 1e100, 0},
    {"min_instances", 30, 1, 1e9, 1},
    {"mode", MODE_BOTH, 0, MODE_DOWN, 1},
    {NULL, 0, 0, 0, 0},
};
static const char *const READINGS[] = {"n", "center", "deviation", NULL};

static void prepare(void *state, const drift__detector_setup *setup, void *room)
{
    shewhart *own = state;
    (void)room;
    own->k = setup->parameters[0];
    own->least = (uint64_t)setup->parameters[1];
    own->mode = (int)setup->parameters[2];
}

static void restart(void *state)
{
    shewhart *own = state;
    own->first = (drift__running_mean){0, 0};
    own->squares = 0;
}

static double deviation(const shewhart *own)
{
    return own->first.n > 1 ? sqrt(own->squares / (double)(own->first.n - 1)) : 0;
}

/* The last of the first values is judged too. */
static inline uint32_t step(shewhart *own, double value, uint32_t before)
{
    (void)before;
    if (own->first.n < own->least) {
        double old_mean = own->first.mean;
        drift__running_add(&own->first, value);
        own->squares += (value - old_mean) * (value - own->first.mean);
        if (own->first.n < own->least)
            return 0;
    }
    double apart = value - own->first.mean, limit = own->k * deviation(own);
    int up = apart > limit && own->mode != MODE_DOWN, down = -apart > limit && own->mode != MODE_UP;
    return up || down ? DRIFT_DETECTOR_CHANGE : 0;
}

DRIFT__DETECTOR_RUN(shewhart, step, 0)

static double read_value(const void *state, size_t k)
{
    const shewhart *own = state;
    const double values[] = {(double)own->first.n, own->first.mean, deviation(own)};
    return k && own->first.n < own->least ? (double)NAN : values[k];
}

static void visit(void *state, drift__detector_codec *codec)
{
    shewhart *own = state;
    drift__running_visit(&own->first, codec);
    drift__codec_real(codec, &own->squares, 0, 1e260);
}

const drift__detector_kind drift__shewhart = {
    .name = "shewhart",
    .input = DRIFT_DETECTOR_NUMBERS,
    .parameters = PARAMETERS,
    .readings = READINGS,
    .state_size = sizeof(shewhart),
    .prepare = prepare,
    .restart = restart,
    .update = update,
    .run = run,
    .read = read_value,
    .visit = visit,
};
