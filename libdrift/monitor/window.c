/* SPDX-License-Identifier: Apache-2.0
 *
 * window.c: a full window becomes a comparison, and its changed columns alerts.
 */
#include "monitor/window.h"

#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "core/numbers.h"

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

/* The finding that explains the column best: the first of the strongest, schema before the rest. */
static const drift_finding *finding_of(const drift_comparison *comparison, const char *column)
{
    const drift_finding *best = NULL;
    for (size_t i = 0; i < drift_comparison_findings(comparison); i++) {
        const drift_finding *finding = drift_comparison_finding(comparison, i);
        if (!strcmp(finding->column, column) && (!best || finding->verdict > best->verdict))
            best = finding;
    }
    return best;
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

/* A change of the schema is told once, not once a window; others respect the cooldown. */
static int silenced(drift_monitor *monitor, size_t column, drift_alert_kind kind,
                    const drift__window *window)
{
    if (kind == DRIFT_ALERT_SCHEMA) {
        if (monitor->schema_reported[column])
            return 1;
        monitor->schema_reported[column] = 1;
        return 0;
    }
    if (window->last_row < monitor->quiet_until[column])
        return 1;
    monitor->quiet_until[column] = window->last_row + monitor->config.cooldown_rows;
    return 0;
}

static void add_alert(drift_monitor *monitor, drift__judged *judged, const drift__window *window,
                      size_t index)
{
    const drift_comparison *comparison = judged->comparison;
    const drift_column_result *column = drift_comparison_column(comparison, index);
    const drift_comparison_config *policy = drift_comparison_policy(comparison);
    if (column->verdict != DRIFT_VERDICT_DRIFT && column->verdict != DRIFT_VERDICT_MINOR)
        return;
    int large = column->verdict == DRIFT_VERDICT_DRIFT;
    if (!large && !monitor->config.warnings)
        return;
    const drift_finding *finding = finding_of(comparison, column->name);
    int evident = column->has_p_value && column->adjusted_p_value <= policy->alpha;
    /* A range finding beside a changed distribution is a detail of it. */
    if (finding && evident && column->psi.has_extra && column->psi.extra >= policy->min_effect &&
        kind_of(finding) != DRIFT_ALERT_SCHEMA)
        finding = NULL;
    drift_alert_kind kind = finding ? kind_of(finding) : DRIFT_ALERT_DISTRIBUTION;
    if (silenced(monitor, index, kind, window))
        return;
    drift_alert *alert = &judged->alerts[judged->n_alerts++];
    alert->kind = kind;
    alert->severity = large ? DRIFT_SEVERITY_ALERT : DRIFT_SEVERITY_WARNING;
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
    alert->message = message_of(judged, window, alert, finding, policy->min_effect);
    if (large)
        monitor->n_alerts++;
    else
        monitor->n_warnings++;
}

static drift_status compare_window(drift_monitor *monitor, drift__window *window,
                                   drift__judged *judged, drift_error *error)
{
    drift_comparison_config config = DRIFT_COMPARISON_CONFIG_INIT;
    double k = (double)(monitor->n_windows + 1);
    config.alpha = monitor->config.alpha / (k * (k + 1));
    config.min_effect = monitor->config.min_effect;
    config.correction = monitor->config.correction;
    config.current_source = "window";
    config.allocator = &monitor->allocator;
    return drift_comparison_create(monitor->reference, window->profile, &config,
                                   &judged->comparison, error);
}

drift_status drift__window_judge(drift_monitor *monitor, drift__window *window, drift_error *error)
{
    drift__judged *judged = drift__allocate_zero(&monitor->allocator, 1, sizeof *judged);
    if (!judged)
        return drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    drift__arena_init(&judged->arena, &monitor->allocator);
    drift_status status = compare_window(monitor, window, judged, error);
    if (!status) {
        judged->alerts = drift__arena_allocate(
            &judged->arena, drift_comparison_columns(judged->comparison), sizeof *judged->alerts);
        if (!judged->alerts)
            status = drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    }
    if (status) {
        drift_comparison_destroy(judged->comparison);
        drift__arena_free(&judged->arena);
        drift__release(&monitor->allocator, judged);
        return status;
    }
    for (size_t i = 0; i < drift_comparison_columns(judged->comparison); i++)
        add_alert(monitor, judged, window, i);
    monitor->n_windows++;
    if (monitor->last_judged)
        monitor->last_judged->next = judged;
    else
        monitor->first_judged = judged;
    monitor->last_judged = judged;
    drift_profile_reset(window->profile);
    window->full = 0;
    return DRIFT_OK;
}
