/* SPDX-License-Identifier: Apache-2.0
 *
 * alert.c: one alert as one `drift.alert/1` line.
 */
#include <drift/report.h>
#include <string.h>

#include "core/buffer.h"
#include "report/report_parts.h"

static void word(drift__json_writer *w, const char *name, const char *text)
{
    drift__json_key(w, name);
    drift__json_text(w, text, strlen(text));
}

static void count(drift__json_writer *w, const char *name, uint64_t value)
{
    drift__json_key(w, name);
    drift__json_count(w, value);
}

static void optional(drift__json_writer *w, const char *name, uint32_t exists, double value)
{
    drift__json_key(w, name);
    if (exists)
        drift__json_number(w, value);
    else
        drift__json_null(w);
}

drift_status drift_alert_render_json(const drift_alert *alert, drift_buffer *out_text)
{
    if (!alert || !out_text)
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift__json_writer w = {out_text, DRIFT_OK, 0};
    size_t begin = drift_buffer_size(out_text);
    drift__json_open(&w, '{');
    word(&w, "format", "drift.alert/1");
    count(&w, "row", alert->row);
    drift__json_key(&w, "time");
    drift__json_null(&w);
    word(&w, "column", alert->column);
    word(&w, "kind", drift_alert_kind_name((drift_alert_kind)alert->kind));
    word(&w, "severity", drift_severity_name((drift_severity)alert->severity));
    optional(&w, "evidence", 1, alert->evidence);
    optional(&w, "alpha", 1, alert->alpha);
    count(&w, "change_row", alert->change_row);
    count(&w, "window", alert->window);
    drift__json_key(&w, "effect");
    drift__json_open(&w, '{');
    optional(&w, "psi", alert->has_psi, alert->psi);
    optional(&w, "ks", alert->has_ks, alert->ks);
    drift__json_close(&w, '}');
    word(&w, "message", alert->message);
    drift__json_close(&w, '}');
    drift__json_literal(&w, "\n");
    if (w.status)
        drift__buffer_truncate(out_text, begin);
    return w.status;
}
