# SPDX-License-Identifier: Apache-2.0
"""`pip install .` in an empty virtual environment builds and works."""
import subprocess
import sys

from conftest import ROOT


def test_pip_install_of_a_clean_copy(tmp_path):
    source, environment = tmp_path / "source", tmp_path / "environment"
    files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout
    for name in files.decode().split("\0"):
        if name and (ROOT / name).is_file():
            target = source / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((ROOT / name).read_bytes())
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    subprocess.run([environment / "bin/pip", "install", "-q", "--disable-pip-version-check", source],
                   check=True)
    code = ("import libdrift; r = libdrift.compare({'x': [1.0, 2, 3] * 400}, {'x': [1.0, 2, 3] * 400});"
            "assert r.verdict == 'stable', r; print(libdrift.__version__)")
    done = subprocess.run([environment / "bin/python", "-I", "-c", code], cwd=tmp_path, check=True,
                          capture_output=True, text=True)
    assert done.stdout.strip() == "0.1.0"
