# SPDX-License-Identifier: Apache-2.0
"""Monitor(state=...): closed at any row and opened again, it says what it would have said."""
import numpy as np
import pytest

import libdrift

STEP, ROWS = 500, 12000


@pytest.fixture(scope="module")
def tables():
    rng = np.random.default_rng(3)
    reference = {"x": rng.normal(size=5000), "word": rng.choice(["red", "green", "blue"], 5000)}
    stream = {"x": rng.normal(size=ROWS), "word": rng.choice(["red", "green", "blue"], ROWS)}
    stream["x"][4000:7000] += 1
    stream["word"][9200:] = "red"
    return libdrift.Profile.from_data(reference), stream


def feed(monitor, stream, end):
    for row in range(monitor.rows, end, STEP):
        monitor.observe_batch({name: values[row:row + STEP] for name, values in stream.items()})
        monitor.poll()


def told(monitor):
    return [alert.to_dict() for alert in monitor.alerts]


def test_resumed_is_as_if_never_closed(tables, tmp_path):
    profile, stream = tables
    with libdrift.Monitor(profile, window=1000) as monitor:
        feed(monitor, stream, ROWS)
        expected = told(monitor)
    assert len(expected) >= 2
    found, ends = [], (500, 1500, 4500, 5000, 5500, 9500, 11500, ROWS)
    for number, end in enumerate(ends):
        with libdrift.Monitor(profile, window=1000, state=tmp_path / "s", save_rows=STEP) as monitor:
            assert monitor.state["resumed"] is (number > 0)
            assert monitor.rows == (ends[number - 1] if number else 0)
            feed(monitor, stream, end)
            found += told(monitor)
    assert found == expected
    journal = libdrift.Journal(tmp_path / "s.journal")
    assert journal.fault == "whole" and journal.records[0]["kind"] == "opened"
    assert [record["kind"] for record in journal].count("restart") == len(ends) - 1
    assert [record["payload"] for record in journal
            if record["kind"] in ("alert", "incident", "resolved")] == expected


def test_save_and_refusals(tables, tmp_path):
    profile, stream = tables
    path = tmp_path / "s"
    with libdrift.Monitor(profile, window=1000, state=str(path)) as monitor:
        feed(monitor, stream, 2500)
        assert monitor.state["saved_rows"] == 0
        monitor.save()
        assert monitor.state["saved_rows"] == 2500 and monitor.state["waiting"] == monitor.state["lost"] == 0
        with pytest.raises(libdrift.DriftError, match="elsewhere"):
            libdrift.Monitor(profile, window=1000, state=path)
    with pytest.raises(libdrift.DriftError, match="configuration") as caught:
        libdrift.Monitor(profile, window=2000, state=path)
    assert caught.value.status == -8
    other = libdrift.Profile.from_data({"x": stream["x"][:4000], "word": stream["word"][:4000]})
    with pytest.raises(libdrift.DriftError, match="another reference"):
        libdrift.Monitor(other, window=1000, state=path)
    with libdrift.Monitor(profile, window=1000, state=path) as monitor:
        assert monitor.rows == 2500
    with libdrift.Monitor(profile) as monitor:
        with pytest.raises(libdrift.DriftError, match="no state"):
            monitor.save()
        with pytest.raises(libdrift.DriftError):
            monitor.state
