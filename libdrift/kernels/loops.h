/* SPDX-License-Identifier: Apache-2.0
 *
 * loops.h: the kernels, written once over vectors of LANES doubles. A file
 * for an instruction set defines LANES and SET (the name of its table), is compiled for
 * that set, and includes this. No loop rounds where the order could show:
 * counts are integers, extrema are extrema, and the sums are exact.
 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "kernels/kernels.h"
#include "kernels/lookup.h"

#if defined(__SSE2__) && LANES > 1
#include <immintrin.h>
#endif

typedef double lanes __attribute__((vector_size(LANES * 8)));
typedef int64_t masks __attribute__((vector_size(LANES * 8)));
typedef uint64_t words __attribute__((vector_size(LANES * 8)));
typedef int32_t cells __attribute__((vector_size(LANES * 4)));

/* Inlined once for each constant that they are called with, so that they are straight code. */
#define UNROLL _Pragma("GCC unroll 16")
#define UNROLL_4 _Pragma("GCC unroll 4")
#define EACH static inline __attribute__((always_inline))

static inline lanes load(const double *from)
{
    lanes loaded;
    memcpy(&loaded, from, sizeof loaded);
    return loaded;
}

static inline lanes all(double value)
{
    lanes made;
    for (int i = 0; i < LANES; i++)
        made[i] = value;
    return made;
}

/* Lane by lane the lesser or greater of two, the second where they are equal or not comparable. */
#if defined(__SSE2__) && LANES == 2
#define lesser _mm_min_pd
#define greater _mm_max_pd
#elif defined(__SSE2__) && LANES == 4
#define lesser _mm256_min_pd
#define greater _mm256_max_pd
#elif defined(__SSE2__) && LANES == 8
#define lesser _mm512_min_pd
#define greater _mm512_max_pd
#else
static inline lanes lesser(lanes a, lanes b)
{
    for (int i = 0; i < LANES; i++)
        a[i] = a[i] < b[i] ? a[i] : b[i];
    return a;
}

static inline lanes greater(lanes a, lanes b)
{
    for (int i = 0; i < LANES; i++)
        a[i] = a[i] > b[i] ? a[i] : b[i];
    return a;
}
#endif

static inline int any(masks where)
{
    int64_t found = 0;
    for (int i = 0; i < LANES; i++)
        found |= where[i];
    return found != 0;
}

/* Lane l of a comparison is bit l. */
static inline uint64_t bits_of(masks where)
{
#if defined(__SSE2__) && LANES == 2
    return (uint64_t)_mm_movemask_pd((__m128d)where);
#elif defined(__SSE2__) && LANES == 4
    return (uint64_t)_mm256_movemask_pd((__m256d)where);
#elif defined(__SSE2__) && LANES == 8
    return (uint64_t)_mm512_movepi64_mask((__m512i)where);
#else
    uint64_t bits = 0;
    for (int i = 0; i < LANES; i++)
        bits |= (uint64_t)(where[i] & 1) << i;
    return bits;
#endif
}

static uint64_t at_or_above(const double *values, size_t n, double edge)
{
    uint64_t bits = 0;
    size_t i = 0;
    UNROLL_4
    for (; i + LANES <= n; i += LANES)
        bits |= bits_of((masks)(load(values + i) >= all(edge))) << i;
    for (; i < n; i++)
        bits |= (uint64_t)(values[i] >= edge) << i;
    return bits;
}

static int screen(const double *values, size_t n, double *out_minimum, double *out_maximum)
{
    lanes low = all(values[0]), high = low, other_low = low, other_high = low;
    masks odd = (masks)(low != low);
    size_t i = 0;
    /* Two chains, because one comparison would wait for the last. */
    for (; i + 2 * LANES <= n; i += 2 * LANES) {
        lanes v = load(values + i), other = load(values + i + LANES);
        odd |= (masks)(v != v) | (masks)(other != other);
        low = lesser(v, low);
        high = greater(v, high);
        other_low = lesser(other, other_low);
        other_high = greater(other, other_high);
    }
    low = lesser(other_low, low);
    high = greater(other_high, high);
    double minimum = low[0], maximum = high[0];
    int missing = any(odd);
    for (int k = 1; k < LANES; k++) {
        minimum = low[k] < minimum ? low[k] : minimum;
        maximum = high[k] > maximum ? high[k] : maximum;
    }
    for (; i < n; i++) {
        missing |= values[i] != values[i];
        minimum = values[i] < minimum ? values[i] : minimum;
        maximum = values[i] > maximum ? values[i] : maximum;
    }
    if (missing || minimum < -DBL_MAX || maximum > DBL_MAX)
        return 0;
    *out_minimum = minimum;
    *out_maximum = maximum;
    return 1;
}

/*
 * Values are placed a piece at a time before anything is done with them: the
 * look-ups of a piece do not wait for its increments, nor these for them.
 */
enum { PIECE = 256 };

/* Guide cells of equal width, LANES at a time. */
static void guide_cells(const drift__guide *guide, const double *values, size_t n,
                        uint32_t *out_cells)
{
    const lanes low = all(guide->low), scale = all(guide->scale), zero = all(0);
    const lanes last = all((double)(guide->cells - 1));
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        lanes at = (load(values + i) - low) * scale;
        at = lesser(greater(at, zero), last);
        cells cell = __builtin_convertvector(at, cells);
        memcpy(out_cells + i, &cell, sizeof cell);
    }
    for (; i < n; i++)
        out_cells[i] = drift__guide_cell(guide, values[i]);
}

/* Guide cells that widen from a centre on. */
static void guide_cells_by_distance(const drift__guide *guide, const double *values, size_t n,
                                    uint32_t *out_cells)
{
    const double centre = guide->centre, grain = guide->grain;
    const uint64_t middle = guide->cells / 2, most = middle - 1;
    const uint32_t shift = guide->shift;
    for (size_t i = 0; i < n; i++) {
        uint64_t at = drift__guide_distance(values[i], centre, grain) >> shift;
        at = at < most ? at : most;
        out_cells[i] = (uint32_t)(middle + (at ^ -(uint64_t)(values[i] < centre)));
    }
}

EACH void places_in_few_steps(const drift__guide *guide, const double *values, size_t n,
                              uint32_t *cells_then_places, const uint32_t steps)
{
    const uint16_t *start = guide->start;
    const double *edges = guide->edges;
    uint32_t *places = cells_then_places;
    UNROLL_4
    for (size_t i = 0; i < n; i++)
        places[i] = drift__edges_from(edges, steps, start[places[i]], values[i]);
}

/* Four values abreast, because each halving waits for the one before. */
EACH void places_in_steps(const drift__guide *guide, const double *values, size_t n,
                          uint32_t *cells_then_places, const uint32_t steps)
{
    const uint16_t *start = guide->start;
    uint32_t *places = cells_then_places;
    size_t i = 0;
    for (; i + 4 <= n; i += 4) {
        const double *v = values + i;
        uint64_t a = start[places[i]], b = start[places[i + 1]];
        uint64_t c = start[places[i + 2]], d = start[places[i + 3]];
        UNROLL
        for (uint32_t left = steps; left-- > 0;) {
            const uint64_t half = UINT64_C(1) << left;
            const double *edges = guide->edges + half - 1;
            a += half & -(uint64_t)(edges[a] <= v[0]);
            b += half & -(uint64_t)(edges[b] <= v[1]);
            c += half & -(uint64_t)(edges[c] <= v[2]);
            d += half & -(uint64_t)(edges[d] <= v[3]);
        }
        places[i] = (uint32_t)a;
        places[i + 1] = (uint32_t)b;
        places[i + 2] = (uint32_t)c;
        places[i + 3] = (uint32_t)d;
    }
    for (; i < n; i++)
        places[i] = drift__edges_from(guide->edges, steps, start[places[i]], values[i]);
}

/* How many edges lie at or below each of at most PIECE values. */
static void find_places(const drift__guide *guide, const double *values, size_t n,
                        uint32_t *out_places)
{
    if (guide->by_distance)
        guide_cells_by_distance(guide, values, n, out_places);
    else
        guide_cells(guide, values, n, out_places);
#define CASE(find, steps)                                                                          \
    case steps:                                                                                    \
        find(guide, values, n, out_places, steps);                                                 \
        break
    switch (guide->steps) {
        CASE(places_in_few_steps, 1);
        CASE(places_in_few_steps, 2);
        CASE(places_in_few_steps, 3);
        CASE(places_in_steps, 4);
        CASE(places_in_steps, 5);
        CASE(places_in_steps, 6);
        CASE(places_in_steps, 7);
        CASE(places_in_steps, 8);
        CASE(places_in_steps, 9);
    default:
        places_in_steps(guide, values, n, out_places, guide->steps);
    }
#undef CASE
}

static void count(const drift__guide *guide, const double *values, size_t n, uint64_t *counts)
{
    uint32_t places[PIECE];
    for (size_t first = 0; first < n; first += PIECE) {
        size_t size = n - first < PIECE ? n - first : PIECE;
        find_places(guide, values + first, size, places);
        UNROLL_4
        for (size_t i = 0; i < size; i++)
            counts[places[i]]++;
    }
}

static void heap(const drift__guide *guide, const double *values, size_t n, drift__heap *heaps)
{
    uint32_t places[PIECE];
    for (size_t first = 0; first < n; first += PIECE) {
        size_t size = n - first < PIECE ? n - first : PIECE;
        find_places(guide, values + first, size, places);
        for (size_t i = 0; i < size; i++) {
            double value = values[first + i];
            drift__heap *into = heaps + places[i];
            into->sum += value;
            into->low = value < into->low ? value : into->low;
            into->high = value > into->high ? value : into->high;
            into->n++;
        }
    }
}

static void place(const drift__guide *guide, const double *values, size_t n, uint16_t *out_places)
{
    uint32_t places[PIECE];
    for (size_t first = 0; first < n; first += PIECE) {
        size_t size = n - first < PIECE ? n - first : PIECE;
        find_places(guide, values + first, size, places);
        for (size_t i = 0; i < size; i++)
            out_places[first + i] = (uint16_t)places[i];
    }
}

#include "kernels/row_loops.h"
#include "kernels/sum_loops.h"
#include "kernels/urn_loops.h"
