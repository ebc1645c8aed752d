/* SPDX-License-Identifier: Apache-2.0
 *
 * test_generation.c: who holds a generation keeps it; who comes later gets the next.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "generation.h"

enum { THREADS = 4, REPLACEMENTS = 2000 };

#define CHECK(true_)                                                                               \
    do {                                                                                           \
        if (!(true_)) {                                                                            \
            fprintf(stderr, "test_generation.c:%d: %s\n", __LINE__, #true_);                       \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

static serving served = SERVING_INIT;
static generation first = {.number = 1}, second = {.number = 2};
static _Atomic(generation *) replaced;
static atomic_int stopped;

static void *replace_first(void *unused)
{
    (void)unused;
    atomic_store(&replaced, serving_replace(&served, &second));
    return NULL;
}

static void wait_for_the_holder(void)
{
    unsigned old, new = 0;
    pthread_t thread;
    const struct timespec pause = {0, 1000000};
    served.generations[0] = &first;
    CHECK(serving_hold(&served, &old) == &first);
    CHECK(!pthread_create(&thread, NULL, replace_first, NULL));
    while (serving_hold(&served, &new) == &first) {
        serving_release(&served, new);
        nanosleep(&pause, NULL);
    }
    for (int k = 0; k < 50; k++)
        nanosleep(&pause, NULL);
    CHECK(!atomic_load(&replaced)); /* still held */
    serving_release(&served, old);
    pthread_join(thread, NULL);
    CHECK(atomic_load(&replaced) == &first);
    serving_release(&served, new);
}

/* A generation is marked when it is taken away; nobody who holds one sees the mark. */
static void *hold_for_ever(void *unused)
{
    (void)unused;
    while (!atomic_load(&stopped)) {
        unsigned turn;
        const generation *held = serving_hold(&served, &turn);
        for (int k = 0; k < 20; k++)
            CHECK(*(const volatile uint64_t *)&held->number != 0);
        serving_release(&served, turn);
    }
    return NULL;
}

static void replace_under_load(void)
{
    pthread_t threads[THREADS];
    for (int k = 0; k < THREADS; k++)
        CHECK(!pthread_create(&threads[k], NULL, hold_for_ever, NULL));
    for (uint64_t k = 0; k < REPLACEMENTS; k++) {
        generation *next = k % 2 ? &second : &first;
        next->number = 3 + k;
        generation *last = serving_replace(&served, next);
        CHECK(last == (k % 2 ? &first : &second));
        last->number = 0;
    }
    atomic_store(&stopped, 1);
    for (int k = 0; k < THREADS; k++)
        pthread_join(threads[k], NULL);
}

int main(void)
{
    wait_for_the_holder();
    replace_under_load();
    return 0;
}
