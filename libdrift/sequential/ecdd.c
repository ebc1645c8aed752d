/* SPDX-License-Identifier: Apache-2.0
 *
 * ecdd.c: ECDD (Ross, Adams, Tasoulis & Hand 2012, "Exponentially weighted
 * moving average charts for detecting concept drift"): an exponentially weighted
 * error rate z against the overall one p, z > p + L s, where the control limit L
 * is their polynomial in p for the wanted mean run length. MOA's conventions.
 */
#include <math.h>

#include "sequential/detector_kind.h"

typedef struct ecdd {
    double lambda, warning_level;
    const double *limit; /* coefficients of 1, p, p^3, p^5, p^7 */
    uint64_t least;
    uint64_t n;
    double sum, average;
    double fade; /* (1 - lambda)^(2 n) */
} ecdd;

/* Table 1 of the paper, lambda .2. */
static const double LIMITS[3][5] = {
    {2.76, -6.23, 18.12, -312.45, 1002.18},
    {3.97, -6.56, 48.73, -330.13, 848.18},
    {1.17, 7.56, -21.24, 112.12, -987.23},
};
static const double LENGTHS[3] = {100, 400, 1000};

static const drift__detector_parameter PARAMETERS[] = {
    {"lambda_", 0.2, 0, 1, 0},
    {"average_run_length", 400, 100, 1000, 1},
    {"warning_level", 0.5, 0, 1, 0},
    {"min_num_instances", 30, 1, 1e9, 1},
    {NULL, 0, 0, 0, 0},
};
static const char *const READINGS[] = {"n", "error_rate", "average", NULL};

static const double *limit_of(double length)
{
    for (int k = 0; k < 3; k++)
        if (LENGTHS[k] == length)
            return LIMITS[k];
    return NULL;
}

static const char *conflict(const drift__detector_setup *setup)
{
    return limit_of(setup->parameters[1]) ? NULL : "average_run_length is 100, 400 or 1000";
}

static void prepare(void *state, const drift__detector_setup *setup, void *room)
{
    ecdd *own = state;
    (void)room;
    own->lambda = setup->parameters[0];
    own->limit = limit_of(setup->parameters[1]);
    own->warning_level = setup->parameters[2];
    own->least = (uint64_t)setup->parameters[3];
}

static void restart(void *state)
{
    ecdd *own = state;
    own->n = 0;
    own->sum = own->average = 0;
    own->fade = 1;
}

static inline uint32_t step(ecdd *own, double value, uint32_t before)
{
    (void)before;
    double rest = 1 - own->lambda, n = (double)++own->n;
    own->sum += value;
    own->average += own->lambda * (value - own->average);
    own->fade *= rest * rest;
    /* MOA counts one ahead, and warns one value before it signals. */
    if (own->n + 1 < own->least)
        return 0;
    double p = own->sum / n, q = p * p;
    double s = sqrt(p * (1 - p) * own->lambda * (1 - own->fade) / (2 - own->lambda));
    const double *c = own->limit;
    double reach = (c[0] + p * (c[1] + q * (c[2] + q * (c[3] + q * c[4])))) * s;
    if (own->n + 1 > own->least && own->average > p + reach)
        return DRIFT_DETECTOR_CHANGE;
    return own->average > p + own->warning_level * reach ? DRIFT_DETECTOR_WARNING : 0;
}

DRIFT__DETECTOR_RUN(ecdd, step, 0)

static double read_value(const void *state, size_t k)
{
    const ecdd *own = state;
    const double values[] = {(double)own->n, own->sum / (double)own->n, own->average};
    return values[k];
}

static void visit(void *state, drift__detector_codec *codec)
{
    ecdd *own = state;
    drift__codec_count(codec, &own->n, UINT64_MAX >> 11);
    drift__codec_real(codec, &own->sum, 0, (double)own->n);
    drift__codec_real(codec, &own->average, 0, 1);
    drift__codec_real(codec, &own->fade, 0, 1);
}

const drift__detector_kind drift__ecdd = {
    .name = "ecdd",
    .input = DRIFT_DETECTOR_SHARES,
    .parameters = PARAMETERS,
    .readings = READINGS,
    .state_size = sizeof(ecdd),
    .conflict = conflict,
    .prepare = prepare,
    .restart = restart,
    .update = update,
    .run = run,
    .read = read_value,
    .visit = visit,
};
