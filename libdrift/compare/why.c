/* SPDX-License-Identifier: Apache-2.0
 *
 * why.c: which test cells carry the change: each cell's part of the PSI, which
 * is a sum of terms that are never negative.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare/judge.h"
#include "core/error.h"

enum { MOST_SHOWN = 4 };
static const double ENOUGH = 0.8, TOO_SMALL = 0.03;

static int largest_first(const void *left, const void *right)
{
    const drift_contribution *a = left, *b = right;
    if (a->part != b->part)
        return a->part < b->part ? 1 : -1;
    return (a->test_cell > b->test_cell) - (a->test_cell < b->test_cell);
}

static void name_range(const drift_column_result *result, drift_contribution *part)
{
    int found = 0;
    for (size_t k = 0; k < result->n_cells; k++) {
        const drift_cell *cell = &result->cells[k];
        if (cell->test_cell != part->test_cell)
            continue;
        if (!found)
            part->lower = cell->lower;
        part->upper = cell->upper;
        found = 1;
    }
}

/* The cells of names come in the order of the view; the last one may hold all that are rare. */
static void name_value(const drift_column_result *result, drift_contribution *part, uint32_t cells)
{
    size_t k = part->test_cell;
    int rest = k + 1 == cells &&
               (result->n_names > cells || result->other_reference + result->other_current > 0);
    if (rest || k >= result->n_names || result->names[k].hidden)
        return;
    part->name = result->names[k].name;
    part->name_length = result->names[k].length;
}

/* "20 to 21", or "20" where the ends look the same. */
static const char *range_phrase(drift_comparison *comparison, const drift_contribution *part)
{
    const char *lower = drift__say(comparison, part->lower, 5);
    const char *upper = drift__say(comparison, part->upper, 5);
    if (!lower || !upper || strcmp(lower, upper) == 0)
        return lower;
    return drift__arena_printf(&comparison->arena, "%s to %s", lower, upper);
}

static const char *part_phrase(drift_comparison *comparison, const drift_column_result *result,
                               const drift_contribution *part)
{
    char quoted[64];
    const char *what;
    if (result->names && part->name)
        what = drift__arena_printf(&comparison->arena, "'%s'",
                                   drift__quote(quoted, part->name, part->name_length));
    else if (result->names)
        what = "the rarer values together";
    else
        what = range_phrase(comparison, part);
    return drift__arena_printf(&comparison->arena, "%s %s from %s %% to %s %%", what,
                               part->current_share > part->reference_share ? "rose" : "fell",
                               drift__say(comparison, 100 * part->reference_share, 3),
                               drift__say(comparison, 100 * part->current_share, 3));
}

static const char *sentence(drift_comparison *comparison, const drift_column_result *result,
                            double shown)
{
    const char *text = "";
    for (size_t i = 0; i < result->n_contributions; i++)
        text = drift__arena_printf(&comparison->arena, "%s%s%s", text, i ? "; " : "",
                                   part_phrase(comparison, result, &result->contributions[i]));
    return drift__arena_printf(&comparison->arena, "%s %% of the change: %s",
                               drift__say(comparison, 100 * shown, 2), text);
}

/* Where names came that nobody had, or nobody keeps. */
static int explain_names(drift_comparison *comparison, const drift__judgement *judgement)
{
    drift_column_result *result = judgement->result;
    const drift__name_sample *sample = &judgement->sample;
    drift__share share;
    drift__largest_effect(judgement, &share);
    if (share == DRIFT__SHARE_UNSEEN)
        result->why = drift__arena_printf(
            &comparison->arena, "%s of the values%s have names that the reference never had",
            drift__say_share(comparison, judgement->unseen, sample->current),
            sample->partial ? " whose names are followed" : "");
    else if (share == DRIFT__SHARE_CROWDED)
        result->why = drift__arena_printf(
            &comparison->arena,
            "the names that are followed, a random sample, fell from %s to %s of the values",
            drift__say_share(comparison, sample->reference, result->valid_reference),
            drift__say_share(comparison, sample->current, result->valid_current));
    else
        return 0;
    return 1;
}

/* Where more rows went missing, or unreadable, than values changed. */
static int explain_rows(drift_comparison *comparison, const drift__judgement *judgement)
{
    drift_column_result *result = judgement->result;
    drift__share share;
    drift__largest_effect(judgement, &share);
    if (share != DRIFT__SHARE_MISSING && share != DRIFT__SHARE_INVALID)
        return 0;
    int missing = share == DRIFT__SHARE_MISSING;
    uint64_t before = missing ? result->missing_reference : result->invalid_reference;
    uint64_t now = missing ? result->missing_current : result->invalid_current;
    double share_before = (double)before / (double)result->rows_reference;
    double share_now = (double)now / (double)result->rows_current;
    result->why = drift__arena_printf(&comparison->arena, "%s values %s from %s to %s",
                                      missing ? "missing" : "unreadable",
                                      share_now > share_before ? "rose" : "fell",
                                      drift__say_share(comparison, before, result->rows_reference),
                                      drift__say_share(comparison, now, result->rows_current));
    return 1;
}

void drift__explain_change(drift_comparison *comparison, drift__judgement *judgement)
{
    drift_column_result *result = judgement->result;
    const drift__test_cells *cells = &judgement->cells;
    if (explain_rows(comparison, judgement) || explain_names(comparison, judgement) ||
        cells->n < 2 || !(result->psi.value > 0))
        return;
    drift_contribution *parts = drift__arena_allocate(&comparison->arena, cells->n, sizeof *parts);
    if (!parts)
        return;
    double n_reference = (double)result->valid_reference, n = (double)result->valid_current;
    double half = (double)cells->n / 2;
    for (uint32_t k = 0; k < cells->n; k++) {
        double p = ((double)cells->reference[k] + 0.5) / (n_reference + half);
        double q = ((double)cells->current[k] + 0.5) / (n + half);
        parts[k].test_cell = k;
        parts[k].part = (p - q) * log(p / q) / result->psi.value;
        parts[k].reference = cells->reference[k];
        parts[k].current = cells->current[k];
        parts[k].reference_share = (double)cells->reference[k] / n_reference;
        parts[k].current_share = (double)cells->current[k] / n;
    }
    qsort(parts, cells->n, sizeof *parts, largest_first);
    double shown = 0;
    size_t used = 0;
    while (used < MOST_SHOWN && used < cells->n && shown < ENOUGH && parts[used].part > TOO_SMALL) {
        shown += parts[used].part;
        if (result->names)
            name_value(result, &parts[used], cells->n);
        else
            name_range(result, &parts[used]);
        used++;
    }
    result->contributions = parts;
    result->n_contributions = used;
    if (used)
        result->why = sentence(comparison, result, shown < 1 ? shown : 1);
}
