/* SPDX-License-Identifier: Apache-2.0
 *
 * journal_repair.c: what is done about a journal that is not whole, and about
 * a disk that took a record and would not say that it has it.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/buffer.h"
#include "core/error.h"
#include "core/file.h"
#include "core/json.h"
#include "core/memory.h"
#include "core/sha256.h"
#include "monitor/journal_state.h"

enum { MOST_QUARANTINED = 1000, SUFFIX_SIZE = 16 };

static drift_status copy_record(const drift_journal_record *record, void *context)
{
    const drift__replacement *replacement = context;
    return drift__file_write(replacement->file, record->payload - DRIFT__RECORD_HEAD,
                             record->payload_size + DRIFT__RECORD_AROUND, -1)
               ? DRIFT_ERR_IO
               : DRIFT_OK;
}

static drift_status fill(drift_journal *journal, drift__replacement *replacement,
                         drift_error *error)
{
    drift_journal_report report;
    drift_status status =
        drift__journal_scan(journal->file, journal->size, journal->path, NULL, copy_record,
                            replacement, &journal->allocator, &report, error);
    if (!status && (report.records != journal->records ||
                    memcmp(report.last_digest, journal->digest, sizeof journal->digest) != 0))
        status = drift__fail(error, DRIFT_ERR_IO, "%s: it does not read as it was written",
                             journal->path);
    if (!status && drift__file_write(replacement->file, drift_buffer_data(journal->bytes),
                                     drift_buffer_size(journal->bytes), -1))
        status = drift__file_fail(error, journal->path, "write", errno);
    return status ? status : drift__journal_lock(replacement->file, journal->path, error);
}

drift_status drift__journal_rewrite(drift_journal *journal, const char *previous,
                                    drift_error *error)
{
    drift__replacement replacement;
    int file;
    drift_status status =
        drift__replacement_begin(&replacement, journal->path, &journal->allocator, error);
    if (status)
        return status;
    status = fill(journal, &replacement, error);
    if (status) {
        drift__replacement_abandon(&replacement);
        return status;
    }
    status = drift__replacement_commit(&replacement, previous, &file, error);
    if (status)
        return status;
    drift__file_close(journal->file);
    journal->file = file;
    if (drift__directory_sync(journal->path))
        status = drift__file_fail(&journal->failure, journal->path, "sync the directory of", errno);
    return status;
}

/* The record of a repair: what was found, and where it is now. */
static drift_status encode_repair(drift_journal *journal, const drift_journal_report *report,
                                  const char *quarantine,
                                  uint8_t out_digest[DRIFT_JOURNAL_DIGEST_SIZE], drift_error *error)
{
    drift_buffer *text = NULL;
    char digest[2 * DRIFT__SHA256_SIZE + 1];
    drift_status status = drift_buffer_create(&journal->allocator, &text);
    if (status)
        return drift__fail_status(error, status);
    drift__sha256_text(digest, report->last_digest);
    status = drift__buffer_printf(text,
                                  "{\"fault\":\"%s\",\"records\":%" PRIu64 ",\"offset\":%" PRIu64
                                  ",\"bytes\":%" PRIu64 ",\"digest\":\"%s\",\"message\":",
                                  drift_journal_fault_name((drift_journal_fault)report->fault),
                                  report->records, report->offset,
                                  report->file_size - report->offset, digest);
    if (!status)
        status = drift__json_string(text, report->message, strlen(report->message));
    if (!status && quarantine)
        status = drift__buffer_text(text, ",\"moved_to\":");
    if (!status && quarantine)
        status = drift__json_string(text, quarantine, strlen(quarantine));
    if (!status)
        status = drift__buffer_text(text, "}");
    if (status)
        drift__fail_status(error, status);
    else
        status = drift__journal_encode(journal, DRIFT_JOURNAL_RECOVERED, drift_buffer_data(text),
                                       drift_buffer_size(text), out_digest, error);
    drift_buffer_destroy(text);
    return status;
}

static drift_status name_quarantine(drift_journal *journal, drift_error *error)
{
    size_t room = strlen(journal->path) + SUFFIX_SIZE;
    struct stat state;
    char *name = drift__allocate(&journal->allocator, room, 1);
    if (!name)
        return drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    for (unsigned n = 1; n <= MOST_QUARANTINED; n++) {
        snprintf(name, room, "%s.corrupt-%u", journal->path, n);
        if (lstat(name, &state) && errno == ENOENT) {
            journal->quarantine = name;
            return DRIFT_OK;
        }
    }
    drift__release(&journal->allocator, name);
    return drift__fail(error, DRIFT_ERR_IO, "%s: damaged, and no name is free to move it to",
                       journal->path);
}

/* A journal of one record that says why, in the place of the damaged one. */
static drift_status begin_anew(drift_journal *journal, const drift_journal_report *report,
                               drift_error *error)
{
    uint8_t digest[DRIFT_JOURNAL_DIGEST_SIZE];
    drift_status status = name_quarantine(journal, error);
    if (status)
        return status;
    journal->records = journal->size = 0;
    memset(journal->digest, 0, sizeof journal->digest);
    const char *slash = strrchr(journal->quarantine, '/');
    status = encode_repair(journal, report, slash ? slash + 1 : journal->quarantine, digest, error);
    if (!status)
        status = drift__journal_rewrite(journal, journal->quarantine, error);
    if (!status)
        drift__journal_accept(journal, digest);
    else if (*journal->failure.message)
        drift__fail(error, status, "%s", journal->failure.message);
    return status;
}

/*
 * The last record may be in the page cache only, marked clean by an fdatasync that failed for
 * another process: its bytes are written once more, so that the fdatasync that follows is about
 * them.
 */
static drift_status settle(drift_journal *journal, uint64_t last, drift_error *error)
{
    size_t size = (size_t)(journal->size - last);
    void *bytes = drift__allocate(&journal->allocator, size, 1);
    drift_status status = DRIFT_OK;
    if (size && !bytes)
        return drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    if (size && (drift__file_read(journal->file, bytes, size, (int64_t)last) ||
                 drift__file_write(journal->file, bytes, size, (int64_t)last)))
        status = drift__file_fail(error, journal->path, "write", errno ? errno : EIO);
    drift__release(&journal->allocator, bytes);
    return status;
}

static drift_status cut_tear(drift_journal *journal, const drift_journal_report *report,
                             drift_error *error)
{
    uint8_t digest[DRIFT_JOURNAL_DIGEST_SIZE];
    drift_status status = encode_repair(journal, report, NULL, digest, error);
    if (status)
        return status;
    size_t size = drift_buffer_size(journal->bytes);
    if (drift__file_cut(journal->file, (int64_t)journal->size) ||
        drift__file_write(journal->file, drift_buffer_data(journal->bytes), size,
                          (int64_t)journal->size)) {
        status = drift__file_fail(error, journal->path, "write", errno);
        drift__file_cut(journal->file, (int64_t)journal->size);
        return status;
    }
    drift__journal_accept(journal, digest);
    return DRIFT_OK;
}

drift_status drift__journal_repair(drift_journal *journal, const drift_journal_report *report,
                                   uint64_t last, drift_error *error)
{
    drift_status status;
    if (report->fault == DRIFT_JOURNAL_NONE)
        return drift__fail(error, DRIFT_ERR_CORRUPT, "%s is no journal: %s", journal->path,
                           report->message);
    if (report->fault > DRIFT_JOURNAL_TORN)
        return begin_anew(journal, report, error);
    status = settle(journal, last, error);
    if (!status && report->fault == DRIFT_JOURNAL_TORN)
        status = cut_tear(journal, report, error);
    if (!status && fdatasync(journal->file))
        status = drift__file_fail(error, journal->path, "sync", errno);
    if (!status && drift__directory_sync(journal->path))
        status = drift__file_fail(error, journal->path, "sync the directory of", errno);
    return status;
}
