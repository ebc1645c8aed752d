/* SPDX-License-Identifier: Apache-2.0
 *
 * kswin.c: KSWIN (Raab, Heusinger & Schleif 2020, "Reactive soft prototype
 * computing for concept drift streams"): the latest values against as many drawn
 * from the window before them, by the two-sample Kolmogorov-Smirnov test. River's
 * conventions and its draws: the same rows for the same seed.
 *
 * The window is kept in order, so a test is one walk; both samples are of one
 * size, so its verdict is a comparison of whole numbers.
 */
#include <math.h>
#include <string.h>

#include "sequential/ks_window.h"
#include "sequential/mersenne.h"

typedef struct kswin {
    uint64_t seed;
    uint32_t recent; /* size of each sample */
    double alpha;
    uint32_t least; /* distance, in values, that is a change */
    uint32_t distance;
    uint64_t tested; /* 1: `distance` is of the last value */
    drift__ks_window window;
    drift__mersenne generator;
    const double *first; /* window to begin with */
    size_t n_first;
    uint32_t *drawn, *scratch;
    int8_t *marks; /* by slot: 1 recent, -1 drawn */
    double *weights;
} kswin;

enum { ALPHA, WINDOW_SIZE, STAT_SIZE, SEED };
static const drift__detector_parameter PARAMETERS[] = {
    {"alpha", 0.005, 0, 1, 0},
    {"window_size", 100, 2, 100000, 1},
    {"stat_size", 30, 1, 50000, 1},
    {"seed", 0, 0, 9007199254740992.0, 1},
    {NULL, 0, 0, 0, 0},
};
static const char *const READINGS[] = {"n", "statistic", "p_value", NULL};

static const char *conflict(const drift__detector_setup *setup)
{
    return 2 * setup->parameters[STAT_SIZE] > setup->parameters[WINDOW_SIZE]
               ? "stat_size must be at most half of window_size"
               : NULL;
}

static size_t room(const drift__detector_setup *setup)
{
    size_t size = (size_t)setup->parameters[WINDOW_SIZE];
    size_t recent = (size_t)setup->parameters[STAT_SIZE];
    return drift__ks_window_room(size) + (recent + 1) * sizeof(double) +
           (size + recent) * sizeof(uint32_t) + size;
}

static void prepare(void *state, const drift__detector_setup *setup, void *place)
{
    kswin *own = state;
    size_t size = (size_t)setup->parameters[WINDOW_SIZE];
    own->alpha = setup->parameters[ALPHA];
    own->recent = (uint32_t)setup->parameters[STAT_SIZE];
    own->seed = (uint64_t)setup->parameters[SEED];
    /* Only the latest of them are of use. */
    own->n_first = setup->n_reference < size ? setup->n_reference : size;
    own->first = setup->reference + (setup->n_reference - own->n_first);
    own->weights = drift__ks_window_prepare(&own->window, size, place);
    own->drawn = (uint32_t *)(void *)(own->weights + own->recent + 1);
    own->scratch = own->drawn + own->recent;
    own->marks = (int8_t *)(own->scratch + size);
    double critical = drift__ks_critical(own->recent, own->recent, own->alpha, own->weights);
    double least = ceil(critical / own->recent), above = floor(0.1 * own->recent) + 1;
    own->least = (uint32_t)(least > above ? least : above);
}

static void restart(void *state)
{
    kswin *own = state;
    own->distance = 0;
    own->tested = 0;
    drift__ks_window_clear(&own->window);
    drift__mersenne_seed(&own->generator, own->seed);
}

static void begin(void *state)
{
    kswin *own = state;
    for (size_t i = 0; i < own->n_first; i++)
        drift__ks_window_add(&own->window, own->first[i]);
}

/* 1 for the latest slots, -1 for those drawn from the others, 0 for the rest. */
static void mark(kswin *own)
{
    const drift__ks_window *window = &own->window;
    uint32_t size = (uint32_t)window->size, before = size - own->recent;
    uint32_t oldest = (uint32_t)window->at;
    memset(own->marks, 0, size);
    for (uint32_t k = 0; k < own->recent; k++) {
        uint32_t slot = oldest + before + k;
        own->marks[slot >= size ? slot - size : slot] = 1;
    }
    drift__mersenne_sample(&own->generator, before, own->recent, own->drawn, own->scratch);
    for (uint32_t k = 0; k < own->recent; k++) {
        uint32_t slot = oldest + own->drawn[k];
        own->marks[slot >= size ? slot - size : slot] = -1;
    }
}

/* Largest |F - G| in values, at the ends of ties. */
static uint32_t walk(const kswin *own)
{
    const drift__ks_window *window = &own->window;
    const size_t n = window->size;
    int32_t ahead = 0, most = 0;
    for (size_t k = 0; k < n; k++) {
        ahead += own->marks[window->slots[k]];
        int32_t apart = ahead < 0 ? -ahead : ahead;
        int ends = k + 1 == n || window->sorted[k] != window->sorted[k + 1];
        most = ends && apart > most ? apart : most;
    }
    return (uint32_t)most;
}

static uint32_t update(void *state, double value, uint32_t before)
{
    kswin *own = state;
    (void)before;
    drift__ks_window_add(&own->window, value);
    own->tested = own->window.n == own->window.size;
    if (!own->tested)
        return 0;
    mark(own);
    own->distance = walk(own);
    return own->distance >= own->least ? DRIFT_DETECTOR_CHANGE : 0;
}

static double read_value(const void *state, size_t k)
{
    const kswin *own = state;
    if (k == 0)
        return (double)own->window.n;
    if (!own->tested)
        return (double)NAN;
    double n = own->recent;
    return k == 1 ? own->distance / n
                  : drift__ks_distance_p(own->recent, own->recent, own->distance * n, own->weights);
}

static void visit(void *state, drift__detector_codec *codec)
{
    kswin *own = state;
    uint64_t at = own->generator.at, distance = own->distance;
    drift__ks_window_visit(&own->window, codec);
    drift__codec_count(codec, &own->tested, 1);
    drift__codec_count(codec, &distance, own->recent);
    drift__codec_count(codec, &at, DRIFT__MERSENNE_WORDS);
    own->distance = (uint32_t)distance;
    own->generator.at = (uint32_t)at;
    for (size_t k = 0; k < DRIFT__MERSENNE_WORDS; k++) {
        uint64_t word = own->generator.words[k];
        drift__codec_count(codec, &word, UINT32_MAX);
        own->generator.words[k] = (uint32_t)word;
    }
}

/* A generator of zeros alone would give one number for ever. */
static int settle(void *state)
{
    kswin *own = state;
    uint32_t any = 0;
    for (size_t k = 0; k < DRIFT__MERSENNE_WORDS; k++)
        any |= own->generator.words[k];
    return any && drift__ks_window_settle(&own->window);
}

const drift__detector_kind drift__kswin = {
    .name = "kswin",
    .input = DRIFT_DETECTOR_NUMBERS,
    .takes_reference = 1,
    .parameters = PARAMETERS,
    .readings = READINGS,
    .state_size = sizeof(kswin),
    .conflict = conflict,
    .room = room,
    .prepare = prepare,
    .restart = restart,
    .begin = begin,
    .update = update,
    .read = read_value,
    .visit = visit,
    .settle = settle,
};
