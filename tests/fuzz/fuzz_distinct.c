/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_distinct.c: any values in any order: shards merge to the whole, the
 * bounds hold the estimate, and damaged bytes are refused or usable.
 */
#include <drift/distinct.h>
#include <string.h>

#include "fuzz_support.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void sound(const drift_distinct *distinct)
{
    double estimate = -1, low = -1, high = -1;
    FUZZ_CHECK(drift_distinct_estimate(distinct, &estimate) == DRIFT_OK);
    FUZZ_CHECK(drift_distinct_bounds(distinct, 0.9, &low, &high) == DRIFT_OK);
    FUZZ_CHECK(0 <= low && low <= estimate && estimate <= high);
    FUZZ_CHECK(high <= (double)drift_distinct_count(distinct));
}

static drift_distinct *create(uint32_t precision)
{
    drift_distinct_config config = DRIFT_DISTINCT_CONFIG_INIT;
    drift_distinct *distinct = NULL;
    config.precision = precision;
    FUZZ_CHECK(drift_distinct_create(&config, &distinct, NULL) == DRIFT_OK);
    return distinct;
}

static drift_buffer *bytes_of(const drift_distinct *distinct)
{
    drift_buffer *bytes = fuzz_buffer();
    FUZZ_CHECK(drift_distinct_serialize(distinct, bytes) == DRIFT_OK);
    return bytes;
}

static void damage(const drift_buffer *bytes, fuzz_input *input)
{
    drift_distinct *strange = NULL;
    drift_buffer *damaged = fuzz_buffer();
    fuzz_damage(damaged, (const char *)drift_buffer_data(bytes), bytes, input);
    if (drift_distinct_deserialize(drift_buffer_data(damaged), drift_buffer_size(damaged), NULL,
                                   &strange, NULL) == DRIFT_OK) {
        sound(strange);
        drift_distinct_update(strange, "new", 3);
    }
    drift_distinct_destroy(strange);
    drift_buffer_destroy(damaged);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_input input = {data, data + size};
    uint32_t precision = 4 + fuzz_byte(&input) % 3;
    drift_distinct *a = create(precision), *b = create(precision), *all = create(precision);
    for (uint8_t n = fuzz_byte(&input); n > 0 && fuzz_left(&input); n--) {
        size_t length = fuzz_byte(&input) % 9;
        length = length < fuzz_left(&input) ? length : fuzz_left(&input);
        const char *value = (const char *)input.at;
        double number;
        input.at += length;
        FUZZ_CHECK(drift_distinct_update(n % 2 ? a : b, value, length) == DRIFT_OK);
        FUZZ_CHECK(drift_distinct_update(all, value, length) == DRIFT_OK);
        if (length < sizeof number)
            continue;
        memcpy(&number, value, sizeof number);
        FUZZ_CHECK(drift_distinct_update_doubles(n % 2 ? a : b, &number, 1) == DRIFT_OK);
        FUZZ_CHECK(drift_distinct_update_doubles(all, &number, 1) == DRIFT_OK);
    }
    FUZZ_CHECK(drift_distinct_merge(a, b) == DRIFT_OK);
    sound(a);
    drift_buffer *left = bytes_of(a), *right = bytes_of(all);
    FUZZ_CHECK(drift_buffer_size(left) == drift_buffer_size(right) &&
               memcmp(drift_buffer_data(left), drift_buffer_data(right), drift_buffer_size(left)) ==
                   0);
    damage(left, &input);
    drift_buffer_destroy(left);
    drift_buffer_destroy(right);
    drift_distinct_destroy(a);
    drift_distinct_destroy(b);
    drift_distinct_destroy(all);
    return 0;
}
