/* SPDX-License-Identifier: Apache-2.0
 *
 * rddm.c: RDDM (Barros, Cabral, Goncalves & Santos 2017, "RDDM: reactive drift
 * detection method"): DDM that forgets. The latest values are kept; after a change,
 * a long warning or a long stable concept the rate is learnt anew from those since
 * the warning began, or from those kept. Conventions of MOA's, its authors' own.
 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "sequential/running.h"

typedef struct rddm {
    double warning_level, drift_level;
    uint64_t max_concept, kept_size, warning_limit, least;
    /* Error rate of the concept, and the least rate plus deviation of it. */
    drift__running_mean error;
    double rate_min, deviation_min, sum_min;
    /* The values kept: `kept` of them, the next one goes to `at`. */
    uint64_t kept, at;
    uint8_t *values;
    /* The warning that goes on: values since its first one, that one included; 0: none. */
    uint64_t warned;
    uint64_t warning_lost; /* 1: its first value is not kept any more */
    uint64_t relearn;      /* 1: with the next value */
} rddm;

enum { WARNING, DRIFT, MAX_CONCEPT, MIN_CONCEPT, MAX_WARNING, MIN_INSTANCES };
static const drift__detector_parameter PARAMETERS[] = {
    {"warning_level", 1.773, 0, 1e6, 0},
    {"drift_level", 2.258, 0, 1e6, 0},
    {"max_concept_size", 40000, 1, 1e9, 1},
    {"min_concept_size", 7000, 1, 100000, 1},
    {"max_num_instances_warning", 1400, 1, 1e9, 1},
    {"min_num_instances", 129, 1, 1e9, 1},
    {NULL, 0, 0, 0, 0},
};
static const char *const READINGS[] = {"n", "error_rate", NULL};

static size_t room(const drift__detector_setup *setup)
{
    return (size_t)setup->parameters[MIN_CONCEPT];
}

static void prepare(void *state, const drift__detector_setup *setup, void *place)
{
    rddm *own = state;
    own->warning_level = setup->parameters[WARNING];
    own->drift_level = setup->parameters[DRIFT];
    own->max_concept = (uint64_t)setup->parameters[MAX_CONCEPT];
    own->kept_size = (uint64_t)setup->parameters[MIN_CONCEPT];
    own->warning_limit = (uint64_t)setup->parameters[MAX_WARNING];
    own->least = (uint64_t)setup->parameters[MIN_INSTANCES];
    own->values = place;
}

static void forget_least(rddm *own)
{
    own->rate_min = own->deviation_min = own->sum_min = DBL_MAX;
}

static void restart(void *state)
{
    rddm *own = state;
    own->error = (drift__running_mean){0, 0};
    own->kept = own->at = 0;
    own->warned = own->warning_lost = own->relearn = 0;
    forget_least(own);
    memset(own->values, 0, own->kept_size);
}

static inline void keep_least(rddm *own, double deviation)
{
    if (own->error.mean + deviation < own->sum_min) {
        own->rate_min = own->error.mean;
        own->deviation_min = deviation;
        own->sum_min = own->error.mean + deviation;
    }
}

/* The concept begins with the warning, where its first value is there, else with what is kept. */
static void learn_anew(rddm *own, int changed)
{
    if (own->warned && !own->warning_lost)
        own->kept = own->warned;
    own->error = (drift__running_mean){0, 0};
    if (changed)
        forget_least(own);
    for (uint64_t k = own->kept; k-- > 0;) {
        uint64_t back = k + 1; /* the latest one is at at - 1 */
        uint64_t place = own->at >= back ? own->at - back : own->at + own->kept_size - back;
        drift__running_add(&own->error, own->values[place]);
        if (changed && own->error.n > own->least)
            keep_least(own, drift__running_deviation(&own->error));
    }
    own->warned = own->warning_lost = own->relearn = 0;
}

static inline void keep(rddm *own, double value)
{
    own->values[own->at] = value != 0;
    own->at = own->at + 1 == own->kept_size ? 0 : own->at + 1;
    if (own->kept < own->kept_size)
        own->kept++;
    if (own->warned) {
        own->warned++;
        own->warning_lost |= own->warned > own->kept_size;
    }
}

static inline uint32_t change(rddm *own)
{
    own->relearn = 1;
    if (!own->warned)
        own->kept = 1;
    return DRIFT_DETECTOR_CHANGE;
}

/* Bits for the rate as it stands. */
static inline uint32_t judge(rddm *own)
{
    double quiet = own->rate_min + own->warning_level * own->deviation_min;
    double sum = 0;
    if (!drift__running_between(&own->error, own->sum_min, quiet)) {
        double deviation = drift__running_deviation(&own->error);
        keep_least(own, deviation);
        sum = own->error.mean + deviation;
        quiet = own->rate_min + own->warning_level * own->deviation_min;
    }
    if (sum > own->rate_min + own->drift_level * own->deviation_min)
        return change(own);
    if (sum > quiet) {
        if (own->warned > own->warning_limit) {
            own->warned = own->warning_lost = 0;
            return change(own);
        }
        own->warned += !own->warned;
        return DRIFT_DETECTOR_WARNING;
    }
    own->warned = own->warning_lost = 0;
    own->relearn = own->error.n + 1 > own->max_concept;
    return 0;
}

static inline uint32_t step(rddm *own, double value)
{
    keep(own, value);
    drift__running_add(&own->error, value);
    /* MOA counts one ahead. */
    return own->error.n + 1 <= own->least ? 0 : judge(own);
}

/* A copy stays in registers until something is to be learnt anew. */
static uint32_t run(void *state, const double *values, size_t n, uint32_t before, uint8_t *signals)
{
    rddm *kept = state;
    for (size_t i = 0; i < n;) {
        if (kept->relearn)
            learn_anew(kept, (before & DRIFT_DETECTOR_CHANGE) != 0);
        rddm own = *kept;
        do {
            before = step(&own, values[i]);
            if (signals)
                signals[i] = (uint8_t)before;
        } while (++i < n && !own.relearn);
        *kept = own;
    }
    return before;
}

static uint32_t update(void *state, double value, uint32_t before)
{
    return run(state, &value, 1, before, NULL);
}

static double read_value(const void *state, size_t k)
{
    const rddm *own = state;
    return k ? own->error.mean : (double)own->error.n;
}

static void visit(void *state, drift__detector_codec *codec)
{
    rddm *own = state;
    double deviation = own->error.n ? drift__running_deviation(&own->error) : 0;
    drift__codec_count(codec, &own->error.n, UINT64_MAX >> 11);
    drift__codec_real(codec, &own->error.mean, 0, 1);
    drift__codec_real(codec, &deviation, 0, 1); /* follows from them */
    drift__codec_real(codec, &own->rate_min, 0, DBL_MAX);
    drift__codec_real(codec, &own->deviation_min, 0, DBL_MAX);
    drift__codec_real(codec, &own->sum_min, 0, DBL_MAX);
    drift__codec_count(codec, &own->kept, own->kept_size);
    drift__codec_count(codec, &own->at, own->kept_size - 1);
    drift__codec_count(codec, &own->warned, UINT64_MAX >> 11);
    drift__codec_count(codec, &own->warning_lost, 1);
    drift__codec_count(codec, &own->relearn, 1);
    drift__codec_bits(codec, own->values, own->kept_size);
}

static int settle(void *state)
{
    const rddm *own = state;
    return own->warning_lost || own->warned <= own->kept_size;
}

const drift__detector_kind drift__rddm = {
    .name = "rddm",
    .input = DRIFT_DETECTOR_BITS,
    .keeps_window = 1,
    .parameters = PARAMETERS,
    .readings = READINGS,
    .state_size = sizeof(rddm),
    .room = room,
    .prepare = prepare,
    .restart = restart,
    .update = update,
    .run = run,
    .read = read_value,
    .visit = visit,
    .settle = settle,
};
