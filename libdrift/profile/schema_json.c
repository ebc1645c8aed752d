/* SPDX-License-Identifier: Apache-2.0
 *
 * schema_json.c: the text form of a schema, `drift.schema/1`. What is not
 * understood is refused: a misspelt key would otherwise silently do nothing.
 */
#include <errno.h>
#include <float.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/buffer.h"
#include "core/error.h"
#include "core/json.h"
#include "core/memory.h"
#include "core/numbers.h"
#include "core/utf8.h"
#include "profile/schema_state.h"

static const char FORMAT[] = "drift.schema/1";
enum { MOST_BYTES = 64 << 20 };

typedef struct parser {
    const char *path;
    const char *begin, *at, *end;
    const char *start; /* of `token` */
    drift__json_token token;
    drift_schema *schema;
    drift_error *error;
} parser;

__attribute__((format(printf, 3, 4))) static drift_status fail_at(const parser *p,
                                                                  const char *where,
                                                                  const char *format, ...)
{
    unsigned long line = 1, column = 1;
    for (const char *c = p->begin; c < where;) {
        size_t step = drift__utf8_step(c, (size_t)(where - c));
        column++;
        if (*c == '\n') {
            line++;
            column = 1;
        }
        c += step ? step : 1;
    }
    char message[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    return drift__fail(p->error, DRIFT_ERR_PARSE, "%s: line %lu: column %lu: %s", p->path, line,
                       column, message);
}

static void advance(parser *p)
{
    while (p->at < p->end && memchr(" \t\r\n", *p->at, 4))
        p->at++;
    p->start = p->at;
    p->token = drift__json_next(&p->at, p->end);
}

static drift_status expect(parser *p, drift__json_kind kind, const char *what)
{
    advance(p);
    if (p->token.kind == kind)
        return DRIFT_OK;
    return fail_at(p, p->token.kind == DRIFT__JSON_ERROR ? p->at : p->start, "expected %s", what);
}

/* The current string token, decoded; owned by the caller. */
static drift_status take_string(parser *p, char **out_text, size_t *out_length)
{
    for (size_t at = 0, step; at < p->token.length; at += step) {
        step = drift__utf8_step(p->token.text + at, p->token.length - at);
        if (!step)
            return fail_at(p, p->token.text + at, "the text is not UTF-8");
    }
    char *text = drift__copy_string(&p->schema->allocator, p->token.text, p->token.length);
    if (!text)
        return drift__fail_status(p->error, DRIFT_ERR_OUT_OF_MEMORY);
    size_t length = p->token.length;
    if (p->token.escaped)
        length = drift__json_unescape(text, p->token.text, p->token.length);
    if (length == (size_t)-1) {
        drift__release(&p->schema->allocator, text);
        return fail_at(p, p->start, "a backslash is not followed by an escape");
    }
    text[length] = '\0';
    *out_text = text;
    *out_length = length;
    return DRIFT_OK;
}

/* Position of the current string token among `names`, or -1. */
static int which(const parser *p, const char *const *names, int n)
{
    for (int i = 0; i < n; i++)
        if (strlen(names[i]) == p->token.length &&
            memcmp(names[i], p->token.text, p->token.length) == 0)
            return i;
    return -1;
}

static drift_status unknown(const parser *p, const char *what, const char *expected)
{
    char quoted[64];
    return fail_at(p, p->start, "unknown %s '%s': expected %s", what,
                   drift__quote(quoted, p->token.text, p->token.length), expected);
}

/*
 * The members of an object: `read_member` is called behind each colon with the
 * position of the key among `keys`.
 */
typedef drift_status (*member_reader)(parser *p, int key, void *context);

static drift_status read_object(parser *p, const char *const *keys, int n, const char *expected,
                                member_reader read_member, void *context)
{
    unsigned seen = 0;
    for (int first = 1;; first = 0) {
        advance(p);
        if (first && p->token.kind == DRIFT__JSON_OBJECT_END)
            return DRIFT_OK;
        if (p->token.kind != DRIFT__JSON_STRING)
            return fail_at(p, p->start, "expected a key in quotes");
        int key = which(p, keys, n);
        if (key < 0)
            return unknown(p, "key", expected);
        if (seen & (1u << key))
            return fail_at(p, p->start, "the key '%s' stands here twice", keys[key]);
        seen |= 1u << key;
        drift_status status = expect(p, DRIFT__JSON_COLON, "':' after a key");
        if (status == DRIFT_OK)
            status = read_member(p, key, context);
        if (status)
            return status;
        advance(p);
        if (p->token.kind == DRIFT__JSON_OBJECT_END)
            return DRIFT_OK;
        if (p->token.kind != DRIFT__JSON_COMMA)
            return fail_at(p, p->start, "expected ',' or '}'");
    }
}

static drift_status read_array(parser *p, member_reader read_element, void *context)
{
    drift_status status = expect(p, DRIFT__JSON_ARRAY_BEGIN, "'['");
    for (int first = 1; status == DRIFT_OK; first = 0) {
        advance(p);
        if (first && p->token.kind == DRIFT__JSON_ARRAY_END)
            return DRIFT_OK;
        status = read_element(p, 0, context);
        if (status)
            return status;
        advance(p);
        if (p->token.kind == DRIFT__JSON_ARRAY_END)
            return DRIFT_OK;
        if (p->token.kind != DRIFT__JSON_COMMA)
            return fail_at(p, p->start, "expected ',' or ']'");
    }
    return status;
}

/* A column as it is read; it enters the schema when its object ends. */
typedef struct stated {
    char *name;
    const char *name_start;
    int type, role, use;
    drift_categories *allowed;
    drift__override override;
} stated;

static drift_status read_allowed(parser *p, int key, void *context)
{
    (void)key;
    stated *column = context;
    drift_status status = DRIFT_OK;
    char *text = NULL;
    size_t length = p->token.length;
    switch (p->token.kind) {
    case DRIFT__JSON_STRING:
        status = take_string(p, &text, &length);
        break;
    case DRIFT__JSON_NUMBER:
    case DRIFT__JSON_TRUE:
    case DRIFT__JSON_FALSE:
        length = (size_t)(p->at - p->start);
        text = drift__copy_string(&p->schema->allocator, p->start, length);
        status = text ? DRIFT_OK : drift__fail_status(p->error, DRIFT_ERR_OUT_OF_MEMORY);
        break;
    default:
        return fail_at(p, p->start, "expected an allowed value: a string, a number, true or false");
    }
    if (status)
        return status;
    status = drift_categories_pin(column->allowed, text, length);
    drift__release(&p->schema->allocator, text);
    return status ? drift__fail_status(p->error, status) : DRIFT_OK;
}

static drift_status read_name(parser *p, stated *column)
{
    size_t length;
    drift_status status = expect(p, DRIFT__JSON_STRING, "the column's name in quotes");
    column->name_start = p->start;
    if (status == DRIFT_OK)
        status = take_string(p, &column->name, &length);
    if (status == DRIFT_OK && (!length || strlen(column->name) != length))
        status = fail_at(p, p->start, "a column's name is empty or holds a NUL");
    return status;
}

static drift_status read_choice(parser *p, const char *what, const char *const *names, int n,
                                const char *expected, int *out)
{
    drift_status status = expect(p, DRIFT__JSON_STRING, expected);
    if (status)
        return status;
    int choice = which(p, names, n);
    if (choice < 0)
        return unknown(p, what, expected);
    *out = choice;
    return DRIFT_OK;
}

static drift_status read_number(parser *p, const char *expected, int is_valid(double),
                                double *out_value)
{
    drift_status status = expect(p, DRIFT__JSON_NUMBER, expected);
    if (status)
        return status;
    drift__number number = drift__parse_number(p->start, (size_t)(p->at - p->start));
    if (number.kind == DRIFT__NUMBER_NONE || !is_valid(number.number))
        return fail_at(p, p->start, "expected %s", expected);
    *out_value = number.number;
    return DRIFT_OK;
}

static int is_probability(double value)
{
    return value > 0 && value < 1;
}

static int is_size(double value)
{
    return value >= 0 && value <= DBL_MAX;
}

static drift_status read_field(parser *p, int key, void *context)
{
    static const char *const types[] = {"auto",        "numeric",   "boolean",
                                        "categorical", "timestamp", "id"};
    static const char *const roles[] = {"feature", "prediction", "score",  "label",
                                        "id",      "time",       "segment"};
    static const char *const uses[] = {"auto", "include", "exclude"};
    stated *column = context;
    switch (key) {
    case 0:
        return read_name(p, column);
    case 1:
        return read_choice(p, "type", types, 6,
                           "auto, numeric, boolean, categorical, timestamp or id", &column->type);
    case 2:
        return read_choice(p, "role", roles, 7,
                           "feature, prediction, score, label, id, time or segment", &column->role);
    case 3:
        return read_choice(p, "use", uses, 3, "auto, include or exclude", &column->use);
    case 4:
        return read_number(p, "a probability between 0 and 1", is_probability,
                           &column->override.alpha);
    case 5:
        return read_number(p, "a number from 0 on", is_size, &column->override.min_effect);
    case 6:
        return read_number(p, "a number from 1e-6 to 1e6", drift__is_weight,
                           &column->override.weight);
    default: {
        drift_categories_config config = DRIFT_CATEGORIES_CONFIG_INIT;
        config.capacity = 1;
        config.allocator = &p->schema->allocator;
        drift_status status = drift_categories_create(&config, &column->allowed, p->error);
        return status ? status : read_array(p, read_allowed, column);
    }
    }
}

static drift_status enter_column(parser *p, stated *column, const char *start)
{
    char quoted[64];
    drift__schema_entry *entry;
    if (!column->name)
        return fail_at(p, start, "this column has no \"name\"");
    if (drift__schema_find(p->schema, column->name))
        return fail_at(p, column->name_start, "the column '%s' stands here twice",
                       drift__quote(quoted, column->name, strlen(column->name)));
    drift_status status = drift__schema_provide(p->schema, column->name, &entry);
    if (status)
        return drift__fail_status(p->error, status);
    entry->type = (drift_type)column->type;
    entry->role = (drift_role)column->role;
    entry->use = (drift_use)column->use;
    entry->override = column->override;
    if (column->allowed && drift_categories_size(column->allowed)) {
        entry->allowed = column->allowed;
        column->allowed = NULL;
    }
    return DRIFT_OK;
}

static drift_status read_column(parser *p, int key, void *context)
{
    static const char *const keys[] = {"name",  "type",       "role",   "use",
                                       "alpha", "min_effect", "weight", "allowed"};
    (void)key;
    (void)context;
    stated column = {NULL, NULL, 0, 0, 0, NULL, DRIFT__NO_OVERRIDE};
    const char *start = p->start;
    if (p->token.kind != DRIFT__JSON_OBJECT_BEGIN)
        return fail_at(p, start, "expected '{' of a column");
    drift_status status =
        read_object(p, keys, 8, "name, type, role, use, alpha, min_effect, weight or allowed",
                    read_field, &column);
    if (status == DRIFT_OK)
        status = enter_column(p, &column, start);
    drift__release(&p->schema->allocator, column.name);
    drift_categories_destroy(column.allowed);
    return status;
}

static drift_status read_part(parser *p, int key, void *context)
{
    int *has_format = context;
    if (key == 1)
        return read_array(p, read_column, NULL);
    if (key == 2) {
        advance(p);
        if (p->token.kind != DRIFT__JSON_TRUE && p->token.kind != DRIFT__JSON_FALSE)
            return fail_at(p, p->start, "expected true or false");
        p->schema->only_included = p->token.kind == DRIFT__JSON_TRUE;
        return DRIFT_OK;
    }
    drift_status status = expect(p, DRIFT__JSON_STRING, "\"drift.schema/1\"");
    if (status)
        return status;
    if (p->token.length != strlen(FORMAT) || memcmp(p->token.text, FORMAT, p->token.length) != 0)
        return unknown(p, "format", FORMAT);
    *has_format = 1;
    return DRIFT_OK;
}

static drift_status parse(parser *p)
{
    static const char *const keys[] = {"format", "columns", "only_included"};
    int has_format = 0;
    drift_status status = expect(p, DRIFT__JSON_OBJECT_BEGIN, "'{' of a drift.schema/1 document");
    if (status == DRIFT_OK)
        status =
            read_object(p, keys, 3, "format, columns or only_included", read_part, &has_format);
    if (status == DRIFT_OK)
        status = expect(p, DRIFT__JSON_END, "nothing after the schema");
    if (status == DRIFT_OK && !has_format)
        status = fail_at(p, p->begin, "there is no \"format\": \"%s\"", FORMAT);
    return status;
}

static drift_status read_file(const char *path, drift_buffer *out, drift_error *error)
{
    FILE *file = fopen(path, "rbe");
    if (!file)
        return drift__fail(error, DRIFT_ERR_IO, "%s: cannot read: %s", path, strerror(errno));
    drift_status status = DRIFT_OK;
    char chunk[4096];
    size_t size;
    while (status == DRIFT_OK && (size = fread(chunk, 1, sizeof chunk, file)) > 0) {
        status = drift_buffer_append(out, chunk, size);
        if (status)
            drift__fail_status(error, status);
        else if (drift_buffer_size(out) > MOST_BYTES)
            status = drift__fail(error, DRIFT_ERR_PARSE, "%s: a schema has at most 64 MiB", path);
    }
    if (status == DRIFT_OK && ferror(file))
        status = drift__fail(error, DRIFT_ERR_IO, "%s: cannot read: %s", path, strerror(errno));
    fclose(file);
    return status;
}

drift_status drift_schema_read(const char *path, const drift_allocator *allocator,
                               drift_schema **out_schema, drift_error *error)
{
    if (!path || !out_schema)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    drift_buffer *text = NULL;
    drift_schema *schema = NULL;
    drift_status status = drift_buffer_create(allocator, &text);
    if (status == DRIFT_OK)
        status = drift_schema_create(allocator, &schema);
    if (status)
        drift__fail_status(error, status);
    else
        status = read_file(path, text, error);
    if (status == DRIFT_OK) {
        const char *begin = drift_buffer_data(text);
        const char *end = begin + drift_buffer_size(text);
        if (end - begin >= 3 && memcmp(begin, "\xef\xbb\xbf", 3) == 0)
            begin += 3;
        parser p = {path, begin, begin, end, begin, {DRIFT__JSON_END, NULL, 0, 0}, schema, error};
        status = parse(&p);
    }
    drift_buffer_destroy(text);
    if (status) {
        drift_schema_destroy(schema);
        return status;
    }
    *out_schema = schema;
    return DRIFT_OK;
}

static drift_status render_number(drift_buffer *out, const char *name, double value)
{
    if (value < 0)
        return DRIFT_OK;
    drift_status status = drift__buffer_printf(out, ",\"%s\":", name);
    return status ? status : drift__json_double(out, value);
}

static drift_status render_entry(const drift__schema_entry *entry, drift_buffer *out)
{
    drift_status status = drift__buffer_text(out, "{\"name\":");
    if (status == DRIFT_OK)
        status = drift__json_string(out, entry->name, strlen(entry->name));
    if (status == DRIFT_OK)
        status = drift__buffer_printf(out, ",\"type\":\"%s\",\"role\":\"%s\",\"use\":\"%s\"",
                                      drift_type_name(entry->type), drift_role_name(entry->role),
                                      drift__use_name(entry->use));
    if (status == DRIFT_OK)
        status = render_number(out, "alpha", entry->override.alpha);
    if (status == DRIFT_OK)
        status = render_number(out, "min_effect", entry->override.min_effect);
    if (status == DRIFT_OK)
        status = render_number(out, "weight", entry->override.weight);
    size_t n = entry->allowed ? drift_categories_size(entry->allowed) : 0;
    for (size_t i = 0; i < n && status == DRIFT_OK; i++) {
        drift_category value;
        status = drift__buffer_text(out, i ? "," : ",\"allowed\":[");
        if (status == DRIFT_OK)
            status = drift_categories_get(entry->allowed, i, &value);
        if (status == DRIFT_OK)
            status = drift__json_string(out, value.name, value.length);
    }
    return status ? status : drift__buffer_text(out, n ? "]}" : "}");
}

drift_status drift_schema_render_json(const drift_schema *schema, drift_buffer *out_text)
{
    if (!schema || !out_text)
        return DRIFT_ERR_INVALID_ARGUMENT;
    size_t begin = drift_buffer_size(out_text);
    drift_status status =
        drift__buffer_printf(out_text, "{\"format\":\"%s\",%s\"columns\":[", FORMAT,
                             schema->only_included ? "\"only_included\":true," : "");
    for (size_t i = 0; i < schema->size && status == DRIFT_OK; i++) {
        status = drift__buffer_text(out_text, i ? ",\n  " : "\n  ");
        if (status == DRIFT_OK)
            status = render_entry(&schema->entries[i], out_text);
    }
    if (status == DRIFT_OK)
        status = drift__buffer_text(out_text, "\n]}\n");
    if (status)
        drift__buffer_truncate(out_text, begin);
    return status;
}
