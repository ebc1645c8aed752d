/* SPDX-License-Identifier: Apache-2.0
 *
 * incident.c: incidents: opening, joining, growing, ending, being told.
 */
#include "monitor/incident.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "monitor/sentence.h"

int drift__incidents_init(drift__incidents *incidents, size_t n_columns,
                          const drift_allocator *allocator)
{
    *incidents = (drift__incidents){.n_columns = n_columns};
    /* All columns in open incidents, as many in ended ones, and one in each at the least. */
    if (n_columns > (SIZE_MAX - DRIFT__INCIDENTS_MOST) / 2 || n_columns >= UINT32_MAX / 4)
        return -1;
    incidents->n_entries = 2 * n_columns + DRIFT__INCIDENTS_MOST;
    incidents->entries =
        drift__allocate_zero(allocator, incidents->n_entries, sizeof *incidents->entries);
    incidents->entry_of = drift__allocate_zero(allocator, n_columns, sizeof *incidents->entry_of);
    return incidents->entries && incidents->entry_of ? 0 : -1;
}

void drift__incidents_free(drift__incidents *incidents, const drift_allocator *allocator)
{
    drift__release(allocator, incidents->entries);
    drift__release(allocator, incidents->entry_of);
}

void drift__incidents_reset(drift__incidents *incidents)
{
    memset(incidents->entries, 0, incidents->n_entries * sizeof *incidents->entries);
    memset(incidents->entry_of, 0, incidents->n_columns * sizeof *incidents->entry_of);
    memset(incidents->table, 0, sizeof incidents->table);
    memset(incidents->raised, 0, sizeof incidents->raised);
    incidents->opened = 0;
}

static uint32_t slot_of(const drift__incidents *incidents, const drift__incident *incident)
{
    return (uint32_t)(incident - incidents->table) + 1;
}

static int is_open(const drift__incident *incident)
{
    return incident->number && !incident->ended_row;
}

drift__incident *drift__incidents_of(drift__incidents *incidents, size_t column,
                                     drift__incident_entry **out_entry)
{
    uint32_t index = incidents->entry_of[column];
    if (!index)
        return NULL;
    *out_entry = &incidents->entries[index - 1];
    return &incidents->table[(*out_entry)->slot - 1];
}

/* The newest of those that are open, or of all. */
static drift__incident *newest(drift__incidents *incidents, int only_open)
{
    drift__incident *best = NULL;
    for (size_t i = 0; i < DRIFT__INCIDENTS_MOST; i++) {
        drift__incident *incident = &incidents->table[i];
        if (incident->number && (!only_open || is_open(incident)) &&
            (!best || incident->number > best->number))
            best = incident;
    }
    return best;
}

static drift__incident *to_join(drift__incidents *incidents, uint64_t row, uint64_t join_rows)
{
    drift__incident *best = NULL;
    for (size_t i = 0; i < DRIFT__INCIDENTS_MOST; i++) {
        drift__incident *incident = &incidents->table[i];
        uint64_t apart = row > incident->row ? row - incident->row : incident->row - row;
        if (is_open(incident) && apart <= join_rows && (!best || incident->number > best->number))
            best = incident;
    }
    return best;
}

/* Nobody was told that it ended: it goes on. */
static drift__incident *reopen(drift__incidents *incidents, drift__incident *incident)
{
    incident->ended_row = 0;
    incident->renewed = 0;
    incident->news &= ~(1u << DRIFT_ALERT_RESOLVED);
    for (size_t i = 0; i < incidents->n_entries; i++) {
        const drift__incident_entry *entry = &incidents->entries[i];
        if (entry->slot == slot_of(incidents, incident))
            incidents->entry_of[entry->signal.column] = (uint32_t)i + 1;
    }
    return incident;
}

static drift__incident *open_one(drift__incidents *incidents, const drift__signal *signal,
                                 uint64_t epoch)
{
    for (size_t i = 0; i < DRIFT__INCIDENTS_MOST; i++) {
        drift__incident *incident = &incidents->table[i];
        if (incident->number)
            continue;
        *incident = (drift__incident){.number = ++incidents->opened,
                                      .epoch = epoch,
                                      .row = signal->row,
                                      .severity = signal->severity,
                                      .news = 1u << DRIFT_ALERT_OPENED};
        incidents->raised[signal->severity]++;
        return incident;
    }
    return NULL;
}

/* Where none is free, an ended incident with several gives one up: the last in order of columns. */
static drift__incident_entry *free_entry(drift__incidents *incidents)
{
    uint32_t held[DRIFT__INCIDENTS_MOST] = {0};
    for (size_t i = 0; i < incidents->n_entries; i++) {
        if (!incidents->entries[i].slot)
            return &incidents->entries[i];
        held[incidents->entries[i].slot - 1]++;
    }
    drift__incident_entry *best = NULL;
    for (size_t i = 0; i < incidents->n_entries; i++) {
        drift__incident_entry *entry = &incidents->entries[i];
        int may_go = incidents->table[entry->slot - 1].ended_row && held[entry->slot - 1] > 1;
        if (may_go && (!best || entry->signal.column > best->signal.column))
            best = entry;
    }
    incidents->table[best->slot - 1].omitted++;
    return best;
}

static void say(drift__incident_entry *entry, const drift__signal *signal)
{
    int is_known = entry->kinds && drift__signal_has_evidence(&entry->signal);
    entry->kinds |= 1u << signal->kind;
    if (is_known && !drift__signal_has_evidence(signal)) { /* it says less: how bad, but not why */
        if (signal->severity > entry->signal.severity)
            entry->signal.severity = signal->severity;
        return;
    }
    entry->signal = *signal;
    entry->signal.text = NULL;
    memset(entry->text, 0, sizeof entry->text);
    if (signal->text)
        drift__sentence_add(&(drift__sentence){entry->text, sizeof entry->text, 0}, signal->text);
}

void drift__incidents_grow(drift__incidents *incidents, drift__incident *incident,
                           drift__incident_entry *entry, const drift__signal *signal)
{
    say(entry, signal);
    if (signal->severity > incident->severity) {
        incident->severity = signal->severity;
        incidents->raised[signal->severity]++;
    }
    if (signal->row > incident->joined_row)
        incident->joined_row = signal->row;
    if (!(incident->news & 1u << DRIFT_ALERT_OPENED))
        incident->news |= 1u << DRIFT_ALERT_UPDATED;
    else if (signal->row < incident->row) /* detectors of one block need not be in order */
        incident->row = signal->row;
}

static void join(drift__incidents *incidents, drift__incident *incident,
                 const drift__signal *signal)
{
    drift__incident_entry *entry = NULL;
    if (drift__incidents_of(incidents, signal->column, &entry) != incident) {
        entry = free_entry(incidents);
        memset(entry, 0, sizeof *entry);
        entry->slot = slot_of(incidents, incident);
        incidents->entry_of[signal->column] = (uint32_t)(entry - incidents->entries) + 1;
    }
    drift__incidents_grow(incidents, incident, entry, signal);
}

void drift__incidents_take(drift__incidents *incidents, const drift__signal *signal,
                           uint64_t join_rows, uint64_t epoch)
{
    drift__incident *incident = to_join(incidents, signal->row, join_rows);
    if (!incident)
        incident = open_one(incidents, signal, epoch);
    if (!incident)
        incident = newest(incidents, 1);
    if (!incident)
        incident = reopen(incidents, newest(incidents, 0));
    join(incidents, incident, signal);
}

drift__incident *drift__incidents_find(drift__incidents *incidents, uint64_t number)
{
    for (size_t i = 0; i < DRIFT__INCIDENTS_MOST; i++)
        if (number && incidents->table[i].number == number)
            return &incidents->table[i];
    return NULL;
}

drift__incident *drift__incidents_recall(drift__incidents *incidents, uint64_t number,
                                         const drift__signal *signal, uint64_t epoch)
{
    drift__incident_entry *entry = NULL;
    const drift__incident *present = drift__incidents_of(incidents, signal->column, &entry);
    drift__incident *incident = drift__incidents_find(incidents, number);
    if (present && present != incident)
        return NULL;
    if (!incident && number > incidents->opened) {
        incidents->opened = number - 1;
        incident = open_one(incidents, signal, epoch);
    }
    if (!incident || !is_open(incident))
        return NULL;
    join(incidents, incident, signal);
    return incident;
}

void drift__incidents_end(drift__incidents *incidents, drift__incident *incident, uint64_t row)
{
    incident->ended_row = row;
    incident->news |= 1u << DRIFT_ALERT_RESOLVED;
    for (size_t i = 0; i < incidents->n_entries; i++) {
        const drift__incident_entry *entry = &incidents->entries[i];
        if (entry->slot == slot_of(incidents, incident))
            incidents->entry_of[entry->signal.column] = 0;
    }
}

size_t drift__incidents_open(const drift__incidents *incidents, uint32_t severity)
{
    size_t open = 0;
    for (size_t i = 0; i < DRIFT__INCIDENTS_MOST; i++)
        open += is_open(&incidents->table[i]) && incidents->table[i].severity >= severity;
    return open;
}

drift__incident *drift__incidents_next(drift__incidents *incidents, drift_alert_phase *out_phase)
{
    drift__incident *best = NULL;
    for (size_t i = 0; i < DRIFT__INCIDENTS_MOST; i++) {
        drift__incident *incident = &incidents->table[i];
        if (incident->number && incident->news && (!best || incident->number < best->number))
            best = incident;
    }
    for (unsigned phase = DRIFT_ALERT_OPENED; best && phase <= DRIFT_ALERT_RESOLVED; phase++)
        if (best->news >> phase & 1) {
            *out_phase = (drift_alert_phase)phase;
            break;
        }
    return best;
}

/* ln of how far the evidence lies beyond its level; of a detector that has none, below any other. */
static double strength(const drift__signal *signal)
{
    if (!drift__signal_has_evidence(signal))
        return -HUGE_VAL;
    return signal->evidence > 0 ? log(signal->alpha) - log(signal->evidence) : HUGE_VAL;
}

static double effect(const drift__signal *signal)
{
    /* What has no size, as a column that is gone, is as large as can be. */
    return signal->has_psi ? signal->psi : signal->has_ks ? signal->ks : HUGE_VAL;
}

static int falling(double a, double b)
{
    return (a < b) - (a > b);
}

static int by_strength(const void *left, const void *right)
{
    const drift__signal *a = &(*(const drift__incident_entry *const *)left)->signal;
    const drift__signal *b = &(*(const drift__incident_entry *const *)right)->signal;
    int order = (a->severity < b->severity) - (a->severity > b->severity);
    if (!order)
        order = falling(strength(a), strength(b));
    if (!order)
        order = falling(effect(a), effect(b));
    return order ? order : (a->column > b->column) - (a->column < b->column);
}

size_t drift__incidents_entries(const drift__incidents *incidents, const drift__incident *incident,
                                const drift__incident_entry **out_entries)
{
    size_t n = 0;
    for (size_t i = 0; i < incidents->n_entries; i++)
        if (incidents->entries[i].slot == slot_of(incidents, incident))
            out_entries[n++] = &incidents->entries[i];
    qsort(out_entries, n, sizeof *out_entries, by_strength);
    return n;
}

void drift__incidents_told(drift__incidents *incidents, drift__incident *incident,
                           drift_alert_phase phase)
{
    incident->news &= ~(1u << phase);
    if (phase != DRIFT_ALERT_RESOLVED)
        return;
    for (size_t i = 0; i < incidents->n_entries; i++)
        if (incidents->entries[i].slot == slot_of(incidents, incident))
            memset(&incidents->entries[i], 0, sizeof incidents->entries[i]);
    memset(incident, 0, sizeof *incident);
}
