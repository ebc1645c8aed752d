/* SPDX-License-Identifier: Apache-2.0
 *
 * html_detail.c: everything about one column, behind its <details>.
 */
#include <string.h>

#include "report/html_parts.h"

static const char *const RANK_LABELS[5] = {"1\xe2\x80\xaf%", "25\xe2\x80\xaf%", "median",
                                           "75\xe2\x80\xaf%", "99\xe2\x80\xaf%"};

static void head(drift__html *html, const char *first)
{
    drift__html_format(html,
                       "<table><thead><tr><th scope=\"col\">%s<th scope=\"col\">reference"
                       "<th scope=\"col\">current<tbody>",
                       first);
}

static void value_row(drift__html *html, const char *label, const drift_column_result *c,
                      double reference, double current)
{
    drift__html_format(html, "<tr><th scope=\"row\">%s<td>", label);
    if (c->reference.has_range)
        drift__html_number(html, reference, 5);
    drift__html_raw(html, "<td>");
    if (c->current.has_range)
        drift__html_number(html, current, 5);
}

static void summary_table(drift__html *html, const drift_column_result *c)
{
    const drift_summary *r = &c->reference, *n = &c->current;
    if (!r->has_range && !n->has_range)
        return;
    drift__html_raw(html, "<h3>Quantiles</h3>");
    head(html, "");
    value_row(html, "minimum", c, r->min, n->min);
    for (int i = 0; i < 5; i++)
        value_row(html, RANK_LABELS[i], c, r->quantiles[i], n->quantiles[i]);
    value_row(html, "maximum", c, r->max, n->max);
    value_row(html, "mean", c, r->mean, n->mean);
    value_row(html, "std", c, r->std, n->std);
    drift__html_raw(html, "</table>");
}

static void count_row(drift__html *html, const char *label, uint64_t reference, uint64_t current)
{
    drift__html_format(html, "<tr><th scope=\"row\">%s<td>", label);
    drift__html_count(html, reference);
    drift__html_raw(html, "<td>");
    drift__html_count(html, current);
}

static void count_table(drift__html *html, const drift_column_result *c)
{
    uint64_t unseen = 0;
    for (size_t k = 0; k < c->n_names; k++)
        unseen += c->names[k].unseen ? c->names[k].current : 0;
    drift__html_raw(html, "<h3>Rows</h3>");
    head(html, "");
    count_row(html, "rows", c->rows_reference, c->rows_current);
    count_row(html, "missing", c->missing_reference, c->missing_current);
    if (c->infinite_reference || c->infinite_current)
        count_row(html, "infinite", c->infinite_reference, c->infinite_current);
    if (c->invalid_reference || c->invalid_current)
        count_row(html, "not of this type", c->invalid_reference, c->invalid_current);
    if (unseen)
        count_row(html, "of unseen categories", 0, unseen);
    drift__html_raw(html, "</table>");
}

static void statistic_row(drift__html *html, const char *label, const drift_statistic *s)
{
    if (!s->has_value)
        return;
    drift__html_format(html, "<tr><th scope=\"row\">%s<td>", label);
    drift__html_number(html, s->value, 3);
    drift__html_raw(html, "<td>");
    if (s->has_interval) {
        drift__html_number(html, s->low, 3);
        drift__html_raw(html, " to ");
        drift__html_number(html, s->high, 3);
    }
    drift__html_raw(html, "<td>");
    if (s->has_p_value)
        drift__html_p(html, s->p_value);
}

static void statistics_table(drift__html *html, const drift_column_result *c)
{
    if (!c->has_statistics)
        return;
    drift__html_raw(html,
                    "<h3>Statistics</h3><table><thead><tr><th scope=\"col\"><th scope=\"col\">"
                    "value<th scope=\"col\">interval<th scope=\"col\">p<tbody>");
    statistic_row(html, "PSI", &c->psi);
    if (c->psi.has_extra) {
        drift__html_raw(html, "<tr><th scope=\"row\">PSI, debiased<td>");
        drift__html_number(html, c->psi.extra, 3);
        drift__html_raw(html, "<td><td>");
    }
    statistic_row(html, "Kullback\xe2\x80\x93Leibler", &c->kl);
    statistic_row(html, "Jensen\xe2\x80\x93Shannon", &c->js);
    statistic_row(html, "Hellinger", &c->hellinger);
    statistic_row(html, "total variation", &c->total_variation);
    statistic_row(html, "chi-square", &c->chi_square);
    statistic_row(html, "KS", &c->ks);
    statistic_row(html, "Wasserstein", &c->wasserstein);
    drift__html_raw(html, "</table>");
}

void drift__html_detail(drift__html *html, const drift_column_result *column, size_t id)
{
    drift__html_raw(html, "<details><summary><b>");
    drift__html_text(html, column->name, strlen(column->name), 80);
    drift__html_raw(html, "</b>");
    drift__html_badge(html, column->verdict);
    drift__html_format(
        html, "<span class=\"dim w\">%s, %s</span></summary><div class=\"in\" id=\"c%zu\">",
        drift_type_name((drift_type)column->type), drift_role_name((drift_role)column->role), id);
    drift__html_raw(html, "<p class=\"rule\">");
    drift__html_word(html, column->rule ? column->rule : "");
    if (column->why) {
        drift__html_raw(html, "<br><b>Why:</b> ");
        drift__html_word(html, column->why);
        drift__html_raw(html, ".");
    }
    drift__html_raw(html, "</p><div class=\"two\"><div>");
    drift__html_distribution(html, column);
    drift__html_raw(html, "</div><div>");
    drift__html_cumulative(html, column);
    if (column->n_names)
        statistics_table(html, column);
    drift__html_raw(html, "</div><div>");
    summary_table(html, column);
    if (column->n_names || !column->reference.has_range)
        count_table(html, column);
    drift__html_raw(html, "</div><div>");
    if (!column->n_names) {
        statistics_table(html, column);
        if (column->reference.has_range)
            count_table(html, column);
    }
    drift__html_raw(html, "</div></div>");
    for (uint32_t i = 0; i < column->n_notes; i++) {
        drift__html_raw(html, "<p class=\"dim\"><small>");
        drift__html_word(html, column->notes[i]);
        drift__html_raw(html, ".</small></p>");
    }
    drift__html_raw(html, "</div></details>");
}
