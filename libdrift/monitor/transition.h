/* SPDX-License-Identifier: Apache-2.0
 *
 * transition.h: on request, a reference from the stream itself. While an alert is open the
 * windows are compared with each other: where one does not differ from the one before it,
 * the change has come to its end. The rows after that become the reference, whatever they are: they
 * were not chosen by what they say, so that evidence against them keeps its level. Where the alert is
 * resolved before they are together the rows are as they were, and the reference stays.
 */
#ifndef DRIFT_MONITOR_TRANSITION_H
#define DRIFT_MONITOR_TRANSITION_H

#include <drift/monitor.h>

#include "monitor/epoch.h"

/** No rows for the next reference; `epoch` of a monitor that does not follow has none. */
void drift__transition_forget(drift__epoch *epoch);
/** A window has ended. Where memory runs out the windows count as different. */
void drift__transition_window(drift_monitor *monitor);
/**
 * Begin the next epoch where its rows are together; inside a callback not yet, the next poll will.
 * DRIFT_ERR_OUT_OF_MEMORY changes nothing.
 */
drift_status drift__transition_end(drift_monitor *monitor, drift_error *error);

#endif
