/* SPDX-License-Identifier: Apache-2.0
 *
 * chain.c: several readers as one. Its columns are the union of theirs, by
 * name, in the order they were first met; a reader that lacks one yields it
 * as missing.
 */
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "io/reader.h"

typedef struct chain_reader {
    drift_reader base;
    drift_reader **readers;
    size_t n_readers, current;
    int started;
    char **names;
    size_t n_names, name_capacity;
    drift_column *columns;
    size_t column_capacity;
} chain_reader;

static drift_status add_name(chain_reader *chain, const char *name)
{
    const drift_allocator *memory = &chain->base.allocator;
    drift_status status = drift__reserve(memory, (void **)&chain->names, &chain->name_capacity,
                                         chain->n_names + 1, sizeof *chain->names);
    if (status)
        return status;
    char *copy = drift__copy_string(memory, name, strlen(name));
    if (!copy)
        return DRIFT_ERR_OUT_OF_MEMORY;
    chain->names[chain->n_names++] = copy;
    return DRIFT_OK;
}

/* Files of one kind have their columns in one order: `hint` is where it should be. */
static drift_status place_of(chain_reader *chain, const char *name, size_t hint, size_t *out_place)
{
    for (size_t i = 0; i < chain->n_names; i++) {
        size_t place = (hint + i) % chain->n_names;
        if (strcmp(chain->names[place], name) == 0) {
            *out_place = place;
            return DRIFT_OK;
        }
    }
    *out_place = chain->n_names;
    return add_name(chain, name);
}

static drift_status unite(chain_reader *chain, const drift_table *table, drift_table *out_table)
{
    drift_status status = DRIFT_OK;
    drift_column absent = DRIFT_COLUMN_INIT;
    size_t place = 0;
    absent.layout = DRIFT_LAYOUT_NULL;
    for (uint32_t k = 0; k < table->n_columns && status == DRIFT_OK; k++)
        status = place_of(chain, table->names[k], k, &place);
    if (status == DRIFT_OK)
        status =
            drift__reserve(&chain->base.allocator, (void **)&chain->columns,
                           &chain->column_capacity, chain->n_names + 1, sizeof *chain->columns);
    if (status)
        return status;
    for (size_t i = 0; i < chain->n_names; i++)
        chain->columns[i] = absent;
    for (uint32_t k = 0; k < table->n_columns; k++) {
        place_of(chain, table->names[k], k, &place);
        chain->columns[place] = table->columns[k];
    }
    *out_table = (drift_table)DRIFT_TABLE_INIT;
    out_table->n_columns = (uint32_t)chain->n_names;
    out_table->n_rows = table->n_rows;
    out_table->names = (const char *const *)chain->names;
    out_table->columns = chain->columns;
    return DRIFT_OK;
}

static drift_status chain_next(drift_reader *base, drift_table *out_table, drift_error *error)
{
    chain_reader *chain = (chain_reader *)base;
    drift_table table;
    chain->started = 1;
    while (chain->current < chain->n_readers) {
        drift_reader *reader = chain->readers[chain->current];
        base->label = reader->label;
        drift_status status = drift_reader_next(reader, &table, error);
        if (status == DRIFT_OK)
            status = unite(chain, &table, out_table);
        if (status == DRIFT_ERR_OUT_OF_MEMORY)
            return drift__fail_status(error, status);
        if (status != DRIFT_END)
            return status;
        chain->current++;
    }
    return DRIFT_END;
}

static drift_status chain_rewind(drift_reader *base, drift_error *error)
{
    chain_reader *chain = (chain_reader *)base;
    drift_status status = DRIFT_OK;
    for (size_t i = 0; i < chain->n_readers && status == DRIFT_OK && chain->started; i++)
        status = drift_reader_rewind(chain->readers[i], error);
    if (status == DRIFT_OK)
        chain->current = 0;
    return status;
}

static void chain_destroy(drift_reader *base)
{
    chain_reader *chain = (chain_reader *)base;
    drift_allocator memory = base->allocator;
    for (size_t i = 0; i < chain->n_readers; i++)
        drift_reader_destroy(chain->readers[i]);
    for (size_t i = 0; i < chain->n_names; i++)
        drift__release(&memory, chain->names[i]);
    drift__release(&memory, chain->names);
    drift__release(&memory, chain->columns);
    drift__release(&memory, chain->readers);
    drift__release(&memory, chain);
}

static void chain_expect(drift_reader *base, const drift__expectation *expectation)
{
    const chain_reader *chain = (const chain_reader *)base;
    for (size_t i = 0; i < chain->n_readers; i++)
        drift__reader_expect(chain->readers[i], expectation);
}

static const drift__reader_methods chain_methods = {
    .next = chain_next, .rewind = chain_rewind, .destroy = chain_destroy, .expect = chain_expect};

drift_status drift_reader_open_chain(drift_reader *const *readers, size_t n,
                                     const drift_allocator *allocator, drift_reader **out_reader,
                                     drift_error *error)
{
    if (!readers || !n || !out_reader)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    drift_allocator memory = drift__allocator(allocator);
    chain_reader *chain = drift__allocate_zero(&memory, 1, sizeof *chain);
    drift_reader **copy = drift__allocate(&memory, n, sizeof(drift_reader *));
    if (!chain || !copy) {
        drift__release(&memory, chain);
        drift__release(&memory, copy);
        return drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    }
    memcpy(copy, readers, n * sizeof(drift_reader *));
    chain->base.methods = &chain_methods;
    chain->base.allocator = memory;
    chain->base.name = drift_reader_name(readers[0]);
    chain->base.label = readers[0]->label;
    for (size_t i = 0; i < n; i++)
        chain->base.once |= !drift_reader_rewindable(readers[i]);
    chain->readers = copy;
    chain->n_readers = n;
    *out_reader = &chain->base;
    return DRIFT_OK;
}
