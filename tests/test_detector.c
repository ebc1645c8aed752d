/* SPDX-License-Identifier: Apache-2.0
 *
 * test_detector.c: stream detectors behind one handle (drift/detector.h).
 */
#include <drift/detector.h>
#include <math.h>

#include "core/bytes.h"
#include "core/hash.h"
#include "damage.h"
#include "golden/detectors.h"

enum { MOST = 9000 };

static double unit(uint64_t i)
{
    return (double)(drift__mix(i) >> 11) * 0x1p-53;
}

static double bell(uint64_t i)
{
    double total = 0;
    for (uint64_t k = 0; k < 12; k++)
        total += unit(12 * i + k);
    return total - 6;
}

/* As stream() of tools/make_golden_detectors.py; returns how many values there are. */
static size_t golden_stream(int which, double *values)
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

static drift_detector *detector_of(drift_detector_kind kind, const drift_detector_config *config)
{
    drift_detector *detector = NULL;
    drift_error error = {""};
    ck_assert_msg(drift_detector_create(kind, config, &detector, &error) == DRIFT_OK, "%s",
                  error.message);
    return detector;
}

/* Any values that the kind takes, with changes in them. */
static size_t values_of(drift_detector_kind kind, double *values)
{
    return golden_stream(drift_detector_input_of(kind) == DRIFT_DETECTOR_NUMBERS ? 2 : 1, values);
}

/* Small windows, so that states stay small, and a reference where one is needed. */
static drift_detector *small_of(drift_detector_kind kind, const drift_allocator *memory)
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

static void expect_golden(const golden_detector *golden, const uint8_t *signals, size_t n)
{
    uint32_t changes = 0, warnings = 0;
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        if (signals[i] & DRIFT_DETECTOR_CHANGE) {
            ck_assert_msg(changes < golden->n_changes && golden->changes[changes] == i,
                          "%s, stream %d: change %u at %zu", golden->name, golden->stream, changes,
                          i);
            changes++;
        }
        if (signals[i] & DRIFT_DETECTOR_WARNING) {
            warnings++;
            sum += i;
        }
    }
    ck_assert_msg(changes == golden->n_changes && warnings == golden->n_warnings &&
                      sum == golden->warnings_sum,
                  "%s, stream %d: %u changes, %u warnings", golden->name, golden->stream, changes,
                  warnings);
}

START_TEST(detectors_signal_where_others_do)
{
    static double values[MOST];
    static uint8_t signals[MOST];
    const golden_detector *golden = &golden_detectors[_i];
    drift_detector_kind kind;
    ck_assert_int_eq(drift_detector_find(golden->name, &kind, NULL), DRIFT_OK);
    drift_detector_config config = DRIFT_DETECTOR_CONFIG_INIT;
    config.n_parameters = golden->n_parameters;
    config.parameters = golden->parameters;
    drift_detector *detector = detector_of(kind, &config);
    size_t n = golden_stream(golden->stream, values) - (size_t)golden->from;
    const double *from = values + golden->from;
    ck_assert_int_eq(drift_detector_update(detector, from, n, signals), DRIFT_OK);
    expect_golden(golden, signals, n);
    ck_assert_uint_eq(drift_detector_count(detector), n);
    drift_detector_reset(detector);
    ck_assert_uint_eq(drift_detector_count(detector), 0);
    ck_assert_uint_eq(drift_detector_signal(detector), 0);
    for (size_t i = 0; i < n; i++) {
        uint32_t signal = 99;
        ck_assert_int_eq(drift_detector_add(detector, from[i], &signal), DRIFT_OK);
        ck_assert_uint_eq(signal, signals[i]);
        ck_assert_uint_eq(signal, drift_detector_signal(detector));
    }
    drift_detector_destroy(detector);
}
END_TEST

START_TEST(detector_names)
{
    drift_detector_kind kind;
    drift_error error;
    for (int k = 0; k < DRIFT_DETECTOR_KINDS; k++) {
        ck_assert_int_eq(
            drift_detector_find(drift_detector_name((drift_detector_kind)k), &kind, NULL),
            DRIFT_OK);
        ck_assert_int_eq(kind, k);
    }
    ck_assert(!drift_detector_find("Page-Hinkley", &kind, NULL) &&
              kind == DRIFT_DETECTOR_PAGE_HINKLEY);
    ck_assert(!drift_detector_find("HDDMW", &kind, NULL) && kind == DRIFT_DETECTOR_HDDM_W);
    ck_assert_int_eq(drift_detector_find("adw", &kind, &error), DRIFT_ERR_NOT_FOUND);
    ck_assert(strstr(error.message, "'adw'") && strstr(error.message, "incremental_ks"));
    ck_assert_int_eq(drift_detector_find("adwin2", &kind, NULL), DRIFT_ERR_NOT_FOUND);
    ck_assert_int_eq(drift_detector_find("", &kind, NULL), DRIFT_ERR_NOT_FOUND);
    ck_assert_ptr_null(drift_detector_name(DRIFT_DETECTOR_KINDS));
    ck_assert_uint_eq(drift_detector_parameters((drift_detector_kind)-1), 0);
    ck_assert_ptr_null(drift_detector_reading_name(DRIFT_DETECTOR_KINDS, 0));
}
END_TEST

static drift_status make(drift_detector_kind kind, const char *name, double value,
                         drift_error *error)
{
    const drift_detector_parameter parameter = {name, value};
    drift_detector_config config = DRIFT_DETECTOR_CONFIG_INIT;
    config.n_parameters = 1;
    config.parameters = &parameter;
    const double reference[3] = {1, 2, 3};
    if (kind == DRIFT_DETECTOR_INCREMENTAL_KS) {
        config.reference = reference;
        config.n_reference = 3;
    }
    drift_detector *detector = NULL;
    drift_status status = drift_detector_create(kind, &config, &detector, error);
    ck_assert((status == DRIFT_OK) == (detector != NULL));
    if (!status) {
        double back = -1;
        ck_assert_int_eq(drift_detector_parameter_value(detector, name, &back), DRIFT_OK);
        ck_assert(back == value);
    }
    drift_detector_destroy(detector);
    return status;
}

START_TEST(detector_parameters_in_and_out_of_range)
{
    for (int k = 0; k < DRIFT_DETECTOR_KINDS; k++) {
        drift_detector_kind kind = (drift_detector_kind)k;
        drift_detector_parameter_info info = {sizeof info, 0, NULL, 0, 0, 0};
        size_t n = drift_detector_parameters(kind);
        ck_assert_uint_gt(n, 0);
        for (size_t p = 0; p < n; p++) {
            ck_assert_int_eq(drift_detector_get_parameter(kind, p, &info), DRIFT_OK);
            ck_assert(info.low <= info.initial && info.initial <= info.high);
            ck_assert_int_eq(make(kind, info.name, info.initial, NULL), DRIFT_OK);
            ck_assert_int_eq(make(kind, info.name, nextafter(info.low, -INFINITY), NULL),
                             DRIFT_ERR_INVALID_ARGUMENT);
            ck_assert_int_eq(make(kind, info.name, nextafter(info.high, INFINITY), NULL),
                             DRIFT_ERR_INVALID_ARGUMENT);
            ck_assert_int_eq(make(kind, info.name, NAN, NULL), DRIFT_ERR_INVALID_ARGUMENT);
            if (info.whole && info.high > info.low + 1)
                ck_assert_int_eq(make(kind, info.name, info.low + 0.5, NULL),
                                 DRIFT_ERR_INVALID_ARGUMENT);
        }
        ck_assert_int_eq(drift_detector_get_parameter(kind, n, &info), DRIFT_ERR_NOT_FOUND);
        ck_assert_int_eq(make(kind, "no such", 1, NULL), DRIFT_ERR_INVALID_ARGUMENT);
    }
    drift_error error;
    make(DRIFT_DETECTOR_ADWIN, "delta", 2, &error);
    ck_assert_str_eq(error.message, "delta of adwin lies in 1e-300..1, 2 does not");
    make(DRIFT_DETECTOR_EDDM, "alpha", .8, &error);
    ck_assert_str_eq(error.message, "eddm: alpha must not be smaller than beta");
    make(DRIFT_DETECTOR_KSWIN, "stat_size", 51, &error);
    ck_assert_str_eq(error.message, "kswin: stat_size must be at most half of window_size");
    ck_assert_int_eq(make(DRIFT_DETECTOR_FHDDM, "short_window_size", 101, NULL),
                     DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(make(DRIFT_DETECTOR_ECDD, "average_run_length", 200, NULL),
                     DRIFT_ERR_INVALID_ARGUMENT);
}
END_TEST

START_TEST(detector_configurations_refused)
{
    const double good[2] = {1, 2}, bad[2] = {1, NAN};
    drift_detector *detector = NULL;
    drift_error error;
    drift_detector_config config = DRIFT_DETECTOR_CONFIG_INIT;
    ck_assert_int_eq(drift_detector_create(DRIFT_DETECTOR_KINDS, &config, &detector, &error),
                     DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(
        drift_detector_create(DRIFT_DETECTOR_INCREMENTAL_KS, &config, &detector, &error),
        DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_str_eq(error.message, "incremental_ks needs a reference");
    config.reference = bad;
    config.n_reference = 2;
    ck_assert_int_eq(
        drift_detector_create(DRIFT_DETECTOR_INCREMENTAL_KS, &config, &detector, &error),
        DRIFT_ERR_INVALID_ARGUMENT);
    config.reference = good;
    ck_assert_int_eq(drift_detector_create(DRIFT_DETECTOR_DDM, &config, &detector, &error),
                     DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_str_eq(error.message, "ddm takes no reference");
    config.n_reference = 1000001;
    ck_assert_int_eq(
        drift_detector_create(DRIFT_DETECTOR_INCREMENTAL_KS, &config, &detector, &error),
        DRIFT_ERR_INVALID_ARGUMENT);
    config = (drift_detector_config)DRIFT_DETECTOR_CONFIG_INIT;
    config.n_parameters = 1;
    ck_assert_int_eq(drift_detector_create(DRIFT_DETECTOR_DDM, &config, &detector, &error),
                     DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_ptr_null(detector);
    drift_detector_destroy(NULL);
}
END_TEST

static void serialize(const drift_detector *detector, drift_buffer *bytes)
{
    drift_buffer_reset(bytes);
    ck_assert_int_eq(drift_detector_serialize(detector, bytes), DRIFT_OK);
}

START_TEST(values_that_are_refused_change_nothing)
{
    static double values[MOST];
    drift_detector_kind kind = (drift_detector_kind)_i;
    drift_buffer *before = NULL, *after = NULL;
    ck_assert_int_eq(drift_buffer_create(NULL, &before), DRIFT_OK);
    ck_assert_int_eq(drift_buffer_create(NULL, &after), DRIFT_OK);
    size_t n = values_of(kind, values);
    drift_detector *detector = small_of(kind, NULL);
    ck_assert_int_eq(drift_detector_update(detector, values, n / 2, NULL), DRIFT_OK);
    serialize(detector, before);
    const double never[] = {NAN, -NAN, INFINITY, -INFINITY, 1.1e100, -1.1e100};
    uint32_t signal = 77;
    uint8_t signals[4] = {9, 9, 9, 9};
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        ck_assert_int_eq(drift_detector_add(detector, never[i], &signal),
                         DRIFT_ERR_INVALID_ARGUMENT);
    drift_detector_input input = drift_detector_input_of(kind);
    ck_assert_int_eq(drift_detector_add(detector, 1.5, NULL) != DRIFT_OK,
                     input != DRIFT_DETECTOR_NUMBERS);
    ck_assert_int_eq(drift_detector_add(detector, 0.5, NULL) != DRIFT_OK,
                     input == DRIFT_DETECTOR_BITS);
    if (input == DRIFT_DETECTOR_BITS) {
        const double batch[4] = {1, 1, 0, NAN};
        ck_assert_int_eq(drift_detector_update(detector, batch, 4, signals),
                         DRIFT_ERR_INVALID_ARGUMENT);
        serialize(detector, after);
        ck_assert(same_bytes(before, after));
    }
    ck_assert(signal == 77 && signals[0] == 9);
    ck_assert_int_eq(drift_detector_update(detector, NULL, 1, NULL), DRIFT_ERR_INVALID_ARGUMENT);
    drift_detector_destroy(detector);
    drift_buffer_destroy(before);
    drift_buffer_destroy(after);
}
END_TEST

START_TEST(detectors_bear_the_largest_values)
{
    static double values[2000];
    static uint8_t signals[2000];
    drift_detector_kind kind = (drift_detector_kind)_i;
    if (drift_detector_input_of(kind) != DRIFT_DETECTOR_NUMBERS)
        return;
    for (size_t i = 0; i < 2000; i++)
        values[i] = (unit(i) < .5 ? -1 : 1) * (i < 1000 ? 1e100 : 1e-100) * unit(i + 5000);
    drift_detector *detector = small_of(kind, NULL), *back = NULL;
    drift_buffer *bytes = NULL;
    ck_assert_int_eq(drift_buffer_create(NULL, &bytes), DRIFT_OK);
    for (size_t i = 0; i < 2000; i += 50) {
        ck_assert_int_eq(drift_detector_update(detector, values + i, 50, signals), DRIFT_OK);
        serialize(detector, bytes);
        ck_assert_int_eq(drift_detector_deserialize(drift_buffer_data(bytes),
                                                    drift_buffer_size(bytes), NULL, &back, NULL),
                         DRIFT_OK);
        drift_detector_destroy(back);
    }
    drift_detector_destroy(detector);
    drift_buffer_destroy(bytes);
}
END_TEST

START_TEST(detectors_go_on_from_their_bytes)
{
    static double values[MOST];
    static uint8_t signals[MOST], later[MOST];
    drift_detector_kind kind = (drift_detector_kind)_i;
    size_t n = values_of(kind, values);
    drift_buffer *bytes = NULL, *again = NULL;
    ck_assert_int_eq(drift_buffer_create(NULL, &bytes), DRIFT_OK);
    ck_assert_int_eq(drift_buffer_create(NULL, &again), DRIFT_OK);
    drift_detector *whole = small_of(kind, NULL);
    ck_assert_int_eq(drift_detector_update(whole, values, n, signals), DRIFT_OK);
    serialize(whole, again);
    size_t changes = 0;
    for (size_t i = 0; i < n; i++)
        changes += (signals[i] & DRIFT_DETECTOR_CHANGE) != 0;
    ck_assert_msg(changes > 0 || kind == DRIFT_DETECTOR_GMA, "%s is silent",
                  drift_detector_name(kind));
    drift_detector *detector = small_of(kind, NULL);
    for (size_t at = 0; at < n;) {
        size_t step = (size_t)(unit(at) * 90) + 1;
        step = step < n - at ? step : n - at;
        serialize(detector, bytes);
        drift_detector_destroy(detector);
        detector = NULL;
        ck_assert_int_eq(drift_detector_deserialize(drift_buffer_data(bytes),
                                                    drift_buffer_size(bytes), NULL, &detector,
                                                    NULL),
                         DRIFT_OK);
        ck_assert_int_eq(drift_detector_kind_of(detector), kind);
        ck_assert_int_eq(drift_detector_update(detector, values + at, step, later + at), DRIFT_OK);
        at += step;
    }
    ck_assert_mem_eq(signals, later, n);
    serialize(detector, bytes);
    ck_assert(same_bytes(bytes, again));
    drift_detector_destroy(detector);
    drift_detector_destroy(whole);
    drift_buffer_destroy(bytes);
    drift_buffer_destroy(again);
}
END_TEST

static drift_status open_detector(const void *bytes, size_t size)
{
    drift_detector *detector = NULL;
    drift_status status = drift_detector_deserialize(bytes, size, NULL, &detector, NULL);
    ck_assert((status == DRIFT_OK) == (detector != NULL));
    drift_detector_destroy(detector);
    return status;
}

START_TEST(damaged_detectors_are_refused)
{
    static double values[MOST];
    drift_detector_kind kind = (drift_detector_kind)_i;
    values_of(kind, values);
    drift_buffer *bytes = NULL;
    ck_assert_int_eq(drift_buffer_create(NULL, &bytes), DRIFT_OK);
    drift_detector *detector = small_of(kind, NULL);
    ck_assert_int_eq(drift_detector_update(detector, values, 60, NULL), DRIFT_OK);
    serialize(detector, bytes);
    drift_detector_destroy(detector);
    /* The generator of KSWIN makes 24,000 bits; every one of the others. */
    if (kind != DRIFT_DETECTOR_KSWIN)
        expect_damage_refused(open_detector, bytes);
    for (size_t left = 0; left < 4; left++) {
        scarce_memory scarce = {left, 0};
        drift_allocator memory = scarce_allocator(&scarce);
        drift_status status = drift_detector_deserialize(
            drift_buffer_data(bytes), drift_buffer_size(bytes), &memory, &detector, NULL);
        ck_assert_int_eq(status, left < 2 ? DRIFT_ERR_OUT_OF_MEMORY : DRIFT_OK);
        if (!status)
            drift_detector_destroy(detector);
        ck_assert_int_eq(scarce.out, 0);
    }
    drift_buffer_destroy(bytes);
}
END_TEST

/* The payload of `bytes` with one byte changed, in an envelope that is valid again. */
static void rewrap(const drift_buffer *bytes, size_t at, uint8_t change, drift_buffer *out)
{
    enum { HEAD = 16, TAIL = 8 };
    const uint8_t *data = drift_buffer_data(bytes);
    char magic[4];
    memcpy(magic, data, 4);
    drift__writer writer = {out, DRIFT_OK};
    drift_buffer_reset(out);
    size_t begin = drift__envelope_begin(&writer, magic, 1);
    for (size_t i = HEAD; i < drift_buffer_size(bytes) - TAIL; i++)
        drift__write_u8(&writer, i == at ? data[i] ^ change : data[i]);
    drift__envelope_end(&writer, begin);
    ck_assert_int_eq(writer.status, DRIFT_OK);
}

START_TEST(contradictions_behind_a_good_checksum)
{
    enum { HEAD = 16, TAIL = 8 };
    static double values[MOST];
    drift_detector_kind kind = (drift_detector_kind)_i;
    values_of(kind, values);
    drift_buffer *bytes = NULL, *changed = NULL;
    ck_assert_int_eq(drift_buffer_create(NULL, &bytes), DRIFT_OK);
    ck_assert_int_eq(drift_buffer_create(NULL, &changed), DRIFT_OK);
    drift_detector *detector = small_of(kind, NULL);
    ck_assert_int_eq(drift_detector_update(detector, values, 60, NULL), DRIFT_OK);
    serialize(detector, bytes);
    drift_detector_destroy(detector);
    size_t n = drift_buffer_size(bytes), refused = 0;
    for (size_t at = HEAD; at < n - TAIL; at += kind == DRIFT_DETECTOR_KSWIN ? 17 : 1)
        for (unsigned bit = 0; bit < 8; bit += 1 + (unsigned)(at % 3)) {
            rewrap(bytes, at, (uint8_t)(1u << bit), changed);
            detector = NULL;
            drift_status status = drift_detector_deserialize(
                drift_buffer_data(changed), drift_buffer_size(changed), NULL, &detector, NULL);
            if (status) {
                ck_assert(!detector && status == DRIFT_ERR_CORRUPT);
                refused++;
                continue;
            }
            /* What is let in works, for as long as it is wanted. */
            ck_assert_int_eq(drift_detector_update(detector, values, 200, NULL), DRIFT_OK);
            drift_detector_destroy(detector);
        }
    ck_assert_uint_gt(refused, 20);
    drift_buffer_destroy(bytes);
    drift_buffer_destroy(changed);
}
END_TEST

START_TEST(detectors_take_memory_once)
{
    static double values[MOST];
    drift_detector_kind kind = (drift_detector_kind)_i;
    size_t n = values_of(kind, values);
    scarce_memory scarce = {0, 0};
    drift_allocator memory = scarce_allocator(&scarce);
    ck_assert_ptr_null(small_of(kind, &memory));
    scarce.left = 1;
    drift_detector *detector = small_of(kind, &memory);
    ck_assert_ptr_nonnull(detector);
    ck_assert_int_eq(scarce.out, 1);
    ck_assert_int_eq(drift_detector_update(detector, values, n, NULL), DRIFT_OK);
    drift_detector_reset(detector);
    double value;
    for (size_t k = 0; drift_detector_reading_name(kind, k); k++) {
        drift_status status =
            drift_detector_reading(detector, drift_detector_reading_name(kind, k), &value);
        ck_assert(status == DRIFT_OK || status == DRIFT_ERR_NOT_ENOUGH_DATA);
    }
    ck_assert_uint_gt(drift_detector_memory(detector), 0);
    ck_assert_int_eq(drift_detector_reading(detector, "no such", &value), DRIFT_ERR_NOT_FOUND);
    ck_assert_int_eq(drift_detector_parameter_value(detector, "no such", &value),
                     DRIFT_ERR_NOT_FOUND);
    drift_detector_destroy(detector);
    ck_assert_int_eq(scarce.out, 0);
}
END_TEST

static double reading(const drift_detector *detector, const char *name)
{
    double value = -1;
    ck_assert_int_eq(drift_detector_reading(detector, name, &value), DRIFT_OK);
    return value;
}

START_TEST(adwin_tells_its_window)
{
    const drift_detector_parameter clock = {"clock", 1e9};
    drift_detector_config config = DRIFT_DETECTOR_CONFIG_INIT;
    config.n_parameters = 1;
    config.parameters = &clock;
    drift_detector *detector = detector_of(DRIFT_DETECTOR_ADWIN, &config);
    double unknown;
    ck_assert_int_eq(drift_detector_reading(detector, "variance", &unknown),
                     DRIFT_ERR_NOT_ENOUGH_DATA);
    for (int i = 0; i < 200; i++)
        ck_assert_int_eq(drift_detector_add(detector, i % 7, NULL), DRIFT_OK);
    ck_assert(reading(detector, "width") == 200 && reading(detector, "total") == 594);
    ck_assert(fabs(reading(detector, "sum_of_squares") - 797.82) < 1e-9);
    drift_detector_destroy(detector);
}
END_TEST

START_TEST(ks_windows_by_definition)
{
    enum { N = 60, WINDOW = 7 };
    double reference[20], values[N];
    for (uint64_t i = 0; i < 20; i++)
        reference[i] = floor(unit(i) * 6);
    for (uint64_t i = 0; i < N; i++)
        values[i] = floor(unit(i + 100) * 6);
    const drift_detector_parameter size = {"window_size", WINDOW};
    drift_detector_config config = DRIFT_DETECTOR_CONFIG_INIT;
    config.n_parameters = 1;
    config.parameters = &size;
    config.reference = reference;
    config.n_reference = 20;
    drift_detector *detector = detector_of(DRIFT_DETECTOR_INCREMENTAL_KS, &config);
    for (int i = 0; i < N; i++) {
        ck_assert_int_eq(drift_detector_add(detector, values[i], NULL), DRIFT_OK);
        if (i + 1 < WINDOW)
            continue;
        double most = 0;
        for (int x = 0; x < 6; x++) {
            double f = 0, g = 0;
            for (int k = 0; k < 20; k++)
                f += reference[k] <= x;
            for (int k = 0; k < WINDOW; k++)
                g += values[i - k] <= x;
            most = fmax(most, fabs(f / 20 - g / WINDOW));
        }
        ck_assert(fabs(reading(detector, "statistic") - most) < 1e-15);
    }
    drift_detector_destroy(detector);
}
END_TEST

START_TEST(kswin_begins_with_a_window)
{
    double values[150];
    for (uint64_t i = 0; i < 150; i++)
        values[i] = bell(i) + (i >= 120 ? 5 : 0);
    drift_detector_config config = DRIFT_DETECTOR_CONFIG_INIT;
    config.reference = values;
    config.n_reference = 120;
    drift_detector *detector = detector_of(DRIFT_DETECTOR_KSWIN, &config);
    uint8_t first[30], second[30];
    ck_assert_int_eq(drift_detector_update(detector, values + 120, 30, first), DRIFT_OK);
    drift_detector_reset(detector);
    ck_assert(reading(detector, "n") == 100);
    ck_assert_int_eq(drift_detector_update(detector, values + 120, 30, second), DRIFT_OK);
    ck_assert_mem_eq(first, second, 30);
    ck_assert_ptr_nonnull(memchr(first, DRIFT_DETECTOR_CHANGE, 30));
    drift_detector_destroy(detector);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("detector");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, detectors_signal_where_others_do, 0,
                        sizeof golden_detectors / sizeof *golden_detectors);
    tcase_add_test(tests, detector_names);
    tcase_add_test(tests, detector_parameters_in_and_out_of_range);
    tcase_add_test(tests, detector_configurations_refused);
    tcase_add_loop_test(tests, values_that_are_refused_change_nothing, 0, DRIFT_DETECTOR_KINDS);
    tcase_add_loop_test(tests, detectors_bear_the_largest_values, 0, DRIFT_DETECTOR_KINDS);
    tcase_add_loop_test(tests, detectors_go_on_from_their_bytes, 0, DRIFT_DETECTOR_KINDS);
    tcase_add_loop_test(tests, damaged_detectors_are_refused, 0, DRIFT_DETECTOR_KINDS);
    tcase_add_loop_test(tests, contradictions_behind_a_good_checksum, 0, DRIFT_DETECTOR_KINDS);
    tcase_add_loop_test(tests, detectors_take_memory_once, 0, DRIFT_DETECTOR_KINDS);
    tcase_add_test(tests, adwin_tells_its_window);
    tcase_add_test(tests, ks_windows_by_definition);
    tcase_add_test(tests, kswin_begins_with_a_window);
    Suite *suite = suite_create("detector");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
