/* SPDX-License-Identifier: Apache-2.0
 *
 * detector_fixture.h: streams and small stream detectors for their tests.
 */
#ifndef DRIFT_TESTS_DETECTOR_FIXTURE_H
#define DRIFT_TESTS_DETECTOR_FIXTURE_H

#include <drift/detector.h>
#include <math.h>

#include "core/hash.h"
#include "damage.h"

enum { MOST = 9000 };

static inline double unit(uint64_t i)
{
    return (double)(drift__mix(i) >> 11) * 0x1p-53;
}

static inline double bell(uint64_t i)
{
    double total = 0;
    for (uint64_t k = 0; k < 12; k++)
        total += unit(12 * i + k);
    return total - 6;
}

/* As stream() of tools/make_golden_detectors.py; returns how many values there are. */
static inline size_t golden_stream(int which, double *values)
{
    uint64_t seed = (uint64_t)which << 32;
    size_t n = which == 5 ? 9000 : 2000;
    for (size_t i = 0; i < n; i++) {
        double share = unit(seed + i), ramp = ((double)i - 500) / 500;
        if (which == 0)
            values[i] = share < (i < 1000 ? .1 : .3);
        else if (which == 1)
            values[i] = share < (i < 700 ? .4 : i < 1400 ? .05 : .5);
        else if (which == 2)
            values[i] = bell(seed + i) + (i >= 1000);
        else if (which == 3)
            values[i] = bell(seed + i) + (ramp < 0 ? 0 : ramp > 2 ? 2 : ramp);
        else if (which == 4)
            values[i] = floor(share * 8) * (i < 1000 ? 1 : 2);
        else
            values[i] = share < (i < 3000 ? .2 : i < 6000 ? .05 : i < 8000 ? .08 : .3);
    }
    return n;
}

static inline drift_detector *detector_of(drift_detector_kind kind,
                                          const drift_detector_config *config)
{
    drift_detector *detector = NULL;
    drift_error error = {""};
    ck_assert_msg(drift_detector_create(kind, config, &detector, &error) == DRIFT_OK, "%s",
                  error.message);
    return detector;
}

/* Any values that the kind takes, with changes in them. */
static inline size_t values_of(drift_detector_kind kind, double *values)
{
    return golden_stream(drift_detector_input_of(kind) == DRIFT_DETECTOR_NUMBERS ? 2 : 1, values);
}

/* Small windows, so that states stay small, and a reference where one is needed. */
static inline drift_detector *small_of(drift_detector_kind kind, const drift_allocator *memory)
{
    static const double reference[] = {-1, 0, .5, 2, .5};
    static const drift_detector_parameter parameters[][2] = {
        [DRIFT_DETECTOR_RDDM] = {{"min_concept_size", 50}, {"max_num_instances_warning", 20}},
        [DRIFT_DETECTOR_FHDDM] = {{"short_window_size", 10}, {"confidence_level", .01}},
        [DRIFT_DETECTOR_KSWIN] = {{"window_size", 40}, {"stat_size", 15}},
        [DRIFT_DETECTOR_SEED] = {{"epsilon_prime", .5}, {"compress_term", 3}},
        [DRIFT_DETECTOR_BOCD] = {{"max_hypotheses", 12}, {"hazard", .05}},
        [DRIFT_DETECTOR_INCREMENTAL_KS] = {{"window_size", 9}, {"alpha", .2}},
    };
    drift_detector_config config = DRIFT_DETECTOR_CONFIG_INIT;
    if ((size_t)kind < sizeof parameters / sizeof *parameters && parameters[kind][0].name) {
        config.parameters = parameters[kind];
        config.n_parameters = 2;
    }
    if (kind == DRIFT_DETECTOR_INCREMENTAL_KS) {
        config.reference = reference;
        config.n_reference = 5;
    }
    config.allocator = memory;
    drift_detector *detector = NULL;
    drift_status status = drift_detector_create(kind, &config, &detector, NULL);
    ck_assert(status == DRIFT_OK || (memory && status == DRIFT_ERR_OUT_OF_MEMORY));
    return detector;
}

static inline void serialize(const drift_detector *detector, drift_buffer *bytes)
{
    drift_buffer_reset(bytes);
    ck_assert_int_eq(drift_detector_serialize(detector, bytes), DRIFT_OK);
}

#endif
