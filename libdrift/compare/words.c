/* SPDX-License-Identifier: Apache-2.0
 *
 * words.c: numbers as sentences say them, and the notes of a column.
 */
#include "compare/judge.h"
#include "core/numbers.h"

const char *drift__say(drift_comparison *comparison, double value, int digits)
{
    char text[DRIFT__NUMBER_SIZE];
    size_t length = drift__format_short(text, value, digits);
    const char *copy = drift__arena_copy(&comparison->arena, text, length);
    return copy ? copy : "";
}

const char *drift__say_count(drift_comparison *comparison, uint64_t count)
{
    char text[DRIFT__NUMBER_SIZE];
    const char *copy =
        drift__arena_copy(&comparison->arena, text, drift__format_count(text, count));
    return copy ? copy : "";
}

const char *drift__say_share(drift_comparison *comparison, uint64_t part, uint64_t whole)
{
    double percent = whole ? 100.0 * (double)part / (double)whole : 0;
    return drift__arena_printf(&comparison->arena, "%s %%", drift__say(comparison, percent, 3));
}

void drift__note(drift_comparison *comparison, drift__judgement *judgement, const char *note)
{
    drift_column_result *result = judgement->result;
    if (!judgement->notes)
        judgement->notes =
            drift__arena_allocate(&comparison->arena, DRIFT__MAX_NOTES, sizeof(char *));
    if (judgement->notes && result->n_notes < DRIFT__MAX_NOTES)
        judgement->notes[result->n_notes++] = note;
    result->notes = judgement->notes;
}
