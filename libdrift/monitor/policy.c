/* SPDX-License-Identifier: Apache-2.0
 *
 * policy.c: which signals are told.
 */
#include "monitor/policy.h"

#include <string.h>

#include "core/memory.h"

int drift__policy_init(drift__policy *policy, const drift_monitor_config *config, size_t n_columns,
                       const drift_allocator *allocator)
{
    *policy = (drift__policy){.warnings = config->warnings,
                              .incident_rows = config->incident_rows,
                              .persistence_rows = config->persistence_rows,
                              .cooldown_rows = config->cooldown_rows};
    policy->columns = drift__allocate_zero(allocator, n_columns, sizeof *policy->columns);
    policy->levels = drift__allocate_zero(allocator, n_columns, sizeof *policy->levels);
    int failed = drift__incidents_init(&policy->incidents, n_columns, allocator);
    failed |=
        drift__retraining_init(&policy->retraining, config->retrain_interval_seconds,
                               config->retrain_period_seconds, config->retrain_budget, allocator);
    return failed || !policy->columns || !policy->levels ? -1 : 0;
}

void drift__policy_free(drift__policy *policy, const drift_allocator *allocator)
{
    drift__incidents_free(&policy->incidents, allocator);
    drift__retraining_free(&policy->retraining, allocator);
    drift__release(allocator, policy->columns);
    drift__release(allocator, policy->levels);
}

void drift__policy_reset(drift__policy *policy)
{
    drift__incidents_reset(&policy->incidents);
    for (size_t i = 0; i < policy->incidents.n_columns; i++) {
        drift__policy_column *column = &policy->columns[i];
        column->quiet_until = 0;
        if (column->muted_until != DRIFT_NO_ROWS)
            column->muted_until = 0;
        memset(column->begun, 0, sizeof column->begun);
        column->over = 0;
    }
}

void drift__policy_renew(drift__policy *policy, uint64_t row, uint64_t epoch)
{
    for (size_t i = 0; i < DRIFT__INCIDENTS_MOST; i++) {
        drift__incident *incident = &policy->incidents.table[i];
        if (!incident->number || incident->ended_row)
            continue;
        drift__incidents_end(&policy->incidents, incident, row);
        incident->renewed = 1;
    }
    for (size_t i = 0; i < policy->incidents.n_columns; i++) {
        policy->columns[i].quiet_until = 0;
        memset(policy->columns[i].begun, 0, sizeof policy->columns[i].begun);
        policy->columns[i].over = 0;
    }
    policy->epoch = epoch;
}

static uint64_t row_after(uint64_t row, uint64_t rows)
{
    return rows < UINT64_MAX - row ? row + rows : UINT64_MAX;
}

/* Of a rule, 0 = `otherwise`. */
static uint64_t rows_of(uint64_t stated, uint64_t otherwise)
{
    return stated == DRIFT_NO_ROWS ? 0 : stated ? stated : otherwise;
}

double drift__policy_min_effect(const drift__policy *policy, size_t column, double otherwise)
{
    const drift__policy_column *own = &policy->columns[column];
    double stated = own->rule.min_effect;
    double least = stated < 0 ? 0 : stated > 0 ? stated : otherwise;
    return own->begun[DRIFT_ALERT_DISTRIBUTION][DRIFT_SEVERITY_ALERT].row ? least / 2 : least;
}

static uint32_t severity_of(const drift__policy *policy, const drift__signal *signal)
{
    const drift_column_rule *rule = &policy->columns[signal->column].rule;
    if (rule->warnings_only)
        return DRIFT_SEVERITY_WARNING;
    if (rule->min_effect == 0 || signal->kind != DRIFT_ALERT_DISTRIBUTION || !signal->has_psi)
        return signal->severity;
    int is_large =
        rule->min_effect < 0 || signal->psi >= drift__policy_min_effect(policy, signal->column, 0);
    return is_large ? DRIFT_SEVERITY_ALERT : DRIFT_SEVERITY_WARNING;
}

/* Of no less severity since `signal`, unless it was so before; and no longer of a greater one. */
static int note_beginning(drift__beginning begun[DRIFT__SEVERITIES], const drift__signal *signal,
                          uint32_t severity)
{
    int is_news = !begun[severity].row;
    for (uint32_t s = 0; s < DRIFT__SEVERITIES; s++) {
        if (s > severity)
            begun[s].row = 0;
        else if (!begun[s].row)
            begun[s] = (drift__beginning){signal->row, signal->change_row};
    }
    return is_news;
}

/* The greatest severity that has lasted long enough and is told; 0, or -1 where there is none. */
static int ripe(const drift__policy *policy, const drift__policy_column *column,
                const drift__signal *signal, uint32_t severity, uint32_t *out_severity)
{
    const drift__beginning *begun = column->begun[signal->kind];
    uint64_t rows = rows_of(column->rule.persistence_rows, policy->persistence_rows);
    uint32_t least = policy->warnings ? DRIFT_SEVERITY_WARNING : DRIFT_SEVERITY_ALERT;
    for (uint32_t s = severity + 1; s-- > least;)
        if (signal->row >= row_after(begun[s].row, rows)) {
            *out_severity = s;
            return 0;
        }
    return -1;
}

/* News of a column in its incident: it became worse, or something else changed too. */
static void tell_more(drift__incidents *incidents, drift__incident *incident,
                      drift__incident_entry *entry, const drift__signal *news)
{
    int is_worse = news->severity > entry->signal.severity;
    int is_other = news->severity == entry->signal.severity && !(entry->kinds >> news->kind & 1);
    if (is_worse || is_other)
        drift__incidents_grow(incidents, incident, entry, news);
}

int drift__policy_take(drift__policy *policy, const drift__signal *signal, uint32_t *out_severity)
{
    drift__policy_column *column = &policy->columns[signal->column];
    drift__incident_entry *entry = NULL;
    drift__signal news = *signal;
    uint32_t severity = severity_of(policy, signal);
    int is_alarm = note_beginning(column->begun[signal->kind], signal, severity) &&
                   (policy->warnings || severity > DRIFT_SEVERITY_WARNING);
    *out_severity = severity;
    if (ripe(policy, column, signal, severity, &news.severity) || column->rule.mute ||
        signal->row < column->muted_until)
        return is_alarm;
    const drift__beginning *begun = &column->begun[signal->kind][news.severity];
    news.row = begun->row;
    news.change_row = begun->change_row;
    drift__incident *incident = drift__incidents_of(&policy->incidents, signal->column, &entry);
    if (incident) {
        /* That such a detector signals again is all that tells whether its change is still there. */
        if (!drift__signal_has_evidence(signal) && signal->row > incident->joined_row)
            incident->joined_row = signal->row;
        tell_more(&policy->incidents, incident, entry, &news);
    } else if (signal->row >= column->quiet_until) {
        drift__incidents_take(&policy->incidents, &news, policy->incident_rows, policy->epoch);
        column->quiet_until =
            row_after(signal->row, rows_of(column->rule.cooldown_rows, policy->cooldown_rows));
    }
    return is_alarm;
}

int drift__policy_recall(drift__policy *policy, uint64_t number, const drift__signal *signal)
{
    drift__policy_column *column = &policy->columns[signal->column];
    if (!drift__incidents_recall(&policy->incidents, number, signal, policy->epoch))
        return 0;
    uint64_t quiet =
        row_after(signal->row, rows_of(column->rule.cooldown_rows, policy->cooldown_rows));
    if (quiet > column->quiet_until)
        column->quiet_until = quiet;
    return note_beginning(column->begun[signal->kind], signal, signal->severity);
}

void drift__policy_recall_told(drift__policy *policy, uint64_t number, drift_alert_phase phase,
                               uint64_t row)
{
    drift__incidents *incidents = &policy->incidents;
    drift__incident *incident = drift__incidents_find(incidents, number);
    if (!incident)
        return;
    if (phase != DRIFT_ALERT_RESOLVED) {
        incident->news &= ~(1u << DRIFT_ALERT_OPENED | 1u << (unsigned)phase);
        return;
    }
    for (size_t i = 0; i < incidents->n_columns; i++) {
        drift__policy_column *column = &policy->columns[i];
        uint32_t entry = incidents->entry_of[i];
        if (entry && &incidents->table[incidents->entries[entry - 1].slot - 1] == incident)
            column->quiet_until =
                row_after(row, rows_of(column->rule.cooldown_rows, policy->cooldown_rows));
    }
    if (!incident->ended_row)
        drift__incidents_end(incidents, incident, row);
    drift__incidents_told(incidents, incident, DRIFT_ALERT_RESOLVED);
}

uint64_t drift__policy_due_row(const drift__policy *policy, size_t index, uint32_t kind)
{
    const drift__policy_column *column = &policy->columns[index];
    const drift__incidents *incidents = &policy->incidents;
    const drift__incident_entry *entry =
        incidents->entry_of[index] ? &incidents->entries[incidents->entry_of[index] - 1] : NULL;
    uint32_t highest = column->rule.warnings_only ? DRIFT_SEVERITY_WARNING : DRIFT_SEVERITY_ALERT;
    int is_told = policy->warnings || highest > DRIFT_SEVERITY_WARNING;
    if (!is_told || column->rule.mute || column->muted_until == DRIFT_NO_ROWS ||
        column->over >> kind & 1)
        return UINT64_MAX;
    if (entry && entry->signal.severity == highest && entry->kinds >> kind & 1)
        return UINT64_MAX;
    const drift__beginning *begun = &column->begun[kind][highest];
    uint64_t due = entry ? 0 : column->quiet_until;
    uint64_t rows = rows_of(column->rule.persistence_rows, policy->persistence_rows);
    uint64_t lasting = begun->row ? row_after(begun->row, rows) : 0;
    due = due > lasting ? due : lasting;
    return due > column->muted_until ? due : column->muted_until;
}

/*
 * A window that began after it shows no change: it is over. One that shows a smaller change does not
 * say so: a lasting change of about the size that matters would end and begin for ever.
 */
static void forget_calm(drift__policy_column *column, uint8_t level, uint64_t first_row)
{
    if (level != DRIFT__LEVEL_CALM)
        return;
    for (uint32_t kind = 0; kind < DRIFT__ALERT_KINDS; kind++)
        for (uint32_t s = 0; s < DRIFT__SEVERITIES; s++)
            if (column->begun[kind][s].row && column->begun[kind][s].row < first_row) {
                column->begun[kind][s].row = 0;
                column->over |= (uint32_t)(s == DRIFT_SEVERITY_ALERT) << kind;
            }
}

/* Of each incident, whether the window shows one of its columns as changed. */
static void find_disturbed(const drift__policy *policy, uint8_t disturbed[DRIFT__INCIDENTS_MOST])
{
    const drift__incidents *incidents = &policy->incidents;
    for (size_t i = 0; i < incidents->n_columns; i++) {
        if (!incidents->entry_of[i])
            continue;
        const drift__incident_entry *entry = &incidents->entries[incidents->entry_of[i] - 1];
        disturbed[entry->slot - 1] |= policy->levels[i] != DRIFT__LEVEL_CALM;
    }
}

void drift__policy_settle(drift__policy *policy, uint64_t first_row, uint64_t last_row)
{
    uint8_t disturbed[DRIFT__INCIDENTS_MOST] = {0}, ended[DRIFT__INCIDENTS_MOST] = {0};
    drift__incidents *incidents = &policy->incidents;
    for (size_t i = 0; i < incidents->n_columns; i++)
        forget_calm(&policy->columns[i], policy->levels[i], first_row);
    find_disturbed(policy, disturbed);
    for (size_t i = 0; i < DRIFT__INCIDENTS_MOST; i++) {
        const drift__incident *incident = &incidents->table[i];
        ended[i] = incident->number && !incident->ended_row && incident->joined_row < first_row &&
                   !disturbed[i];
    }
    for (size_t i = 0; i < incidents->n_columns; i++) {
        drift__policy_column *column = &policy->columns[i];
        uint32_t entry = incidents->entry_of[i];
        if (entry && ended[incidents->entries[entry - 1].slot - 1])
            column->quiet_until =
                row_after(last_row, rows_of(column->rule.cooldown_rows, policy->cooldown_rows));
    }
    for (size_t i = 0; i < DRIFT__INCIDENTS_MOST; i++)
        if (ended[i])
            drift__incidents_end(incidents, &incidents->table[i], last_row);
}
