/* SPDX-License-Identifier: Apache-2.0
 *
 * sort.c: least-significant-digit radix sort (Knuth, TAOCP 3, 5.2.5), 11 bits
 * a pass; a digit in which all keys agree costs no pass. Some hundred keys that
 * are spread evenly enough between their extremes go to as many buckets, and
 * are then all but in place.
 */
#include "core/sort.h"

#include <string.h>

enum { DIGIT_BITS = 11, DIGITS = 6, BUCKETS = 1 << DIGIT_BITS, SMALL = 24 };
/* Buckets for short runs, and how many keys one of them may take. */
enum { SHORT_BUCKETS = 1024, SHORT_FULL = 48 };

static void insertion_sort(int64_t *keys, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        int64_t key = keys[i];
        size_t at = i;
        for (; at && keys[at - 1] > key; at--)
            keys[at] = keys[at - 1];
        keys[at] = key;
    }
}

static size_t digit(int64_t key, unsigned pass)
{
    uint64_t ordered = (uint64_t)key ^ (1ULL << 63);
    return (size_t)(ordered >> (pass * DIGIT_BITS)) & (BUCKETS - 1);
}

/* 1 where the pass moved the keys to `to`, 0 where all agree in this digit. */
static int scatter(const int64_t *from, int64_t *to, size_t n, unsigned pass)
{
    size_t start[BUCKETS];
    memset(start, 0, sizeof start);
    for (size_t i = 0; i < n; i++)
        start[digit(from[i], pass)]++;
    if (start[digit(from[0], pass)] == n)
        return 0;
    size_t sum = 0;
    for (size_t b = 0; b < BUCKETS; b++) {
        size_t count = start[b];
        start[b] = sum;
        sum += count;
    }
    for (size_t i = 0; i < n; i++)
        to[start[digit(from[i], pass)]++] = from[i];
    return 1;
}

/* 1 where the keys rose or fell throughout; they rise now. */
static int straighten(int64_t *keys, size_t n)
{
    size_t i = 1;
    if (keys[0] <= keys[n - 1]) {
        while (i < n && keys[i - 1] <= keys[i])
            i++;
        return i == n;
    }
    while (i < n && keys[i - 1] >= keys[i])
        i++;
    if (i < n)
        return 0;
    for (size_t k = 0; k < n / 2; k++) {
        int64_t swapped = keys[k];
        keys[k] = keys[n - 1 - k];
        keys[n - 1 - k] = swapped;
    }
    return 1;
}

/* 0, with nothing done, where a bucket would take too many. */
static int sort_short(int64_t *keys, size_t n, int64_t *scratch)
{
    uint16_t start[SHORT_BUCKETS + 1] = {0};
    int64_t low = keys[0], high = keys[0];
    for (size_t i = 1; i < n; i++) {
        low = keys[i] < low ? keys[i] : low;
        high = keys[i] > high ? keys[i] : high;
    }
    uint64_t span = (uint64_t)high - (uint64_t)low;
    unsigned shift = 0, full = 0, sum = 0;
    while (span >> shift >= n)
        shift++;
    for (size_t i = 0; i < n; i++)
        start[((uint64_t)keys[i] - (uint64_t)low) >> shift]++;
    for (size_t b = 0; b <= span >> shift; b++) {
        unsigned count = start[b];
        start[b] = (uint16_t)sum;
        sum += count;
        full = count > full ? count : full;
    }
    if (full > SHORT_FULL)
        return 0;
    for (size_t i = 0; i < n; i++)
        scratch[start[((uint64_t)keys[i] - (uint64_t)low) >> shift]++] = keys[i];
    insertion_sort(scratch, n);
    memcpy(keys, scratch, n * sizeof *keys);
    return 1;
}

void drift__sort_keys(int64_t *keys, size_t n, int64_t *scratch)
{
    if (n <= SMALL) {
        insertion_sort(keys, n);
        return;
    }
    if (straighten(keys, n) || (n <= SHORT_BUCKETS && sort_short(keys, n, scratch)))
        return;
    int64_t *from = keys, *to = scratch;
    for (unsigned pass = 0; pass < DIGITS; pass++)
        if (scatter(from, to, n, pass)) {
            int64_t *swapped = from;
            from = to;
            to = swapped;
        }
    if (from != keys)
        memcpy(keys, from, n * sizeof *keys);
}
