# SPDX-License-Identifier: Apache-2.0
"""peer_whylogs.py: whylogs' drift scores of two profiles; flagged is its category DRIFT."""
import whylogs
from whylogs.viz.drift.column_drift_algorithms import calculate_drift_scores

PACKAGE = "whylogs"


def judge(reference, current):
    scores = calculate_drift_scores(target_view=whylogs.log(current).view(),
                                    reference_view=whylogs.log(reference).view(),
                                    with_thresholds=True)
    return {name for name, score in scores.items()
            if score and score["drift_category"] == "DRIFT"}, None
