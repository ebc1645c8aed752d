/* SPDX-License-Identifier: Apache-2.0
 *
 * serve_libdrift.c: libdrift's side of `./dev bench --peers`, and the data that
 * all sides read: raw doubles, tables column after column.
 *
 * usage: serve_libdrift make|csv FOLDER | clock | WORK ARGUMENT...
 */
#include <drift/drift.h>
#include <stdio.h>
#include <string.h>

#include "harness.h"
#include "peers/serve.h"
#include "serve_observe.h"

enum { VALUES = 4000000, SAMPLE = 1000000, ROWS = 1000000, COLUMNS = 20, SHIFTED = 4 };
/* Of the small files, for peers that take minutes. */
enum { SMALL_ROWS = 100000, DETECTOR_REFERENCE = 1000 };

static void fail(const char *message)
{
    serve_fail(message, "serve_libdrift");
}

static FILE *open_below(const char *folder, const char *name)
{
    char path[4200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    if (!file)
        fail("a file cannot be written");
    return file;
}

static void write_doubles(const char *folder, const char *name, const double *values, size_t n)
{
    FILE *file = open_below(folder, name);
    if (fwrite(values, sizeof *values, n, file) != n || fclose(file))
        fail("a file cannot be written");
}

static int rising(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static void draw(double *values, size_t n, double mean)
{
    for (size_t i = 0; i < n; i++)
        values[i] = mean + bench_normal();
}

/* Quantiles of sorted values as the edges of `cells` cells. */
static void write_edges(const char *folder, const char *name, const double *sorted, size_t cells)
{
    double edges[257];
    for (size_t i = 0; i <= cells; i++)
        edges[i] = sorted[i * (VALUES - 1) / cells];
    write_doubles(folder, name, edges, cells + 1);
}

static int make(const char *folder)
{
    double *values = bench_allocate((size_t)ROWS * COLUMNS * sizeof *values);
    draw(values, VALUES, 0);
    write_doubles(folder, "values.f64", values, VALUES);
    qsort(values, VALUES, sizeof *values, rising);
    write_edges(folder, "edges64.f64", values, 64);
    write_edges(folder, "edges256.f64", values, 256);
    draw(values, SAMPLE, 0);
    write_doubles(folder, "one.f64", values, SAMPLE);
    draw(values, SAMPLE, 0.01);
    write_doubles(folder, "other.f64", values, SAMPLE);
    for (int side = 0; side < 2; side++) {
        for (size_t k = 0; k < COLUMNS; k++)
            draw(values + k * ROWS, ROWS, side && k < SHIFTED ? 0.1 : 0);
        write_doubles(folder, side ? "current.f64" : "reference.f64", values,
                      (size_t)ROWS * COLUMNS);
    }
    free(values);
    return 0;
}

static void write_csv(const char *folder, const char *name, const double *values, size_t rows)
{
    FILE *file = open_below(folder, name);
    for (int k = 0; k < COLUMNS; k++)
        fprintf(file, "x%d%c", k, k + 1 < COLUMNS ? ',' : '\n');
    for (size_t i = 0; i < rows; i++)
        for (size_t k = 0; k < COLUMNS; k++)
            fprintf(file, "%.17g%c", values[k * ROWS + i], k + 1 < COLUMNS ? ',' : '\n');
    if (fclose(file))
        fail("a file cannot be written");
}

/* The two tables as text of 17 digits, whole and their first rows. */
static int make_csv(const char *folder)
{
    static const char *const sides[] = {"reference", "current"};
    for (int side = 0; side < 2; side++) {
        char name[64], path[4200];
        size_t n = 0;
        snprintf(path, sizeof path, "%s/%s.f64", folder, sides[side]);
        double *values = serve_read(path, (size_t)ROWS * COLUMNS, &n);
        snprintf(name, sizeof name, "%s.csv", sides[side]);
        write_csv(folder, name, values, ROWS);
        snprintf(name, sizeof name, "%s_small.csv", sides[side]);
        write_csv(folder, name, values, SMALL_ROWS);
        free(values);
    }
    return 0;
}

enum { ADDITIONS = 50000000, UNROLLED = 10 };

/* One addition after another, each needing the one before: a cycle of the processor. */
static double clock_work(void *context)
{
    (void)context;
    uint64_t sum = 1;
    for (int i = 0; i < ADDITIONS / UNROLLED; i++) {
        /* The empty statement takes and gives the register, so no addition can be left out. */
#define ADD_ONE                                                                                    \
    sum += 1;                                                                                      \
    __asm__ volatile("" : "+r"(sum))
        ADD_ONE;
        ADD_ONE;
        ADD_ONE;
        ADD_ONE;
        ADD_ONE;
        ADD_ONE;
        ADD_ONE;
        ADD_ONE;
        ADD_ONE;
        ADD_ONE;
#undef ADD_ONE
    }
    return (double)sum;
}

typedef struct setting {
    double *values, *others;
    size_t n, n_others;
    double compression;
    drift_histogram *histogram;
    drift_detector_kind kind;
    uint8_t *signals;
} setting;

static double histogram_work(void *context)
{
    setting *s = context;
    drift_histogram_reset(s->histogram);
    if (drift_histogram_update(s->histogram, s->values, s->n))
        fail("the histogram failed");
    return serve_mean_cell(drift_histogram_counts(s->histogram),
                           drift_histogram_cells(s->histogram));
}

static double tdigest_work(const setting *s, int batch)
{
    drift_tdigest_config config = DRIFT_TDIGEST_CONFIG_INIT;
    drift_tdigest *digest = NULL;
    double quantile = 0;
    config.compression = s->compression;
    if (drift_tdigest_create(&config, &digest, 0))
        fail("no digest");
    if (batch)
        drift_tdigest_update(digest, s->values, s->n);
    else
        for (size_t i = 0; i < s->n; i++)
            drift_tdigest_add(digest, s->values[i]);
    if (drift_tdigest_quantile(digest, 0.9, &quantile))
        fail("no quantile");
    drift_tdigest_destroy(digest);
    return quantile;
}

static double tdigest_update(void *context)
{
    return tdigest_work(context, 1);
}

static double tdigest_add(void *context)
{
    return tdigest_work(context, 0);
}

static double ks_work(void *context)
{
    const setting *s = context;
    double d = 0, p = 0;
    if (drift_ks_2samp(s->values, s->n, s->others, s->n_others, DRIFT_TWO_SIDED, DRIFT_METHOD_AUTO,
                       &d, &p))
        fail("KS failed");
    return d;
}

static double wasserstein_work(void *context)
{
    const setting *s = context;
    double distance = 0;
    if (drift_wasserstein(s->values, NULL, s->n, s->others, NULL, s->n_others, &distance))
        fail("Wasserstein failed");
    return distance;
}

typedef struct tables {
    drift_table table[2];
    drift_profile *reference;
    size_t streamed;     /* rows that pass by, where no table is whole */
    drift_column *block; /* of the block that passes */
} tables;

/* Rows of a block that passes by; a pool of two is what the blocks are cut from. */
enum { BLOCK = 8192 };

/* A table of `values`, column after column, `apart` values from one to the next. */
static void make_table(drift_table *table, double *values, size_t rows, size_t columns,
                       size_t apart)
{
    const drift_column empty = DRIFT_COLUMN_INIT;
    const drift_table none = DRIFT_TABLE_INIT;
    const char **names = bench_allocate(columns * sizeof *names);
    char *letters = bench_allocate(columns * 24);
    drift_column *list = bench_allocate(columns * sizeof *list);
    for (size_t k = 0; k < columns; k++) {
        snprintf(letters + 24 * k, 24, "x%zu", k);
        names[k] = letters + 24 * k;
        list[k] = empty;
        list[k].layout = DRIFT_LAYOUT_FLOAT64;
        list[k].data = values + k * apart;
    }
    *table = none;
    table->n_columns = (uint32_t)columns;
    table->n_rows = rows;
    table->names = names;
    table->columns = list;
}

static void make_normal_table(drift_table *table, size_t rows, size_t columns)
{
    double *values = bench_allocate(rows * columns * sizeof *values);
    draw(values, rows * columns, 0);
    make_table(table, values, rows, columns, rows);
}

/* How many columns drift, of rows that were counted. */
static double compare_profiles(const drift_profile *reference, drift_profile *current)
{
    drift_comparison *comparison = NULL;
    if (drift_comparison_create(reference, current, NULL, &comparison, NULL))
        fail("the comparison failed");
    double verdict = (double)drift_comparison_verdict(comparison);
    drift_comparison_destroy(comparison);
    drift_profile_destroy(current);
    return verdict;
}

/* Count the current table in the edges of `reference`, and compare. */
static double compare_current(const tables *t, const drift_profile *reference)
{
    drift_profile *current = NULL;
    if (drift_profile_create_against(reference, NULL, &current, NULL) ||
        drift_profile_update(current, &t->table[1], NULL))
        fail("the current table was not counted");
    return compare_profiles(reference, current);
}

static double compare_work(void *context)
{
    tables *t = context;
    drift_profile *reference = NULL;
    if (drift_profile_create(&t->table[0], NULL, &reference, NULL))
        fail("no profile");
    double verdict = compare_current(t, reference);
    drift_profile_destroy(reference);
    return verdict;
}

static double against_work(void *context)
{
    tables *t = context;
    return compare_current(t, t->reference);
}

/* Blocks as they come, each another part of the pool. */
static double stream_work(void *context)
{
    const tables *t = context;
    const drift_table *pool = &t->table[0];
    drift_table block = *pool;
    drift_profile *current = NULL;
    block.columns = t->block;
    if (drift_profile_create_against(t->reference, NULL, &current, NULL))
        fail("no profile");
    for (size_t done = 0; done < t->streamed; done += block.n_rows) {
        size_t begin = done / BLOCK * 1021 % BLOCK, left = t->streamed - done;
        block.n_rows = left < BLOCK ? left : BLOCK;
        for (uint32_t k = 0; k < pool->n_columns; k++)
            t->block[k].data = (const double *)pool->columns[k].data + begin;
        if (drift_profile_update(current, &block, NULL))
            fail("a block was not counted");
    }
    return compare_profiles(t->reference, current);
}

static int serve_tables(const char *who, int against, const char *const *paths)
{
    static tables t;
    for (int side = 0; side < 2; side++) {
        size_t n = 0;
        double *values = serve_read(paths[side], SIZE_MAX, &n);
        make_table(&t.table[side], values, ROWS, COLUMNS, ROWS);
    }
    if (!against)
        return serve(who, compare_work, &t);
    if (drift_profile_create(&t.table[0], NULL, &t.reference, NULL))
        fail("no profile");
    return serve(who, against_work, &t);
}

/* Tables made on the spot, or blocks of them: whatever their size, only time and memory count. */
static int serve_sizes(const char *who, int streamed, size_t rows, size_t columns)
{
    static tables t;
    make_normal_table(&t.table[0], streamed ? 2 * (size_t)BLOCK : rows, columns);
    if (!streamed) {
        make_normal_table(&t.table[1], rows, columns);
        return serve(who, compare_work, &t);
    }
    t.streamed = rows;
    t.block = bench_allocate(columns * sizeof *t.block);
    memcpy(t.block, t.table[0].columns, columns * sizeof *t.block);
    if (drift_profile_create(&t.table[0], NULL, &t.reference, NULL))
        fail("no profile");
    return serve(who, stream_work, &t);
}

static int serve_histogram(const char *who, const char *values, const char *edges)
{
    setting s = {0};
    size_t n_edges = 0;
    double *numbers = serve_read(edges, SIZE_MAX, &n_edges);
    s.values = serve_read(values, SIZE_MAX, &s.n);
    if (drift_histogram_create(numbers, n_edges, NULL, &s.histogram, NULL))
        fail("no histogram");
    return serve(who, histogram_work, &s);
}

static double edge_digest_work(const setting *s, int batch)
{
    drift_edge_digest *digest = NULL;
    double quantile = 0;
    if (drift_edge_digest_create(NULL, &digest, NULL))
        fail("no digest");
    if (batch)
        drift_edge_digest_update(digest, s->values, s->n);
    else
        for (size_t i = 0; i < s->n; i++)
            drift_edge_digest_add(digest, s->values[i]);
    if (drift_edge_digest_quantile(digest, 0.9, &quantile, NULL, NULL))
        fail("no quantile");
    drift_edge_digest_destroy(digest);
    return quantile;
}

static double edge_digest_update(void *context)
{
    return edge_digest_work(context, 1);
}

static double edge_digest_add(void *context)
{
    return edge_digest_work(context, 0);
}

static int serve_digest(const char *who, double (*work)(void *), const char *compression,
                        const char *values)
{
    setting s = {0};
    s.compression = strtod(compression, NULL);
    s.values = serve_read(values, SIZE_MAX, &s.n);
    return serve(who, work, &s);
}

/* As speed_detectors.py has it: a reference, then the stream; of errors one value in ten is 1. */
static double detector_work(void *context)
{
    const setting *s = context;
    drift_detector_config config = DRIFT_DETECTOR_CONFIG_INIT;
    drift_detector *detector = NULL;
    size_t changes = 0;
    if (s->kind == DRIFT_DETECTOR_INCREMENTAL_KS) {
        config.reference = s->values;
        config.n_reference = DETECTOR_REFERENCE;
    }
    if (drift_detector_create(s->kind, &config, &detector, NULL))
        fail("no detector");
    if (drift_detector_update(detector, s->values + DETECTOR_REFERENCE, s->n - DETECTOR_REFERENCE,
                              s->signals))
        fail("a value is not allowed");
    for (size_t i = 0; i < s->n - DETECTOR_REFERENCE; i++)
        changes += (s->signals[i] & DRIFT_DETECTOR_CHANGE) != 0;
    drift_detector_destroy(detector);
    return (double)changes;
}

static int serve_detector(const char *who, const char *name, const char *values, const char *n)
{
    setting s = {0};
    size_t wanted = DETECTOR_REFERENCE + (size_t)strtoull(n, NULL, 10);
    double *read = serve_read(values, wanted, &s.n);
    if (s.n < wanted || drift_detector_find(name, &s.kind, NULL))
        fail("no such detector, or too few values");
    if (drift_detector_input_of(s.kind) != DRIFT_DETECTOR_NUMBERS)
        for (size_t i = 0; i < s.n; i++)
            read[i] = read[i] > 1.2815515655446004;
    s.values = read;
    s.signals = bench_allocate(s.n);
    return serve(who, detector_work, &s);
}

static int serve_samples(const char *who, double (*work)(void *), const char *one,
                         const char *other)
{
    setting s = {0};
    s.values = serve_read(one, SIZE_MAX, &s.n);
    s.others = serve_read(other, SIZE_MAX, &s.n_others);
    return serve(who, work, &s);
}

int main(int count, char **arguments)
{
    char who[64];
    const char *work = count > 1 ? arguments[1] : "";
    const char *first = count > 2 ? arguments[2] : "", *second = count > 3 ? arguments[3] : "";
    snprintf(who, sizeof who, "libdrift %s", drift_version());
    if (!strcmp(work, "make") && count == 3)
        return make(first);
    if (!strcmp(work, "csv") && count == 3)
        return make_csv(first);
    if (!strcmp(work, "clock"))
        return serve("additions", clock_work, NULL);
    if (!strcmp(work, "histogram") && count == 4)
        return serve_histogram(who, first, second);
    if (!strcmp(work, "tdigest") && count == 4)
        return serve_digest(who, tdigest_update, first, second);
    if (!strcmp(work, "tdigest_add") && count == 4)
        return serve_digest(who, tdigest_add, first, second);
    if (!strncmp(work, "edge_digest", 11))
        snprintf(who, sizeof who, "libdrift %s, edge digest", drift_version());
    if (!strcmp(work, "edge_digest") && count == 3)
        return serve_digest(who, edge_digest_update, "0", first);
    if (!strcmp(work, "edge_digest_add") && count == 3)
        return serve_digest(who, edge_digest_add, "0", first);
    if (!strcmp(work, "detector") && count == 5)
        return serve_detector(who, first, second, arguments[4]);
    if (!strncmp(work, "observe", 7) && count == 5)
        return serve_observe(who, first, second, arguments[4], !strcmp(work, "observe_polled"));
    if (!strcmp(work, "ks") && count == 4)
        return serve_samples(who, ks_work, first, second);
    if (!strcmp(work, "wasserstein") && count == 4)
        return serve_samples(who, wasserstein_work, first, second);
    if ((!strcmp(work, "compare") || !strcmp(work, "against")) && count == 4) {
        const char *const paths[] = {first, second};
        if (!strcmp(work, "against"))
            strcat(who, ", reference as a profile");
        return serve_tables(who, !strcmp(work, "against"), paths);
    }
    if ((!strcmp(work, "scaling") || !strcmp(work, "streamed")) && count == 4)
        return serve_sizes(who, !strcmp(work, "streamed"), strtoull(first, NULL, 10),
                           strtoull(second, NULL, 10));
    fail("usage: serve_libdrift make|csv FOLDER | clock | WORK ARGUMENT...");
    return 2;
}
