/* SPDX-License-Identifier: Apache-2.0
 *
 * journal_record.h: the bytes of a journal's records, and the walk over them.
 */
#ifndef DRIFT_MONITOR_JOURNAL_RECORD_H
#define DRIFT_MONITOR_JOURNAL_RECORD_H

#include <drift/journal.h>

enum {
    DRIFT__RECORD_HEAD = 28, /* magic, format, kind, payload size, sequence, time */
    DRIFT__RECORD_TAIL = 40, /* digest, checksum */
    DRIFT__RECORD_AROUND = DRIFT__RECORD_HEAD + DRIFT__RECORD_TAIL,
    DRIFT__RECORD_MOST = DRIFT__RECORD_AROUND + DRIFT_JOURNAL_MOST_PAYLOAD
};

/**
 * Put the bytes of `record` (sequence, time, kind, payload) into `out_bytes`, in place of what
 * was there. `digest` is that of the record before it, zeros before the first, and becomes its own.
 */
drift_status drift__record_encode(const drift_journal_record *record,
                                  uint8_t digest[DRIFT_JOURNAL_DIGEST_SIZE],
                                  drift_buffer *out_bytes);
/** SHA-256 of the digest before, the header and the payload. */
void drift__record_digest(uint8_t digest[DRIFT_JOURNAL_DIGEST_SIZE], const uint8_t *bytes,
                          size_t payload_size);

/**
 * Walk over the first `size` bytes of `file` as drift_journal_read does; `name` is the path, for
 * messages. The bytes of a record that is visited begin DRIFT__RECORD_HEAD before its payload.
 */
drift_status drift__journal_scan(int file, uint64_t size, const char *name,
                                 const uint8_t *known_digest, drift_journal_visit visit,
                                 void *context, const drift_allocator *allocator,
                                 drift_journal_report *out_report, drift_error *error);
/** What of `report` fits into the caller's structure, which may be older; NULL is fine. */
void drift__journal_report_copy(drift_journal_report *out_report,
                                const drift_journal_report *report);

#endif
