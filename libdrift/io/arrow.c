/* SPDX-License-Identifier: Apache-2.0
 *
 * arrow.c: reader over an Arrow C stream. Record batches are struct arrays;
 * a stream of plain arrays is a table of one column. Every batch is held until
 * the reader is destroyed, so that the stream can be shown again.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/arena.h"
#include "core/error.h"
#include "core/memory.h"
#include "core/utf8.h"
#include "io/arrow_column.h"
#include "io/reader.h"

typedef struct arrow_chunk {
    struct ArrowArray array;
    drift_column *columns;
    int64_t length;
} arrow_chunk;

typedef struct arrow_reader {
    drift_reader base;
    struct ArrowArrayStream stream;
    struct ArrowSchema schema;
    drift__arena arena; /* names, columns and converted values */
    int is_struct;
    uint32_t n_columns;
    const char **names;
    drift_column *no_rows; /* the columns of a stream without batches */
    arrow_chunk *chunks;
    size_t n_chunks, chunk_capacity, at;
    int ended;
    int delivered;
} arrow_reader;

static void arrow_destroy(drift_reader *base)
{
    arrow_reader *reader = (arrow_reader *)base;
    drift_allocator memory = base->allocator;
    for (size_t i = 0; i < reader->n_chunks; i++)
        reader->chunks[i].array.release(&reader->chunks[i].array);
    if (reader->schema.release)
        reader->schema.release(&reader->schema);
    if (reader->stream.release)
        reader->stream.release(&reader->stream);
    drift__arena_free(&reader->arena);
    drift__release(&memory, reader->chunks);
    drift__release(&memory, reader);
}

static drift_status stream_failed(struct ArrowArrayStream *stream, int reason, drift_error *error)
{
    const char *text = stream->get_last_error ? stream->get_last_error(stream) : NULL;
    return drift__fail(error, DRIFT_ERR_IO, "the Arrow stream failed: %s",
                       text ? text : strerror(reason));
}

static const struct ArrowSchema *column_schema(const arrow_reader *reader, uint32_t column)
{
    return reader->is_struct ? reader->schema.children[column] : &reader->schema;
}

static drift_status name_column(arrow_reader *reader, uint32_t column, drift_error *error)
{
    const struct ArrowSchema *schema = column_schema(reader, column);
    const char *name = schema->name ? schema->name : "";
    char quoted[64];
    size_t length = strlen(name);
    drift__quote(quoted, name, length);
    for (size_t at = 0, step; at < length; at += step)
        if (!(step = drift__utf8_step(name + at, length - at)))
            return drift__fail(error, DRIFT_ERR_PARSE, "the name of column %u is not UTF-8",
                               (unsigned)column + 1);
    reader->names[column] =
        length ? drift__arena_copy(&reader->arena, name, length)
               : drift__arena_printf(&reader->arena, "column_%u", (unsigned)column + 1);
    if (reader->arena.failed)
        return drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    const char *refusal = drift__arrow_refusal(schema);
    if (refusal)
        return drift__fail(error, DRIFT_ERR_UNSUPPORTED, "column '%s': its Arrow format '%s' %s",
                           length ? quoted : reader->names[column],
                           schema->format ? schema->format : "", refusal);
    return DRIFT_OK;
}

static drift_status read_schema(arrow_reader *reader, drift_error *error)
{
    struct ArrowSchema *schema = &reader->schema;
    int reason = reader->stream.get_schema(&reader->stream, schema);
    if (reason) {
        schema->release = NULL;
        return stream_failed(&reader->stream, reason, error);
    }
    reader->is_struct = schema->format && strcmp(schema->format, "+s") == 0;
    int64_t n = reader->is_struct ? schema->n_children : 1;
    if (n < 0 || n > INT32_MAX || (reader->is_struct && n && !schema->children))
        return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT,
                           "the Arrow schema says it has %" PRId64 " columns", n);
    reader->n_columns = (uint32_t)n;
    reader->names = drift__arena_allocate(&reader->arena, (size_t)n, sizeof *reader->names);
    reader->no_rows = drift__arena_allocate(&reader->arena, (size_t)n, sizeof *reader->no_rows);
    if (!reader->names || !reader->no_rows)
        return drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    drift_status status = DRIFT_OK;
    for (uint32_t i = 0; i < reader->n_columns && status == DRIFT_OK; i++) {
        reader->no_rows[i] = (drift_column)DRIFT_COLUMN_INIT;
        reader->no_rows[i].layout = DRIFT_LAYOUT_NULL;
        status = name_column(reader, i, error);
    }
    return status;
}

/* View the columns of a batch that was just taken from the stream. */
static drift_status view_chunk(arrow_reader *reader, arrow_chunk *chunk, drift_error *error)
{
    const struct ArrowArray *array = &chunk->array;
    drift__arrow_rows rows = {0, array->length, NULL};
    char quoted[64];
    if (reader->is_struct) {
        if (array->length < 0 || array->offset < 0 || array->n_children != reader->n_columns ||
            (array->n_children && !array->children))
            return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT,
                               "an Arrow record batch has %" PRId64 " columns, its schema has %u",
                               array->n_children, (unsigned)reader->n_columns);
        rows.offset = array->offset;
        if (array->null_count && array->n_buffers > 0 && array->buffers)
            rows.validity = array->buffers[0];
    }
    chunk->length = array->length;
    chunk->columns =
        drift__arena_allocate(&reader->arena, reader->n_columns, sizeof *chunk->columns);
    for (uint32_t i = 0; i < reader->n_columns && !reader->arena.failed; i++) {
        const char *problem = drift__arrow_column(column_schema(reader, i),
                                                  reader->is_struct ? array->children[i] : array,
                                                  &rows, &reader->arena, &chunk->columns[i]);
        if (problem)
            return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT, "column '%s': its Arrow array %s",
                               drift__quote(quoted, reader->names[i], strlen(reader->names[i])),
                               problem);
    }
    return reader->arena.failed ? drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY) : DRIFT_OK;
}

static drift_status take_chunk(arrow_reader *reader, drift_error *error)
{
    void *chunks = reader->chunks;
    drift_status status = drift__reserve(&reader->base.allocator, &chunks, &reader->chunk_capacity,
                                         reader->n_chunks + 1, sizeof *reader->chunks);
    reader->chunks = chunks;
    if (status)
        return drift__fail_status(error, status);
    arrow_chunk *chunk = &reader->chunks[reader->n_chunks];
    memset(chunk, 0, sizeof *chunk);
    int reason = reader->stream.get_next(&reader->stream, &chunk->array);
    if (reason)
        return stream_failed(&reader->stream, reason, error);
    if (!chunk->array.release) {
        reader->ended = 1;
        return DRIFT_OK;
    }
    status = view_chunk(reader, chunk, error);
    if (status)
        chunk->array.release(&chunk->array);
    else
        reader->n_chunks++;
    return status;
}

static drift_status arrow_next(drift_reader *base, drift_table *out_table, drift_error *error)
{
    arrow_reader *reader = (arrow_reader *)base;
    if (reader->at == reader->n_chunks && !reader->ended) {
        drift_status status = take_chunk(reader, error);
        if (status)
            return status;
    }
    int none = reader->at == reader->n_chunks;
    if (none && reader->delivered)
        return DRIFT_END;
    *out_table = (drift_table)DRIFT_TABLE_INIT;
    out_table->n_columns = reader->n_columns;
    out_table->names = reader->names;
    out_table->columns = none ? reader->no_rows : reader->chunks[reader->at].columns;
    out_table->n_rows = none ? 0 : (uint64_t)reader->chunks[reader->at].length;
    reader->at += !none;
    reader->delivered = 1;
    return DRIFT_OK;
}

static drift_status arrow_rewind(drift_reader *base, drift_error *error)
{
    arrow_reader *reader = (arrow_reader *)base;
    (void)error;
    reader->at = 0;
    reader->delivered = 0;
    return DRIFT_OK;
}

static const drift__reader_methods arrow_methods = {
    .next = arrow_next, .rewind = arrow_rewind, .destroy = arrow_destroy};

drift_status drift_reader_open_arrow(void *arrow_array_stream, const drift_allocator *allocator,
                                     drift_reader **out_reader, drift_error *error)
{
    struct ArrowArrayStream *stream = arrow_array_stream;
    if (!stream || !out_reader)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    if (!stream->release)
        return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT,
                           "the Arrow stream was released or consumed before");
    drift_allocator memory = drift__allocator(allocator);
    arrow_reader *reader = drift__allocate_zero(&memory, 1, sizeof *reader);
    if (!reader)
        return drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    reader->base.methods = &arrow_methods;
    reader->base.allocator = memory;
    reader->base.name = reader->base.label = "memory";
    reader->stream = *stream;
    drift__arena_init(&reader->arena, &memory);
    drift_status status = read_schema(reader, error);
    if (status) {
        reader->stream.release = NULL; /* still the caller's */
        arrow_destroy(&reader->base);
        return status;
    }
    stream->release = NULL;
    *out_reader = &reader->base;
    return DRIFT_OK;
}
