/* SPDX-License-Identifier: Apache-2.0
 *
 * monitor.c: the life of a monitor, and its polls.
 */
#include <drift/monitor.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/fork.h"
#include "core/memory.h"
#include "monitor/attach.h"
#include "monitor/window.h"
#include "profile/state.h"

static const double MOST_RUN_LENGTH = 1e12;
enum { DEFAULT_WINDOW = 10000, LEAST_WINDOW = 10, DEFAULT_MINIMUM = 1000, DEFAULT_SERIES = 2000 };

static const double DAY = 86400;

static drift_status fill_policy(drift_monitor_config *out, drift_error *error)
{
    if (!out->incident_rows)
        out->incident_rows = out->window_rows;
    if (out->retrain_period_seconds == 0)
        out->retrain_period_seconds = DAY;
    if (!(out->retrain_interval_seconds >= 0 && out->retrain_interval_seconds < 1e9) ||
        !(out->retrain_period_seconds > 0 && out->retrain_period_seconds < 1e9))
        return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT,
                           "interval and period of retraining are seconds below 1e9");
    if (out->retrain_budget > DRIFT__RETRAINING_MOST)
        return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT,
                           "the budget of retraining is more than %d", DRIFT__RETRAINING_MOST);
    return DRIFT_OK;
}

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
    if (!out->most_series)
        out->most_series = DEFAULT_SERIES;
    if (!out->minimum_rows)
        out->minimum_rows = DEFAULT_MINIMUM;
    if (!(out->window_seconds >= 0 && out->window_seconds < 1e9))
        return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT,
                           "window_seconds is neither 0 nor a number of seconds below 1e9");
    if (out->detector > DRIFT_MONITOR_WINDOWS)
        return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT, "there is no detector number %u",
                           out->detector);
    if (!(out->run_length >= 0 && out->run_length <= MOST_RUN_LENGTH))
        return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT,
                           "run_length is a number of rows up to %g, not %g", MOST_RUN_LENGTH,
                           out->run_length);
    if (!(out->tolerance >= 0 && out->tolerance < 1))
        return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT,
                           "tolerance is a Kolmogorov-Smirnov distance from 0 to below 1, not %g",
                           out->tolerance);
    if (out->run_length > 0 && out->tolerance > 0)
        return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT,
                           "run_length and tolerance exclude each other");
    if (out->detector == DRIFT_MONITOR_WINDOWS && (out->run_length > 0 || out->tolerance > 0))
        return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT,
                           "%s is of evidence: the detector 'window' does not take it",
                           out->run_length > 0 ? "run_length" : "tolerance");
    if (out->correction > DRIFT_CORRECTION_NONE)
        return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT, "the correction has no such number");
    return fill_policy(out, error);
}

static void free_monitor(drift_monitor *monitor)
{
    drift_allocator memory = monitor->allocator;
    drift__state_close(monitor->state);
    for (drift_recorder *next, *recorder = atomic_load(&monitor->recorders); recorder;
         recorder = next) {
        next = recorder->next;
        drift__recorder_free(recorder);
    }
    for (drift__epoch *older, *epoch = atomic_load(&monitor->epoch); epoch; epoch = older) {
        older = epoch->older;
        drift__epoch_destroy(epoch);
    }
    drift__delivery_forget(monitor);
    drift__policy_free(&monitor->policy, &memory);
    drift__delivery_free(&monitor->delivery, &memory);
    drift__metrics_free(&monitor->metrics, &memory);
    drift__attached_free(&monitor->attached, &memory);
    drift__release(&memory, monitor->model);
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
    const char *model = filled.model ? filled.model : "default";
    monitor->model = drift__copy_string(&memory, model, strlen(model));
    monitor->config.model = monitor->model;
    int failed = drift__metrics_init(&monitor->metrics, columns, &memory) ||
                 drift__metrics_use(&monitor->metrics, DRIFT__METRICS_WINDOW, &memory);
    if (!failed && filled.detector == DRIFT_MONITOR_EVIDENCE)
        failed = drift__metrics_use(&monitor->metrics, DRIFT__METRICS_EVIDENCE, &memory);
    failed |= drift__policy_init(&monitor->policy, &filled, columns, &memory);
    failed |= drift__delivery_init(&monitor->delivery, reference, &memory);
    if (!monitor->model || failed)
        status = drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    drift__epoch *epoch = NULL;
    drift__sentry_config watched;
    if (!status)
        status = drift__epoch_create(reference, 1, filled.rebase_rows > 0, NULL,
                                     drift__monitor_sentry_config(monitor, &watched), &memory,
                                     &epoch, error);
    if (!status) {
        drift__monitor_begin(monitor, epoch);
        status = drift_monitor_recorder(monitor, &monitor->own, error);
    }
    if (status) {
        free_monitor(monitor);
        return status;
    }
    monitor->generation = drift__fork_watch();
    *out_monitor = monitor;
    return DRIFT_OK;
}

void drift_monitor_destroy(drift_monitor *monitor)
{
    if (!monitor)
        return;
    if (drift__monitor_is_polling(monitor))
        monitor->destroy_requested = 1;
    else
        free_monitor(monitor);
}

drift_status drift_monitor_recorder(drift_monitor *monitor, drift_recorder **out_recorder,
                                    drift_error *error)
{
    if (!monitor || !out_recorder)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    if (monitor->attached.n)
        return drift__fail(error, DRIFT_ERR_UNSUPPORTED, DRIFT__ATTACH_NEEDS_ORDER);
    drift_recorder *first = atomic_load_explicit(&monitor->recorders, memory_order_acquire);
    for (drift_recorder *recorder = first; recorder; recorder = recorder->next)
        if (drift__recorder_adopt(recorder)) {
            *out_recorder = recorder;
            return DRIFT_OK;
        }
    /* While it is counted among the makers, the epoch it finds is not freed. */
    drift_recorder *made = NULL;
    atomic_fetch_add(&monitor->makers, 1);
    drift_status status =
        drift__recorder_create(atomic_load(&monitor->epoch), monitor->config.window_rows,
                               &monitor->allocator, &made, error);
    if (!status) {
        made->next = first;
        while (!atomic_compare_exchange_weak_explicit(&monitor->recorders, &made->next, made,
                                                      memory_order_acq_rel, memory_order_acquire))
            continue;
        *out_recorder = made;
    }
    atomic_fetch_sub(&monitor->makers, 1);
    return status;
}

drift_status drift_monitor_observe(drift_monitor *monitor, const drift_value *values, size_t n)
{
    if (!monitor)
        return DRIFT_ERR_INVALID_ARGUMENT;
    return monitor->attached.n ? drift__attach_observe(monitor, values, n)
                               : drift_recorder_observe(monitor->own, values, n);
}

int drift__monitor_is_inherited(const drift_monitor *monitor)
{
    return monitor->generation != drift__fork_generation();
}

int drift__monitor_is_polling(const drift_monitor *monitor)
{
    return monitor->polling && !drift__monitor_is_inherited(monitor);
}

static drift_status deliver(drift_monitor *monitor, drift_error *error)
{
    drift_alert_phase phase;
    drift__state_before(monitor, drift__incidents_next(&monitor->policy.incidents, &phase) != NULL);
    if (drift__deliver(monitor))
        return DRIFT_OK;
    drift_status status = drift__state_after(monitor, error);
    if (monitor->destroy_requested)
        free_monitor(monitor);
    return status;
}

drift_status drift_monitor_poll(drift_monitor *monitor, drift_error *error)
{
    if (!monitor)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    if (drift__monitor_is_polling(monitor))
        return drift__fail(error, DRIFT_ERR_BUSY, "poll was called from inside an alert callback");
    drift_status status =
        drift__monitor_is_inherited(monitor) ? drift__monitor_renew(monitor, error) : DRIFT_OK;
    status = status ? status : drift__monitor_collect(monitor, error);
    return status ? status : deliver(monitor, error);
}

drift_status drift_monitor_finish(drift_monitor *monitor, drift_error *error)
{
    if (!monitor)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    if (drift__monitor_is_polling(monitor))
        return drift__fail(error, DRIFT_ERR_BUSY,
                           "finish was called from inside an alert callback");
    drift_status status =
        drift__monitor_is_inherited(monitor) ? drift__monitor_renew(monitor, error) : DRIFT_OK;
    status = status ? status : drift__monitor_collect(monitor, error);
    if (!status && drift_profile_rows(monitor->window.profile) >= monitor->config.minimum_rows)
        status = drift__window_judge(monitor, &monitor->window, error);
    return status ? status : deliver(monitor, error);
}

/* What `count` says of all recorders; those of a parent say nothing in its child. */
static uint64_t sum_over(const drift_monitor *monitor, uint64_t (*count)(const drift_recorder *))
{
    uint64_t sum = 0;
    for (const drift_recorder *recorder = atomic_load(&monitor->recorders); recorder;
         recorder = recorder->next)
        sum += count(recorder);
    return sum;
}

uint64_t drift_monitor_rows(const drift_monitor *monitor)
{
    uint64_t batched = drift__monitor_is_inherited(monitor) ? 0 : monitor->batched;
    return batched + sum_over(monitor, drift_recorder_rows);
}

uint64_t drift_monitor_dropped(const drift_monitor *monitor)
{
    uint64_t before = drift__monitor_is_inherited(monitor) ? 0 : monitor->dropped;
    return before + sum_over(monitor, drift_recorder_dropped);
}

uint64_t drift_monitor_windows(const drift_monitor *monitor)
{
    return drift__monitor_is_inherited(monitor) ? 0 : monitor->n_windows;
}

uint64_t drift_monitor_alerts(const drift_monitor *monitor)
{
    return drift__monitor_is_inherited(monitor)
               ? 0
               : monitor->policy.incidents.raised[DRIFT_SEVERITY_ALERT];
}

uint64_t drift_monitor_warnings(const drift_monitor *monitor)
{
    return drift__monitor_is_inherited(monitor)
               ? 0
               : monitor->policy.incidents.raised[DRIFT_SEVERITY_WARNING];
}

uint64_t drift_monitor_open_incidents(const drift_monitor *monitor)
{
    return drift__monitor_is_inherited(monitor)
               ? 0
               : drift__incidents_open(&monitor->policy.incidents, DRIFT_SEVERITY_WARNING);
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
