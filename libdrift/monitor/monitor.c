/* SPDX-License-Identifier: Apache-2.0
 *
 * monitor.c: rows into windows, windows into comparisons, comparisons into
 * alerts. Two windows take turns: one is filled while the other waits to be
 * judged.
 */
#include <drift/monitor.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "monitor/window.h"

enum { DEFAULT_WINDOW = 10000, LEAST_WINDOW = 10, DEFAULT_MINIMUM = 1000 };

static drift_status fill_config(const drift_monitor_config *given, drift_monitor_config *out,
                                drift_error *error)
{
    *out = (drift_monitor_config)DRIFT_MONITOR_CONFIG_INIT;
    drift_status status = drift__config_copy(out, given, sizeof *out, error);
    if (status)
        return status;
    if (out->alpha == 0)
        out->alpha = 0.01;
    if (!(out->alpha > 0 && out->alpha < 1))
        return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT,
                           "alpha is a probability between 0 and 1");
    if (isnan(out->min_effect) || isinf(out->min_effect))
        return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT, "min_effect is not a finite number");
    if (!out->window_rows)
        out->window_rows = DEFAULT_WINDOW;
    if (out->window_rows < LEAST_WINDOW)
        return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT, "a window has at least %d rows",
                           LEAST_WINDOW);
    if (!out->minimum_rows)
        out->minimum_rows = DEFAULT_MINIMUM;
    if (out->correction > DRIFT_CORRECTION_NONE)
        return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT, "the correction has no such number");
    return DRIFT_OK;
}

static drift_status copy_profile(const drift_profile *profile, const drift_allocator *allocator,
                                 drift_profile **out_copy, drift_error *error)
{
    drift_profile *copy = NULL;
    drift_status status = drift_profile_create_against(profile, allocator, &copy, error);
    if (!status)
        status = drift_profile_merge(copy, profile, error);
    if (status) {
        drift_profile_destroy(copy);
        return status;
    }
    *out_copy = copy;
    return DRIFT_OK;
}

static void free_monitor(drift_monitor *monitor)
{
    drift_allocator memory = monitor->allocator;
    while (monitor->first_judged)
        drift__judged_drop_first(monitor);
    drift_profile_destroy(monitor->reference);
    for (int i = 0; i < 2; i++)
        drift_profile_destroy(monitor->windows[i].profile);
    drift__release(&memory, monitor->quiet_until);
    drift__release(&memory, monitor->told);
    drift__release(&memory, monitor);
}

drift_status drift_monitor_create(const drift_profile *reference,
                                  const drift_monitor_config *config, drift_monitor **out_monitor,
                                  drift_error *error)
{
    drift_monitor_config filled;
    if (!reference || !out_monitor)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    drift_status status = fill_config(config, &filled, error);
    if (status)
        return status;
    drift_allocator memory = drift__allocator(filled.allocator);
    drift_monitor *monitor = drift__allocate_zero(&memory, 1, sizeof *monitor);
    if (!monitor)
        return drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    monitor->allocator = memory;
    monitor->config = filled;
    size_t columns = drift_profile_columns(reference);
    monitor->quiet_until = drift__allocate_zero(&memory, columns, sizeof *monitor->quiet_until);
    monitor->told = drift__allocate_zero(&memory, columns, sizeof *monitor->told);
    if (!monitor->quiet_until || !monitor->told)
        status = drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    if (!status)
        status = copy_profile(reference, &memory, &monitor->reference, error);
    for (int i = 0; i < 2 && !status; i++)
        status =
            drift_profile_create_against(reference, &memory, &monitor->windows[i].profile, error);
    if (status) {
        free_monitor(monitor);
        return status;
    }
    *out_monitor = monitor;
    return DRIFT_OK;
}

void drift_monitor_destroy(drift_monitor *monitor)
{
    if (!monitor)
        return;
    if (monitor->polling)
        monitor->destroy_requested = 1;
    else
        free_monitor(monitor);
}

drift_status drift_monitor_on_alert(drift_monitor *monitor, drift_alert_callback callback,
                                    void *context)
{
    if (!monitor)
        return DRIFT_ERR_INVALID_ARGUMENT;
    monitor->callback = callback;
    monitor->callback_context = context;
    return DRIFT_OK;
}

static uint64_t room(const drift_monitor *monitor, const drift__window *window)
{
    return monitor->config.window_rows - drift_profile_rows(window->profile);
}

/* The window to fill, switching where the current one is full; NULL where both are. */
static drift__window *open_window(drift_monitor *monitor)
{
    drift__window *window = &monitor->windows[monitor->filling];
    if (!window->full)
        return window;
    drift__window *next = &monitor->windows[!monitor->filling];
    if (next->full)
        return NULL;
    monitor->filling = !monitor->filling;
    return next;
}

static void note_rows(drift_monitor *monitor, drift__window *window, uint64_t rows)
{
    if (drift_profile_rows(window->profile) == rows)
        window->first_row = monitor->rows + 1;
    monitor->rows += rows;
    window->last_row = monitor->rows;
    window->full = room(monitor, window) == 0;
}

drift_status drift_monitor_observe(drift_monitor *monitor, const drift_value *values, size_t n)
{
    if (!monitor)
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift__window *window = open_window(monitor);
    if (!window) {
        monitor->dropped++;
        return DRIFT_OK;
    }
    drift_status status = drift_profile_update_row(window->profile, values, n);
    if (!status)
        note_rows(monitor, window, 1);
    return status;
}

/* The rows first .. first + n of a table, as views into it. */
static void slice(const drift_table *table, drift_column *columns, uint64_t first, uint64_t n,
                  drift_table *out)
{
    *out = *table;
    for (uint32_t i = 0; i < table->n_columns; i++) {
        columns[i] = table->columns[i];
        columns[i].offset += first;
    }
    out->columns = columns;
    out->n_rows = n;
}

static drift_status judge_full(drift_monitor *monitor, drift_error *error)
{
    drift_status status = DRIFT_OK;
    drift__window *older = &monitor->windows[!monitor->filling];
    drift__window *newer = &monitor->windows[monitor->filling];
    if (older->full)
        status = drift__window_judge(monitor, older, error);
    if (!status && newer->full)
        status = drift__window_judge(monitor, newer, error);
    return status;
}

drift_status drift_monitor_observe_batch(drift_monitor *monitor, const drift_table *table,
                                         drift_error *error)
{
    if (!monitor || !table)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    drift_column *columns = drift__allocate(&monitor->allocator, table->n_columns, sizeof *columns);
    if (!columns)
        return drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    drift_status status = DRIFT_OK;
    for (uint64_t at = 0; at < table->n_rows && !status;) {
        drift__window *window = open_window(monitor);
        if (!window) {
            status = judge_full(monitor, error);
            continue;
        }
        uint64_t rows = room(monitor, window), left = table->n_rows - at;
        rows = rows < left ? rows : left;
        drift_table part;
        slice(table, columns, at, rows, &part);
        status = drift_profile_update(window->profile, &part, error);
        if (status)
            break;
        note_rows(monitor, window, rows);
        at += rows;
        if (window->full)
            status = judge_full(monitor, error);
    }
    drift__release(&monitor->allocator, columns);
    return status;
}

static drift_status deliver(drift_monitor *monitor)
{
    monitor->polling = 1;
    while (monitor->first_judged && !monitor->destroy_requested) {
        drift__judged *judged = monitor->first_judged;
        if (judged->delivered == judged->n_alerts) {
            drift__judged_drop_first(monitor);
            continue;
        }
        const drift_alert *alert = &judged->alerts[judged->delivered++];
        if (monitor->callback)
            monitor->callback(alert, monitor->callback_context);
    }
    monitor->polling = 0;
    if (monitor->destroy_requested)
        free_monitor(monitor);
    return DRIFT_OK;
}

drift_status drift_monitor_poll(drift_monitor *monitor, drift_error *error)
{
    if (!monitor)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    if (monitor->polling)
        return drift__fail(error, DRIFT_ERR_BUSY, "poll was called from inside an alert callback");
    drift_status status = judge_full(monitor, error);
    return status ? status : deliver(monitor);
}

drift_status drift_monitor_finish(drift_monitor *monitor, drift_error *error)
{
    if (!monitor)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    if (monitor->polling)
        return drift__fail(error, DRIFT_ERR_BUSY,
                           "finish was called from inside an alert callback");
    drift_status status = judge_full(monitor, error);
    drift__window *window = &monitor->windows[monitor->filling];
    if (!status && drift_profile_rows(window->profile) >= monitor->config.minimum_rows)
        status = drift__window_judge(monitor, window, error);
    return status ? status : deliver(monitor);
}

uint64_t drift_monitor_rows(const drift_monitor *monitor)
{
    return monitor->rows;
}

uint64_t drift_monitor_dropped(const drift_monitor *monitor)
{
    return monitor->dropped;
}

uint64_t drift_monitor_windows(const drift_monitor *monitor)
{
    return monitor->n_windows;
}

uint64_t drift_monitor_alerts(const drift_monitor *monitor)
{
    return monitor->n_alerts;
}

uint64_t drift_monitor_warnings(const drift_monitor *monitor)
{
    return monitor->n_warnings;
}

size_t drift_monitor_columns(const drift_monitor *monitor)
{
    return drift_profile_columns(monitor->reference);
}

const char *drift_monitor_column_name(const drift_monitor *monitor, size_t index)
{
    drift_profile_column column;
    return drift_profile_get_column(monitor->reference, index, &column) ? NULL : column.name;
}
