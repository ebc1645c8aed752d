/* SPDX-License-Identifier: Apache-2.0
 *
 * view.c: the counts of both profiles side by side, for the statistics and
 * for whoever draws them.
 */
#include <stdlib.h>
#include <string.h>

#include "compare/judge.h"
#include "sketch/category_room.h"

/* Finite ends for the open cells below and above, from the extremes seen on either side. */
static double outer(const drift__judgement *j, int highest, double edge)
{
    const drift__column_state *sides[2] = {j->reference, j->current};
    double value = edge;
    for (int i = 0; i < 2; i++) {
        double low, high;
        if (!sides[i] || !drift__column_range(sides[i], &low, &high))
            continue;
        if (highest && high > value)
            value = high;
        if (!highest && low < value)
            value = low;
    }
    return value;
}

static int make_room(drift_comparison *comparison, size_t n)
{
    drift__ordered_view *view = &comparison->ordered;
    if (n <= view->room)
        return 1;
    view->joint = drift__arena_allocate(&comparison->arena, n, sizeof *view->joint);
    view->lower = drift__arena_allocate(&comparison->arena, n, sizeof *view->lower);
    view->upper = drift__arena_allocate(&comparison->arena, n, sizeof *view->upper);
    view->atoms = drift__arena_allocate(&comparison->arena, n, sizeof *view->atoms);
    view->room = comparison->arena.failed ? 0 : n;
    return view->room != 0;
}

void drift__view_cells(drift_comparison *comparison, drift__judgement *judgement)
{
    const drift__cells *frozen = &judgement->reference->cells;
    size_t n = (size_t)frozen->n + 2;
    drift__ordered_view *view = &comparison->ordered;
    drift_cell *cells = drift__arena_allocate(&comparison->arena, n, sizeof *cells);
    if (!cells || !make_room(comparison, n))
        return;
    view->reference = frozen->counts;
    view->current = judgement->current->cells.counts;
    double edge = drift__cells_edge(frozen, 0);
    for (size_t k = 0; k < n; k++) {
        double lower = k ? edge : outer(judgement, 0, edge), upper = edge;
        uint8_t atom = 0;
        if (k == n - 1)
            upper = outer(judgement, 1, edge);
        else if (k) {
            atom = frozen->atoms[k - 1] != 0;
            edge = drift__cells_edge(frozen, (uint32_t)k);
            upper = atom ? lower : edge;
        }
        cells[k] = (drift_cell){lower, upper, view->reference[k], view->current[k], atom, 0};
        view->joint[k] = cells[k].reference + cells[k].current;
        view->lower[k] = lower;
        view->upper[k] = upper;
        view->atoms[k] = atom;
    }
    judgement->result->cells = cells;
    judgement->result->n_cells = n;
}

static int by_joint_count(const void *left, const void *right)
{
    const drift_name_count *a = left, *b = right;
    uint64_t joint_a = a->reference + a->current, joint_b = b->reference + b->current;
    if (joint_a != joint_b)
        return joint_a < joint_b ? 1 : -1;
    size_t common = a->length < b->length ? a->length : b->length;
    int order = common ? memcmp(a->name, b->name, common) : 0;
    if (order)
        return order;
    return (a->length > b->length) - (a->length < b->length);
}

static void copy_name(drift_comparison *comparison, drift_name_count *out,
                      const drift_category *from)
{
    char *copy = drift__arena_copy(&comparison->arena, from->name, from->length);
    out->name = copy ? copy : "";
    out->length = copy ? from->length : 0;
}

/* Both sketches list their names in the order of their bytes, so one walk over both joins them. */
static size_t join_names(drift_comparison *comparison, const drift__judgement *judgement,
                         drift_name_count *names)
{
    const drift_categories *sides[2] = {judgement->reference->names, judgement->current->names};
    size_t size[2] = {drift_categories_size(sides[0]), drift_categories_size(sides[1])};
    size_t at[2] = {0, 0}, n = 0;
    while (at[0] < size[0] || at[1] < size[1]) {
        drift_category left = {0}, right = {0};
        int has_left = at[0] < size[0] && !drift_categories_get(sides[0], at[0], &left);
        int has_right = at[1] < size[1] && !drift_categories_get(sides[1], at[1], &right);
        int order = !has_left ? 1 : !has_right ? -1 : 0;
        if (!order) {
            size_t common = left.length < right.length ? left.length : right.length;
            order = common ? memcmp(left.name, right.name, common) : 0;
            if (!order)
                order = (left.length > right.length) - (left.length < right.length);
        }
        drift_name_count joined = {0};
        if (order <= 0) {
            joined.reference = left.count;
            at[0]++;
        }
        if (order >= 0) {
            joined.current = right.count;
            at[1]++;
        }
        if (joined.reference + joined.current == 0)
            continue;
        copy_name(comparison, &joined, order <= 0 ? &left : &right);
        /* What the reference does not know for sure may hide among its nameless counts. */
        joined.unseen = order > 0 && drift__category_selection(sides[0], right.name, right.length) <
                                         drift__category_reach(sides[0]);
        joined.hidden = joined.reference + joined.current < comparison->config.min_count;
        names[n++] = joined;
    }
    return n;
}

void drift__view_names(drift_comparison *comparison, drift__judgement *judgement)
{
    drift_column_result *result = judgement->result;
    const drift_categories *reference = judgement->reference->names;
    const drift_categories *current = judgement->current->names;
    size_t most = drift_categories_size(reference) + drift_categories_size(current);
    drift_name_count *names = drift__arena_allocate(&comparison->arena, most, sizeof *names);
    if (!names)
        return;
    result->n_names = join_names(comparison, judgement, names);
    qsort(names, result->n_names, sizeof *names, by_joint_count);
    result->names = names;
    result->other_reference = drift_categories_other(reference);
    result->other_current = drift_categories_other(current);
    drift__sample_names(judgement);
}
