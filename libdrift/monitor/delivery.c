/* SPDX-License-Identifier: Apache-2.0
 *
 * delivery.c: incidents become alerts, and alerts are told.
 */
#include "monitor/delivery.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "core/fork.h"
#include "core/memory.h"
#include "monitor/sentence.h"
#include "monitor/window.h"

/* What a message says, with a finding, beside the name of its column. */
enum { SENTENCE_SIZE = 512 };

const char *drift_severity_name(drift_severity severity)
{
    static const char *const names[] = {"warning", "alert"};
    return (unsigned)severity < sizeof names / sizeof *names ? names[severity] : "unknown";
}

const char *drift_alert_kind_name(drift_alert_kind kind)
{
    static const char *const names[] = {"distribution", "missing", "range",
                                        "schema",       "error",   "custom"};
    return (unsigned)kind < sizeof names / sizeof *names ? names[kind] : "unknown";
}

const char *drift_alert_phase_name(drift_alert_phase phase)
{
    static const char *const names[] = {"opened", "updated", "resolved"};
    return (unsigned)phase < sizeof names / sizeof *names ? names[phase] : "unknown";
}

int drift__delivery_init(drift__delivery *delivery, const drift_profile *reference,
                         const drift_allocator *allocator)
{
    size_t n = drift_profile_columns(reference), longest = 0;
    for (size_t i = 0; i < n; i++) {
        drift_profile_column column;
        size_t length = drift_profile_get_column(reference, i, &column) ? 0 : strlen(column.name);
        longest = length > longest ? length : longest;
    }
    *delivery = (drift__delivery){.message_size = SENTENCE_SIZE + 2 * longest};
    delivery->entries = drift__allocate(allocator, n, sizeof *delivery->entries);
    delivery->texts = drift__allocate(allocator, n, sizeof *delivery->texts);
    delivery->columns = drift__allocate(allocator, n, sizeof *delivery->columns);
    delivery->column_pointers = drift__allocate(allocator, n, sizeof *delivery->column_pointers);
    delivery->message = drift__allocate(allocator, delivery->message_size, 1);
    if (!delivery->entries || !delivery->texts || !delivery->columns ||
        !delivery->column_pointers || !delivery->message)
        return -1;
    for (size_t i = 0; i < n; i++)
        delivery->column_pointers[i] = &delivery->columns[i];
    return 0;
}

void drift__delivery_free(drift__delivery *delivery, const drift_allocator *allocator)
{
    drift__release(allocator, delivery->entries);
    drift__release(allocator, delivery->texts);
    drift__release(allocator, delivery->columns);
    drift__release(allocator, delivery->column_pointers);
    drift__release(allocator, delivery->message);
}

static void fill_column(const drift_monitor *monitor, const drift__incident_entry *entry,
                        char text[DRIFT__INCIDENT_TEXT], drift_alert_column *out)
{
    const drift__signal *signal = &entry->signal;
    memcpy(text, entry->text, DRIFT__INCIDENT_TEXT);
    *out = (drift_alert_column){.column = drift_monitor_column_name(monitor, signal->column),
                                .detector = drift__metrics_detector_name(signal->detector),
                                .finding = text[0] ? text : NULL,
                                .kind = signal->kind,
                                .severity = signal->severity,
                                .row = signal->row,
                                .change_row = signal->change_row,
                                .window = signal->window,
                                .evidence = signal->evidence,
                                .alpha = signal->alpha,
                                .psi = signal->psi,
                                .ks = signal->ks,
                                .has_psi = signal->has_psi,
                                .has_ks = signal->has_ks};
}

/* "car_value and 4 more columns" */
static void say_columns(drift__sentence *text, const drift_alert *alert, uint32_t omitted)
{
    size_t more = alert->n_columns - 1 + omitted;
    drift__sentence_add(text, alert->column);
    if (!more)
        return;
    drift__sentence_add(text, " and ");
    drift__sentence_add_count(text, more);
    drift__sentence_add(text, more > 1 ? " more columns" : " more column");
}

/* Evidence that is to reach 1 / alpha is a wealth, which bounds a run length and no probability. */
static void say_wealth(drift__sentence *text, const drift_alert *alert, double run_length)
{
    int is_finite = alert->evidence * DBL_MAX >= 1;
    drift__sentence_add(text, is_finite ? "wealth " : "wealth above ");
    drift__sentence_add_number(text, is_finite ? 1 / alert->evidence : 1e308);
    drift__sentence_add(text, " at threshold ");
    drift__sentence_add_number(text, 1 / alert->alpha);
    drift__sentence_add(text, ", run length ");
    drift__sentence_add_number(text, run_length);
}

/* What the strongest column shows; `run_length` > 0 where evidence is about one. */
static void say_why(drift__sentence *text, const drift_alert *alert, double run_length)
{
    const char *finding = alert->columns[0]->finding;
    if (finding) {
        drift__sentence_add(text, finding);
        return;
    }
    if (alert->kind == DRIFT_ALERT_MISSING)
        drift__sentence_add(text, "rows without a value, ");
    if (alert->kind == DRIFT_ALERT_SCHEMA)
        drift__sentence_add(text, "rows without a value that can be read, ");
    if (alert->has_psi) {
        drift__sentence_add(text, "debiased PSI ");
        drift__sentence_add_number(text, alert->psi);
        drift__sentence_add(text, ", ");
    }
    if (alert->has_ks) {
        drift__sentence_add(text, "KS ");
        drift__sentence_add_number(text, alert->ks);
        drift__sentence_add(text, ", ");
    }
    if (run_length > 0) {
        say_wealth(text, alert, run_length);
        return;
    }
    drift__sentence_add(text, "p ");
    drift__sentence_add_number(text, alert->evidence);
    drift__sentence_add(text, " at level ");
    drift__sentence_add_number(text, alert->alpha);
}

/* What the end of an incident rests on. */
static void say_end(drift__sentence *text, const drift_alert *alert,
                    const drift__incident *incident)
{
    int is_one = alert->n_columns + incident->omitted == 1;
    size_t bare = 0;
    for (size_t i = 0; i < alert->n_columns; i++)
        bare += isnan(alert->columns[i]->evidence);
    if (incident->renewed) {
        drift__sentence_add(text, ": a new reference was taken after row ");
        drift__sentence_add_count(text, alert->row);
    } else if (bare == alert->n_columns) {
        drift__sentence_add(text, is_one ? ": its detector" : ": their detectors");
        drift__sentence_add(text, " gave no further signal since row ");
        drift__sentence_add_count(text, incident->joined_row);
    } else if (bare) { /* of theirs a window may know nothing */
        drift__sentence_add(text, ": the window up to row ");
        drift__sentence_add_count(text, alert->row);
        drift__sentence_add(text, " shows no change");
    } else {
        drift__sentence_add(text, is_one ? " is" : " are");
        drift__sentence_add(text, " as in the reference again at row ");
        drift__sentence_add_count(text, alert->row);
    }
}

/* The data has no such column, so its name is what the sentence is about. */
static int is_absent(const drift_alert *alert)
{
    const char *finding = alert->columns[0]->finding;
    return finding && !strcmp(finding, DRIFT__NO_COLUMN);
}

static void write_message(drift__delivery *delivery, const drift__incident *incident,
                          double run_length)
{
    const drift_alert *alert = &delivery->alert;
    drift__sentence text = {delivery->message, delivery->message_size, 0};
    if (alert->phase != DRIFT_ALERT_OPENED) {
        drift__sentence_add(&text, "incident ");
        drift__sentence_add_count(&text, alert->incident);
        drift__sentence_add(&text,
                            alert->phase == DRIFT_ALERT_UPDATED ? " has grown: " : " has ended: ");
    }
    say_columns(&text, alert, incident->omitted);
    if (alert->phase == DRIFT_ALERT_RESOLVED) {
        say_end(&text, alert, incident);
        return;
    }
    drift__sentence_add(&text, " changed at about row ");
    drift__sentence_add_count(&text, alert->change_row);
    drift__sentence_add(&text, ": ");
    say_why(&text, alert, run_length);
    if (is_absent(alert) || alert->n_columns > 1) {
        drift__sentence_add(&text, is_absent(alert) ? " " : " in ");
        drift__sentence_add(&text, alert->column);
    }
}

static uint64_t row_of(const drift__incident *incident, drift_alert_phase phase)
{
    return phase == DRIFT_ALERT_OPENED    ? incident->row
           : phase == DRIFT_ALERT_UPDATED ? incident->joined_row
                                          : incident->ended_row;
}

/* Of the strongest column that says of a row not after the first crossing; there is one. */
static uint64_t change_row_of(const drift__delivery *delivery, size_t n, uint64_t row)
{
    for (size_t i = 0; i < n; i++)
        if (delivery->columns[i].change_row <= row)
            return delivery->columns[i].change_row;
    return row;
}

static void fill_alert(drift_monitor *monitor, const drift__incident *incident,
                       drift_alert_phase phase)
{
    drift__delivery *delivery = &monitor->delivery;
    size_t n = drift__incidents_entries(&monitor->policy.incidents, incident, delivery->entries);
    for (size_t i = 0; i < n; i++)
        fill_column(monitor, delivery->entries[i], delivery->texts[i], &delivery->columns[i]);
    const drift_alert_column *first = &delivery->columns[0];
    delivery->alert = (drift_alert){.kind = first->kind,
                                    .severity = incident->severity,
                                    .column = first->column,
                                    .message = delivery->message,
                                    .row = row_of(incident, phase),
                                    .change_row = change_row_of(delivery, n, incident->row),
                                    .window = first->window,
                                    .evidence = first->evidence,
                                    .alpha = first->alpha,
                                    .psi = first->psi,
                                    .ks = first->ks,
                                    .has_psi = first->has_psi,
                                    .has_ks = first->has_ks,
                                    .comparison = monitor->shown,
                                    .incident = incident->number,
                                    .phase = phase,
                                    .detector = first->detector,
                                    .columns = delivery->column_pointers,
                                    .n_columns = n,
                                    .epoch = incident->epoch};
    int is_evidence = delivery->entries[0]->signal.detector == DRIFT__METRICS_EVIDENCE;
    write_message(delivery, incident, is_evidence ? monitor->config.run_length : 0);
}

/* 1 where a retraining is to be asked for with this alert. */
static int ask_for_retraining(drift_monitor *monitor, drift__incident *incident)
{
    drift__delivery *delivery = &monitor->delivery;
    drift_alert *alert = &delivery->alert;
    if (!monitor->retrain || incident->retrained || alert->phase == DRIFT_ALERT_RESOLVED ||
        alert->severity != DRIFT_SEVERITY_ALERT)
        return 0;
    incident->retrained = (uint32_t)drift__retraining_ask(
        &monitor->policy.retraining, drift__monitor_now(monitor), delivery->retraining);
    alert->retraining = delivery->retraining;
    return (int)incident->retrained;
}

/* 0, or -1 where this process is no longer the one that it began in. */
static int tell(drift_monitor *monitor, drift__incident *incident, drift_alert_phase phase)
{
    uint32_t generation = drift__fork_generation();
    fill_alert(monitor, incident, phase);
    int retrain = ask_for_retraining(monitor, incident);
    drift__incidents_told(&monitor->policy.incidents, incident, phase);
    drift__state_record(monitor, &monitor->delivery.alert);
    if (monitor->callback)
        monitor->callback(&monitor->delivery.alert, monitor->callback_context);
    if (drift__fork_generation() != generation)
        return -1;
    if (retrain && monitor->retrain && !monitor->destroy_requested)
        monitor->retrain(&monitor->delivery.alert, monitor->retrain_context);
    return drift__fork_generation() == generation ? 0 : -1;
}

/* Each pointer first: whoever forks meanwhile finds none that is freed. */
static void drop(drift_comparison **comparison)
{
    drift_comparison *dropped = *comparison;
    *comparison = NULL;
    drift_comparison_destroy(dropped);
}

void drift__delivery_forget(drift_monitor *monitor)
{
    if (monitor->comparison == monitor->shown)
        monitor->comparison = NULL;
    drop(&monitor->comparison);
    drop(&monitor->shown);
    monitor->polling = monitor->destroy_requested = 0;
}

int drift__deliver(drift_monitor *monitor)
{
    drift_alert_phase phase = DRIFT_ALERT_OPENED;
    drift__incident *incident;
    monitor->polling = 1;
    monitor->shown = monitor->comparison;
    while (!monitor->destroy_requested &&
           (incident = drift__incidents_next(&monitor->policy.incidents, &phase)))
        if (tell(monitor, incident, phase))
            return -1;
    if (monitor->comparison == monitor->shown)
        monitor->comparison = NULL;
    drop(&monitor->shown);
    monitor->polling = 0;
    return 0;
}
