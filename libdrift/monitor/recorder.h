/* SPDX-License-Identifier: Apache-2.0
 *
 * recorder.h: the inside of a recorder, and how a monitor collects from it.
 */
#ifndef DRIFT_MONITOR_RECORDER_H
#define DRIFT_MONITOR_RECORDER_H

#include <drift/recorder.h>

#include "monitor/epoch.h"
#include "monitor/handover.h"
#include "profile/shard.h"

enum { DRIFT__CACHE_LINE = 64 };

/** Where rows are counted: a shard of a reference, and how values become slots of it. */
typedef struct drift__counter {
    const drift__epoch *epoch; /* whose reference; the reader's to read, whoever has the buffer */
    drift_profile *shard;
    drift__coder coder;
} drift__counter;

/** What one side owns at a time. */
typedef struct drift__buffer {
    drift__counter *counter;
    drift__ring ring;
} drift__buffer;

struct drift_recorder {
    drift__handover handover;
    char apart[DRIFT__CACHE_LINE]; /* what the reader writes lies elsewhere */
    drift__buffer buffers[2];
    size_t n_columns;
    drift__counter *spares[2]; /* of the reader: of a later epoch than the buffers that get them */
    size_t n_spares;
    drift_value *row;                   /* of a batch */
    const drift_column **sources;       /* of a batch; NULL = absent */
    const drift_table *table;           /* whose sources they are */
    uint64_t collected;                 /* rows the reader has got */
    _Atomic uint64_t room;              /* rows the buffer in turn may hold */
    _Atomic uint64_t observed, dropped; /* written by the writer, but for rows of the dead */
    _Atomic uint32_t generation;        /* drift__fork_generation of its counts */
    _Atomic uint32_t taken;             /* belongs to a thread */
    uint64_t window_rows;
    drift_recorder *next;      /* of the monitor; never changes */
    drift_allocator allocator; /* the monitor's */
};

/** Recorder over shards of the reference of `epoch`, in use. */
drift_status drift__recorder_create(const drift__epoch *epoch, uint64_t window_rows,
                                    const drift_allocator *allocator, drift_recorder **out_recorder,
                                    drift_error *error);
void drift__recorder_free(drift_recorder *recorder);
/** In a child: forget what the parent observed. By the thread that uses the recorder. */
void drift__recorder_renew(drift_recorder *recorder);
/** Claim a recorder that no thread uses; 0 where one does. */
int drift__recorder_adopt(drift_recorder *recorder);
/**
 * The older buffer with all of its rows counted; it is the caller's until drift__recorder_return.
 * NULL where there are neither rows nor spares for it, or the writer is at work on it.
 */
const drift__counter *drift__recorder_take(drift_recorder *recorder);
/** Empty the buffer taken and give it back, with a spare counter where its own is of an older epoch. */
void drift__recorder_return(drift_recorder *recorder);
/**
 * Have as many spares of `epoch` as there are buffers of others: drift__recorder_return needs no
 * memory then. DRIFT_ERR_OUT_OF_MEMORY changes nothing.
 */
drift_status drift__recorder_prepare(drift_recorder *recorder, const drift__epoch *epoch);
/** Free the spares. */
void drift__recorder_drop_spares(drift_recorder *recorder);
/** 1 where it counts against the reference of `epoch`. */
int drift__recorder_uses(const drift_recorder *recorder, const drift__epoch *epoch);

#endif
