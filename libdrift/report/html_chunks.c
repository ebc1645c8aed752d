/* SPDX-License-Identifier: Apache-2.0
 *
 * html_chunks.c: one strip a column over the parts of the current data: the
 * height is the effect, the line the smallest that matters, the form and the
 * colour the verdict.
 */
#include <math.h>
#include <string.h>

#include "report/html_parts.h"

enum { WIDTH = 720, HEIGHT = 44 };

static const drift_chunk_column *find(const drift_chunk *chunk, uint32_t column)
{
    for (size_t i = 0; i < chunk->n_columns; i++)
        if (chunk->columns[i].column == column)
            return &chunk->columns[i];
    return NULL;
}

static double tallest(const drift_comparison *comparison, uint32_t column, double threshold)
{
    double top = 2 * threshold;
    for (size_t i = 0; i < drift_comparison_chunks(comparison); i++) {
        const drift_chunk_column *c = find(drift_comparison_chunk(comparison, i), column);
        if (c && c->has_effect && c->effect > top)
            top = c->effect;
    }
    return top > 0 ? top : 1;
}

static void bar_title(drift__html *html, const drift_chunk *chunk, const drift_chunk_column *c)
{
    drift__html_raw(html, "<title>");
    if (chunk->label)
        drift__html_word(html, chunk->label);
    drift__html_raw(html, chunk->label ? ", rows " : "rows ");
    drift__html_count(html, chunk->first_row);
    drift__html_raw(html, " to ");
    drift__html_count(html, chunk->last_row);
    drift__html_format(html, ": %s, effect ", drift_verdict_name((drift_verdict)c->verdict));
    drift__html_effect(html, c->effect);
    drift__html_raw(html, "</title>");
}

static void bar(drift__html *html, const drift_chunk *chunk, const drift_chunk_column *c, double x,
                double width, double top)
{
    double height = c->has_effect ? fmax(1.5, c->effect / top * (HEIGHT - 4)) : 1.5;
    drift__html_format(html, "<path class=\"k %s\" d=\"M",
                       drift_verdict_name((drift_verdict)c->verdict));
    drift__html_coordinate(html, x);
    drift__html_format(html, " %dv", HEIGHT);
    drift__html_coordinate(html, -height);
    drift__html_raw(html, "h");
    drift__html_coordinate(html, width);
    drift__html_format(html, "V%dz\">", HEIGHT);
    bar_title(html, chunk, c);
    drift__html_raw(html, "</path>");
}

static void strip(drift__html *html, const drift_comparison *comparison, uint32_t column,
                  double threshold)
{
    size_t n = drift_comparison_chunks(comparison);
    double top = tallest(comparison, column, threshold), step = (double)WIDTH / (double)n;
    double gap = step > 4 ? 1.5 : 0, at = HEIGHT - threshold / top * (HEIGHT - 4);
    drift__html_format(html,
                       "<svg class=\"st\" viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\" "
                       "role=\"img\"><title>Effect in %zu parts</title>",
                       WIDTH, HEIGHT, n);
    for (size_t i = 0; i < n; i++) {
        const drift_chunk *chunk = drift_comparison_chunk(comparison, i);
        const drift_chunk_column *c = find(chunk, column);
        if (c)
            bar(html, chunk, c, step * (double)i, step - gap, top);
    }
    drift__html_raw(html, "<path class=\"th\" d=\"M0 ");
    drift__html_coordinate(html, at);
    drift__html_format(html, "H%d\"/></svg>", WIDTH);
}

static uint32_t index_of(const drift_comparison *comparison, const drift_column_result *column)
{
    for (size_t i = 0; i < drift_comparison_columns(comparison); i++)
        if (drift_comparison_column(comparison, i) == column)
            return (uint32_t)i;
    return 0;
}

static void found_in(drift__html *html, const drift_comparison *comparison, uint32_t column)
{
    size_t n = drift_comparison_chunks(comparison), found = 0;
    const drift_chunk *first = NULL;
    for (size_t i = 0; i < n; i++) {
        const drift_chunk *chunk = drift_comparison_chunk(comparison, i);
        const drift_chunk_column *c = find(chunk, column);
        if (!c || c->verdict != DRIFT_VERDICT_DRIFT)
            continue;
        first = first ? first : chunk;
        found++;
    }
    if (!found) {
        drift__html_raw(html, "\xe2\x80\x93");
        return;
    }
    drift__html_format(html, "%zu of %zu, first ", found, n);
    if (first->label) {
        drift__html_word(html, first->label);
        return;
    }
    drift__html_raw(html, "row ");
    drift__html_count(html, first->first_row);
}

void drift__html_chunks(drift__html *html, const drift_comparison *comparison,
                        const drift_column_result *const *columns, size_t n)
{
    size_t chunks = drift_comparison_chunks(comparison);
    if (!chunks || !n)
        return;
    const drift_chunk *first = drift_comparison_chunk(comparison, 0);
    const drift_chunk *last = drift_comparison_chunk(comparison, chunks - 1);
    drift__html_raw(html, "<h2>Over time</h2><p class=\"dim\"><small>");
    drift__html_format(html, "%zu parts of the current data, ", chunks);
    if (first->label) {
        drift__html_word(html, first->label);
        drift__html_raw(html, " to ");
        drift__html_word(html, last->label ? last->label : "");
    } else {
        drift__html_raw(html, "rows 1 to ");
        drift__html_count(html, last->last_row);
    }
    drift__html_raw(html,
                    "; height: effect; dashed: the smallest that matters; filled: "
                    "evidence of a change, over all columns and parts together</small></p><table>"
                    "<thead><tr><th scope=\"col\">column<th scope=\"col\" class=\"wide\">effect by "
                    "part<th scope=\"col\" class=\"n\">drift in<tbody>");
    for (size_t i = 0; i < n; i++) {
        uint32_t column = index_of(comparison, columns[i]);
        drift__html_raw(html, "<tr><th scope=\"row\">");
        drift__html_name(html, columns[i]->name);
        drift__html_raw(html, "<td class=\"wide\">");
        strip(html, comparison, column, columns[i]->min_effect);
        drift__html_raw(html, "<td class=\"n\">");
        found_in(html, comparison, column);
    }
    drift__html_raw(html, "</table>");
}
