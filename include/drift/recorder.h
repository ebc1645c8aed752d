/* SPDX-License-Identifier: Apache-2.0
 *
 * recorder.h: the way of rows into a monitor from the threads that serve.
 *
 * Each serving thread has a recorder of its own. Observing a row takes no
 * memory and no lock, makes no system call, and never waits: the row goes into a ring, and
 * a full ring is counted column by column. drift_monitor_poll, on whatever thread,
 * collects the counts; it never waits for a recorder either, whether its thread is
 * idle, stopped or dead.
 *
 * Thread rule: one thread at a time for each recorder, which may be another one later; all
 * recorders side by side, and beside everything that is done to the monitor except its
 * destruction. A signal handler may observe too: where it interrupts the same recorder, its
 * row is dropped and counted.
 *
 * A child of fork() has the recorders of its parent, empty, and its monitor begins anew: no
 * rows, windows or alerts of the parent. What the parent observed counts there only.
 */
#ifndef DRIFT_RECORDER_H
#define DRIFT_RECORDER_H

#include <drift/base.h>
#include <drift/monitor.h>
#include <drift/table.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct drift_recorder drift_recorder;

/**
 * A recorder for the calling thread, one that another thread has given back or a new one. Any
 * thread may ask at any time; the monitor's allocator is called from it. It belongs to the
 * monitor, and ends with it at the latest. DRIFT_ERR_UNSUPPORTED where that has detectors
 * (drift_monitor_add_detector).
 */
DRIFT_API drift_status drift_monitor_recorder(drift_monitor *monitor, drift_recorder **out_recorder,
                                              drift_error *error);
/**
 * The recorder is not used any more; what it holds will be collected, and another thread may get
 * it. May be called on behalf of a thread that has ended, even inside observe: the row it was
 * in, or all rows of the buffer where it died while counting them, are dropped and counted.
 */
DRIFT_API void drift_recorder_destroy(drift_recorder *recorder);
/**
 * Observe one row: `n` values in the order of the reference's columns. Work is bounded by the
 * columns and the bytes of the texts. Where a window's worth of rows waits for a poll and
 * another has filled up, the row is dropped and counted. DRIFT_ERR_INVALID_ARGUMENT, and nothing
 * observed, for another number of values or a text without bytes.
 *
 * Of names the reference did not name, a window keeps 64 a column, those with the smallest
 * hashes, and counts the rest together; one longer than 63 bytes is kept as its beginning and a hash.
 */
DRIFT_API drift_status drift_recorder_observe(drift_recorder *recorder, const drift_value *values,
                                              size_t n);
/**
 * Observe the rows of a table one after the other; columns are matched by name. One that the
 * table lacks is missing, one that the reference lacks is ignored. Takes no memory either.
 * DRIFT_ERR_INVALID_ARGUMENT, and nothing observed, for a table that cannot be read.
 */
DRIFT_API drift_status drift_recorder_observe_batch(drift_recorder *recorder,
                                                    const drift_table *table, drift_error *error);
/** Rows observed, and dropped, through this recorder. Any thread may ask. */
DRIFT_API uint64_t drift_recorder_rows(const drift_recorder *recorder);
DRIFT_API uint64_t drift_recorder_dropped(const drift_recorder *recorder);

#ifdef __cplusplus
}
#endif
#endif
