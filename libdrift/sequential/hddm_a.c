/* SPDX-License-Identifier: Apache-2.0
 *
 * hddm_a.c: HDDM_A (Frias-Blanco et al. 2015, "Online and non-parametric drift
 * detection methods based on Hoeffding's bounds", A-test): the mean of all values
 * against the mean up to the cut where mean + bound was least. River's conventions.
 */
#include <math.h>

#include "sequential/running.h"

typedef struct hddm_a {
    double drift_log, warning_log; /* ln(2 / confidence) */
    double bound_log;              /* ln(1 / drift_confidence) */
    int two_sided;
    drift__running_mean all, low, high; /* up to now, to the least and to the largest cut */
} hddm_a;

static const drift__detector_parameter PARAMETERS[] = {
    {"drift_confidence", 0.001, 1e-300, 1, 0},
    {"warning_confidence", 0.005, 1e-300, 1, 0},
    {"two_sided_test", 0, 0, 1, 1},
    {NULL, 0, 0, 0, 0},
};
static const char *const READINGS[] = {"n", "mean", NULL};

static void prepare(void *state, const drift__detector_setup *setup, void *room)
{
    hddm_a *own = state;
    (void)room;
    own->drift_log = log(2.0 / setup->parameters[0]);
    own->warning_log = log(2.0 / setup->parameters[1]);
    own->bound_log = log(1.0 / setup->parameters[0]);
    own->two_sided = (int)setup->parameters[2];
}

static void restart(void *state)
{
    hddm_a *own = state;
    own->all = own->low = own->high = (drift__running_mean){0, 0};
}

static double bound(const hddm_a *own, uint64_t n)
{
    return sqrt(1.0 / (2 * (double)n) * own->bound_log);
}

/* Bits for a difference of means between the cut and now. */
static uint32_t judge(const hddm_a *own, uint64_t cut, double difference)
{
    if (cut == own->all.n || difference < 0)
        return 0;
    double n = (double)own->all.n, m = (n - (double)cut) / (double)cut * (1.0 / n);
    if (difference >= sqrt(m / 2 * own->drift_log))
        return DRIFT_DETECTOR_CHANGE;
    return difference >= sqrt(m / 2 * own->warning_log) ? DRIFT_DETECTOR_WARNING : 0;
}

static inline uint32_t step(hddm_a *own, double value, uint32_t before)
{
    (void)before;
    drift__running_add(&own->all, value);
    if (!own->low.n)
        own->low = own->high = own->all;
    double all = bound(own, own->all.n);
    if (own->low.mean + bound(own, own->low.n) >= own->all.mean + all)
        own->low = own->all;
    if (own->two_sided && own->high.mean - bound(own, own->high.n) <= own->all.mean - all)
        own->high = own->all;
    uint32_t signal = judge(own, own->low.n, own->all.mean - own->low.mean);
    if (own->two_sided)
        signal |= judge(own, own->high.n, own->high.mean - own->all.mean);
    return signal;
}

DRIFT__DETECTOR_RUN(hddm_a, step, 0)

static double read_value(const void *state, size_t k)
{
    const hddm_a *own = state;
    return k ? own->all.mean : (double)own->all.n;
}

static void visit(void *state, drift__detector_codec *codec)
{
    hddm_a *own = state;
    drift__running_visit(&own->all, codec);
    drift__running_visit(&own->low, codec);
    drift__running_visit(&own->high, codec);
}

static int settle(void *state)
{
    const hddm_a *own = state;
    return own->low.n <= own->all.n && own->high.n <= own->all.n && !own->low.n == !own->all.n &&
           !own->high.n == !own->all.n;
}

const drift__detector_kind drift__hddm_a = {
    .name = "hddm_a",
    .input = DRIFT_DETECTOR_SHARES,
    .parameters = PARAMETERS,
    .readings = READINGS,
    .state_size = sizeof(hddm_a),
    .prepare = prepare,
    .restart = restart,
    .update = update,
    .run = run,
    .read = read_value,
    .visit = visit,
    .settle = settle,
};
