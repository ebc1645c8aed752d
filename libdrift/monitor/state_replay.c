/* SPDX-License-Identifier: Apache-2.0
 *
 * state_replay.c: what the journal says beyond the snapshot: alerts, read back from their JSON, become what
 * the policy knows to be told.
 */
#include <string.h>

#include "core/json.h"
#include "core/memory.h"
#include "core/numbers.h"
#include "monitor/state.h"
#include "monitor/window.h"

enum { FINDING_SIZE = 6 * DRIFT__INCIDENT_TEXT }; /* of escapes */

/* A walk over one object; the journal has made sure that it is one. */
typedef struct object {
    const char *at, *end;
} object;

/* The next member: its name, and the text of its value. 0 behind the last. */
static int next_member(object *walk, drift__json_token *out_name, object *out_value)
{
    drift__json_token token = drift__json_next(&walk->at, walk->end);
    while (token.kind == DRIFT__JSON_COMMA || token.kind == DRIFT__JSON_COLON ||
           token.kind == DRIFT__JSON_OBJECT_BEGIN)
        token = drift__json_next(&walk->at, walk->end);
    if (token.kind != DRIFT__JSON_STRING)
        return 0;
    *out_name = token;
    drift__json_next(&walk->at, walk->end); /* the colon */
    out_value->at = walk->at;
    for (int depth = 0;;) {
        token = drift__json_next(&walk->at, walk->end);
        depth += token.kind == DRIFT__JSON_OBJECT_BEGIN || token.kind == DRIFT__JSON_ARRAY_BEGIN;
        depth -= token.kind == DRIFT__JSON_OBJECT_END || token.kind == DRIFT__JSON_ARRAY_END;
        if (depth <= 0 || token.kind == DRIFT__JSON_END || token.kind == DRIFT__JSON_ERROR)
            break;
    }
    out_value->end = walk->at;
    return 1;
}

/* The next element of an array, from its bracket on. */
static int next_object(object *array, object *out_element)
{
    const char *begin = array->at;
    for (int depth = 0;;) {
        const char *before = array->at;
        drift__json_token token = drift__json_next(&array->at, array->end);
        if (token.kind == DRIFT__JSON_OBJECT_BEGIN && !depth++)
            begin = before;
        if (token.kind == DRIFT__JSON_OBJECT_END && !--depth) {
            *out_element = (object){begin, array->at};
            return 1;
        }
        if (token.kind == DRIFT__JSON_END || token.kind == DRIFT__JSON_ERROR)
            return 0;
    }
}

static int is_called(const drift__json_token *name, const char *text)
{
    return name->length == strlen(text) && !memcmp(name->text, text, name->length);
}

static drift__json_token scalar(object value)
{
    return drift__json_next(&value.at, value.end);
}

static uint64_t count_in(object value)
{
    drift__json_token token = scalar(value);
    uint64_t count = 0;
    for (size_t i = 0; i < token.length && token.kind == DRIFT__JSON_NUMBER; i++) {
        unsigned digit = (unsigned)(token.text[i] - '0');
        if (digit > 9 || __builtin_mul_overflow(count, 10, &count) ||
            __builtin_add_overflow(count, digit, &count))
            return 0;
    }
    return count;
}

/* 1 where there is a number. */
static int number_in(object value, double *out)
{
    drift__json_token token = scalar(value);
    drift__number number = {0};
    if (token.kind == DRIFT__JSON_NUMBER)
        number = drift__parse_number(token.text, token.length);
    *out = number.kind == DRIFT__NUMBER_NONE ? 0 : number.number;
    return number.kind != DRIFT__NUMBER_NONE;
}

/* Its index among `n` names; `n` where it is none of them. */
static uint32_t name_in(object value, const char *(*name)(uint32_t), uint32_t n)
{
    drift__json_token token = scalar(value);
    for (uint32_t i = 0; i < n; i++)
        if (is_called(&token, name(i)))
            return i;
    return n;
}

static const char *kind_name(uint32_t index)
{
    return drift_alert_kind_name((drift_alert_kind)index);
}

static const char *severity_name(uint32_t index)
{
    return drift_severity_name((drift_severity)index);
}

static const char *detector_name(uint32_t index)
{
    return drift__metrics_detector_name(index);
}

/* The column that a name means; their number where it means none. */
static size_t column_in(const drift_monitor *monitor, object value)
{
    drift__json_token token = scalar(value);
    size_t n = drift_monitor_columns(monitor), found = n;
    char *name = drift__allocate(&monitor->allocator, token.length + 1, 1);
    if (!name)
        return n;
    size_t length = drift__json_unescape(name, token.text ? token.text : "", token.length);
    name[length] = 0;
    if (token.kind == DRIFT__JSON_STRING && strlen(name) == length &&
        drift__monitor_find_column(monitor, name, &found, NULL))
        found = n;
    drift__release(&monitor->allocator, name);
    return found;
}

static void read_effect(object value, drift__signal *out)
{
    drift__json_token name;
    for (object part; next_member(&value, &name, &part);) {
        if (is_called(&name, "psi"))
            out->has_psi = (uint32_t)number_in(part, &out->psi);
        else if (is_called(&name, "ks"))
            out->has_ks = (uint32_t)number_in(part, &out->ks);
    }
}

/* The text of a finding into `out`; NULL where there is none. */
static const char *finding_in(object value, char out[FINDING_SIZE])
{
    drift__json_token token = scalar(value);
    if (token.kind != DRIFT__JSON_STRING || token.length >= FINDING_SIZE)
        return NULL;
    size_t length = drift__json_unescape(out, token.text, token.length);
    if (length == (size_t)-1 || memchr(out, 0, length))
        return NULL;
    out[length] = 0;
    return out;
}

/* What was said about one column; 0 where it is nothing that could have been said. */
static int read_detail(const drift_monitor *monitor, object detail, char finding[FINDING_SIZE],
                       drift__signal *out)
{
    drift__json_token name;
    *out = (drift__signal){
        .column = drift_monitor_columns(monitor), .evidence = (double)NAN, .alpha = (double)NAN};
    for (object value; next_member(&detail, &name, &value);) {
        if (is_called(&name, "column"))
            out->column = column_in(monitor, value);
        else if (is_called(&name, "kind"))
            out->kind = name_in(value, kind_name, DRIFT__ALERT_KINDS);
        else if (is_called(&name, "severity"))
            out->severity = name_in(value, severity_name, DRIFT__SEVERITIES);
        else if (is_called(&name, "detector"))
            out->detector = name_in(value, detector_name, DRIFT__METRICS_DETECTORS);
        else if (is_called(&name, "row"))
            out->row = count_in(value);
        else if (is_called(&name, "change_row"))
            out->change_row = count_in(value);
        else if (is_called(&name, "window"))
            out->window = count_in(value);
        else if (is_called(&name, "evidence"))
            number_in(value, &out->evidence);
        else if (is_called(&name, "alpha"))
            number_in(value, &out->alpha);
        else if (is_called(&name, "effect"))
            read_effect(value, out);
        else if (is_called(&name, "finding"))
            out->text = finding_in(value, finding);
    }
    return out->column < drift_monitor_columns(monitor) && out->kind < DRIFT__ALERT_KINDS &&
           out->severity < DRIFT__SEVERITIES && out->detector < DRIFT__METRICS_DETECTORS &&
           out->row && out->change_row && out->change_row <= out->row &&
           (!drift__signal_has_evidence(out) ||
            (out->evidence >= 0 && out->evidence <= 1 && out->alpha > 0 && out->alpha <= 1));
}

static void recall(drift_monitor *monitor, uint64_t incident, object details)
{
    drift__signal signal;
    char finding[FINDING_SIZE];
    for (object detail; next_object(&details, &detail);)
        if (read_detail(monitor, detail, finding, &signal) &&
            drift__policy_recall(&monitor->policy, incident, &signal) &&
            signal.detector < DRIFT__METRICS_CLASSICAL) /* those see their rows again */
            drift__metrics_alarm(&monitor->metrics, signal.detector, signal.column,
                                 (drift_severity)signal.severity);
}

/* The retraining that was asked for counts in the budget, and is not asked for again. */
static void recall_retraining(drift_monitor *monitor, uint64_t number)
{
    char text[DRIFT__RETRAINING_TEXT];
    drift__incident *incident = drift__incidents_find(&monitor->policy.incidents, number);
    if (incident && !incident->retrained)
        incident->retrained = (uint32_t)drift__retraining_ask(&monitor->policy.retraining,
                                                              drift__monitor_now(monitor), text);
}

void drift__state_replay(drift_monitor *monitor, const drift_journal_record *record)
{
    object payload = {record->payload, record->payload + record->payload_size};
    object details = {payload.end, payload.end};
    drift__json_token name;
    uint64_t incident = 0, row = 0;
    int retraining = 0;
    if (record->kind < DRIFT_JOURNAL_ALERT || record->kind > DRIFT_JOURNAL_RESOLVED)
        return;
    for (object value; next_member(&payload, &name, &value);) {
        drift__json_token token = scalar(value);
        if (is_called(&name, "incident"))
            incident = count_in(value);
        else if (is_called(&name, "row"))
            row = count_in(value);
        else if (is_called(&name, "details"))
            details = value;
        else if (is_called(&name, "retraining"))
            retraining = is_called(&token, "requested");
    }
    if (!incident || !row)
        return;
    drift_alert_phase phase = (drift_alert_phase)(record->kind - DRIFT_JOURNAL_ALERT);
    if (phase != DRIFT_ALERT_RESOLVED)
        recall(monitor, incident, details);
    if (retraining)
        recall_retraining(monitor, incident);
    drift__policy_recall_told(&monitor->policy, incident, phase, row);
}
