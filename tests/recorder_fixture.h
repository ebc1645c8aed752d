/* SPDX-License-Identifier: Apache-2.0
 *
 * recorder_fixture.h: a monitor of made data, its recorders, and rows for them.
 */
#ifndef DRIFT_TESTS_RECORDER_FIXTURE_H
#define DRIFT_TESTS_RECORDER_FIXTURE_H

#include "made_data.h"
#include "monitor/window.h"
#include "profile_fixture.h"

static inline drift_monitor *monitor_of(const made *m, uint64_t window_rows)
{
    drift_monitor_config config = DRIFT_MONITOR_CONFIG_INIT;
    drift_profile *reference = made_reference(m);
    drift_monitor *monitor = NULL;
    config.window_rows = window_rows;
    ck_assert_int_eq(drift_monitor_create(reference, &config, &monitor, NULL), DRIFT_OK);
    drift_profile_destroy(reference);
    return monitor;
}

static inline drift_recorder *recorder_of(drift_monitor *monitor)
{
    drift_recorder *recorder = NULL;
    ck_assert_int_eq(drift_monitor_recorder(monitor, &recorder, NULL), DRIFT_OK);
    return recorder;
}

static inline void row_of(const made *m, uint64_t i, drift_value out[MADE_COLUMNS])
{
    out[0] = number_value(m->x[i]);
    out[1] = number_value(m->y[i]);
    out[2] = m->z[i];
    out[3] = bool_value(m->flag[i]);
}

static inline void observe(drift_recorder *recorder, const made *m, uint64_t first, uint64_t n)
{
    drift_value values[MADE_COLUMNS];
    int refused = 0; /* an assertion is a lock and a write */
    for (uint64_t i = first; i < first + n; i++) {
        row_of(m, i, values);
        refused |= drift_recorder_observe(recorder, values, MADE_COLUMNS) != DRIFT_OK;
    }
    ck_assert_int_eq(refused, 0);
}

#endif
