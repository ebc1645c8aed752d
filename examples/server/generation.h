/* SPDX-License-Identifier: Apache-2.0
 *
 * generation.h: what one training made, a model and its reference, and its replacement by the next
 * while requests are answered: one in flight ends with the generation it began with.
 */
#ifndef EXAMPLES_SERVER_GENERATION_H
#define EXAMPLES_SERVER_GENERATION_H

#include <drift/drift.h>
#include <pthread.h>

#include "model.h"

typedef struct generation {
    uint64_t number; /* from 1 */
    model *model;
    /* Of a worker process: rows since its last block, counted against the reference. */
    pthread_mutex_t counting;
    drift_profile *rows, *spare;
} generation;

/* model.json of `folder`, with `counting` also reference.drift. NULL after a message. */
generation *generation_open(const char *folder, uint64_t number, int counting);
void generation_close(generation *closed);
/* The reference in `folder`; NULL after a message. */
drift_profile *generation_reference(const char *folder);

/* The generation that answers. Any thread holds and releases, one replaces. */
typedef struct serving {
    pthread_mutex_t lock;
    pthread_cond_t released;
    unsigned turn;
    generation *generations[2];
    unsigned long holders[2];
} serving;

#define SERVING_INIT {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, {NULL, NULL}, {0, 0}}

generation *serving_hold(serving *served, unsigned *out_turn);
void serving_release(serving *served, unsigned turn);
/* From now on `next` is held. Returns the one before as soon as nobody holds it; the caller's. */
generation *serving_replace(serving *served, generation *next);

#endif
