/* SPDX-License-Identifier: Apache-2.0
 *
 * epoch.c: references of a monitor.
 */
#include "monitor/epoch.h"

#include "core/error.h"
#include "core/memory.h"
#include "profile/order.h"
#include "profile/shard.h"
#include "profile/state.h"
#include "sketch/category_room.h"

/* A thousand rows is more than enough to want the guide. */
enum { GUIDE_ROWS = 1000 };

/* What shards of a reference rely on. */
static drift_status prepare_column(drift__column_state *column, const drift_allocator *allocator)
{
    if (column->names)
        return drift__categories_shorten(column->names);
    return column->has_cells ? drift__cells_prepare(&column->cells, GUIDE_ROWS, allocator)
                             : DRIFT_OK;
}

static drift_status copy_profile(const drift_profile *profile, const drift_profile *before,
                                 const drift_allocator *allocator, drift_profile **out_copy,
                                 drift_error *error)
{
    drift_profile *copy = NULL;
    drift_status status = drift_profile_create_against(profile, allocator, &copy, error);
    if (!status)
        status = drift_profile_merge(copy, profile, error);
    if (!status &&
        (drift__plans_copy(copy, profile) || (before && drift__plans_inherit(copy, before))))
        status = drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    for (size_t i = 0; !status && i < copy->n_columns; i++)
        if (prepare_column(&copy->columns[i], &copy->allocator))
            status = drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    if (status) {
        drift_profile_destroy(copy);
        return status;
    }
    *out_copy = copy;
    return DRIFT_OK;
}

drift_status drift__epoch_create(const drift_profile *reference, uint64_t number, int follows,
                                 const drift_profile *before, const drift__sentry_config *watched,
                                 const drift_allocator *allocator, drift__epoch **out_epoch,
                                 drift_error *error)
{
    drift__epoch *epoch = drift__allocate_zero(allocator, 1, sizeof *epoch);
    if (!epoch)
        return drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    epoch->number = number;
    epoch->allocator = *allocator;
    drift_profile **shards[] = {&epoch->window, &epoch->previous, &epoch->gathered};
    drift_status status = copy_profile(reference, before, allocator, &epoch->reference, error);
    for (int i = 0; i < (follows ? 3 : 1) && !status; i++)
        status = drift__shard_create(epoch->reference, allocator, shards[i], error);
    if (!status)
        status = drift__epoch_watch(epoch, watched, error);
    if (status) {
        drift__epoch_destroy(epoch);
        return status;
    }
    *out_epoch = epoch;
    return DRIFT_OK;
}

drift_status drift__epoch_watch(drift__epoch *epoch, const drift__sentry_config *watched,
                                drift_error *error)
{
    drift__sentry *sentry = NULL;
    drift_status status =
        watched ? drift__sentry_create(epoch->reference, watched, (uint32_t)epoch->number,
                                       &epoch->reference->allocator, &sentry, error)
                : DRIFT_OK;
    if (status)
        return status;
    drift__sentry_destroy(epoch->sentry);
    epoch->sentry = sentry;
    return DRIFT_OK;
}

void drift__epoch_destroy(drift__epoch *epoch)
{
    if (!epoch)
        return;
    drift_allocator memory = epoch->allocator;
    drift_profile_destroy(epoch->gathered);
    drift_profile_destroy(epoch->previous);
    drift__sentry_destroy(epoch->sentry);
    drift_profile_destroy(epoch->window);
    drift_profile_destroy(epoch->reference);
    drift__release(&memory, epoch);
}
