/* SPDX-License-Identifier: Apache-2.0
 *
 * edge_knots.c: the curve through the counts of an edge digest, and its
 * inverse. Within a cell the cubic is followed by chords, because a sum of
 * products may fall by a rounding error where a straight line does not.
 */
#include "sketch/edge_knots.h"

#include <math.h>

/* How a cell is measured: in values, in keys (where it spans magnitudes), in steps of a decimal. */
enum { BY_VALUE, BY_KEY, BY_STEP };

static const double powers_of_ten[DRIFT__MOST_DECIMALS + 1] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6};
static const double most_steps = 0x1p51; /* beyond, not every step is a double */

uint64_t drift__knots_total(const drift__knots *knots)
{
    return knots->n ? knots->items[knots->n - 1].below : 0;
}

/* The first step at or above the value. */
static double step_at(double value, int decimals)
{
    double power = powers_of_ten[decimals], step = rint(value * power);
    return step / power < value ? step + 1 : step;
}

static double place_of(const drift__arc *arc, int64_t key)
{
    if (arc->scale == BY_KEY)
        return (double)key;
    double value = drift__key_double(key);
    if (arc->scale == BY_STEP)
        return step_at(value, arc->decimals);
    /* The key after the largest double is infinity. Quarters, so that no width is. */
    return isinf(value) ? 0x1p1022 : value / 4;
}

/* 1 for numbers of one sign that differ in magnitude: they may be even by key, not by value. */
static int spans_magnitudes(int64_t first, int64_t after)
{
    const double many = 4;
    double low = drift__key_double(first), high = drift__key_double(drift__key_before(after));
    return low > 0 ? high / many > low : high < 0 && low / many < high;
}

static drift__arc straight(int scale, int decimals, int64_t low, int64_t high)
{
    drift__arc arc = {.scale = scale, .decimals = decimals, .first = 1, .second = 1};
    arc.from = place_of(&arc, low);
    arc.width = place_of(&arc, high) - arc.from;
    return arc;
}

drift__arc drift__arc_straight(int decimals, int64_t low, int64_t high)
{
    int scale = decimals >= 0 ? BY_STEP : spans_magnitudes(low, high) ? BY_KEY : BY_VALUE;
    return straight(scale, decimals, low, high);
}

int drift__arc_is_single(const drift__arc *arc, int64_t low, int64_t high)
{
    return drift__key_after(low) == high || (arc->scale == BY_STEP && arc->width <= 1);
}

/* The neighbour's slope as a multiple of the cell's own; below 0 where there is none to go by. */
static double slope_beside(const drift__arc *arc, const drift__knot *left, double weight,
                           double *out_width)
{
    double from = place_of(arc, left->key);
    double width = place_of(arc, left[1].key) - from;
    double share = (double)(left[1].below - left->below) / weight;
    *out_width = width / arc->width;
    /* A single value is no neighbour to learn a slope from. */
    if (!(width > 0) || drift__key_after(left->key) == left[1].key)
        return -1;
    return share / *out_width;
}

/* Slope at an end with a neighbour of `other` slope and width on that side. */
static double inner_slope(double other, double width)
{
    if (!(other > 0))
        return 0;
    double mine = 2 * width + 1, theirs = width + 2;
    return (mine + theirs) / (mine + theirs / other);
}

/* Slope at an end without a neighbour, from that on the other side (three points). */
static double outer_slope(double other, double width)
{
    double slope = 1 + (1 - other) / (1 + width);
    return slope < 0 ? 0 : slope > 3 ? 3 : slope;
}

/* How much the density on a scale differs between a cell and its neighbours of the same sign. */
static double unevenness(const drift__knots *knots, size_t i, int scale)
{
    const drift__knot *left = &knots->items[i];
    drift__arc arc = straight(scale, knots->decimals, left->key, left[1].key);
    double weight = (double)(left[1].below - left->below), width, sum = 0;
    for (size_t k = i ? i - 1 : i + 1; k <= i + 1 && k + 1 < knots->n; k += 2) {
        const drift__knot *other = &knots->items[k];
        double slope = slope_beside(&arc, other, weight, &width);
        if (slope > 0 && (other->key > 0 || other[1].key <= 0))
            sum += fabs(log(slope));
    }
    return sum;
}

/* Even by key or by value: as the neighbours go on better. */
static int scale_of(const drift__knots *knots, size_t i)
{
    const drift__knot *left = &knots->items[i];
    if (knots->decimals >= 0)
        return BY_STEP;
    return left[1].below > left->below && spans_magnitudes(left->key, left[1].key) &&
                   unevenness(knots, i, BY_KEY) < unevenness(knots, i, BY_VALUE)
               ? BY_KEY
               : BY_VALUE;
}

drift__arc drift__knots_arc(const drift__knots *knots, size_t i)
{
    const drift__knot *left = &knots->items[i];
    double before = -1, after = -1, width_before = 1, width_after = 1;
    double weight = (double)(left[1].below - left->below);
    drift__arc arc = straight(scale_of(knots, i), knots->decimals, left->key, left[1].key);
    if (!(weight > 0) || !(arc.width > 0))
        return arc;
    if (i)
        before = slope_beside(&arc, left - 1, weight, &width_before);
    if (i + 2 < knots->n)
        after = slope_beside(&arc, left + 1, weight, &width_after);
    if (before >= 0)
        arc.first = inner_slope(before, width_before);
    else if (after >= 0)
        arc.first = outer_slope(after, width_after);
    if (after >= 0)
        arc.second = inner_slope(after, width_after);
    else if (before >= 0)
        arc.second = outer_slope(before, width_before);
    return arc;
}

static double cubic(const drift__arc *arc, double t)
{
    double third = arc->first + arc->second - 2, second = 1 - arc->first - third;
    return t * (arc->first + t * (second + t * third));
}

double drift__arc_share(const drift__arc *arc, int64_t key)
{
    enum { CHORDS = 64 };
    double at = (place_of(arc, key) - arc->from) / arc->width * CHORDS;
    if (!(at > 0))
        return 0;
    if (at >= CHORDS)
        return 1;
    double chord = floor(at);
    double left = cubic(arc, chord / CHORDS), right = cubic(arc, (chord + 1) / CHORDS);
    double share = left + (right - left) * (at - chord);
    return share < right ? share : right;
}

size_t drift__knots_find(const drift__knots *knots, int64_t key)
{
    size_t first = 0, last = knots->n - 1;
    while (last - first > 1) {
        size_t middle = (first + last) / 2;
        if (knots->items[middle].key <= key)
            first = middle;
        else
            last = middle;
    }
    return first;
}

static double below_in(const drift__knot *left, const drift__arc *arc, int64_t key)
{
    double weight = (double)(left[1].below - left->below), most = (double)left[1].below;
    double below = (double)left->below + weight * drift__arc_share(arc, key);
    return below < most ? below : most;
}

double drift__knots_below(const drift__knots *knots, int64_t key)
{
    if (!knots->n || key <= knots->items[0].key)
        return 0;
    if (key >= knots->items[knots->n - 1].key)
        return (double)drift__knots_total(knots);
    size_t i = drift__knots_find(knots, key);
    if (knots->items[i].key == key)
        return (double)knots->items[i].below;
    drift__arc arc = drift__knots_arc(knots, i);
    return below_in(&knots->items[i], &arc, key);
}

drift__knot drift__knots_at(const drift__knots *knots, int64_t key)
{
    uint64_t total = drift__knots_total(knots);
    if (!knots->n || key <= knots->items[0].key)
        return (drift__knot){key, 0, 0, 0};
    if (key >= knots->items[knots->n - 1].key)
        return (drift__knot){key, total, 0, 0};
    size_t i = drift__knots_find(knots, key);
    const drift__knot *left = &knots->items[i];
    if (left->key == key)
        return *left;
    drift__arc arc = drift__knots_arc(knots, i);
    double estimate = below_in(left, &arc, key);
    uint64_t below = left[1].below, least = left->below - left->under;
    /* A double may have rounded beyond either end. */
    if (estimate < (double)below)
        below = (uint64_t)estimate < left->below ? left->below : (uint64_t)estimate;
    return (drift__knot){key, below, below - least, left[1].below + left[1].over - below};
}

int64_t drift__knots_reach(const drift__knots *knots, double share)
{
    double total = (double)drift__knots_total(knots);
    size_t i = 0;
    while (i + 2 < knots->n && (double)knots->items[i + 1].below / total < share)
        i++;
    const drift__knot *left = &knots->items[i];
    drift__arc arc = drift__knots_arc(knots, i);
    int64_t low = left->key, high = left[1].key; /* enough lie below high, not below low */
    while ((uint64_t)high - (uint64_t)low > 1) {
        int64_t middle = low + (int64_t)(((uint64_t)high - (uint64_t)low) / 2);
        if (below_in(left, &arc, middle) / total >= share)
            high = middle;
        else
            low = middle;
    }
    return high;
}

int drift__decimals_of(const double *values, size_t n, int from)
{
    int decimals = from;
    for (size_t i = 0; i < n && decimals >= 0; i++) {
        double value = values[i];
        while (decimals >= 0) {
            double power = powers_of_ten[decimals], step = rint(value * power);
            if (fabs(step) < most_steps && step / power == value)
                break;
            decimals = decimals < DRIFT__MOST_DECIMALS ? decimals + 1 : DRIFT__NO_DECIMALS;
        }
    }
    return decimals;
}
