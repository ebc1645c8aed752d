# SPDX-License-Identifier: Apache-2.0
"""The rows that the comparison with other tools hands to all of them."""
import importlib.util
import pathlib

import pytest

PATH = pathlib.Path(__file__).resolve().parents[2] / "bench" / "peers" / "subsets.py"


@pytest.fixture(scope="module")
def subsets():
    specification = importlib.util.spec_from_file_location("subsets", PATH)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_rows_are_disjoint_and_repeatable(subsets):
    reference, current = subsets.rows_of("adult", 200, 100, 3, 1000)
    assert (len(reference), len(current)) == (200, 100)
    assert len({*reference, *current}) == 300 and max(reference + current) < 1000
    assert (reference, current) == subsets.rows_of("adult", 200, 100, 3, 1000)
    assert reference != subsets.rows_of("adult", 200, 100, 4, 1000)[0]


def test_titanic_has_one_size(subsets):
    cells = subsets.null_cells()
    assert [cell[1:] for cell in cells if cell[0] == "titanic"] == [(200, 200)]
    assert sum(cell[0] == "made" for cell in cells) == len(subsets.SIZES)


def test_the_made_table(subsets, tmp_path, monkeypatch):
    monkeypatch.setattr(subsets, "MADE_ROWS", 50)
    subsets.make_table(tmp_path / "made.csv")
    lines = (tmp_path / "made.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 51 and len(lines[0].split(",")) == 50
    subsets.make_table(tmp_path / "again.csv")
    assert (tmp_path / "again.csv").read_text(encoding="utf-8").splitlines() == lines


def test_what_changes_and_what_does_not(subsets):
    reference, current = subsets.power_tables(20000, 20000, 0)
    assert list(reference) == list(current) and len(reference) == 12

    def mean(values):
        return sum(values) / len(values)

    assert mean(current["shift_0.25"]) - mean(reference["shift_0.25"]) == pytest.approx(.25, abs=.04)
    assert mean([x * x for x in current["scale_1.2"]]) == pytest.approx(1.44, abs=.06)
    assert mean([x * x for x in current["heavy_tails"]]) == pytest.approx(1, abs=.2)
    share = reference["swap_2_percent"].count("name 0") / 20000
    assert share - current["swap_2_percent"].count("name 0") / 20000 == pytest.approx(.02, abs=.02)
    assert current["new_name_1_percent"].count("new") / 20000 == pytest.approx(.01, abs=.003)
    assert "new" not in reference["new_name_1_percent"]
