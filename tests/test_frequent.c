/* SPDX-License-Identifier: Apache-2.0
 *
 * test_frequent.c: bounds of counts that hold for every stream, every split
 * and every merge (drift/frequent.h).
 */
#include <drift/frequent.h>
#include <math.h>
#include <stdio.h>

#include "core/hash.h"
#include "damage.h"

static drift_frequent *frequent_of(uint32_t capacity, const drift_allocator *allocator)
{
    drift_frequent_config config = DRIFT_FREQUENT_CONFIG_INIT;
    config.capacity = capacity;
    config.allocator = allocator;
    drift_frequent *frequent = NULL;
    ck_assert_int_eq(drift_frequent_create(&config, &frequent, NULL), DRIFT_OK);
    return frequent;
}

static drift_buffer *bytes_of(const drift_frequent *frequent)
{
    drift_buffer *bytes = NULL;
    ck_assert_int_eq(drift_buffer_create(NULL, &bytes), DRIFT_OK);
    ck_assert_int_eq(drift_frequent_serialize(frequent, bytes), DRIFT_OK);
    return bytes;
}

static void expect_same(const drift_frequent *a, const drift_frequent *b)
{
    drift_buffer *x = bytes_of(a), *y = bytes_of(b);
    ck_assert(same_bytes(x, y));
    drift_buffer_destroy(x);
    drift_buffer_destroy(y);
}

static drift_status count_number(drift_frequent *frequent, unsigned number, uint64_t count)
{
    char name[16];
    int length = snprintf(name, sizeof name, "name %u", number);
    return drift_frequent_update(frequent, name, (size_t)length, count);
}

/* In order, and not more uncertain than promised; the sum of the lower bounds. */
static uint64_t expect_sound(const drift_frequent *frequent)
{
    uint64_t sum = 0, error = drift_frequent_error(frequent);
    uint64_t capacity = drift_frequent_capacity(frequent);
    drift_frequent_name before = {NULL, 0, 0, 0};
    ck_assert_uint_le(drift_frequent_size(frequent), 2 * capacity);
    for (size_t i = 0; i < drift_frequent_size(frequent); i++) {
        drift_frequent_name name;
        uint64_t low, high;
        ck_assert_int_eq(drift_frequent_get(frequent, i, &name), DRIFT_OK);
        ck_assert(name.low > 0 && name.high - name.low == error);
        if (i && name.low == before.low) {
            size_t common = name.length < before.length ? name.length : before.length;
            int order = memcmp(before.name, name.name, common);
            ck_assert(order < 0 || (order == 0 && before.length < name.length));
        }
        ck_assert(!i || name.low <= before.low);
        ck_assert_int_eq(drift_frequent_count(frequent, name.name, name.length, &low, &high),
                         DRIFT_OK);
        ck_assert(low == name.low && high == name.high);
        sum += name.low;
        before = name;
    }
    ck_assert_uint_le(sum, drift_frequent_total(frequent));
    ck_assert_uint_le(error, (drift_frequent_total(frequent) - sum) / (capacity + 1));
    return sum;
}

enum { NUMBERS = 5000, STREAM = 60000, STREAMS = 7 };

typedef struct operation {
    unsigned number;
    uint64_t count;
} operation;

static double unit(uint64_t i)
{
    return ((double)(drift__mix(i) >> 11) + 0.5) * 0x1p-53;
}

/* Zipf twice, uniform, by turns, heavy last, heavy first, weights of every magnitude. */
static operation stream(int which, uint64_t i)
{
    switch (which) {
    case 0:
        return (operation){(unsigned)(pow(NUMBERS, unit(i)) - 1), 1};
    case 1:
        return (operation){(unsigned)fmin(pow(unit(i), -1 / 0.7) - 1, NUMBERS - 1), 1};
    case 2:
        return (operation){(unsigned)(unit(i) * NUMBERS), 1};
    case 3:
        return (operation){(unsigned)(i % NUMBERS), 1};
    case 4:
        return (operation){i < STREAM - STREAM / 50 ? (unsigned)(i % NUMBERS) : 7, 1};
    case 5:
        return (operation){i < STREAM / 50 ? 7 : (unsigned)(i % NUMBERS), 1};
    default:
        return (operation){(unsigned)(unit(i) * NUMBERS), (uint64_t)1 << (drift__mix(~i) % 40)};
    }
}

/* One assertion a thing: libcheck writes to its pipe at each. */
static void expect_bounds(const drift_frequent *frequent, const uint64_t *exact)
{
    uint64_t error = drift_frequent_error(frequent), total = 0;
    unsigned broken = 0;
    expect_sound(frequent);
    for (unsigned k = 0; k < NUMBERS; k++) {
        char name[16];
        uint64_t low = 1, high = 0;
        int length = snprintf(name, sizeof name, "name %u", k);
        drift_status status = drift_frequent_count(frequent, name, (size_t)length, &low, &high);
        broken += status || low > exact[k] || exact[k] > high || high - low != error;
        total += exact[k];
    }
    ck_assert_uint_eq(broken, 0);
    ck_assert_uint_eq(total, drift_frequent_total(frequent));
}

START_TEST(frequent_bounds_hold_for_every_stream)
{
    static const uint32_t capacities[] = {1, 2, 10, 300, 2500};
    for (int which = 0; which < STREAMS; which++)
        for (size_t c = 0; c < 5; c++) {
            uint64_t exact[NUMBERS] = {0}, failed = 0;
            drift_frequent *whole = frequent_of(capacities[c], NULL);
            for (uint64_t i = 0; i < STREAM; i++) {
                operation now = stream(which, i);
                failed += count_number(whole, now.number, now.count) != DRIFT_OK;
                exact[now.number] += now.count;
                if (i % 9973 == 0)
                    expect_bounds(whole, exact);
            }
            expect_bounds(whole, exact);
            ck_assert_uint_eq(failed, 0);
            ck_assert_uint_eq(drift_frequent_error(whole) == 0, capacities[c] == 2500);
            drift_frequent_destroy(whole);
        }
}
END_TEST

START_TEST(frequent_bounds_hold_for_every_merge)
{
    static const uint32_t capacities[] = {1, 3, 40, 500};
    enum { PARTS = 6 };
    for (int which = 0; which < STREAMS; which++)
        for (size_t c = 0; c < 4; c++) {
            uint64_t exact[NUMBERS] = {0};
            drift_frequent *parts[PARTS];
            for (size_t p = 0; p < PARTS; p++)
                parts[p] = frequent_of(capacities[c], NULL);
            for (uint64_t i = 0; i < STREAM; i++) {
                operation now = stream(which, i);
                size_t to = c % 2 ? i * PARTS / STREAM : drift__mix(i) % PARTS;
                count_number(parts[to], now.number, now.count);
                exact[now.number] += now.count;
            }
            for (size_t step = 1; step < PARTS; step *= 2) /* as a tree */
                for (size_t p = 0; p + step < PARTS; p += 2 * step)
                    ck_assert_int_eq(drift_frequent_merge(parts[p], parts[p + step]), DRIFT_OK);
            expect_bounds(parts[0], exact);
            for (size_t p = 0; p < PARTS; p++)
                drift_frequent_destroy(parts[p]);
        }
}
END_TEST

/* Few names: exact, the same bytes in any order; many: the same bytes for the same calls. */
START_TEST(frequent_is_exact_and_repeatable)
{
    drift_frequent *whole = frequent_of(50, NULL), *back = frequent_of(50, NULL), *parts[3];
    for (int p = 0; p < 3; p++)
        parts[p] = frequent_of(50, NULL);
    for (unsigned i = 0; i < 1000; i++) {
        count_number(whole, i % 100, 1 + i % 7);
        count_number(back, (999 - i) % 100, 1 + (999 - i) % 7);
        count_number(parts[drift__mix(i) % 3], i % 100, 1 + i % 7);
    }
    drift_frequent_merge(parts[2], parts[0]);
    drift_frequent_merge(parts[2], parts[1]);
    expect_same(whole, back);
    expect_same(whole, parts[2]);
    ck_assert_uint_eq(expect_sound(whole), drift_frequent_total(whole));
    drift_frequent_reset(whole);
    drift_frequent_reset(back);
    ck_assert_uint_eq(drift_frequent_size(whole), 0);
    for (uint64_t i = 0; i < 20000; i++) {
        operation now = stream(1, i);
        count_number(whole, now.number, now.count);
        count_number(back, now.number, now.count);
    }
    expect_same(whole, back);
    ck_assert_uint_gt(drift_frequent_error(whole), 0);
    for (int p = 0; p < 3; p++)
        drift_frequent_destroy(parts[p]);
    drift_frequent_destroy(whole);
    drift_frequent_destroy(back);
}
END_TEST

START_TEST(frequent_holds_any_name_and_refuses_nonsense)
{
    drift_frequent *a = frequent_of(0, NULL), *b = frequent_of(5, NULL), *none = NULL;
    drift_frequent_name name;
    drift_error error;
    uint64_t low = 9, high = 9;
    ck_assert_uint_eq(drift_frequent_capacity(a), 1024);
    ck_assert_int_eq(drift_frequent_update(a, "a\0b", 3, 2), DRIFT_OK);
    ck_assert_int_eq(drift_frequent_update(a, "a\0c", 3, 1), DRIFT_OK);
    ck_assert_int_eq(drift_frequent_update(a, "", 0, 1), DRIFT_OK);
    ck_assert_int_eq(drift_frequent_update(a, NULL, 0, 3), DRIFT_OK);
    ck_assert_int_eq(drift_frequent_update(a, "none", 4, 0), DRIFT_OK);
    ck_assert_int_eq(drift_frequent_update_batch(a, "xyy", (const int64_t[]){0, 1, 1, 2, 3}, 4),
                     DRIFT_OK);
    ck_assert_uint_eq(drift_frequent_size(a), 5);
    ck_assert_uint_eq(expect_sound(a), 11);
    ck_assert(!drift_frequent_get(a, 0, &name) && name.length == 0 && name.low == 5);
    ck_assert_int_eq(drift_frequent_get(a, 5, &name), DRIFT_ERR_NOT_FOUND);
    ck_assert(!drift_frequent_count(a, "nobody", 6, &low, &high) && low == 0 && high == 0);
    ck_assert_int_eq(drift_frequent_update(a, NULL, 1, 1), DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(drift_frequent_update_batch(a, "ab", (const int64_t[]){0, 2, 1}, 2),
                     DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(drift_frequent_merge(a, b), DRIFT_ERR_INCOMPATIBLE);
    ck_assert_int_eq(drift_frequent_merge(a, NULL), DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(drift_frequent_merge(a, a), DRIFT_OK);
    ck_assert_uint_eq(expect_sound(a), 22);
    uint64_t rest = (uint64_t)INT64_MAX - 22;
    ck_assert_int_eq(drift_frequent_update(a, "y", 1, rest + 1), DRIFT_ERR_OVERFLOW);
    ck_assert_int_eq(drift_frequent_update(a, "y", 1, UINT64_MAX), DRIFT_ERR_OVERFLOW);
    ck_assert_int_eq(drift_frequent_update(a, "y", 1, rest), DRIFT_OK);
    ck_assert_int_eq(drift_frequent_merge(a, a), DRIFT_ERR_OVERFLOW);
    ck_assert_uint_eq(expect_sound(a), (uint64_t)INT64_MAX);
    drift_frequent_config config = DRIFT_FREQUENT_CONFIG_INIT;
    config.capacity = (1 << 20) + 1;
    ck_assert_int_eq(drift_frequent_create(&config, &none, &error), DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_str_eq(error.message, "a capacity of 1048577 frequent names is more than 1048576");
    drift_frequent_destroy(a);
    drift_frequent_destroy(b);
    drift_frequent_destroy(NULL);
}
END_TEST

START_TEST(frequent_survives_lack_of_memory)
{
    scarce_memory scarce = {SIZE_MAX, 0};
    drift_allocator memory = scarce_allocator(&scarce);
    drift_frequent *other = frequent_of(8, NULL), *scant = frequent_of(8, &memory);
    for (unsigned i = 0; i < 300; i++) {
        drift_buffer *before = bytes_of(scant);
        uint64_t total = drift_frequent_total(scant);
        for (size_t left = 0;; left++) {
            scarce.left = left;
            drift_status status = count_number(scant, i % 37, 1 + i % 3);
            scarce.left = SIZE_MAX;
            if (!status)
                break;
            ck_assert_int_eq(status, DRIFT_ERR_OUT_OF_MEMORY);
            drift_buffer *after = bytes_of(scant);
            ck_assert(same_bytes(before, after));
            drift_buffer_destroy(after);
        }
        ck_assert_uint_eq(drift_frequent_total(scant), total + 1 + i % 3);
        count_number(other, i, 1);
        drift_buffer_destroy(before);
    }
    drift_buffer *before = bytes_of(scant);
    for (size_t left = 0;; left++) {
        scarce.left = left;
        drift_status status = drift_frequent_merge(scant, other);
        scarce.left = SIZE_MAX;
        if (!status)
            break;
        drift_buffer *after = bytes_of(scant);
        ck_assert(status == DRIFT_ERR_OUT_OF_MEMORY && same_bytes(before, after));
        drift_buffer_destroy(after);
    }
    expect_sound(scant);
    drift_buffer_destroy(before);
    drift_frequent_destroy(other);
    drift_frequent_destroy(scant);
    ck_assert_int_eq(scarce.out, 0);
}
END_TEST

static drift_status open_frequent(const void *bytes, size_t size)
{
    scarce_memory scarce = {SIZE_MAX, 0};
    drift_allocator memory = scarce_allocator(&scarce);
    drift_frequent *frequent = NULL;
    drift_error error = {{0}};
    drift_status status = drift_frequent_deserialize(bytes, size, &memory, &frequent, &error);
    ck_assert((status == DRIFT_OK) == (frequent != NULL));
    ck_assert((status == DRIFT_OK) == (error.message[0] == '\0'));
    drift_frequent_destroy(frequent);
    ck_assert_int_eq(scarce.out, 0);
    return status;
}

static drift_frequent *some_of(uint32_t capacity, uint64_t n)
{
    drift_frequent *frequent = frequent_of(capacity, NULL);
    for (uint64_t i = 0; i < n; i++) {
        operation now = stream(0, i);
        count_number(frequent, now.number, now.count);
    }
    return frequent;
}

START_TEST(frequent_bytes)
{
    for (uint64_t n = 0; n <= 2000; n = 5 * n + 1) {
        drift_frequent *frequent = some_of(6, n), *back = NULL;
        drift_buffer *bytes = bytes_of(frequent);
        expect_damage_refused(open_frequent, bytes);
        ck_assert_int_eq(drift_frequent_deserialize(drift_buffer_data(bytes),
                                                    drift_buffer_size(bytes), NULL, &back, NULL),
                         DRIFT_OK);
        expect_same(frequent, back);
        for (uint64_t i = n; i < n + 500; i++) {
            count_number(frequent, stream(2, i).number % 50, 2);
            count_number(back, stream(2, i).number % 50, 2);
        }
        expect_same(frequent, back);
        drift_buffer_destroy(bytes);
        drift_frequent_destroy(frequent);
        drift_frequent_destroy(back);
    }
}
END_TEST

/* A right checksum over each single changed bit of the payload: refused, or a sound object. */
START_TEST(frequent_survives_forged_bytes)
{
    static const uint64_t key[2] = {0x6c69626472696674ULL, 0x666f726d61742031ULL};
    for (uint64_t n = 5; n <= 5000; n *= 1000) {
        drift_frequent *frequent = some_of(6, n);
        drift_buffer *bytes = bytes_of(frequent);
        size_t size = drift_buffer_size(bytes);
        uint8_t *copy = malloc(size);
        memcpy(copy, drift_buffer_data(bytes), size);
        for (size_t bit = 8 * 16; bit < 8 * (size - 8); bit++) {
            copy[bit / 8] ^= (uint8_t)(1u << (bit % 8));
            uint64_t seal = drift__siphash(2, 4, key, copy, size - 8);
            for (size_t i = 0; i < 8; i++)
                copy[size - 8 + i] = (uint8_t)(seal >> (8 * i));
            drift_frequent *back = NULL;
            if (!drift_frequent_deserialize(copy, size, NULL, &back, NULL)) {
                expect_sound(back);
                for (unsigned i = 0; i < 40; i++)
                    count_number(back, i, 3);
                expect_sound(back);
                drift_frequent_destroy(back);
            }
            copy[bit / 8] ^= (uint8_t)(1u << (bit % 8));
        }
        free(copy);
        drift_buffer_destroy(bytes);
        drift_frequent_destroy(frequent);
    }
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("frequent");
    tcase_set_timeout(tests, 100);
    tcase_add_test(tests, frequent_bounds_hold_for_every_stream);
    tcase_add_test(tests, frequent_bounds_hold_for_every_merge);
    tcase_add_test(tests, frequent_is_exact_and_repeatable);
    tcase_add_test(tests, frequent_holds_any_name_and_refuses_nonsense);
    tcase_add_test(tests, frequent_survives_lack_of_memory);
    tcase_add_test(tests, frequent_bytes);
    tcase_add_test(tests, frequent_survives_forged_bytes);
    Suite *suite = suite_create("frequent");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
