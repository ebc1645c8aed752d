/* SPDX-License-Identifier: Apache-2.0
 *
 * handover.h: two buffers between one writer and one reader, neither of which
 * ever waits for the other. It is a double buffer with an epoch, as in HdrHistogram's
 * writer-reader phaser, except that whoever finds the writer outside flips, so that an
 * idle, stopped or dead writer holds nobody up.
 *
 * `turn` is twice the epoch, plus 1 while the writer is inside. The buffer of
 * epoch e is number e & 1. `returned` counts the buffers the reader gave back: where
 * it is the epoch, the other buffer is free; where it is one less, the reader's.
 * Only the writer changes `turn` while it is inside; outside the reader may. Each
 * buffer passes from hand to hand by a store that releases it and a load that acquires it.
 * tests/test_handover.c goes through every interleaving of these functions.
 */
#ifndef DRIFT_MONITOR_HANDOVER_H
#define DRIFT_MONITOR_HANDOVER_H

#include <stdatomic.h>
#include <stdint.h>

typedef struct drift__handover {
    _Atomic uint64_t turn;
    _Atomic uint64_t returned; /* written by the reader */
    _Atomic uint32_t wanted;   /* the reader came while the writer was inside */
} drift__handover;

enum { DRIFT__NO_BUFFER = -1 };

/** All zero is the beginning; this begins again. Neither side may be at work. */
static inline void drift__handover_reset(drift__handover *h)
{
    atomic_store_explicit(&h->turn, 0, memory_order_relaxed);
    atomic_store_explicit(&h->returned, 0, memory_order_relaxed);
    atomic_store_explicit(&h->wanted, 0, memory_order_relaxed);
}

/**
 * Writer: the buffer to write to until drift__handover_leave; DRIFT__NO_BUFFER where the
 * writer is inside already: a signal handler interrupted it.
 */
static inline int drift__handover_enter(drift__handover *h)
{
    if (atomic_fetch_or_explicit(&h->turn, 1, memory_order_acquire) & 1)
        return DRIFT__NO_BUFFER;
    return (int)(atomic_load_explicit(&h->turn, memory_order_relaxed) >> 1 & 1);
}

/** Writer, inside: 1 where the reader asked for the buffer. */
static inline int drift__handover_is_wanted(drift__handover *h)
{
    return (int)atomic_load_explicit(&h->wanted, memory_order_relaxed);
}

/** Writer, inside: give the buffer to the reader and get the other; DRIFT__NO_BUFFER if not free. */
static inline int drift__handover_switch(drift__handover *h)
{
    uint64_t turn = atomic_load_explicit(&h->turn, memory_order_relaxed);
    if (atomic_load_explicit(&h->returned, memory_order_acquire) != turn >> 1)
        return DRIFT__NO_BUFFER;
    atomic_store_explicit(&h->wanted, 0, memory_order_relaxed);
    atomic_store_explicit(&h->turn, turn + 2, memory_order_release);
    return (int)((turn + 2) >> 1 & 1);
}

/** Writer: done for now. */
static inline void drift__handover_leave(drift__handover *h)
{
    uint64_t turn = atomic_load_explicit(&h->turn, memory_order_relaxed);
    atomic_store_explicit(&h->turn, turn & ~UINT64_C(1), memory_order_release);
}

/**
 * Reader: the older buffer, the reader's until drift__handover_return; DRIFT__NO_BUFFER where the
 * writer is inside it: it will give it up when it enters next. At most two attempts.
 */
static inline int drift__handover_take(drift__handover *h)
{
    uint64_t returned = atomic_load_explicit(&h->returned, memory_order_relaxed);
    uint64_t turn = atomic_load_explicit(&h->turn, memory_order_acquire);
    for (int attempt = 0; attempt < 2; attempt++) {
        if (turn >> 1 != returned)
            return (int)(returned & 1);
        if (turn & 1)
            break;
        if (atomic_compare_exchange_strong_explicit(&h->turn, &turn, turn + 2, memory_order_acq_rel,
                                                    memory_order_acquire))
            return (int)(returned & 1);
    }
    if (turn >> 1 != returned)
        return (int)(returned & 1);
    atomic_store_explicit(&h->wanted, 1, memory_order_relaxed);
    return DRIFT__NO_BUFFER;
}

/** Reader: the buffer taken is empty again. */
static inline void drift__handover_return(drift__handover *h)
{
    uint64_t returned = atomic_load_explicit(&h->returned, memory_order_relaxed);
    atomic_store_explicit(&h->returned, returned + 1, memory_order_release);
}

#endif
