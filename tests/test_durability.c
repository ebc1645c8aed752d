/* SPDX-License-Identifier: Apache-2.0
 *
 * test_durability.c: what was acknowledged stays, whatever the system refuses
 * (every call of a journal and of snapshots fails, once and for ever) and whenever
 * the process is killed. DRIFT_TEST_KILLS: how often; 200.
 */
#include <signal.h>
#include <sys/wait.h>

#include "failing_calls.h"
#include "journal_fixture.h"
#include "monitor/snapshot.h"

/* Numbers whose append was acknowledged. */
typedef struct acknowledged {
    unsigned numbers[64], n;
} acknowledged;

static void try_append(drift_journal *journal, unsigned number, acknowledged *a)
{
    if (append_number(journal, number) == DRIFT_OK)
        a->numbers[a->n++] = number;
}

/* Open twice, append five; `torn`: a crash left a part of a record before. */
static void use_journal(const char *path, uint32_t buffered, acknowledged *a)
{
    drift_journal_config config = DRIFT_JOURNAL_CONFIG_INIT;
    config.buffered = buffered;
    for (unsigned round = 0; round < 2; round++) {
        drift_journal *journal = NULL;
        drift_error error = {""};
        if (drift_journal_open(path, &config, &journal, NULL, &error)) {
            ck_assert_uint_gt(strlen(error.message), 10);
            continue;
        }
        for (unsigned i = 0; i < 3; i++)
            try_append(journal, 100 * (round + 1) + i, a);
        if (buffered)
            drift_journal_sync(journal, NULL);
        drift_journal_destroy(journal);
    }
}

/* Everything acknowledged is there once and in order; what was not may be there too. */
static void check_journal(const char *path, const acknowledged *a)
{
    contents c;
    drift_journal_report report = read_journal(path, NULL, &c);
    ck_assert_msg(report.fault == DRIFT_JOURNAL_WHOLE || report.fault == DRIFT_JOURNAL_TORN, "%s",
                  report.message);
    unsigned next = 0;
    for (unsigned i = 0; i < c.n; i++) {
        ck_assert(!i || c.numbers[i] > c.numbers[i - 1]);
        next += next < a->n && c.numbers[i] == a->numbers[next];
    }
    ck_assert_msg(next == a->n, "acknowledged %u is lost", next < a->n ? a->numbers[next] : 0);
    drift_journal_destroy(open_journal(path, report.fault));
}

/* What there is before: nothing, a torn record, a damaged one. */
static void prepare(const char *path, int state)
{
    contents c;
    unlink(path);
    if (!state)
        return;
    write_journal(path, 3);
    read_journal(path, NULL, &c);
    if (state == 1) {
        ck_assert_int_eq(truncate(path, (off_t)c.offsets[2] + 40), 0);
        return;
    }
    drift_buffer *bytes = file_bytes(path);
    ((uint8_t *)(uintptr_t)drift_buffer_data(bytes))[c.offsets[1] + 30] ^= 1;
    put_bytes(path, drift_buffer_data(bytes), drift_buffer_size(bytes));
    drift_buffer_destroy(bytes);
}

/* One call of the journal's fails; 0 where there is none of that number. */
static int fail_one(const place *p, int state, unsigned call, int what, int forever)
{
    acknowledged a = {{0}, 0};
    files_in(p, 1);
    prepare(p->path, state);
    if (state == 1)
        a = (acknowledged){{1, 2}, 2};
    int files = open_files();
    arm(call, what, forever);
    use_journal(p->path, call % 2, &a);
    calls_fail.armed = 0;
    ck_assert_int_eq(open_files(), files);
    /* One of them is lost only with the journal that was damaged before, and that one is kept. */
    contents c;
    struct stat exists;
    if (!stat(p->path, &exists) && (state < 2 || a.n))
        check_journal(p->path, &a);
    if (state == 2) {
        char moved[100];
        snprintf(moved, sizeof moved, "%s.corrupt-1", p->path);
        const char *kept = stat(moved, &exists) ? p->path : moved;
        drift_journal_report report = read_journal(kept, NULL, &c);
        ck_assert_uint_eq(report.fault, DRIFT_JOURNAL_DAMAGED);
        ck_assert_uint_eq(c.n, 1);
    }
    ck_assert_int_le(files_in(p, 0), 1 + (state == 2));
    /* It works again when the system does. */
    drift_journal *journal = NULL;
    ck_assert_int_eq(drift_journal_open(p->path, NULL, &journal, NULL, NULL), DRIFT_OK);
    ck_assert_int_eq(append_number(journal, 999), DRIFT_OK);
    drift_journal_destroy(journal);
    return calls_fail.calls >= call;
}

START_TEST(every_call_of_a_journal_fails)
{
    place p = make_place("journal");
    for (int state = 0; state < 3; state++)
        for (int forever = 0; forever < 2; forever++) {
            unsigned call = 1;
            while (fail_one(&p, state, call, refusals[_i], forever))
                call++;
            ck_assert_uint_gt(call, 20);
        }
    remove_place(&p);
}
END_TEST

/* A failed sync: the record goes to a new file and is acknowledged; nothing is synced twice. */
START_TEST(failed_sync_writes_a_new_file)
{
    place p = make_place("journal");
    struct stat before, after;
    acknowledged a = {{1, 2, 3, 4}, 4};
    write_journal(p.path, 3);
    ck_assert_int_eq(stat(p.path, &before), 0);
    drift_journal *journal = open_journal(p.path, DRIFT_JOURNAL_WHOLE);
    arm(2, EIO, 0); /* pwrite, fdatasync */
    ck_assert_int_eq(append_number(journal, 4), DRIFT_OK);
    calls_fail.armed = 0;
    ck_assert_int_eq(calls_fail.sync_failed, 1);
    ck_assert_int_eq(stat(p.path, &after), 0);
    ck_assert(before.st_ino != after.st_ino);
    ck_assert_int_eq(drift_journal_open(p.path, NULL, &(drift_journal *){NULL}, NULL, NULL),
                     DRIFT_ERR_BUSY);
    drift_journal_destroy(journal);
    check_journal(p.path, &a);
    remove_place(&p);
}
END_TEST

/* Where that fails too, the error stays until the journal is opened anew. */
START_TEST(failed_journal_says_so_for_ever)
{
    place p = make_place("journal");
    drift_error first = {""}, later = {""};
    contents c;
    write_journal(p.path, 3);
    drift_journal *journal = open_journal(p.path, DRIFT_JOURNAL_WHOLE);
    arm(2, EIO, 1);
    ck_assert_int_eq(drift_journal_append(journal, DRIFT_JOURNAL_ALERT, "{\"n\":4}", 7, &first),
                     DRIFT_ERR_IO);
    calls_fail.armed = 0;
    ck_assert_int_eq(drift_journal_append(journal, DRIFT_JOURNAL_ALERT, "{\"n\":5}", 7, &later),
                     DRIFT_ERR_IO);
    ck_assert_str_eq(first.message, later.message);
    ck_assert_ptr_nonnull(strstr(first.message, strerror(EIO)));
    ck_assert_int_eq(drift_journal_sync(journal, NULL), DRIFT_ERR_IO);
    ck_assert_uint_eq(drift_journal_records(journal), 3);
    drift_journal_destroy(journal);
    journal = open_journal(p.path, DRIFT_JOURNAL_WHOLE);
    ck_assert_int_eq(append_number(journal, 6), DRIFT_OK);
    drift_journal_destroy(journal);
    read_journal(p.path, NULL, &c);
    ck_assert_uint_ge(c.n, 4);
    ck_assert_uint_eq(c.numbers[c.n - 1], 6);
    remove_place(&p);
}
END_TEST

/* A full disk: the append fails, what was written of it is gone, the next one may succeed. */
START_TEST(full_disk_is_no_end)
{
    place p = make_place("journal");
    acknowledged a = {{1, 2, 3, 5}, 4};
    write_journal(p.path, 3);
    drift_journal *journal = open_journal(p.path, DRIFT_JOURNAL_WHOLE);
    arm(1, ENOSPC, 0);
    ck_assert_int_eq(append_number(journal, 4), DRIFT_ERR_IO);
    calls_fail.armed = 0;
    ck_assert_uint_eq(read_journal(p.path, NULL, NULL).fault, DRIFT_JOURNAL_WHOLE);
    ck_assert_int_eq(append_number(journal, 5), DRIFT_OK);
    drift_journal_destroy(journal);
    check_journal(p.path, &a);
    remove_place(&p);
}
END_TEST

static drift_status write_state(const char *path, unsigned n)
{
    char text[64];
    int length = snprintf(text, sizeof text, "state %u", n);
    return drift__snapshot_write(path, text, (size_t)length, NULL, NULL);
}

/* The number in the newest whole snapshot; 0 = none. */
static unsigned read_state(const char *path, drift__snapshot_origin *out_origin)
{
    drift_buffer *buffer = NULL;
    unsigned n = 0;
    ck_assert_int_eq(drift_buffer_create(NULL, &buffer), DRIFT_OK);
    drift_status status = drift__snapshot_read(path, buffer, out_origin, NULL, NULL);
    ck_assert(!status || status == DRIFT_ERR_NOT_FOUND || status == DRIFT_ERR_CORRUPT);
    if (!status)
        ck_assert_int_eq(sscanf(drift_buffer_data(buffer), "state %u", &n), 1);
    drift_buffer_destroy(buffer);
    return n;
}

START_TEST(snapshots_have_two_generations)
{
    place p = make_place("state");
    char previous[100];
    struct stat state;
    drift__snapshot_origin origin;
    snprintf(previous, sizeof previous, "%s.previous", p.path);
    ck_assert_uint_eq(read_state(p.path, NULL), 0);
    for (unsigned n = 1; n <= 3; n++) {
        ck_assert_int_eq(write_state(p.path, n), DRIFT_OK);
        ck_assert_uint_eq(read_state(p.path, &origin), n);
        ck_assert_int_eq(origin.previous, 0);
        ck_assert_uint_eq(read_state(previous, NULL), n - 1);
    }
    ck_assert_int_eq(stat(p.path, &state), 0);
    ck_assert_uint_eq(state.st_mode & 0777, 0600);
    drift_buffer *bytes = file_bytes(p.path);
    uint8_t *data = (uint8_t *)(uintptr_t)drift_buffer_data(bytes);
    for (size_t bit = 0; bit < 8 * drift_buffer_size(bytes); bit++) {
        if (bit / 8 >= 4 && bit / 8 < 8)
            continue; /* a later format is refused, not replaced by what is older */
        data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        put_bytes(p.path, data, drift_buffer_size(bytes));
        data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        ck_assert_uint_eq(read_state(p.path, &origin), 2);
        ck_assert(origin.previous && strlen(origin.reason.message) > 10);
    }
    /* The damaged one is replaced; it does not become the previous generation. */
    ck_assert_int_eq(write_state(p.path, 4), DRIFT_OK);
    ck_assert_uint_eq(read_state(p.path, NULL), 4);
    ck_assert_uint_eq(read_state(previous, NULL), 2);
    put_bytes(p.path, "x", 1);
    put_bytes(previous, "x", 1);
    ck_assert_uint_eq(read_state(p.path, NULL), 0);
    drift_buffer_destroy(bytes);
    remove_place(&p);
}
END_TEST

START_TEST(every_call_of_a_snapshot_fails)
{
    place p = make_place("state");
    for (int forever = 0; forever < 2; forever++) {
        for (unsigned call = 1, more = 1; more; call++) {
            unsigned good = 1;
            files_in(&p, 1);
            ck_assert_int_eq(write_state(p.path, 1), DRIFT_OK);
            int files = open_files();
            arm(call, refusals[_i], forever);
            for (unsigned n = 2; n <= 4; n++)
                if (write_state(p.path, n) == DRIFT_OK)
                    good = n;
            calls_fail.armed = 0;
            more = calls_fail.calls >= call;
            ck_assert_int_eq(open_files(), files);
            ck_assert_uint_ge(read_state(p.path, NULL), good);
            ck_assert_int_le(files_in(&p, 0), 2);
            ck_assert_int_eq(write_state(p.path, 5), DRIFT_OK);
            ck_assert_uint_eq(read_state(p.path, NULL), 5);
        }
    }
    remove_place(&p);
}
END_TEST

/* A child appends and saves as fast as it can and tells what was acknowledged, until it is killed. */
static void work_until_killed(const char *path, const char *state, unsigned next, int tell)
{
    drift_journal *journal = NULL;
    if (drift_journal_open(path, NULL, &journal, NULL, NULL))
        _exit(3);
    for (;; next++) {
        if (append_number(journal, next))
            _exit(4);
        if (write(tell, &next, sizeof next) != sizeof next)
            _exit(5);
        if (next % 4 == 0) {
            unsigned saved = next | 1u << 31;
            if (write_state(state, next) || write(tell, &saved, sizeof saved) != sizeof saved)
                _exit(6);
        }
    }
}

typedef struct told {
    unsigned last, saved; /* acknowledged */
} told;

static void kill_one(const char *path, const char *state, told *known)
{
    int ends[2], result = 0;
    unsigned number;
    ck_assert_int_eq(pipe(ends), 0);
    pid_t child = fork();
    if (!child) {
        close(ends[0]);
        work_until_killed(path, state, known->last + 1, ends[1]);
    }
    close(ends[1]);
    usleep((useconds_t)(rand() % 12000));
    kill(child, SIGKILL);
    while (read(ends[0], &number, sizeof number) == sizeof number) {
        if (number >> 31)
            known->saved = number & ~(1u << 31);
        else
            known->last = number;
    }
    close(ends[0]);
    ck_assert_int_eq(waitpid(child, &result, 0), child);
    ck_assert(WIFSIGNALED(result));
}

/* The numbers 1 ... n, each once; n at least what was acknowledged. */
static drift_status expect_next(const drift_journal_record *record, void *context)
{
    unsigned *n = context, number = 0;
    char text[64];
    if (record->kind == DRIFT_JOURNAL_RECOVERED)
        return DRIFT_OK;
    snprintf(text, sizeof text, "%.*s", (int)record->payload_size, record->payload);
    ck_assert_int_eq(sscanf(text, "{\"n\":%u}", &number), 1);
    ck_assert_uint_eq(number, ++*n);
    return DRIFT_OK;
}

START_TEST(killed_at_any_moment)
{
    place p = make_place("journal");
    char state[100];
    const char *asked = getenv("DRIFT_TEST_KILLS");
    int kills = asked ? atoi(asked) : 200;
    told known = {0, 0};
    snprintf(state, sizeof state, "%s/state", p.folder);
    srand(6);
    for (int i = 0; i < kills; i++) {
        kill_one(p.path, state, &known);
        drift_journal_report report = DRIFT_JOURNAL_REPORT_INIT;
        unsigned n = 0;
        struct stat exists;
        if (!stat(p.path, &exists))
            ck_assert_int_eq(drift_journal_read(p.path, NULL, expect_next, &n, NULL, &report, NULL),
                             DRIFT_OK);
        ck_assert_msg(report.fault <= DRIFT_JOURNAL_TORN, "%s", report.message);
        ck_assert_uint_ge(n, known.last);
        ck_assert_uint_le(n, known.last + 1);
        unsigned saved = read_state(state, NULL);
        ck_assert_uint_ge(saved, known.saved);
        ck_assert_uint_le(saved, n);
        known = (told){n, saved};
    }
    ck_assert_uint_gt(known.last, (unsigned)kills / 4);
    remove_place(&p);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("durability");
    tcase_set_timeout(tests, 600);
    tcase_add_loop_test(tests, every_call_of_a_journal_fails, 0, REFUSALS);
    tcase_add_test(tests, failed_sync_writes_a_new_file);
    tcase_add_test(tests, failed_journal_says_so_for_ever);
    tcase_add_test(tests, full_disk_is_no_end);
    tcase_add_test(tests, snapshots_have_two_generations);
    tcase_add_loop_test(tests, every_call_of_a_snapshot_fails, 0, REFUSALS);
    tcase_add_test(tests, killed_at_any_moment);
    Suite *suite = suite_create("durability");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
