/* SPDX-License-Identifier: Apache-2.0
 *
 * state.h: a monitor that outlives its process. A snapshot holds all that was counted and weighed; a
 * journal (drift/journal.h) beside it holds what was alarmed. A process that is
 * killed at any moment goes on from the last snapshot, and no alert that is in the journal is raised again.
 *
 * Before the alerts of a poll are delivered a snapshot is written that holds them; then each
 * is put into the journal, which acknowledges it, and then its callback is called. So
 * an alert is delivered once, or, where the process ends between the two, stands in the journal only:
 * who must not miss any reads the journal from the last record that was handled.
 *
 * A child of fork has no state: it neither saves nor records.
 *
 * Thread rule: that of the monitor. Files: docs/format.md; what each failure means:
 * docs/runbook.md.
 */
#ifndef DRIFT_STATE_H
#define DRIFT_STATE_H

#include <drift/base.h>
#include <drift/journal.h>
#include <drift/monitor.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct drift_state_config {
    uint32_t struct_size;
    uint32_t buffered;   /* of the journal: 1 = acknowledged when the system has it */
    uint64_t save_rows;  /* poll saves when so many rows came since the last time; 0 = 100,000 */
    double save_seconds; /* or so many seconds passed, by the monitor's clock; 0 = 60 */
} drift_state_config;

#define DRIFT_STATE_CONFIG_INIT {sizeof(drift_state_config), 0, 0, 0.0}

/**
 * Give `monitor`, of which no row was observed yet, the state `path` and the journal `path`.journal; one
 * process at a time has them. Where there is a snapshot the monitor goes on from it: drift_monitor_rows
 * tells how many rows it has seen, and the same rows behind them give the same alerts at the same
 * rows as if nothing had happened. Where the newest snapshot is damaged it is the one before,
 * `path`.previous. What the journal holds beyond the snapshot is taken as said. Records
 * OPENED where there was no snapshot, else RESTART; damage of the journal is dealt with as
 * drift_journal_open says.
 *
 * DRIFT_ERR_INCOMPATIBLE where the snapshot is that of another reference or of another configuration,
 * as far as that decides about alerts; DRIFT_ERR_CORRUPT where neither generation is whole,
 * DRIFT_ERR_BUSY, DRIFT_ERR_IO. On failure the monitor is as it was, without state.
 */
DRIFT_API drift_status drift_monitor_open_state(drift_monitor *monitor, const char *path,
                                                const drift_state_config *config,
                                                drift_error *error);
/**
 * Collect from all recorders, judge full windows and write a snapshot, which is on the disk when this
 * returns DRIFT_OK; recorded as SNAPSHOT. Alerts wait for the next poll, of this process or
 * the next. DRIFT_ERR_INVALID_ARGUMENT without state, DRIFT_ERR_BUSY inside a callback.
 *
 * Where a file cannot be written this and drift_monitor_poll answer DRIFT_ERR_IO, poll after everything
 * was delivered, and the monitor goes on: what the journal did not take waits in memory
 * (up to 1 MiB, in order; what finds no room there is lost to the journal, which the message and
 * the report say), every poll tries again, and the snapshot before stays.
 */
DRIFT_API drift_status drift_monitor_save(drift_monitor *monitor, drift_error *error);

/** How a state stands. Set struct_size first. Grows at its end. */
typedef struct drift_state_report {
    uint32_t struct_size;
    uint32_t resumed;  /* 1 = there was a snapshot */
    uint32_t previous; /* 1 = the newest one was damaged or gone, and the one before was taken */
    /* drift_journal_fault that open found and dealt with; DRIFT_JOURNAL_FOREIGN where the journal is whole
     * and not the one the snapshot was saved beside: removed, cut back or another one. */
    uint32_t journal_fault;
    uint64_t resumed_rows; /* rows of the snapshot */
    uint64_t replayed;     /* records of the journal beyond the snapshot */
    uint64_t saved_rows;   /* rows of the last snapshot */
    uint64_t records;      /* of the journal */
    uint64_t waiting;      /* records that the journal has not taken yet */
    char message[256];     /* what was damaged; else empty */
    uint64_t lost;         /* records of this process that the journal will never have: no room was
                              left for them to wait in */
} drift_state_report;

#define DRIFT_STATE_REPORT_INIT {sizeof(drift_state_report), 0, 0, 0, 0, 0, 0, 0, 0, "", 0}

/** DRIFT_ERR_INVALID_ARGUMENT without state. */
DRIFT_API drift_status drift_monitor_state_report(const drift_monitor *monitor,
                                                  drift_state_report *out_report);

#ifdef __cplusplus
}
#endif
#endif
