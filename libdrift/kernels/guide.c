/* SPDX-License-Identifier: Apache-2.0
 *
 * guide.c: building a guide. Sizes and layouts are tried, smallest first;
 * the first in which no guide cell holds more than one edge is taken, else the one
 * that needs the fewest comparisons.
 */
#include "kernels/guide.h"

#include <math.h>
#include <string.h>

#include "core/memory.h"
#include "kernels/lookup.h"

enum { FEWEST_CELLS = 256, MOST_CELLS = 8192 };

/* Halvings that settle the fullest guide cell. */
static uint32_t steps_needed(const drift__guide *guide, const double *edges)
{
    uint32_t most = 0, here = 0, last = 0, steps = 0;
    for (uint32_t i = 0; i < guide->n_edges; i++) {
        uint32_t cell = drift__guide_cell(guide, edges[i]);
        here = cell == last ? here + 1 : 1;
        last = cell;
        most = here > most ? here : most;
    }
    while ((UINT32_C(1) << steps) <= most)
        steps++;
    return steps;
}

/* Cells of equal width; 0 where there is no such width. */
static int lay_out_by_value(drift__guide *guide, const double *edges, uint32_t cells)
{
    double low = edges[0], high = edges[guide->n_edges - 1];
    guide->cells = cells;
    guide->low = low;
    guide->scale = (double)cells / (high - low);
    return isnormal(guide->scale) && isfinite(high);
}

/* Cells that widen from `centre` on, as fine as `cells` of them can be; 0 where there is no grain. */
static int lay_out_by_distance(drift__guide *guide, const double *edges, uint32_t cells,
                               double centre, double grain)
{
    uint32_t n = guide->n_edges;
    if (!(grain > 0) || !isfinite(grain) || !isfinite(centre))
        return 0;
    guide->by_distance = 1;
    guide->cells = cells;
    guide->centre = centre;
    guide->grain = grain;
    uint64_t below = drift__guide_distance(edges[0], centre, grain);
    uint64_t above = drift__guide_distance(edges[n - 1], centre, grain);
    for (guide->shift = 0; (below > above ? below : above) >> guide->shift >= cells / 2;
         guide->shift++)
        ;
    return 1;
}

/* A guide of one size in one of three layouts. */
static int lay_out(drift__guide *guide, const double *edges, uint32_t cells, int layout)
{
    double centre = 0, grain = INFINITY;
    if (layout == 0)
        return lay_out_by_value(guide, edges, cells);
    for (uint32_t i = 0; i < guide->n_edges; i++) {
        double gap = layout == 1 ? fabs(edges[i]) : i ? edges[i] - edges[i - 1] : (double)INFINITY;
        if (gap > 0 && gap < grain) {
            grain = gap;
            centre = layout == 1 ? 0 : edges[i];
        }
    }
    return lay_out_by_distance(guide, edges, cells, centre, grain);
}

static void choose(drift__guide *guide, const double *edges, uint32_t most_cells)
{
    enum { LAYOUTS = 3 };
    drift__guide best = *guide;
    uint32_t wanted = FEWEST_CELLS;
    best.cells = 1;
    best.steps = steps_needed(&best, edges);
    while (wanted < 2 * guide->n_edges)
        wanted *= 2;
    for (uint32_t cells = wanted; cells <= 8 * wanted && cells <= most_cells; cells *= 2)
        for (int layout = 0; layout < LAYOUTS; layout++) {
            drift__guide tried = *guide;
            if (best.steps == 1 || !lay_out(&tried, edges, cells, layout))
                continue;
            tried.steps = steps_needed(&tried, edges);
            if (tried.steps < best.steps)
                best = tried;
        }
    *guide = best;
}

/* Edges and starts of a guide whose layout and room are there. */
static void fill(drift__guide *guide, const double *edges)
{
    uint32_t n = guide->n_edges, cell = 0;
    memcpy(guide->edges, edges, n * sizeof *edges);
    for (size_t i = 0; i < (size_t)1 << guide->steps; i++)
        guide->edges[n + i] = INFINITY;
    guide->start[0] = 0;
    if (guide->cells == 1)
        return;
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t mine = drift__guide_cell(guide, edges[i]); cell <= mine; cell++)
            guide->start[cell] = (uint16_t)i;
    for (; cell < guide->cells; cell++)
        guide->start[cell] = (uint16_t)n;
}

drift_status drift__guide_create(drift__guide *out_guide, const double *edges, uint32_t n,
                                 const drift_allocator *allocator)
{
    drift__guide guide = {.n_edges = n};
    choose(&guide, edges, MOST_CELLS);
    size_t beyond = (size_t)1 << guide.steps;
    guide.edges = drift__allocate(allocator, n + beyond, sizeof *guide.edges);
    guide.start = drift__allocate(allocator, guide.cells, sizeof *guide.start);
    if (!guide.edges || !guide.start) {
        drift__guide_destroy(&guide, allocator);
        return DRIFT_ERR_OUT_OF_MEMORY;
    }
    fill(&guide, edges);
    *out_guide = guide;
    return DRIFT_OK;
}

void drift__guide_replace(drift__guide *guide, const double *edges, uint32_t n, uint32_t most_cells)
{
    drift__guide made = {.n_edges = n};
    choose(&made, edges, most_cells);
    made.edges = guide->edges;
    made.start = guide->start;
    fill(&made, edges);
    *guide = made;
}

void drift__guide_destroy(drift__guide *guide, const drift_allocator *allocator)
{
    drift__release(allocator, guide->edges);
    drift__release(allocator, guide->start);
    *guide = (drift__guide){0};
}
