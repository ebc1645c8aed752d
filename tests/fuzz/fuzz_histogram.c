/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_histogram.c: any edges and values: nothing is lost, and damaged bytes
 * are refused or usable.
 */
#include "fuzz_support.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST_EDGES = 12, MOST_VALUES = 64 };

static void ask(const drift_histogram *histogram)
{
    double value = 0, last = 0;
    for (int i = 0; i <= 10; i++) {
        if (drift_histogram_quantile(histogram, i / 10.0, &value) != DRIFT_OK)
            return;
        FUZZ_CHECK(i == 0 || value >= last);
        last = value;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_input input = {data, data + size};
    double edges[MOST_EDGES], values[MOST_VALUES];
    drift_histogram *histogram = NULL, *other = NULL;
    size_t n_edges = fuzz_byte(&input) % (MOST_EDGES + 1);
    for (size_t i = 0; i < n_edges; i++)
        edges[i] = fuzz_double(&input);
    if (drift_histogram_create(edges, n_edges, NULL, &histogram, NULL) != DRIFT_OK)
        return 0;
    size_t n = fuzz_byte(&input) % (MOST_VALUES + 1);
    for (size_t i = 0; i < n; i++)
        values[i] = fuzz_double(&input);
    FUZZ_CHECK(drift_histogram_update(histogram, values, n) == DRIFT_OK);
    FUZZ_CHECK(drift_histogram_count(histogram) <= n);
    ask(histogram);
    drift_buffer *bytes = fuzz_buffer(), *damaged = fuzz_buffer();
    FUZZ_CHECK(drift_histogram_serialize(histogram, bytes) == DRIFT_OK);
    FUZZ_CHECK(drift_histogram_deserialize(drift_buffer_data(bytes), drift_buffer_size(bytes), NULL,
                                           &other, NULL) == DRIFT_OK);
    FUZZ_CHECK(drift_histogram_merge(histogram, other) == DRIFT_OK);
    drift_histogram_destroy(other);
    other = NULL;
    fuzz_damage(damaged, (const char *)drift_buffer_data(bytes), bytes, &input);
    if (drift_histogram_deserialize(drift_buffer_data(damaged), drift_buffer_size(damaged), NULL,
                                    &other, NULL) == DRIFT_OK) {
        ask(other);
        drift_histogram_update(other, values, n);
    }
    drift_histogram_destroy(other);
    drift_histogram_destroy(histogram);
    drift_buffer_destroy(bytes);
    drift_buffer_destroy(damaged);
    return 0;
}
