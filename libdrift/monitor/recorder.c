/* SPDX-License-Identifier: Apache-2.0
 *
 * recorder.c: rows into the buffers of one thread.
 */
#include "monitor/recorder.h"

#include <string.h>

#include "core/error.h"
#include "core/fork.h"
#include "core/memory.h"
#include "profile/state.h"

static uint64_t load(const _Atomic uint64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

static void store(_Atomic uint64_t *counter, uint64_t value)
{
    atomic_store_explicit(counter, value, memory_order_relaxed);
}

static void destroy_counter(drift__counter *counter, const drift_allocator *allocator)
{
    if (!counter)
        return;
    drift_profile_destroy(counter->shard);
    drift__coder_destroy(&counter->coder, allocator);
    drift__release(allocator, counter);
}

static drift_status create_counter(const drift__epoch *epoch, const drift_allocator *allocator,
                                   drift__counter **out_counter)
{
    drift__counter *counter = drift__allocate_zero(allocator, 1, sizeof *counter);
    if (!counter)
        return DRIFT_ERR_OUT_OF_MEMORY;
    counter->epoch = epoch;
    drift_status status = drift__coder_create(epoch->reference, allocator, &counter->coder);
    if (!status)
        status = drift__shard_create(epoch->reference, allocator, &counter->shard, NULL);
    if (status) {
        destroy_counter(counter, allocator);
        return status;
    }
    *out_counter = counter;
    return DRIFT_OK;
}

drift_status drift__recorder_create(const drift__epoch *epoch, uint64_t window_rows,
                                    const drift_allocator *allocator, drift_recorder **out_recorder,
                                    drift_error *error)
{
    size_t n = epoch->reference->n_columns;
    drift_recorder *recorder = drift__allocate_zero(allocator, 1, sizeof *recorder);
    if (!recorder)
        return drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    recorder->allocator = *allocator;
    recorder->n_columns = n;
    recorder->window_rows = window_rows;
    store(&recorder->room, window_rows);
    atomic_store(&recorder->taken, 1);
    atomic_store(&recorder->generation, drift__fork_watch());
    drift_status status = DRIFT_OK;
    for (int i = 0; i < 2 && !status; i++) {
        status = create_counter(epoch, allocator, &recorder->buffers[i].counter);
        if (!status)
            status = drift__ring_create(n, allocator, &recorder->buffers[i].ring);
    }
    recorder->row = drift__allocate(allocator, n, sizeof *recorder->row);
    recorder->sources = drift__allocate(allocator, n, sizeof *recorder->sources);
    if (status || !recorder->row || !recorder->sources) {
        drift__recorder_free(recorder);
        return drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    }
    *out_recorder = recorder;
    return DRIFT_OK;
}

void drift__recorder_free(drift_recorder *recorder)
{
    drift_allocator memory = recorder->allocator;
    for (int i = 0; i < 2; i++) {
        destroy_counter(recorder->buffers[i].counter, &memory);
        drift__ring_destroy(&recorder->buffers[i].ring, &memory);
    }
    drift__recorder_drop_spares(recorder);
    drift__release(&memory, recorder->row);
    drift__release(&memory, recorder->sources);
    drift__release(&memory, recorder);
}

/* Its counts were made in this process. */
static int is_current(const drift_recorder *recorder)
{
    return atomic_load_explicit(&recorder->generation, memory_order_acquire) ==
           drift__fork_generation();
}

static void empty(drift__buffer *buffer)
{
    drift_profile_reset(buffer->counter->shard);
    buffer->ring.rows = 0;
    buffer->ring.counting = 0;
}

void drift__recorder_renew(drift_recorder *recorder)
{
    empty(&recorder->buffers[0]);
    empty(&recorder->buffers[1]);
    drift__handover_reset(&recorder->handover);
    recorder->collected = 0;
    store(&recorder->observed, 0);
    store(&recorder->dropped, 0);
    store(&recorder->room, recorder->window_rows);
    atomic_store_explicit(&recorder->generation, drift__fork_generation(), memory_order_release);
}

int drift__recorder_adopt(drift_recorder *recorder)
{
    uint32_t nobody = 0;
    return atomic_compare_exchange_strong_explicit(&recorder->taken, &nobody, 1,
                                                   memory_order_acquire, memory_order_relaxed);
}

static void drop(drift_recorder *recorder, uint64_t rows)
{
    /* A signal handler may be in the middle of the same. */
    atomic_fetch_add_explicit(&recorder->dropped, rows, memory_order_relaxed);
}

static uint64_t rows_in(const drift__buffer *buffer)
{
    return buffer->counter->shard->rows + buffer->ring.rows;
}

/* Its thread ended inside: save the rows that are whole. */
static void leave_for_the_dead(drift_recorder *recorder)
{
    drift__buffer *buffer = &recorder->buffers[load(&recorder->handover.turn) >> 1 & 1];
    uint64_t before =
        rows_in(buffer) ? buffer->counter->shard->rows_before : load(&recorder->observed);
    uint64_t counted = load(&recorder->observed), lost = 1;
    if (buffer->ring.counting) {
        lost = rows_in(buffer) ? rows_in(buffer) : 1;
        empty(buffer);
    } else if (before + rows_in(buffer) > counted) {
        lost = 0;
    }
    store(&recorder->observed, before + rows_in(buffer));
    drop(recorder, lost);
    drift__handover_leave(&recorder->handover);
}

void drift_recorder_destroy(drift_recorder *recorder)
{
    if (!recorder)
        return;
    if (!is_current(recorder))
        drift__recorder_renew(recorder);
    if (load(&recorder->handover.turn) & 1)
        leave_for_the_dead(recorder);
    atomic_store_explicit(&recorder->taken, 0, memory_order_release);
}

/* The buffer for the next row, which the writer is then inside; NULL where there is none. */
static drift__buffer *enter(drift_recorder *recorder)
{
    int turn = drift__handover_enter(&recorder->handover);
    if (turn == DRIFT__NO_BUFFER)
        return NULL;
    drift__buffer *buffer = &recorder->buffers[turn];
    uint64_t rows = rows_in(buffer);
    int full = rows >= load(&recorder->room);
    if (full || (rows && drift__handover_is_wanted(&recorder->handover))) {
        turn = drift__handover_switch(&recorder->handover);
        if (turn == DRIFT__NO_BUFFER && full) {
            drift__handover_leave(&recorder->handover);
            return NULL;
        }
        if (turn != DRIFT__NO_BUFFER) {
            buffer = &recorder->buffers[turn];
            rows = 0;
            if (full) /* the one given completes a window, as far as this thread knows */
                store(&recorder->room, recorder->window_rows);
        }
    }
    if (!rows)
        buffer->counter->shard->rows_before = load(&recorder->observed);
    return buffer;
}

static drift_status add_row(drift_recorder *recorder, drift__buffer *buffer,
                            const drift_value *values)
{
    const drift__counter *counter = buffer->counter;
    drift_status status = drift__shard_code(counter->shard, &counter->coder, &buffer->ring, values);
    if (status)
        return status;
    if (buffer->ring.rows == buffer->ring.capacity)
        drift__shard_flush(counter->shard, &counter->coder, &buffer->ring);
    store(&recorder->observed, load(&recorder->observed) + 1);
    return DRIFT_OK;
}

drift_status drift_recorder_observe(drift_recorder *recorder, const drift_value *values, size_t n)
{
    if (!recorder || (!values && n) || n != recorder->n_columns)
        return DRIFT_ERR_INVALID_ARGUMENT;
    if (!is_current(recorder))
        drift__recorder_renew(recorder);
    drift__buffer *buffer = enter(recorder);
    if (!buffer) {
        drop(recorder, 1);
        return DRIFT_OK;
    }
    drift_status status = add_row(recorder, buffer, values);
    drift__handover_leave(&recorder->handover);
    return status;
}

/* Sources of the columns, of all in the order of the reference, which every epoch keeps. */
static void find_sources(drift_recorder *recorder, const drift__buffer *buffer,
                         const drift_table *table)
{
    const drift__name_index *index = &buffer->counter->shard->index;
    recorder->table = table;
    memset(recorder->sources, 0, recorder->n_columns * sizeof *recorder->sources);
    for (uint32_t i = 0; i < table->n_columns; i++) {
        size_t position = drift__name_index_find(index, table->names[i]);
        if (position != (size_t)DRIFT__NO_POSITION && !recorder->sources[position])
            recorder->sources[position] = &table->columns[i];
    }
}

drift_status drift_recorder_observe_batch(drift_recorder *recorder, const drift_table *table,
                                          drift_error *error)
{
    if (!recorder || !table)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    drift_status status = drift__table_check(table, error);
    if (status)
        return status;
    if (!is_current(recorder))
        drift__recorder_renew(recorder);
    int found = 0;
    for (uint64_t at = 0; at < table->n_rows; at++) {
        drift__buffer *buffer = enter(recorder);
        if (!buffer) {
            drop(recorder, 1);
            continue;
        }
        /* A signal handler may have brought another table. */
        if (!found || recorder->table != table)
            find_sources(recorder, buffer, table);
        found = 1;
        for (size_t i = 0; i < recorder->n_columns; i++) {
            recorder->row[i] = (drift_value){DRIFT_VALUE_MISSING, 0, {0}};
            if (recorder->sources[i])
                drift__block_values(recorder->sources[i], at, 1, &recorder->row[i]);
        }
        add_row(recorder, buffer, recorder->row);
        drift__handover_leave(&recorder->handover);
    }
    return DRIFT_OK;
}

uint64_t drift_recorder_rows(const drift_recorder *recorder)
{
    return is_current(recorder) ? load(&recorder->observed) : 0;
}

uint64_t drift_recorder_dropped(const drift_recorder *recorder)
{
    return is_current(recorder) ? load(&recorder->dropped) : 0;
}

const drift__counter *drift__recorder_take(drift_recorder *recorder)
{
    int changed = load(&recorder->observed) != recorder->collected || recorder->n_spares;
    if (!is_current(recorder) || !changed)
        return NULL;
    int turn = drift__handover_take(&recorder->handover);
    if (turn == DRIFT__NO_BUFFER)
        return NULL;
    drift__buffer *buffer = &recorder->buffers[turn];
    drift__shard_flush(buffer->counter->shard, &buffer->counter->coder, &buffer->ring);
    recorder->collected += buffer->counter->shard->rows;
    return buffer->counter;
}

void drift__recorder_return(drift_recorder *recorder)
{
    drift__buffer *buffer = &recorder->buffers[load(&recorder->handover.returned) & 1];
    drift__counter *old = buffer->counter;
    /* In this order, so that the child of a fork finds a spare too few at worst. */
    if (recorder->n_spares && recorder->spares[0]->epoch != old->epoch) {
        buffer->counter = recorder->spares[--recorder->n_spares];
        destroy_counter(old, &recorder->allocator);
    }
    empty(buffer);
    drift__handover_return(&recorder->handover);
}

static size_t buffers_of(const drift_recorder *recorder, const drift__epoch *epoch)
{
    return (size_t)(recorder->buffers[0].counter->epoch == epoch) +
           (size_t)(recorder->buffers[1].counter->epoch == epoch);
}

drift_status drift__recorder_prepare(drift_recorder *recorder, const drift__epoch *epoch)
{
    drift__counter *made[2] = {NULL, NULL};
    size_t wanted = 2 - buffers_of(recorder, epoch);
    if (recorder->n_spares == wanted && (!wanted || recorder->spares[0]->epoch == epoch))
        return DRIFT_OK;
    for (size_t n = 0; n < wanted; n++) {
        drift_status status = create_counter(epoch, &recorder->allocator, &made[n]);
        if (status) {
            destroy_counter(made[0], &recorder->allocator);
            return status;
        }
    }
    drift__recorder_drop_spares(recorder);
    memcpy(recorder->spares, made, sizeof made);
    recorder->n_spares = wanted;
    return DRIFT_OK;
}

void drift__recorder_drop_spares(drift_recorder *recorder)
{
    while (recorder->n_spares)
        destroy_counter(recorder->spares[--recorder->n_spares], &recorder->allocator);
}

int drift__recorder_uses(const drift_recorder *recorder, const drift__epoch *epoch)
{
    return buffers_of(recorder, epoch) ||
           (recorder->n_spares && recorder->spares[0]->epoch == epoch);
}
