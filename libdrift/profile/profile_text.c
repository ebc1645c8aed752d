/* SPDX-License-Identifier: Apache-2.0
 *
 * profile_text.c: a profile for people, as an aligned table.
 */
#include <math.h>
#include <string.h>

#include "core/buffer.h"
#include "core/numbers.h"
#include "core/utf8.h"
#include "profile/block.h"
#include "profile/state.h"

enum { FIELDS = 9, FIELD_SIZE = 160, MOST_WIDTH = 32 };

/* One line of the table. */
typedef struct line {
    char fields[FIELDS][FIELD_SIZE];
} line;

static const char *const TITLES[FIELDS] = {"column", "type", "role",    "missing", "minimum",
                                           "median", "mean", "maximum", "notes"};
static const int RIGHT[FIELDS] = {0, 0, 0, 1, 1, 1, 1, 1, 0};

static size_t width_of(const char *words)
{
    size_t width = 0, length = strlen(words);
    for (size_t at = 0; at < length; width++) {
        size_t step = drift__utf8_step(words + at, length - at);
        at += step ? step : 1;
    }
    return width;
}

/* What fits of a name, with an ellipsis where cut; control characters as '?'. */
static void put_name(char out[FIELD_SIZE], const char *name, size_t length)
{
    size_t used = 0, width = 0;
    for (size_t at = 0; at < length; width++) {
        size_t step = drift__utf8_step(name + at, length - at);
        if (width == MOST_WIDTH - 1 && at + step < length) {
            memcpy(out + used, "\xe2\x80\xa6", 3);
            used += 3;
            break;
        }
        if (!step || (unsigned char)name[at] < 0x20 || name[at] == 0x7f) {
            out[used++] = '?';
            at++;
            continue;
        }
        memcpy(out + used, name + at, step);
        used += step;
        at += step;
    }
    out[used] = '\0';
}

static void put_text(char out[FIELD_SIZE], const char *words)
{
    size_t length = strlen(words);
    if (length >= FIELD_SIZE)
        length = FIELD_SIZE - 1;
    memcpy(out, words, length);
    out[length] = '\0';
}

static void append_text(char out[FIELD_SIZE], const char *words)
{
    size_t used = strlen(out);
    size_t room = FIELD_SIZE - 1 - used, length = strlen(words);
    memcpy(out + used, words, length < room ? length : room);
    out[used + (length < room ? length : room)] = '\0';
}

static void put_count(char out[FIELD_SIZE], uint64_t value)
{
    char digits[32];
    size_t n = 0, used = 0;
    do {
        digits[n++] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    while (n--) {
        out[used++] = digits[n];
        if (n && n % 3 == 0)
            out[used++] = ',';
    }
    out[used] = '\0';
}

static void put_number(char out[FIELD_SIZE], const drift__column_state *column, double value)
{
    if (column->type == DRIFT_TYPE_TIMESTAMP && fabs(value) < 9e12) {
        char stamp[64];
        drift__format_timestamp(stamp, (int64_t)floor(value) * 1000000);
        put_text(out, stamp);
    } else {
        char digits[DRIFT__NUMBER_SIZE];
        drift__format_short(digits, value, 6);
        put_text(out, digits);
    }
}

static void put_share(char out[FIELD_SIZE], uint64_t part, uint64_t whole)
{
    char digits[DRIFT__NUMBER_SIZE];
    if (!part) {
        put_text(out, "0");
        return;
    }
    drift__format_short(digits, 100.0 * (double)part / (double)whole, 3);
    put_text(out, digits);
    append_text(out, " %");
}

static void note(char out[FIELD_SIZE], uint64_t value, const char *words)
{
    char digits[FIELD_SIZE];
    if (!value)
        return;
    put_count(digits, value);
    if (out[0])
        append_text(out, ", ");
    append_text(out, digits);
    append_text(out, words);
}

static void fill_line(const drift__column_state *column, uint64_t rows, line *out)
{
    static const double half = 0.5;
    double mean, deviation, minimum, maximum, median;
    memset(out, 0, sizeof *out);
    put_name(out->fields[0], column->name, column->name_length);
    put_text(out->fields[1], drift_type_name(column->type));
    put_text(out->fields[2], drift_role_name(column->role));
    put_share(out->fields[3], column->missing, rows);
    if (drift__column_moments(column, &mean, &deviation, &minimum, &maximum) &&
        drift__column_quantiles(column, &half, 1, &median) == DRIFT_OK) {
        put_number(out->fields[4], column, minimum);
        put_number(out->fields[5], column, median);
        put_number(out->fields[6], column, mean);
        put_number(out->fields[7], column, maximum);
    }
    char *notes = out->fields[8];
    const char *skipped = drift__column_skipped(column);
    if (skipped) {
        put_text(notes, "not tested: ");
        append_text(notes, skipped);
    }
    if (column->names && column->type == DRIFT_TYPE_CATEGORICAL)
        note(notes, drift_categories_size(column->names), " names");
    if (column->discrete)
        append_text(notes, notes[0] ? ", few distinct values" : "few distinct values");
    note(notes, column->invalid, " invalid");
    note(notes, column->negative_infinity, " -inf");
    note(notes, column->positive_infinity, " inf");
}

static drift_status write_line(drift_buffer *out, const line *fields, const size_t widths[FIELDS])
{
    drift_status status = DRIFT_OK;
    size_t blanks = 0;
    for (int f = 0; f < FIELDS && status == DRIFT_OK; f++) {
        const char *words = fields->fields[f];
        size_t padding = widths[f] - width_of(words);
        blanks += f ? 2 : 0;
        if (RIGHT[f])
            blanks += padding;
        if (words[0]) {
            status = drift__buffer_printf(out, "%*s%s", (int)blanks, "", words);
            blanks = 0;
        } else if (RIGHT[f]) {
            continue;
        }
        if (!RIGHT[f])
            blanks += padding;
    }
    return status ? status : drift__buffer_text(out, "\n");
}

static drift_status write_heading(const drift_profile *profile, drift_buffer *out)
{
    char rows[FIELD_SIZE], sample[FIELD_SIZE], reference[FIELD_SIZE];
    put_count(rows, profile->rows);
    put_count(sample, profile->sample_rows);
    put_count(reference, profile->reference_rows);
    drift_status status =
        drift__buffer_printf(out, "%s rows, %zu columns; edges from ", rows, profile->n_columns);
    if (status)
        return status;
    switch (profile->sampling) {
    case DRIFT__SAMPLING_HASH:
        return drift__buffer_printf(out, "%s of %s reference rows, chosen by hash\n\n", sample,
                                    reference);
    case DRIFT__SAMPLING_FIRST:
        return drift__buffer_printf(out, "the first %s reference rows\n\n", sample);
    default:
        return drift__buffer_printf(out, "all %s reference rows\n\n", reference);
    }
}

static drift_status write_extra(const drift_profile *profile, drift_buffer *out)
{
    drift_status status = DRIFT_OK;
    for (size_t i = 0; i < profile->n_extra && status == DRIFT_OK; i++) {
        char name[FIELD_SIZE];
        put_name(name, profile->extra[i], strlen(profile->extra[i]));
        status = drift__buffer_printf(out, i ? ", %s" : "\ncolumns the reference does not have: %s",
                                      name);
    }
    return status || !profile->n_extra ? status : drift__buffer_text(out, "\n");
}

static drift_status write_dependence(const drift_profile *profile, drift_buffer *out)
{
    drift_status status = DRIFT_OK;
    int any = 0;
    for (size_t i = 0; i < profile->n_columns && status == DRIFT_OK; i++) {
        const drift__column_state *column = &profile->columns[i];
        char name[FIELD_SIZE];
        if (!column->dependence || profile->planned_rows != profile->rows)
            continue;
        put_name(name, column->name, column->name_length);
        status =
            drift__buffer_printf(out, "%s%s: %s\n", any++ ? "" : "\n", name, column->dependence);
    }
    return status;
}

drift_status drift_profile_render_text(const drift_profile *profile, drift_buffer *out_text)
{
    if (!profile || !out_text)
        return DRIFT_ERR_INVALID_ARGUMENT;
    size_t begin = drift_buffer_size(out_text);
    size_t widths[FIELDS];
    line fields;
    for (int f = 0; f < FIELDS; f++)
        widths[f] = strlen(TITLES[f]);
    for (size_t i = 0; i < profile->n_columns; i++) {
        fill_line(&profile->columns[i], profile->rows, &fields);
        for (int f = 0; f < FIELDS; f++) {
            size_t width = width_of(fields.fields[f]);
            widths[f] = width > widths[f] ? width : widths[f];
        }
    }
    for (int f = 0; f < FIELDS; f++)
        put_text(fields.fields[f], TITLES[f]);
    drift_status status = write_heading(profile, out_text);
    if (status == DRIFT_OK)
        status = write_line(out_text, &fields, widths);
    for (size_t i = 0; i < profile->n_columns && status == DRIFT_OK; i++) {
        fill_line(&profile->columns[i], profile->rows, &fields);
        status = write_line(out_text, &fields, widths);
    }
    if (status == DRIFT_OK)
        status = write_dependence(profile, out_text);
    if (status == DRIFT_OK)
        status = write_extra(profile, out_text);
    if (status)
        drift__buffer_truncate(out_text, begin);
    return status;
}
