#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Run the benchmarks of a build, print a table, and keep the rows.

usage: run_benchmarks.py BUILD [PATTERN] [--json FILE]
"""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys


def machine():
    try:
        text = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        text = ""
    model = re.search(r"^model name\s*:\s*(.+)$", text, re.M)
    return {"cpu": model.group(1) if model else os.uname().machine, "isa": os.uname().machine,
            "cores": len(os.sched_getaffinity(0))}


def programs(build):
    return sorted(path for path in (build / "bench").glob("bench_*")
                  if path.is_file() and os.access(path, os.X_OK))


def main():
    parser = argparse.ArgumentParser(prog="./dev bench")
    parser.add_argument("build", help=argparse.SUPPRESS)
    parser.add_argument("pattern", nargs="?", default="")
    parser.add_argument("--json", metavar="FILE")
    options = parser.parse_args()
    results = []
    print(f"{'work':44} {'ns/item':>10} {'min':>10} {'max':>10} {'runs':>5}")
    for program in programs(pathlib.Path(options.build)):
        process = subprocess.run([program], capture_output=True, text=True)
        if process.returncode:
            print(process.stderr, file=sys.stderr)
            return 1
        for line in process.stdout.splitlines():
            row = json.loads(line)
            if not re.search(options.pattern, row["work"]):
                continue
            results.append(row)
            print(f"{row['work']:44} {row['ns_per_item']:10.4g} {row['min_ns']:10.4g} "
                  f"{row['max_ns']:10.4g} {row['runs']:5}")
    if options.json:
        document = {"machine": machine(), "results": results}
        pathlib.Path(options.json).write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    return 0 if results else 1


if __name__ == "__main__":
    sys.exit(main())
