/* SPDX-License-Identifier: Apache-2.0
 *
 * report.h: results for people and programs. Each function appends UTF-8 to a
 * buffer and escapes what it takes from the data for the format it writes.
 *
 * Thread rule: reads the result only; one buffer serves one thread at a time.
 */
#ifndef DRIFT_REPORT_H
#define DRIFT_REPORT_H

#include <drift/base.h>
#include <drift/comparison.h>
#include <drift/monitor.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct drift_text_config {
    uint32_t struct_size;
    uint32_t color; /* 1 = ANSI colours */
    uint32_t width; /* terminal columns; 0 = 100 */
    uint32_t reserved;
} drift_text_config;

#define DRIFT_TEXT_CONFIG_INIT {sizeof(drift_text_config), 0, 0, 0}

/** One JSON document, `drift.comparison/1` (docs/format.md). Ends with a line break. */
DRIFT_API drift_status drift_comparison_render_json(const drift_comparison *comparison,
                                                    drift_buffer *out_text);
/** Aligned table for a terminal, most changed column first. `config` may be NULL. */
DRIFT_API drift_status drift_comparison_render_text(const drift_comparison *comparison,
                                                    const drift_text_config *config,
                                                    drift_buffer *out_text);
/** Self-contained HTML page without script, at most about 8 kB a column. */
DRIFT_API drift_status drift_comparison_render_html(const drift_comparison *comparison,
                                                    drift_buffer *out_text);

/** One alert as one JSON line, `drift.alert/1`, with its line break. */
DRIFT_API drift_status drift_alert_render_json(const drift_alert *alert, drift_buffer *out_text);

#ifdef __cplusplus
}
#endif
#endif
