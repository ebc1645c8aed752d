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
static void forget_past(drift_monitor *monitor, size_t index, const drift_comparison *comparison,
                        const char *column)
{
    uint8_t present = 0;
    for (size_t i = 0; i < drift_comparison_findings(comparison); i++) {
        const drift_finding *finding = drift_comparison_finding(comparison, i);
        if (!strcmp(finding->column, column))
            present |= (uint8_t)(1u << finding->kind);
    }
    monitor->told[index].warning &= present;
    monitor->told[index].alert &= present;
}

/* What one column has to say about a window. */
typedef struct news {
    const drift_finding *finding; /* NULL: its distribution changed */
    int large;
} news;

static int find_news(const drift_monitor *monitor, const drift_comparison *comparison, size_t index,
                     news *out)
{
    const drift_column_result *column = drift_comparison_column(comparison, index);
    const drift_comparison_config *policy = drift_comparison_policy(comparison);
    if (column->verdict != DRIFT_VERDICT_DRIFT && column->verdict != DRIFT_VERDICT_MINOR)
        return 0;
    const drift_finding *schema = finding_of(comparison, column->name, 1);
    const drift_finding *values = finding_of(comparison, column->name, 0);
    int large = column->verdict == DRIFT_VERDICT_DRIFT;
    int evident = column->has_p_value && column->adjusted_p_value <= policy->alpha;
    int moved = evident && column->psi.has_extra && column->psi.extra >= policy->min_effect;
    int schema_is_news = schema && !told(monitor, index, schema, large);
    if (schema_is_news && (schema->verdict == DRIFT_VERDICT_DRIFT || !(moved || values)))
        *out = (news){schema, large};
    else if (moved) /* a range finding beside a changed distribution is a detail of it */
        *out = (news){NULL, large};
    else if (values || !schema)
        *out = (news){values, large};
    else
        return 0;
    return out->large || monitor->config.warnings;
}

static int cooling(drift_monitor *monitor, size_t column, const drift__window *window)
{
    if (window->last_row < monitor->quiet_until[column])
        return 1;
    monitor->quiet_until[column] = window->last_row + monitor->config.cooldown_rows;
    if (monitor->quiet_until[column] < window->last_row)
        monitor->quiet_until[column] = UINT64_MAX;
    return 0;
}

static void remember_told(drift_monitor *monitor, size_t column, const news *n)
{
    uint8_t bit = n->finding ? (uint8_t)(1u << n->finding->kind) : 0;
    monitor->told[column].warning |= bit;
    if (n->large)
        monitor->told[column].alert |= bit;
}

static void add_alert(drift_monitor *monitor, drift__judged *judged, const drift__window *window,
                      size_t index)
{
    const drift_comparison *comparison = judged->comparison;
    const drift_column_result *column = drift_comparison_column(comparison, index);
    const drift_comparison_config *policy = drift_comparison_policy(comparison);
    news n;
    forget_past(monitor, index, comparison, column->name);
    if (!find_news(monitor, comparison, index, &n) || cooling(monitor, index, window))
        return;
    remember_told(monitor, index, &n);
    drift_alert *alert = &judged->alerts[judged->n_alerts++];
    alert->kind = n.finding ? kind_of(n.finding) : DRIFT_ALERT_DISTRIBUTION;
    alert->severity = n.large ? DRIFT_SEVERITY_ALERT : DRIFT_SEVERITY_WARNING;
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
    alert->message = message_of(judged, window, alert, n.finding, policy->min_effect);
    if (n.large)
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
