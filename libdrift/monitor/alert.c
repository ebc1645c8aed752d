/* SPDX-License-Identifier: Apache-2.0
 *
 * alert.c: one alert as one `drift.alert/1` line.
 */
#include <drift/monitor.h>
#include <math.h>
#include <string.h>

#include "core/buffer.h"
#include "core/json_writer.h"

static void write_effect(drift__json_writer *w, const drift_alert_column *column)
{
    drift__json_key(w, "effect");
    drift__json_open(w, '{');
    drift__json_optional(w, "psi", column->has_psi, column->psi);
    drift__json_optional(w, "ks", column->has_ks, column->ks);
    drift__json_close(w, '}');
}

static void write_text(drift__json_writer *w, const char *name, const char *text)
{
    if (text) {
        drift__json_word(w, name, text);
        return;
    }
    drift__json_key(w, name);
    drift__json_null(w);
}

static void write_detail(drift__json_writer *w, const drift_alert_column *column)
{
    drift__json_open(w, '{');
    drift__json_word(w, "column", column->column);
    drift__json_word(w, "kind", drift_alert_kind_name((drift_alert_kind)column->kind));
    drift__json_word(w, "severity", drift_severity_name((drift_severity)column->severity));
    write_text(w, "detector", column->detector);
    write_text(w, "finding", column->finding);
    drift__json_count_field(w, "row", column->row);
    drift__json_count_field(w, "change_row", column->change_row);
    drift__json_count_field(w, "window", column->window);
    drift__json_optional(w, "evidence", !isnan(column->evidence), column->evidence);
    drift__json_optional(w, "alpha", !isnan(column->alpha), column->alpha);
    write_effect(w, column);
    drift__json_close(w, '}');
}

static void write_incident(drift__json_writer *w, const drift_alert *alert)
{
    write_text(w, "detector", alert->detector);
    drift__json_count_field(w, "incident", alert->incident);
    drift__json_count_field(w, "epoch", alert->epoch);
    if (alert->phase != DRIFT_ALERT_OPENED) {
        drift__json_key(w, drift_alert_phase_name((drift_alert_phase)alert->phase));
        drift__json_literal(w, "true");
    }
    drift__json_key(w, "columns");
    drift__json_open(w, '[');
    for (size_t i = 0; i < alert->n_columns; i++)
        drift__json_text(w, alert->columns[i]->column, strlen(alert->columns[i]->column));
    drift__json_close(w, ']');
    drift__json_key(w, "details");
    drift__json_open(w, '[');
    for (size_t i = 0; i < alert->n_columns; i++)
        write_detail(w, alert->columns[i]);
    drift__json_close(w, ']');
    write_text(w, "retraining", alert->retraining);
}

drift_status drift_alert_render_json(const drift_alert *alert, drift_buffer *out_text)
{
    if (!alert || !out_text)
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift__json_writer w = {out_text, DRIFT_OK, 0};
    size_t begin = drift_buffer_size(out_text);
    drift__json_open(&w, '{');
    drift__json_word(&w, "format", "drift.alert/1");
    drift__json_count_field(&w, "row", alert->row);
    drift__json_key(&w, "time");
    drift__json_null(&w);
    drift__json_word(&w, "column", alert->column);
    drift__json_word(&w, "kind", drift_alert_kind_name((drift_alert_kind)alert->kind));
    drift__json_word(&w, "severity", drift_severity_name((drift_severity)alert->severity));
    drift__json_optional(&w, "evidence", !isnan(alert->evidence), alert->evidence);
    drift__json_optional(&w, "alpha", !isnan(alert->alpha), alert->alpha);
    drift__json_count_field(&w, "change_row", alert->change_row);
    drift__json_count_field(&w, "window", alert->window);
    write_effect(&w, &(drift_alert_column){.psi = alert->psi,
                                           .ks = alert->ks,
                                           .has_psi = alert->has_psi,
                                           .has_ks = alert->has_ks});
    write_incident(&w, alert);
    drift__json_word(&w, "message", alert->message);
    drift__json_close(&w, '}');
    drift__json_literal(&w, "\n");
    if (w.status)
        drift__buffer_truncate(out_text, begin);
    return w.status;
}
