/* SPDX-License-Identifier: Apache-2.0
 *
 * text.c: a sliding window over a source.
 */
#include "io/text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"

/* A row that is incomplete beyond PATIENT bytes is looked at again only when it has doubled. */
enum { FIRST_CAPACITY = 256 << 10, PATIENT = 64 << 10, LONGEST_ROW = 256 << 20 };

drift_status drift__text_init(drift__text *text, drift__source *source,
                              const drift_allocator *allocator)
{
    memset(text, 0, sizeof *text);
    text->allocator = *allocator;
    text->source = source;
    text->line = 1;
    text->capacity = FIRST_CAPACITY;
    text->bytes = drift__allocate_zero(allocator, FIRST_CAPACITY + DRIFT__TEXT_SLACK, 1);
    return text->bytes ? DRIFT_OK : DRIFT_ERR_OUT_OF_MEMORY;
}

void drift__text_free(drift__text *text)
{
    drift__release(&text->allocator, text->bytes);
}

void drift__text_restart(drift__text *text)
{
    text->at = text->end = 0;
    text->ended = 0;
    text->line = 1;
}

static drift_status grow(drift__text *text, drift_error *error)
{
    if (text->capacity >= LONGEST_ROW)
        return drift__fail(error, DRIFT_ERR_PARSE,
                           "%s: line %" PRIu64
                           ": a row of more than 256 MB begins here; is a quote left open?",
                           drift__source_label(text->source), text->line);
    char *bytes =
        drift__reallocate(&text->allocator, text->bytes, 2 * text->capacity + DRIFT__TEXT_SLACK, 1);
    if (!bytes)
        return drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    text->bytes = bytes;
    text->capacity *= 2;
    return DRIFT_OK;
}

drift_status drift__text_fill(drift__text *text, drift_error *error)
{
    size_t held = text->end - text->at, target = held >= PATIENT ? 2 * held : held + 1;
    if (text->at)
        memmove(text->bytes, text->bytes + text->at, held);
    text->at = 0;
    text->end = held;
    drift_status status = DRIFT_OK;
    while (status == DRIFT_OK && text->end < target && !text->ended) {
        size_t got = 0;
        if (text->end == text->capacity && (status = grow(text, error)))
            break;
        status = drift__source_read(text->source, text->bytes + text->end,
                                    text->capacity - text->end, &got, error);
        if (status)
            break;
        text->end += got;
        text->ended = got == 0;
    }
    memset(text->bytes + text->end, 0, DRIFT__TEXT_SLACK);
    return status;
}

/* Line and column of `where`; columns count characters, not bytes. */
static void locate(const drift__text *text, const char *where, uint64_t *out_line,
                   uint64_t *out_column)
{
    uint64_t line = text->line, column = 1;
    for (const char *c = text->bytes + text->at; c < where; c++) {
        if (*c == '\n' || (*c == '\r' && c[1] != '\n')) {
            line++;
            column = 1;
        } else if ((*c & 0xc0) != 0x80) {
            column++;
        }
    }
    *out_line = line;
    *out_column = column;
}

drift_status drift__text_fail(const drift__text *text, const char *where, drift_error *error,
                              const char *format, ...)
{
    uint64_t line, column;
    char message[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    locate(text, where, &line, &column);
    return drift__fail(error, DRIFT_ERR_PARSE, "%s: line %" PRIu64 ": column %" PRIu64 ": %s",
                       drift__source_label(text->source), line, column, message);
}
