/* SPDX-License-Identifier: Apache-2.0
 *
 * bocd.c: Bayesian online change point detection (Adams & MacKay 2007,
 * arXiv:0710.3742): normal values of known variance, unknown mean with a normal
 * prior, constant hazard. A change is that the most probable run began later
 * than the first value. Frouros' conventions.
 *
 * A run that began long ago is one of as many hypotheses as there were values.
 * Of those beyond `max_hypotheses` the least probable one goes, never the run from
 * the first value on, nor the one that begins now (section 4 of the paper).
 */
#include <math.h>

#include "sequential/detector_kind.h"

/* A run: logarithm of its weight, 0 for the largest, and the law of its mean. */
typedef struct run {
    double weight, mean, precision;
} run;

typedef struct bocd {
    double hazard_log, no_hazard_log;
    double prior_mean, prior_precision, variance;
    uint64_t least;
    size_t most;
    uint64_t seen, n; /* values, and runs */
    uint64_t latest;  /* run of the largest weight */
    run *runs;        /* by their beginnings, the first value's first */
} bocd;

enum { HAZARD, PRIOR_MEAN, PRIOR_VAR, DATA_VAR, MIN_INSTANCES, MAX_HYPOTHESES };
static const drift__detector_parameter PARAMETERS[] = {
    {"hazard", 0.01, 1e-12, 1 - 1e-12, 0},
    {"prior_mean", 0, -1e100, 1e100, 0},
    {"prior_var", 1, 1e-12, 1e100, 0},
    {"data_var", 1, 1e-12, 1e100, 0},
    {"min_num_instances", 30, 1, 1e9, 1},
    {"max_hypotheses", 1000, 3, 100000, 1},
    {NULL, 0, 0, 0, 0},
};
static const char *const READINGS[] = {"n", "hypotheses", "mean", NULL};

static size_t room(const drift__detector_setup *setup)
{
    return ((size_t)setup->parameters[MAX_HYPOTHESES] + 1) * sizeof(run);
}

static void prepare(void *state, const drift__detector_setup *setup, void *place)
{
    bocd *own = state;
    own->hazard_log = log(setup->parameters[HAZARD]);
    own->no_hazard_log = log(1 - setup->parameters[HAZARD]);
    own->prior_mean = setup->parameters[PRIOR_MEAN];
    own->prior_precision = 1 / setup->parameters[PRIOR_VAR];
    own->variance = setup->parameters[DATA_VAR];
    own->least = (uint64_t)setup->parameters[MIN_INSTANCES];
    own->most = (size_t)setup->parameters[MAX_HYPOTHESES];
    own->runs = place;
}

static void restart(void *state)
{
    bocd *own = state;
    own->seen = own->latest = 0;
    own->n = 1;
    own->runs[0] = (run){0, own->prior_mean, own->prior_precision};
}

/* Weights by the value's density under each run; returns the largest. */
static double weigh(bocd *own, double value)
{
    double most = -INFINITY;
    for (uint64_t k = 0; k < own->n; k++) {
        run *one = &own->runs[k];
        double variance = 1 / one->precision + own->variance, apart = value - one->mean;
        /* The constant of the density is the same for all. */
        one->weight -= 0.5 * (apart * apart / variance + log(variance));
        double precision = one->precision + 1 / own->variance;
        one->mean = (one->mean * one->precision + value / own->variance) / precision;
        one->precision = precision;
        most = one->weight > most ? one->weight : most;
    }
    return most;
}

/* The least probable run but the first goes. */
static void drop(bocd *own)
{
    uint64_t least = 1;
    for (uint64_t k = 2; k < own->n; k++)
        if (own->runs[k].weight < own->runs[least].weight)
            least = k;
    own->n--;
    for (uint64_t k = least; k < own->n; k++)
        own->runs[k] = own->runs[k + 1];
}

static uint32_t update(void *state, double value, uint32_t before)
{
    bocd *own = state;
    (void)before;
    double most = weigh(own, value), sum = 0;
    for (uint64_t k = 0; k < own->n; k++)
        sum += exp(own->runs[k].weight - most);
    double born = log(sum) + own->hazard_log, largest = born;
    uint64_t at = own->n;
    for (uint64_t k = own->n; k-- > 0;) {
        own->runs[k].weight += own->no_hazard_log - most;
        if (own->runs[k].weight > largest) {
            largest = own->runs[k].weight;
            at = k;
        }
    }
    own->seen++;
    own->latest = at;
    if (own->n == own->most) {
        uint64_t n = own->n;
        drop(own);
        own->latest = at == n ? own->n : at; /* only asked whether it is the first */
    }
    own->runs[own->n++] = (run){born, own->prior_mean, own->prior_precision};
    return own->seen >= own->least && own->latest != 0 ? DRIFT_DETECTOR_CHANGE : 0;
}

/* Of the mean: by all runs, as they expect the next value. */
static double expected(const bocd *own)
{
    double most = -INFINITY, sum = 0, weights = 0;
    for (uint64_t k = 0; k < own->n; k++)
        most = own->runs[k].weight > most ? own->runs[k].weight : most;
    for (uint64_t k = 0; k < own->n; k++) {
        double weight = exp(own->runs[k].weight - most);
        weights += weight;
        sum += weight * own->runs[k].mean;
    }
    return sum / weights;
}

static double read_value(const void *state, size_t k)
{
    const bocd *own = state;
    return k == 0 ? (double)own->seen : k == 1 ? (double)own->n : expected(own);
}

static void visit(void *state, drift__detector_codec *codec)
{
    bocd *own = state;
    drift__codec_count(codec, &own->seen, UINT64_MAX >> 11);
    drift__codec_count(codec, &own->n, own->most);
    for (uint64_t k = 0; k < own->n; k++) {
        drift__codec_real(codec, &own->runs[k].weight, -1e300, 1e3);
        drift__codec_real(codec, &own->runs[k].mean, -DRIFT__DETECTOR_LARGEST,
                          DRIFT__DETECTOR_LARGEST);
        drift__codec_real(codec, &own->runs[k].precision, 1e-100, 1e60);
        if (codec->reader && codec->reader->failed)
            return;
    }
}

static int settle(void *state)
{
    const bocd *own = state;
    return own->n >= 1;
}

const drift__detector_kind drift__bocd = {
    .name = "bocd",
    .input = DRIFT_DETECTOR_NUMBERS,
    .parameters = PARAMETERS,
    .readings = READINGS,
    .state_size = sizeof(bocd),
    .room = room,
    .prepare = prepare,
    .restart = restart,
    .update = update,
    .read = read_value,
    .visit = visit,
    .settle = settle,
};
