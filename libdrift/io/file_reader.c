/* SPDX-License-Identifier: Apache-2.0
 *
 * file_reader.c: rounds over a file. In each a number of pieces is read side
 * by side, and with helpers the pieces of the next round are taken from the
 * source meanwhile; without any, a round is one piece. Where pieces are cut and
 * what is given out does not depend on the number of helpers.
 */
#include "io/file_reader.h"

#include <string.h>

#include "core/error.h"
#include "core/executor.h"
#include "core/memory.h"

/* Pieces of a round: enough that nobody waits long for the last one. */
enum { PIECES_A_THREAD = 8, MOST_PIECES = 48, PIECES_OF_A_HOST = 32 };

/* Pieces as they came from the source. */
typedef struct supply {
    drift__text *texts;
    size_t n;
    drift_status status; /* why there are no more, where it is an error */
    drift_error error;
} supply;

typedef struct file_reader {
    drift_reader base;
    drift_executor *executor; /* NULL where one piece is read at a time */
    drift__dialect dialect;
    drift__expectation expectation;
    drift__cutter cutter;
    drift__batch known; /* columns given out so far, of no rows */
    size_t n_shared;    /* of those, what every parser has: the header's, or the first piece's */
    int learnt;         /* `n_shared` is settled */
    drift__parser *parsers;
    size_t n_pieces;    /* parsers, and texts of each supply */
    supply supplies[2]; /* what is read, and what comes next; both are the first without helpers */
    size_t now;
    int ready;            /* what comes next is there */
    size_t at;            /* piece to be given out next */
    int unfinished;       /* behind its rows given out are more, or a fault */
    int begun, delivered; /* the first round was read; at least one table was given out */
    drift_status failed;  /* the head could not be read */
    drift_error failure;
    uint64_t lines; /* before piece `at` */
    drift_table *tables;
    drift_column **columns; /* of each table, where it has others than its batch */
    size_t *columns_capacity;
} file_reader;

static file_reader *file_of(drift_reader *reader)
{
    return (file_reader *)reader;
}

static void file_destroy(drift_reader *base)
{
    file_reader *reader = file_of(base);
    drift_allocator memory = base->allocator;
    for (size_t i = 0; i < reader->n_pieces; i++) {
        for (size_t k = 0; k < 2; k++)
            if (reader->supplies[k].texts)
                drift__text_free(&reader->supplies[k].texts[i], &memory);
        if (reader->parsers)
            drift__parser_free(&reader->parsers[i]);
        if (reader->columns)
            drift__release(&memory, reader->columns[i]);
    }
    drift__release(&memory, reader->supplies[0].texts);
    drift__release(&memory, reader->supplies[1].texts);
    drift__release(&memory, reader->parsers);
    drift__release(&memory, reader->tables);
    drift__release(&memory, reader->columns);
    drift__release(&memory, reader->columns_capacity);
    drift__cutter_free(&reader->cutter);
    drift__batch_free(&reader->known);
    drift__missing_free(&reader->dialect.missing, &memory);
    drift__source_destroy(base->source);
    drift__release(&memory, reader);
}

static drift_status file_rewind(drift_reader *base, drift_error *error)
{
    file_reader *reader = file_of(base);
    drift_status status = drift__source_rewind(base->source, error);
    if (status)
        return status;
    drift__cutter_restart(&reader->cutter);
    reader->supplies[0].n = reader->supplies[1].n = 0;
    reader->supplies[0].status = reader->supplies[1].status = DRIFT_OK;
    reader->at = 0;
    reader->lines = 0;
    reader->begun = reader->delivered = reader->unfinished = reader->ready = 0;
    reader->failed = DRIFT_OK;
    return DRIFT_OK;
}

static void file_expect(drift_reader *base, const drift__expectation *expectation)
{
    const drift__expectation none = {NULL, NULL};
    file_reader *reader = file_of(base);
    reader->expectation = expectation ? *expectation : none;
    for (size_t i = 0; i < reader->n_pieces; i++)
        reader->parsers[i].expecting = 0;
}

/* Take up to `most` pieces from the source. */
static void take_supply(file_reader *reader, supply *into, size_t most)
{
    into->n = 0;
    into->status = DRIFT_OK;
    while (into->n < most && !reader->cutter.ended && into->status == DRIFT_OK) {
        drift__text *text = &into->texts[into->n];
        into->status = drift__cutter_next(&reader->cutter, text, &into->error);
        into->n += into->status == DRIFT_OK && (text->at < text->end || text->fault.status);
    }
    if (into->status)
        reader->cutter.ended = 1;
}

static supply *next_supply(file_reader *reader)
{
    return &reader->supplies[reader->executor ? !reader->now : 0];
}

/* Pieces of a round; each needs memory for all columns. */
static size_t most_pieces(const file_reader *reader)
{
    enum { MOST_COLUMNS = 65536 };
    size_t most = reader->n_shared ? MOST_COLUMNS / reader->n_shared : 1;
    return !reader->learnt || !most ? 1 : most < reader->n_pieces ? most : reader->n_pieces;
}

/* Find the head in the first pieces; the rows behind it are of the first round. */
static drift_status find_head(file_reader *reader, drift_error *error)
{
    supply *first = next_supply(reader);
    drift__parser *parser = &reader->parsers[0];
    drift_status status = DRIFT_END;
    while (status == DRIFT_END) {
        take_supply(reader, first, 1);
        if (!first->n)
            return first->status ? drift__fail(error, first->status, "%s", first->error.message)
                                 : drift__fail(error, DRIFT_ERR_PARSE,
                                               "%s: the file is empty; expected a header line",
                                               reader->base.label);
        parser->text = &first->texts[0];
        parser->begun = 0;
        status = parser->text->fault.status;
        if (status == DRIFT_OK)
            status = reader->dialect.format->head(parser);
        if (status == DRIFT_END)
            reader->lines += parser->text->line;
    }
    size_t n = parser->batch.n_columns;
    if (status == DRIFT_OK)
        status = drift__batch_take_columns(&reader->known, &parser->batch, n);
    if (status) {
        parser->text->fault.status = status;
        return drift__fault_tell(&parser->text->fault, reader->base.label, reader->lines, error);
    }
    reader->n_shared = n;
    reader->ready = reader->learnt = 1;
    return DRIFT_OK;
}

static void do_task(void *context, size_t index)
{
    file_reader *reader = context;
    if (index)
        drift__parser_run(&reader->parsers[index - 1]);
    else
        take_supply(reader, next_supply(reader), most_pieces(reader));
}

/* Read the next pieces, and with helpers take those after them from the source. */
static drift_status read_round(file_reader *reader, drift_error *error)
{
    if (!reader->ready)
        take_supply(reader, next_supply(reader), most_pieces(reader));
    reader->now = reader->executor ? !reader->now : 0;
    reader->at = 0;
    supply *now = &reader->supplies[reader->now];
    for (size_t i = 0; i < now->n; i++) {
        drift__parser *parser = &reader->parsers[i];
        parser->text = &now->texts[i];
        parser->begun = 1;
        if (drift__parser_take_columns(parser, &reader->known, reader->n_shared,
                                       &reader->expectation)) {
            now->n = 0;
            return drift__fail_status(error, now->status = DRIFT_ERR_OUT_OF_MEMORY);
        }
    }
    if (reader->executor)
        drift__execute(reader->executor, now->n + 1, do_task, reader);
    else if (now->n)
        drift__parser_run(&reader->parsers[0]);
    reader->ready = reader->executor != NULL;
    return drift__source_report(reader->base.source, error);
}

/* The columns of a batch where they stand among all that were met; others are missing. */
static drift_status arrange(file_reader *reader, const drift__batch *batch, size_t slot)
{
    drift__batch *known = &reader->known;
    drift_table *table = &reader->tables[slot];
    drift_status status = DRIFT_OK;
    for (size_t i = reader->n_shared; i < batch->n_columns && status == DRIFT_OK; i++)
        if (drift__batch_find(known, batch->names[i], batch->lengths[i]) == DRIFT__NO_COLUMN)
            status = drift__batch_add(known, batch->names[i], batch->lengths[i]);
    *table = (drift_table)DRIFT_TABLE_INIT;
    table->n_rows = batch->n_rows;
    table->n_columns = (uint32_t)known->n_columns;
    table->columns = batch->columns;
    if (status || known->n_columns == reader->n_shared)
        return status;
    void *columns = reader->columns[slot];
    status = drift__reserve(&reader->base.allocator, &columns, &reader->columns_capacity[slot],
                            known->n_columns, sizeof **reader->columns);
    table->columns = reader->columns[slot] = columns;
    if (status)
        return status;
    for (size_t i = reader->n_shared; i < known->n_columns; i++) {
        reader->columns[slot][i] = (drift_column)DRIFT_COLUMN_INIT;
        reader->columns[slot][i].layout = DRIFT_LAYOUT_NULL;
    }
    for (size_t i = 0; i < batch->n_columns; i++) {
        size_t place =
            i < reader->n_shared ? i : drift__batch_find(known, batch->names[i], batch->lengths[i]);
        reader->columns[slot][place] = batch->columns[i];
    }
    return DRIFT_OK;
}

/* Tables of the pieces from `at` on, up to the rows before a fault or those that fill a batch. */
static drift_status give_out(file_reader *reader, size_t *out_n, drift_error *error)
{
    const supply *now = &reader->supplies[reader->now];
    *out_n = 0;
    while (reader->at < now->n && !reader->unfinished) {
        const drift__parser *parser = &reader->parsers[reader->at];
        const drift__text *text = parser->text;
        if (parser->batch.n_rows && arrange(reader, &parser->batch, (*out_n)++))
            return drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
        reader->unfinished = text->fault.status || text->at < text->end;
        if (reader->unfinished)
            break;
        reader->lines += text->line;
        reader->at++;
        if (!reader->learnt)
            reader->n_shared = reader->known.n_columns;
        reader->learnt = 1;
    }
    for (size_t i = 0; i < *out_n; i++)
        reader->tables[i].names = (const char *const *)reader->known.names;
    return DRIFT_OK;
}

/* Begin where nothing was read yet: the head, and the first round. */
static drift_status begin(file_reader *reader, drift_error *error)
{
    drift_status status = reader->failed;
    if (reader->begun)
        return DRIFT_OK;
    if (status)
        return drift__fail(error, status, "%s", reader->failure.message);
    if (reader->dialect.format->head)
        status = find_head(reader, &reader->failure);
    if (status) {
        reader->failed = status;
        return drift__fail(error, status, "%s", reader->failure.message);
    }
    reader->begun = 1;
    return read_round(reader, error);
}

/* A file without rows is a table of no rows. */
static drift_status end(file_reader *reader, size_t *out_n)
{
    if (reader->delivered)
        return DRIFT_END;
    drift__batch_table(&reader->known, &reader->tables[0]);
    *out_n = 1;
    return DRIFT_OK;
}

/* What stands in the way of the next tables, where the round has none left: the next round. */
static drift_status go_on(file_reader *reader, size_t *out_n, drift_error *error)
{
    const supply *now = &reader->supplies[reader->now], *next = next_supply(reader);
    if (reader->at < now->n)
        return drift__fault_tell(&now->texts[reader->at].fault, reader->base.label, reader->lines,
                                 error);
    if (now->status)
        return drift__fail(error, now->status, "%s", now->error.message);
    if (reader->cutter.ended && !(reader->ready && (next->n || next->status)))
        return end(reader, out_n);
    return read_round(reader, error);
}

static drift_status file_several(drift_reader *base, const drift_table **out_tables, size_t *out_n,
                                 drift_error *error)
{
    file_reader *reader = file_of(base);
    size_t n = 0;
    drift_status status = begin(reader, error);
    while (status == DRIFT_OK && !n) {
        if (reader->unfinished)
            drift__parser_run(&reader->parsers[reader->at]);
        reader->unfinished = 0;
        status = give_out(reader, &n, error);
        if (status == DRIFT_OK && !n)
            status = go_on(reader, &n, error);
    }
    if (status)
        return status;
    reader->delivered = 1;
    *out_tables = reader->tables;
    *out_n = n;
    return DRIFT_OK;
}

static const drift__reader_methods file_methods = {
    .rewind = file_rewind, .destroy = file_destroy, .expect = file_expect, .several = file_several};

static drift_status allocate(file_reader *reader, size_t n_pieces)
{
    const drift_allocator *memory = &reader->base.allocator;
    reader->n_pieces = n_pieces;
    for (size_t k = 0; k < (reader->executor ? 2 : 1); k++) {
        supply *made = &reader->supplies[k];
        made->texts = drift__allocate_zero(memory, n_pieces, sizeof *made->texts);
        if (!made->texts)
            return DRIFT_ERR_OUT_OF_MEMORY;
    }
    reader->tables = drift__allocate(memory, n_pieces, sizeof *reader->tables);
    reader->columns = drift__allocate_zero(memory, n_pieces, sizeof *reader->columns);
    reader->columns_capacity =
        drift__allocate_zero(memory, n_pieces, sizeof *reader->columns_capacity);
    reader->parsers = drift__allocate(memory, n_pieces, sizeof *reader->parsers);
    if (!reader->tables || !reader->columns || !reader->columns_capacity || !reader->parsers)
        return DRIFT_ERR_OUT_OF_MEMORY;
    for (size_t i = 0; i < n_pieces; i++)
        drift__parser_init(&reader->parsers[i], &reader->dialect, memory);
    return DRIFT_OK;
}

/* What a pipe gives is read as it comes. */
static size_t pieces_for(const drift_executor *executor, const drift__source *source)
{
    if (!executor || drift_executor_threads(executor) == 1 || !drift__source_seekable(source))
        return 1;
    size_t threads = drift_executor_threads(executor);
    size_t n = threads ? PIECES_A_THREAD * threads : PIECES_OF_A_HOST;
    return n < MOST_PIECES ? n : MOST_PIECES;
}

drift_status drift__file_reader_create(drift__source *source, const drift__row_format *format,
                                       char delimiter, const drift_profile_config *config,
                                       drift_reader **out_reader, drift_error *error)
{
    drift_allocator memory = drift__allocator(config->allocator);
    file_reader *reader = drift__allocate_zero(&memory, 1, sizeof *reader);
    if (!reader)
        return drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    size_t n_pieces = pieces_for(config->executor, source);
    reader->base.methods = &file_methods;
    reader->base.allocator = memory;
    reader->base.name = drift__source_path(source);
    reader->base.label = drift__source_label(source);
    reader->executor = n_pieces > 1 ? config->executor : NULL;
    reader->dialect.format = format;
    reader->dialect.delimiter = delimiter;
    reader->dialect.scans_numbers = strchr("+-.0123456789Ee", delimiter) == NULL;
    reader->dialect.missing_stated = config->missing != NULL;
    reader->cutter.allocator = memory;
    reader->cutter.source = source;
    reader->cutter.cut = format->cut;
    reader->cutter.delimiter = delimiter;
    drift__batch_init(&reader->known, &reader->base.allocator);
    drift_status status = allocate(reader, n_pieces);
    if (status == DRIFT_OK)
        status = drift__missing_init(&reader->dialect.missing, config->missing, config->n_missing,
                                     &memory);
    if (status) {
        file_destroy(&reader->base);
        return drift__fail_status(error, status);
    }
    reader->base.source = source;
    *out_reader = &reader->base;
    return DRIFT_OK;
}
