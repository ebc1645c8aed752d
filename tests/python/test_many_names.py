# SPDX-License-Identifier: Apache-2.0
"""Columns with more names than a profile keeps: what is followed is a random sample of them."""
import random

import libdrift
import pytest

NAMES = 20_000  # kept: 2,048


def reference(seed=1, rows=4 * NAMES):
    draw = random.Random(seed)
    return [f"n{draw.randrange(NAMES)}" for _ in range(rows)]


def current(change, seed=2, rows=2 * NAMES):
    draw = random.Random(seed)
    names = []
    for _ in range(rows):
        name = f"n{draw.randrange(NAMES)}"
        if change == "replaced" or (change == "half" and draw.random() < 0.5):
            name = "new " + name
        elif change == "newcomer" and draw.random() < 0.2:
            name = "newcomer"
        names.append(name)
    return names


@pytest.fixture(scope="module")
def profile():
    return libdrift.Profile.from_data({"name": reference()})


def judged(profile, change):
    return libdrift.compare(profile, {"name": current(change)})


@pytest.mark.parametrize("change", ["replaced", "half"])
def test_names_that_nobody_had_are_drift(profile, change):
    result = judged(profile, change)
    column = result.columns["name"]
    assert column.verdict == "drift"
    assert "unseen names" in column.rule
    unseen = [f for f in result.to_dict()["findings"] if f["kind"] == "unseen"]
    assert len(unseen) == 1 and "of those whose names are followed" in unseen[0]["message"]


def test_a_crowded_name_that_is_not_followed_is_drift(profile):
    result = judged(profile, "newcomer")
    column = result.columns["name"]
    assert column.verdict == "drift"
    assert "few names that came to hold many values" in column.rule
    assert "the names that are followed, a random sample, fell from" in result.to_html()


def test_the_same_names_are_stable(profile):
    column = judged(profile, "none").columns["name"]
    assert column.verdict == "stable"


def test_few_names_all_replaced_are_drift():
    draw = random.Random(3)
    before = [f"n{draw.randrange(1000)}" for _ in range(4000)]
    now = [f"m{draw.randrange(1000)}" for _ in range(2000)]
    column = libdrift.compare({"name": before}, {"name": now}).columns["name"]
    assert column.verdict == "drift"


def test_names_met_once_are_no_change(tmp_path):
    """Session numbers as text: every name is new, on both sides, and nothing has changed."""
    before = [f"session {i}" for i in range(30_000)]
    now = [f"session {i}" for i in range(30_000, 50_000)]
    schema = tmp_path / "schema.json"
    schema.write_text('{"format":"drift.schema/1","columns":[{"name":"name","type":"categorical"}]}')
    column = libdrift.compare({"name": before}, {"name": now}, schema=schema).columns["name"]
    assert column.verdict in ("stable", "insufficient")


def test_unchanged_columns_alarm_as_often_as_stated():
    """200 columns of names by Zipf's law and of equal names: at most 5 % (+ 3 s.e.) at level .05."""
    draw = random.Random(5)

    def table(rows):
        return {f"c{k}": [f"n{int(3 * draw.paretovariate(1.1)) if k % 2 else draw.randrange(4000)}"
                          for _ in range(rows)] for k in range(20)}

    p_values = []
    for _ in range(10):
        result = libdrift.compare(table(9000), table(6000))
        p_values += [column.p_value for column in result.columns.values()]
    assert sum(p <= 0.05 for p in p_values) <= 200 * 0.05 + 3 * (200 * 0.05 * 0.95) ** 0.5


def test_new_names_that_come_once_each_are_drift():
    """A fifth of the values have names of their own: none came by chance, the reference met all of its names often."""
    before = [f"n{i % 200}" for i in range(30_000)]
    now = [f"n{i % 200}" if i % 5 else f"new {i}" for i in range(30_000)]
    result = libdrift.compare({"name": before}, {"name": now})
    assert result.columns["name"].verdict == "drift"
    assert [f["kind"] for f in result.to_dict()["findings"]] == ["unseen"]
