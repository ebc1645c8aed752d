/* SPDX-License-Identifier: Apache-2.0
 *
 * edges.c: edges frozen from the order statistics of a reference: the values
 * at fixed ranks, and a cell of its own for every value that is frequent.
 */
#include <string.h>

#include "core/sort.h"
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

/* The value at rank numerator / denominator. */
static int64_t at_rank(const int64_t *sorted, size_t m, uint64_t numerator, uint64_t denominator)
{
    uint64_t whole = m / denominator, rest = m % denominator;
    return sorted[whole * numerator + rest * numerator / denominator];
}

static void add_ranks(drift__edges *edges, uint32_t *n, const int64_t *sorted, size_t m)
{
    static const uint64_t tails[] = {1000, 400, 200, 100};
    for (uint64_t j = 1; j < RANKS; j++)
        add_key(edges, n, at_rank(sorted, m, j, RANKS));
    for (uint64_t j = 1; j < COARSE_RANKS; j++)
        add_key(edges, n, at_rank(sorted, m, j, COARSE_RANKS));
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
        add_key(edges, n, at_rank(sorted, m, 1, tails[i]));
        add_key(edges, n, at_rank(sorted, m, tails[i] - 1, tails[i]));
    }
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

void drift__choose_edges(const int64_t *sorted, size_t m, int64_t minimum, int64_t maximum,
                         drift__edges *out_edges)
{
    int64_t scratch[sizeof out_edges->keys / sizeof *out_edges->keys];
    uint32_t n = 0;
    size_t distinct = count_distinct(sorted, m);
    out_edges->discrete = m > 0 && distinct <= MOST_DISTINCT && m >= 5 * distinct;
    add_key(out_edges, &n, minimum);
    add_key(out_edges, &n, maximum + 1);
    if (out_edges->discrete) {
        add_atoms(out_edges, &n, sorted, m, 1);
    } else if (m) {
        size_t share = (m + MOST_DISTINCT - 1) / MOST_DISTINCT;
        add_ranks(out_edges, &n, sorted, m);
        add_atoms(out_edges, &n, sorted, m, share < 3 ? 3 : share);
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
