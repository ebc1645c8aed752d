/* SPDX-License-Identifier: Apache-2.0
 *
 * ks_extremes.c: the extremes of F - G. At the borders of heaps F - G is known
 * from counts; inside a heap it rises by no more than the reference's share of
 * it and falls by no more than the current one's, so that few heaps are left
 * in which it could go beyond what was found at the borders.
 */
#include "hypothesis/ks_extremes.h"

#include <math.h>

#include "core/memory.h"
#include "kernels/heaps.h"

static void see(drift__extremes *found, drift__wide difference)
{
    if (difference > found->ahead)
        found->ahead = difference;
    if (-difference > found->behind)
        found->behind = -difference;
}

drift__extremes drift__extremes_of_ties(const drift__ties *ties)
{
    drift__extremes found = {0, 0};
    drift__wide difference = 0;
    for (size_t k = 0; k < ties->n; k++) {
        difference += (drift__wide)ties->reference[k] * (drift__wide)ties->n_current -
                      (drift__wide)ties->current[k] * (drift__wide)ties->n_reference;
        see(&found, difference);
    }
    return found;
}

/* One heap, both sides sorted, from the difference at its lower border on. */
static void walk(const int64_t *x, size_t n_x, drift__wide up, const int64_t *y, size_t n_y,
                 drift__wide down, drift__wide difference, drift__extremes *found)
{
    for (size_t i = 0, j = 0; i < n_x || j < n_y;) {
        int64_t key = j >= n_y || (i < n_x && x[i] <= y[j]) ? x[i] : y[j];
        for (; i < n_x && x[i] == key; i++)
            difference += up;
        for (; j < n_y && y[j] == key; j++)
            difference -= down;
        see(found, difference);
    }
}

/* What the borders show; marks the heaps that may go beyond it, and returns how many. */
static size_t mark(const drift__heaps *heaps, uint8_t *marks, drift__extremes *found)
{
    const uint32_t *in_x = heaps->sides[0].counts, *in_y = heaps->sides[1].counts;
    const drift__wide up = (drift__wide)heaps->sides[1].n, down = (drift__wide)heaps->sides[0].n;
    drift__wide difference = 0;
    size_t marked = 0;
    for (uint32_t h = 0; h < heaps->n; h++) {
        difference += (drift__wide)in_x[h] * up - (drift__wide)in_y[h] * down;
        see(found, difference);
    }
    difference = 0;
    for (uint32_t h = 0; h < heaps->n; h++) {
        drift__wide rise = (drift__wide)in_x[h] * up, fall = (drift__wide)in_y[h] * down;
        int beyond = difference + rise > found->ahead || fall - difference > found->behind;
        marks[h] = beyond && !drift__heaps_single(heaps, h) ? DRIFT__HEAP_SORTED : DRIFT__HEAP_LEFT;
        marked += marks[h] == DRIFT__HEAP_SORTED;
        difference += rise - fall;
    }
    return marked;
}

static drift_status resolve(const drift__heaps *heaps, const uint8_t *marks, drift__extremes *found)
{
    const drift__heaped *x = &heaps->sides[0], *y = &heaps->sides[1];
    const drift__wide up = (drift__wide)y->n, down = (drift__wide)x->n;
    size_t i = 0, j = drift__heaps_marked(heaps, x, marks);
    size_t n_keys = j + drift__heaps_marked(heaps, y, marks);
    drift__wide difference = 0;
    int64_t *keys = drift__allocate(&heaps->memory, n_keys, sizeof *keys);
    drift_status status = keys ? DRIFT_OK : DRIFT_ERR_OUT_OF_MEMORY;
    if (!status)
        status = drift__heaps_sort(heaps, x, marks, keys);
    if (!status)
        status = drift__heaps_sort(heaps, y, marks, keys + j);
    for (uint32_t h = 0; h < heaps->n && !status; h++) {
        if (marks[h] == DRIFT__HEAP_SORTED) {
            walk(keys + i, x->counts[h], up, keys + j, y->counts[h], down, difference, found);
            i += x->counts[h];
            j += y->counts[h];
        }
        difference += (drift__wide)x->counts[h] * up - (drift__wide)y->counts[h] * down;
    }
    drift__release(&heaps->memory, keys);
    return status;
}

static drift_status by_heaps(const double *x, size_t n, const double *y, size_t m,
                             drift__extremes *out_extremes)
{
    drift__heaps heaps;
    drift__extremes found = {0, 0};
    drift_status status = drift__heaps_create(&heaps, x, n, y, m, INFINITY, NULL);
    if (status)
        return status;
    uint8_t *marks = drift__allocate(&heaps.memory, heaps.n, sizeof *marks);
    if (!marks)
        status = DRIFT_ERR_OUT_OF_MEMORY;
    else if (mark(&heaps, marks, &found))
        status = resolve(&heaps, marks, &found);
    drift__release(&heaps.memory, marks);
    drift__heaps_destroy(&heaps);
    if (!status)
        *out_extremes = found;
    return status;
}

drift_status drift__extremes_of_values(const double *reference, size_t n_reference,
                                       const double *current, size_t n_current,
                                       drift__extremes *out_extremes)
{
    drift_status status = DRIFT_ERR_UNSUPPORTED;
    if (reference && current && n_reference && n_current)
        status = by_heaps(reference, n_reference, current, n_current, out_extremes);
    if (status != DRIFT_ERR_UNSUPPORTED)
        return status;
    drift__ties ties;
    status = drift__ties_of_values(reference, n_reference, current, n_current, &ties);
    if (status)
        return status;
    *out_extremes = drift__extremes_of_ties(&ties);
    drift__ties_release(&ties);
    return DRIFT_OK;
}
