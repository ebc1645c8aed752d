/* SPDX-License-Identifier: Apache-2.0
 *
 * fhddm.c: FHDDM (Pesaranghader & Viktor 2016, "Fast Hoeffding drift detection
 * method for evolving data streams") and its stacked form with a second, shorter
 * window (2018): the mean of the window against its largest ever, by Hoeffding's
 * bound. River's conventions: a change is a mean that fell.
 */
#include <math.h>
#include <string.h>

#include "sequential/detector_kind.h"

typedef struct fhddm {
    uint64_t size, short_size; /* short_size 0: no second window */
    double bound, short_bound;
    uint64_t n, at; /* values in the window, and where the next goes */
    uint64_t ones, short_ones;
    double largest, short_largest;
    uint8_t *window;
} fhddm;

static const drift__detector_parameter PARAMETERS[] = {
    {"sliding_window_size", 100, 1, 100000, 1},
    {"confidence_level", 0.000001, 1e-300, 1, 0},
    {"short_window_size", 0, 0, 100000, 1},
    {NULL, 0, 0, 0, 0},
};
static const char *const READINGS[] = {"n", "mean", "mean_max", NULL};

static const char *conflict(const drift__detector_setup *setup)
{
    return setup->parameters[2] > setup->parameters[0]
               ? "short_window_size must not be larger than sliding_window_size"
               : NULL;
}

static size_t room(const drift__detector_setup *setup)
{
    return (size_t)setup->parameters[0];
}

static double bound(double confidence, uint64_t size)
{
    return sqrt(log(1 / confidence) / (2 * (double)size));
}

static void prepare(void *state, const drift__detector_setup *setup, void *place)
{
    fhddm *own = state;
    own->size = (uint64_t)setup->parameters[0];
    own->short_size = (uint64_t)setup->parameters[2];
    own->bound = bound(setup->parameters[1], own->size);
    if (own->short_size)
        own->short_bound = bound(setup->parameters[1], own->short_size);
    own->window = place;
}

static void restart(void *state)
{
    fhddm *own = state;
    own->n = own->at = own->ones = own->short_ones = 0;
    own->largest = own->short_largest = 0;
    memset(own->window, 0, own->size);
}

/* The mean of a window has fallen below its largest by more than the bound. */
static int fallen(uint64_t ones, uint64_t size, double limit, double *largest)
{
    double mean = (double)ones / (double)size;
    if (*largest < mean)
        *largest = mean;
    return *largest - mean > limit;
}

static inline uint32_t step(fhddm *own, double value, uint32_t before)
{
    (void)before;
    uint8_t bit = value != 0;
    own->ones += (uint64_t)bit - own->window[own->at];
    if (own->short_size) {
        uint64_t back = own->at >= own->short_size ? own->at - own->short_size
                                                   : own->at + own->size - own->short_size;
        own->short_ones += (uint64_t)bit - own->window[back];
    }
    own->window[own->at] = bit;
    own->at = own->at + 1 == own->size ? 0 : own->at + 1;
    if (own->n < own->size && ++own->n < own->size)
        return 0;
    int changed = fallen(own->ones, own->size, own->bound, &own->largest);
    if (own->short_size)
        changed |= fallen(own->short_ones, own->short_size, own->short_bound, &own->short_largest);
    return changed ? DRIFT_DETECTOR_CHANGE : 0;
}

DRIFT__DETECTOR_RUN(fhddm, step, 0)

static double read_value(const void *state, size_t k)
{
    const fhddm *own = state;
    if (k && own->n < own->size)
        return (double)NAN;
    const double values[] = {(double)own->n, (double)own->ones / (double)own->size, own->largest};
    return values[k];
}

static void visit(void *state, drift__detector_codec *codec)
{
    fhddm *own = state;
    drift__codec_count(codec, &own->n, own->size);
    drift__codec_count(codec, &own->at, own->size - 1);
    drift__codec_real(codec, &own->largest, 0, 1);
    drift__codec_real(codec, &own->short_largest, 0, 1);
    drift__codec_bits(codec, own->window, own->size);
}

/* The sums follow from the window. */
static int settle(void *state)
{
    fhddm *own = state;
    own->ones = own->short_ones = 0;
    for (uint64_t k = 0; k < own->size; k++) {
        uint64_t slot = (own->at + own->size - 1 - k) % own->size;
        own->ones += own->window[slot];
        own->short_ones += k < own->short_size ? own->window[slot] : 0;
    }
    return own->n == own->size || own->at == own->n;
}

const drift__detector_kind drift__fhddm = {
    .name = "fhddm",
    .input = DRIFT_DETECTOR_BITS,
    .parameters = PARAMETERS,
    .readings = READINGS,
    .state_size = sizeof(fhddm),
    .conflict = conflict,
    .room = room,
    .prepare = prepare,
    .restart = restart,
    .update = update,
    .run = run,
    .read = read_value,
    .visit = visit,
    .settle = settle,
};
