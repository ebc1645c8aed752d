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

#include "sequential/detector_kind.h"

typedef struct rddm {
    double warning_level, drift_level;
    uint64_t max_concept, kept_size, warning_limit, least;
    /* Error rate of the concept, and the least rate plus deviation of it. */
    uint64_t n;
    double rate, deviation;
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
    own->n = own->kept = own->at = 0;
    own->rate = own->deviation = 0;
    own->warned = own->warning_lost = own->relearn = 0;
    forget_least(own);
    memset(own->values, 0, own->kept_size);
}

static void learn(rddm *own, double value)
{
    own->n++;
    own->rate += (value - own->rate) / (double)own->n;
    own->deviation = sqrt(own->rate * (1 - own->rate) / (double)own->n);
}

static void keep_least(rddm *own)
{
    if (own->rate + own->deviation < own->sum_min) {
        own->rate_min = own->rate;
        own->deviation_min = own->deviation;
        own->sum_min = own->rate + own->deviation;
    }
}

/* The concept begins with the warning, where its first value is there, else with what is kept. */
static void learn_anew(rddm *own, int changed)
{
    if (own->warned && !own->warning_lost)
        own->kept = own->warned;
    own->n = 0;
    own->rate = own->deviation = 0;
    if (changed)
        forget_least(own);
    for (uint64_t k = own->kept; k-- > 0;) {
        learn(own, own->values[(own->at + own->kept_size - 1 - k) % own->kept_size]);
        if (changed && own->n > own->least)
            keep_least(own);
    }
    own->warned = own->warning_lost = own->relearn = 0;
}

static void keep(rddm *own, double value)
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

static uint32_t change(rddm *own)
{
    own->relearn = 1;
    if (!own->warned)
        own->kept = 1;
    return DRIFT_DETECTOR_CHANGE;
}

/* Bits for the rate as it stands. */
static uint32_t judge(rddm *own)
{
    double sum = own->rate + own->deviation;
    if (sum > own->rate_min + own->drift_level * own->deviation_min)
        return change(own);
    if (sum > own->rate_min + own->warning_level * own->deviation_min) {
        if (own->warned > own->warning_limit) {
            own->warned = own->warning_lost = 0;
            return change(own);
        }
        own->warned += !own->warned;
        return DRIFT_DETECTOR_WARNING;
    }
    own->warned = own->warning_lost = 0;
    own->relearn = own->n + 1 > own->max_concept;
    return 0;
}

static uint32_t update(void *state, double value, uint32_t before)
{
    rddm *own = state;
    if (own->relearn)
        learn_anew(own, (before & DRIFT_DETECTOR_CHANGE) != 0);
    keep(own, value);
    learn(own, value);
    /* MOA counts one ahead. */
    if (own->n + 1 <= own->least)
        return 0;
    keep_least(own);
    return judge(own);
}

static double read_value(const void *state, size_t k)
{
    const rddm *own = state;
    return k ? own->rate : (double)own->n;
}

static void visit(void *state, drift__detector_codec *codec)
{
    rddm *own = state;
    drift__codec_count(codec, &own->n, UINT64_MAX >> 11);
    drift__codec_real(codec, &own->rate, 0, 1);
    drift__codec_real(codec, &own->deviation, 0, 1);
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
    .read = read_value,
    .visit = visit,
    .settle = settle,
};
