/* SPDX-License-Identifier: Apache-2.0
 *
 * incremental_ks.c: the Kolmogorov-Smirnov distance between a fixed reference and
 * the latest values (dos Reis, Flach, Matwin & Batista 2016, "Fast unsupervised
 * online drift detection using incremental Kolmogorov-Smirnov test"). Statistic and
 * p-value are frouros'; a change is a p-value of at most alpha.
 *
 * Where a value lies in the reference is looked up once, when it comes. Between
 * two values of the window F moves one way and G not at all, so the extremes of
 * F - G lie at the ends of the window's ties: one walk over the window.
 */
#include <math.h>
#include <string.h>

#include "core/key.h"
#include "core/sort.h"
#include "sequential/ks_window.h"

typedef struct incremental_ks {
    double alpha, critical; /* numerator of a distance that is a change */
    double distance;        /* numerator of the last one; -1 before the first */
    size_t n_reference;
    double *reference; /* sorted */
    drift__ks_window window;
    uint32_t *below, *up_to; /* by slot: values of the reference < and <= that value */
    double *weights;
} incremental_ks;

static const drift__detector_parameter PARAMETERS[] = {
    {"window_size", 100, 1, 100000, 1},
    {"alpha", 0.001, 0, 1, 0},
    {NULL, 0, 0, 0, 0},
};
static const char *const READINGS[] = {"n", "statistic", "p_value", NULL};

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t room(const drift__detector_setup *setup)
{
    size_t size = (size_t)setup->parameters[0], n = setup->n_reference;
    /* Sorting needs as much again as the reference. */
    return drift__ks_window_room(size) + 2 * size * sizeof(uint32_t) +
           (2 * n + smaller(size, n) + 1) * sizeof(double);
}

static void sort(const double *from, size_t n, double *to, int64_t *scratch)
{
    int64_t *keys = (int64_t *)(void *)to;
    for (size_t i = 0; i < n; i++)
        keys[i] = drift__key(from[i]);
    drift__sort_keys(keys, n, scratch);
    for (size_t i = 0; i < n; i++)
        to[i] = drift__key_double(keys[i]);
}

static void prepare(void *state, const drift__detector_setup *setup, void *place)
{
    incremental_ks *own = state;
    size_t size = (size_t)setup->parameters[0], n = setup->n_reference;
    own->alpha = setup->parameters[1];
    own->n_reference = n;
    own->reference = drift__ks_window_prepare(&own->window, size, place);
    own->weights = own->reference + 2 * n;
    own->below = (uint32_t *)(void *)(own->weights + smaller(size, n) + 1);
    own->up_to = own->below + size;
    sort(setup->reference, n, own->reference, (int64_t *)(void *)(own->reference + n));
    uint64_t small = smaller(size, n), large = size + n - small;
    own->critical = drift__ks_critical(small, large, own->alpha, own->weights);
}

static void restart(void *state)
{
    incremental_ks *own = state;
    own->distance = -1;
    drift__ks_window_clear(&own->window);
}

/* Values of the reference that are < `value`, or <= `value` where `equal`. */
static uint32_t count(const incremental_ks *own, double value, int equal)
{
    size_t low = 0, high = own->n_reference;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (own->reference[middle] < value || (equal && own->reference[middle] == value))
            low = middle + 1;
        else
            high = middle;
    }
    return (uint32_t)low;
}

static void look_up(incremental_ks *own, uint32_t slot)
{
    own->below[slot] = count(own, own->window.values[slot], 0);
    own->up_to[slot] = count(own, own->window.values[slot], 1);
}

static int64_t larger(int64_t most, int64_t difference)
{
    int64_t apart = difference < 0 ? -difference : difference;
    return apart > most ? apart : most;
}

static int64_t walk(const incremental_ks *own)
{
    const drift__ks_window *window = &own->window;
    const int64_t n = (int64_t)window->size, n_reference = (int64_t)own->n_reference;
    int64_t most = 0;
    for (int64_t k = 0, end; k < n; k = end) {
        for (end = k + 1; end < n && window->sorted[end] == window->sorted[k]; end++)
            ;
        uint32_t slot = window->slots[k];
        most = larger(most, k * n_reference - own->below[slot] * n);
        most = larger(most, end * n_reference - own->up_to[slot] * n);
    }
    return most;
}

static uint32_t update(void *state, double value, uint32_t before)
{
    incremental_ks *own = state;
    (void)before;
    look_up(own, drift__ks_window_add(&own->window, value));
    if (own->window.n < own->window.size)
        return 0;
    own->distance = (double)walk(own);
    return own->distance >= own->critical ? DRIFT_DETECTOR_CHANGE : 0;
}

static double read_value(const void *state, size_t k)
{
    const incremental_ks *own = state;
    if (k == 0)
        return (double)own->window.n;
    if (own->distance < 0)
        return (double)NAN;
    uint64_t small = smaller(own->window.size, own->n_reference);
    uint64_t large = own->window.size + own->n_reference - small;
    return k == 1 ? own->distance / ((double)small * (double)large)
                  : drift__ks_distance_p(small, large, own->distance, own->weights);
}

static void visit(void *state, drift__detector_codec *codec)
{
    incremental_ks *own = state;
    drift__ks_window_visit(&own->window, codec);
}

static int settle(void *state)
{
    incremental_ks *own = state;
    if (!drift__ks_window_settle(&own->window))
        return 0;
    for (uint32_t slot = 0; slot < own->window.n; slot++)
        look_up(own, slot);
    own->distance = own->window.n == own->window.size ? (double)walk(own) : -1;
    return 1;
}

const drift__detector_kind drift__incremental_ks = {
    .name = "incremental_ks",
    .input = DRIFT_DETECTOR_NUMBERS,
    .takes_reference = 2,
    .parameters = PARAMETERS,
    .readings = READINGS,
    .state_size = sizeof(incremental_ks),
    .room = room,
    .prepare = prepare,
    .restart = restart,
    .update = update,
    .read = read_value,
    .visit = visit,
    .settle = settle,
};
