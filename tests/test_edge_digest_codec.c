/* SPDX-License-Identifier: Apache-2.0
 *
 * test_edge_digest_codec.c: bytes of edge digests: the same however the values came, round trips,
 * damage (drift/edge_digest.h).
 */
#include "core/hash.h"
#include "edge_digest_fixture.h"

static drift_edge_digest *read_back(const drift_buffer *bytes)
{
    drift_edge_digest *digest = NULL;
    ck_assert_int_eq(drift_edge_digest_deserialize(drift_buffer_data(bytes),
                                                   drift_buffer_size(bytes), NULL, &digest, NULL),
                     DRIFT_OK);
    return digest;
}

START_TEST(edge_digest_questions_leave_no_trace)
{
    enum { N = 20000 };
    double values[N];
    fill(values, N, 6);
    drift_edge_digest *asked = digest_of(0, NULL, 0), *quiet = digest_of(0, values, N);
    for (size_t i = 0; i < N; i++) {
        ck_assert_int_eq(drift_edge_digest_add(asked, values[i]), DRIFT_OK);
        if (i % 997 == 0)
            quantile(asked, 0.5);
    }
    drift_buffer *a = bytes_of(asked), *b = bytes_of(quiet);
    ck_assert(same_bytes(a, b));
    drift_buffer_destroy(a);
    drift_buffer_destroy(b);
    drift_edge_digest_destroy(asked);
    drift_edge_digest_destroy(quiet);
}
END_TEST

/* However the values come, in whatever pieces, with what is no number among them: the same bytes. */
START_TEST(edge_digest_pieces_do_not_show)
{
    enum { N = 30000 };
    static double values[N];
    for (int shape = 0; shape < SHAPES; shape++) {
        fill(values, N, shape);
        values[N / 3] = values[N / 2] = (double)NAN;
        drift_edge_digest *at_once = digest_of(64, values, N), *singly = digest_of(64, NULL, 0);
        drift_edge_digest *pieces = digest_of(64, NULL, 0);
        for (size_t i = 0; i < N; i++)
            ck_assert_int_eq(drift_edge_digest_add(singly, values[i]), DRIFT_OK);
        for (size_t from = 0, step = 1; from < N; step = step * 5 % 7001) {
            size_t n = step < N - from ? step : N - from;
            ck_assert_int_eq(drift_edge_digest_update(pieces, values + from, n), DRIFT_OK);
            from += n;
        }
        drift_buffer *a = bytes_of(at_once), *b = bytes_of(singly), *c = bytes_of(pieces);
        ck_assert_msg(same_bytes(a, b) && same_bytes(a, c), "%s", shape_names[shape]);
        drift_buffer_destroy(a);
        drift_buffer_destroy(b);
        drift_buffer_destroy(c);
        drift_edge_digest_destroy(at_once);
        drift_edge_digest_destroy(singly);
        drift_edge_digest_destroy(pieces);
    }
}
END_TEST

/* What was read back goes on as the one that was written would have. */
START_TEST(edge_digest_bytes_round_trip)
{
    enum { N = 8 * 2048 };
    static double values[2 * N];
    for (int shape = 0; shape < SHAPES; shape++) {
        for (size_t n = 0; n <= N; n = n * 8 + 2048 * (n == 1) + (n == 0)) {
            fill(values, 2 * N, shape);
            drift_edge_digest *digest = digest_of(40, values, n);
            drift_buffer *bytes = bytes_of(digest);
            drift_edge_digest *back = read_back(bytes);
            drift_buffer *again = bytes_of(back);
            ck_assert(same_bytes(bytes, again));
            if (n)
                ck_assert(quantile(digest, 0.37) == quantile(back, 0.37));
            drift_buffer_destroy(bytes);
            drift_buffer_destroy(again);
            if (n % 2048 == 0) {
                ck_assert_int_eq(drift_edge_digest_update(digest, values + n, N), DRIFT_OK);
                ck_assert_int_eq(drift_edge_digest_update(back, values + n, N), DRIFT_OK);
                bytes = bytes_of(digest);
                again = bytes_of(back);
                ck_assert(same_bytes(bytes, again));
                drift_buffer_destroy(bytes);
                drift_buffer_destroy(again);
            }
            drift_edge_digest_destroy(digest);
            drift_edge_digest_destroy(back);
        }
    }
}
END_TEST

static drift_status open_edge_digest(const void *bytes, size_t size)
{
    drift_edge_digest *digest = NULL;
    drift_status status = drift_edge_digest_deserialize(bytes, size, NULL, &digest, NULL);
    ck_assert((status == DRIFT_OK) == (digest != NULL));
    drift_edge_digest_destroy(digest);
    return status;
}

START_TEST(edge_digest_refuses_damaged_bytes)
{
    double values[300];
    fill(values, 300, 0);
    drift_edge_digest *digest = digest_of(16, values, 300);
    drift_buffer *bytes = bytes_of(digest);
    expect_damage_refused(open_edge_digest, bytes);
    drift_buffer_destroy(bytes);
    drift_edge_digest_destroy(digest);
}
END_TEST

/* Whatever was read: bounds lie around the estimate, and never fall. */
static void check_forged_bounds(const drift_edge_digest *digest)
{
    double last[3] = {0, 0, 0}, now[3];
    for (double value = -8; value < 18; value += 0.05) {
        ck_assert_int_eq(drift_edge_digest_cdf(digest, value, &now[1], &now[0], &now[2]), DRIFT_OK);
        ck_assert(0 <= now[0] && now[0] <= now[1] && now[1] <= now[2] && now[2] <= 1);
        ck_assert(last[0] <= now[0] && last[1] <= now[1] && last[2] <= now[2]);
        memcpy(last, now, sizeof last);
    }
}

/* Damage under a right checksum: every bit of the payload, sealed again, is refused or harmless. */
START_TEST(edge_digest_survives_forged_bytes)
{
    static const uint64_t key[2] = {0x6c69626472696674ULL, 0x666f726d61742031ULL};
    double values[6000];
    fill(values, 6000, 14);
    drift_edge_digest *digest = digest_of(40, values, 6000);
    drift_buffer *bytes = bytes_of(digest);
    size_t size = drift_buffer_size(bytes), refused = 0;
    uint8_t *copy = malloc(size);
    memcpy(copy, drift_buffer_data(bytes), size);
    for (size_t bit = 8 * 16; bit < 8 * (size - 8); bit++) {
        copy[bit / 8] ^= (uint8_t)(1u << (bit % 8));
        uint64_t seal = drift__siphash(2, 4, key, copy, size - 8);
        for (int i = 0; i < 8; i++)
            copy[size - 8 + (size_t)i] = (uint8_t)(seal >> (8 * i));
        drift_edge_digest *back = NULL;
        if (drift_edge_digest_deserialize(copy, size, NULL, &back, NULL)) {
            refused++;
        } else {
            double previous = -INFINITY;
            for (int i = 0; i <= 20; i++) {
                double value = quantile(back, i / 20.0);
                ck_assert(value >= previous && isfinite(value));
                previous = value;
            }
            check_forged_bounds(back);
            ck_assert_int_eq(drift_edge_digest_update(back, values, 6000), DRIFT_OK);
            ck_assert_int_eq(drift_edge_digest_merge(back, digest), DRIFT_OK);
            drift_edge_digest_destroy(back);
        }
        copy[bit / 8] ^= (uint8_t)(1u << (bit % 8));
    }
    ck_assert_uint_gt(refused, 0);
    free(copy);
    drift_buffer_destroy(bytes);
    drift_edge_digest_destroy(digest);
}
END_TEST

/* All memory is taken by create: nothing after it can run out. */
START_TEST(edge_digest_needs_memory_only_at_first)
{
    scarce_memory scarce = {0, 0};
    drift_allocator memory = scarce_allocator(&scarce);
    drift_edge_digest_config config = DRIFT_EDGE_DIGEST_CONFIG_INIT;
    config.allocator = &memory;
    drift_edge_digest *digest = NULL;
    for (size_t blocks = 0; !digest; blocks++) {
        ck_assert_uint_lt(blocks, 16);
        ck_assert_int_eq(scarce.out, 0);
        scarce.left = blocks;
        drift_status status = drift_edge_digest_create(&config, &digest, NULL);
        ck_assert_int_eq(status, digest ? DRIFT_OK : DRIFT_ERR_OUT_OF_MEMORY);
    }
    scarce.left = 0;
    double values[10000];
    fill(values, 10000, 1);
    ck_assert_int_eq(drift_edge_digest_update(digest, values, 10000), DRIFT_OK);
    ck_assert_int_eq(drift_edge_digest_merge(digest, digest), DRIFT_OK);
    ck_assert(quantile(digest, 0.5) > 0);
    drift_edge_digest_destroy(digest);
    ck_assert_int_eq(scarce.out, 0);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("edge digest codec");
    tcase_set_timeout(tests, 100);
    tcase_add_test(tests, edge_digest_questions_leave_no_trace);
    tcase_add_test(tests, edge_digest_pieces_do_not_show);
    tcase_add_test(tests, edge_digest_bytes_round_trip);
    tcase_add_test(tests, edge_digest_refuses_damaged_bytes);
    tcase_add_test(tests, edge_digest_survives_forged_bytes);
    tcase_add_test(tests, edge_digest_needs_memory_only_at_first);
    Suite *suite = suite_create("edge digest codec");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
