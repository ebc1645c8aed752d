/* SPDX-License-Identifier: Apache-2.0
 *
 * rebase.h: one epoch after another, while recorders go on.
 */
#ifndef DRIFT_MONITOR_REBASE_H
#define DRIFT_MONITOR_REBASE_H

#include <drift/monitor.h>

/** drift_monitor_rebase, whoever asks. */
drift_status drift__monitor_rebase(drift_monitor *monitor, const drift_profile *reference,
                                   drift_error *error);
/** Free the epochs that no recorder counts in any more. */
void drift__epochs_drop(drift_monitor *monitor);

#endif
