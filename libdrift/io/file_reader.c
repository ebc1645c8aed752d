/* SPDX-License-Identifier: Apache-2.0
 *
 * file_reader.c: fills a batch row by row and reads more text in between.
 */
#include "io/file_reader.h"

#include <string.h>

#include "core/error.h"
#include "core/memory.h"

static drift__file_reader *file_of(drift_reader *reader)
{
    return (drift__file_reader *)reader;
}

static void file_destroy(drift_reader *base)
{
    drift__file_reader *reader = file_of(base);
    drift_allocator memory = base->allocator;
    drift__text_free(&reader->text);
    drift__batch_free(&reader->batch);
    drift__missing_free(&reader->missing, &memory);
    drift__release(&memory, reader->fields);
    drift__release(&memory, reader->doubled);
    drift__release(&memory, reader->stamps);
    drift__source_destroy(base->source);
    drift__release(&memory, reader);
}

static drift_status file_rewind(drift_reader *base, drift_error *error)
{
    drift__file_reader *reader = file_of(base);
    drift_status status = drift__source_rewind(base->source, error);
    if (status)
        return status;
    drift__text_restart(&reader->text);
    reader->batch.n_rows = 0;
    reader->begun = reader->delivered = 0;
    reader->skip_newline = 0;
    reader->searched = 0;
    return DRIFT_OK;
}

/* Byte order marks: that of UTF-8 is skipped, that of UTF-16 tells what the file is. */
static drift_status skip_mark(drift__text *text, drift_error *error)
{
    drift_status status = DRIFT_OK;
    while (status == DRIFT_OK && text->end - text->at < 3 && !text->ended)
        status = drift__text_fill(text, error);
    if (status)
        return status;
    const char *start = text->bytes + text->at;
    if (memcmp(start, "\xef\xbb\xbf", 3) == 0)
        text->at += 3;
    else if (memcmp(start, "\xff\xfe", 2) == 0 || memcmp(start, "\xfe\xff", 2) == 0)
        return drift__fail(error, DRIFT_ERR_PARSE,
                           "%s: this is UTF-16 text; convert it to UTF-8 first",
                           drift__source_label(text->source));
    return DRIFT_OK;
}

static drift_status begin(drift__file_reader *reader, drift_error *error)
{
    int done = 0;
    drift_status status = skip_mark(&reader->text, error);
    while (status == DRIFT_OK && !done) {
        status = reader->format->head(reader, &done, error);
        if (status == DRIFT_OK && !done)
            status = drift__text_fill(&reader->text, error);
    }
    reader->begun = status == DRIFT_OK;
    return status;
}

/* A slow pipe's rows are given out as they come: no waiting for a full batch. */
static drift_status fill_batch(drift__file_reader *reader, drift_error *error)
{
    drift__batch *batch = &reader->batch;
    drift__batch_start(batch);
    while (batch->n_rows < batch->most_rows) {
        int row = 0;
        drift_status status = reader->format->row(reader, &row, error);
        if (status == DRIFT_END)
            break;
        if (status)
            return status;
        batch->n_rows += row != 0;
        if (!row && batch->n_rows)
            break;
        if (!row && (status = drift__text_fill(&reader->text, error)))
            return status;
    }
    return DRIFT_OK;
}

static void file_expect(drift_reader *base, const drift__expectation *expectation)
{
    const drift__expectation none = {NULL, NULL};
    file_of(base)->expectation = expectation ? *expectation : none;
    file_of(base)->expecting = 0;
}

static drift_status apply_expectation(drift__file_reader *reader, drift_error *error)
{
    const drift__expectation *wanted = &reader->expectation;
    drift__batch *batch = &reader->batch;
    for (; reader->expecting < batch->n_columns; reader->expecting++) {
        const char *name = batch->names[reader->expecting];
        int numbers = wanted->numbers && wanted->numbers(wanted->context, name);
        if (drift__batch_expect(batch, reader->expecting, numbers))
            return drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    }
    return DRIFT_OK;
}

static drift_status file_next(drift_reader *base, drift_table *out_table, drift_error *error)
{
    drift__file_reader *reader = file_of(base);
    drift_status status = reader->begun ? DRIFT_OK : begin(reader, error);
    if (status == DRIFT_OK)
        status = apply_expectation(reader, error);
    if (status == DRIFT_OK)
        status = fill_batch(reader, error);
    if (status)
        return status;
    if (!reader->batch.n_rows && reader->delivered)
        return DRIFT_END;
    reader->delivered = 1;
    drift__batch_table(&reader->batch, out_table);
    return DRIFT_OK;
}

static const drift__reader_methods file_methods = {file_next, file_rewind, file_destroy,
                                                   file_expect};

drift_status drift__file_reader_create(drift__source *source, const drift__row_format *format,
                                       char delimiter, const drift_profile_config *config,
                                       drift_reader **out_reader, drift_error *error)
{
    drift_allocator memory = drift__allocator(config->allocator);
    drift__file_reader *reader = drift__allocate_zero(&memory, 1, sizeof *reader);
    if (!reader)
        return drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    reader->base.methods = &file_methods;
    reader->base.allocator = memory;
    reader->base.name = drift__source_path(source);
    reader->base.label = drift__source_label(source);
    reader->format = format;
    reader->delimiter = delimiter;
    reader->scans_numbers = strchr("+-.0123456789Ee", delimiter) == NULL;
    reader->missing_stated = config->missing != NULL;
    drift__batch_init(&reader->batch, &reader->base.allocator);
    drift_status status = drift__text_init(&reader->text, source, &memory);
    if (status == DRIFT_OK)
        status = drift__missing_init(&reader->missing, config->missing, config->n_missing, &memory);
    if (status) {
        file_destroy(&reader->base);
        return drift__fail_status(error, status);
    }
    reader->base.source = source;
    *out_reader = &reader->base;
    return DRIFT_OK;
}
