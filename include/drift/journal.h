/* SPDX-License-Identifier: Apache-2.0
 *
 * journal.h: a log that only grows, for those who ask later what was alarmed, from which
 * reference, under which rule. Each record carries the SHA-256 of the record before it and of
 * itself, so a record cannot be changed, taken out or moved without breaking the chain; who knows
 * the digest of one record from elsewhere can tell that nothing up to it was written anew.
 * Format: docs/format.md; what each failure means: docs/runbook.md.
 *
 * Thread rule: one thread at a time. One process at a time has a journal open for
 * appending (flock); the child of a fork may only destroy the handle. Reading needs no handle.
 */
#ifndef DRIFT_JOURNAL_H
#define DRIFT_JOURNAL_H

#include <drift/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The first four bytes of each record, hence of a journal. */
#define DRIFT_JOURNAL_MAGIC "DRjl"

enum {
    DRIFT_JOURNAL_DIGEST_SIZE = 32,      /* bytes of SHA-256 */
    DRIFT_JOURNAL_MOST_PAYLOAD = 1048576 /* bytes */
};

/** What a record tells. The numbers stand in the file. */
typedef enum drift_journal_kind {
    DRIFT_JOURNAL_OPENED = 1, /* monitoring began: digest of the reference, configuration */
    DRIFT_JOURNAL_ALERT =
        2, /* an incident opened: the alert, as drift_alert_render_json gives it */
    DRIFT_JOURNAL_INCIDENT = 3, /* it grew: the same */
    DRIFT_JOURNAL_RESOLVED = 4, /* it ended: the same */
    DRIFT_JOURNAL_REBASE = 5,   /* a new reference */
    DRIFT_JOURNAL_RESTART = 6,  /* monitoring went on in a new process */
    DRIFT_JOURNAL_SNAPSHOT = 7, /* the state was saved */
    DRIFT_JOURNAL_RECOVERED = 8 /* written by drift_journal_open where it had to repair */
} drift_journal_kind;

/** "alert"; "unknown" for a kind of a later version. Static storage. */
DRIFT_API const char *drift_journal_kind_name(drift_journal_kind kind);

/** What is wrong with a journal, at the first place where something is. */
typedef enum drift_journal_fault {
    DRIFT_JOURNAL_WHOLE = 0,
    /* A record at the end that is not complete, and none behind it: the process or the machine
     * stopped while it was written. It was never acknowledged. */
    DRIFT_JOURNAL_TORN = 1,
    DRIFT_JOURNAL_DAMAGED = 2,  /* a record whose bytes changed, with others behind it */
    DRIFT_JOURNAL_SEQUENCE = 3, /* records are missing, doubled or in another order */
    DRIFT_JOURNAL_CHAIN = 4,    /* the record does not belong to the one before it */
    DRIFT_JOURNAL_PAYLOAD = 5,  /* the payload is no JSON object */
    DRIFT_JOURNAL_FOREIGN = 6,  /* all records are whole, none has the digest that is known */
    DRIFT_JOURNAL_NONE = 7      /* the file is no journal */
} drift_journal_fault;

/** "torn". Static storage. */
DRIFT_API const char *drift_journal_fault_name(drift_journal_fault fault);

/** One record. Borrowed for the callback. Grows at its end. */
typedef struct drift_journal_record {
    uint64_t sequence; /* 1, 2, ... */
    int64_t time;      /* wall clock, microseconds since 1970 */
    uint32_t kind;     /* drift_journal_kind */
    uint32_t reserved;
    uint64_t offset;       /* of its first byte in the file */
    const char *payload;   /* JSON object, not terminated */
    size_t payload_size;   /* bytes */
    const uint8_t *digest; /* DRIFT_JOURNAL_DIGEST_SIZE bytes, of it and all records before it */
} drift_journal_record;

/** What was found. Set struct_size first. Grows at its end. */
typedef struct drift_journal_report {
    uint32_t struct_size;
    uint32_t fault;     /* drift_journal_fault */
    uint64_t records;   /* whole ones, from the first on; the broken one is the next */
    uint64_t offset;    /* bytes of these: where the broken one begins */
    uint64_t file_size; /* bytes */
    uint8_t first_digest[DRIFT_JOURNAL_DIGEST_SIZE]; /* zeros without records */
    uint8_t last_digest[DRIFT_JOURNAL_DIGEST_SIZE];
    char message[256]; /* the fault in words: record, byte, what was expected; else empty */
} drift_journal_report;

#define DRIFT_JOURNAL_REPORT_INIT {sizeof(drift_journal_report), 0, 0, 0, 0, {0}, {0}, ""}

typedef struct drift_journal_config {
    uint32_t struct_size;
    /* 0: append returns when the record is on the disk. 1: when the system has it: it survives
     * the end of the process, not a loss of power, until drift_journal_sync. */
    uint32_t buffered;
    drift_clock wall_clock; /* since 1970, the records' time; NULL = CLOCK_REALTIME */
    void *wall_clock_context;
    const drift_allocator *allocator;
} drift_journal_config;

#define DRIFT_JOURNAL_CONFIG_INIT {sizeof(drift_journal_config), 0, NULL, NULL, NULL}

typedef struct drift_journal drift_journal;

/**
 * Open `path` for appending, or create it with mode 0600. It must be a regular
 * file, no symbolic link. What is there is verified, O(bytes), and repaired:
 *
 * - TORN: the incomplete record is cut off.
 * - DAMAGED, SEQUENCE, CHAIN, PAYLOAD: nothing is cut. The file is moved to
 *   `path`.corrupt-N, N the first free number, and a new journal begins at `path`.
 * - NONE: DRIFT_ERR_CORRUPT, the file stays as it is.
 *
 * A repair is itself recorded, as RECOVERED. `out_report` (may be NULL) tells what was found
 * before the repair. When this returns, every record that is there is on the disk, in both modes.
 * DRIFT_ERR_BUSY where another handle appends to it, DRIFT_ERR_UNSUPPORTED for a later format,
 * DRIFT_ERR_IO where the system refuses. On failure nothing changed, but that a torn record may be cut,
 * a damaged file moved, or an empty one created. Owned by the caller.
 */
DRIFT_API drift_status drift_journal_open(const char *path, const drift_journal_config *config,
                                          drift_journal **out_journal,
                                          drift_journal_report *out_report, drift_error *error);
/** Closes the file. NULL is fine. */
DRIFT_API void drift_journal_destroy(drift_journal *journal);
/**
 * Add a record; `payload` is one JSON object of at most
 * DRIFT_JOURNAL_MOST_PAYLOAD bytes and 64 levels. DRIFT_OK acknowledges it: it
 * is on the disk (buffered: with the system), and no later failure takes it back.
 *
 * DRIFT_ERR_IO where it could not be written, a full disk for one: what was written of it is cut
 * off, and the next append may succeed. A failed fdatasync is not tried again: the descriptor is
 * given up and the whole journal is written to a new file, which takes the place of the old one;
 * where that works the record is acknowledged. Where it does not, and where a part of a
 * record cannot be cut off, the journal has failed: this and every later append answers DRIFT_ERR_IO with the
 * first reason; open it anew. DRIFT_ERR_UNSUPPORTED in the child of a fork.
 */
DRIFT_API drift_status drift_journal_append(drift_journal *journal, drift_journal_kind kind,
                                            const char *payload, size_t payload_size,
                                            drift_error *error);
/** Everything appended is on the disk when this returns DRIFT_OK. Fails as append does. */
DRIFT_API drift_status drift_journal_sync(drift_journal *journal, drift_error *error);
/** Records in the journal, the sequence number of the last one. */
DRIFT_API uint64_t drift_journal_records(const drift_journal *journal);
/**
 * Digest of the last record, DRIFT_JOURNAL_DIGEST_SIZE bytes, zeros without a record. Keep it
 * elsewhere, and nobody can write the past anew.
 */
DRIFT_API drift_status drift_journal_digest(const drift_journal *journal, uint8_t *out_digest);
/** Where open moved a damaged file; NULL where it had none. Borrowed until destroy. */
DRIFT_API const char *drift_journal_quarantine(const drift_journal *journal);

/** Called with each whole record in turn; anything but DRIFT_OK ends the reading with that status. */
typedef drift_status (*drift_journal_visit)(const drift_journal_record *record, void *context);

/**
 * Read and verify the journal `path` without changing it, O(bytes); it may be
 * open elsewhere. `visit` (may be NULL) sees the whole records before the first
 * fault. `known_digest` (may be NULL) is the digest of a record as told
 * earlier, by drift_journal_digest or a report: without it a chain that somebody made anew, of other records, is
 * whole. DRIFT_OK wherever the file could be read, a fault is told by `out_report`.
 * DRIFT_ERR_IO, DRIFT_ERR_NOT_FOUND for no such file, DRIFT_ERR_UNSUPPORTED for a later format,
 * DRIFT_ERR_OUT_OF_MEMORY.
 */
DRIFT_API drift_status drift_journal_read(const char *path, const uint8_t *known_digest,
                                          drift_journal_visit visit, void *context,
                                          const drift_allocator *allocator,
                                          drift_journal_report *out_report, drift_error *error);

#ifdef __cplusplus
}
#endif
#endif
