/* SPDX-License-Identifier: Apache-2.0
 *
 * frequent.c: Misra and Gries' counters with weights, merged by addition
 * (Agarwal et al. 2013).
 *
 * Each step that makes room takes d from at least capacity + 1 counters and
 * adds d to the offset, so (capacity + 1) * offset never exceeds what the
 * counters lost: total - their sum. A name lost at most the offset.
 */
#include <string.h>

#include "core/error.h"
#include "core/hash.h"
#include "core/memory.h"
#include "sketch/frequent_state.h"

enum { DEFAULT_CAPACITY = 1024 };

drift_status drift_frequent_create(const drift_frequent_config *config,
                                   drift_frequent **out_frequent, drift_error *error)
{
    drift_frequent_config filled = DRIFT_FREQUENT_CONFIG_INIT;
    if (!out_frequent)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    drift_status status = drift__config_copy(&filled, config, sizeof filled, error);
    if (status)
        return status;
    if (filled.capacity > DRIFT__MOST_FREQUENT)
        return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT,
                           "a capacity of %u frequent names is more than %d",
                           (unsigned)filled.capacity, DRIFT__MOST_FREQUENT);
    drift_allocator memory = drift__allocator(filled.allocator);
    drift_frequent *f = drift__allocate_zero(&memory, 1, sizeof *f);
    if (!f)
        return drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    f->allocator = memory;
    f->capacity = filled.capacity ? filled.capacity : DEFAULT_CAPACITY;
    drift__random_key(f->table_key);
    *out_frequent = f;
    return DRIFT_OK;
}

void drift_frequent_destroy(drift_frequent *frequent)
{
    if (!frequent)
        return;
    drift_allocator memory = frequent->allocator;
    for (size_t i = 0; i < frequent->n; i++)
        drift__release(&memory, frequent->counters[i].name);
    drift__release(&memory, frequent->counters);
    drift__release(&memory, frequent->scratch);
    drift__release(&memory, frequent->table);
    drift__release(&memory, frequent->order);
    drift__release(&memory, frequent);
}

void drift_frequent_reset(drift_frequent *frequent)
{
    drift__frequent_clear(frequent);
}

/* `name` is not NULL and the total has room. */
static drift_status count_name(drift_frequent *f, const char *name, size_t length, uint64_t count)
{
    uint32_t found = drift__frequent_find(f, name, length);
    if (found) {
        f->counters[found - 1].count += count;
        f->ordered = 0;
    } else {
        drift_status status = drift__frequent_insert(f, name, length, count);
        if (status)
            return status;
    }
    f->total += count;
    return DRIFT_OK;
}

drift_status drift_frequent_update(drift_frequent *frequent, const char *name, size_t length,
                                   uint64_t count)
{
    if (!frequent || (!name && length))
        return DRIFT_ERR_INVALID_ARGUMENT;
    if (!count)
        return DRIFT_OK;
    if (count > (uint64_t)INT64_MAX - frequent->total)
        return DRIFT_ERR_OVERFLOW;
    return count_name(frequent, name ? name : "", length, count);
}

drift_status drift_frequent_update_batch(drift_frequent *frequent, const char *bytes,
                                         const int64_t *offsets, size_t n)
{
    if (!frequent || (!offsets && n))
        return DRIFT_ERR_INVALID_ARGUMENT;
    for (size_t i = 0; i < n; i++)
        if (offsets[i] < 0 || offsets[i + 1] < offsets[i] || (!bytes && offsets[i + 1]))
            return DRIFT_ERR_INVALID_ARGUMENT;
    if (n > (uint64_t)INT64_MAX - frequent->total)
        return DRIFT_ERR_OVERFLOW;
    drift_status status = DRIFT_OK;
    for (size_t i = 0; !status && i < n; i++) {
        size_t length = (size_t)(offsets[i + 1] - offsets[i]);
        status = count_name(frequent, length ? bytes + offsets[i] : "", length, 1);
    }
    return status;
}

/* An empty sketch with the settings of `from`. */
static drift_status create_like(const drift_frequent *from, drift_frequent **out_new)
{
    drift_frequent_config config = DRIFT_FREQUENT_CONFIG_INIT;
    config.capacity = from->capacity;
    config.allocator = &from->allocator;
    return drift_frequent_create(&config, out_new, NULL);
}

/* Add counters to a sketch of a larger capacity, where none is ever lost. */
static drift_status add_counters(drift_frequent *sum, const drift_frequent *part)
{
    drift_status status = DRIFT_OK;
    for (size_t i = 0; !status && i < part->n; i++) {
        const drift__counter *c = &part->counters[i];
        status = count_name(sum, c->name, c->length, c->count);
    }
    return status;
}

drift_status drift_frequent_merge(drift_frequent *frequent, const drift_frequent *other)
{
    if (!frequent || !other)
        return DRIFT_ERR_INVALID_ARGUMENT;
    if (frequent->capacity != other->capacity)
        return DRIFT_ERR_INCOMPATIBLE;
    if (other->total > (uint64_t)INT64_MAX - frequent->total)
        return DRIFT_ERR_OVERFLOW;
    drift_frequent *sum = NULL;
    drift_status status = create_like(frequent, &sum);
    if (!status) {
        sum->capacity = 2 * frequent->capacity;
        status = add_counters(sum, frequent);
    }
    if (!status)
        status = add_counters(sum, other);
    if (status) {
        drift_frequent_destroy(sum);
        return status;
    }
    sum->capacity = frequent->capacity;
    sum->offset = frequent->offset + other->offset;
    sum->total = frequent->total + other->total;
    if (sum->n > 2 * (size_t)sum->capacity)
        drift__frequent_reduce(sum);
    drift_frequent swapped = *frequent;
    *frequent = *sum;
    *sum = swapped;
    drift_frequent_destroy(sum);
    return DRIFT_OK;
}

uint64_t drift_frequent_total(const drift_frequent *frequent)
{
    return frequent->total;
}

uint64_t drift_frequent_error(const drift_frequent *frequent)
{
    return frequent->offset;
}

uint32_t drift_frequent_capacity(const drift_frequent *frequent)
{
    return frequent->capacity;
}

size_t drift_frequent_size(const drift_frequent *frequent)
{
    return frequent->n;
}

drift_status drift_frequent_count(const drift_frequent *frequent, const char *name, size_t length,
                                  uint64_t *out_low, uint64_t *out_high)
{
    if (!frequent || !out_low || !out_high || (!name && length))
        return DRIFT_ERR_INVALID_ARGUMENT;
    uint32_t found = drift__frequent_find(frequent, name ? name : "", length);
    uint64_t low = found ? frequent->counters[found - 1].count : 0;
    *out_low = low;
    *out_high = low + frequent->offset;
    return DRIFT_OK;
}

/* Heap sort: no memory, and no order of the data makes it slow. */
static void sift(drift_frequent *f, size_t at, size_t n)
{
    uint32_t index = f->order[at];
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= n)
            break;
        if (child + 1 < n &&
            drift__counter_before(&f->counters[f->order[child]], &f->counters[f->order[child + 1]]))
            child++;
        if (!drift__counter_before(&f->counters[index], &f->counters[f->order[child]]))
            break;
        f->order[at] = f->order[child];
        at = child;
    }
    f->order[at] = index;
}

static void put_in_order(drift_frequent *f)
{
    for (size_t i = 0; i < f->n; i++)
        f->order[i] = (uint32_t)i;
    for (size_t i = f->n / 2; i-- > 0;)
        sift(f, i, f->n);
    for (size_t n = f->n; n-- > 1;) {
        uint32_t last = f->order[n];
        f->order[n] = f->order[0];
        f->order[0] = last;
        sift(f, 0, n);
    }
    f->ordered = 1;
}

drift_status drift_frequent_get(const drift_frequent *frequent, size_t index,
                                drift_frequent_name *out_name)
{
    if (!frequent || !out_name)
        return DRIFT_ERR_INVALID_ARGUMENT;
    if (index >= frequent->n)
        return DRIFT_ERR_NOT_FOUND;
    if (!frequent->ordered)
        put_in_order((drift_frequent *)frequent);
    const drift__counter *c = &frequent->counters[frequent->order[index]];
    *out_name = (drift_frequent_name){c->name, c->length, c->count, c->count + frequent->offset};
    return DRIFT_OK;
}
