/* SPDX-License-Identifier: Apache-2.0
 *
 * executor.h: who does work that can be done side by side. The library starts
 * no thread by itself: it works on the calling thread unless a profile or a
 * reader is given an executor, made here or lent by the host. Results are the same
 * bytes whatever the number of threads.
 *
 * Thread rule: any number of threads may use one executor; while it works for
 * one of them, the others do their tasks themselves.
 */
#ifndef DRIFT_EXECUTOR_H
#define DRIFT_EXECUTOR_H

#include <drift/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct drift_executor drift_executor;

/** One piece of work, number `index`. */
typedef void (*drift_task)(void *context, size_t index);
/**
 * Calls task(context, 0) ... task(context, n - 1), each once, in any order and
 * on any threads, and returns when all have ended.
 */
typedef void (*drift_run_tasks)(void *host, size_t n, drift_task task, void *context);

/**
 * An executor of `threads` threads, the calling one among them; 0 = one for
 * each processor this process may use. DRIFT_ERR_IO where they cannot be started. Owned by the
 * caller; must outlive the profiles and readers it is given to.
 */
DRIFT_API drift_status drift_executor_create(uint32_t threads, const drift_allocator *allocator,
                                             drift_executor **out_executor, drift_error *error);
/** An executor that hands everything to the host's `run`, called with `host`. Owned by the caller. */
DRIFT_API drift_status drift_executor_create_host(drift_run_tasks run, void *host,
                                                  const drift_allocator *allocator,
                                                  drift_executor **out_executor,
                                                  drift_error *error);
/** Ends its threads. Nothing may be running on it. */
DRIFT_API void drift_executor_destroy(drift_executor *executor);
/** Its threads, the calling one among them; 0 for one of the host's. */
DRIFT_API uint32_t drift_executor_threads(const drift_executor *executor);

#ifdef __cplusplus
}
#endif

#endif
