/* SPDX-License-Identifier: Apache-2.0
 *
 * executor.c: a few threads that wait for work. A job is a counter from which
 * every thread takes the next task; who posts a job takes part in it. A second
 * caller does not wait for the first: it does its tasks itself.
 */
#include "core/executor.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#include "core/error.h"
#include "core/memory.h"

enum { MOST_THREADS = 1024 };

typedef struct job {
    drift_task task;
    void *context;
    size_t n;
    atomic_size_t next;
} job;

struct drift_executor {
    drift_allocator allocator;
    drift_run_tasks run; /* the host's, or NULL */
    void *host;
    pthread_t *threads;
    uint32_t started;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t posted, ended;
    job *now;           /* NULL: nothing to do */
    uint64_t round;     /* counts jobs, so that a thread enters each once */
    uint32_t inside;    /* threads at work on `now` */
    int busy, stopping; /* busy: somebody's job is posted */
};

static void take_part(job *now)
{
    for (;;) {
        size_t index = atomic_fetch_add_explicit(&now->next, 1, memory_order_relaxed);
        if (index >= now->n)
            return;
        now->task(now->context, index);
    }
}

static void *work(void *argument)
{
    drift_executor *executor = argument;
    uint64_t seen = 0;
    pthread_mutex_lock(&executor->lock);
    for (;;) {
        while (!executor->stopping && (!executor->now || executor->round == seen))
            pthread_cond_wait(&executor->posted, &executor->lock);
        if (executor->stopping)
            break;
        job *now = executor->now;
        seen = executor->round;
        executor->inside++;
        pthread_mutex_unlock(&executor->lock);
        take_part(now);
        pthread_mutex_lock(&executor->lock);
        if (--executor->inside == 0)
            pthread_cond_signal(&executor->ended);
    }
    pthread_mutex_unlock(&executor->lock);
    return NULL;
}

static drift_status allocate(const drift_allocator *allocator, drift_executor **out_executor)
{
    drift_allocator memory = drift__allocator(allocator);
    drift_executor *executor = drift__allocate_zero(&memory, 1, sizeof *executor);
    if (!executor)
        return DRIFT_ERR_OUT_OF_MEMORY;
    executor->allocator = memory;
    pthread_mutex_init(&executor->lock, NULL);
    pthread_cond_init(&executor->posted, NULL);
    pthread_cond_init(&executor->ended, NULL);
    *out_executor = executor;
    return DRIFT_OK;
}

static uint32_t processors(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set))
        return 1;
    int n = CPU_COUNT(&set);
    return n < 1 ? 1 : n > MOST_THREADS ? MOST_THREADS : (uint32_t)n;
}

drift_status drift_executor_create(uint32_t threads, const drift_allocator *allocator,
                                   drift_executor **out_executor, drift_error *error)
{
    drift_executor *executor;
    if (!out_executor)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    if (threads > MOST_THREADS)
        return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT,
                           "an executor has at most %d threads, not %u", (int)MOST_THREADS,
                           (unsigned)threads);
    drift_status status = allocate(allocator, &executor);
    if (status)
        return drift__fail_status(error, status);
    uint32_t wanted = (threads ? threads : processors()) - 1;
    executor->threads = drift__allocate(&executor->allocator, wanted, sizeof *executor->threads);
    if (!executor->threads) {
        drift_executor_destroy(executor);
        return drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    }
    while (executor->started < wanted) {
        if (pthread_create(&executor->threads[executor->started], NULL, work, executor)) {
            drift_executor_destroy(executor);
            return drift__fail(error, DRIFT_ERR_IO, "the system does not start %u threads",
                               (unsigned)wanted);
        }
        executor->started++;
    }
    *out_executor = executor;
    return DRIFT_OK;
}

drift_status drift_executor_create_host(drift_run_tasks run, void *host,
                                        const drift_allocator *allocator,
                                        drift_executor **out_executor, drift_error *error)
{
    if (!run || !out_executor)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    drift_executor *executor;
    drift_status status = allocate(allocator, &executor);
    if (status)
        return drift__fail_status(error, status);
    executor->run = run;
    executor->host = host;
    *out_executor = executor;
    return DRIFT_OK;
}

void drift_executor_destroy(drift_executor *executor)
{
    if (!executor)
        return;
    pthread_mutex_lock(&executor->lock);
    executor->stopping = 1;
    pthread_cond_broadcast(&executor->posted);
    pthread_mutex_unlock(&executor->lock);
    for (uint32_t i = 0; i < executor->started; i++)
        pthread_join(executor->threads[i], NULL);
    pthread_cond_destroy(&executor->ended);
    pthread_cond_destroy(&executor->posted);
    pthread_mutex_destroy(&executor->lock);
    drift_allocator memory = executor->allocator;
    drift__release(&memory, executor->threads);
    drift__release(&memory, executor);
}

uint32_t drift_executor_threads(const drift_executor *executor)
{
    return executor->run ? 0 : executor->started + 1;
}

/* 1 where the job could be posted; then `finish` must follow. */
static int post(drift_executor *executor, job *now)
{
    pthread_mutex_lock(&executor->lock);
    int free = !executor->busy;
    if (free) {
        executor->busy = 1;
        executor->now = now;
        executor->round++;
        pthread_cond_broadcast(&executor->posted);
    }
    pthread_mutex_unlock(&executor->lock);
    return free;
}

/* Nobody may enter the job any more, and who is inside leaves it. */
static void finish(drift_executor *executor)
{
    pthread_mutex_lock(&executor->lock);
    executor->now = NULL;
    while (executor->inside)
        pthread_cond_wait(&executor->ended, &executor->lock);
    executor->busy = 0;
    pthread_mutex_unlock(&executor->lock);
}

void drift__execute(drift_executor *executor, size_t n, drift_task task, void *context)
{
    if (executor && executor->run && n) {
        executor->run(executor->host, n, task, context);
        return;
    }
    job now = {task, context, n, 0};
    int posted = executor && executor->started && n > 1 && post(executor, &now);
    take_part(&now);
    if (posted)
        finish(executor);
}
