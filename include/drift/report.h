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
#include <drift/journal.h>
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

/**
 * The metrics of `monitor` as Prometheus reads them (text format 0.0.4, content type
 * "text/plain; version=0.0.4; charset=utf-8"; OpenMetrics collectors read it too), for a scrape or
 * a file: docs/metrics.md lists them. `buffer` gets the text, without a NUL, and `*out_needed` its
 * bytes. Where `size` is too small, DRIFT_ERR_TOO_SMALL: `buffer` (then NULL is fine too) is left as
 * it was and `*out_needed` is told all the same. Later texts are mostly a little longer. A getter of
 * the monitor: no allocation, no system call, its thread rule. O(columns).
 *
 * Label values are the names as they are, escaped. What no scraper would take is replaced so that
 * different names stay different: a byte that is not UTF-8, or is 0, by U+FFFD and two hexadecimal
 * digits, U+FFFD by two of them.
 *
 * At most `most_series` series of the monitor's configuration are written, but always those
 * of the monitor as a whole (the first columns in the order of the reference have their own). What remains
 * is in series without a column and with overflow="true": their alarms together, and
 * how many of them have changed. Scores and missing ratios of the remaining are not written.
 */
DRIFT_API drift_status drift_monitor_render_openmetrics(const drift_monitor *monitor, char *buffer,
                                                        size_t size, size_t *out_needed);

/** One record as one JSON line, `drift.journal/1`, with its line break. */
DRIFT_API drift_status drift_journal_record_render_json(const drift_journal_record *record,
                                                        drift_buffer *out_text);
/** The same for people: number, time, kind, payload; nothing a terminal would obey. */
DRIFT_API drift_status drift_journal_record_render_text(const drift_journal_record *record,
                                                        drift_buffer *out_text);

#ifdef __cplusplus
}
#endif
#endif
