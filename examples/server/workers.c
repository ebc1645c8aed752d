/* SPDX-License-Identifier: Apache-2.0
 *
 * workers.c: the parent of the worker processes. It has no other thread, so it may fork at any
 * time; it answers no request.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "http.h"
#include "worker.h"

enum { PATIENCE = 200 }; /* turns of a twentieth of a second */

typedef struct parent {
    const serve_config *config;
    watch watched;
    board *shared;
    int listener;
    uint64_t
        generation; /* that rows are compared with; the board's is ahead while workers follow */
    uint64_t restarted, lost;
    pid_t *workers;
} parent;

static void start(parent *own, unsigned index)
{
    fflush(stdout);
    pid_t started = fork();
    if (started == 0) {
        int code = worker_run(own->shared, index, own->listener, own->config);
        fflush(NULL);
        _exit(code);
    }
    own->workers[index] = started > 0 ? started : 0;
}

static void take(parent *own, const board_block *block)
{
    drift_error error = {{0}};
    drift_profile *rows = NULL;
    drift_status status = drift_profile_deserialize(block->bytes, block->size, NULL, &rows, &error);
    if (!status)
        status = drift_monitor_observe_profile(own->watched.monitor, rows, &error);
    if (status)
        fprintf(stderr, "serve: a block is left out: %s\n", error.message);
    drift_profile_destroy(rows);
}

/*
 * Blocks of the generation that rows are compared with; those of one that another announcement has
 * overtaken will never be compared. 1 = all workers are in the next.
 */
static int collect(parent *own, uint64_t announced)
{
    int followed = 1;
    for (unsigned k = 0; k < own->config->workers; k++) {
        board_block block;
        int entered = board_entered(own->shared, k) == announced || !own->workers[k];
        while (board_peek(own->shared, k, &block) &&
               (block.generation == own->generation || block.generation != announced)) {
            if (block.generation == own->generation)
                take(own, &block);
            else
                fprintf(stderr, "serve: a block of generation %llu, overtaken, is left out\n",
                        (unsigned long long)block.generation);
            board_take(own->shared, k);
        }
        followed = followed && entered;
    }
    return followed;
}

/* Compare the next generation's rows with its reference as soon as no row of the last is missing. */
static void gather(parent *own)
{
    char folder[PATH_MAX];
    uint64_t announced = board_generation(own->shared, folder);
    if (!collect(own, announced) || announced == own->generation)
        return;
    if (watch_rebase(&own->watched, folder) == 0)
        printf("serving generation %llu\n", (unsigned long long)announced);
    fflush(stdout);
    own->generation = announced;
    collect(own, announced);
}

static void replace_dead(parent *own, int ending)
{
    for (unsigned k = 0; k < own->config->workers; k++) {
        int code;
        if (own->workers[k] && waitpid(own->workers[k], &code, WNOHANG) == 0)
            continue;
        uint64_t lost = board_bury(own->shared, k);
        if (own->workers[k] && !ending)
            fprintf(stderr, "serve: worker %u died, and with it %llu rows\n", k,
                    (unsigned long long)lost);
        own->lost += lost;
        own->workers[k] = 0;
        if (ending)
            continue;
        own->restarted++;
        start(own, k);
    }
}

static void put_page(parent *own)
{
    static const char own_metrics[] =
        "# HELP serve_workers_restarted_total Workers that died and were replaced.\n"
        "# TYPE serve_workers_restarted_total counter\n"
        "serve_workers_restarted_total %llu\n"
        "# HELP serve_rows_lost_total Rows that workers had counted when they died.\n"
        "# TYPE serve_rows_lost_total counter\n"
        "serve_rows_lost_total %llu\n";
    size_t size = 0;
    char *text = watch_render(&own->watched, &size);
    char *longer = text ? realloc(text, size + sizeof(own_metrics) + 64) : NULL;
    if (longer) {
        size += (size_t)sprintf(longer + size, own_metrics, (unsigned long long)own->restarted,
                                (unsigned long long)own->lost);
        board_put_page(own->shared, longer, size);
    }
    free(longer ? longer : text);
}

static void turn(parent *own)
{
    gather(own);
    watch_poll(&own->watched);
    put_page(own);
}

static int alive(const parent *own)
{
    for (unsigned k = 0; k < own->config->workers; k++)
        if (own->workers[k])
            return 1;
    return 0;
}

static void signal_workers(const parent *own, int number)
{
    for (unsigned k = 0; k < own->config->workers; k++)
        if (own->workers[k])
            kill(own->workers[k], number);
}

static int supervise(parent *own)
{
    const struct timespec pause = {0, 50000000};
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    for (unsigned k = 0; k < own->config->workers; k++)
        start(own, k);
    while (sigtimedwait(&signals, NULL, &pause) < 0) {
        turn(own);
        replace_dead(own, 0);
        if (watch_retrained(&own->watched))
            board_announce(own->shared, own->watched.folder);
    }
    signal_workers(own, SIGTERM);
    for (int turns = 0; alive(own); turns++) {
        gather(own);
        nanosleep(&pause, NULL);
        replace_dead(own, 1);
        if (turns == PATIENCE)
            signal_workers(own, SIGKILL); /* one that stands still would keep us */
    }
    gather(own);
    return drift_monitor_finish(own->watched.monitor, NULL) == DRIFT_OK ? 0 : 1;
}

/* Blocks are profiles of a twentieth of a second; none is much larger than the reference. */
static size_t room(const watch *watched)
{
    size_t size = 0;
    drift_buffer *bytes = NULL;
    drift_profile *reference = generation_reference(watched->folder);
    if (reference && drift_buffer_create(NULL, &bytes) == DRIFT_OK &&
        drift_profile_serialize(reference, bytes, NULL) == DRIFT_OK)
        size = drift_buffer_size(bytes);
    drift_buffer_destroy(bytes);
    drift_profile_destroy(reference);
    return 4 * size + 262144;
}

int serve_workers(const serve_config *config)
{
    parent own = {.config = config, .listener = -1};
    unsigned port = 0;
    int code = 1;
    if (watch_open(&own.watched, &config->watch) == 0) {
        own.shared = board_create(config->workers, room(&own.watched));
        own.workers = calloc(config->workers, sizeof(*own.workers));
        own.listener = http_listen(config->port, &port);
    }
    if (own.shared && own.workers && own.listener >= 0) {
        printf("listening on port %u\n", port);
        own.generation = board_announce(own.shared, own.watched.folder);
        code = supervise(&own);
    }
    if (own.listener >= 0)
        close(own.listener);
    free(own.workers);
    board_destroy(own.shared);
    watch_close(&own.watched);
    return code;
}
