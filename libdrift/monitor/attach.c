/* SPDX-License-Identifier: Apache-2.0
 *
 * attach.c: what a caller does with detectors at a monitor, and how the monitor feeds them.
 */
#include "monitor/attach.h"

#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/fork.h"
#include "monitor/attached.h"

static const double NO_THRESHOLD = (double)NAN;

/* In the child of a fork they begin anew, as the monitor does. */
static drift__attached *attached_of(drift_monitor *monitor)
{
    if (monitor->attached.n && monitor->attached_in != drift__fork_generation()) {
        drift__attached_reset(&monitor->attached);
        monitor->attached_in = drift__fork_generation();
    }
    return &monitor->attached;
}

static drift_status find_column(const drift_monitor *monitor, const char *name, size_t *out_column,
                                drift_error *error)
{
    char quoted[64];
    drift_status status = drift__monitor_find_column(monitor, name, out_column, error);
    if (status || drift__attached_can_watch(&monitor->reference->columns[*out_column]))
        return status;
    return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT,
                       "a detector takes numbers: '%s' is neither numeric nor boolean",
                       drift__quote(quoted, name, strlen(name)));
}

static drift_status refuse(const drift_monitor *monitor, drift_error *error)
{
    if (drift__monitor_is_polling(monitor))
        return drift__fail(error, DRIFT_ERR_BUSY, "a detector was added inside an alert callback");
    if (monitor->state)
        return drift__fail(error, DRIFT_ERR_UNSUPPORTED,
                           "detectors are added before a state is opened");
    if (monitor->own->next || atomic_load(&monitor->recorders) != monitor->own)
        return drift__fail(error, DRIFT_ERR_UNSUPPORTED,
                           "a detector needs the order of all rows, which recorders of other "
                           "threads do not have");
    return DRIFT_OK;
}

drift_status drift_monitor_add_detector(drift_monitor *monitor, const char *column,
                                        drift_detector *detector, drift_error *error)
{
    size_t index = 0;
    if (!monitor || !column || !detector)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    drift_status status = refuse(monitor, error);
    if (!status)
        status = find_column(monitor, column, &index, error);
    if (status)
        return status;
    uint32_t number = DRIFT__METRICS_CLASSICAL + (uint32_t)drift_detector_kind_of(detector);
    if (drift__metrics_use(&monitor->metrics, number, &monitor->allocator))
        return drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    status = drift__attached_add(&monitor->attached, index, detector, &monitor->allocator);
    if (status == DRIFT_ERR_OVERFLOW)
        return drift__fail(error, status, "a monitor has no room for more detectors");
    if (status)
        return drift__fail_status(error, status);
    drift__metrics_judged(&monitor->metrics, number, index, 0, NULL, NO_THRESHOLD);
    monitor->attached_in = drift__fork_generation();
    return DRIFT_OK;
}

size_t drift_monitor_detectors(const drift_monitor *monitor)
{
    return monitor->attached.n;
}

drift_status drift_monitor_get_detector(const drift_monitor *monitor, size_t index,
                                        drift_monitor_detector_info *out_detector)
{
    if (!monitor || !out_detector || out_detector->struct_size < sizeof out_detector->struct_size)
        return DRIFT_ERR_INVALID_ARGUMENT;
    if (index >= monitor->attached.n)
        return DRIFT_ERR_NOT_FOUND;
    const drift__attachment *one = &monitor->attached.items[index];
    uint32_t size = out_detector->struct_size;
    const drift_monitor_detector_info info = {
        size,          0,           drift_monitor_column_name(monitor, one->column),
        one->detector, one->alarms, one->ignored};
    memcpy(out_detector, &info, size < sizeof info ? size : sizeof info);
    return DRIFT_OK;
}

drift_status drift__attach_observe(drift_monitor *monitor, const drift_value *values, size_t n)
{
    uint64_t before = drift_recorder_rows(monitor->own);
    drift_status status = drift_recorder_observe(monitor->own, values, n);
    /* In a child the recorder begins anew with this row. */
    uint64_t rows = drift_recorder_rows(monitor->own);
    if (!status && rows != before)
        drift__attached_row(attached_of(monitor), monitor->reference, values,
                            drift_monitor_rows(monitor));
    return status;
}

void drift__attach_rows(drift_monitor *monitor, const drift_table *table, uint64_t row)
{
    if (monitor->attached.n)
        drift__attached_rows(attached_of(monitor), monitor->reference, table, row);
}

/* Metrics know every alarm, news or not. */
static void count(drift_monitor *monitor, drift__attachment *one)
{
    uint32_t number = DRIFT__METRICS_CLASSICAL + (uint32_t)drift_detector_kind_of(one->detector);
    drift__metrics_judged(&monitor->metrics, number, one->column, 0, NULL, NO_THRESHOLD);
    for (; one->counted < one->alarms; one->counted++)
        drift__metrics_alarm(&monitor->metrics, number, one->column, DRIFT_SEVERITY_ALERT);
}

void drift__attach_tell(drift_monitor *monitor, uint64_t last)
{
    drift__signal signal;
    drift__attached *attached = attached_of(monitor);
    for (size_t i = 0; i < attached->n; i++)
        count(monitor, &attached->items[i]);
    while (drift__attached_next(attached, last, &signal)) {
        signal.window = monitor->n_windows + 1;
        if (signal.severity == DRIFT_SEVERITY_ALERT)
            drift__metrics_judged(&monitor->metrics, signal.detector, signal.column, 1, NULL,
                                  NO_THRESHOLD);
        drift__policy_signal(monitor, &signal);
    }
}
