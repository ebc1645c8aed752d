/* SPDX-License-Identifier: Apache-2.0
 *
 * html.c: the page: verdict and what to do first, findings, the table, the
 * details, the same result for programs. No script, nothing fetched.
 */
#include <stdlib.h>
#include <string.h>

#include "core/buffer.h"
#include "core/memory.h"
#include "report/html_parts.h"

enum { NAMED = 5 };

typedef const drift_column_result *column_pointer;

static int worst_first(const void *left, const void *right)
{
    const drift_column_result *a = *(const column_pointer *)left;
    const drift_column_result *b = *(const column_pointer *)right;
    if (a->verdict != b->verdict)
        return a->verdict < b->verdict ? 1 : -1;
    if (a->effect != b->effect)
        return a->effect < b->effect ? 1 : -1;
    return strcmp(a->name, b->name);
}

static size_t count_verdict(const column_pointer *sorted, size_t n, uint32_t verdict)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += sorted[i]->verdict == verdict;
    return count;
}

static void name_them(drift__html *html, const column_pointer *sorted, size_t n, uint32_t verdict)
{
    size_t named = 0, total = count_verdict(sorted, n, verdict);
    for (size_t i = 0; i < n && named < NAMED; i++) {
        if (sorted[i]->verdict != verdict)
            continue;
        drift__html_raw(html, named ? ", <b>" : "<b>");
        drift__html_text(html, sorted[i]->name, strlen(sorted[i]->name), 60);
        drift__html_raw(html, "</b>");
        named++;
    }
    if (total > named)
        drift__html_format(html, " and %zu more", total - named);
}

static void title(drift__html *html, drift_verdict verdict, size_t changed, size_t tested)
{
    if (verdict == DRIFT_VERDICT_DRIFT)
        drift__html_format(html,
                           changed ? "Drift in %zu of %zu columns" : "Drift in parts of the data",
                           changed, tested);
    else if (verdict == DRIFT_VERDICT_MINOR)
        drift__html_raw(html, "Small changes only");
    else if (verdict == DRIFT_VERDICT_STABLE)
        drift__html_raw(html, "Stable: nothing changed that matters");
    else
        drift__html_raw(html, "Too little data to tell");
}

static void advice(drift__html *html, drift_verdict verdict, const column_pointer *sorted, size_t n)
{
    drift__html_raw(html, "<p>");
    switch (verdict) {
    case DRIFT_VERDICT_DRIFT:
        if (!count_verdict(sorted, n, DRIFT_VERDICT_DRIFT)) {
            drift__html_raw(html, "See the findings below.");
            break;
        }
        drift__html_raw(html, "Changed most: ");
        name_them(html, sorted, n, DRIFT_VERDICT_DRIFT);
        drift__html_raw(html,
                        ".</p><p><b>First</b> ask whether the data is still right: a pipeline, a "
                        "unit, a new source. If it is, and the model uses these columns, measure "
                        "its quality on recent labels, or retrain on recent data.");
        break;
    case DRIFT_VERDICT_MINOR:
        if (count_verdict(sorted, n, DRIFT_VERDICT_MINOR)) {
            drift__html_raw(html,
                            "There is evidence of change, but smaller than you said matters, in ");
            name_them(html, sorted, n, DRIFT_VERDICT_MINOR);
            drift__html_raw(html, ". ");
        }
        drift__html_raw(html, "No need to retrain; look again with the next data.");
        break;
    case DRIFT_VERDICT_STABLE:
        drift__html_raw(html,
                        "Every tested column was looked at with enough rows to see a change that "
                        "matters, and none was found. Nothing to do.");
        break;
    default:
        drift__html_raw(html,
                        "Nothing was found, but with so few rows a change that matters could have "
                        "been missed. Collect more rows before you conclude anything.");
        break;
    }
    drift__html_raw(html, "</p>");
}

static void meta_side(drift__html *html, const char *label, const char *source, uint64_t rows)
{
    drift__html_format(html, "<li><span class=\"dim\">%s</span> <b>", label);
    drift__html_text(html, source, strlen(source), 80);
    drift__html_raw(html, "</b>, ");
    drift__html_count(html, rows);
    drift__html_raw(html, rows == 1 ? " row" : " rows");
}

static void meta(drift__html *html, const drift_comparison *comparison)
{
    const drift_comparison_config *policy = drift_comparison_policy(comparison);
    drift__html_raw(html, "<ul class=\"meta\">");
    meta_side(html, "reference", policy->reference_source,
              drift_comparison_rows_reference(comparison));
    meta_side(html, "current", policy->current_source, drift_comparison_rows_current(comparison));
    drift__html_raw(html, "<li><span class=\"dim\">false alarms at most</span> <b>");
    drift__html_share(html, policy->alpha);
    drift__html_raw(
        html, "</b> <span class=\"dim\">over all columns</span><li><span class=\"dim\">smallest "
              "change that matters</span> <b>PSI ");
    drift__html_number(html, policy->min_effect, 3);
    drift__html_raw(html, "</b></ul>");
}

static void missing_cell(drift__html *html, const drift_column_result *c)
{
    if (!c->missing_reference && !c->missing_current) {
        drift__html_raw(html, "0");
        return;
    }
    if (!c->rows_reference || !c->rows_current)
        return;
    double before = (double)c->missing_reference / (double)c->rows_reference;
    double after = (double)c->missing_current / (double)c->rows_current;
    drift__html_share(html, before);
    if (before == after)
        return;
    drift__html_raw(html, " \xe2\x86\x92 ");
    drift__html_share(html, after);
}

static void table_row(drift__html *html, const drift_column_result *c, size_t id)
{
    drift__html_raw(html, "<tr><th scope=\"row\">");
    if (c->verdict != DRIFT_VERDICT_SKIPPED)
        drift__html_format(html, "<a href=\"#c%zu\">", id);
    drift__html_name(html, c->name);
    drift__html_raw(html, c->verdict != DRIFT_VERDICT_SKIPPED ? "</a><td>" : "<td>");
    drift__html_badge(html, c->verdict);
    drift__html_raw(html, "<td>");
    drift__html_sparkline(html, c);
    drift__html_raw(html, "<td class=\"n\">");
    if (c->has_effect)
        drift__html_effect(html, c->effect);
    drift__html_raw(html, "<td class=\"n\">");
    if (c->has_p_value)
        drift__html_p(html, c->adjusted_p_value);
    drift__html_raw(html, "<td class=\"n w\">");
    missing_cell(html, c);
}

static void tested_table(drift__html *html, const column_pointer *sorted, size_t n)
{
    if (!n)
        return;
    drift__html_raw(
        html,
        "<h2>Columns</h2><p class=\"dim\"><small><span class=\"key a\"></span>reference &nbsp; "
        "<span class=\"key b\"></span>current; effect = PSI without what chance adds; "
        "p = adjusted for all columns</small></p><table><thead><tr><th scope=\"col\">column<th "
        "scope=\"col\">verdict<th scope=\"col\">shape<th scope=\"col\" class=\"n\">effect"
        "<th scope=\"col\" class=\"n\">p<th scope=\"col\" class=\"n w\">missing<tbody>");
    for (size_t i = 0; i < n; i++)
        table_row(html, sorted[i], i);
    drift__html_raw(html, "</table>");
}

static void findings(drift__html *html, const drift_comparison *comparison)
{
    size_t n = drift_comparison_findings(comparison);
    if (!n)
        return;
    drift__html_raw(html, "<h2>Findings</h2><ul class=\"f\">");
    for (size_t i = 0; i < n; i++) {
        const drift_finding *finding = drift_comparison_finding(comparison, i);
        drift__html_raw(html, "<li>");
        drift__html_badge(html, finding->verdict);
        drift__html_raw(html, " ");
        drift__html_word(html, finding->message);
    }
    drift__html_raw(html, "</ul>");
}

static void skipped(drift__html *html, const drift_comparison *comparison)
{
    int any = 0;
    for (size_t i = 0; i < drift_comparison_columns(comparison); i++) {
        const drift_column_result *c = drift_comparison_column(comparison, i);
        if (c->verdict != DRIFT_VERDICT_SKIPPED)
            continue;
        drift__html_raw(html, any++ ? "<li><b>" : "<h2>Not tested</h2><ul class=\"f\"><li><b>");
        drift__html_text(html, c->name, strlen(c->name), 60);
        drift__html_raw(html, "</b> <span class=\"dim\">");
        drift__html_word(html, c->n_notes ? c->notes[0] : "");
        drift__html_raw(html, "</span>");
    }
    if (any)
        drift__html_raw(html, "</ul>");
}

static void embed_json(drift__html *html, const drift_comparison *comparison)
{
    drift__html_raw(html, "<script type=\"application/json\" id=\"drift-comparison\">");
    if (!html->status)
        html->status = drift_comparison_render_json(comparison, html->buffer);
    drift__html_raw(html, "</script>");
}

static void page(drift__html *html, const drift_comparison *comparison,
                 const column_pointer *sorted, size_t tested)
{
    drift_verdict verdict = drift_comparison_verdict(comparison);
    size_t changed = count_verdict(sorted, tested, DRIFT_VERDICT_DRIFT);
    drift__html_raw(
        html, "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta "
              "http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
              "'unsafe-inline'; img-src data:\"><meta name=\"viewport\" "
              "content=\"width=device-width,initial-scale=1\">"
              "<link rel=\"icon\" href=\"data:,\"><title>");
    title(html, verdict, changed, tested);
    drift__html_raw(html, "</title><style>");
    drift__html_raw(html, drift__html_style);
    drift__html_format(html, "</style></head><body><main><header class=\"hero %s\"><h1>",
                       drift_verdict_name(verdict));
    title(html, verdict, changed, tested);
    drift__html_raw(html, "</h1>");
    advice(html, verdict, sorted, tested);
    meta(html, comparison);
    drift__html_raw(html, "</header>");
    findings(html, comparison);
    drift__html_chunks(html, comparison, sorted, tested);
    tested_table(html, sorted, tested);
    drift__html_raw(html, tested ? "<h2>Every column in detail</h2>" : "");
    for (size_t i = 0; i < tested; i++)
        drift__html_detail(html, sorted[i], i);
    skipped(html, comparison);
    drift__html_format(
        html, "<footer>libdrift %s. The whole result as JSON is inside this file.</footer>",
        drift_version());
    drift__html_raw(html, "</main>");
    embed_json(html, comparison);
    drift__html_raw(html, "</body></html>\n");
}

drift_status drift_comparison_render_html(const drift_comparison *comparison,
                                          drift_buffer *out_text)
{
    if (!comparison || !out_text)
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift_allocator memory = drift__allocator(drift_comparison_policy(comparison)->allocator);
    size_t n = drift_comparison_columns(comparison), tested = 0;
    size_t begin = drift_buffer_size(out_text);
    column_pointer *sorted = drift__allocate(&memory, n, sizeof *sorted);
    if (!sorted)
        return DRIFT_ERR_OUT_OF_MEMORY;
    for (size_t i = 0; i < n; i++) {
        column_pointer c = drift_comparison_column(comparison, i);
        if (c->verdict != DRIFT_VERDICT_SKIPPED)
            sorted[tested++] = c;
    }
    if (tested)
        qsort(sorted, tested, sizeof *sorted, worst_first);
    drift__html html = {out_text, DRIFT_OK};
    page(&html, comparison, sorted, tested);
    drift__release(&memory, sorted);
    if (html.status)
        drift__buffer_truncate(out_text, begin);
    return html.status;
}
