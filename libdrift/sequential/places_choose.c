/* SPDX-License-Identifier: Apache-2.0
 *
 * places_choose.c: where a reference is cut. Three ways, each by what does not depend
 * on the values that are counted:
 *
 * - numbers: at ranks fixed in advance, closer in the tails. An edge of a
 *   place is an order statistic of the reference, or of a sample of its rows,
 *   so it has a rank of its own, which rests with the choice of the rows; the
 *   one nearest to the rank wanted is taken. Within a place of one value the cut
 *   is made at the rank itself.
 * - few values, names: a fifth of the rows, drawn at random, says which places
 *   become cells and at which ranks of the other rows they are cut.
 * - two values of which there are enough: Jeffreys' prior in place of a cut.
 */
#include "sequential/places_choose.h"

#include <math.h>
#include <stdlib.h>

#include "core/memory.h"

/* Cuts of numbers in 64ths: ranks at which a profile has edges. */
static const uint64_t RANKS[] = {1, 5, 10, 17, 24, 32, 40, 47, 54, 59, 63};
enum {
    N_RANKS = sizeof RANKS / sizeof *RANKS,
    DESIGN_PARTS = 5,   /* one of so many rows is for the design */
    MOST_NAMED = 20,    /* names with a cell of their own */
    LEAST_DESIGN = 4,   /* rows of the design that a cell must have */
    LEAST_ROWS = 500,   /* for Jeffreys' prior: in all, */
    LEAST_OF_EACH = 10, /* and of each of the two values */
};

/* The cut before which `rank` rows lie or end, in the place that holds the row of that rank. */
typedef struct cut {
    uint32_t place;      /* in order */
    uint64_t rank;       /* rows before the cut, the one it goes through included */
    uint64_t inside, of; /* rank among the `of` rows of its place, 0 where it is the place's edge */
} cut;

/* Reference places in the order in which they are cut. */
typedef struct line {
    const uint32_t *order;  /* NULL: as they are */
    const uint64_t *counts; /* by place, not by order */
    uint32_t n;
} line;

static uint32_t place_at(const line *l, uint32_t i)
{
    return l->order ? l->order[i] : i;
}

/* Cuts in rising order to cells: which places they go through, what the urn begins with. */
static void make_cells(const line *l, const cut *cuts, uint32_t n_cuts, uint64_t rows,
                       drift__random *random, drift__places *places, double *out_start)
{
    uint32_t j = 0;
    for (uint32_t i = 0; i < l->n; i++) {
        uint32_t place = place_at(l, i);
        while (j < n_cuts && cuts[j].place == i && !cuts[j].inside)
            j++;
        places->first[place] = (uint8_t)j;
        uint64_t before = 0;
        double at = 0;
        for (; j < n_cuts && cuts[j].place == i; j++) {
            at += (1 - at) * drift__draw_beta(random, (double)(cuts[j].inside - before),
                                              (double)(cuts[j].of - cuts[j].inside + 1));
            before = cuts[j].inside;
            places->at[j + 1] = at;
            places->cuts[place]++;
        }
    }
    uint64_t before = 0;
    for (uint32_t k = 0; k < n_cuts; k++) {
        out_start[k] = (double)(cuts[k].rank - before);
        before = cuts[k].rank;
    }
    out_start[n_cuts] = (double)(rows + 1 - before);
    places->cells = n_cuts + 1;
}

/* The order statistic of rank `rank` lies in place `*out_index`, `*out_before` rows before it. */
static void find_rank(const line *l, uint64_t rank, uint32_t *out_index, uint64_t *out_before)
{
    uint64_t before = 0;
    uint32_t i = 0;
    while (before + l->counts[place_at(l, i)] < rank)
        before += l->counts[place_at(l, i++)];
    *out_index = i;
    *out_before = before;
}

/* The edge at which place `index` begins, after `before` rows: it is its smallest value. */
static cut edge_cut(const drift__place_counts *reference, uint32_t index, uint64_t before)
{
    uint32_t last = index;
    while (last && !reference->counts[last - 1])
        last--;
    if (reference->single && reference->single[index])
        return (cut){index, before + 1, 1, reference->counts[index]};
    /* After a place of one value the next begins at no order statistic: cut at the last of its rows. */
    if (last && reference->single && reference->single[last - 1])
        return (cut){last - 1, before, reference->counts[last - 1], reference->counts[last - 1]};
    return (cut){index, before + 1, 0, 0};
}

static cut cut_at_rank(const drift__place_counts *reference, const line *l, uint64_t rank)
{
    uint32_t index, next;
    uint64_t before;
    find_rank(l, rank, &index, &before);
    uint64_t here = reference->counts[index], after = before + here;
    if (!reference->single || reference->single[index])
        return (cut){index, rank, rank - before, here};
    for (next = index + 1; next < l->n && !reference->counts[next]; next++)
        ;
    if (next == l->n || rank - before - 1 <= after + 1 - rank)
        return edge_cut(reference, index, before);
    return edge_cut(reference, next, after);
}

static uint32_t cut_numbers(const drift__place_counts *reference, const line *l, uint64_t rows,
                            cut *out_cuts)
{
    uint32_t n = 0;
    for (int k = 0; k < N_RANKS; k++) {
        uint64_t rank = rows / 64 * RANKS[k] + rows % 64 * RANKS[k] / 64 + 1;
        cut next = cut_at_rank(reference, l, rank <= rows ? rank : rows);
        if (!n || next.rank > out_cuts[n - 1].rank)
            out_cuts[n++] = next;
    }
    return n;
}

/* Most rows of the design first; of as many the one that comes first. */
typedef struct ranked {
    uint64_t count;
    uint32_t place;
} ranked;

static int by_count(const void *left, const void *right)
{
    const ranked *a = left, *b = right;
    if (a->count != b->count)
        return a->count < b->count ? 1 : -1;
    return a->place < b->place ? -1 : a->place > b->place;
}

/* Names with enough rows of the design, most frequent first, then all others; returns how many. */
static uint32_t order_names(const uint64_t *design, uint32_t n, ranked *scratch,
                            uint32_t *out_order)
{
    uint32_t named = 0;
    for (uint32_t p = 0; p < n; p++)
        scratch[p] = (ranked){design[p], p};
    qsort(scratch, n, sizeof *scratch, by_count);
    for (uint32_t i = 0; i < n; i++) {
        out_order[i] = scratch[i].place;
        named += i < MOST_NAMED && scratch[i].count >= LEAST_DESIGN;
    }
    return named;
}

/*
 * The index after each group of neighbours that becomes a cell: a twelfth of the design's rows, or a
 * name; with two values, before the second. The last index is no end: what follows is the last cell.
 */
static uint32_t group(const drift__place_counts *reference, const line *l, uint32_t named,
                      uint64_t design_rows, uint32_t second, uint32_t *out_ends)
{
    uint32_t n = 0;
    if (second) {
        out_ends[0] = second;
        return 1;
    }
    uint64_t held = 0, least = (design_rows + N_RANKS) / (N_RANKS + 1);
    if (!reference->ordered) {
        for (; n < named && n + 1 < l->n; n++)
            out_ends[n] = n + 1;
        return n;
    }
    least = least > LEAST_DESIGN ? least : LEAST_DESIGN;
    for (uint32_t i = 0; i + 1 < l->n && n + 2 < DRIFT__URN_CELLS; i++) {
        held += l->counts[place_at(l, i)];
        if (held >= least) {
            out_ends[n++] = i + 1;
            held = 0;
        }
    }
    return n;
}

/* Cuts at the ranks of the other rows where the design has its groups' ends. */
static uint32_t cut_groups(const line *design, uint64_t design_rows, const line *rest,
                           uint64_t rows, const uint32_t *ends, uint32_t n_ends, cut *out_cuts)
{
    uint32_t n = 0;
    uint64_t before = 0;
    for (uint32_t k = 0, i = 0; k < n_ends; k++) {
        for (; i < ends[k]; i++)
            before += design->counts[place_at(design, i)];
        double wanted = ((double)before + 0.5) / ((double)design_rows + 1) * ((double)rows + 1);
        uint64_t rank = wanted<1 ? 1 : wanted>(double) rows ? rows : (uint64_t)wanted;
        if (n && rank <= out_cuts[n - 1].rank)
            rank = out_cuts[n - 1].rank + 1;
        if (rank > rows)
            break;
        uint32_t index;
        uint64_t skipped;
        find_rank(rest, rank, &index, &skipped);
        out_cuts[n++] = (cut){index, rank, rank - skipped, rest->counts[place_at(rest, index)]};
    }
    return n;
}

typedef struct design {
    uint64_t *rows, *rest; /* by place: of the design, all others */
    ranked *scratch;
    uint32_t *order;
} design;

static drift_status design_create(uint32_t n, const drift_allocator *allocator, design *out)
{
    out->rows = drift__allocate(allocator, n, 2 * sizeof *out->rows);
    out->scratch = drift__allocate(allocator, n, sizeof *out->scratch);
    out->order = drift__allocate(allocator, n, sizeof *out->order);
    if (!out->rows || !out->scratch || !out->order)
        return DRIFT_ERR_OUT_OF_MEMORY;
    out->rest = out->rows + n;
    return DRIFT_OK;
}

static void design_destroy(design *d, const drift_allocator *allocator)
{
    drift__release(allocator, d->rows);
    drift__release(allocator, d->scratch);
    drift__release(allocator, d->order);
}

/* `places` is allocated. */
static drift_status choose_by_design(const drift__place_counts *reference, uint64_t rows,
                                     uint32_t second, drift__random *random,
                                     const drift_allocator *allocator, drift__places *places,
                                     double *out_start)
{
    design d = {0};
    uint64_t taken = 0;
    cut cuts[DRIFT__URN_CELLS];
    uint32_t ends[DRIFT__URN_CELLS], named = 0;
    drift_status status = design_create(reference->n, allocator, &d);
    if (status == DRIFT_OK) {
        for (uint32_t p = 0; p < reference->n; p++) {
            d.rows[p] = drift__draw_binomial(random, reference->counts[p], 1.0 / DESIGN_PARTS);
            d.rest[p] = reference->counts[p] - d.rows[p];
            taken += d.rows[p];
        }
        if (!reference->ordered && !second)
            named = order_names(d.rows, reference->n, d.scratch, d.order);
        const uint32_t *order = reference->ordered || second ? NULL : d.order;
        line chosen = {order, d.rows, reference->n}, rest = {order, d.rest, reference->n};
        uint32_t n = group(reference, &chosen, named, taken, second, ends);
        n = rows > taken ? cut_groups(&chosen, taken, &rest, rows - taken, ends, n, cuts) : 0;
        if (n)
            make_cells(&rest, cuts, n, rows - taken, random, places, out_start);
        status = n ? DRIFT_OK : DRIFT_ERR_NOT_ENOUGH_DATA;
    }
    design_destroy(&d, allocator);
    return status;
}

/* The place of the second value where there are two, names only where there is no room for a third; else 0. */
static uint32_t second_of_two(const drift__place_counts *reference)
{
    uint32_t found = 0, second = 0;
    if (reference->n == 2)
        return 1;
    for (uint32_t p = 0; reference->ordered && p < reference->n && found < 3; p++)
        if (reference->counts[p]) {
            found++;
            second = p;
        }
    return found == 2 ? second : 0;
}

static int enough_of_both(const drift__place_counts *reference, uint32_t second, uint64_t rows)
{
    uint64_t there = reference->counts[second];
    return rows >= LEAST_ROWS && there >= LEAST_OF_EACH && rows - there >= LEAST_OF_EACH;
}

static void choose_two(const drift__place_counts *reference, uint32_t second, uint64_t rows,
                       drift__places *places, double *out_start)
{
    for (uint32_t p = second; p < reference->n; p++)
        places->first[p] = 1;
    out_start[1] = (double)reference->counts[second] + 0.5;
    out_start[0] = (double)(rows - reference->counts[second]) + 0.5;
    places->cells = 2;
}

static int only_single(const drift__place_counts *reference)
{
    for (uint32_t p = 0; reference->single && p < reference->n; p++)
        if (reference->counts[p] && !reference->single[p])
            return 0;
    return 1;
}

drift_status drift__places_choose(const drift__place_counts *reference, drift__random *random,
                                  const drift_allocator *allocator, drift__places *out_places,
                                  double *out_start)
{
    uint64_t rows = 0;
    drift__places places;
    for (uint32_t p = 0; p < reference->n; p++)
        rows += reference->counts[p];
    drift_status status = drift__places_allocate(reference->n, allocator, &places);
    if (status)
        return status;
    int discrete = only_single(reference);
    uint32_t second = discrete ? second_of_two(reference) : 0;
    if (second && enough_of_both(reference, second, rows)) {
        choose_two(reference, second, rows, &places, out_start);
    } else if (discrete) {
        status = choose_by_design(reference, rows, second, random, allocator, &places, out_start);
    } else {
        cut cuts[N_RANKS];
        line l = {NULL, reference->counts, reference->n};
        uint32_t n = cut_numbers(reference, &l, rows, cuts);
        make_cells(&l, cuts, n, rows, random, &places, out_start);
    }
    if (status) {
        drift__places_destroy(&places, allocator);
        return status;
    }
    *out_places = places;
    return DRIFT_OK;
}
