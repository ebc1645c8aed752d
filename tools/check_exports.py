#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The symbols that libdrift.so exports = those the headers declare = those the Python binding declares.

usage: check_exports.py [ROOT [LIBDRIFT.SO]]     prints each difference, exit 1 if there is one

Without a library (and none in ROOT/build) only headers and binding are compared.
"""
import pathlib
import re
import subprocess
import sys

DECLARATION = re.compile(r"\bDRIFT_API\b[^;{}]*?\b(drift_\w+)\s*\(", re.S)
TABLE_ROW = re.compile(r"""\(\s*["'](drift_\w+)["']\s*,""")
COMMENT = re.compile(r"/\*.*?\*/", re.S)


def exported(library):
    output = subprocess.run(["nm", "-D", "--defined-only", library], check=True,
                            capture_output=True, text=True).stdout
    fields = (line.split() for line in output.splitlines())
    names = {row[-1].split("@")[0] for row in fields if len(row) == 3 and row[1] != "A"}
    return names


def declared(root):
    names = set()
    for path in sorted((root / "include/drift").glob("*.h")):
        names |= set(DECLARATION.findall(COMMENT.sub("", path.read_text(encoding="utf-8"))))
    return names


def bound(root):
    path = root / "bindings/python/libdrift/_ffi.py"
    return set(TABLE_ROW.findall(path.read_text(encoding="utf-8"))) if path.exists() else None


def differences(left, left_name, right, right_name):
    return ([f"{name}: {left_name}, not {right_name}" for name in sorted(left - right)] +
            [f"{name}: {right_name}, not {left_name}" for name in sorted(right - left)])


def main():
    here = pathlib.Path(__file__).resolve().parents[1]
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else here
    library = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else root / "build/libdrift/libdrift.so"
    headers, binding, problems = declared(root), bound(root), []
    if len(sys.argv) > 2 or library.exists():
        problems = differences(exported(library), "exported", headers, "declared in a header")
        newest = max((root / "include/drift").glob("*.h"), key=lambda path: path.stat().st_mtime)
        if problems and library.stat().st_mtime < newest.stat().st_mtime:
            problems.append(f"{library} is older than {newest.relative_to(root)}: build it first")
    if binding is not None:
        problems += differences(headers, "declared in a header", binding, "declared in _ffi.py")
    print("\n".join(problems) if problems else
          f"{len(headers)} symbols: library, headers and binding agree")
    return 1 if problems or not headers else 0


if __name__ == "__main__":
    sys.exit(main())
