/* SPDX-License-Identifier: Apache-2.0
 *
 * test_detector_codec.c: stream detectors as bytes, and back.
 */
#include "core/bytes.h"
#include "detector_fixture.h"

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

/* The defaults, whose ADWIN takes 32 values between two looks. */
START_TEST(at_once_is_as_one_by_one)
{
    static double values[MOST];
    drift_detector_kind kind = (drift_detector_kind)_i;
    drift_detector_config config = DRIFT_DETECTOR_CONFIG_INIT;
    size_t n = values_of(kind, values);
    drift_buffer *left = NULL, *right = NULL;
    if (kind == DRIFT_DETECTOR_INCREMENTAL_KS) {
        config.reference = values;
        config.n_reference = 100;
    }
    ck_assert_int_eq(drift_buffer_create(NULL, &left), DRIFT_OK);
    ck_assert_int_eq(drift_buffer_create(NULL, &right), DRIFT_OK);
    drift_detector *whole = detector_of(kind, &config), *single = detector_of(kind, &config);
    for (size_t at = 0; at < n;) {
        size_t step = (size_t)(unit(at) * 300) + 1;
        step = step < n - at ? step : n - at;
        ck_assert_int_eq(drift_detector_update(whole, values + at, step, NULL), DRIFT_OK);
        for (; step > 0; step--, at++)
            ck_assert_int_eq(drift_detector_add(single, values[at], NULL), DRIFT_OK);
        serialize(whole, left);
        serialize(single, right);
        ck_assert(same_bytes(left, right));
    }
    drift_detector_destroy(whole);
    drift_detector_destroy(single);
    drift_buffer_destroy(left);
    drift_buffer_destroy(right);
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

START_TEST(impossible_numbers_behind_a_good_checksum)
{
    drift_buffer *bytes = NULL, *changed = NULL;
    ck_assert_int_eq(drift_buffer_create(NULL, &bytes), DRIFT_OK);
    ck_assert_int_eq(drift_buffer_create(NULL, &changed), DRIFT_OK);
    drift_detector *detector = detector_of(DRIFT_DETECTOR_DDM, NULL);
    for (int i = 0; i < 60; i++)
        ck_assert_int_eq(drift_detector_add(detector, i % 3 == 0, NULL), DRIFT_OK);
    serialize(detector, bytes);
    drift_detector_destroy(detector);
    /* The last three numbers: the least rate, its deviation and their sum; a sign makes each impossible. */
    for (size_t k = 1; k <= 3; k++) {
        rewrap(bytes, drift_buffer_size(bytes) - 8 - 8 * (k - 1) - 1, 0x80, changed);
        ck_assert_int_eq(open_detector(drift_buffer_data(changed), drift_buffer_size(changed)),
                         DRIFT_ERR_CORRUPT);
    }
    drift_buffer_destroy(bytes);
    drift_buffer_destroy(changed);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("detector_codec");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, detectors_bear_the_largest_values, 0, DRIFT_DETECTOR_KINDS);
    tcase_add_loop_test(tests, detectors_go_on_from_their_bytes, 0, DRIFT_DETECTOR_KINDS);
    tcase_add_loop_test(tests, at_once_is_as_one_by_one, 0, DRIFT_DETECTOR_KINDS);
    tcase_add_loop_test(tests, damaged_detectors_are_refused, 0, DRIFT_DETECTOR_KINDS);
    tcase_add_loop_test(tests, contradictions_behind_a_good_checksum, 0, DRIFT_DETECTOR_KINDS);
    tcase_add_test(tests, impossible_numbers_behind_a_good_checksum);
    Suite *suite = suite_create("detector_codec");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
