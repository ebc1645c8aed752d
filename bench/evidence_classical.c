/* SPDX-License-Identifier: Apache-2.0
 *
 * evidence_classical.c: the classical detectors of drift/detector.h, as they come, under the
 * same questions as the evidence: do unchanged rows raise an alarm, and how many rows
 * after a change does ADWIN take? Beside them what knows nothing: an alarm every 100 rows, and none.
 */
#include <drift/detector.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "evidence.h"
#include "harness.h"
#include "random.h"

enum { ROWS = 100000, PUBLISHED = 50, LEAST = 4, EVERY = 100 };
static const double RATE = 0.1;

static const drift_detector_kind KINDS[] = {
    DRIFT_DETECTOR_ADWIN, DRIFT_DETECTOR_KSWIN,  DRIFT_DETECTOR_PAGE_HINKLEY, DRIFT_DETECTOR_DDM,
    DRIFT_DETECTOR_EDDM,  DRIFT_DETECTOR_HDDM_A, DRIFT_DETECTOR_HDDM_W};

static drift_detector *made(drift_detector_kind kind)
{
    drift_detector *detector = NULL;
    drift_error error = {""};
    if (drift_detector_create(kind, NULL, &detector, &error)) {
        fprintf(stderr, "%s\n", error.message);
        exit(2);
    }
    return detector;
}

static void row_of_alarms(proof *p, const char *name, double alarmed, double alarms, double runs)
{
    char work[96];
    snprintf(work, sizeof work, "evidence.classical.%s", name);
    proof_row(work);
    proof_number("alarmed", alarmed / runs);
    proof_number("alarms_per_10000", alarms / runs / (ROWS / 10000.0));
    proof_number("rows", ROWS);
    proof_number("repetitions", runs);
    proof_row_end(p, 1);
}

static void count_alarms(proof *p, const char *work, drift_detector_kind kind)
{
    static double values[ROWS];
    static uint8_t signals[ROWS];
    size_t runs = proof_repetitions(p, PUBLISHED, LEAST), alarmed = 0, alarms = 0;
    int numbers = drift_detector_input_of(kind) == DRIFT_DETECTOR_NUMBERS;
    for (size_t r = 0; r < runs; r++) {
        generator g = generator_make(work, r);
        drift_detector *detector = made(kind);
        for (size_t i = 0; i < ROWS; i++)
            values[i] = numbers ? generator_normal(&g) : generator_uniform(&g) < RATE;
        size_t before = alarms;
        if (drift_detector_update(detector, values, ROWS, signals))
            exit(2);
        for (size_t i = 0; i < ROWS; i++)
            alarms += (signals[i] & DRIFT_DETECTOR_CHANGE) != 0;
        alarmed += alarms > before;
        drift_detector_destroy(detector);
    }
    row_of_alarms(p, drift_detector_name(kind), (double)alarmed, (double)alarms, (double)runs);
}

void prove_classical(proof *p)
{
    for (size_t k = 0; k < sizeof KINDS / sizeof *KINDS; k++) {
        char work[96];
        snprintf(work, sizeof work, "evidence.classical.%s", drift_detector_name(KINDS[k]));
        if (proof_wants(p, work))
            count_alarms(p, work, KINDS[k]);
    }
    if (proof_wants(p, "evidence.classical.every_100_rows"))
        row_of_alarms(p, "every_100_rows", 1, (double)ROWS / EVERY, 1);
    if (proof_wants(p, "evidence.classical.never"))
        row_of_alarms(p, "never", 0, 0, 1);
}

/* Rows from the change to the first alarm after it, whatever was before; `out_early`: there was one. */
static double delay(const change *c, generator *g, int *out_early)
{
    drift_detector *detector = made(DRIFT_DETECTOR_ADWIN);
    double rows = INFINITY;
    *out_early = 0;
    for (size_t row = 0; row < CHANGE_BEFORE + CHANGE_AFTER && isinf(rows); row++) {
        uint32_t signal = 0;
        if (drift_detector_add(detector, change_draw(c, g, row >= CHANGE_BEFORE), &signal))
            exit(2);
        if (!(signal & DRIFT_DETECTOR_CHANGE))
            continue;
        if (row >= CHANGE_BEFORE)
            rows = (double)(row + 1 - CHANGE_BEFORE);
        else
            *out_early = 1;
    }
    drift_detector_destroy(detector);
    return rows;
}

void prove_adwin_delay(proof *p, const change *c)
{
    char work[96];
    snprintf(work, sizeof work, "evidence.adwin.%s", c->name);
    if (!proof_wants(p, work))
        return;
    size_t runs = proof_repetitions(p, 400, 100), missed = 0, before = 0;
    double *delays = bench_allocate(runs * sizeof *delays);
    for (size_t r = 0; r < runs; r++) {
        generator g = generator_make(work, r);
        int early;
        delays[r] = delay(c, &g, &early);
        missed += isinf(delays[r]);
        before += (size_t)early;
    }
    double median = median_of(delays, runs);
    proof_row(work);
    if (isfinite(median))
        proof_number("adwin_rows", median);
    proof_number("before", (double)before);
    proof_number("missed", (double)missed);
    proof_number("repetitions", (double)runs);
    proof_row_end(p, 1);
    free(delays);
}
