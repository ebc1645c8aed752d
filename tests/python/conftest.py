# SPDX-License-Identifier: Apache-2.0
"""What the Python tests share: where the real data is, and tables made from a seed."""
import os
import pathlib

import numpy as np
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def shared_data():
    folder = pathlib.Path(os.environ.get("DRIFT_SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        if os.environ.get("CI"):
            pytest.fail("the real data is missing, and on CI it must be there")
        pytest.skip("the real data is not on this machine")
    return folder


def made_table(rows=3000, seed=1, shift=0.0):
    """Two floats, an integer, a boolean and a text column."""
    rng = np.random.default_rng(seed)
    words = np.array(["red", "green", "blue", "näive", "a,b", 'q"t'])
    return {
        "x": rng.normal(size=rows) + shift,
        "y": rng.lognormal(size=rows),
        "n": rng.poisson(3, size=rows),
        "flag": rng.random(rows) < 0.3,
        "word": words[rng.integers(0, 6, size=rows) * rng.integers(0, 2, size=rows)],
    }
