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
    drift_table *tables; /* given out together */
    size_t table_capacity;
    drift_column *columns; /* of all of them */
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

/* The columns of a table where they stand among all that were met; others are missing. */
static void arrange(chain_reader *chain, const drift_table *table, drift_column *out_columns,
                    size_t n_columns)
{
    size_t place = 0;
    for (size_t i = 0; i < n_columns; i++) {
        out_columns[i] = (drift_column)DRIFT_COLUMN_INIT;
        out_columns[i].layout = DRIFT_LAYOUT_NULL;
    }
    for (uint32_t k = 0; k < table->n_columns; k++) {
        place_of(chain, table->names[k], k, &place);
        out_columns[place] = table->columns[k];
    }
}

static drift_status unite(chain_reader *chain, const drift_table *tables, size_t n)
{
    const drift_allocator *memory = &chain->base.allocator;
    size_t total = 0, place = 0;
    drift_status status = drift__reserve(memory, (void **)&chain->tables, &chain->table_capacity, n,
                                         sizeof *chain->tables);
    for (size_t i = 0; i < n && status == DRIFT_OK; i++) {
        for (uint32_t k = 0; k < tables[i].n_columns && status == DRIFT_OK; k++)
            status = place_of(chain, tables[i].names[k], k, &place);
        chain->tables[i] = (drift_table)DRIFT_TABLE_INIT;
        chain->tables[i].n_columns = (uint32_t)chain->n_names;
        chain->tables[i].n_rows = tables[i].n_rows;
        total += chain->n_names;
    }
    if (status == DRIFT_OK)
        status = drift__reserve(memory, (void **)&chain->columns, &chain->column_capacity,
                                total + 1, sizeof *chain->columns);
    if (status)
        return status;
    drift_column *columns = chain->columns;
    for (size_t i = 0; i < n; columns += chain->tables[i++].n_columns) {
        arrange(chain, &tables[i], columns, chain->tables[i].n_columns);
        chain->tables[i].names = (const char *const *)chain->names;
        chain->tables[i].columns = columns;
    }
    return DRIFT_OK;
}

static drift_status chain_several(drift_reader *base, const drift_table **out_tables, size_t *out_n,
                                  drift_error *error)
{
    chain_reader *chain = (chain_reader *)base;
    const drift_table *tables;
    size_t n;
    chain->started = 1;
    while (chain->current < chain->n_readers) {
        drift_reader *reader = chain->readers[chain->current];
        base->label = reader->label;
        drift_status status = drift__reader_several(reader, &tables, &n, error);
        if (status == DRIFT_OK) {
            if (unite(chain, tables, n))
                return drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
            *out_tables = chain->tables;
            *out_n = n;
            return DRIFT_OK;
        }
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
    drift__release(&memory, chain->tables);
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

static const drift__reader_methods chain_methods = {.rewind = chain_rewind,
                                                    .destroy = chain_destroy,
                                                    .expect = chain_expect,
                                                    .several = chain_several};

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
