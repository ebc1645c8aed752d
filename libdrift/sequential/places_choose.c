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
 *   are one class, and at which ranks of the other rows the classes are cut: values that
 *   are neighbours, a name, all names that are rarer, and all places that are not in the fifth
 *   (their share by Good 1953). Equal is what is of one class, so a cut may go through it.
 * - two values of which there are enough: Jeffreys' prior in place of a cut, and a cut
 *   at the last rank where there is room for a third.
 */
#include "sequential/places_choose.h"

#include <math.h>
#include <string.h>

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

/* Cuts in rising order to cells: which atoms they go through, what the urn begins with. */
static void make_cells(const cut *cuts, uint32_t n_cuts, uint32_t atoms, uint64_t rows,
                       drift__random *random, drift__places *places, double *out_start)
{
    uint32_t j = 0;
    for (uint32_t i = 0; i < atoms; i++) {
        while (j < n_cuts && cuts[j].place == i && !cuts[j].inside)
            j++;
        places->first[i] = (uint8_t)j;
        uint64_t before = 0;
        double at = 0;
        for (; j < n_cuts && cuts[j].place == i; j++) {
            at += (1 - at) * drift__draw_beta(random, (double)(cuts[j].inside - before),
                                              (double)(cuts[j].of - cuts[j].inside + 1));
            before = cuts[j].inside;
            places->at[j + 1] = at;
            places->cuts[i]++;
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

/* The row of rank `rank` lies in `*out_index`, `*out_before` rows before it. */
static void find_rank(const uint64_t *counts, uint64_t rank, uint32_t *out_index,
                      uint64_t *out_before)
{
    uint64_t before = 0;
    uint32_t i = 0;
    while (before + counts[i] < rank)
        before += counts[i++];
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

static cut cut_at_rank(const drift__place_counts *reference, uint64_t rank)
{
    uint32_t index, next;
    uint64_t before;
    find_rank(reference->counts, rank, &index, &before);
    uint64_t here = reference->counts[index], after = before + here;
    if (!reference->single || reference->single[index])
        return (cut){index, rank, rank - before, here};
    for (next = index + 1; next < reference->n && !reference->counts[next]; next++)
        ;
    if (next == reference->n || rank - before - 1 <= after + 1 - rank)
        return edge_cut(reference, index, before);
    return edge_cut(reference, next, after);
}

static uint32_t cut_numbers(const drift__place_counts *reference, uint64_t rows, cut *out_cuts)
{
    uint32_t n = 0;
    for (int k = 0; k < N_RANKS; k++) {
        uint64_t rank = rows / 64 * RANKS[k] + rows % 64 * RANKS[k] / 64 + 1;
        cut next = cut_at_rank(reference, rank <= rows ? rank : rows);
        if (!n || next.rank > out_cuts[n - 1].rank)
            out_cuts[n++] = next;
    }
    return n;
}

/* Places that are one to the cuts, and what the design says of them. */
typedef struct classes {
    const uint64_t *design; /* rows by place */
    uint8_t *of;            /* class by place */
    uint32_t n;
    double weight[DRIFT__URN_CELLS]; /* of a class in proportion to these */
    uint64_t rows[DRIFT__URN_CELLS]; /* without the design's */
} classes;

static void class_of_two(classes *c)
{
    c->n = 2;
    for (uint32_t p = 0; p < 2; p++) {
        c->of[p] = (uint8_t)p;
        c->weight[p] = (double)c->design[p];
    }
}

/* What the design did not see is the last class, as likely as what it saw once. */
static void class_of_numbers(classes *c, uint32_t n, uint64_t design_rows)
{
    uint64_t held = 0, once = 0, least = (design_rows + N_RANKS) / (N_RANKS + 1),
             left = design_rows;
    least = least > LEAST_DESIGN ? least : LEAST_DESIGN;
    for (uint32_t p = 0; p < n; p++) {
        if (!c->design[p])
            continue;
        once += c->design[p] == 1;
        c->of[p] = (uint8_t)c->n;
        held += c->design[p];
        left -= c->design[p];
        c->weight[c->n] = (double)held;
        if (!left || (held >= least && left >= LEAST_DESIGN && c->n + 2 < DRIFT__URN_CELLS)) {
            c->n++;
            held = 0;
        }
    }
    for (uint32_t p = 0; p < n; p++)
        c->of[p] = c->design[p] ? c->of[p] : (uint8_t)c->n;
    c->weight[c->n++] = (double)once;
}

/* The names of which the design has most, at least LEAST_DESIGN rows; returns how many. */
static uint32_t choose_names(const uint64_t *design, uint32_t n, uint32_t out_named[MOST_NAMED])
{
    uint32_t named = 0;
    for (uint32_t p = 0; p < n; p++) {
        if (design[p] < LEAST_DESIGN ||
            (named == MOST_NAMED && design[p] <= design[out_named[named - 1]]))
            continue;
        uint32_t i = named < MOST_NAMED ? named++ : named - 1;
        for (; i && design[out_named[i - 1]] < design[p]; i--)
            out_named[i] = out_named[i - 1];
        out_named[i] = p;
    }
    return named;
}

/*
 * A class for each name chosen, for all others the design has, and for what it has not. A
 * row is in the last place because the reference lacks its name, so this is like a name it has once.
 */
static void class_of_names(classes *c, uint32_t n)
{
    uint32_t named[MOST_NAMED], chosen = choose_names(c->design, n - 1, named), others = 0;
    double seen = 0, once = 0;
    memset(c->of, (int)chosen, n);
    for (; c->n < chosen; c->n++) {
        c->of[named[c->n]] = (uint8_t)c->n;
        c->weight[c->n] = (double)c->design[named[c->n]];
    }
    for (uint32_t p = 0; p + 1 < n; p++)
        if (c->of[p] == chosen && c->design[p]) {
            others++;
            once += c->design[p] == 1;
            seen += (double)c->design[p];
        }
    if (!chosen && !others) {
        c->of[n - 1] = 1;
        c->weight[1] = (double)c->design[n - 1];
        c->n = 2;
        return;
    }
    for (uint32_t p = 0; others && p < n; p++)
        c->of[p] += c->of[p] == chosen && (p + 1 == n || !c->design[p]);
    if (others)
        c->weight[c->n++] = seen - once;
    c->weight[c->n++] = once + (double)c->design[n - 1];
}

/* Between the classes, at ranks of the other rows in proportion to the weights. */
static uint32_t cut_classes(const classes *c, uint64_t rows, cut *out_cuts)
{
    double sum = 0, before = 0;
    uint32_t n = 0;
    for (uint32_t k = 0; k < c->n; k++)
        sum += c->weight[k];
    for (uint32_t k = 0; k + 1 < c->n; k++) {
        const uint64_t after = c->n - 2 - k, least = n ? out_cuts[n - 1].rank + 1 : 1;
        before += c->weight[k];
        double wanted = sum > 0 ? floor(before / sum * ((double)rows + 1) + 0.5) : 0;
        uint64_t rank = wanted < (double)rows ? (uint64_t)wanted : rows, skipped;
        rank = rank + after > rows ? (rows > after ? rows - after : 0) : rank;
        rank = rank > least ? rank : least;
        if (rank > rows)
            break;
        uint32_t index;
        find_rank(c->rows, rank, &index, &skipped);
        out_cuts[n++] = (cut){index, rank, rank - skipped, c->rows[index]};
    }
    return n;
}

/* A row is of the design or not whatever its value; of either kind there is one at least, of one row none. */
static uint64_t draw_design(const drift__place_counts *reference, uint64_t rows,
                            drift__random *random, uint64_t *out_design)
{
    uint64_t taken;
    do {
        taken = 0;
        for (uint32_t p = 0; p < reference->n; p++) {
            out_design[p] = drift__draw_binomial(random, reference->counts[p], 1.0 / DESIGN_PARTS);
            taken += out_design[p];
        }
    } while (taken == rows || (!taken && rows > 1));
    return taken;
}

/* `places` is allocated. */
static drift_status choose_by_design(const drift__place_counts *reference, uint64_t rows,
                                     drift__random *random, const drift_allocator *allocator,
                                     drift__places *places, double *out_start)
{
    cut cuts[DRIFT__URN_CELLS];
    uint8_t first[DRIFT__URN_CELLS], through[DRIFT__URN_CELLS] = {0};
    uint64_t *design = drift__allocate(allocator, reference->n, sizeof *design);
    if (!design)
        return DRIFT_ERR_OUT_OF_MEMORY;
    uint64_t taken = draw_design(reference, rows, random, design);
    /* Where the class of a place stands until there are cells. */
    classes c = {.design = design, .of = places->first};
    if (reference->n == 2)
        class_of_two(&c);
    else if (reference->ordered)
        class_of_numbers(&c, reference->n, taken);
    else
        class_of_names(&c, reference->n);
    for (uint32_t p = 0; p < reference->n; p++)
        c.rows[c.of[p]] += reference->counts[p] - design[p];
    drift__release(allocator, design);
    uint32_t n = cut_classes(&c, rows - taken, cuts);
    if (!n)
        return DRIFT_ERR_NOT_ENOUGH_DATA;
    drift__places by_class = {.first = first, .cuts = through};
    make_cells(cuts, n, c.n, rows - taken, random, &by_class, out_start);
    memcpy(places->at, by_class.at, sizeof places->at);
    places->cells = by_class.cells;
    for (uint32_t p = 0; p < reference->n; p++) {
        places->cuts[p] = through[places->first[p]];
        places->first[p] = first[places->first[p]];
    }
    return DRIFT_OK;
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

/*
 * The last row is cut off for all other places, where there are any: a new row lies beyond it with
 * probability 1 / (rows + 1), and below it there are the others.
 */
static void choose_two(const drift__place_counts *reference, uint32_t second, uint64_t rows,
                       drift__random *random, drift__places *places, double *out_start)
{
    const uint64_t there = reference->counts[second];
    out_start[0] = (double)(rows - there) + 0.5;
    out_start[1] = (double)there + 0.5;
    places->cells = 2;
    for (uint32_t p = 0; p < reference->n; p++)
        places->first[p] = reference->n == 2 ? (uint8_t)p : reference->counts[p] ? 0 : 2;
    places->first[second] = 1;
    if (reference->n > 2) {
        out_start[1] -= 1;
        out_start[2] = 1;
        places->cells = 3;
        places->cuts[second] = 1;
        places->at[2] = drift__draw_beta(random, (double)there, 1);
    }
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
    if (!rows)
        return DRIFT_ERR_NOT_ENOUGH_DATA;
    drift_status status = drift__places_allocate(reference->n, allocator, &places);
    if (status)
        return status;
    int discrete = only_single(reference);
    uint32_t second = discrete ? second_of_two(reference) : 0;
    if (second && enough_of_both(reference, second, rows)) {
        choose_two(reference, second, rows, random, &places, out_start);
    } else if (discrete) {
        status = choose_by_design(reference, rows, random, allocator, &places, out_start);
    } else {
        cut cuts[N_RANKS];
        uint32_t n = cut_numbers(reference, rows, cuts);
        make_cells(cuts, n, reference->n, rows, random, &places, out_start);
    }
    if (status) {
        drift__places_destroy(&places, allocator);
        return status;
    }
    *out_places = places;
    return DRIFT_OK;
}
