/* SPDX-License-Identifier: Apache-2.0
 *
 * bench_frequent.c: names of a law of Zipf, and names that all differ, into a
 * sketch of frequent names.
 */
#include <drift/frequent.h>
#include <math.h>
#include <stdio.h>

#include "harness.h"

enum { N = 1000000, ROOM = 24, CAPACITY = 1024 };

typedef struct names {
    char *bytes;
    int64_t *offsets;
} names;

static int update(void *context)
{
    const names *s = context;
    drift_frequent *frequent = NULL;
    drift_frequent_name first;
    drift_frequent_config config = DRIFT_FREQUENT_CONFIG_INIT;
    config.capacity = CAPACITY;
    if (drift_frequent_create(&config, &frequent, NULL) ||
        drift_frequent_update_batch(frequent, s->bytes, s->offsets, N))
        return 1;
    int failed = drift_frequent_get(frequent, 0, &first) != DRIFT_OK ||
                 drift_frequent_error(frequent) > N / (CAPACITY + 1);
    drift_frequent_destroy(frequent);
    return failed;
}

/* Name i is `number(i)`. */
static names make(double exponent)
{
    names made = {bench_allocate((size_t)N * ROOM), bench_allocate((N + 1) * sizeof(int64_t))};
    made.offsets[0] = 0;
    for (size_t i = 0; i < N; i++) {
        double number = exponent > 0 ? fmin(pow(bench_uniform(), -1 / exponent), 1e9) : (double)i;
        made.offsets[i + 1] = made.offsets[i] + snprintf(made.bytes + made.offsets[i], ROOM,
                                                         "name %.0f", floor(number));
    }
    return made;
}

int main(void)
{
    names steep = make(1), flat = make(0.3), different = make(0);
    bench_run("frequent.update.zipf2.1024", update, &steep, N, 5);
    bench_run("frequent.update.zipf1.3.1024", update, &flat, N, 5);
    bench_run("frequent.update.different.1024", update, &different, N, 5);
    return 0;
}
