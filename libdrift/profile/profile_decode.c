/* SPDX-License-Identifier: Apache-2.0
 *
 * profile_decode.c: a profile from untrusted bytes (docs/format.md). Every
 * length is checked against the bytes that are left before memory is taken
 * for it, and the result must satisfy drift__profile_validate.
 */
#include <math.h>
#include <string.h>
#include <zstd.h>

#include "core/error.h"
#include "core/memory.h"
#include "profile/codec.h"
#include "profile/schema_state.h"

enum { MOST_CELLS = 65536 };

static drift_status damaged(drift_error *error, const char *reason)
{
    return drift__fail(error, DRIFT_ERR_CORRUPT, "profile is damaged: %s", reason);
}

/* The body of the next section, which must be `number`. */
static drift__byte_reader next_section(drift__byte_reader *reader, uint8_t number)
{
    drift__byte_reader section = {NULL, NULL, 1};
    size_t length;
    if (drift__read_u8(reader) != number)
        reader->failed = 1;
    const char *body = drift__read_string(reader, &length);
    if (reader->failed || !body)
        return section;
    section.at = (const uint8_t *)body;
    section.end = section.at + length;
    section.failed = 0;
    return section;
}

static void end_section(drift__byte_reader *reader, const drift__byte_reader *section)
{
    if (section->failed || drift__read_left(section))
        reader->failed = 1;
}

void drift__counts_read(drift__column_state *column, drift__byte_reader *reader)
{
    column->missing = drift__read_varint(reader);
    column->absent = drift__read_varint(reader);
    column->invalid = drift__read_varint(reader);
    column->negative_infinity = drift__read_varint(reader);
    column->positive_infinity = drift__read_varint(reader);
    column->valid = drift__read_varint(reader);
    column->numeric_tokens = drift__read_varint(reader);
    column->minimum = (int64_t)drift__read_u64(reader);
    column->maximum = (int64_t)drift__read_u64(reader);
}

static void read_keys(drift__byte_reader *reader, uint32_t n, int64_t *keys, uint8_t *atoms)
{
    keys[0] = (int64_t)drift__read_u64(reader);
    for (uint32_t k = 0; k < n; k++) {
        uint64_t width = drift__read_varint(reader);
        if (!width || __builtin_add_overflow(keys[k], width, &keys[k + 1])) {
            reader->failed = 1;
            return;
        }
        atoms[k] = width == 1;
    }
}

static drift_status read_cells(drift__column_state *column, int integer, drift__byte_reader *reader,
                               const drift_allocator *memory)
{
    uint64_t n = drift__read_varint(reader);
    if (reader->failed || n < 1 || n > MOST_CELLS || 2 * n > drift__read_left(reader))
        return DRIFT_ERR_CORRUPT;
    int64_t *keys = drift__allocate(memory, (size_t)n + 1, sizeof *keys);
    uint8_t *atoms = drift__allocate(memory, (size_t)n, 1);
    drift_status status = keys && atoms ? DRIFT_OK : DRIFT_ERR_OUT_OF_MEMORY;
    if (status == DRIFT_OK)
        read_keys(reader, (uint32_t)n, keys, atoms);
    if (status == DRIFT_OK && reader->failed)
        status = DRIFT_ERR_CORRUPT;
    if (status == DRIFT_OK)
        status = drift__cells_create(&column->cells, keys, atoms, (uint32_t)n, integer, memory);
    drift__release(memory, keys);
    drift__release(memory, atoms);
    if (status)
        return status;
    column->has_cells = 1;
    status = drift__column_add_sums(column, memory);
    if (status)
        return status;
    for (uint32_t k = 0; k < n + 2; k++)
        column->cells.counts[k] = drift__read_varint(reader);
    drift__exact_sum_read(column->sum, reader);
    drift__exact_square_sum_read(column->square_sum, reader);
    return reader->failed ? DRIFT_ERR_CORRUPT : DRIFT_OK;
}

static drift_status read_categories(drift__byte_reader *reader, const drift_allocator *memory,
                                    drift_categories **out)
{
    size_t length;
    const char *bytes = drift__read_string(reader, &length);
    if (reader->failed)
        return DRIFT_ERR_CORRUPT;
    return drift_categories_deserialize(bytes, length, memory, out, NULL);
}

/* Counted names must have the profile's capacity and seed: merging into its own kind tells. */
static drift_status read_names(const drift_profile *profile, drift__column_state *column,
                               drift__byte_reader *reader)
{
    drift_categories *names = NULL;
    drift_status status = read_categories(reader, &profile->allocator, &names);
    if (status)
        return status;
    status = drift__copy_pinned(names, profile->category_capacity, profile->seed,
                                &profile->allocator, &column->names);
    if (status == DRIFT_OK)
        status = drift_categories_merge(column->names, names);
    drift_categories_destroy(names);
    return status == DRIFT_ERR_OUT_OF_MEMORY ? status : status ? DRIFT_ERR_CORRUPT : DRIFT_OK;
}

/* Allowed values are pinned names without counts, nothing else. */
static drift_status read_allowed(drift__column_state *column, drift__byte_reader *reader,
                                 const drift_allocator *memory)
{
    drift_categories *values = NULL;
    drift_status status = read_categories(reader, memory, &values);
    if (status)
        return status;
    status = drift__copy_pinned(values, 1, 0, memory, &column->allowed);
    if (status == DRIFT_OK)
        status = drift_categories_merge(column->allowed, values);
    if (status == DRIFT_ERR_INCOMPATIBLE ||
        (status == DRIFT_OK && (drift_categories_total(values) || !drift_categories_size(values))))
        status = DRIFT_ERR_CORRUPT;
    drift_categories_destroy(values);
    return status;
}

static drift_status read_column(const drift_profile *profile, drift__column_state *column,
                                drift__byte_reader *reader)
{
    const drift_allocator *memory = &profile->allocator;
    const char *name = drift__read_string(reader, &column->name_length);
    column->type = (drift_type)drift__read_u8(reader);
    column->role = (drift_role)drift__read_u8(reader);
    column->use = (drift_use)drift__read_u8(reader);
    unsigned flags = drift__read_u8(reader);
    drift__counts_read(column, reader);
    if (reader->failed || flags > DRIFT__FLAGS || memchr(name, '\0', column->name_length))
        return DRIFT_ERR_CORRUPT;
    column->name = drift__copy_string(memory, name, column->name_length);
    if (!column->name)
        return DRIFT_ERR_OUT_OF_MEMORY;
    column->discrete = (flags & DRIFT__FLAG_DISCRETE) != 0;
    drift_status status = DRIFT_OK;
    if (flags & DRIFT__FLAG_CELLS)
        status = read_cells(column, (flags & DRIFT__FLAG_INTEGER) != 0, reader, memory);
    else if (flags & DRIFT__FLAG_INTEGER)
        status = DRIFT_ERR_CORRUPT;
    if (status == DRIFT_OK && flags & DRIFT__FLAG_NAMES)
        status = read_names(profile, column, reader);
    if (status == DRIFT_OK && flags & DRIFT__FLAG_ALLOWED)
        status = read_allowed(column, reader, memory);
    return status;
}

drift_status drift__extra_read(drift_profile *profile, drift__byte_reader *reader)
{
    uint64_t n = drift__read_varint(reader);
    if (reader->failed || n > DRIFT__EXTRA_CAPACITY || n > drift__read_left(reader))
        return DRIFT_ERR_CORRUPT;
    if (!n)
        return DRIFT_OK;
    profile->extra = drift__allocate_zero(&profile->allocator, (size_t)n, sizeof *profile->extra);
    if (!profile->extra)
        return DRIFT_ERR_OUT_OF_MEMORY;
    profile->n_extra = (size_t)n;
    for (size_t i = 0; i < profile->n_extra; i++) {
        size_t length;
        const char *name = drift__read_string(reader, &length);
        if (reader->failed || memchr(name, '\0', length))
            return DRIFT_ERR_CORRUPT;
        profile->extra[i] = drift__copy_string(&profile->allocator, name, length);
        if (!profile->extra[i])
            return DRIFT_ERR_OUT_OF_MEMORY;
    }
    return DRIFT_OK;
}

static drift_status read_head(drift__byte_reader *reader, const drift_allocator *allocator,
                              drift_profile **out_profile)
{
    drift__byte_reader head = next_section(reader, DRIFT__SECTION_HEAD);
    uint64_t seed = drift__read_u64(&head);
    uint32_t capacity = drift__read_u32(&head);
    unsigned sampling = drift__read_u8(&head);
    uint64_t reference_rows = drift__read_varint(&head), sample_rows = drift__read_varint(&head);
    uint64_t rows = drift__read_varint(&head), n_columns = drift__read_varint(&head);
    uint64_t digest[2];
    digest[0] = drift__read_u64(&head);
    digest[1] = drift__read_u64(&head);
    end_section(reader, &head);
    if (reader->failed || !n_columns || n_columns > DRIFT__MOST_COLUMNS ||
        n_columns > drift__read_left(reader) || !capacity)
        return DRIFT_ERR_CORRUPT;
    drift_profile *profile = NULL;
    drift_status status = drift__profile_allocate((size_t)n_columns, allocator, &profile);
    if (status)
        return status;
    profile->seed = seed;
    profile->category_capacity = capacity;
    profile->sampling = (drift__sampling)sampling;
    profile->reference_rows = reference_rows;
    profile->sample_rows = sample_rows;
    profile->rows = rows;
    memcpy(profile->frozen_digest, digest, sizeof digest);
    *out_profile = profile;
    return DRIFT_OK;
}

static int is_stated(double value, double above, double below)
{
    return value == -1 || (value >= 0 && value > above && value < below);
}

static drift_status read_overrides(drift_profile *profile, drift__byte_reader *reader)
{
    uint64_t n = drift__read_varint(reader), least = 0;
    for (uint64_t i = 0; i < n && !reader->failed; i++) {
        uint64_t index = drift__read_varint(reader);
        drift__override stated;
        stated.alpha = drift__read_double(reader);
        stated.min_effect = drift__read_double(reader);
        stated.weight = drift__read_double(reader);
        if (reader->failed || index < least || index >= profile->n_columns ||
            !is_stated(stated.alpha, 0, 1) || !is_stated(stated.min_effect, -1, INFINITY) ||
            !(stated.weight == -1 || drift__is_weight(stated.weight)))
            return DRIFT_ERR_CORRUPT;
        profile->columns[index].override = stated;
        least = index + 1;
    }
    return reader->failed ? DRIFT_ERR_CORRUPT : DRIFT_OK;
}

void drift__groups_read(drift__groups *groups, drift__byte_reader *reader)
{
    for (size_t g = 0; g < DRIFT__GROUPS; g++) {
        for (size_t k = 0; k < DRIFT__GROUP_CELLS; k++)
            groups->cells[g][k] = drift__read_varint(reader);
        groups->none[g] = drift__read_varint(reader);
    }
}

static drift_status read_blocks(drift_profile *profile, drift__byte_reader *reader)
{
    uint64_t rows = drift__read_varint(reader);
    size_t length;
    const char *text = drift__read_string(reader, &length);
    if (reader->failed || (rows && length) || memchr(text, '\0', length))
        return DRIFT_ERR_CORRUPT;
    char *column = length ? drift__copy_string(&profile->allocator, text, length) : NULL;
    if (length && !column)
        return DRIFT_ERR_OUT_OF_MEMORY;
    drift_status status = drift__profile_index(profile);
    if (status == DRIFT_OK)
        status = drift__profile_add_blocks(profile, rows, column);
    drift__release(&profile->allocator, column);
    if (status)
        return status == DRIFT_ERR_OUT_OF_MEMORY ? status : DRIFT_ERR_CORRUPT;
    for (size_t i = 0; i < profile->n_columns; i++) {
        if (profile->columns[i].groups)
            drift__groups_read(profile->columns[i].groups, reader);
    }
    return reader->failed ? DRIFT_ERR_CORRUPT : DRIFT_OK;
}

/* A correlation, or what is left of one. */
static int is_correlation(double value)
{
    return value >= -2 && value <= 2;
}

static drift_status read_scores(drift__plan *plan, drift__byte_reader *reader,
                                const drift_allocator *memory)
{
    plan->valid = drift__read_double(reader);
    plan->n_scores = drift__read_u8(reader);
    uint64_t windows = drift__read_varint(reader);
    if (reader->failed || !(plan->valid > 0 && plan->valid <= 1) || !plan->n_scores ||
        plan->n_scores > DRIFT__WINDOW_SCORES || windows < 2 || windows > DRIFT__MOST_WINDOWS)
        return DRIFT_ERR_CORRUPT;
    size_t n = (size_t)windows * plan->n_scores;
    if (n > drift__read_left(reader) / sizeof(double))
        return DRIFT_ERR_CORRUPT;
    plan->windows = (uint32_t)windows;
    plan->scores = drift__allocate(memory, n, sizeof *plan->scores);
    for (size_t i = 0; plan->scores && i < n; i++)
        plan->scores[i] = drift__read_double(reader);
    return plan->scores ? DRIFT_OK : DRIFT_ERR_OUT_OF_MEMORY;
}

static drift_status read_plan(drift_profile *profile, uint64_t key, drift__byte_reader *reader)
{
    drift__plan plan = {.kind = drift__read_u8(reader)};
    plan.stated = drift__read_u8(reader);
    plan.rows = drift__read_varint(reader);
    plan.season = drift__read_varint(reader);
    plan.correlation = drift__read_double(reader);
    plan.left = drift__read_double(reader);
    if (reader->failed || plan.kind <= DRIFT__PLAN_NONE || plan.kind > DRIFT__PLAN_REFUSED ||
        plan.stated > 1 || plan.rows < 2 || plan.rows > UINT32_MAX || plan.season > UINT32_MAX ||
        !is_correlation(plan.correlation) || !is_correlation(plan.left))
        return DRIFT_ERR_CORRUPT;
    if (plan.kind == DRIFT__PLAN_WINDOWS) {
        drift_status status = read_scores(&plan, reader, &profile->allocator);
        if (status)
            return status;
    }
    return drift__column_set_plan(profile, (size_t)(key / DRIFT__PLANS),
                                  (drift__plan_subject)(key % DRIFT__PLANS), &plan);
}

static drift_status read_plans(drift_profile *profile, drift__byte_reader *reader)
{
    uint64_t n = drift__read_varint(reader), least = 0;
    drift_status status = n && n <= drift__read_left(reader) ? DRIFT_OK : DRIFT_ERR_CORRUPT;
    for (uint64_t i = 0; i < n && !status; i++) {
        uint64_t column = drift__read_varint(reader), subject = drift__read_u8(reader);
        uint64_t key = column * DRIFT__PLANS + subject;
        if (reader->failed || column >= profile->n_columns || subject >= DRIFT__PLANS ||
            key < least)
            return DRIFT_ERR_CORRUPT;
        status = read_plan(profile, key, reader);
        least = key + 1;
    }
    profile->planned_rows = profile->rows;
    return status;
}

/* The sections that stand behind those of format 1. */
static drift_status read_later(drift_profile *profile, drift__byte_reader *reader, uint32_t format)
{
    drift__byte_reader section = next_section(reader, DRIFT__SECTION_OVERRIDES);
    drift_status status = section.failed ? DRIFT_ERR_CORRUPT : read_overrides(profile, &section);
    end_section(reader, &section);
    if (status)
        return status;
    section = next_section(reader, DRIFT__SECTION_BLOCKS);
    status = section.failed ? DRIFT_ERR_CORRUPT : read_blocks(profile, &section);
    end_section(reader, &section);
    if (status || format < DRIFT__PROFILE_PLANS_FORMAT)
        return status;
    section = next_section(reader, DRIFT__SECTION_PLANS);
    status = section.failed ? DRIFT_ERR_CORRUPT : read_plans(profile, &section);
    end_section(reader, &section);
    return status;
}

static drift_status read_body(drift_profile *profile, drift__byte_reader *reader, uint32_t format)
{
    drift_status status = DRIFT_OK;
    for (size_t i = 0; i < profile->n_columns && status == DRIFT_OK; i++) {
        drift__byte_reader section = next_section(reader, DRIFT__SECTION_COLUMN);
        status = section.failed ? DRIFT_ERR_CORRUPT
                                : read_column(profile, &profile->columns[i], &section);
        end_section(reader, &section);
        if (status == DRIFT_OK && reader->failed)
            status = DRIFT_ERR_CORRUPT;
    }
    if (status)
        return status;
    drift__byte_reader section = next_section(reader, DRIFT__SECTION_EXTRA);
    status = section.failed ? DRIFT_ERR_CORRUPT : drift__extra_read(profile, &section);
    end_section(reader, &section);
    if (status == DRIFT_OK && format > DRIFT__PROFILE_PLAIN_FORMAT)
        status = read_later(profile, reader, format);
    if (status == DRIFT_OK && (reader->failed || drift__read_left(reader)))
        status = DRIFT_ERR_CORRUPT;
    return status;
}

/* Names unique, every invariant kept, and the digest the one of what was read. */
static drift_status check_whole(drift_profile *profile, drift_error *error)
{
    uint64_t stored[2];
    memcpy(stored, profile->frozen_digest, sizeof stored);
    drift_status status = drift__profile_index(profile);
    if (status == DRIFT_ERR_INVALID_ARGUMENT)
        return damaged(error, "two columns have one name");
    if (status)
        return drift__fail_status(error, status);
    const char *problem = drift__profile_validate(profile);
    if (problem)
        return damaged(error, problem);
    status = drift__profile_freeze(profile);
    if (status)
        return drift__fail_status(error, status);
    if (memcmp(stored, profile->frozen_digest, sizeof stored) != 0)
        return damaged(error, "its edges are not those of its digest");
    return DRIFT_OK;
}

drift_status drift__profile_decode(const void *bytes, size_t size, uint32_t format,
                                   const drift_allocator *allocator, drift_profile **out_profile,
                                   drift_error *error)
{
    drift__byte_reader reader = {bytes, (const uint8_t *)bytes + size, 0};
    drift_profile *profile = NULL;
    drift_status status = read_head(&reader, allocator, &profile);
    if (status == DRIFT_OK)
        status = read_body(profile, &reader, format);
    if (status == DRIFT_ERR_OUT_OF_MEMORY)
        drift__fail_status(error, status);
    else if (status)
        status = damaged(error, "a section is not what its length or content says");
    else
        status = check_whole(profile, error);
    if (status) {
        drift_profile_destroy(profile);
        return status;
    }
    *out_profile = profile;
    return DRIFT_OK;
}

/* Size of what the one frame holds; 0 where that is not stated or out of bounds. */
static size_t plain_size(const drift__byte_reader *payload)
{
    size_t left = drift__read_left(payload);
    unsigned long long size = ZSTD_getFrameContentSize(payload->at, left);
    size_t frame = ZSTD_findFrameCompressedSize(payload->at, left);
    if (ZSTD_isError(frame) || frame != left || size == ZSTD_CONTENTSIZE_UNKNOWN ||
        size == ZSTD_CONTENTSIZE_ERROR || size > DRIFT__PROFILE_MOST_BYTES)
        return 0;
    return (size_t)size;
}

drift_status drift_profile_deserialize(const void *bytes, size_t size,
                                       const drift_allocator *allocator,
                                       drift_profile **out_profile, drift_error *error)
{
    drift__byte_reader payload;
    uint32_t version;
    if (!out_profile)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    drift_status status = drift__envelope_open(bytes, size, "DRpf", DRIFT__PROFILE_FORMAT,
                                               "profile", &version, &payload, error);
    if (status)
        return status;
    size_t plain = plain_size(&payload);
    if (!plain)
        return damaged(error, "it does not hold one zstd frame of a stated size");
    drift_allocator memory = drift__allocator(allocator);
    void *sections = drift__allocate(&memory, plain, 1);
    if (!sections)
        return drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    size_t written = ZSTD_decompress(sections, plain, payload.at, drift__read_left(&payload));
    if (ZSTD_isError(written) || written != plain)
        status = damaged(error, "its zstd frame cannot be read");
    else
        status = drift__profile_decode(sections, plain, version, &memory, out_profile, error);
    drift__release(&memory, sections);
    return status;
}
