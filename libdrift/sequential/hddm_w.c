/* SPDX-License-Identifier: Apache-2.0
 *
 * hddm_w.c: HDDM_W (Frias-Blanco et al. 2015, W-test): exponentially weighted
 * means before and after the cut at which mean + bound was least, by McDiarmid's
 * inequality. River's conventions.
 */
#include <float.h>
#include <math.h>

#include "sequential/detector_kind.h"

/* Weighted mean of values, and the sum of squares of its weights. */
typedef struct weighted {
    uint64_t seen; /* 0 or 1 */
    double mean, squares;
} weighted;

/* Before and after a cut, which lies where the bound was extreme. */
typedef struct cut {
    weighted first, second;
    double extreme;
} cut;

typedef struct hddm_w {
    double drift_log, warning_log; /* ln(1 / confidence) */
    double lambda, square, rest_square;
    int two_sided;
    weighted all;
    cut low, high;
} hddm_w;

static const drift__detector_parameter PARAMETERS[] = {
    {"drift_confidence", 0.001, 1e-300, 1, 0},
    {"warning_confidence", 0.005, 1e-300, 1, 0},
    {"lambda_val", 0.05, 0, 1, 0},
    {"two_sided_test", 0, 0, 1, 1},
    {NULL, 0, 0, 0, 0},
};
static const char *const READINGS[] = {"mean", NULL};
static const weighted NOTHING = {0, 0, 1};

static void prepare(void *state, const drift__detector_setup *setup, void *room)
{
    hddm_w *own = state;
    (void)room;
    own->drift_log = log(1.0 / setup->parameters[0]);
    own->warning_log = log(1.0 / setup->parameters[1]);
    own->lambda = setup->parameters[2];
    own->square = own->lambda * own->lambda;
    own->rest_square = (1 - own->lambda) * (1 - own->lambda);
    own->two_sided = (int)setup->parameters[3];
}

static void restart(void *state)
{
    hddm_w *own = state;
    own->all = NOTHING;
    own->low = (cut){NOTHING, NOTHING, DBL_MAX};
    own->high = (cut){NOTHING, NOTHING, -DBL_MAX};
}

static void add(const hddm_w *own, weighted *to, double value)
{
    to->mean = to->seen ? own->lambda * value + (1.0 - own->lambda) * to->mean : value;
    to->seen = 1;
    to->squares = own->square + own->rest_square * to->squares;
}

static void move(const hddm_w *own, cut *at, double value, int further, double extreme)
{
    if (further)
        *at = (cut){own->all, NOTHING, extreme};
    else
        add(own, &at->second, value);
}

static uint32_t judge(const hddm_w *own, const cut *at, double difference)
{
    if (!at->first.seen || !at->second.seen || difference <= 0)
        return 0;
    double squares = at->first.squares + at->second.squares;
    if (difference > sqrt(squares * own->drift_log / 2))
        return DRIFT_DETECTOR_CHANGE;
    return difference > sqrt(squares * own->warning_log / 2) ? DRIFT_DETECTOR_WARNING : 0;
}

static inline uint32_t step(hddm_w *own, double value, uint32_t before)
{
    (void)before;
    add(own, &own->all, value);
    double bound = sqrt(own->all.squares * own->drift_log / 2), top = own->all.mean + bound;
    move(own, &own->low, value, top < own->low.extreme, top);
    uint32_t signal = judge(own, &own->low, own->low.second.mean - own->low.first.mean);
    if (own->two_sided) {
        double bottom = own->all.mean - bound;
        move(own, &own->high, value, bottom > own->high.extreme, bottom);
        signal |= judge(own, &own->high, own->high.first.mean - own->high.second.mean);
    }
    return signal;
}

DRIFT__DETECTOR_RUN(hddm_w, step, 0)

static double read_value(const void *state, size_t k)
{
    const hddm_w *own = state;
    (void)k;
    return own->all.seen ? own->all.mean : (double)NAN;
}

static void visit_weighted(weighted *one, drift__detector_codec *codec)
{
    drift__codec_count(codec, &one->seen, 1);
    drift__codec_real(codec, &one->mean, 0, 1);
    drift__codec_real(codec, &one->squares, 0, 1);
}

static void visit(void *state, drift__detector_codec *codec)
{
    hddm_w *own = state;
    visit_weighted(&own->all, codec);
    cut *cuts[] = {&own->low, &own->high};
    for (int k = 0; k < 2; k++) {
        visit_weighted(&cuts[k]->first, codec);
        visit_weighted(&cuts[k]->second, codec);
        drift__codec_real(codec, &cuts[k]->extreme, -DBL_MAX, DBL_MAX);
    }
}

const drift__detector_kind drift__hddm_w = {
    .name = "hddm_w",
    .input = DRIFT_DETECTOR_SHARES,
    .parameters = PARAMETERS,
    .readings = READINGS,
    .state_size = sizeof(hddm_w),
    .prepare = prepare,
    .restart = restart,
    .update = update,
    .run = run,
    .read = read_value,
    .visit = visit,
};
