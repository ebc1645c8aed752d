/* SPDX-License-Identifier: Apache-2.0
 *
 * ks_window.c: a sliding window in order. A value that leaves is the oldest of
 * those equal to it, so it is found by halves, and one that comes goes behind
 * its equals: what lies between the two places moves by one.
 */
#include "sequential/ks_window.h"

#include <math.h>
#include <string.h>

#include "hypothesis/ks.h"

static const double MOST_EXACT = 250000; /* lattice points: some milliseconds, at creation */

size_t drift__ks_window_room(size_t size)
{
    return size * (2 * sizeof(double) + 2 * sizeof(uint32_t));
}

void *drift__ks_window_prepare(drift__ks_window *window, size_t size, void *place)
{
    window->size = size;
    window->values = place;
    window->sorted = window->values + size;
    window->slots = (uint32_t *)(void *)(window->sorted + size);
    return window->slots + 2 * size;
}

void drift__ks_window_clear(drift__ks_window *window)
{
    window->n = window->at = 0;
}

/* First place whose value is >= `value`, or > `value` where `behind`. */
static size_t place_of(const drift__ks_window *window, double value, int behind)
{
    size_t low = 0, high = window->n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (window->sorted[middle] < value || (behind && window->sorted[middle] == value))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void shift(drift__ks_window *window, size_t to, size_t from, size_t n)
{
    memmove(window->sorted + to, window->sorted + from, n * sizeof *window->sorted);
    memmove(window->slots + to, window->slots + from, n * sizeof *window->slots);
}

static void put(drift__ks_window *window, size_t place, double value, uint32_t slot)
{
    window->sorted[place] = value;
    window->slots[place] = slot;
}

uint32_t drift__ks_window_add(drift__ks_window *window, double value)
{
    uint32_t slot = (uint32_t)window->at;
    size_t to = place_of(window, value, 1);
    if (window->n < window->size) {
        shift(window, to + 1, to, window->n - to);
        window->n++;
    } else {
        size_t from = place_of(window, window->values[slot], 0);
        if (to > from) {
            to--;
            shift(window, from, from + 1, to - from);
        } else {
            shift(window, to + 1, to, from - to);
        }
    }
    put(window, to, value, slot);
    window->values[slot] = value;
    window->at = window->at + 1 == window->size ? 0 : window->at + 1;
    return slot;
}

void drift__ks_window_visit(drift__ks_window *window, drift__detector_codec *codec)
{
    drift__codec_count(codec, &window->n, window->size);
    drift__codec_count(codec, &window->at, window->size - 1);
    drift__codec_reals(codec, window->values, window->n);
}

/* Merges runs of `width` slots from `from` into `to`. */
static void merge(const drift__ks_window *window, const uint32_t *from, uint32_t *to, size_t begin,
                  size_t width)
{
    size_t n = window->n, middle = begin + width < n ? begin + width : n;
    size_t end = begin + 2 * width < n ? begin + 2 * width : n;
    for (size_t i = begin, j = middle, k = begin; k < end; k++)
        to[k] = i < middle && (j >= end || window->values[from[i]] <= window->values[from[j]])
                    ? from[i++]
                    : from[j++];
}

int drift__ks_window_settle(drift__ks_window *window)
{
    size_t n = window->n;
    if (n < window->size && window->at != n)
        return 0;
    uint32_t *from = window->slots, *to = window->slots + window->size;
    uint32_t oldest = n < window->size ? 0 : (uint32_t)window->at;
    for (size_t k = 0; k < n; k++)
        from[k] = (uint32_t)((oldest + k) % window->size);
    for (size_t width = 1; width < n; width *= 2) {
        for (size_t begin = 0; begin < n; begin += 2 * width)
            merge(window, from, to, begin, width);
        uint32_t *other = from;
        from = to;
        to = other;
    }
    if (from != window->slots)
        memcpy(window->slots, from, n * sizeof *from);
    for (size_t k = 0; k < n; k++)
        window->sorted[k] = window->values[window->slots[k]];
    return 1;
}

double drift__ks_distance_p(uint64_t small, uint64_t large, double distance, double *scratch)
{
    const double points = (double)small * (double)large;
    /* Half a unit below, so that what is equal counts. */
    const drift__lattice lattice = {small, large, 0, NULL, distance - 0.5};
    if (distance <= 0)
        return 1;
    return points <= MOST_EXACT
               ? drift__lattice_mass(&lattice, scratch)
               : drift__ks_limit_tail(distance / points, (double)large, (double)small);
}

static uint64_t common_divisor(uint64_t a, uint64_t b)
{
    while (b) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* The distance at which the limit law says alpha, as a share. */
static double limit_distance(uint64_t small, uint64_t large, double alpha)
{
    double low = 0, high = 1;
    for (int step = 0; step < 40; step++) {
        double middle = (low + high) / 2;
        if (drift__ks_limit_tail(middle, (double)large, (double)small) <= alpha)
            high = middle;
        else
            low = middle;
    }
    return high;
}

/* Distances are multiples of the sizes' divisor. An exact p-value is dear, so the search starts near. */
double drift__ks_critical(uint64_t small, uint64_t large, double alpha, double *scratch)
{
    const double unit = (double)common_divisor(large, small);
    const double most = (double)small * (double)large / unit;
    double low = 0, high = most + 1; /* p(low) > alpha >= p(high), high in units */
    double at = floor(limit_distance(small, large, alpha) * most), step = 1;
    for (int up = -1; high - low > 1;) {
        at = at <= low ? low + 1 : at >= high ? high - 1 : at;
        int reached = drift__ks_distance_p(small, large, at * unit, scratch) <= alpha;
        if (reached)
            high = at;
        else
            low = at;
        /* Ever longer steps one way, then halves. */
        if (up == -1)
            up = !reached;
        if (up == reached)
            step = 0;
        at = step > 0 ? at + (up ? step : -step) : floor((low + high) / 2);
        step *= 2;
    }
    return high * unit;
}
