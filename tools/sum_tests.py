#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One line for all suites: 'N passed, N failed, N skipped'.

usage: sum_tests.py FOLDER     FOLDER holds meson's testlog.json files and pytest's junit .xml files

A test program that prints its own counts (libcheck's, or a line like this one) counts as many
cases; any other as one. Exit 0 only if at least one passed and none failed.
"""
import json
import pathlib
import re
import sys
import xml.etree.ElementTree as ElementTree

LIBCHECK = re.compile(r"^\d+%: Checks: (\d+), Failures: (\d+), Errors: (\d+)", re.M)
OWN = re.compile(r"^(\d+) passed, (\d+) failed, (\d+) skipped$", re.M)


def meson_counts(record):
    output = record.get("stdout") or ""
    result = record["result"]
    passed = failed = skipped = 0
    for checks, failures, errors in LIBCHECK.findall(output):
        bad = int(failures) + int(errors)
        passed, failed = passed + int(checks) - bad, failed + bad
    for counts in OWN.findall(output)[-1:]:
        passed, failed, skipped = (a + int(b) for a, b in zip((passed, failed, skipped), counts))
    if result in ("OK", "EXPECTEDFAIL"):
        passed = passed if passed + failed + skipped else 1
    elif result == "SKIP":
        skipped = skipped or 1
    else:
        failed = failed or 1
    return passed, failed, skipped


def pytest_counts(path):
    passed = failed = skipped = 0
    for suite in ElementTree.parse(path).getroot().iter("testsuite"):
        bad = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        jumped = int(suite.get("skipped", 0))
        passed += int(suite.get("tests", 0)) - bad - jumped
        failed, skipped = failed + bad, skipped + jumped
    return passed, failed, skipped


def main():
    folder = pathlib.Path(sys.argv[1])
    total = [0, 0, 0]
    for path in sorted(folder.glob("*.json")):
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            total = [a + b for a, b in zip(total, meson_counts(json.loads(line)))]
    for path in sorted(folder.glob("*.xml")):
        total = [a + b for a, b in zip(total, pytest_counts(path))]
    print("{} passed, {} failed, {} skipped".format(*total))
    return 0 if total[0] and not total[1] else 1


if __name__ == "__main__":
    sys.exit(main())
