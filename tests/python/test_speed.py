# SPDX-License-Identifier: Apache-2.0
"""The runner of ./dev bench --peers, with participants that need no package."""
import importlib
import json
import os
import pathlib
import re
import sys
import xml.etree.ElementTree

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER, TOOLS = ROOT / "bench" / "peers", ROOT / "tools"

# A participant that answers like serve.h: its name, then one row for each line.
SERVED = """
import json, sys
print(json.dumps({{"who": "{who}"}}), flush=True)
for _ in sys.stdin:
    print(json.dumps({{"seconds": {seconds}, "wall": 1, "answer": {answer}, "peak_bytes": 7}}),
          flush=True)
"""


@pytest.fixture(scope="module")
def modules():
    sys.path[:0] = [str(FOLDER), str(TOOLS)]
    yield importlib.import_module("speed"), importlib.import_module("works")
    sys.path[:2] = []


@pytest.fixture
def measured(modules, monkeypatch, tmp_path):
    """Rows of one work by participants given as (who, seconds, answer) or as a program's text."""
    speed, works = modules
    monkeypatch.setattr(speed, "FOLDER", tmp_path)
    monkeypatch.setattr(speed, "ROOT", tmp_path)

    def command(participant):
        return [sys.executable, "-c", participant.call[0]], dict(os.environ)

    monkeypatch.setattr(speed, "start_of", command)

    def measure(*served, runs=3, seconds=100.0, tolerance=0.0, share=1):
        programs = [text if isinstance(text, str) else
                    SERVED.format(who=text[0], seconds=text[1], answer=text[2]) for text in served]
        peers = [works.Participant("python", (text,), share if k else 1)
                 for k, text in enumerate(programs)]
        options = type("Options", (), {"runs": runs, "seconds": seconds})
        return speed.measure(works.Work("name", "title", "value", 1000, peers, tolerance), None,
                             options)
    return measure


def test_ratios_are_peer_by_libdrift(measured):
    rows = measured(("libdrift 1", 1e-6, 5), ("peer", 4e-6, 5))
    assert [row["who"] for row in rows] == ["libdrift 1", "peer"]
    assert rows[0]["ns_per_item"] == pytest.approx(1) and rows[1]["ratio"] == pytest.approx(4)
    assert rows[1]["runs"] == 3 and rows[1]["peak_bytes"] == 7


def test_fewer_items_are_counted_as_such(measured):
    rows = measured(("libdrift 1", 1e-6, 5), ("peer", 1e-6, 5), share=10)
    assert rows[1]["ratio"] == pytest.approx(10)
    assert rows[1]["share"] == 10 and rows[1]["items"] == 100


def test_a_slow_one_stops_after_its_seconds(measured):
    rows = measured(("libdrift 1", 1, 5), ("peer", 60, 5), runs=7, seconds=100)
    assert [row["runs"] for row in rows] == [7, 2]
    assert [row["runs"] for row in measured(("libdrift 1", 1, 5), ("peer", 500, 5))] == [3, 1]


def test_one_that_fails_leaves_the_others(measured, capsys):
    rows = measured(("libdrift 1", 1e-6, 5), "raise SystemExit('no such package')")
    assert [row["who"] for row in rows] == ["libdrift 1"]
    assert "gave no result" in capsys.readouterr().err


def test_another_answer_is_told(measured):
    rows = measured(("libdrift 1", 1, 5), ("same", 1, 5.01), ("other", 1, 6), ("none", 1, "None"),
                    tolerance=0.01)
    assert [row.get("agrees") for row in rows] == [True, True, False, None]


def test_without_libdrift_there_is_no_ratio(measured):
    assert measured(("peer", 1, 5))[0]["ratio"] is None


def test_the_page_holds_every_row_and_needs_nothing_else(measured, tmp_path):
    draw = importlib.import_module("draw_performance")
    rows = measured(("libdrift 1", 1e-6, 5), ("peer <2>", 4e-6, 6), tolerance=0.01)
    sizes = [{**rows[0], "work": f"scaling.{kind}.{n}x4"} for kind in ("rows", "streamed")
             for n in (100, 1000)]
    draw.write_page(rows + sizes, [{"cpu": "Made up", "cores": 2}], tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "peer &lt;2&gt;, another answer" in page and "peer <2>" not in page
    assert "<td>4 x</td>" in page and "1,000 x 4, streamed" in page
    assert not re.search(r"<script|<link|@import|src=|href=", page)
    assert page.count("prefers-color-scheme: dark") > 1
    pictures = re.findall(r"<svg.*?</svg>", page, re.S)
    assert len(pictures) == 2
    for picture in pictures:
        xml.etree.ElementTree.fromstring(picture)


def test_a_dearer_path_fails_and_a_cheaper_one_is_named(modules, capsys):
    judged = importlib.import_module("count_instructions").judged
    table = {"a": 100, "b": 100, "c": 100}
    assert judged({"a": 109, "b": 91, "c": 100}, table, 0.1) == 0
    assert "cheaper" not in capsys.readouterr().out
    assert judged({"a": 111, "b": 89, "c": 100}, table, 0.1) == 1
    assert "cheaper than the table: b" in capsys.readouterr().out
    assert judged({"a": 100, "d": 100}, table, 0.1) == 3  # b and c gone, d unknown


def test_every_work_has_a_name_of_its_own_and_its_files(modules):
    _, works = modules
    found = list(works.all_works(pathlib.Path("data"), pathlib.Path("drift")))
    assert len({work.name for work in found}) == len(found)
    for work in found:
        assert work.participants[0].tool.startswith("libdrift"), work.name
        for tool in {participant.tool for participant in work.participants}:
            assert tool in ("libdrift", "libdrift_python", "rust", "java", "gsl", "boost") or \
                (FOLDER / f"peer_{tool}.txt").is_file(), tool


def test_pins_are_exact():
    for path in FOLDER.glob("peer_*.txt"):
        lines = path.read_text(encoding="utf-8").splitlines()
        assert all("==" in line for line in lines if not line.startswith("#")), path.name


def test_a_worker_in_python(modules, tmp_path):
    (tmp_path / "made_up.py").write_text("def work(number):\n"
                                         "    return 'made up 1', lambda: int(number) + 0 * sum(range(100000))\n")
    import subprocess
    done = subprocess.run([sys.executable, FOLDER / "speed_worker.py", "made_up", "work", "3"],
                          input="\n\n", capture_output=True, text=True, check=True,
                          env=dict(os.environ, PYTHONPATH=str(tmp_path)))
    first, *rows = map(json.loads, done.stdout.splitlines())
    assert first == {"who": "made up 1"} and [row["answer"] for row in rows] == [3, 3]
    assert all(row["seconds"] >= 0 and row["peak_bytes"] > 0 for row in rows)
