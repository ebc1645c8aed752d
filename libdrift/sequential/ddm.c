/* SPDX-License-Identifier: Apache-2.0
 *
 * ddm.c: DDM (Gama, Medas, Castillo & Rodrigues 2004, "Learning with drift
 * detection"): the error rate p and its deviation s = sqrt(p (1 - p) / n) against
 * those at which p + s was least. River's conventions.
 */
#include <float.h>
#include <math.h>

#include "sequential/running.h"

typedef struct ddm {
    uint64_t warm_start;
    double warning_threshold, drift_threshold;
    drift__running_mean error;
    double p_min, s_min, sum_min; /* sum_min: DBL_MAX before the first */
} ddm;

static const drift__detector_parameter PARAMETERS[] = {
    {"warm_start", 30, 0, 1e9, 1},
    {"warning_threshold", 2, 0, 1e6, 0},
    {"drift_threshold", 3, 0, 1e6, 0},
    {NULL, 0, 0, 0, 0},
};
static const char *const READINGS[] = {"n", "error_rate", "error_rate_min", "deviation_min", NULL};

static void prepare(void *state, const drift__detector_setup *setup, void *room)
{
    ddm *own = state;
    (void)room;
    own->warm_start = (uint64_t)setup->parameters[0];
    own->warning_threshold = setup->parameters[1];
    own->drift_threshold = setup->parameters[2];
}

static void restart(void *state)
{
    ddm *own = state;
    own->error = (drift__running_mean){0, 0};
    own->p_min = own->s_min = 0;
    own->sum_min = DBL_MAX;
}

static inline uint32_t step(ddm *own, double value, uint32_t before)
{
    (void)before;
    drift__running_add(&own->error, value);
    if (own->error.n <= own->warm_start)
        return 0;
    double quiet = own->p_min + own->warning_threshold * own->s_min;
    double limit = own->p_min + own->drift_threshold * own->s_min;
    if (drift__running_between(&own->error, own->sum_min, quiet))
        return 0;
    if (drift__running_between(&own->error, quiet > own->sum_min ? quiet : own->sum_min, limit))
        return DRIFT_DETECTOR_WARNING;
    double p = own->error.mean, s = drift__running_deviation(&own->error);
    if (p + s <= own->sum_min) {
        own->p_min = p;
        own->s_min = s;
        own->sum_min = p + s;
    }
    if (p + s > own->p_min + own->drift_threshold * own->s_min)
        return DRIFT_DETECTOR_CHANGE;
    return p + s > own->p_min + own->warning_threshold * own->s_min ? DRIFT_DETECTOR_WARNING : 0;
}

DRIFT__DETECTOR_RUN(ddm, step, 0)

static double read_value(const void *state, size_t k)
{
    const ddm *own = state;
    if (k > 1 && own->sum_min == DBL_MAX)
        return (double)NAN;
    const double values[] = {(double)own->error.n, own->error.mean, own->p_min, own->s_min};
    return values[k];
}

static void visit(void *state, drift__detector_codec *codec)
{
    ddm *own = state;
    drift__running_visit(&own->error, codec);
    drift__codec_real(codec, &own->p_min, 0, 1);
    drift__codec_real(codec, &own->s_min, 0, 1);
    drift__codec_real(codec, &own->sum_min, 0, DBL_MAX);
}

const drift__detector_kind drift__ddm = {
    .name = "ddm",
    .input = DRIFT_DETECTOR_SHARES,
    .parameters = PARAMETERS,
    .readings = READINGS,
    .state_size = sizeof(ddm),
    .prepare = prepare,
    .restart = restart,
    .update = update,
    .run = run,
    .read = read_value,
    .visit = visit,
};
