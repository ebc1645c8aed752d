#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Values that other projects publish, against libdrift.stats.

usage: run.py FOLDER [--quiet]

FOLDER holds vectors.json, inputs/ and nannyml/*.csv; the data they name lies in FOLDER/../data.
One line a vector: id, what it checks, verdict, got, wanted, tolerance. Verdicts: ok, FAILED,
skipped (another issue, or a kind that the runner does not know), not offered (a convention that the
library does not have, and why). The last line counts values. Exit 1 if a value failed.

example: PYTHONPATH=bindings/python LIBDRIFT_LIBRARY=build/libdrift/libdrift.so \\
             python3 tests/vectors/run.py ../shared/vectors
"""
import argparse
import collections
import json
import math
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.modules.setdefault("run", sys.modules[__name__])

from inputs import Inputs, UnknownKind  # noqa: E402
import streams  # noqa: E402, F401  (registers its kinds)
from kinds import NotOffered, find, later  # noqa: E402

Line = collections.namedtuple("Line", "verdict got wanted tolerance reason")
P_NAMES = ("p", "p_value", "pvalue", "p_value_approx")


def flat(value):
    """The single values of an expected entry, in order."""
    if isinstance(value, dict):
        return [one for key in value for one in flat(value[key])]
    return [one for entry in value for one in flat(entry)] if isinstance(value, list) else [value]


def close(got, wanted, tolerance):
    """Within the tolerance, absolute for values up to 1 and relative beyond."""
    if wanted is None or (isinstance(wanted, str) and wanted not in ("inf", "-inf", "nan")):
        return got == wanted
    got, wanted = float(got), float(wanted)
    if math.isinf(wanted) or math.isinf(got):
        return got == wanted
    return abs(got - wanted) <= tolerance * max(1, abs(wanted)) * (1 + 1e-9) + 1e-15 * (tolerance > 0)


def tolerance_of(vector):
    """As stated; where a note says that only a loose comparison makes sense, that."""
    match = re.search(r"\+-\s*([\d.]*\d)", vector.get("note", ""))
    return max(float(vector.get("tol") or 0), float(match[1]) if match else 0)


def lookup(result, key):
    """The value of an expected name in what a kind returned."""
    if isinstance(result, dict):
        return result[key]
    if isinstance(result, tuple):
        return result[1 if key in P_NAMES else 0]
    return result


def check_value(result, key, wanted, tolerance):
    """Lines for one expected entry."""
    try:
        got = lookup(result, key)
    except (KeyError, IndexError):
        return [Line("skipped", None, wanted, tolerance, f"unknown kind: no value for {key!r}")]
    if isinstance(got, NotOffered):
        return [Line("not offered", None, wanted, tolerance, str(got))]
    have, want = flat(got), flat(wanted)
    if len(have) != len(want):
        return [Line("FAILED", got, wanted, tolerance, f"{len(have)} values, wanted {len(want)}")]
    return [Line("ok" if close(g, w, tolerance) else "FAILED", g, w, tolerance, "")
            for g, w in zip(have, want)] or [Line("ok", got, wanted, tolerance, "")]


def check_vector(vector, folder):
    """Lines of a vector, one for every expected value."""
    text, expected = vector.get("checks", ""), vector.get("expected", {})
    tolerance = tolerance_of(vector)

    def all_of(verdict, reason):
        return [Line(verdict, None, wanted, tolerance, reason) for wanted in flat(expected)] or [
            Line(verdict, None, None, tolerance, reason)]
    if reason := later(text):
        return all_of("skipped", reason)
    function = find(text)
    if function is None:
        return all_of("skipped", "unknown kind")
    try:
        result = function(Inputs(vector, folder), text)
    except NotOffered as reason:
        return all_of("not offered", str(reason))
    except UnknownKind as reason:
        return all_of("skipped", f"unknown kind: {reason}")
    except Exception as error:  # a vector of an unforeseen shape must not end the run
        return all_of("FAILED", f"{type(error).__name__}: {error}")
    return [line for key, wanted in expected.items()
            for line in check_value(result, key, wanted, tolerance)]


def verdict_of(lines):
    """One verdict for a vector: the worst of its values."""
    seen = {line.verdict for line in lines}
    return next((word for word in ("FAILED", "not offered", "skipped") if word in seen), "ok")


def shown(lines, limit=4):
    """got/wanted of a few values."""
    parts = [f"{line.got!r} for {line.wanted!r}" for line in lines if line.verdict != "skipped"]
    bad = [f"{line.got!r} for {line.wanted!r}" for line in lines if line.verdict == "FAILED"]
    parts = bad or parts
    return "; ".join(parts[:limit]) + (f"; {len(parts) - limit} more" if len(parts) > limit else "")


def report(name, text, lines, quiet):
    """Print the line of a vector or table."""
    verdict = verdict_of(lines)
    if quiet and verdict == "ok":
        return
    reasons = "; ".join(dict.fromkeys(line.reason for line in lines if line.reason))
    words = [name, text, verdict + (f" ({reasons})" if reasons else "")]
    if verdict != "skipped":
        words.append(f"got {shown(lines)}, tolerance {lines[0].tolerance:g}"
                     if isinstance(lines[0].tolerance, float) else f"got {shown(lines)}")
    print(" | ".join(words))


def main():
    """Run everything; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path, metavar="FOLDER")
    parser.add_argument("--quiet", action="store_true", help="only what is not ok")
    options = parser.parse_args()
    path = options.folder / "vectors.json"
    if not path.is_file():
        parser.error(f"{path} is not there")
    vectors = json.loads(path.read_text(encoding="utf-8"))
    values, verdicts = collections.Counter(), collections.Counter()
    for vector in vectors:
        lines = check_vector(vector, options.folder)
        values.update(line.verdict for line in lines)
        verdicts[verdict_of(lines)] += 1
        report(vector["id"], vector["checks"], lines, options.quiet)
    print(f"{verdicts['ok']} of {len(vectors)} vectors ok, {verdicts['FAILED']} failed, "
          f"{verdicts['not offered']} not offered, {verdicts['skipped']} of later issues or unknown")
    from tables import check_tables
    for name, text, lines in check_tables(options.folder):
        values.update(line.verdict for line in lines)
        report(name, text, lines, options.quiet)
    skipped = values["skipped"] + values["not offered"]
    print(f"{values['ok']} passed, {values['FAILED']} failed, {skipped} skipped")
    return 1 if values["FAILED"] else 0


if __name__ == "__main__":
    sys.exit(main())
