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

/* Inlined once for each number of halvings, so that they are straight code. */
#define UNROLL _Pragma("GCC unroll 16")
#define UNROLL_4 _Pragma("GCC unroll 4")
#define EACH static inline __attribute__((always_inline))

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

/* v * v - square, exactly (Dekker 1971 where there is no fused multiply-add). */
static inline lanes square_error(lanes v, lanes square)
{
#if LANES == 4 && defined(__AVX2__)
    return _mm256_fmsub_pd(v, v, square);
#else
    lanes scaled = all(134217729.0) * v; /* 2^27 + 1 */
    lanes high = scaled - (scaled - v), low = v - high;
    return ((high * high - square) + (high * low + high * low)) + low * low;
#endif
}

/*
 * `base` is 1.5 * 2^k and `value` at most 2^(k-1) in size. Their sum has the unit 2^(k-52) then, and
 * its bits, as an integer, are those of the base and the value in these units. What is left of
 * the value is at most half a unit: just what the base 52 binary places below takes.
 */
static inline lanes deposit(words *units, lanes base, lanes value)
{
    lanes grown = base + value, part = grown - base;
    *units += (words)grown;
#if LANES == 4 && defined(__AVX2__)
    /* The same, where multiplications have units of their own. */
    return _mm256_fnmadd_pd(part, all(1), value);
#else
    return value - part;
#endif
}

/* 1.5 * 2^exponent of a normal number. */
static inline double one_and_a_half(int exponent)
{
    uint64_t bits = (uint64_t)(exponent + 1023) << 52 | UINT64_C(1) << 51;
    double made;
    memcpy(&made, &bits, sizeof made);
    return made;
}

/* The sum of all lanes of `units`, without the `n` bases that each of LANES deposits left in it. */
static inline int64_t across(words units, lanes base, size_t n)
{
    uint64_t sum = 0, bits;
    double one = base[0];
    memcpy(&bits, &one, sizeof bits);
    for (int lane = 0; lane < LANES; lane++)
        sum += units[lane];
    return (int64_t)(sum - n * bits);
}

/* The last n < LANES values, and zeros. */
static inline lanes load_some(const double *from, size_t n)
{
    lanes loaded = all(0);
    for (size_t i = 0; i < n; i++)
        loaded[i] = from[i];
    return loaded;
}

static inline int is_settled(masks rest)
{
    return !any(rest & ~(masks)all(-0.0));
}

/* Where the bases of a sum lie, what was deposited at them, and what did not fit. */
typedef struct settling {
    lanes bases[DRIFT__SQUARE_LEVELS];
    words units[DRIFT__SQUARE_LEVELS];
    masks rest;
} settling;

static inline settling settling_of(int exponent)
{
    settling s = {.rest = {0}};
    for (int k = 0; k < DRIFT__SQUARE_LEVELS; k++)
        s.bases[k] = all(one_and_a_half(exponent + 1 - k * DRIFT__SUM_PLACES));
    return s;
}

EACH void settle_value(settling *s, lanes v)
{
    v = deposit(&s->units[0], s->bases[0], v);
    s->rest |= (masks)deposit(&s->units[1], s->bases[1], v);
}

EACH void settle_square(settling *s, lanes v)
{
    lanes square = v * v, error = square_error(v, square);
    square = deposit(&s->units[0], s->bases[0], square);
    s->rest |= (masks)deposit(&s->units[1], s->bases[1], square);
    error = deposit(&s->units[1], s->bases[1], error);
    s->rest |= (masks)deposit(&s->units[2], s->bases[2], error);
}

static int sum_values(const double *values, size_t n, int exponent, int64_t *out)
{
    settling s = settling_of(exponent);
    size_t i = 0;
    UNROLL_4
    for (; i + LANES <= n; i += LANES)
        settle_value(&s, load(values + i));
    settle_value(&s, load_some(values + i, n - i));
    for (int k = 0; k < DRIFT__SUM_LEVELS; k++)
        out[k] = across(s.units[k], s.bases[k], i + LANES);
    return is_settled(s.rest);
}

static int sum_squares(const double *values, size_t n, int exponent, int64_t *out)
{
    settling s = settling_of(2 * exponent);
    size_t i = 0;
    UNROLL_4
    for (; i + LANES <= n; i += LANES)
        settle_square(&s, load(values + i));
    settle_square(&s, load_some(values + i, n - i));
    for (int k = 0; k < DRIFT__SQUARE_LEVELS; k++) /* in the middle squares and errors */
        out[k] = across(s.units[k], s.bases[k], (k == 1 ? 2 : 1) * (i + LANES));
    return is_settled(s.rest);
}

static int sums(const double *values, size_t n, int exponent, drift__partial_sums *out)
{
    drift__partial_sums made;
    if (!sum_values(values, n, exponent, made.values) ||
        !sum_squares(values, n, exponent, made.squares))
        return 0;
    *out = made;
    return 1;
}

#include "kernels/row_loops.h"
#include "kernels/urn_loops.h"
