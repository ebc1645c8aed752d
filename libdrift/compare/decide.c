/* SPDX-License-Identifier: Apache-2.0
 *
 * decide.c: from evidence and effect to a verdict, and the rule in words.
 */
#include "compare/judge.h"

static const double CLASSIC_MINOR = 0.1, CLASSIC_DRIFT = 0.25;

static const char *p_phrase(drift_comparison *comparison, double p)
{
    return p < 1e-300 ? "below 1e-300" : drift__say(comparison, p, 2);
}

static const char *effect_phrase(drift_comparison *comparison, const drift__judgement *judgement)
{
    static const char *const words[DRIFT__SHARES] = {
        [DRIFT__SHARE_MISSING] = "the debiased PSI %s of missing against present",
        [DRIFT__SHARE_INVALID] = "the debiased PSI %s of unreadable against readable values",
        [DRIFT__SHARE_UNSEEN] = "the PSI %s of unseen names against as many as chance leaves",
        [DRIFT__SHARE_CROWDED] = "the PSI %s, at least, of few names that came to hold many values",
    };
    const drift_column_result *result = judgement->result;
    const char *effect = drift__say(comparison, result->effect, 3);
    drift__share share;
    drift__largest_effect(judgement, &share);
    if (share != DRIFT__SHARES)
        return drift__arena_printf(&comparison->arena, words[share], effect);
    return drift__arena_printf(&comparison->arena, "the debiased PSI %s over %u cells", effect,
                               result->n_test_cells);
}

static const char *sizes_phrase(drift_comparison *comparison, const drift_column_result *result)
{
    return drift__arena_printf(&comparison->arena, "%s reference and %s current values",
                               drift__say_count(comparison, result->valid_reference),
                               drift__say_count(comparison, result->valid_current));
}

static void decide_classic(drift_comparison *comparison, drift__judgement *judgement)
{
    drift_column_result *result = judgement->result;
    if (!result->has_effect) {
        result->verdict = DRIFT_VERDICT_INSUFFICIENT;
        result->rule = "Too little data: PSI does not exist without values on both sides.";
        return;
    }
    double psi = result->effect; /* of the values, or of missing against present */
    result->verdict = psi >= CLASSIC_DRIFT   ? DRIFT_VERDICT_DRIFT
                      : psi >= CLASSIC_MINOR ? DRIFT_VERDICT_MINOR
                                             : DRIFT_VERDICT_STABLE;
    result->rule = drift__arena_printf(
        &comparison->arena,
        "%s: PSI %s over %u cells; below 0.1 is stable, from 0.25 on drift (a fixed rule that "
        "ignores the sample sizes, here %s).",
        result->verdict == DRIFT_VERDICT_DRIFT   ? "Drift"
        : result->verdict == DRIFT_VERDICT_MINOR ? "Minor"
                                                 : "Stable",
        drift__say(comparison, psi, 3), result->n_test_cells, sizes_phrase(comparison, result));
}

/* "adjusted p 0.02 is above alpha 0.01" */
static const char *evidence_phrase(drift_comparison *comparison, const drift__judgement *judgement,
                                   const char *relation)
{
    const drift_column_result *result = judgement->result;
    return drift__arena_printf(
        &comparison->arena, "%s %s is %s %s %s", result->own_alpha ? "p" : "adjusted p",
        p_phrase(comparison, result->adjusted_p_value), relation,
        result->own_alpha ? "its own alpha" : "alpha", drift__say(comparison, judgement->alpha, 3));
}

/* "; 1,900 more current rows would suffice", or nothing. */
static const char *needed_phrase(drift_comparison *comparison, const drift_column_result *result)
{
    if (!result->has_more_rows)
        return "";
    const char *current = drift__say_count(comparison, result->more_rows_current);
    const char *reference = drift__say_count(comparison, result->more_rows_reference);
    if (!result->more_rows_reference)
        return drift__arena_printf(&comparison->arena, "; %s more current rows would suffice",
                                   current);
    if (!result->more_rows_current)
        return drift__arena_printf(&comparison->arena, "; %s more reference rows would suffice",
                                   reference);
    return drift__arena_printf(&comparison->arena,
                               "; %s more reference and %s more current rows would suffice",
                               reference, current);
}

static void decide_found(drift_comparison *comparison, drift__judgement *judgement)
{
    drift_column_result *result = judgement->result;
    double min_effect = judgement->min_effect;
    int large = result->effect >= min_effect;
    result->verdict = large ? DRIFT_VERDICT_DRIFT : DRIFT_VERDICT_MINOR;
    result->rule = drift__arena_printf(
        &comparison->arena, "%s: %s, and %s %s %s (%s).", large ? "Drift" : "Minor",
        evidence_phrase(comparison, judgement, "at most"), effect_phrase(comparison, judgement),
        large ? "reaches" : "is below", drift__say(comparison, min_effect, 3),
        sizes_phrase(comparison, result));
}

static void decide_not_found(drift_comparison *comparison, drift__judgement *judgement)
{
    drift_column_result *result = judgement->result;
    judgement->power = drift__power(comparison, judgement);
    int enough = judgement->power >= DRIFT__WANTED_POWER;
    if (!enough)
        drift__count_rows_needed(comparison, judgement);
    result->verdict = enough ? DRIFT_VERDICT_STABLE : DRIFT_VERDICT_INSUFFICIENT;
    const char *size = drift__say(comparison, judgement->min_effect, 3);
    const char *power = drift__say(comparison, 100 * judgement->power, 3);
    if (!result->valid_reference || !result->valid_current)
        result->rule = drift__arena_printf(&comparison->arena,
                                           "Too little data: there are no values to compare (%s).",
                                           sizes_phrase(comparison, result));
    else if (enough)
        result->rule = drift__arena_printf(
            &comparison->arena,
            "Stable: %s; a change of PSI %s would have been seen with probability %s %% (%s).",
            evidence_phrase(comparison, judgement, "above"), size, power,
            sizes_phrase(comparison, result));
    else if (judgement->design.unknown)
        result->rule = drift__arena_printf(
            &comparison->arena,
            "Too little data: with fewer than %d blocks on a side it cannot be told how much the "
            "rows say (%s).",
            (int)DRIFT__FEWEST_BLOCKS, sizes_phrase(comparison, result));
    else
        result->rule = drift__arena_printf(
            &comparison->arena,
            "Too little data: nothing found, but a change of PSI %s would have been seen with "
            "probability %s %% only (%s)%s.",
            size, power, sizes_phrase(comparison, result), needed_phrase(comparison, result));
}

static void raise_to_finding(drift_comparison *comparison, drift__judgement *judgement)
{
    drift_column_result *result = judgement->result;
    if (judgement->at_least <= result->verdict)
        return;
    for (size_t i = comparison->n_findings; i-- > 0;) {
        const drift_finding *finding = &comparison->findings[i];
        if (finding->column == result->name && finding->verdict == judgement->at_least) {
            result->rule = drift__arena_printf(
                &comparison->arena, "%s by rule \"%s\": %s.",
                judgement->at_least == DRIFT_VERDICT_DRIFT ? "Drift" : "Minor",
                finding->kind == DRIFT_FINDING_MISSING_COLUMN ? "missing column"
                : finding->kind == DRIFT_FINDING_TYPE         ? "changed type"
                : finding->kind == DRIFT_FINDING_INFINITE     ? "infinite values"
                                                              : "values not allowed",
                finding->message);
            break;
        }
    }
    result->verdict = judgement->at_least;
}

void drift__decide(drift_comparison *comparison, drift__judgement *judgement)
{
    drift_column_result *result = judgement->result;
    if (!judgement->tested)
        return;
    if (comparison->config.preset == DRIFT_PRESET_PSI_CLASSIC)
        decide_classic(comparison, judgement);
    else if (result->has_p_value && result->adjusted_p_value <= judgement->alpha)
        decide_found(comparison, judgement);
    else
        decide_not_found(comparison, judgement);
    if (result->verdict == DRIFT_VERDICT_DRIFT || result->verdict == DRIFT_VERDICT_MINOR)
        drift__explain_change(comparison, judgement);
    raise_to_finding(comparison, judgement);
}
