/* SPDX-License-Identifier: Apache-2.0
 *
 * jsonl.c: JSON Lines: one object a line, its keys the columns in the order of
 * their first appearance. A number keeps its text, for columns that turn out
 * to hold names; an object or array is the text it is written as.
 */
#include <string.h>

#include "core/error.h"
#include "core/json.h"
#include "core/memory.h"
#include "core/numbers.h"
#include "core/utf8.h"
#include "io/parser.h"

enum { DEEPEST = 512 };

/* One line while it is read. */
typedef struct line {
    drift__parser *parser;
    const char *at, *end;
    size_t keys; /* read so far */
} line;

static drift_status fail_at(const line *row, const char *where, const char *expected)
{
    if (where < row->end && *where == '\0')
        return drift__text_fail(row->parser->text, where, "a NUL byte: this is not a text file");
    return drift__text_fail(row->parser->text, where, "expected %s", expected);
}

static drift__json_token next_token(line *row)
{
    return drift__json_next(&row->at, row->end);
}

/* What is wrong at a token that is none. */
static const char *bad_token(const line *row, const char *start)
{
    if (start < row->end && *start == '"')
        return row->at == row->end ? "the closing quote of a string"
               : (unsigned char)*row->at < 0x20
                   ? "no control character inside a string (write \\n, \\t or \\u00XX)"
                   : "one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX after a backslash";
    if (start < row->end && (*start == '-' || (*start >= '0' && *start <= '9')))
        return "a digit";
    return "a value";
}

static int begins_value(drift__json_kind kind)
{
    return kind == DRIFT__JSON_OBJECT_BEGIN || kind == DRIFT__JSON_ARRAY_BEGIN ||
           (kind >= DRIFT__JSON_STRING && kind <= DRIFT__JSON_NULL);
}

/* What a nested value may go on with. */
typedef enum expectation { VALUE, VALUE_OR_END, KEY, KEY_OR_END, COLON, COMMA_OR_END } expectation;

static const char *expected_text(expectation expected, int in_object)
{
    switch (expected) {
    case KEY:
        return "a key in quotes";
    case KEY_OR_END:
        return "a key in quotes or '}'";
    case COLON:
        return "':' after a key";
    case COMMA_OR_END:
        return in_object ? "',' or '}'" : "',' or ']'";
    default:
        return "a value";
    }
}

/* One token within nested brackets; `stack` tells objects (1) from arrays. 0 where it is wrong. */
static int nested_step(drift__json_kind kind, uint8_t *stack, size_t *depth, expectation *expected)
{
    int in_object = stack[*depth - 1];
    drift__json_kind closing = in_object ? DRIFT__JSON_OBJECT_END : DRIFT__JSON_ARRAY_END;
    expectation now = *expected;
    if (kind == closing && (now == COMMA_OR_END || now == VALUE_OR_END || now == KEY_OR_END)) {
        --*depth;
        *expected = COMMA_OR_END;
        return 1;
    }
    if (now == COMMA_OR_END || now == COLON) {
        *expected = now == COMMA_OR_END && in_object ? KEY : VALUE;
        return kind == (now == COLON ? DRIFT__JSON_COLON : DRIFT__JSON_COMMA);
    }
    if (now == KEY || now == KEY_OR_END) {
        *expected = COLON;
        return kind == DRIFT__JSON_STRING;
    }
    *expected = COMMA_OR_END;
    if (kind == DRIFT__JSON_OBJECT_BEGIN || kind == DRIFT__JSON_ARRAY_BEGIN) {
        stack[(*depth)++] = kind == DRIFT__JSON_OBJECT_BEGIN;
        *expected = kind == DRIFT__JSON_OBJECT_BEGIN ? KEY_OR_END : VALUE_OR_END;
    }
    return begins_value(kind);
}

/* Check an object or array whose opening bracket was read; moves behind its closing one. */
static drift_status skip_nested(line *row, drift__json_kind opening)
{
    uint8_t stack[DEEPEST];
    size_t depth = 1;
    stack[0] = opening == DRIFT__JSON_OBJECT_BEGIN;
    expectation expected = stack[0] ? KEY_OR_END : VALUE_OR_END;
    while (depth) {
        if (depth == DEEPEST)
            return fail_at(row, row->at, "at most 512 levels of brackets");
        expectation before = expected;
        int in_object = stack[depth - 1];
        drift__json_token token = next_token(row);
        if (token.kind == DRIFT__JSON_ERROR)
            return fail_at(row, row->at, expected_text(before, in_object));
        if (!nested_step(token.kind, stack, &depth, &expected))
            return fail_at(row, token.text, expected_text(before, in_object));
    }
    return DRIFT_OK;
}

static void set_string(const line *row, const drift__json_token *token, drift_value *value)
{
    char *text = (char *)(uintptr_t)token->text;
    size_t length = token->length;
    if (token->escaped)
        length = drift__json_unescape(text, text, length);
    value->tag = DRIFT_VALUE_STRING;
    value->length = (uint32_t)length;
    value->as.string = text;
    if (row->parser->dialect->missing_stated &&
        drift__missing_has(&row->parser->dialect->missing, text, value->length))
        value->tag = DRIFT_VALUE_MISSING;
}

static void set_number(const line *row, const drift__json_token *token, drift_value *value)
{
    int negative = token->text[0] == '-';
    value->tag = DRIFT_VALUE_TOKEN;
    value->length = (uint32_t)token->length;
    value->as.string = token->text;
    if (token->text[0] == 'N' ||
        (row->parser->dialect->missing_stated &&
         drift__missing_has(&row->parser->dialect->missing, token->text, token->length))) {
        value->tag = DRIFT_VALUE_MISSING;
    } else if (token->text[negative] == 'I') {
        value->as.string = negative ? "-inf" : "inf";
        value->length = 3 + (uint32_t)negative;
    }
}

static drift_status read_value(line *row, drift_value *value)
{
    const char *start;
    *value = (drift_value){DRIFT_VALUE_MISSING, 0, {0}};
    while (row->at < row->end && (*row->at == ' ' || *row->at == '\t' || *row->at == '\r'))
        row->at++;
    start = row->at;
    drift__json_token token = next_token(row);
    drift_status status = DRIFT_OK;
    switch (token.kind) {
    case DRIFT__JSON_STRING:
        set_string(row, &token, value);
        return DRIFT_OK;
    case DRIFT__JSON_NUMBER:
        set_number(row, &token, value);
        return DRIFT_OK;
    case DRIFT__JSON_TRUE:
    case DRIFT__JSON_FALSE:
        value->tag = DRIFT_VALUE_BOOL;
        value->as.integer = token.kind == DRIFT__JSON_TRUE;
        return DRIFT_OK;
    case DRIFT__JSON_NULL:
        return DRIFT_OK;
    case DRIFT__JSON_OBJECT_BEGIN:
    case DRIFT__JSON_ARRAY_BEGIN:
        status = skip_nested(row, token.kind);
        value->tag = DRIFT_VALUE_STRING;
        value->length = (uint32_t)(row->at - start);
        value->as.string = start;
        return status;
    case DRIFT__JSON_ERROR:
        return fail_at(row, row->at, bad_token(row, start));
    default:
        return fail_at(row, start, "a value");
    }
}

static int is_literal(const char *name, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)name[i] < 0x20 || name[i] == '"' || name[i] == '\\')
            return 0;
    return 1;
}

/* Have a key for every column; that of one added since was in no row yet. */
static drift_status know_keys(drift__parser *parser)
{
    const drift__batch *batch = &parser->batch;
    size_t needed = batch->n_columns;
    void *keys = parser->keys;
    drift_status status = drift__reserve(parser->allocator, &keys, &parser->keys_capacity, needed,
                                         sizeof *parser->keys);
    parser->keys = keys;
    for (; status == DRIFT_OK && parser->n_keys < needed; parser->n_keys++)
        parser->keys[parser->n_keys] = (drift__json_key){
            0, is_literal(batch->names[parser->n_keys], batch->lengths[parser->n_keys])};
    return status;
}

static drift_status add_column(line *row, const char *key, const char *name, size_t length)
{
    drift__parser *parser = row->parser;
    drift__batch *batch = &parser->batch;
    for (size_t at = 0, step; at < length; at += step)
        if (!(step = drift__utf8_step(name + at, length - at)) || !name[at])
            return drift__text_fail(parser->text, key,
                                    name[at] ? "this key is not UTF-8" : "this key holds a NUL");
    if (batch->n_columns >= DRIFT__MOST_COLUMNS)
        return drift__text_fail(parser->text, key, "more than %d different keys in the file",
                                (int)DRIFT__MOST_COLUMNS);
    drift_status status = drift__batch_add(batch, name, length);
    return status ? status : know_keys(parser);
}

/* The column of a key; rows that repeat the keys of the first in its order need no hashing. */
static drift_status find_column(line *row, const drift__json_token *token, uint32_t *out_column)
{
    drift__parser *parser = row->parser;
    const drift__batch *batch = &parser->batch;
    char quoted[64], *name = (char *)(uintptr_t)token->text;
    size_t length = token->length;
    if (token->escaped)
        length = drift__json_unescape(name, name, length);
    uint32_t column = (uint32_t)row->keys;
    if (column >= batch->n_columns || batch->lengths[column] != length ||
        memcmp(batch->names[column], name, length) != 0)
        column = drift__batch_find(batch, name, length);
    if (column == DRIFT__NO_COLUMN) {
        drift_status status = add_column(row, token->text - 1, name, length);
        if (status)
            return status;
        column = (uint32_t)batch->n_columns - 1;
    }
    if (parser->keys[column].row == parser->row_number)
        return drift__text_fail(parser->text, token->text - 1,
                                "the key '%s' stands twice in this object",
                                drift__quote(quoted, name, length));
    parser->keys[column].row = parser->row_number;
    row->keys++;
    *out_column = column;
    return DRIFT_OK;
}

static drift_status read_member(line *row, const drift__json_token *key)
{
    uint32_t column = 0;
    drift_status status = find_column(row, key, &column);
    if (status)
        return status;
    drift__json_token colon = next_token(row);
    if (colon.kind != DRIFT__JSON_COLON)
        return fail_at(row, colon.text, "':' after a key");
    drift__batch *batch = &row->parser->batch;
    double *plain = batch->plain[column];
    if (!plain)
        return read_value(row, &batch->values[column][batch->n_rows]);
    drift_value value;
    status = read_value(row, &value);
    if (status)
        return status;
    if (value.tag != DRIFT_VALUE_TOKEN ||
        drift__scan_number(value.as.string, &plain[batch->n_rows]) !=
            value.as.string + value.length)
        drift__batch_set(batch, column, &value);
    return DRIFT_OK;
}

/*
 * Most rows repeat the keys of the others in their order: read such a member where it is a plain
 * number, all in one look; 0 where it is anything else, and nothing was read.
 */
static int read_expected(line *row)
{
    drift__parser *parser = row->parser;
    const drift__batch *batch = &parser->batch;
    size_t column = row->keys, length;
    const char *at = row->at;
    if (column >= batch->n_columns || !batch->plain[column] || parser->dialect->missing_stated)
        return 0;
    drift__json_key *key = &parser->keys[column];
    length = batch->lengths[column];
    if ((size_t)(row->end - at) < length + 4 || at[0] != '"' || at[length + 1] != '"' ||
        at[length + 2] != ':' || memcmp(at + 1, batch->names[column], length) != 0 ||
        !key->literal || key->row == parser->row_number)
        return 0;
    at += length + 3;
    at += *at == ' ';
    const char *digits = at + (*at == '-');
    if (digits[0] == '0' && (unsigned char)(digits[1] - '0') < 10)
        return 0;
    const char *stop = drift__scan_number(at, &batch->plain[column][batch->n_rows]);
    if (!stop || (*stop != ',' && *stop != '}'))
        return 0;
    key->row = parser->row_number;
    row->keys++;
    row->at = stop;
    return 1;
}

static drift_status read_object(line *row)
{
    drift__json_token token = next_token(row);
    if (token.kind != DRIFT__JSON_OBJECT_BEGIN)
        return fail_at(row, token.text,
                       token.kind == DRIFT__JSON_ARRAY_BEGIN
                           ? "one JSON object a line, not an array"
                           : "one JSON object a line, as in {\"age\": 41}");
    for (int first = 1;; first = 0) {
        row->at += row->at < row->end && *row->at == ' ';
        if (!read_expected(row)) {
            token = next_token(row);
            if (first && token.kind == DRIFT__JSON_OBJECT_END)
                break;
            if (token.kind != DRIFT__JSON_STRING)
                return fail_at(row, token.text,
                               first ? "a key in quotes or '}'" : "a key in quotes");
            drift_status status = read_member(row, &token);
            if (status)
                return status;
        }
        token = next_token(row);
        if (token.kind == DRIFT__JSON_OBJECT_END)
            break;
        if (token.kind != DRIFT__JSON_COMMA)
            return fail_at(row, token.text, "',' or '}'");
    }
    token = next_token(row);
    if (token.kind != DRIFT__JSON_END)
        return fail_at(row, token.text, "nothing after the object: one object a line");
    return DRIFT_OK;
}

static int is_blank(const char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\t' || *at == '\r'))
        at++;
    return at == end;
}

static void fill_absent(drift__parser *parser)
{
    drift__batch *batch = &parser->batch;
    const drift_value missing = {DRIFT_VALUE_MISSING, 0, {0}};
    for (size_t i = 0; i < batch->n_columns; i++)
        if (parser->keys[i].row != parser->row_number)
            drift__batch_set(batch, i, &missing);
}

static drift_status jsonl_row(drift__parser *parser)
{
    drift__text *text = parser->text;
    const char *start, *end, *last = text->bytes + text->end;
    for (;;) {
        start = text->bytes + text->at;
        if (start == last)
            return DRIFT_END;
        end = memchr(start, '\n', (size_t)(last - start));
        end = end ? end : last;
        if (!is_blank(start, end))
            break;
        text->line += end < last;
        text->at = (size_t)(end - text->bytes) + (end < last);
    }
    parser->row_number++;
    line row = {parser, start, end, 0};
    drift_status status = know_keys(parser);
    if (status == DRIFT_OK)
        status = read_object(&row);
    if (status)
        return status;
    if (row.keys < parser->batch.n_columns)
        fill_absent(parser);
    text->line += end < last;
    text->at = (size_t)(end - text->bytes) + (end < last);
    return DRIFT_OK;
}

static size_t jsonl_cut(const char *bytes, size_t size, char delimiter)
{
    const char *last = memrchr(bytes, '\n', size);
    (void)delimiter;
    return last ? (size_t)(last - bytes) + 1 : 0;
}

const drift__row_format drift__jsonl_format = {jsonl_row, NULL, jsonl_cut};
