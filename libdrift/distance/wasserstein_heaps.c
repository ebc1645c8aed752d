/* SPDX-License-Identifier: Apache-2.0
 *
 * wasserstein_heaps.c: the area between two empirical distribution functions
 * from counts and sums. Where F - G keeps its sign between the borders of a
 * heap, its integral there is linear in the sums of the values; only the heaps
 * where it may change, and those where it comes so near to 0 that rounding
 * would show, are sorted and walked through.
 */
#include <math.h>

#include "core/key.h"
#include "core/memory.h"
#include "distance/wasserstein.h"
#include "kernels/heaps.h"

__extension__ typedef __int128 wide;

/* Sum of what the values of a heap exceed its lower border by, compensated (Kahan 1965). */
typedef struct excess {
    double border, sum, lost;
} excess;

/* F - G at the borders of a heap and what it rises and falls by within it, times N M. */
typedef struct heights {
    wide left, rise, fall, right;
} heights;

static heights next(const heights *before, const drift__heaps *heaps, uint32_t h)
{
    heights here = {.left = before->right};
    here.rise = (wide)heaps->sides[0].counts[h] * (wide)heaps->sides[1].n;
    here.fall = (wide)heaps->sides[1].counts[h] * (wide)heaps->sides[0].n;
    here.right = here.left + here.rise - here.fall;
    return here;
}

/*
 * The smallest height that the order of the values within the heap can lead to,
 * must be a part of all that they add and take away: the area is at least that height
 * times the width, and an error of the sums relative to them is as small relative to it.
 */
static int is_linear(const heights *of)
{
    const wide part = 64;
    wide least = of->left > 0 ? of->left - of->fall : -of->left - of->rise;
    return least >= (of->rise + of->fall) / part + (of->rise + of->fall > 0);
}

static drift_status add_up(const drift__heaps *heaps, const drift__heaped *side,
                           excess **out_excesses)
{
    excess *sums = drift__allocate(&heaps->memory, heaps->n, sizeof *sums);
    if (!sums)
        return DRIFT_ERR_OUT_OF_MEMORY;
    for (uint32_t h = 0; h < heaps->n; h++)
        sums[h] = (excess){drift__heaps_border(heaps, h), 0, 0};
    for (size_t i = 0; i < side->n; i++) {
        excess *to = &sums[side->places[i]];
        double value = (side->values[i] - to->border) - to->lost, grown = to->sum + value;
        to->lost = (grown - to->sum) - value;
        to->sum = grown;
    }
    *out_excesses = sums;
    return DRIFT_OK;
}

static long double size_of(wide height)
{
    wide size = height < 0 ? -height : height;
    /* Of 128 bits only where it must be: that is a call. */
    return size <= INT64_MAX ? (long double)(int64_t)size : (long double)size;
}

/* Area of a heap whose values are sorted, times N M. */
static long double walk(const int64_t *x, size_t n_x, wide up, const int64_t *y, size_t n_y,
                        wide down, wide height, double from, double to)
{
    long double area = 0, at = (long double)from;
    for (size_t i = 0, j = 0; i < n_x || j < n_y;) {
        int64_t key = j >= n_y || (i < n_x && x[i] <= y[j]) ? x[i] : y[j];
        long double here = (long double)drift__key_double(key);
        area += size_of(height) * (here - at);
        at = here;
        for (; i < n_x && x[i] == key; i++)
            height += up;
        for (; j < n_y && y[j] == key; j++)
            height -= down;
    }
    return area + size_of(height) * ((long double)to - at);
}

/* The sums give the area of heaps without a mark, the keys that of the others. */
typedef struct parts {
    uint8_t *marks;
    excess *excesses[2];
    int64_t *keys[2];
} parts;

static double total(const drift__heaps *heaps, const parts *of)
{
    const drift__heaped *x = &heaps->sides[0], *y = &heaps->sides[1];
    const int64_t *x_keys = of->keys[0], *y_keys = of->keys[1];
    const long double n = (long double)x->n, m = (long double)y->n;
    long double sum = 0;
    heights here = {0, 0, 0, 0};
    for (uint32_t h = 0; h < heaps->n; h++) {
        double from = drift__heaps_border(heaps, h), to = drift__heaps_border(heaps, h + 1);
        here = next(&here, heaps, h);
        if (of->marks[h] == DRIFT__HEAP_SORTED) {
            sum += walk(x_keys, x->counts[h], (wide)y->n, y_keys, y->counts[h], (wide)x->n,
                        here.left, from, to);
            x_keys += x->counts[h];
            y_keys += y->counts[h];
            continue;
        }
        const excess *in_x = &of->excesses[0][h], *in_y = &of->excesses[1][h];
        long double area = (long double)here.right * ((long double)to - (long double)from);
        area -= m * ((long double)in_x->sum - (long double)in_x->lost);
        area += n * ((long double)in_y->sum - (long double)in_y->lost);
        sum += fabsl(area);
    }
    return (double)(sum / n / m);
}

static drift_status measure(const drift__heaps *heaps, double *out_area)
{
    const drift_allocator *memory = &heaps->memory;
    parts p = {NULL, {NULL, NULL}, {NULL, NULL}};
    heights here = {0, 0, 0, 0};
    p.marks = drift__allocate(memory, heaps->n, sizeof *p.marks);
    drift_status status = p.marks ? DRIFT_OK : DRIFT_ERR_OUT_OF_MEMORY;
    for (uint32_t h = 0; !status && h < heaps->n; h++) {
        here = next(&here, heaps, h);
        int settled = drift__heaps_single(heaps, h) || is_linear(&here);
        p.marks[h] = settled ? DRIFT__HEAP_LEFT : DRIFT__HEAP_SORTED;
    }
    for (int s = 0; s < 2 && !status; s++) {
        const drift__heaped *side = &heaps->sides[s];
        size_t marked = drift__heaps_marked(heaps, side, p.marks);
        p.keys[s] = drift__allocate(memory, marked, sizeof *p.keys[s]);
        status = p.keys[s] ? drift__heaps_sort(heaps, side, p.marks, p.keys[s])
                           : DRIFT_ERR_OUT_OF_MEMORY;
        if (!status)
            status = add_up(heaps, side, &p.excesses[s]);
    }
    if (!status)
        *out_area = total(heaps, &p);
    for (int s = 0; s < 2; s++) {
        drift__release(memory, p.excesses[s]);
        drift__release(memory, p.keys[s]);
    }
    drift__release(memory, p.marks);
    return status;
}

drift_status drift__wasserstein_by_heaps(const double *x, size_t n, const double *y, size_t m,
                                         double *out_area)
{
    const double widest = 0x1p900; /* sums of what lies further apart could overflow */
    drift__heaps heaps;
    drift_status status = drift__heaps_create(&heaps, x, n, y, m, widest, NULL);
    if (status)
        return status;
    status = measure(&heaps, out_area);
    drift__heaps_destroy(&heaps);
    return status;
}
