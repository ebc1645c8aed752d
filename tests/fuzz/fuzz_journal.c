/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_journal.c: untrusted bytes as a journal. The first byte chooses: 1 takes the rest as the
 * file; else records are made with right checksums and, mostly, digests, from payloads the rest
 * holds, and some bytes are changed. Whatever is opened is whole afterwards, and no record is lost.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fuzz_support.h"
#include "monitor/journal_record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static drift_status render(const drift_journal_record *record, void *context)
{
    drift_buffer *text = context;
    FUZZ_CHECK(drift_journal_record_render_json(record, text) == DRIFT_OK);
    FUZZ_CHECK(drift_journal_record_render_text(record, text) == DRIFT_OK);
    return DRIFT_OK;
}

static drift_status count(const drift_journal_record *record, void *context)
{
    *(uint64_t *)context += record->kind != DRIFT_JOURNAL_RECOVERED;
    return DRIFT_OK;
}

static void make_file(drift_buffer *out, fuzz_input *input)
{
    uint8_t digest[DRIFT_JOURNAL_DIGEST_SIZE] = {0};
    drift_buffer *bytes = fuzz_buffer();
    for (uint64_t sequence = 1; fuzz_left(input) && sequence < 6; sequence++) {
        uint8_t choice = fuzz_byte(input);
        size_t length = fuzz_byte(input);
        length = length < fuzz_left(input) ? length : fuzz_left(input);
        drift_journal_record record = {.sequence = sequence + (choice == 255),
                                       .time = (int64_t)fuzz_number(input),
                                       .kind = 1 + choice % 16u,
                                       .payload = "{}",
                                       .payload_size = 2};
        length = length < fuzz_left(input) ? length : fuzz_left(input);
        if (choice & 64) {
            record.payload = (const char *)input->at;
            record.payload_size = length;
            input->at += length;
        }
        digest[0] ^= choice == 254;
        FUZZ_CHECK(drift__record_encode(&record, digest, bytes) == DRIFT_OK);
        drift_buffer_append(out, drift_buffer_data(bytes), drift_buffer_size(bytes));
    }
    drift_buffer_destroy(bytes);
    uint8_t *start = (uint8_t *)(uintptr_t)drift_buffer_data(out);
    for (int i = 0; i < 3 && drift_buffer_size(out) && fuzz_byte(input) > 127; i++)
        start[fuzz_number(input) % drift_buffer_size(out)] ^= fuzz_byte(input);
}

static void open_and_read(const char *path, const drift_journal_report *before, uint64_t records)
{
    drift_journal_report report = DRIFT_JOURNAL_REPORT_INIT;
    drift_journal *journal = NULL;
    uint64_t after = 0;
    drift_status status = drift_journal_open(path, NULL, &journal, &report, NULL);
    FUZZ_CHECK((status == DRIFT_OK) == (before->fault != DRIFT_JOURNAL_NONE));
    if (status)
        return;
    FUZZ_CHECK(report.fault == before->fault && report.records == before->records);
    FUZZ_CHECK(drift_journal_append(journal, DRIFT_JOURNAL_ALERT, "{}", 2, NULL) == DRIFT_OK);
    const char *moved = drift_journal_quarantine(journal);
    FUZZ_CHECK((moved != NULL) == (before->fault > DRIFT_JOURNAL_TORN));
    FUZZ_CHECK(drift_journal_read(path, NULL, count, &after, NULL, &report, NULL) == DRIFT_OK);
    FUZZ_CHECK(report.fault == DRIFT_JOURNAL_WHOLE);
    FUZZ_CHECK(after == (moved ? 1 : records + 1));
    if (moved)
        unlink(moved);
    drift_journal_destroy(journal);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[200];
    drift_journal_report report = DRIFT_JOURNAL_REPORT_INIT;
    uint64_t records = 0;
    if (!size)
        return 0;
    fuzz_input input = {data + 1, data + size};
    drift_buffer *bytes = fuzz_buffer(), *text = fuzz_buffer();
    if (data[0] == 1)
        drift_buffer_append(bytes, data + 1, size - 1);
    else
        make_file(bytes, &input);
    /* The name of an open file is a link, which a journal does not follow; in memory for speed. */
    snprintf(path, sizeof path, "%s/drift-fuzz-journal-%ld",
             access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm", (long)getpid());
    FUZZ_CHECK(drift_buffer_write(bytes, path, NULL) == DRIFT_OK);
    if (!drift_journal_read(path, NULL, render, text, NULL, &report, NULL)) {
        FUZZ_CHECK(report.offset <= report.file_size);
        FUZZ_CHECK((report.fault == DRIFT_JOURNAL_WHOLE) == (report.offset == report.file_size));
        FUZZ_CHECK(drift_journal_read(path, NULL, count, &records, NULL, NULL, NULL) == DRIFT_OK);
        open_and_read(path, &report, records);
    }
    unlink(path);
    drift_buffer_destroy(bytes);
    drift_buffer_destroy(text);
    return 0;
}
