/* SPDX-License-Identifier: Apache-2.0
 *
 * dependent.c: streams whose rows depend on each other, or repeat themselves day by
 * day, with the plan that is chosen from their reference.
 */
#include "dependent.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "harness.h"
#include "random.h"
#include "sequential/scores.h"

enum { EDGES = 63, BEFORE = 5000, AFTER = 40000, PIECE = 1000, PERIOD = 144, MOST_ROWS = 20000 };

/* What the rows of a stream remember. */
typedef struct stream {
    const char *name;
    double phi;       /* correlation of neighbours, of the part that is no season */
    double amplitude; /* of a daily cycle, in deviations of the other part */
    int values;       /* 0: numbers; else so many names, kept with probability phi */
} stream;

static const stream STREAMS[] = {{"iid", 0, 0, 0},
                                 {"ar_0.1", 0.1, 0, 0},
                                 {"ar_0.3", 0.3, 0, 0},
                                 {"ar_0.5", 0.5, 0, 0},
                                 {"ar_0.9", 0.9, 0, 0},
                                 {"daily", 0, 1, 0},
                                 {"daily_ar_0.5", 0.5, 1, 0},
                                 {"names_0.5", 0.5, 0, 6}};

typedef struct source {
    const stream *what;
    generator g;
    double last;
    uint64_t row;
    double edges[EDGES];
} source;

static double next_value(source *s, double shift)
{
    const stream *what = s->what;
    if (what->values) {
        if (generator_uniform(&s->g) >= what->phi) {
            double at = generator_uniform(&s->g) * what->values;
            /* The first name becomes more frequent. */
            s->last = shift > 0 && generator_uniform(&s->g) < 0.3 ? 0 : floor(at);
        }
        return s->last;
    }
    s->last = what->phi * s->last + sqrt(1 - what->phi * what->phi) * generator_normal(&s->g);
    double cycle = what->amplitude * sin(6.283185307179586 * (double)s->row++ / PERIOD);
    return s->last + cycle + shift;
}

static uint32_t place_of(const source *s, double value)
{
    uint32_t low = 0, high = EDGES;
    if (s->what->values)
        return (uint32_t)value;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (s->edges[middle] <= value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int by_value(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* What watches the column: one of the two, or nothing. */
typedef struct guard {
    drift__plan plan;
    drift_evidence *evidence;
    drift__scores *scores;
} guard;

static void need(drift_status status)
{
    if (status == DRIFT_OK)
        return;
    fprintf(stderr, "%s\n", drift_status_string(status));
    exit(2);
}

static void learn(source *s, size_t n, double alpha, const drift_allocator *memory, guard *out)
{
    static double values[MOST_ROWS], sorted[MOST_ROWS];
    static uint16_t places[MOST_ROWS];
    uint64_t counts[EDGES + 1] = {0}, thinned[EDGES + 1];
    const uint8_t single[EDGES + 1] = {0};
    uint32_t n_places = s->what->values ? (uint32_t)s->what->values + 1 : EDGES + 1;
    for (size_t i = 0; i < n; i++)
        sorted[i] = values[i] = next_value(s, 0);
    qsort(sorted, n, sizeof *sorted, by_value);
    for (size_t j = 1; j <= EDGES; j++)
        s->edges[j - 1] = sorted[n * j / (EDGES + 1)];
    for (size_t i = 0; i < n; i++) {
        places[i] = (uint16_t)place_of(s, values[i]);
        counts[places[i]]++;
    }
    drift__ordered_rows rows = {places, n, {counts, single, n_places, !s->what->values}, 0};
    drift_evidence_config config = DRIFT_EVIDENCE_CONFIG_INIT;
    config.alpha = alpha;
    config.seed = generator_next(&s->g);
    config.kind = s->what->values ? DRIFT_EVIDENCE_NOMINAL : DRIFT_EVIDENCE_ORDERED;
    *out = (guard){.evidence = NULL};
    need(drift__plan_choose(&rows, memory, &out->plan));
    if (out->plan.kind == DRIFT__PLAN_WINDOWS) {
        need(drift__scores_create(&out->plan, &rows.reference, &config, &out->scores, NULL));
    } else if (out->plan.kind != DRIFT__PLAN_REFUSED) {
        config.stride = out->plan.kind == DRIFT__PLAN_THINNING ? (uint32_t)out->plan.rows : 1;
        drift__thin_counts(counts, n_places, config.stride, thinned);
        need(drift_evidence_create_from_counts(thinned, s->what->values ? NULL : single, n_places,
                                               &config, &out->evidence, NULL));
    }
}

static uint64_t alarm_row(guard *w, source *s, uint64_t rows, uint64_t change, double shift)
{
    uint32_t places[PIECE];
    drift_evidence_result result = {0};
    for (uint64_t at = 0; at < rows && !result.alarm_row; at += PIECE) {
        for (size_t i = 0; i < PIECE; i++)
            places[i] = place_of(s, next_value(s, at + i >= change ? shift : 0));
        if (w->scores) {
            need(drift__scores_update(w->scores, places, PIECE));
            drift__scores_get(w->scores, &result);
        } else if (w->evidence) {
            need(drift_evidence_update(w->evidence, places, PIECE));
            drift_evidence_get(w->evidence, &result);
        }
    }
    return result.alarm_row;
}

static void end(guard *w, const drift_allocator *memory)
{
    drift_evidence_destroy(w->evidence);
    drift__scores_destroy(w->scores);
    drift__plan_destroy(&w->plan, memory);
}

typedef struct tally {
    size_t chosen[DRIFT__PLAN_REFUSED + 1], alarms, missed, before, found;
    double *delays, *lengths;
} tally;

static double median(double *values, size_t n)
{
    qsort(values, n, sizeof *values, by_value);
    return n ? (values[(n - 1) / 2] + values[n / 2]) / 2 : 0;
}

static void run(const stream *what, size_t reference, size_t r, const char *work, tally *t)
{
    const drift_allocator memory = drift__allocator(NULL);
    guard w;
    source s = {.what = what, .g = generator_make(work, r)};
    s.row = generator_below(&s.g, PERIOD);
    learn(&s, reference, 0.05, &memory, &w);
    t->chosen[w.plan.kind]++;
    t->lengths[r] = (double)w.plan.rows;
    t->alarms += alarm_row(&w, &s, 100000, UINT64_MAX, 0) > 0;
    end(&w, &memory);
    source again = {.what = what, .g = generator_make(work, r)};
    again.row = generator_below(&again.g, PERIOD);
    learn(&again, reference, 0.05, &memory, &w);
    again.g = generator_make(work, r + 1000000);
    uint64_t row = alarm_row(&w, &again, BEFORE + AFTER, BEFORE, 1);
    t->missed += !row;
    t->before += row > 0 && row <= BEFORE;
    if (row > BEFORE)
        t->delays[t->found++] = (double)(row - BEFORE);
    end(&w, &memory);
}

static void prove(proof *p, const stream *what, size_t reference)
{
    char work[96];
    snprintf(work, sizeof work, "evidence.dependent.automatic.%s.%zu", what->name, reference);
    if (!proof_wants(p, work))
        return;
    size_t runs = proof_repetitions(p, 400, 20);
    tally t = {.alarms = 0};
    t.delays = bench_allocate(runs * sizeof *t.delays);
    t.lengths = bench_allocate(runs * sizeof *t.lengths);
    for (size_t r = 0; r < runs; r++)
        run(what, reference, r, work, &t);
    double rate = (double)t.alarms / (double)runs;
    proof_row(work);
    proof_number("false_alarms", rate);
    proof_number("rows_as_they_are", (double)t.chosen[DRIFT__PLAN_NONE]);
    proof_number("thinned", (double)t.chosen[DRIFT__PLAN_THINNING]);
    proof_number("windows", (double)t.chosen[DRIFT__PLAN_WINDOWS]);
    proof_number("refused", (double)t.chosen[DRIFT__PLAN_REFUSED]);
    proof_number("stride_or_window", median(t.lengths, runs));
    proof_number("median_rows", median(t.delays, t.found));
    proof_number("before", (double)t.before);
    proof_number("missed", (double)t.missed);
    proof_number("repetitions", (double)runs);
    proof_row_end(p, rate <= 0.05 + 3 * standard_error(0.05, (double)runs));
    free(t.delays);
    free(t.lengths);
}

void prove_dependent_streams(proof *p)
{
    for (size_t i = 0; i < sizeof STREAMS / sizeof *STREAMS; i++) {
        prove(p, &STREAMS[i], 5000);
        prove(p, &STREAMS[i], 20000);
    }
}
