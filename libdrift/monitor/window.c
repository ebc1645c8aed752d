/* SPDX-License-Identifier: Apache-2.0
 *
 * window.c: a full window becomes a comparison, and its changed columns alerts.
 */
#include "monitor/window.h"

#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "core/numbers.h"
#include "monitor/transition.h"

const char *drift_severity_name(drift_severity severity)
{
    static const char *const names[] = {"warning", "alert"};
    return (unsigned)severity < sizeof names / sizeof *names ? names[severity] : "unknown";
}

const char *drift_alert_kind_name(drift_alert_kind kind)
{
    static const char *const names[] = {"distribution", "missing", "range",
                                        "schema",       "error",   "custom"};
    return (unsigned)kind < sizeof names / sizeof *names ? names[kind] : "unknown";
}

void drift__judged_drop_first(drift_monitor *monitor)
{
    drift__judged *judged = monitor->first_judged;
    monitor->first_judged = judged->next;
    if (!monitor->first_judged)
        monitor->last_judged = NULL;
    drift_comparison_destroy(judged->comparison);
    drift__arena_free(&judged->arena);
    drift__release(&monitor->allocator, judged);
}

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

static const char *text_of(drift__arena *arena, double value)
{
    char text[DRIFT__NUMBER_SIZE];
    drift__format_short(text, value, 3);
    return drift__arena_printf(arena, "%s", text);
}

static const char *message_of(drift__judged *judged, const drift__window *window,
                              const drift_alert *alert, const drift_finding *finding,
                              double min_effect)
{
    drift__arena *arena = &judged->arena;
    unsigned long long first = window->first_row, last = window->last_row;
    if (finding)
        return drift__arena_printf(arena, "%s (rows %llu to %llu)", finding->message, first, last);
    return drift__arena_printf(arena,
                               "%s: distribution changed in rows %llu to %llu (debiased PSI %s "
                               "against %s, p %s at level %s)",
                               alert->column, first, last, text_of(arena, alert->psi),
                               text_of(arena, min_effect), text_of(arena, alert->evidence),
                               text_of(arena, alert->alpha));
}

/* A change of the schema is told once while it lasts, and again when it grows to an alert. */
static int told(const drift_monitor *monitor, size_t column, const drift_finding *finding,
                int large)
{
    const drift__told *told = &monitor->told[column];
    return finding && (large ? told->alert : told->warning) >> finding->kind & 1;
}

/* What no longer holds may be told again. */
static void forget_past(drift__told *told, const drift_comparison *comparison, size_t index)
{
    const char *column = drift_comparison_column(comparison, index)->name;
    uint8_t present = 0;
    for (size_t i = 0; i < drift_comparison_findings(comparison); i++) {
        const drift_finding *finding = drift_comparison_finding(comparison, i);
        if (!strcmp(finding->column, column))
            present |= (uint8_t)(1u << finding->kind);
    }
    told->warning &= present;
    told->alert &= present;
}

/* What the column has to say; the monitor is not touched, so that a lack of memory costs nothing. */
static void find_news(const drift_monitor *monitor, const drift_comparison *comparison,
                      const drift__window *window, size_t index, drift__news *out)
{
    const drift_column_result *column = drift_comparison_column(comparison, index);
    const drift_comparison_config *policy = drift_comparison_policy(comparison);
    if (column->verdict != DRIFT_VERDICT_DRIFT && column->verdict != DRIFT_VERDICT_MINOR)
        return;
    const drift_finding *schema = finding_of(comparison, column->name, 1);
    const drift_finding *values = finding_of(comparison, column->name, 0);
    int large = column->verdict == DRIFT_VERDICT_DRIFT;
    int evident = column->has_p_value && column->adjusted_p_value <= policy->alpha;
    int moved = evident && column->psi.has_extra && column->psi.extra >= policy->min_effect;
    int schema_is_news = schema && !told(monitor, index, schema, large);
    if (schema_is_news && (schema->verdict == DRIFT_VERDICT_DRIFT || !(moved || values)))
        *out = (drift__news){1, schema, large};
    else if (moved) /* a range finding beside a changed distribution is a detail of it */
        *out = (drift__news){1, NULL, large};
    else if (values || !schema)
        *out = (drift__news){1, values, large};
    else
        return;
    out->raised =
        (large || monitor->config.warnings) && window->last_row >= monitor->quiet_until[index];
}

static void prepare_alert(const drift_monitor *monitor, drift__judged *judged,
                          const drift__window *window, size_t index)
{
    const drift_comparison *comparison = judged->comparison;
    const drift_column_result *column = drift_comparison_column(comparison, index);
    const drift_comparison_config *policy = drift_comparison_policy(comparison);
    drift__news *news = &judged->news[index];
    find_news(monitor, comparison, window, index, news);
    if (!news->raised)
        return;
    drift_alert *alert = &judged->alerts[judged->n_alerts++];
    alert->kind = news->finding ? kind_of(news->finding) : DRIFT_ALERT_DISTRIBUTION;
    alert->severity = news->large ? DRIFT_SEVERITY_ALERT : DRIFT_SEVERITY_WARNING;
    alert->column = column->name;
    alert->row = window->last_row;
    alert->change_row = window->first_row;
    alert->window = monitor->n_windows + 1;
    alert->evidence = column->has_p_value ? column->adjusted_p_value : 0;
    alert->alpha = policy->alpha;
    alert->has_psi = column->has_effect;
    alert->psi = column->effect;
    alert->has_ks = column->ks.has_value;
    alert->ks = column->ks.value;
    alert->comparison = comparison;
    alert->message = message_of(judged, window, alert, news->finding, policy->min_effect);
}

static void commit_news(drift_monitor *monitor, const drift__judged *judged,
                        const drift__window *window, size_t index)
{
    const drift__news *news = &judged->news[index];
    drift__told *told = &monitor->told[index];
    forget_past(told, judged->comparison, index);
    if (!news->raised)
        return;
    uint8_t bit = news->finding ? (uint8_t)(1u << news->finding->kind) : 0;
    told->warning |= bit;
    told->alert |= news->large ? bit : 0;
    uint64_t cooldown = monitor->config.cooldown_rows, last = window->last_row;
    monitor->quiet_until[index] = cooldown < UINT64_MAX - last ? last + cooldown : UINT64_MAX;
    if (news->large)
        monitor->n_alerts++;
    else
        monitor->n_warnings++;
}

static drift_status compare_window(drift_monitor *monitor, drift__window *window,
                                   drift__judged *judged, drift_error *error)
{
    drift_comparison_config config = DRIFT_COMPARISON_CONFIG_INIT;
    double k = (double)(monitor->n_windows - monitor->windows_before + 1);
    config.alpha = monitor->config.alpha / (k * (k + 1));
    config.min_effect = monitor->config.min_effect;
    config.correction = monitor->config.correction;
    config.current_source = "window";
    config.allocator = &monitor->allocator;
    return drift_comparison_create(monitor->reference, window->profile, &config,
                                   &judged->comparison, error);
}

static drift_status prepare_alerts(const drift_monitor *monitor, const drift__window *window,
                                   drift__judged *judged, drift_error *error)
{
    size_t columns = drift_comparison_columns(judged->comparison);
    judged->alerts = drift__arena_allocate(&judged->arena, columns, sizeof *judged->alerts);
    judged->news = drift__arena_allocate(&judged->arena, columns, sizeof *judged->news);
    for (size_t i = 0; i < columns && !judged->arena.failed; i++)
        prepare_alert(monitor, judged, window, i);
    return judged->arena.failed ? drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY) : DRIFT_OK;
}

static void note_column(drift__metrics *metrics, const drift__judged *judged, size_t index)
{
    const drift_column_result *column = drift_comparison_column(judged->comparison, index);
    const drift__news *news = &judged->news[index];
    if (column->verdict == DRIFT_VERDICT_SKIPPED)
        return;
    drift__metrics_judged(metrics, DRIFT__METRICS_WINDOW, index,
                          column->verdict == DRIFT_VERDICT_DRIFT,
                          column->has_effect ? &column->effect : NULL, column->min_effect);
    if (column->rows_current)
        metrics->missing_ratio[index] =
            (double)column->missing_current / (double)column->rows_current;
    if (news->raised)
        drift__metrics_alarm(metrics, DRIFT__METRICS_WINDOW, index,
                             news->large ? DRIFT_SEVERITY_ALERT : DRIFT_SEVERITY_WARNING);
}

static void note_evaluation(drift_monitor *monitor, const drift__judged *judged, uint64_t began)
{
    for (size_t i = 0; i < drift_comparison_columns(judged->comparison); i++)
        note_column(&monitor->metrics, judged, i);
    uint64_t now = drift__monitor_now(monitor);
    drift__metrics_evaluated(&monitor->metrics, drift_comparison_rows_current(judged->comparison),
                             now > began ? now - began : 0, drift__monitor_date(monitor));
}

drift_status drift__window_judge(drift_monitor *monitor, drift__window *window, drift_error *error)
{
    uint64_t began = drift__monitor_now(monitor);
    drift__judged *judged = drift__allocate_zero(&monitor->allocator, 1, sizeof *judged);
    if (!judged)
        return drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    drift__arena_init(&judged->arena, &monitor->allocator);
    drift_status status = compare_window(monitor, window, judged, error);
    if (!status)
        status = prepare_alerts(monitor, window, judged, error);
    if (status) {
        drift_comparison_destroy(judged->comparison);
        drift__arena_free(&judged->arena);
        drift__release(&monitor->allocator, judged);
        return status;
    }
    for (size_t i = 0; i < drift_comparison_columns(judged->comparison); i++)
        commit_news(monitor, judged, window, i);
    note_evaluation(monitor, judged, began);
    monitor->n_windows++;
    if (monitor->last_judged)
        monitor->last_judged->next = judged;
    else
        monitor->first_judged = judged;
    monitor->last_judged = judged;
    drift__transition_window(monitor);
    drift_profile_reset(window->profile);
    monitor->window_began = drift__monitor_now(monitor);
    return DRIFT_OK;
}
