/* SPDX-License-Identifier: Apache-2.0
 *
 * collect.c: from recorders and batches into the window, and where windows end.
 */
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/fork.h"
#include "core/memory.h"
#include "monitor/rebase.h"
#include "monitor/transition.h"
#include "monitor/window.h"
#include "profile/state.h"

static const double NANOSECONDS = 1e9;

void drift__monitor_begin(drift_monitor *monitor, drift__epoch *epoch)
{
    /* One store, so that the child of a fork finds the old epoch or the new one. */
    atomic_store(&monitor->epoch, epoch);
    monitor->reference = epoch->reference;
    monitor->window.profile = epoch->window;
    drift_profile_reset(epoch->window);
    drift__policy_renew(&monitor->policy, monitor->collected, epoch->number);
    monitor->windows_before = monitor->n_windows;
    monitor->alerts_before = drift_monitor_alerts(monitor);
    drift_profile_reset(epoch->previous);
    drift_profile_reset(epoch->gathered);
    epoch->settled = 0;
    monitor->window_began = drift__monitor_now(monitor);
}

void drift__monitor_renew(drift_monitor *monitor)
{
    drift__state_close(monitor->state);
    monitor->state = NULL;
    drift_comparison_destroy(monitor->comparison);
    monitor->comparison = NULL;
    drift__policy_reset(&monitor->policy);
    monitor->collected = monitor->batched = monitor->dropped = 0;
    drift__metrics_reset(&monitor->metrics);
    monitor->n_windows = 0;
    drift__monitor_begin(monitor, atomic_load(&monitor->epoch));
    monitor->generation = drift__fork_generation();
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

drift_status drift__monitor_cut(drift_monitor *monitor, drift_error *error)
{
    drift_status status = DRIFT_OK;
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

/* One block of rows, those behind monitor->collected: its counts are in `shard`. */
static void take_block(drift_monitor *monitor, const drift_profile *shard)
{
    drift__shard_absorb(monitor->window.profile, shard);
    note_rows(monitor, drift_profile_rows(shard));
}

/* What waits in one recorder: at most what it holds, so that none keeps the others waiting. */
static drift_status collect_from(drift_monitor *monitor, drift_recorder *recorder,
                                 drift_error *error)
{
    drift_status status = drift__monitor_cut(monitor, error);
    if (!status && drift__recorder_prepare(recorder, atomic_load(&monitor->epoch)))
        status = drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    for (int buffer = 0; buffer < 2 && !status; buffer++) {
        const drift__counter *counter = drift__recorder_take(recorder);
        if (!counter)
            break;
        if (counter->epoch == atomic_load(&monitor->epoch))
            take_block(monitor, counter->shard);
        else /* their time is over */
            monitor->collected += drift_profile_rows(counter->shard);
        uint64_t left = room(monitor);
        atomic_store_explicit(&recorder->room, left ? left : monitor->config.window_rows,
                              memory_order_relaxed);
        drift__recorder_return(recorder);
        status = drift__monitor_cut(monitor, error);
    }
    return status;
}

drift_status drift__monitor_collect(drift_monitor *monitor, drift_error *error)
{
    drift_status status = drift__monitor_cut(monitor, error);
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

drift_status drift_monitor_observe_batch(drift_monitor *monitor, const drift_table *table,
                                         drift_error *error)
{
    if (!monitor || !table)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    if (monitor->generation != drift__fork_generation())
        drift__monitor_renew(monitor);
    drift_column *columns = drift__allocate(&monitor->allocator, table->n_columns, sizeof *columns);
    if (!columns)
        return drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    /* What was observed row by row came before. */
    drift_status status = collect_from(monitor, monitor->own, error);
    for (uint64_t at = 0; at < table->n_rows && !status;) {
        uint64_t rows = room(monitor), left = table->n_rows - at;
        rows = rows < left ? rows : left;
        drift_table part;
        slice(table, columns, at, rows, &part);
        status = drift_profile_update(monitor->window.profile, &part, error);
        if (status)
            break;
        note_rows(monitor, rows);
        monitor->batched += rows;
        at += rows;
        status = drift__monitor_cut(monitor, error);
    }
    uint64_t open = room(monitor);
    atomic_store_explicit(&monitor->own->room, open ? open : 1, memory_order_relaxed);
    drift__release(&monitor->allocator, columns);
    return status;
}
