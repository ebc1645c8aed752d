/* SPDX-License-Identifier: Apache-2.0
 *
 * profile_encode.c: a profile as bytes (docs/format.md): sections
 * with lengths in one zstd frame inside the common envelope.
 */
#include <string.h>
#include <zstd.h>

#include "core/buffer.h"
#include "core/error.h"
#include "core/memory.h"
#include "profile/codec.h"

void drift__counts_write(const drift__column_state *column, drift__writer *writer)
{
    drift__write_varint(writer, column->missing);
    drift__write_varint(writer, column->absent);
    drift__write_varint(writer, column->invalid);
    drift__write_varint(writer, column->negative_infinity);
    drift__write_varint(writer, column->positive_infinity);
    drift__write_varint(writer, column->valid);
    drift__write_varint(writer, column->numeric_tokens);
    drift__write_u64(writer, (uint64_t)column->minimum);
    drift__write_u64(writer, (uint64_t)column->maximum);
}

/* Differences of keys; a cell is an atom exactly where the difference is 1. */
static void write_cells(const drift__column_state *column, drift__writer *writer)
{
    const drift__cells *cells = &column->cells;
    drift__write_varint(writer, cells->n);
    drift__write_u64(writer, (uint64_t)cells->keys[0]);
    for (uint32_t k = 0; k < cells->n; k++)
        drift__write_varint(writer, (uint64_t)cells->keys[k + 1] - (uint64_t)cells->keys[k]);
    for (uint32_t k = 0; k < cells->n + 2; k++)
        drift__write_varint(writer, cells->counts[k]);
    drift__exact_sum_write(column->sum, writer);
    drift__exact_square_sum_write(column->square_sum, writer);
}

void drift__names_write(const drift_categories *categories, const drift_allocator *allocator,
                        drift__writer *writer)
{
    drift_buffer *bytes = NULL;
    drift_status status = drift_buffer_create(allocator, &bytes);
    if (status == DRIFT_OK)
        status = drift_categories_serialize(categories, bytes);
    if (status == DRIFT_OK)
        drift__write_string(writer, drift_buffer_data(bytes), drift_buffer_size(bytes));
    else if (writer->status == DRIFT_OK)
        writer->status = status;
    drift_buffer_destroy(bytes);
}

static void write_column(const drift__column_state *column, const drift_allocator *allocator,
                         drift__writer *writer)
{
    unsigned flags = (column->has_cells ? DRIFT__FLAG_CELLS : 0u) |
                     (column->discrete ? DRIFT__FLAG_DISCRETE : 0u) |
                     (column->has_cells && column->cells.integer ? DRIFT__FLAG_INTEGER : 0u) |
                     (column->names ? DRIFT__FLAG_NAMES : 0u) |
                     (column->allowed ? DRIFT__FLAG_ALLOWED : 0u);
    drift__write_string(writer, column->name, column->name_length);
    drift__write_u8(writer, (uint8_t)column->type);
    drift__write_u8(writer, (uint8_t)column->role);
    drift__write_u8(writer, (uint8_t)column->use);
    drift__write_u8(writer, (uint8_t)flags);
    drift__counts_write(column, writer);
    if (column->has_cells)
        write_cells(column, writer);
    if (column->names)
        drift__names_write(column->names, allocator, writer);
    if (column->allowed)
        drift__names_write(column->allowed, allocator, writer);
}

static void write_head(const drift_profile *profile, drift__writer *writer)
{
    drift__write_u64(writer, profile->seed);
    drift__write_u32(writer, profile->category_capacity);
    drift__write_u8(writer, (uint8_t)profile->sampling);
    drift__write_varint(writer, profile->reference_rows);
    drift__write_varint(writer, profile->sample_rows);
    drift__write_varint(writer, profile->rows);
    drift__write_varint(writer, profile->n_columns);
    drift__write_u64(writer, profile->frozen_digest[0]);
    drift__write_u64(writer, profile->frozen_digest[1]);
}

/* Move what `section` holds behind its number and length, and empty it. */
static void end_section(drift__writer *writer, uint8_t number, drift__writer *section)
{
    if (writer->status == DRIFT_OK)
        writer->status = section->status;
    drift__write_u8(writer, number);
    drift__write_string(writer, drift_buffer_data(section->buffer),
                        drift_buffer_size(section->buffer));
    drift_buffer_reset(section->buffer);
}

static int has_override(const drift__column_state *column)
{
    const drift__override *stated = &column->override;
    return stated->alpha >= 0 || stated->min_effect >= 0 || stated->weight >= 0;
}

static int has_blocks(const drift_profile *profile)
{
    return profile->blocks.rows || profile->blocks.column;
}

/* Plans that say something. */
static size_t count_plans(const drift_profile *profile)
{
    size_t n = 0;
    for (size_t i = 0; i < profile->n_columns; i++)
        for (unsigned k = 0; k < DRIFT__PLANS; k++)
            n += drift__column_plan(profile, i, (drift__plan_subject)k)->kind > DRIFT__PLAN_NONE;
    return n;
}

uint32_t drift__profile_format(const drift_profile *profile)
{
    if (count_plans(profile))
        return DRIFT__PROFILE_PLANS_FORMAT;
    int more = has_blocks(profile);
    for (size_t i = 0; i < profile->n_columns && !more; i++)
        more = has_override(&profile->columns[i]);
    return more ? DRIFT__PROFILE_PLANS_FORMAT - 1 : DRIFT__PROFILE_PLAIN_FORMAT;
}

/* For each column that states something: its number, then the three numbers; -1 = not stated. */
static void write_overrides(const drift_profile *profile, drift__writer *writer)
{
    size_t n = 0;
    for (size_t i = 0; i < profile->n_columns; i++)
        n += (size_t)has_override(&profile->columns[i]);
    drift__write_varint(writer, n);
    for (size_t i = 0; i < profile->n_columns; i++) {
        const drift__override *stated = &profile->columns[i].override;
        if (!has_override(&profile->columns[i]))
            continue;
        drift__write_varint(writer, i);
        drift__write_double(writer, stated->alpha);
        drift__write_double(writer, stated->min_effect);
        drift__write_double(writer, stated->weight);
    }
}

void drift__groups_write(const drift__groups *groups, drift__writer *writer)
{
    for (size_t g = 0; g < DRIFT__GROUPS; g++) {
        for (size_t k = 0; k < DRIFT__GROUP_CELLS; k++)
            drift__write_varint(writer, groups->cells[g][k]);
        drift__write_varint(writer, groups->none[g]);
    }
}

void drift__extra_write(const drift_profile *profile, drift__writer *writer)
{
    drift__write_varint(writer, profile->n_extra);
    for (size_t i = 0; i < profile->n_extra; i++)
        drift__write_string(writer, profile->extra[i], strlen(profile->extra[i]));
}

static void write_blocks(const drift_profile *profile, drift__writer *writer)
{
    const char *column = profile->blocks.column;
    drift__write_varint(writer, profile->blocks.rows);
    drift__write_string(writer, column ? column : "", column ? strlen(column) : 0);
    if (!has_blocks(profile))
        return;
    for (size_t i = 0; i < profile->n_columns; i++) {
        if (profile->columns[i].groups)
            drift__groups_write(profile->columns[i].groups, writer);
    }
}

static void write_plan(const drift__plan *plan, drift__writer *writer)
{
    drift__write_u8(writer, (uint8_t)plan->kind);
    drift__write_u8(writer, (uint8_t)plan->stated);
    drift__write_varint(writer, plan->rows);
    drift__write_varint(writer, plan->season);
    drift__write_double(writer, plan->correlation);
    drift__write_double(writer, plan->left);
    if (plan->kind != DRIFT__PLAN_WINDOWS)
        return;
    drift__write_double(writer, plan->valid);
    drift__write_u8(writer, (uint8_t)plan->n_scores);
    drift__write_varint(writer, plan->windows);
    for (size_t i = 0; i < (size_t)plan->n_scores * plan->windows; i++)
        drift__write_double(writer, plan->scores[i]);
}

static void write_plans(const drift_profile *profile, drift__writer *writer)
{
    drift__write_varint(writer, count_plans(profile));
    for (size_t i = 0; i < profile->n_columns; i++)
        for (unsigned k = 0; k < DRIFT__PLANS; k++) {
            const drift__plan *plan = drift__column_plan(profile, i, (drift__plan_subject)k);
            if (plan->kind <= DRIFT__PLAN_NONE)
                continue;
            drift__write_varint(writer, i);
            drift__write_u8(writer, (uint8_t)k);
            write_plan(plan, writer);
        }
}

drift_status drift__profile_encode(const drift_profile *profile, drift_buffer *out_bytes)
{
    drift_buffer *scratch = NULL;
    drift_status status = drift_buffer_create(&profile->allocator, &scratch);
    if (status)
        return status;
    drift__writer writer = {out_bytes, DRIFT_OK}, section = {scratch, DRIFT_OK};
    write_head(profile, &section);
    end_section(&writer, DRIFT__SECTION_HEAD, &section);
    for (size_t i = 0; i < profile->n_columns; i++) {
        write_column(&profile->columns[i], &profile->allocator, &section);
        end_section(&writer, DRIFT__SECTION_COLUMN, &section);
    }
    drift__extra_write(profile, &section);
    end_section(&writer, DRIFT__SECTION_EXTRA, &section);
    if (drift__profile_format(profile) > DRIFT__PROFILE_PLAIN_FORMAT) {
        write_overrides(profile, &section);
        end_section(&writer, DRIFT__SECTION_OVERRIDES, &section);
        write_blocks(profile, &section);
        end_section(&writer, DRIFT__SECTION_BLOCKS, &section);
    }
    if (drift__profile_format(profile) >= DRIFT__PROFILE_PLANS_FORMAT) {
        write_plans(profile, &section);
        end_section(&writer, DRIFT__SECTION_PLANS, &section);
    }
    drift_buffer_destroy(scratch);
    return writer.status;
}

static drift_status compress(const drift_buffer *plain, drift_buffer *out)
{
    size_t begin = drift_buffer_size(out), bound = ZSTD_compressBound(drift_buffer_size(plain));
    ZSTD_CCtx *context = ZSTD_createCCtx();
    void *room = context ? drift__buffer_extend(out, bound) : NULL;
    size_t size = 0;
    if (room) {
        ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, 9);
        ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, 20);
        size = ZSTD_compress2(context, room, bound, drift_buffer_data(plain),
                              drift_buffer_size(plain));
    }
    ZSTD_freeCCtx(context);
    if (!room || ZSTD_isError(size))
        return DRIFT_ERR_OUT_OF_MEMORY;
    drift__buffer_truncate(out, begin + size);
    return DRIFT_OK;
}

drift_status drift_profile_serialize(const drift_profile *profile, drift_buffer *out_bytes,
                                     drift_error *error)
{
    if (!profile || !out_bytes)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    size_t start = drift_buffer_size(out_bytes);
    drift_buffer *plain = NULL;
    drift_status status = drift_buffer_create(&profile->allocator, &plain);
    if (status == DRIFT_OK)
        status = drift__profile_encode(profile, plain);
    if (status == DRIFT_OK && drift_buffer_size(plain) > DRIFT__PROFILE_MOST_BYTES)
        status = DRIFT_ERR_UNSUPPORTED;
    if (status == DRIFT_OK) {
        drift__writer writer = {out_bytes, DRIFT_OK};
        size_t begin = drift__envelope_begin(&writer, "DRpf", drift__profile_format(profile));
        if (writer.status == DRIFT_OK)
            writer.status = compress(plain, out_bytes);
        drift__envelope_end(&writer, begin);
        status = writer.status;
    }
    drift_buffer_destroy(plain);
    if (status == DRIFT_OK)
        return DRIFT_OK;
    drift__buffer_truncate(out_bytes, start);
    return status == DRIFT_ERR_UNSUPPORTED
               ? drift__fail(error, status, "the profile is larger than 256 MiB")
               : drift__fail_status(error, status);
}

drift_status drift_profile_write(const drift_profile *profile, const char *path, drift_error *error)
{
    if (!profile || !path)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    drift_buffer *bytes = NULL;
    drift_status status = drift_buffer_create(&profile->allocator, &bytes);
    if (status)
        return drift__fail_status(error, status);
    status = drift_profile_serialize(profile, bytes, error);
    if (status == DRIFT_OK)
        status = drift_buffer_write(bytes, path, error);
    drift_buffer_destroy(bytes);
    return status;
}
