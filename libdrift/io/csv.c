/* SPDX-License-Identifier: Apache-2.0
 *
 * csv.c: RFC 4180 with the liberties that files take: LF, CRLF or CR line
 * ends, any delimiter, a byte order mark, no line end after the last row.
 * Blank lines are skipped, in files of one column too. A quote inside an
 * unquoted field is text. Quoted and unquoted missing tokens are alike.
 *
 * The row is read in place; fields with doubled quotes are shortened in place
 * once it is complete.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "core/numbers.h"
#include "core/utf8.h"
#include "io/file_reader.h"

/* Where a field ends: at a delimiter, a control character, or the zero behind the text. */
static const char *find_stop(const char *at, char stop)
{
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    const uint64_t ones = 0x0101010101010101U, tops = 0x8080808080808080U;
    const uint64_t pattern = ones * (unsigned char)stop;
    for (;; at += 8) {
        uint64_t word, match;
        memcpy(&word, at, sizeof word);
        match = word ^ pattern;
        /* Borrows run upwards, so the lowest flag is always a true one. */
        match = (((match - ones) & ~match) | ((word - 0x20 * ones) & ~word)) & tops;
        if (match)
            return at + (__builtin_ctzll(match) >> 3);
    }
#else
    while (*at != stop && (unsigned char)*at >= 0x20)
        at++;
    return at;
#endif
}

/* What a field scan came to. */
typedef enum field_end { FIELD_BAD, FIELD_OPEN, FIELD_DONE } field_end;

typedef struct field {
    const char *text, *text_end;
    const char *stop; /* the delimiter, line end or end of the text behind it */
    int doubled;      /* holds doubled quotes */
} field;

static drift_status not_text(const drift__text *text, const char *where, drift_error *error)
{
    return drift__text_fail(text, where, error, "a NUL byte: this is not a text file");
}

static field_end scan_plain(drift__file_reader *reader, const char *at, const char *end, field *out,
                            drift_error *error)
{
    char delimiter = reader->delimiter;
    out->text = at;
    out->doubled = 0;
    for (;; at++) {
        at = find_stop(at, delimiter);
        if (*at == delimiter || *at == '\n' || *at == '\r')
            break;
        if (*at != '\0')
            continue;
        if (at < end)
            return not_text(&reader->text, at, error), FIELD_BAD;
        if (!reader->text.ended)
            return FIELD_OPEN;
        break;
    }
    out->text_end = out->stop = at;
    return FIELD_DONE;
}

static field_end after_quote(drift__file_reader *reader, const char *at, const char *end,
                             field *out, drift_error *error)
{
    if (at == end && !reader->text.ended)
        return FIELD_OPEN;
    if (at < end && *at != reader->delimiter && *at != '\n' && *at != '\r') {
        drift__text_fail(&reader->text, at, error,
                         "text after a closing quote; expected '%c' or "
                         "the end of the line",
                         reader->delimiter);
        return FIELD_BAD;
    }
    out->stop = at;
    return FIELD_DONE;
}

static field_end scan_quoted(drift__file_reader *reader, const char *open, const char *end,
                             field *out, drift_error *error)
{
    const char *at = open + 1;
    out->text = at;
    out->doubled = 0;
    for (;; at++) {
        at = find_stop(at, '"');
        if (at == end) {
            if (!reader->text.ended)
                return FIELD_OPEN;
            drift__text_fail(&reader->text, open, error,
                             "the quote that opens here is never closed");
            return FIELD_BAD;
        }
        if (*at == '\0')
            return not_text(&reader->text, at, error), FIELD_BAD;
        if (*at == '\n' || (*at == '\r' && at[1] != '\n'))
            reader->row_lines++;
        if (*at != '"')
            continue;
        if (at[1] != '"' || at + 1 == end)
            break;
        out->doubled = 1;
        at++;
    }
    out->text_end = at;
    return after_quote(reader, at + 1, end, out, error);
}

static drift_value value_of(const drift__file_reader *reader, const char *text, size_t length)
{
    if (drift__missing_has(&reader->missing, text, length))
        return (drift_value){DRIFT_VALUE_MISSING, 0, {0}};
    return (drift_value){DRIFT_VALUE_TOKEN, (uint32_t)length, {.string = text}};
}

static drift_status store(drift__file_reader *reader, size_t column, const field *found)
{
    const char *text = found->text;
    size_t length = (size_t)(found->text_end - text);
    if (!reader->begun) {
        void *fields = reader->fields;
        drift_status status =
            drift__reserve(&reader->base.allocator, &fields, &reader->fields_capacity, column + 1,
                           sizeof *reader->fields);
        reader->fields = fields;
        if (status)
            return status;
        reader->fields[column] =
            (drift_value){DRIFT_VALUE_TOKEN, (uint32_t)length, {.string = text}};
    } else if (column < reader->batch.n_columns) {
        drift_value value = value_of(reader, text, length);
        if (reader->batch.plain[column])
            drift__batch_set(&reader->batch, column, &value);
        else
            reader->batch.values[column][reader->batch.n_rows] = value;
    } else {
        return DRIFT_OK;
    }
    if (!found->doubled)
        return DRIFT_OK;
    void *doubled = reader->doubled;
    drift_status status =
        drift__reserve(&reader->base.allocator, &doubled, &reader->doubled_capacity,
                       reader->n_doubled + 1, sizeof *reader->doubled);
    reader->doubled = doubled;
    if (status == DRIFT_OK)
        reader->doubled[reader->n_doubled++] = (uint32_t)column;
    return status;
}

/* Every pair of quotes becomes one. */
static void shorten(drift_value *value)
{
    char *text = (char *)(uintptr_t)value->as.string;
    size_t used = 0;
    for (size_t i = 0; i < value->length; i++) {
        text[used++] = text[i];
        i += text[i] == '"';
    }
    value->length = (uint32_t)used;
}

static void shorten_doubled(drift__file_reader *reader)
{
    for (size_t i = 0; i < reader->n_doubled; i++) {
        uint32_t column = reader->doubled[i];
        drift_value *value = reader->begun ? &reader->batch.values[column][reader->batch.n_rows]
                                           : &reader->fields[column];
        if (reader->begun && reader->batch.plain[column])
            continue; /* as it is written it means "no value" */
        if (value->tag != DRIFT_VALUE_TOKEN)
            continue;
        shorten(value);
        if (reader->begun)
            *value = value_of(reader, value->as.string, value->length);
    }
}

/* Blank lines, and the line feed of a carriage return that ended the row before. */
static void skip_blank_lines(drift__file_reader *reader)
{
    drift__text *text = &reader->text;
    for (; text->at < text->end; text->at++) {
        char c = text->bytes[text->at];
        if (c != '\n' && c != '\r')
            break;
        text->line += !(c == '\n' && reader->skip_newline);
        reader->skip_newline = c == '\r';
    }
    if (text->at < text->end)
        reader->skip_newline = 0;
}

static void end_row(drift__file_reader *reader, const char *stop, const char *end)
{
    drift__text *text = &reader->text;
    text->line += reader->row_lines;
    if (stop < end) {
        text->line++;
        reader->skip_newline = *stop == '\r';
        stop++;
    }
    text->at = (size_t)(stop - text->bytes);
}

/* 1 where a number at `at` may be a token that means "no value". */
static inline int may_be_missing(const drift__missing *missing, const char *at)
{
    unsigned char first = (unsigned char)*at;
    return (int)((missing->starts[first >> 6] >> (first & 63)) & 1);
}

/*
 * Take fields as numbers without looking for their ends first, from `*column` on for as long as
 * they are numbers of columns that want them. Returns the field it stopped at, or with `*out_row`
 * set the end of the row.
 */
static const char *scan_numbers(const drift__file_reader *reader, const char *at, size_t *column,
                                int *out_row)
{
    const drift__batch *batch = &reader->batch;
    char delimiter = reader->delimiter;
    size_t at_column = *column, row = batch->n_rows;
    for (; at_column < batch->n_columns && batch->plain[at_column]; at_column++) {
        double number;
        int quoted = *at == '"';
        const char *stop = drift__scan_number(at + quoted, &number);
        if (!stop || may_be_missing(&reader->missing, at + quoted))
            break;
        if (quoted && *stop++ != '"')
            break;
        if (*stop != delimiter && *stop != '\n' && *stop != '\r')
            break;
        batch->plain[at_column][row] = number;
        at = stop + 1;
        if (*stop == delimiter)
            continue;
        *out_row = 1;
        at = stop;
        break;
    }
    *column = at_column;
    return at;
}

/* The `*out_n` fields of the row at `text.at`, 0 where it is not complete, and its end. */
static drift_status scan_row(drift__file_reader *reader, size_t *out_n, const char **out_stop,
                             drift_error *error)
{
    const char *at = reader->text.bytes + reader->text.at;
    const char *end = reader->text.bytes + reader->text.end;
    size_t column = 0;
    reader->n_doubled = 0;
    reader->row_lines = 0;
    int numbers = reader->begun && reader->scans_numbers, complete = 0;
    for (;; column++) {
        field found;
        if (numbers) {
            at = scan_numbers(reader, at, &column, &complete);
            if (complete)
                break;
        }
        field_end result = *at == '"' ? scan_quoted(reader, at, end, &found, error)
                                      : scan_plain(reader, at, end, &found, error);
        if (result == FIELD_BAD)
            return DRIFT_ERR_PARSE;
        if (result == FIELD_OPEN)
            return DRIFT_OK;
        if (store(reader, column, &found))
            return drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
        at = found.stop;
        if (at == end || *at != reader->delimiter)
            break;
        at++;
    }
    *out_stop = at;
    *out_n = column + 1;
    return DRIFT_OK;
}

static drift_status csv_row(drift__file_reader *reader, int *out_row, drift_error *error)
{
    drift__text *text = &reader->text;
    skip_blank_lines(reader);
    if (text->at == text->end)
        return text->ended ? DRIFT_END : DRIFT_OK;
    const char *stop = NULL;
    size_t n = 0;
    drift_status status = scan_row(reader, &n, &stop, error);
    if (status || !n)
        return status;
    if (n != reader->batch.n_columns)
        return drift__fail(
            error, DRIFT_ERR_PARSE, "%s: line %" PRIu64 ": row has %zu field%s, the header has %zu",
            reader->base.label, text->line, n, n == 1 ? "" : "s", reader->batch.n_columns);
    shorten_doubled(reader);
    end_row(reader, stop, text->bytes + text->end);
    *out_row = 1;
    return DRIFT_OK;
}

static int is_utf8(const char *text, size_t length)
{
    for (size_t at = 0, step; at < length; at += step)
        if (!(step = drift__utf8_step(text + at, length - at)))
            return 0;
    return 1;
}

static drift_status add_column(drift__file_reader *reader, size_t position, drift_error *error)
{
    const drift_value *name = &reader->fields[position];
    const char *text = name->as.string;
    size_t length = name->length;
    char quoted[64], made[32];
    if (!is_utf8(text, length))
        return drift__text_fail(&reader->text, text, error, "the name of column %zu is not UTF-8",
                                position + 1);
    if (!length) {
        length = (size_t)snprintf(made, sizeof made, "column_%zu", position + 1);
        text = made;
    }
    if (drift__batch_find(&reader->batch, text, length) != DRIFT__NO_COLUMN)
        return drift__text_fail(&reader->text, name->as.string, error,
                                "a second column is called '%s'",
                                drift__quote(quoted, text, length));
    if (drift__batch_add(&reader->batch, text, length))
        return drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    return DRIFT_OK;
}

static drift_status csv_head(drift__file_reader *reader, int *out_done, drift_error *error)
{
    drift__text *text = &reader->text;
    skip_blank_lines(reader);
    if (text->at == text->end)
        return text->ended ? drift__fail(error, DRIFT_ERR_PARSE,
                                         "%s: the file is empty; expected a header line",
                                         reader->base.label)
                           : DRIFT_OK;
    const char *stop = NULL;
    size_t n = 0;
    drift_status status = scan_row(reader, &n, &stop, error);
    if (status || !n)
        return status;
    if (n > DRIFT__MOST_COLUMNS)
        return drift__fail(error, DRIFT_ERR_UNSUPPORTED,
                           "%s: line %" PRIu64 ": the header has %zu columns, at most %d are read",
                           reader->base.label, text->line, n, (int)DRIFT__MOST_COLUMNS);
    shorten_doubled(reader);
    /* After a rewind the columns are known already. */
    for (size_t i = 0; i < n && status == DRIFT_OK && reader->batch.n_columns < n; i++)
        status = add_column(reader, i, error);
    if (status)
        return status;
    end_row(reader, stop, text->bytes + text->end);
    *out_done = 1;
    return DRIFT_OK;
}

const drift__row_format drift__csv_format = {csv_row, csv_head};
