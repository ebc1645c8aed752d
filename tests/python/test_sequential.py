# SPDX-License-Identifier: Apache-2.0
"""libdrift.sequential: evidence row by row."""
import math

import numpy as np
import pytest

from libdrift import DriftError
from libdrift.sequential import BoundEvidence, Evidence

START = [100.0] * 9 + [101.0]


def test_change_is_found_and_dated():
    rng = np.random.default_rng(4)
    evidence = Evidence(START, alpha=0.05)
    evidence.update(rng.integers(0, 10, 3000))
    assert not evidence.alarm and evidence.state.p_value > 0.05 and evidence.cells == 10
    evidence.update(rng.integers(0, 7, 600))
    state = evidence.look()
    assert evidence.alarm and 3000 < state.alarm_row < 3150 and 2950 < state.change_row < 3050
    assert state.log_threshold == pytest.approx(math.log(20))
    assert sum(evidence.counts) == state.rows == 3600


def test_bytes_continue():
    rng = np.random.default_rng(5)
    rows = rng.integers(0, 10, 2000)
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


def test_reference_counted_in_places():
    rng = np.random.default_rng(6)
    zeros, steps = rng.random(4000) < 0.4, rng.integers(0, 50, 4000)
    counts = np.bincount(np.where(zeros, 0, steps + 1), minlength=51)
    evidence = Evidence.from_counts(counts.tolist(), [True] + [False] * 50, alpha=0.05, seed=3)
    assert evidence.places == 51 and sum(evidence.start) == 4001 and evidence.cells == 12
    evidence.update(np.where(rng.random(3000) < 0.4, 0, rng.integers(1, 51, 3000)))
    assert not evidence.alarm
    again = Evidence.from_bytes(bytes(evidence))
    for one in (evidence, again):
        one.update(np.where(np.arange(2000) % 10 < 6, 0, 1 + np.arange(2000) % 50))
    assert evidence.alarm and evidence.state == again.state and evidence.counts == again.counts

    names = Evidence.from_counts([500, 300, 150, 30, 15, 5, 0], kind="nominal")
    assert 3 <= names.cells <= 7 and sum(names.start) < 900
    names.update_counts([0, 0, 0, 0, 0, 0, 200])
    assert names.alarm
    rate = Evidence.from_counts([900, 100])
    assert rate.start == [900.5, 100.5]
    scarce = Evidence.from_counts([999, 1])
    assert scarce.cells == 2 and all(part == int(part) for part in scarce.start)


def test_bounds():
    rng = np.random.default_rng(7)
    evidence = BoundEvidence.for_losses(0.1, 5000, alpha=0.05)
    assert 0.1 < evidence.bound < 0.12
    evidence.update((rng.random(5000) < 0.1).astype(float))
    assert evidence.state.alarm_row == 0
    again = BoundEvidence.from_bytes(bytes(evidence))
    for one in (evidence, again):
        one.update(np.full(2000, 0.2))
    assert 5000 < evidence.state.alarm_row < 5700 and evidence.state == again.state
    places = BoundEvidence.for_places([1000] * 10, tolerance=0.05, alpha=0.05)
    places.update_places(rng.integers(0, 10, 20000))
    places.update_places(np.repeat([0, 1], 100))
    assert places.state.alarm_row > 20000
    with pytest.raises(DriftError, match="no mean in 0..1"):
        BoundEvidence.for_losses(1, 10)


def test_what_is_refused():
    with pytest.raises(DriftError, match="2 to 32 cells"):
        Evidence([1.0])
    with pytest.raises(DriftError, match="kind is ordered, nominal"):
        Evidence(START, kind="round")
    evidence = Evidence(START)
    for bad in ([10], [-1], [2**32], [0.5]):
        with pytest.raises(DriftError):
            evidence.update(bad)
    with pytest.raises(DriftError, match="10 counts are needed, not 2"):
        evidence.update_counts([1, 2])
    with pytest.raises(DriftError, match="0 rows cannot be cut"):
        Evidence.from_counts([0, 0])
    with pytest.raises(DriftError, match="2 places, but 1"):
        Evidence.from_counts([5, 5], [True])
    with pytest.raises(TypeError, match="does not merge"):
        evidence.merge(Evidence(START))
    assert evidence.state.rows == 0
