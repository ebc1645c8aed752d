/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_frequent.c: any names in any order: bounds hold for the whole and for
 * merged shards, and damaged bytes are refused or usable.
 */
#include <drift/frequent.h>
#include <string.h>

#include "fuzz_support.h"

enum { NAMES = 256 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void sound(const drift_frequent *frequent)
{
    uint64_t sum = 0, capacity = drift_frequent_capacity(frequent);
    drift_frequent_name name;
    for (size_t i = 0; i < drift_frequent_size(frequent); i++) {
        FUZZ_CHECK(drift_frequent_get(frequent, i, &name) == DRIFT_OK);
        FUZZ_CHECK(name.high - name.low == drift_frequent_error(frequent));
        sum += name.low;
    }
    FUZZ_CHECK(sum <= drift_frequent_total(frequent));
    FUZZ_CHECK(drift_frequent_error(frequent) <=
               (drift_frequent_total(frequent) - sum) / (capacity + 1));
    FUZZ_CHECK(drift_frequent_size(frequent) <= 2 * capacity);
}

static void holds(const drift_frequent *frequent, const uint64_t *exact)
{
    sound(frequent);
    for (unsigned k = 0; k < NAMES; k++) {
        char name = (char)k;
        uint64_t low, high;
        FUZZ_CHECK(drift_frequent_count(frequent, &name, 1, &low, &high) == DRIFT_OK);
        FUZZ_CHECK(low <= exact[k] && exact[k] <= high);
    }
}

static drift_frequent *create(uint32_t capacity)
{
    drift_frequent_config config = DRIFT_FREQUENT_CONFIG_INIT;
    drift_frequent *frequent = NULL;
    config.capacity = capacity;
    FUZZ_CHECK(drift_frequent_create(&config, &frequent, NULL) == DRIFT_OK);
    return frequent;
}

static void damage(const drift_frequent *frequent, fuzz_input *input)
{
    drift_frequent *strange = NULL;
    drift_buffer *bytes = fuzz_buffer(), *damaged = fuzz_buffer();
    FUZZ_CHECK(drift_frequent_serialize(frequent, bytes) == DRIFT_OK);
    fuzz_damage(damaged, (const char *)drift_buffer_data(bytes), bytes, input);
    if (drift_frequent_deserialize(drift_buffer_data(damaged), drift_buffer_size(damaged), NULL,
                                   &strange, NULL) == DRIFT_OK) {
        sound(strange);
        for (int i = 0; i < 20; i++)
            drift_frequent_update(strange, &"new name"[i % 8], 1, 3);
        sound(strange);
    }
    drift_frequent_destroy(strange);
    drift_buffer_destroy(bytes);
    drift_buffer_destroy(damaged);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_input input = {data, data + size};
    uint64_t exact[NAMES] = {0};
    uint32_t capacity = 1 + fuzz_byte(&input) % 6;
    drift_frequent *a = create(capacity), *b = create(capacity), *all = create(capacity);
    for (unsigned n = 0; n < 1000 && fuzz_left(&input) > 64; n++) {
        uint8_t letter = fuzz_byte(&input), control = fuzz_byte(&input);
        uint64_t count = (uint64_t)1 << (control % 32);
        char name = (char)letter;
        FUZZ_CHECK(drift_frequent_update(control & 32 ? a : b, &name, 1, count) == DRIFT_OK);
        FUZZ_CHECK(drift_frequent_update(all, &name, 1, count) == DRIFT_OK);
        exact[letter] += count;
    }
    FUZZ_CHECK(drift_frequent_merge(a, b) == DRIFT_OK);
    FUZZ_CHECK(drift_frequent_total(a) == drift_frequent_total(all));
    holds(a, exact);
    holds(all, exact);
    damage(a, &input);
    drift_frequent_destroy(a);
    drift_frequent_destroy(b);
    drift_frequent_destroy(all);
    return 0;
}
