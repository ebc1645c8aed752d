/* SPDX-License-Identifier: Apache-2.0
 *
 * csv.c: RFC 4180 with the liberties that files take: LF, CRLF or CR line
 * ends, any delimiter, a byte order mark, no line end after the last row.
 * Blank lines are skipped, in files of one column too. A quote inside an
 * unquoted field is text. Quoted and unquoted missing tokens are alike.
 *
 * The row is read in place; fields with doubled quotes are shortened in place
 * once it is complete. Where a row ends, only quotes make doubtful: without
 * any in the text the last line end is found from behind.
 */
#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "core/numbers.h"
#include "core/utf8.h"
#include "io/parser.h"

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

typedef struct field {
    const char *text, *text_end;
    const char *stop; /* the delimiter, line end or end of the text behind it */
    int doubled;      /* holds doubled quotes */
} field;

static drift_status not_text(drift__parser *parser, const char *where)
{
    return drift__text_fail(parser->text, where, "a NUL byte: this is not a text file");
}

static drift_status scan_plain(drift__parser *parser, const char *at, const char *end, field *out)
{
    char delimiter = parser->dialect->delimiter;
    out->text = at;
    out->doubled = 0;
    for (;; at++) {
        at = find_stop(at, delimiter);
        if (*at == delimiter || *at == '\n' || *at == '\r' || at >= end)
            break;
        if (*at == '\0')
            return not_text(parser, at);
    }
    out->text_end = out->stop = at;
    return DRIFT_OK;
}

static drift_status scan_quoted(drift__parser *parser, const char *open, const char *end,
                                field *out)
{
    const char *at = open + 1;
    char delimiter = parser->dialect->delimiter;
    out->text = at;
    out->doubled = 0;
    for (;; at++) {
        at = find_stop(at, '"');
        if (at >= end)
            return drift__text_fail(parser->text, open,
                                    "the quote that opens here is never closed");
        if (*at == '\0')
            return not_text(parser, at);
        if (*at == '\n' || (*at == '\r' && at[1] != '\n'))
            parser->row_lines++;
        if (*at != '"')
            continue;
        if (at[1] != '"' || at + 1 == end)
            break;
        out->doubled = 1;
        at++;
    }
    out->text_end = at++;
    if (at < end && *at != delimiter && *at != '\n' && *at != '\r')
        return drift__text_fail(parser->text, at,
                                "text after a closing quote; expected '%c' or the end of the line",
                                delimiter);
    out->stop = at;
    return DRIFT_OK;
}

static drift_value value_of(const drift__parser *parser, const char *text, size_t length)
{
    if (drift__missing_has(&parser->dialect->missing, text, length))
        return (drift_value){DRIFT_VALUE_MISSING, 0, {0}};
    return (drift_value){DRIFT_VALUE_TOKEN, (uint32_t)length, {.string = text}};
}

static drift_status store(drift__parser *parser, size_t column, const field *found)
{
    const char *text = found->text;
    size_t length = (size_t)(found->text_end - text);
    if (!parser->begun) {
        void *fields = parser->fields;
        drift_status status = drift__reserve(parser->allocator, &fields, &parser->fields_capacity,
                                             column + 1, sizeof *parser->fields);
        parser->fields = fields;
        if (status)
            return status;
        parser->fields[column] =
            (drift_value){DRIFT_VALUE_TOKEN, (uint32_t)length, {.string = text}};
    } else if (column < parser->batch.n_columns) {
        drift_value value = value_of(parser, text, length);
        if (parser->batch.plain[column])
            drift__batch_set(&parser->batch, column, &value);
        else
            parser->batch.values[column][parser->batch.n_rows] = value;
    } else {
        return DRIFT_OK;
    }
    if (!found->doubled)
        return DRIFT_OK;
    void *doubled = parser->doubled;
    drift_status status = drift__reserve(parser->allocator, &doubled, &parser->doubled_capacity,
                                         parser->n_doubled + 1, sizeof *parser->doubled);
    parser->doubled = doubled;
    if (status == DRIFT_OK)
        parser->doubled[parser->n_doubled++] = (uint32_t)column;
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

static void shorten_doubled(drift__parser *parser)
{
    for (size_t i = 0; i < parser->n_doubled; i++) {
        uint32_t column = parser->doubled[i];
        drift_value *value = parser->begun ? &parser->batch.values[column][parser->batch.n_rows]
                                           : &parser->fields[column];
        if (parser->begun && parser->batch.plain[column])
            continue; /* as it is written it means "no value" */
        if (value->tag != DRIFT_VALUE_TOKEN)
            continue;
        shorten(value);
        if (parser->begun)
            *value = value_of(parser, value->as.string, value->length);
    }
}

/* Blank lines, and the line feed of a carriage return that ended the row before. */
static void skip_blank_lines(drift__text *text)
{
    for (; text->at < text->end; text->at++) {
        char c = text->bytes[text->at];
        if (c != '\n' && c != '\r')
            break;
        text->line += !(c == '\n' && text->after_return);
        text->after_return = c == '\r';
    }
    if (text->at < text->end)
        text->after_return = 0;
}

static void end_row(drift__parser *parser, const char *stop)
{
    drift__text *text = parser->text;
    text->line += parser->row_lines;
    if (stop < text->bytes + text->end) {
        text->line++;
        text->after_return = *stop == '\r';
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
static const char *scan_numbers(const drift__parser *parser, const char *at, size_t *column,
                                int *out_row)
{
    const drift__batch *batch = &parser->batch;
    char delimiter = parser->dialect->delimiter;
    size_t at_column = *column, row = batch->n_rows;
    for (; at_column < batch->n_columns && batch->plain[at_column]; at_column++) {
        double number;
        int quoted = *at == '"';
        const char *stop = drift__scan_number(at + quoted, &number);
        if (!stop || may_be_missing(&parser->dialect->missing, at + quoted))
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

/* The `*out_n` fields of the row at `at`, and its end. */
static drift_status scan_row(drift__parser *parser, size_t *out_n, const char **out_stop)
{
    const char *at = parser->text->bytes + parser->text->at;
    const char *end = parser->text->bytes + parser->text->end;
    char delimiter = parser->dialect->delimiter;
    size_t column = 0;
    int numbers = parser->begun && parser->dialect->scans_numbers, complete = 0;
    parser->n_doubled = 0;
    parser->row_lines = 0;
    for (;; column++) {
        field found = {NULL, NULL, NULL, 0};
        if (numbers) {
            at = scan_numbers(parser, at, &column, &complete);
            if (complete)
                break;
        }
        drift_status status =
            *at == '"' ? scan_quoted(parser, at, end, &found) : scan_plain(parser, at, end, &found);
        if (status == DRIFT_OK)
            status = store(parser, column, &found);
        if (status)
            return status;
        at = found.stop;
        if (at >= end || *at != delimiter)
            break;
        at++;
    }
    *out_stop = at;
    *out_n = column + 1;
    return DRIFT_OK;
}

static drift_status csv_row(drift__parser *parser)
{
    drift__text *text = parser->text;
    const char *stop = NULL;
    size_t n = 0, n_columns = parser->batch.n_columns;
    skip_blank_lines(text);
    if (text->at == text->end)
        return DRIFT_END;
    drift_status status = scan_row(parser, &n, &stop);
    if (status)
        return status;
    if (n != n_columns)
        return drift__text_fail_line(text, DRIFT_ERR_PARSE,
                                     "row has %zu field%s, the header has %zu", n,
                                     n == 1 ? "" : "s", n_columns);
    shorten_doubled(parser);
    end_row(parser, stop);
    return DRIFT_OK;
}

static int is_utf8(const char *text, size_t length)
{
    for (size_t at = 0, step; at < length; at += step)
        if (!(step = drift__utf8_step(text + at, length - at)))
            return 0;
    return 1;
}

static drift_status add_column(drift__parser *parser, size_t position)
{
    const drift_value *name = &parser->fields[position];
    const char *text = name->as.string;
    size_t length = name->length;
    char quoted[64], made[32];
    if (!is_utf8(text, length))
        return drift__text_fail(parser->text, text, "the name of column %zu is not UTF-8",
                                position + 1);
    if (!length) {
        length = (size_t)snprintf(made, sizeof made, "column_%zu", position + 1);
        text = made;
    }
    if (drift__batch_find(&parser->batch, text, length) != DRIFT__NO_COLUMN)
        return drift__text_fail(parser->text, name->as.string, "a second column is called '%s'",
                                drift__quote(quoted, text, length));
    return drift__batch_add(&parser->batch, text, length);
}

static drift_status csv_head(drift__parser *parser)
{
    const char *stop = NULL;
    size_t n = 0;
    skip_blank_lines(parser->text);
    if (parser->text->at == parser->text->end)
        return DRIFT_END;
    drift_status status = scan_row(parser, &n, &stop);
    if (status)
        return status;
    if (n > DRIFT__MOST_COLUMNS)
        return drift__text_fail_line(parser->text, DRIFT_ERR_UNSUPPORTED,
                                     "the header has %zu columns, at most %d are read", n,
                                     (int)DRIFT__MOST_COLUMNS);
    shorten_doubled(parser);
    /* After a rewind the columns are known already. */
    for (size_t i = 0; i < n && status == DRIFT_OK && parser->batch.n_columns < n; i++)
        status = add_column(parser, i);
    if (status == DRIFT_OK)
        end_row(parser, stop);
    return status;
}

/* Behind the last `line_end` outside quotes; 0 where there is none. */
static size_t last_row_end(const char *bytes, size_t size, char delimiter, char line_end)
{
    const char *at = bytes, *end = bytes + size, *last = NULL;
    while (at < end) {
        const char *quote = memchr(at, '"', (size_t)(end - at));
        const char *found = memrchr(at, line_end, (size_t)((quote ? quote : end) - at));
        last = found ? found : last;
        if (!quote)
            break;
        at = quote + 1;
        if (quote > bytes && quote[-1] != delimiter && quote[-1] != '\n' && quote[-1] != '\r')
            continue; /* a quote within a field is text */
        for (;; at += 2) {
            at = memchr(at, '"', (size_t)(end - at));
            if (!at || at + 1 == end) /* it may be doubled */
                return last ? (size_t)(last - bytes) + 1 : 0;
            if (at[1] != '"')
                break;
        }
        at++;
    }
    return last ? (size_t)(last - bytes) + 1 : 0;
}

static size_t csv_cut(const char *bytes, size_t size, char delimiter)
{
    size_t found = last_row_end(bytes, size, delimiter, '\n');
    return found ? found : last_row_end(bytes, size, delimiter, '\r');
}

const drift__row_format drift__csv_format = {csv_row, csv_head, csv_cut};
