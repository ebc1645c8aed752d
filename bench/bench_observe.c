/* SPDX-License-Identifier: Apache-2.0
 *
 * bench_observe.c: rows observed by the threads that serve: what a value costs
 * them, what it costs the poll, and how long a poll takes whose writers stand
 * still. With --stress: a thousand million rows by eight threads, some of which end
 * at any moment, while ten thousand polls collect; totals must agree to the row.
 */
#include <drift/drift.h>
#include <malloc.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "harness.h"

enum { REFERENCE_ROWS = 2000, ROWS = 512, MOST_COLUMNS = 1000, VALUES = 4000000, POLL_ROWS = 128 };

static const char *const WORDS[] = {"red", "green", "blue", "black", "white", "yellow", "brown"};

typedef struct serving {
    drift_monitor *monitor;
    const drift_value *rows; /* ROWS of them */
    size_t columns, total;   /* total: rows to observe */
    int polled;
} serving;

static drift_value value_of(size_t column, int mixed)
{
    drift_value value = {DRIFT_VALUE_DOUBLE, 0, {.number = bench_normal()}};
    if (!mixed || column % 5)
        return value;
    const char *word = WORDS[(size_t)(bench_uniform() * 7)];
    return (drift_value){DRIFT_VALUE_STRING, (uint32_t)strlen(word), {.string = word}};
}

static void fail(const char *what)
{
    fprintf(stderr, "bench_observe: %s failed\n", what);
    exit(1);
}

static drift_monitor *monitor_of(size_t columns, int mixed, uint64_t window, uint32_t detector,
                                 const drift_allocator *allocator)
{
    static char text[MOST_COLUMNS][16];
    static const char *names[MOST_COLUMNS];
    drift_column *sources = bench_allocate(columns * sizeof *sources);
    drift_value *values = bench_allocate(columns * REFERENCE_ROWS * sizeof *values);
    drift_table table = DRIFT_TABLE_INIT;
    drift_profile *reference = NULL;
    drift_monitor *monitor = NULL;
    drift_monitor_config config = DRIFT_MONITOR_CONFIG_INIT;
    for (size_t c = 0; c < columns; c++) {
        snprintf(text[c], sizeof text[c], "c%zu", c);
        names[c] = text[c];
        sources[c] = (drift_column)DRIFT_COLUMN_INIT;
        sources[c].layout = DRIFT_LAYOUT_VALUE;
        sources[c].data = values + c * REFERENCE_ROWS;
        for (size_t r = 0; r < REFERENCE_ROWS; r++)
            values[c * REFERENCE_ROWS + r] = value_of(c, mixed);
    }
    table.n_columns = (uint32_t)columns;
    table.n_rows = REFERENCE_ROWS;
    table.names = names;
    table.columns = sources;
    config.window_rows = window;
    config.minimum_rows = window;
    config.detector = detector;
    config.allocator = allocator;
    if (drift_profile_create(&table, NULL, &reference, NULL) ||
        drift_monitor_create(reference, &config, &monitor, NULL))
        fail("creating a monitor");
    drift_profile_destroy(reference);
    free(values);
    free(sources);
    return monitor;
}

static void *serve(void *context)
{
    const serving *s = context;
    drift_recorder *recorder = NULL;
    if (drift_monitor_recorder(s->monitor, &recorder, NULL))
        return recorder;
    for (size_t i = 0; i < s->total; i++) {
        if (drift_recorder_observe(recorder, s->rows + i % ROWS * s->columns, s->columns))
            break;
        if (s->polled && i % POLL_ROWS == POLL_ROWS - 1)
            drift_monitor_poll(s->monitor, NULL);
    }
    drift_recorder_destroy(recorder);
    return NULL;
}

static int by_one(void *context)
{
    serve(context);
    return 0;
}

static int by_two(void *context)
{
    pthread_t other;
    if (pthread_create(&other, NULL, serve, context))
        return 1;
    serve(context);
    return pthread_join(other, NULL);
}

static double now(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + 1e-9 * (double)at.tv_nsec;
}

/* Both writers hold rows and stand still; wall time of the poll that fetches them. */
static void time_idle_poll(const char *name, drift_monitor *monitor, const serving *s)
{
    enum { TIMES = 31 };
    double times[TIMES];
    drift_recorder *recorders[2] = {NULL, NULL};
    for (int i = 0; i < 2; i++)
        if (drift_monitor_recorder(monitor, &recorders[i], NULL))
            fail("making a recorder");
    for (int t = 0; t < TIMES; t++) {
        for (int i = 0; i < 2; i++)
            for (size_t r = 0; r < 200; r++)
                drift_recorder_observe(recorders[i], s->rows + r * s->columns, s->columns);
        double began = now();
        drift_monitor_poll(monitor, NULL);
        times[t] = now() - began;
        for (int k = t; k && times[k] < times[k - 1]; k--) {
            double swap = times[k];
            times[k] = times[k - 1];
            times[k - 1] = swap;
        }
    }
    printf("{\"work\":\"%s\",\"who\":\"libdrift %s\",\"ns_per_item\":%.0f,\"min_ns\":%.0f,"
           "\"max_ns\":%.0f,\"runs\":%d,\"items\":1}\n",
           name, drift_version(), times[TIMES / 2] * 1e9, times[0] * 1e9, times[TIMES - 1] * 1e9,
           TIMES);
}

static size_t held;

static void *measured(void *context, void *memory, size_t size)
{
    (void)context;
    held -= memory ? malloc_usable_size(memory) : 0;
    memory = realloc(memory, size);
    held += memory ? malloc_usable_size(memory) : 0;
    return memory;
}

static void released(void *context, void *memory)
{
    (void)context;
    held -= memory ? malloc_usable_size(memory) : 0;
    free(memory);
}

static void weigh(size_t columns, int mixed)
{
    drift_allocator allocator = {measured, released, NULL};
    drift_monitor *monitor = monitor_of(columns, mixed, 10000, DRIFT_MONITOR_EVIDENCE, &allocator);
    drift_recorder *recorder = NULL;
    size_t first = 0, before = held;
    if (drift_monitor_recorder(monitor, &recorder, NULL))
        fail("making a recorder");
    first = held - before;
    printf("{\"work\":\"observe.memory.%zu%s\",\"who\":\"libdrift %s\",\"bytes_per_item\":%.0f,"
           "\"items\":%zu}\n",
           columns, mixed ? ".mixed" : "", drift_version(), (double)first / (double)columns,
           columns);
    drift_monitor_destroy(monitor);
}

static void measure(size_t columns, int mixed)
{
    char name[64];
    drift_value *rows = bench_allocate(ROWS * columns * sizeof *rows);
    for (size_t i = 0; i < ROWS * columns; i++)
        rows[i] = value_of(i % columns, mixed);
    drift_monitor *windows =
        monitor_of(columns, mixed, UINT64_C(1) << 40, DRIFT_MONITOR_WINDOWS, NULL);
    serving s = {monitor_of(columns, mixed, UINT64_C(1) << 40, DRIFT_MONITOR_EVIDENCE, NULL), rows,
                 columns, VALUES / columns, 0};
    const char *kind = mixed ? ".mixed" : "";
    double values = (double)(s.total * columns);
    snprintf(name, sizeof name, "observe.%zu%s", columns, kind);
    bench_run(name, by_one, &s, values, 9);
    snprintf(name, sizeof name, "observe.%zu%s.2_threads", columns, kind);
    bench_run(name, by_two, &s, 2 * values, 9);
    s.polled = 1;
    snprintf(name, sizeof name, "observe.%zu%s.and_poll", columns, kind);
    bench_run(name, by_one, &s, values, 9);
    snprintf(name, sizeof name, "observe.%zu%s.poll_of_2_idle", columns, kind);
    time_idle_poll(name, s.monitor, &s);
    snprintf(name, sizeof name, "observe.%zu%s.flip_of_2_idle", columns, kind);
    time_idle_poll(name, windows, &s); /* no evidence: the rows change hands, that is all */
    drift_monitor_destroy(windows);
    drift_monitor_destroy(s.monitor);
    weigh(columns, mixed);
    free(rows);
}

/* The stress: threads take recorders, observe for a while, and end without a word or with one. */
enum { STRESS_THREADS = 8, STRESS_COLUMNS = 2 };

typedef struct stress {
    drift_monitor *monitor;
    const drift_value *rows;
    _Atomic uint64_t attempts;
    uint64_t goal;
} stress;

static void *stressed(void *context)
{
    stress *s = context;
    unsigned seed = (unsigned)(uintptr_t)&seed ^ (unsigned)time(NULL);
    drift_recorder *recorder = NULL;
    if (drift_monitor_recorder(s->monitor, &recorder, NULL))
        return NULL;
    uint64_t rows = 200000 + (uint64_t)rand_r(&seed) % 400000;
    for (uint64_t i = 0; i < rows; i++)
        drift_recorder_observe(recorder, s->rows + i % ROWS * STRESS_COLUMNS, STRESS_COLUMNS);
    atomic_fetch_add(&s->attempts, rows);
    drift_recorder_destroy(recorder);
    return NULL;
}

static void *stress_slot(void *context)
{
    stress *s = context;
    pthread_t thread;
    while (atomic_load(&s->attempts) < s->goal)
        if (pthread_create(&thread, NULL, stressed, s) || pthread_join(thread, NULL))
            fail("starting a thread");
    return NULL;
}

static int run_stress(uint64_t goal)
{
    drift_value rows[ROWS * STRESS_COLUMNS];
    for (size_t i = 0; i < ROWS * STRESS_COLUMNS; i++)
        rows[i] = value_of(i, 0);
    stress s = {monitor_of(STRESS_COLUMNS, 0, 1000000, DRIFT_MONITOR_EVIDENCE, NULL), rows, 0,
                goal};
    pthread_t slots[STRESS_THREADS];
    uint64_t polls = 0;
    double began = now();
    for (int i = 0; i < STRESS_THREADS; i++)
        if (pthread_create(&slots[i], NULL, stress_slot, &s))
            fail("starting a thread");
    while (atomic_load(&s.attempts) < goal || polls < 10000) {
        if (drift_monitor_poll(s.monitor, NULL))
            fail("polling");
        polls++;
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    }
    for (int i = 0; i < STRESS_THREADS; i++)
        pthread_join(slots[i], NULL);
    drift_monitor_finish(s.monitor, NULL);
    uint64_t attempts = atomic_load(&s.attempts), counted = drift_monitor_rows(s.monitor);
    uint64_t dropped = drift_monitor_dropped(s.monitor), windows = drift_monitor_windows(s.monitor);
    printf("%llu rows by %d threads at a time in %.0f s, %llu polls, %llu windows: %llu counted, "
           "%llu dropped, %lld missing\n",
           (unsigned long long)attempts, STRESS_THREADS, now() - began, (unsigned long long)polls,
           (unsigned long long)windows, (unsigned long long)counted, (unsigned long long)dropped,
           (long long)(attempts - counted - dropped));
    drift_monitor_destroy(s.monitor);
    return attempts != counted + dropped;
}

int main(int argc, char **argv)
{
    static const size_t columns[] = {20, 200, MOST_COLUMNS};
    if (argc > 1 && !strcmp(argv[1], "--stress"))
        return run_stress(argc > 2 ? strtoull(argv[2], NULL, 10) : 1000000000);
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        measure(columns[i], 0);
    measure(200, 1);
    return 0;
}
