/* SPDX-License-Identifier: Apache-2.0
 *
 * journal_state.h: the inside of a journal that is open for appending.
 */
#ifndef DRIFT_MONITOR_JOURNAL_STATE_H
#define DRIFT_MONITOR_JOURNAL_STATE_H

#include "monitor/journal_record.h"

struct drift_journal {
    drift_allocator allocator;
    drift_journal_config config;
    char *path, *quarantine; /* quarantine: NULL = none */
    int file;                /* -1 once it has failed */
    uint32_t generation;     /* drift__fork_generation of the process that opened it */
    uint64_t records, size;  /* bytes that whole records fill */
    uint8_t digest[DRIFT_JOURNAL_DIGEST_SIZE];
    drift_buffer *bytes; /* of the record in hand */
    drift_error failure; /* why it has failed */
};

/** flock; DRIFT_ERR_BUSY where another handle has it. */
drift_status drift__journal_lock(int file, const char *path, drift_error *error);
/** Encode a record of now into `bytes`; `out_digest` is its digest. */
drift_status drift__journal_encode(drift_journal *journal, drift_journal_kind kind,
                                   const char *payload, size_t payload_size,
                                   uint8_t out_digest[DRIFT_JOURNAL_DIGEST_SIZE],
                                   drift_error *error);
/** The record in `bytes` is part of the journal from now on. */
void drift__journal_accept(drift_journal *journal, const uint8_t digest[DRIFT_JOURNAL_DIGEST_SIZE]);
/**
 * Write the acknowledged records, verified once more, and what is in `bytes` to a new file on
 * which the journal goes on. The old one becomes `previous` (NULL: is lost). When this fails
 * the old file is still the journal's, unless `failure` is set: then the journal must stop.
 */
drift_status drift__journal_rewrite(drift_journal *journal, const char *previous,
                                    drift_error *error);
/**
 * What open does about `report`; leaves a journal that is whole and on the disk. `last` is where
 * the last whole record begins.
 */
drift_status drift__journal_repair(drift_journal *journal, const drift_journal_report *report,
                                   uint64_t last, drift_error *error);

#endif
