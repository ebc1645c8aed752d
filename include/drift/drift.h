/* SPDX-License-Identifier: Apache-2.0
 *
 * drift.h: the umbrella. A program that includes this one has all of libdrift.
 */
#ifndef DRIFT_DRIFT_H
#define DRIFT_DRIFT_H

#include <drift/base.h>
#include <drift/bound_evidence.h>
#include <drift/categories.h>
#include <drift/comparison.h>
#include <drift/detector.h>
#include <drift/distance.h>
#include <drift/distinct.h>
#include <drift/edge_digest.h>
#include <drift/evidence.h>
#include <drift/executor.h>
#include <drift/frequent.h>
#include <drift/histogram.h>
#include <drift/hypothesis.h>
#include <drift/io.h>
#include <drift/journal.h>
#include <drift/moments.h>
#include <drift/monitor.h>
#include <drift/profile.h>
#include <drift/recorder.h>
#include <drift/report.h>
#include <drift/schema.h>
#include <drift/state.h>
#include <drift/table.h>
#include <drift/tdigest.h>

#endif
