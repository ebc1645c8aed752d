/* SPDX-License-Identifier: Apache-2.0
 *
 * journal_fixture.h: a journal in a folder of its own, and what can be asked of it.
 */
#ifndef DRIFT_TESTS_JOURNAL_FIXTURE_H
#define DRIFT_TESTS_JOURNAL_FIXTURE_H

#include <check.h>
#include <dirent.h>
#include <drift/journal.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/buffer.h"

typedef struct place {
    char folder[64], path[80];
} place;

/* In memory, where syncing costs nothing, unless DRIFT_TEST_FOLDER says where. */
static inline place make_place(const char *name)
{
    place p;
    const char *asked = getenv("DRIFT_TEST_FOLDER");
    const char *parent = asked ? asked : access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm";
    snprintf(p.folder, sizeof p.folder, "%s/drift-journal-XXXXXX", parent);
    ck_assert_ptr_nonnull(mkdtemp(p.folder));
    snprintf(p.path, sizeof p.path, "%s/%s", p.folder, name);
    return p;
}

/* Files in the folder of `p`; removes them where `remove_them`. */
static inline int files_in(const place *p, int remove_them)
{
    char path[400];
    int n = 0;
    DIR *folder = opendir(p->folder);
    ck_assert_ptr_nonnull(folder);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (entry->d_name[0] == '.')
            continue;
        n++;
        snprintf(path, sizeof path, "%s/%s", p->folder, entry->d_name);
        if (remove_them)
            unlink(path);
    }
    closedir(folder);
    return n;
}

static inline void remove_place(const place *p)
{
    files_in(p, 1);
    rmdir(p->folder);
}

static inline uint64_t fixed_clock(void *context)
{
    (void)context;
    return UINT64_C(1700000000000000000);
}

static inline drift_journal *open_journal(const char *path, uint32_t expected_fault)
{
    drift_journal_config config = DRIFT_JOURNAL_CONFIG_INIT;
    drift_journal_report report = DRIFT_JOURNAL_REPORT_INIT;
    drift_journal *journal = NULL;
    drift_error error = {""};
    config.wall_clock = fixed_clock;
    ck_assert_msg(drift_journal_open(path, &config, &journal, &report, &error) == DRIFT_OK, "%s",
                  error.message);
    ck_assert_msg(report.fault == expected_fault, "%s: %s",
                  drift_journal_fault_name((drift_journal_fault)report.fault), report.message);
    return journal;
}

static inline drift_status append_number(drift_journal *journal, unsigned n)
{
    char payload[40];
    int length = snprintf(payload, sizeof payload, "{\"n\":%u}", n);
    return drift_journal_append(journal, DRIFT_JOURNAL_ALERT, payload, (size_t)length, NULL);
}

/* A journal of `n` records with the numbers 1 ... n, closed. */
static inline void write_journal(const char *path, unsigned n)
{
    drift_journal *journal = open_journal(path, DRIFT_JOURNAL_WHOLE);
    for (unsigned i = 1; i <= n; i++)
        ck_assert_int_eq(append_number(journal, i), DRIFT_OK);
    drift_journal_destroy(journal);
}

/* What the records of a journal hold. */
typedef struct contents {
    unsigned numbers[4096], n; /* of the alerts */
    unsigned recovered;
    char last_payload[1024];
    uint64_t offsets[64];
} contents;

static inline drift_status collect(const drift_journal_record *record, void *context)
{
    contents *c = context;
    snprintf(c->last_payload, sizeof c->last_payload, "%.*s", (int)record->payload_size,
             record->payload);
    if (record->sequence <= 64)
        c->offsets[record->sequence - 1] = record->offset;
    c->recovered += record->kind == DRIFT_JOURNAL_RECOVERED;
    if (record->kind == DRIFT_JOURNAL_ALERT) {
        ck_assert_uint_lt(c->n, 4096);
        ck_assert_int_eq(sscanf(c->last_payload, "{\"n\":%u}", &c->numbers[c->n++]), 1);
    }
    return DRIFT_OK;
}

static inline drift_journal_report read_journal(const char *path, const uint8_t *digest,
                                                contents *out)
{
    drift_journal_report report = DRIFT_JOURNAL_REPORT_INIT;
    drift_error error = {""};
    if (out)
        memset(out, 0, sizeof *out);
    ck_assert_msg(drift_journal_read(path, digest, out ? collect : NULL, out, NULL, &report,
                                     &error) == DRIFT_OK,
                  "%s", error.message);
    return report;
}

static inline drift_buffer *file_bytes(const char *path)
{
    drift_buffer *buffer = NULL;
    struct stat state;
    int file = open(path, O_RDONLY);
    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(fstat(file, &state), 0);
    ck_assert_int_eq(drift_buffer_create(NULL, &buffer), DRIFT_OK);
    void *start = drift__buffer_extend(buffer, (size_t)state.st_size);
    ck_assert_int_eq(read(file, start, (size_t)state.st_size), state.st_size);
    close(file);
    return buffer;
}

static inline void put_bytes(const char *path, const void *bytes, size_t size)
{
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(write(file, bytes, size), (ssize_t)size);
    close(file);
}

#endif
