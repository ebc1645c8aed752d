/* SPDX-License-Identifier: Apache-2.0
 *
 * text.c: a source cut into pieces at the ends of rows: each is filled behind
 * the rest of the one before, and what follows its last complete row is kept
 * for the next.
 */
#include "io/text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"

/* A row that is incomplete beyond PATIENT bytes is looked at again only when it has doubled. */
enum { PIECE = 256 << 10, PATIENT = 64 << 10, LONGEST_ROW = 256 << 20 };

void drift__cutter_free(drift__cutter *cutter)
{
    drift__release(&cutter->allocator, cutter->rest);
}

void drift__cutter_restart(drift__cutter *cutter)
{
    cutter->rest_size = 0;
    cutter->begun = cutter->after_return = cutter->ended = 0;
    cutter->failed = DRIFT_OK;
}

void drift__text_free(drift__text *text, const drift_allocator *allocator)
{
    drift__release(allocator, text->bytes);
}

static drift_status reserve(drift__text *text, size_t capacity, const drift_allocator *allocator)
{
    if (capacity <= text->capacity)
        return DRIFT_OK;
    char *bytes = drift__reallocate(allocator, text->bytes, capacity + DRIFT__TEXT_SLACK, 1);
    if (!bytes)
        return DRIFT_ERR_OUT_OF_MEMORY;
    text->bytes = bytes;
    text->capacity = capacity;
    return DRIFT_OK;
}

/* Read until the piece has `target` bytes or there are no more. */
static drift_status read_up_to(drift__cutter *cutter, drift__text *text, size_t target,
                               drift_error *error)
{
    drift_status status = reserve(text, target > PIECE ? target : PIECE, &cutter->allocator);
    if (status)
        return drift__fail_status(error, status);
    while (status == DRIFT_OK && text->end < target && !cutter->ended) {
        size_t got = 0;
        status = drift__source_read(cutter->source, text->bytes + text->end,
                                    text->capacity - text->end, &got, error);
        text->end += got;
        cutter->ended = status == DRIFT_OK && got == 0;
    }
    return status;
}

/* Byte order marks: that of UTF-8 is skipped, that of UTF-16 tells what the file is. */
static drift_status skip_mark(drift__cutter *cutter, drift__text *text, drift_error *error)
{
    drift_status status = read_up_to(cutter, text, 3, error);
    if (status)
        return status;
    cutter->begun = 1;
    if (text->end >= 3 && memcmp(text->bytes, "\xef\xbb\xbf", 3) == 0)
        text->at = 3;
    else if (text->end >= 2 &&
             (memcmp(text->bytes, "\xff\xfe", 2) == 0 || memcmp(text->bytes, "\xfe\xff", 2) == 0))
        return drift__fail(error, DRIFT_ERR_PARSE,
                           "%s: this is UTF-16 text; convert it to UTF-8 first",
                           drift__source_label(cutter->source));
    return DRIFT_OK;
}

/* Read until there is a complete row; `*out_size` bytes of complete rows from `at` on. */
static drift_status read_rows(drift__cutter *cutter, drift__text *text, size_t *out_size,
                              drift_error *error)
{
    size_t target = drift__source_seekable(cutter->source) ? PIECE : cutter->rest_size + 1;
    for (;;) {
        if (!cutter->failed)
            cutter->failed = read_up_to(cutter, text, target, &cutter->failure);
        size_t held = text->end - text->at;
        *out_size = cutter->ended || !held
                        ? held
                        : cutter->cut(text->bytes + text->at, held, cutter->delimiter);
        if (*out_size || cutter->ended)
            return DRIFT_OK;
        if (cutter->failed)
            return drift__fail(error, cutter->failed, "%s", cutter->failure.message);
        if (text->end >= LONGEST_ROW) {
            cutter->ended = 1;
            drift__text_fail_line(text, DRIFT_ERR_PARSE,
                                  "a row of more than 256 MB begins here; is a quote left open?");
            return DRIFT_OK;
        }
        target = text->end < PATIENT ? text->end + 1 : 2 * text->end;
    }
}

static drift_status keep_rest(drift__cutter *cutter, const char *rest, size_t size)
{
    void *kept = cutter->rest;
    drift_status status =
        drift__reserve(&cutter->allocator, &kept, &cutter->rest_capacity, size, 1);
    cutter->rest = kept;
    if (status)
        return status;
    if (size)
        memcpy(cutter->rest, rest, size);
    cutter->rest_size = size;
    return DRIFT_OK;
}

drift_status drift__cutter_next(drift__cutter *cutter, drift__text *text, drift_error *error)
{
    size_t size = 0;
    text->at = 0;
    text->end = 0;
    text->line = 0;
    text->after_return = cutter->after_return;
    text->fault.status = DRIFT_OK;
    drift_status status = reserve(text, cutter->rest_size, &cutter->allocator);
    if (status)
        return drift__fail_status(error, status);
    if (cutter->rest_size)
        memcpy(text->bytes, cutter->rest, cutter->rest_size);
    text->end = cutter->rest_size;
    if (!cutter->begun)
        status = skip_mark(cutter, text, error);
    if (status == DRIFT_OK)
        status = read_rows(cutter, text, &size, error);
    if (status)
        return status;
    size_t end = text->at + size;
    if (keep_rest(cutter, text->bytes + end, text->end - end))
        return drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    if (size)
        cutter->after_return = text->bytes[end - 1] == '\r';
    text->end = end;
    memset(text->bytes + end, 0, DRIFT__TEXT_SLACK);
    return DRIFT_OK;
}

/* Line and column of `where`; columns count characters, not bytes. */
static void locate(const drift__text *text, const char *where, drift__fault *fault)
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
    fault->line = line;
    fault->column = column;
}

drift_status drift__text_fail(drift__text *text, const char *where, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text->fault.message, sizeof text->fault.message, format, arguments);
    va_end(arguments);
    locate(text, where, &text->fault);
    return text->fault.status = DRIFT_ERR_PARSE;
}

drift_status drift__text_fail_line(drift__text *text, drift_status status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text->fault.message, sizeof text->fault.message, format, arguments);
    va_end(arguments);
    text->fault.line = text->line;
    text->fault.column = 0;
    return text->fault.status = status;
}

drift_status drift__fault_tell(const drift__fault *fault, const char *label, uint64_t lines,
                               drift_error *error)
{
    uint64_t line = lines + fault->line + 1;
    if (fault->status == DRIFT_ERR_OUT_OF_MEMORY)
        return drift__fail_status(error, fault->status);
    if (!fault->column)
        return drift__fail(error, fault->status, "%s: line %" PRIu64 ": %s", label, line,
                           fault->message);
    return drift__fail(error, fault->status, "%s: line %" PRIu64 ": column %" PRIu64 ": %s", label,
                       line, fault->column, fault->message);
}
