/* SPDX-License-Identifier: Apache-2.0
 *
 * openmetrics.c: the metrics of a monitor, in the text format of Prometheus
 * (https://prometheus.io/docs/instrumenting/exposition_formats, 0.0.4). The
 * text is gone over twice, first to count its bytes, so that a buffer which is
 * too small stays as it was.
 */
#include <drift/report.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/fork.h"
#include "core/numbers.h"
#include "core/utf8.h"
#include "monitor/sentry.h"
#include "monitor/window.h"
#include "profile/state.h"

/* Nanoseconds, to milliseconds, to seconds: a double holds no more of a date. */
static const double MILLISECOND = 1e6, MILLISECONDS = 1e3;

typedef struct exposition {
    const drift_monitor *monitor;
    const drift__metrics *metrics;
    char *buffer; /* NULL: count only */
    size_t used;
    size_t n_own;           /* columns before this one have series of their own */
    uint64_t rows, dropped; /* read once: recorders go on counting */
} exposition;

static void put(exposition *out, const char *text, size_t length)
{
    if (out->buffer)
        memcpy(out->buffer + out->used, text, length);
    out->used += length;
}

static void put_text(exposition *out, const char *text)
{
    put(out, text, strlen(text));
}

static void put_replaced(exposition *out, unsigned char byte)
{
    static const char digits[] = "0123456789abcdef";
    const char pair[2] = {digits[byte >> 4], digits[byte & 15]};
    put_text(out, "\xef\xbf\xbd");
    put(out, pair, sizeof pair);
}

static int is_replacement(const char *text, size_t step)
{
    return step == 3 && memcmp(text, "\xef\xbf\xbd", 3) == 0;
}

static void put_label(exposition *out, const char *name, const char *value, size_t length)
{
    put_text(out, name);
    put_text(out, "=\"");
    for (size_t at = 0, step; at < length; at += step) {
        step = drift__utf8_step(value + at, length - at);
        if (!step || !value[at]) {
            put_replaced(out, (unsigned char)value[at]);
            step = 1;
            continue;
        }
        if (value[at] == '\\' || value[at] == '"')
            put_text(out, "\\");
        if (value[at] == '\n')
            put_text(out, "\\n");
        else
            put(out, value + at, step);
        if (is_replacement(value + at, step))
            put(out, value + at, step);
    }
    put_text(out, "\"");
}

static void put_number(exposition *out, double value)
{
    char text[DRIFT__NUMBER_SIZE];
    if (isnan(value))
        put_text(out, "NaN");
    else if (isinf(value))
        put_text(out, value > 0 ? "+Inf" : "-Inf");
    else
        put(out, text, drift__format_double(text, value));
}

static void put_count(exposition *out, uint64_t value)
{
    char text[24];
    put(out, text, (size_t)snprintf(text, sizeof text, "%" PRIu64, value));
}

static void family(exposition *out, const char *name, const char *type, const char *help)
{
    put_text(out, "# HELP ");
    put_text(out, name);
    put_text(out, " ");
    put_text(out, help);
    put_text(out, "\n# TYPE ");
    put_text(out, name);
    put_text(out, " ");
    put_text(out, type);
    put_text(out, "\n");
}

/* Name of a sample and its first label; what follows ends in end_labels. */
static void begin_sample(exposition *out, const char *name)
{
    put_text(out, name);
    put_text(out, "{");
    put_label(out, "model", out->monitor->model, strlen(out->monitor->model));
}

static void add_label(exposition *out, const char *name, const char *value, size_t length)
{
    put_text(out, ",");
    put_label(out, name, value, length);
}

static void end_count(exposition *out, uint64_t value)
{
    put_text(out, "} ");
    put_count(out, value);
    put_text(out, "\n");
}

static void end_number(exposition *out, double value)
{
    put_text(out, "} ");
    put_number(out, value);
    put_text(out, "\n");
}

/* Of one column, or of all that have no series of their own. */
enum { REMAINING = -1 };

static void begin_column(exposition *out, const char *name, ptrdiff_t column)
{
    begin_sample(out, name);
    if (column == REMAINING) {
        add_label(out, "overflow", "true", 4);
        return;
    }
    const drift__column_state *state = &out->monitor->reference->columns[column];
    add_label(out, "column", state->name, state->name_length);
}

static void begin_word(exposition *out, const char *name, ptrdiff_t column, int detector)
{
    begin_column(out, name, column);
    const char *who = drift__metrics_detector_name((uint32_t)detector);
    add_label(out, "detector", who, strlen(who));
}

static int is_watched(const drift_monitor *monitor, size_t column)
{
    return !drift__column_skipped(&monitor->reference->columns[column]);
}

/* The next column at or after `column` that is watched and has series of its own, else n_own. */
static size_t next_own(const exposition *out, size_t column)
{
    while (column < out->n_own && !is_watched(out->monitor, column))
        column++;
    return column;
}

static int is_used(const exposition *out, int detector)
{
    return out->monitor->metrics.words[detector] != NULL;
}

static int has_remaining(const exposition *out)
{
    return out->n_own < out->metrics->n_columns;
}

static drift__metrics_word word_of(const exposition *out, int detector, size_t column)
{
    const drift__metrics_word *words = out->metrics->words[detector];
    drift__metrics_word word = {0};
    if (!words)
        return word;
    word = words[column];
    /* Evidence is asked when somebody looks, for it changes with every block of rows. */
    drift__sentry_word now = {0};
    if (detector == DRIFT__METRICS_EVIDENCE && out->monitor->sentry)
        drift__sentry_word_of(out->monitor->sentry, column, &now);
    if (now.known) {
        word.is_known = word.has_score = 1;
        word.score = now.log_wealth;
        word.threshold = -log(now.alpha);
        /* It speaks once; a window may have shown since that the change is over. */
        word.detected = now.alarmed && !out->monitor->policy.columns[column].over;
    }
    return word;
}

/* The words of one detector on the remaining columns, added up. */
static drift__metrics_word sum_of_remaining(const exposition *out, int detector)
{
    drift__metrics_word sum = {0};
    for (size_t i = out->n_own; i < out->metrics->n_columns; i++) {
        const drift__metrics_word word = word_of(out, detector, i);
        sum.detected += word.detected;
        for (int k = 0; k < DRIFT__METRICS_SEVERITIES; k++)
            sum.alarms[k] += word.alarms[k];
    }
    return sum;
}

/* A number that a word may hold: 1 where it does. */
typedef int (*word_number)(const drift__metrics_word *word, double *out_number);

static int score_of(const drift__metrics_word *word, double *out_number)
{
    *out_number = word->score;
    return word->has_score != 0;
}

static int threshold_of(const drift__metrics_word *word, double *out_number)
{
    *out_number = word->threshold;
    return word->is_known && !isnan(word->threshold);
}

static int detected_of(const drift__metrics_word *word, double *out_number)
{
    *out_number = word->detected;
    return word->is_known != 0;
}

static void put_words(exposition *out, const char *name, int detector, word_number number_of)
{
    for (size_t i = next_own(out, 0); i < out->n_own; i = next_own(out, i + 1)) {
        double number;
        drift__metrics_word word = word_of(out, detector, i);
        if (!number_of(&word, &number))
            continue;
        begin_word(out, name, (ptrdiff_t)i, detector);
        end_number(out, number);
    }
}

static void put_scores(exposition *out)
{
    family(
        out, "drift_score", "gauge",
        "What the detector measured of the column last; for evidence the natural logarithm of its "
        "wealth, for window the debiased PSI.");
    for (int d = 0; d < DRIFT__METRICS_DETECTORS; d++)
        put_words(out, "drift_score", d, score_of);
    family(out, "drift_threshold", "gauge",
           "Score from which a change counts; for window it must be significant too.");
    for (int d = 0; d < DRIFT__METRICS_DETECTORS; d++)
        put_words(out, "drift_threshold", d, threshold_of);
    family(out, "drift_detected", "gauge",
           "1 where the detector last found the column changed, else 0; overflow: how many are 1.");
    for (int d = 0; d < DRIFT__METRICS_DETECTORS; d++) {
        put_words(out, "drift_detected", d, detected_of);
        if (!has_remaining(out) || !is_used(out, d))
            continue;
        begin_word(out, "drift_detected", REMAINING, d);
        end_count(out, sum_of_remaining(out, d).detected);
    }
}

/* Warnings only where they are asked for: each is a series. */
static int first_severity(const drift_monitor *monitor)
{
    return monitor->config.warnings ? DRIFT_SEVERITY_WARNING : DRIFT_SEVERITY_ALERT;
}

static void put_alarms_of(exposition *out, ptrdiff_t column, int detector,
                          const drift__metrics_word *word)
{
    for (int k = first_severity(out->monitor); k < DRIFT__METRICS_SEVERITIES; k++) {
        const char *severity = drift_severity_name((drift_severity)k);
        begin_word(out, "drift_alarms_total", column, detector);
        add_label(out, "severity", severity, strlen(severity));
        end_count(out, word->alarms[k]);
    }
}

static void put_alarms(exposition *out)
{
    family(out, "drift_alarms_total", "counter", "Alarms raised.");
    for (int d = 0; d < DRIFT__METRICS_DETECTORS; d++) {
        if (!is_used(out, d))
            continue;
        for (size_t i = next_own(out, 0); i < out->n_own; i = next_own(out, i + 1)) {
            drift__metrics_word word = word_of(out, d, i);
            if (d < DRIFT__METRICS_CLASSICAL || word.is_known)
                put_alarms_of(out, (ptrdiff_t)i, d, &word);
        }
        if (!has_remaining(out))
            continue;
        drift__metrics_word sum = sum_of_remaining(out, d);
        put_alarms_of(out, REMAINING, d, &sum);
    }
}

static void put_missing(exposition *out)
{
    family(out, "drift_missing_ratio", "gauge",
           "Share of the rows of the window judged last in which the column was missing.");
    for (size_t i = next_own(out, 0); i < out->n_own; i = next_own(out, i + 1)) {
        double ratio = out->metrics->missing_ratio ? out->metrics->missing_ratio[i] : -1;
        if (ratio < 0)
            continue;
        begin_column(out, "drift_missing_ratio", (ptrdiff_t)i);
        end_number(out, ratio);
    }
}

static void put_rows(exposition *out)
{
    family(out, "drift_rows_observed_total", "counter", "Rows observed.");
    begin_sample(out, "drift_rows_observed_total");
    end_count(out, out->rows);
    family(out, "drift_rows_dropped_total", "counter",
           "Rows lost because full windows waited to be judged.");
    begin_sample(out, "drift_rows_dropped_total");
    end_count(out, out->dropped);
}

/* What exists from the first evaluation on. */
static void put_last_evaluation(exposition *out)
{
    const drift__metrics *metrics = out->metrics;
    if (!metrics->evaluations)
        return;
    family(out, "drift_window_rows", "gauge", "Rows of the window judged last.");
    begin_sample(out, "drift_window_rows");
    end_count(out, metrics->window_rows);
    family(out, "drift_last_evaluation_timestamp_seconds", "gauge",
           "When a window was judged last, since 1970.");
    begin_sample(out, "drift_last_evaluation_timestamp_seconds");
    end_number(out, floor((double)metrics->last_evaluated / MILLISECOND) / MILLISECONDS);
}

static void put_durations(exposition *out)
{
    static const char name[] = "drift_evaluation_duration_seconds";
    const drift__metrics *metrics = out->metrics;
    uint64_t below = 0;
    family(out, name, "histogram", "Time that judging a window took.");
    for (int i = 0; i < DRIFT__METRICS_BUCKETS; i++) {
        char bound[DRIFT__NUMBER_SIZE] = "+Inf";
        size_t length = 4;
        if (i < DRIFT__METRICS_BUCKETS - 1)
            length = drift__format_double(bound, drift__metrics_bounds[i]);
        below += metrics->by_duration[i];
        begin_sample(out, "drift_evaluation_duration_seconds_bucket");
        add_label(out, "le", bound, length);
        end_count(out, below);
    }
    begin_sample(out, "drift_evaluation_duration_seconds_sum");
    end_number(out, metrics->seconds);
    begin_sample(out, "drift_evaluation_duration_seconds_count");
    end_count(out, metrics->evaluations);
}

static void put_build(exposition *out)
{
    family(out, "drift_build_info", "gauge", "1, with the version of libdrift.");
    put_text(out, "drift_build_info{");
    put_label(out, "version", drift_version(), strlen(drift_version()));
    end_count(out, 1);
}

static void render(exposition *out)
{
    put_scores(out);
    put_alarms(out);
    put_missing(out);
    put_rows(out);
    put_last_evaluation(out);
    put_durations(out);
    put_build(out);
}

/* How many of the columns come before the limit; all of them where it is not reached. */
static size_t count_own(const drift_monitor *monitor)
{
    enum {
        ROWS = 2,
        LAST = 2,
        BUILD = 1,
        WHOLE = ROWS + LAST + DRIFT__METRICS_BUCKETS + 2 + BUILD
    };
    uint64_t severities = (uint64_t)(DRIFT__METRICS_SEVERITIES - first_severity(monitor));
    uint64_t used = (uint64_t)drift__metrics_used(&monitor->metrics);
    uint64_t remaining = used * (1 + severities);
    uint64_t each = 1 + used * (3 + severities);
    uint64_t most = monitor->config.most_series, watched = 0;
    size_t columns = monitor->metrics.n_columns, own = 0;
    for (size_t i = 0; i < columns; i++)
        watched += (uint64_t)is_watched(monitor, i);
    if (WHOLE + watched * each <= most)
        return columns;
    uint64_t left = most > WHOLE + remaining ? (most - WHOLE - remaining) / each : 0;
    for (; left > 0; own++)
        left -= (uint64_t)is_watched(monitor, own);
    return own;
}

drift_status drift_monitor_render_openmetrics(const drift_monitor *monitor, char *buffer,
                                              size_t size, size_t *out_needed)
{
    if (!monitor || !out_needed)
        return DRIFT_ERR_INVALID_ARGUMENT;
    /* A child of fork has nothing yet, whatever its parent had. */
    int inherited = monitor->generation != drift__fork_generation();
    const drift__metrics none = {.n_columns = monitor->metrics.n_columns};
    exposition out = {.monitor = monitor,
                      .metrics = inherited ? &none : &monitor->metrics,
                      .n_own = count_own(monitor),
                      .rows = drift_monitor_rows(monitor),
                      .dropped = drift_monitor_dropped(monitor)};
    render(&out);
    *out_needed = out.used;
    if (!buffer || out.used > size)
        return DRIFT_ERR_TOO_SMALL;
    out.buffer = buffer;
    out.used = 0;
    render(&out);
    return DRIFT_OK;
}
