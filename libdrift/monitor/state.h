/* SPDX-License-Identifier: Apache-2.0
 *
 * state.h: what a monitor keeps on the disk, and when.
 */
#ifndef DRIFT_MONITOR_STATE_H
#define DRIFT_MONITOR_STATE_H

#include <drift/state.h>

#include "core/sha256.h"

typedef struct drift__state {
    drift_allocator allocator;
    drift_state_config config;
    drift_journal_config journal_config;
    char *path, *journal_path;
    drift_journal *journal; /* NULL = to be opened anew */
    drift_buffer *bytes;    /* of a snapshot */
    drift_buffer *text;     /* of a record */
    drift_buffer *waiting;  /* records the journal has not taken: kind as u8, payload as string */
    uint8_t first_reference[DRIFT__SHA256_SIZE], reference[DRIFT__SHA256_SIZE]; /* digests */
    uint64_t epoch;                            /* the journal knows of */
    uint64_t position;                         /* records of the journal that the monitor knows */
    uint8_t digest[DRIFT_JOURNAL_DIGEST_SIZE]; /* of the last of them */
    uint64_t tried_rows, tried_at;             /* of the last attempt to save; by the clock */
    drift_state_report report;
    drift_status failure; /* since the poll began */
    drift_error reason;
} drift__state;

/** Close the files; `state` may be NULL. */
void drift__state_close(drift__state *state);
/**
 * The three steps of a poll, none of which fails; without state none does anything.
 * Before alerts are delivered: what the journal did not take, then a snapshot, where it is needed.
 */
void drift__state_before(drift_monitor *monitor, int has_alerts);
/** One alert into the journal, right before its callback. */
void drift__state_record(drift_monitor *monitor, const drift_alert *alert);
/**
 * After: a record of a new reference, a snapshot if one is due. Returns what failed in any of the
 * steps.
 */
drift_status drift__state_after(drift_monitor *monitor, drift_error *error);

/** Append all that a snapshot of `monitor` holds. */
drift_status drift__state_encode(const drift_monitor *monitor, drift_buffer *out_bytes,
                                 drift_error *error);
/**
 * The same into a monitor with a state that has observed nothing, out of untrusted bytes.
 * DRIFT_ERR_INCOMPATIBLE, and nothing changed, for another reference or configuration; after
 * DRIFT_ERR_CORRUPT or DRIFT_ERR_OUT_OF_MEMORY the monitor has to be renewed.
 */
drift_status drift__state_decode(drift_monitor *monitor, const void *bytes, size_t size,
                                 drift_error *error);
/** DRIFT_ERR_INCOMPATIBLE where drift__state_decode would say so; changes nothing. */
drift_status drift__state_check(const drift_monitor *monitor, const void *bytes, size_t size,
                                drift_error *error);
/** SHA-256 of a reference, of any zstd the same. */
drift_status drift__state_digest(const drift_profile *reference,
                                 uint8_t out_digest[DRIFT__SHA256_SIZE]);
/** Append a JSON object of all in the configuration that decides about alerts. */
drift_status drift__state_configuration(const drift_monitor *monitor, drift_buffer *out_text);

/** What one record of the journal, made after the snapshot, says has been told. */
void drift__state_replay(drift_monitor *monitor, const drift_journal_record *record);

#endif
