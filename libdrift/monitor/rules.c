/* SPDX-License-Identifier: Apache-2.0
 *
 * rules.c: how a monitor is told what to tell, and its policy what was found.
 */
#include <math.h>
#include <string.h>

#include "core/error.h"
#include "monitor/window.h"
#include "profile/state.h"

drift_status drift_monitor_on_alert(drift_monitor *monitor, drift_alert_callback callback,
                                    void *context)
{
    if (!monitor)
        return DRIFT_ERR_INVALID_ARGUMENT;
    monitor->callback = callback;
    monitor->callback_context = context;
    return DRIFT_OK;
}

drift_status drift_monitor_on_retrain(drift_monitor *monitor, drift_alert_callback callback,
                                      void *context)
{
    if (!monitor)
        return DRIFT_ERR_INVALID_ARGUMENT;
    monitor->retrain = callback;
    monitor->retrain_context = context;
    return DRIFT_OK;
}

drift_status drift__monitor_find_column(const drift_monitor *monitor, const char *name,
                                        size_t *out_index, drift_error *error)
{
    char quoted[64];
    size_t index = drift__name_index_find(&monitor->reference->index, name);
    if (index == (size_t)DRIFT__NO_POSITION)
        return drift__fail(error, DRIFT_ERR_NOT_FOUND, "the reference has no column '%s'",
                           drift__quote(quoted, name, strlen(name)));
    *out_index = index;
    return DRIFT_OK;
}

drift_status drift_monitor_set_rule(drift_monitor *monitor, const char *column,
                                    const drift_column_rule *rule, drift_error *error)
{
    drift_column_rule filled = DRIFT_COLUMN_RULE_INIT;
    size_t index = 0;
    if (!monitor || !column)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    drift_status status = drift__config_copy(&filled, rule, sizeof filled, error);
    if (!status && !isfinite(filled.min_effect))
        status =
            drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT, "min_effect is not a finite number");
    if (!status)
        status = drift__monitor_find_column(monitor, column, &index, error);
    if (!status)
        monitor->policy.columns[index].rule = filled;
    return status;
}

drift_status drift_monitor_mute(drift_monitor *monitor, const char *column, uint64_t until_row,
                                drift_error *error)
{
    size_t first = 0, end;
    if (!monitor)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    end = drift_monitor_columns(monitor);
    if (column) {
        drift_status status = drift__monitor_find_column(monitor, column, &first, error);
        if (status)
            return status;
        end = first + 1;
    }
    for (size_t i = first; i < end; i++)
        monitor->policy.columns[i].muted_until = until_row;
    return DRIFT_OK;
}

void drift__policy_signal(drift_monitor *monitor, const drift__signal *signal)
{
    uint32_t severity = 0;
    int is_alarm = drift__policy_take(&monitor->policy, signal, &severity);
    if (is_alarm && signal->detector < DRIFT__METRICS_CLASSICAL)
        drift__metrics_alarm(&monitor->metrics, signal->detector, signal->column,
                             (drift_severity)severity);
}

uint64_t drift__policy_due(const drift_monitor *monitor, size_t column, drift_alert_kind kind)
{
    return drift__policy_due_row(&monitor->policy, column, kind);
}
