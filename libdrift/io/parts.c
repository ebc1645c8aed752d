/* SPDX-License-Identifier: Apache-2.0
 *
 * parts.c: one pass over a table that gives a profile of each part, by rows or
 * by the period of a time column, and of the whole.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "io/reader.h"
#include "profile/block.h"
#include "profile/state.h"

typedef struct divider {
    drift_reader *reader;
    drift_parts_config how;
    drift_part_callback on_part;
    void *context;
    drift_profile *whole, *part;
    uint64_t first_row; /* of the part, counted from 1 */
    uint64_t rows;      /* read so far */
    int64_t day, start; /* of the last row, and of its period's first day; days since 1970 */
    char label[16];
    drift_table *slices; /* of the part, still to be counted; their columns are its own */
    size_t n_slices, slices_capacity;
    uint64_t waiting; /* their rows */
    drift_error *error;
} divider;

/* Count what was put aside while the tables it lies in are there. */
static drift_status count_slices(divider *d)
{
    drift_status status =
        d->n_slices ? drift__profile_count(d->part, d->slices, d->n_slices, d->error) : DRIFT_OK;
    for (size_t i = 0; i < d->n_slices; i++)
        drift__release(&d->reader->allocator, (void *)(uintptr_t)d->slices[i].columns);
    d->n_slices = 0;
    d->waiting = 0;
    return status;
}

static drift_status close_part(divider *d)
{
    drift_status status = count_slices(d);
    if (status || !drift_profile_rows(d->part))
        return status;
    status = drift_profile_merge(d->whole, d->part, d->error);
    if (status)
        return status;
    status =
        d->on_part(d->context, d->part, d->first_row, d->rows, d->how.period ? d->label : NULL);
    if (status)
        return drift__fail_status(d->error, status < 0 ? status : DRIFT_ERR_INVALID_ARGUMENT);
    drift_profile_reset(d->part);
    d->part->rows_before = d->rows;
    d->first_row = d->rows + 1;
    return DRIFT_OK;
}

/* Rows first .. first + n - 1 of the table are of the part. */
static drift_status take_rows(divider *d, const drift_table *table, uint64_t first, uint64_t n)
{
    const drift_allocator *memory = &d->reader->allocator;
    if (!n)
        return DRIFT_OK;
    void *slices = d->slices;
    drift_status status =
        drift__reserve(memory, &slices, &d->slices_capacity, d->n_slices + 1, sizeof *d->slices);
    d->slices = slices;
    drift_column *columns =
        status ? NULL : drift__allocate(memory, table->n_columns, sizeof *columns);
    if (!columns)
        return drift__fail_status(d->error, DRIFT_ERR_OUT_OF_MEMORY);
    for (uint32_t i = 0; i < table->n_columns; i++) {
        columns[i] = table->columns[i];
        columns[i].offset += first;
    }
    drift_table *slice = &d->slices[d->n_slices++];
    *slice = *table;
    slice->columns = columns;
    slice->n_rows = n;
    d->waiting += n;
    d->rows += n;
    return DRIFT_OK;
}

static drift_status divide_by_rows(divider *d, const drift_table *table)
{
    for (uint64_t first = 0; first < table->n_rows;) {
        uint64_t room = d->how.rows - drift_profile_rows(d->part) - d->waiting;
        uint64_t left = table->n_rows - first, n = left < room ? left : room;
        drift_status status = take_rows(d, table, first, n);
        if (status == DRIFT_OK && n == room)
            status = close_part(d);
        if (status)
            return status;
        first += n;
    }
    return DRIFT_OK;
}

/* First day of the period of `day`, and its name. */
static int64_t period_of(char period, int64_t day, char label[16])
{
    char text[64];
    int64_t start = day;
    if (period == 'W') /* 1970-01-01 was a Thursday */
        start -= ((day + 3) % 7 + 7) % 7;
    drift__format_timestamp(text, start * INT64_C(86400000000));
    if (period == 'M' && strlen(text) >= 10) {
        start -= atoi(text + 8) - 1;
        text[7] = '\0';
    }
    text[10] = '\0';
    memcpy(label, text, 11);
    label[10] = '\0';
    return start;
}

static drift_status no_time(const divider *d, const drift_value *value, uint64_t row)
{
    char quoted[64];
    int text = value && (value->tag == DRIFT_VALUE_STRING || value->tag == DRIFT_VALUE_TOKEN);
    if (value && value->tag != DRIFT_VALUE_MISSING)
        return drift__fail(d->error, DRIFT_ERR_PARSE,
                           "%s: row %llu: %s%s%s in column '%s' is no time, by which the rows are "
                           "divided",
                           d->reader->label, (unsigned long long)row, text ? "'" : "",
                           text ? drift__quote(quoted, value->as.string, value->length)
                                : "the number",
                           text ? "'" : "", d->how.time);
    return drift__fail(d->error, DRIFT_ERR_PARSE,
                       "%s: row %llu has no time in column '%s', by which the rows are divided",
                       d->reader->label, (unsigned long long)row, d->how.time);
}

/* 1 where the row opens another period; its day and label are taken over by `enter`. */
static drift_status look_at_time(divider *d, const drift_value *value, uint64_t row, int *out_opens,
                                 int64_t *out_day)
{
    double seconds;
    int64_t key;
    char label[16];
    if (drift__number_of(value, DRIFT_TYPE_TIMESTAMP, 0, &seconds, &key) != DRIFT__MEANS_VALUE)
        return no_time(d, value, row);
    *out_day = (int64_t)floor(seconds / 86400);
    *out_opens = 0;
    if (*out_day == d->day && d->label[0])
        return DRIFT_OK;
    int64_t start = period_of(d->how.period, *out_day, label);
    if (d->label[0] && start < d->start)
        return drift__fail(d->error, DRIFT_ERR_PARSE,
                           "%s: the rows are not in the order of time: row %llu lies in %s, rows "
                           "of %s stand before it",
                           d->reader->label, (unsigned long long)row, label, d->label);
    *out_opens = !d->label[0] || start > d->start;
    d->day = *out_day;
    return DRIFT_OK;
}

static drift_status divide_by_time(divider *d, const drift_table *table, const drift_column *time)
{
    drift_value values[DRIFT__BLOCK_ROWS];
    uint64_t begin = 0;
    for (uint64_t first = 0; first < table->n_rows; first += DRIFT__BLOCK_ROWS) {
        uint64_t left = table->n_rows - first;
        size_t n = left < DRIFT__BLOCK_ROWS ? (size_t)left : DRIFT__BLOCK_ROWS;
        drift__block_values(time, first, n, values);
        for (size_t i = 0; i < n; i++) {
            int opens = 0;
            int64_t day = 0;
            uint64_t row = d->rows + (first + i - begin) + 1;
            drift_status status = look_at_time(d, &values[i], row, &opens, &day);
            if (status == DRIFT_OK && opens) {
                status = take_rows(d, table, begin, first + i - begin);
                if (status == DRIFT_OK)
                    status = close_part(d);
                begin = first + i;
                d->start = period_of(d->how.period, day, d->label);
            }
            if (status)
                return status;
        }
    }
    return take_rows(d, table, begin, table->n_rows - begin);
}

static drift_status divide(divider *d, const drift_table *table)
{
    const drift_column *time = NULL;
    if (!d->how.period)
        return divide_by_rows(d, table);
    for (uint32_t i = 0; i < table->n_columns; i++)
        if (strcmp(table->names[i], d->how.time) == 0)
            time = &table->columns[i];
    if (!time)
        return table->n_rows ? no_time(d, NULL, d->rows + 1) : DRIFT_OK;
    return divide_by_time(d, table, time);
}

/* All tables, those that were read side by side counted together. */
static drift_status divide_all(divider *d)
{
    for (;;) {
        const drift_table *tables;
        size_t n = 0;
        drift_status status = drift__reader_several(d->reader, &tables, &n, d->error);
        for (size_t i = 0; i < n && status == DRIFT_OK; i++)
            status = divide(d, &tables[i]);
        if (status == DRIFT_OK)
            status = count_slices(d);
        if (status)
            return status == DRIFT_END ? close_part(d) : status;
    }
}

static drift_status check(const drift_parts_config *how, drift_error *error)
{
    if (!how->rows == !how->period)
        return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT,
                           "parts are made by a number of rows or by a period, one of them");
    if (how->period && !strchr("DWM", how->period))
        return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT, "a period is D, W or M");
    if (how->period && !how->time)
        return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT,
                           "parts by a period need the column of the rows' time (--time)");
    return DRIFT_OK;
}

drift_status drift_profile_build_parts(drift_reader *reader, const drift_profile *against,
                                       const drift_profile_config *config,
                                       const drift_parts_config *parts, drift_part_callback on_part,
                                       void *context, drift_profile **out_profile,
                                       drift_error *error)
{
    drift_profile_config settings = DRIFT_PROFILE_CONFIG_INIT;
    divider d = {.reader = reader,
                 .how = DRIFT_PARTS_CONFIG_INIT,
                 .on_part = on_part,
                 .context = context,
                 .first_row = 1,
                 .error = error};
    if (!reader || !against || !parts || !on_part || !out_profile)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    drift_status status = drift__config_copy(&settings, config, sizeof settings, error);
    if (status == DRIFT_OK)
        status = drift__config_copy(&d.how, parts, sizeof d.how, error);
    if (status == DRIFT_OK)
        status = check(&d.how, error);
    if (status)
        return status;
    status = drift_profile_create_against(against, settings.allocator, &d.whole, error);
    if (status == DRIFT_OK)
        status = drift_profile_create_against(against, settings.allocator, &d.part, error);
    if (status == DRIFT_OK && drift_reader_rewindable(reader))
        status = drift_reader_rewind(reader, error);
    if (status == DRIFT_OK && settings.executor)
        drift_profile_set_executor(d.part, settings.executor);
    if (status == DRIFT_OK)
        status = divide_all(&d);
    for (size_t i = 0; i < d.n_slices; i++)
        drift__release(&reader->allocator, (void *)(uintptr_t)d.slices[i].columns);
    drift__release(&reader->allocator, d.slices);
    if (status == DRIFT_OK && settings.schema)
        status = drift_profile_apply_schema(d.whole, settings.schema, error);
    drift_profile_destroy(d.part);
    if (status)
        drift_profile_destroy(d.whole);
    else
        *out_profile = d.whole;
    return status;
}
