/* SPDX-License-Identifier: Apache-2.0
 *
 * retraining.c: how often retraining may be asked for.
 */
#include "monitor/retraining.h"

#include "core/memory.h"
#include "monitor/sentence.h"

static const double NANOSECONDS = 1e9;

int drift__retraining_init(drift__retraining *retraining, double interval, double period,
                           uint64_t budget, const drift_allocator *allocator)
{
    *retraining = (drift__retraining){.interval = (uint64_t)(interval * NANOSECONDS),
                                      .period = (uint64_t)(period * NANOSECONDS),
                                      .budget = budget};
    retraining->times = drift__allocate_zero(allocator, budget, sizeof *retraining->times);
    return retraining->times ? 0 : -1;
}

void drift__retraining_free(drift__retraining *retraining, const drift_allocator *allocator)
{
    drift__release(allocator, retraining->times);
}

/* Times are modulo 2^64, so that one before the clock began can be told. */
static uint64_t since(uint64_t then, uint64_t now)
{
    uint64_t passed = now - then;
    return passed > INT64_MAX ? 0 : passed;
}

static uint64_t before(uint64_t now, uint64_t age, uint64_t passed)
{
    return now - (age < INT64_MAX - passed ? age + passed : INT64_MAX);
}

static double seconds(uint64_t nanoseconds)
{
    return (double)nanoseconds / NANOSECONDS;
}

/* Of those in the period, which are the last ones. */
static size_t spent(const drift__retraining *retraining, uint64_t now)
{
    size_t n = 0;
    while (n < retraining->budget && n < retraining->requested &&
           since(retraining->times[(retraining->requested - 1 - n) % retraining->budget], now) <
               retraining->period)
        n++;
    return n;
}

int drift__retraining_ask(drift__retraining *retraining, uint64_t now,
                          char out_text[DRIFT__RETRAINING_TEXT])
{
    drift__sentence text = {out_text, DRIFT__RETRAINING_TEXT, 0};
    uint64_t passed = since(retraining->last, now);
    if (retraining->requested && passed < retraining->interval) {
        drift__sentence_add(&text, "withheld: the last one was ");
        drift__sentence_add_number(&text, seconds(passed));
        drift__sentence_add(&text, " s ago, and ");
        drift__sentence_add_number(&text, seconds(retraining->interval));
        drift__sentence_add(&text, " s have to lie between two");
        return 0;
    }
    if (retraining->budget && spent(retraining, now) == retraining->budget) {
        drift__sentence_add(&text, "withheld: ");
        drift__sentence_add_count(&text, retraining->budget);
        drift__sentence_add(&text, " of ");
        drift__sentence_add_count(&text, retraining->budget);
        drift__sentence_add(&text, " retrainings of the last ");
        drift__sentence_add_number(&text, seconds(retraining->period));
        drift__sentence_add(&text, " s are spent");
        return 0;
    }
    if (retraining->budget)
        retraining->times[retraining->requested % retraining->budget] = now;
    retraining->last = now;
    retraining->requested++;
    drift__sentence_add(&text, "requested");
    return 1;
}

void drift__retraining_write(const drift__retraining *retraining, uint64_t now, uint64_t date,
                             drift__writer *writer)
{
    uint64_t kept =
        retraining->requested < retraining->budget ? retraining->requested : retraining->budget;
    drift__write_u64(writer, date);
    drift__write_varint(writer, retraining->requested);
    drift__write_u64(writer, since(retraining->last, now));
    drift__write_varint(writer, kept);
    for (uint64_t i = retraining->requested - kept; i < retraining->requested; i++)
        drift__write_u64(writer, since(retraining->times[i % retraining->budget], now));
}

int drift__retraining_read(drift__retraining *retraining, uint64_t now, uint64_t date,
                           drift__byte_reader *reader)
{
    uint64_t passed = since(drift__read_u64(reader), date);
    uint64_t requested = drift__read_varint(reader), age = drift__read_u64(reader);
    uint64_t kept = drift__read_varint(reader);
    if (reader->failed || kept > requested || kept > DRIFT__RETRAINING_MOST)
        return -1;
    for (size_t i = 0; i < retraining->budget; i++)
        retraining->times[i] = before(now, INT64_MAX, 0);
    for (uint64_t i = requested - kept; i < requested; i++) {
        uint64_t time = before(now, drift__read_u64(reader), passed);
        if (retraining->budget)
            retraining->times[i % retraining->budget] = time;
    }
    retraining->requested = requested;
    retraining->last = before(now, age, passed);
    return reader->failed ? -1 : 0;
}
