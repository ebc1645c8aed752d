/* SPDX-License-Identifier: Apache-2.0
 *
 * policy_codec.c: the state of a policy as bytes, and back from bytes nobody vouches for. What
 * follows from other fields (which entry a column has, sums) is not stored.
 */
#include <math.h>
#include <string.h>

#include "monitor/metrics.h"
#include "monitor/policy.h"

enum {
    ALL_NEWS = 1u << DRIFT_ALERT_OPENED | 1u << DRIFT_ALERT_UPDATED | 1u << DRIFT_ALERT_RESOLVED
};

static void write_entry(const drift__incident_entry *entry, drift__writer *writer)
{
    const drift__signal *signal = &entry->signal;
    drift__write_varint(writer, signal->column);
    drift__write_u8(writer, (uint8_t)entry->slot);
    drift__write_u8(writer, (uint8_t)entry->kinds);
    drift__write_u8(writer, (uint8_t)signal->detector);
    drift__write_u8(writer, (uint8_t)signal->kind);
    drift__write_u8(writer, (uint8_t)signal->severity);
    drift__write_u8(writer, (uint8_t)(signal->has_psi << 1 | signal->has_ks));
    drift__write_varint(writer, signal->row);
    drift__write_varint(writer, signal->change_row);
    drift__write_varint(writer, signal->window);
    drift__write_double(writer, signal->evidence);
    drift__write_double(writer, signal->alpha);
    drift__write_double(writer, signal->psi);
    drift__write_double(writer, signal->ks);
    drift__write_string(writer, entry->text, strlen(entry->text));
}

static void write_incident(const drift__incident *incident, drift__writer *writer)
{
    drift__write_varint(writer, incident->number);
    if (!incident->number)
        return;
    drift__write_varint(writer, incident->epoch);
    drift__write_varint(writer, incident->row);
    drift__write_varint(writer, incident->joined_row);
    drift__write_varint(writer, incident->ended_row);
    drift__write_u8(writer, (uint8_t)incident->severity);
    drift__write_u8(writer, (uint8_t)incident->news);
    drift__write_u8(writer, (uint8_t)(incident->renewed << 1 | incident->retrained));
    drift__write_varint(writer, incident->omitted);
}

static void write_incidents(const drift__incidents *incidents, drift__writer *writer)
{
    uint64_t used = 0;
    drift__write_varint(writer, incidents->opened);
    for (size_t s = 0; s < DRIFT__SEVERITIES; s++)
        drift__write_varint(writer, incidents->raised[s]);
    for (size_t i = 0; i < DRIFT__INCIDENTS_MOST; i++)
        write_incident(&incidents->table[i], writer);
    for (size_t i = 0; i < incidents->n_entries; i++)
        used += incidents->entries[i].slot != 0;
    drift__write_varint(writer, used);
    for (size_t i = 0; i < incidents->n_entries; i++)
        if (incidents->entries[i].slot) {
            drift__write_varint(writer, i);
            write_entry(&incidents->entries[i], writer);
        }
}

static void write_column(const drift__policy_column *column, drift__writer *writer)
{
    uint32_t there = 0;
    for (uint32_t i = 0; i < DRIFT__ALERT_KINDS * DRIFT__SEVERITIES; i++)
        there |= (column->begun[i / DRIFT__SEVERITIES][i % DRIFT__SEVERITIES].row != 0) << i;
    drift__write_u64(writer, column->muted_until);
    drift__write_varint(writer, column->quiet_until);
    drift__write_u8(writer, (uint8_t)column->over);
    drift__write_varint(writer, there);
    for (uint32_t i = 0; i < DRIFT__ALERT_KINDS * DRIFT__SEVERITIES; i++) {
        const drift__beginning *begun =
            &column->begun[i / DRIFT__SEVERITIES][i % DRIFT__SEVERITIES];
        if (!begun->row)
            continue;
        drift__write_varint(writer, begun->row);
        drift__write_varint(writer, begun->change_row);
    }
}

void drift__policy_write(const drift__policy *policy, uint64_t now, uint64_t date,
                         drift__writer *writer)
{
    drift__write_varint(writer, policy->epoch);
    write_incidents(&policy->incidents, writer);
    for (size_t i = 0; i < policy->incidents.n_columns; i++)
        write_column(&policy->columns[i], writer);
    drift__retraining_write(&policy->retraining, now, date, writer);
}

/* A row, and where a change before it began. */
static int are_rows(uint64_t change_row, uint64_t row)
{
    return change_row > 0 && change_row <= row;
}

/* What can be put in order. */
static int are_numbers(const drift__signal *signal)
{
    int is_sound =
        !drift__signal_has_evidence(signal) || (signal->evidence >= 0 && signal->alpha > 0);
    return is_sound && !isnan(signal->psi) && !isnan(signal->ks);
}

static int read_entry(drift__incidents *incidents, uint32_t index, drift__byte_reader *reader)
{
    drift__incident_entry entry = {0};
    drift__signal *signal = &entry.signal;
    signal->column = drift__read_varint(reader);
    entry.slot = drift__read_u8(reader);
    entry.kinds = drift__read_u8(reader);
    signal->detector = drift__read_u8(reader);
    signal->kind = drift__read_u8(reader);
    signal->severity = drift__read_u8(reader);
    uint8_t sizes = drift__read_u8(reader);
    signal->has_psi = sizes >> 1;
    signal->has_ks = sizes & 1;
    signal->row = drift__read_varint(reader);
    signal->change_row = drift__read_varint(reader);
    signal->window = drift__read_varint(reader);
    signal->evidence = drift__read_double(reader);
    signal->alpha = drift__read_double(reader);
    signal->psi = drift__read_double(reader);
    signal->ks = drift__read_double(reader);
    size_t length = 0;
    const char *text = drift__read_string(reader, &length);
    if (reader->failed || length >= sizeof entry.text || memchr(text, 0, length) ||
        signal->column >= incidents->n_columns || !entry.slot ||
        entry.slot > DRIFT__INCIDENTS_MOST || sizes > 3 ||
        signal->detector >= DRIFT__METRICS_DETECTORS || signal->kind >= DRIFT__ALERT_KINDS ||
        signal->severity >= DRIFT__SEVERITIES || entry.kinds >> DRIFT__ALERT_KINDS ||
        !(entry.kinds >> signal->kind & 1) || !are_rows(signal->change_row, signal->row) ||
        !are_numbers(signal))
        return -1;
    memcpy(entry.text, text, length);
    const drift__incident *incident = &incidents->table[entry.slot - 1];
    uint32_t *entry_of = &incidents->entry_of[signal->column];
    if (!incident->number || signal->severity > incident->severity ||
        (!incident->ended_row && *entry_of))
        return -1;
    incidents->entries[index] = entry;
    if (!incident->ended_row)
        *entry_of = index + 1;
    return 0;
}

static int read_incident(drift__incidents *incidents, drift__incident *out,
                         drift__byte_reader *reader)
{
    drift__incident incident = {.number = drift__read_varint(reader)};
    if (!incident.number)
        return reader->failed ? -1 : 0;
    incident.epoch = drift__read_varint(reader);
    incident.row = drift__read_varint(reader);
    incident.joined_row = drift__read_varint(reader);
    incident.ended_row = drift__read_varint(reader);
    incident.severity = drift__read_u8(reader);
    incident.news = drift__read_u8(reader);
    uint8_t flags = drift__read_u8(reader);
    incident.retrained = flags & 1;
    incident.renewed = flags >> 1;
    uint64_t omitted = drift__read_varint(reader);
    incident.omitted = (uint32_t)omitted;
    int is_ended = incident.ended_row != 0, tells_end = incident.news >> DRIFT_ALERT_RESOLVED & 1;
    if (reader->failed || incident.number > incidents->opened || !incident.row ||
        incident.severity >= DRIFT__SEVERITIES || incident.news & ~(uint32_t)ALL_NEWS ||
        incident.renewed > (uint32_t)is_ended || omitted > UINT32_MAX / 2 || is_ended != tells_end)
        return -1;
    for (size_t i = 0; i < DRIFT__INCIDENTS_MOST; i++)
        if (incidents->table[i].number == incident.number)
            return -1;
    *out = incident;
    return 0;
}

/* Each incident has an entry, and no more than there are columns. */
static int are_filled(const drift__incidents *incidents)
{
    size_t held[DRIFT__INCIDENTS_MOST] = {0};
    for (size_t i = 0; i < incidents->n_entries; i++)
        if (incidents->entries[i].slot)
            held[incidents->entries[i].slot - 1]++;
    for (size_t i = 0; i < DRIFT__INCIDENTS_MOST; i++)
        if ((incidents->table[i].number && !held[i]) || held[i] > incidents->n_columns)
            return 0;
    return 1;
}

static int read_incidents(drift__incidents *incidents, drift__byte_reader *reader)
{
    incidents->opened = drift__read_varint(reader);
    for (size_t s = 0; s < DRIFT__SEVERITIES; s++)
        incidents->raised[s] = drift__read_varint(reader);
    for (size_t i = 0; i < DRIFT__INCIDENTS_MOST; i++)
        if (read_incident(incidents, &incidents->table[i], reader))
            return -1;
    uint64_t used = drift__read_varint(reader);
    if (reader->failed || used > incidents->n_entries)
        return -1;
    for (uint64_t i = 0, least = 0; i < used; i++) {
        uint64_t index = drift__read_varint(reader);
        if (index < least || index >= incidents->n_entries ||
            read_entry(incidents, (uint32_t)index, reader))
            return -1;
        least = index + 1;
    }
    return are_filled(incidents) ? 0 : -1;
}

static int read_column(drift__policy_column *column, drift__byte_reader *reader)
{
    column->muted_until = drift__read_u64(reader);
    column->quiet_until = drift__read_varint(reader);
    column->over = drift__read_u8(reader);
    uint64_t there = drift__read_varint(reader);
    if (reader->failed || column->over >> DRIFT__ALERT_KINDS ||
        there >> DRIFT__ALERT_KINDS * DRIFT__SEVERITIES)
        return -1;
    for (uint32_t i = 0; i < DRIFT__ALERT_KINDS * DRIFT__SEVERITIES; i++) {
        if (!(there >> i & 1))
            continue;
        drift__beginning *begun = &column->begun[i / DRIFT__SEVERITIES][i % DRIFT__SEVERITIES];
        begun->row = drift__read_varint(reader);
        begun->change_row = drift__read_varint(reader);
        if (!are_rows(begun->change_row, begun->row))
            return -1;
    }
    return reader->failed ? -1 : 0;
}

static int read_all(drift__policy *policy, uint64_t now, uint64_t date, drift__byte_reader *reader)
{
    uint64_t epoch = drift__read_varint(reader);
    if (!epoch || read_incidents(&policy->incidents, reader))
        return -1;
    policy->epoch = epoch;
    for (size_t i = 0; i < policy->incidents.n_columns; i++)
        if (read_column(&policy->columns[i], reader))
            return -1;
    return drift__retraining_read(&policy->retraining, now, date, reader);
}

int drift__policy_read(drift__policy *policy, uint64_t now, uint64_t date,
                       drift__byte_reader *reader)
{
    drift__policy_reset(policy);
    if (!read_all(policy, now, date, reader))
        return 0;
    for (size_t i = 0; i < policy->incidents.n_columns; i++)
        policy->columns[i].muted_until = 0;
    drift__policy_reset(policy);
    return -1;
}
