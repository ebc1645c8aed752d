/* SPDX-License-Identifier: Apache-2.0
 *
 * comparison.c: the order of the steps, and the getters.
 */
#include <drift/comparison.h>
#include <math.h>
#include <string.h>

#include "compare/judge.h"
#include "core/error.h"
#include "core/memory.h"

drift_status drift__comparison_settle(const drift_comparison_config *given,
                                      drift_comparison_config *out, drift_error *error)
{
    *out = (drift_comparison_config)DRIFT_COMPARISON_CONFIG_INIT;
    drift_status status = drift__config_copy(out, given, sizeof *out, error);
    if (status)
        return status;
    if (out->alpha == 0)
        out->alpha = 0.01;
    if (!(out->alpha > 0 && out->alpha < 1))
        return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT,
                           "alpha is a probability between 0 and 1");
    if (isnan(out->min_effect) || isinf(out->min_effect))
        return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT, "min_effect is not a finite number");
    if (out->min_effect == 0)
        out->min_effect = 0.1;
    else if (out->min_effect < 0)
        out->min_effect = 0;
    if (out->preset > DRIFT_PRESET_PSI_CLASSIC || out->correction > DRIFT_CORRECTION_NONE)
        return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT,
                           "the preset or the correction has no such number");
    if (!out->min_count)
        out->min_count = 1;
    return DRIFT_OK;
}

static int label_may_be_absent(const drift__column_state *column)
{
    return column->role == DRIFT_ROLE_LABEL;
}

static uint64_t infinities(const drift__column_state *column)
{
    return column->negative_infinity + column->positive_infinity;
}

static void begin_column(drift_comparison *comparison, size_t index,
                         const drift__column_state *reference, const drift__column_state *current)
{
    drift__judgement *judgement = &comparison->judgements[index];
    drift_column_result *result = &comparison->columns[index];
    judgement->reference = reference;
    judgement->current = current;
    judgement->result = result;
    judgement->absent = current->absent == comparison->rows_current && comparison->rows_current > 0;
    result->name = drift__arena_copy(&comparison->arena, reference->name, reference->name_length);
    result->role = reference->role;
    result->type = reference->type;
    result->rows_reference = comparison->rows_reference;
    result->rows_current = comparison->rows_current;
    result->missing_reference = reference->missing;
    result->missing_current = current->missing;
    result->valid_reference = reference->valid;
    result->valid_current = current->valid;
    result->infinite_reference = infinities(reference);
    result->infinite_current = infinities(current);
    result->invalid_reference = reference->invalid;
    result->invalid_current = current->invalid;
    const char *skipped = drift__column_skipped(reference);
    if (!skipped && judgement->absent && label_may_be_absent(reference))
        skipped = "the label is absent from the current data";
    judgement->tested = !skipped;
    if (skipped) {
        result->verdict = DRIFT_VERDICT_SKIPPED;
        result->rule = drift__arena_printf(&comparison->arena, "Skipped: %s.", skipped);
        drift__note(comparison, judgement, skipped);
        return;
    }
    comparison->tested++;
    judgement->alpha = comparison->config.alpha;
    judgement->min_effect = comparison->config.min_effect;
    if (reference->override.alpha > 0)
        judgement->alpha = reference->override.alpha;
    if (reference->override.min_effect >= 0)
        judgement->min_effect = reference->override.min_effect;
    if (comparison->config.chunks)
        judgement->alpha /= 2; /* the other half is theirs */
    result->own_alpha = reference->override.alpha > 0;
    result->alpha = judgement->alpha;
    result->min_effect = judgement->min_effect;
}

static double weight_of(const drift__judgement *judgement)
{
    return judgement->reference->override.weight > 0 ? judgement->reference->override.weight : 1;
}

/* Columns under the correction share alpha by their weights; the others have one of their own. */
static void share_alpha(drift_comparison *comparison)
{
    double total = 0;
    for (size_t i = 0; i < comparison->n_columns; i++)
        if (comparison->judgements[i].tested && !comparison->columns[i].own_alpha)
            total += weight_of(&comparison->judgements[i]);
    for (size_t i = 0; i < comparison->n_columns; i++) {
        drift__judgement *judgement = &comparison->judgements[i];
        judgement->level = judgement->alpha;
        if (comparison->config.correction != DRIFT_CORRECTION_NONE && judgement->tested &&
            !comparison->columns[i].own_alpha)
            judgement->level *= weight_of(judgement) / total;
    }
}

static void explain_nulls(drift_comparison *comparison, drift__judgement *judgement)
{
    const drift_column_result *result = judgement->result;
    if (judgement->absent)
        drift__note(comparison, judgement,
                    "no statistics: the column is absent from the current data");
    else if (!result->valid_reference)
        drift__note(comparison, judgement, "no statistics: the reference has no values");
    else if (!result->valid_current)
        drift__note(comparison, judgement, "no statistics: the current data has no values");
    else if (judgement->cells.n < 2)
        drift__note(comparison, judgement, "chi_square is null: both samples lie in one cell");
    if (judgement->unseen && !judgement->absent)
        drift__note(comparison, judgement,
                    drift__arena_printf(
                        &comparison->arena,
                        "%s current values are of categories the reference never had%s",
                        drift__say_count(comparison, judgement->unseen),
                        judgement->sample.partial ? " (of those whose names are followed)" : ""));
    if (judgement->outside)
        drift__note(comparison, judgement,
                    drift__arena_printf(&comparison->arena,
                                        "%s current values lie outside the reference's range",
                                        drift__say_count(comparison, judgement->outside)));
    if (result->other_reference || result->other_current)
        drift__note(comparison, judgement,
                    "more categories than are kept by name: the rest is counted together");
}

static void examine(drift_comparison *comparison, drift__judgement *judgement)
{
    if (!judgement->tested)
        return;
    if (!judgement->absent) {
        if (judgement->reference->has_cells)
            drift__view_cells(comparison, judgement);
        else if (judgement->reference->names)
            drift__view_names(comparison, judgement);
        if (judgement->result->valid_reference && judgement->result->valid_current)
            drift__choose_test_cells(comparison, judgement);
    }
    if (!judgement->absent)
        drift__measure_design(comparison, judgement);
    drift__measure(comparison, judgement);
    if (!judgement->absent)
        drift__weigh_evidence(comparison, judgement);
    if (comparison->brief)
        return;
    explain_nulls(comparison, judgement);
    drift__note_dependence(comparison, judgement);
}

static void adjust(drift_comparison *comparison)
{
    double *p = drift__arena_allocate(&comparison->arena, comparison->tested, sizeof *p);
    double *weights = drift__arena_allocate(&comparison->arena, comparison->tested, sizeof *p);
    if (!p || !weights || !comparison->tested)
        return;
    size_t n = 0;
    for (size_t i = 0; i < comparison->n_columns; i++) {
        drift_column_result *result = &comparison->columns[i];
        double value = result->has_p_value ? result->p_value : 1;
        if (!comparison->judgements[i].tested)
            continue;
        result->adjusted_p_value = value;
        if (result->own_alpha)
            continue;
        p[n] = value;
        weights[n++] = weight_of(&comparison->judgements[i]);
    }
    if (drift_adjust_p_values_weighted(p, weights, n,
                                       (drift_correction)comparison->config.correction, p))
        return;
    n = 0;
    for (size_t i = 0; i < comparison->n_columns; i++)
        if (comparison->judgements[i].tested && !comparison->columns[i].own_alpha)
            comparison->columns[i].adjusted_p_value = p[n++];
}

static void conclude(drift_comparison *comparison)
{
    drift_verdict worst = comparison->tested ? DRIFT_VERDICT_STABLE : DRIFT_VERDICT_INSUFFICIENT;
    for (size_t i = 0; i < comparison->n_columns; i++)
        if (comparison->judgements[i].tested && comparison->columns[i].verdict > (uint32_t)worst)
            worst = (drift_verdict)comparison->columns[i].verdict;
    for (size_t i = 0; i < comparison->n_findings; i++)
        if (comparison->findings[i].verdict > (uint32_t)worst)
            worst = (drift_verdict)comparison->findings[i].verdict;
    for (size_t i = 0; i < comparison->n_chunks; i++)
        if (comparison->chunks[i].verdict >= DRIFT_VERDICT_MINOR &&
            comparison->chunks[i].verdict > (uint32_t)worst)
            worst = (drift_verdict)comparison->chunks[i].verdict;
    comparison->verdict = worst;
}

/* Rows whose block is not known cannot be told from independent ones. */
static void look_for_blocks(drift_comparison *comparison, const drift_profile *reference,
                            const drift_profile *current)
{
    const drift_profile *sides[2] = {reference, current};
    for (int i = 0; i < 2; i++) {
        const drift__blocks *blocks = &sides[i]->blocks;
        if (!blocks->column || !sides[i]->rows ||
            sides[i]->columns[blocks->position].missing < sides[i]->rows)
            continue;
        char quoted[64];
        comparison->blocks_absent = 1;
        drift__add_finding(
            comparison, DRIFT_FINDING_MISSING_COLUMN, DRIFT_VERDICT_DRIFT,
            comparison->columns[blocks->position].name,
            drift__arena_printf(&comparison->arena,
                                "'%s' makes the blocks, and the %s has no value in it: how "
                                "much its rows say cannot be told",
                                drift__quote(quoted, blocks->column, strlen(blocks->column)),
                                i ? "current data" : "reference"));
    }
}

/* Columns, parts and what they have in common; a preset without p-values judges as it goes. */
static void judge_column(drift_comparison *comparison, drift__judgement *judgement)
{
    drift__find_violations(comparison, judgement);
    if (comparison->brief && comparison->config.preset != DRIFT_PRESET_PSI_CLASSIC)
        return;
    drift__decide(comparison, judgement);
    if (!comparison->brief)
        drift__find_significant(comparison, judgement);
}

static void run(drift_comparison *comparison, const drift_profile *reference,
                const drift_profile *current)
{
    for (size_t i = 0; i < comparison->n_columns; i++)
        begin_column(comparison, i, &reference->columns[i], &current->columns[i]);
    share_alpha(comparison);
    look_for_blocks(comparison, reference, current);
    for (size_t i = 0; i < comparison->n_columns && !comparison->arena.failed; i++)
        examine(comparison, &comparison->judgements[i]);
    adjust(comparison);
    for (size_t i = 0; i < comparison->n_columns && !comparison->arena.failed; i++)
        judge_column(comparison, &comparison->judgements[i]);
    if (comparison->brief)
        return;
    drift__find_extra_columns(comparison, reference, current);
    if (comparison->config.chunks)
        drift__judge_chunks(comparison, comparison->config.chunks);
    comparison->config.chunks = NULL;
    conclude(comparison);
}

static const char *copy_source(drift_comparison *comparison, const char *source,
                               const char *fallback)
{
    const char *text = source ? source : fallback;
    return drift__arena_copy(&comparison->arena, text, strlen(text));
}

static drift_status create(const drift_profile *reference, const drift_profile *current,
                           const drift_comparison_config *config, int brief,
                           drift_comparison **out_comparison, drift_error *error)
{
    drift_comparison_config filled;
    if (!reference || !current || !out_comparison)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    drift_status status = drift__comparison_settle(config, &filled, error);
    if (status)
        return status;
    if (!drift_profile_compatible(reference, current))
        return drift__fail(error, DRIFT_ERR_INCOMPATIBLE,
                           "the current profile does not count in the reference's edges: make it "
                           "with the reference at hand (drift profile --reference)");
    if (!drift__blocks_same(&reference->blocks, &current->blocks)) {
        char before[96], now[96];
        drift__blocks_say(&reference->blocks, before, sizeof before);
        drift__blocks_say(&current->blocks, now, sizeof now);
        return drift__fail(error, DRIFT_ERR_INCOMPATIBLE,
                           "the reference has %s, the current profile %s: make both with the same "
                           "--block",
                           before, now);
    }
    if (filled.chunks)
        status = drift__chunks_check(filled.chunks, reference, &filled, error);
    if (status)
        return status;
    drift_allocator memory = drift__allocator(filled.allocator);
    drift_comparison *comparison = drift__allocate_zero(&memory, 1, sizeof *comparison);
    if (!comparison)
        return drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    drift__arena_init(&comparison->arena, &memory);
    comparison->config = filled;
    comparison->brief = brief;
    comparison->config.reference_source =
        copy_source(comparison, filled.reference_source, "reference");
    comparison->config.current_source = copy_source(comparison, filled.current_source, "current");
    comparison->n_columns = reference->n_columns;
    comparison->rows_reference = reference->rows;
    comparison->rows_current = current->rows;
    comparison->judgements = drift__arena_allocate(&comparison->arena, comparison->n_columns,
                                                   sizeof *comparison->judgements);
    comparison->columns = drift__arena_allocate(&comparison->arena, comparison->n_columns,
                                                sizeof *comparison->columns);
    if (!comparison->arena.failed)
        run(comparison, reference, current);
    if (comparison->arena.failed) {
        drift_comparison_destroy(comparison);
        return drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    }
    *out_comparison = comparison;
    return DRIFT_OK;
}

drift_status drift_comparison_create(const drift_profile *reference, const drift_profile *current,
                                     const drift_comparison_config *config,
                                     drift_comparison **out_comparison, drift_error *error)
{
    return create(reference, current, config, 0, out_comparison, error);
}

drift_status drift__compare_part(const drift_profile *reference, const drift_profile *part,
                                 const drift_comparison_config *config,
                                 drift_comparison **out_comparison, drift_error *error)
{
    return create(reference, part, config, 1, out_comparison, error);
}

void drift_comparison_destroy(drift_comparison *comparison)
{
    if (!comparison)
        return;
    drift_allocator memory = comparison->arena.allocator;
    drift__arena_free(&comparison->arena);
    drift__release(&memory, comparison);
}

drift_verdict drift_comparison_verdict(const drift_comparison *comparison)
{
    return comparison->verdict;
}

size_t drift_comparison_tested(const drift_comparison *comparison)
{
    return comparison->tested;
}

int drift_comparison_judged(const drift_comparison *comparison)
{
    if (comparison->n_findings || comparison->verdict >= DRIFT_VERDICT_MINOR)
        return 1;
    for (size_t i = 0; i < comparison->n_columns; i++)
        if (comparison->judgements[i].tested &&
            comparison->columns[i].verdict != DRIFT_VERDICT_INSUFFICIENT)
            return 1;
    return 0;
}

size_t drift_comparison_columns(const drift_comparison *comparison)
{
    return comparison->n_columns;
}

const drift_column_result *drift_comparison_column(const drift_comparison *comparison, size_t index)
{
    return index < comparison->n_columns ? &comparison->columns[index] : NULL;
}

size_t drift_comparison_findings(const drift_comparison *comparison)
{
    return comparison->n_findings;
}

const drift_finding *drift_comparison_finding(const drift_comparison *comparison, size_t index)
{
    return index < comparison->n_findings ? &comparison->findings[index] : NULL;
}

uint64_t drift_comparison_rows_reference(const drift_comparison *comparison)
{
    return comparison->rows_reference;
}

uint64_t drift_comparison_rows_current(const drift_comparison *comparison)
{
    return comparison->rows_current;
}

const drift_comparison_config *drift_comparison_policy(const drift_comparison *comparison)
{
    return &comparison->config;
}
