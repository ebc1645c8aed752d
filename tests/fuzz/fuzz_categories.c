/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_categories.c: any names in any order: totals are conserved, the order of
 * a merge does not matter, and damaged bytes are refused or usable.
 */
#include "fuzz_support.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void conserved(const drift_categories *categories)
{
    uint64_t sum = drift_categories_other(categories);
    drift_category category;
    for (size_t i = 0; i < drift_categories_size(categories); i++) {
        FUZZ_CHECK(drift_categories_get(categories, i, &category) == DRIFT_OK);
        sum += category.count;
    }
    FUZZ_CHECK(sum == drift_categories_total(categories));
}

static drift_categories *create(uint32_t capacity)
{
    drift_categories_config config = DRIFT_CATEGORIES_CONFIG_INIT;
    drift_categories *categories = NULL;
    config.capacity = capacity;
    config.seed = 7;
    FUZZ_CHECK(drift_categories_create(&config, &categories, NULL) == DRIFT_OK);
    FUZZ_CHECK(drift_categories_pin(categories, "pin", 3) == DRIFT_OK);
    return categories;
}

static drift_buffer *bytes_of(const drift_categories *categories)
{
    drift_buffer *bytes = fuzz_buffer();
    FUZZ_CHECK(drift_categories_serialize(categories, bytes) == DRIFT_OK);
    return bytes;
}

static void damage(const drift_buffer *bytes, fuzz_input *input)
{
    drift_categories *strange = NULL;
    drift_buffer *damaged = fuzz_buffer();
    fuzz_damage(damaged, (const char *)drift_buffer_data(bytes), bytes, input);
    if (drift_categories_deserialize(drift_buffer_data(damaged), drift_buffer_size(damaged), NULL,
                                     &strange, NULL) == DRIFT_OK) {
        conserved(strange);
        drift_categories_update(strange, "new", 3, 1);
    }
    drift_categories_destroy(strange);
    drift_buffer_destroy(damaged);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_input input = {data, data + size};
    uint32_t capacity = 1 + fuzz_byte(&input) % 6;
    drift_categories *a = create(capacity), *b = create(capacity), *all = create(capacity);
    for (uint8_t n = fuzz_byte(&input); n > 0 && fuzz_left(&input); n--) {
        size_t length = fuzz_byte(&input) % 4;
        length = length < fuzz_left(&input) ? length : fuzz_left(&input);
        const char *name = (const char *)input.at;
        input.at += length;
        FUZZ_CHECK(drift_categories_update(n % 2 ? a : b, name, length, n) == DRIFT_OK);
        FUZZ_CHECK(drift_categories_update(all, name, length, n) == DRIFT_OK);
    }
    FUZZ_CHECK(drift_categories_merge(a, b) == DRIFT_OK);
    conserved(a);
    drift_buffer *left = bytes_of(a), *right = bytes_of(all);
    FUZZ_CHECK(drift_buffer_size(left) == drift_buffer_size(right) &&
               memcmp(drift_buffer_data(left), drift_buffer_data(right), drift_buffer_size(left)) ==
                   0);
    damage(left, &input);
    drift_buffer_destroy(left);
    drift_buffer_destroy(right);
    drift_categories_destroy(a);
    drift_categories_destroy(b);
    drift_categories_destroy(all);
    return 0;
}
