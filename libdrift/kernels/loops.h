/* SPDX-License-Identifier: Apache-2.0
 *
 * loops.h: the kernels, written once over vectors of LANES doubles. A file
 * for an instruction set defines LANES and SET (the name of its table), is compiled for
 * that set, and includes this. No loop rounds where the order could show:
 * counts are integers, extrema are extrema, and the sums are exact.
 */
#include <math.h>
#include <string.h>

#include "kernels/kernels.h"
#include "kernels/lookup.h"

#if LANES == 4 && defined(__AVX2__)
#include <immintrin.h>
#endif

typedef double lanes __attribute__((vector_size(LANES * 8)));
typedef int64_t masks __attribute__((vector_size(LANES * 8)));
typedef int32_t places __attribute__((vector_size(LANES * 4)));

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

static inline lanes pick(masks where, lanes yes, lanes no)
{
    return (lanes)(((masks)yes & where) | ((masks)no & ~where));
}

static inline int any(masks where)
{
    int64_t found = 0;
    for (int i = 0; i < LANES; i++)
        found |= where[i];
    return found != 0;
}

static int screen(const double *values, size_t n, double *out_minimum, double *out_maximum)
{
    lanes low = all(values[0]), high = low;
    masks odd = {0};
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        lanes v = load(values + i);
        odd |= (masks)((v - v) != all(0));
        low = pick((masks)(v < low), v, low);
        high = pick((masks)(v > high), v, high);
    }
    double minimum = values[0], maximum = values[0];
    int finite = !any(odd);
    for (int k = 0; k < LANES; k++) {
        minimum = low[k] < minimum ? low[k] : minimum;
        maximum = high[k] > maximum ? high[k] : maximum;
    }
    for (; i < n; i++) {
        finite &= values[i] - values[i] == 0;
        minimum = values[i] < minimum ? values[i] : minimum;
        maximum = values[i] > maximum ? values[i] : maximum;
    }
    if (!finite || values[0] - values[0] != 0)
        return 0;
    *out_minimum = minimum;
    *out_maximum = maximum;
    return 1;
}

/* Inlined once for each number of halvings and each use, so that they are straight code. */
#define UNROLL _Pragma("GCC unroll 8")
#define EACH static inline __attribute__((always_inline))

/* Neighbouring values are counted in different tables: an increment need not wait for the last. */
enum { TABLES = 4, TABLE_EDGES = 512, FEWEST_FOR_TABLES = 128 };

typedef uint32_t table[TABLE_EDGES + 1];

/* What is done with a value whose place among the edges is known; `turn` counts up. */
typedef void use(void *into, size_t turn, uint32_t place, double value);

/* Guide cells of equal width, LANES at a time; returns how many values were used. */
EACH size_t each_by_value(const drift__guide *guide, const double *values, size_t n, use *put,
                          void *into, const uint32_t steps)
{
    enum { STEP = LANES < TABLES ? TABLES : LANES };
    const lanes low = all(guide->low), scale = all(guide->scale), zero = all(0);
    const lanes last = all((double)(guide->cells - 1));
    const uint16_t *start = guide->start;
    const double *edges = guide->edges;
    size_t i = 0;
    for (; i + STEP <= n; i += STEP) {
        uint32_t found[STEP];
        UNROLL
        for (size_t k = 0; k < STEP; k += LANES) {
            lanes at = (load(values + i + k) - low) * scale;
            at = pick((masks)(at > zero), at, zero);
            at = pick((masks)(at < last), at, last);
            places cell = __builtin_convertvector(at, places);
            memcpy(found + k, &cell, sizeof cell);
        }
        UNROLL
        for (size_t k = 0; k < STEP; k++)
            put(into, k, drift__edges_from(edges, steps, start[found[k]], values[i + k]),
                values[i + k]);
    }
    return i;
}

/* Guide cells that widen from a centre on. */
EACH size_t each_by_distance(const drift__guide *guide, const double *values, size_t n, use *put,
                             void *into, const uint32_t steps)
{
    const uint16_t *middle = guide->start + guide->cells / 2;
    const double *edges = guide->edges;
    const double centre = guide->centre, grain = guide->grain;
    const uint64_t most = guide->cells / 2 - 1;
    const uint32_t shift = guide->shift;
    size_t i = 0;
    for (; i + TABLES <= n; i += TABLES)
        UNROLL
    for (size_t k = 0; k < TABLES; k++) {
        double value = values[i + k];
        uint64_t at = drift__guide_distance(value, centre, grain) >> shift;
        at = at < most ? at : most;
        uint32_t from = middle[(int64_t)(at ^ -(uint64_t)(value < centre))];
        put(into, k, drift__edges_from(edges, steps, from, value), value);
    }
    return i;
}

EACH size_t each_in_steps(const drift__guide *guide, const double *values, size_t n, use *put,
                          void *into, const uint32_t steps)
{
    return guide->by_distance ? each_by_distance(guide, values, n, put, into, steps)
                              : each_by_value(guide, values, n, put, into, steps);
}

EACH void each_place(const drift__guide *guide, const double *values, size_t n, use *put,
                     void *into)
{
    size_t i;
    switch (guide->steps) {
    case 1:
        i = each_in_steps(guide, values, n, put, into, 1);
        break;
    case 2:
        i = each_in_steps(guide, values, n, put, into, 2);
        break;
    case 3:
        i = each_in_steps(guide, values, n, put, into, 3);
        break;
    default:
        i = each_in_steps(guide, values, n, put, into, guide->steps);
    }
    for (; i < n; i++)
        put(into, i, drift__guide_find(guide, values[i]), values[i]);
}

EACH void count_one(void *into, size_t turn, uint32_t place, double value)
{
    table *tables = into;
    (void)value;
    tables[turn % TABLES][place]++;
}

static void count_in_tables(const drift__guide *guide, const double *values, size_t n,
                            uint64_t *counts)
{
    table tables[TABLES];
    size_t used = (size_t)guide->n_edges + 1;
    for (size_t k = 0; k < TABLES; k++)
        memset(tables[k], 0, used * sizeof **tables);
    each_place(guide, values, n, count_one, tables);
    for (size_t c = 0; c < used; c++)
        counts[c] += (uint64_t)tables[0][c] + tables[1][c] + tables[2][c] + tables[3][c];
}

static void count(const drift__guide *guide, const double *values, size_t n, uint64_t *counts)
{
    enum { PIECE = 1 << 20 }; /* the tables' counters are of 32 bits */
    if (n >= FEWEST_FOR_TABLES && guide->n_edges <= TABLE_EDGES) {
        for (size_t first = 0; first < n; first += PIECE)
            count_in_tables(guide, values + first, n - first < PIECE ? n - first : PIECE, counts);
        return;
    }
    for (size_t i = 0; i < n; i++)
        counts[drift__guide_find(guide, values[i])]++;
}

EACH void heap_one(void *into, size_t turn, uint32_t place, double value)
{
    drift__heap *heap = (drift__heap *)into + place;
    (void)turn;
    heap->sum += value;
    heap->low = value < heap->low ? value : heap->low;
    heap->high = value > heap->high ? value : heap->high;
    heap->n++;
}

static void heap(const drift__guide *guide, const double *values, size_t n, drift__heap *heaps)
{
    each_place(guide, values, n, heap_one, heaps);
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

/* Add to `sum` the bits of `value` above its unit; what is left below it comes back. */
static inline lanes deposit(lanes *sum, lanes value)
{
    lanes grown = *sum + value, kept = value - (grown - *sum);
    *sum = grown;
    return kept;
}

/*
 * An accumulator begins at 1.5 * 2^k: as long as what is added stays below
 * 2^(k-1) in sum, its unit is 2^(k-52) throughout. With at most 2^11 additions
 * a lane, k is 13 above the exponent of what comes in, and 40 binary places
 * are settled a level.
 */
enum { HEADROOM = 13, PLACES = 40 };

static int sums(const double *values, size_t n, int exponent, drift__partial_sums *out)
{
    lanes value_sums[DRIFT__SUM_LEVELS], square_sums[DRIFT__SQUARE_LEVELS];
    double value_base[DRIFT__SUM_LEVELS], square_base[DRIFT__SQUARE_LEVELS];
    for (int k = 0; k < DRIFT__SUM_LEVELS; k++) {
        value_base[k] = ldexp(1.5, exponent + HEADROOM - k * PLACES);
        value_sums[k] = all(value_base[k]);
    }
    for (int k = 0; k < DRIFT__SQUARE_LEVELS; k++) {
        square_base[k] = ldexp(1.5, 2 * exponent + HEADROOM - k * PLACES);
        square_sums[k] = all(square_base[k]);
    }
    masks rest = {0};
    double padded[LANES] = {0};
    for (size_t i = 0; i < n; i += LANES) {
        const double *from = values + i;
        if (n - i < LANES) {
            memcpy(padded, from, (n - i) * sizeof *padded);
            from = padded;
        }
        lanes v = load(from), square = v * v, error = square_error(v, square);
        v = deposit(&value_sums[0], v);
        v = deposit(&value_sums[1], v);
        square = deposit(&square_sums[0], square);
        square = deposit(&square_sums[1], square);
        square = deposit(&square_sums[2], square);
        error = deposit(&square_sums[1], error);
        error = deposit(&square_sums[2], error);
        error = deposit(&square_sums[3], error);
        rest |= (masks)(v != all(0)) | (masks)(square != all(0)) | (masks)(error != all(0));
    }
    if (any(rest))
        return 0;
    memset(out, 0, sizeof *out);
    for (int k = 0; k < DRIFT__SUM_LEVELS; k++)
        for (int lane = 0; lane < LANES; lane++)
            out->values[k][lane] = value_sums[k][lane] - value_base[k];
    for (int k = 0; k < DRIFT__SQUARE_LEVELS; k++)
        for (int lane = 0; lane < LANES; lane++)
            out->squares[k][lane] = square_sums[k][lane] - square_base[k];
    return 1;
}
