/* SPDX-License-Identifier: Apache-2.0
 *
 * serve_gsl.c: counting into given edges by GSL. usage: serve_gsl VALUES EDGES
 */
#include <gsl/gsl_histogram.h>
#include <gsl/gsl_version.h>

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

int main(int count, char **arguments)
{
    setting s;
    size_t n_edges = 0;
    if (count != 3)
        serve_fail("usage: serve_gsl VALUES EDGES", arguments[0]);
    double *edges = serve_read(arguments[2], SIZE_MAX, &n_edges);
    s.values = serve_read(arguments[1], SIZE_MAX, &s.n);
    s.histogram = gsl_histogram_alloc(n_edges - 1);
    if (!s.histogram)
        serve_fail("no memory", arguments[0]);
    gsl_histogram_set_ranges(s.histogram, edges, n_edges);
    return serve("GSL " GSL_VERSION " histogram_increment", work, &s);
}
