/* SPDX-License-Identifier: Apache-2.0
 *
 * parser.c: a batch filled row by row from a piece of text.
 */
#include "io/parser.h"

#include <string.h>

#include "core/memory.h"

void drift__parser_init(drift__parser *parser, const drift__dialect *dialect,
                        const drift_allocator *allocator)
{
    memset(parser, 0, sizeof *parser);
    parser->allocator = allocator;
    parser->dialect = dialect;
    drift__batch_init(&parser->batch, allocator);
}

void drift__parser_free(drift__parser *parser)
{
    drift__batch_free(&parser->batch);
    drift__release(parser->allocator, parser->fields);
    drift__release(parser->allocator, parser->doubled);
    drift__release(parser->allocator, parser->keys);
}

drift_status drift__parser_take_columns(drift__parser *parser, const drift__batch *known, size_t n,
                                        const drift__expectation *wanted)
{
    drift__batch *batch = &parser->batch;
    drift_status status = drift__batch_take_columns(batch, known, n);
    if (parser->n_keys > batch->n_columns)
        parser->n_keys = batch->n_columns;
    for (; status == DRIFT_OK && parser->expecting < batch->n_columns; parser->expecting++) {
        const char *name = batch->names[parser->expecting];
        int numbers = wanted->numbers && wanted->numbers(wanted->context, name);
        status = drift__batch_expect(batch, parser->expecting, numbers);
    }
    return status;
}

void drift__parser_run(drift__parser *parser)
{
    drift__text *text = parser->text;
    drift__batch *batch = &parser->batch;
    drift_status status = text->fault.status;
    size_t n_columns = batch->n_columns;
    drift__batch_start(batch);
    while (status == DRIFT_OK && !drift__batch_full(batch)) {
        n_columns = batch->n_columns;
        status = drift__batch_reserve(batch);
        if (status == DRIFT_OK)
            status = parser->dialect->format->row(parser);
        batch->n_rows += status == DRIFT_OK;
    }
    if (status == DRIFT_OK || status == DRIFT_END)
        return;
    text->fault.status = status;
    /* Keys that only the faulty row has are no columns; to have fewer of its own cannot fail. */
    drift__batch_take_columns(batch, batch, n_columns);
}
