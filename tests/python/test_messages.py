# SPDX-License-Identifier: Apache-2.0
"""What the message of an alert says."""
import random
import re

import pytest

import libdrift

RANDOM = random.Random(1)


def table(n, x=0.0):
    return {"x": [RANDOM.gauss(x, 1) for _ in range(n)], "p": RANDOM.choices(["free", "pro"], k=n)}


REFERENCE = libdrift.Profile.from_data(table(3000))


def alerts(give, **options):
    with libdrift.Monitor(REFERENCE, **options) as monitor:
        give(monitor)
        monitor.poll()
        return monitor.take()


def test_a_column_that_is_not_in_the_data_is_named():
    lacking = {"x": table(3000)["x"]}
    ways = {"batch": lambda monitor: monitor.observe_batch(lacking),
            "profile": lambda monitor: monitor.observe_profile(
                libdrift.Profile.from_data(lacking, reference=REFERENCE))}
    for name, give in ways.items():
        alert, = alerts(give)
        assert alert.message.endswith(": the data has no column p"), (name, alert.message)
        assert (alert.kind, alert.column, alert.severity) == ("schema", "p", "alert")
        assert alert.details[0]["finding"] == "the data has no column"


def test_of_several_columns_the_absent_one_is_named_once():
    alert, = alerts(lambda monitor: monitor.observe_batch({"x": table(3000, x=4.0)["x"]}), incident=10000)
    assert sorted(alert.columns) == ["p", "x"] and alert.column == "p", alert.message
    assert " and 1 more column changed" in alert.message
    assert alert.message.endswith(": the data has no column p")


def test_a_column_without_values_is_not_called_absent():
    live = table(3000)
    ways = [lambda monitor: monitor.observe_batch({"x": live["x"], "p": [None] * 3000}),
            lambda monitor: [monitor.observe({"x": x}) for x in live["x"]],
            lambda monitor: [monitor.observe_batch({"x": live["x"][i:i + 100],
                                                    **({} if i % 200 else {"p": [None] * 100})})
                             for i in range(0, 200, 100)]]
    for give in ways:
        alert, = alerts(give)
        assert ": rows without a value, " in alert.message and "no column" not in alert.message


def test_a_column_that_cannot_be_read_is_not_called_absent():
    live = {"x": ["abc"] * 3000, "p": table(3000)["p"]}
    alert, = alerts(lambda monitor: monitor.observe_batch(live))
    assert ": rows without a value that can be read, " in alert.message and alert.kind == "schema"


def test_the_words_of_an_absent_column_stay_over_a_restart(tmp_path):
    path = tmp_path / "state"
    with libdrift.Monitor(REFERENCE, persistence=2000, state=path) as monitor:
        monitor.observe_batch({"x": table(1000)["x"]})
        monitor.poll()
        assert monitor.take() == []
        monitor.save()
    with libdrift.Monitor(REFERENCE, persistence=2000, state=path) as monitor:
        monitor.observe_batch({"x": table(3000)["x"]})
        monitor.poll()
        alert, = monitor.take()
    assert alert.message.endswith(": the data has no column p")


def test_with_a_run_length_nothing_is_called_a_p_value():
    def give(monitor):
        monitor.observe_batch(table(3000, x=0.5))

    alert, = alerts(give, run_length=200000)
    assert ", p " not in alert.message and "level" not in alert.message
    assert ", wealth " in alert.message and alert.message.endswith(", run length 200000")
    said = re.search(r", wealth (\S+) at threshold (\S+), ", alert.message)
    assert float(said[1]) == pytest.approx(1 / alert.evidence, rel=0.01)
    assert float(said[2]) == pytest.approx(1 / alert.alpha, rel=0.01)
    assert 0 <= alert.evidence <= alert.alpha
    alert, = alerts(give)
    assert ", p " in alert.message and " at level " in alert.message and "wealth" not in alert.message


def test_wealth_beyond_doubles_is_said_to_be():
    def give(monitor):
        for _ in range(12):
            monitor.observe_batch(table(3000, x=30.0))

    alert, = alerts(give, run_length=200000, persistence=30000)
    assert alert.evidence == 0 and ", wealth above 1e+308 at threshold " in alert.message


def test_a_window_has_its_p_value_beside_a_run_length():
    def give(monitor):
        for x in (2.0, 0.0, 0.0, 2.0):
            monitor.observe_batch(table(1000, x=x))
            monitor.poll()

    told = alerts(give, run_length=200000, window=1000)
    again, = [alert for alert in told if alert.detector == "window" and not alert.resolved]
    assert ", p " in again.message and " at level " in again.message and "wealth" not in again.message
