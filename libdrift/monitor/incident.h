/* SPDX-License-Identifier: Apache-2.0
 *
 * incident.h: incidents: what several columns say within so many rows is one thing, which opens,
 * grows and ends. Plain state of fixed size: no I/O, no clock, no callback.
 *
 * A column is part of at most one open incident. What it said there is an entry; an incident that
 * has ended keeps its entries until its end is told. When nobody asks, at most
 * DRIFT__INCIDENTS_MOST are kept: what comes then joins the newest of them, so nothing is lost.
 */
#ifndef DRIFT_MONITOR_INCIDENT_H
#define DRIFT_MONITOR_INCIDENT_H

#include "monitor/signal.h"

enum {
    DRIFT__INCIDENTS_MOST = 16,
    DRIFT__INCIDENT_TEXT = 192, /* bytes of a finding in words with its NUL */
    DRIFT__ALERT_KINDS = DRIFT_ALERT_CUSTOM + 1,
    DRIFT__SEVERITIES = DRIFT_SEVERITY_ALERT + 1
};

/** What a column said last that was news; of that with evidence, where there is some. */
typedef struct drift__incident_entry {
    uint32_t slot;                   /* 1 + index of its incident; 0 = free */
    uint32_t kinds;                  /* bit k: its kind k is known */
    drift__signal signal;            /* without text */
    char text[DRIFT__INCIDENT_TEXT]; /* of the finding; "" = a distribution */
} drift__incident_entry;

typedef struct drift__incident {
    uint64_t number; /* from 1; 0 = free slot */
    uint64_t epoch;
    uint64_t row;        /* of the first crossing */
    uint64_t joined_row; /* of the last news, or of the last signal without evidence */
    uint64_t ended_row;  /* 0 = open */
    uint32_t severity;   /* of its worst column */
    uint32_t news;       /* bit p: phase p waits to be told */
    uint32_t omitted;    /* entries given up because nobody asked */
    uint32_t retrained;  /* 1 = a retraining was requested */
    uint32_t renewed;    /* 1 = a new reference ended it */
} drift__incident;

typedef struct drift__incidents {
    size_t n_columns, n_entries;
    uint64_t opened;                    /* so far; number of the newest */
    uint64_t raised[DRIFT__SEVERITIES]; /* how many were ever of that severity */
    drift__incident table[DRIFT__INCIDENTS_MOST];
    drift__incident_entry *entries;
    uint32_t *entry_of; /* per column: 1 + its entry in an open incident; 0 = none */
} drift__incidents;

/** 0, or -1 where memory is out (free in both cases). */
int drift__incidents_init(drift__incidents *incidents, size_t n_columns,
                          const drift_allocator *allocator);
void drift__incidents_free(drift__incidents *incidents, const drift_allocator *allocator);
/** As after init. */
void drift__incidents_reset(drift__incidents *incidents);

/** The open incident of a column and what the column said in it; NULL where there is none. */
drift__incident *drift__incidents_of(drift__incidents *incidents, size_t column,
                                     drift__incident_entry **out_entry);
/**
 * `signal` about a column without an open incident joins the newest open one whose first row is
 * within `join_rows` rows, else opens one.
 */
void drift__incidents_take(drift__incidents *incidents, const drift__signal *signal,
                           uint64_t join_rows, uint64_t epoch);
/**
 * News of a column that is part of `incident`: it replaces what it said before; a signal without
 * evidence adds no more than its kind and severity to one that has it.
 */
void drift__incidents_grow(drift__incidents *incidents, drift__incident *incident,
                           drift__incident_entry *entry, const drift__signal *signal);
/**
 * `signal` was told as part of the incident `number`, which is opened where it is not known yet.
 * Returns it; NULL where it has ended or there is no room.
 */
drift__incident *drift__incidents_recall(drift__incidents *incidents, uint64_t number,
                                         const drift__signal *signal, uint64_t epoch);
/** The incident `number`; NULL where it is not known, or no longer. */
drift__incident *drift__incidents_find(drift__incidents *incidents, uint64_t number);
/** `incident` has ended at `row`; its columns may become part of another one. */
void drift__incidents_end(drift__incidents *incidents, drift__incident *incident, uint64_t row);
/** Number of open incidents of at least `severity`. */
size_t drift__incidents_open(const drift__incidents *incidents, uint32_t severity);

/** The oldest incident with something to tell, and what; NULL = nothing. */
drift__incident *drift__incidents_next(drift__incidents *incidents, drift_alert_phase *out_phase);
/** Its entries, strongest first, at most `n_columns`; returns how many. */
size_t drift__incidents_entries(const drift__incidents *incidents, const drift__incident *incident,
                                const drift__incident_entry **out_entries);
/** It was told; with its end it is forgotten. */
void drift__incidents_told(drift__incidents *incidents, drift__incident *incident,
                           drift_alert_phase phase);

#endif
