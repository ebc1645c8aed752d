/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_evidence.c: evidence against any reference, by rows and by counts: how calls are split makes no
 * difference, bytes go on where the state was, and damaged bytes are refused or usable.
 */
#include <math.h>
#include <string.h>

#include "fuzz_support.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST_PLACES = 40, MOST_ROWS = 600 };

static drift_evidence *create(fuzz_input *input)
{
    uint64_t counts[MOST_PLACES];
    uint8_t single[MOST_PLACES];
    double start[MOST_PLACES];
    drift_evidence_config config = DRIFT_EVIDENCE_CONFIG_INIT;
    size_t n = fuzz_byte(input) % (MOST_PLACES + 1);
    const uint8_t how = fuzz_byte(input);
    config.kind = how % 3;
    config.alpha = how & 4 ? 0.05 : 0;
    config.run_length = how & 8 ? 1000 : 0;
    config.stride = how & 16 ? 3 : 0;
    config.block_rows = fuzz_byte(input);
    config.seed = fuzz_byte(input);
    for (size_t p = 0; p < n; p++) {
        uint8_t byte = fuzz_byte(input);
        counts[p] = byte == 255 ? fuzz_number(input) : byte % 32 * (uint64_t)(byte / 32) * 16;
        single[p] = byte % 2;
        start[p] = byte == 254 ? fuzz_double(input) : 0.5 + byte;
    }
    drift_evidence *evidence = NULL;
    if (how & 32)
        drift_evidence_create(start, n, &config, &evidence, NULL);
    else
        drift_evidence_create_from_counts(counts, how & 64 ? single : NULL, n, &config, &evidence,
                                          NULL);
    return evidence;
}

static drift_evidence *again(const drift_evidence *evidence, drift_buffer *bytes)
{
    drift_evidence *other = NULL;
    drift_buffer_reset(bytes);
    FUZZ_CHECK(drift_evidence_serialize(evidence, bytes) == DRIFT_OK);
    FUZZ_CHECK(drift_evidence_deserialize(drift_buffer_data(bytes), drift_buffer_size(bytes), NULL,
                                          &other, NULL) == DRIFT_OK);
    return other;
}

static void check(const drift_evidence *evidence)
{
    drift_evidence_result result;
    drift_evidence_get(evidence, &result);
    FUZZ_CHECK(!isnan(result.log_wealth) && !isnan(result.log_largest));
    FUZZ_CHECK(result.p_value >= 0 && result.p_value <= 1);
    FUZZ_CHECK(result.alarm_row <= result.rows && result.change_row <= result.rows + 1);
}

static void expect_same(const drift_evidence *left, const drift_evidence *right)
{
    drift_evidence_result a, b;
    drift_evidence_get(left, &a);
    drift_evidence_get(right, &b);
    FUZZ_CHECK(!memcmp(&a, &b, sizeof a));
}

/* Rows at once and in parts, of which one is read back from bytes; then the same counts. */
static drift_evidence *feed(drift_evidence *evidence, drift_buffer *bytes, fuzz_input *input)
{
    static uint32_t rows[MOST_ROWS];
    uint64_t counts[MOST_PLACES] = {0};
    size_t n = 0, places = drift_evidence_places(evidence);
    while (n < MOST_ROWS && fuzz_left(input) > 64) {
        uint8_t byte = fuzz_byte(input);
        for (unsigned k = 0; k < 1 + byte / 32u && n < MOST_ROWS; k++)
            rows[n++] = byte % (uint32_t)places;
    }
    drift_evidence *other = again(evidence, bytes);
    size_t part = n ? fuzz_byte(input) % n : 0;
    FUZZ_CHECK(drift_evidence_update(evidence, rows, n) == DRIFT_OK);
    FUZZ_CHECK(drift_evidence_update(other, rows, part) == DRIFT_OK);
    drift_evidence *read = again(other, bytes);
    drift_evidence_destroy(other);
    FUZZ_CHECK(drift_evidence_update(read, rows + part, n - part) == DRIFT_OK);
    expect_same(evidence, read);
    drift_evidence_destroy(read);
    for (size_t p = 0; p < places; p++)
        counts[p] = fuzz_byte(input) == 255 ? fuzz_number(input) >> 12 : fuzz_byte(input);
    (void)drift_evidence_update_counts(evidence, counts);
    check(evidence);
    return evidence;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_input input = {data, data + size};
    drift_evidence *evidence = create(&input), *damaged = NULL;
    if (!evidence || drift_evidence_places(evidence) > MOST_PLACES) {
        drift_evidence_destroy(evidence);
        return 0;
    }
    drift_buffer *bytes = fuzz_buffer(), *changed = fuzz_buffer();
    evidence = feed(evidence, bytes, &input);
    FUZZ_CHECK(drift_evidence_look(evidence) == DRIFT_OK);
    check(evidence);
    drift_evidence_destroy(again(evidence, bytes));
    fuzz_damage(changed, "DRev", bytes, &input);
    if (!drift_evidence_deserialize(drift_buffer_data(changed), drift_buffer_size(changed), NULL,
                                    &damaged, NULL)) {
        uint32_t row = (uint32_t)drift_evidence_places(damaged) - 1;
        for (int i = 0; i < 100; i++)
            (void)drift_evidence_update(damaged, &row, 1);
        (void)drift_evidence_look(damaged);
        FUZZ_CHECK(drift_evidence_serialize(damaged, bytes) == DRIFT_OK);
        drift_evidence_destroy(damaged);
    }
    drift_evidence_destroy(evidence);
    drift_buffer_destroy(changed);
    drift_buffer_destroy(bytes);
    return 0;
}
