# SPDX-License-Identifier: Apache-2.0
"""Values that other projects publish: tests/vectors/run.py finds no difference, and would tell one."""
import json
import subprocess
import sys

import pytest
from conftest import ROOT

RUNNER = ROOT / "tests" / "vectors" / "run.py"
KS = {"id": "A", "repo": "scipy/scipy", "checks": "ks_2samp two-sided auto", "params": {},
      "inputs": {"x": [0.99, 1.99], "y": [1.0, 2.0, 3.0]},
      "expected": {"statistic": 2 / 3, "p_value": 0.6}, "tol": 1e-6}


def run(folder, *options):
    process = subprocess.run([sys.executable, str(RUNNER), str(folder), *options],
                             capture_output=True, text=True, timeout=300)
    assert "Traceback" not in process.stderr, process.stderr
    return process.returncode, process.stdout.splitlines()


def made(folder, *vectors):
    (folder / "nannyml").mkdir()
    (folder / "vectors.json").write_text(json.dumps(vectors))
    return run(folder)


@pytest.fixture(scope="module")
def published(shared_data):
    folder = shared_data.parent / "vectors"
    if not folder.is_dir():
        pytest.skip("the published values are not on this machine")
    return run(folder)


def test_published_values(published):
    code, lines = published
    assert code == 0, "\n".join(line for line in lines if "FAILED" in line)
    assert lines[-1].split()[2:4] == ["0", "failed,"]


def test_most_vectors_are_covered(published):
    line = next(line for line in published[1] if " vectors ok" in line)
    assert int(line.split()[0]) >= 120, line


def test_what_is_left_out_says_why(published):
    for line in published[1]:
        if " | not offered" in line:
            assert " | not offered (" in line, line
        assert "unknown kind" not in line, line


def test_a_wrong_value_is_told(tmp_path):
    code, lines = made(tmp_path, KS, {**KS, "id": "B", "expected": {"statistic": 2 / 3,
                                                                    "p_value": 0.7}})
    assert code == 1
    assert lines[0].startswith("A | ") and " | ok | " in lines[0]
    assert lines[1].startswith("B | ") and " | FAILED | " in lines[1]
    assert lines[-1] == "3 passed, 1 failed, 0 skipped"


def test_what_is_not_known_is_told(tmp_path):
    code, lines = made(tmp_path, {**KS, "checks": "the colour of the sky"},
                       {**KS, "checks": "CBPE of AUROC"}, {**KS, "inputs": {}},
                       {**KS, "expected": {"brightness": [1, 2]}, "checks": "JSD errors: none"})
    assert code == 0
    assert "skipped (unknown kind)" in lines[0]
    assert "skipped (belongs to health" in lines[1]
    assert "skipped (unknown kind: no two samples" in lines[2]
    assert "skipped (unknown kind: no value for 'brightness')" in lines[3]
    assert lines[-1].startswith("0 passed, 0 failed, ")


def test_help_has_an_example():
    process = subprocess.run([sys.executable, str(RUNNER), "--help"], capture_output=True, text=True,
                             timeout=60)
    assert process.returncode == 0 and "example:" in process.stdout


def test_a_folder_without_vectors_is_refused(tmp_path):
    process = subprocess.run([sys.executable, str(RUNNER), str(tmp_path)], capture_output=True,
                             text=True, timeout=60)
    assert process.returncode == 2 and "vectors.json" in process.stderr
