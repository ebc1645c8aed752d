/* SPDX-License-Identifier: Apache-2.0
 *
 * block.c: the layouts of drift/table.h. Values are loaded by memcpy: strided
 * arrays need not be aligned.
 */
#include "profile/block.h"

#include <math.h>
#include <string.h>

#include "core/error.h"

/* Up to here every integer is a double. */
#define EXACT_MOST (UINT64_C(1) << 53)

static size_t layout_width(uint32_t layout)
{
    switch (layout) {
    case DRIFT_LAYOUT_INT8:
    case DRIFT_LAYOUT_UINT8:
    case DRIFT_LAYOUT_BOOL8:
        return 1;
    case DRIFT_LAYOUT_INT16:
    case DRIFT_LAYOUT_UINT16:
        return 2;
    case DRIFT_LAYOUT_FLOAT32:
    case DRIFT_LAYOUT_INT32:
    case DRIFT_LAYOUT_UINT32:
    case DRIFT_LAYOUT_STRING32:
        return 4;
    case DRIFT_LAYOUT_FLOAT64:
    case DRIFT_LAYOUT_INT64:
    case DRIFT_LAYOUT_UINT64:
    case DRIFT_LAYOUT_TIME64:
    case DRIFT_LAYOUT_STRING64:
        return 8;
    case DRIFT_LAYOUT_STRING_VIEW:
    case DRIFT_LAYOUT_VALUE:
        return 16;
    default:
        return 0;
    }
}

static int takes_stride(uint32_t layout)
{
    return layout <= DRIFT_LAYOUT_BOOL8 || layout == DRIFT_LAYOUT_TIME64 ||
           layout == DRIFT_LAYOUT_VALUE || layout == DRIFT_LAYOUT_DICTIONARY;
}

static const char *column_problem(const drift_column *column, uint64_t n_rows, int nested)
{
    if (column->struct_size < sizeof *column)
        return "struct_size is too small: start from DRIFT_COLUMN_INIT";
    if (column->layout < DRIFT_LAYOUT_FLOAT64 || column->layout > DRIFT_LAYOUT_NULL)
        return "its layout is unknown";
    if (column->layout == DRIFT_LAYOUT_NULL)
        return NULL;
    if (!column->data && n_rows)
        return "its data is NULL";
    if (column->stride && !takes_stride(column->layout))
        return "its layout takes no stride";
    if (column->layout != DRIFT_LAYOUT_DICTIONARY)
        return NULL;
    if (nested || !column->dictionary)
        return "its dictionary is not a column of values";
    if (column->index_layout < DRIFT_LAYOUT_INT8 || column->index_layout > DRIFT_LAYOUT_UINT64)
        return "its dictionary indices are not integers";
    return column_problem(column->dictionary, column->dictionary_length, 1);
}

drift_status drift__table_check(const drift_table *table, drift_error *error)
{
    if (!table || table->struct_size < sizeof *table ||
        (table->n_columns && (!table->names || !table->columns)))
        return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT,
                           "the table is incomplete: start from DRIFT_TABLE_INIT");
    for (uint32_t i = 0; i < table->n_columns; i++) {
        if (!table->names[i])
            return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT, "column %u has no name",
                               (unsigned)i + 1);
        const char *problem = column_problem(&table->columns[i], table->n_rows, 0);
        char quoted[64];
        if (problem)
            return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT, "column '%s': %s",
                               drift__quote(quoted, table->names[i], strlen(table->names[i])),
                               problem);
    }
    return DRIFT_OK;
}

static const uint8_t *element(const drift_column *column, uint32_t layout, uint64_t row)
{
    int64_t stride = column->stride ? column->stride : (int64_t)layout_width(layout);
    return (const uint8_t *)column->data + (int64_t)(column->offset + row) * stride;
}

static int bit(const uint8_t *bits, uint64_t index)
{
    return (bits[index >> 3] >> (index & 7)) & 1;
}

static void set_integer(drift_value *out, uint32_t tag, int64_t integer)
{
    out->tag = tag;
    out->as.integer = integer;
}

static void set_double(drift_value *out, double number)
{
    if (isnan(number))
        return;
    out->tag = DRIFT_VALUE_DOUBLE;
    out->as.number = number;
}

static void set_string(drift_value *out, const char *text, uint64_t length)
{
    out->tag = DRIFT_VALUE_STRING;
    out->as.string = length ? text : "";
    out->length = length > UINT32_MAX ? UINT32_MAX : (uint32_t)length;
}

#define LOAD(type)                                                                                 \
    type loaded;                                                                                   \
    memcpy(&loaded, at, sizeof loaded)

static void load_number(const uint8_t *at, uint32_t layout, drift_value *out)
{
    switch (layout) {
    case DRIFT_LAYOUT_FLOAT64: {
        LOAD(double);
        set_double(out, loaded);
        break;
    }
    case DRIFT_LAYOUT_FLOAT32: {
        LOAD(float);
        set_double(out, (double)loaded);
        break;
    }
    case DRIFT_LAYOUT_INT8: {
        LOAD(int8_t);
        set_integer(out, DRIFT_VALUE_INT64, loaded);
        break;
    }
    case DRIFT_LAYOUT_INT16: {
        LOAD(int16_t);
        set_integer(out, DRIFT_VALUE_INT64, loaded);
        break;
    }
    case DRIFT_LAYOUT_INT32: {
        LOAD(int32_t);
        set_integer(out, DRIFT_VALUE_INT64, loaded);
        break;
    }
    case DRIFT_LAYOUT_INT64: {
        LOAD(int64_t);
        set_integer(out, DRIFT_VALUE_INT64, loaded);
        break;
    }
    case DRIFT_LAYOUT_UINT8: {
        LOAD(uint8_t);
        set_integer(out, DRIFT_VALUE_INT64, loaded);
        break;
    }
    case DRIFT_LAYOUT_UINT16: {
        LOAD(uint16_t);
        set_integer(out, DRIFT_VALUE_INT64, loaded);
        break;
    }
    case DRIFT_LAYOUT_UINT32: {
        LOAD(uint32_t);
        set_integer(out, DRIFT_VALUE_INT64, loaded);
        break;
    }
    case DRIFT_LAYOUT_UINT64: {
        LOAD(uint64_t);
        if (loaded > INT64_MAX)
            set_double(out, (double)loaded);
        else
            set_integer(out, DRIFT_VALUE_INT64, (int64_t)loaded);
        break;
    }
    default:
        break;
    }
}

static void load_view(const drift_column *column, const uint8_t *at, drift_value *out)
{
    int32_t parts[4];
    memcpy(parts, at, sizeof parts);
    if (parts[0] < 0)
        return;
    const char *text = (const char *)at + 4;
    if (parts[0] > 12)
        text = column->buffers[parts[2]] + parts[3];
    set_string(out, text, (uint64_t)parts[0]);
}

static void load_string(const drift_column *column, uint64_t row, drift_value *out)
{
    int64_t begin, end;
    if (column->layout == DRIFT_LAYOUT_STRING32) {
        int32_t pair[2];
        memcpy(pair, (const uint8_t *)column->data + (column->offset + row) * 4, sizeof pair);
        begin = pair[0];
        end = pair[1];
    } else {
        int64_t pair[2];
        memcpy(pair, (const uint8_t *)column->data + (column->offset + row) * 8, sizeof pair);
        begin = pair[0];
        end = pair[1];
    }
    if (end > begin)
        set_string(out, column->bytes + begin, (uint64_t)(end - begin));
    else
        set_string(out, "", 0);
}

static void load_value(const uint8_t *at, drift_value *out)
{
    memcpy(out, at, sizeof *out);
    int text = out->tag == DRIFT_VALUE_STRING || out->tag == DRIFT_VALUE_TOKEN;
    if ((out->tag == DRIFT_VALUE_DOUBLE && isnan(out->as.number)) || (text && !out->as.string))
        out->tag = DRIFT_VALUE_MISSING;
}

static void load(const drift_column *column, uint64_t row, drift_value *out)
{
    out->tag = DRIFT_VALUE_MISSING;
    out->length = 0;
    out->as.integer = 0;
    if (column->validity && !bit(column->validity, column->offset + row))
        return;
    switch (column->layout) {
    case DRIFT_LAYOUT_BOOL8:
        set_integer(out, DRIFT_VALUE_BOOL, *element(column, column->layout, row) != 0);
        break;
    case DRIFT_LAYOUT_BOOL1:
        set_integer(out, DRIFT_VALUE_BOOL, bit(column->data, column->offset + row));
        break;
    case DRIFT_LAYOUT_STRING32:
    case DRIFT_LAYOUT_STRING64:
        load_string(column, row, out);
        break;
    case DRIFT_LAYOUT_STRING_VIEW:
        load_view(column, element(column, column->layout, row), out);
        break;
    case DRIFT_LAYOUT_TIME64:
        load_number(element(column, column->layout, row), DRIFT_LAYOUT_INT64, out);
        out->tag = DRIFT_VALUE_TIME;
        break;
    case DRIFT_LAYOUT_VALUE:
        load_value(element(column, column->layout, row), out);
        break;
    case DRIFT_LAYOUT_NULL:
        break;
    default:
        load_number(element(column, column->layout, row), column->layout, out);
    }
}

static void load_indirect(const drift_column *column, uint64_t row, drift_value *out)
{
    drift_value index = {DRIFT_VALUE_MISSING, 0, {0}};
    if (!column->validity || bit(column->validity, column->offset + row))
        load_number(element(column, column->index_layout, row), column->index_layout, &index);
    *out = (drift_value){DRIFT_VALUE_MISSING, 0, {0}};
    if (index.tag == DRIFT_VALUE_INT64 && index.as.integer >= 0 &&
        (uint64_t)index.as.integer < column->dictionary_length)
        load(column->dictionary, (uint64_t)index.as.integer, out);
}

void drift__block_values(const drift_column *column, uint64_t first, size_t n, drift_value *out)
{
    if (column->layout == DRIFT_LAYOUT_DICTIONARY)
        for (size_t i = 0; i < n; i++)
            load_indirect(column, first + i, &out[i]);
    else
        for (size_t i = 0; i < n; i++)
            load(column, first + i, &out[i]);
}

#define COPY_DOUBLES(type)                                                                         \
    for (size_t i = 0; i < n; i++, at += stride) {                                                 \
        LOAD(type);                                                                                \
        out[i] = (double)loaded;                                                                   \
    }                                                                                              \
    return 1

/* Four at a time where they lie packed, for which every instruction set has a conversion. */
typedef double four __attribute__((vector_size(4 * sizeof(double))));

#define COPY_FOURS(type)                                                                           \
    typedef type some __attribute__((vector_size(4 * sizeof(type))));                              \
    for (; stride == sizeof(type) && n >= 4; n -= 4, out += 4, at += sizeof(some)) {               \
        LOAD(some);                                                                                \
        four made = __builtin_convertvector(loaded, four);                                         \
        memcpy(out, &made, sizeof made);                                                           \
    }                                                                                              \
    COPY_DOUBLES(type)

/* 0 where an integer is beyond 2^53, which a double may not hold. */
#define COPY_EXACT_DOUBLES(type, inside)                                                           \
    uint64_t beyond = 0;                                                                           \
    for (size_t i = 0; i < n; i++, at += stride) {                                                 \
        LOAD(type);                                                                                \
        beyond |= (uint64_t)!(inside);                                                             \
        out[i] = (double)loaded;                                                                   \
    }                                                                                              \
    return !beyond

static int copy_doubles(const uint8_t *at, int64_t stride, uint32_t layout, size_t n, double *out)
{
    switch (layout) {
    case DRIFT_LAYOUT_FLOAT64:
        COPY_DOUBLES(double);
    case DRIFT_LAYOUT_FLOAT32: {
        COPY_FOURS(float);
    }
    case DRIFT_LAYOUT_INT8:
        COPY_DOUBLES(int8_t);
    case DRIFT_LAYOUT_INT16:
        COPY_DOUBLES(int16_t);
    case DRIFT_LAYOUT_INT32: {
        COPY_FOURS(int32_t);
    }
    case DRIFT_LAYOUT_UINT8:
        COPY_DOUBLES(uint8_t);
    case DRIFT_LAYOUT_UINT16:
        COPY_DOUBLES(uint16_t);
    case DRIFT_LAYOUT_UINT32:
        COPY_DOUBLES(uint32_t);
    case DRIFT_LAYOUT_INT64: {
        COPY_EXACT_DOUBLES(int64_t, (uint64_t)loaded + EXACT_MOST <= 2 * EXACT_MOST);
    }
    case DRIFT_LAYOUT_UINT64: {
        COPY_EXACT_DOUBLES(uint64_t, loaded <= EXACT_MOST);
    }
    default:
        return 0;
    }
}

/* A choice between numbers, not a jump: what is missing is hard to foresee. */
static void set_missing(const drift_column *column, uint64_t first, size_t n, double *numbers)
{
    const double none[2] = {NAN, 0};
    for (size_t i = 0; column->validity && i < n; i++)
        numbers[i] += none[bit(column->validity, column->offset + first + i)];
}

const double *drift__block_doubles(const drift_column *column, uint64_t first, size_t n,
                                   double *scratch)
{
    if (column->layout > DRIFT_LAYOUT_UINT64)
        return NULL;
    const uint8_t *at = element(column, column->layout, first);
    int64_t stride = column->stride ? column->stride : (int64_t)layout_width(column->layout);
    if (column->layout == DRIFT_LAYOUT_FLOAT64 && stride == sizeof(double) && !column->validity &&
        (uintptr_t)at % _Alignof(double) == 0)
        return (const double *)(const void *)at;
    if (!copy_doubles(at, stride, column->layout, n, scratch))
        return NULL;
    set_missing(column, first, n, scratch);
    return scratch;
}

const double *drift__block_seconds(const drift_column *column, uint64_t first, size_t n,
                                   double *scratch)
{
    if (column->layout != DRIFT_LAYOUT_TIME64)
        return NULL;
    const uint8_t *at = element(column, column->layout, first);
    int64_t stride = column->stride ? column->stride : (int64_t)layout_width(column->layout);
    for (size_t i = 0; i < n; i++, at += stride) {
        LOAD(int64_t);
        scratch[i] = (double)loaded / 1e6;
    }
    set_missing(column, first, n, scratch);
    return scratch;
}

uint32_t drift__block_code_count(const drift_column *column, uint32_t most)
{
    if (column->layout == DRIFT_LAYOUT_BOOL8 || column->layout == DRIFT_LAYOUT_BOOL1)
        return 2;
    if (column->layout != DRIFT_LAYOUT_DICTIONARY || column->dictionary_length > most)
        return 0;
    return (uint32_t)column->dictionary_length;
}

void drift__block_code_value(const drift_column *column, uint32_t code, drift_value *out)
{
    if (column->layout == DRIFT_LAYOUT_DICTIONARY) {
        load(column->dictionary, code, out);
        return;
    }
    *out = (drift_value){DRIFT_VALUE_BOOL, 0, {0}};
    out->as.integer = code;
}

/* What is negative is beyond every dictionary, too. */
#define COPY_CODES(type)                                                                           \
    for (size_t i = 0; i < n; i++, at += stride) {                                                 \
        LOAD(type);                                                                                \
        uint64_t code = (uint64_t)loaded;                                                          \
        out[i] = code < count ? (uint32_t)code : (uint32_t)count;                                  \
    }                                                                                              \
    break

static void copy_codes(const uint8_t *at, int64_t stride, uint32_t layout, size_t n, uint64_t count,
                       uint32_t *out)
{
    switch (layout) {
    case DRIFT_LAYOUT_INT8:
        COPY_CODES(int8_t);
    case DRIFT_LAYOUT_INT16:
        COPY_CODES(int16_t);
    case DRIFT_LAYOUT_INT32:
        COPY_CODES(int32_t);
    case DRIFT_LAYOUT_INT64:
        COPY_CODES(int64_t);
    case DRIFT_LAYOUT_UINT8:
        COPY_CODES(uint8_t);
    case DRIFT_LAYOUT_UINT16:
        COPY_CODES(uint16_t);
    case DRIFT_LAYOUT_UINT32:
        COPY_CODES(uint32_t);
    default:
        COPY_CODES(uint64_t);
    }
}

void drift__block_codes(const drift_column *column, uint64_t first, size_t n, uint32_t *out)
{
    uint32_t count = 2;
    if (column->layout == DRIFT_LAYOUT_BOOL1) {
        for (size_t i = 0; i < n; i++)
            out[i] = (uint32_t)bit(column->data, column->offset + first + i);
    } else {
        int indirect = column->layout == DRIFT_LAYOUT_DICTIONARY;
        uint32_t layout = indirect ? column->index_layout : column->layout;
        int64_t stride = column->stride ? column->stride : (int64_t)layout_width(layout);
        const uint8_t *at = element(column, layout, first);
        count = indirect ? (uint32_t)column->dictionary_length : 2;
        if (indirect)
            copy_codes(at, stride, layout, n, count, out);
        else
            for (size_t i = 0; i < n; i++, at += stride)
                out[i] = *at != 0;
    }
    for (size_t i = 0; column->validity && i < n; i++)
        out[i] = bit(column->validity, column->offset + first + i) ? out[i] : count;
}
