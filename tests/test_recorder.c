/* SPDX-License-Identifier: Apache-2.0
 *
 * test_recorder.c: rows from many threads, none lost, none counted twice.
 */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#include "recorder_fixture.h"

typedef struct crowd {
    drift_monitor *monitor;
    const made *m;
    uint64_t goal;
    _Atomic uint64_t attempts;
    _Atomic int living;
} crowd;

/* One life: some rows, and an end, in good order or leaving the recorder to be buried later. */
static void *live(void *context)
{
    crowd *c = context;
    drift_recorder *recorder = recorder_of(c->monitor);
    uint64_t state = (uint64_t)(uintptr_t)&recorder ^ atomic_load(&c->attempts);
    uint64_t rows = 1000 + next_random(&state) % 40000;
    observe(recorder, c->m, 0, rows < MADE_ROWS ? rows : MADE_ROWS);
    atomic_fetch_add(&c->attempts, rows < MADE_ROWS ? rows : MADE_ROWS);
    if (next_random(&state) % 4 == 0)
        return recorder;
    drift_recorder_destroy(recorder);
    return NULL;
}

static void *generations(void *context)
{
    crowd *c = context;
    pthread_t thread;
    while (atomic_load(&c->attempts) < c->goal) {
        void *recorder;
        ck_assert_int_eq(pthread_create(&thread, NULL, live, c), 0);
        ck_assert_int_eq(pthread_join(thread, &recorder), 0);
        drift_recorder_destroy(recorder); /* on behalf of the thread, where it did not */
    }
    atomic_fetch_sub(&c->living, 1);
    return NULL;
}

#if defined __SANITIZE_THREAD__ || defined __SANITIZE_ADDRESS__
enum { CROWD_ROWS = 1000000 };
#else
enum { CROWD_ROWS = 10000000 };
#endif

START_TEST(threads_come_and_go_and_no_row_is_lost)
{
    enum { THREADS = 8 };
    made *m = make_table(MADE_ROWS);
    const char *fewer = getenv("DRIFT_OBSERVES"); /* under valgrind */
    uint64_t goal = fewer ? strtoull(fewer, NULL, 10) : CROWD_ROWS;
    crowd c = {monitor_of(m, 100000), m, goal, 0, THREADS};
    pthread_t threads[THREADS];
    uint64_t recorders = 0;
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, generations, &c), 0);
    while (atomic_load(&c.living)) {
        ck_assert_int_eq(drift_monitor_poll(c.monitor, NULL), DRIFT_OK);
        usleep(200);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    ck_assert_int_eq(drift_monitor_poll(c.monitor, NULL), DRIFT_OK);
    uint64_t counted = drift_monitor_rows(c.monitor);
    ck_assert_uint_eq(counted + drift_monitor_dropped(c.monitor), atomic_load(&c.attempts));
    ck_assert_uint_eq(c.monitor->collected, counted);
    ck_assert_uint_ge(drift_monitor_windows(c.monitor), goal / 1000000);
    const drift_recorder *recorder = atomic_load(&c.monitor->recorders);
    for (; recorder; recorder = recorder->next)
        recorders++;
    ck_assert_uint_le(recorders, THREADS + 1);
    drift_monitor_destroy(c.monitor);
    free(m);
}
END_TEST

START_TEST(a_writer_that_stands_inside_holds_nobody_up)
{
    made *m = make_table(5000);
    drift_monitor *monitor = monitor_of(m, 1000);
    drift_recorder *still = recorder_of(monitor), *idle = recorder_of(monitor);
    observe(still, m, 0, 200);
    observe(idle, m, 0, 300);
    ck_assert_int_eq(drift__handover_enter(&still->handover), 0);
    ck_assert_int_eq(drift_monitor_poll(monitor, NULL), DRIFT_OK);
    ck_assert_uint_eq(monitor->collected, 300);
    /* A row that comes while another is being observed, from a signal handler. */
    observe(still, m, 0, 1);
    ck_assert_uint_eq(drift_recorder_dropped(still), 1);
    drift__handover_leave(&still->handover);
    /* The writer gives up what the reader asked for. */
    observe(still, m, 0, 1);
    ck_assert_uint_eq(atomic_load(&still->handover.turn), 2);
    ck_assert_int_eq(drift_monitor_poll(monitor, NULL), DRIFT_OK);
    ck_assert_uint_eq(monitor->collected, 501);
    ck_assert_uint_eq(drift_monitor_rows(monitor), 501);
    drift_monitor_destroy(monitor);
    free(m);
}
END_TEST

START_TEST(the_dead_are_buried_with_their_last_row)
{
    made *m = make_table(5000);
    drift_monitor *monitor = monitor_of(m, 1000);
    drift_recorder *recorder = recorder_of(monitor);
    observe(recorder, m, 0, 150);
    /* Between two rows. */
    ck_assert_int_eq(drift__handover_enter(&recorder->handover), 0);
    drift_recorder_destroy(recorder);
    ck_assert_uint_eq(drift_monitor_rows(monitor), 150);
    ck_assert_uint_eq(drift_monitor_dropped(monitor), 1);
    ck_assert_ptr_eq(recorder_of(monitor), recorder);
    ck_assert_int_eq(drift_monitor_poll(monitor, NULL), DRIFT_OK);
    ck_assert_uint_eq(monitor->collected, 150);
    /* In the middle of counting. */
    observe(recorder, m, 0, 100);
    drift__buffer *buffer = &recorder->buffers[drift__handover_enter(&recorder->handover)];
    buffer->ring.counting = 1;
    drift_recorder_destroy(recorder);
    ck_assert_uint_eq(drift_monitor_rows(monitor), 150);
    ck_assert_uint_eq(drift_monitor_dropped(monitor), 101);
    ck_assert_ptr_eq(recorder_of(monitor), recorder);
    observe(recorder, m, 0, 50);
    ck_assert_int_eq(drift_monitor_poll(monitor, NULL), DRIFT_OK);
    ck_assert_uint_eq(monitor->collected, 200);
    drift_monitor_destroy(monitor);
    free(m);
}
END_TEST

/* What the child of a fork finds and does; its exit code. */
static int child(drift_monitor *monitor, drift_recorder *recorder, const made *m)
{
    drift_value values[MADE_COLUMNS];
    int wrong = drift_monitor_rows(monitor) != 0 || drift_monitor_dropped(monitor) != 0 ||
                drift_monitor_windows(monitor) != 0;
    wrong |= drift_monitor_poll(monitor, NULL) != DRIFT_OK;
    for (uint64_t i = 0; i < 150; i++) {
        row_of(m, i, values);
        wrong |= drift_recorder_observe(recorder, values, MADE_COLUMNS) != DRIFT_OK;
        wrong |= drift_monitor_observe(monitor, values, MADE_COLUMNS) != DRIFT_OK;
    }
    wrong |= drift_monitor_poll(monitor, NULL) != DRIFT_OK;
    wrong |= drift_monitor_rows(monitor) != 300 || monitor->collected != 300;
    wrong |= monitor->window.profile->rows != 300;
    drift_monitor_destroy(monitor);
    return wrong;
}

static void *keep_observing(void *context)
{
    crowd *c = context;
    drift_recorder *recorder = recorder_of(c->monitor);
    while (atomic_load(&c->living)) {
        observe(recorder, c->m, 0, 100);
        atomic_fetch_add(&c->attempts, 100);
    }
    return NULL;
}

START_TEST(a_child_begins_anew_and_its_parent_goes_on)
{
    made *m = make_table(5000);
    crowd c = {monitor_of(m, 1000), m, 0, 0, 1};
    drift_recorder *recorder = recorder_of(c.monitor);
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, keep_observing, &c), 0);
    for (int i = 0; i < 50; i++) {
        observe(recorder, m, 0, 70);
        atomic_fetch_add(&c.attempts, 70);
        ck_assert_int_eq(drift_monitor_poll(c.monitor, NULL), DRIFT_OK);
        pid_t pid = fork();
        if (pid == 0)
            _exit(child(c.monitor, recorder, m));
        int status = 0;
        ck_assert_int_eq(waitpid(pid, &status, 0), pid);
        ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    atomic_store(&c.living, 0);
    pthread_join(thread, NULL);
    ck_assert_uint_eq(drift_monitor_rows(c.monitor) + drift_monitor_dropped(c.monitor),
                      atomic_load(&c.attempts));
    drift_monitor_destroy(c.monitor);
    free(m);
}
END_TEST

static drift_recorder *signalled;
static const made *signalled_rows;
static volatile sig_atomic_t signals;
static _Atomic int sending;

static void on_signal(int number)
{
    drift_value values[MADE_COLUMNS];
    (void)number;
    row_of(signalled_rows, (uint64_t)signals % 5000, values);
    drift_recorder_observe(signalled, values, MADE_COLUMNS);
    signals++;
}

static void *send_signals(void *context)
{
    pthread_t target = *(pthread_t *)context;
    for (int i = 0; i < 2000; i++) {
        pthread_kill(target, SIGUSR1);
        usleep(50);
    }
    atomic_store(&sending, 0);
    return NULL;
}

START_TEST(a_signal_handler_may_observe)
{
    made *m = make_table(5000);
    drift_monitor *monitor = monitor_of(m, 100000);
    struct sigaction action = {.sa_handler = on_signal}, before;
    pthread_t sender, self = pthread_self();
    uint64_t rows = 0;
    signalled = recorder_of(monitor);
    signalled_rows = m;
    atomic_store(&sending, 1);
    ck_assert_int_eq(sigaction(SIGUSR1, &action, &before), 0);
    ck_assert_int_eq(pthread_create(&sender, NULL, send_signals, &self), 0);
    while (atomic_load(&sending)) {
        observe(signalled, m, rows % 5000, 1);
        rows++;
        if (rows % 50000 == 0)
            drift_monitor_poll(monitor, NULL);
    }
    pthread_join(sender, NULL);
    sigaction(SIGUSR1, &before, NULL);
    ck_assert_int_eq(drift_monitor_poll(monitor, NULL), DRIFT_OK);
    ck_assert_uint_eq(drift_monitor_rows(monitor) + drift_monitor_dropped(monitor),
                      rows + (uint64_t)signals);
    ck_assert_uint_eq(monitor->collected, drift_monitor_rows(monitor));
    drift_monitor_destroy(monitor);
    free(m);
}
END_TEST

static uint64_t made_clock(void *context)
{
    return *(const uint64_t *)context;
}

START_TEST(a_window_ends_when_its_time_is_up)
{
    made *m = make_table(5000);
    drift_profile *reference = made_reference(m);
    drift_monitor_config config = DRIFT_MONITOR_CONFIG_INIT;
    drift_monitor *monitor = NULL;
    uint64_t now = 5;
    config.window_seconds = 60;
    config.minimum_rows = 100;
    config.clock = made_clock;
    config.clock_context = &now;
    ck_assert_int_eq(drift_monitor_create(reference, &config, &monitor, NULL), DRIFT_OK);
    drift_recorder *recorder = recorder_of(monitor);
    observe(recorder, m, 0, 99);
    now += UINT64_C(61000000000);
    drift_monitor_poll(monitor, NULL);
    ck_assert_uint_eq(drift_monitor_windows(monitor), 0); /* too few rows */
    observe(recorder, m, 0, 1);
    drift_monitor_poll(monitor, NULL);
    ck_assert_uint_eq(drift_monitor_windows(monitor), 1);
    observe(recorder, m, 0, 500);
    now += UINT64_C(59000000000);
    drift_monitor_poll(monitor, NULL);
    ck_assert_uint_eq(drift_monitor_windows(monitor), 1);
    now += UINT64_C(1000000000);
    drift_monitor_poll(monitor, NULL);
    ck_assert_uint_eq(drift_monitor_windows(monitor), 2);
    observe(recorder, m, 0, 500);
    now = 0; /* a clock that fell ends nothing */
    drift_monitor_poll(monitor, NULL);
    ck_assert_uint_eq(drift_monitor_windows(monitor), 2);
    drift_monitor_destroy(monitor);
    monitor = NULL;
    config.window_seconds = -1;
    ck_assert_int_eq(drift_monitor_create(reference, &config, &monitor, NULL),
                     DRIFT_ERR_INVALID_ARGUMENT);
    config.window_seconds = 1e-9;
    config.clock = NULL;
    ck_assert_int_eq(drift_monitor_create(reference, &config, &monitor, NULL), DRIFT_OK);
    ck_assert_int_eq(drift_monitor_observe_batch(monitor, &m->table, NULL), DRIFT_OK);
    ck_assert_uint_eq(drift_monitor_windows(monitor), 1);
    drift_monitor_destroy(monitor);
    drift_profile_destroy(reference);
    free(m);
}
END_TEST

START_TEST(windows_of_one_recorder_have_their_rows)
{
    made *m = make_table(MADE_ROWS);
    drift_monitor *monitor = monitor_of(m, 1000);
    uint64_t state = 3, at = 0;
    while (at < 30000) {
        uint64_t rows = next_random(&state) % 700;
        observe(monitor->own, m, at, rows);
        at += rows;
        drift_monitor_poll(monitor, NULL);
        ck_assert_uint_eq(drift_monitor_windows(monitor), at / 1000);
        ck_assert_uint_eq(monitor->window.profile->rows, at % 1000);
    }
    ck_assert_uint_eq(drift_monitor_dropped(monitor), 0);
    drift_monitor_destroy(monitor);
    free(m);
}
END_TEST

typedef struct caller {
    drift_monitor *monitor;
    drift_recorder *recorder;
    const made *m;
    int calls, destroys;
} caller;

static void call_back_in(const drift_alert *alert, void *context)
{
    caller *c = context;
    drift_recorder *another = NULL;
    ck_assert_uint_eq(alert->phase, DRIFT_ALERT_OPENED);
    ck_assert_uint_eq(alert->n_columns, 1);
    c->calls++;
    observe(c->recorder, c->m, 0, 10);
    ck_assert_int_eq(drift_monitor_recorder(c->monitor, &another, NULL), DRIFT_OK);
    drift_recorder_destroy(another);
    ck_assert_int_eq(drift_monitor_poll(c->monitor, NULL), DRIFT_ERR_BUSY);
    ck_assert_int_eq(drift_monitor_finish(c->monitor, NULL), DRIFT_ERR_BUSY);
    ck_assert_uint_ge(drift_monitor_rows(c->monitor), 2000);
    if (c->destroys)
        drift_monitor_destroy(c->monitor);
}

START_TEST(a_callback_may_call_back_in)
{
    made *m = make_table(5000), *moved = make_table(2000);
    for (int i = 0; i < 2000; i++)
        moved->x[i] += 3;
    for (int destroys = 0; destroys < 2; destroys++) {
        drift_monitor *monitor = monitor_of(m, 1000);
        caller c = {monitor, recorder_of(monitor), m, 0, destroys};
        drift_monitor_on_alert(monitor, call_back_in, &c);
        observe(c.recorder, moved, 0, 2000);
        ck_assert_int_eq(drift_monitor_poll(monitor, NULL), DRIFT_OK);
        ck_assert_int_eq(c.calls, 1); /* two windows, one change */
        if (!destroys)
            drift_monitor_destroy(monitor);
    }
    free(m);
    free(moved);
}
END_TEST

START_TEST(a_shortage_or_a_bad_row_leaves_all_as_it_was)
{
    made *m = make_table(5000);
    failing_memory memory;
    drift_allocator allocator = failing_allocator(&memory);
    drift_profile *reference = made_reference(m);
    drift_monitor_config config = DRIFT_MONITOR_CONFIG_INIT;
    drift_monitor *monitor = NULL;
    drift_recorder *recorder = NULL;
    config.allocator = &allocator;
    ck_assert_int_eq(drift_monitor_create(reference, &config, &monitor, NULL), DRIFT_OK);
    long before = memory.alive;
    for (long fail = 0; !recorder; fail++) {
        ck_assert_int_eq(memory.alive, before);
        memory.fail_at = memory.calls + fail;
        drift_status status = drift_monitor_recorder(monitor, &recorder, NULL);
        ck_assert(status == DRIFT_OK || status == DRIFT_ERR_OUT_OF_MEMORY);
    }
    memory.fail_at = memory.calls;
    drift_value values[MADE_COLUMNS];
    row_of(m, 0, values);
    ck_assert_int_eq(drift_recorder_observe(recorder, values, 3), DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(drift_recorder_observe(recorder, NULL, 4), DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(drift_recorder_observe(NULL, values, 4), DRIFT_ERR_INVALID_ARGUMENT);
    values[1] = text_value(DRIFT_VALUE_STRING, "not a number");
    values[2].as.string = NULL;
    ck_assert_int_eq(drift_recorder_observe(recorder, values, 4), DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_uint_eq(drift_recorder_rows(recorder), 0);
    observe(recorder, m, 0, 500);
    ck_assert_int_eq(drift_monitor_poll(monitor, NULL), DRIFT_OK);
    ck_assert_uint_eq(monitor->window.profile->rows, 500);
    ck_assert_uint_eq(monitor->window.profile->columns[1].invalid, 0);
    ck_assert_int_eq(drift_recorder_observe_batch(recorder, NULL, NULL),
                     DRIFT_ERR_INVALID_ARGUMENT);
    drift_recorder_destroy(NULL);
    drift_monitor_destroy(monitor);
    ck_assert_int_eq(memory.alive, 0);
    drift_profile_destroy(reference);
    free(m);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("recorder");
    TCase *all = tcase_create("all");
    tcase_set_timeout(all, 110);
    tcase_add_test(all, threads_come_and_go_and_no_row_is_lost);
    tcase_add_test(all, a_writer_that_stands_inside_holds_nobody_up);
    tcase_add_test(all, the_dead_are_buried_with_their_last_row);
    tcase_add_test(all, a_child_begins_anew_and_its_parent_goes_on);
    tcase_add_test(all, a_signal_handler_may_observe);
    tcase_add_test(all, a_window_ends_when_its_time_is_up);
    tcase_add_test(all, windows_of_one_recorder_have_their_rows);
    tcase_add_test(all, a_callback_may_call_back_in);
    tcase_add_test(all, a_shortage_or_a_bad_row_leaves_all_as_it_was);
    suite_add_tcase(suite, all);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
