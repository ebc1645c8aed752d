/* SPDX-License-Identifier: Apache-2.0
 *
 * transition.c: from an alert to the next reference.
 */
#include "monitor/transition.h"

#include "monitor/rebase.h"
#include "monitor/window.h"
#include "profile/shard.h"

/* Level at which two windows in a row differ: one in twenty waits a window longer than it had to. */
static const double LEVEL = 0.05;

static void copy_counts(drift_profile *to, const drift_profile *from)
{
    drift_profile_reset(to);
    drift__shard_absorb(to, from);
}

/* 1 where nothing tells the window from the one before it. */
static int is_settled(const drift_monitor *monitor, const drift_profile *previous)
{
    drift_comparison_config config = DRIFT_COMPARISON_CONFIG_INIT;
    drift_comparison *comparison = NULL;
    config.alpha = LEVEL;
    config.allocator = &monitor->allocator;
    if (drift_comparison_create(previous, monitor->window.profile, &config, &comparison, NULL))
        return 0;
    size_t changed = 0;
    for (size_t i = 0; i < drift_comparison_columns(comparison); i++) {
        uint32_t verdict = drift_comparison_column(comparison, i)->verdict;
        changed += verdict == DRIFT_VERDICT_DRIFT || verdict == DRIFT_VERDICT_MINOR;
    }
    drift_comparison_destroy(comparison);
    return !changed;
}

void drift__transition_forget(drift__epoch *epoch)
{
    drift_profile_reset(epoch->previous);
    drift_profile_reset(epoch->gathered);
    epoch->settled = 0;
}

void drift__transition_window(drift_monitor *monitor)
{
    drift__epoch *epoch = atomic_load(&monitor->epoch);
    const drift_profile *window = monitor->window.profile;
    if (!epoch->gathered)
        return;
    if (!drift__incidents_open(&monitor->policy.incidents, DRIFT_SEVERITY_ALERT)) {
        drift__transition_forget(epoch);
        return;
    }
    if (epoch->settled) {
        drift__shard_absorb(epoch->gathered, window);
        return;
    }
    epoch->settled =
        drift_profile_rows(epoch->previous) > 0 && is_settled(monitor, epoch->previous);
    copy_counts(epoch->previous, window);
}

drift_status drift__transition_end(drift_monitor *monitor, drift_error *error)
{
    const drift__epoch *epoch = atomic_load(&monitor->epoch);
    drift_profile *reference = NULL;
    if (!epoch->gathered || drift_profile_rows(epoch->gathered) < monitor->config.rebase_rows)
        return DRIFT_OK;
    /* A callback reads names of the epoch. */
    if (drift__monitor_is_polling(monitor))
        return DRIFT_OK;
    drift_status status =
        drift__shard_settle(epoch->gathered, &monitor->allocator, &reference, error);
    if (!status)
        status = drift__monitor_rebase(monitor, reference, error);
    drift_profile_destroy(reference);
    return status;
}
