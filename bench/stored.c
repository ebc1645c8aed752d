/* SPDX-License-Identifier: Apache-2.0
 *
 * stored.c: tables read once; a column is numbers where every value that is
 * not missing reads as one, as it would be from the file itself.
 */
#include "stored.h"

#include <drift/io.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "laws.h"
#include "pipeline.h"

enum { MADE_ROWS = 40000, MADE_NUMBERS = 40, MADE_TEXTS = 10 };

static void *grown(void *memory, size_t size)
{
    void *larger = realloc(memory, size);
    if (!larger) {
        fprintf(stderr, "no memory for %zu bytes\n", size);
        exit(1);
    }
    return larger;
}

static stored *empty_table(size_t columns)
{
    stored *s = bench_allocate(sizeof *s);
    *s = (stored){columns, 0, NULL, NULL, NULL, NULL, 0, NULL};
    s->names = bench_allocate(columns * sizeof *s->names);
    s->numbers = bench_allocate(columns * sizeof *s->numbers);
    s->values = bench_allocate(columns * sizeof *s->values);
    for (size_t k = 0; k < columns; k++) {
        s->names[k] = NULL;
        s->numbers[k] = NULL;
        s->values[k] = NULL;
    }
    return s;
}

static void name_column(stored *s, size_t column, const char *name)
{
    s->names[column] = bench_allocate(strlen(name) + 1);
    strcpy(s->names[column], name);
}

/* Texts are kept by their distance from `texts`, which moves as it grows. */
static void append(stored *s, const drift_table *batch, size_t *length)
{
    size_t rows = s->rows + (size_t)batch->n_rows;
    for (size_t k = 0; k < s->columns; k++) {
        const drift_value *from = batch->columns[k].data;
        s->values[k] = grown(s->values[k], rows * sizeof **s->values);
        for (size_t i = s->rows; i < rows; i++, from++) {
            s->values[k][i] = *from;
            if (from->tag != DRIFT_VALUE_TOKEN && from->tag != DRIFT_VALUE_STRING)
                continue;
            if (*length + from->length >= s->room) {
                s->room = 2 * (*length + from->length + 1);
                s->texts = grown(s->texts, s->room);
            }
            memcpy(s->texts + *length, from->as.string, from->length);
            s->texts[*length + from->length] = '\0';
            s->values[k][i].tag =
                DRIFT_VALUE_STRING; /* typed: a subset is never taken for numbers */
            s->values[k][i].as.integer = (int64_t)*length;
            *length += from->length + 1;
        }
    }
    s->rows = rows;
}

/* The column as numbers, NaN where missing; NULL where a text stands in it. */
static double *as_numbers(const drift_value *values, size_t rows)
{
    double *out = bench_allocate(rows * sizeof *out);
    for (size_t i = 0; i < rows; i++) {
        const char *text = values[i].as.string;
        char *end = NULL;
        out[i] = values[i].tag == DRIFT_VALUE_MISSING ? (double)NAN : strtod(text, &end);
        if (end && (end != text + values[i].length || !isfinite(out[i]))) {
            free(out);
            return NULL;
        }
    }
    return out;
}

static void settle(stored *s)
{
    for (size_t k = 0; k < s->columns; k++) {
        for (size_t i = 0; i < s->rows; i++)
            if (s->values[k][i].tag != DRIFT_VALUE_MISSING)
                s->values[k][i].as.string = s->texts + s->values[k][i].as.integer;
        s->numbers[k] = as_numbers(s->values[k], s->rows);
        if (s->numbers[k]) {
            free(s->values[k]);
            s->values[k] = NULL;
        }
    }
}

static void put_in_order(stored *s)
{
    s->order = bench_allocate(s->rows * sizeof *s->order);
    for (size_t i = 0; i < s->rows; i++)
        s->order[i] = i;
}

stored *stored_read(const char *path)
{
    drift_reader *reader = NULL;
    drift_error error = {0};
    drift_table batch;
    stored *s = NULL;
    size_t length = 0;
    drift_status status = drift_reader_open(path, NULL, &reader, &error);
    if (status == DRIFT_ERR_IO)
        return NULL;
    expect_ok(status, &error);
    while ((status = drift_reader_next(reader, &batch, &error)) == DRIFT_OK) {
        if (!s) {
            s = empty_table(batch.n_columns);
            for (size_t k = 0; k < s->columns; k++)
                name_column(s, k, batch.names[k]);
        }
        append(s, &batch, &length);
    }
    expect_ok(status == DRIFT_END && s ? DRIFT_OK : status, &error);
    drift_reader_destroy(reader);
    settle(s);
    put_in_order(s);
    return s;
}

static double made_number(generator *g, size_t column)
{
    static const law LAWS_OF_COLUMNS[] = {LAW_NORMAL,  LAW_LOGNORMAL,     LAW_CAUCHY,
                                          LAW_POISSON, LAW_ZERO_INFLATED, LAW_BERNOULLI};
    double x;
    size_t kind = column % 8;
    if (kind == 6)
        return -log(generator_uniform(g));
    if (kind == 7)
        return generator_uniform(g);
    law_numbers(LAWS_OF_COLUMNS[kind], g, &x, 1);
    return x;
}

static void make_texts(stored *s, generator *g, size_t column, size_t names)
{
    double shares[LAW_MOST_VALUES];
    int32_t *indices = bench_allocate(s->rows * sizeof *indices);
    s->values[column] = bench_allocate(s->rows * sizeof **s->values);
    zipf_shares(names, shares);
    draw_indices(g, shares, names, indices, s->rows);
    for (size_t i = 0; i < s->rows; i++) {
        drift_value *value = &s->values[column][i];
        value->tag = DRIFT_VALUE_STRING;
        value->length = MADE_NAME_LENGTH;
        value->as.string = made_name((size_t)indices[i]);
    }
    free(indices);
}

stored *stored_make(void)
{
    static const size_t NAMES[MADE_TEXTS] = {5, 10, 15, 20, 30, 50, 75, 100, 150, 200};
    generator g = generator_make("made table", 0);
    stored *s = empty_table(MADE_NUMBERS + MADE_TEXTS);
    s->rows = MADE_ROWS;
    for (size_t k = 0; k < s->columns; k++) {
        char name[32];
        snprintf(name, sizeof name, "column %zu", k);
        name_column(s, k, name);
        if (k >= MADE_NUMBERS) {
            make_texts(s, &g, k, NAMES[k - MADE_NUMBERS]);
            continue;
        }
        s->numbers[k] = bench_allocate(s->rows * sizeof **s->numbers);
        for (size_t i = 0; i < s->rows; i++)
            s->numbers[k][i] = made_number(&g, k);
    }
    put_in_order(s);
    return s;
}

void stored_destroy(stored *s)
{
    for (size_t k = 0; k < s->columns; k++) {
        free(s->names[k]);
        free(s->numbers[k]);
        free(s->values[k]);
    }
    free(s->names);
    free(s->numbers);
    free(s->values);
    free(s->texts);
    free(s->order);
    free(s);
}

picked *picked_create(const stored *s, size_t rows)
{
    const drift_column empty = DRIFT_COLUMN_INIT;
    const drift_table table = DRIFT_TABLE_INIT;
    picked *p = bench_allocate(sizeof *p);
    p->table = table;
    p->columns = bench_allocate(s->columns * sizeof *p->columns);
    p->data = bench_allocate(s->columns * sizeof *p->data);
    for (size_t k = 0; k < s->columns; k++) {
        size_t size = s->numbers[k] ? sizeof **s->numbers : sizeof **s->values;
        p->data[k] = bench_allocate(rows * size);
        p->columns[k] = empty;
        p->columns[k].layout = s->numbers[k] ? DRIFT_LAYOUT_FLOAT64 : DRIFT_LAYOUT_VALUE;
        p->columns[k].data = p->data[k];
    }
    p->table.n_columns = (uint32_t)s->columns;
    p->table.n_rows = rows;
    p->table.names = (const char *const *)s->names;
    p->table.columns = p->columns;
    return p;
}

void picked_destroy(picked *p)
{
    for (size_t k = 0; k < p->table.n_columns; k++)
        free(p->data[k]);
    free(p->data);
    free(p->columns);
    free(p);
}

static void gather(const stored *s, const size_t *rows, picked *into)
{
    for (size_t k = 0; k < s->columns; k++)
        for (size_t i = 0; i < into->table.n_rows; i++)
            if (s->numbers[k])
                ((double *)into->data[k])[i] = s->numbers[k][rows[i]];
            else
                ((drift_value *)into->data[k])[i] = s->values[k][rows[i]];
}

void stored_pick(stored *s, generator *g, picked *reference, picked *current)
{
    size_t first = (size_t)reference->table.n_rows, wanted = first + (size_t)current->table.n_rows;
    for (size_t i = 0; i < wanted; i++) {
        size_t other = i + (size_t)generator_below(g, s->rows - i), row = s->order[i];
        s->order[i] = s->order[other];
        s->order[other] = row;
    }
    gather(s, s->order, reference);
    gather(s, s->order + first, current);
}
