/* SPDX-License-Identifier: Apache-2.0
 *
 * window.c: a full window becomes a comparison, and its changed columns signals.
 */
#include "monitor/window.h"

#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "core/numbers.h"
#include "monitor/transition.h"

static drift_alert_kind kind_of(const drift_finding *finding)
{
    switch (finding->kind) {
    case DRIFT_FINDING_MISSING_RATE:
        return DRIFT_ALERT_MISSING;
    case DRIFT_FINDING_RANGE:
        return DRIFT_ALERT_RANGE;
    case DRIFT_FINDING_UNSEEN:
        return DRIFT_ALERT_DISTRIBUTION;
    default:
        return DRIFT_ALERT_SCHEMA;
    }
}

/* The strongest finding of the column, the first of equals, about its schema or about its values. */
static const drift_finding *finding_of(const drift_comparison *comparison, const char *column,
                                       int about_schema)
{
    const drift_finding *best = NULL;
    for (size_t i = 0; i < drift_comparison_findings(comparison); i++) {
        const drift_finding *finding = drift_comparison_finding(comparison, i);
        if (!strcmp(finding->column, column) &&
            (kind_of(finding) == DRIFT_ALERT_SCHEMA) == about_schema &&
            (!best || finding->verdict > best->verdict))
            best = finding;
    }
    return best;
}

/* "x: 3 values ..." without the name. */
static const char *text_of(const drift_finding *finding)
{
    size_t length = strlen(finding->column);
    const char *text = finding->message;
    return !strncmp(text, finding->column, length) && !strncmp(text + length, ": ", 2)
               ? text + length + 2
               : text;
}

static int is_large(const drift_monitor *monitor, const drift_column_result *column, size_t index)
{
    return column->has_effect &&
           column->effect >= drift__policy_min_effect(&monitor->policy, index, column->min_effect);
}

static void send(drift_monitor *monitor, const drift__window *window, size_t index,
                 const drift_finding *finding, int large)
{
    const drift_column_result *column = drift_comparison_column(monitor->comparison, index);
    drift__policy_signal(
        monitor, &(drift__signal){.column = index,
                                  .detector = DRIFT__METRICS_WINDOW,
                                  .kind = finding ? kind_of(finding) : DRIFT_ALERT_DISTRIBUTION,
                                  .severity = large ? DRIFT_SEVERITY_ALERT : DRIFT_SEVERITY_WARNING,
                                  .row = window->last_row,
                                  .change_row = window->first_row,
                                  .window = monitor->n_windows,
                                  .evidence = column->has_p_value ? column->adjusted_p_value : 0,
                                  .alpha = column->alpha,
                                  .has_psi = column->has_effect,
                                  .psi = column->effect,
                                  .has_ks = column->ks.has_value,
                                  .ks = column->ks.value,
                                  .text = finding ? text_of(finding) : NULL});
}

/* What the window says of a column: about its values or their missing, then about its schema. */
static void signal_column(drift_monitor *monitor, const drift__window *window, size_t index)
{
    const drift_comparison *comparison = monitor->comparison;
    const drift_column_result *column = drift_comparison_column(comparison, index);
    if (column->verdict != DRIFT_VERDICT_DRIFT && column->verdict != DRIFT_VERDICT_MINOR)
        return;
    const drift_finding *schema = finding_of(comparison, column->name, 1);
    const drift_finding *values = finding_of(comparison, column->name, 0);
    double least = drift__policy_min_effect(&monitor->policy, index, column->min_effect);
    int evident = column->has_p_value && column->adjusted_p_value <= column->alpha;
    int moved = evident && column->psi.has_extra && column->psi.extra >= least;
    /* Where there is evidence the values are its matter, until it has spoken. */
    int is_ours = !monitor->sentry || drift__sentry_has_spoken(monitor->sentry, index);
    if (is_ours &&
        (evident || !schema)) /* a finding beside a changed distribution is a detail of it */
        send(monitor, window, index, moved ? NULL : values,
             column->has_effect ? is_large(monitor, column, index)
                                : column->verdict == DRIFT_VERDICT_DRIFT);
    if (schema)
        send(monitor, window, index, schema, schema->verdict == DRIFT_VERDICT_DRIFT);
}

/* Whether a change goes on: as one comparison at the level of all windows would tell. */
static uint8_t level_of(const drift_monitor *monitor, size_t index)
{
    const drift_column_result *column = drift_comparison_column(monitor->comparison, index);
    const drift_finding *schema = finding_of(monitor->comparison, column->name, 1);
    int evident = column->has_p_value && column->adjusted_p_value <= monitor->config.alpha;
    int changed = column->verdict == DRIFT_VERDICT_DRIFT || column->verdict == DRIFT_VERDICT_MINOR;
    if ((schema && schema->verdict == DRIFT_VERDICT_DRIFT) ||
        ((evident || changed) && is_large(monitor, column, index)))
        return DRIFT__LEVEL_DRIFT;
    return changed || evident ? DRIFT__LEVEL_MINOR : DRIFT__LEVEL_CALM;
}

static void tell_policy(drift_monitor *monitor, const drift__window *window)
{
    size_t columns = drift_comparison_columns(monitor->comparison);
    for (size_t i = 0; i < columns; i++) {
        signal_column(monitor, window, i);
        monitor->policy.levels[i] = level_of(monitor, i);
    }
    /* What ended sooner than a window is whole says too little. */
    if (monitor->config.window_seconds > 0 ||
        drift_profile_rows(window->profile) >= monitor->config.window_rows)
        drift__policy_settle(&monitor->policy, window->first_row, window->last_row);
}

static drift_status compare_window(drift_monitor *monitor, const drift__window *window,
                                   drift_comparison **out_comparison, drift_error *error)
{
    drift_comparison_config config = DRIFT_COMPARISON_CONFIG_INIT;
    double k = (double)(monitor->n_windows - monitor->windows_before + 1);
    config.alpha = monitor->config.alpha / (k * (k + 1));
    config.min_effect = monitor->config.min_effect;
    config.correction = monitor->config.correction;
    config.current_source = "window";
    config.allocator = &monitor->allocator;
    return drift_comparison_create(monitor->reference, window->profile, &config, out_comparison,
                                   error);
}

static void note_column(drift_monitor *monitor, size_t index)
{
    drift__metrics *metrics = &monitor->metrics;
    const drift_column_result *column = drift_comparison_column(monitor->comparison, index);
    if (column->verdict == DRIFT_VERDICT_SKIPPED)
        return;
    drift__metrics_judged(metrics, DRIFT__METRICS_WINDOW, index,
                          column->verdict == DRIFT_VERDICT_DRIFT,
                          column->has_effect ? &column->effect : NULL, column->min_effect);
    if (column->rows_current)
        metrics->missing_ratio[index] =
            (double)column->missing_current / (double)column->rows_current;
}

static void note_evaluation(drift_monitor *monitor, uint64_t began)
{
    for (size_t i = 0; i < drift_comparison_columns(monitor->comparison); i++)
        note_column(monitor, i);
    uint64_t now = drift__monitor_now(monitor);
    drift__metrics_evaluated(&monitor->metrics, drift_comparison_rows_current(monitor->comparison),
                             now > began ? now - began : 0, drift__monitor_date(monitor));
}

drift_status drift__window_judge(drift_monitor *monitor, drift__window *window, drift_error *error)
{
    uint64_t began = drift__monitor_now(monitor);
    drift_comparison *comparison = NULL;
    drift_status status = compare_window(monitor, window, &comparison, error);
    if (status)
        return status;
    drift_comparison *last = monitor->comparison;
    monitor->comparison = comparison; /* first: a fork of now finds none that is freed */
    if (last != monitor->shown)
        drift_comparison_destroy(last);
    monitor->n_windows++;
    tell_policy(monitor, window);
    note_evaluation(monitor, began);
    drift__transition_window(monitor);
    drift_profile_reset(window->profile);
    monitor->window_began = drift__monitor_now(monitor);
    return DRIFT_OK;
}
