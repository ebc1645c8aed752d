/* SPDX-License-Identifier: Apache-2.0
 *
 * test_rebase.c: a monitor gets another reference while rows come.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#include "made_data.h"
#include "monitor/window.h"
#include "profile_fixture.h"

static drift_monitor *monitor_of(const drift_profile *reference, uint64_t window_rows,
                                 const drift_allocator *allocator)
{
    drift_monitor_config config = DRIFT_MONITOR_CONFIG_INIT;
    drift_monitor *monitor = NULL;
    config.detector = DRIFT_MONITOR_WINDOWS;
    config.window_rows = window_rows;
    config.minimum_rows = window_rows;
    config.allocator = allocator;
    ck_assert_int_eq(drift_monitor_create(reference, &config, &monitor, NULL), DRIFT_OK);
    return monitor;
}

static drift_recorder *recorder_of(drift_monitor *monitor)
{
    drift_recorder *recorder = NULL;
    ck_assert_int_eq(drift_monitor_recorder(monitor, &recorder, NULL), DRIFT_OK);
    return recorder;
}

static void observe(drift_recorder *recorder, const made *m, uint64_t first, uint64_t n)
{
    int refused = 0;
    for (uint64_t i = first; i < first + n; i++) {
        const drift_value values[MADE_COLUMNS] = {number_value(m->x[i]), number_value(m->y[i]),
                                                  m->z[i], bool_value(m->flag[i])};
        refused |= drift_recorder_observe(recorder, values, MADE_COLUMNS) != DRIFT_OK;
    }
    ck_assert_int_eq(refused, 0);
}

/* Other numbers, and another name in place of the first. */
static made *moved_table(uint64_t rows)
{
    made *m = make_table(rows);
    for (uint64_t i = 0; i < rows; i++) {
        m->x[i] = m->x[i] * 2 + 5;
        if (m->z[i].as.string == MADE_WORDS[0])
            m->z[i] = made_word(5);
    }
    return m;
}

static void poll(drift_monitor *monitor)
{
    ck_assert_int_eq(drift_monitor_poll(monitor, NULL), DRIFT_OK);
}

static size_t older_epochs(drift_monitor *monitor)
{
    size_t n = 0;
    for (const drift__epoch *at = atomic_load(&monitor->epoch)->older; at; at = at->older)
        n++;
    return n;
}

typedef struct told {
    uint64_t alerts, resolved;
    double alpha;
    drift_monitor *monitor;
    const drift_profile *reference;
    char message[128];
} told;

static void on_alert(const drift_alert *alert, void *context)
{
    told *t = context;
    t->alerts += alert->phase == DRIFT_ALERT_OPENED;
    t->resolved += alert->phase == DRIFT_ALERT_RESOLVED;
    t->alpha = alert->alpha;
    snprintf(t->message, sizeof t->message, "%s", alert->message);
    ck_assert_uint_ge(alert->n_columns, 2);
    ck_assert_uint_eq(alert->epoch, t->resolved ? t->alerts : 1);
    ck_assert_int_eq(drift_monitor_rebase(t->monitor, t->reference, NULL), DRIFT_ERR_BUSY);
}

START_TEST(a_new_reference_is_what_rows_are_compared_with)
{
    made *before = make_table(5000), *after = moved_table(5000);
    drift_profile *old = made_reference(before), *new = made_reference(after);
    drift_monitor *monitor = monitor_of(old, 1000, NULL);
    drift_recorder *recorder = recorder_of(monitor);
    told t = {0, 0, 0, monitor, new, ""};
    drift_monitor_on_alert(monitor, on_alert, &t);
    ck_assert_uint_eq(drift_monitor_epoch(monitor), 1);
    observe(recorder, before, 0, 2000);
    poll(monitor);
    ck_assert_uint_eq(t.alerts, 0);
    observe(recorder, after, 0, 2000);
    poll(monitor);
    ck_assert_uint_eq(t.alerts, 1);
    double spent = t.alpha;
    observe(recorder, after, 2000, 1500);
    poll(monitor);
    uint64_t alerts = t.alerts, windows = drift_monitor_windows(monitor);
    ck_assert_uint_eq(monitor->window.profile->rows, 500);
    /* 300 rows wait in the recorder. */
    observe(recorder, after, 3500, 300);
    ck_assert_int_eq(drift_monitor_rebase(monitor, new, NULL), DRIFT_OK);
    ck_assert_uint_eq(drift_monitor_epoch(monitor), 2);
    ck_assert_uint_eq(older_epochs(monitor), 0);
    ck_assert(drift_profile_compatible(drift_monitor_reference(monitor), new));
    ck_assert_uint_eq(drift_profile_rows(drift_monitor_reference(monitor)), 5000);
    ck_assert_uint_eq(monitor->window.profile->rows, 0);
    ck_assert_uint_eq(drift_monitor_rows(monitor), 5800);
    ck_assert_uint_eq(monitor->collected, 5800);
    observe(recorder, after, 0, 5000);
    for (int i = 0; i < 3; i++)
        poll(monitor);
    ck_assert_uint_eq(t.alerts, alerts);
    ck_assert_uint_eq(t.resolved, 1); /* what changed is the rule now */
    ck_assert_str_eq(t.message, "incident 1 has ended: z and 1 more column: a new reference was "
                                "taken after row 5,500");
    ck_assert_uint_ge(drift_monitor_windows(monitor), windows + 2);
    ck_assert_uint_eq(drift_categories_other(monitor->window.profile->columns[2].names), 0);
    /* What was the rule is now the exception; alpha is spent from the beginning. */
    observe(recorder, before, 0, 2000);
    poll(monitor);
    ck_assert_uint_gt(t.alerts, alerts);
    ck_assert_double_gt(t.alpha, 0);
    ck_assert_double_ge(t.alpha, spent / 3);
    drift_monitor_destroy(monitor);
    drift_profile_destroy(old);
    drift_profile_destroy(new);
    free(before);
    free(after);
}
END_TEST

START_TEST(each_epoch_spends_alpha_anew)
{
    made *m = make_table(20000), *moved = moved_table(1000);
    drift_profile *reference = made_reference(m);
    drift_monitor *monitor = monitor_of(reference, 1000, NULL);
    told t = {0, 0, 0, monitor, reference, ""};
    double first = 0;
    drift_monitor_on_alert(monitor, on_alert, &t);
    for (int epoch = 0; epoch < 2; epoch++) {
        for (int window = 0; window < 3; window++) {
            observe(monitor->own, m, (uint64_t)window * 1000, 1000);
            poll(monitor);
        }
        observe(monitor->own, moved, 0, 1000);
        poll(monitor);
        ck_assert_double_eq_tol(t.alpha, 0.01 / (4 * 5), 1e-15);
        ck_assert(epoch == 0 || t.alpha == first);
        first = t.alpha;
        ck_assert_int_eq(drift_monitor_rebase(monitor, reference, NULL), DRIFT_OK);
    }
    ck_assert_uint_eq(drift_monitor_windows(monitor), 8);
    ck_assert_uint_eq(drift_monitor_epoch(monitor), 3);
    drift_monitor_destroy(monitor);
    drift_profile_destroy(reference);
    free(m);
    free(moved);
}
END_TEST

static void assert_refused(drift_monitor *monitor, const drift_table *table, const char *words)
{
    drift_error error = {{0}};
    drift_profile *other = NULL;
    ck_assert_int_eq(drift_profile_create(table, NULL, &other, NULL), DRIFT_OK);
    ck_assert_int_eq(drift_monitor_rebase(monitor, other, &error), DRIFT_ERR_INCOMPATIBLE);
    ck_assert_msg(strstr(error.message, words) != NULL, "%s", error.message);
    ck_assert_uint_eq(drift_monitor_epoch(monitor), 1);
    ck_assert_uint_eq(monitor->window.profile->rows, 100);
    drift_profile_destroy(other);
}

START_TEST(other_columns_are_refused_by_name)
{
    static const char *const swapped[] = {"x", "z", "y", "flag"};
    static const char *const five[] = {"x", "y", "z", "flag", "more"};
    made *m = make_table(3000);
    drift_profile *reference = made_reference(m);
    drift_monitor *monitor = monitor_of(reference, 1000, NULL);
    drift_column columns[5] = {m->columns[0], m->columns[1], m->columns[2], m->columns[3],
                               m->columns[0]};
    drift_table table = m->table;
    observe(monitor->own, m, 0, 100);
    poll(monitor);
    table.columns = columns;
    table.names = swapped;
    assert_refused(monitor, &table,
                   "column 2 of the new reference is 'z', where the monitor has 'y'");
    table.names = five;
    table.n_columns = 5;
    assert_refused(monitor, &table, "column 'more' of the new reference is none of the monitor's");
    table.n_columns = 3;
    assert_refused(monitor, &table, "lacks column 'flag'");
    table.n_columns = 4;
    columns[1] = columns[2];
    assert_refused(monitor, &table, "column 'y' is categorical in the new reference and numeric");
    ck_assert_int_eq(drift_monitor_rebase(NULL, reference, NULL), DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(drift_monitor_rebase(monitor, NULL, NULL), DRIFT_ERR_INVALID_ARGUMENT);
    drift_monitor_destroy(monitor);
    drift_profile_destroy(reference);
    free(m);
}
END_TEST

START_TEST(a_shortage_changes_nothing)
{
    made *before = make_table(3000), *after = moved_table(3000);
    drift_profile *old = made_reference(before), *new = made_reference(after);
    failing_memory memory;
    drift_allocator allocator = failing_allocator(&memory);
    drift_monitor *monitor = monitor_of(old, 100000, &allocator);
    drift_recorder *recorders[2] = {recorder_of(monitor), recorder_of(monitor)};
    drift_status status = DRIFT_ERR_OUT_OF_MEMORY;
    uint64_t rows = 0;
    long alive = memory.alive;
    for (long fail = 0; status; fail++) {
        for (int i = 0; i < 2; i++)
            observe(recorders[i], before, 0, 100);
        rows += 200;
        memory.fail_at = memory.calls + fail;
        status = drift_monitor_rebase(monitor, new, NULL);
        memory.fail_at = -1;
        ck_assert(status == DRIFT_OK || status == DRIFT_ERR_OUT_OF_MEMORY);
        if (!status)
            break;
        ck_assert_int_eq(memory.alive, alive);
        ck_assert_uint_eq(drift_monitor_epoch(monitor), 1);
        poll(monitor);
        ck_assert_uint_eq(monitor->window.profile->rows, rows);
        ck_assert_int_eq(memory.alive, alive);
    }
    ck_assert_uint_eq(drift_monitor_epoch(monitor), 2);
    ck_assert_uint_eq(drift_monitor_rows(monitor), rows);
    drift_monitor_destroy(monitor);
    ck_assert_int_eq(memory.alive, 0);
    drift_profile_destroy(old);
    drift_profile_destroy(new);
    free(before);
    free(after);
}
END_TEST

START_TEST(a_writer_inside_keeps_its_epoch_until_it_moves)
{
    made *before = make_table(3000), *after = moved_table(3000);
    drift_profile *old = made_reference(before), *new = made_reference(after);
    failing_memory memory;
    drift_allocator allocator = failing_allocator(&memory);
    drift_monitor *monitor = monitor_of(old, 100000, &allocator);
    drift_recorder *inside = recorder_of(monitor), *idle = recorder_of(monitor);
    observe(inside, before, 0, 150);
    observe(idle, before, 0, 250);
    long before_rebases = memory.alive;
    ck_assert_int_eq(drift__handover_enter(&inside->handover), 0);
    /* However often: one old epoch is all that it holds. */
    for (int i = 0; i < 20; i++) {
        ck_assert_int_eq(drift_monitor_rebase(monitor, i % 2 ? old : new, NULL), DRIFT_OK);
        ck_assert_uint_eq(older_epochs(monitor), 1);
    }
    ck_assert_int_eq(drift_monitor_rebase(monitor, new, NULL), DRIFT_OK);
    drift__handover_leave(&inside->handover);
    ck_assert_uint_eq(monitor->collected, 250);
    /* Its next row gives up the old buffer; the buffer it gets is an old one too. */
    observe(inside, after, 0, 30);
    observe(idle, after, 0, 40);
    poll(monitor);
    poll(monitor);
    ck_assert_uint_eq(monitor->collected, 250 + 150 + 30 + 40);
    ck_assert_uint_eq(drift_monitor_rows(monitor), monitor->collected);
    ck_assert_uint_eq(monitor->window.profile->rows, 40);
    ck_assert_uint_eq(older_epochs(monitor), 0);
    observe(inside, after, 0, 60);
    poll(monitor);
    ck_assert_uint_eq(monitor->window.profile->rows, 100);
    ck_assert_int_eq(drift_monitor_rebase(monitor, old, NULL), DRIFT_OK);
    ck_assert_int_eq(memory.alive, before_rebases);
    drift_monitor_destroy(monitor);
    ck_assert_int_eq(memory.alive, 0);
    drift_profile_destroy(old);
    drift_profile_destroy(new);
    free(before);
    free(after);
}
END_TEST

typedef struct crowd {
    drift_monitor *monitor;
    const made *m;
    _Atomic uint64_t attempts;
    _Atomic int ends;
} crowd;

static void *serve(void *context)
{
    crowd *c = context;
    uint64_t state = (uint64_t)(uintptr_t)&c ^ atomic_load(&c->attempts);
    while (!atomic_load(&c->ends)) {
        drift_recorder *recorder = recorder_of(c->monitor);
        for (uint64_t left = next_random(&state) % 30; left && !atomic_load(&c->ends); left--) {
            uint64_t rows = 1 + next_random(&state) % 600;
            observe(recorder, c->m, next_random(&state) % 1000, rows);
            atomic_fetch_add(&c->attempts, rows);
        }
        drift_recorder_destroy(recorder);
    }
    return NULL;
}

START_TEST(a_thousand_rebases_lose_no_row)
{
    enum { THREADS = 4, REBASES = 1000 };
    made *before = make_table(3000), *after = moved_table(3000);
    drift_profile *references[2] = {made_reference(before), made_reference(after)};
    const char *fewer = getenv("DRIFT_REBASES"); /* under valgrind */
    uint64_t rebases = fewer ? strtoull(fewer, NULL, 10) : REBASES;
    drift_monitor *monitor = monitor_of(references[0], 5000, NULL);
    crowd c = {monitor, before, 0, 0};
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, serve, &c), 0);
    for (uint64_t i = 0; i < rebases; i++) {
        ck_assert_int_eq(drift_monitor_rebase(monitor, references[(i + 1) % 2], NULL), DRIFT_OK);
        ck_assert_uint_le(older_epochs(monitor), 2 * (THREADS + 1));
        for (int polls = 0; polls < 3; polls++) {
            poll(monitor);
            usleep(100);
        }
    }
    atomic_store(&c.ends, 1);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    for (int polls = 0; polls < 3; polls++)
        poll(monitor);
    uint64_t counted = drift_monitor_rows(monitor);
    ck_assert_uint_eq(counted + drift_monitor_dropped(monitor), atomic_load(&c.attempts));
    ck_assert_uint_eq(monitor->collected, counted);
    ck_assert_uint_eq(drift_monitor_epoch(monitor), rebases + 1);
    ck_assert_uint_eq(older_epochs(monitor), 0);
    ck_assert_uint_gt(counted, 0);
    drift_monitor_destroy(monitor);
    for (int i = 0; i < 2; i++)
        drift_profile_destroy(references[i]);
    free(before);
    free(after);
}
END_TEST

/* A recorder made while the epoch changed: nothing was prepared for it. */
START_TEST(a_recorder_of_an_older_epoch_is_brought_up_to_date)
{
    made *before = make_table(3000), *after = moved_table(3000);
    drift_profile *old = made_reference(before), *new = made_reference(after);
    drift_monitor *monitor = monitor_of(old, 100000, NULL);
    drift_recorder *late = NULL;
    atomic_fetch_add(&monitor->makers, 1);
    ck_assert_int_eq(drift__recorder_create(atomic_load(&monitor->epoch), 100000,
                                            &monitor->allocator, &late, NULL),
                     DRIFT_OK);
    ck_assert_int_eq(drift_monitor_rebase(monitor, new, NULL), DRIFT_OK);
    ck_assert_uint_eq(older_epochs(monitor), 1);
    late->next = atomic_load(&monitor->recorders);
    atomic_store(&monitor->recorders, late);
    atomic_fetch_sub(&monitor->makers, 1);
    observe(late, after, 0, 70);
    poll(monitor);
    ck_assert_uint_eq(older_epochs(monitor), 0);
    observe(late, after, 70, 30);
    poll(monitor);
    ck_assert_uint_eq(monitor->collected, 100);
    ck_assert_uint_eq(monitor->window.profile->rows, 30);
    drift_monitor_destroy(monitor);
    drift_profile_destroy(old);
    drift_profile_destroy(new);
    free(before);
    free(after);
}
END_TEST

START_TEST(a_child_has_the_reference_of_the_fork)
{
    made *before = make_table(3000), *after = moved_table(3000);
    drift_profile *old = made_reference(before), *new = made_reference(after);
    drift_monitor *monitor = monitor_of(old, 1000, NULL);
    drift_recorder *recorder = recorder_of(monitor);
    observe(recorder, before, 0, 500);
    ck_assert_int_eq(drift__handover_enter(&recorder->handover), 0);
    ck_assert_int_eq(drift_monitor_rebase(monitor, new, NULL), DRIFT_OK);
    drift__handover_leave(&recorder->handover);
    pid_t pid = fork();
    if (pid == 0) {
        /* Its recorder still has the old shards. */
        int wrong = drift_monitor_rows(monitor) != 0 || drift_monitor_epoch(monitor) != 2;
        wrong |= drift_monitor_poll(monitor, NULL) != DRIFT_OK;
        observe(recorder, after, 0, 10);
        for (int i = 0; i < 2; i++)
            wrong |= drift_monitor_poll(monitor, NULL) != DRIFT_OK;
        wrong |= older_epochs(monitor) != 0;
        observe(recorder, after, 0, 900);
        wrong |= drift_monitor_poll(monitor, NULL) != DRIFT_OK;
        wrong |= drift_monitor_rows(monitor) != 910 || monitor->window.profile->rows != 900;
        wrong |= drift_monitor_rebase(monitor, old, NULL) != DRIFT_OK;
        wrong |= drift_monitor_epoch(monitor) != 3;
        drift_monitor_destroy(monitor);
        _exit(wrong);
    }
    int status = 0;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    drift_monitor_destroy(monitor);
    drift_profile_destroy(old);
    drift_profile_destroy(new);
    free(before);
    free(after);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rebase");
    TCase *all = tcase_create("all");
    tcase_set_timeout(all, 110);
    tcase_add_test(all, a_new_reference_is_what_rows_are_compared_with);
    tcase_add_test(all, each_epoch_spends_alpha_anew);
    tcase_add_test(all, other_columns_are_refused_by_name);
    tcase_add_test(all, a_shortage_changes_nothing);
    tcase_add_test(all, a_writer_inside_keeps_its_epoch_until_it_moves);
    tcase_add_test(all, a_thousand_rebases_lose_no_row);
    tcase_add_test(all, a_recorder_of_an_older_epoch_is_brought_up_to_date);
    tcase_add_test(all, a_child_has_the_reference_of_the_fork);
    suite_add_tcase(suite, all);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
