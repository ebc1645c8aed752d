/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_edge_digest.c: any values in any order, in numbers that fill blocks, merged and read
 * back; then the bytes damaged under a valid checksum.
 */
#include "fuzz_support.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(const drift_edge_digest *digest)
{
    double last = 0, value = 0, estimate = 0, low = 0, high = 0;
    for (int i = 0; i <= 20; i++) {
        if (drift_edge_digest_quantile(digest, i / 20.0, &value, &low, &high) != DRIFT_OK)
            return;
        FUZZ_CHECK(i == 0 || value >= last);
        FUZZ_CHECK(low <= value && value <= high);
        last = value;
        FUZZ_CHECK(drift_edge_digest_cdf(digest, value, &estimate, &low, &high) == DRIFT_OK);
        FUZZ_CHECK(low <= estimate && estimate <= high && estimate >= i / 20.0);
    }
}

static drift_edge_digest *read_back(const drift_buffer *bytes)
{
    drift_edge_digest *digest = NULL;
    drift_edge_digest_deserialize(drift_buffer_data(bytes), drift_buffer_size(bytes), NULL, &digest,
                                  NULL);
    return digest;
}

/* One value again and again, or a ladder from it. */
static void add_many(drift_edge_digest *digest, fuzz_input *input, uint64_t *values)
{
    enum { MANY = 700 };
    double ladder[MANY], value = fuzz_double(input);
    int kind = fuzz_byte(input) % 4;
    for (int i = 0; i < MANY; i++)
        ladder[i] = kind == 0 ? value : kind == 1 ? value + i : kind == 2 ? value * i : value / i;
    FUZZ_CHECK(drift_edge_digest_update(digest, ladder, MANY) == DRIFT_OK);
    *values += MANY;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_input input = {data, data + size};
    drift_edge_digest_config config = DRIFT_EDGE_DIGEST_CONFIG_INIT;
    drift_edge_digest *digest = NULL, *other = NULL;
    uint64_t values = 0;
    config.edges = 16 + fuzz_byte(&input) % 40;
    FUZZ_CHECK(drift_edge_digest_create(&config, &digest, NULL) == DRIFT_OK);
    FUZZ_CHECK(drift_edge_digest_create(&config, &other, NULL) == DRIFT_OK);
    for (uint8_t n = fuzz_byte(&input); n > 0 && fuzz_left(&input); n--) {
        if (n % 16 == 0)
            add_many(n % 3 ? digest : other, &input, &values);
        FUZZ_CHECK(drift_edge_digest_add(n % 3 ? digest : other, fuzz_double(&input)) == DRIFT_OK);
        values++;
    }
    ask(digest);
    FUZZ_CHECK(drift_edge_digest_merge(digest, other) == DRIFT_OK);
    FUZZ_CHECK(drift_edge_digest_count(digest) + drift_edge_digest_missing(digest) +
                   drift_edge_digest_infinite(digest) ==
               values);
    ask(digest);
    drift_buffer *bytes = fuzz_buffer(), *damaged = fuzz_buffer();
    FUZZ_CHECK(drift_edge_digest_serialize(digest, bytes) == DRIFT_OK);
    drift_edge_digest *same = read_back(bytes);
    FUZZ_CHECK(same && drift_edge_digest_count(same) == drift_edge_digest_count(digest));
    fuzz_damage(damaged, (const char *)drift_buffer_data(bytes), bytes, &input);
    drift_edge_digest *strange = read_back(damaged);
    if (strange) {
        ask(strange);
        add_many(strange, &input, &values);
        drift_edge_digest_merge(strange, digest);
        ask(strange);
    }
    drift_edge_digest_destroy(strange);
    drift_edge_digest_destroy(same);
    drift_edge_digest_destroy(other);
    drift_edge_digest_destroy(digest);
    drift_buffer_destroy(bytes);
    drift_buffer_destroy(damaged);
    return 0;
}
