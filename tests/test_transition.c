/* SPDX-License-Identifier: Apache-2.0
 *
 * test_transition.c: a monitor that takes its next reference from the stream.
 */
#include "made_data.h"
#include "monitor/window.h"
#include "profile_fixture.h"
#include "sketch/category_table.h"

enum { WINDOW = 1000, RAMP = 4000 };

typedef struct stream {
    drift_monitor *monitor;
    drift_recorder *recorder;
    uint64_t state, rows;
    double move; /* of x, in standard deviations */
    int word;    /* a name that the first reference did not have, in one row of four; or -1 */
} stream;

static stream stream_of(uint64_t rebase_rows, const drift_allocator *allocator)
{
    drift_monitor_config config = DRIFT_MONITOR_CONFIG_INIT;
    made *m = make_table(10000);
    drift_profile *reference = made_reference(m);
    stream s = {.state = 5, .word = -1};
    config.window_rows = WINDOW;
    config.minimum_rows = WINDOW;
    config.rebase_rows = rebase_rows;
    config.allocator = allocator;
    ck_assert_int_eq(drift_monitor_create(reference, &config, &s.monitor, NULL), DRIFT_OK);
    ck_assert_int_eq(drift_monitor_recorder(s.monitor, &s.recorder, NULL), DRIFT_OK);
    drift_profile_destroy(reference);
    free(m);
    return s;
}

static void give(stream *s, uint64_t rows)
{
    for (uint64_t i = 0; i < rows; i++) {
        int word = (int)(made_uniform() * made_uniform() * 5);
        if (s->word >= 0 && made_uniform() < 0.25)
            word = s->word;
        const drift_value values[MADE_COLUMNS] = {
            number_value(made_normal() + s->move), number_value(made_normal() * 3 + 10),
            made_word(word), bool_value(made_uniform() < 0.3)};
        ck_assert_int_eq(drift_recorder_observe(s->recorder, values, MADE_COLUMNS), DRIFT_OK);
        if (++s->rows % 100 == 0)
            ck_assert_int_eq(drift_monitor_poll(s->monitor, NULL), DRIFT_OK);
    }
}

START_TEST(the_rows_after_a_transition_become_the_reference)
{
    stream s = stream_of(3 * WINDOW, NULL);
    give(&s, 5 * WINDOW);
    ck_assert_uint_eq(drift_monitor_epoch(s.monitor), 1);
    ck_assert_uint_eq(drift_monitor_alerts(s.monitor), 0);
    /* A slow change: no window is like the one before it. */
    s.word = 5;
    for (int i = 1; i <= RAMP / 100; i++) {
        s.move = 2.0 * i * 100 / RAMP;
        give(&s, 100);
    }
    ck_assert_uint_gt(drift_monitor_alerts(s.monitor), 0);
    ck_assert_int_eq(atomic_load(&s.monitor->epoch)->settled, 0);
    /* One window to compare with, one that agrees, three that are taken; one in twenty disagrees. */
    uint64_t windows = 0;
    for (; drift_monitor_epoch(s.monitor) == 1 && windows < 8; windows++)
        give(&s, WINDOW);
    ck_assert_uint_ge(windows, 4);
    ck_assert_uint_eq(drift_monitor_epoch(s.monitor), 2);
    const drift_profile *reference = drift_monitor_reference(s.monitor);
    ck_assert_uint_eq(drift_profile_rows(reference), 3 * WINDOW);
    ck_assert_ptr_null(drift__profile_validate(reference));
    ck_assert_ptr_null(atomic_load(&s.monitor->epoch)->older);
    drift_profile_column x;
    ck_assert_int_eq(drift_profile_get_column(reference, 0, &x), DRIFT_OK);
    ck_assert_double_eq_tol(x.mean, 2.0, 0.1);
    /* The name that came with the change is one of the reference's now. */
    const drift_categories *names = reference->columns[2].names;
    uint32_t found = drift__category_find(names, "new", 3);
    ck_assert_uint_gt(found, 0);
    ck_assert_uint_eq(names->entries[found - 1].pinned, 1);
    /* Quiet from now on, until something changes again. */
    uint64_t alerts = drift_monitor_alerts(s.monitor);
    give(&s, 10 * WINDOW);
    ck_assert_uint_eq(drift_monitor_alerts(s.monitor), alerts);
    ck_assert_uint_eq(drift_monitor_epoch(s.monitor), 2);
    ck_assert_uint_eq(drift_monitor_rows(s.monitor), s.rows);
    s.move = 0;
    give(&s, 12 * WINDOW);
    ck_assert_uint_gt(drift_monitor_alerts(s.monitor), alerts);
    ck_assert_uint_eq(drift_monitor_epoch(s.monitor), 3);
    drift_monitor_destroy(s.monitor);
}
END_TEST

START_TEST(nobody_follows_unasked_or_without_an_alert)
{
    stream unasked = stream_of(0, NULL), calm = stream_of(WINDOW, NULL);
    unasked.move = 3;
    give(&unasked, 10 * WINDOW);
    ck_assert_uint_gt(drift_monitor_alerts(unasked.monitor), 0);
    ck_assert_uint_eq(drift_monitor_epoch(unasked.monitor), 1);
    give(&calm, 20 * WINDOW);
    ck_assert_uint_eq(drift_monitor_alerts(calm.monitor), 0);
    ck_assert_uint_eq(drift_monitor_epoch(calm.monitor), 1);
    /* A warning is none. */
    calm.monitor->policy.warnings = 1;
    calm.move = 0.15;
    give(&calm, 20 * WINDOW);
    ck_assert_uint_gt(drift_monitor_warnings(calm.monitor), 0);
    ck_assert_uint_gt(drift_monitor_open_incidents(calm.monitor), 0);
    ck_assert_uint_eq(drift_monitor_alerts(calm.monitor), 0);
    ck_assert_uint_eq(drift_monitor_epoch(calm.monitor), 1);
    drift_monitor_destroy(unasked.monitor);
    drift_monitor_destroy(calm.monitor);
}
END_TEST

/* A change that passes: the reference stays, whatever comes together after it. */
START_TEST(what_came_back_is_no_new_reference)
{
    stream s = stream_of(WINDOW, NULL);
    give(&s, 3 * WINDOW);
    s.move = 3;
    give(&s, WINDOW / 2);
    ck_assert_uint_eq(drift_monitor_open_incidents(s.monitor), 1);
    s.move = 0;
    give(&s, 20 * WINDOW);
    ck_assert_uint_eq(drift_monitor_alerts(s.monitor), 1);
    ck_assert_uint_eq(drift_monitor_open_incidents(s.monitor), 0);
    ck_assert_uint_eq(drift_monitor_epoch(s.monitor), 1);
    ck_assert_uint_eq(drift_profile_rows(drift_monitor_reference(s.monitor)), 10000);
    /* One that lasts so long that rows are gathered, and then passes: they are given up. */
    stream later = stream_of(30 * WINDOW, NULL);
    later.move = 3;
    give(&later, 8 * WINDOW);
    ck_assert_uint_gt(drift_profile_rows(atomic_load(&later.monitor->epoch)->gathered), 0);
    later.move = 0;
    give(&later, 8 * WINDOW);
    ck_assert_uint_eq(drift_monitor_open_incidents(later.monitor), 0);
    ck_assert_uint_eq(drift_profile_rows(atomic_load(&later.monitor->epoch)->gathered), 0);
    ck_assert_int_eq(atomic_load(&later.monitor->epoch)->settled, 0);
    /* The next one lasts. */
    s.move = 3;
    give(&s, 8 * WINDOW);
    ck_assert_uint_eq(drift_monitor_epoch(s.monitor), 2);
    drift_monitor_destroy(s.monitor);
    drift_monitor_destroy(later.monitor);
}
END_TEST

START_TEST(a_shortage_puts_it_off)
{
    failing_memory memory;
    drift_allocator allocator = failing_allocator(&memory);
    stream s = stream_of(WINDOW, &allocator);
    long refused = 0;
    s.move = 3;
    /* One row short of the window that completes the next reference. */
    while (!atomic_load(&s.monitor->epoch)->settled)
        give(&s, WINDOW);
    give(&s, WINDOW - 1);
    const drift_value last[MADE_COLUMNS] = {number_value(3), number_value(10), made_word(0),
                                            bool_value(0)};
    drift_recorder_observe(s.recorder, last, MADE_COLUMNS);
    for (long fail = 0; drift_monitor_epoch(s.monitor) == 1; fail++) {
        memory.fail_at = memory.calls + fail;
        drift_status status = drift_monitor_poll(s.monitor, NULL);
        memory.fail_at = -1;
        ck_assert(status == DRIFT_OK || status == DRIFT_ERR_OUT_OF_MEMORY);
        refused += status != DRIFT_OK;
    }
    ck_assert_int_gt(refused, 100);
    ck_assert_uint_eq(drift_profile_rows(drift_monitor_reference(s.monitor)), WINDOW);
    ck_assert_uint_eq(drift_monitor_rows(s.monitor), s.rows + 1);
    drift_monitor_destroy(s.monitor);
    ck_assert_int_eq(memory.alive, 0);
}
END_TEST

/* As a reference on disk: same bytes after a way there and back. */
START_TEST(a_settled_shard_is_a_profile_like_any_other)
{
    stream s = stream_of(WINDOW, NULL);
    drift_buffer *bytes = NULL, *again = NULL;
    drift_profile *settled = NULL, *read = NULL;
    s.word = 5;
    give(&s, 700);
    ck_assert_int_eq(drift__shard_settle(s.monitor->window.profile, NULL, &settled, NULL),
                     DRIFT_OK);
    ck_assert_ptr_null(drift__profile_validate(settled));
    ck_assert_uint_eq(drift_profile_rows(settled), 700);
    ck_assert_int_eq(drift_buffer_create(NULL, &bytes), DRIFT_OK);
    ck_assert_int_eq(drift_buffer_create(NULL, &again), DRIFT_OK);
    ck_assert_int_eq(drift_profile_serialize(settled, bytes, NULL), DRIFT_OK);
    ck_assert_int_eq(drift_profile_deserialize(drift_buffer_data(bytes), drift_buffer_size(bytes),
                                               NULL, &read, NULL),
                     DRIFT_OK);
    ck_assert_int_eq(drift_profile_serialize(read, again, NULL), DRIFT_OK);
    ck_assert_uint_eq(drift_buffer_size(bytes), drift_buffer_size(again));
    ck_assert_mem_eq(drift_buffer_data(bytes), drift_buffer_data(again), drift_buffer_size(bytes));
    ck_assert(drift_profile_compatible(settled, read));
    ck_assert(!drift_profile_compatible(settled, drift_monitor_reference(s.monitor)));
    drift_profile_destroy(settled);
    drift_profile_destroy(read);
    drift_buffer_destroy(bytes);
    drift_buffer_destroy(again);
    drift_monitor_destroy(s.monitor);
}
END_TEST

/* More names than a shard keeps: the sample of them stays one. */
START_TEST(a_flood_of_names_settles_as_the_sample_it_is)
{
    stream s = stream_of(WINDOW, NULL);
    drift_profile *settled = NULL;
    for (int i = 0; i < 900; i++) {
        char name[64];
        drift_value word = {DRIFT_VALUE_STRING, 0, {0}};
        word.length = (uint32_t)snprintf(name, sizeof name, i % 2 ? "%d" : "%050d", i % 300);
        word.as.string = name;
        const drift_value values[MADE_COLUMNS] = {number_value(0), number_value(1), word,
                                                  bool_value(0)};
        ck_assert_int_eq(drift_recorder_observe(s.recorder, values, MADE_COLUMNS), DRIFT_OK);
    }
    ck_assert_int_eq(drift_monitor_poll(s.monitor, NULL), DRIFT_OK);
    const drift_categories *before = s.monitor->window.profile->columns[2].names;
    ck_assert_int_eq(drift__shard_settle(s.monitor->window.profile, NULL, &settled, NULL),
                     DRIFT_OK);
    const drift_categories *names = settled->columns[2].names;
    ck_assert_ptr_null(drift__profile_validate(settled));
    ck_assert_uint_gt(names->other, 0);
    ck_assert_uint_eq(names->other, before->other);
    ck_assert_uint_eq(names->total, 900);
    ck_assert_uint_eq(names->heap_size, names->capacity);
    drift_profile_destroy(settled);
    drift_monitor_destroy(s.monitor);
}
END_TEST

/* A window of rows counted elsewhere. */
static drift_status pour_against(stream *s, const drift_profile *reference, drift_error *error)
{
    drift_profile *rows = NULL;
    ck_assert_int_eq(drift_profile_create_against(reference, NULL, &rows, NULL), DRIFT_OK);
    for (int i = 0; i < WINDOW; i++) {
        const drift_value values[MADE_COLUMNS] = {
            number_value(made_normal() + s->move), number_value(made_normal() * 3 + 10),
            made_word((int)(made_uniform() * made_uniform() * 5)),
            bool_value(made_uniform() < 0.3)};
        ck_assert_int_eq(drift_profile_update_row(rows, values, MADE_COLUMNS), DRIFT_OK);
    }
    drift_status status = drift_monitor_observe_profile(s->monitor, rows, error);
    drift_profile_destroy(rows);
    return status;
}

static void pour(stream *s)
{
    ck_assert_int_eq(pour_against(s, drift_monitor_reference(s->monitor), NULL), DRIFT_OK);
}

/* The next reference names what the stream names: who counts elsewhere has to fetch it. */
START_TEST(rows_counted_against_the_last_reference_are_refused_by_epoch)
{
    stream s = stream_of(WINDOW, NULL);
    drift_profile *first = NULL;
    drift_error error;
    ck_assert_int_eq(
        drift_profile_create_against(drift_monitor_reference(s.monitor), NULL, &first, NULL),
        DRIFT_OK);
    s.move = 3;
    s.word = 5;
    while (drift_monitor_epoch(s.monitor) == 1)
        give(&s, WINDOW);
    uint64_t rows = drift_monitor_rows(s.monitor);
    uint64_t held = drift_profile_rows(s.monitor->window.profile);
    ck_assert_int_eq(pour_against(&s, first, &error), DRIFT_ERR_INCOMPATIBLE);
    ck_assert_str_eq(
        error.message,
        "the rows were counted against another reference than the one of the "
        "monitor's epoch 2: fetch that (drift_monitor_reference) and count against it");
    ck_assert_uint_eq(drift_monitor_rows(s.monitor), rows);
    ck_assert_uint_eq(drift_profile_rows(s.monitor->window.profile), held);
    ck_assert_int_eq(pour_against(&s, drift_monitor_reference(s.monitor), &error), DRIFT_OK);
    ck_assert_uint_eq(drift_monitor_rows(s.monitor), rows + WINDOW);
    drift_profile_destroy(first);
    drift_monitor_destroy(s.monitor);
}
END_TEST

static void pour_more(const drift_alert *alert, void *context)
{
    stream *s = context;
    if (alert->phase != DRIFT_ALERT_OPENED)
        return;
    for (int i = 0; i < 8; i++)
        pour(s);
    ck_assert_uint_eq(drift_monitor_epoch(s->monitor), 1);
    /* All that the next epoch needs is there; it waits for those who read the alert. */
    ck_assert_uint_ge(drift_profile_rows(atomic_load(&s->monitor->epoch)->gathered), WINDOW);
    ck_assert_str_eq(alert->column, "x");
}

static void read_column(const drift_alert *alert, void *context)
{
    const stream *s = context;
    ck_assert_uint_eq(drift_monitor_epoch(s->monitor), 1);
    ck_assert_str_eq(alert->columns[0]->column, "x");
}

START_TEST(no_epoch_begins_inside_a_callback)
{
    stream s = stream_of(WINDOW, NULL);
    drift_monitor_on_alert(s.monitor, pour_more, &s);
    drift_monitor_on_retrain(s.monitor, read_column, &s);
    s.move = 3;
    pour(&s);
    ck_assert_int_eq(drift_monitor_poll(s.monitor, NULL), DRIFT_OK);
    ck_assert_uint_eq(drift_monitor_epoch(s.monitor), 1);
    ck_assert_int_eq(drift_monitor_poll(s.monitor, NULL), DRIFT_OK);
    ck_assert_uint_eq(drift_monitor_epoch(s.monitor), 2);
    drift_monitor_destroy(s.monitor);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("transition");
    TCase *all = tcase_create("all");
    tcase_set_timeout(all, 110);
    tcase_add_test(all, the_rows_after_a_transition_become_the_reference);
    tcase_add_test(all, nobody_follows_unasked_or_without_an_alert);
    tcase_add_test(all, what_came_back_is_no_new_reference);
    tcase_add_test(all, rows_counted_against_the_last_reference_are_refused_by_epoch);
    tcase_add_test(all, no_epoch_begins_inside_a_callback);
    tcase_add_test(all, a_shortage_puts_it_off);
    tcase_add_test(all, a_settled_shard_is_a_profile_like_any_other);
    tcase_add_test(all, a_flood_of_names_settles_as_the_sample_it_is);
    suite_add_tcase(suite, all);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
