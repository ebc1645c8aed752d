# SPDX-License-Identifier: Apache-2.0
"""Alerts by callback and by iteration, rules of columns, mutes, retraining."""
import random

import pytest

import libdrift


def table(n, x=0.0, y=0.0, seed=1):
    rng = random.Random(seed)
    return {"x": [rng.gauss(x, 1) for _ in range(n)], "y": [rng.gauss(y, 1) for _ in range(n)]}


REFERENCE = libdrift.Profile.from_data(table(10000))


def monitor(**options):
    return libdrift.Monitor(REFERENCE, window=1000, **options)


def give(watched, x=0.0, y=0.0, windows=1, seed=2):
    watched.observe_batch(table(1000 * windows, x, y, seed))
    watched.poll()


def test_an_incident_opens_grows_and_ends():
    with monitor(incident=5000) as watched:
        give(watched, 2)
        give(watched, 2, 9)
        assert watched.open_incidents == 1
        give(watched, windows=3)
        assert watched.open_incidents == 0
        opened, updated, ended = watched.take()
        assert watched.take() == []
        assert [opened, updated, ended] == list(watched.alerts)
        assert (opened.updated, opened.resolved) == (False, False)
        assert (updated.updated, ended.resolved) == (True, True)
        assert {alert.incident for alert in (opened, updated, ended)} == {1}
        assert opened.columns == ["x"] and sorted(updated.columns) == ["x", "y"]
        assert updated.details[0]["column"] == updated.column
        assert updated.details[0]["effect"]["psi"] > 0.1
        assert opened.retraining is None and opened.epoch == 1
        assert opened.to_dict()["format"] == "drift.alert/1"


def test_alerts_by_iteration():
    with monitor() as watched:
        give(watched, 2)
        assert [alert.column for alert in watched.take()] == ["x"]
        give(watched, 2)
        assert watched.take() == []


def test_persistence():
    with monitor(persistence=1500) as watched:
        give(watched, 2)
        give(watched, windows=2)
        assert watched.take() == []
        give(watched, 2, windows=3)
        alert, = watched.take()
        assert 3000 < alert.row <= 4000


def test_mute_and_rules():
    with monitor(mute="x") as watched:
        give(watched, 2, 2)
        assert [alert.columns for alert in watched.take()] == [["y"]]
    with monitor(mute=["x", "y"]) as watched:
        give(watched, 2, 2)
        assert watched.take() == []
        watched.set_rule("x")
        give(watched, 2, 2, windows=2)
        assert [alert.columns for alert in watched.take()] == [["x"]]
    with monitor() as watched:
        watched.mute()
        watched.mute("y", until_row=0)
        watched.set_rule("y", min_effect=50)
        give(watched, 2, 2)
        assert watched.take() == []
        watched.set_rule("y", min_effect=0, persistence=0, cooldown=0)
        give(watched, 2, 2, windows=2)
        assert [alert.columns for alert in watched.take()] == [["y"]]
        assert 'severity="alert"' in watched.metrics()
        for call in (lambda: watched.mute("z"), lambda: watched.set_rule("x\0"),
                     lambda: watched.mute("x", -1), lambda: watched.set_rule("x", cooldown=-1)):
            with pytest.raises(libdrift.DriftError):
                call()
        with pytest.raises(libdrift.DriftError, match="min_effect is a number, not nan"):
            watched.set_rule("x", min_effect=float("nan"))
    for options in ({"mute": ["z"]}, {"incident": -1}, {"persistence": -1}, {"retrain_budget": -1},
                    {"retrain_interval": -1.0}, {"retrain_period": float("nan")}):
        with pytest.raises(libdrift.DriftError):
            monitor(**options)


def test_retraining_is_asked_for_after_the_alert():
    calls = []
    with monitor(on_alert=lambda alert: calls.append(("alert", alert)), retrain_interval=3600,
                 on_retrain=lambda alert: calls.append(("retrain", alert))) as watched:
        give(watched, 2)
        assert [name for name, _ in calls] == ["alert", "retrain"]
        assert calls[0][1] is calls[1][1] and calls[0][1].retraining == "requested"
        give(watched, windows=3)
        give(watched, 2, windows=2)
        assert [name for name, _ in calls] == ["alert", "retrain", "alert", "alert"]
        assert calls[2][1].resolved and "have to lie between two" in calls[3][1].retraining
    with monitor(retrain_budget=1, retrain_period=50, on_retrain=calls.append) as watched:
        for _ in range(2):
            give(watched, 2, windows=2)
            give(watched, windows=3)
        assert [alert.retraining for alert in watched.take()] == [
            "requested", None, "withheld: 1 of 1 retrainings of the last 50 s are spent", None]


def test_what_on_retrain_raises_reaches_poll():
    def fail(_alert):
        raise RuntimeError("no machine is free")
    with monitor(on_retrain=fail) as watched:
        with pytest.raises(RuntimeError, match="no machine is free"):
            give(watched, 2)
        assert len(watched.take()) == 1
        give(watched, 2)


def test_both_callbacks_may_raise_call_back_in_and_close():
    seen = []

    def act(alert):
        seen.append(alert.columns)
        with pytest.raises(libdrift.DriftError, match="inside an alert callback"):
            watched.poll()
        watched.observe({"x": 0.0, "y": 0.0})
        watched.mute("y")
        raise KeyError("first")

    def retrain(_alert):
        watched.close()
        raise RuntimeError("second")
    watched = monitor(on_alert=act, on_retrain=retrain)
    with pytest.raises(KeyError, match="first"):
        give(watched, 2)
    assert seen == [["x"]]
    with pytest.raises(libdrift.DriftError, match="closed"):
        watched.mute("x")
    assert [alert.column for alert in watched.take()] == ["x"]


@pytest.mark.parametrize("options", [{"cooldown": -1}, {"fail_on": "mnior"}, {"min_effect": float("nan")},
                                     {"save_rows": -1}, {"incident": -1}])
def test_options_that_cannot_be(options):
    with pytest.raises((libdrift.DriftError, TypeError)):
        libdrift.Monitor(libdrift.Profile.from_data({"x": [float(k) for k in range(1000)]}), **options)


def test_an_integer_beyond_all_doubles_is_infinite():
    with libdrift.Monitor(libdrift.Profile.from_data({"x": [k / 7 for k in range(1000)]})) as monitor:
        for sign in (1, -1) * 100:
            monitor.observe({"x": sign * 10 ** 400})
        monitor.poll()
        assert monitor.rows == 200 and [alert.kind for alert in monitor.alerts] == ["schema"]
