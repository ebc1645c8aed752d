/* SPDX-License-Identifier: Apache-2.0
 *
 * window.h: the inside of a monitor: windows, and the alerts of judged ones.
 */
#ifndef DRIFT_MONITOR_WINDOW_H
#define DRIFT_MONITOR_WINDOW_H

#include <drift/monitor.h>

#include "core/arena.h"
#include "monitor/epoch.h"
#include "monitor/metrics.h"
#include "monitor/recorder.h"

typedef struct drift__window {
    drift_profile *profile;
    uint64_t first_row, last_row; /* from 1, over the life of the monitor */
} drift__window;

/** What one column has to say about a window. */
typedef struct drift__news {
    int raised;
    const drift_finding *finding; /* NULL: its distribution changed */
    int large;
} drift__news;

/** Alerts of one judged window, waiting for a poll; the comparison lives as long as they do. */
typedef struct drift__judged {
    struct drift__judged *next;
    drift__arena arena;
    drift_comparison *comparison;
    drift_alert *alerts;
    drift__news *news; /* per column */
    size_t n_alerts, delivered;
} drift__judged;

/** Per column: the findings that last and were told, one bit for each kind. */
typedef struct drift__told {
    uint8_t warning, alert;
} drift__told;

struct drift_monitor {
    drift_allocator allocator;
    drift_monitor_config config;
    _Atomic(drift__epoch *) epoch; /* of now; reference and window.profile are what it has */
    const drift_profile *reference;
    drift__window window;
    _Atomic(drift_recorder *) recorders; /* all of them, the last made first */
    _Atomic uint32_t makers;             /* threads that make one */
    drift_recorder *own;                 /* of drift_monitor_observe */
    uint32_t generation;                 /* drift__fork_generation of what is here */
    uint64_t window_began;               /* by the clock */
    int polling, destroy_requested;
    drift_alert_callback callback;
    void *callback_context;
    drift__judged *first_judged, *last_judged;
    uint64_t *quiet_until; /* per column: no alert before this row */
    drift__told *told;
    drift__metrics metrics;
    char *model;
    uint64_t collected, batched; /* rows that joined windows; those of batches among them */
    uint64_t n_windows, n_alerts, n_warnings;
    uint64_t windows_before, alerts_before; /* in earlier epochs */
};

/**
 * Compare the window with the reference at alpha / (k (k + 1)), queue its
 * alerts and empty it. On failure the window stays as it was.
 */
drift_status drift__window_judge(drift_monitor *monitor, drift__window *window, drift_error *error);
/** Judge the window where it is full or its time is up. */
drift_status drift__monitor_cut(drift_monitor *monitor, drift_error *error);
/** Collect from all recorders, judging the windows that fill up. */
drift_status drift__monitor_collect(drift_monitor *monitor, drift_error *error);
/** What a new epoch does not inherit: windows, what was told, cooldowns. Counts in `epoch`. */
void drift__monitor_begin(drift_monitor *monitor, drift__epoch *epoch);
/** Forget everything that was observed: in a child, what its parent observed. */
void drift__monitor_renew(drift_monitor *monitor);
/** Nanoseconds by the clock of the configuration, and since 1970 by its wall clock. */
uint64_t drift__monitor_now(const drift_monitor *monitor);
uint64_t drift__monitor_date(const drift_monitor *monitor);
/** Free the oldest judged window. */
void drift__judged_drop_first(drift_monitor *monitor);

#endif
