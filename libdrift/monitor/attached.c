/* SPDX-License-Identifier: Apache-2.0
 *
 * attached.c: classical detectors at the columns of a monitor.
 */
#include "monitor/attached.h"

#include <math.h>
#include <string.h>

#include "core/memory.h"
#include "monitor/metrics.h"
#include "monitor/sentence.h"
#include "profile/block.h"

/* Detectors of a monitor, and rows that are made values at once. */
enum { MOST = 100000, BLOCK = 128 };

void drift__attached_free(drift__attached *attached, const drift_allocator *allocator)
{
    for (size_t i = 0; i < attached->n; i++)
        drift_detector_destroy(attached->items[i].detector);
    drift__release(allocator, attached->items);
    *attached = (drift__attached){NULL, 0, ""};
}

drift_status drift__attached_add(drift__attached *attached, size_t column, drift_detector *detector,
                                 const drift_allocator *allocator)
{
    size_t n = attached->n;
    if (n == MOST)
        return DRIFT_ERR_OVERFLOW;
    if (!(n & (n - 1))) { /* full: there is room for a power of two */
        drift__attachment *items = drift__allocate(allocator, n ? 2 * n : 1, sizeof *items);
        if (!items)
            return DRIFT_ERR_OUT_OF_MEMORY;
        if (n)
            memcpy(items, attached->items, n * sizeof *items);
        drift__release(allocator, attached->items);
        attached->items = items;
    }
    attached->items[attached->n++] = (drift__attachment){.detector = detector, .column = column};
    return DRIFT_OK;
}

void drift__attached_reset(drift__attached *attached)
{
    for (size_t i = 0; i < attached->n; i++) {
        drift__attachment *one = &attached->items[i];
        drift_detector_reset(one->detector);
        *one = (drift__attachment){.detector = one->detector, .column = one->column};
    }
}

int drift__attached_can_watch(const drift__column_state *column)
{
    return column->type == DRIFT_TYPE_NUMERIC || column->type == DRIFT_TYPE_BOOLEAN;
}

/* The value as a number: 1 where there is one, 0 where it is missing, -1 where it is none. */
static int number_of(const drift__column_state *column, const drift_value *value, double *out)
{
    if (column->type == DRIFT_TYPE_NUMERIC) {
        int64_t key;
        drift__meaning meaning = drift__number_of(value, column->type, 0, out, &key);
        return meaning == DRIFT__MEANS_VALUE ? 1 : meaning == DRIFT__MEANS_MISSING ? 0 : -1;
    }
    char scratch[64];
    const char *text;
    size_t length;
    int numeric;
    drift__meaning meaning = drift__name_of(value, column->type, scratch, &text, &length, &numeric);
    *out = meaning == DRIFT__MEANS_VALUE && drift__truth_of(text, length) > 0;
    return meaning == DRIFT__MEANS_VALUE ? 1 : meaning == DRIFT__MEANS_MISSING ? 0 : -1;
}

/* Where the change began: a detector that keeps a window keeps what came since. */
static uint64_t change_row_of(const drift__attachment *one, uint64_t row)
{
    double width;
    if (drift_detector_reading(one->detector, "width", &width) || !(width >= 1))
        return row;
    return width < (double)row ? row - (uint64_t)width + 1 : 1;
}

static void see(drift__attachment *one, const drift__column_state *column, const drift_value *value,
                uint64_t row)
{
    double number = 0;
    uint32_t signal = 0;
    int known = number_of(column, value, &number);
    if (known < 0 || (known && drift_detector_add(one->detector, number, &signal))) {
        if (!one->ignored++)
            one->ignored_row = row;
        return;
    }
    if (!(signal & DRIFT_DETECTOR_CHANGE))
        return;
    one->alarms++;
    if (!one->row) {
        one->row = row;
        one->change_row = change_row_of(one, row);
    }
}

void drift__attached_row(drift__attached *attached, const drift_profile *reference,
                         const drift_value *values, uint64_t row)
{
    for (size_t i = 0; i < attached->n; i++) {
        size_t column = attached->items[i].column;
        see(&attached->items[i], &reference->columns[column], &values[column], row);
    }
}

static const drift_column *source_of(const drift_table *table, const char *name)
{
    for (uint32_t i = 0; i < table->n_columns; i++)
        if (!strcmp(table->names[i], name))
            return &table->columns[i];
    return NULL;
}

void drift__attached_rows(drift__attached *attached, const drift_profile *reference,
                          const drift_table *table, uint64_t row)
{
    drift_value values[BLOCK];
    for (size_t i = 0; i < attached->n; i++) {
        drift__attachment *one = &attached->items[i];
        const drift__column_state *column = &reference->columns[one->column];
        const drift_column *source = source_of(table, column->name);
        for (uint64_t at = 0; source && at < table->n_rows; at += BLOCK) {
            size_t n = table->n_rows - at < BLOCK ? (size_t)(table->n_rows - at) : BLOCK;
            drift__block_values(source, at, n, values);
            for (size_t k = 0; k < n; k++)
                see(one, column, &values[k], row + at + k);
        }
    }
}

static uint64_t waiting_row(const drift__attachment *one)
{
    if (!one->row || !one->ignored_row)
        return one->row + one->ignored_row;
    return one->row < one->ignored_row ? one->row : one->ignored_row;
}

/* In words that follow the name of the column. */
static const char *describe(drift__attached *attached, drift_detector_kind kind, int is_change)
{
    static const char *const takes[] = {"has values beyond 1e100, left out by ",
                                        "has values outside 0 and 1, left out by ",
                                        "has values other than 0 and 1, left out by "};
    drift__sentence text = {attached->text, sizeof attached->text, 0};
    if (!is_change)
        drift__sentence_add(&text, takes[drift_detector_input_of(kind)]);
    drift__sentence_add(&text, drift_detector_name(kind));
    if (is_change)
        drift__sentence_add(&text, " signals a change");
    return attached->text;
}

static drift_alert_kind alert_kind(drift_detector_kind kind, int is_change)
{
    if (!is_change)
        return DRIFT_ALERT_SCHEMA;
    return drift_detector_input_of(kind) == DRIFT_DETECTOR_NUMBERS ? DRIFT_ALERT_DISTRIBUTION
                                                                   : DRIFT_ALERT_ERROR;
}

int drift__attached_next(drift__attached *attached, uint64_t last, drift__signal *out_signal)
{
    drift__attachment *first = NULL;
    for (size_t i = 0; i < attached->n; i++) {
        drift__attachment *one = &attached->items[i];
        if (waiting_row(one) && (!first || waiting_row(one) < waiting_row(first)))
            first = one;
    }
    if (!first || waiting_row(first) > last)
        return 0;
    drift_detector_kind kind = drift_detector_kind_of(first->detector);
    int is_change = first->row == waiting_row(first);
    *out_signal =
        (drift__signal){.column = first->column,
                        .detector = DRIFT__METRICS_CLASSICAL + (uint32_t)kind,
                        .kind = alert_kind(kind, is_change),
                        .severity = is_change ? DRIFT_SEVERITY_ALERT : DRIFT_SEVERITY_WARNING,
                        .row = waiting_row(first),
                        .change_row = is_change ? first->change_row : first->ignored_row,
                        .evidence = (double)NAN,
                        .alpha = (double)NAN,
                        .text = describe(attached, kind, is_change)};
    if (is_change)
        first->row = first->change_row = 0;
    else
        first->ignored_row = 0;
    return 1;
}

static void write_one(const drift__attachment *one, const drift_allocator *allocator,
                      drift__writer *writer)
{
    drift__write_varint(writer, one->column);
    drift__write_varint(writer, one->alarms);
    drift__write_varint(writer, one->ignored);
    drift__write_varint(writer, one->row);
    drift__write_varint(writer, one->change_row);
    drift__write_varint(writer, one->ignored_row);
    drift_buffer *bytes = NULL;
    if (!writer->status)
        writer->status = drift_buffer_create(allocator, &bytes);
    if (!writer->status)
        writer->status = drift_detector_serialize(one->detector, bytes);
    if (!writer->status)
        drift__write_string(writer, drift_buffer_data(bytes), drift_buffer_size(bytes));
    drift_buffer_destroy(bytes);
}

void drift__attached_write(const drift__attached *attached, const drift_allocator *allocator,
                           drift__writer *writer)
{
    drift__write_varint(writer, attached->n);
    for (size_t i = 0; i < attached->n; i++)
        write_one(&attached->items[i], allocator, writer);
}

static drift_status read_one(drift__attached *attached, const drift_profile *reference,
                             drift__byte_reader *reader, const drift_allocator *allocator)
{
    size_t size = 0;
    drift__attachment one = {0};
    one.column = drift__read_varint(reader);
    one.alarms = one.counted = drift__read_varint(reader);
    one.ignored = drift__read_varint(reader);
    one.row = drift__read_varint(reader);
    one.change_row = drift__read_varint(reader);
    one.ignored_row = drift__read_varint(reader);
    const char *bytes = drift__read_string(reader, &size);
    if (reader->failed || one.column >= reference->n_columns ||
        !drift__attached_can_watch(&reference->columns[one.column]) || one.change_row > one.row ||
        !one.change_row != !one.row)
        return DRIFT_ERR_CORRUPT;
    drift_status status = drift_detector_deserialize(bytes, size, allocator, &one.detector, NULL);
    if (!status)
        status = drift__attached_add(attached, one.column, one.detector, allocator);
    if (status) {
        drift_detector_destroy(one.detector);
        return status;
    }
    attached->items[attached->n - 1] = one;
    return DRIFT_OK;
}

drift_status drift__attached_read(drift__attached *attached, const drift_profile *reference,
                                  drift__byte_reader *reader, const drift_allocator *allocator)
{
    drift__attached made = {NULL, 0, ""};
    uint64_t n = drift__read_varint(reader);
    drift_status status = reader->failed || n > MOST ? DRIFT_ERR_CORRUPT : DRIFT_OK;
    for (uint64_t i = 0; i < n && !status; i++)
        status = read_one(&made, reference, reader, allocator);
    drift__attached *old = status ? &made : attached;
    drift__attached_free(old, allocator);
    if (!status)
        *attached = made;
    return status;
}
