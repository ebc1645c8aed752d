/* SPDX-License-Identifier: Apache-2.0
 *
 * clock.h: the host's clock, or the system's.
 */
#ifndef DRIFT_MONITOR_CLOCK_H
#define DRIFT_MONITOR_CLOCK_H

#include <drift/base.h>

#include <time.h>

/** Nanoseconds by `clock`; NULL = the system's clock `otherwise`. */
uint64_t drift__clock_read(drift_clock clock, void *context, clockid_t otherwise);

#endif
