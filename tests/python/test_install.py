# SPDX-License-Identifier: Apache-2.0
"""`pip install .` in an empty virtual environment builds and works."""
import shutil
import subprocess
import sys

from conftest import ROOT


def test_pip_install_of_a_clean_copy(tmp_path):
    source, environment = tmp_path / "source", tmp_path / "environment"
    source.mkdir()
    for item in ROOT.iterdir():
        if item.is_dir() and not item.name.startswith((".", "build", "dist")):
            shutil.copytree(item, source / item.name)
        elif item.is_file():
            shutil.copy(item, source / item.name)
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    subprocess.run([environment / "bin/pip", "install", "-q", "--disable-pip-version-check", source],
                   check=True)
    code = ("import libdrift; r = libdrift.compare({'x': [1.0, 2, 3] * 400}, {'x': [1.0, 2, 3] * 400});"
            "assert r.verdict == 'stable', r; print(libdrift.__version__)")
    done = subprocess.run([environment / "bin/python", "-I", "-c", code], cwd=tmp_path, check=True,
                          capture_output=True, text=True)
    assert done.stdout.strip() == "0.1.0"
