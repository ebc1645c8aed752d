/* SPDX-License-Identifier: Apache-2.0
 *
 * test_handover.c: every interleaving of a writer and a reader of
 * monitor/handover.h. Atomic operations are replaced by functions that log what they gave; a
 * side is a function of its log, so one more step of it is a run from its start,
 * fed from the log, until the first operation beyond. States met before are not gone on from.
 * What must hold is checked in every state, so a writer may have died in any of them.
 */
#include <check.h>
#include <setjmp.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS = 3, LOG = 96, ATTEMPTS = 4, POLLS = 3, MOST_STATES = 1 << 20 };
typedef enum side_name { WRITER, READER } side_name;

/* The world: what both sides see, and what each has seen. */
typedef struct world {
    uint64_t words[WORDS]; /* turn, returned, wanted */
    uint64_t rows[2];      /* in each buffer */
    int busy[2];           /* 1 + the side that is at it; 0: none */
    uint64_t written, dropped, collected;
    int clash, finished[2];
    unsigned n_log[2];
    uint64_t log[2][LOG];
} world;

/* What is broken on purpose, to see the explorer find it. */
typedef enum mutant {
    SOUND,
    BLIND_FLIP,      /* the reader flips without looking whether the writer came in */
    BLIND_SWITCH,    /* the writer takes the other buffer for free */
    EARLY_RETURN,    /* the reader gives back what it has not read */
    EARLY_LEAVE,     /* the writer leaves, then writes */
    ENTER_UNNOTICED, /* the writer comes in without saying so */
    MUTANTS
} mutant;

static world *now;
static side_name side;
static unsigned step_of_side;
static jmp_buf stopped;
static mutant broken;

static uint64_t *word_of(volatile void *address);

/* 1 where the operation is to be carried out, 0 where the log has what it gave. */
static int is_new(void)
{
    if (step_of_side < now->n_log[side])
        return 0;
    if (step_of_side > now->n_log[side])
        longjmp(stopped, 1);
    ck_assert_uint_lt(now->n_log[side], LOG);
    return 1;
}

static uint64_t done(int is_first, uint64_t result)
{
    if (is_first) {
        now->log[side][now->n_log[side]++] = result;
        longjmp(stopped, 1);
    }
    return now->log[side][step_of_side++];
}

static uint64_t load(volatile void *address)
{
    int first = is_new();
    uint64_t result = first ? *word_of(address) : 0;
    if (first && broken == BLIND_SWITCH && side == WRITER && word_of(address) == &now->words[1])
        result = now->words[0] >> 1;
    return done(first, result);
}

static void store(volatile void *address, uint64_t value)
{
    int first = is_new();
    if (first)
        *word_of(address) = value;
    done(first, 0);
}

static uint64_t fetch_or(volatile void *address, uint64_t bits)
{
    int first = is_new();
    uint64_t before = first ? *word_of(address) : 0;
    if (first && broken != ENTER_UNNOTICED)
        *word_of(address) |= bits;
    return done(first, before);
}

static int compare_exchange(volatile void *address, uint64_t *expected, uint64_t desired)
{
    int first = is_new();
    uint64_t before = first ? *word_of(address) : 0;
    if (first && (before == *expected || broken == BLIND_FLIP))
        *word_of(address) = desired;
    before = done(first, before);
    if (before == *expected || broken == BLIND_FLIP)
        return 1;
    *expected = before;
    return 0;
}

#undef atomic_load_explicit
#undef atomic_store_explicit
#undef atomic_fetch_or_explicit
#undef atomic_compare_exchange_strong_explicit
#define atomic_load_explicit(address, order) load(address)
#define atomic_store_explicit(address, value, order) store(address, value)
#define atomic_fetch_or_explicit(address, bits, order) fetch_or(address, bits)
#define atomic_compare_exchange_strong_explicit(address, expected, desired, good, bad)             \
    compare_exchange(address, expected, desired)

#include "monitor/handover.h"

static drift__handover addresses; /* stands for the words; never touched */

static uint64_t *word_of(volatile void *address)
{
    return address == &addresses.turn       ? &now->words[0]
           : address == &addresses.returned ? &now->words[1]
                                            : &now->words[2];
}

/* A side begins or ends to work on a buffer; the other must not be at it. */
static void begin(int buffer)
{
    int first = is_new();
    if (first) {
        now->clash |= now->busy[buffer] != 0;
        now->busy[buffer] = 1 + (int)side;
    }
    done(first, 0);
}

static void end_writing(int buffer)
{
    int first = is_new();
    if (first) {
        now->clash |= now->busy[buffer] != 1 + WRITER;
        now->busy[buffer] = 0;
        now->rows[buffer]++;
        now->written++;
    }
    done(first, 0);
}

static void end_reading(int buffer)
{
    int first = is_new();
    if (first) {
        now->clash |= now->busy[buffer] != 1 + READER;
        now->busy[buffer] = 0;
        now->collected += now->rows[buffer];
        now->rows[buffer] = 0;
    }
    done(first, 0);
}

static uint64_t rows_of(int buffer)
{
    int first = is_new();
    return done(first, first ? now->rows[buffer] : 0);
}

static void drop(void)
{
    int first = is_new();
    now->dropped += (uint64_t)first;
    done(first, 0);
}

/* One row, as in monitor/recorder.c; a buffer is full with `room` rows. */
static void observe(uint64_t room)
{
    drift__handover *h = &addresses;
    int buffer = drift__handover_enter(h);
    if (buffer == DRIFT__NO_BUFFER) {
        drop();
        return;
    }
    uint64_t rows = rows_of(buffer);
    if (rows >= room || (rows && drift__handover_is_wanted(h))) {
        int other = drift__handover_switch(h);
        if (other == DRIFT__NO_BUFFER && rows >= room) {
            drop();
            drift__handover_leave(h);
            return;
        }
        buffer = other == DRIFT__NO_BUFFER ? buffer : other;
    }
    if (broken == EARLY_LEAVE)
        drift__handover_leave(h);
    begin(buffer);
    end_writing(buffer);
    if (broken != EARLY_LEAVE)
        drift__handover_leave(h);
}

static void poll(void)
{
    int buffer = drift__handover_take(&addresses);
    if (buffer == DRIFT__NO_BUFFER)
        return;
    if (broken == EARLY_RETURN)
        drift__handover_return(&addresses);
    begin(buffer);
    end_reading(buffer);
    if (broken != EARLY_RETURN)
        drift__handover_return(&addresses);
}

/* One more step of a side. */
static void step(world *w, side_name which, uint64_t room)
{
    volatile int times = which == WRITER ? ATTEMPTS : POLLS;
    now = w;
    side = which;
    step_of_side = 0;
    if (setjmp(stopped))
        return;
    for (volatile int i = 0; i < times; i++)
        if (which == WRITER)
            observe(room);
        else
            poll();
    w->finished[which] = 1;
}

static uint64_t hash_of(const world *w)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    const unsigned char *bytes = (const unsigned char *)w;
    for (size_t i = 0; i < sizeof *w; i++)
        hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
    return hash ? hash : 1;
}

typedef struct exploration {
    uint64_t *seen;
    size_t n_seen, n_ends, most_reader_steps;
    uint64_t room;
    int wrong;
} exploration;

static int is_seen(exploration *e, const world *w)
{
    uint64_t hash = hash_of(w);
    size_t at = hash % (2 * MOST_STATES);
    while (e->seen[at] && e->seen[at] != hash)
        at = (at + 1) % (2 * MOST_STATES);
    if (e->seen[at])
        return 1;
    e->seen[at] = hash;
    ck_assert_uint_lt(++e->n_seen, MOST_STATES);
    return 0;
}

/* Rows are collected, or in a buffer, or the writer is adding one; never both sides at a buffer. */
static int is_wrong(const world *w)
{
    return w->clash || w->written != w->collected + w->rows[0] + w->rows[1];
}

/* With the writer outside, two more polls get everything. */
static int is_stuck(const world *ended, uint64_t room)
{
    world w = *ended;
    for (int polls = 0; polls < 2; polls++) {
        w.n_log[READER] = 0;
        w.finished[READER] = 0;
        while (!w.finished[READER])
            step(&w, READER, room);
    }
    return w.collected != w.written || w.written + w.dropped != ATTEMPTS;
}

static void explore(exploration *e, const world *from)
{
    int progressed = 0;
    if (e->wrong)
        return;
    for (int s = 0; s < 2 && !e->wrong; s++) {
        if (from->finished[s])
            continue;
        world w = *from;
        step(&w, (side_name)s, e->room);
        progressed = 1;
        e->wrong |= is_wrong(&w);
        if (w.n_log[READER] > e->most_reader_steps)
            e->most_reader_steps = w.n_log[READER];
        if (!is_seen(e, &w))
            explore(e, &w);
    }
    if (!progressed) {
        e->n_ends++;
        e->wrong |= is_stuck(from, e->room);
    }
}

static exploration explored(mutant which, uint64_t room)
{
    exploration e = {calloc(2 * MOST_STATES, sizeof(uint64_t)), 0, 0, 0, room, 0};
    world start;
    ck_assert_ptr_nonnull(e.seen);
    memset(&start, 0, sizeof start);
    broken = which;
    explore(&e, &start);
    free(e.seen);
    return e;
}

START_TEST(no_order_loses_a_row)
{
    for (uint64_t room = 1; room <= 3; room++) {
        exploration e = explored(SOUND, room);
        ck_assert_int_eq(e.wrong, 0);
        ck_assert_uint_gt(e.n_seen, 1000);
        ck_assert_uint_gt(e.n_ends, 10);
        /* A poll is a few steps, whatever the writer does. */
        ck_assert_uint_le(e.most_reader_steps, POLLS * 10);
    }
}
END_TEST

START_TEST(every_mutant_is_found)
{
    for (int which = SOUND + 1; which < MUTANTS; which++) {
        int found = 0;
        for (uint64_t room = 1; room <= 3; room++)
            found |= explored((mutant)which, room).wrong;
        ck_assert_msg(found, "mutant %d was not found", which);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("handover");
    TCase *all = tcase_create("all");
    tcase_set_timeout(all, 100);
    tcase_add_test(all, no_order_loses_a_row);
    tcase_add_test(all, every_mutant_is_found);
    suite_add_tcase(suite, all);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
