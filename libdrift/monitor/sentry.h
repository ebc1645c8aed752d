/* SPDX-License-Identifier: Apache-2.0
 *
 * sentry.h: evidence of change for every column of a monitor, against the
 * reference it began with. A column is watched twice: where its values lie
 * (numbers or names), and whether rows have a usable value at all.
 *
 * The level is shared over the columns by their weights, and over the two: unchanged
 * rows raise any signal at all with probability at most alpha, however long the stream is
 * and whatever the dependence between columns. A signal comes with the size of the change,
 * from the rows since it began: DRIFT_SEVERITY_WARNING while that is below the smallest
 * that matters, DRIFT_SEVERITY_ALERT once it is not.
 */
#ifndef DRIFT_MONITOR_SENTRY_H
#define DRIFT_MONITOR_SENTRY_H

#include <drift/profile.h>
#include <drift/table.h>

#include "core/bytes.h"
#include "monitor/signal.h"

typedef struct drift__sentry drift__sentry;

typedef struct drift__sentry_config {
    double alpha;      /* over all columns */
    double min_effect; /* debiased PSI; a column's own comes first */
    double run_length; /* > 0: rows to a false alarm on average, in place of alpha */
    double tolerance;  /* > 0: Kolmogorov-Smirnov distance that numbers may move by */
} drift__sentry_config;

/** The evidence a column has, as numbers for people. */
typedef struct drift__sentry_word {
    int known;         /* 0: the column is not watched */
    int alarmed;       /* 1: the change is as large as matters */
    double evidence;   /* p-value, 1 / wealth at its largest */
    double log_wealth; /* natural, of now */
    double alpha;      /* its level */
} drift__sentry_word;

/** `reference` must outlive it. Its rows are those that `epoch` (from 1) of a monitor began with. */
drift_status drift__sentry_create(const drift_profile *reference,
                                  const drift__sentry_config *config, uint32_t epoch,
                                  const drift_allocator *allocator, drift__sentry **out_sentry,
                                  drift_error *error);
void drift__sentry_destroy(drift__sentry *sentry);
/** Rows in an order that is not known: those of `block`, counted against the reference. Takes no memory. */
drift_status drift__sentry_block(drift__sentry *sentry, const drift_profile *block);
/** Rows first .. first + n - 1 of a table, in their order; `sources` are its columns by position. */
drift_status drift__sentry_rows(drift__sentry *sentry, const drift_column *const *sources,
                                uint64_t first, uint64_t n);
/** Signals raised since the last time, by rising row; borrowed until rows are given again. */
const drift__signal *drift__sentry_signals(drift__sentry *sentry, size_t *out_n);
/** Watches, two a column at most. */
size_t drift__sentry_watches(const drift__sentry *sentry);
/** 1 where watch `index` has signalled an alert, of what, and was not told to be quiet. */
int drift__sentry_stands(const drift__sentry *sentry, size_t index, size_t *out_column,
                         drift_alert_kind *out_kind);
/** What such a watch would signal now. */
void drift__sentry_signal(const drift__sentry *sentry, size_t index, drift__signal *out_signal);
/** Its change is known: it does not stand any more. */
void drift__sentry_quiet(drift__sentry *sentry, size_t index);
/** 1 where the evidence on column `column` has raised an alert: it does so once in an epoch. */
int drift__sentry_has_spoken(const drift__sentry *sentry, size_t column);
/** What the evidence says of column `column`: of its values or of its rows, whichever is stronger. */
void drift__sentry_word_of(const drift__sentry *sentry, size_t column,
                           drift__sentry_word *out_word);
/** Rows given. */
uint64_t drift__sentry_seen(const drift__sentry *sentry);

/** All that drift__sentry_create does not know. */
void drift__sentry_write(const drift__sentry *sentry, drift__writer *writer);
/** Into a new sentry over the same reference and configuration; DRIFT_ERR_CORRUPT leaves it unusable. */
drift_status drift__sentry_read(drift__sentry *sentry, drift__byte_reader *reader);

#endif
