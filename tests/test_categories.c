/* SPDX-License-Identifier: Apache-2.0
 *
 * test_categories.c: counts of names that do not depend on order, on splits
 * or on merges (drift/categories.h).
 */
#include <drift/categories.h>
#include <stdio.h>

#include "core/hash.h"
#include "damage.h"

static drift_categories *categories_of(uint32_t capacity, uint64_t seed,
                                       const drift_allocator *allocator)
{
    drift_categories_config config = DRIFT_CATEGORIES_CONFIG_INIT;
    config.capacity = capacity;
    config.seed = seed;
    config.allocator = allocator;
    drift_categories *categories = NULL;
    ck_assert_int_eq(drift_categories_create(&config, &categories, NULL), DRIFT_OK);
    return categories;
}

static void count(drift_categories *categories, const char *name, uint64_t n)
{
    ck_assert_int_eq(drift_categories_update(categories, name, strlen(name), n), DRIFT_OK);
}

static drift_buffer *bytes_of(const drift_categories *categories)
{
    drift_buffer *bytes = NULL;
    ck_assert_int_eq(drift_buffer_create(NULL, &bytes), DRIFT_OK);
    ck_assert_int_eq(drift_categories_serialize(categories, bytes), DRIFT_OK);
    return bytes;
}

static void expect_same(const drift_categories *a, const drift_categories *b)
{
    drift_buffer *x = bytes_of(a), *y = bytes_of(b);
    ck_assert(same_bytes(x, y));
    drift_buffer_destroy(x);
    drift_buffer_destroy(y);
}

/* The names come in the order of their bytes, and everything adds up. */
static void expect_conserved(const drift_categories *categories, uint64_t total)
{
    uint64_t sum = drift_categories_other(categories);
    drift_category before = {NULL, 0, 0, 0, 0};
    for (size_t i = 0; i < drift_categories_size(categories); i++) {
        drift_category category;
        uint64_t found;
        ck_assert_int_eq(drift_categories_get(categories, i, &category), DRIFT_OK);
        sum += category.count;
        if (before.name) {
            size_t common = before.length < category.length ? before.length : category.length;
            int order = memcmp(before.name, category.name, common);
            ck_assert(order < 0 || (order == 0 && before.length < category.length));
        }
        ck_assert_int_eq(drift_categories_count(categories, category.name, category.length, &found),
                         DRIFT_OK);
        ck_assert_uint_eq(found, category.count);
        before = category;
    }
    ck_assert_uint_eq(sum, total);
    ck_assert_uint_eq(drift_categories_total(categories), total);
}

START_TEST(categories_hold_any_name)
{
    drift_categories *categories = categories_of(0, 1, NULL);
    size_t long_length = 1000000;
    char *long_name = malloc(long_length);
    memset(long_name, 'x', long_length);
    uint64_t found = 0;
    for (int i = 0; i < 3; i++) {
        count(categories, "", 1);
        ck_assert_int_eq(drift_categories_update(categories, NULL, 0, 1), DRIFT_OK);
        ck_assert_int_eq(drift_categories_update(categories, "a\0b", 3, 1), DRIFT_OK);
        ck_assert_int_eq(drift_categories_update(categories, "a\0c", 3, 1), DRIFT_OK);
        ck_assert_int_eq(drift_categories_update(categories, "a", 1, 1), DRIFT_OK);
        ck_assert_int_eq(drift_categories_update(categories, "\xff\xfe", 2, 1), DRIFT_OK);
        ck_assert_int_eq(drift_categories_update(categories, long_name, long_length, 1), DRIFT_OK);
    }
    expect_conserved(categories, 21);
    ck_assert_uint_eq(drift_categories_size(categories), 6);
    ck_assert(!drift_categories_count(categories, "", 0, &found) && found == 6);
    ck_assert(!drift_categories_count(categories, "a\0c", 3, &found) && found == 3);
    ck_assert_int_eq(drift_categories_count(categories, "b", 1, &found), DRIFT_ERR_NOT_FOUND);
    drift_category category;
    ck_assert_int_eq(drift_categories_get(categories, 6, &category), DRIFT_ERR_NOT_FOUND);
    ck_assert_int_eq(drift_categories_get(categories, 4, &category), DRIFT_OK);
    ck_assert(category.length == long_length && category.name[long_length] == '\0');
    count(categories, "nothing", 0);
    ck_assert_uint_eq(drift_categories_size(categories), 6);
    drift_categories_reset(categories);
    ck_assert_uint_eq(drift_categories_size(categories), 0);
    count(categories, "again", 2);
    expect_conserved(categories, 2);
    free(long_name);
    drift_categories_destroy(categories);
    drift_categories_destroy(NULL);
}
END_TEST

enum { STREAM = 4000, DISTINCT = 700 };

static void count_number(drift_categories *categories, uint64_t i)
{
    char name[32];
    snprintf(name, sizeof name, "name %u", (unsigned)(drift__mix(i) % DISTINCT));
    count(categories, name, 1 + i % 3);
}

static void pin_some(drift_categories *categories)
{
    ck_assert_int_eq(drift_categories_pin(categories, "name 3", 6), DRIFT_OK);
    ck_assert_int_eq(drift_categories_pin(categories, "never met", 9), DRIFT_OK);
    ck_assert_int_eq(drift_categories_pin(categories, "name 3", 6), DRIFT_OK);
}

/* Any order, any split, any order of merging: the same bytes; kept counts are exact. */
START_TEST(categories_forget_order_and_splits)
{
    static const uint32_t capacities[] = {1, 2, 50, 699, 700, 5000};
    for (size_t c = 0; c < sizeof capacities / sizeof *capacities; c++) {
        drift_categories *whole = categories_of(capacities[c], 99, NULL);
        uint64_t exact[DISTINCT] = {0}, total = 0;
        pin_some(whole);
        for (uint64_t i = 0; i < STREAM; i++) {
            count_number(whole, i);
            exact[drift__mix(i) % DISTINCT] += 1 + i % 3;
            total += 1 + i % 3;
        }
        expect_conserved(whole, total);
        for (size_t i = 0; i < drift_categories_size(whole); i++) {
            drift_category category;
            unsigned number;
            ck_assert_int_eq(drift_categories_get(whole, i, &category), DRIFT_OK);
            if (sscanf(category.name, "name %u", &number) == 1)
                ck_assert_uint_eq(category.count, exact[number]);
            else
                ck_assert(category.count == 0 && category.pinned);
        }
        for (uint64_t round = 0; round < 12; round++) {
            drift_categories *parts[5];
            for (int p = 0; p < 5; p++) {
                parts[p] = categories_of(capacities[c], 99, NULL);
                pin_some(parts[p]);
            }
            for (uint64_t k = 0; k < STREAM; k++) {
                /* 1,999 and 4,000 have no common factor: another order of the same stream. */
                uint64_t i = round % 2 ? k * 1999 % STREAM : STREAM - 1 - k;
                count_number(parts[drift__mix(i ^ round << 32) % (1 + round % 5)], i);
            }
            /* A chain from either end, then the pair. */
            ck_assert_int_eq(drift_categories_merge(parts[1], parts[0]), DRIFT_OK);
            ck_assert_int_eq(drift_categories_merge(parts[3], parts[4]), DRIFT_OK);
            ck_assert_int_eq(drift_categories_merge(parts[3], parts[2]), DRIFT_OK);
            ck_assert_int_eq(drift_categories_merge(parts[1], parts[3]), DRIFT_OK);
            expect_same(whole, parts[1]);
            for (int p = 0; p < 5; p++)
                drift_categories_destroy(parts[p]);
        }
        drift_categories_destroy(whole);
    }
}
END_TEST

/* Which names stay is part of the format: sketches of other machines must choose the same. */
START_TEST(categories_keep_the_smallest_hashes)
{
    enum { KEPT = 10, ALL = 200 };
    const uint64_t key[2] = {12345, 0x63617465676f7279};
    drift_categories *categories = categories_of(KEPT, key[0], NULL);
    char names[ALL][8];
    uint64_t found;
    for (unsigned i = 0; i < ALL; i++) {
        snprintf(names[i], sizeof names[i], "n%u", i);
        count(categories, names[i], 1);
    }
    for (unsigned i = 0; i < ALL; i++) {
        size_t length = strlen(names[i]), smaller = 0;
        uint64_t hash = drift__siphash(1, 3, key, names[i], length);
        for (unsigned j = 0; j < ALL; j++)
            smaller += drift__siphash(1, 3, key, names[j], strlen(names[j])) < hash;
        ck_assert_int_eq(drift_categories_count(categories, names[i], length, &found),
                         smaller < KEPT ? DRIFT_OK : DRIFT_ERR_NOT_FOUND);
    }
    drift_categories_destroy(categories);
}
END_TEST

START_TEST(categories_merge_refuses_strangers)
{
    drift_categories *a = categories_of(5, 1, NULL), *seed = categories_of(5, 2, NULL),
                     *capacity = categories_of(6, 1, NULL), *pinned = categories_of(5, 1, NULL);
    ck_assert_int_eq(drift_categories_pin(pinned, "x", 1), DRIFT_OK);
    count(a, "x", 1);
    ck_assert_int_eq(drift_categories_merge(a, seed), DRIFT_ERR_INCOMPATIBLE);
    ck_assert_int_eq(drift_categories_merge(a, capacity), DRIFT_ERR_INCOMPATIBLE);
    ck_assert_int_eq(drift_categories_merge(a, pinned), DRIFT_ERR_INCOMPATIBLE);
    ck_assert_int_eq(drift_categories_merge(pinned, a), DRIFT_ERR_INCOMPATIBLE);
    ck_assert_int_eq(drift_categories_pin(a, "y", 1), DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(drift_categories_merge(a, a), DRIFT_OK);
    expect_conserved(a, 2);
    drift_categories_destroy(a);
    drift_categories_destroy(seed);
    drift_categories_destroy(capacity);
    drift_categories_destroy(pinned);
}
END_TEST

START_TEST(categories_overflow_changes_nothing)
{
    drift_categories *a = categories_of(1, 1, NULL), *b = categories_of(1, 1, NULL);
    count(a, "x", UINT64_MAX - 1);
    count(a, "y", 1);
    drift_buffer *before = bytes_of(a);
    ck_assert_int_eq(drift_categories_update(a, "x", 1, 1), DRIFT_ERR_OVERFLOW);
    ck_assert_int_eq(drift_categories_update(a, "new", 3, UINT64_MAX), DRIFT_ERR_OVERFLOW);
    count(b, "z", 1);
    ck_assert_int_eq(drift_categories_merge(a, b), DRIFT_ERR_OVERFLOW);
    const int64_t offsets[2] = {0, 1};
    ck_assert_int_eq(drift_categories_update_batch(a, "x", offsets, 1), DRIFT_ERR_OVERFLOW);
    drift_buffer *after = bytes_of(a);
    ck_assert(same_bytes(before, after));
    drift_buffer_destroy(before);
    drift_buffer_destroy(after);
    drift_categories_destroy(a);
    drift_categories_destroy(b);
}
END_TEST

START_TEST(categories_batch_counts_or_leaves)
{
    const char bytes[] = "redgreenred";
    const int64_t offsets[5] = {0, 3, 8, 8, 11}, falling[4] = {0, 3, 2, 11}, negative[2] = {-1, 3};
    drift_categories *categories = categories_of(0, 0, NULL);
    uint64_t found;
    ck_assert_int_eq(drift_categories_update_batch(categories, bytes, offsets, 4), DRIFT_OK);
    expect_conserved(categories, 4);
    ck_assert(!drift_categories_count(categories, "red", 3, &found) && found == 2);
    ck_assert(!drift_categories_count(categories, "", 0, &found) && found == 1);
    ck_assert_int_eq(drift_categories_update_batch(categories, bytes, falling, 3),
                     DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(drift_categories_update_batch(categories, bytes, negative, 1),
                     DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(drift_categories_update_batch(categories, NULL, offsets, 1),
                     DRIFT_ERR_INVALID_ARGUMENT);
    expect_conserved(categories, 4);
    drift_categories_destroy(categories);
}
END_TEST

/* At every allocation that can fail: an error, the target as it was, no block lost. */
START_TEST(categories_survive_lack_of_memory)
{
    scarce_memory scarce = {SIZE_MAX, 0};
    drift_allocator memory = scarce_allocator(&scarce);
    drift_categories *a = categories_of(20, 5, &memory), *b = categories_of(20, 5, NULL);
    for (uint64_t i = 0; i < 60; i++) {
        count_number(a, i);
        count_number(b, i + 1000);
    }
    drift_buffer *before = bytes_of(a);
    size_t steps = 0;
    for (;; steps++) {
        scarce.left = steps;
        drift_status status = drift_categories_merge(a, b);
        scarce.left = SIZE_MAX;
        if (!status)
            break;
        ck_assert_int_eq(status, DRIFT_ERR_OUT_OF_MEMORY);
        drift_buffer *after = bytes_of(a);
        ck_assert(same_bytes(before, after));
        drift_buffer_destroy(after);
    }
    ck_assert_uint_gt(steps, 10);
    drift_buffer_destroy(before);
    /* A known name needs no memory; a new one that finds none changes nothing. */
    drift_category known;
    ck_assert_int_eq(drift_categories_get(a, 0, &known), DRIFT_OK);
    before = bytes_of(a);
    scarce.left = 0;
    ck_assert_int_eq(drift_categories_update(a, known.name, known.length, 0), DRIFT_OK);
    for (uint64_t i = 0; i < 400; i++) {
        char name[32];
        snprintf(name, sizeof name, "new %u", (unsigned)i);
        uint64_t other = drift_categories_other(a), total = drift_categories_total(a);
        drift_status status = drift_categories_update(a, name, strlen(name), 1);
        ck_assert(status == DRIFT_ERR_OUT_OF_MEMORY
                      ? drift_categories_other(a) == other && drift_categories_total(a) == total
                      : drift_categories_other(a) == other + 1);
    }
    uint64_t total = drift_categories_total(a);
    ck_assert_int_eq(drift_categories_update(a, known.name, known.length, 5), DRIFT_OK);
    expect_conserved(a, total + 5);
    drift_buffer_destroy(before);
    drift_categories_destroy(a);
    drift_categories_destroy(b);
    ck_assert_int_eq(scarce.out, 0);
}
END_TEST

static drift_status open_categories(const void *bytes, size_t size)
{
    scarce_memory scarce = {SIZE_MAX, 0};
    drift_allocator memory = scarce_allocator(&scarce);
    drift_categories *categories = NULL;
    drift_status status = drift_categories_deserialize(bytes, size, &memory, &categories, NULL);
    ck_assert((status == DRIFT_OK) == (categories != NULL));
    drift_categories_destroy(categories);
    ck_assert_int_eq(scarce.out, 0);
    return status;
}

START_TEST(categories_bytes)
{
    drift_categories *categories = categories_of(4, 7, NULL), *back = NULL;
    pin_some(categories);
    drift_buffer *empty = bytes_of(categories);
    expect_damage_refused(open_categories, empty);
    for (uint64_t i = 0; i < 100; i++)
        count_number(categories, i);
    ck_assert_uint_gt(drift_categories_other(categories), 0);
    drift_buffer *bytes = bytes_of(categories);
    expect_damage_refused(open_categories, bytes);
    ck_assert_int_eq(drift_categories_deserialize(drift_buffer_data(bytes),
                                                  drift_buffer_size(bytes), NULL, &back, NULL),
                     DRIFT_OK);
    expect_same(categories, back);
    for (uint64_t i = 100; i < 300; i++) {
        count_number(categories, i);
        count_number(back, i);
    }
    expect_same(categories, back);
    drift_buffer_destroy(empty);
    drift_buffer_destroy(bytes);
    drift_categories_destroy(categories);
    drift_categories_destroy(back);
}
END_TEST

/* A right checksum over each single changed bit of the payload: refused, or a sound object. */
START_TEST(categories_survive_forged_bytes)
{
    static const uint64_t key[2] = {0x6c69626472696674ULL, 0x666f726d61742031ULL};
    drift_categories *categories = categories_of(4, 7, NULL);
    pin_some(categories);
    for (uint64_t i = 0; i < 100; i++)
        count_number(categories, i);
    drift_buffer *bytes = bytes_of(categories);
    size_t size = drift_buffer_size(bytes);
    uint8_t *copy = malloc(size);
    memcpy(copy, drift_buffer_data(bytes), size);
    for (size_t bit = 8 * 16; bit < 8 * (size - 8); bit++) {
        copy[bit / 8] ^= (uint8_t)(1u << (bit % 8));
        uint64_t seal = drift__siphash(2, 4, key, copy, size - 8);
        for (size_t i = 0; i < 8; i++)
            copy[size - 8 + i] = (uint8_t)(seal >> (8 * i));
        drift_categories *back = NULL;
        if (!drift_categories_deserialize(copy, size, NULL, &back, NULL)) {
            expect_conserved(back, drift_categories_total(back));
            drift_categories_update(back, "more", 4, 1);
            drift_categories_destroy(back);
        }
        copy[bit / 8] ^= (uint8_t)(1u << (bit % 8));
    }
    free(copy);
    drift_buffer_destroy(bytes);
    drift_categories_destroy(categories);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("categories");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, categories_hold_any_name);
    tcase_add_test(tests, categories_forget_order_and_splits);
    tcase_add_test(tests, categories_keep_the_smallest_hashes);
    tcase_add_test(tests, categories_merge_refuses_strangers);
    tcase_add_test(tests, categories_overflow_changes_nothing);
    tcase_add_test(tests, categories_batch_counts_or_leaves);
    tcase_add_test(tests, categories_survive_lack_of_memory);
    tcase_add_test(tests, categories_bytes);
    tcase_add_test(tests, categories_survive_forged_bytes);
    Suite *suite = suite_create("categories");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
