/* SPDX-License-Identifier: Apache-2.0
 *
 * alert.c: one alert as one `drift.alert/1` line.
 */
#include <drift/monitor.h>

#include "core/buffer.h"
#include "core/json_writer.h"

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
    drift__json_optional(&w, "evidence", 1, alert->evidence);
    drift__json_optional(&w, "alpha", 1, alert->alpha);
    drift__json_count_field(&w, "change_row", alert->change_row);
    drift__json_count_field(&w, "window", alert->window);
    drift__json_key(&w, "effect");
    drift__json_open(&w, '{');
    drift__json_optional(&w, "psi", alert->has_psi, alert->psi);
    drift__json_optional(&w, "ks", alert->has_ks, alert->ks);
    drift__json_close(&w, '}');
    drift__json_word(&w, "message", alert->message);
    drift__json_close(&w, '}');
    drift__json_literal(&w, "\n");
    if (w.status)
        drift__buffer_truncate(out_text, begin);
    return w.status;
}
