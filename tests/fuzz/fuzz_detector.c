/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_detector.c: any detector, parameters and values: one by one is as all at
 * once, bytes go on where the state was, and damaged bytes are refused or usable.
 */
#include <math.h>
#include <string.h>

#include "fuzz_support.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST_VALUES = 512, MOST_PARAMETERS = 8, MOST_REFERENCE = 12 };

static drift_detector *create(drift_detector_kind kind, fuzz_input *input)
{
    drift_detector_parameter parameters[MOST_PARAMETERS];
    double reference[MOST_REFERENCE];
    drift_detector_config config = DRIFT_DETECTOR_CONFIG_INIT;
    for (size_t k = 0; k < drift_detector_parameters(kind); k++) {
        drift_detector_parameter_info info = {sizeof info, 0, NULL, 0, 0, 0};
        FUZZ_CHECK(drift_detector_get_parameter(kind, k, &info) == DRIFT_OK);
        uint8_t choice = fuzz_byte(input);
        if (choice < 128)
            continue;
        /* Small windows show more; sometimes anything. */
        double value = info.whole ? info.low + choice % 40 : info.low + (info.high - info.low) / 4;
        parameters[config.n_parameters++] =
            (drift_detector_parameter){info.name, choice == 255 ? fuzz_double(input) : value};
    }
    size_t n = kind == DRIFT_DETECTOR_KSWIN || kind == DRIFT_DETECTOR_INCREMENTAL_KS
                   ? fuzz_byte(input) % (MOST_REFERENCE + 1)
                   : 0;
    for (size_t i = 0; i < n; i++)
        reference[i] = fuzz_double(input);
    config.parameters = parameters;
    config.reference = reference;
    config.n_reference = n;
    drift_detector *detector = NULL;
    drift_detector_create(kind, &config, &detector, NULL);
    return detector;
}

static size_t fill(double *values, drift_detector_input kind, fuzz_input *input)
{
    size_t n = 0;
    while (n < MOST_VALUES && fuzz_left(input) > 64) {
        uint8_t byte = fuzz_byte(input);
        double value = kind != DRIFT_DETECTOR_NUMBERS ? byte % 2
                       : byte < 240                   ? byte % 16
                                                      : fuzz_double(input);
        /* Runs, so that windows fill. */
        for (unsigned k = 0; k < 1 + byte / 32u && n < MOST_VALUES; k++)
            if (fabs(value) <= 1e100)
                values[n++] = value;
    }
    return n;
}

static drift_detector *again(const drift_detector *detector, drift_buffer *bytes)
{
    drift_detector *other = NULL;
    drift_buffer_reset(bytes);
    FUZZ_CHECK(drift_detector_serialize(detector, bytes) == DRIFT_OK);
    FUZZ_CHECK(drift_detector_deserialize(drift_buffer_data(bytes), drift_buffer_size(bytes), NULL,
                                          &other, NULL) == DRIFT_OK);
    return other;
}

static void ask(const drift_detector *detector)
{
    double value;
    const char *name;
    for (size_t k = 0;
         (name = drift_detector_reading_name(drift_detector_kind_of(detector), k)) != NULL; k++) {
        drift_status status = drift_detector_reading(detector, name, &value);
        FUZZ_CHECK(status == DRIFT_OK ? !isnan(value) : status == DRIFT_ERR_NOT_ENOUGH_DATA);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static double values[MOST_VALUES];
    static uint8_t signals[MOST_VALUES];
    fuzz_input input = {data, data + size};
    drift_detector_kind kind = (drift_detector_kind)(fuzz_byte(&input) % DRIFT_DETECTOR_KINDS);
    drift_detector *detector = create(kind, &input), *damaged = NULL;
    if (!detector)
        return 0;
    drift_buffer *bytes = fuzz_buffer(), *changed = fuzz_buffer();
    drift_detector *single = again(detector, bytes);
    size_t n = fill(values, drift_detector_input_of(kind), &input);
    FUZZ_CHECK(drift_detector_update(detector, values, n, signals) == DRIFT_OK);
    for (size_t i = 0; i < n; i++) {
        uint32_t signal = 0;
        FUZZ_CHECK(drift_detector_add(single, values[i], &signal) == DRIFT_OK);
        FUZZ_CHECK(signal == signals[i]);
        if (i == n / 2) {
            drift_detector *other = again(single, bytes);
            drift_detector_destroy(single);
            single = other;
        }
    }
    ask(single);
    fuzz_damage(changed, (const char *)drift_buffer_data(bytes), bytes, &input);
    if (drift_detector_deserialize(drift_buffer_data(changed), drift_buffer_size(changed), NULL,
                                   &damaged, NULL) == DRIFT_OK) {
        drift_detector_update(damaged, values, n, signals);
        drift_detector_reset(damaged);
        ask(damaged);
    }
    drift_detector_destroy(damaged);
    drift_detector_destroy(single);
    drift_detector_destroy(detector);
    drift_buffer_destroy(bytes);
    drift_buffer_destroy(changed);
    return 0;
}
