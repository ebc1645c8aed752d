/* SPDX-License-Identifier: Apache-2.0
 *
 * words.c: numbers as sentences say them, and the notes of a column.
 */
#include <stdio.h>

#include "compare/judge.h"
#include "core/numbers.h"

const char *drift__say(drift_comparison *comparison, double value, int digits)
{
    char text[DRIFT__NUMBER_SIZE];
    drift__format_short(text, value, digits);
    return drift__arena_printf(&comparison->arena, "%s", text);
}

const char *drift__say_count(drift_comparison *comparison, uint64_t count)
{
    char digits[24], text[32];
    int length = snprintf(digits, sizeof digits, "%llu", (unsigned long long)count);
    int used = 0;
    for (int i = 0; i < length; i++) {
        if (i && (length - i) % 3 == 0)
            text[used++] = ',';
        text[used++] = digits[i];
    }
    text[used] = '\0';
    return drift__arena_printf(&comparison->arena, "%s", text);
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
