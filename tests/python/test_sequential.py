# SPDX-License-Identifier: Apache-2.0
"""libdrift.sequential: evidence row by row."""
import math

import numpy as np
import pytest

from libdrift import DriftError
from libdrift.sequential import Evidence

START = [100.0] * 9 + [101.0]


def test_change_is_found_and_dated():
    rng = np.random.default_rng(4)
    evidence = Evidence(START, alpha=0.05)
    evidence.update(rng.integers(0, 10, 3000).astype(np.uint8))
    assert not evidence.alarm and evidence.state.p_value > 0.05 and evidence.cells == 10
    evidence.update(rng.integers(0, 7, 600).astype(np.uint8))
    state = evidence.look()
    assert evidence.alarm and 3000 < state.alarm_row < 3150 and 2950 < state.change_row < 3050
    assert state.log_threshold == pytest.approx(math.log(20))
    assert sum(evidence.counts) == state.rows == 3600


def test_bytes_continue():
    rng = np.random.default_rng(5)
    rows = rng.integers(0, 10, 2000).astype(np.uint8)
    whole, part = Evidence(START), Evidence(START)
    whole.update(rows)
    part.update(rows[:777])
    part = Evidence.from_bytes(bytes(part))
    part.update(rows[777:].tolist())
    assert whole.state == part.state and bytes(whole) == bytes(part)


def test_counts_and_modes():
    evidence = Evidence([50, 51], kind="nominal", run_length=10000)
    for _ in range(40):
        evidence.update_counts([10, 10])
    assert not evidence.alarm and evidence.state.p_value == 1
    evidence.update_counts([10**9, 0])
    assert evidence.state.alarm_row == 10**9 + 800


def test_what_is_refused():
    with pytest.raises(DriftError, match="2 to 32 cells"):
        Evidence([1.0])
    with pytest.raises(DriftError, match="kind is ordered, nominal"):
        Evidence(START, kind="round")
    evidence = Evidence(START)
    for bad in ([10], [-1], [256]):
        with pytest.raises(DriftError):
            evidence.update(bad)
    with pytest.raises(DriftError, match="10 counts are needed, not 2"):
        evidence.update_counts([1, 2])
    with pytest.raises(TypeError, match="does not merge"):
        evidence.merge(Evidence(START))
    assert evidence.state.rows == 0
