/* SPDX-License-Identifier: Apache-2.0
 *
 * test_bytes.c: what every object's bytes are made of: numbers, envelopes,
 * hashes, buffers, sorting, configurations (libdrift/core).
 */
#include <check.h>
#include <drift/base.h>
#include <drift/tdigest.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/buffer.h"
#include "core/bytes.h"
#include "core/error.h"
#include "core/hash.h"
#include "core/sha256.h"
#include "core/sort.h"

static drift_buffer *new_buffer(void)
{
    drift_buffer *buffer = NULL;
    ck_assert_int_eq(drift_buffer_create(NULL, &buffer), DRIFT_OK);
    return buffer;
}

static drift__byte_reader reader_of(const void *bytes, size_t size)
{
    return (drift__byte_reader){bytes, (const uint8_t *)bytes + size, 0};
}

START_TEST(numbers_are_little_endian)
{
    static const uint8_t expected[] = {0xab, 4, 3, 2, 1, 8, 7,    6,    5,    4, 3, 2,   1,
                                       0,    0, 0, 0, 0, 0, 0xf8, 0xbf, 0xac, 2, 2, 'h', 'i'};
    drift_buffer *buffer = new_buffer();
    drift__writer writer = {buffer, DRIFT_OK};
    drift__write_u8(&writer, 0xab);
    drift__write_u32(&writer, 0x01020304);
    drift__write_u64(&writer, 0x0102030405060708);
    drift__write_double(&writer, -1.5);
    drift__write_varint(&writer, 300);
    drift__write_string(&writer, "hi", 2);
    ck_assert_int_eq(writer.status, DRIFT_OK);
    ck_assert_uint_eq(drift_buffer_size(buffer), sizeof expected);
    ck_assert_mem_eq(drift_buffer_data(buffer), expected, sizeof expected);
    drift__byte_reader reader = reader_of(expected, sizeof expected);
    size_t length;
    ck_assert_uint_eq(drift__read_u8(&reader), 0xab);
    ck_assert_uint_eq(drift__read_u32(&reader), 0x01020304);
    ck_assert_uint_eq(drift__read_u64(&reader), 0x0102030405060708);
    ck_assert(drift__read_double(&reader) == -1.5);
    ck_assert_uint_eq(drift__read_varint(&reader), 300);
    ck_assert_mem_eq(drift__read_string(&reader, &length), "hi", 2);
    ck_assert(length == 2 && !reader.failed && !drift__read_left(&reader));
    drift_buffer_destroy(buffer);
}
END_TEST

START_TEST(varints_round_trip)
{
    for (unsigned bit = 0; bit < 64; bit++) {
        for (int delta = -1; delta <= 1; delta++) {
            uint64_t value = (UINT64_C(1) << bit) + (uint64_t)(int64_t)delta;
            drift_buffer *buffer = new_buffer();
            drift__writer writer = {buffer, DRIFT_OK};
            drift__write_varint(&writer, value);
            size_t size = drift_buffer_size(buffer);
            drift__byte_reader reader = reader_of(drift_buffer_data(buffer), size);
            ck_assert_uint_eq(drift__read_varint(&reader), value);
            ck_assert(!reader.failed && !drift__read_left(&reader));
            reader = reader_of(drift_buffer_data(buffer), size - 1);
            drift__read_varint(&reader);
            ck_assert(reader.failed);
            drift_buffer_destroy(buffer);
        }
    }
}
END_TEST

START_TEST(reader_stays_inside)
{
    static const uint8_t endless[11] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f};
    drift__byte_reader reader = reader_of(endless, sizeof endless);
    ck_assert_uint_eq(drift__read_varint(&reader), 0);
    ck_assert(reader.failed);
    reader = reader_of(endless, 7);
    ck_assert_uint_eq(drift__read_u64(&reader), 0);
    ck_assert(reader.failed);
    /* After the first failure nothing is read any more, even what is there. */
    ck_assert_uint_eq(drift__read_u8(&reader), 0);
    ck_assert_ptr_null(drift__read_bytes(&reader, 1));
    static const uint8_t too_long[3] = {200, 1, 'x'};
    reader = reader_of(too_long, sizeof too_long);
    size_t length = 9;
    ck_assert_ptr_null(drift__read_string(&reader, &length));
    ck_assert(reader.failed && length == 0);
}
END_TEST

START_TEST(envelope_refuses_any_damage)
{
    drift_buffer *buffer = new_buffer();
    drift__writer writer = {buffer, DRIFT_OK};
    ck_assert_int_eq(drift__buffer_text(buffer, "before"), DRIFT_OK);
    size_t begin = drift__envelope_begin(&writer, "TEST", 2);
    drift__write_string(&writer, "payload", 7);
    drift__envelope_end(&writer, begin);
    size_t size = drift_buffer_size(buffer) - 6;
    ck_assert_uint_eq(size, 16 + 8 + 8);
    uint8_t bytes[64];
    memcpy(bytes, (const uint8_t *)drift_buffer_data(buffer) + 6, size);
    drift__byte_reader payload;
    drift_error error;
    uint32_t version;
    ck_assert_int_eq(drift__envelope_open(bytes, size, "TEST", 2, "test", &version, &payload, NULL),
                     DRIFT_OK);
    ck_assert(version == 2 && drift__read_left(&payload) == 8);
    ck_assert_int_eq(
        drift__envelope_open(bytes, size, "TEST", 1, "test", &version, &payload, &error),
        DRIFT_ERR_UNSUPPORTED);
    ck_assert_str_eq(error.message, "test of format 2: this version reads up to format 1");
    ck_assert_int_eq(
        drift__envelope_open(bytes, size, "ELSE", 2, "test", &version, &payload, &error),
        DRIFT_ERR_CORRUPT);
    ck_assert_str_eq(error.message, "these bytes are not a test");
    for (size_t bit = 0; bit < 8 * size; bit++) {
        bytes[bit / 8] ^= (uint8_t)(1u << (bit % 8));
        drift_status status =
            drift__envelope_open(bytes, size, "TEST", 2, "test", &version, &payload, NULL);
        ck_assert(status == DRIFT_ERR_CORRUPT || status == DRIFT_ERR_UNSUPPORTED);
        bytes[bit / 8] ^= (uint8_t)(1u << (bit % 8));
    }
    for (size_t cut = 0; cut < size; cut++)
        ck_assert_int_eq(
            drift__envelope_open(bytes, cut, "TEST", 2, "test", &version, &payload, NULL),
            DRIFT_ERR_CORRUPT);
    drift_buffer_destroy(buffer);
}
END_TEST

/* The vectors of the authors' reference implementation: key 00..0f, message 00..(length - 1). */
START_TEST(siphash_vectors)
{
    static const uint64_t expected[9] = {
        0x726fdb47dd0e0e31, 0x74f839c593dc67fd, 0x0d6c8009d9a94f5a,
        0x85676696d7fb7e2d, 0xcf2794e0277187b7, 0x18765564cd99a68d,
        0xcbc9466e58fee3ce, 0xab0200f58b01d137, 0x93f5f5799a932462};
    const uint64_t key[2] = {0x0706050403020100, 0x0f0e0d0c0b0a0908};
    uint8_t message[16];
    for (unsigned i = 0; i < 16; i++)
        message[i] = (uint8_t)i;
    for (size_t length = 0; length < 9; length++)
        ck_assert_uint_eq(drift__siphash(2, 4, key, message, length), expected[length]);
    /* Appendix A of the paper. */
    ck_assert_uint_eq(drift__siphash(2, 4, key, message, 15), 0xa129ca6149be45e5);
    ck_assert_uint_eq(drift__siphash(1, 3, key, message, 0), 0xabac0158050fc4dc);
}
END_TEST

static void expect_sha256(const char *message, size_t repetitions, const char *expected)
{
    drift__sha256 hash;
    uint8_t digest[DRIFT__SHA256_SIZE];
    char text[2 * DRIFT__SHA256_SIZE + 1];
    drift__sha256_begin(&hash);
    for (size_t i = 0; i < repetitions; i++)
        drift__sha256_add(&hash, message, strlen(message));
    drift__sha256_end(&hash, digest);
    drift__sha256_text(text, digest);
    ck_assert_str_eq(text, expected);
}

/* The examples NIST publishes with FIPS 180-4, and the lengths around the padding's turn. */
START_TEST(sha256_vectors)
{
    expect_sha256("", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect_sha256("abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect_sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
                  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    expect_sha256("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
                  "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
                  1, "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
    expect_sha256("aaaaaaaaaa", 100000,
                  "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    expect_sha256("a", 55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318");
    expect_sha256("a", 63, "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34");
    expect_sha256("a", 64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb");
}
END_TEST

START_TEST(hash_mix_is_splitmix)
{
    /* The first outputs of SplitMix64 from seed 0. */
    ck_assert_uint_eq(drift__mix(0), 0xe220a8397b1dcdaf);
    ck_assert_uint_eq(drift__mix(0x9e3779b97f4a7c15), 0x6e789e6aa1b965f4);
}
END_TEST

START_TEST(sort_orders_keys)
{
    static const size_t sizes[] = {0, 1, 2, 47, 48, 49, 100, 5000};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        for (int shape = 0; shape < 5; shape++) {
            size_t n = sizes[s];
            int64_t *keys = malloc((n + 1) * sizeof *keys);
            int64_t *scratch = malloc((n + 1) * sizeof *scratch);
            uint64_t sum = 0, mixed = 0;
            for (size_t i = 0; i < n; i++) {
                uint64_t random = drift__mix(i * 7 + (uint64_t)shape);
                keys[i] = shape == 0   ? (int64_t)random
                          : shape == 1 ? 5
                          : shape == 2 ? -(int64_t)i
                          : shape == 3 ? (int64_t)(random % 3) - 1
                                       : (i % 2 ? INT64_MIN : INT64_MAX);
                sum += (uint64_t)keys[i];
                mixed += drift__mix((uint64_t)keys[i]);
            }
            drift__sort_keys(keys, n, scratch);
            for (size_t i = 0; i < n; i++) {
                ck_assert(!i || keys[i - 1] <= keys[i]);
                sum -= (uint64_t)keys[i];
                mixed -= drift__mix((uint64_t)keys[i]);
            }
            ck_assert(sum == 0 && mixed == 0); /* the same keys as before */
            free(keys);
            free(scratch);
        }
    }
}
END_TEST

START_TEST(buffer_grows_and_truncates)
{
    drift_buffer *buffer = new_buffer();
    ck_assert_uint_eq(drift_buffer_size(buffer), 0);
    ck_assert_str_eq(drift_buffer_data(buffer), "");
    for (int i = 0; i < 1000; i++)
        ck_assert_int_eq(drift__buffer_printf(buffer, "%03d;", i), DRIFT_OK);
    ck_assert_uint_eq(drift_buffer_size(buffer), 4000);
    ck_assert_str_eq((const char *)drift_buffer_data(buffer) + 3996, "999;");
    drift__buffer_truncate(buffer, 8);
    ck_assert_str_eq(drift_buffer_data(buffer), "000;001;");
    drift_buffer_reset(buffer);
    ck_assert_uint_eq(drift_buffer_size(buffer), 0);
    ck_assert_int_eq(drift_buffer_append(buffer, NULL, 1), DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(drift_buffer_append(buffer, "a\0b", 3), DRIFT_OK);
    ck_assert_mem_eq(drift_buffer_data(buffer), "a\0b", 4);
    drift_buffer_destroy(buffer);
    drift_buffer_destroy(NULL);
}
END_TEST

START_TEST(buffer_writes_whole_files)
{
    char directory[] = "drift-test-XXXXXX";
    ck_assert_ptr_nonnull(mkdtemp(directory));
    char path[64], missing[64];
    snprintf(path, sizeof path, "%s/file", directory);
    snprintf(missing, sizeof missing, "%s/no/file", directory);
    drift_buffer *buffer = new_buffer();
    drift_error error;
    drift__buffer_text(buffer, "first");
    ck_assert_int_eq(drift_buffer_write(buffer, path, &error), DRIFT_OK);
    drift__buffer_text(buffer, " second");
    ck_assert_int_eq(drift_buffer_write(buffer, path, &error), DRIFT_OK);
    struct stat status;
    ck_assert_int_eq(stat(path, &status), 0);
    ck_assert_int_eq((int)(status.st_mode & 0777), 0600);
    ck_assert_int_eq((int)status.st_size, 12);
    ck_assert_int_eq(drift_buffer_write(buffer, missing, &error), DRIFT_ERR_IO);
    ck_assert_ptr_nonnull(strstr(error.message, "cannot write"));
    ck_assert_int_eq(drift_buffer_write(buffer, directory, &error), DRIFT_ERR_IO);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(rmdir(directory), 0); /* nothing else was left in it */
    drift_buffer_destroy(buffer);
}
END_TEST

/* A configuration as an older and as a newer caller would pass it. */
START_TEST(config_of_any_age)
{
    struct newer {
        drift_tdigest_config known;
        uint64_t later;
    } newer = {DRIFT_TDIGEST_CONFIG_INIT, 0};
    drift_tdigest_config out = DRIFT_TDIGEST_CONFIG_INIT;
    drift_error error;
    out.compression = 70;
    ck_assert_int_eq(drift__config_copy(&out, NULL, sizeof out, &error), DRIFT_OK);
    ck_assert(out.compression == 70);
    newer.known.struct_size = sizeof newer;
    newer.known.compression = 50;
    ck_assert_int_eq(drift__config_copy(&out, &newer, sizeof out, &error), DRIFT_OK);
    ck_assert(out.compression == 50 && out.struct_size == sizeof out);
    newer.later = 1;
    ck_assert_int_eq(drift__config_copy(&out, &newer, sizeof out, &error), DRIFT_ERR_UNSUPPORTED);
    newer.known.struct_size = 8;
    newer.known.compression = 99;
    ck_assert_int_eq(drift__config_copy(&out, &newer, sizeof out, &error), DRIFT_OK);
    ck_assert(out.compression == 50);
    newer.known.struct_size = 0;
    ck_assert_int_eq(drift__config_copy(&out, &newer, sizeof out, &error),
                     DRIFT_ERR_INVALID_ARGUMENT);
}
END_TEST

START_TEST(error_is_one_line)
{
    drift_error error;
    char quoted[64];
    ck_assert_int_eq(drift__fail(&error, DRIFT_ERR_PARSE, "a\nb\x7f%d", 7), DRIFT_ERR_PARSE);
    ck_assert_str_eq(error.message, "a b 7");
    ck_assert_str_eq(drift__quote(quoted, "ab\n\xff", 4), "ab??");
    ck_assert_str_eq(drift__quote(quoted, "0123456789012345678901234567890123456789", 40),
                     "0123456789012345678901234567890123456789");
    ck_assert_str_eq(drift__quote(quoted, "0123456789012345678901234567890123456789x", 41),
                     "0123456789012345678901234567890123456789...");
    ck_assert_str_eq(drift_status_string((drift_status)-999), "unknown status");
    ck_assert_ptr_nonnull(strstr(drift_build_info(), "zstd"));
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("bytes");
    tcase_add_test(tests, numbers_are_little_endian);
    tcase_add_test(tests, varints_round_trip);
    tcase_add_test(tests, reader_stays_inside);
    tcase_add_test(tests, envelope_refuses_any_damage);
    tcase_add_test(tests, siphash_vectors);
    tcase_add_test(tests, sha256_vectors);
    tcase_add_test(tests, hash_mix_is_splitmix);
    tcase_add_test(tests, sort_orders_keys);
    tcase_add_test(tests, buffer_grows_and_truncates);
    tcase_add_test(tests, buffer_writes_whole_files);
    tcase_add_test(tests, config_of_any_age);
    tcase_add_test(tests, error_is_one_line);
    Suite *suite = suite_create("bytes");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
