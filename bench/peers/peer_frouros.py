# SPDX-License-Identifier: Apache-2.0
"""peer_frouros.py: frouros' KSTest, column by column, at p < .05."""
from frouros.detectors.data_drift import KSTest

PACKAGE = "frouros"


def judge(reference, current):
    flagged = set()
    for name in reference.columns:
        detector = KSTest()
        detector.fit(X=reference[name].to_numpy())
        result, _ = detector.compare(X=current[name].to_numpy())
        if result.p_value < 0.05:
            flagged.add(name)
    return flagged, None
