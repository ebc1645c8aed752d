/* SPDX-License-Identifier: Apache-2.0
 *
 * journal.c: the log that only grows. A record is one write behind the last
 * one and one fdatasync; what fails is cut off again.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/buffer.h"
#include "core/error.h"
#include "core/file.h"
#include "core/fork.h"
#include "core/json.h"
#include "core/memory.h"
#include "monitor/clock.h"
#include "monitor/journal_state.h"

drift_status drift__journal_lock(int file, const char *path, drift_error *error)
{
    if (!flock(file, LOCK_EX | LOCK_NB))
        return DRIFT_OK;
    return errno == EWOULDBLOCK
               ? drift__fail(error, DRIFT_ERR_BUSY, "%s: open for appending elsewhere", path)
               : drift__file_fail(error, path, "lock", errno);
}

static drift_status open_file(drift_journal *journal, int *out_created, drift_error *error)
{
    const int flags = O_RDWR | O_NOFOLLOW | O_NONBLOCK;
    *out_created = 0;
    for (int attempt = 0; attempt < 3 && journal->file < 0; attempt++) {
        journal->file = drift__file_open(journal->path, flags);
        if (journal->file >= 0 || errno != ENOENT)
            break;
        journal->file = drift__file_open(journal->path, flags | O_CREAT | O_EXCL);
        *out_created = journal->file >= 0;
        if (journal->file < 0 && errno != EEXIST)
            break;
    }
    return journal->file >= 0 ? DRIFT_OK : drift__file_fail(error, journal->path, "open", errno);
}

/* It is a file, ours, and the one that the path names. */
static drift_status check_file(const drift_journal *journal, uint64_t *out_size, drift_error *error)
{
    struct stat state, named;
    if (fstat(journal->file, &state))
        return drift__file_fail(error, journal->path, "read", errno);
    if (!S_ISREG(state.st_mode))
        return drift__fail(error, DRIFT_ERR_IO, "%s: not a regular file", journal->path);
    drift_status status = drift__journal_lock(journal->file, journal->path, error);
    if (status)
        return status;
    if (lstat(journal->path, &named) || named.st_ino != state.st_ino ||
        named.st_dev != state.st_dev)
        return drift__fail(error, DRIFT_ERR_BUSY, "%s: replaced while it was opened",
                           journal->path);
    /* Asked again: what was written before the lock was ours counts. */
    if (fstat(journal->file, &state))
        return drift__file_fail(error, journal->path, "read", errno);
    *out_size = (uint64_t)state.st_size;
    return DRIFT_OK;
}

static drift_status remember_offset(const drift_journal_record *record, void *context)
{
    *(uint64_t *)context = record->offset;
    return DRIFT_OK;
}

static drift_status load(drift_journal *journal, drift_journal_report *out_report,
                         drift_error *error)
{
    uint64_t size = 0, last = 0;
    drift_status status = check_file(journal, &size, error);
    if (!status)
        status = drift__journal_scan(journal->file, size, journal->path, NULL, remember_offset,
                                     &last, &journal->allocator, out_report, error);
    if (status)
        return status;
    journal->records = out_report->records;
    journal->size = out_report->offset;
    memcpy(journal->digest, out_report->last_digest, sizeof journal->digest);
    return drift__journal_repair(journal, out_report, last, error);
}

static drift_status create(const char *path, const drift_journal_config *config,
                           drift_journal **out_journal, drift_error *error)
{
    drift_allocator memory = drift__allocator(config->allocator);
    drift_journal *journal = drift__allocate_zero(&memory, 1, sizeof *journal);
    if (!journal)
        return drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    journal->allocator = memory;
    journal->config = *config;
    journal->file = -1;
    journal->generation = drift__fork_watch();
    journal->path = drift__copy_string(&memory, path, strlen(path));
    if (!journal->path || drift_buffer_create(&memory, &journal->bytes)) {
        drift_journal_destroy(journal);
        return drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    }
    *out_journal = journal;
    return DRIFT_OK;
}

drift_status drift_journal_open(const char *path, const drift_journal_config *config,
                                drift_journal **out_journal, drift_journal_report *out_report,
                                drift_error *error)
{
    drift_journal_config chosen = DRIFT_JOURNAL_CONFIG_INIT;
    drift_journal_report report;
    drift_journal *journal = NULL;
    int created = 0;
    if (!path || !*path || !out_journal ||
        (out_report && out_report->struct_size < sizeof out_report->struct_size))
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    drift_status status = drift__config_copy(&chosen, config, sizeof chosen, error);
    if (!status)
        status = create(path, &chosen, &journal, error);
    if (!status)
        status = open_file(journal, &created, error);
    if (!status)
        status = load(journal, &report, error);
    if (status) {
        if (created)
            unlink(path);
        drift_journal_destroy(journal);
        return status;
    }
    drift__journal_report_copy(out_report, &report);
    *out_journal = journal;
    return DRIFT_OK;
}

void drift_journal_destroy(drift_journal *journal)
{
    if (!journal)
        return;
    drift_allocator memory = journal->allocator;
    if (journal->file >= 0)
        drift__file_close(journal->file);
    drift_buffer_destroy(journal->bytes);
    drift__release(&memory, journal->quarantine);
    drift__release(&memory, journal->path);
    drift__release(&memory, journal);
}

drift_status drift__journal_encode(drift_journal *journal, drift_journal_kind kind,
                                   const char *payload, size_t payload_size,
                                   uint8_t out_digest[DRIFT_JOURNAL_DIGEST_SIZE],
                                   drift_error *error)
{
    const drift_journal_config *config = &journal->config;
    uint64_t now =
        drift__clock_read(config->wall_clock, config->wall_clock_context, CLOCK_REALTIME);
    drift_journal_record record = {.sequence = journal->records + 1,
                                   .time = (int64_t)(now / 1000),
                                   .kind = (uint32_t)kind,
                                   .payload = payload,
                                   .payload_size = payload_size};
    memcpy(out_digest, journal->digest, DRIFT_JOURNAL_DIGEST_SIZE);
    drift_status status = drift__record_encode(&record, out_digest, journal->bytes);
    return status ? drift__fail_status(error, status) : DRIFT_OK;
}

void drift__journal_accept(drift_journal *journal, const uint8_t digest[DRIFT_JOURNAL_DIGEST_SIZE])
{
    journal->records++;
    journal->size += drift_buffer_size(journal->bytes);
    memcpy(journal->digest, digest, sizeof journal->digest);
}

/*
 * Give up the file: it is never written again. What it holds behind the last acknowledged record is
 * cut off as far as the system lets. Returns DRIFT_ERR_IO with `failure`.
 */
static drift_status stop(drift_journal *journal, drift_error *error)
{
    if (journal->file >= 0) {
        drift__file_cut(journal->file, (int64_t)journal->size);
        drift__file_close(journal->file);
        journal->file = -1;
    }
    return drift__fail(error, DRIFT_ERR_IO, "the journal has failed: %s", journal->failure.message);
}

/* The disk would not say that it has `bytes`: everything goes to a new file, once. */
static drift_status save_elsewhere(drift_journal *journal, drift_error *error)
{
    drift_error why;
    drift__file_fail(&why, journal->path, "sync", errno);
    drift_status status = drift__journal_rewrite(journal, NULL, &why);
    if (!status)
        return DRIFT_OK;
    if (!*journal->failure.message)
        journal->failure = why;
    return stop(journal, error);
}

static drift_status write_record(drift_journal *journal, drift_error *error)
{
    if (drift__file_write(journal->file, drift_buffer_data(journal->bytes),
                          drift_buffer_size(journal->bytes), (int64_t)journal->size)) {
        int reason = errno;
        if (!drift__file_cut(journal->file, (int64_t)journal->size))
            return drift__file_fail(error, journal->path, "write", reason);
        drift__file_fail(&journal->failure, journal->path, "write", reason);
        return stop(journal, error);
    }
    if (!journal->config.buffered && fdatasync(journal->file))
        return save_elsewhere(journal, error);
    return DRIFT_OK;
}

/* Why nothing can be written; DRIFT_OK where it can. */
static drift_status ready(drift_journal *journal, drift_error *error)
{
    if (!journal)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    if (journal->generation != drift__fork_generation())
        return drift__fail(error, DRIFT_ERR_UNSUPPORTED,
                           "%s: a journal belongs to the process that opened it, not to its child",
                           journal->path);
    return journal->file < 0 ? stop(journal, error) : DRIFT_OK;
}

drift_status drift_journal_append(drift_journal *journal, drift_journal_kind kind,
                                  const char *payload, size_t payload_size, drift_error *error)
{
    uint8_t digest[DRIFT_JOURNAL_DIGEST_SIZE];
    drift_status status = ready(journal, error);
    if (status)
        return status;
    if (!payload || kind < DRIFT_JOURNAL_OPENED || kind > DRIFT_JOURNAL_RECOVERED ||
        payload_size > DRIFT_JOURNAL_MOST_PAYLOAD || !drift__json_is_object(payload, payload_size))
        return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT,
                           "a record is of a known kind, its payload a JSON object of at most %d "
                           "bytes",
                           DRIFT_JOURNAL_MOST_PAYLOAD);
    status = drift__journal_encode(journal, kind, payload, payload_size, digest, error);
    if (!status)
        status = write_record(journal, error);
    if (!status)
        drift__journal_accept(journal, digest);
    return status;
}

drift_status drift_journal_sync(drift_journal *journal, drift_error *error)
{
    drift_status status = ready(journal, error);
    if (status || !fdatasync(journal->file))
        return status;
    drift_buffer_reset(journal->bytes);
    return save_elsewhere(journal, error);
}

uint64_t drift_journal_records(const drift_journal *journal)
{
    return journal ? journal->records : 0;
}

drift_status drift_journal_digest(const drift_journal *journal, uint8_t *out_digest)
{
    if (!journal || !out_digest)
        return DRIFT_ERR_INVALID_ARGUMENT;
    memcpy(out_digest, journal->digest, DRIFT_JOURNAL_DIGEST_SIZE);
    return DRIFT_OK;
}

const char *drift_journal_quarantine(const drift_journal *journal)
{
    return journal ? journal->quarantine : NULL;
}
