/* SPDX-License-Identifier: Apache-2.0
 *
 * test_state_durability.c: what a monitor told stays told, whatever the system refuses (every call
 * fails, once and for ever) and whenever the process is killed. DRIFT_TEST_KILLS: how often; 30.
 */
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "failing_calls.h"
#include "monitor/state.h"
#include "state_fixture.h"

enum { FEW_ROWS = 4000 };

static int times_in(const told *t, const char *line)
{
    int n = 0;
    for (int i = 0; i < t->n; i++)
        n += !strcmp(t->lines[i], line);
    return n;
}

/* x moves and comes back within FEW_ROWS. */
static made *make_short_stream(void)
{
    made *m = make_table(FEW_ROWS);
    for (int i = 600; i < 1800; i++)
        m->x[i] += 2;
    return m;
}

/* As far as it goes: what cannot be written is told by poll, and everything else goes on. */
static void feed_anyway(drift_monitor *monitor, const made *m, uint64_t end)
{
    for (uint64_t row = drift_monitor_rows(monitor); row < end; row += ROW_STEP) {
        drift_error error = {""};
        observe_step(monitor, m, row);
        drift_status status = drift_monitor_poll(monitor, &error);
        ck_assert(status == DRIFT_OK || (status == DRIFT_ERR_IO && strlen(error.message) > 10));
    }
}

static drift_monitor *open_anyway(const drift_profile *reference, const char *path, told *t)
{
    drift_monitor *monitor = monitor_with(reference, t);
    drift_state_config config = DRIFT_STATE_CONFIG_INIT;
    drift_error error = {""};
    config.save_rows = 2 * ROW_STEP;
    drift_status status = drift_monitor_open_state(monitor, path, &config, &error);
    ck_assert_msg(status == DRIFT_OK || status == DRIFT_ERR_IO, "%s", error.message);
    if (!status)
        return monitor;
    ck_assert_uint_gt(strlen(error.message), 10);
    ck_assert_uint_eq(drift_monitor_rows(monitor), 0);
    drift_monitor_destroy(monitor);
    return NULL;
}

/* One call fails; 0 where there is none of that number. */
static int fail_one(const place *p, const drift_profile *reference, const made *m,
                    const told *expected, unsigned call, int what, int forever)
{
    static told before, after, recorded, first;
    before.n = after.n = first.n = 0;
    files_in(p, 1);
    drift_monitor *monitor = open_monitor(reference, p->path, &first);
    feed(monitor, m, 2 * ROW_STEP);
    drift_monitor_destroy(monitor);
    int files = open_files();
    arm(call, what, forever);
    monitor = open_anyway(reference, p->path, &before);
    if (monitor) {
        feed_anyway(monitor, m, FEW_ROWS - 4 * ROW_STEP);
        drift_status status = drift_monitor_save(monitor, NULL);
        ck_assert(status == DRIFT_OK || status == DRIFT_ERR_IO);
        drift_monitor_destroy(monitor);
    }
    calls_fail.armed = 0;
    ck_assert_int_eq(open_files(), files);
    journal_of(p->path, &recorded);
    told acknowledged = recorded;
    monitor = open_monitor(reference, p->path, &after);
    feed(monitor, m, FEW_ROWS);
    drift_monitor_destroy(monitor);
    journal_of(p->path, &recorded);
    for (int i = 0; i < expected->n; i++) {
        const char *line = expected->lines[i];
        int told_twice = times_in(&before, line) && times_in(&after, line);
        ck_assert_msg(times_in(&before, line) + times_in(&after, line) > 0 ||
                          times_in(&recorded, line),
                      "lost: %s", line);
        ck_assert_msg(!told_twice || !times_in(&acknowledged, line), "twice: %s", line);
        ck_assert_int_le(times_in(&recorded, line), 1);
        ck_assert_int_le(times_in(&before, line), 1);
        ck_assert_int_le(times_in(&after, line), 1);
    }
    for (int i = 0; i < recorded.n; i++)
        ck_assert_msg(times_in(expected, recorded.lines[i]), "%s", recorded.lines[i]);
    ck_assert_int_le(files_in(p, 0), 3);
    return calls_fail.calls >= call;
}

START_TEST(every_call_of_a_state_fails)
{
    made *a = make_table(2000), *b = make_short_stream();
    drift_profile *reference = made_reference(a);
    static told expected;
    place p = make_place("state");
    drift_monitor *monitor = monitor_with(reference, &expected);
    feed(monitor, b, FEW_ROWS);
    drift_monitor_destroy(monitor);
    ck_assert_int_ge(expected.n, 2);
    for (int forever = 0; forever < 2; forever++) {
        unsigned call = 1;
        while (fail_one(&p, reference, b, &expected, call, refusals[_i], forever))
            call++;
        ck_assert_uint_gt(call, forever ? 20 : 60);
    }
    drift_profile_destroy(reference);
    remove_place(&p);
    free(a), free(b);
}
END_TEST

/* A full disk for a while: what was told meanwhile is recorded when there is room again, in order. */
START_TEST(records_wait_for_a_full_disk)
{
    made *a = make_table(2000), *b = make_short_stream();
    drift_profile *reference = made_reference(a);
    static told expected, recorded;
    drift_state_report report = DRIFT_STATE_REPORT_INIT;
    place p = make_place("state");
    drift_monitor *monitor = open_monitor(reference, p.path, &expected);
    feed(monitor, b, 2 * ROW_STEP);
    arm(1, ENOSPC, 1);
    feed_anyway(monitor, b, FEW_ROWS - ROW_STEP);
    calls_fail.armed = 0;
    ck_assert_int_eq(drift_monitor_state_report(monitor, &report), DRIFT_OK);
    ck_assert_uint_eq(report.waiting, (uint64_t)expected.n);
    ck_assert_int_ge(expected.n, 2);
    journal_of(p.path, &recorded);
    ck_assert_int_eq(recorded.n, 0);
    feed(monitor, b, FEW_ROWS);
    ck_assert_int_eq(drift_monitor_state_report(monitor, &report), DRIFT_OK);
    ck_assert_uint_eq(report.waiting, 0);
    drift_monitor_destroy(monitor);
    journal_of(p.path, &recorded);
    same_lines(&expected, &recorded);
    drift_profile_destroy(reference);
    remove_place(&p);
    free(a), free(b);
}
END_TEST

static drift_status count_alert(const drift_journal_record *record, void *context)
{
    *(uint64_t *)context += record->kind == DRIFT_JOURNAL_ALERT;
    return DRIFT_OK;
}

/* A disk that stays full: the room for records is bounded, and what finds none is counted. */
START_TEST(records_that_find_no_room_are_counted)
{
    enum { RECORDS = 40, LONG = 40000 };
    made *a = make_table(2000);
    drift_profile *reference = made_reference(a);
    static told heard;
    static char text[LONG];
    memset(text, 'a', LONG - 1);
    const drift_alert alert = {.column = "x", .detector = "window", .message = text, .row = 1};
    drift_state_report report = DRIFT_STATE_REPORT_INIT;
    drift_error error;
    place p = make_place("state");
    drift_monitor *monitor = open_monitor(reference, p.path, &heard);
    arm(1, ENOSPC, 1);
    for (int i = 0; i < RECORDS; i++)
        drift__state_record(monitor, &alert);
    ck_assert_int_eq(drift_monitor_state_report(monitor, &report), DRIFT_OK);
    ck_assert_uint_gt(report.lost, 0);
    ck_assert_uint_eq(report.waiting + report.lost, RECORDS);
    ck_assert_uint_ge(report.waiting, (1 << 20) / (LONG + 200) - 1);
    ck_assert_int_eq(drift_monitor_poll(monitor, &error), DRIFT_ERR_IO);
    ck_assert_ptr_nonnull(strstr(error.message, "records found no room and are lost"));
    calls_fail.armed = 0;
    ck_assert_int_eq(drift_monitor_poll(monitor, NULL), DRIFT_OK);
    uint64_t lost = report.lost;
    ck_assert_int_eq(drift_monitor_state_report(monitor, &report), DRIFT_OK);
    ck_assert_uint_eq(report.lost, lost);
    ck_assert_uint_eq(report.waiting, 0);
    drift_monitor_destroy(monitor);
    char journal[512];
    uint64_t alerts = 0;
    snprintf(journal, sizeof journal, "%s.journal", p.path);
    ck_assert_int_eq(drift_journal_read(journal, NULL, count_alert, &alerts, NULL, NULL, NULL),
                     DRIFT_OK);
    ck_assert_uint_eq(alerts, RECORDS - lost);
    drift_profile_destroy(reference);
    remove_place(&p);
    free(a);
}
END_TEST

/* A child watches the stream and tells how many alerts it was called back with, until it is killed. */
static void send_line(const drift_alert *alert, void *context)
{
    static told one;
    one.n = 0;
    tell(alert, &one);
    if (write(*(int *)context, one.lines[0], MOST_TEXT) != MOST_TEXT)
        _exit(5);
}

static void watch_until_killed(const drift_profile *reference, const made *m, const char *path,
                               int ready)
{
    static told nothing;
    drift_monitor *monitor = open_monitor(reference, path, &nothing);
    drift_monitor_on_alert(monitor, send_line, &ready);
    feed(monitor, m, MADE_ROWS);
    _exit(drift_monitor_save(monitor, NULL) ? 4 : 0);
}

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void wait_at_random(double most)
{
    double wait = most * (rand() / (RAND_MAX + 1.0));
    struct timespec time = {(time_t)wait, (long)((wait - floor(wait)) * 1e9)};
    nanosleep(&time, NULL);
}

/* 1 where the child came to the end of the stream before it was killed. */
static int kill_one(const drift_profile *reference, const made *m, const char *path, double most,
                    told *heard)
{
    int ends[2], result = 0;
    ck_assert_int_eq(pipe(ends), 0);
    pid_t child = fork();
    if (!child) {
        close(ends[0]);
        watch_until_killed(reference, m, path, ends[1]);
    }
    close(ends[1]);
    wait_at_random(most);
    kill(child, SIGKILL);
    while (read(ends[0], heard->lines[heard->n], MOST_TEXT) == MOST_TEXT)
        ck_assert_int_lt(++heard->n, MOST_ALERTS);
    close(ends[0]);
    ck_assert_int_eq(waitpid(child, &result, 0), child);
    ck_assert_msg(WIFSIGNALED(result) || !WEXITSTATUS(result), "%d", WEXITSTATUS(result));
    return WIFEXITED(result);
}

/* The journal holds the first of the expected alerts, each once, and at least those that were heard. */
static void check_told(const char *path, const told *expected, const told *heard)
{
    static told recorded;
    journal_of(path, &recorded);
    ck_assert_int_le(recorded.n, expected->n);
    for (int i = 0; i < recorded.n; i++)
        ck_assert_str_eq(recorded.lines[i], expected->lines[i]);
    for (int i = 0; i < heard->n; i++) {
        ck_assert_msg(times_in(&recorded, heard->lines[i]) == 1, "not kept: %s", heard->lines[i]);
        ck_assert_msg(times_in(heard, heard->lines[i]) == 1, "twice: %s", heard->lines[i]);
    }
}

START_TEST(killed_at_any_moment)
{
    const char *asked = getenv("DRIFT_TEST_KILLS");
    int kills = asked ? atoi(asked) : 30, streams = 0, unheard = 0, alerts = 0;
    made *a = make_table(10000), *b = make_stream();
    drift_profile *reference = made_reference(a);
    static told expected, heard, recorded;
    place whole = make_place("state"), p = make_place("state");
    double begun = seconds_now();
    drift_monitor *monitor = open_monitor(reference, whole.path, &expected);
    feed(monitor, b, MADE_ROWS);
    ck_assert_int_eq(drift_monitor_save(monitor, NULL), DRIFT_OK);
    double most = (seconds_now() - begun) / 4; /* an eighth of the stream a life, more or less */
    drift_monitor_destroy(monitor);
    srand(9);
    for (int i = 0; i < kills;) {
        int ended = kill_one(reference, b, p.path, most, &heard);
        struct stat exists;
        char name[100];
        snprintf(name, sizeof name, "%s.journal", p.path);
        if (!stat(name, &exists))
            check_told(p.path, &expected, &heard);
        i += !ended;
        if (!ended)
            continue;
        /* As if it had never been killed: the same alerts, and the same next snapshot. */
        journal_of(p.path, &recorded);
        same_lines(&expected, &recorded);
        same_contents(whole.path, p.path);
        unheard += expected.n - heard.n;
        alerts += expected.n;
        heard.n = 0;
        streams++;
        files_in(&p, 1);
    }
    if (asked)
        printf("%d kills, %d streams of %d rows to their end, %d alerts, %d of them recorded when "
               "the process was killed before the callback\n",
               kills, streams, MADE_ROWS, alerts, unheard);
    drift_profile_destroy(reference);
    remove_place(&p);
    remove_place(&whole);
    free(a), free(b);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("state durability");
    TCase *kills = tcase_create("kills");
    tcase_set_timeout(tests, 1200);
    tcase_set_timeout(kills, 3600);
    tcase_add_loop_test(tests, every_call_of_a_state_fails, 0, REFUSALS);
    tcase_add_test(tests, records_wait_for_a_full_disk);
    tcase_add_test(tests, records_that_find_no_room_are_counted);
    tcase_add_test(kills, killed_at_any_moment);
    Suite *suite = suite_create("state_durability");
    suite_add_tcase(suite, tests);
    suite_add_tcase(suite, kills);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
