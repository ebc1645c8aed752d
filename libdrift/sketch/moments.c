/* SPDX-License-Identifier: Apache-2.0
 *
 * moments.c: one-pass central moments (Pebay 2008), values added one by one,
 * samples merged pairwise by the same formulas.
 */
#include <drift/moments.h>
#include <float.h>
#include <math.h>

#include "core/bytes.h"
#include "core/error.h"
#include "core/memory.h"

enum { FORMAT_VERSION = 1 };
static const char MAGIC[4] = {'D', 'R', 'm', 'o'};

struct drift_moments {
    drift_allocator allocator;
    uint64_t n, missing, infinite;
    double mean, mean_low; /* their unrounded sum: far from 0, one double has too few digits */
    double m2, m3, m4, minimum, maximum;
};

drift_status drift_moments_create(const drift_allocator *allocator, drift_moments **out_moments)
{
    if (!out_moments)
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift_allocator memory = drift__allocator(allocator);
    drift_moments *moments = drift__allocate_zero(&memory, 1, sizeof *moments);
    if (!moments)
        return DRIFT_ERR_OUT_OF_MEMORY;
    moments->allocator = memory;
    *out_moments = moments;
    return DRIFT_OK;
}

void drift_moments_destroy(drift_moments *moments)
{
    if (!moments)
        return;
    drift_allocator memory = moments->allocator;
    drift__release(&memory, moments);
}

void drift_moments_reset(drift_moments *moments)
{
    *moments = (drift_moments){.allocator = moments->allocator};
}

/* a + b = sum + rest exactly (Knuth's TwoSum), unless the sum overflows. */
static double two_sum(double a, double b, double *out_rest)
{
    double sum = a + b, other = sum - a;
    *out_rest = isfinite(sum) ? (a - (sum - other)) + (b - other) : 0;
    return sum;
}

static void move_mean(drift_moments *moments, double by)
{
    moments->mean = two_sum(moments->mean, moments->mean_low + by, &moments->mean_low);
}

static void combine(drift_moments *a, const drift_moments *b)
{
    if (!b->n)
        return;
    if (!a->n) {
        a->n = b->n;
        a->mean = b->mean;
        a->mean_low = b->mean_low;
        a->m2 = b->m2;
        a->m3 = b->m3;
        a->m4 = b->m4;
        a->minimum = b->minimum;
        a->maximum = b->maximum;
        return;
    }
    double na = (double)a->n, nb = (double)b->n, n = na + nb;
    double rest, delta = two_sum(b->mean, -a->mean, &rest), product = na * nb;
    delta += rest + (b->mean_low - a->mean_low);
    double d = isfinite(delta) ? delta / n : b->mean / n - a->mean / n;
    double m4 = a->m4 + b->m4 + delta * d * d * d * product * (na * na - product + nb * nb) +
                6 * d * d * (na * na * b->m2 + nb * nb * a->m2) + 4 * d * (na * b->m3 - nb * a->m3);
    double m3 =
        a->m3 + b->m3 + delta * d * d * product * (na - nb) + 3 * d * (na * b->m2 - nb * a->m2);
    a->m2 += b->m2 + delta * d * product;
    a->m3 = m3;
    a->m4 = m4 < 0 ? 0 : m4;
    move_mean(a, d * nb);
    a->n += b->n;
    a->minimum = b->minimum < a->minimum ? b->minimum : a->minimum;
    a->maximum = b->maximum > a->maximum ? b->maximum : a->maximum;
}

/* Two passes over a block that fits the cache, then one merge: accurate and quick. */
static void add_block(drift_moments *moments, const double *values, size_t n)
{
    drift_moments block = {.n = n, .minimum = values[0], .maximum = values[0]};
    double sum = 0, rest = 0;
    for (size_t i = 0; i < n; i++) {
        sum += (values[i] - values[0]) / (double)n;
        block.minimum = values[i] < block.minimum ? values[i] : block.minimum;
        block.maximum = values[i] > block.maximum ? values[i] : block.maximum;
    }
    if (isfinite(sum)) {
        block.mean = values[0];
        move_mean(&block, sum);
    } else {
        for (size_t i = 0; i < n; i++)
            block.mean += values[i] / (double)n;
    }
    for (size_t i = 0; i < n; i++) {
        double delta = (values[i] - block.mean) - block.mean_low, square = delta * delta;
        rest += delta;
        block.m2 += square;
        block.m3 += square * delta;
        block.m4 += square * square;
    }
    double shift = isfinite(rest) ? rest / (double)n : 0;
    if (rest * shift < block.m2)
        block.m2 -= rest * shift;
    move_mean(&block, shift);
    combine(moments, &block);
}

drift_status drift_moments_update(drift_moments *moments, const double *values, size_t n)
{
    enum { BLOCK = 512 };
    double finite[BLOCK];
    if (!moments || (!values && n))
        return DRIFT_ERR_INVALID_ARGUMENT;
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        if (isfinite(values[i]))
            finite[used++] = values[i];
        else if (isnan(values[i]))
            moments->missing++;
        else
            moments->infinite++;
        if (used == BLOCK || (used && i + 1 == n)) {
            add_block(moments, finite, used);
            used = 0;
        }
    }
    if (used)
        add_block(moments, finite, used);
    return DRIFT_OK;
}

drift_status drift_moments_merge(drift_moments *moments, const drift_moments *other)
{
    if (!moments || !other)
        return DRIFT_ERR_INVALID_ARGUMENT;
    if (moments->n > UINT64_MAX - other->n || moments->missing > UINT64_MAX - other->missing ||
        moments->infinite > UINT64_MAX - other->infinite)
        return DRIFT_ERR_OVERFLOW;
    drift_moments copy = *other;
    combine(moments, &copy);
    moments->missing += copy.missing;
    moments->infinite += copy.infinite;
    return DRIFT_OK;
}

uint64_t drift_moments_count(const drift_moments *moments)
{
    return moments->n;
}

uint64_t drift_moments_missing(const drift_moments *moments)
{
    return moments->missing;
}

uint64_t drift_moments_infinite(const drift_moments *moments)
{
    return moments->infinite;
}

static drift_status give(int exists, double value, double *out_value)
{
    if (!out_value)
        return DRIFT_ERR_INVALID_ARGUMENT;
    if (!exists)
        return DRIFT_ERR_NOT_ENOUGH_DATA;
    *out_value = value;
    return DRIFT_OK;
}

drift_status drift_moments_mean(const drift_moments *moments, double *out_value)
{
    return give(moments->n > 0, moments->mean, out_value);
}

drift_status drift_moments_variance(const drift_moments *moments, double *out_value)
{
    return give(moments->n > 1, moments->n > 1 ? moments->m2 / (double)(moments->n - 1) : 0,
                out_value);
}

/* Where the fourth power of the spread is not a number of full precision, neither is a ratio. */
static int has_shape(const drift_moments *moments)
{
    return moments->m2 > 0 && moments->m4 >= DBL_MIN && isfinite(moments->m4);
}

drift_status drift_moments_skewness(const drift_moments *moments, double *out_value)
{
    double ratio = has_shape(moments) ? moments->m3 / moments->m2 / sqrt(moments->m2) : 0;
    return give(has_shape(moments), sqrt((double)moments->n) * ratio, out_value);
}

drift_status drift_moments_kurtosis(const drift_moments *moments, double *out_value)
{
    double ratio = has_shape(moments) ? moments->m4 / moments->m2 / moments->m2 : 0;
    return give(has_shape(moments), (double)moments->n * ratio - 3, out_value);
}

drift_status drift_moments_min(const drift_moments *moments, double *out_value)
{
    return give(moments->n > 0, moments->minimum, out_value);
}

drift_status drift_moments_max(const drift_moments *moments, double *out_value)
{
    return give(moments->n > 0, moments->maximum, out_value);
}

drift_status drift_moments_serialize(const drift_moments *moments, drift_buffer *out_bytes)
{
    if (!moments || !out_bytes)
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift__writer writer = {out_bytes, DRIFT_OK};
    size_t begin = drift__envelope_begin(&writer, MAGIC, FORMAT_VERSION);
    const uint64_t counts[3] = {moments->n, moments->missing, moments->infinite};
    const double values[7] = {moments->mean, moments->mean_low, moments->m2,     moments->m3,
                              moments->m4,   moments->minimum,  moments->maximum};
    for (int i = 0; i < 3; i++)
        drift__write_u64(&writer, counts[i]);
    for (int i = 0; i < 7; i++)
        drift__write_double(&writer, values[i]);
    drift__envelope_end(&writer, begin);
    return writer.status;
}

static int plausible(const drift_moments *m)
{
    if (!m->n)
        return m->mean == 0 && m->mean_low == 0 && m->m2 == 0 && m->m3 == 0 && m->m4 == 0 &&
               m->minimum == 0 && m->maximum == 0;
    return isfinite(m->minimum) && isfinite(m->maximum) && m->minimum <= m->maximum &&
           isfinite(m->mean) && isfinite(m->mean_low) && m->m2 >= 0 && !(m->m4 < 0);
}

drift_status drift_moments_deserialize(const void *bytes, size_t size,
                                       const drift_allocator *allocator,
                                       drift_moments **out_moments, drift_error *error)
{
    drift__byte_reader payload;
    uint32_t version;
    if (!out_moments)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    drift_status status = drift__envelope_open(bytes, size, MAGIC, FORMAT_VERSION,
                                               "sketch of moments", &version, &payload, error);
    if (status)
        return status;
    drift_moments read = {.n = drift__read_u64(&payload)};
    read.missing = drift__read_u64(&payload);
    read.infinite = drift__read_u64(&payload);
    double *const fields[7] = {&read.mean, &read.mean_low, &read.m2,     &read.m3,
                               &read.m4,   &read.minimum,  &read.maximum};
    for (int i = 0; i < 7; i++)
        *fields[i] = drift__read_double(&payload);
    if (payload.failed || drift__read_left(&payload) || !plausible(&read))
        return drift__fail(error, DRIFT_ERR_CORRUPT, "sketch of moments is damaged");
    drift_moments *moments = NULL;
    status = drift_moments_create(allocator, &moments);
    if (status)
        return drift__fail_status(error, status);
    read.allocator = moments->allocator;
    *moments = read;
    *out_moments = moments;
    return DRIFT_OK;
}
