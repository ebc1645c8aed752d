/* SPDX-License-Identifier: Apache-2.0
 *
 * serve_observe.c: rows observed by threads that serve. Peers take the same rows of the same
 * values: the first OBSERVE_ROWS rows, over and over.
 */
#include "serve_observe.h"

#include <drift/drift.h>
#include <pthread.h>
#include <string.h>

#include "harness.h"
#include "peers/serve.h"

enum { OBSERVE_VALUES = 4000000, OBSERVE_ROWS = 512, REFERENCE_ROWS = 2000, POLLED_ROWS = 1000 };
enum { MOST_THREADS = 64 };

typedef struct observing {
    drift_monitor *monitor;
    drift_value *rows;
    size_t columns, threads;
    int polled;
} observing;

static void *observe(void *context)
{
    const observing *o = context;
    drift_recorder *recorder = NULL;
    if (drift_monitor_recorder(o->monitor, &recorder, NULL))
        serve_fail("no recorder", "observe");
    for (size_t i = 1; i <= OBSERVE_VALUES / o->columns; i++) {
        drift_recorder_observe(recorder, o->rows + i % OBSERVE_ROWS * o->columns, o->columns);
        if (o->polled && i % POLLED_ROWS == 0)
            drift_monitor_poll(o->monitor, NULL);
    }
    drift_recorder_destroy(recorder);
    return NULL;
}

static double observe_work(void *context)
{
    observing *o = context, others = *o;
    pthread_t threads[MOST_THREADS];
    uint64_t before = drift_monitor_rows(o->monitor);
    others.polled = 0;
    for (size_t i = 1; i < o->threads; i++)
        if (pthread_create(&threads[i], NULL, observe, &others))
            serve_fail("no thread", "observe");
    observe(o);
    for (size_t i = 1; i < o->threads; i++)
        pthread_join(threads[i], NULL);
    return (double)(drift_monitor_rows(o->monitor) - before);
}

static drift_monitor *monitor_of(const double *values, size_t columns)
{
    drift_column *sources = bench_allocate(columns * sizeof *sources);
    const char **names = bench_allocate(columns * sizeof *names);
    char(*text)[24] = bench_allocate(columns * sizeof *text);
    drift_table table = DRIFT_TABLE_INIT;
    drift_monitor_config config = DRIFT_MONITOR_CONFIG_INIT;
    drift_profile *reference = NULL;
    drift_monitor *monitor = NULL;
    for (size_t c = 0; c < columns; c++) {
        snprintf(text[c], sizeof *text, "c%zu", c);
        names[c] = text[c];
        sources[c] = (drift_column)DRIFT_COLUMN_INIT;
        sources[c].layout = DRIFT_LAYOUT_FLOAT64;
        sources[c].data = values + c * REFERENCE_ROWS;
    }
    table.n_columns = (uint32_t)columns;
    table.n_rows = REFERENCE_ROWS;
    table.names = names;
    table.columns = sources;
    config.window_rows = config.minimum_rows = UINT64_C(1) << 40;
    if (drift_profile_create(&table, NULL, &reference, NULL) ||
        drift_monitor_create(reference, &config, &monitor, NULL))
        serve_fail("no monitor", "observe");
    drift_profile_destroy(reference);
    free(sources);
    free(names);
    free(text);
    return monitor;
}

int serve_observe(const char *who, const char *values, const char *columns, const char *threads,
                  int polled)
{
    char told[128];
    size_t n = 0;
    observing o = {.columns = strtoull(columns, NULL, 10), .threads = strtoull(threads, NULL, 10)};
    double *numbers = serve_read(values, OBSERVE_VALUES, &n);
    if (!o.columns || n < o.columns * REFERENCE_ROWS || !o.threads || o.threads > MOST_THREADS)
        serve_fail("too few values, or no such number of threads", values);
    o.polled = polled;
    o.monitor = monitor_of(numbers, o.columns);
    o.rows = bench_allocate(OBSERVE_ROWS * o.columns * sizeof *o.rows);
    for (size_t i = 0; i < OBSERVE_ROWS * o.columns; i++)
        o.rows[i] = (drift_value){DRIFT_VALUE_DOUBLE, 0, {.number = numbers[i]}};
    free(numbers);
    snprintf(told, sizeof told, "%s%s", who,
             polled ? ", with a poll every 1,000 rows" : ", recorders");
    return serve(told, observe_work, &o);
}
