/* SPDX-License-Identifier: Apache-2.0
 *
 * test_detector.c: stream detectors behind one handle (drift/detector.h).
 */
#include "detector_fixture.h"
#include "golden/detectors.h"

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
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(drift_detector_add(detector, i ? -1 : 2, NULL) != DRIFT_OK,
                         input != DRIFT_DETECTOR_NUMBERS);
    if (input == DRIFT_DETECTOR_BITS) {
        const double batch[4] = {1, 1, 0, NAN}, zeros[2] = {0, -0.0};
        serialize(detector, after);
        ck_assert(same_bytes(before, after));
        ck_assert_int_eq(drift_detector_update(detector, zeros, 2, NULL), DRIFT_OK);
        serialize(detector, before);
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

/* Signals of one detector on a golden stream, one parameter given. */
static void signals_with(drift_detector_kind kind, const char *name, double value, int which,
                         uint8_t *signals)
{
    static double values[MOST];
    const drift_detector_parameter parameter = {name, value};
    drift_detector_config config = DRIFT_DETECTOR_CONFIG_INIT;
    config.n_parameters = 1;
    config.parameters = &parameter;
    drift_detector *detector = detector_of(kind, &config);
    size_t n = golden_stream(which, values);
    ck_assert_int_eq(drift_detector_update(detector, values, n, signals), DRIFT_OK);
    drift_detector_destroy(detector);
}

START_TEST(bocd_forgets_what_is_improbable)
{
    static uint8_t all[MOST], few[MOST];
    for (int which = 2; which <= 3; which++) {
        signals_with(DRIFT_DETECTOR_BOCD, "max_hypotheses", 2000, which, all);
        signals_with(DRIFT_DETECTOR_BOCD, "max_hypotheses", 300, which, few);
        ck_assert_mem_eq(all, few, 2000);
    }
}
END_TEST

START_TEST(shewhart_by_definition)
{
    static double values[MOST];
    static uint8_t signals[MOST];
    golden_stream(2, values);
    const double first[] = {0, 1, 2}; /* both, up, down */
    for (int m = 0; m < 3; m++) {
        signals_with(DRIFT_DETECTOR_SHEWHART, "mode", first[m], 2, signals);
        size_t from = 0;
        for (size_t i = 0; i < 2000; i++) {
            double mean = 0, squares = 0;
            for (size_t k = from; k < from + 30 && k < 2000; k++)
                mean += values[k] / 30;
            for (size_t k = from; k < from + 30 && k < 2000; k++)
                squares += (values[k] - mean) * (values[k] - mean);
            double apart = values[i] - mean, limit = 3 * sqrt(squares / 29);
            int out = i >= from + 29 && ((m != 2 && apart > limit) || (m != 1 && -apart > limit));
            ck_assert_int_eq(signals[i], out ? DRIFT_DETECTOR_CHANGE : 0);
            if (out)
                from = i + 1;
        }
    }
}
END_TEST

START_TEST(shewhart_waits_for_its_first_values)
{
    drift_detector *detector = detector_of(DRIFT_DETECTOR_SHEWHART, NULL);
    uint32_t signal = 99;
    for (int i = 0; i < 12; i++)
        ck_assert_int_eq(drift_detector_add(detector, i == 11 ? 100 : 0, &signal), DRIFT_OK);
    ck_assert_uint_eq(signal, 0);
    drift_detector_destroy(detector);
}
END_TEST

START_TEST(seed_joins_older_blocks_more_readily)
{
    drift_detector *detector = detector_of(DRIFT_DETECTOR_SEED, NULL);
    uint32_t signal;
    /* Neighbours differ by .1: less than 13 tolerances of .008. */
    for (int i = 0; i < 32 * 78; i++) {
        ck_assert_int_eq(drift_detector_add(detector, i / 32 % 2 ? .1 : 0, &signal), DRIFT_OK);
        ck_assert_uint_eq(signal, 0);
        if (i + 1 == 32 * 76)
            ck_assert(reading(detector, "blocks") == 76);
    }
    ck_assert(reading(detector, "blocks") > 10 && reading(detector, "blocks") < 20);
    ck_assert(reading(detector, "width") == 32 * 78);
    drift_detector_destroy(detector);
}
END_TEST

START_TEST(seed_bounds_its_blocks)
{
    const drift_detector_parameter most = {"max_blocks", 8};
    drift_detector_config config = DRIFT_DETECTOR_CONFIG_INIT;
    config.n_parameters = 1;
    config.parameters = &most;
    drift_detector *detector = detector_of(DRIFT_DETECTOR_SEED, &config);
    double largest = 0;
    for (uint64_t i = 0; i < 32 * 100; i++) {
        ck_assert_int_eq(drift_detector_add(detector, 1000 * bell(i), NULL), DRIFT_OK);
        largest = fmax(largest, reading(detector, "blocks"));
        if (drift_detector_signal(detector))
            break;
    }
    ck_assert(largest == 8);
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
    /* Of more values than the window holds the latest count. */
    config.reference = values + 20;
    config.n_reference = 100;
    drift_detector *other = detector_of(DRIFT_DETECTOR_KSWIN, &config);
    drift_detector_reset(detector);
    for (int i = 120; i < 130; i++) {
        ck_assert_int_eq(drift_detector_add(detector, values[i], NULL), DRIFT_OK);
        ck_assert_int_eq(drift_detector_add(other, values[i], NULL), DRIFT_OK);
        ck_assert(reading(detector, "p_value") == reading(other, "p_value"));
    }
    drift_detector_destroy(other);
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
    tcase_add_loop_test(tests, detectors_take_memory_once, 0, DRIFT_DETECTOR_KINDS);
    tcase_add_test(tests, adwin_tells_its_window);
    tcase_add_test(tests, ks_windows_by_definition);
    tcase_add_test(tests, bocd_forgets_what_is_improbable);
    tcase_add_test(tests, shewhart_by_definition);
    tcase_add_test(tests, shewhart_waits_for_its_first_values);
    tcase_add_test(tests, seed_joins_older_blocks_more_readily);
    tcase_add_test(tests, seed_bounds_its_blocks);
    tcase_add_test(tests, kswin_begins_with_a_window);
    Suite *suite = suite_create("detector");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
