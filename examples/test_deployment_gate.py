# SPDX-License-Identifier: Apache-2.0
"""Runs deployment_gate.sh on data that is as it was and on data that is not."""
import os
import pathlib
import random
import subprocess
import sys
import tempfile

GATE = pathlib.Path(__file__).with_name("deployment_gate.sh")


def table(path, n, seed, shift):
    rng = random.Random(seed)
    rows = (f"{rng.gauss(shift, 1):.4f},{rng.choice('ab')}\n" for _ in range(n))
    path.write_text("x,group\n" + "".join(rows))


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        table(folder / "train.csv", 4000, 1, 0.0)
        table(folder / "same.csv", 4000, 2, 0.0)
        table(folder / "moved.csv", 4000, 3, 1.0)
        table(folder / "few.csv", 3, 4, 0.0)
        reference = folder / "train.drift"
        subprocess.run([os.environ["DRIFT_COMMAND"], "profile", folder / "train.csv", "-o", reference],
                       check=True)
        for data, code, word in (("same", 0, "open"), ("moved", 1, "drifted"), ("few", 3, "too little"),
                                 ("absent", 2, "failed")):
            gate = subprocess.run([GATE, reference, folder / f"{data}.csv", folder / "report.html"],
                                  capture_output=True, text=True)
            assert gate.returncode == code and word in gate.stdout, (data, gate)
            print(f"{data}: exit {code}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
