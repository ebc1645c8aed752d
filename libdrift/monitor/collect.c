/* SPDX-License-Identifier: Apache-2.0
 *
 * collect.c: from recorders and batches into the window, and where windows end.
 */
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/fork.h"
#include "core/memory.h"
#include "monitor/attach.h"
#include "monitor/rebase.h"
#include "monitor/transition.h"
#include "monitor/window.h"
#include "profile/state.h"

static const double NANOSECONDS = 1e9, DEFAULT_EFFECT = 0.1;

void drift__monitor_begin(drift_monitor *monitor, drift__epoch *epoch)
{
    /* One store, so that the child of a fork finds the old epoch or the new one. */
    atomic_store(&monitor->epoch, epoch);
    monitor->reference = epoch->reference;
    monitor->window.profile = epoch->window;
    monitor->sentry = epoch->sentry;
    drift_profile_reset(epoch->window);
    drift__policy_renew(&monitor->policy, monitor->collected, epoch->number);
    monitor->windows_before = monitor->n_windows;
    drift__transition_forget(epoch);
    monitor->window_began = drift__monitor_now(monitor);
}

drift_status drift__monitor_renew(drift_monitor *monitor, drift_error *error)
{
    drift__sentry_config config;
    drift__epoch *epoch = atomic_load(&monitor->epoch);
    drift_status status =
        drift__epoch_watch(epoch, drift__monitor_sentry_config(monitor, &config), error);
    if (status)
        return status;
    drift__state_close(monitor->state);
    monitor->state = NULL;
    drift__delivery_forget(monitor);
    drift__policy_reset(&monitor->policy);
    monitor->collected = monitor->batched = monitor->dropped = 0;
    drift__metrics_reset(&monitor->metrics);
    monitor->n_windows = 0;
    drift__monitor_begin(monitor, epoch);
    monitor->generation = drift__fork_generation();
    return DRIFT_OK;
}

const drift__sentry_config *drift__monitor_sentry_config(const drift_monitor *monitor,
                                                         drift__sentry_config *out_config)
{
    const drift_monitor_config *config = &monitor->config;
    double effect = config->min_effect == 0 ? DEFAULT_EFFECT : config->min_effect;
    *out_config = (drift__sentry_config){config->alpha, effect > 0 ? effect : 0, config->run_length,
                                         config->tolerance};
    return config->detector == DRIFT_MONITOR_EVIDENCE ? out_config : NULL;
}

/* Rows the window still takes; 0 where it is full. */
static uint64_t room(const drift_monitor *monitor)
{
    uint64_t rows = drift_profile_rows(monitor->window.profile);
    return rows < monitor->config.window_rows ? monitor->config.window_rows - rows : 0;
}

static int time_is_up(const drift_monitor *monitor)
{
    if (!(monitor->config.window_seconds > 0) ||
        drift_profile_rows(monitor->window.profile) < monitor->config.minimum_rows)
        return 0;
    uint64_t now = drift__monitor_now(monitor), began = monitor->window_began;
    return now > began && (double)(now - began) >= monitor->config.window_seconds * NANOSECONDS;
}

static drift_status cut(drift_monitor *monitor, drift_error *error)
{
    drift_status status = DRIFT_OK;
    drift__attach_tell(monitor, monitor->collected);
    if (!room(monitor) || time_is_up(monitor))
        status = drift__window_judge(monitor, &monitor->window, error);
    return status ? status : drift__transition_end(monitor, error);
}

static void note_rows(drift_monitor *monitor, uint64_t rows)
{
    drift__window *window = &monitor->window;
    if (drift_profile_rows(window->profile) == rows)
        window->first_row = monitor->collected + 1;
    monitor->collected += rows;
    window->last_row = monitor->collected;
}

static void tell(drift_monitor *monitor, drift__signal signal)
{
    uint64_t before = monitor->collected - drift__sentry_seen(monitor->sentry);
    signal.row += before;
    signal.change_row += before;
    signal.window = monitor->n_windows + 1;
    drift__attach_tell(monitor, signal.row); /* in the order of rows */
    drift__policy_signal(monitor, &signal);
}

/* What the evidence says that is new, and what the policy wants to hear again. */
static void report(drift_monitor *monitor)
{
    size_t n;
    drift__signal standing;
    const drift__signal *signals = drift__sentry_signals(monitor->sentry, &n);
    for (size_t i = 0; i < n; i++)
        tell(monitor, signals[i]);
    for (size_t i = 0; i < drift__sentry_watches(monitor->sentry); i++) {
        size_t column;
        drift_alert_kind kind;
        if (!drift__sentry_stands(monitor->sentry, i, &column, &kind))
            continue;
        uint64_t due = drift__policy_due(monitor, column, kind);
        if (due < UINT64_MAX && due > monitor->collected)
            continue;
        drift__sentry_signal(monitor->sentry, i, &standing);
        if (due < UINT64_MAX)
            tell(monitor, standing);
        else if (standing.severity == DRIFT_SEVERITY_ALERT)
            drift__sentry_quiet(monitor->sentry, i);
    }
}

/* One block of rows, those behind monitor->collected: its counts are in `block`. */
static drift_status take_block(drift_monitor *monitor, const drift_profile *block)
{
    drift_status status = DRIFT_OK;
    note_rows(monitor, drift_profile_rows(block));
    if (monitor->sentry) {
        status = drift__sentry_block(monitor->sentry, block);
        report(monitor);
    }
    return status;
}

/* What waits in one recorder: at most what it holds, so that none keeps the others waiting. */
static drift_status collect_from(drift_monitor *monitor, drift_recorder *recorder,
                                 drift_error *error)
{
    drift_status status = cut(monitor, error);
    if (!status && drift__recorder_prepare(recorder, atomic_load(&monitor->epoch)))
        status = drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    for (int buffer = 0; buffer < 2 && !status; buffer++) {
        const drift__counter *counter = drift__recorder_take(recorder);
        if (!counter)
            break;
        if (counter->epoch == atomic_load(&monitor->epoch)) {
            drift__shard_absorb(monitor->window.profile, counter->shard);
            status = take_block(monitor, counter->shard);
        } else { /* their time is over */
            monitor->collected += drift_profile_rows(counter->shard);
        }
        uint64_t left = room(monitor);
        atomic_store_explicit(&recorder->room, left ? left : monitor->config.window_rows,
                              memory_order_relaxed);
        drift__recorder_return(recorder);
        if (!status)
            status = cut(monitor, error);
    }
    return status;
}

drift_status drift__monitor_collect(drift_monitor *monitor, drift_error *error)
{
    drift_status status = cut(monitor, error);
    drift_recorder *first = atomic_load_explicit(&monitor->recorders, memory_order_acquire);
    for (drift_recorder *recorder = first; recorder && !status; recorder = recorder->next)
        status = collect_from(monitor, recorder, error);
    drift__epochs_drop(monitor);
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

/* `n` rows of a table from `first` on: into the window, and past the evidence in their order. */
static drift_status take_rows(drift_monitor *monitor, const drift_table *table,
                              const drift_column *const *sources, drift_column *columns,
                              uint64_t first, uint64_t n, drift_error *error)
{
    drift_table part;
    slice(table, columns, first, n, &part);
    drift_status status = drift_profile_update(monitor->window.profile, &part, error);
    if (status)
        return status;
    drift__attach_rows(monitor, &part, monitor->collected + 1);
    note_rows(monitor, n);
    monitor->batched += n;
    if (monitor->sentry) {
        status = drift__sentry_rows(monitor->sentry, sources, first, n);
        report(monitor);
    }
    return status ? drift__fail_status(error, status) : DRIFT_OK;
}

drift_status drift_monitor_observe_batch(drift_monitor *monitor, const drift_table *table,
                                         drift_error *error)
{
    const drift_column **sources = NULL;
    if (!monitor || !table)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    drift_status status =
        drift__monitor_is_inherited(monitor) ? drift__monitor_renew(monitor, error) : DRIFT_OK;
    const drift_profile *reference = monitor->reference;
    const drift_allocator *memory = &monitor->allocator;
    status = status ? status : drift__table_check(table, error);
    if (!status)
        status = drift__match_columns(&reference->index, reference->n_columns, table, memory,
                                      &sources, error);
    if (status)
        return status;
    drift_column *columns = drift__allocate(memory, table->n_columns, sizeof *columns);
    if (!columns)
        status = drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    /* What was observed row by row came before. */
    if (!status)
        status = collect_from(monitor, monitor->own, error);
    for (uint64_t at = 0; at < table->n_rows && !status;) {
        uint64_t rows = room(monitor), left = table->n_rows - at;
        rows = rows < left ? rows : left;
        status = take_rows(monitor, table, sources, columns, at, rows, error);
        at += rows;
        if (!status)
            status = cut(monitor, error);
    }
    uint64_t open = room(monitor);
    atomic_store_explicit(&monitor->own->room, open ? open : 1, memory_order_relaxed);
    drift__release(memory, columns);
    drift__release(memory, sources);
    return status;
}

drift_status drift_monitor_observe_profile(drift_monitor *monitor, const drift_profile *rows,
                                           drift_error *error)
{
    if (!monitor || !rows)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    if (monitor->attached.n)
        return drift__fail(error, DRIFT_ERR_UNSUPPORTED, DRIFT__ATTACH_NEEDS_ORDER);
    drift_status status =
        drift__monitor_is_inherited(monitor) ? drift__monitor_renew(monitor, error) : DRIFT_OK;
    if (!status)
        status = collect_from(monitor, monitor->own, error);
    if (status)
        return status;
    status = drift__shard_pour(monitor->window.profile, rows, error);
    if (status == DRIFT_ERR_INCOMPATIBLE)
        return drift__fail(error, status,
                           "the rows were counted against another reference than the one of the "
                           "monitor's epoch %llu: fetch that (drift_monitor_reference) and count "
                           "against it",
                           (unsigned long long)drift_monitor_epoch(monitor));
    if (status)
        return status;
    status = take_block(monitor, rows);
    monitor->batched += drift_profile_rows(rows);
    return status ? drift__fail_status(error, status) : cut(monitor, error);
}
