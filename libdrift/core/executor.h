/* SPDX-License-Identifier: Apache-2.0
 *
 * executor.h: doing tasks side by side.
 */
#ifndef DRIFT_CORE_EXECUTOR_H
#define DRIFT_CORE_EXECUTOR_H

#include <drift/executor.h>

/** Do tasks 0 .. n - 1 and wait for all; on the calling thread where `executor` is NULL. */
void drift__execute(drift_executor *executor, size_t n, drift_task task, void *context);

#endif
