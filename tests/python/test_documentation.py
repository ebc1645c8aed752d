# SPDX-License-Identifier: Apache-2.0
"""The Python of docs/python.md runs as it stands, and the page names what there is."""
import re
import types

from conftest import ROOT

import libdrift

PAGE = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")


def test_the_page_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    names = {}
    for block in re.findall(r"^```python\n(.*?)^```", PAGE, re.S | re.M):
        exec(compile(block, "docs/python.md", "exec"), names)
    assert names["result"].drift and names["result"].drifted == ["age"]
    assert str(names["result"].columns["age"].statistics["psi"].value).startswith("0.2356")
    assert "age" in capsys.readouterr().out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["service", "service.journal", "service.previous"]


def test_every_public_name_is_on_the_page():
    for name in libdrift.__all__:
        if name not in ("ColumnResult", "Comparison", "Statistic", "Alert"):
            assert name in PAGE, name
    for name in libdrift.stats.__all__:
        assert f"`{name}`" in PAGE or f"stats.{name}" in PAGE, name


def test_the_list_of_statistics_is_complete():
    for name, thing in vars(libdrift.stats).items():
        if not name.startswith("_") and isinstance(thing, types.FunctionType) and thing.__module__ in (
                "libdrift.stats", "libdrift._distances", "libdrift._rank_tests"):
            assert name in libdrift.stats.__all__, name
    for name in libdrift.stats.__all__:
        assert getattr(libdrift.stats, name).__doc__, name


def test_everything_public_is_documented():
    for name in libdrift.__all__:
        thing = getattr(libdrift, name)
        assert thing.__doc__, name
        for member, value in vars(thing).items() if isinstance(thing, type) else ():
            if not member.startswith("_") and (callable(value) or isinstance(value, property)):
                assert value.__doc__, f"{name}.{member}"
