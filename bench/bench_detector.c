/* SPDX-License-Identifier: Apache-2.0
 *
 * bench_detector.c: a stream through each detector, defaults, no change in it.
 */
#include <drift/detector.h>
#include <stdio.h>

#include "harness.h"

enum { N = 200000, SLOW = 4000, REFERENCE = 1000 };

typedef struct setting {
    drift_detector_kind kind;
    const double *values;
    size_t n;
} setting;

static int update(void *context)
{
    const setting *s = context;
    drift_detector_config config = DRIFT_DETECTOR_CONFIG_INIT;
    drift_detector *detector = NULL;
    if (s->kind == DRIFT_DETECTOR_INCREMENTAL_KS) {
        config.reference = s->values + s->n;
        config.n_reference = REFERENCE;
    }
    if (drift_detector_create(s->kind, &config, &detector, NULL))
        return 1;
    int failed = drift_detector_update(detector, s->values, s->n, NULL) != DRIFT_OK;
    drift_detector_destroy(detector);
    return failed;
}

int main(void)
{
    double *numbers = bench_allocate((N + REFERENCE) * sizeof *numbers);
    double *errors = bench_allocate((N + REFERENCE) * sizeof *errors);
    for (size_t i = 0; i < N + REFERENCE; i++) {
        numbers[i] = bench_normal();
        errors[i] = bench_uniform() < 0.1;
    }
    for (int k = 0; k < DRIFT_DETECTOR_KINDS; k++) {
        setting s = {(drift_detector_kind)k, numbers, N};
        char name[64];
        if (drift_detector_input_of(s.kind) != DRIFT_DETECTOR_NUMBERS)
            s.values = errors;
        if (s.kind == DRIFT_DETECTOR_KSWIN || s.kind == DRIFT_DETECTOR_INCREMENTAL_KS ||
            s.kind == DRIFT_DETECTOR_BOCD)
            s.n = SLOW;
        snprintf(name, sizeof name, "detector.update.%s", drift_detector_name(s.kind));
        bench_run(name, update, &s, (double)s.n, 7);
    }
    return 0;
}
