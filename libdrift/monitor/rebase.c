/* SPDX-License-Identifier: Apache-2.0
 *
 * rebase.c: a monitor gets another reference. Recorders hold shards of the old one, and
 * only the reader may change a buffer, while it has it. So everything they will need is made
 * first; then one pointer changes; then each buffer gets its new shard when the reader next
 * gives it back, which is at once unless the writer is inside at that moment. An epoch is freed
 * when no buffer is left that counts in it.
 */
#include "monitor/rebase.h"

#include <string.h>

#include "core/error.h"
#include "core/fork.h"
#include "monitor/window.h"
#include "profile/state.h"

static drift_recorder *first_recorder(drift_monitor *monitor)
{
    return atomic_load_explicit(&monitor->recorders, memory_order_acquire);
}

static int is_used(drift_monitor *monitor, const drift__epoch *epoch)
{
    for (const drift_recorder *at = first_recorder(monitor); at; at = at->next)
        if (drift__recorder_uses(at, epoch))
            return 1;
    return 0;
}

void drift__epochs_drop(drift_monitor *monitor)
{
    drift__epoch *at = atomic_load(&monitor->epoch);
    /* Asked before the list: who is no longer among the makers is in it. */
    if (!at->older || atomic_load(&monitor->makers))
        return;
    while (at->older) {
        drift__epoch *older = at->older;
        if (is_used(monitor, older)) {
            at = older;
            continue;
        }
        at->older = older->older;
        drift__epoch_destroy(older);
    }
}

/* The columns of a row stay what they are: recorders go on handing them in. */
static drift_status refuse_other_columns(const drift_profile *ours, const drift_profile *theirs,
                                         drift_error *error)
{
    for (size_t i = 0; i < ours->n_columns && i < theirs->n_columns; i++) {
        const drift__column_state *a = &ours->columns[i], *b = &theirs->columns[i];
        if (strcmp(a->name, b->name))
            return drift__fail(
                error, DRIFT_ERR_INCOMPATIBLE,
                "column %zu of the new reference is '%s', where the monitor has '%s'", i + 1,
                b->name, a->name);
        if (a->type != b->type)
            return drift__fail(error, DRIFT_ERR_INCOMPATIBLE,
                               "column '%s' is %s in the new reference and %s in the monitor",
                               a->name, drift_type_name(b->type), drift_type_name(a->type));
    }
    if (ours->n_columns > theirs->n_columns)
        return drift__fail(error, DRIFT_ERR_INCOMPATIBLE,
                           "the new reference lacks column '%s' of the monitor",
                           ours->columns[theirs->n_columns].name);
    if (ours->n_columns < theirs->n_columns)
        return drift__fail(error, DRIFT_ERR_INCOMPATIBLE,
                           "column '%s' of the new reference is none of the monitor's",
                           theirs->columns[ours->n_columns].name);
    return DRIFT_OK;
}

static drift_status prepare_recorders(drift_monitor *monitor, const drift__epoch *epoch)
{
    drift_status status = DRIFT_OK;
    for (drift_recorder *at = first_recorder(monitor); at && !status; at = at->next)
        status = drift__recorder_prepare(at, epoch);
    return status;
}

/* Both buffers, one after the other; what was counted in them is over. */
static void renew_recorder(drift_monitor *monitor, drift_recorder *recorder)
{
    for (int buffer = 0; buffer < 2; buffer++) {
        const drift__counter *counter = drift__recorder_take(recorder);
        if (!counter)
            break;
        monitor->collected += drift_profile_rows(counter->shard);
        atomic_store_explicit(&recorder->room, monitor->config.window_rows, memory_order_relaxed);
        drift__recorder_return(recorder);
    }
}

drift_status drift__monitor_rebase(drift_monitor *monitor, const drift_profile *reference,
                                   drift_error *error)
{
    drift__epoch *now = atomic_load(&monitor->epoch), *next = NULL;
    drift__sentry_config watched;
    drift_status status = refuse_other_columns(now->reference, reference, error);
    if (!status)
        status = drift__epoch_create(
            reference, now->number + 1, monitor->config.rebase_rows > 0, now->reference,
            drift__monitor_sentry_config(monitor, &watched), &monitor->allocator, &next, error);
    if (status)
        return status;
    if (prepare_recorders(monitor, next)) {
        for (drift_recorder *at = first_recorder(monitor); at; at = at->next)
            if (drift__recorder_uses(at, next))
                drift__recorder_drop_spares(at);
        drift__epoch_destroy(next);
        return drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    }
    next->older = now;
    drift__monitor_begin(monitor, next);
    for (drift_recorder *at = first_recorder(monitor); at; at = at->next)
        renew_recorder(monitor, at);
    drift__epochs_drop(monitor);
    return DRIFT_OK;
}

drift_status drift_monitor_rebase(drift_monitor *monitor, const drift_profile *reference,
                                  drift_error *error)
{
    if (!monitor || !reference)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    if (drift__monitor_is_polling(monitor))
        return drift__fail(error, DRIFT_ERR_BUSY,
                           "rebase was called from inside an alert callback");
    drift_status status =
        drift__monitor_is_inherited(monitor) ? drift__monitor_renew(monitor, error) : DRIFT_OK;
    status = status ? status : drift__monitor_rebase(monitor, reference, error);
    if (status)
        return status;
    drift__state_before(monitor, 0);
    return drift__state_after(monitor, error);
}

uint64_t drift_monitor_epoch(const drift_monitor *monitor)
{
    return atomic_load(&monitor->epoch)->number;
}

const drift_profile *drift_monitor_reference(const drift_monitor *monitor)
{
    return monitor->reference;
}
