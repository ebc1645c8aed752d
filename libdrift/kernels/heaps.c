/* SPDX-License-Identifier: Apache-2.0
 *
 * heaps.c: edges from a stratified sample, one pass that places every value,
 * and sorting of those heaps that are asked for.
 */
#include "kernels/heaps.h"

#include <math.h>
#include <string.h>

#include "core/hash.h"
#include "core/key.h"
#include "core/memory.h"
#include "core/sort.h"
#include "kernels/kernels.h"

enum { MOST_HEAPS = 8192, SHARE = 128, SAMPLED = 4, GUIDE_CELLS = 32768, PIECE = 1024 };
enum { MOST_STEPS = 8 }; /* a search by halves costs as much as sorting */

/* One value at a random place of each of `n` equal stretches: no period of the data can fool it. */
static void draw(const drift__heaps *heaps, int64_t *keys, size_t n)
{
    const drift__heaped *x = &heaps->sides[0], *y = &heaps->sides[1];
    size_t stretch = (x->n + y->n) / n;
    for (size_t k = 0; k < n; k++) {
        size_t at = k * stretch + drift__mix(k) % stretch;
        keys[k] = drift__key(at < x->n ? x->values[at] : y->values[at - x->n]);
    }
}

/* An order statistic that comes twice gets a heap of its own. */
static uint32_t choose_edges(const int64_t *sorted, uint32_t n_heaps, double *edges)
{
    uint32_t made = 0;
    int64_t last = 0;
    for (uint32_t k = 1; k < n_heaps; k++) {
        int64_t key = sorted[k * SAMPLED];
        if (made && key == last)
            key++;
        if (made && key <= last)
            continue;
        edges[made++] = drift__key_double(key);
        last = key;
    }
    return made;
}

static drift_status make_guide(drift__heaps *heaps, uint32_t n_heaps)
{
    const drift_allocator *memory = &heaps->memory;
    size_t sampled = (size_t)n_heaps * SAMPLED;
    int64_t *keys = drift__allocate(memory, 2 * sampled, sizeof *keys);
    double *edges = drift__allocate(memory, n_heaps, sizeof *edges);
    heaps->guide.edges = drift__allocate(memory, 3 * (size_t)n_heaps + 1, sizeof *edges);
    heaps->guide.start = drift__allocate(memory, GUIDE_CELLS, sizeof *heaps->guide.start);
    drift_status status = keys && edges && heaps->guide.edges && heaps->guide.start
                              ? DRIFT_OK
                              : DRIFT_ERR_OUT_OF_MEMORY;
    if (!status) {
        draw(heaps, keys, sampled);
        drift__sort_keys(keys, sampled, keys + sampled);
        uint32_t made = choose_edges(keys, n_heaps, edges);
        drift__guide_replace(&heaps->guide, edges, made, GUIDE_CELLS);
        heaps->n = made + 1;
    }
    drift__release(memory, keys);
    drift__release(memory, edges);
    return status;
}

static drift_status place_all(const drift__heaps *heaps, drift__heaped *side)
{
    const drift__kernels *kernels = drift__kernels_get();
    side->places = drift__allocate(&heaps->memory, side->n, sizeof *side->places);
    side->counts = drift__allocate_zero(&heaps->memory, heaps->n, sizeof *side->counts);
    if (!side->places || !side->counts)
        return DRIFT_ERR_OUT_OF_MEMORY;
    for (size_t first = 0; first < side->n; first += PIECE) {
        size_t n = side->n - first < PIECE ? side->n - first : PIECE;
        kernels->place(&heaps->guide, side->values + first, n, side->places + first);
        for (size_t i = first; i < first + n; i++)
            side->counts[side->places[i]]++;
    }
    return DRIFT_OK;
}

/* 1 where all values are finite. */
static int screen(drift__heaps *heaps)
{
    const drift__kernels *kernels = drift__kernels_get();
    heaps->minimum = INFINITY;
    heaps->maximum = -INFINITY;
    for (int s = 0; s < 2; s++) {
        const drift__heaped *side = &heaps->sides[s];
        double low, high;
        if (!side->n)
            continue;
        if (!kernels->screen(side->values, side->n, &low, &high))
            return 0;
        heaps->minimum = fmin(heaps->minimum, low);
        heaps->maximum = fmax(heaps->maximum, high);
    }
    return 1;
}

drift_status drift__heaps_create(drift__heaps *out_heaps, const double *x, size_t n_x,
                                 const double *y, size_t n_y, double widest,
                                 const drift_allocator *allocator)
{
    size_t n;
    drift__heaps heaps = {.memory = drift__allocator(allocator),
                          .sides = {{x, n_x, NULL, NULL}, {y, n_y, NULL, NULL}}};
    if (__builtin_add_overflow(n_x, n_y, &n))
        return DRIFT_ERR_OVERFLOW;
    if (n < DRIFT__FEWEST_HEAPED || n > UINT32_MAX || !screen(&heaps) ||
        heaps.maximum - heaps.minimum > widest)
        return DRIFT_ERR_UNSUPPORTED;
    drift_status status =
        make_guide(&heaps, n / SHARE < MOST_HEAPS ? (uint32_t)(n / SHARE) : MOST_HEAPS);
    if (!status && heaps.guide.steps > MOST_STEPS)
        status = DRIFT_ERR_UNSUPPORTED;
    for (int s = 0; s < 2 && !status; s++)
        if (heaps.sides[s].n)
            status = place_all(&heaps, &heaps.sides[s]);
    if (status)
        drift__heaps_destroy(&heaps);
    else
        *out_heaps = heaps;
    return status;
}

void drift__heaps_destroy(drift__heaps *heaps)
{
    drift_allocator memory = heaps->memory;
    for (int s = 0; s < 2; s++) {
        drift__release(&memory, heaps->sides[s].places);
        drift__release(&memory, heaps->sides[s].counts);
    }
    drift__guide_destroy(&heaps->guide, &memory);
    *heaps = (drift__heaps){0};
}

double drift__heaps_border(const drift__heaps *heaps, uint32_t h)
{
    if (!h)
        return heaps->minimum;
    /* The last edge may be the neighbour above the largest value. */
    return h < heaps->n ? fmin(heaps->guide.edges[h - 1], heaps->maximum) : heaps->maximum;
}

int drift__heaps_single(const drift__heaps *heaps, uint32_t h)
{
    const double *edges = heaps->guide.edges;
    return h && h + 1 < heaps->n && drift__key(edges[h - 1]) + 1 == drift__key(edges[h]);
}

/* The keys of the marked heaps, each heap where it begins. */
static void gather(const drift__heaped *side, const uint8_t *marks, size_t *next, int64_t *keys)
{
    uint32_t found[PIECE];
    for (size_t first = 0; first < side->n; first += PIECE) {
        size_t n = side->n - first < PIECE ? side->n - first : PIECE, kept = 0;
        const double *values = side->values + first;
        const uint16_t *places = side->places + first;
        for (size_t i = 0; i < n; i++) {
            found[kept] = (uint32_t)i;
            kept += marks[places[i]] != DRIFT__HEAP_LEFT;
        }
        for (size_t k = 0; k < kept; k++)
            keys[next[places[found[k]]]++] = drift__key(values[found[k]]);
    }
}

size_t drift__heaps_marked(const drift__heaps *heaps, const drift__heaped *side,
                           const uint8_t *marks)
{
    size_t total = 0;
    for (uint32_t h = 0; h < heaps->n; h++)
        total += marks[h] != DRIFT__HEAP_LEFT ? side->counts[h] : 0;
    return total;
}

drift_status drift__heaps_sort(const drift__heaps *heaps, const drift__heaped *side,
                               const uint8_t *marks, int64_t *out_keys)
{
    size_t most = 0, done = 0;
    for (uint32_t h = 0; h < heaps->n; h++)
        if (marks[h] == DRIFT__HEAP_SORTED && side->counts[h] > most)
            most = side->counts[h];
    size_t *next = drift__allocate(&heaps->memory, heaps->n, sizeof *next);
    int64_t *scratch = drift__allocate(&heaps->memory, most, sizeof *scratch);
    drift_status status = next && scratch ? DRIFT_OK : DRIFT_ERR_OUT_OF_MEMORY;
    if (!status) {
        for (uint32_t h = 0; h < heaps->n; h++) {
            next[h] = done;
            done += marks[h] != DRIFT__HEAP_LEFT ? side->counts[h] : 0;
        }
        gather(side, marks, next, out_keys);
        for (uint32_t h = 0; h < heaps->n; h++)
            if (marks[h] == DRIFT__HEAP_SORTED && side->counts[h] > 1)
                drift__sort_keys(out_keys + next[h] - side->counts[h], side->counts[h], scratch);
    }
    drift__release(&heaps->memory, next);
    drift__release(&heaps->memory, scratch);
    return status;
}
