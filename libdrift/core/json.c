/* SPDX-License-Identifier: Apache-2.0
 *
 * json.c: RFC 8259, token by token: nothing here nests, so no input is too deep.
 */
#include "core/json.h"

#include <math.h>
#include <string.h>

#include "core/buffer.h"
#include "core/numbers.h"
#include "core/utf8.h"

static drift_status put_escape(drift_buffer *buffer, unsigned char c)
{
    static const char hex[] = "0123456789abcdef";
    char text[6] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
    static const char short_from[] = "\"\\\b\f\n\r\t", short_to[] = "\"\\bfnrt";
    const char *found = c ? strchr(short_from, c) : NULL;
    if (!found)
        return drift_buffer_append(buffer, text, sizeof text);
    text[1] = short_to[found - short_from];
    return drift_buffer_append(buffer, text, 2);
}

static int needs_escape(unsigned char c)
{
    return c < 0x20 || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' || c == 0x7f;
}

drift_status drift__json_string(drift_buffer *buffer, const char *text, size_t length)
{
    size_t start = drift_buffer_size(buffer), at = 0;
    drift_status status = drift_buffer_append(buffer, "\"", 1);
    while (at < length && status == DRIFT_OK) {
        size_t from = at, step = 1;
        while (at < length && (step = drift__utf8_step(text + at, length - at)) != 0 &&
               !needs_escape((unsigned char)text[at]))
            at += step;
        status = drift_buffer_append(buffer, text + from, at - from);
        if (at < length && status == DRIFT_OK) {
            status = step ? put_escape(buffer, (unsigned char)text[at])
                          : drift_buffer_append(buffer, "\xef\xbf\xbd", 3);
            at++;
        }
    }
    if (status == DRIFT_OK)
        status = drift_buffer_append(buffer, "\"", 1);
    if (status != DRIFT_OK)
        drift__buffer_truncate(buffer, start);
    return status;
}

drift_status drift__json_double(drift_buffer *buffer, double value)
{
    char text[DRIFT__NUMBER_SIZE];
    if (!isfinite(value))
        return drift_buffer_append(buffer, "null", 4);
    return drift_buffer_append(buffer, text, drift__format_double(text, value));
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
        return (c | 0x20) - 'a' + 10;
    return -1;
}

/* Length of the escape whose backslash is at `at`; 0 with `*out_bad` set where it is none. */
static size_t escape_length(const char *at, const char *end, const char **out_bad)
{
    *out_bad = at + 1;
    if (end - at < 2)
        return 0;
    if (at[1] != 'u')
        return at[1] && strchr("\"\\/bfnrt", at[1]) ? 2 : 0;
    for (int i = 2; i < 6; i++) {
        *out_bad = at + i;
        if (at + i == end || hex_value(at[i]) < 0)
            return 0;
    }
    return 6;
}

static drift__json_token failed(const char **at, const char *where)
{
    drift__json_token token = {DRIFT__JSON_ERROR, where, 0, 0};
    *at = where;
    return token;
}

static drift__json_token next_string(const char **at, const char *end)
{
    const char *text = *at + 1, *c = text, *bad;
    int escaped = 0;
    while (c < end && *c != '"') {
        if ((unsigned char)*c < 0x20)
            return failed(at, c);
        if (*c != '\\') {
            c++;
            continue;
        }
        size_t length = escape_length(c, end, &bad);
        if (length == 0)
            return failed(at, bad);
        escaped = 1;
        c += length;
    }
    if (c == end)
        return failed(at, end);
    drift__json_token token = {DRIFT__JSON_STRING, text, (size_t)(c - text), escaped};
    *at = c + 1;
    return token;
}

static const char *skip_digits(const char *at, const char *end)
{
    while (at < end && *at >= '0' && *at <= '9')
        at++;
    return at;
}

static int starts_with(const char *at, const char *end, const char *word)
{
    size_t length = strlen(word);
    return (size_t)(end - at) >= length && memcmp(at, word, length) == 0;
}

static drift__json_token next_number(const char **at, const char *end)
{
    const char *start = *at, *c = start + (*start == '-'), *before;
    if (starts_with(c, end, "Infinity")) {
        c += 8;
        goto done;
    }
    before = c;
    c = c < end && *c == '0' ? c + 1 : skip_digits(c, end);
    if (c == before)
        return failed(at, c);
    if (c < end && *c == '.') {
        before = c + 1;
        c = skip_digits(before, end);
        if (c == before)
            return failed(at, c);
    }
    if (c < end && (*c == 'e' || *c == 'E')) {
        before = c + 1;
        if (before < end && (*before == '+' || *before == '-'))
            before++;
        c = skip_digits(before, end);
        if (c == before)
            return failed(at, c);
    }
done:;
    drift__json_token token = {DRIFT__JSON_NUMBER, start, (size_t)(c - start), 0};
    *at = c;
    return token;
}

static drift__json_token taken(const char **at, size_t length, drift__json_kind kind)
{
    drift__json_token token = {kind, *at, length, 0};
    *at += length;
    return token;
}

static drift__json_token next_word(const char **at, const char *end)
{
    static const struct {
        const char *word;
        drift__json_kind kind;
    } words[] = {{"true", DRIFT__JSON_TRUE},
                 {"false", DRIFT__JSON_FALSE},
                 {"null", DRIFT__JSON_NULL},
                 {"NaN", DRIFT__JSON_NUMBER},
                 {"Infinity", DRIFT__JSON_NUMBER}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (starts_with(*at, end, words[i].word))
            return taken(at, strlen(words[i].word), words[i].kind);
    return failed(at, *at);
}

drift__json_token drift__json_next(const char **at, const char *end)
{
    while (*at < end && (**at == ' ' || **at == '\t' || **at == '\n' || **at == '\r'))
        (*at)++;
    if (*at == end)
        return taken(at, 0, DRIFT__JSON_END);
    char c = **at;
    switch (c) {
    case '{':
        return taken(at, 1, DRIFT__JSON_OBJECT_BEGIN);
    case '}':
        return taken(at, 1, DRIFT__JSON_OBJECT_END);
    case '[':
        return taken(at, 1, DRIFT__JSON_ARRAY_BEGIN);
    case ']':
        return taken(at, 1, DRIFT__JSON_ARRAY_END);
    case ':':
        return taken(at, 1, DRIFT__JSON_COLON);
    case ',':
        return taken(at, 1, DRIFT__JSON_COMMA);
    case '"':
        return next_string(at, end);
    default:
        return c == '-' || (c >= '0' && c <= '9') ? next_number(at, end) : next_word(at, end);
    }
}

static uint32_t four_hex(const char *text)
{
    uint32_t value = 0;
    for (int i = 0; i < 4; i++)
        value = value << 4 | (uint32_t)hex_value(text[i]);
    return value;
}

static size_t put_utf8(char *out, uint32_t point)
{
    if (point < 0x80) {
        out[0] = (char)point;
        return 1;
    }
    size_t length = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t i = length - 1; i > 0; i--, point >>= 6)
        out[i] = (char)(0x80 | (point & 0x3f));
    out[0] = (char)((length == 2 ? 0xc0 : length == 3 ? 0xe0 : 0xf0) | point);
    return length;
}

/* Character of the \u escape at `at`, joined with a second one where they are a surrogate pair. */
static uint32_t unicode_escape(const char *at, const char *end, size_t *length)
{
    const char *bad;
    uint32_t point = four_hex(at + 2);
    if (point < 0xd800 || point > 0xdfff)
        return point;
    const char *next = at + 6;
    if (point < 0xdc00 && next < end && *next == '\\' && escape_length(next, end, &bad) == 6) {
        uint32_t low = four_hex(next + 2);
        if (low >= 0xdc00 && low <= 0xdfff) {
            *length = 12;
            return 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
        }
    }
    return 0xfffd;
}

size_t drift__json_unescape(char *out, const char *text, size_t length)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    const char *at = text, *end = text + length, *bad;
    size_t used = 0;
    while (at < end) {
        if (*at != '\\') {
            out[used++] = *at++;
            continue;
        }
        size_t step = escape_length(at, end, &bad);
        if (step == 0)
            return (size_t)-1;
        if (step == 2)
            out[used++] = to[strchr(from, at[1]) - from];
        else
            used += put_utf8(out + used, unicode_escape(at, end, &step));
        at += step;
    }
    return used;
}

/* What may come next in an object or array. */
typedef enum place {
    PLACE_FIRST, /* the first name or value, or the end */
    PLACE_NAME,
    PLACE_COLON,
    PLACE_VALUE,
    PLACE_AFTER /* a comma or the end */
} place;

typedef struct nesting {
    uint64_t objects; /* bit k: level k is an object */
    unsigned depth;
    place place;
} nesting;

static int inside_object(const nesting *n)
{
    return (int)(n->objects >> (n->depth - 1) & 1);
}

static int open_level(nesting *n, int object)
{
    if (n->depth == DRIFT__JSON_DEPTH)
        return 0;
    n->objects &= ~(1ULL << n->depth);
    n->objects |= (uint64_t)object << n->depth;
    n->depth++;
    n->place = PLACE_FIRST;
    return 1;
}

static int close_level(nesting *n, int object)
{
    if (inside_object(n) != object || (n->place != PLACE_FIRST && n->place != PLACE_AFTER))
        return 0;
    n->depth--;
    n->place = PLACE_AFTER;
    return 1;
}

static int take_value(nesting *n, const drift__json_token *token)
{
    if (n->place != PLACE_VALUE && (n->place != PLACE_FIRST || inside_object(n)))
        return 0;
    if (token->kind == DRIFT__JSON_OBJECT_BEGIN || token->kind == DRIFT__JSON_ARRAY_BEGIN)
        return open_level(n, token->kind == DRIFT__JSON_OBJECT_BEGIN);
    n->place = PLACE_AFTER;
    /* The tokens know NaN and Infinity, the standard does not. */
    return token->kind != DRIFT__JSON_NUMBER ||
           !(memchr(token->text, 'N', token->length) || memchr(token->text, 'I', token->length));
}

/* 1 where `token` may stand where `n` is, which moves on. */
static int take_token(nesting *n, const drift__json_token *token)
{
    int name = inside_object(n) && (n->place == PLACE_FIRST || n->place == PLACE_NAME);
    switch (token->kind) {
    case DRIFT__JSON_ERROR:
    case DRIFT__JSON_END:
        return 0;
    case DRIFT__JSON_OBJECT_END:
    case DRIFT__JSON_ARRAY_END:
        return close_level(n, token->kind == DRIFT__JSON_OBJECT_END);
    case DRIFT__JSON_COLON:
        name = n->place == PLACE_COLON;
        n->place = PLACE_VALUE;
        return name;
    case DRIFT__JSON_COMMA:
        if (n->place != PLACE_AFTER)
            return 0;
        n->place = inside_object(n) ? PLACE_NAME : PLACE_VALUE;
        return 1;
    case DRIFT__JSON_STRING:
        if (!name)
            return take_value(n, token);
        n->place = PLACE_COLON;
        return 1;
    default:
        return take_value(n, token);
    }
}

int drift__json_is_object(const char *text, size_t length)
{
    const char *at = text, *end = text + length;
    nesting n = {0};
    for (size_t i = 0, step; i < length; i += step)
        if (!(step = drift__utf8_step(text + i, length - i)))
            return 0;
    if (drift__json_next(&at, end).kind != DRIFT__JSON_OBJECT_BEGIN)
        return 0;
    open_level(&n, 1);
    while (n.depth) {
        drift__json_token token = drift__json_next(&at, end);
        if (!take_token(&n, &token))
            return 0;
    }
    return drift__json_next(&at, end).kind == DRIFT__JSON_END;
}
