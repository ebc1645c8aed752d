/* SPDX-License-Identifier: Apache-2.0
 *
 * worker.c: requests are counted into one of two profiles; the main thread takes it away full
 * and leaves the empty one, so that no request waits while a block is written.
 */
#include "worker.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>

#include "http.h"

static const struct timespec tick = {0, 50000000};
enum { PATIENCE = 100 }; /* ticks in which a parent that ends us takes our last blocks */

typedef struct worker {
    board *shared;
    unsigned index;
    uint64_t refused; /* generation that could not be opened */
    int ending;       /* SIGTERM has come */
    http_service service;
    drift_buffer *bytes;
} worker;

static void observe(void *context, generation *held, const drift_value *values)
{
    const worker *own = context;
    board_count(own->shared, own->index); /* first, so that no block holds more than was counted */
    pthread_mutex_lock(&held->counting);
    drift_profile_update_row(held->rows, values, OBSERVED);
    pthread_mutex_unlock(&held->counting);
}

static char *page(void *context, size_t *out_size)
{
    const worker *own = context;
    return board_copy_page(own->shared, out_size);
}

/* 0 where all rows of `counted` are on the board; -1 where no block is empty yet. */
static int publish(const worker *own, generation *counted)
{
    drift_error error = {{0}};
    if (!counted->rows)
        return 0;
    if (board_full(own->shared, own->index))
        return -1;
    pthread_mutex_lock(&counted->counting);
    drift_profile *full = counted->rows;
    counted->rows = counted->spare;
    counted->spare = full;
    pthread_mutex_unlock(&counted->counting);
    uint64_t rows = drift_profile_rows(full);
    if (rows == 0)
        return 0;
    drift_buffer_reset(own->bytes);
    if (drift_profile_serialize(full, own->bytes, &error) != DRIFT_OK ||
        board_write(own->shared, own->index, drift_buffer_data(own->bytes),
                    drift_buffer_size(own->bytes), rows))
        fprintf(stderr, "serve: %llu rows found no room %s\n", (unsigned long long)rows,
                error.message);
    drift_profile_reset(full);
    return 0;
}

/* After a tick, or sooner: 1 once SIGTERM has come. */
static int is_ending(worker *own)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    if (own->ending)
        nanosleep(&tick, NULL);
    else
        own->ending = sigtimedwait(&signals, NULL, &tick) > 0;
    return own->ending;
}

/* 0 where all rows of `counted` are on the board; -1 where we end and no parent takes blocks. */
static int publish_all(worker *own, generation *counted)
{
    for (int tries = 0; publish(own, counted); tries += is_ending(own))
        if (tries == PATIENCE)
            return -1;
    return 0;
}

/* Rows of the old generation are on the board before the first of the new one; -1: they never will. */
static int follow(worker *own)
{
    char folder[PATH_MAX];
    uint64_t number = board_generation(own->shared, folder);
    serving *served = &own->service.serving;
    if (number == served->generations[served->turn]->number || number == own->refused)
        return 0;
    generation *next = generation_open(folder, number, own->service.observe != NULL);
    if (!next) {
        own->refused = number;
        return 0;
    }
    generation *last = serving_replace(served, next);
    int status = publish_all(own, last);
    if (!status)
        board_enter(own->shared, own->index, number);
    generation_close(last);
    return status;
}

static int serve(worker *own, int listener, unsigned threads)
{
    int status = 0;
    serving *served = &own->service.serving;
    struct MHD_Daemon *daemon = http_start(&own->service, listener, threads);
    if (!daemon)
        return 1;
    while (!status && !is_ending(own)) {
        publish(own, served->generations[served->turn]);
        status = follow(own);
    }
    http_stop(daemon);
    if (!status)
        publish_all(own, served->generations[served->turn]);
    return 0;
}

int worker_run(board *shared, unsigned index, int listener, const serve_config *config)
{
    char folder[PATH_MAX];
    worker own = {shared, index, 0, 0, {SERVING_INIT, NULL, NULL, &own}, NULL};
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (!config->unobserved) {
        own.service.observe = observe;
        own.service.metrics = page;
    }
    uint64_t number = board_generation(shared, folder);
    generation *first = generation_open(folder, number, !config->unobserved);
    if (!first || drift_buffer_create(NULL, &own.bytes) != DRIFT_OK)
        return 1;
    own.service.serving.generations[0] = first;
    board_enter(shared, index, number);
    int code = serve(&own, listener, config->threads);
    generation_close(own.service.serving.generations[own.service.serving.turn]);
    drift_buffer_destroy(own.bytes);
    return code;
}
