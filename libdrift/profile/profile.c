/* SPDX-License-Identifier: Apache-2.0
 *
 * profile.c: making, emptying and comparing profiles; what was frozen and its
 * digest.
 */
#include <string.h>

#include "core/bytes.h"
#include "core/error.h"
#include "core/hash.h"
#include "core/memory.h"
#include "profile/schema_state.h"
#include "profile/shard.h"
#include "profile/state.h"
#include "sketch/category_room.h"

drift_status drift__profile_allocate(size_t n_columns, const drift_allocator *allocator,
                                     drift_profile **out_profile)
{
    drift_allocator memory = drift__allocator(allocator);
    drift_profile *profile = drift__allocate_zero(&memory, 1, sizeof *profile);
    if (!profile)
        return DRIFT_ERR_OUT_OF_MEMORY;
    profile->allocator = memory;
    profile->columns = drift__allocate_zero(&memory, n_columns, sizeof *profile->columns);
    if (!profile->columns) {
        drift__release(&memory, profile);
        return DRIFT_ERR_OUT_OF_MEMORY;
    }
    profile->n_columns = n_columns;
    for (size_t i = 0; i < n_columns; i++)
        profile->columns[i].override = (drift__override)DRIFT__NO_OVERRIDE;
    *out_profile = profile;
    return DRIFT_OK;
}

drift_status drift__column_add_sums(drift__column_state *column, const drift_allocator *allocator)
{
    column->sum = drift__allocate_zero(allocator, 1, sizeof *column->sum);
    column->square_sum = drift__allocate_zero(allocator, 1, sizeof *column->square_sum);
    return column->sum && column->square_sum ? DRIFT_OK : DRIFT_ERR_OUT_OF_MEMORY;
}

drift_status drift__profile_add_blocks(drift_profile *profile, uint64_t rows, const char *column)
{
    const drift_allocator *memory = &profile->allocator;
    if (!rows && !column)
        return DRIFT_OK;
    profile->blocks.rows = rows;
    if (column) {
        size_t position = drift__name_index_find(&profile->index, column);
        if (position == (size_t)DRIFT__NO_POSITION)
            return DRIFT_ERR_NOT_FOUND;
        profile->blocks.column = drift__copy_string(memory, column, strlen(column));
        if (!profile->blocks.column)
            return DRIFT_ERR_OUT_OF_MEMORY;
        profile->blocks.position = position;
        /* What names the blocks is no feature. */
        if (profile->columns[position].role == DRIFT_ROLE_FEATURE)
            profile->columns[position].role = DRIFT_ROLE_ID;
    }
    for (size_t i = 0; i < profile->n_columns; i++) {
        drift__column_state *state = &profile->columns[i];
        if (!state->has_cells && !state->names)
            continue;
        state->groups = drift__allocate_zero(memory, 1, sizeof *state->groups);
        if (!state->groups)
            return DRIFT_ERR_OUT_OF_MEMORY;
    }
    return DRIFT_OK;
}

drift_status drift__profile_index(drift_profile *profile)
{
    drift__name_index index = {NULL, 0, 0, {0, 0}};
    drift_status status = DRIFT_OK;
    for (size_t i = 0; i < profile->n_columns && status == DRIFT_OK; i++) {
        const char *name = profile->columns[i].name;
        if (drift__name_index_find(&index, name) != (size_t)DRIFT__NO_POSITION)
            status = DRIFT_ERR_INVALID_ARGUMENT;
        else
            status = drift__name_index_add(&index, &profile->allocator, name, i);
    }
    if (status) {
        drift__name_index_destroy(&index, &profile->allocator);
        return status;
    }
    drift__name_index_destroy(&profile->index, &profile->allocator);
    profile->index = index;
    return DRIFT_OK;
}

static void destroy_column(drift__column_state *column, const drift_allocator *memory)
{
    drift__release(memory, column->name);
    if (column->has_cells)
        drift__cells_destroy(&column->cells, memory);
    drift_categories_destroy(column->names);
    drift_categories_destroy(column->allowed);
    drift__release(memory, column->sum);
    drift__release(memory, column->square_sum);
    drift__release(memory, column->groups);
}

void drift__extra_destroy(char **names, size_t n, const drift_allocator *allocator)
{
    for (size_t i = 0; i < n; i++)
        drift__release(allocator, names[i]);
    drift__release(allocator, names);
}

void drift_profile_destroy(drift_profile *profile)
{
    if (!profile)
        return;
    drift_allocator memory = profile->allocator;
    drift__order_drop(profile);
    for (size_t i = 0; i < profile->n_columns; i++)
        destroy_column(&profile->columns[i], &memory);
    drift__release(&memory, profile->columns);
    drift__extra_destroy(profile->extra, profile->n_extra, &memory);
    drift__release(&memory, profile->blocks.column);
    drift__name_index_destroy(&profile->index, &memory);
    drift__release(&memory, profile);
}

static void reset_column(drift__column_state *column)
{
    column->missing = column->absent = column->invalid = 0;
    column->negative_infinity = column->positive_infinity = 0;
    column->valid = column->numeric_tokens = 0;
    column->minimum = column->maximum = 0;
    if (column->has_cells) {
        drift__cells_reset(&column->cells);
        drift__exact_sum_reset(column->sum);
        drift__exact_square_sum_reset(column->square_sum);
    }
    if (column->names)
        drift_categories_reset(column->names);
    if (column->groups)
        memset(column->groups, 0, sizeof *column->groups);
    memset(&column->serial, 0, sizeof column->serial);
}

void drift_profile_set_executor(drift_profile *profile, drift_executor *executor)
{
    profile->executor = executor;
}

void drift_profile_reset(drift_profile *profile)
{
    if (!profile)
        return;
    profile->rows = profile->rows_before = 0;
    drift__order_drop(profile);
    for (size_t i = 0; i < profile->n_columns; i++)
        reset_column(&profile->columns[i]);
    drift__extra_destroy(profile->extra, profile->n_extra, &profile->allocator);
    profile->extra = NULL;
    profile->n_extra = 0;
}

/* The names of a shard: those the reference named, and room for others that does not grow. */
static drift_status fix_names(const drift_profile *reference, drift__column_state *to,
                              const drift__column_state *from, const drift_allocator *memory)
{
    uint32_t capacity = reference->category_capacity;
    if (capacity > DRIFT__SHARD_NAMES)
        capacity = DRIFT__SHARD_NAMES;
    drift_status status =
        drift__copy_pinned(from->names, capacity, reference->seed, memory, &to->names);
    return status ? status : drift__categories_fix(to->names, drift_categories_size(to->names));
}

static drift_status copy_frozen(const drift_profile *reference, const drift__column_state *from,
                                const drift_profile *profile, drift__column_state *to, int shard)
{
    const drift_allocator *memory = &profile->allocator;
    drift_status status = DRIFT_OK;
    to->name = drift__copy_string(memory, from->name, from->name_length);
    if (!to->name)
        return DRIFT_ERR_OUT_OF_MEMORY;
    to->name_length = from->name_length;
    to->type = from->type;
    to->role = from->role;
    to->use = from->use;
    to->discrete = from->discrete;
    to->override = from->override;
    if (from->has_cells) {
        status = shard ? drift__cells_create_beside(&to->cells, &from->cells, memory)
                       : drift__cells_create(&to->cells, from->cells.keys, from->cells.atoms,
                                             from->cells.n, (int)from->cells.integer, memory);
        if (status)
            return status;
        to->has_cells = 1;
        status = drift__column_add_sums(to, memory);
    }
    if (status == DRIFT_OK && from->names)
        status = shard ? fix_names(reference, to, from, memory)
                       : drift__copy_pinned(from->names, reference->category_capacity,
                                            reference->seed, memory, &to->names);
    if (status == DRIFT_OK && from->allowed)
        status = drift__copy_pinned(from->allowed, 1, 0, memory, &to->allowed);
    return status;
}

static drift_status create_against(const drift_profile *reference, const drift_allocator *allocator,
                                   int shard, drift_profile **out_profile, drift_error *error)
{
    drift_profile *profile = NULL;
    drift_status status = drift__profile_allocate(reference->n_columns, allocator, &profile);
    if (status)
        return drift__fail_status(error, status);
    profile->executor = reference->executor;
    profile->seed = reference->seed;
    profile->reference_rows = reference->reference_rows;
    profile->sample_rows = reference->sample_rows;
    profile->sampling = reference->sampling;
    profile->category_capacity = reference->category_capacity;
    memcpy(profile->frozen_digest, reference->frozen_digest, sizeof profile->frozen_digest);
    for (size_t i = 0; status == DRIFT_OK && i < profile->n_columns; i++)
        status =
            copy_frozen(reference, &reference->columns[i], profile, &profile->columns[i], shard);
    if (status == DRIFT_OK)
        status = drift__profile_index(profile);
    if (status == DRIFT_OK)
        status =
            drift__profile_add_blocks(profile, reference->blocks.rows, reference->blocks.column);
    if (status) {
        drift_profile_destroy(profile);
        return drift__fail_status(error, status);
    }
    *out_profile = profile;
    return DRIFT_OK;
}

drift_status drift_profile_create_against(const drift_profile *reference,
                                          const drift_allocator *allocator,
                                          drift_profile **out_profile, drift_error *error)
{
    if (!reference || !out_profile)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    return create_against(reference, allocator, 0, out_profile, error);
}

drift_status drift__shard_create(const drift_profile *reference, const drift_allocator *allocator,
                                 drift_profile **out_shard, drift_error *error)
{
    return create_against(reference, allocator, 1, out_shard, error);
}

static void digest_column(const drift__column_state *column, drift__writer *writer)
{
    drift__write_string(writer, column->name, column->name_length);
    drift__write_u8(writer, (uint8_t)column->type);
    drift__write_u8(writer, (uint8_t)column->discrete);
    drift__write_u8(writer, (uint8_t)column->has_cells);
    if (column->has_cells) {
        drift__write_u8(writer, (uint8_t)column->cells.integer);
        drift__write_varint(writer, column->cells.n);
        for (uint32_t k = 0; k <= column->cells.n; k++)
            drift__write_u64(writer, (uint64_t)column->cells.keys[k]);
        drift__write_bytes(writer, column->cells.atoms, column->cells.n);
    }
    size_t names = column->names ? drift_categories_size(column->names) : 0;
    for (size_t i = 0; i < names; i++) {
        drift_category name;
        if (drift_categories_get(column->names, i, &name) == DRIFT_OK && name.pinned)
            drift__write_string(writer, name.name, name.length);
    }
}

drift_status drift__profile_freeze(drift_profile *profile)
{
    static const uint64_t keys[2][2] = {{0x66726f7a656e2031ULL, 0x6469676573742061ULL},
                                        {0x66726f7a656e2032ULL, 0x6469676573742062ULL}};
    drift_buffer *bytes = NULL;
    drift_status status = drift_buffer_create(&profile->allocator, &bytes);
    if (status)
        return status;
    drift__writer writer = {bytes, DRIFT_OK};
    drift__write_u64(&writer, profile->seed);
    drift__write_u32(&writer, profile->category_capacity);
    drift__write_varint(&writer, profile->n_columns);
    for (size_t i = 0; i < profile->n_columns; i++)
        digest_column(&profile->columns[i], &writer);
    status = writer.status;
    for (size_t i = 0; i < 2 && status == DRIFT_OK; i++)
        profile->frozen_digest[i] =
            drift__siphash(2, 4, keys[i], drift_buffer_data(bytes), drift_buffer_size(bytes));
    drift_buffer_destroy(bytes);
    return status;
}

int drift_profile_compatible(const drift_profile *a, const drift_profile *b)
{
    return a && b && memcmp(a->frozen_digest, b->frozen_digest, sizeof a->frozen_digest) == 0;
}
