/* SPDX-License-Identifier: Apache-2.0
 *
 * arrow_column.c: the format strings of the Arrow C data interface. Most
 * layouts are viewed in place; half floats, decimals and times in other units
 * than microseconds are converted.
 */
#include "io/arrow_column.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/numbers.h"

typedef enum conversion {
    AS_IT_IS,
    FROM_HALF,
    FROM_DAYS,         /* int32 days */
    FROM_SECONDS,      /* int64 */
    FROM_MILLISECONDS, /* int64 */
    FROM_NANOSECONDS,  /* int64 */
    FROM_DECIMAL       /* 128 bits */
} conversion;

typedef struct arrow_type {
    drift_layout layout; /* after conversion */
    conversion convert;
    int decimals;
} arrow_type;

static const struct {
    const char *format;
    int prefix; /* more may follow: a time zone */
    arrow_type type;
} formats[] = {
    {"n", 0, {DRIFT_LAYOUT_NULL, AS_IT_IS, 0}},
    {"b", 0, {DRIFT_LAYOUT_BOOL1, AS_IT_IS, 0}},
    {"c", 0, {DRIFT_LAYOUT_INT8, AS_IT_IS, 0}},
    {"C", 0, {DRIFT_LAYOUT_UINT8, AS_IT_IS, 0}},
    {"s", 0, {DRIFT_LAYOUT_INT16, AS_IT_IS, 0}},
    {"S", 0, {DRIFT_LAYOUT_UINT16, AS_IT_IS, 0}},
    {"i", 0, {DRIFT_LAYOUT_INT32, AS_IT_IS, 0}},
    {"I", 0, {DRIFT_LAYOUT_UINT32, AS_IT_IS, 0}},
    {"l", 0, {DRIFT_LAYOUT_INT64, AS_IT_IS, 0}},
    {"L", 0, {DRIFT_LAYOUT_UINT64, AS_IT_IS, 0}},
    {"e", 0, {DRIFT_LAYOUT_FLOAT64, FROM_HALF, 0}},
    {"f", 0, {DRIFT_LAYOUT_FLOAT32, AS_IT_IS, 0}},
    {"g", 0, {DRIFT_LAYOUT_FLOAT64, AS_IT_IS, 0}},
    {"u", 0, {DRIFT_LAYOUT_STRING32, AS_IT_IS, 0}},
    {"U", 0, {DRIFT_LAYOUT_STRING64, AS_IT_IS, 0}},
    {"vu", 0, {DRIFT_LAYOUT_STRING_VIEW, AS_IT_IS, 0}},
    {"tdD", 0, {DRIFT_LAYOUT_TIME64, FROM_DAYS, 0}},
    {"tdm", 0, {DRIFT_LAYOUT_TIME64, FROM_MILLISECONDS, 0}},
    {"tss:", 1, {DRIFT_LAYOUT_TIME64, FROM_SECONDS, 0}},
    {"tsm:", 1, {DRIFT_LAYOUT_TIME64, FROM_MILLISECONDS, 0}},
    {"tsu:", 1, {DRIFT_LAYOUT_TIME64, AS_IT_IS, 0}},
    {"tsn:", 1, {DRIFT_LAYOUT_TIME64, FROM_NANOSECONDS, 0}},
    /* Times of day and durations are numbers in their own unit. */
    {"tts", 0, {DRIFT_LAYOUT_INT32, AS_IT_IS, 0}},
    {"ttm", 0, {DRIFT_LAYOUT_INT32, AS_IT_IS, 0}},
    {"ttu", 0, {DRIFT_LAYOUT_INT64, AS_IT_IS, 0}},
    {"ttn", 0, {DRIFT_LAYOUT_INT64, AS_IT_IS, 0}},
    {"tDs", 0, {DRIFT_LAYOUT_INT64, AS_IT_IS, 0}},
    {"tDm", 0, {DRIFT_LAYOUT_INT64, AS_IT_IS, 0}},
    {"tDu", 0, {DRIFT_LAYOUT_INT64, AS_IT_IS, 0}},
    {"tDn", 0, {DRIFT_LAYOUT_INT64, AS_IT_IS, 0}},
};

/* "d:PRECISION,SCALE" or with ",128" behind it. */
static int decimal_type(const char *format, arrow_type *out)
{
    char *rest;
    if (strncmp(format, "d:", 2) != 0)
        return 0;
    long precision = strtol(format + 2, &rest, 10);
    if (*rest != ',' || precision < 1 || precision > 38)
        return 0;
    long scale = strtol(rest + 1, &rest, 10);
    if ((*rest && strcmp(rest, ",128") != 0) || scale < -1000 || scale > 1000)
        return 0;
    *out = (arrow_type){DRIFT_LAYOUT_FLOAT64, FROM_DECIMAL, (int)scale};
    return 1;
}

static int find_type(const char *format, arrow_type *out)
{
    if (!format)
        return 0;
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        size_t length = strlen(formats[i].format);
        if (strncmp(format, formats[i].format, length) == 0 &&
            (formats[i].prefix || !format[length])) {
            *out = formats[i].type;
            return 1;
        }
    }
    return decimal_type(format, out);
}

static int is_integer(drift_layout layout)
{
    return layout >= DRIFT_LAYOUT_INT8 && layout <= DRIFT_LAYOUT_UINT64;
}

const char *drift__arrow_refusal(const struct ArrowSchema *schema)
{
    arrow_type type;
    if (!find_type(schema->format, &type))
        return "is not read: only booleans, numbers, decimal128, strings, dates, times, nulls and "
               "dictionaries of these are";
    if (!schema->dictionary)
        return NULL;
    if (!is_integer(type.layout) || type.convert != AS_IT_IS)
        return "is not an integer, as a dictionary's indices have to be";
    if (schema->dictionary->dictionary || !find_type(schema->dictionary->format, &type))
        return "has a dictionary whose values are not read";
    return NULL;
}

static int bit(const uint8_t *bits, int64_t index)
{
    return bits[index >> 3] >> (index & 7) & 1;
}

/* Bits base .. base + length - 1: rows that are present in the array and in its record batch. */
static const uint8_t *joined_validity(const uint8_t *own, int64_t own_offset,
                                      const drift__arrow_rows *rows, int64_t base,
                                      drift__arena *arena)
{
    uint8_t *bits = drift__arena_allocate(arena, (size_t)(base + rows->length + 7) / 8, 1);
    for (int64_t i = 0; bits && i < rows->length; i++) {
        int present = (!own || bit(own, own_offset + i)) &&
                      (!rows->validity || bit(rows->validity, rows->offset + i));
        bits[(base + i) >> 3] |= (uint8_t)(present << ((base + i) & 7));
    }
    return bits;
}

static double from_half(uint16_t bits)
{
    int exponent = bits >> 10 & 31, fraction = bits & 1023;
    double size = exponent == 0    ? ldexp(fraction, -24)
                  : exponent == 31 ? (fraction ? (double)NAN : HUGE_VAL)
                                   : ldexp(fraction + 1024, exponent - 25);
    return bits >> 15 ? -size : size;
}

/* Decimal text of a 128-bit integer, then the ordinary rounding of text. */
static double from_decimal(const uint8_t *bytes, int decimals)
{
    uint64_t words[2];
    memcpy(words, bytes, sizeof words);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    uint64_t low = words[0], high = words[1];
#else
    uint64_t low = words[1], high = words[0];
#endif
    int negative = high >> 63 != 0;
    if (negative) {
        low = ~low + 1;
        high = ~high + (low == 0);
    }
    uint32_t limbs[4] = {(uint32_t)(high >> 32), (uint32_t)high, (uint32_t)(low >> 32),
                         (uint32_t)low};
    char text[64];
    size_t digits = 40, length = digits;
    for (size_t at = digits; at-- > 0;) {
        uint64_t rest = 0;
        for (int i = 0; i < 4; i++) {
            rest = rest << 32 | limbs[i];
            limbs[i] = (uint32_t)(rest / 10);
            rest %= 10;
        }
        text[at] = (char)('0' + rest);
    }
    int size = decimals < 0 ? -decimals : decimals;
    text[length++] = 'e';
    text[length++] = decimals > 0 ? '-' : '+';
    for (int unit = 1000; unit; unit /= 10)
        text[length++] = (char)('0' + size / unit % 10);
    double value = drift__parse_number(text, length).number;
    return negative ? -value : value;
}

static int64_t times(int64_t value, int64_t factor)
{
    int64_t product;
    if (__builtin_mul_overflow(value, factor, &product))
        return value < 0 ? INT64_MIN : INT64_MAX;
    return product;
}

static int64_t load64(const uint8_t *at)
{
    int64_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

static int64_t to_microseconds(const uint8_t *data, int64_t row, conversion convert)
{
    if (convert == FROM_DAYS) {
        int32_t days;
        memcpy(&days, data + 4 * row, sizeof days);
        return days * INT64_C(86400000000);
    }
    int64_t value = load64(data + 8 * row);
    if (convert == FROM_NANOSECONDS)
        return value / 1000 - (value % 1000 < 0);
    return times(value, convert == FROM_SECONDS ? 1000000 : 1000);
}

static void convert_rows(const uint8_t *data, int64_t offset, int64_t length,
                         const arrow_type *type, drift__arena *arena, drift_column *out)
{
    double *numbers = drift__arena_allocate(arena, (size_t)length, sizeof *numbers);
    int64_t *stamps = (int64_t *)(void *)numbers;
    for (int64_t i = 0; numbers && i < length; i++) {
        if (type->convert == FROM_HALF) {
            uint16_t half;
            memcpy(&half, data + 2 * (offset + i), sizeof half);
            numbers[i] = from_half(half);
        } else if (type->convert == FROM_DECIMAL) {
            numbers[i] = from_decimal(data + 16 * (offset + i), type->decimals);
        } else {
            stamps[i] = to_microseconds(data, offset + i, type->convert);
        }
    }
    out->data = numbers;
}

static const char *array_problem(const struct ArrowArray *array, const arrow_type *type,
                                 const drift__arrow_rows *rows)
{
    int64_t buffers = type->layout == DRIFT_LAYOUT_NULL ? 0
                      : type->layout == DRIFT_LAYOUT_STRING32 ||
                              type->layout == DRIFT_LAYOUT_STRING64 ||
                              type->layout == DRIFT_LAYOUT_STRING_VIEW
                          ? 3
                          : 2;
    if (array->length < 0 || array->offset < 0 || rows->offset < 0 || rows->length < 0 ||
        rows->length > array->length || rows->offset > array->length - rows->length)
        return "is shorter than its record batch";
    if (array->n_buffers < buffers || (buffers && !array->buffers) ||
        (buffers && rows->length && !array->buffers[1]))
        return "lacks a buffer";
    return NULL;
}

const char *drift__arrow_column(const struct ArrowSchema *schema, const struct ArrowArray *array,
                                const drift__arrow_rows *rows, drift__arena *arena,
                                drift_column *out_column)
{
    arrow_type type;
    if (!find_type(schema->format, &type))
        return "has a type that is not read";
    const char *problem = array_problem(array, &type, rows);
    if (problem)
        return problem;
    *out_column = (drift_column)DRIFT_COLUMN_INIT;
    out_column->layout = type.layout;
    if (type.layout == DRIFT_LAYOUT_NULL)
        return NULL;
    int64_t offset = array->offset + rows->offset;
    const uint8_t *own = array->null_count == 0 ? NULL : array->buffers[0];
    int converted = type.convert != AS_IT_IS;
    out_column->offset = converted ? 0 : (uint64_t)offset;
    out_column->validity = own;
    if (rows->validity || (own && converted))
        out_column->validity = joined_validity(own, offset, rows, converted ? 0 : offset, arena);
    if (converted)
        convert_rows(array->buffers[1], offset, rows->length, &type, arena, out_column);
    else
        out_column->data = array->buffers[1];
    if (type.layout == DRIFT_LAYOUT_STRING_VIEW)
        out_column->buffers = (const char *const *)(array->buffers + 2);
    else if (array->n_buffers > 2)
        out_column->bytes = array->buffers[2];
    if (!schema->dictionary)
        return NULL;
    if (!array->dictionary)
        return "lacks its dictionary";
    drift_column *values = drift__arena_allocate(arena, 1, sizeof *values);
    drift__arrow_rows all = {0, array->dictionary->length, NULL};
    out_column->index_layout = type.layout;
    out_column->layout = DRIFT_LAYOUT_DICTIONARY;
    out_column->dictionary = values;
    out_column->dictionary_length = (uint64_t)array->dictionary->length;
    return values ? drift__arrow_column(schema->dictionary, array->dictionary, &all, arena, values)
                  : NULL;
}
