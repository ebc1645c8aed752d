/* SPDX-License-Identifier: Apache-2.0
 *
 * test_state.c: a monitor that is opened again goes on as if it had never ended: the same alerts
 * at the same rows, told once, and the same next snapshot.
 */
#include <sys/wait.h>

#include "profile_fixture.h"
#include "state_fixture.h"

static const uint32_t detectors[] = {DRIFT_MONITOR_EVIDENCE, DRIFT_MONITOR_WINDOWS};

static char *metrics_of(const drift_monitor *monitor)
{
    size_t size = 0;
    drift_monitor_render_openmetrics(monitor, NULL, 0, &size);
    char *text = calloc(1, size + 1);
    ck_assert_ptr_nonnull(text);
    ck_assert_int_eq(drift_monitor_render_openmetrics(monitor, text, size, &size), DRIFT_OK);
    return text;
}

/* Ended without a word at any step, opened again: nobody can tell from what it says or saves. */
START_TEST(resumed_is_as_if_never_ended)
{
    used_detector = detectors[_i % 2];
    used_rebase_rows = _i / 2 ? 3 * 1000 : 0;
    made *a = make_table(10000), *b = make_stream();
    drift_profile *reference = made_reference(a);
    char *metrics = NULL;
    told *plain = calloc(1, sizeof *plain), *whole = calloc(1, sizeof *whole),
         *pieces = calloc(1, sizeof *pieces), *recorded = calloc(1, sizeof *recorded);
    place p = make_place("whole"), q = make_place("pieces");
    srand(11);
    drift_monitor *monitor = monitor_with(reference, plain);
    feed(monitor, b, MADE_ROWS);
    drift_monitor_destroy(monitor);
    monitor = open_monitor(reference, p.path, whole);
    feed(monitor, b, MADE_ROWS);
    ck_assert_int_eq(drift_monitor_save(monitor, NULL), DRIFT_OK);
    metrics = metrics_of(monitor);
    ck_assert_int_eq(drift_monitor_epoch(monitor) > 2, used_rebase_rows > 0);
    drift_monitor_destroy(monitor);
    ck_assert_int_gt(plain->n, 5);
    same_lines(plain, whole); /* a state changes nothing */
    journal_of(p.path, recorded);
    same_lines(whole, recorded);
    for (uint64_t end = 0; end < MADE_ROWS;) {
        monitor = open_monitor(reference, q.path, pieces);
        drift_state_report report = DRIFT_STATE_REPORT_INIT;
        ck_assert_int_eq(drift_monitor_state_report(monitor, &report), DRIFT_OK);
        ck_assert_uint_eq(report.resumed, end > 0);
        ck_assert_uint_eq(report.resumed_rows, drift_monitor_rows(monitor));
        ck_assert_uint_ge(drift_monitor_rows(monitor) + 4 * ROW_STEP, end);
        end += ROW_STEP * (uint64_t)(1 + rand() % 12);
        end = end < MADE_ROWS ? end : MADE_ROWS;
        feed(monitor, b, end);
        if (end == MADE_ROWS) {
            char *text = metrics_of(monitor);
            ck_assert(!strcmp(text, metrics));
            free(text);
            ck_assert_int_eq(drift_monitor_save(monitor, NULL), DRIFT_OK);
        }
        drift_monitor_destroy(monitor);
    }
    same_lines(whole, pieces);
    journal_of(q.path, recorded);
    same_lines(whole, recorded);
    same_contents(p.path, q.path);
    drift_profile_destroy(reference);
    remove_place(&p);
    remove_place(&q);
    free(metrics), free(plain), free(whole), free(pieces), free(recorded);
    free(a), free(b);
}
END_TEST

static void copy_file(const char *from, const char *to, uint64_t cut)
{
    drift_buffer *bytes = file_bytes(from);
    size_t size = drift_buffer_size(bytes);
    put_bytes(to, drift_buffer_data(bytes), size < cut ? size : (size_t)cut);
    drift_buffer_destroy(bytes);
}

/* What the disk would hold if the process ended inside the first callback of `phase`. */
typedef struct moment {
    told *told;
    const char *path, *copy;
    uint32_t phase;
    int taken;
} moment;

static void copy_state(const char *path, const char *copy)
{
    char from[100], to[100];
    snprintf(from, sizeof from, "%s.journal", path);
    snprintf(to, sizeof to, "%s.journal", copy);
    copy_file(path, copy, UINT64_MAX);
    copy_file(from, to, UINT64_MAX);
}

static void take_copy(const drift_alert *alert, void *context)
{
    moment *m = context;
    tell(alert, m->told);
    if (!m->taken && alert->phase == m->phase) {
        copy_state(m->path, m->copy);
        m->taken = m->told->n;
    }
}

/* Cut the last record off: the process ended before it was there. */
static void cut_last_record(const char *path)
{
    char name[100];
    told *t = calloc(1, sizeof *t);
    drift_journal_report report = DRIFT_JOURNAL_REPORT_INIT;
    snprintf(name, sizeof name, "%s.journal", path);
    ck_assert_int_eq(drift_journal_read(name, NULL, take_record, t, NULL, &report, NULL), DRIFT_OK);
    uint64_t size = strlen(t->lines[t->n - 1]) + 68;
    ck_assert_int_eq(truncate(name, (off_t)(report.file_size - size)), 0);
    free(t);
}

/*
 * Between the snapshot and the record the alert is told by the next process; between the record and
 * the callback it stands in the journal and is not told again. In both cases everything else is as
 * it would have been.
 */
START_TEST(ended_around_a_record)
{
    int in_journal = _i / 3 % 2;
    used_detector = detectors[_i / 6];
    made *a = make_table(10000), *b = make_stream();
    drift_profile *reference = made_reference(a);
    told *whole = calloc(1, sizeof *whole), *later = calloc(1, sizeof *later),
         *recorded = calloc(1, sizeof *recorded);
    place p = make_place("state"), q = make_place("state");
    moment m = {whole, p.path, q.path, (uint32_t)_i % 3, 0};
    drift_monitor *monitor = open_monitor(reference, p.path, whole);
    drift_monitor_on_alert(monitor, take_copy, &m);
    feed(monitor, b, MADE_ROWS);
    drift_monitor_destroy(monitor);
    ck_assert_int_gt(m.taken, 0);
    if (!in_journal)
        cut_last_record(q.path);
    monitor = open_monitor(reference, q.path, later);
    /* What the snapshot holds is told without a row. */
    ck_assert_int_eq(drift_monitor_poll(monitor, NULL), DRIFT_OK);
    ck_assert_int_eq(later->n > 0, !in_journal);
    feed(monitor, b, MADE_ROWS);
    drift_monitor_destroy(monitor);
    int missing = m.taken - !in_journal;
    ck_assert_int_eq(later->n, whole->n - missing);
    for (int i = 0; i < later->n; i++)
        ck_assert_str_eq(later->lines[i], whole->lines[missing + i]);
    journal_of(q.path, recorded);
    same_lines(whole, recorded);
    drift_profile_destroy(reference);
    remove_place(&p);
    remove_place(&q);
    free(whole), free(later), free(recorded);
    free(a), free(b);
}
END_TEST

/* The newest snapshot is damaged: the one before it, the journal's records beyond it, and the same rows. */
START_TEST(an_older_snapshot_tells_nothing_twice)
{
    used_detector = detectors[_i];
    made *a = make_table(10000), *b = make_stream();
    drift_profile *reference = made_reference(a);
    told *whole = calloc(1, sizeof *whole), *pieces = calloc(1, sizeof *pieces),
         *recorded = calloc(1, sizeof *recorded);
    place p = make_place("state"), q = make_place("state");
    drift_monitor *monitor = open_monitor(reference, p.path, whole);
    feed(monitor, b, MADE_ROWS);
    drift_monitor_destroy(monitor);
    uint64_t replayed = 0;
    for (uint64_t end = 1500; end <= MADE_ROWS; end += 1500) {
        drift_state_report report = DRIFT_STATE_REPORT_INIT;
        monitor = open_monitor(reference, q.path, pieces);
        ck_assert_int_eq(drift_monitor_state_report(monitor, &report), DRIFT_OK);
        ck_assert_uint_eq(report.previous, end > 1500);
        ck_assert_int_eq(strlen(report.message) > 10, end > 1500);
        replayed += report.replayed;
        feed(monitor, b, end < MADE_ROWS - 1500 ? end : MADE_ROWS);
        drift_monitor_destroy(monitor);
        put_bytes(q.path, "no snapshot", 11);
    }
    ck_assert_uint_gt(replayed, 5);
    journal_of(q.path, recorded);
    same_lines(recorded, pieces);
    same_lines(whole, recorded);
    drift_profile_destroy(reference);
    remove_place(&p);
    remove_place(&q);
    free(whole), free(pieces), free(recorded);
    free(a), free(b);
}
END_TEST

static drift_status try_open(drift_monitor *monitor, const char *path, const char *expected)
{
    drift_error error = {""};
    drift_status status = drift_monitor_open_state(monitor, path, NULL, &error);
    ck_assert_msg(strstr(error.message, expected) != NULL, "%s", error.message);
    drift_state_report report = DRIFT_STATE_REPORT_INIT;
    ck_assert_int_eq(drift_monitor_state_report(monitor, &report), DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_uint_eq(drift_monitor_rows(monitor), 0);
    return status;
}

START_TEST(what_does_not_belong_together_is_refused)
{
    made *a = make_table(10000), *b = make_stream();
    drift_profile *reference = made_reference(a), *other = made_reference(b);
    drift_monitor_config config = usual_config();
    drift_state_config wrong = DRIFT_STATE_CONFIG_INIT;
    told *t = calloc(1, sizeof *t);
    place p = make_place("state"), q = make_place("state");
    drift_monitor *monitor = open_monitor(reference, p.path, t), *second = NULL;
    feed(monitor, b, 3000);
    ck_assert_int_eq(drift_monitor_save(monitor, NULL), DRIFT_OK);
    ck_assert_int_eq(drift_monitor_open_state(monitor, q.path, NULL, NULL),
                     DRIFT_ERR_INVALID_ARGUMENT);
    second = monitor_with(reference, t);
    ck_assert_int_eq(try_open(second, p.path, "elsewhere"), DRIFT_ERR_BUSY);
    drift_monitor_destroy(monitor);
    drift_buffer *before = file_bytes(p.path), *after = NULL;
    char name[100];
    snprintf(name, sizeof name, "%s.journal", p.path);
    drift_buffer *records = file_bytes(name);
    unlink(name);
    int files = files_in(&p, 0);
    monitor = monitor_with(other, t);
    ck_assert_int_eq(try_open(monitor, p.path, "another reference"), DRIFT_ERR_INCOMPATIBLE);
    feed(monitor, b, 1000); /* goes on without */
    ck_assert_int_eq(drift_monitor_save(monitor, NULL), DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(drift_monitor_open_state(monitor, q.path, NULL, NULL),
                     DRIFT_ERR_INVALID_ARGUMENT); /* it has rows */
    drift_monitor_destroy(monitor);
    config.alpha = 0.02;
    ck_assert_int_eq(drift_monitor_create(reference, &config, &monitor, NULL), DRIFT_OK);
    ck_assert_int_eq(try_open(monitor, p.path, "\"alpha\":0.01"), DRIFT_ERR_INCOMPATIBLE);
    drift_monitor_destroy(monitor);
    after = file_bytes(p.path);
    ck_assert_uint_eq(drift_buffer_size(before), drift_buffer_size(after));
    ck_assert_mem_eq(drift_buffer_data(before), drift_buffer_data(after),
                     drift_buffer_size(before));
    ck_assert_int_eq(files_in(&p, 0), files); /* not even an empty journal */
    put_bytes(name, drift_buffer_data(records), drift_buffer_size(records));
    drift_buffer_destroy(records);
    wrong.save_seconds = NAN;
    ck_assert_int_eq(drift_monitor_open_state(second, q.path, &wrong, NULL),
                     DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(drift_monitor_open_state(second, "", NULL, NULL), DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(try_open(second, "/no/such/folder/state", "/no/such/folder"), DRIFT_ERR_IO);
    ck_assert_int_eq(files_in(&q, 0), 0);
    /* And where nothing is wrong it works on the same monitor. */
    ck_assert_int_eq(drift_monitor_open_state(second, p.path, NULL, NULL), DRIFT_OK);
    ck_assert_uint_eq(drift_monitor_rows(second), 3000);
    drift_monitor_destroy(second);
    put_bytes(p.path, "x", 1);
    char previous[100];
    snprintf(previous, sizeof previous, "%s.previous", p.path);
    put_bytes(previous, "x", 1);
    monitor = monitor_with(reference, t);
    ck_assert_int_eq(try_open(monitor, p.path, "state"), DRIFT_ERR_CORRUPT);
    drift_monitor_destroy(monitor);
    drift_buffer_destroy(before), drift_buffer_destroy(after);
    drift_profile_destroy(reference), drift_profile_destroy(other);
    remove_place(&p);
    remove_place(&q);
    free(t), free(a), free(b);
}
END_TEST

/* A new reference is in the snapshot: whoever comes with the first one, or with that one, gets it. */
START_TEST(a_new_reference_is_kept)
{
    made *a = make_table(10000), *b = make_table(10000), *c = make_stream();
    drift_profile *first = made_reference(a), *next = made_reference(b);
    told *t = calloc(1, sizeof *t);
    place p = make_place("state");
    drift_monitor *monitor = open_monitor(first, p.path, t);
    feed(monitor, c, 2500);
    ck_assert_int_eq(drift_monitor_rebase(monitor, next, NULL), DRIFT_OK);
    drift_monitor_destroy(monitor);
    for (int i = 0; i < 2; i++) {
        monitor = open_monitor(i ? next : first, p.path, t);
        ck_assert_uint_eq(drift_monitor_epoch(monitor), 2);
        ck_assert_uint_eq(drift_monitor_rows(monitor), 2500 + 4 * ROW_STEP * (uint64_t)i);
        ck_assert(drift_profile_compatible(drift_monitor_reference(monitor), next));
        feed(monitor, c, drift_monitor_rows(monitor) + 4 * ROW_STEP);
        ck_assert_int_eq(drift_monitor_save(monitor, NULL), DRIFT_OK);
        drift_monitor_destroy(monitor);
    }
    drift_journal_report report = DRIFT_JOURNAL_REPORT_INIT;
    uint32_t kinds[16] = {0};
    char name[100];
    snprintf(name, sizeof name, "%s.journal", p.path);
    ck_assert_int_eq(drift_journal_read(name, NULL, note_kind, kinds, NULL, &report, NULL),
                     DRIFT_OK);
    const uint32_t expected[] = {DRIFT_JOURNAL_OPENED,  DRIFT_JOURNAL_REBASE,
                                 DRIFT_JOURNAL_RESTART, DRIFT_JOURNAL_SNAPSHOT,
                                 DRIFT_JOURNAL_RESTART, DRIFT_JOURNAL_SNAPSHOT};
    ck_assert_uint_eq(report.records, 6);
    ck_assert_mem_eq(kinds, expected, sizeof expected);
    drift_profile_destroy(first), drift_profile_destroy(next);
    remove_place(&p);
    free(t), free(a), free(b), free(c);
}
END_TEST

/* Rows one by one, too many for the windows that wait: those that are dropped count for good. */
START_TEST(drops_are_counted_over_lives)
{
    made *a = make_table(10000), *b = make_stream();
    drift_profile *reference = made_reference(a);
    told *t = calloc(1, sizeof *t);
    place p = make_place("state");
    drift_monitor *monitor = open_monitor(reference, p.path, t);
    for (uint64_t i = 0; i < 3000; i++) {
        const drift_value values[MADE_COLUMNS] = {number_value(b->x[i]), number_value(b->y[i]),
                                                  b->z[i], bool_value(b->flag[i])};
        ck_assert_int_eq(drift_monitor_observe(monitor, values, MADE_COLUMNS), DRIFT_OK);
    }
    uint64_t dropped = drift_monitor_dropped(monitor), rows = drift_monitor_rows(monitor);
    ck_assert_uint_gt(dropped, 0);
    ck_assert_uint_eq(rows + dropped, 3000);
    ck_assert_int_eq(drift_monitor_save(monitor, NULL), DRIFT_OK);
    drift_monitor_destroy(monitor);
    monitor = open_monitor(reference, p.path, t);
    ck_assert_uint_eq(drift_monitor_dropped(monitor), dropped);
    ck_assert_uint_eq(drift_monitor_rows(monitor), rows);
    drift_monitor_destroy(monitor);
    drift_profile_destroy(reference);
    remove_place(&p);
    free(t), free(a), free(b);
}
END_TEST

/* The records of another journal say nothing about this monitor; it goes on from its snapshot. */
START_TEST(another_journal_is_not_replayed)
{
    made *a = make_table(10000), *b = make_stream();
    drift_profile *reference = made_reference(a);
    drift_state_report report = DRIFT_STATE_REPORT_INIT;
    told *t = calloc(1, sizeof *t);
    place p = make_place("state"), q = make_place("state");
    char ours[100], others[100];
    for (int i = 0; i < 2; i++) {
        used_detector = detectors[i];
        drift_monitor *monitor = open_monitor(reference, i ? q.path : p.path, t);
        feed(monitor, b, i ? MADE_ROWS : 5000);
        ck_assert_int_eq(drift_monitor_save(monitor, NULL), DRIFT_OK);
        drift_monitor_destroy(monitor);
    }
    snprintf(ours, sizeof ours, "%s.journal", p.path);
    snprintf(others, sizeof others, "%s.journal", q.path);
    copy_file(others, ours, UINT64_MAX);
    used_detector = detectors[0];
    drift_monitor *monitor = open_monitor(reference, p.path, t);
    ck_assert_int_eq(drift_monitor_state_report(monitor, &report), DRIFT_OK);
    ck_assert_uint_eq(report.resumed_rows, 5000);
    ck_assert_uint_eq(report.replayed, 0);
    ck_assert_uint_gt(report.records, 5);
    drift_monitor_destroy(monitor);
    drift_profile_destroy(reference);
    remove_place(&p);
    remove_place(&q);
    free(t), free(a), free(b);
}
END_TEST

START_TEST(a_child_leaves_the_state_alone)
{
    made *a = make_table(10000), *b = make_stream();
    drift_profile *reference = made_reference(a);
    told *t = calloc(1, sizeof *t);
    place p = make_place("state");
    drift_monitor *monitor = open_monitor(reference, p.path, t);
    feed(monitor, b, 2000);
    pid_t child = fork();
    if (!child) {
        drift_monitor_poll(monitor, NULL);
        int saved = drift_monitor_save(monitor, NULL) == DRIFT_ERR_INVALID_ARGUMENT;
        drift_monitor_destroy(monitor);
        _exit(saved ? 0 : 1);
    }
    int result = 1;
    ck_assert_int_eq(waitpid(child, &result, 0), child);
    ck_assert_int_eq(result, 0);
    feed(monitor, b, 4000);
    ck_assert_int_eq(drift_monitor_save(monitor, NULL), DRIFT_OK);
    drift_monitor_destroy(monitor);
    monitor = open_monitor(reference, p.path, t);
    ck_assert_uint_eq(drift_monitor_rows(monitor), 4000);
    drift_monitor_destroy(monitor);
    drift_profile_destroy(reference);
    remove_place(&p);
    free(t), free(a), free(b);
}
END_TEST

/* Without memory a call fails and leaves what there was. */
START_TEST(every_lack_of_memory_is_told)
{
    made *a = make_table(2000), *b = make_stream();
    drift_profile *reference = made_reference(a);
    drift_monitor_config config = usual_config();
    failing_memory memory;
    drift_allocator allocator = failing_allocator(&memory);
    told *t = calloc(1, sizeof *t);
    place p = make_place("state");
    drift_monitor *monitor = open_monitor(reference, p.path, t);
    feed(monitor, b, 10000);
    drift_monitor_destroy(monitor);
    config.allocator = &allocator;
    drift_status status = DRIFT_ERR_OUT_OF_MEMORY;
    for (long extra = 0; status == DRIFT_ERR_OUT_OF_MEMORY; extra++) {
        memory.fail_at = -1;
        ck_assert_int_eq(drift_monitor_create(reference, &config, &monitor, NULL), DRIFT_OK);
        memory.fail_at = memory.calls + extra;
        status = drift_monitor_open_state(monitor, p.path, NULL, NULL);
        ck_assert(status == DRIFT_OK || drift_monitor_rows(monitor) == 0);
        drift_status saved = DRIFT_ERR_OUT_OF_MEMORY;
        for (long more = 0; !status && saved == DRIFT_ERR_OUT_OF_MEMORY; more++) {
            memory.fail_at = memory.calls + more;
            saved = drift_monitor_save(monitor, NULL);
            ck_assert(saved == DRIFT_OK || saved == DRIFT_ERR_OUT_OF_MEMORY);
        }
        drift_monitor_destroy(monitor);
        ck_assert_int_eq(memory.alive, 0);
    }
    ck_assert_int_eq(status, DRIFT_OK);
    drift_profile_destroy(reference);
    remove_place(&p);
    free(t), free(a), free(b);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("state");
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, resumed_is_as_if_never_ended, 0, 4);
    tcase_add_loop_test(tests, ended_around_a_record, 0, 12);
    tcase_add_loop_test(tests, an_older_snapshot_tells_nothing_twice, 0, 2);
    tcase_add_test(tests, what_does_not_belong_together_is_refused);
    tcase_add_test(tests, a_new_reference_is_kept);
    tcase_add_test(tests, drops_are_counted_over_lives);
    tcase_add_test(tests, another_journal_is_not_replayed);
    tcase_add_test(tests, a_child_leaves_the_state_alone);
    tcase_add_test(tests, every_lack_of_memory_is_told);
    Suite *suite = suite_create("state");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
