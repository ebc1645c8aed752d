# SPDX-License-Identifier: Apache-2.0
"""peer_evidently.py: evidently's DataDriftPreset as it comes.

A column is flagged as evidently's own count of drifted columns has it, which is checked.
"""
from evidently import Report
from evidently.presets import DataDriftPreset

PACKAGE = "evidently"


def judge(reference, current):
    snapshot = Report([DataDriftPreset()]).run(current, reference)
    flagged, count, share = set(), None, 0.5
    for metric in snapshot.dict()["metrics"]:
        config, value = metric["config"], metric["value"]
        if "column" in config:
            # Tests give a p-value, distances a distance.
            small = "p_value" in config["method"]
            if value < config["threshold"] if small else value >= config["threshold"]:
                flagged.add(config["column"])
        else:
            count, share = value["count"], config["drift_share"]
    if count != len(flagged):
        raise RuntimeError(f"evidently counts {count} drifted columns, not {len(flagged)}")
    return flagged, len(flagged) >= share * len(reference.columns)
