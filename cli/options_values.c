/* SPDX-License-Identifier: Apache-2.0
 *
 * options_values.c: the text of an option's value to the value, each with one
 * message that says what was expected; and the nearest name to a mistyped one.
 */
#include "cli.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_NAME = 64 };

int parse_number(const char *option, const char *text, double *out_value)
{
    char *end = NULL;
    int plain = *text && text[strspn(text, "0123456789+-.eE")] == '\0';
    double value = plain ? strtod(text, &end) : 0;
    if (!plain || end == text || *end || !isfinite(value))
        return fail("%s needs a number, not '%s'", option, text);
    *out_value = value;
    return 0;
}

int parse_count(const char *option, const char *text, uint64_t least, uint64_t most,
                uint64_t *out_value)
{
    char *end = NULL;
    errno = 0;
    int plain = *text && text[strspn(text, "0123456789")] == '\0';
    unsigned long long value = plain ? strtoull(text, &end, 10) : 0;
    if (most && (!plain || errno == ERANGE || value < least || value > most))
        return fail("%s needs a whole number from %llu to %llu, not '%s'", option,
                    (unsigned long long)least, (unsigned long long)most, text);
    if (plain && errno == ERANGE)
        return fail("%s needs a whole number below 2^64, not '%s'", option, text);
    if (!plain || value < least)
        return fail("%s needs a whole number of at least %llu, not '%s'", option,
                    (unsigned long long)least, text);
    *out_value = value;
    return 0;
}

int parse_choice(const char *option, const char *text, const char *choices, uint32_t *out_index)
{
    size_t length = strlen(text);
    uint32_t index = 0;
    const char *p = choices;
    for (;;) {
        size_t size = strcspn(p, "|");
        if (size == length && memcmp(p, text, length) == 0) {
            *out_index = index;
            return 0;
        }
        if (!p[size])
            break;
        p += size + 1;
        index++;
    }
    return fail("%s is one of %s, not '%s'", option, choices, text);
}

int parse_character(const char *option, const char *text, uint32_t *out_character)
{
    int character = strcmp(text, "\\t") == 0 || strcmp(text, "tab") == 0 ? '\t' : text[0];
    int single = character == '\t' || (text[0] && !text[1]);
    if (!single || (unsigned char)character > 0x7e || (character < 0x20 && character != '\t') ||
        character == '"')
        return fail("%s needs one ASCII character other than the quote, or 'tab', not '%s'", option,
                    text);
    *out_character = (uint32_t)character;
    return 0;
}

/* Levenshtein's distance; names longer than LONGEST_NAME are far from everything. */
static size_t typing_errors(const char *a, const char *b)
{
    size_t row[LONGEST_NAME + 1];
    size_t n = strlen(b);
    if (n > LONGEST_NAME || strlen(a) > LONGEST_NAME)
        return LONGEST_NAME;
    for (size_t j = 0; j <= n; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            size_t best = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[n];
}

const char *nearest_name(const char *name, const char *const *candidates, size_t n)
{
    const char *nearest = NULL;
    size_t fewest = strlen(name) / 3 + 2;
    for (size_t i = 0; i < n; i++) {
        size_t errors = typing_errors(name, candidates[i]);
        if (errors < fewest && errors < strlen(candidates[i])) {
            fewest = errors;
            nearest = candidates[i];
        }
    }
    return nearest;
}
