/* SPDX-License-Identifier: Apache-2.0
 *
 * order.c: rows of a reference in their order, to plans.
 */
#include "profile/order.h"

#include <math.h>
#include <string.h>

#include "core/executor.h"
#include "core/memory.h"
#include "profile/row_places.h"

enum { KEPT_ROWS = 32768, MOST_BYTES = 12 << 20, MOST_SEASON_BYTES = 48 << 20 };

static int is_kept(const drift__column_state *column)
{
    return drift__column_places(column) && !drift__column_skipped(column);
}

/* Rows to keep, of as many as there may be. */
static size_t rows_to_keep(size_t columns, uint64_t rows, uint64_t season)
{
    uint64_t bytes = season ? MOST_SEASON_BYTES : MOST_BYTES, most = KEPT_ROWS;
    if (season)
        most = season < bytes ? season * DRIFT__MOST_WINDOWS : bytes;
    uint64_t room = bytes / sizeof(uint16_t) / columns;
    most = room < most ? room : most;
    return (size_t)(rows && rows < most ? rows : most);
}

drift_status drift__order_begin(drift_profile *profile, uint64_t rows, uint64_t season)
{
    const drift_allocator *memory = &profile->allocator;
    size_t n = 0;
    for (size_t i = 0; i < profile->n_columns; i++)
        n += (size_t)is_kept(&profile->columns[i]);
    if (!n)
        return DRIFT_OK;
    drift__order *order = drift__allocate_zero(memory, 1, sizeof *order);
    profile->order = order;
    if (!order)
        return DRIFT_ERR_OUT_OF_MEMORY;
    order->rows = rows_to_keep(n, rows, season);
    order->season = season;
    order->places = drift__allocate_zero(memory, profile->n_columns, sizeof *order->places);
    for (size_t i = 0; order->places && i < profile->n_columns; i++) {
        if (!is_kept(&profile->columns[i]))
            continue;
        order->places[i] = drift__allocate(memory, order->rows, sizeof *order->places[i]);
        if (!order->places[i])
            return DRIFT_ERR_OUT_OF_MEMORY;
    }
    return order->places ? DRIFT_OK : DRIFT_ERR_OUT_OF_MEMORY;
}

void drift__order_note(drift_profile *profile, size_t column, const drift_column *source,
                       uint64_t first, uint64_t rows)
{
    const drift__order *order = profile->order;
    uint32_t found[DRIFT__BLOCK_ROWS];
    if (!order || !order->places[column] || first >= order->rows)
        return;
    uint16_t *places = order->places[column] + first;
    size_t left = order->rows - (size_t)first, n = rows < left ? (size_t)rows : left;
    if (!source)
        memset(places, 0xff, n * sizeof *places);
    for (size_t at = 0; source && at < n; at += DRIFT__BLOCK_ROWS) {
        size_t some = n - at < DRIFT__BLOCK_ROWS ? n - at : DRIFT__BLOCK_ROWS;
        drift__column_row_places(&profile->columns[column], source, at, some, found);
        for (size_t i = 0; i < some; i++)
            places[at + i] = found[i] < DRIFT__NO_PLACE ? (uint16_t)found[i] : DRIFT__NO_PLACE;
    }
}

/* Memory for both plans, all zero: unknown. */
static drift_status need_plans(const drift_profile *profile, drift__column_state *column)
{
    if (!column->plans)
        column->plans =
            drift__allocate_zero(&profile->allocator, DRIFT__PLANS, sizeof *column->plans);
    return column->plans ? DRIFT_OK : DRIFT_ERR_OUT_OF_MEMORY;
}

/* What the plans say: of the values, else of whether there is one. */
static drift_status say(const drift_profile *profile, drift__column_state *column)
{
    static const char MISSING[] = "missing values: ";
    char text[320];
    drift__plan_say(&column->plans[DRIFT__PLAN_OF_VALUES], text, sizeof text);
    if (!text[0]) {
        memcpy(text, MISSING, sizeof MISSING);
        char *words = text + sizeof MISSING - 1;
        drift__plan_say(&column->plans[DRIFT__PLAN_OF_USABLE], words, sizeof text - sizeof MISSING);
        if (!words[0])
            text[0] = '\0';
    }
    drift__release(&profile->allocator, column->dependence);
    column->dependence = NULL;
    if (!text[0])
        return DRIFT_OK;
    column->dependence = drift__copy_string(&profile->allocator, text, strlen(text));
    return column->dependence ? DRIFT_OK : DRIFT_ERR_OUT_OF_MEMORY;
}

/* What a plan is made for: all rows of a column, or of a reference, by place. */
static drift_status count_places(const drift_profile *profile, const drift__column_state *column,
                                 drift__plan_subject subject, drift__place_counts *out)
{
    uint32_t n = subject == DRIFT__PLAN_OF_VALUES ? drift__column_places(column) : 2;
    uint64_t *counts = drift__allocate_zero(&profile->allocator, n, sizeof *counts);
    if (!counts)
        return DRIFT_ERR_OUT_OF_MEMORY;
    if (subject == DRIFT__PLAN_OF_VALUES) {
        drift__column_place_counts(column, column, counts);
    } else {
        counts[0] = column->valid;
        counts[1] = profile->rows - column->valid;
    }
    *out = (drift__place_counts){counts, NULL, n,
                                 subject == DRIFT__PLAN_OF_VALUES && column->has_cells};
    return DRIFT_OK;
}

static drift_status plan(const drift_profile *profile, drift__column_state *column,
                         const uint16_t *places, size_t n, drift__plan_subject subject)
{
    drift__ordered_rows rows = {places, n, {NULL, NULL, 0, 0}, profile->order->season};
    drift_status status = count_places(profile, column, subject, &rows.reference);
    if (status)
        return status;
    status = drift__plan_choose(&rows, &profile->allocator, &column->plans[subject]);
    drift__release(&profile->allocator, (void *)rows.reference.counts);
    return status;
}

static drift_status plan_column(const drift_profile *profile, size_t index)
{
    drift__column_state *column = &profile->columns[index];
    uint16_t *places = profile->order->places[index];
    size_t n = profile->rows < profile->order->rows ? (size_t)profile->rows : profile->order->rows,
           unusable = 0;
    if (!places)
        return DRIFT_OK;
    int all_usable = column->valid == profile->rows;
    drift_status status = need_plans(profile, column);
    if (status == DRIFT_OK)
        status = plan(profile, column, places, n, DRIFT__PLAN_OF_VALUES);
    for (size_t i = 0; i < n && !all_usable; i++) {
        places[i] = places[i] == DRIFT__NO_PLACE;
        unusable += places[i];
    }
    if (status == DRIFT_OK && unusable && unusable < n)
        status = plan(profile, column, places, n, DRIFT__PLAN_OF_USABLE);
    else if (status == DRIFT_OK)
        column->plans[DRIFT__PLAN_OF_USABLE].kind = DRIFT__PLAN_NONE;
    return status ? status : say(profile, column);
}

typedef struct planning {
    drift_profile *profile;
    drift_status *statuses; /* of each column */
} planning;

static void plan_one(void *context, size_t index)
{
    const planning *all = context;
    all->statuses[index] = plan_column(all->profile, index);
}

static void forget(drift_profile *profile)
{
    const drift_allocator *memory = &profile->allocator;
    drift__order *order = profile->order;
    if (!order)
        return;
    for (size_t i = 0; order->places && i < profile->n_columns; i++)
        drift__release(memory, order->places[i]);
    drift__release(memory, order->places);
    drift__release(memory, order);
    profile->order = NULL;
}

drift_status drift__order_end(drift_profile *profile)
{
    const drift_allocator *memory = &profile->allocator;
    drift_status status = DRIFT_OK;
    if (!profile->order)
        return DRIFT_OK;
    planning all = {profile,
                    drift__allocate_zero(memory, profile->n_columns, sizeof(drift_status))};
    if (!all.statuses)
        return DRIFT_ERR_OUT_OF_MEMORY;
    drift__execute(profile->executor, profile->n_columns, plan_one, &all);
    for (size_t i = 0; i < profile->n_columns && !status; i++)
        status = all.statuses[i];
    drift__release(memory, all.statuses);
    profile->planned_rows = profile->rows;
    forget(profile);
    return status;
}

void drift__order_drop(drift_profile *profile)
{
    const drift_allocator *memory = &profile->allocator;
    forget(profile);
    for (size_t i = 0; i < profile->n_columns; i++) {
        drift__column_state *column = &profile->columns[i];
        for (size_t k = 0; column->plans && k < DRIFT__PLANS; k++)
            drift__plan_destroy(&column->plans[k], memory);
        drift__release(memory, column->plans);
        drift__release(memory, column->dependence);
        column->plans = NULL;
        column->dependence = NULL;
    }
    profile->planned_rows = 0;
}

const drift__plan *drift__column_plan(const drift_profile *profile, size_t column,
                                      drift__plan_subject subject)
{
    static const drift__plan unknown = {.kind = DRIFT__PLAN_UNKNOWN};
    const drift__plan *plans = profile->columns[column].plans;
    return plans && profile->planned_rows == profile->rows ? &plans[subject] : &unknown;
}

/* Scores are finite, and as many as windows of this column have. */
static drift_status check_scores(const drift_profile *profile, const drift__column_state *column,
                                 drift__plan_subject subject, const drift__plan *plan)
{
    drift__place_counts reference;
    drift__scorer scorer = {.scores = 0};
    for (size_t i = 0; i < (size_t)plan->windows * plan->n_scores; i++)
        if (!isfinite(plan->scores[i]))
            return DRIFT_ERR_CORRUPT;
    drift_status status = count_places(profile, column, subject, &reference);
    if (status)
        return status;
    status =
        drift__scorer_create(&reference, plan->rows, plan->valid, &profile->allocator, &scorer);
    drift__release(&profile->allocator, (void *)reference.counts);
    if (status == DRIFT_OK && scorer.scores != plan->n_scores)
        status = DRIFT_ERR_CORRUPT;
    drift__scorer_destroy(&scorer, &profile->allocator);
    return status == DRIFT_ERR_NOT_ENOUGH_DATA ? DRIFT_ERR_CORRUPT : status;
}

drift_status drift__column_set_plan(drift_profile *profile, size_t index,
                                    drift__plan_subject subject, drift__plan *plan)
{
    drift__column_state *column = &profile->columns[index];
    drift_status status = drift__column_places(column) ? DRIFT_OK : DRIFT_ERR_CORRUPT;
    if (status == DRIFT_OK && plan->kind == DRIFT__PLAN_WINDOWS)
        status = check_scores(profile, column, subject, plan);
    if (status == DRIFT_OK)
        status = need_plans(profile, column);
    if (status) {
        drift__plan_destroy(plan, &profile->allocator);
        return status;
    }
    drift__plan_destroy(&column->plans[subject], &profile->allocator);
    column->plans[subject] = *plan;
    return say(profile, column);
}

drift_status drift__plans_copy(drift_profile *profile, const drift_profile *from)
{
    drift_status status = DRIFT_OK;
    for (size_t i = 0; i < 2 * profile->n_columns && !status; i++) {
        drift__plan_subject subject = i % 2 ? DRIFT__PLAN_OF_USABLE : DRIFT__PLAN_OF_VALUES;
        const drift__plan *plan = drift__column_plan(from, i / 2, subject);
        drift__plan copy;
        if (plan->kind == DRIFT__PLAN_UNKNOWN)
            continue;
        status = drift__plan_copy(plan, &profile->allocator, &copy);
        if (!status)
            status = drift__column_set_plan(profile, i / 2, subject, &copy);
        profile->planned_rows = profile->rows;
    }
    return status;
}

drift_status drift__plans_inherit(drift_profile *profile, const drift_profile *before)
{
    drift_status status = DRIFT_OK;
    for (size_t i = 0; i < 2 * profile->n_columns && !status; i++) {
        drift__plan_subject subject = i % 2 ? DRIFT__PLAN_OF_USABLE : DRIFT__PLAN_OF_VALUES;
        const drift__plan *plan = drift__column_plan(before, i / 2, subject);
        if (plan->kind <= DRIFT__PLAN_NONE ||
            drift__column_plan(profile, i / 2, subject)->kind != DRIFT__PLAN_UNKNOWN)
            continue;
        drift__plan own = *plan;
        own.scores = NULL;
        own.windows = own.n_scores = 0;
        if (plan->kind == DRIFT__PLAN_WINDOWS)
            own.kind = DRIFT__PLAN_REFUSED;
        status = drift__column_set_plan(profile, i / 2, subject, &own);
        profile->planned_rows = profile->rows;
    }
    return status;
}
