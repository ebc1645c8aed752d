/* SPDX-License-Identifier: Apache-2.0
 *
 * journal_record.c: one record as bytes. The digest links it to all before
 * it (hash chain: Haber & Stornetta 1991); the checksum tells a whole record
 * without knowing any other.
 */
#include "monitor/journal_record.h"

#include <string.h>

#include "core/bytes.h"
#include "core/sha256.h"

const char *drift_journal_kind_name(drift_journal_kind kind)
{
    static const char *const names[] = {
        [DRIFT_JOURNAL_OPENED] = "opened",     [DRIFT_JOURNAL_ALERT] = "alert",
        [DRIFT_JOURNAL_INCIDENT] = "incident", [DRIFT_JOURNAL_RESOLVED] = "resolved",
        [DRIFT_JOURNAL_REBASE] = "rebase",     [DRIFT_JOURNAL_RESTART] = "restart",
        [DRIFT_JOURNAL_SNAPSHOT] = "snapshot", [DRIFT_JOURNAL_RECOVERED] = "recovered"};
    size_t index = (size_t)kind;
    return index < sizeof names / sizeof *names && names[index] ? names[index] : "unknown";
}

const char *drift_journal_fault_name(drift_journal_fault fault)
{
    static const char *const names[] = {
        [DRIFT_JOURNAL_WHOLE] = "whole",     [DRIFT_JOURNAL_TORN] = "torn",
        [DRIFT_JOURNAL_DAMAGED] = "damaged", [DRIFT_JOURNAL_SEQUENCE] = "sequence",
        [DRIFT_JOURNAL_CHAIN] = "chain",     [DRIFT_JOURNAL_PAYLOAD] = "payload",
        [DRIFT_JOURNAL_FOREIGN] = "foreign", [DRIFT_JOURNAL_NONE] = "none"};
    size_t index = (size_t)fault;
    return index < sizeof names / sizeof *names ? names[index] : "unknown";
}

void drift__record_digest(uint8_t digest[DRIFT_JOURNAL_DIGEST_SIZE], const uint8_t *bytes,
                          size_t payload_size)
{
    drift__sha256 hash;
    drift__sha256_begin(&hash);
    drift__sha256_add(&hash, digest, DRIFT_JOURNAL_DIGEST_SIZE);
    drift__sha256_add(&hash, bytes, DRIFT__RECORD_HEAD + payload_size);
    drift__sha256_end(&hash, digest);
}

drift_status drift__record_encode(const drift_journal_record *record,
                                  uint8_t digest[DRIFT_JOURNAL_DIGEST_SIZE],
                                  drift_buffer *out_bytes)
{
    drift__writer writer = {out_bytes, DRIFT_OK};
    uint8_t own[DRIFT_JOURNAL_DIGEST_SIZE];
    drift_buffer_reset(out_bytes);
    drift__write_bytes(&writer, DRIFT_JOURNAL_MAGIC, 4);
    drift__write_u32(&writer, 1u | record->kind << 8);
    drift__write_u32(&writer, (uint32_t)record->payload_size);
    drift__write_u64(&writer, record->sequence);
    drift__write_u64(&writer, (uint64_t)record->time);
    drift__write_bytes(&writer, record->payload, record->payload_size);
    if (writer.status)
        return writer.status;
    memcpy(own, digest, sizeof own);
    drift__record_digest(own, drift_buffer_data(out_bytes), record->payload_size);
    drift__write_bytes(&writer, own, sizeof own);
    if (!writer.status)
        drift__write_u64(
            &writer, drift__checksum(drift_buffer_data(out_bytes), drift_buffer_size(out_bytes)));
    if (!writer.status)
        memcpy(digest, own, sizeof own);
    return writer.status;
}
