/* SPDX-License-Identifier: Apache-2.0
 *
 * test_policy_codec.c: the state of a policy as bytes: it goes on alike, and no bytes break it.
 */
#include "policy_fixture.h"

static drift_buffer *state_of(const drift__policy *policy, uint64_t now)
{
    drift_buffer *buffer = NULL;
    ck_assert_int_eq(drift_buffer_create(NULL, &buffer), DRIFT_OK);
    drift__writer writer = {buffer, DRIFT_OK};
    drift__policy_write(policy, now, 2 * now, &writer);
    ck_assert_int_eq(writer.status, DRIFT_OK);
    return buffer;
}

static int read_back(drift__policy *policy, const uint8_t *bytes, size_t size, uint64_t now)
{
    drift__byte_reader reader = {bytes, bytes + size, 0};
    int failed = drift__policy_read(policy, now, 2 * now, &reader);
    return failed ? failed : (int)drift__read_left(&reader);
}

static void step(drift__policy *policy, uint64_t row, uint64_t *state)
{
    uint64_t word = next_random(state);
    size_t column = word % COLUMNS;
    switch ((word >> 8) % 8) {
    case 0:
        settle(policy, WINDOW * (1 + row / WINDOW), (unsigned)(word >> 32) & 63);
        break;
    case 1:
        next(policy);
        break;
    case 2:
        policy->columns[column].muted_until = row + (word >> 20) % 100;
        break;
    default: {
        uint32_t counted;
        drift__signal signal = signal_of(column, row, (word >> 16) % 4 ? ALERT : WARNING);
        signal.kind = (word >> 18) % 2 ? DRIFT_ALERT_MISSING : DRIFT_ALERT_DISTRIBUTION;
        signal.text = (word >> 19) % 2 ? "found" : NULL;
        drift__policy_take(policy, &signal, &counted);
    }
    }
}

START_TEST(what_is_read_back_goes_on_alike)
{
    uint64_t state = 7;
    const drift_monitor_config config = {.incident_rows = 300,
                                         .persistence_rows = 20,
                                         .cooldown_rows = 100,
                                         .warnings = 1,
                                         .retrain_budget = 3,
                                         .retrain_period_seconds = 10};
    char text[DRIFT__RETRAINING_TEXT];
    drift__policy a = policy_of(config, COLUMNS), b = policy_of(config, COLUMNS);
    for (uint64_t row = 100; row < 60000; row += 17) {
        if (row % 1000 < 17) {
            drift__retraining_ask(&a.retraining, row, text);
            drift__retraining_ask(&b.retraining, row, text);
        }
        uint64_t same = state;
        step(&a, row, &state);
        step(&b, row, &same);
        check(&a);
        drift_buffer *bytes = state_of(&a, row), *others = state_of(&b, row);
        size_t size = drift_buffer_size(bytes);
        ck_assert_uint_eq(size, drift_buffer_size(others));
        ck_assert_mem_eq(drift_buffer_data(bytes), drift_buffer_data(others), size);
        if (row % 3 == 0)
            ck_assert_int_eq(read_back(&b, drift_buffer_data(bytes), size, row), 0);
        drift_buffer_destroy(bytes);
        drift_buffer_destroy(others);
    }
    ck_assert_uint_gt(a.incidents.opened, 20);
    drift__policy_free(&a, &memory);
    drift__policy_free(&b, &memory);
}
END_TEST

START_TEST(bytes_nobody_vouches_for_are_checked)
{
    uint64_t state = 3;
    drift__policy a = policy_of((drift_monitor_config){.incident_rows = 50}, COLUMNS);
    drift__policy b = policy_of((drift_monitor_config){.incident_rows = 50}, COLUMNS);
    for (uint64_t row = 100; row < 9000; row += 40)
        step(&a, row, &state);
    drift_buffer *bytes = state_of(&a, 1);
    size_t size = drift_buffer_size(bytes);
    uint8_t *copy = malloc(size);
    for (size_t cut = 0; cut < size; cut++) {
        memcpy(copy, drift_buffer_data(bytes), size);
        ck_assert_int_eq(read_back(&b, copy, cut, 1), -1);
        ck_assert_uint_eq(b.incidents.opened, 0);
    }
    int read = 0;
    for (size_t i = 0; i < size * 40; i++) {
        memcpy(copy, drift_buffer_data(bytes), size);
        copy[i % size] = (uint8_t)next_random(&state);
        if (read_back(&b, copy, size, 1) == -1)
            continue;
        read++;
        check(&b);
        for (int k = 0; k < 50; k++)
            step(&b, 10000, &state);
        check(&b);
    }
    ck_assert_int_gt(read, 100);
    free(copy);
    drift_buffer_destroy(bytes);
    drift__policy_free(&a, &memory);
    drift__policy_free(&b, &memory);
}
END_TEST

/* States that no policy writes, told from those that it does. */
START_TEST(states_that_cannot_be_are_refused)
{
    for (int lie = 0; lie < 9; lie++) {
        drift__policy a = policy_of((drift_monitor_config){.incident_rows = 5}, COLUMNS);
        drift__policy b = policy_of((drift_monitor_config){.incident_rows = 5}, COLUMNS);
        drift__incident *table = a.incidents.table;
        drift__incident_entry *entries = a.incidents.entries;
        say(&a, 0, 100, ALERT);
        say(&a, 1, 200, ALERT);
        if (lie == 1)
            entries[0].slot = 0; /* an incident of no column */
        if (lie == 2)
            table[0].news |= 1u << DRIFT_ALERT_RESOLVED; /* which is open */
        if (lie == 3)
            table[0].ended_row = 300; /* and nobody is to know */
        if (lie == 4)
            table[1].number = 1;
        if (lie == 5)
            entries[1].signal.column = 0; /* in two open ones */
        if (lie == 6)
            table[1].severity = WARNING;
        if (lie == 7)
            entries[1].signal.evidence = (double)NAN;
        if (lie == 8)
            entries[0].kinds = 2;
        drift_buffer *bytes = state_of(&a, 1);
        int read = read_back(&b, drift_buffer_data(bytes), drift_buffer_size(bytes), 1);
        ck_assert_int_eq(read, lie ? -1 : 0);
        check(&b);
        drift_buffer_destroy(bytes);
        drift__policy_free(&a, &memory);
        drift__policy_free(&b, &memory);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("policy_codec");
    TCase *all = tcase_create("all");
    tcase_set_timeout(all, 60);
    tcase_add_test(all, what_is_read_back_goes_on_alike);
    tcase_add_test(all, bytes_nobody_vouches_for_are_checked);
    tcase_add_test(all, states_that_cannot_be_are_refused);
    suite_add_tcase(suite, all);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
