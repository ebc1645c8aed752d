/* SPDX-License-Identifier: Apache-2.0
 *
 * fork.h: is this still the process that made an object? Told by a counter
 * that the child of a fork raises before it runs anything else, so that asking costs a
 * load and no system call (POSIX, pthread_atfork).
 */
#ifndef DRIFT_CORE_FORK_H
#define DRIFT_CORE_FORK_H

#include <stdint.h>

/** How many forks lie between the first process that asked and this one; from now on they are counted. */
uint32_t drift__fork_watch(void);
/** The same, once somebody watches. Async-signal-safe. */
uint32_t drift__fork_generation(void);

#endif
