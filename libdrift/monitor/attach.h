/* SPDX-License-Identifier: Apache-2.0
 *
 * attach.h: how a monitor feeds the detectors that were added to it, and hears of them.
 */
#ifndef DRIFT_MONITOR_ATTACH_H
#define DRIFT_MONITOR_ATTACH_H

#include "monitor/window.h"

/** What is said where rows come whose order is not known. */
#define DRIFT__ATTACH_NEEDS_ORDER                                                                  \
    "the monitor has detectors, which need all rows in their order: observe them through it"

/** drift_monitor_observe where there are detectors: they see the row unless it is dropped. */
drift_status drift__attach_observe(drift_monitor *monitor, const drift_value *values, size_t n);
/** Rows of a batch, the first of which is row `row`. */
void drift__attach_rows(drift_monitor *monitor, const drift_table *table, uint64_t row);
/** What they found since the last time, up to row `last`, becomes signals. */
void drift__attach_tell(drift_monitor *monitor, uint64_t last);

#endif
