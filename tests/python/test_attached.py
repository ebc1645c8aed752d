# SPDX-License-Identifier: Apache-2.0
"""Classical detectors at the columns of a monitor."""
import random

import pytest

from libdrift import DriftError, Monitor, Profile, detectors


def table(n, changed=None, seed=1):
    draw = random.Random(seed)
    moved = [changed is not None and i >= changed for i in range(n)]
    return {"x": [draw.gauss(2 * later, 1) for later in moved],
            "error": [int(draw.random() < (.5 if later else .1)) for later in moved],
            "name": [draw.choice("abc") for _ in moved]}


@pytest.fixture(scope="module")
def profile():
    return Profile.from_data(table(5000))


def alone(name, values):
    detector = getattr(detectors, name)()
    return detector.update_batch(values)


@pytest.mark.parametrize("by_rows", [False, True])
def test_alarms_come_at_the_rows_of_the_detector_alone(profile, by_rows):
    live = table(4000, 2000, 2)
    with Monitor(profile, detector="window", window=100000,
                 detectors=[("adwin", "x"), (detectors.DDM(), "error")]) as monitor:
        if by_rows:
            for x, error, name in zip(*live.values()):
                monitor.observe({"x": x, "error": error, "name": name})
                monitor.poll()
        else:
            monitor.observe_batch(live)
        monitor.poll()
        rows = {alert.column: detail["row"] for alert in monitor.alerts for detail in alert.details
                if detail["column"] == alert.column}
        assert monitor.detectors == [
            {"detector": "adwin", "column": "x", "alarms": len(alone("ADWIN", live["x"])), "ignored": 0},
            {"detector": "ddm", "column": "error", "alarms": len(alone("DDM", live["error"])), "ignored": 0}]
    first = {"x": alone("ADWIN", live["x"])[0] + 1, "error": alone("DDM", live["error"])[0] + 1}
    assert min(alert.row for alert in monitor.alerts) == min(first.values())
    assert all(rows[column] == first[column] for column in rows)
    details = {detail["column"]: detail for alert in monitor.alerts for detail in alert.details}
    assert {column: (one["detector"], one["kind"]) for column, one in details.items()} == {
        "x": ("adwin", "distribution"), "error": ("ddm", "error")}
    assert all(one["evidence"] is None and one["alpha"] is None for one in details.values())


def test_a_name_alone_is_every_numeric_column(profile):
    with Monitor(profile, detectors=["page_hinkley"]) as monitor:
        assert [(one["detector"], one["column"]) for one in monitor.detectors] == [
            ("page_hinkley", "x"), ("page_hinkley", "error")]


def test_a_detector_goes_on_as_a_copy(profile):
    mine = detectors.ADWIN()
    mine.update_batch(table(3000, None, 3)["x"])
    with Monitor(profile, detector="window", detectors=[(mine, "x")]) as monitor:
        monitor.observe_batch(table(64, 0, 4))
        monitor.poll()
        assert [alert.detector for alert in monitor.alerts] == ["adwin"]
    assert mine.count == 3000


def test_what_does_not_go_together(profile):
    for wanted, message in (([("adwim", "x")], "there is no detector 'adwim'; there are adwin, "),
                            ([("adwin", "w")], "has no column 'w'"),
                            ([("adwin", "name")], "neither numeric nor boolean"),
                            ([("incremental_ks", "x")], "needs a reference")):
        with pytest.raises(DriftError, match=message):
            Monitor(profile, detectors=wanted)
    with Monitor(profile, detectors=[("adwin", "x")]) as monitor:
        with pytest.raises(DriftError, match="in their order"):
            monitor.recorder()
    with Monitor(profile) as monitor:
        monitor.recorder()
        with pytest.raises(DriftError, match="order of all rows"):
            monitor.add_detector("adwin", "x")


@pytest.mark.parametrize("wanted,error,message", [
    ([("adwin",)], TypeError, r"pairs \(detector, column\), not \('adwin',\)"),
    ([("adwin", "x", "error")], TypeError, "pairs"),
    ([5], TypeError, "names and pairs .*, not 5"),
    ([detectors.ADWIN()], TypeError, "names and pairs"),
    ([(5, "x")], TypeError, "a name or an object of libdrift.detectors, not a int"),
    ([("adwin", 5)], DriftError, "no column 5"),
    (["adwim"], DriftError, "no detector 'adwim'; there are adwin, ddm, ")])
def test_what_is_no_detector_is_one_clear_error(profile, wanted, error, message):
    with pytest.raises(error, match=message) as caught:
        Monitor(profile, detectors=wanted)
    assert "\n" not in str(caught.value)


def test_their_state_goes_on(profile, tmp_path):
    live = table(4000, 2000, 5)
    halves = [{name: values[a:b] for name, values in live.items()} for a, b in ((0, 1990), (1990, 4000))]

    def run(path, parts):
        alerts = []
        for part in parts:
            with Monitor(profile, detector="window", window=100000, state=path,
                         detectors=[("adwin", "x"), ("ddm", "error")]) as monitor:
                monitor.observe_batch(part)
                monitor.poll()
                monitor.save()
                alerts += [(alert.row, alert.columns) for alert in monitor.alerts]
                found = monitor.detectors
        return alerts, found

    assert run(tmp_path / "one", [live])[1] == run(tmp_path / "two", halves)[1]
    with pytest.raises(DriftError, match="another configuration"):
        Monitor(profile, detector="window", window=100000, state=tmp_path / "one")
