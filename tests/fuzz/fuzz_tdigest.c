/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_tdigest.c: any values in any order, merged and read back; then the
 * bytes damaged under a valid checksum.
 */
#include "fuzz_support.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(const drift_tdigest *digest)
{
    double last = 0, value = 0, estimate = 0, low = 0, high = 0;
    for (int i = 0; i <= 20; i++) {
        if (drift_tdigest_quantile(digest, i / 20.0, &value) != DRIFT_OK)
            return;
        FUZZ_CHECK(i == 0 || value >= last);
        last = value;
        FUZZ_CHECK(drift_tdigest_cdf(digest, value, &estimate, &low, &high) == DRIFT_OK);
        FUZZ_CHECK(low <= estimate && estimate <= high);
    }
}

static drift_tdigest *read_back(const drift_buffer *bytes)
{
    drift_tdigest *digest = NULL;
    drift_tdigest_deserialize(drift_buffer_data(bytes), drift_buffer_size(bytes), NULL, &digest,
                              NULL);
    return digest;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_input input = {data, data + size};
    drift_tdigest_config config = DRIFT_TDIGEST_CONFIG_INIT;
    drift_tdigest *digest = NULL, *other = NULL;
    uint64_t values = 0;
    config.compression = 20 + fuzz_byte(&input) % 40;
    FUZZ_CHECK(drift_tdigest_create(&config, &digest, NULL) == DRIFT_OK);
    FUZZ_CHECK(drift_tdigest_create(&config, &other, NULL) == DRIFT_OK);
    for (uint8_t n = fuzz_byte(&input); n > 0 && fuzz_left(&input); n--, values++)
        FUZZ_CHECK(drift_tdigest_add(n % 3 ? digest : other, fuzz_double(&input)) == DRIFT_OK);
    FUZZ_CHECK(drift_tdigest_merge(digest, other) == DRIFT_OK);
    FUZZ_CHECK(drift_tdigest_count(digest) + drift_tdigest_missing(digest) +
                   drift_tdigest_infinite(digest) ==
               values);
    ask(digest);
    drift_buffer *bytes = fuzz_buffer(), *damaged = fuzz_buffer();
    FUZZ_CHECK(drift_tdigest_serialize(digest, bytes) == DRIFT_OK);
    drift_tdigest *same = read_back(bytes);
    FUZZ_CHECK(same && drift_tdigest_count(same) == drift_tdigest_count(digest));
    fuzz_damage(damaged, (const char *)drift_buffer_data(bytes), bytes, &input);
    drift_tdigest *strange = read_back(damaged);
    if (strange) {
        ask(strange);
        drift_tdigest_merge(strange, digest);
        ask(strange);
    }
    drift_tdigest_destroy(strange);
    drift_tdigest_destroy(same);
    drift_tdigest_destroy(other);
    drift_tdigest_destroy(digest);
    drift_buffer_destroy(bytes);
    drift_buffer_destroy(damaged);
    return 0;
}
