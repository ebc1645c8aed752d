/* SPDX-License-Identifier: Apache-2.0
 *
 * count_paths.c: one repetition of one piece of work, the same to the bit each
 * time, for tools/count_instructions.py, which counts what counted_work executes.
 *
 * usage: count_paths list | make FOLDER | run NAME FOLDER
 */
#include <drift/drift.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

enum { VALUES = 200000, CELLS = 256, SAMPLE = 100000, QUERIES = 1000, NAMES = 50000, ROOM = 24 };
enum { ROWS = 10000, COLUMNS = 20, LONG_ROWS = 50000, LONG_COLUMNS = 4, PROFILES = 20 };

typedef struct setting {
    const char *folder, *extension;
    double *values;
    size_t n;
    drift_histogram *histogram;
    drift_tdigest *digest;
    char *bytes;
    int64_t *offsets;
    drift_table tables[2];
    drift_profile *reference, *current;
    drift_buffer *buffer;
    double answer; /* keeps the work from being left out */
} setting;

static int rising(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double *normal_values(size_t n)
{
    double *values = bench_allocate(n * sizeof *values);
    for (size_t i = 0; i < n; i++)
        values[i] = bench_normal();
    return values;
}

static int make_values(setting *s)
{
    s->n = VALUES;
    s->values = normal_values(VALUES);
    return 0;
}

static int make_histogram(setting *s, size_t cells, int crowded)
{
    double edges[CELLS + 1];
    for (size_t i = 0; i <= cells; i++)
        edges[i] = crowded && i % 2 ? 1e-9 * bench_normal() : bench_normal();
    qsort(edges, cells + 1, sizeof *edges, rising);
    return make_values(s) || drift_histogram_create(edges, cells + 1, NULL, &s->histogram, NULL);
}

static int make_histogram_64(setting *s)
{
    return make_histogram(s, 64, 0);
}

static int make_histogram_256(setting *s)
{
    return make_histogram(s, CELLS, 0);
}

static int make_histogram_crowded(setting *s)
{
    return make_histogram(s, CELLS, 1);
}

static int count_in_cells(setting *s)
{
    return drift_histogram_update(s->histogram, s->values, s->n);
}

static int make_digest(setting *s)
{
    return make_values(s) || drift_tdigest_create(NULL, &s->digest, NULL);
}

static int digest_batch(setting *s)
{
    return drift_tdigest_update(s->digest, s->values, s->n) ||
           drift_tdigest_quantile(s->digest, 0.5, &s->answer);
}

static int digest_one_by_one(setting *s)
{
    for (size_t i = 0; i < s->n; i++)
        drift_tdigest_add(s->digest, s->values[i]);
    return drift_tdigest_quantile(s->digest, 0.5, &s->answer);
}

static int make_full_digest(setting *s)
{
    return make_digest(s) || digest_batch(s);
}

static int ask_quantiles(setting *s)
{
    for (int i = 0; i < QUERIES; i++)
        if (drift_tdigest_quantile(s->digest, (i + 0.5) / QUERIES, &s->answer))
            return 1;
    return 0;
}

static int count_between_edges(setting *s)
{
    drift_edge_digest *digest = NULL;
    double low, high;
    return drift_edge_digest_create(NULL, &digest, NULL) ||
           drift_edge_digest_update(digest, s->values, s->n) ||
           drift_edge_digest_quantile(digest, 0.5, &s->answer, &low, &high);
}

static int count_distinct(setting *s)
{
    drift_distinct *distinct = NULL;
    return drift_distinct_create(NULL, &distinct, NULL) ||
           drift_distinct_update_doubles(distinct, s->values, s->n) ||
           drift_distinct_estimate(distinct, &s->answer);
}

/* Names of Zipf's law: half of them the first, a quarter one of the next two. */
static int make_names(setting *s)
{
    s->bytes = bench_allocate((size_t)NAMES * ROOM);
    s->offsets = bench_allocate((NAMES + 1) * sizeof *s->offsets);
    s->offsets[0] = 0;
    for (size_t i = 0; i < NAMES; i++) {
        double number = floor(fmin(1 / bench_uniform(), 1e9));
        s->offsets[i + 1] =
            s->offsets[i] + snprintf(s->bytes + s->offsets[i], ROOM, "name %.0f", number);
    }
    return 0;
}

static int count_frequent(setting *s)
{
    drift_frequent *frequent = NULL;
    return drift_frequent_create(NULL, &frequent, NULL) ||
           drift_frequent_update_batch(frequent, s->bytes, s->offsets, NAMES);
}

static int count_categories(setting *s)
{
    drift_categories *categories = NULL;
    return drift_categories_create(NULL, &categories, NULL) ||
           drift_categories_update_batch(categories, s->bytes, s->offsets, NAMES);
}

/* A table of normal columns; every fourth is shifted by `shift`. */
static void make_table(drift_table *table, size_t rows, size_t columns, double shift)
{
    static const char *const names[COLUMNS] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j",
                                               "k", "l", "m", "n", "o", "p", "q", "r", "s", "t"};
    const drift_column empty = DRIFT_COLUMN_INIT;
    const drift_table none = DRIFT_TABLE_INIT;
    drift_column *list = bench_allocate(columns * sizeof *list);
    for (size_t k = 0; k < columns; k++) {
        double *values = normal_values(rows);
        for (size_t i = 0; i < rows && k % 4 == 0; i++)
            values[i] += shift;
        list[k] = empty;
        list[k].layout = DRIFT_LAYOUT_FLOAT64;
        list[k].data = values;
    }
    *table = none;
    table->n_columns = (uint32_t)columns;
    table->n_rows = rows;
    table->names = (const char **)names;
    table->columns = list;
}

static int make_long_table(setting *s)
{
    make_table(&s->tables[0], LONG_ROWS, LONG_COLUMNS, 0);
    return 0;
}

static int learn_reference(setting *s)
{
    return drift_profile_create(&s->tables[0], NULL, &s->reference, NULL);
}

static int make_current_table(setting *s)
{
    make_table(&s->tables[0], LONG_ROWS / 10, LONG_COLUMNS, 0);
    make_table(&s->tables[1], LONG_ROWS, LONG_COLUMNS, 0.1);
    return learn_reference(s);
}

static int count_current(setting *s)
{
    return drift_profile_create_against(s->reference, NULL, &s->current, NULL) ||
           drift_profile_update(s->current, &s->tables[1], NULL);
}

static int make_profiles(setting *s)
{
    for (int side = 0; side < 2; side++)
        make_table(&s->tables[side], ROWS / 10, PROFILES, side ? 0.1 : 0);
    return learn_reference(s) || count_current(s) || drift_buffer_create(NULL, &s->buffer) ||
           drift_profile_serialize(s->current, s->buffer, NULL);
}

static int compare_profiles(setting *s)
{
    drift_comparison *comparison = NULL;
    return drift_comparison_create(s->reference, s->current, NULL, &comparison, NULL);
}

static int merge_profiles(setting *s)
{
    return drift_profile_merge(s->reference, s->current, NULL);
}

static int decode_profile(setting *s)
{
    return drift_profile_deserialize(drift_buffer_data(s->buffer), drift_buffer_size(s->buffer),
                                     NULL, &s->reference, NULL);
}

static int make_samples(setting *s)
{
    s->values = normal_values(2 * (size_t)SAMPLE);
    return 0;
}

static int test_samples(setting *s)
{
    double statistic;
    return drift_ks_2samp(s->values, SAMPLE, s->values + SAMPLE, SAMPLE, DRIFT_TWO_SIDED,
                          DRIFT_METHOD_AUTO, &statistic, &s->answer);
}

static void path_of(const char *folder, const char *extension, char *path, size_t room)
{
    snprintf(path, room, "%s/table.%s", folder, extension);
}

/* The same numbers as CSV and as JSON Lines. */
static int make_files(const char *folder)
{
    double *values = normal_values((size_t)ROWS * COLUMNS);
    for (int json = 0; json < 2; json++) {
        char path[4200];
        path_of(folder, json ? "jsonl" : "csv", path, sizeof path);
        FILE *file = fopen(path, "w");
        if (!file)
            return 1;
        for (int k = 0; k < COLUMNS && !json; k++)
            fprintf(file, "x%d%c", k, k + 1 < COLUMNS ? ',' : '\n');
        for (size_t i = 0; i < (size_t)ROWS * COLUMNS; i++) {
            int k = (int)(i % COLUMNS), last = k + 1 == COLUMNS;
            if (json)
                fprintf(file, "%c\"x%d\":%.17g%s", k ? ',' : '{', k, values[i], last ? "}\n" : "");
            else
                fprintf(file, "%.17g%c", values[i], last ? '\n' : ',');
        }
        if (fclose(file))
            return 1;
    }
    free(values);
    return 0;
}

static int make_csv(setting *s)
{
    s->extension = "csv";
    return 0;
}

static int make_jsonl(setting *s)
{
    s->extension = "jsonl";
    return 0;
}

static int read_file(setting *s)
{
    char path[4200];
    drift_reader *reader = NULL;
    drift_table table;
    path_of(s->folder, s->extension, path, sizeof path);
    drift_status status = drift_reader_open(path, NULL, &reader, NULL);
    while (!status)
        status = drift_reader_next(reader, &table, NULL);
    return status != DRIFT_END;
}

static const struct {
    const char *name;
    size_t items;
    int (*make)(setting *), (*work)(setting *);
} paths[] = {
    {"histogram.update.64", VALUES, make_histogram_64, count_in_cells},
    {"histogram.update.256", VALUES, make_histogram_256, count_in_cells},
    {"histogram.update.crowded.256", VALUES, make_histogram_crowded, count_in_cells},
    {"tdigest.update", VALUES, make_digest, digest_batch},
    {"tdigest.add", VALUES, make_digest, digest_one_by_one},
    {"tdigest.quantile", QUERIES, make_full_digest, ask_quantiles},
    {"edge_digest.update", VALUES, make_values, count_between_edges},
    {"distinct.update", VALUES, make_values, count_distinct},
    {"frequent.update", NAMES, make_names, count_frequent},
    {"categories.update", NAMES, make_names, count_categories},
    {"profile.reference", LONG_ROWS *LONG_COLUMNS, make_long_table, learn_reference},
    {"profile.against", LONG_ROWS *LONG_COLUMNS, make_current_table, count_current},
    {"profile.merge", PROFILES, make_profiles, merge_profiles},
    {"profile.deserialize", PROFILES, make_profiles, decode_profile},
    {"comparison.profiles", PROFILES, make_profiles, compare_profiles},
    {"ks.raw", 2 * SAMPLE, make_samples, test_samples},
    {"reader.csv", ROWS *COLUMNS, make_csv, read_file},
    {"reader.jsonl", ROWS *COLUMNS, make_jsonl, read_file},
};
enum { PATHS = sizeof paths / sizeof *paths };

#ifdef __clang__
#define COMPILER "clang", __clang_major__
#else
#define COMPILER "gcc", __GNUC__
#endif
#ifdef __x86_64__
#define PROCESSOR "x86-64"
#else
#define PROCESSOR "another processor"
#endif

/* The compiler, then the paths and their items. */
static void list_paths(void)
{
    printf("%s %d, %s\n", COMPILER, PROCESSOR);
    for (size_t i = 0; i < PATHS; i++)
        printf("%s %zu\n", paths[i].name, paths[i].items);
}

/* What valgrind counts: everything between the call of this function and its return. */
int counted_work(int (*work)(setting *), setting *s);
int counted_work(int (*work)(setting *), setting *s)
{
    return work(s) != 0;
}

int main(int count, char **arguments)
{
    const char *what = count > 1 ? arguments[1] : "";
    if (!strcmp(what, "list")) {
        list_paths();
        return 0;
    }
    if (!strcmp(what, "make") && count == 3)
        return make_files(arguments[2]);
    for (size_t i = 0; i < PATHS && !strcmp(what, "run") && count == 4; i++)
        if (!strcmp(arguments[2], paths[i].name)) {
            /* Called through memory, so that it stays a function of its own. */
            int (*volatile call)(int (*)(setting *), setting *) = counted_work;
            setting s = {0};
            s.folder = arguments[3];
            return paths[i].make(&s) || call(paths[i].work, &s);
        }
    fprintf(stderr, "usage: count_paths list | make FOLDER | run NAME FOLDER\n");
    return 2;
}
