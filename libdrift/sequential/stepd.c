/* SPDX-License-Identifier: Apache-2.0
 *
 * stepd.c: STEPD (Nishida & Yamauchi 2007, "Detecting concept drift using
 * statistical testing"): the error rate of the latest values against that of all
 * before them, by the test of equal proportions with continuity correction.
 * MOA's conventions: two-sided, and |Z| even where the correction makes Z
 * negative, so that a stream without any error, whose Z is infinite, signals as
 * soon as there are two windows.
 */
#include <math.h>
#include <string.h>

#include "core/tails.h"
#include "sequential/detector_kind.h"

typedef struct stepd {
    uint64_t size;
    double drift_z, warning_z; /* |Z| with that two-sided p-value */
    uint64_t n, at;            /* values since the start, and where the next one goes */
    uint64_t errors, recent;   /* in all of them, and in the window */
    uint8_t *window;
} stepd;

static const drift__detector_parameter PARAMETERS[] = {
    {"alpha_d", 0.003, 0, 1, 0},
    {"alpha_w", 0.05, 0, 1, 0},
    {"min_num_instances", 30, 1, 100000, 1},
    {NULL, 0, 0, 0, 0},
};
static const char *const READINGS[] = {"n", "error_rate", "recent_error_rate", NULL};

static size_t room(const drift__detector_setup *setup)
{
    return (size_t)setup->parameters[2];
}

/* The z beyond which the two-sided p-value is below alpha. */
static double quantile(double alpha)
{
    double low = 0, high = 40;
    for (int step = 0; step < 60; step++) {
        double middle = (low + high) / 2;
        if (2 * drift__own_normal_tail(middle) < alpha)
            high = middle;
        else
            low = middle;
    }
    return high;
}

static void prepare(void *state, const drift__detector_setup *setup, void *place)
{
    stepd *own = state;
    own->drift_z = quantile(setup->parameters[0]);
    own->warning_z = quantile(setup->parameters[1]);
    own->size = (uint64_t)setup->parameters[2];
    own->window = place;
}

static void restart(void *state)
{
    stepd *own = state;
    own->n = own->at = own->errors = own->recent = 0;
    memset(own->window, 0, own->size);
}

/*
 * 1 where |Z| is surely below warning_z, told without a division or a root: with all of it on one
 * denominator, Z^2 = (A - n / 2)^2 n / (older recent errors (n - errors)), A the difference of the
 * rates times older recent, a whole number. A hundred thousandth is more than the test proper may
 * be off by rounding up to 1e9 values, since errors (n - errors) is not 0.
 */
static inline int plainly_quiet(const stepd *own)
{
    double n = (double)own->n, recent = (double)own->size, older = n - recent;
    double errors = (double)own->errors, new_errors = (double)own->recent;
    double apart = fabs((errors - new_errors) * recent - new_errors * older) - n / 2;
    double limit = own->warning_z * own->warning_z * (1 - 1e-5);
    return apart * apart * n < limit * older * recent * errors * (n - errors) && n <= 1e9;
}

static uint32_t test(const stepd *own)
{
    double n = (double)own->n, recent = (double)own->size, older = n - recent;
    double p = (double)own->errors / n, inverse = 1 / older + 1 / recent;
    double apart = fabs((double)(own->errors - own->recent) / older - (double)own->recent / recent);
    double z = fabs((apart - inverse / 2) / sqrt(p * (1 - p) * inverse));
    return z >= own->drift_z     ? DRIFT_DETECTOR_CHANGE
           : z >= own->warning_z ? DRIFT_DETECTOR_WARNING
                                 : 0;
}

static inline uint32_t step(stepd *own, double value, uint32_t before)
{
    (void)before;
    uint8_t bit = value != 0;
    own->recent += (uint64_t)bit - own->window[own->at];
    own->window[own->at] = bit;
    own->at = own->at + 1 == own->size ? 0 : own->at + 1;
    own->errors += bit;
    own->n++;
    return own->n < 2 * own->size || plainly_quiet(own) ? 0 : test(own);
}

DRIFT__DETECTOR_RUN(stepd, step, 0)

static double read_value(const void *state, size_t k)
{
    const stepd *own = state;
    double n = (double)own->n, size = own->n < own->size ? n : (double)own->size;
    const double values[] = {n, (double)own->errors / n, (double)own->recent / size};
    return values[k];
}

static void visit(void *state, drift__detector_codec *codec)
{
    stepd *own = state;
    drift__codec_count(codec, &own->n, UINT64_MAX >> 11);
    drift__codec_count(codec, &own->at, own->size - 1);
    drift__codec_count(codec, &own->errors, own->n);
    drift__codec_bits(codec, own->window, own->size);
}

static int settle(void *state)
{
    stepd *own = state;
    own->recent = 0;
    for (uint64_t k = 0; k < own->size; k++)
        own->recent += own->window[k];
    return own->at == own->n % own->size && own->recent <= own->errors &&
           own->errors - own->recent <= (own->n < own->size ? 0 : own->n - own->size);
}

const drift__detector_kind drift__stepd = {
    .name = "stepd",
    .input = DRIFT_DETECTOR_BITS,
    .parameters = PARAMETERS,
    .readings = READINGS,
    .state_size = sizeof(stepd),
    .room = room,
    .prepare = prepare,
    .restart = restart,
    .update = update,
    .run = run,
    .read = read_value,
    .visit = visit,
    .settle = settle,
};
