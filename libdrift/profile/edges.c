/* SPDX-License-Identifier: Apache-2.0
 *
 * edges.c: edges frozen from the order statistics of a reference: the values
 * at fixed ranks, and a cell of its own for every value that is frequent. A
 * large sample is sorted only where these lie.
 */
#include <math.h>
#include <string.h>

#include "core/key.h"
#include "core/memory.h"
#include "core/sort.h"
#include "kernels/heaps.h"
#include "profile/learn_state.h"

enum { MOST_DISTINCT = 64, RANKS = 64, COARSE_RANKS = 20 };

static void add_key(drift__edges *edges, uint32_t *n, int64_t key)
{
    if (*n < sizeof edges->keys / sizeof *edges->keys)
        edges->keys[(*n)++] = key;
}

static void add_atom(drift__edges *edges, uint32_t *n, int64_t key)
{
    add_key(edges, n, key);
    add_key(edges, n, key + 1);
}

static size_t rank_of(size_t m, uint64_t numerator, uint64_t denominator)
{
    uint64_t whole = m / denominator, rest = m % denominator;
    return whole * numerator + rest * numerator / denominator;
}

/* The ranks at which edges stand, in no order. */
enum { TAILS = 4, MOST_RANKS = RANKS - 1 + COARSE_RANKS - 1 + 2 * TAILS };

static void list_ranks(size_t m, int64_t *out_ranks)
{
    static const uint64_t tails[TAILS] = {1000, 400, 200, 100};
    size_t n = 0;
    for (uint64_t j = 1; j < RANKS; j++)
        out_ranks[n++] = (int64_t)rank_of(m, j, RANKS);
    for (uint64_t j = 1; j < COARSE_RANKS; j++)
        out_ranks[n++] = (int64_t)rank_of(m, j, COARSE_RANKS);
    for (size_t i = 0; i < TAILS; i++) {
        out_ranks[n++] = (int64_t)rank_of(m, 1, tails[i]);
        out_ranks[n++] = (int64_t)rank_of(m, tails[i] - 1, tails[i]);
    }
}

static void add_ranks(drift__edges *edges, uint32_t *n, const int64_t *sorted, size_t m)
{
    int64_t ranks[MOST_RANKS];
    list_ranks(m, ranks);
    for (size_t i = 0; i < MOST_RANKS; i++)
        add_key(edges, n, sorted[ranks[i]]);
}

/* As often as this a value is an atom among many. */
static size_t least_of_atom(size_t m)
{
    size_t share = (m + MOST_DISTINCT - 1) / MOST_DISTINCT;
    return share < 3 ? 3 : share;
}

static size_t count_distinct(const int64_t *sorted, size_t m)
{
    size_t distinct = 0;
    for (size_t i = 0; i < m && distinct <= MOST_DISTINCT; i++)
        distinct += i == 0 || sorted[i] != sorted[i - 1];
    return distinct;
}

/* Every value with at least `least` occurrences gets a cell of its own. */
static void add_atoms(drift__edges *edges, uint32_t *n, const int64_t *sorted, size_t m,
                      size_t least)
{
    for (size_t i = 0, next; i < m; i = next) {
        for (next = i + 1; next < m && sorted[next] == sorted[i]; next++)
            ;
        if (next - i >= least)
            add_atom(edges, n, sorted[i]);
    }
}

void drift__choose_edges(const int64_t *ordered, size_t m, int64_t minimum, int64_t maximum,
                         drift__edges *out_edges)
{
    int64_t scratch[sizeof out_edges->keys / sizeof *out_edges->keys];
    uint32_t n = 0;
    size_t distinct = count_distinct(ordered, m);
    out_edges->discrete = m > 0 && distinct <= MOST_DISTINCT && m >= 5 * distinct;
    add_key(out_edges, &n, minimum);
    add_key(out_edges, &n, maximum + 1);
    if (out_edges->discrete) {
        add_atoms(out_edges, &n, ordered, m, 1);
    } else if (m) {
        add_ranks(out_edges, &n, ordered, m);
        add_atoms(out_edges, &n, ordered, m, least_of_atom(m));
    }
    drift__sort_keys(out_edges->keys, n, scratch);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < n; i++)
        if (!kept || out_edges->keys[i] != out_edges->keys[kept - 1])
            out_edges->keys[kept++] = out_edges->keys[i];
    out_edges->n = kept - 1;
    for (uint32_t k = 0; k + 1 < kept; k++)
        out_edges->atoms[k] = out_edges->keys[k] + 1 == out_edges->keys[k + 1];
}

/*
 * Mark the heaps that hold a rank or could hold an atom. 0 where there may be so few distinct
 * values that all of them count.
 */
static int mark(const drift__heaps *heaps, uint8_t *marks)
{
    const drift__heaped *side = &heaps->sides[0];
    int64_t ranks[MOST_RANKS], scratch[MOST_RANKS];
    size_t least = least_of_atom(side->n), before = 0, used = 0, next = 0;
    list_ranks(side->n, ranks);
    drift__sort_keys(ranks, MOST_RANKS, scratch);
    for (uint32_t h = 0; h < heaps->n; h++) {
        int wanted = side->counts[h] >= least;
        used += side->counts[h] > 0;
        before += side->counts[h];
        for (; next < MOST_RANKS && (size_t)ranks[next] < before; next++)
            wanted = 1;
        wanted = wanted && !drift__heaps_single(heaps, h);
        marks[h] = wanted ? DRIFT__HEAP_SORTED : DRIFT__HEAP_TAKEN;
    }
    return used > MOST_DISTINCT;
}

/* DRIFT_ERR_UNSUPPORTED, with nothing done, where the keys should be sorted. */
static drift_status order_by_heaps(int64_t *keys, size_t m, const drift_allocator *allocator)
{
    drift__heaps heaps;
    double *values = drift__allocate(allocator, m, sizeof *values);
    if (!values)
        return DRIFT_ERR_OUT_OF_MEMORY;
    for (size_t i = 0; i < m; i++)
        values[i] = drift__key_double(keys[i]);
    drift_status status = drift__heaps_create(&heaps, values, m, NULL, 0, INFINITY, allocator);
    if (!status) {
        uint8_t *marks = drift__allocate(allocator, heaps.n, sizeof *marks);
        status = !marks                ? DRIFT_ERR_OUT_OF_MEMORY
                 : mark(&heaps, marks) ? drift__heaps_sort(&heaps, heaps.sides, marks, keys)
                                       : DRIFT_ERR_UNSUPPORTED;
        drift__release(allocator, marks);
        drift__heaps_destroy(&heaps);
    }
    drift__release(allocator, values);
    return status;
}

drift_status drift__order_for_edges(int64_t *keys, size_t m, int integer,
                                    const drift_allocator *allocator)
{
    drift_status status = DRIFT_ERR_UNSUPPORTED;
    if (!integer && m >= DRIFT__FEWEST_HEAPED)
        status = order_by_heaps(keys, m, allocator);
    if (status != DRIFT_ERR_UNSUPPORTED)
        return status;
    int64_t *scratch = drift__allocate(allocator, m, sizeof *scratch);
    if (!scratch)
        return DRIFT_ERR_OUT_OF_MEMORY;
    drift__sort_keys(keys, m, scratch);
    drift__release(allocator, scratch);
    return DRIFT_OK;
}
