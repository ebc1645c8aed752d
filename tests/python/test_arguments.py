# SPDX-License-Identifier: Apache-2.0
"""Arguments that are none: one sentence that names the option, what is expected and what was given."""
import os
import random
import warnings

import polars
import pytest

import libdrift
from libdrift import Journal, Monitor, Profile

RANDOM = random.Random(1)
PROFILE = Profile.from_data({"x": [RANDOM.gauss(0, 1) for _ in range(1000)],
                             "y": [RANDOM.gauss(0, 1) for _ in range(1000)],
                             "word": RANDOM.choices(["free", "pro"], k=1000)})

COUNTS = ("cooldown", "incident", "persistence", "most_series", "rebase_rows", "retrain_budget", "save_rows")
NUMBERS = ("alpha", "min_effect", "run_length", "tolerance", "retrain_interval", "retrain_period",
           "save_seconds")
WRONG = [(name, value) for name in ("window",) + COUNTS
         for value in (2**64, 2**64 + 20, -1, 1.5, "1", None, [1], float("nan"), float("inf"))]
WRONG += [(name, value) for name in NUMBERS for value in ("x", None, [1], 1j, 10**400, float("nan"))]
WRONG += [("window", 0), ("alpha", 0), ("alpha", 1), ("alpha", 1e-300), ("alpha", -0.5),
          ("model", None), ("model", 5), ("model", "a\0b"), ("model", "\ud800"), ("model", b"a"),
          ("on_alert", 3), ("on_retrain", "print"), ("mute", 5), ("mute", None), ("detectors", None),
          ("detectors", 5), ("state", ""), ("state", "a\0b"), ("state", b"a\0b"), ("state", 5),
          ("detector", None), ("fail_on", 3)]


def one_sentence(caught, name, value):
    message = str(caught.value)
    assert message.startswith(f"{name} ") and "\n" not in message and len(message) < 200
    assert message.endswith(f", not {value!r}") or len(repr(value)) > 60 and message.endswith("...")


@pytest.mark.parametrize("name,value", WRONG, ids=lambda value: repr(value)[:20])
def test_an_option_of_a_monitor_that_is_none(tmp_path, monkeypatch, name, value):
    monkeypatch.chdir(tmp_path)
    options = {name: value}
    if name.startswith("save_"):
        options["state"] = tmp_path / "state"
    with pytest.raises((libdrift.DriftError, TypeError)) as caught:
        Monitor(PROFILE, **options)
    one_sentence(caught, name, value)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("detector", ["evidence", "window"])
def test_options_at_their_ends(detector):
    for options in ({"alpha": 1e-90}, {"alpha": 0.999}, {"window": 2**64 - 1}, {"incident": 2**64 - 1},
                    {"window": 1000.0}, {"min_effect": -1}, {"model": ""}):
        Monitor(PROFILE, detector=detector, **options).close()


@pytest.mark.parametrize("name,value", [
    ("persistence", -1), ("persistence", 2**64), ("persistence", "1"), ("cooldown", 1.5), ("cooldown", [1]),
    ("min_effect", "x"), ("min_effect", float("nan")), ("mute", "no"), ("warnings_only", 2)])
def test_an_option_of_a_rule_that_is_none(name, value):
    with Monitor(PROFILE) as monitor, pytest.raises(libdrift.DriftError) as caught:
        monitor.set_rule("x", **{name: value})
    one_sentence(caught, name, value)


@pytest.mark.parametrize("value", [1.5, "1", -1, 2**64, float("nan"), [1]])
def test_a_row_to_mute_until_that_is_none(value):
    with Monitor(PROFILE) as monitor, pytest.raises(libdrift.DriftError) as caught:
        monitor.mute("x", value)
    one_sentence(caught, "until_row", value)


@pytest.mark.parametrize("value", ["abc", b"abc", bytearray(b"abc"), 5, None, {1.0, 2.0, 3.0},
                                   iter([1.0, 2.0, 3.0])],
                         ids=lambda value: type(value).__name__)
def test_what_is_no_row(value):
    with Monitor(PROFILE) as monitor:
        for observing in (monitor, monitor.recorder()):
            with pytest.raises(TypeError, match="^a row is a mapping by column name or a sequence of values, not "):
                observing.observe(value)
        assert monitor.rows == 0


def test_names_that_cannot_be_encoded():
    for name in ("adw\udc80", "adw\ud800", "adw\0in"):
        with pytest.raises(libdrift.DriftError, match="^detector is |no detector 'adw"):
            Monitor(PROFILE, detectors=[(name, "x")])


COMPARING = [("alpha", "x"), ("alpha", None), ("alpha", float("nan")), ("alpha", 1),
             ("min_effect", "x"), ("min_effect", -1),
             ("min_effect", None), ("preset", None), ("preset", 5), ("preset", "a\0"),
             ("min_count", 2**32), ("min_count", -1),
             ("min_count", "x"), ("chunk_rows", 1.5), ("chunk_rows", 0), ("chunk_rows", 2**64), ("block", 1.5),
             ("block", 2**64), ("season", "x"), ("season", 1), ("threads", 0), ("threads", "x"),
             ("delimiter", 5), ("format", 5), ("prediction", 5), ("prediction", "a\0b"), ("block", "a\0b")]


@pytest.mark.parametrize("name,value", COMPARING, ids=lambda value: repr(value)[:20])
def test_an_option_of_a_comparison_that_is_none(name, value):
    table = {"x": [1.0, 2.0] * 100}
    with pytest.raises(libdrift.DriftError) as caught:
        libdrift.compare(table, table, **{name: value})
    one_sentence(caught, name, value)


def test_a_path_with_a_nul_is_not_cut(tmp_path):
    path = str(tmp_path / "a\0b")
    for task in (lambda: PROFILE.save(path), lambda: Journal(path), lambda: Profile.from_data(path),
                 lambda: Profile.from_data(path, reference=PROFILE),
                 lambda: libdrift.compare(PROFILE, path),
                 lambda: libdrift.compare(PROFILE, PROFILE).to_html(path),
                 lambda: Profile.from_data({"x": [1.0]}, schema=path)):
        with pytest.raises(libdrift.DriftError, match="is a path without a NUL, not "):
            task()
    assert os.listdir(tmp_path) == []


def test_a_monitor_without_a_state_says_so():
    with Monitor(PROFILE) as monitor, pytest.raises(libdrift.DriftError, match="no state"):
        monitor.state


def test_detectors_by_name_and_columns():
    with Monitor(PROFILE, detectors={"adwin": "x", "kswin": ["x", "y"]}) as monitor:
        assert [(one["detector"], one["column"]) for one in monitor.detectors] == [
            ("adwin", "x"), ("kswin", "x"), ("kswin", "y")]
    with pytest.raises(libdrift.DriftError, match="no column 'z'"):
        Monitor(PROFILE, detectors={"adwin": "z"})
    with pytest.raises(TypeError, match="what detectors maps 'adwin' to is a column or several, not 5"):
        Monitor(PROFILE, detectors={"adwin": 5})


def test_an_exception_that_is_falsy_is_raised():
    class Falsy(Exception):
        def __len__(self):
            return 0

    def fail(_alert):
        raise Falsy

    def fail_too(_alert):
        raise ValueError

    with Monitor(PROFILE, window=500, on_alert=fail, on_retrain=fail_too) as monitor:
        monitor.observe_batch({"x": [5.0] * 3000, "y": [0.0] * 3000, "word": ["free"] * 3000})
        with pytest.raises(Falsy):
            monitor.poll()


def test_a_lazy_frame_is_to_be_collected():
    lazy = polars.LazyFrame({"x": [1.0], "y": [1.0], "word": ["free"]})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with Monitor(PROFILE) as monitor:
            for task in (monitor.observe_batch, monitor.recorder().observe_batch, Profile.from_data,
                         lambda data: libdrift.compare(PROFILE, data)):
                with pytest.raises(TypeError, match=r"LazyFrame has no rows yet: collect\(\) it first"):
                    task(lazy)
            monitor.observe_batch(lazy.collect())
            assert monitor.rows == 1
