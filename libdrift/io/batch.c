/* SPDX-License-Identifier: Apache-2.0
 *
 * batch.c: one array of values a column, and an open hash table of the names
 * under a random key, since names may be chosen to collide.
 */
#include "io/batch.h"

#include <math.h>
#include <string.h>

#include "core/hash.h"
#include "core/memory.h"
#include "core/numbers.h"

/* More cells than a piece of text has bytes only where most keys of JSON Lines are absent. */
enum { MOST_CELLS = 262144, LEAST_ROWS = 64, FIRST_ROOM = 4 };

void drift__batch_init(drift__batch *batch, const drift_allocator *allocator)
{
    memset(batch, 0, sizeof *batch);
    batch->allocator = allocator;
    drift__random_key(batch->key);
}

static void drop_columns(drift__batch *batch, size_t kept)
{
    for (size_t i = kept; i < batch->n_columns; i++) {
        drift__release(batch->allocator, batch->names[i]);
        drift__release(batch->allocator, batch->values[i]);
        drift__release(batch->allocator, batch->numbers[i]);
    }
    batch->n_columns = kept;
}

void drift__batch_free(drift__batch *batch)
{
    drop_columns(batch, 0);
    drift__release(batch->allocator, batch->names);
    drift__release(batch->allocator, batch->lengths);
    drift__release(batch->allocator, batch->values);
    drift__release(batch->allocator, batch->numbers);
    drift__release(batch->allocator, batch->plain);
    drift__release(batch->allocator, batch->columns);
    drift__release(batch->allocator, batch->slots);
}

static size_t first_slot(const drift__batch *batch, const char *name, size_t length)
{
    return (size_t)drift__siphash(1, 3, batch->key, name, length) & (batch->n_slots - 1);
}

uint32_t drift__batch_find(const drift__batch *batch, const char *name, size_t length)
{
    if (!batch->n_slots)
        return DRIFT__NO_COLUMN;
    size_t slot = first_slot(batch, name, length);
    for (; batch->slots[slot]; slot = (slot + 1) & (batch->n_slots - 1)) {
        uint32_t column = batch->slots[slot] - 1;
        if (batch->lengths[column] == length && memcmp(batch->names[column], name, length) == 0)
            return column;
    }
    return DRIFT__NO_COLUMN;
}

static void place(drift__batch *batch, size_t column)
{
    size_t slot = first_slot(batch, batch->names[column], batch->lengths[column]);
    while (batch->slots[slot])
        slot = (slot + 1) & (batch->n_slots - 1);
    batch->slots[slot] = (uint32_t)column + 1;
}

static drift_status grow_slots(drift__batch *batch)
{
    if (2 * (batch->n_columns + 1) <= batch->n_slots)
        return DRIFT_OK;
    size_t n_slots = batch->n_slots ? 2 * batch->n_slots : 64;
    uint32_t *slots = drift__allocate_zero(batch->allocator, n_slots, sizeof *slots);
    if (!slots)
        return DRIFT_ERR_OUT_OF_MEMORY;
    drift__release(batch->allocator, batch->slots);
    batch->slots = slots;
    batch->n_slots = n_slots;
    for (size_t i = 0; i < batch->n_columns; i++)
        place(batch, i);
    return DRIFT_OK;
}

static drift_status grow_columns(drift__batch *batch)
{
    if (batch->n_columns < batch->capacity)
        return DRIFT_OK;
    size_t capacity = batch->capacity ? 2 * batch->capacity : 32;
    const drift_allocator *memory = batch->allocator;
    char **names = drift__reallocate(memory, batch->names, capacity, sizeof *names);
    if (names)
        batch->names = names;
    size_t *lengths = drift__reallocate(memory, batch->lengths, capacity, sizeof *lengths);
    if (lengths)
        batch->lengths = lengths;
    drift_value **values = drift__reallocate(memory, batch->values, capacity, sizeof *values);
    if (values)
        batch->values = values;
    double **numbers = drift__reallocate(memory, batch->numbers, capacity, sizeof *numbers);
    if (numbers)
        batch->numbers = numbers;
    double **plain = drift__reallocate(memory, batch->plain, capacity, sizeof *plain);
    if (plain)
        batch->plain = plain;
    drift_column *columns = drift__reallocate(memory, batch->columns, capacity, sizeof *columns);
    if (columns)
        batch->columns = columns;
    if (!names || !lengths || !values || !numbers || !plain || !columns)
        return DRIFT_ERR_OUT_OF_MEMORY;
    batch->capacity = capacity;
    return DRIFT_OK;
}

drift_status drift__batch_add(drift__batch *batch, const char *name, size_t length)
{
    size_t column = batch->n_columns;
    drift_status status = grow_slots(batch);
    if (status == DRIFT_OK)
        status = grow_columns(batch);
    if (status)
        return status;
    drift_value *values = drift__allocate_zero(batch->allocator, batch->room, sizeof *values);
    char *copy = drift__copy_string(batch->allocator, name, length);
    if (!values || !copy) {
        drift__release(batch->allocator, values);
        drift__release(batch->allocator, copy);
        return DRIFT_ERR_OUT_OF_MEMORY;
    }
    batch->names[column] = copy;
    batch->lengths[column] = length;
    batch->values[column] = values;
    batch->numbers[column] = batch->plain[column] = NULL;
    batch->columns[column] = (drift_column)DRIFT_COLUMN_INIT;
    batch->columns[column].layout = DRIFT_LAYOUT_VALUE;
    batch->columns[column].data = values;
    batch->n_columns++;
    place(batch, column);
    return DRIFT_OK;
}

drift_status drift__batch_take_columns(drift__batch *batch, const drift__batch *like, size_t n)
{
    drift_status status = DRIFT_OK;
    if (batch->n_columns > n) {
        drop_columns(batch, n);
        memset(batch->slots, 0, batch->n_slots * sizeof *batch->slots);
        for (size_t i = 0; i < n; i++)
            place(batch, i);
    }
    for (size_t i = batch->n_columns; i < n && status == DRIFT_OK; i++)
        status = drift__batch_add(batch, like->names[i], like->lengths[i]);
    return status;
}

int drift__batch_full(const drift__batch *batch)
{
    return batch->n_rows >= LEAST_ROWS && batch->n_rows * batch->n_columns >= MOST_CELLS;
}

drift_status drift__batch_reserve(drift__batch *batch)
{
    if (batch->n_rows < batch->room)
        return DRIFT_OK;
    size_t room = batch->room ? 2 * batch->room : FIRST_ROOM;
    for (size_t i = 0; i < batch->n_columns; i++) {
        drift_value *values =
            drift__reallocate(batch->allocator, batch->values[i], room, sizeof *values);
        if (!values)
            return DRIFT_ERR_OUT_OF_MEMORY;
        batch->values[i] = values;
        if (!batch->plain[i])
            batch->columns[i].data = values;
        if (!batch->numbers[i])
            continue;
        double *numbers =
            drift__reallocate(batch->allocator, batch->numbers[i], room, sizeof *numbers);
        if (!numbers)
            return DRIFT_ERR_OUT_OF_MEMORY;
        batch->numbers[i] = numbers;
        if (batch->plain[i])
            batch->columns[i].data = batch->plain[i] = numbers;
    }
    batch->room = room;
    return DRIFT_OK;
}

static void set_layout(drift__batch *batch, size_t column, uint32_t layout, const void *data)
{
    batch->columns[column].layout = layout;
    batch->columns[column].data = data;
}

static void demote(drift__batch *batch, size_t column)
{
    const double *numbers = batch->plain[column];
    drift_value *values = batch->values[column];
    if (!numbers)
        return;
    for (size_t i = 0; i < batch->n_rows; i++) {
        uint32_t tag = isnan(numbers[i]) ? DRIFT_VALUE_MISSING : DRIFT_VALUE_DOUBLE;
        values[i] = (drift_value){tag, 0, {.number = numbers[i]}};
    }
    batch->plain[column] = NULL;
    set_layout(batch, column, DRIFT_LAYOUT_VALUE, values);
}

drift_status drift__batch_expect(drift__batch *batch, size_t column, int numbers)
{
    if (!numbers) {
        demote(batch, column);
        drift__release(batch->allocator, batch->numbers[column]);
        batch->numbers[column] = NULL;
    } else if (!batch->numbers[column]) {
        batch->numbers[column] = drift__allocate(batch->allocator, batch->room, sizeof(double));
        if (!batch->numbers[column])
            return DRIFT_ERR_OUT_OF_MEMORY;
    }
    return DRIFT_OK;
}

void drift__batch_start(drift__batch *batch)
{
    batch->n_rows = 0;
    for (size_t i = 0; i < batch->n_columns; i++) {
        batch->plain[i] = batch->numbers[i];
        if (batch->plain[i])
            set_layout(batch, i, DRIFT_LAYOUT_FLOAT64, batch->plain[i]);
    }
}

/* 1 where a number tells all that a token or its lack says. */
static int number_of(const drift_value *value, double *out_number)
{
    const uint64_t exact = UINT64_C(1) << 53;
    *out_number = (double)NAN;
    if (value->tag == DRIFT_VALUE_MISSING)
        return 1;
    if (value->tag != DRIFT_VALUE_TOKEN)
        return 0;
    drift__number number = drift__parse_number(value->as.string, value->length);
    *out_number = number.number;
    return number.kind == DRIFT__NUMBER_DOUBLE ||
           (number.kind == DRIFT__NUMBER_INT64 && (uint64_t)number.integer + exact <= 2 * exact);
}

void drift__batch_set(drift__batch *batch, size_t column, const drift_value *value)
{
    double number;
    if (batch->plain[column] && number_of(value, &number)) {
        batch->plain[column][batch->n_rows] = number;
        return;
    }
    demote(batch, column);
    batch->values[column][batch->n_rows] = *value;
}

void drift__batch_table(drift__batch *batch, drift_table *out_table)
{
    *out_table = (drift_table)DRIFT_TABLE_INIT;
    out_table->n_columns = (uint32_t)batch->n_columns;
    out_table->n_rows = batch->n_rows;
    out_table->names = (const char *const *)batch->names;
    out_table->columns = batch->columns;
}
