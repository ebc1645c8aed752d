/* SPDX-License-Identifier: Apache-2.0
 *
 * eddm.c: EDDM (Baena-Garcia et al. 2006, "Early drift detection method"): mean
 * m and deviation s of the distances between errors; m + 2 s as a share of the
 * largest there was. River's conventions.
 */
#include <math.h>

#include "sequential/running.h"

typedef struct eddm {
    uint64_t warm_start;
    double alpha, beta;
    drift__running_mean distance;
    double squares; /* of the distances about their mean */
    uint64_t n, last_error;
    double largest; /* -1 before the first */
} eddm;

static const drift__detector_parameter PARAMETERS[] = {
    {"warm_start", 30, 0, 1e9, 1},
    {"alpha", 0.95, 0, 1, 0},
    {"beta", 0.9, 0, 1, 0},
    {NULL, 0, 0, 0, 0},
};
static const char *const READINGS[] = {"n", "errors", "distance", NULL};

static const char *conflict(const drift__detector_setup *setup)
{
    return setup->parameters[1] < setup->parameters[2] ? "alpha must not be smaller than beta"
                                                       : NULL;
}

static void prepare(void *state, const drift__detector_setup *setup, void *room)
{
    eddm *own = state;
    (void)room;
    own->warm_start = (uint64_t)setup->parameters[0];
    own->alpha = setup->parameters[1];
    own->beta = setup->parameters[2];
}

static void restart(void *state)
{
    eddm *own = state;
    own->distance = (drift__running_mean){0, 0};
    own->squares = 0;
    own->n = own->last_error = 0;
    own->largest = -1;
}

/* What an error says. */
static inline uint32_t learn(eddm *own, uint32_t before)
{
    double distance = (double)(int64_t)(own->n - own->last_error), old_mean = own->distance.mean;
    own->last_error = own->n;
    drift__running_add(&own->distance, distance);
    own->squares += (distance - old_mean) * (distance - own->distance.mean);
    if (own->n <= own->warm_start)
        return before;
    uint64_t errors = own->distance.n;
    if (errors > own->warm_start) {
        double square = 4 * own->squares * (1.0 / (double)(int64_t)(errors - 1));
        double quiet = own->alpha * own->largest, warned = own->beta * own->largest;
        if (drift__surely_between(own->distance.mean, square, quiet, own->largest))
            return 0;
        if (drift__surely_between(own->distance.mean, square, warned, quiet))
            return DRIFT_DETECTOR_WARNING;
    }
    double variance = errors > 1 ? own->squares / (double)(errors - 1) : 0;
    double level = own->distance.mean + 2 * sqrt(variance);
    if (level > own->largest) {
        own->largest = level;
        return before;
    }
    if (errors <= own->warm_start)
        return before;
    double share = level / own->largest;
    if (share < own->beta)
        return before | DRIFT_DETECTOR_CHANGE;
    return share < own->alpha ? DRIFT_DETECTOR_WARNING : 0;
}

/* From one error to the next; those that are right change nothing. */
static uint32_t run(void *state, const double *values, size_t n, uint32_t before, uint8_t *signals)
{
    eddm own = *(eddm *)state;
    for (size_t i = 0; i < n; i++) {
        if (before & DRIFT_DETECTOR_CHANGE) {
            restart(&own);
            before = 0;
        }
        size_t first = i;
        for (; i < n && !(values[i] > 0); i++)
            if (signals)
                signals[i] = (uint8_t)before;
        own.n += i - first;
        if (i == n)
            break;
        own.n++;
        before = learn(&own, before);
        if (signals)
            signals[i] = (uint8_t)before;
    }
    *(eddm *)state = own;
    return before;
}

static uint32_t update(void *state, double value, uint32_t before)
{
    return run(state, &value, 1, before, NULL);
}

static double read_value(const void *state, size_t k)
{
    const eddm *own = state;
    const double values[] = {(double)own->n, (double)own->distance.n,
                             own->distance.n ? own->distance.mean : (double)NAN};
    return values[k];
}

static void visit(void *state, drift__detector_codec *codec)
{
    eddm *own = state;
    drift__running_visit(&own->distance, codec);
    drift__codec_real(codec, &own->squares, 0, 1e60);
    drift__codec_count(codec, &own->n, UINT64_MAX >> 11);
    drift__codec_count(codec, &own->last_error, own->n);
    drift__codec_real(codec, &own->largest, -1, 1e60);
}

const drift__detector_kind drift__eddm = {
    .name = "eddm",
    .input = DRIFT_DETECTOR_BITS,
    .parameters = PARAMETERS,
    .readings = READINGS,
    .state_size = sizeof(eddm),
    .conflict = conflict,
    .prepare = prepare,
    .restart = restart,
    .update = update,
    .run = run,
    .read = read_value,
    .visit = visit,
};
