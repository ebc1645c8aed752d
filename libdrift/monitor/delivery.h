/* SPDX-License-Identifier: Apache-2.0
 *
 * delivery.h: from incidents to alerts: what a callback is shown, in memory that is there from the
 * start, so that delivering cannot fail.
 */
#ifndef DRIFT_MONITOR_DELIVERY_H
#define DRIFT_MONITOR_DELIVERY_H

#include "monitor/incident.h"
#include "monitor/retraining.h"

/** The alert in hand and what it points to. */
typedef struct drift__delivery {
    drift_alert alert;
    const drift__incident_entry **entries;
    char (*texts)[DRIFT__INCIDENT_TEXT];
    drift_alert_column *columns;
    const drift_alert_column **column_pointers;
    char *message;
    size_t message_size;
    char retraining[DRIFT__RETRAINING_TEXT];
} drift__delivery;

/** For the columns of `reference`. 0, or -1 where memory is out (free in both cases). */
int drift__delivery_init(drift__delivery *delivery, const drift_profile *reference,
                         const drift_allocator *allocator);
void drift__delivery_free(drift__delivery *delivery, const drift_allocator *allocator);
/**
 * Tell what incidents have to tell, the oldest first, until there is nothing more or the monitor is
 * to be destroyed. State is committed before each callback. 0, or -1 in the child of a fork that a
 * callback made: its parent goes on telling, and the monitor, which may be destroyed there, is not
 * to be touched.
 */
int drift__deliver(drift_monitor *monitor);
/** Nothing is lent to a callback, and none runs; what a parent was in is over in its child. */
void drift__delivery_forget(drift_monitor *monitor);

#endif
