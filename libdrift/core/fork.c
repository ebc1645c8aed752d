/* SPDX-License-Identifier: Apache-2.0
 *
 * fork.c: counting forks from the inside of the child.
 */
#include "core/fork.h"

#include <pthread.h>
#include <stdatomic.h>

static _Atomic uint32_t generation;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void count_fork(void)
{
    atomic_fetch_add_explicit(&generation, 1, memory_order_relaxed);
}

static void watch(void)
{
    pthread_atfork(NULL, NULL, count_fork);
}

uint32_t drift__fork_watch(void)
{
    pthread_once(&once, watch);
    return drift__fork_generation();
}

uint32_t drift__fork_generation(void)
{
    return atomic_load_explicit(&generation, memory_order_relaxed);
}
