/* SPDX-License-Identifier: Apache-2.0
 *
 * clock.c: what time it is, by the host's clocks or the system's.
 */
#include "monitor/clock.h"
#include "monitor/window.h"

uint64_t drift__clock_read(drift_clock clock, void *context, clockid_t otherwise)
{
    struct timespec now = {0, 0};
    if (clock)
        return clock(context);
    clock_gettime(otherwise, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

uint64_t drift__monitor_now(const drift_monitor *monitor)
{
    return drift__clock_read(monitor->config.clock, monitor->config.clock_context, CLOCK_MONOTONIC);
}

uint64_t drift__monitor_date(const drift_monitor *monitor)
{
    const drift_monitor_config *config = &monitor->config;
    return drift__clock_read(config->wall_clock, config->wall_clock_context, CLOCK_REALTIME);
}
