/* SPDX-License-Identifier: Apache-2.0
 *
 * monitor.h: a reference, rows as they come, and a callback when they are no
 * longer what they were.
 *
 * Each column has evidence of change that grows row after row (drift/evidence.h), over its values
 * and over rows without a usable one. The probability that an unchanged stream is ever
 * alarmed, by any column, is at most alpha, however long it runs, until drift_monitor_rebase
 * begins a new epoch. A change is told as an alert once it is as large as min_effect, by the rows
 * since it began. Where the rows of the reference depend on each other the evidence uses every k-th row,
 * or scores of windows, or leaves the column out (drift_profile_column, plan). Evidence speaks once in an
 * epoch; what a column does after that is judged by windows.
 *
 * Rows are counted into tumbling windows too, for effects, metrics, findings about the schema and
 * for knowing when a change has ended. With DRIFT_MONITOR_WINDOWS they are the judge: window k (1, 2,
 * ...) is compared with the reference at alpha / (k (k + 1)), which sums to alpha.
 *
 * Alerts are delivered by drift_monitor_poll, on the thread that calls it. The rows of one
 * drift_monitor_observe_batch keep their order, and an alert names the row at which the evidence was
 * complete; what recorders hold is a block without an order, so its row is the last one collected: poll
 * as often as you want to know.
 *
 * Rows come through drift_monitor_observe, in batches, or from other threads through
 * recorders (drift/recorder.h); they join the window when drift_monitor_poll collects them.
 * A window ends where it has window_rows rows. With several recorders it is the rows
 * of whole collections, so it may then have more, up to another window's worth of each
 * recorder. With window_seconds it ends sooner, at a poll after that time.
 *
 * What several columns say within incident_rows rows is one incident. It is told when it opens, with
 * all columns known by then; when it grows (another column, another kind of change, a warning that
 * becomes an alert), once a poll at most; and when it has ended: a whole window that began after
 * its last news, and after the last signal of a detector without evidence, shows none of its columns
 * changed, or a new reference was taken.
 *
 * Thread rule: one thread at a time, recorders apart. Inside a callback getters, observe and
 * what sets callbacks, rules and mutes work, poll answers DRIFT_ERR_BUSY, no epoch begins, and
 * destroy takes effect when the poll ends. The child of a fork begins anew and is in no callback:
 * what its parent lent to one is borrowed until its first call of the monitor.
 */
#ifndef DRIFT_MONITOR_H
#define DRIFT_MONITOR_H

#include <drift/base.h>
#include <drift/comparison.h>
#include <drift/detector.h>
#include <drift/profile.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct drift_monitor drift_monitor;

typedef enum drift_severity {
    DRIFT_SEVERITY_WARNING = 0, /* evidence, effect below min_effect */
    DRIFT_SEVERITY_ALERT = 1    /* evidence and size */
} drift_severity;

typedef enum drift_alert_kind {
    DRIFT_ALERT_DISTRIBUTION = 0,
    DRIFT_ALERT_MISSING = 1,
    DRIFT_ALERT_RANGE = 2,
    DRIFT_ALERT_SCHEMA = 3,
    DRIFT_ALERT_ERROR = 4,
    DRIFT_ALERT_CUSTOM = 5
} drift_alert_kind;

/** What an alert says about its incident. */
typedef enum drift_alert_phase {
    DRIFT_ALERT_OPENED = 0,
    DRIFT_ALERT_UPDATED = 1, /* it grew */
    DRIFT_ALERT_RESOLVED = 2 /* it has ended */
} drift_alert_phase;

DRIFT_API const char *drift_severity_name(drift_severity severity);
DRIFT_API const char *drift_alert_kind_name(drift_alert_kind kind);
/** "opened". Static storage, as the others. */
DRIFT_API const char *drift_alert_phase_name(drift_alert_phase phase);

/** Who judges the columns. */
typedef enum drift_monitor_detector {
    DRIFT_MONITOR_EVIDENCE = 0, /* evidence that grows row after row (drift/evidence.h) */
    DRIFT_MONITOR_WINDOWS = 1   /* each window compared with the reference at alpha / (k (k + 1)) */
} drift_monitor_detector;

typedef struct drift_monitor_config {
    uint32_t struct_size;
    uint32_t warnings;     /* 1 = deliver warnings too */
    double alpha;          /* false-alarm probability over the whole life, all columns; 0 = 0.01 */
    double min_effect;     /* as in drift_comparison_config */
    uint64_t window_rows;  /* rows a window; 0 = 10,000; at least 10 */
    uint64_t minimum_rows; /* rows a last, partial window needs to be judged; 0 = 1,000 */
    /* After a column joined an incident, and after that ended, rows in which it joins no other. */
    uint64_t cooldown_rows;
    uint32_t correction; /* drift_correction, of windows */
    uint32_t detector;   /* drift_monitor_detector */
    const drift_allocator *allocator;
    /* A window with minimum_rows also ends at the first poll this long after the one before it
     * ended; 0 = by rows only. */
    double window_seconds;
    drift_clock clock; /* asked by poll and where a window is judged; NULL = CLOCK_MONOTONIC */
    void *clock_context;
    drift_clock wall_clock; /* since 1970, for metrics; may fall; NULL = CLOCK_REALTIME */
    void *wall_clock_context;
    const char *model;    /* name in metrics; copied; NULL = "default" */
    uint64_t most_series; /* of metrics (drift/report.h); 0 = 2,000 */
    /* While an alert is open, once one window does not differ from the one before it (drift_comparison,
     * level 0.05), the next rebase_rows rows, in whole windows, become the reference, as by
     * drift_monitor_rebase. Its edges stay those of the present one, but its names are those of these
     * rows, so that what was counted against the present one no longer fits: see
     * drift_monitor_observe_profile. Where the alert is resolved before they are together the
     * reference stays. 0 = never. */
    uint64_t rebase_rows;
    /* Columns that change within so many rows of the first are one incident; 0 = window_rows. */
    uint64_t incident_rows;
    /* A change is told when it is still there so many rows after it was found; 0 = at once. Windows
     * find it again in every window until then. */
    uint64_t persistence_rows;
    /* Retraining (drift_monitor_on_retrain): least time between two; 0 = none. At most
     * retrain_budget (0 = any number; at most 1,000) in retrain_period_seconds (0 = 86,400). By
     * `clock`. */
    double retrain_interval_seconds, retrain_period_seconds;
    uint64_t retrain_budget;
    /* Of evidence, refused with windows, either > 0 in place of alpha's promise: at least so many
     * unchanged rows to a false alarm on average, up to 1e12; */
    double run_length;
    /* or: an alarm, but with probability alpha, only where the Kolmogorov-Smirnov distance from the
     * reference is above this, 0..1, however rows depend on each other below it. */
    double tolerance;
} drift_monitor_config;

#define DRIFT_MONITOR_CONFIG_INIT                                                                  \
    {sizeof(drift_monitor_config),                                                                 \
     0,                                                                                            \
     0.0,                                                                                          \
     0.0,                                                                                          \
     0,                                                                                            \
     0,                                                                                            \
     0,                                                                                            \
     0,                                                                                            \
     0,                                                                                            \
     NULL,                                                                                         \
     0.0,                                                                                          \
     NULL,                                                                                         \
     NULL,                                                                                         \
     NULL,                                                                                         \
     NULL,                                                                                         \
     NULL,                                                                                         \
     0,                                                                                            \
     0,                                                                                            \
     0,                                                                                            \
     0,                                                                                            \
     0.0,                                                                                          \
     0.0,                                                                                          \
     0,                                                                                            \
     0.0,                                                                                          \
     0.0}

/**
 * What one column of an incident said last that was news; a detector without evidence takes the
 * place of none that has it. Grows at its end.
 */
typedef struct drift_alert_column {
    const char *column;
    const char *detector; /* who found it: "window", "evidence", or a name as "adwin" */
    const char *finding;  /* in words; NULL = its distribution changed */
    uint32_t kind;        /* drift_alert_kind */
    uint32_t severity;    /* drift_severity */
    uint64_t row;         /* rows observed when the evidence was complete (1 = the first row) */
    uint64_t change_row;  /* where the change began, as estimated: a window begins there */
    uint64_t window;      /* number, from 1, of the window the evidence was found in */
    double evidence;      /* p-value, adjusted over columns in a window; 0 = certain */
    double alpha;         /* the level it was compared with; a window's is alpha / (k (k + 1)). Both
                             NaN where a detector makes no promise */
    double psi;           /* effect: debiased PSI */
    double ks;            /* effect: KS distance at the edges; 0 for names */
    uint32_t has_psi, has_ks;
} drift_alert_column;

/**
 * Everything needed to act. Strings and arrays are borrowed for the callback. What is said of one
 * column is that of the strongest, columns[0]. Grows at its end.
 */
typedef struct drift_alert {
    uint32_t kind;     /* drift_alert_kind */
    uint32_t severity; /* drift_severity: the worst column's */
    const char *column;
    const char *message; /* one sentence about the whole incident */
    uint64_t row;        /* opened: of the first crossing; updated: of the last news, or of the last
                            signal without evidence; resolved: last row of the window that shows it,
                            or before the new reference that ends it */
    uint64_t change_row; /* first row of the change, as estimated; never after the first crossing */
    uint64_t window;
    double evidence, alpha, psi, ks;
    uint32_t has_psi, has_ks;
    const drift_comparison *comparison; /* of the last window judged since the last poll; or NULL */
    uint64_t incident;                  /* its number, from 1 */
    uint32_t phase;                     /* drift_alert_phase */
    uint32_t reserved;
    const char *detector;
    const drift_alert_column *const *columns; /* strongest first: severity, evidence relative to
                                                 its level, effect */
    size_t n_columns;
    const char
        *retraining; /* "requested"; "withheld: " and why; NULL where there is none to ask for */
    uint64_t epoch;  /* 1 + references the monitor had before this one when it opened */
} drift_alert;

/** One alert as one JSON line, `drift.alert/1`, with its line break. */
DRIFT_API drift_status drift_alert_render_json(const drift_alert *alert, drift_buffer *out_text);

typedef void (*drift_alert_callback)(const drift_alert *alert, void *context);

/** Monitor over a copy of `reference`. Owned by the caller. All windows are allocated here. */
DRIFT_API drift_status drift_monitor_create(const drift_profile *reference,
                                            const drift_monitor_config *config,
                                            drift_monitor **out_monitor, drift_error *error);
DRIFT_API void drift_monitor_destroy(drift_monitor *monitor);
/** Call `callback` for each alert from now on; NULL for none. `context` is borrowed until replaced. */
DRIFT_API drift_status drift_monitor_on_alert(drift_monitor *monitor, drift_alert_callback callback,
                                              void *context);
/**
 * Call `callback` from poll, after the alert, where a model should be trained anew: at most once an
 * incident, when an alert (no warning) opens or updates it and interval and budget of the configuration
 * allow. Rules as for alerts. `context` is borrowed until replaced; NULL for none.
 */
DRIFT_API drift_status drift_monitor_on_retrain(drift_monitor *monitor,
                                                drift_alert_callback callback, void *context);

/** What holds for one column in place of the configuration. All zero: nothing. */
typedef struct drift_column_rule {
    uint32_t struct_size;
    uint32_t mute;             /* 1 = never told */
    uint32_t warnings_only;    /* 1 = its changes are never more than warnings */
    uint32_t reserved;         /* 0 */
    double min_effect;         /* of changed distributions; 0 = the reference's or the monitor's;
                                  negative = none */
    uint64_t persistence_rows; /* 0 = the monitor's; DRIFT_NO_ROWS = none */
    uint64_t cooldown_rows;    /* the same */
} drift_column_rule;

#define DRIFT_NO_ROWS UINT64_MAX
#define DRIFT_COLUMN_RULE_INIT {sizeof(drift_column_rule), 0, 0, 0, 0.0, 0, 0}

/** From now on; `rule` NULL = none. DRIFT_ERR_NOT_FOUND where the reference has no such column. */
DRIFT_API drift_status drift_monitor_set_rule(drift_monitor *monitor, const char *column,
                                              const drift_column_rule *rule, drift_error *error);
/**
 * What is found about `column` (NULL = all) before row `until_row` is counted in metrics, but opens
 * no incident and joins none; DRIFT_NO_ROWS = for ever, 0 = no longer. A change that is found again from that
 * row on is told.
 */
DRIFT_API drift_status drift_monitor_mute(drift_monitor *monitor, const char *column,
                                          uint64_t until_row, drift_error *error);
/** A detector of drift/detector.h at a column. Grows at its end. */
typedef struct drift_monitor_detector_info {
    uint32_t struct_size; /* set by the caller */
    uint32_t reserved;
    const char *column;
    const drift_detector *detector; /* borrowed: to be read, as between polls */
    uint64_t alarms;                /* changes it signalled */
    uint64_t ignored;               /* values it does not take (drift_detector_input), left out */
} drift_monitor_detector_info;

/**
 * From now on `detector` sees the values of `column`, a numeric or boolean one, row by row as
 * they come through drift_monitor_observe and drift_monitor_observe_batch; missing ones are left
 * out. Each change that it signals is an alert without evidence, of kind DRIFT_ALERT_ERROR where
 * it takes errors or shares, else DRIFT_ALERT_DISTRIBUTION, beside what the monitor itself finds:
 * alpha does not hold for it. It goes on through rebases. It belongs to the monitor afterwards,
 * unless this fails.
 *
 * Rows of other recorders have no common order: DRIFT_ERR_UNSUPPORTED where there are some, and
 * from drift_monitor_recorder and drift_monitor_observe_profile afterwards; the same once a state
 * is open. DRIFT_ERR_NOT_FOUND for an unknown column, DRIFT_ERR_INVALID_ARGUMENT for one of
 * another type, DRIFT_ERR_BUSY inside a callback, DRIFT_ERR_OVERFLOW beyond 100,000 detectors.
 */
DRIFT_API drift_status drift_monitor_add_detector(drift_monitor *monitor, const char *column,
                                                  drift_detector *detector, drift_error *error);
/** Detectors that were added. */
DRIFT_API size_t drift_monitor_detectors(const drift_monitor *monitor);
/** Detector `index` in the order they were added; DRIFT_ERR_NOT_FOUND beyond the last. */
DRIFT_API drift_status drift_monitor_get_detector(const drift_monitor *monitor, size_t index,
                                                  drift_monitor_detector_info *out_detector);
/**
 * Observe one row through the monitor's own recorder, as drift_recorder_observe does. When
 * two full windows wait for a poll the row is dropped and counted (drift_monitor_dropped).
 */
DRIFT_API drift_status drift_monitor_observe(drift_monitor *monitor, const drift_value *values,
                                             size_t n);
/**
 * Observe many rows; columns are matched by name. Windows that fill up are
 * judged at once (their alerts still wait for drift_monitor_poll), so none is dropped.
 * On failure the windows' worth of rows already counted stay so; drift_monitor_rows
 * tells how many.
 */
DRIFT_API drift_status drift_monitor_observe_batch(drift_monitor *monitor, const drift_table *table,
                                                   drift_error *error);
/**
 * Rows that were counted elsewhere, by drift_profile_create_against the reference of the epoch
 * (workers, executors), as one block: their order is not known. They belong to one window, which may
 * so become longer. DRIFT_ERR_INCOMPATIBLE, and nothing is counted, where they were counted in other
 * edges or names, as after a rebase, by hand or by rebase_rows: whoever counts gets
 * drift_monitor_reference anew when drift_monitor_epoch has risen; a process that cannot is better
 * served without rebase_rows.
 */
DRIFT_API drift_status drift_monitor_observe_profile(drift_monitor *monitor,
                                                     const drift_profile *rows, drift_error *error);
/**
 * Collect from all recorders, judge the windows that are full and deliver alerts. Never waits for
 * a recorder. DRIFT_ERR_BUSY inside a callback. Where memory runs out, what was not judged stays
 * for the next poll.
 */
DRIFT_API drift_status drift_monitor_poll(drift_monitor *monitor, drift_error *error);
/** The input has ended: judge the partial window if it has minimum_rows, then poll. */
DRIFT_API drift_status drift_monitor_finish(drift_monitor *monitor, drift_error *error);

/**
 * Take a copy of `reference` in place of the present one, while recorders go on observing: a new
 * epoch. It has the same columns of the same types in the same order, else DRIFT_ERR_INCOMPATIBLE,
 * whose message names the first that differs; its edges, names and blocks are its own.
 * DRIFT_ERR_BUSY inside a callback. On failure nothing has changed.
 *
 * The window begins anew, without the rows it held, cooldowns end, and what was told may be told
 * again; alerts that wait are still delivered. Rows that were observed before and not collected
 * yet, and those that a thread counts at this very moment, belong to no window; drift_monitor_rows
 * has them. Every epoch spends alpha anew: the probability that an unchanged stream is ever alarmed
 * during E epochs is at most E alpha. O(recorders * columns).
 */
DRIFT_API drift_status drift_monitor_rebase(drift_monitor *monitor, const drift_profile *reference,
                                            drift_error *error);
/** Number of the epoch, from 1. */
DRIFT_API uint64_t drift_monitor_epoch(const drift_monitor *monitor);
/** The reference of the epoch; borrowed until the next begins or the monitor is destroyed. */
DRIFT_API const drift_profile *drift_monitor_reference(const drift_monitor *monitor);

/** Rows observed, through whatever recorder, and rows dropped. */
DRIFT_API uint64_t drift_monitor_rows(const drift_monitor *monitor);
DRIFT_API uint64_t drift_monitor_dropped(const drift_monitor *monitor);
/** Windows judged. */
DRIFT_API uint64_t drift_monitor_windows(const drift_monitor *monitor);
/** Incidents that are or were of severity ALERT, and that opened as warnings (delivered or not). */
DRIFT_API uint64_t drift_monitor_alerts(const drift_monitor *monitor);
DRIFT_API uint64_t drift_monitor_warnings(const drift_monitor *monitor);
/** Incidents that have not ended. */
DRIFT_API uint64_t drift_monitor_open_incidents(const drift_monitor *monitor);
/** Columns a row has, in order; the reference's. Names are borrowed as it is. */
DRIFT_API size_t drift_monitor_columns(const drift_monitor *monitor);
DRIFT_API const char *drift_monitor_column_name(const drift_monitor *monitor, size_t index);

#ifdef __cplusplus
}
#endif
#endif
