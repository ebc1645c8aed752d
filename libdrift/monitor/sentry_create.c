/* SPDX-License-Identifier: Apache-2.0
 *
 * sentry_create.c: from the columns of a reference to evidence.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "monitor/sentry_state.h"
#include "profile/row_places.h"

/* Of a column's level the part for rows without a usable value; the rest is for the values. */
static const double ROWS_SHARE = 0.1;

static int is_watched(const drift__column_state *column)
{
    return !drift__column_skipped(column);
}

/* A label may come later, or never: its absence says nothing. */
static int rows_are_watched(const drift__column_state *column)
{
    return column->role != DRIFT_ROLE_LABEL;
}

uint64_t drift__unusable_rows(const drift_profile *profile, const drift__column_state *column)
{
    return profile->rows - column->valid;
}

static double weight_of(const drift__column_state *column)
{
    return column->override.weight > 0 ? column->override.weight : 1;
}

/* The column's part of the level, above 0; what it states itself is beside the others' whole. */
static double part_of(const drift__sentry *sentry, const drift__column_state *column,
                      double weights)
{
    if (column->override.alpha > 0)
        return column->override.alpha / sentry->config.alpha;
    return weight_of(column) / weights;
}

static double sum_of_weights(const drift_profile *reference)
{
    double sum = 0;
    for (size_t i = 0; i < reference->n_columns; i++)
        if (is_watched(&reference->columns[i]) && !(reference->columns[i].override.alpha > 0))
            sum += weight_of(&reference->columns[i]);
    return sum;
}

static uint64_t seed_of(const drift_profile *reference, size_t column, drift__subject about,
                        uint32_t epoch)
{
    return reference->seed + (uint64_t)epoch * UINT64_C(0xd6e8feb86659fd93) +
           (2 * (uint64_t)column + about + 1) * UINT64_C(0x9e3779b97f4a7c15);
}

/* By the plan of the reference's rows (sequential/scores.h). `counts` may be changed. */
static drift_status create_evidence(drift__sentry *sentry, drift__watch *w, uint64_t *counts,
                                    const uint8_t *single, uint32_t places, double part,
                                    uint32_t epoch)
{
    const drift__column_state *column = &sentry->reference->columns[w->column];
    drift_evidence_config config = DRIFT_EVIDENCE_CONFIG_INIT;
    config.kind = column->names || w->about == DRIFT__OF_ROWS ? DRIFT_EVIDENCE_NOMINAL
                                                              : DRIFT_EVIDENCE_ORDERED;
    config.alpha = sentry->config.alpha * part;
    if (sentry->config.run_length > 0)
        config.run_length = fmin(sentry->config.run_length / part, 1e15);
    config.seed = seed_of(sentry->reference, w->column, w->about, epoch);
    config.allocator = &sentry->allocator;
    drift__plan_subject subject =
        w->about == DRIFT__OF_ROWS ? DRIFT__PLAN_OF_USABLE : DRIFT__PLAN_OF_VALUES;
    const drift__plan *plan = drift__column_plan(sentry->reference, w->column, subject);
    if (plan->kind == DRIFT__PLAN_REFUSED)
        return DRIFT_ERR_NOT_ENOUGH_DATA;
    if (plan->kind == DRIFT__PLAN_WINDOWS) {
        drift__place_counts reference = {counts, single, places,
                                         config.kind == DRIFT_EVIDENCE_ORDERED};
        return drift__scores_create(plan, &reference, &config, &w->scores, NULL);
    }
    if (plan->kind == DRIFT__PLAN_THINNING) {
        config.stride = (uint32_t)plan->rows;
        drift__thin_counts(counts, places, plan->rows, counts);
    }
    drift_status status =
        drift_evidence_create_from_counts(counts, single, places, &config, &w->evidence, NULL);
    const double *start = status ? NULL : drift_evidence_start(w->evidence);
    for (size_t j = 0; start && j < drift_evidence_cells(w->evidence); j++)
        w->reference[j] = (uint64_t)(start[j] + 0.5);
    return status;
}

/* About as many rows in each group as in any other; places keep their order. */
static uint32_t group_places(const uint64_t *counts, uint32_t places, uint8_t *out_group,
                             uint64_t *out_counts)
{
    uint64_t rows = 0, before = 0;
    uint32_t n = 0;
    for (uint32_t p = 0; p < places; p++)
        rows += counts[p];
    memset(out_counts, 0, DRIFT__BOUND_PLACES * sizeof *out_counts);
    for (uint32_t p = 0; p < places; p++) {
        out_group[p] = (uint8_t)n;
        out_counts[n] += counts[p];
        before += counts[p];
        if (n + 1 < DRIFT__BOUND_PLACES && p + 1 < places &&
            (double)before * DRIFT__BOUND_PLACES >= (double)rows * (n + 1) && out_counts[n])
            n++;
    }
    return n + 1;
}

static drift_status create_bound(drift__sentry *sentry, drift__watch *w, const uint64_t *counts,
                                 uint32_t places, double part, uint32_t epoch)
{
    uint64_t grouped[DRIFT__BOUND_PLACES];
    const drift_allocator *memory = &sentry->allocator;
    w->random.state = seed_of(sentry->reference, w->column, w->about, epoch);
    w->group = drift__allocate(memory, places, 1);
    if (!w->group)
        return DRIFT_ERR_OUT_OF_MEMORY;
    w->groups = group_places(counts, places, w->group, grouped);
    return w->groups < 2 ? DRIFT_ERR_NOT_ENOUGH_DATA
                         : drift_bound_evidence_create_for_places(
                               grouped, w->groups, sentry->config.tolerance,
                               sentry->config.alpha * part, memory, &w->bound, NULL);
}

static void free_watch(const drift__sentry *sentry, drift__watch *w)
{
    drift_evidence_destroy(w->evidence);
    drift__scores_destroy(w->scores);
    drift_bound_evidence_destroy(w->bound);
    drift__release(&sentry->allocator, w->group);
}

/* A subject that the reference says too little about is not watched. */
static drift_status add_watch(drift__sentry *sentry, size_t column, drift__subject about,
                              double part, uint32_t epoch)
{
    const drift__column_state *state = &sentry->reference->columns[column];
    uint32_t places = about == DRIFT__OF_ROWS ? DRIFT__USABLE_PLACES : drift__column_places(state);
    uint8_t *single = NULL;
    drift__watch *w = &sentry->watches[sentry->n];
    *w = (drift__watch){.column = column, .about = about, .min_effect = sentry->config.min_effect};
    if (state->override.min_effect >= 0)
        w->min_effect = state->override.min_effect;
    if (about == DRIFT__OF_ROWS) {
        sentry->counts[DRIFT__USABLE] = state->valid;
        sentry->counts[DRIFT__UNUSABLE] = drift__unusable_rows(sentry->reference, state);
    } else {
        drift__column_place_counts(state, state, sentry->counts);
        single = drift__allocate(&sentry->allocator, places, 1);
        if (!single)
            return DRIFT_ERR_OUT_OF_MEMORY;
        for (uint32_t p = 0; p < places; p++)
            single[p] = (uint8_t)drift__column_place_is_single(state, p);
    }
    drift_status status =
        sentry->config.tolerance > 0
            ? create_bound(sentry, w, sentry->counts, places, part, epoch)
            : create_evidence(sentry, w, sentry->counts, single, places, part, epoch);
    drift__release(&sentry->allocator, single);
    if (status)
        free_watch(sentry, w);
    else
        sentry->n++;
    return status == DRIFT_ERR_NOT_ENOUGH_DATA ? DRIFT_OK : status;
}

static drift_status add_column(drift__sentry *sentry, size_t index, double weights, uint32_t epoch)
{
    const drift__column_state *column = &sentry->reference->columns[index];
    int has_values = drift__column_places(column) > 0, has_rows = rows_are_watched(column);
    sentry->first[index] = sentry->n;
    if (!is_watched(column))
        return DRIFT_OK;
    double part = part_of(sentry, column, weights);
    double for_rows = !has_rows ? 0 : has_values ? ROWS_SHARE * part : part;
    drift_status status = DRIFT_OK;
    if (has_values)
        status = add_watch(sentry, index, DRIFT__OF_VALUES, part - for_rows, epoch);
    if (!status && has_rows)
        status = add_watch(sentry, index, DRIFT__OF_ROWS, for_rows, epoch);
    return status;
}

static drift_status allocate(drift__sentry *sentry)
{
    const drift_profile *reference = sentry->reference;
    size_t n = reference->n_columns;
    uint32_t most = DRIFT__USABLE_PLACES;
    for (size_t i = 0; i < n; i++) {
        uint32_t places = drift__column_places(&reference->columns[i]);
        most = places > most ? places : most;
    }
    sentry->watches = drift__allocate_zero(&sentry->allocator, n, 2 * sizeof *sentry->watches);
    sentry->first = drift__allocate_zero(&sentry->allocator, n + 1, sizeof *sentry->first);
    sentry->counts = drift__allocate(&sentry->allocator, most, sizeof *sentry->counts);
    /* Each watch signals at most a warning and an alert. */
    sentry->signals = drift__allocate(&sentry->allocator, n, 4 * sizeof *sentry->signals);
    return sentry->watches && sentry->first && sentry->counts && sentry->signals
               ? DRIFT_OK
               : DRIFT_ERR_OUT_OF_MEMORY;
}

drift_status drift__sentry_create(const drift_profile *reference,
                                  const drift__sentry_config *config, uint32_t epoch,
                                  const drift_allocator *allocator, drift__sentry **out_sentry,
                                  drift_error *error)
{
    drift__sentry *sentry = drift__allocate_zero(allocator, 1, sizeof *sentry);
    if (!sentry)
        return drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    sentry->allocator = *allocator;
    sentry->reference = reference;
    sentry->config = *config;
    double weights = sum_of_weights(reference);
    drift_status status = allocate(sentry);
    for (size_t i = 0; i < reference->n_columns && !status; i++)
        status = add_column(sentry, i, weights, epoch);
    if (status) {
        drift__sentry_destroy(sentry);
        return drift__fail_status(error, status);
    }
    sentry->first[reference->n_columns] = sentry->n;
    *out_sentry = sentry;
    return DRIFT_OK;
}

void drift__sentry_destroy(drift__sentry *sentry)
{
    if (!sentry)
        return;
    drift_allocator memory = sentry->allocator;
    for (size_t i = 0; i < sentry->n; i++)
        free_watch(sentry, &sentry->watches[i]);
    drift__release(&memory, sentry->watches);
    drift__release(&memory, sentry->first);
    drift__release(&memory, sentry->counts);
    drift__release(&memory, sentry->signals);
    drift__release(&memory, sentry);
}
