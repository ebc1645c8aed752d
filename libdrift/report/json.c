/* SPDX-License-Identifier: Apache-2.0
 *
 * json.c: a comparison as one `drift.comparison/1` document.
 */
#include <drift/report.h>
#include <string.h>

#include "core/buffer.h"
#include "core/json.h"
#include "core/json_writer.h"

enum { TOP_VALUES = 20 };
static const char *const RANK_NAMES[5] = {"0.01", "0.25", "0.5", "0.75", "0.99"};

static void key(drift__json_writer *w, const char *name)
{
    drift__json_key(w, name);
}

static void statistic(drift__json_writer *w, const char *name, const drift_statistic *s,
                      int with_interval, const char *extra)
{
    key(w, name);
    drift__json_open(w, '{');
    drift__json_optional(w, "value", s->has_value, s->value);
    if (extra)
        drift__json_optional(w, extra, s->has_extra, s->extra);
    if (with_interval) {
        drift__json_optional(w, "low", s->has_interval, s->low);
        drift__json_optional(w, "high", s->has_interval, s->high);
    }
    drift__json_close(w, '}');
}

static void tested_statistic(drift__json_writer *w, const char *name, const drift_statistic *s,
                             int with_interval, const char *extra)
{
    key(w, name);
    drift__json_open(w, '{');
    drift__json_optional(w, "value", s->has_value, s->value);
    if (with_interval) {
        drift__json_optional(w, "low", s->has_interval, s->low);
        drift__json_optional(w, "high", s->has_interval, s->high);
    }
    drift__json_optional(w, "p_value", s->has_p_value, s->p_value);
    if (extra)
        drift__json_optional(w, extra, s->has_extra, s->extra);
    drift__json_close(w, '}');
}

static void statistics(drift__json_writer *w, const drift_column_result *c)
{
    key(w, "statistics");
    if (!c->has_statistics) {
        drift__json_null(w);
        return;
    }
    drift__json_open(w, '{');
    statistic(w, "psi", &c->psi, 1, "debiased");
    statistic(w, "kl", &c->kl, 1, NULL);
    statistic(w, "js", &c->js, 1, NULL);
    statistic(w, "js_distance", &c->js_distance, 0, NULL);
    statistic(w, "hellinger", &c->hellinger, 1, NULL);
    statistic(w, "tv", &c->total_variation, 1, NULL);
    tested_statistic(w, "chi_square", &c->chi_square, 0, "df");
    tested_statistic(w, "ks", &c->ks, 1, NULL);
    statistic(w, "wasserstein", &c->wasserstein, 1, "normalised");
    drift__json_close(w, '}');
}

static void summary(drift__json_writer *w, const char *name, const drift_summary *s)
{
    key(w, name);
    if (!s->has_range) {
        drift__json_null(w);
        return;
    }
    drift__json_open(w, '{');
    drift__json_optional(w, "mean", 1, s->mean);
    drift__json_optional(w, "std", 1, s->std);
    drift__json_optional(w, "min", 1, s->min);
    drift__json_optional(w, "max", 1, s->max);
    key(w, "quantiles");
    drift__json_open(w, '{');
    for (int i = 0; i < 5; i++)
        drift__json_optional(w, RANK_NAMES[i], (int)s->has_quantiles, s->quantiles[i]);
    drift__json_close(w, '}');
    drift__json_close(w, '}');
}

static void summaries(drift__json_writer *w, const drift_column_result *c)
{
    key(w, "summary");
    if (!c->reference.has_range && !c->current.has_range) {
        drift__json_null(w);
        return;
    }
    drift__json_open(w, '{');
    summary(w, "reference", &c->reference);
    summary(w, "current", &c->current);
    drift__json_close(w, '}');
}

static void top_values(drift__json_writer *w, const drift_column_result *c)
{
    key(w, "top_values");
    if (!c->names) {
        drift__json_null(w);
        return;
    }
    drift__json_open(w, '[');
    size_t shown = 0;
    for (size_t i = 0; i < c->n_names && shown < TOP_VALUES; i++) {
        const drift_name_count *name = &c->names[i];
        if (name->hidden)
            continue;
        shown++;
        drift__json_open(w, '{');
        key(w, "value");
        drift__json_text(w, name->name, name->length);
        drift__json_count_field(w, "reference", name->reference);
        drift__json_count_field(w, "current", name->current);
        key(w, "unseen");
        drift__json_literal(w, name->unseen ? "true" : "false");
        drift__json_close(w, '}');
    }
    drift__json_close(w, ']');
}

static void pair(drift__json_writer *w, const char *name, uint64_t reference, uint64_t current)
{
    key(w, name);
    drift__json_open(w, '{');
    drift__json_count_field(w, "reference", reference);
    drift__json_count_field(w, "current", current);
    drift__json_close(w, '}');
}

static void why(drift__json_writer *w, const drift_column_result *c)
{
    key(w, "why");
    drift__json_open(w, '[');
    for (size_t i = 0; i < c->n_contributions; i++) {
        const drift_contribution *part = &c->contributions[i];
        drift__json_open(w, '{');
        if (c->names && part->name) {
            key(w, "value");
            drift__json_text(w, part->name, part->name_length);
        } else if (c->names) {
            drift__json_word(w, "others", "rarer values");
        } else {
            drift__json_optional(w, "from", 1, part->lower);
            drift__json_optional(w, "to", 1, part->upper);
        }
        drift__json_count_field(w, "reference", part->reference);
        drift__json_count_field(w, "current", part->current);
        drift__json_optional(w, "part", 1, part->part);
        drift__json_word(w, "direction",
                         part->current_share > part->reference_share ? "more" : "fewer");
        drift__json_close(w, '}');
    }
    drift__json_close(w, ']');
}

static void more_rows(drift__json_writer *w, const drift_column_result *c)
{
    key(w, "more_rows");
    if (!c->has_more_rows) {
        drift__json_null(w);
        return;
    }
    drift__json_open(w, '{');
    drift__json_count_field(w, "reference", c->more_rows_reference);
    drift__json_count_field(w, "current", c->more_rows_current);
    drift__json_close(w, '}');
}

static void column(drift__json_writer *w, const drift_column_result *c, double min_effect)
{
    drift__json_open(w, '{');
    drift__json_word(w, "name", c->name);
    drift__json_word(w, "role", drift_role_name((drift_role)c->role));
    drift__json_word(w, "type", drift_type_name((drift_type)c->type));
    drift__json_word(w, "verdict", drift_verdict_name((drift_verdict)c->verdict));
    drift__json_word(w, "rule", c->rule ? c->rule : "");
    pair(w, "rows", c->rows_reference, c->rows_current);
    pair(w, "missing", c->missing_reference, c->missing_current);
    pair(w, "invalid", c->invalid_reference, c->invalid_current);
    pair(w, "infinite", c->infinite_reference, c->infinite_current);
    drift__json_optional(w, "p_value", (int)c->has_p_value, c->p_value);
    drift__json_optional(w, "adjusted_p_value", (int)c->has_p_value, c->adjusted_p_value);
    drift__json_optional(w, "effect", (int)c->has_effect, c->effect);
    drift__json_count_field(w, "test_cells", c->n_test_cells);
    if (c->own_alpha)
        drift__json_optional(w, "alpha", 1, c->alpha);
    if (c->min_effect != min_effect)
        drift__json_optional(w, "min_effect", 1, c->min_effect);
    drift__json_optional(w, "design_effect", c->design_effect > 0, c->design_effect);
    drift__json_optional(w, "neighbour_agreement", c->neighbour_agreement > 0,
                         c->neighbour_agreement);
    more_rows(w, c);
    why(w, c);
    statistics(w, c);
    summaries(w, c);
    top_values(w, c);
    key(w, "notes");
    drift__json_open(w, '[');
    for (uint32_t i = 0; i < c->n_notes; i++)
        drift__json_text(w, c->notes[i], strlen(c->notes[i]));
    drift__json_close(w, ']');
    drift__json_close(w, '}');
}

static void side(drift__json_writer *w, const char *name, const char *source, uint64_t rows)
{
    key(w, name);
    drift__json_open(w, '{');
    drift__json_word(w, "source", source);
    drift__json_count_field(w, "rows", rows);
    drift__json_close(w, '}');
}

static void policy(drift__json_writer *w, const drift_comparison_config *config)
{
    static const char *const corrections[] = {"holm", "bonferroni", "bh", "by", "none"};
    key(w, "policy");
    drift__json_open(w, '{');
    drift__json_word(w, "preset", drift_preset_name((drift_preset)config->preset));
    drift__json_optional(w, "alpha", 1, config->alpha);
    drift__json_word(w, "correction", corrections[config->correction]);
    drift__json_optional(w, "min_effect", 1, config->min_effect);
    drift__json_close(w, '}');
}

static void findings(drift__json_writer *w, const drift_comparison *comparison)
{
    key(w, "findings");
    drift__json_open(w, '[');
    for (size_t i = 0; i < drift_comparison_findings(comparison); i++) {
        const drift_finding *finding = drift_comparison_finding(comparison, i);
        drift__json_open(w, '{');
        drift__json_word(w, "kind", drift_finding_kind_name((drift_finding_kind)finding->kind));
        drift__json_word(w, "column", finding->column);
        drift__json_word(w, "verdict", drift_verdict_name((drift_verdict)finding->verdict));
        drift__json_word(w, "message", finding->message);
        drift__json_close(w, '}');
    }
    drift__json_close(w, ']');
}

static void chunk_fields(drift__json_writer *w, const drift_comparison *comparison,
                         const drift_chunk *chunk)
{
    drift__json_open(w, '{');
    key(w, "rows");
    drift__json_open(w, '[');
    drift__json_count(w, chunk->first_row);
    drift__json_count(w, chunk->last_row);
    drift__json_close(w, ']');
    if (chunk->label)
        drift__json_word(w, "period", chunk->label);
    drift__json_word(w, "verdict", drift_verdict_name((drift_verdict)chunk->verdict));
    key(w, "columns");
    drift__json_open(w, '[');
    for (size_t i = 0; i < chunk->n_columns; i++) {
        const drift_chunk_column *c = &chunk->columns[i];
        drift__json_open(w, '{');
        drift__json_word(w, "name", drift_comparison_column(comparison, c->column)->name);
        drift__json_word(w, "verdict", drift_verdict_name((drift_verdict)c->verdict));
        drift__json_optional(w, "p_value", (int)c->has_p_value, c->p_value);
        drift__json_optional(w, "adjusted_p_value", (int)c->has_p_value, c->adjusted_p_value);
        drift__json_optional(w, "effect", (int)c->has_effect, c->effect);
        drift__json_optional(w, "distance", c->distance >= 0, c->distance);
        drift__json_count_field(w, "valid", c->valid);
        drift__json_count_field(w, "missing", c->missing);
        drift__json_close(w, '}');
    }
    drift__json_close(w, ']');
    drift__json_close(w, '}');
}

static void document(drift__json_writer *w, const drift_comparison *comparison)
{
    const drift_comparison_config *config = drift_comparison_policy(comparison);
    drift__json_open(w, '{');
    drift__json_word(w, "format", "drift.comparison/1");
    drift__json_word(w, "version", drift_version());
    drift__json_word(w, "verdict", drift_verdict_name(drift_comparison_verdict(comparison)));
    key(w, "drifted");
    drift__json_open(w, '[');
    for (size_t i = 0; i < drift_comparison_columns(comparison); i++) {
        const drift_column_result *c = drift_comparison_column(comparison, i);
        if (c->verdict == DRIFT_VERDICT_DRIFT)
            drift__json_text(w, c->name, strlen(c->name));
    }
    drift__json_close(w, ']');
    drift__json_count_field(w, "tested", drift_comparison_tested(comparison));
    side(w, "reference", config->reference_source, drift_comparison_rows_reference(comparison));
    side(w, "current", config->current_source, drift_comparison_rows_current(comparison));
    policy(w, config);
    key(w, "columns");
    drift__json_open(w, '[');
    for (size_t i = 0; i < drift_comparison_columns(comparison); i++)
        column(w, drift_comparison_column(comparison, i),
               drift_comparison_policy(comparison)->min_effect);
    drift__json_close(w, ']');
    findings(w, comparison);
    size_t chunks = drift_comparison_chunks(comparison);
    if (chunks) {
        key(w, "chunks");
        drift__json_open(w, '[');
        for (size_t i = 0; i < chunks; i++)
            chunk_fields(w, comparison, drift_comparison_chunk(comparison, i));
        drift__json_close(w, ']');
    }
    drift__json_close(w, '}');
}

drift_status drift_comparison_render_json(const drift_comparison *comparison,
                                          drift_buffer *out_text)
{
    if (!comparison || !out_text)
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift__json_writer writer = {out_text, DRIFT_OK, 0};
    size_t begin = drift_buffer_size(out_text);
    document(&writer, comparison);
    drift__json_literal(&writer, "\n");
    if (writer.status)
        drift__buffer_truncate(out_text, begin);
    return writer.status;
}
