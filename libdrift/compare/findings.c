/* SPDX-License-Identifier: Apache-2.0
 *
 * findings.c: what is wrong with a column beside its distribution, each as one
 * sentence. Violations (a column gone, text among numbers, infinities where
 * the reference has none) need no test; the others are the column's own
 * components, reported where they hold after correction.
 */
#include <drift/distance.h>
#include <drift/hypothesis.h>
#include <string.h>

#include "compare/judge.h"
#include "core/error.h"
#include "core/memory.h"

void drift__add_finding(drift_comparison *comparison, drift_finding_kind kind,
                        drift_verdict verdict, const char *column, const char *message)
{
    if (comparison->n_findings == comparison->findings_capacity) {
        size_t capacity = comparison->findings_capacity ? comparison->findings_capacity * 2 : 16;
        drift_finding *grown = drift__arena_allocate(&comparison->arena, capacity, sizeof *grown);
        if (!grown)
            return;
        if (comparison->n_findings)
            memcpy(grown, comparison->findings, comparison->n_findings * sizeof *grown);
        comparison->findings = grown;
        comparison->findings_capacity = capacity;
    }
    comparison->findings[comparison->n_findings++] =
        (drift_finding){kind, verdict, column, message};
}

static void violation(drift_comparison *comparison, drift__judgement *judgement,
                      drift_finding_kind kind, drift_verdict verdict, const char *message)
{
    drift__add_finding(comparison, kind, verdict, judgement->result->name, message);
    if (verdict > judgement->at_least)
        judgement->at_least = verdict;
}

/*
 * A violation is drift where its share is evident and, as an effect, as large as
 * the change that matters; a few bad values are minor.
 */
static drift_verdict weigh_violation(const drift__judgement *judgement, uint64_t part_reference,
                                     uint64_t whole_reference, uint64_t part_current,
                                     uint64_t whole_current)
{
    uint64_t reference[2] = {part_reference, whole_reference - part_reference};
    uint64_t current[2] = {part_current, whole_current - part_current};
    double p = 1, effect = 0;
    if (!whole_reference || !whole_current ||
        drift_fisher_exact(reference[0], reference[1], current[0], current[1], DRIFT_TWO_SIDED,
                           &p) ||
        drift_psi_debiased(reference, current, 2, &effect))
        return DRIFT_VERDICT_MINOR;
    return p <= judgement->level && effect >= judgement->min_effect ? DRIFT_VERDICT_DRIFT
                                                                    : DRIFT_VERDICT_MINOR;
}

static void find_infinities(drift_comparison *comparison, drift__judgement *judgement)
{
    const drift_column_result *result = judgement->result;
    uint64_t before = result->infinite_reference, now = result->infinite_current;
    if (!now)
        return;
    if (before) {
        double p = 1;
        double rate_before = (double)before / (double)result->rows_reference;
        double rate_now = (double)now / (double)result->rows_current;
        if (rate_now <= rate_before ||
            drift_fisher_exact(before, result->rows_reference - before, now,
                               result->rows_current - now, DRIFT_TWO_SIDED, &p) ||
            p > judgement->level)
            return;
    }
    violation(comparison, judgement, DRIFT_FINDING_INFINITE,
              weigh_violation(judgement, before, result->rows_reference, now, result->rows_current),
              drift__arena_printf(&comparison->arena,
                                  "%s: %s of %s current values are infinite; the reference has %s",
                                  result->name, drift__say_count(comparison, now),
                                  drift__say_count(comparison, result->rows_current),
                                  before ? drift__say_count(comparison, before) : "none"));
}

static const char *type_phrase(uint32_t type)
{
    switch (type) {
    case DRIFT_TYPE_NUMERIC:
        return "numbers";
    case DRIFT_TYPE_BOOLEAN:
        return "true and false";
    case DRIFT_TYPE_TIMESTAMP:
        return "timestamps";
    default:
        return "text";
    }
}

static void find_unreadable(drift_comparison *comparison, drift__judgement *judgement)
{
    const drift_column_result *result = judgement->result;
    uint64_t invalid = result->invalid_current;
    uint64_t present = result->rows_current - result->missing_current;
    if (!invalid || result->invalid_reference)
        return;
    int most = invalid > present / 2;
    violation(comparison, judgement, DRIFT_FINDING_TYPE,
              most ? DRIFT_VERDICT_DRIFT
                   : weigh_violation(judgement, 0,
                                     result->rows_reference - result->missing_reference, invalid,
                                     present),
              drift__arena_printf(
                  &comparison->arena, "%s: the reference holds %s; %s of %s current values are not",
                  result->name, type_phrase(result->type), drift__say_count(comparison, invalid),
                  drift__say_count(comparison, present)));
}

static void find_numbers_in_text(drift_comparison *comparison, drift__judgement *judgement)
{
    const drift_column_result *result = judgement->result;
    uint64_t now = judgement->current->numeric_tokens;
    if (result->type != DRIFT_TYPE_CATEGORICAL || judgement->reference->numeric_tokens || !now ||
        !result->valid_reference)
        return;
    double p = 1;
    if (drift_fisher_exact(0, result->valid_reference, now, result->valid_current - now,
                           DRIFT_TWO_SIDED, &p) ||
        p > judgement->level)
        return;
    int most = now > result->valid_current / 2;
    violation(
        comparison, judgement, DRIFT_FINDING_TYPE,
        most ? DRIFT_VERDICT_DRIFT
             : weigh_violation(judgement, 0, result->valid_reference, now, result->valid_current),
        drift__arena_printf(&comparison->arena,
                            "%s: the reference holds text; %s of %s current values are "
                            "numbers",
                            result->name, drift__say_count(comparison, now),
                            drift__say_count(comparison, result->valid_current)));
}

static void find_forbidden(drift_comparison *comparison, drift__judgement *judgement)
{
    const drift_column_result *result = judgement->result;
    const drift_categories *allowed = judgement->reference->allowed;
    if (!allowed || !result->names)
        return;
    uint64_t forbidden = 0, ignored;
    const drift_name_count *example = NULL;
    for (size_t k = 0; k < result->n_names; k++) {
        const drift_name_count *name = &result->names[k];
        if (!name->current ||
            drift_categories_count(allowed, name->name, name->length, &ignored) == DRIFT_OK)
            continue;
        forbidden += name->current;
        if (!example)
            example = name;
    }
    if (!forbidden)
        return;
    char quoted[64];
    violation(comparison, judgement, DRIFT_FINDING_UNSEEN, DRIFT_VERDICT_MINOR,
              drift__arena_printf(
                  &comparison->arena,
                  "%s: %s current values are not among those the schema allows%s%s%s", result->name,
                  drift__say_count(comparison, forbidden), example->hidden ? "" : ", such as '",
                  example->hidden ? "" : drift__quote(quoted, example->name, example->length),
                  example->hidden ? "" : "'"));
}

void drift__find_violations(drift_comparison *comparison, drift__judgement *judgement)
{
    const drift_column_result *result = judgement->result;
    if (judgement->absent) {
        if (judgement->tested)
            violation(
                comparison, judgement, DRIFT_FINDING_MISSING_COLUMN, DRIFT_VERDICT_DRIFT,
                drift__arena_printf(&comparison->arena,
                                    "%s: the reference has this column, the current data does "
                                    "not",
                                    result->name));
        return;
    }
    if (!judgement->tested)
        return;
    find_infinities(comparison, judgement);
    find_unreadable(comparison, judgement);
    find_numbers_in_text(comparison, judgement);
    find_forbidden(comparison, judgement);
}

static int significant(const drift_comparison *comparison, const drift__judgement *judgement,
                       drift__component which)
{
    const drift_column_result *result = judgement->result;
    if (judgement->weight[which] <= 0)
        return 0;
    /* The correction may multiply by as much as there are columns; where p is 0 nothing tells by how much. */
    double multiplier = result->p_value > 0 ? result->adjusted_p_value / result->p_value
                                            : (double)comparison->tested;
    return judgement->p[which] / judgement->weight[which] * multiplier <= judgement->alpha;
}

static const char *unseen_message(drift_comparison *comparison, const drift__judgement *judgement)
{
    char quoted[64] = "";
    const drift_name_count *example = judgement->unseen_example;
    if (example)
        drift__quote(quoted, example->name, example->length);
    const char *share = drift__say_share(comparison, judgement->unseen, judgement->sample.current);
    if (judgement->sample.partial)
        share =
            drift__arena_printf(&comparison->arena, "%s of those whose names are followed", share);
    return drift__arena_printf(
        &comparison->arena,
        "%s: %s current values (%s) are of %s %s that the reference never had%s%s%s",
        judgement->result->name, drift__say_count(comparison, judgement->unseen), share,
        drift__say_count(comparison, judgement->unseen_names),
        judgement->unseen_names == 1 ? "category" : "categories", example ? ", such as '" : "",
        quoted, example ? "'" : "");
}

static const char *range_message(drift_comparison *comparison, const drift__judgement *judgement)
{
    const drift_column_result *result = judgement->result;
    return drift__arena_printf(
        &comparison->arena, "%s: %s current values (%s) lie outside the reference's range %s to %s",
        result->name, drift__say_count(comparison, judgement->outside),
        drift__say_share(comparison, judgement->outside, result->valid_current),
        drift__say(comparison, result->reference.min, 6),
        drift__say(comparison, result->reference.max, 6));
}

void drift__find_significant(drift_comparison *comparison, drift__judgement *judgement)
{
    const drift_column_result *result = judgement->result;
    if (!judgement->tested || !result->has_p_value)
        return;
    drift_verdict verdict =
        result->verdict == DRIFT_VERDICT_DRIFT ? DRIFT_VERDICT_DRIFT : DRIFT_VERDICT_MINOR;
    if (significant(comparison, judgement, DRIFT__COMPONENT_OUTSIDE) && judgement->outside)
        drift__add_finding(comparison, DRIFT_FINDING_RANGE, verdict, result->name,
                           range_message(comparison, judgement));
    if (significant(comparison, judgement, DRIFT__COMPONENT_UNSEEN) && judgement->unseen)
        drift__add_finding(comparison, DRIFT_FINDING_UNSEEN, verdict, result->name,
                           unseen_message(comparison, judgement));
    if (significant(comparison, judgement, DRIFT__COMPONENT_MISSING))
        drift__add_finding(
            comparison, DRIFT_FINDING_MISSING_RATE, verdict, result->name,
            drift__arena_printf(
                &comparison->arena, "%s: missing values went from %s to %s of the rows",
                result->name,
                drift__say_share(comparison, result->missing_reference, result->rows_reference),
                drift__say_share(comparison, result->missing_current, result->rows_current)));
    if (significant(comparison, judgement, DRIFT__COMPONENT_INVALID))
        drift__add_finding(
            comparison, DRIFT_FINDING_TYPE, verdict, result->name,
            drift__arena_printf(
                &comparison->arena, "%s: values that are not %s went from %s to %s of the rows",
                result->name, type_phrase(result->type),
                drift__say_share(comparison, result->invalid_reference, result->rows_reference),
                drift__say_share(comparison, result->invalid_current, result->rows_current)));
}

void drift__find_extra_columns(drift_comparison *comparison, const drift_profile *reference,
                               const drift_profile *current)
{
    for (size_t i = 0; i < reference->n_columns; i++)
        if (reference->columns[i].use == DRIFT_USE_INCLUDE)
            return; /* somebody chose the columns: others are no news */
    for (size_t i = 0; i < current->n_extra; i++) {
        const char *name =
            drift__arena_copy(&comparison->arena, current->extra[i], strlen(current->extra[i]));
        drift__add_finding(
            comparison, DRIFT_FINDING_EXTRA_COLUMN, DRIFT_VERDICT_MINOR, name,
            drift__arena_printf(&comparison->arena,
                                "%s: the current data has this column, the reference "
                                "does not",
                                name ? name : ""));
    }
}
