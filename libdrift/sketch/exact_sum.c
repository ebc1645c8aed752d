/* SPDX-License-Identifier: Apache-2.0
 *
 * exact_sum.c: fixed-point accumulators of 32-bit chunks. Chunk i has weight
 * 2^(32 i + LOWEST). Between propagations a chunk takes in less than 2^33 an
 * addition, so 2^29 of them fit into its 64 bits.
 */
#include "sketch/exact_sum.h"

#include <math.h>
#include <string.h>

#include "kernels/kernels.h"

enum {
    SUM_LOWEST = -1074, /* 2^-1074 is the smallest double */
    SQUARE_LOWEST = -2148,
    FRACTION_BITS = 52,
    UNITS_CHUNKS = 5,      /* that 126 bits, shifted by up to 31, reach */
    FEWEST_FOR_PARTS = 64, /* below, adding up the parts costs more than adding the values */
    LEAST_EXPONENT = -300, /* between these no square and no error of one leaves the range */
    MOST_EXPONENT = 500
};
#define PENDING_LIMIT (UINT64_C(1) << 29)

__extension__ typedef unsigned __int128 uint128;

/* What both kinds of sum are. */
typedef struct accumulator {
    int64_t *chunks;
    uint64_t *pending;
    int32_t *used;
    int n;
} accumulator;

static accumulator of_values(drift__exact_sum *sum)
{
    return (accumulator){sum->chunks, &sum->pending, sum->used, DRIFT__SUM_CHUNKS};
}

static accumulator of_squares(drift__exact_square_sum *sum)
{
    return (accumulator){sum->chunks, &sum->pending, sum->used, DRIFT__SQUARE_CHUNKS};
}

/* Chunks first .. end - 1 are in use too. */
static void use(int32_t used[2], int first, int end)
{
    if (!used[1] || first < used[0])
        used[0] = first;
    if (end > used[1])
        used[1] = end;
}

/* Bring every chunk but the last into 0 .. 2^32 - 1; the last one carries the sign. */
static void propagate(int64_t *chunks, int n)
{
    for (int i = 0; i + 1 < n; i++) {
        int64_t carry = chunks[i] >> 32;
        chunks[i] -= carry * (INT64_C(1) << 32);
        chunks[i + 1] += carry;
    }
}

/* value = mantissa * 2^(position + SUM_LOWEST) */
static uint64_t split(double value, int *out_position, int *out_negative)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    unsigned exponent = (unsigned)(bits >> FRACTION_BITS) & 0x7ff;
    uint64_t mantissa = bits & ((UINT64_C(1) << FRACTION_BITS) - 1);
    if (exponent)
        mantissa |= UINT64_C(1) << FRACTION_BITS;
    *out_position = exponent ? (int)exponent - 1 : 0;
    *out_negative = (int)(bits >> 63);
    return mantissa;
}

static void add_magnitude(int64_t *chunks, int32_t used[2], uint128 magnitude, int position,
                          int negative)
{
    int chunk = position / 32, shift = position % 32;
    /* Up to 106 + 31 bits: the lowest 32 leave first, so that the shift cannot lose any. */
    uint64_t low = (uint64_t)(magnitude & 0xffffffffU) << shift;
    uint128 rest = ((magnitude >> 32) << shift) + (low >> 32);
    int64_t part = (int64_t)(low & 0xffffffffU);
    chunks[chunk] += negative ? -part : part;
    int i = chunk + 1;
    for (; rest; i++, rest >>= 32) {
        part = (int64_t)(uint64_t)(rest & 0xffffffffU);
        chunks[i] += negative ? -part : part;
    }
    use(used, chunk, i);
}

/* Carry where another `n` additions could outgrow a chunk. */
static void expect(accumulator sum, unsigned n)
{
    *sum.pending += n;
    if (*sum.pending < PENDING_LIMIT)
        return;
    propagate(sum.chunks, sum.n);
    sum.used[1] = sum.n; /* a sign goes through all of them */
    *sum.pending = n;
}

static void reset(accumulator sum)
{
    memset(sum.chunks + sum.used[0], 0, (size_t)(sum.used[1] - sum.used[0]) * sizeof *sum.chunks);
    *sum.pending = 0;
    sum.used[0] = sum.used[1] = 0;
}

void drift__exact_sum_reset(drift__exact_sum *sum)
{
    reset(of_values(sum));
}

void drift__exact_square_sum_reset(drift__exact_square_sum *sum)
{
    reset(of_squares(sum));
}

void drift__exact_sum_add(drift__exact_sum *sum, const double *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int position, negative;
        uint64_t mantissa = split(values[i], &position, &negative);
        expect(of_values(sum), 1);
        add_magnitude(sum->chunks, sum->used, mantissa, position, negative);
    }
}

void drift__exact_square_sum_add(drift__exact_square_sum *sum, const double *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int position, negative;
        uint64_t mantissa = split(values[i], &position, &negative);
        expect(of_squares(sum), 1);
        add_magnitude(sum->chunks, sum->used, (uint128)mantissa * mantissa, 2 * position, 0);
    }
}

/* Add `units` of 2^position, below 2^126 in size. */
static void add_units(int64_t *chunks, int32_t used[2], drift__wide units, int position)
{
    int chunk = position / 32, shift = position % 32;
    uint64_t low = ((uint64_t)units & 0xffffffffU) << shift;
    drift__wide rest = (units >> 32) * (INT64_C(1) << shift) + (int64_t)(low >> 32);
    chunks[chunk] += (int64_t)(low & 0xffffffffU);
    for (int i = 1; i < UNITS_CHUNKS - 1; i++, rest >>= 32)
        chunks[chunk + i] += (int64_t)((uint64_t)rest & 0xffffffffU);
    chunks[chunk + UNITS_CHUNKS - 1] += (int64_t)rest;
    use(used, chunk, chunk + UNITS_CHUNKS);
}

static void add_parts(drift__exact_sum *sum, drift__exact_square_sum *squares,
                      const drift__partial_sums *parts, int exponent)
{
    int unit = exponent - DRIFT__SUM_UNIT;
    expect(of_values(sum), 1);
    add_units(sum->chunks, sum->used, parts->values, unit - SUM_LOWEST);
    for (int k = 0; k < 2; k++) {
        unit += k ? -DRIFT__SUM_UNIT : exponent;
        expect(of_squares(squares), 1);
        add_units(squares->chunks, squares->used, parts->squares[k], unit - SQUARE_LOWEST);
    }
}

static void add_singly(drift__exact_sum *sum, drift__exact_square_sum *squares,
                       const double *values, size_t n)
{
    drift__exact_sum_add(sum, values, n);
    drift__exact_square_sum_add(squares, values, n);
}

/* The values below `bound` in size to `small`, the others to `large`. */
static void part(const double *values, size_t n, double bound, double *small, size_t *out_small,
                 double *large, size_t *out_large, double *out_largest_small)
{
    size_t n_small = 0, n_large = 0;
    double largest = 0;
    for (size_t i = 0; i < n; i++) {
        double value = values[i], size = fabs(value);
        int is_large = size >= bound;
        small[n_small] = large[n_large] = value;
        n_large += (size_t)is_large;
        n_small += (size_t)!is_large;
        size = is_large ? 0 : size;
        largest = size > largest ? size : largest;
    }
    *out_small = n_small;
    *out_large = n_large;
    *out_largest_small = largest;
}

/* frexp's, of a positive number; one far too small for `sums` of a subnormal one. */
static int exponent_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return (int)(bits >> FRACTION_BITS) - 1022;
}

/* Up to DRIFT__SUM_BLOCK values; those that span too many binary places by magnitude. */
static void add_block(drift__exact_sum *sum, drift__exact_square_sum *squares, const double *values,
                      size_t n, double largest)
{
    double small[DRIFT__SUM_BLOCK], large[DRIFT__SUM_BLOCK];
    const drift__kernels *kernels = drift__kernels_get();
    drift__partial_sums parts;
    while (largest > 0) { /* else zeros */
        int exponent = exponent_of(largest);
        size_t n_large;
        if (n < FEWEST_FOR_PARTS || exponent < LEAST_EXPONENT || exponent > MOST_EXPONENT) {
            add_singly(sum, squares, values, n);
            return;
        }
        if (kernels->sums(values, n, exponent, &parts)) {
            add_parts(sum, squares, &parts, exponent);
            return;
        }
        part(values, n, ldexp(1, exponent - DRIFT__SUM_SPAN), small, &n, large, &n_large, &largest);
        if (n_large >= FEWEST_FOR_PARTS && kernels->sums(large, n_large, exponent, &parts))
            add_parts(sum, squares, &parts, exponent);
        else
            add_singly(sum, squares, large, n_large);
        values = small;
    }
}

void drift__exact_sums_add(drift__exact_sum *sum, drift__exact_square_sum *squares,
                           const double *values, size_t n, double largest)
{
    for (size_t first = 0; first < n; first += DRIFT__SUM_BLOCK)
        add_block(sum, squares, values + first,
                  n - first < DRIFT__SUM_BLOCK ? n - first : DRIFT__SUM_BLOCK, largest);
}

/* Carries may wait while no digit can have outgrown its room; else both are carried first. */
static void merge(accumulator sum, const int64_t *other, uint64_t other_pending,
                  const int32_t other_used[2])
{
    if (*sum.pending < PENDING_LIMIT / 2 - 2 && other_pending < PENDING_LIMIT / 2 - 2) {
        if (other_used[1])
            use(sum.used, other_used[0], other_used[1]);
        for (int i = other_used[0]; i < other_used[1]; i++)
            sum.chunks[i] += other[i];
        *sum.pending += other_pending + 2; /* what is carried already is as large as one addition */
        return;
    }
    int64_t canonical[DRIFT__SQUARE_CHUNKS];
    memcpy(canonical, other, (size_t)sum.n * sizeof *canonical);
    propagate(canonical, sum.n);
    propagate(sum.chunks, sum.n);
    for (int i = 0; i < sum.n; i++)
        sum.chunks[i] += canonical[i];
    propagate(sum.chunks, sum.n);
    use(sum.used, 0, sum.n);
    *sum.pending = 0;
}

void drift__exact_sum_merge(drift__exact_sum *sum, const drift__exact_sum *other)
{
    merge(of_values(sum), other->chunks, other->pending, other->used);
}

void drift__exact_square_sum_merge(drift__exact_square_sum *sum,
                                   const drift__exact_square_sum *other)
{
    merge(of_squares(sum), other->chunks, other->pending, other->used);
}

enum {
    SUM_DIGITS = DRIFT__SUM_CHUNKS + 1,
    PRODUCT_DIGITS = 2 * SUM_DIGITS + 2 /* and no fewer than a sum of squares times a count */
};

/*
 * A number in 32-bit digits, least significant first. Those outside first .. last - 1 are 0 and not
 * set, because most numbers use few of them.
 */
typedef struct magnitude {
    int first, last;
    uint32_t digits[PRODUCT_DIGITS];
} magnitude;

static uint32_t digit(const magnitude *number, int i)
{
    return i >= number->first && i < number->last ? number->digits[i] : 0;
}

static void trim(magnitude *number)
{
    while (number->last > number->first && !number->digits[number->last - 1])
        number->last--;
    while (number->first < number->last && !number->digits[number->first])
        number->first++;
}

/* Returns the sign. */
static int magnitude_of(const int64_t *chunks, int n, magnitude *out)
{
    int64_t canonical[DRIFT__SQUARE_CHUNKS];
    int first = 0, last = n;
    while (first + 4 <= n &&
           !(chunks[first] | chunks[first + 1] | chunks[first + 2] | chunks[first + 3]))
        first += 4;
    while (last - 4 >= first &&
           !(chunks[last - 1] | chunks[last - 2] | chunks[last - 3] | chunks[last - 4]))
        last -= 4;
    memcpy(canonical + first, chunks + first, (size_t)(last - first) * sizeof *canonical);
    propagate(canonical + first, last - first);
    /* What is carried beyond the chunks in use: nothing, one chunk, or a sign through all. */
    while (last > first && last < n && (canonical[last - 1] >> 32)) {
        canonical[last] = 0;
        propagate(canonical + last - 1, 2);
        last++;
    }
    int negative = last == n && n > first && canonical[n - 1] < 0;
    if (negative) {
        for (int i = first; i < n; i++)
            canonical[i] = -canonical[i];
        propagate(canonical + first, n - first);
    }
    out->first = first;
    out->last = last;
    for (int i = first; i < last; i++)
        out->digits[i] = (uint32_t)((uint64_t)canonical[i] & 0xffffffffU);
    if (last == n && n > first) /* the last chunk spans two digits */
        out->digits[out->last++] = (uint32_t)((uint64_t)canonical[n - 1] >> 32);
    trim(out);
    return negative;
}

/* `out` may not be one of the two. */
static void multiply(const magnitude *a, const magnitude *b, magnitude *out)
{
    out->first = a->first + b->first;
    out->last = a->last + b->last;
    memset(out->digits + out->first, 0, (size_t)(out->last - out->first) * sizeof *out->digits);
    for (int i = a->first; i < a->last; i++) {
        uint64_t carry = 0;
        for (int j = b->first; j < b->last; j++) {
            uint64_t sum = (uint64_t)a->digits[i] * b->digits[j] + out->digits[i + j] + carry;
            out->digits[i + j] = (uint32_t)sum;
            carry = sum >> 32;
        }
        out->digits[i + b->last] = (uint32_t)carry;
    }
}

/* a -= b, b <= a */
static void subtract(magnitude *a, const magnitude *b)
{
    int64_t borrow = 0;
    while (a->first > b->first)
        a->digits[--a->first] = 0;
    for (int i = a->first; i < a->last; i++) {
        int64_t rest = (int64_t)a->digits[i] - digit(b, i) + borrow;
        borrow = rest < 0 ? -1 : 0;
        a->digits[i] = (uint32_t)rest;
    }
    trim(a);
}

/* The leading four digits of a trimmed number, times 2^exponent. */
static long double leading(const magnitude *number, int *out_exponent)
{
    long double value = 0;
    int used = number->last - number->first < 4 ? number->last - number->first : 4;
    for (int i = number->last - 1; i >= number->last - used; i--)
        value = value * 4294967296.0L + number->digits[i];
    *out_exponent = 32 * (number->last - used);
    return value;
}

void drift__exact_mean_variance(const drift__exact_sum *sum, const drift__exact_square_sum *squares,
                                uint64_t n, double *out_mean, double *out_variance)
{
    magnitude total, square, of_total, n_times;
    magnitude count = {0, 2, {(uint32_t)n, (uint32_t)(n >> 32)}};
    int exponent;
    int negative = magnitude_of(sum->chunks, DRIFT__SUM_CHUNKS, &total);
    long double value = leading(&total, &exponent) / (long double)n;
    double mean = (double)ldexpl(value, exponent + SUM_LOWEST);
    *out_mean = negative ? -mean : mean;
    if (n < 2) {
        *out_variance = 0;
        return;
    }
    /* n sum(x^2) - (sum x)^2 in integers: nothing cancels, a constant gives exactly 0. */
    magnitude_of(squares->chunks, DRIFT__SQUARE_CHUNKS, &square);
    multiply(&total, &total, &of_total);
    multiply(&square, &count, &n_times);
    subtract(&n_times, &of_total);
    value = leading(&n_times, &exponent) / (long double)n / (long double)(n - 1);
    *out_variance = (double)ldexpl(value, exponent + SQUARE_LOWEST);
}

static void write_sum(const int64_t *chunks, int n, drift__writer *writer)
{
    magnitude number;
    int negative = magnitude_of(chunks, n, &number);
    int used = number.last - number.first;
    drift__write_u8(writer, (uint8_t)(used ? negative : 0));
    drift__write_u8(writer, (uint8_t)(used ? number.first : 0));
    drift__write_u8(writer, (uint8_t)used);
    for (int i = number.first; i < number.last; i++)
        drift__write_u32(writer, number.digits[i]);
}

static void read_sum(int64_t *chunks, int n, int may_be_negative, drift__byte_reader *reader)
{
    memset(chunks, 0, (size_t)n * sizeof *chunks);
    uint8_t negative = drift__read_u8(reader);
    int first = drift__read_u8(reader), used = drift__read_u8(reader);
    if (negative > may_be_negative || first + used > n + 1 || (!used && (first || negative)))
        reader->failed = 1;
    for (int i = 0; i < used && !reader->failed; i++) {
        uint32_t digit = drift__read_u32(reader);
        if (!digit && (i == 0 || i == used - 1))
            reader->failed = 1; /* not what a sum writes */
        if (first + i == n && digit >> 30)
            reader->failed = 1; /* beyond any sum of 2^64 doubles */
        if (first + i < n)
            chunks[first + i] += (int64_t)digit;
        else if (!reader->failed)
            chunks[n - 1] += (int64_t)((uint64_t)digit << 32);
    }
    for (int i = 0; negative && i < n; i++)
        chunks[i] = -chunks[i];
}

void drift__exact_sum_write(const drift__exact_sum *sum, drift__writer *writer)
{
    write_sum(sum->chunks, DRIFT__SUM_CHUNKS, writer);
}

void drift__exact_square_sum_write(const drift__exact_square_sum *sum, drift__writer *writer)
{
    write_sum(sum->chunks, DRIFT__SQUARE_CHUNKS, writer);
}

void drift__exact_sum_read(drift__exact_sum *out_sum, drift__byte_reader *reader)
{
    read_sum(out_sum->chunks, DRIFT__SUM_CHUNKS, 1, reader);
    out_sum->pending = 0;
    use(out_sum->used, 0, DRIFT__SUM_CHUNKS);
}

void drift__exact_square_sum_read(drift__exact_square_sum *out_sum, drift__byte_reader *reader)
{
    read_sum(out_sum->chunks, DRIFT__SQUARE_CHUNKS, 0, reader);
    out_sum->pending = 0;
    use(out_sum->used, 0, DRIFT__SQUARE_CHUNKS);
}
