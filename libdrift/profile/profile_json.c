/* SPDX-License-Identifier: Apache-2.0
 *
 * profile_json.c: a profile for programs, `drift.profile/1`.
 */
#include <string.h>

#include "core/buffer.h"
#include "core/json.h"
#include "profile/schema_state.h"
#include "profile/state.h"

enum { MOST_VALUES = 20 };

/* After the first failure nothing more is written. */
typedef struct document {
    drift_buffer *buffer;
    drift_status status;
} document;

static void text(document *out, const char *words)
{
    if (out->status == DRIFT_OK)
        out->status = drift__buffer_text(out->buffer, words);
}

static void string(document *out, const char *words, size_t length)
{
    if (out->status == DRIFT_OK)
        out->status = drift__json_string(out->buffer, words, length);
}

static void count(document *out, const char *key, uint64_t value)
{
    if (out->status == DRIFT_OK)
        out->status =
            drift__buffer_printf(out->buffer, ",\"%s\":%llu", key, (unsigned long long)value);
}

static void number(document *out, const char *key, double value)
{
    if (out->status == DRIFT_OK)
        out->status = drift__buffer_printf(out->buffer, "%s\"%s\":", key[0] == '0' ? "" : ",", key);
    if (out->status == DRIFT_OK)
        out->status = drift__json_double(out->buffer, value);
}

static void quantiles(document *out, const drift__column_state *column)
{
    enum { RANKS = 7 };
    static const double ranks[RANKS] = {0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99};
    static const char *const names[RANKS] = {"0.01", "0.05", "0.25", "0.5", "0.75", "0.95", "0.99"};
    double values[RANKS] = {0};
    drift__column_quantiles(column, ranks, RANKS, values);
    text(out, ",\"quantiles\":{");
    for (size_t i = 0; i < RANKS; i++) {
        if (i)
            text(out, ",");
        number(out, names[i], values[i]);
    }
    text(out, "}");
}

static void cells(document *out, const drift__column_state *column)
{
    text(out, column->discrete ? ",\"discrete\":true" : ",\"discrete\":false");
    count(out, "below", column->cells.counts[0]);
    count(out, "above", column->cells.counts[column->cells.n + 1]);
    text(out, ",\"edges\":[");
    for (uint32_t k = 0; k <= column->cells.n; k++) {
        if (k)
            text(out, ",");
        if (out->status == DRIFT_OK && column->cells.integer)
            out->status =
                drift__buffer_printf(out->buffer, "%lld", (long long)column->cells.keys[k]);
        else if (out->status == DRIFT_OK)
            out->status = drift__json_double(out->buffer, drift__cells_edge(&column->cells, k));
    }
    text(out, "],\"counts\":[");
    for (uint32_t k = 0; k < column->cells.n && out->status == DRIFT_OK; k++)
        out->status = drift__buffer_printf(out->buffer, k ? ",%llu" : "%llu",
                                           (unsigned long long)column->cells.counts[k + 1]);
    text(out, "]");
}

/* Positions of the names with the largest counts, largest first. */
static size_t most_frequent(const drift_categories *names, size_t most, size_t *positions)
{
    uint64_t counts[MOST_VALUES];
    size_t n = 0;
    for (size_t i = 0; i < drift_categories_size(names); i++) {
        drift_category name;
        if (drift_categories_get(names, i, &name) || !name.count)
            continue;
        if (n == most && name.count <= counts[n - 1])
            continue;
        size_t at = n < most ? n++ : n - 1;
        for (; at && counts[at - 1] < name.count; at--) {
            counts[at] = counts[at - 1];
            positions[at] = positions[at - 1];
        }
        counts[at] = name.count;
        positions[at] = i;
    }
    return n;
}

static void names(document *out, const drift__column_state *column)
{
    size_t positions[MOST_VALUES];
    size_t n = most_frequent(column->names, MOST_VALUES, positions);
    count(out, "names", drift_categories_size(column->names));
    count(out, "other", drift_categories_other(column->names));
    text(out, ",\"top_values\":[");
    for (size_t i = 0; i < n; i++) {
        drift_category name;
        if (drift_categories_get(column->names, positions[i], &name))
            continue;
        text(out, i ? ",{\"value\":" : "{\"value\":");
        string(out, name.name, name.length);
        count(out, "count", name.count);
        text(out, "}");
    }
    text(out, "]");
}

static void dependence(document *out, const drift_profile *profile, size_t index)
{
    static const char *const kinds[] = {"unknown", "none", "thinning", "windows", "refused"};
    const drift__plan *plan = drift__column_plan(profile, index, DRIFT__PLAN_OF_VALUES);
    const char *words = profile->columns[index].dependence;
    if (plan->kind <= DRIFT__PLAN_NONE || !words)
        return;
    text(out, ",\"dependence\":{\"plan\":\"");
    text(out, kinds[plan->kind]);
    text(out, "\"");
    count(out, "rows", plan->rows);
    count(out, "season_rows", plan->season);
    text(out, plan->stated ? ",\"stated\":true" : ",\"stated\":false");
    number(out, "correlation", plan->correlation);
    number(out, "correlation_left", plan->left);
    count(out, "reference_windows", plan->windows);
    text(out, ",\"note\":");
    string(out, words, strlen(words));
    text(out, "}");
}

static void column_object(document *out, const drift_profile *profile, size_t index)
{
    const drift__column_state *column = &profile->columns[index];
    const char *skipped = drift__column_skipped(column);
    double mean, deviation, minimum, maximum;
    text(out, "{\"name\":");
    string(out, column->name, column->name_length);
    if (out->status == DRIFT_OK)
        out->status = drift__buffer_printf(
            out->buffer,
            ",\"type\":\"%s\",\"role\":\"%s\",\"use\":\"%s\",\"tested\":%s,\"skipped\":",
            drift_type_name(column->type), drift_role_name(column->role),
            drift__use_name(column->use), skipped ? "false" : "true");
    if (skipped)
        string(out, skipped, strlen(skipped));
    else
        text(out, "null");
    count(out, "valid", column->valid);
    count(out, "missing", column->missing);
    count(out, "absent", column->absent);
    count(out, "invalid", column->invalid);
    count(out, "negative_infinity", column->negative_infinity);
    count(out, "positive_infinity", column->positive_infinity);
    if (drift__column_moments(column, &mean, &deviation, &minimum, &maximum)) {
        number(out, "minimum", minimum);
        number(out, "maximum", maximum);
        number(out, "mean", mean);
        number(out, "standard_deviation", deviation);
        quantiles(out, column);
    }
    if (column->has_cells)
        cells(out, column);
    if (column->names)
        names(out, column);
    dependence(out, profile, index);
    text(out, "}");
}

drift_status drift_profile_render_json(const drift_profile *profile, drift_buffer *out_text)
{
    static const char *const samplings[] = {"all", "hash", "first"};
    if (!profile || !out_text)
        return DRIFT_ERR_INVALID_ARGUMENT;
    size_t begin = drift_buffer_size(out_text);
    document out = {out_text, DRIFT_OK};
    text(&out, "{\"format\":\"drift.profile/1\",\"version\":\"" DRIFT_VERSION_STRING "\"");
    count(&out, "rows", profile->rows);
    if (out.status == DRIFT_OK)
        out.status = drift__buffer_printf(
            out_text,
            ",\"edges_of\":\"%016llx%016llx\",\"reference\":{\"rows\":%llu,\"sample_rows\":%llu,"
            "\"sampling\":\"%s\",\"seed\":\"%llu\"},\"columns\":[",
            (unsigned long long)profile->frozen_digest[0],
            (unsigned long long)profile->frozen_digest[1],
            (unsigned long long)profile->reference_rows, (unsigned long long)profile->sample_rows,
            samplings[profile->sampling], (unsigned long long)profile->seed);
    for (size_t i = 0; i < profile->n_columns; i++) {
        text(&out, i ? ",\n" : "\n");
        column_object(&out, profile, i);
    }
    text(&out, "\n],\"extra_columns\":[");
    for (size_t i = 0; i < profile->n_extra; i++) {
        if (i)
            text(&out, ",");
        string(&out, profile->extra[i], strlen(profile->extra[i]));
    }
    text(&out, "]}\n");
    if (out.status)
        drift__buffer_truncate(out_text, begin);
    return out.status;
}
