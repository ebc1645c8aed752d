/* SPDX-License-Identifier: Apache-2.0
 *
 * policy_fixture.h: a policy without a monitor: what it is told, what it tells, and what always
 * holds of it.
 */
#ifndef DRIFT_TESTS_POLICY_FIXTURE_H
#define DRIFT_TESTS_POLICY_FIXTURE_H

#include "core/memory.h"
#include "monitor/policy.h"
#include "profile_fixture.h"

enum { COLUMNS = 6, WINDOW = 1000, ALERT = DRIFT_SEVERITY_ALERT, WARNING = DRIFT_SEVERITY_WARNING };

static drift_allocator memory;

static inline drift__policy policy_of(drift_monitor_config config, size_t columns)
{
    drift__policy policy;
    memory = drift__allocator(NULL);
    config.incident_rows = config.incident_rows ? config.incident_rows : WINDOW;
    ck_assert_int_eq(drift__policy_init(&policy, &config, columns, &memory), 0);
    drift__policy_renew(&policy, 0, 1);
    return policy;
}

static inline drift__signal signal_of(size_t column, uint64_t row, uint32_t severity)
{
    return (drift__signal){.column = column,
                           .severity = severity,
                           .row = row,
                           .change_row = row > 50 ? row - 50 : 1,
                           .window = 1 + (row - 1) / WINDOW,
                           .evidence = 1e-6,
                           .alpha = 1e-4,
                           .has_psi = 1,
                           .psi = severity == ALERT ? 0.2 : 0.05};
}

static inline int say(drift__policy *policy, size_t column, uint64_t row, uint32_t severity)
{
    uint32_t counted = 9;
    drift__signal signal = signal_of(column, row, severity);
    return drift__policy_take(policy, &signal, &counted);
}

/* The window that ends at `last` shows `level` in the columns of `changed` (bits). */
static inline void settle_at(drift__policy *policy, uint64_t last, unsigned changed, uint8_t level)
{
    for (size_t i = 0; i < policy->incidents.n_columns; i++)
        policy->levels[i] = i < 32 && changed >> i & 1 ? level : DRIFT__LEVEL_CALM;
    drift__policy_settle(policy, last - WINDOW + 1, last);
}

/* It shows drift in them. */
static inline void settle(drift__policy *policy, uint64_t last, unsigned drifting)
{
    settle_at(policy, last, drifting, DRIFT__LEVEL_DRIFT);
}

/* "1 opened 100: 1,0" of the next thing to tell, which is told by that; "" = nothing. */
static inline const char *next(drift__policy *policy)
{
    static char text[512];
    const drift__incident_entry *entries[64];
    drift_alert_phase phase = DRIFT_ALERT_OPENED;
    drift__incident *incident = drift__incidents_next(&policy->incidents, &phase);
    if (!incident)
        return "";
    uint64_t row = phase == DRIFT_ALERT_OPENED    ? incident->row
                   : phase == DRIFT_ALERT_UPDATED ? incident->joined_row
                                                  : incident->ended_row;
    int at = snprintf(text, sizeof text, "%llu %s %s %llu:", (unsigned long long)incident->number,
                      incident->severity == ALERT ? "alert" : "warning",
                      drift_alert_phase_name(phase), (unsigned long long)row);
    size_t n = drift__incidents_entries(&policy->incidents, incident, entries);
    for (size_t i = 0; i < n; i++)
        at += snprintf(text + at, sizeof text - (size_t)at, " %zu", entries[i]->signal.column);
    drift__incidents_told(&policy->incidents, incident, phase);
    return text;
}

/* Whatever happens: a column is in one open incident at most, which has it; numbers are bounded. */
static inline void check(const drift__policy *policy)
{
    const drift__incidents *incidents = &policy->incidents;
    size_t held[DRIFT__INCIDENTS_MOST] = {0}, open = 0;
    for (size_t i = 0; i < incidents->n_entries; i++) {
        const drift__incident_entry *entry = &incidents->entries[i];
        if (!entry->slot)
            continue;
        const drift__incident *incident = &incidents->table[entry->slot - 1];
        ck_assert_uint_ne(incident->number, 0);
        ck_assert_uint_le(entry->signal.severity, incident->severity);
        held[entry->slot - 1]++;
        open += !incident->ended_row;
        ck_assert_uint_eq(incidents->entry_of[entry->signal.column] == i + 1, !incident->ended_row);
    }
    for (size_t i = 0; i < incidents->n_columns; i++)
        open -= incidents->entry_of[i] != 0;
    ck_assert_uint_eq(open, 0);
    for (size_t i = 0; i < DRIFT__INCIDENTS_MOST; i++) {
        const drift__incident *incident = &incidents->table[i];
        ck_assert_uint_eq(held[i] > 0, incident->number != 0);
        ck_assert_uint_eq(incident->ended_row != 0, incident->news >> DRIFT_ALERT_RESOLVED & 1);
    }
}

#endif
