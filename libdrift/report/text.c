/* SPDX-License-Identifier: Apache-2.0
 *
 * text.c: a comparison as a table for a terminal, the most changed first.
 */
#include <drift/report.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buffer.h"
#include "core/memory.h"
#include "core/numbers.h"
#include "core/utf8.h"

enum { COLUMNS = 7, CELL_SIZE = 96, DEFAULT_WIDTH = 100, LEAST_NAME = 12 };

static const char *const HEADINGS[COLUMNS] = {"column", "type",        "verdict", "effect",
                                              "p",      "KS or share", "missing"};
/* 1 = aligned to the right */
static const char RIGHT[COLUMNS] = {0, 0, 0, 1, 1, 1, 1};

typedef struct row {
    char text[COLUMNS][CELL_SIZE];
    uint32_t verdict;
} row;

typedef struct writer {
    drift_buffer *buffer;
    drift_status status;
    int color;
    size_t width;
} writer;

static void put(writer *w, const char *text)
{
    if (!w->status)
        w->status = drift__buffer_text(w->buffer, text);
}

/* Code point of the `step` bytes of valid UTF-8 at `text`. */
static uint32_t code_point(const char *text, size_t step)
{
    uint32_t code = (unsigned char)text[0];
    if (step > 1)
        code &= 0x7fu >> step;
    for (size_t i = 1; i < step; i++)
        code = code << 6 | ((unsigned char)text[i] & 0x3f);
    return code;
}

/* Controls could drive the terminal, direction marks could disguise a name. */
static int unprintable(uint32_t code)
{
    return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x200e || code == 0x200f ||
           (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

/* Terminal columns of one character (the wide blocks of Unicode TR 11, combining marks). */
static size_t columns_of(uint32_t code)
{
    if ((code >= 0x300 && code < 0x370) || code == 0x200b || code == 0x200d ||
        (code >= 0xfe00 && code < 0xfe10))
        return 0;
    return 1 + ((code >= 0x1100 && code < 0x1160) || (code >= 0x2e80 && code < 0xa4d0) ||
                (code >= 0xac00 && code < 0xd7a4) || (code >= 0xf900 && code < 0xfb00) ||
                (code >= 0xfe30 && code < 0xfe70) || (code >= 0xff00 && code < 0xff61) ||
                (code >= 0x1f300 && code < 0x1f650) || (code >= 0x1f900 && code < 0x1fa00) ||
                (code >= 0x20000 && code < 0x40000));
}

/* The character at `at`: its bytes (at least 1), its columns; `*out_safe` 0 where '?' stands for it. */
static size_t step_at(const char *text, size_t length, size_t *out_columns, int *out_safe)
{
    size_t step = drift__utf8_step(text, length);
    uint32_t code = step ? code_point(text, step) : 0;
    *out_safe = step && !unprintable(code);
    *out_columns = *out_safe ? columns_of(code) : 1;
    return step ? step : 1;
}

static size_t width_of(const char *text)
{
    size_t width = 0, length = strlen(text), columns;
    int safe;
    for (size_t at = 0; at < length; width += columns)
        at += step_at(text + at, length - at, &columns, &safe);
    return width;
}

/* At most `width` columns of `text`, "…" where cut; what is not UTF-8 or printable as '?'. */
static void fit(char *out, size_t size, const char *text, size_t width)
{
    size_t length = strlen(text), at = 0, used = 0, shown = 0, columns;
    int safe;
    while (at < length) {
        size_t step = step_at(text + at, length - at, &columns, &safe);
        int last = at + step == length;
        if (shown + columns + !last > width || used + step + 4 > size) {
            memcpy(out + used, "\xe2\x80\xa6", 3);
            used += 3;
            break;
        }
        if (safe)
            memcpy(out + used, text + at, step);
        else
            out[used] = '?';
        used += safe ? step : 1;
        at += step;
        shown += columns;
    }
    out[used] = '\0';
}

/* Text from the data, whole, with '?' for what a terminal must not see. */
static void put_safe(writer *w, const char *text)
{
    size_t length = strlen(text), columns;
    int safe;
    for (size_t at = 0; at < length && !w->status;) {
        size_t step = step_at(text + at, length - at, &columns, &safe);
        w->status = drift_buffer_append(w->buffer, safe ? text + at : "?", safe ? step : 1);
        at += step;
    }
}

static const char *tint(const writer *w, uint32_t verdict)
{
    if (!w->color)
        return "";
    switch (verdict) {
    case DRIFT_VERDICT_DRIFT:
        return "\033[1;31m";
    case DRIFT_VERDICT_MINOR:
        return "\033[33m";
    case DRIFT_VERDICT_STABLE:
        return "\033[32m";
    default:
        return "\033[2m";
    }
}

static const char *untint(const writer *w)
{
    return w->color ? "\033[0m" : "";
}

static void share(char *out, uint64_t part, uint64_t whole)
{
    drift__format_short(out, whole ? 100 * (double)part / (double)whole : 0, 3);
    strcat(out, "%");
}

/* Three decimals, so that the column lines up. */
static void effect_text(char *out, double effect)
{
    long long thousandths = llround(fmin(fmax(effect, 0), 1e12) * 1000);
    snprintf(out, CELL_SIZE, "%lld.%03lld", thousandths / 1000, thousandths % 1000);
}

static void p_text(char *out, double p)
{
    if (p < 1e-300)
        strcpy(out, "< 1e-300");
    else
        drift__format_short(out, p, 2);
}

static void fill_row(row *r, const drift_column_result *c, size_t name_width)
{
    r->verdict = c->verdict;
    fit(r->text[0], CELL_SIZE, c->name, name_width);
    strcpy(r->text[1], drift_type_name((drift_type)c->type));
    strcpy(r->text[2], drift_verdict_name((drift_verdict)c->verdict));
    strcpy(r->text[3], "-");
    strcpy(r->text[4], "-");
    strcpy(r->text[5], "-");
    if (c->has_effect)
        effect_text(r->text[3], c->effect);
    if (c->has_p_value)
        p_text(r->text[4], c->adjusted_p_value);
    if (c->ks.has_value)
        drift__format_short(r->text[5], c->ks.value, 3);
    else if (c->total_variation.has_value)
        share(r->text[5], (uint64_t)(c->total_variation.value * 1e6), 1000000);
    char now[DRIFT__NUMBER_SIZE + 2];
    share(r->text[6], c->missing_reference, c->rows_reference);
    share(now, c->missing_current, c->rows_current);
    if (strcmp(r->text[6], now)) {
        strcat(r->text[6], " \xe2\x86\x92 ");
        strcat(r->text[6], now);
    }
}

static void put_padded(writer *w, const char *text, size_t width, int right)
{
    size_t own = width_of(text), padding = width > own ? width - own : 0;
    if (!right)
        put(w, text);
    for (size_t i = 0; i < padding; i++)
        put(w, " ");
    if (right)
        put(w, text);
}

static void put_row(writer *w, char text[COLUMNS][CELL_SIZE], const size_t *widths,
                    const char *begin, const char *end)
{
    for (int i = 0; i < COLUMNS; i++) {
        put(w, "  ");
        if (i == 2)
            put(w, begin);
        if (i == COLUMNS - 1 && !RIGHT[i])
            put(w, text[i]);
        else
            put_padded(w, text[i], widths[i], RIGHT[i]);
        if (i == 2)
            put(w, end);
    }
    put(w, "\n");
}

static int worst_first(const void *left, const void *right)
{
    const drift_column_result *a = *(const drift_column_result *const *)left;
    const drift_column_result *b = *(const drift_column_result *const *)right;
    if (a->verdict != b->verdict)
        return a->verdict < b->verdict ? 1 : -1;
    if (a->effect != b->effect)
        return a->effect < b->effect ? 1 : -1;
    return strcmp(a->name, b->name);
}

static void put_number(writer *w, double value, int digits)
{
    char text[DRIFT__NUMBER_SIZE];
    drift__format_short(text, value, digits);
    put(w, text);
}

static void put_count(writer *w, uint64_t value)
{
    if (!w->status)
        w->status = drift__buffer_printf(w->buffer, "%llu", (unsigned long long)value);
}

static void headline(writer *w, const drift_comparison *comparison,
                     const drift_column_result *const *sorted, size_t tested)
{
    drift_verdict verdict = drift_comparison_verdict(comparison);
    size_t drifted = 0;
    while (drifted < tested && sorted[drifted]->verdict == DRIFT_VERDICT_DRIFT)
        drifted++;
    put(w, tint(w, verdict));
    put(w, verdict == DRIFT_VERDICT_DRIFT    ? "DRIFT"
           : verdict == DRIFT_VERDICT_MINOR  ? "MINOR CHANGE"
           : verdict == DRIFT_VERDICT_STABLE ? "STABLE"
                                             : "TOO LITTLE DATA");
    put(w, untint(w));
    put(w, ": ");
    put_count(w, drifted);
    put(w, " of ");
    put_count(w, tested);
    put(w, " columns drifted");
    for (size_t i = 0; i < drifted && i < 6; i++) {
        char name[CELL_SIZE];
        fit(name, sizeof name, sorted[i]->name, 30);
        put(w, i ? ", " : ": ");
        put(w, name);
    }
    put(w, drifted > 6 ? ", \xe2\x80\xa6" : "");
    size_t parts = drift_comparison_chunks(comparison), changed = 0;
    for (size_t i = 0; i < parts; i++)
        changed += drift_comparison_chunk(comparison, i)->verdict == DRIFT_VERDICT_DRIFT;
    if (parts && !w->status)
        w->status = drift__buffer_printf(w->buffer, "; drift in %zu of %zu parts", changed, parts);
    put(w, "\n");
    const drift_comparison_config *policy = drift_comparison_policy(comparison);
    put_safe(w, policy->reference_source);
    put(w, " (");
    put_count(w, drift_comparison_rows_reference(comparison));
    put(w, " rows) against ");
    put_safe(w, policy->current_source);
    put(w, " (");
    put_count(w, drift_comparison_rows_current(comparison));
    put(w, " rows); preset ");
    put(w, drift_preset_name((drift_preset)policy->preset));
    put(w, ", alpha ");
    put_number(w, policy->alpha, 3);
    put(w, ", smallest effect ");
    put_number(w, policy->min_effect, 3);
    put(w, "\n");
}

static void table(writer *w, const drift_column_result *const *sorted, size_t n, row *rows)
{
    size_t widths[COLUMNS], longest = width_of(HEADINGS[0]);
    for (size_t i = 0; i < n; i++) {
        size_t name = width_of(sorted[i]->name);
        longest = name > longest ? name : longest;
    }
    size_t fixed = 66, most = w->width > fixed + LEAST_NAME ? w->width - fixed : LEAST_NAME;
    longest = longest > most ? most : longest;
    for (int k = 0; k < COLUMNS; k++)
        widths[k] = width_of(HEADINGS[k]);
    for (size_t i = 0; i < n; i++) {
        fill_row(&rows[i], sorted[i], longest);
        for (int k = 0; k < COLUMNS; k++) {
            size_t own = width_of(rows[i].text[k]);
            widths[k] = own > widths[k] ? own : widths[k];
        }
    }
    row heading = {0};
    for (int k = 0; k < COLUMNS; k++)
        strcpy(heading.text[k], HEADINGS[k]);
    put(w, "\n");
    put_row(w, heading.text, widths, "", "");
    for (size_t i = 0; i < n; i++)
        put_row(w, rows[i].text, widths, tint(w, rows[i].verdict), untint(w));
}

/* What carries each change, and what to know of the columns that were not skipped. */
static void reasons(writer *w, const drift_column_result *const *sorted, size_t n)
{
    int any = 0;
    for (size_t i = 0; i < n; i++) {
        char name[CELL_SIZE];
        if (!sorted[i]->why)
            continue;
        fit(name, sizeof name, sorted[i]->name, 40);
        put(w, any++ ? "  " : "\nWhy\n  ");
        put(w, name);
        put(w, ": ");
        put_safe(w, sorted[i]->why);
        put(w, "\n");
    }
}

static void dependence(writer *w, const drift_column_result *const *sorted, size_t n)
{
    size_t any = 0;
    for (size_t i = 0; i < n; i++) {
        char name[CELL_SIZE];
        if (!(sorted[i]->neighbour_agreement > 0))
            continue;
        fit(name, sizeof name, sorted[i]->name, 40);
        put(w, any++ ? ", " : "\nNeighbouring rows resemble each other in ");
        put(w, name);
        if (any == 6)
            break;
    }
    if (any)
        put(w, any == 6 ? " and more" : "");
    if (any)
        put(w, ": if they belong together (time, sessions), the evidence is overstated; say how "
               "with --block\n");
}

/* One line a column in which something was found: which parts, as a row of marks. */
static void chunks(writer *w, const drift_comparison *comparison)
{
    size_t n = drift_comparison_chunks(comparison);
    if (!n)
        return;
    const drift_chunk *first = drift_comparison_chunk(comparison, 0);
    const drift_chunk *last = drift_comparison_chunk(comparison, n - 1);
    if (!w->status)
        w->status = drift__buffer_printf(
            w->buffer, "\nOver time (%zu parts, %s to %s; D drift, m minor, . stable, ? too few)\n",
            n, first->label ? first->label : "first row", last->label ? last->label : "last row");
    for (size_t k = 0; k < first->n_columns; k++) {
        char name[CELL_SIZE];
        fit(name, sizeof name, drift_comparison_column(comparison, first->columns[k].column)->name,
            24);
        put(w, "  ");
        put_padded(w, name, 24, 0);
        put(w, " ");
        for (size_t i = 0; i < n; i++) {
            static const char *const marks[] = {" ", ".", "?", "m", "D"};
            const drift_chunk_column *c = &drift_comparison_chunk(comparison, i)->columns[k];
            put(w, tint(w, c->verdict));
            put(w, marks[c->verdict]);
            put(w, untint(w));
        }
        put(w, "\n");
    }
}

static void remarks(writer *w, const drift_comparison *comparison)
{
    size_t findings = drift_comparison_findings(comparison);
    if (findings)
        put(w, "\nFindings\n");
    for (size_t i = 0; i < findings; i++) {
        put(w, "  ");
        put_safe(w, drift_comparison_finding(comparison, i)->message);
        put(w, "\n");
    }
    int any = 0;
    for (size_t i = 0; i < drift_comparison_columns(comparison); i++) {
        const drift_column_result *c = drift_comparison_column(comparison, i);
        if (c->verdict != DRIFT_VERDICT_SKIPPED)
            continue;
        char name[CELL_SIZE];
        fit(name, sizeof name, c->name, 40);
        put(w, any++ ? "; " : "\nSkipped: ");
        put(w, name);
        put(w, " (");
        put_safe(w, c->n_notes ? c->notes[0] : "not tested");
        put(w, ")");
    }
    if (any)
        put(w, "\n");
}

drift_status drift_comparison_render_text(const drift_comparison *comparison,
                                          const drift_text_config *config, drift_buffer *out_text)
{
    if (!comparison || !out_text)
        return DRIFT_ERR_INVALID_ARGUMENT;
    writer w = {out_text, DRIFT_OK, config ? (int)config->color : 0,
                config && config->width ? config->width : DEFAULT_WIDTH};
    size_t begin = drift_buffer_size(out_text), n = drift_comparison_columns(comparison),
           tested = 0;
    drift_allocator memory = drift__allocator(drift_comparison_policy(comparison)->allocator);
    const drift_column_result **sorted = drift__allocate(&memory, n, sizeof *sorted);
    row *rows = drift__allocate(&memory, n, sizeof *rows);
    if (sorted && rows) {
        for (size_t i = 0; i < n; i++) {
            const drift_column_result *c = drift_comparison_column(comparison, i);
            if (c->verdict != DRIFT_VERDICT_SKIPPED)
                sorted[tested++] = c;
        }
        if (tested)
            qsort(sorted, tested, sizeof *sorted, worst_first);
        headline(&w, comparison, sorted, tested);
        if (tested)
            table(&w, sorted, tested, rows);
        chunks(&w, comparison);
        reasons(&w, sorted, tested);
        dependence(&w, sorted, tested);
        remarks(&w, comparison);
    } else {
        w.status = DRIFT_ERR_OUT_OF_MEMORY;
    }
    drift__release(&memory, (void *)sorted);
    drift__release(&memory, rows);
    if (w.status)
        drift__buffer_truncate(out_text, begin);
    return w.status;
}
