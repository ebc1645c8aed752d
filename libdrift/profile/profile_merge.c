/* SPDX-License-Identifier: Apache-2.0
 *
 * profile_merge.c: adding the counts of one profile to another. Everything
 * added is an integer, an extremum, an exact sum or a set, so the order of
 * merges does not show in the result.
 */
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "profile/shard.h"
#include "profile/state.h"
#include "sketch/category_room.h"

drift_status drift__extra_union(char *const *a, size_t n_a, char *const *b, size_t n_b,
                                const drift_allocator *allocator, char ***out_names, size_t *out_n)
{
    size_t most = n_a + n_b < DRIFT__EXTRA_CAPACITY ? n_a + n_b : DRIFT__EXTRA_CAPACITY;
    if (!most) {
        *out_names = NULL;
        *out_n = 0;
        return DRIFT_OK;
    }
    char **names = drift__allocate(allocator, most, sizeof *names);
    if (!names)
        return DRIFT_ERR_OUT_OF_MEMORY;
    size_t n = 0, i = 0, j = 0;
    while (n < most && (i < n_a || j < n_b)) {
        int order = i == n_a ? 1 : j == n_b ? -1 : strcmp(a[i], b[j]);
        const char *next = order <= 0 ? a[i] : b[j];
        i += order <= 0;
        j += order >= 0;
        names[n] = drift__copy_string(allocator, next, strlen(next));
        if (!names[n]) {
            drift__extra_destroy(names, n, allocator);
            return DRIFT_ERR_OUT_OF_MEMORY;
        }
        n++;
    }
    *out_names = names;
    *out_n = n;
    return DRIFT_OK;
}

static void merge_range(drift__column_state *column, const drift__column_state *other)
{
    if (!other->valid)
        return;
    if (!column->valid || other->minimum < column->minimum)
        column->minimum = other->minimum;
    if (!column->valid || other->maximum > column->maximum)
        column->maximum = other->maximum;
}

static void merge_clusters(drift__column_state *column, const drift__column_state *other)
{
    for (size_t g = 0; column->groups && g < DRIFT__GROUPS; g++) {
        for (size_t k = 0; k < DRIFT__GROUP_CELLS; k++)
            column->groups->cells[g][k] += other->groups->cells[g][k];
        column->groups->none[g] += other->groups->none[g];
    }
    column->serial.pairs += other->serial.pairs;
    column->serial.matches += other->serial.matches;
    column->serial.above += other->serial.above;
    column->serial.has_previous = 0;
}

/* Cannot fail: the rows of both fit 64 bits, and no count is larger than the rows. */
static void merge_column(drift__column_state *column, const drift__column_state *other)
{
    merge_range(column, other);
    column->missing += other->missing;
    column->absent += other->absent;
    column->invalid += other->invalid;
    column->negative_infinity += other->negative_infinity;
    column->positive_infinity += other->positive_infinity;
    column->valid += other->valid;
    column->numeric_tokens += other->numeric_tokens;
    if (column->has_cells) {
        drift__cells_absorb(&column->cells, &other->cells);
        drift__exact_sum_merge(column->sum, other->sum);
        drift__exact_square_sum_merge(column->square_sum, other->square_sum);
    }
    merge_clusters(column, other);
}

void drift__shard_absorb(drift_profile *shard, const drift_profile *other)
{
    for (size_t i = 0; i < shard->n_columns; i++) {
        drift__column_state *column = &shard->columns[i];
        merge_column(column, &other->columns[i]);
        if (column->names)
            drift__categories_absorb(column->names, other->columns[i].names);
    }
    shard->rows += other->rows;
}

drift_status drift__shard_settle(const drift_profile *shard, const drift_allocator *allocator,
                                 drift_profile **out_reference, drift_error *error)
{
    drift_profile *made = NULL;
    drift_status status = drift_profile_create_against(shard, allocator, &made, error);
    if (status)
        return status;
    if (made->category_capacity > DRIFT__SHARD_NAMES)
        made->category_capacity = DRIFT__SHARD_NAMES;
    made->rows = made->reference_rows = shard->rows;
    if (made->sample_rows > made->rows)
        made->sample_rows = made->rows;
    for (size_t i = 0; i < made->n_columns && !status; i++) {
        drift__column_state *column = &made->columns[i];
        merge_column(column, &shard->columns[i]);
        if (!column->names)
            continue;
        drift_categories_destroy(column->names);
        column->names = NULL;
        status = drift__categories_settle(shard->columns[i].names, allocator, &column->names);
    }
    if (!status)
        status = drift__profile_freeze(made);
    if (status) {
        drift_profile_destroy(made);
        return drift__fail_status(error, status);
    }
    *out_reference = made;
    return DRIFT_OK;
}

static drift_status merge_names(const drift_profile *profile, const drift_profile *other,
                                drift_categories **merged)
{
    drift_status status = DRIFT_OK;
    for (size_t i = 0; i < profile->n_columns && status == DRIFT_OK; i++) {
        if (!profile->columns[i].names)
            continue;
        status = drift__categories_clone(profile->columns[i].names, &merged[i]);
        if (status == DRIFT_OK)
            status = drift_categories_merge(merged[i], other->columns[i].names);
    }
    return status;
}

static drift_status refuse_different(const drift_profile *profile, const drift_profile *other,
                                     drift_error *error)
{
    if (drift_profile_compatible(profile, other) && profile->n_columns == other->n_columns) {
        char ours[96], theirs[96];
        if (drift__blocks_same(&profile->blocks, &other->blocks))
            return DRIFT_OK;
        drift__blocks_say(&profile->blocks, ours, sizeof ours);
        drift__blocks_say(&other->blocks, theirs, sizeof theirs);
        return drift__fail(error, DRIFT_ERR_INCOMPATIBLE,
                           "one profile has %s, the other %s: make both with the same --block",
                           ours, theirs);
    }
    return drift__fail(error, DRIFT_ERR_INCOMPATIBLE,
                       "the profiles count in different edges: make both against one reference "
                       "(drift profile --reference)");
}

drift_status drift_profile_merge(drift_profile *profile, const drift_profile *other,
                                 drift_error *error)
{
    if (!profile || !other)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    drift_status status = refuse_different(profile, other, error);
    if (status)
        return status;
    if (profile->rows > UINT64_MAX - other->rows)
        return drift__fail_status(error, DRIFT_ERR_OVERFLOW);
    const drift_allocator *memory = &profile->allocator;
    char **extra = NULL;
    size_t n_extra = 0;
    drift_categories **merged = drift__allocate_zero(memory, profile->n_columns, sizeof *merged);
    status = merged ? merge_names(profile, other, merged) : DRIFT_ERR_OUT_OF_MEMORY;
    if (status == DRIFT_OK)
        status = drift__extra_union(profile->extra, profile->n_extra, other->extra, other->n_extra,
                                    memory, &extra, &n_extra);
    for (size_t i = 0; merged && i < profile->n_columns; i++) {
        drift__column_state *column = &profile->columns[i];
        if (status == DRIFT_OK) {
            drift_categories *old = column->names;
            merge_column(column, &other->columns[i]);
            column->names = merged[i];
            merged[i] = old;
        }
        drift_categories_destroy(merged[i]);
    }
    drift__release(memory, merged);
    if (status)
        return drift__fail_status(error, status);
    drift__extra_destroy(profile->extra, profile->n_extra, memory);
    profile->extra = extra;
    profile->n_extra = n_extra;
    profile->rows += other->rows;
    return DRIFT_OK;
}

drift_status drift__shard_pour(drift_profile *shard, const drift_profile *other, drift_error *error)
{
    drift_status status = refuse_different(shard, other, error);
    if (status)
        return status;
    if (shard->rows > UINT64_MAX - other->rows)
        return drift__fail_status(error, DRIFT_ERR_OVERFLOW);
    for (size_t i = 0; i < shard->n_columns; i++) {
        drift__column_state *column = &shard->columns[i];
        merge_column(column, &other->columns[i]);
        if (column->names)
            drift__categories_pour(column->names, other->columns[i].names);
    }
    shard->rows += other->rows;
    return DRIFT_OK;
}
