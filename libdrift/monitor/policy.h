/* SPDX-License-Identifier: Apache-2.0
 *
 * policy.h: which signals are told: rules of columns, persistence, cooldown, mute; and incidents
 * made of those that are. Plain state of fixed size: no I/O, no clock, no callback.
 */
#ifndef DRIFT_MONITOR_POLICY_H
#define DRIFT_MONITOR_POLICY_H

#include "monitor/incident.h"
#include "monitor/retraining.h"

/** How much a window shows of a change of a column. */
enum { DRIFT__LEVEL_CALM = 0, DRIFT__LEVEL_MINOR = 1, DRIFT__LEVEL_DRIFT = 2 };

/** Since when a kind of change has been there at a severity; row 0 = it is not. */
typedef struct drift__beginning {
    uint64_t row, change_row;
} drift__beginning;

typedef struct drift__policy_column {
    drift_column_rule rule;
    uint64_t muted_until, quiet_until; /* by mute, by cooldown: no news before this row */
    drift__beginning begun[DRIFT__ALERT_KINDS][DRIFT__SEVERITIES];
    uint32_t over; /* bit k: a window took an alert of kind k back: evidence of before is past */
} drift__policy_column;

typedef struct drift__policy {
    uint32_t warnings; /* 1 = they are told */
    uint64_t incident_rows, persistence_rows, cooldown_rows;
    uint64_t epoch; /* of the reference, from 1 */
    drift__incidents incidents;
    drift__policy_column *columns;
    uint8_t *levels; /* per column: what the window judged last shows */
    drift__retraining retraining;
} drift__policy;

/** For `config` with its defaults filled in. 0, or -1 where memory is out (free in both cases). */
int drift__policy_init(drift__policy *policy, const drift_monitor_config *config, size_t n_columns,
                       const drift_allocator *allocator);
void drift__policy_free(drift__policy *policy, const drift_allocator *allocator);
/** Nothing was observed yet; rules, mutes for ever and spent retrainings stay. */
void drift__policy_reset(drift__policy *policy);
/**
 * A new reference after `row`: all incidents have ended there, which is told; rules and mutes stay.
 */
void drift__policy_renew(drift__policy *policy, uint64_t row, uint64_t epoch);

/** Take a signal; 1 where it is an alarm in metrics, of `*out_severity`: no confirmation. */
int drift__policy_take(drift__policy *policy, const drift__signal *signal, uint32_t *out_severity);
/**
 * What an alert of an earlier process said about one column: it is part of incident `number`, and when it is
 * found again that is no news. Returns what drift__policy_take does.
 */
int drift__policy_recall(drift__policy *policy, uint64_t number, const drift__signal *signal);
/** That process told `phase` of it at `row`. */
void drift__policy_recall_told(drift__policy *policy, uint64_t number, drift_alert_phase phase,
                               uint64_t row);
/** See drift__policy_due of signal.h. */
uint64_t drift__policy_due_row(const drift__policy *policy, size_t column, uint32_t kind);
/** A whole window is judged and its signals are taken; `levels` says what it shows of each column. */
void drift__policy_settle(drift__policy *policy, uint64_t first_row, uint64_t last_row);
/**
 * min_effect in force for a column whose reference or monitor says `otherwise`: half of it while
 * an alert of a changed distribution lasts, so that noise about it is no news.
 */
double drift__policy_min_effect(const drift__policy *policy, size_t column, double otherwise);

/** The whole state but rules. */
void drift__policy_write(const drift__policy *policy, uint64_t now, uint64_t date,
                         drift__writer *writer);
/** From untrusted bytes into a policy of as many columns; -1 leaves it reset. */
int drift__policy_read(drift__policy *policy, uint64_t now, uint64_t date,
                       drift__byte_reader *reader);

#endif
