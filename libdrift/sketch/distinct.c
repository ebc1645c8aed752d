/* SPDX-License-Identifier: Apache-2.0
 *
 * distinct.c: HyperLogLog beside an exact set of the first hashes.
 *
 * The set is given up for good when one hash more than fits arrives, so
 * whether it is there depends on the set of values alone. The registers are
 * kept from the first value on: giving up the set is then no work, and can
 * not fail.
 */
#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/hash.h"
#include "core/memory.h"
#include "sketch/distinct_state.h"

enum { DEFAULT_PRECISION = 12, LEAST_EXACT = 16, EXACT_SHARE = 16 };

static const uint64_t BYTES_KEY[2] = {0x6c69626472696674ULL, 0x64697374696e6374ULL};
static const uint64_t INTEGER_KEY = 0x696e746567657273ULL, FRACTION_KEY = 0x6672616374696f6eULL;

static size_t registers_of(const drift_distinct *d)
{
    return (size_t)1 << d->precision;
}

uint8_t drift__distinct_highest(const drift_distinct *d)
{
    return (uint8_t)(65 - d->precision);
}

static inline void raise(uint8_t *registers, uint32_t precision, uint64_t hash)
{
    /* The bit set below the hash's own ends the run of zeros where the hash has none. */
    uint64_t rest = (hash << precision) | ((uint64_t)1 << (precision - 1));
    uint8_t rank = (uint8_t)(__builtin_clzll(rest) + 1);
    uint8_t *place = &registers[hash >> (64 - precision)];
    if (rank > *place)
        *place = rank;
}

void drift__distinct_take(drift_distinct *d, uint64_t hash)
{
    raise(d->registers, d->precision, hash);
    if (!d->exact)
        return;
    size_t mask = 2 * d->most - 1, slot = (size_t)hash & mask;
    while (d->hashes[slot] && d->hashes[slot] != hash)
        slot = (slot + 1) & mask;
    if (d->hashes[slot])
        return;
    if (d->n == d->most) {
        d->exact = 0;
        return;
    }
    d->hashes[slot] = hash;
    d->n++;
}

drift_status drift_distinct_create(const drift_distinct_config *config,
                                   drift_distinct **out_distinct, drift_error *error)
{
    drift_distinct_config filled = DRIFT_DISTINCT_CONFIG_INIT;
    if (!out_distinct)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    drift_status status = drift__config_copy(&filled, config, sizeof filled, error);
    if (status)
        return status;
    uint32_t precision = filled.precision ? filled.precision : DEFAULT_PRECISION;
    if (precision < DRIFT__LEAST_PRECISION || precision > DRIFT__MOST_PRECISION)
        return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT,
                           "the precision of a sketch of distinct values lies between %d and %d",
                           DRIFT__LEAST_PRECISION, DRIFT__MOST_PRECISION);
    drift_allocator memory = drift__allocator(filled.allocator);
    drift_distinct *d = drift__allocate_zero(&memory, 1, sizeof *d);
    if (!d)
        return drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    d->allocator = memory;
    d->precision = precision;
    d->exact = 1;
    d->most = registers_of(d) / EXACT_SHARE;
    d->most = d->most < LEAST_EXACT ? LEAST_EXACT : d->most;
    d->registers = drift__allocate_zero(&memory, registers_of(d), 1);
    d->hashes = drift__allocate_zero(&memory, 2 * d->most, sizeof *d->hashes);
    if (!d->registers || !d->hashes) {
        drift_distinct_destroy(d);
        return drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    }
    *out_distinct = d;
    return DRIFT_OK;
}

void drift_distinct_destroy(drift_distinct *distinct)
{
    if (!distinct)
        return;
    drift_allocator memory = distinct->allocator;
    drift__release(&memory, distinct->registers);
    drift__release(&memory, distinct->hashes);
    drift__release(&memory, distinct);
}

void drift_distinct_reset(drift_distinct *distinct)
{
    drift_distinct *d = distinct;
    memset(d->registers, 0, registers_of(d));
    memset(d->hashes, 0, 2 * d->most * sizeof *d->hashes);
    d->n = 0;
    d->exact = 1;
    d->count = d->missing = 0;
}

/* No value has the hash 0, which marks a free slot. */
static inline uint64_t not_zero(uint64_t hash)
{
    return hash + !hash;
}

static uint64_t hash_of_bytes(const char *bytes, size_t length)
{
    return not_zero(drift__siphash(1, 3, BYTES_KEY, length ? bytes : "", length));
}

/* A bijection: different numbers of a kind never have equal hashes. */
static inline uint64_t hash_of_word(uint64_t word, uint64_t key)
{
    return not_zero(drift__mix(word ^ key));
}

drift_status drift_distinct_update(drift_distinct *distinct, const char *bytes, size_t length)
{
    if (!distinct || (!bytes && length))
        return DRIFT_ERR_INVALID_ARGUMENT;
    if (distinct->count == UINT64_MAX)
        return DRIFT_ERR_OVERFLOW;
    drift__distinct_take(distinct, hash_of_bytes(bytes, length));
    distinct->count++;
    return DRIFT_OK;
}

drift_status drift_distinct_update_batch(drift_distinct *distinct, const char *bytes,
                                         const int64_t *offsets, size_t n)
{
    if (!distinct || (!offsets && n))
        return DRIFT_ERR_INVALID_ARGUMENT;
    for (size_t i = 0; i < n; i++)
        if (offsets[i] < 0 || offsets[i + 1] < offsets[i] || (!bytes && offsets[i + 1]))
            return DRIFT_ERR_INVALID_ARGUMENT;
    if (distinct->count > UINT64_MAX - n)
        return DRIFT_ERR_OVERFLOW;
    for (size_t i = 0; i < n; i++) {
        size_t length = (size_t)(offsets[i + 1] - offsets[i]);
        const char *value = length ? bytes + offsets[i] : NULL;
        drift__distinct_take(distinct, hash_of_bytes(value, length));
    }
    distinct->count += n;
    return DRIFT_OK;
}

static inline uint64_t hash_of_double(double value)
{
    if (value >= -0x1p63 && value < 0x1p63 && (double)(int64_t)value == value)
        return hash_of_word((uint64_t)(int64_t)value, INTEGER_KEY);
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return hash_of_word(bits, FRACTION_KEY);
}

drift_status drift_distinct_update_doubles(drift_distinct *distinct, const double *values, size_t n)
{
    drift_distinct *d = distinct;
    if (!d || (!values && n))
        return DRIFT_ERR_INVALID_ARGUMENT;
    if ((d->count > d->missing ? d->count : d->missing) > UINT64_MAX - n)
        return DRIFT_ERR_OVERFLOW;
    size_t i = 0, missing = 0;
    for (; i < n && d->exact; i++) {
        if (isnan(values[i]))
            missing++;
        else
            drift__distinct_take(d, hash_of_double(values[i]));
    }
    uint8_t *registers = d->registers;
    uint32_t precision = d->precision;
    for (; i < n; i++) {
        if (isnan(values[i]))
            missing++;
        else
            raise(registers, precision, hash_of_double(values[i]));
    }
    d->missing += missing;
    d->count += n - missing;
    return DRIFT_OK;
}

drift_status drift_distinct_update_integers(drift_distinct *distinct, const int64_t *values,
                                            size_t n)
{
    drift_distinct *d = distinct;
    if (!d || (!values && n))
        return DRIFT_ERR_INVALID_ARGUMENT;
    if (d->count > UINT64_MAX - n)
        return DRIFT_ERR_OVERFLOW;
    size_t i = 0;
    for (; i < n && d->exact; i++)
        drift__distinct_take(d, hash_of_word((uint64_t)values[i], INTEGER_KEY));
    uint8_t *registers = d->registers;
    uint32_t precision = d->precision;
    for (; i < n; i++)
        raise(registers, precision, hash_of_word((uint64_t)values[i], INTEGER_KEY));
    d->count += n;
    return DRIFT_OK;
}

drift_status drift_distinct_merge(drift_distinct *distinct, const drift_distinct *other)
{
    drift_distinct *d = distinct;
    if (!d || !other)
        return DRIFT_ERR_INVALID_ARGUMENT;
    if (d->precision != other->precision)
        return DRIFT_ERR_INCOMPATIBLE;
    if (d->count > UINT64_MAX - other->count || d->missing > UINT64_MAX - other->missing)
        return DRIFT_ERR_OVERFLOW;
    if (other != d) {
        for (size_t i = 0; i < registers_of(d); i++)
            d->registers[i] =
                d->registers[i] > other->registers[i] ? d->registers[i] : other->registers[i];
        d->exact = d->exact && other->exact;
        for (size_t i = 0; d->exact && i < 2 * other->most; i++)
            if (other->hashes[i])
                drift__distinct_take(d, other->hashes[i]);
    }
    d->count += other->count;
    d->missing += other->missing;
    return DRIFT_OK;
}

uint64_t drift_distinct_count(const drift_distinct *distinct)
{
    return distinct->count;
}

uint64_t drift_distinct_missing(const drift_distinct *distinct)
{
    return distinct->missing;
}

uint32_t drift_distinct_precision(const drift_distinct *distinct)
{
    return distinct->precision;
}

int drift_distinct_is_exact(const drift_distinct *distinct)
{
    return (int)distinct->exact;
}
