/* SPDX-License-Identifier: Apache-2.0
 *
 * serve_gsl.c: counting into given edges by GSL. usage: serve_gsl VALUES EDGES, or
 * serve_gsl VALUES EDGES COLUMNS THREADS: each thread counts rows, a histogram for each column.
 */
#include <gsl/gsl_histogram.h>
#include <gsl/gsl_version.h>
#include <pthread.h>

#include "serve.h"

typedef struct setting {
    gsl_histogram *histogram;
    double *values;
    size_t n;
} setting;

static double work(void *context)
{
    setting *s = (setting *)context;
    double sum = 0;
    gsl_histogram_reset(s->histogram);
    for (size_t i = 0; i < s->n; i++)
        gsl_histogram_increment(s->histogram, s->values[i]);
    for (size_t i = 0; i < gsl_histogram_bins(s->histogram); i++)
        sum += (double)i * gsl_histogram_get(s->histogram, i);
    return sum / gsl_histogram_sum(s->histogram);
}

/* Rows as serve_observe.c has them. */
enum { OBSERVE_VALUES = 4000000, OBSERVE_ROWS = 512, MOST_THREADS = 64 };

typedef struct observing {
    const double *rows, *edges;
    size_t n_edges, columns, threads;
} observing;

static void *observe(void *context)
{
    const observing *o = context;
    gsl_histogram **histograms = malloc(o->columns * sizeof(gsl_histogram *));
    for (size_t c = 0; c < o->columns; c++) {
        histograms[c] = gsl_histogram_alloc(o->n_edges - 1);
        gsl_histogram_set_ranges(histograms[c], o->edges, o->n_edges);
    }
    for (size_t i = 1; i <= OBSERVE_VALUES / o->columns; i++) {
        const double *row = o->rows + i % OBSERVE_ROWS * o->columns;
        for (size_t c = 0; c < o->columns; c++)
            gsl_histogram_increment(histograms[c], row[c]);
    }
    for (size_t c = 0; c < o->columns; c++)
        gsl_histogram_free(histograms[c]);
    free(histograms);
    return NULL;
}

static double observe_work(void *context)
{
    const observing *o = context;
    pthread_t threads[MOST_THREADS];
    for (size_t i = 1; i < o->threads; i++)
        if (pthread_create(&threads[i], NULL, observe, context))
            serve_fail("no thread", "observe");
    observe(context);
    for (size_t i = 1; i < o->threads; i++)
        pthread_join(threads[i], NULL);
    return (double)(o->threads * (OBSERVE_VALUES / o->columns));
}

int main(int count, char **arguments)
{
    setting s;
    size_t n_edges = 0;
    if (count != 3 && count != 5)
        serve_fail("usage: serve_gsl VALUES EDGES [COLUMNS THREADS]", arguments[0]);
    double *edges = serve_read(arguments[2], SIZE_MAX, &n_edges);
    s.values = serve_read(arguments[1], SIZE_MAX, &s.n);
    if (count == 5) {
        observing o = {s.values, edges, n_edges, strtoull(arguments[3], NULL, 10),
                       strtoull(arguments[4], NULL, 10)};
        if (!o.columns || s.n < OBSERVE_ROWS * o.columns || o.threads > MOST_THREADS)
            serve_fail("too few values, or too many threads", arguments[1]);
        return serve("GSL " GSL_VERSION " histogram_increment, one a column", observe_work, &o);
    }
    s.histogram = gsl_histogram_alloc(n_edges - 1);
    if (!s.histogram)
        serve_fail("no memory", arguments[0]);
    gsl_histogram_set_ranges(s.histogram, edges, n_edges);
    return serve("GSL " GSL_VERSION " histogram_increment", work, &s);
}
