/* SPDX-License-Identifier: Apache-2.0
 *
 * cells.c: counts between frozen edges over ordered keys.
 */
#include "sketch/cells.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "core/memory.h"
#include "kernels/kernels.h"

/* Below, building a guide costs more than it saves. */
enum { FEWEST_GUIDED = 256 };

drift_status drift__cells_create(drift__cells *out_cells, const int64_t *keys, const uint8_t *atoms,
                                 uint32_t n, int integer, const drift_allocator *allocator)
{
    drift__cells cells = {.n = n, .integer = integer != 0};
    cells.keys = drift__allocate(allocator, (size_t)n + 1, sizeof *cells.keys);
    cells.atoms = drift__allocate_zero(allocator, n, sizeof *cells.atoms);
    cells.counts = drift__allocate_zero(allocator, (size_t)n + 2, sizeof *cells.counts);
    if (!cells.keys || !cells.atoms || !cells.counts) {
        drift__cells_destroy(&cells, allocator);
        return DRIFT_ERR_OUT_OF_MEMORY;
    }
    memcpy(cells.keys, keys, ((size_t)n + 1) * sizeof *keys);
    if (atoms)
        memcpy(cells.atoms, atoms, n);
    *out_cells = cells;
    return DRIFT_OK;
}

drift_status drift__cells_create_beside(drift__cells *out_cells, const drift__cells *frozen,
                                        const drift_allocator *allocator)
{
    uint64_t *counts = drift__allocate_zero(allocator, (size_t)frozen->n + 2, sizeof *counts);
    if (!counts)
        return DRIFT_ERR_OUT_OF_MEMORY;
    *out_cells = *frozen;
    out_cells->counts = counts;
    out_cells->borrowed = 1;
    return DRIFT_OK;
}

void drift__cells_destroy(drift__cells *cells, const drift_allocator *allocator)
{
    drift__release(allocator, cells->counts);
    if (!cells->borrowed) {
        drift__release(allocator, cells->keys);
        drift__release(allocator, cells->atoms);
        drift__guide_destroy(&cells->guide, allocator);
    }
    *cells = (drift__cells){0};
}

void drift__cells_reset(drift__cells *cells)
{
    memset(cells->counts, 0, ((size_t)cells->n + 2) * sizeof *cells->counts);
}

uint32_t drift__cells_find(const drift__cells *cells, int64_t key)
{
    const int64_t *base = cells->keys;
    uint32_t left = cells->n + 1;
    while (left > 1) {
        uint32_t half = left / 2;
        /* A mask, because compilers turn the conditional into a jump that cannot be predicted. */
        base += half & -(uint32_t)(base[half - 1] <= key);
        left -= half;
    }
    return (uint32_t)(base - cells->keys) + (uint32_t)(*base <= key);
}

void drift__cells_update_keys(drift__cells *cells, const int64_t *keys, size_t size)
{
    for (size_t i = 0; i < size; i++)
        cells->counts[drift__cells_find(cells, keys[i])]++;
}

void drift__cells_update(drift__cells *cells, const double *values, size_t size)
{
    if (cells->guide.n_edges) {
        drift__kernels_get()->count(&cells->guide, values, size, cells->counts);
        return;
    }
    for (size_t i = 0; i < size; i++)
        cells->counts[drift__cells_find(cells, drift__key(values[i]))]++;
}

void drift__cells_places(const drift__cells *cells, const double *values, size_t size,
                         uint16_t *out_places)
{
    if (cells->guide.n_edges)
        drift__kernels_get()->place(&cells->guide, values, size, out_places);
    for (size_t i = 0; !cells->guide.n_edges && i < size; i++)
        out_places[i] = (uint16_t)drift__cells_find(cells, drift__key(values[i]));
}

size_t drift__keep_finite(const double *values, size_t n, double *out_kept, drift__odd *out_odd)
{
    size_t kept = 0, missing = 0, negative = 0;
    for (size_t i = 0; i < n; i++) {
        out_kept[kept] = values[i];
        kept += fabs(values[i]) <= DBL_MAX;
    }
    for (size_t i = 0; i < n; i++)
        missing += isnan(values[i]);
    if (kept + missing < n)
        for (size_t i = 0; i < n; i++)
            negative += values[i] < -DBL_MAX;
    *out_odd = (drift__odd){missing, negative, n - kept - missing - negative};
    return kept;
}

drift_status drift__cells_prepare(drift__cells *cells, size_t size,
                                  const drift_allocator *allocator)
{
    if (cells->integer || cells->borrowed || cells->guide.n_edges || size < FEWEST_GUIDED)
        return DRIFT_OK;
    double *edges = drift__allocate(allocator, (size_t)cells->n + 1, sizeof *edges);
    if (!edges)
        return DRIFT_ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i <= cells->n; i++)
        edges[i] = drift__key_double(cells->keys[i]);
    drift_status status = drift__guide_create(&cells->guide, edges, cells->n + 1, allocator);
    drift__release(allocator, edges);
    return status;
}

drift_status drift__cells_merge(drift__cells *cells, const drift__cells *other)
{
    uint64_t total = 0;
    for (uint32_t k = 0; k < cells->n + 2; k++)
        if (__builtin_add_overflow(total, cells->counts[k], &total) ||
            __builtin_add_overflow(total, other->counts[k], &total))
            return DRIFT_ERR_OVERFLOW;
    drift__cells_absorb(cells, other);
    return DRIFT_OK;
}

void drift__cells_absorb(drift__cells *cells, const drift__cells *other)
{
    for (uint32_t k = 0; k < cells->n + 2; k++)
        cells->counts[k] += other->counts[k];
}

int drift__cells_same(const drift__cells *a, const drift__cells *b)
{
    return a->n == b->n && a->integer == b->integer &&
           !memcmp(a->keys, b->keys, ((size_t)a->n + 1) * sizeof *a->keys) &&
           !memcmp(a->atoms, b->atoms, a->n);
}

double drift__cells_edge(const drift__cells *cells, uint32_t index)
{
    int64_t key = cells->keys[index];
    return cells->integer ? (double)key : drift__key_double(key);
}

const char *drift__cells_validate(const drift__cells *cells)
{
    uint64_t total = 0;
    if (cells->n < 1)
        return "there is no cell";
    for (uint32_t k = 0; k < cells->n; k++) {
        if (cells->keys[k] >= cells->keys[k + 1])
            return "edges do not rise";
        if (cells->atoms[k] > 1)
            return "an atom flag is neither 0 nor 1";
        if (cells->atoms[k] && (uint64_t)cells->keys[k + 1] - (uint64_t)cells->keys[k] != 1)
            return "an atom is wider than one value";
    }
    if (!cells->integer && (cells->keys[0] < drift__key(-1.7976931348623157e308) ||
                            cells->keys[cells->n] > drift__key(1.7976931348623157e308) + 1))
        return "an edge is not a finite number";
    for (uint32_t k = 0; k < cells->n + 2; k++)
        if (__builtin_add_overflow(total, cells->counts[k], &total))
            return "counts overflow";
    return NULL;
}
