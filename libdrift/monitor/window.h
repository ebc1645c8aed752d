/* SPDX-License-Identifier: Apache-2.0
 *
 * window.h: the inside of a monitor: its window, and what it knows.
 */
#ifndef DRIFT_MONITOR_WINDOW_H
#define DRIFT_MONITOR_WINDOW_H

#include <drift/monitor.h>

#include "monitor/attached.h"
#include "monitor/delivery.h"
#include "monitor/epoch.h"
#include "monitor/metrics.h"
#include "monitor/policy.h"
#include "monitor/recorder.h"
#include "monitor/sentry.h"
#include "monitor/state.h"

typedef struct drift__window {
    drift_profile *profile;
    uint64_t first_row, last_row; /* from 1, over the life of the monitor */
} drift__window;

struct drift_monitor {
    drift_allocator allocator;
    drift_monitor_config config;
    _Atomic(drift__epoch *) epoch; /* of now; reference and window.profile are what it has */
    const drift_profile *reference;
    drift__window window;
    drift__sentry *sentry;               /* NULL: windows are judged instead */
    _Atomic(drift_recorder *) recorders; /* all of them, the last made first */
    _Atomic uint32_t makers;             /* threads that make one */
    drift_recorder *own;                 /* of drift_monitor_observe */
    uint32_t generation;                 /* drift__fork_generation of what is here */
    uint64_t window_began;               /* by the clock */
    int polling, destroy_requested;
    drift_alert_callback callback, retrain;
    void *callback_context, *retrain_context;
    drift_comparison *comparison; /* of the last window judged since the last poll; or NULL */
    drift_comparison *shown;      /* lent to a callback */
    drift__policy policy;
    drift__delivery delivery;
    drift__metrics metrics;
    drift__attached attached; /* detectors that a caller added */
    uint32_t attached_in;     /* drift__fork_generation of what they have seen */
    char *model;
    uint64_t collected, batched; /* rows that joined windows; those of batches among them */
    uint64_t n_windows;
    uint64_t windows_before; /* in earlier epochs */
    uint64_t dropped;        /* in the life before this process */
    drift__state *state;     /* NULL = none */
};

/**
 * Compare the window with the reference at alpha / (k (k + 1)), signal what changed and empty it.
 * On failure the window stays as it was.
 */
drift_status drift__window_judge(drift_monitor *monitor, drift__window *window, drift_error *error);
/** Collect from all recorders, judging the windows that fill up. */
drift_status drift__monitor_collect(drift_monitor *monitor, drift_error *error);
/** What a new epoch does not inherit: windows, incidents, cooldowns. Counts in `epoch`. */
void drift__monitor_begin(drift_monitor *monitor, drift__epoch *epoch);
/** The column of that name; DRIFT_ERR_NOT_FOUND where the reference has none. */
drift_status drift__monitor_find_column(const drift_monitor *monitor, const char *name,
                                        size_t *out_index, drift_error *error);
/** 1 where what is here was made by a parent of this process. */
int drift__monitor_is_inherited(const drift_monitor *monitor);
/** 1 inside a callback; what a parent was in is over in its child. */
int drift__monitor_is_polling(const drift_monitor *monitor);
/**
 * Forget everything that was observed: in a child, what its parent observed. On failure all stays.
 */
drift_status drift__monitor_renew(drift_monitor *monitor, drift_error *error);
/** What the sentry of an epoch is asked for; NULL where windows are judged instead. */
const drift__sentry_config *drift__monitor_sentry_config(const drift_monitor *monitor,
                                                         drift__sentry_config *out_config);
/** Nanoseconds by the clock of the configuration, and since 1970 by its wall clock. */
uint64_t drift__monitor_now(const drift_monitor *monitor);
uint64_t drift__monitor_date(const drift_monitor *monitor);

#endif
