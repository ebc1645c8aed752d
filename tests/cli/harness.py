# SPDX-License-Identifier: Apache-2.0
"""What the tests of the drift command share: a temporary folder, the command, small data."""
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
DRIFT = os.environ.get("DRIFT_COMMAND") or str(ROOT / "build/cli/drift")
SHARED = pathlib.Path(os.environ.get("DRIFT_SHARED_DATA", ROOT / ".." / "shared" / "data"))


class Result:
    def __init__(self, process):
        self.code, self.out, self.err = process.returncode, process.stdout, process.stderr

    def json(self):
        return json.loads(self.out)


class Case(unittest.TestCase):
    """Each test works in its own empty folder."""
    maxDiff = None

    def setUp(self):
        self._folder = tempfile.TemporaryDirectory(prefix="drift-test-")
        self.folder = pathlib.Path(self._folder.name)

    def tearDown(self):
        self._folder.cleanup()

    def drift(self, *arguments, stdin=b"", code=None, environment=None):
        process = subprocess.run([DRIFT, *map(str, arguments)], cwd=self.folder, input=stdin,
                                 capture_output=True, timeout=300,
                                 env={**os.environ, **(environment or {})})
        result = Result(process)
        if code is not None:
            self.assertEqual(result.code, code, f"drift {' '.join(map(str, arguments))}\n"
                             f"{result.err.decode(errors='replace')}{result.out[-2000:]!r}")
        return result

    def write(self, name, text):
        data = text if isinstance(text, bytes) else text.encode()
        (self.folder / name).write_bytes(data)
        return name

    def one_line(self, result):
        text = result.err.decode(errors="replace")
        self.assertTrue(text.startswith("drift: "), text)
        self.assertEqual(text.count("\n"), 1, text)
        self.assertTrue(text.endswith("\n"), text)
        return text


def csv(header, rows):
    return "\n".join([",".join(header)] + [",".join(map(str, row)) for row in rows]) + "\n"


def sample(n, seed=1, shift=0.0):
    """n rows of two numbers and a word, the columns of every small test."""
    rng = random.Random(seed)
    return [[f"{rng.gauss(shift, 1):.6f}", f"{rng.gauss(0, 1):.6f}", rng.choice("abcd")]
            for _ in range(n)]


HEADER = ["x", "y", "z"]


def columns(document):
    return {column["name"]: column for column in document["columns"]}


def verdicts(document):
    return {column["name"]: column["verdict"] for column in document["columns"]}


def findings(document):
    return {(finding["kind"], finding["column"]) for finding in document["findings"]}


def require_data(name):
    """The folder of a shared data set; without it the test is skipped, in CI it fails."""
    folder = SHARED / name
    if not folder.is_dir():
        if os.environ.get("CI"):
            raise AssertionError(f"{folder} is not there (set DRIFT_SHARED_DATA)")
        raise unittest.SkipTest(f"{folder} is not there (set DRIFT_SHARED_DATA)")
    return folder


def main():
    """Run the tests of the calling file; the last line of stdout counts them."""
    program = unittest.main(module="__main__", exit=False, verbosity=1, argv=sys.argv[:1])
    result = program.result
    failed = len(result.failures) + len(result.errors) + len(result.unexpectedSuccesses)
    skipped = len(result.skipped)
    print(f"{result.testsRun - failed - skipped} passed, {failed} failed, {skipped} skipped")
    sys.exit(1 if failed or not result.testsRun else 0)
