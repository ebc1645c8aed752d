/* SPDX-License-Identifier: Apache-2.0
 *
 * test_journal.c: records, what each damage is called, what opening does about it.
 */
#include <sys/wait.h>

#include "core/bytes.h"
#include "damage.h"
#include "journal_fixture.h"
#include "monitor/journal_record.h"

START_TEST(records_come_back)
{
    place p = make_place("journal");
    contents c;
    uint8_t digest[DRIFT_JOURNAL_DIGEST_SIZE];
    drift_journal *journal = open_journal(p.path, DRIFT_JOURNAL_WHOLE);
    ck_assert_uint_eq(drift_journal_records(journal), 0);
    for (unsigned i = 1; i <= 3; i++)
        ck_assert_int_eq(append_number(journal, i), DRIFT_OK);
    drift_journal_destroy(journal);
    journal = open_journal(p.path, DRIFT_JOURNAL_WHOLE);
    ck_assert_uint_eq(drift_journal_records(journal), 3);
    ck_assert_int_eq(append_number(journal, 4), DRIFT_OK);
    ck_assert_int_eq(drift_journal_sync(journal, NULL), DRIFT_OK);
    ck_assert_int_eq(drift_journal_digest(journal, digest), DRIFT_OK);
    ck_assert_ptr_null(drift_journal_quarantine(journal));
    drift_journal_destroy(journal);
    drift_journal_report report = read_journal(p.path, digest, &c);
    struct stat state;
    ck_assert_int_eq(stat(p.path, &state), 0);
    ck_assert_uint_eq(state.st_mode & 0777, 0600);
    ck_assert_uint_eq(report.fault, DRIFT_JOURNAL_WHOLE);
    ck_assert_uint_eq(report.records, 4);
    ck_assert_uint_eq(report.offset, (uint64_t)state.st_size);
    ck_assert_mem_eq(report.last_digest, digest, sizeof digest);
    ck_assert_uint_eq(c.n, 4);
    for (unsigned i = 0; i < 4; i++)
        ck_assert_uint_eq(c.numbers[i], i + 1);
    ck_assert_int_eq(files_in(&p, 0), 1);
    remove_place(&p);
}
END_TEST

START_TEST(largest_payload_and_kinds)
{
    place p = make_place("journal");
    char *payload = malloc(DRIFT_JOURNAL_MOST_PAYLOAD + 2);
    memset(payload, 'a', DRIFT_JOURNAL_MOST_PAYLOAD + 2);
    memcpy(payload, "{\"a\":\"", 6);
    memcpy(payload + DRIFT_JOURNAL_MOST_PAYLOAD - 2, "\"}  ", 4);
    drift_journal *journal = open_journal(p.path, DRIFT_JOURNAL_WHOLE);
    ck_assert_int_eq(drift_journal_append(journal, DRIFT_JOURNAL_SNAPSHOT, payload,
                                          DRIFT_JOURNAL_MOST_PAYLOAD + 1, NULL),
                     DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(drift_journal_append(journal, DRIFT_JOURNAL_SNAPSHOT, payload,
                                          DRIFT_JOURNAL_MOST_PAYLOAD, NULL),
                     DRIFT_OK);
    for (int kind = 1; kind <= 8; kind++) {
        const char *name = drift_journal_kind_name((drift_journal_kind)kind);
        ck_assert_str_ne(name, "unknown");
        ck_assert_int_eq(drift_journal_append(journal, (drift_journal_kind)kind, "{}", 2, NULL),
                         DRIFT_OK);
    }
    ck_assert_str_eq(drift_journal_kind_name((drift_journal_kind)9), "unknown");
    ck_assert_int_eq(drift_journal_append(journal, (drift_journal_kind)9, "{}", 2, NULL),
                     DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(drift_journal_append(journal, (drift_journal_kind)0, "{}", 2, NULL),
                     DRIFT_ERR_INVALID_ARGUMENT);
    drift_journal_destroy(journal);
    ck_assert_uint_eq(read_journal(p.path, NULL, NULL).records, 9);
    free(payload);
    remove_place(&p);
}
END_TEST

START_TEST(only_objects_are_payloads)
{
    static const char *const good[] = {
        "{}", " {\"a\":[1,-2.5e3,{\"b\":null}],\"c\":\"\\u00e9\",\"d\":[[],{}],\"e\":true} \n"};
    static const char *const bad[] = {"",
                                      "[]",
                                      "1",
                                      "{",
                                      "{}{}",
                                      "{\"a\"}",
                                      "{\"a\":}",
                                      "{\"a\":1,}",
                                      "{,}",
                                      "{1:2}",
                                      "{\"a\":1]",
                                      "{\"a\":[1}",
                                      "{\"a\":[1,]}",
                                      "{\"a\" 1}",
                                      "{\"a\":1 2}",
                                      "{\"a\"::1}",
                                      "{\"a\":NaN}",
                                      "{\"a\":[1}]",
                                      "{\"a\":-Infinity}",
                                      "{\"a\":\"\n\"}",
                                      "{\"a\":\"\xff\"}",
                                      "{\"a\":[,1]}",
                                      "{}x",
                                      "{\"a\":01}"};
    place p = make_place("journal");
    char deep[300] = "{\"a\":";
    drift_journal *journal = open_journal(p.path, DRIFT_JOURNAL_WHOLE);
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        ck_assert_int_eq(
            drift_journal_append(journal, DRIFT_JOURNAL_OPENED, good[i], strlen(good[i]), NULL),
            DRIFT_OK);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_msg(drift_journal_append(journal, DRIFT_JOURNAL_OPENED, bad[i], strlen(bad[i]),
                                           NULL) == DRIFT_ERR_INVALID_ARGUMENT,
                      "%s", bad[i]);
    for (size_t levels = 62; levels <= 64; levels++) {
        memset(deep + 5, '[', levels);
        memset(deep + 5 + levels, ']', levels);
        deep[5 + 2 * levels] = '}';
        ck_assert_int_eq(
            drift_journal_append(journal, DRIFT_JOURNAL_OPENED, deep, 6 + 2 * levels, NULL),
            levels < 64 ? DRIFT_OK : DRIFT_ERR_INVALID_ARGUMENT);
    }
    drift_journal_destroy(journal);
    ck_assert_uint_eq(read_journal(p.path, NULL, NULL).records, 4);
    remove_place(&p);
}
END_TEST

/* Cut at every byte: the whole records stay, the rest is cut off, said and recorded. */
START_TEST(torn_tail_at_every_byte)
{
    place p = make_place("journal");
    contents c;
    write_journal(p.path, 3);
    read_journal(p.path, NULL, &c);
    drift_buffer *bytes = file_bytes(p.path);
    size_t size = drift_buffer_size(bytes);
    uint64_t starts[4] = {0, c.offsets[1], c.offsets[2], size};
    for (size_t cut = 0; cut <= size; cut++) {
        size_t whole = 0;
        while (whole < 3 && starts[whole + 1] <= cut)
            whole++;
        uint32_t fault = cut == starts[whole] ? DRIFT_JOURNAL_WHOLE : DRIFT_JOURNAL_TORN;
        put_bytes(p.path, drift_buffer_data(bytes), cut);
        drift_journal_report report = read_journal(p.path, NULL, NULL);
        ck_assert_uint_eq(report.fault, fault);
        ck_assert_uint_eq(report.records, whole);
        ck_assert_uint_eq(report.offset, starts[whole]);
        drift_journal *journal = open_journal(p.path, fault);
        ck_assert_int_eq(append_number(journal, 9), DRIFT_OK);
        drift_journal_destroy(journal);
        report = read_journal(p.path, NULL, &c);
        ck_assert_uint_eq(report.fault, DRIFT_JOURNAL_WHOLE);
        ck_assert_uint_eq(c.recovered, fault == DRIFT_JOURNAL_TORN);
        ck_assert_uint_eq(c.n, whole + 1);
        for (unsigned i = 0; i < whole; i++)
            ck_assert_uint_eq(c.numbers[i], i + 1);
        ck_assert_uint_eq(c.numbers[whole], 9);
    }
    ck_assert_int_eq(files_in(&p, 0), 1);
    drift_buffer_destroy(bytes);
    remove_place(&p);
}
END_TEST

/* A file that grew before its bytes came: zeros at the end, at most one append's worth. */
START_TEST(zeros_at_the_end_are_a_tear)
{
    place p = make_place("journal");
    write_journal(p.path, 2);
    struct stat state;
    ck_assert_int_eq(stat(p.path, &state), 0);
    for (int more = 1; more < 300; more += 37) {
        ck_assert_int_eq(truncate(p.path, state.st_size + more), 0);
        ck_assert_uint_eq(read_journal(p.path, NULL, NULL).fault, DRIFT_JOURNAL_TORN);
    }
    ck_assert_int_eq(truncate(p.path, state.st_size + DRIFT__RECORD_MOST + 1), 0);
    ck_assert_uint_eq(read_journal(p.path, NULL, NULL).fault, DRIFT_JOURNAL_DAMAGED);
    ck_assert_int_eq(truncate(p.path, 0), 0);
    ck_assert_int_eq(truncate(p.path, 100), 0);
    drift_journal_destroy(open_journal(p.path, DRIFT_JOURNAL_TORN));
    remove_place(&p);
}
END_TEST

/* Every bit: found, at its record, and taken for damage. */
START_TEST(every_flipped_bit_is_found)
{
    place p = make_place("journal");
    contents c;
    write_journal(p.path, 3);
    read_journal(p.path, NULL, &c);
    drift_buffer *bytes = file_bytes(p.path);
    uint8_t *data = (uint8_t *)(uintptr_t)drift_buffer_data(bytes);
    size_t size = drift_buffer_size(bytes);
    for (size_t bit = 0; bit < 8 * size; bit++) {
        data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        put_bytes(p.path, data, size);
        drift_journal_report report = read_journal(p.path, NULL, NULL);
        size_t record = bit / 8 < c.offsets[1] ? 0 : bit / 8 < c.offsets[2] ? 1 : 2;
        /* Of the last one a length may have become one that is not there. */
        size_t byte = bit / 8 - (size_t)c.offsets[record];
        ck_assert(report.fault == DRIFT_JOURNAL_DAMAGED ||
                  (report.fault == DRIFT_JOURNAL_TORN && record == 2 && byte >= 8 && byte < 12));
        ck_assert_uint_eq(report.records, record);
        ck_assert_uint_eq(report.offset, c.offsets[record]);
        ck_assert_uint_gt(strlen(report.message), 20);
        data[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    drift_buffer_destroy(bytes);
    remove_place(&p);
}
END_TEST

START_TEST(damaged_middle_is_moved_aside)
{
    place p = make_place("journal");
    contents c;
    char moved[100];
    for (unsigned round = 1; round <= 2; round++) {
        write_journal(p.path, 3);
        read_journal(p.path, NULL, &c);
        drift_buffer *bytes = file_bytes(p.path), *after;
        uint8_t *data = (uint8_t *)(uintptr_t)drift_buffer_data(bytes);
        size_t size = drift_buffer_size(bytes);
        data[c.offsets[c.recovered + 1] + DRIFT__RECORD_HEAD] ^= 1;
        put_bytes(p.path, data, size);
        drift_journal *journal = open_journal(p.path, DRIFT_JOURNAL_DAMAGED);
        snprintf(moved, sizeof moved, "%s.corrupt-%u", p.path, round);
        ck_assert_str_eq(drift_journal_quarantine(journal), moved);
        after = file_bytes(moved);
        ck_assert(same_bytes(bytes, after));
        ck_assert_uint_eq(drift_journal_records(journal), 1);
        drift_journal_destroy(journal);
        ck_assert_uint_eq(read_journal(p.path, NULL, &c).fault, DRIFT_JOURNAL_WHOLE);
        ck_assert_ptr_nonnull(strstr(c.last_payload, "\"fault\":\"damaged\""));
        ck_assert_ptr_nonnull(strstr(c.last_payload, strrchr(moved, '/') + 1));
        ck_assert_ptr_nonnull(strstr(c.last_payload, "where"));
        drift_buffer_destroy(bytes);
        drift_buffer_destroy(after);
    }
    remove_place(&p);
}
END_TEST

/* The bytes of record `sequence` with `number`, in a chain of the caller's. */
static void forge(drift_buffer *out, uint64_t sequence, unsigned number, const char *payload,
                  uint8_t digest[DRIFT_JOURNAL_DIGEST_SIZE])
{
    char text[40];
    drift_buffer *bytes = NULL;
    snprintf(text, sizeof text, "{\"n\":%u}", number);
    drift_journal_record record = {.sequence = sequence, .time = 1, .kind = 2};
    record.payload = payload ? payload : text;
    record.payload_size = strlen(record.payload);
    ck_assert_int_eq(drift_buffer_create(NULL, &bytes), DRIFT_OK);
    ck_assert_int_eq(drift__record_encode(&record, digest, bytes), DRIFT_OK);
    drift_buffer_append(out, drift_buffer_data(bytes), drift_buffer_size(bytes));
    drift_buffer_destroy(bytes);
}

typedef struct step {
    uint64_t sequence;
    unsigned number;
    const char *payload;
    int leave_out; /* takes part in the chain, not in the file */
} step;

static void expect_fault(const step *steps, size_t n, uint32_t fault, uint64_t records)
{
    place p = make_place("journal");
    uint8_t digest[DRIFT_JOURNAL_DIGEST_SIZE] = {0};
    drift_buffer *bytes = NULL;
    ck_assert_int_eq(drift_buffer_create(NULL, &bytes), DRIFT_OK);
    for (size_t i = 0; i < n; i++) {
        size_t size = drift_buffer_size(bytes);
        forge(bytes, steps[i].sequence, steps[i].number, steps[i].payload, digest);
        if (steps[i].leave_out)
            drift__buffer_truncate(bytes, size);
    }
    put_bytes(p.path, drift_buffer_data(bytes), drift_buffer_size(bytes));
    drift_journal_report report = read_journal(p.path, NULL, NULL);
    ck_assert_uint_eq(report.fault, fault);
    ck_assert_uint_eq(report.records, records);
    drift_journal *journal = open_journal(p.path, fault);
    ck_assert_ptr_nonnull(drift_journal_quarantine(journal));
    drift_journal_destroy(journal);
    ck_assert_int_eq(files_in(&p, 0), 2);
    drift_buffer_destroy(bytes);
    remove_place(&p);
}

/* Records that are whole each for itself and do not belong together, at the end too. */
START_TEST(gaps_doubles_and_strangers_are_found)
{
    expect_fault((step[]){{1, 1, NULL, 0}, {3, 2, NULL, 0}}, 2, DRIFT_JOURNAL_SEQUENCE, 1);
    expect_fault((step[]){{1, 1, NULL, 0}, {1, 1, NULL, 0}}, 2, DRIFT_JOURNAL_SEQUENCE, 1);
    expect_fault((step[]){{2, 1, NULL, 0}}, 1, DRIFT_JOURNAL_SEQUENCE, 0);
    expect_fault((step[]){{1, 1, NULL, 0}, {2, 2, NULL, 1}, {3, 3, NULL, 0}}, 3,
                 DRIFT_JOURNAL_SEQUENCE, 1);
    expect_fault((step[]){{1, 1, NULL, 0}, {9, 9, NULL, 1}, {2, 2, NULL, 0}}, 3,
                 DRIFT_JOURNAL_CHAIN, 1);
    expect_fault((step[]){{1, 9, NULL, 1}, {1, 1, NULL, 0}}, 2, DRIFT_JOURNAL_CHAIN, 0);
    expect_fault((step[]){{1, 1, NULL, 0}, {2, 0, "no JSON", 0}}, 2, DRIFT_JOURNAL_PAYLOAD, 1);
}
END_TEST

/* Who makes the whole chain anew makes a whole journal: only a digest known from elsewhere tells. */
START_TEST(a_chain_made_anew_is_told_by_a_known_digest)
{
    place p = make_place("journal");
    uint8_t first[DRIFT_JOURNAL_DIGEST_SIZE], digest[DRIFT_JOURNAL_DIGEST_SIZE] = {0};
    drift_buffer *bytes = NULL;
    write_journal(p.path, 3);
    drift_journal_report report = read_journal(p.path, NULL, NULL);
    memcpy(first, report.first_digest, sizeof first);
    ck_assert_uint_eq(read_journal(p.path, first, NULL).fault, DRIFT_JOURNAL_WHOLE);
    ck_assert_uint_eq(read_journal(p.path, report.last_digest, NULL).fault, DRIFT_JOURNAL_WHOLE);
    ck_assert_int_eq(drift_buffer_create(NULL, &bytes), DRIFT_OK);
    for (unsigned i = 1; i <= 3; i++)
        forge(bytes, i, i + 10, NULL, digest);
    put_bytes(p.path, drift_buffer_data(bytes), drift_buffer_size(bytes));
    ck_assert_uint_eq(read_journal(p.path, NULL, NULL).fault, DRIFT_JOURNAL_WHOLE);
    ck_assert_uint_eq(read_journal(p.path, first, NULL).fault, DRIFT_JOURNAL_FOREIGN);
    /* A tail cut off at a record's end is a whole journal too. */
    put_bytes(p.path, "", 0);
    ck_assert_uint_eq(read_journal(p.path, NULL, NULL).fault, DRIFT_JOURNAL_WHOLE);
    ck_assert_uint_eq(read_journal(p.path, first, NULL).fault, DRIFT_JOURNAL_FOREIGN);
    drift_buffer_destroy(bytes);
    remove_place(&p);
}
END_TEST

static void expect_open(const char *path, drift_status expected)
{
    drift_journal *journal = NULL;
    drift_error error = {""};
    ck_assert_int_eq(drift_journal_open(path, NULL, &journal, NULL, &error), expected);
    ck_assert_ptr_null(journal);
    ck_assert_uint_gt(strlen(error.message), 5);
}

START_TEST(what_is_no_journal_stays_as_it_is)
{
    static const char text[] = "x,y\n1,2\n3,4\n";
    place p = make_place("table.csv"), q = make_place("link");
    put_bytes(p.path, text, sizeof text - 1);
    expect_open(p.path, DRIFT_ERR_CORRUPT);
    ck_assert_uint_eq(read_journal(p.path, NULL, NULL).fault, DRIFT_JOURNAL_NONE);
    drift_buffer *bytes = file_bytes(p.path);
    ck_assert_str_eq(drift_buffer_data(bytes), text);
    drift_buffer_destroy(bytes);
    expect_open(p.folder, DRIFT_ERR_IO);
    ck_assert_int_eq(symlink(p.path, q.path), 0);
    expect_open(q.path, DRIFT_ERR_IO);
    unlink(q.path);
    ck_assert_int_eq(mkfifo(q.path, 0600), 0);
    expect_open(q.path, DRIFT_ERR_IO);
    unlink(q.path);
    expect_open("/nowhere/at/all", DRIFT_ERR_IO);
    expect_open("", DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(drift_journal_read("/nowhere/at/all", NULL, NULL, NULL, NULL, NULL, NULL),
                     DRIFT_ERR_NOT_FOUND);
    remove_place(&p);
    remove_place(&q);
}
END_TEST

START_TEST(a_later_format_is_refused_untouched)
{
    place p = make_place("journal");
    write_journal(p.path, 1);
    drift_buffer *bytes = file_bytes(p.path), *after;
    uint8_t *data = (uint8_t *)(uintptr_t)drift_buffer_data(bytes);
    size_t size = drift_buffer_size(bytes);
    data[4] = 2;
    uint64_t checksum = drift__checksum(data, size - 8);
    for (int i = 0; i < 8; i++)
        data[size - 8 + (size_t)i] = (uint8_t)(checksum >> 8 * i);
    put_bytes(p.path, data, size);
    expect_open(p.path, DRIFT_ERR_UNSUPPORTED);
    after = file_bytes(p.path);
    ck_assert(same_bytes(bytes, after));
    drift_buffer_destroy(bytes);
    drift_buffer_destroy(after);
    remove_place(&p);
}
END_TEST

START_TEST(one_writer_at_a_time)
{
    place p = make_place("journal");
    int result = 0;
    drift_journal *journal = open_journal(p.path, DRIFT_JOURNAL_WHOLE);
    ck_assert_int_eq(append_number(journal, 1), DRIFT_OK);
    expect_open(p.path, DRIFT_ERR_BUSY);
    ck_assert_uint_eq(read_journal(p.path, NULL, NULL).records, 1);
    pid_t child = fork();
    if (!child) {
        int refused = append_number(journal, 2) == DRIFT_ERR_UNSUPPORTED &&
                      drift_journal_sync(journal, NULL) == DRIFT_ERR_UNSUPPORTED;
        drift_journal_destroy(journal);
        _exit(refused ? 0 : 1);
    }
    ck_assert_int_eq(waitpid(child, &result, 0), child);
    ck_assert_int_eq(result, 0);
    /* The child's destroy took neither the lock nor a record. */
    expect_open(p.path, DRIFT_ERR_BUSY);
    ck_assert_int_eq(append_number(journal, 2), DRIFT_OK);
    drift_journal_destroy(journal);
    drift_journal_destroy(open_journal(p.path, DRIFT_JOURNAL_WHOLE));
    ck_assert_uint_eq(read_journal(p.path, NULL, NULL).records, 2);
    remove_place(&p);
}
END_TEST

static drift_status stop_at_two(const drift_journal_record *record, void *context)
{
    (*(int *)context)++;
    return record->sequence == 2 ? DRIFT_ERR_CANCELLED : DRIFT_OK;
}

START_TEST(a_visit_may_end_the_reading)
{
    place p = make_place("journal");
    int seen = 0;
    write_journal(p.path, 3);
    ck_assert_int_eq(drift_journal_read(p.path, NULL, stop_at_two, &seen, NULL, NULL, NULL),
                     DRIFT_ERR_CANCELLED);
    ck_assert_int_eq(seen, 2);
    remove_place(&p);
}
END_TEST

/* Written by the first version of the format; read by every later one. */
START_TEST(golden_file_is_read)
{
    contents c;
    drift_journal_report report = read_journal(GOLDEN_DIRECTORY "/journal_format_1", NULL, &c);
    ck_assert_uint_eq(report.fault, DRIFT_JOURNAL_WHOLE);
    ck_assert_uint_eq(report.records, 3);
    ck_assert_uint_eq(c.numbers[2], 3);
    place p = make_place("journal");
    write_journal(p.path, 3);
    drift_buffer *now = file_bytes(p.path),
                 *then = file_bytes(GOLDEN_DIRECTORY "/journal_format_1");
    ck_assert(same_bytes(now, then));
    drift_buffer_destroy(now);
    drift_buffer_destroy(then);
    remove_place(&p);
}
END_TEST

/* Each allocation of opening, repairing and appending fails once: no leak, nothing lost. */
START_TEST(memory_runs_out)
{
    place p = make_place("journal");
    drift_status status = DRIFT_ERR_OUT_OF_MEMORY;
    write_journal(p.path, 2);
    for (size_t left = 0; status; left++) {
        scarce_memory scarce = {left, 0};
        drift_allocator allocator = scarce_allocator(&scarce);
        drift_journal_config config = DRIFT_JOURNAL_CONFIG_INIT;
        drift_journal *journal = NULL;
        config.allocator = &allocator;
        ck_assert_int_eq(truncate(p.path, 2 * 75 + (left % 2 ? 0 : 30)), 0);
        status = drift_journal_open(p.path, &config, &journal, NULL, NULL);
        if (!status)
            status = append_number(journal, 3);
        ck_assert(!status || status == DRIFT_ERR_OUT_OF_MEMORY);
        drift_journal_destroy(journal);
        ck_assert_int_eq(scarce.out, 0);
        ck_assert_uint_ge(read_journal(p.path, NULL, NULL).records, 2);
    }
    remove_place(&p);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("journal");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, records_come_back);
    tcase_add_test(tests, largest_payload_and_kinds);
    tcase_add_test(tests, only_objects_are_payloads);
    tcase_add_test(tests, torn_tail_at_every_byte);
    tcase_add_test(tests, zeros_at_the_end_are_a_tear);
    tcase_add_test(tests, every_flipped_bit_is_found);
    tcase_add_test(tests, damaged_middle_is_moved_aside);
    tcase_add_test(tests, gaps_doubles_and_strangers_are_found);
    tcase_add_test(tests, a_chain_made_anew_is_told_by_a_known_digest);
    tcase_add_test(tests, what_is_no_journal_stays_as_it_is);
    tcase_add_test(tests, a_later_format_is_refused_untouched);
    tcase_add_test(tests, one_writer_at_a_time);
    tcase_add_test(tests, a_visit_may_end_the_reading);
    tcase_add_test(tests, golden_file_is_read);
    tcase_add_test(tests, memory_runs_out);
    Suite *suite = suite_create("journal");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
