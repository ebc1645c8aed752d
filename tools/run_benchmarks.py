#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Run the benchmarks of a build folder, print a table, write JSON.

usage: run_benchmarks.py BUILD [PATTERN] [--json FILE]
"""
import argparse
import json
import os
import platform
import re
import subprocess
import sys


def machine():
    name = platform.processor()
    isa = set()
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as lines:
        for line in lines:
            key, _, value = line.partition(":")
            if key.strip() == "model name":
                name = value.strip()
            if key.strip() == "flags":
                isa = set(value.split()) & {"sse2", "avx2", "avx512f"}
    return {"cpu": name, "isa": " ".join(sorted(isa)), "cores": os.cpu_count()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build")
    parser.add_argument("pattern", nargs="?", default="")
    parser.add_argument("--json")
    given = parser.parse_args()
    folder = os.path.join(given.build, "bench")
    programs = sorted(name for name in os.listdir(folder) if re.fullmatch(r"bench_[a-z]+", name))
    rows = []
    print(f"{'work':<32} {'ns/item':>12} {'min':>10} {'max':>10} {'runs':>5} {'peak MB':>8}")
    for program in programs:
        if not re.search(given.pattern, program):
            continue
        done = subprocess.run([os.path.join(folder, program)], stdout=subprocess.PIPE, text=True)
        if done.returncode:
            sys.exit(f"{program} ended with status {done.returncode}")
        for line in done.stdout.splitlines():
            row = json.loads(line)
            rows.append(row)
            print(f"{row['work']:<32} {row['ns_per_item']:>12,.4g} {row['min_ns']:>10,.4g} "
                  f"{row['max_ns']:>10,.4g} {row['runs']:>5} {row['peak_bytes'] / 1e6:>8,.0f}")
    if not rows:
        sys.exit(f"no benchmark is called {given.pattern!r}; there are {', '.join(programs)}")
    if given.json:
        with open(given.json, "w", encoding="utf-8") as out:
            json.dump({"machine": machine(), "results": rows}, out, indent=1)


if __name__ == "__main__":
    main()
