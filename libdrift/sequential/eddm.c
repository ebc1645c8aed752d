/* SPDX-License-Identifier: Apache-2.0
 *
 * eddm.c: EDDM (Baena-Garcia et al. 2006, "Early drift detection method"): mean
 * m and deviation s of the distances between errors; m + 2 s as a share of the
 * largest there was. River's conventions.
 */
#include <math.h>
#include <string.h>

#include "sequential/running.h"

typedef struct eddm {
    uint64_t warm_start;
    double alpha, beta;
    drift__running_mean distance;
    double squares; /* of the distances about their mean */
    uint64_t n, last_error;
    double largest; /* -1 before the first */
    double share;   /* 1 over the number of distances, which `run` derives */
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
    own->share = (double)INFINITY;
}

/* What an error says. */
static inline __attribute__((always_inline)) uint32_t learn(eddm *own, uint32_t before)
{
    double distance = (double)(int64_t)(own->n - own->last_error), old_mean = own->distance.mean;
    own->last_error = own->n;
    double share = own->share, square;
    own->share = drift__running_add(&own->distance, distance);
    double mean = own->distance.mean, largest = own->largest;
    own->squares += (distance - old_mean) * (distance - mean);
    uint64_t errors = own->distance.n;
    square = 4 * own->squares * share;
    if (errors > own->warm_start && drift__surely_below(mean, square, largest)) {
        double quiet = own->alpha * largest;
        if (drift__surely_above(mean, square, quiet))
            return 0;
        if (drift__surely_between(mean, square, own->beta * largest, quiet))
            return DRIFT_DETECTOR_WARNING;
    }
    if (own->n <= own->warm_start)
        return before;
    double variance = errors > 1 ? own->squares / (double)(errors - 1) : 0;
    double level = own->distance.mean + 2 * sqrt(variance);
    if (level > own->largest) {
        own->largest = level;
        return before;
    }
    if (errors <= own->warm_start)
        return before;
    double part = level / own->largest;
    if (part < own->beta)
        return before | DRIFT_DETECTOR_CHANGE;
    return part < own->alpha ? DRIFT_DETECTOR_WARNING : 0;
}

enum { WORD = 64 };
typedef uint64_t pair __attribute__((vector_size(2 * sizeof(uint64_t))));

/* Bit i: values[i] is 1, else it is 0. The bits of 1.0 from the 52nd on are ten ones. */
static uint64_t errors_among(const double *values, size_t n)
{
    enum { BITS = 8 };
    const uint64_t one = UINT64_C(1) << 52;
    uint64_t errors = 0;
    size_t i = 0;
    for (; i + BITS <= n; i += BITS) {
        pair found = {0}, two;
        for (int k = 0; k < BITS; k += 2) {
            memcpy(&two, values + i + k, sizeof two);
            found |= two & (pair){one << k, one << (k + 1)};
        }
        errors |= (found[0] | found[1]) >> 52 << i;
    }
    for (; i < n; i++)
        errors |= (uint64_t)(values[i] > 0) << i;
    return errors;
}

/* Those that are right change nothing but how many there were. */
static inline __attribute__((always_inline)) uint32_t pass(eddm *own, size_t n, uint32_t before,
                                                           uint8_t *signals)
{
    if (before & DRIFT_DETECTOR_CHANGE) {
        restart(own);
        before = 0;
    }
    if (signals)
        memset(signals, (int)before, n);
    own->n += n;
    return before;
}

/* Up to WORD values: from one error to the next. */
static inline __attribute__((always_inline)) uint32_t run_word(eddm *own, uint64_t errors, size_t n,
                                                               uint32_t before, uint8_t *signals)
{
    size_t done = 0;
    for (; errors; errors &= errors - 1) {
        size_t end = (size_t)__builtin_ctzll(errors) + 1;
        before = learn(own, pass(own, end - done, before, signals ? signals + done : NULL));
        if (signals)
            signals[end - 1] = (uint8_t)before;
        done = end;
    }
    return done < n ? pass(own, n - done, before, signals ? signals + done : NULL) : before;
}

static uint32_t run(void *state, const double *values, size_t n, uint32_t before, uint8_t *signals)
{
    eddm own = *(eddm *)state;
    own.share = 1.0 / (double)own.distance.n;
    for (size_t i = 0; i < n; i += WORD) {
        size_t some = n - i < WORD ? n - i : WORD;
        uint64_t errors = errors_among(values + i, some);
        /* Inlined twice: mostly nobody asks for signals. */
        before = signals ? run_word(&own, errors, some, before, signals + i)
                         : run_word(&own, errors, some, before, NULL);
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
