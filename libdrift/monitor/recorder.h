/* SPDX-License-Identifier: Apache-2.0
 *
 * recorder.h: the inside of a recorder, and how a monitor collects from it.
 */
#ifndef DRIFT_MONITOR_RECORDER_H
#define DRIFT_MONITOR_RECORDER_H

#include <drift/recorder.h>

#include "monitor/handover.h"
#include "profile/shard.h"

enum { DRIFT__CACHE_LINE = 64 };

/** What one side owns at a time. */
typedef struct drift__buffer {
    drift_profile *shard;
    drift__ring ring;
} drift__buffer;

struct drift_recorder {
    drift__handover handover;
    char apart[DRIFT__CACHE_LINE]; /* what the reader writes lies elsewhere */
    drift__buffer buffers[2];
    drift__coder coder;
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

/** Recorder over shards of `reference`, in use. */
drift_status drift__recorder_create(const drift_profile *reference, uint64_t window_rows,
                                    const drift_allocator *allocator, drift_recorder **out_recorder,
                                    drift_error *error);
void drift__recorder_free(drift_recorder *recorder);
/** 1 where its counts were made in this process. */
int drift__recorder_is_current(const drift_recorder *recorder);
/** In a child: forget what the parent observed. By the thread that uses the recorder. */
void drift__recorder_renew(drift_recorder *recorder);
/** Claim a recorder that no thread uses; 0 where one does. */
int drift__recorder_adopt(drift_recorder *recorder);
/**
 * The shard of the older buffer, with all of its rows counted; it is the caller's until
 * drift__recorder_return. NULL where there are no rows, or the writer is at work on them.
 */
drift_profile *drift__recorder_take(drift_recorder *recorder);
/** Empty the buffer taken and give it back. */
void drift__recorder_return(drift_recorder *recorder);

#endif
