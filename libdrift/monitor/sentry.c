/* SPDX-License-Identifier: Apache-2.0
 *
 * sentry.c: rows to evidence, and evidence to signals.
 */
#include "monitor/sentry.h"

#include <drift/distance.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "monitor/metrics.h"
#include "monitor/sentry_state.h"
#include "profile/row_places.h"

/* Looks at a small change while its rows double, and rows between two of them at most. */
enum { LOOKS = 32, MOST_WAITED = 256 };

/* How many rows of a block have no usable value, by reason, of how many. */
typedef struct unusable {
    uint64_t missing, absent, invalid, infinite, rows;
} unusable;

static void result_of(const drift__watch *w, drift_evidence_result *out)
{
    if (w->evidence)
        drift_evidence_get(w->evidence, out);
    else if (w->scores)
        drift__scores_get(w->scores, out);
    else
        drift_bound_evidence_get(w->bound, out);
}

static int has_crossed(const drift__watch *w)
{
    drift_evidence_result result;
    if (w->evidence)
        return w->evidence->alarm_row > 0;
    result_of(w, &result);
    return result.alarm_row > 0;
}

/* Row of the stream of row `row` of the watch: exact where it was given all rows. */
static uint64_t stream_row(const drift__watch *w, uint64_t rows, uint64_t row)
{
    if (w->given == rows || !w->given || row >= w->given)
        return row < rows ? row : rows;
    double back = (double)(w->given - row) * ((double)rows / (double)w->given);
    return back < (double)rows ? rows - (uint64_t)back : 1;
}

/* Rows of the reference and of those since the change, by cell or group of places. */
typedef struct comparable {
    uint64_t reference[DRIFT__URN_CELLS], now[DRIFT__URN_CELLS];
    uint32_t cells;
    int ordered;
} comparable;

/* Returns the first row after the change, as dated now. */
static uint64_t since_change(const drift__watch *w, comparable *out)
{
    if (w->scores) {
        drift_evidence_result result;
        drift__scores_get(w->scores, &result);
        out->cells = drift__scores_since_change(w->scores, out->reference, out->now);
        out->ordered = drift__scores_ordered(w->scores);
        return result.change_row;
    }
    memcpy(out->reference, w->reference, sizeof out->reference);
    out->cells = (uint32_t)drift_evidence_cells(w->evidence);
    out->ordered = w->evidence->config.kind == DRIFT_EVIDENCE_ORDERED;
    return drift__evidence_since_change(w->evidence, out->now);
}

/* The size of the change, from the rows since it began; returns the first of them. */
static uint64_t measure(const drift__watch *w, drift__signal *signal)
{
    comparable c;
    uint64_t rows = 0, whole = 0, below = 0, below_now = 0, change = since_change(w, &c);
    signal->has_psi = drift_psi_debiased(c.reference, c.now, c.cells, &signal->psi) == DRIFT_OK;
    for (uint32_t j = 0; j < c.cells; j++) {
        rows += c.now[j];
        whole += c.reference[j];
    }
    signal->has_ks = c.ordered && rows > 0;
    for (uint32_t j = 0; signal->has_ks && j < c.cells; j++) {
        below += c.reference[j];
        below_now += c.now[j];
        double apart = fabs((double)below / (double)whole - (double)below_now / (double)rows);
        signal->ks = fmax(signal->ks, apart);
    }
    return change;
}

static drift_alert_kind kind_of(const drift__watch *w, const unusable *without)
{
    if (w->about == DRIFT__OF_VALUES)
        return DRIFT_ALERT_DISTRIBUTION;
    uint64_t others = without->absent + without->invalid + without->infinite;
    return others > without->missing - without->absent ? DRIFT_ALERT_SCHEMA : DRIFT_ALERT_MISSING;
}

/* Down to this a change is large enough to be an alert; half of it holds one that was told. */
static double least_effect(const drift__watch *w)
{
    return w->told > DRIFT_SEVERITY_ALERT ? w->min_effect / 2 : w->min_effect;
}

/* 0 where the size of the change is certainly less than matters: what a size is expected to be when
 * nothing changed, which takes long, only makes it smaller. */
static int may_be_large(const drift__watch *w)
{
    comparable c;
    double psi;
    if (w->bound)
        return 1;
    since_change(w, &c);
    return drift_psi(c.reference, c.now, c.cells, DRIFT_SMOOTHING_JEFFREYS, &psi) == DRIFT_OK &&
           psi >= least_effect(w);
}

/* What a watch that has crossed says now. */
static void describe(const drift__watch *w, uint64_t rows, drift__signal *out)
{
    drift_evidence_result result;
    result_of(w, &result);
    *out =
        (drift__signal){.column = w->column, .detector = DRIFT__METRICS_EVIDENCE, .kind = w->kind};
    uint64_t change = w->bound ? result.change_row : measure(w, out);
    int large = w->bound || (out->has_psi && out->psi >= least_effect(w));
    if (w->kind == DRIFT_ALERT_SCHEMA && w->absent)
        out->text = DRIFT__NO_COLUMN;
    out->severity = large ? DRIFT_SEVERITY_ALERT : DRIFT_SEVERITY_WARNING;
    out->row = w->told ? rows : stream_row(w, rows, result.alarm_row);
    out->change_row = stream_row(w, rows, w->told ? change : result.change_row);
    out->evidence = exp(-result.log_largest);
    out->alpha = exp(-result.log_threshold);
}

/* Where the evidence has crossed and there is something new to say, say it. */
static void look_at(drift__sentry *sentry, drift__watch *w, uint64_t rows, const unusable *without)
{
    drift__signal signal;
    w->absent = without->rows > 0 && without->absent == without->rows;
    if (w->told > DRIFT_SEVERITY_ALERT || w->given < w->wait_for || !has_crossed(w))
        return;
    uint64_t more = w->given / LOOKS;
    w->wait_for = w->given + 1 + (more < MOST_WAITED ? more : MOST_WAITED);
    if (!w->told)
        w->kind = (uint8_t)kind_of(w, without);
    else if (!may_be_large(w))
        return;
    describe(w, rows, &signal);
    if (signal.severity < w->told)
        return;
    w->told = (uint8_t)(1 + signal.severity);
    sentry->signals[sentry->n_signals++] = signal;
}

static void begin(drift__sentry *sentry)
{
    if (sentry->taken)
        sentry->n_signals = 0;
    sentry->taken = 0;
}

/* Rows without an order get one at random: bets on a bound are laid row after row. */
static drift_status give_in_random_order(drift__watch *w, const uint64_t *counts, uint32_t places)
{
    uint64_t left[DRIFT__BOUND_PLACES] = {0}, rows = 0;
    drift_status status = DRIFT_OK;
    for (uint32_t p = 0; p < places; p++) {
        left[w->group[p]] += counts[p];
        rows += counts[p];
    }
    for (; rows && !status; rows--) {
        uint64_t at = (uint64_t)(drift__random_uniform(&w->random) * (double)rows);
        uint32_t group = 0;
        while (group + 1 < w->groups && at >= left[group])
            at -= left[group++];
        left[group]--;
        status = drift_bound_evidence_update_places(w->bound, &group, 1);
    }
    return status;
}

static drift_status give_counts(drift__watch *w, const uint64_t *counts, uint32_t places,
                                uint64_t rows)
{
    if (w->scores)
        return drift__scores_update_counts(w->scores, counts, rows);
    return w->evidence ? drift_evidence_update_counts(w->evidence, counts)
                       : give_in_random_order(w, counts, places);
}

drift_status drift__sentry_block(drift__sentry *sentry, const drift_profile *block)
{
    drift_status status = DRIFT_OK;
    begin(sentry);
    sentry->rows += block->rows;
    for (size_t i = 0; i < sentry->n && !status; i++) {
        drift__watch *w = &sentry->watches[i];
        const drift__column_state *column = &sentry->reference->columns[w->column];
        const drift__column_state *now = &block->columns[w->column];
        unusable without = {now->missing, now->absent, now->invalid,
                            now->negative_infinity + now->positive_infinity, block->rows};
        uint32_t places = DRIFT__USABLE_PLACES;
        if (w->about == DRIFT__OF_ROWS) {
            sentry->counts[DRIFT__USABLE] = now->valid;
            sentry->counts[DRIFT__UNUSABLE] = drift__unusable_rows(block, now);
            w->given += block->rows;
        } else {
            drift__column_place_counts(column, now, sentry->counts);
            places = drift__column_places(column);
            w->given += w->scores ? block->rows : now->valid;
        }
        status = give_counts(w, sentry->counts, places, block->rows);
        look_at(sentry, w, sentry->rows, &without);
    }
    return status;
}

static drift_status give_rows(drift__watch *w, uint32_t *places, size_t n)
{
    w->given += n;
    if (w->scores)
        return drift__scores_update(w->scores, places, n);
    if (w->evidence)
        return drift_evidence_update(w->evidence, places, n);
    for (size_t i = 0; i < n; i++)
        places[i] = w->group[places[i]];
    return drift_bound_evidence_update_places(w->bound, places, n);
}

/* The rows with a value to the front of `places`; the others counted. Returns how many have one. */
static size_t part_rows(uint32_t *places, size_t n, uint32_t *out_usable, unusable *out_without)
{
    size_t valid = 0;
    *out_without = (unusable){0};
    for (size_t i = 0; i < n; i++) {
        uint32_t place = places[i];
        out_usable[i] = place < DRIFT__ROW_MISSING ? DRIFT__USABLE : DRIFT__UNUSABLE;
        out_without->missing += place == DRIFT__ROW_MISSING;
        out_without->invalid += place == DRIFT__ROW_INVALID;
        out_without->infinite += place == DRIFT__ROW_INFINITE;
        places[valid] = place;
        valid += place < DRIFT__ROW_MISSING;
    }
    return valid;
}

/* Up to DRIFT__BLOCK_ROWS rows of a column; `rows` is the number of the last of them. */
static drift_status give_column(drift__sentry *sentry, size_t index, const drift_column *source,
                                uint64_t first, size_t n, uint64_t rows)
{
    uint32_t all[DRIFT__BLOCK_ROWS], places[DRIFT__BLOCK_ROWS], usable[DRIFT__BLOCK_ROWS];
    const drift__column_state *column = &sentry->reference->columns[index];
    unusable without;
    for (size_t i = 0; i < n && !source; i++)
        all[i] = DRIFT__ROW_MISSING;
    if (source)
        drift__column_row_places(column, source, first, n, all);
    memcpy(places, all, n * sizeof *places);
    size_t valid = part_rows(places, n, usable, &without);
    without.absent = source ? 0 : n;
    without.rows = n;
    drift_status status = DRIFT_OK;
    for (size_t i = sentry->first[index]; i < sentry->first[index + 1] && !status; i++) {
        drift__watch *w = &sentry->watches[i];
        if (w->about == DRIFT__OF_ROWS)
            status = give_rows(w, usable, n);
        else
            status = w->scores ? give_rows(w, all, n) : give_rows(w, places, valid);
        look_at(sentry, w, rows, &without);
    }
    return status;
}

drift_status drift__sentry_rows(drift__sentry *sentry, const drift_column *const *sources,
                                uint64_t first, uint64_t n)
{
    drift_status status = DRIFT_OK;
    begin(sentry);
    for (size_t i = 0; i < sentry->reference->n_columns; i++) {
        if (sentry->first[i] == sentry->first[i + 1])
            continue;
        for (uint64_t at = 0; at < n && !status;) {
            size_t some = n - at < DRIFT__BLOCK_ROWS ? (size_t)(n - at) : DRIFT__BLOCK_ROWS;
            status = give_column(sentry, i, sources[i], first + at, some, sentry->rows + at + some);
            at += some;
        }
    }
    sentry->rows += n;
    return status;
}

static int by_row(const void *left, const void *right)
{
    const drift__signal *a = left, *b = right;
    if (a->row != b->row)
        return a->row < b->row ? -1 : 1;
    return a->column < b->column ? -1 : a->column > b->column;
}

const drift__signal *drift__sentry_signals(drift__sentry *sentry, size_t *out_n)
{
    if (!sentry->taken)
        qsort(sentry->signals, sentry->n_signals, sizeof *sentry->signals, by_row);
    *out_n = sentry->taken ? 0 : sentry->n_signals;
    sentry->taken = 1;
    return sentry->signals;
}

size_t drift__sentry_watches(const drift__sentry *sentry)
{
    return sentry->n;
}

int drift__sentry_stands(const drift__sentry *sentry, size_t index, size_t *out_column,
                         drift_alert_kind *out_kind)
{
    const drift__watch *w = &sentry->watches[index];
    *out_column = w->column;
    *out_kind = (drift_alert_kind)w->kind;
    return w->told > DRIFT_SEVERITY_ALERT && !w->quiet;
}

void drift__sentry_signal(const drift__sentry *sentry, size_t index, drift__signal *out_signal)
{
    describe(&sentry->watches[index], sentry->rows, out_signal);
}

void drift__sentry_quiet(drift__sentry *sentry, size_t index)
{
    sentry->watches[index].quiet = 1;
}

int drift__sentry_has_spoken(const drift__sentry *sentry, size_t column)
{
    for (size_t i = sentry->first[column]; i < sentry->first[column + 1]; i++)
        if (sentry->watches[i].told > DRIFT_SEVERITY_ALERT)
            return 1;
    return 0;
}

void drift__sentry_word_of(const drift__sentry *sentry, size_t column, drift__sentry_word *out_word)
{
    double strongest = 0;
    *out_word = (drift__sentry_word){0};
    for (size_t i = sentry->first[column]; i < sentry->first[column + 1]; i++) {
        const drift__watch *w = &sentry->watches[i];
        drift_evidence_result result;
        result_of(w, &result);
        double strength = result.log_largest - result.log_threshold;
        if (out_word->known && strength <= strongest)
            continue;
        strongest = strength;
        *out_word =
            (drift__sentry_word){1, w->told > DRIFT_SEVERITY_ALERT, exp(-result.log_largest),
                                 result.log_wealth, exp(-result.log_threshold)};
    }
}

uint64_t drift__sentry_seen(const drift__sentry *sentry)
{
    return sentry->rows;
}
