/* SPDX-License-Identifier: Apache-2.0
 *
 * arrow_column.c: the format strings of the Arrow C data interface. Most
 * layouts are viewed in place; half floats, decimals, durations and times in other
 * units than microseconds are converted. Runs are read as a dictionary whose
 * entries they are.
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
    FROM_PARTS,        /* int32 or int64: seconds times 10^decimals */
    FROM_DECIMAL       /* 32 to 256 bits: the number times 10^decimals */
} conversion;

typedef struct arrow_type {
    drift_layout layout; /* after conversion */
    conversion convert;
    int decimals, width; /* width: bytes before conversion, where the conversion does not say it */
} arrow_type;

static const struct {
    const char *format;
    int prefix; /* more may follow: a time zone */
    arrow_type type;
} formats[] = {
    {"n", 0, {DRIFT_LAYOUT_NULL, AS_IT_IS, 0, 0}},
    {"b", 0, {DRIFT_LAYOUT_BOOL1, AS_IT_IS, 0, 0}},
    {"c", 0, {DRIFT_LAYOUT_INT8, AS_IT_IS, 0, 0}},
    {"C", 0, {DRIFT_LAYOUT_UINT8, AS_IT_IS, 0, 0}},
    {"s", 0, {DRIFT_LAYOUT_INT16, AS_IT_IS, 0, 0}},
    {"S", 0, {DRIFT_LAYOUT_UINT16, AS_IT_IS, 0, 0}},
    {"i", 0, {DRIFT_LAYOUT_INT32, AS_IT_IS, 0, 0}},
    {"I", 0, {DRIFT_LAYOUT_UINT32, AS_IT_IS, 0, 0}},
    {"l", 0, {DRIFT_LAYOUT_INT64, AS_IT_IS, 0, 0}},
    {"L", 0, {DRIFT_LAYOUT_UINT64, AS_IT_IS, 0, 0}},
    {"e", 0, {DRIFT_LAYOUT_FLOAT64, FROM_HALF, 0, 0}},
    {"f", 0, {DRIFT_LAYOUT_FLOAT32, AS_IT_IS, 0, 0}},
    {"g", 0, {DRIFT_LAYOUT_FLOAT64, AS_IT_IS, 0, 0}},
    {"u", 0, {DRIFT_LAYOUT_STRING32, AS_IT_IS, 0, 0}},
    {"U", 0, {DRIFT_LAYOUT_STRING64, AS_IT_IS, 0, 0}},
    {"vu", 0, {DRIFT_LAYOUT_STRING_VIEW, AS_IT_IS, 0, 0}},
    /* Bytes are taken for text. */
    {"z", 0, {DRIFT_LAYOUT_STRING32, AS_IT_IS, 0, 0}},
    {"Z", 0, {DRIFT_LAYOUT_STRING64, AS_IT_IS, 0, 0}},
    {"vz", 0, {DRIFT_LAYOUT_STRING_VIEW, AS_IT_IS, 0, 0}},
    {"tdD", 0, {DRIFT_LAYOUT_TIME64, FROM_DAYS, 0, 0}},
    {"tdm", 0, {DRIFT_LAYOUT_TIME64, FROM_MILLISECONDS, 0, 0}},
    {"tss:", 1, {DRIFT_LAYOUT_TIME64, FROM_SECONDS, 0, 0}},
    {"tsm:", 1, {DRIFT_LAYOUT_TIME64, FROM_MILLISECONDS, 0, 0}},
    {"tsu:", 1, {DRIFT_LAYOUT_TIME64, AS_IT_IS, 0, 0}},
    {"tsn:", 1, {DRIFT_LAYOUT_TIME64, FROM_NANOSECONDS, 0, 0}},
    /* Times of day and durations are seconds, whatever their unit. */
    {"tts", 0, {DRIFT_LAYOUT_FLOAT64, FROM_PARTS, 0, 4}},
    {"ttm", 0, {DRIFT_LAYOUT_FLOAT64, FROM_PARTS, 3, 4}},
    {"ttu", 0, {DRIFT_LAYOUT_FLOAT64, FROM_PARTS, 6, 8}},
    {"ttn", 0, {DRIFT_LAYOUT_FLOAT64, FROM_PARTS, 9, 8}},
    {"tDs", 0, {DRIFT_LAYOUT_FLOAT64, FROM_PARTS, 0, 8}},
    {"tDm", 0, {DRIFT_LAYOUT_FLOAT64, FROM_PARTS, 3, 8}},
    {"tDu", 0, {DRIFT_LAYOUT_FLOAT64, FROM_PARTS, 6, 8}},
    {"tDn", 0, {DRIFT_LAYOUT_FLOAT64, FROM_PARTS, 9, 8}},
};

/* "d:PRECISION,SCALE", then ",BITS" where they are not 128. */
static int decimal_type(const char *format, arrow_type *out)
{
    char *rest;
    if (strncmp(format, "d:", 2) != 0)
        return 0;
    long precision = strtol(format + 2, &rest, 10), bits = 128;
    if (*rest != ',' || precision < 1 || precision > 76)
        return 0;
    long scale = strtol(rest + 1, &rest, 10);
    if (*rest == ',')
        bits = strtol(rest + 1, &rest, 10);
    if (*rest || scale < -1000 || scale > 1000 ||
        (bits != 32 && bits != 64 && bits != 128 && bits != 256))
        return 0;
    *out = (arrow_type){DRIFT_LAYOUT_FLOAT64, FROM_DECIMAL, (int)scale, (int)bits / 8};
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

static const char *const not_read =
    "is not read: only booleans, numbers, decimals, strings, bytes, dates, times, durations, "
    "nulls, dictionaries and runs of these are";

static int is_runs(const struct ArrowSchema *schema)
{
    return schema->format && strcmp(schema->format, "+r") == 0;
}

static int is_run_end(drift_layout layout)
{
    return layout == DRIFT_LAYOUT_INT16 || layout == DRIFT_LAYOUT_INT32 ||
           layout == DRIFT_LAYOUT_INT64;
}

static const char *runs_refusal(const struct ArrowSchema *schema)
{
    arrow_type type;
    if (schema->n_children != 2 || !schema->children)
        return not_read;
    const struct ArrowSchema *ends = schema->children[0], *values = schema->children[1];
    if (!find_type(ends->format, &type) || !is_run_end(type.layout) || values->dictionary ||
        is_runs(values))
        return not_read;
    return drift__arrow_refusal(values);
}

const char *drift__arrow_refusal(const struct ArrowSchema *schema)
{
    arrow_type type;
    if (is_runs(schema))
        return runs_refusal(schema);
    if (!find_type(schema->format, &type))
        return not_read;
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

/* A whole number of `width` bytes as 32-bit limbs, the least first, by its size; returns its sign. */
static int load_limbs(const uint8_t *bytes, int width, uint32_t *out_limbs)
{
    int n = width / 4;
    uint32_t carry = 1;
    for (int i = 0; i < n; i++) {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
        memcpy(&out_limbs[i], bytes + 4 * i, sizeof *out_limbs);
#else
        memcpy(&out_limbs[i], bytes + width - 4 * (i + 1), sizeof *out_limbs);
#endif
    }
    if (!(out_limbs[n - 1] >> 31))
        return 0;
    for (int i = 0; i < n; i++) {
        out_limbs[i] = ~out_limbs[i] + carry;
        carry = carry && !out_limbs[i];
    }
    return 1;
}

/* Decimal text of the limbs, then the ordinary rounding of text. */
static double from_text(uint32_t *limbs, int n, int decimals)
{
    enum { DIGITS = 78 }; /* of 256 bits */
    char text[DIGITS + 8];
    size_t begin = DIGITS, length = DIGITS;
    uint32_t any;
    do {
        uint64_t rest = 0;
        any = 0;
        for (int i = n - 1; i >= 0; i--) {
            rest = rest << 32 | limbs[i];
            any |= limbs[i] = (uint32_t)(rest / 10);
            rest %= 10;
        }
        text[--begin] = (char)('0' + rest);
    } while (any && begin);
    int size = decimals < 0 ? -decimals : decimals;
    text[length++] = 'e';
    text[length++] = decimals > 0 ? '-' : '+';
    for (int unit = 1000; unit; unit /= 10)
        text[length++] = (char)('0' + size / unit % 10);
    return drift__parse_number(text + begin, length - begin).number;
}

static const double powers_of_ten[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                       1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                       1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

static double from_decimal(const uint8_t *bytes, const arrow_type *type)
{
    uint32_t limbs[8] = {0}, beyond = 0;
    int negative = load_limbs(bytes, type->width, limbs), n = type->width / 4;
    uint64_t low = (uint64_t)limbs[1] << 32 | limbs[0];
    for (int i = 2; i < n; i++)
        beyond |= limbs[i];
    double value;
    /* Both are doubles, so their quotient is rounded once. */
    if (!beyond && low <= UINT64_C(1) << 53 && type->decimals >= 0 && type->decimals <= 22)
        value = (double)low / powers_of_ten[type->decimals];
    else
        value = from_text(limbs, n, type->decimals);
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

static double from_parts(const uint8_t *at, const arrow_type *type)
{
    int32_t narrow;
    memcpy(&narrow, at, sizeof narrow);
    int64_t parts = type->width == 4 ? narrow : load64(at);
    return (double)parts / powers_of_ten[type->decimals];
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
            numbers[i] = from_decimal(data + type->width * (offset + i), type);
        } else if (type->convert == FROM_PARTS) {
            numbers[i] = from_parts(data + type->width * (offset + i), type);
        } else {
            stamps[i] = to_microseconds(data, offset + i, type->convert);
        }
    }
    out->data = numbers;
}

static int is_short(const struct ArrowArray *array, const drift__arrow_rows *rows)
{
    return array->length < 0 || array->offset < 0 || array->offset > INT64_MAX - array->length ||
           rows->offset < 0 || rows->length < 0 || rows->length > array->length ||
           rows->offset > array->length - rows->length;
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
    if (is_short(array, rows))
        return "is shorter than its record batch";
    if (array->n_buffers < buffers || (buffers && !array->buffers) ||
        (buffers && rows->length && !array->buffers[1]))
        return "lacks a buffer";
    return NULL;
}

static int64_t run_end(const struct ArrowArray *ends, drift_layout layout, int64_t run)
{
    const uint8_t *data = ends->buffers[1];
    int32_t middle;
    int16_t narrow;
    run += ends->offset;
    if (layout == DRIFT_LAYOUT_INT64)
        return load64(data + 8 * run);
    memcpy(&narrow, data + 2 * run, sizeof narrow);
    if (layout == DRIFT_LAYOUT_INT16)
        return narrow;
    memcpy(&middle, data + 4 * run, sizeof middle);
    return middle;
}

/* The rows of an array of runs as indices of their runs. */
static const char *view_runs(const struct ArrowSchema *schema, const struct ArrowArray *array,
                             const drift__arrow_rows *rows, drift__arena *arena,
                             drift_column *out_column)
{
    arrow_type type;
    if (is_short(array, rows))
        return "is shorter than its record batch";
    if (array->n_children != 2 || !array->children)
        return "lacks its runs";
    const struct ArrowArray *ends = array->children[0], *values = array->children[1];
    drift__arrow_rows all = {0, ends->length, NULL};
    find_type(schema->children[0]->format, &type);
    const char *problem = array_problem(ends, &type, &all);
    if (problem || ends->length > INT32_MAX)
        return problem ? problem : "has more runs than are read";
    drift_column *runs = drift__arena_allocate(arena, 1, sizeof *runs);
    int32_t *indices = drift__arena_allocate(arena, (size_t)rows->length, sizeof *indices);
    if (!runs || !indices)
        return NULL;
    int32_t run = 0;
    for (int64_t i = 0; i < rows->length; i++) {
        int64_t row = array->offset + rows->offset + i;
        while (run < ends->length && run_end(ends, type.layout, run) <= row)
            run++;
        if (run == ends->length)
            return "has runs that end before its rows";
        indices[i] = run;
    }
    *out_column = (drift_column)DRIFT_COLUMN_INIT;
    out_column->layout = DRIFT_LAYOUT_DICTIONARY;
    out_column->index_layout = DRIFT_LAYOUT_INT32;
    out_column->data = indices;
    out_column->dictionary = runs;
    out_column->dictionary_length = (uint64_t)ends->length;
    if (rows->validity)
        out_column->validity = joined_validity(NULL, 0, rows, 0, arena);
    return drift__arrow_column(schema->children[1], values, &all, arena, runs);
}

const char *drift__arrow_column(const struct ArrowSchema *schema, const struct ArrowArray *array,
                                const drift__arrow_rows *rows, drift__arena *arena,
                                drift_column *out_column)
{
    arrow_type type;
    if (is_runs(schema))
        return view_runs(schema, array, rows, arena, out_column);
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
