#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Run the benchmarks of a build, or the proofs of its statistics; print tables, keep the rows.

  ./dev bench [PATTERN] [--json FILE] [--html FILE] [--against FILE]
      speed: processor time of each piece of work whose name matches PATTERN; beside that of an earlier
      run, whose --json is given to --against, ratios first: 2 = twice as fast as then

  ./dev bench --peers [PATTERN] [--json FILE] [--html FILE] [--runs N] [--seconds S] [--only TOOL] [--whole]
      speed beside other packages as installed (bench/peers), ratios first

  ./dev bench --instructions [--update]
      instructions of 18 paths, counted by valgrind, beside those of bench/instructions.txt; exit code
      1 where one is dearer by a tenth. --update writes the table anew

  ./dev bench null|power|intervals|evidence ... [--quick] [--repetitions N] [--json FILE] [--markdown]
              [--data FOLDER] [--only TEXT] [--processes N]
      proofs by simulation, with fixed seeds; exit code 1 where a promised bound does not hold
        null       false alarms: columns, whole tables, dependent rows
        power      changes found, beside the statistics of other tools
        intervals  coverage of intervals; certified bounds
        evidence   streams: false alarms, rows from a change to the alarm
      --quick is a fiftieth of the repetitions, and all proofs where none is named

  ./dev bench null|power --peers [--json FILE] [--repetitions N] [--seconds S] [--data FOLDER]
              [--only TOOL]
      the same questions to other tools as installed (bench/peers)
"""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys

import count_instructions
import draw_performance
import run_proofs

ROOT = pathlib.Path(__file__).resolve().parent.parent


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


def print_row(row):
    if "ns_per_item" not in row:
        print(f"{'':56}{row['work']} ({row['bytes_per_item']:.0f} bytes an item)")
        return
    ratio = f"{row['ratio']:.2f}" if "ratio" in row else ""
    print(f"{ratio:>6} {row['ns_per_item']:12.4g} {row['min_ns']:12.4g} {row['max_ns']:12.4g} "
          f"{row['runs']:5} {row['peak_bytes'] / 1e6:8.0f}  {row['work']}" +
          (f" (error of rank {row['error_ppm']:.0f} ppm)" if "error_ppm" in row else "") +
          (f" ({row['bytes_per_item']:.0f} bytes an item)" if "bytes_per_item" in row else ""))


def run_speed(options):
    results = []
    pattern = "|".join(options.what)
    before = {}
    if options.against:
        earlier = json.loads(pathlib.Path(options.against).read_text(encoding="utf-8"))
        before = {row["work"]: row["ns_per_item"] for row in earlier["results"]}
    print(f"{'ratio' if before else '':>6} {'ns/item':>12} {'min':>12} {'max':>12} {'runs':>5} "
          f"{'peak MB':>8}  work")
    for program in programs(pathlib.Path(options.build)):
        process = subprocess.run([program], capture_output=True, text=True)
        if process.returncode:
            print(process.stderr, file=sys.stderr)
            return 1
        for line in process.stdout.splitlines():
            row = json.loads(line)
            if not re.search(pattern, row["work"]):
                continue
            if row["work"] in before:
                row["ratio"] = before[row["work"]] / row["ns_per_item"]
            row.setdefault("peak_bytes", 0)
            if "ns_per_item" in row:
                results.append(row)
            print_row(row)
    document = {"machine": machine(), "results": results}
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    if options.html:
        draw_performance.write_page(results, [document["machine"]], pathlib.Path(options.html))
    return 0 if results else 1


def main():
    if "--peers" in sys.argv:
        arguments = [argument for argument in sys.argv[2:] if argument != "--peers"]
        return subprocess.run([sys.executable, ROOT / "bench" / "peers" / "run.py", *arguments]).returncode
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__, add_help=True,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", help=argparse.SUPPRESS)
    parser.add_argument("what", nargs="*", metavar="PATTERN | null | power | intervals | evidence")
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--html", metavar="FILE", help="charts and tables as one page")
    parser.add_argument("--against", metavar="FILE", help="the --json of an earlier run")
    parser.add_argument("--instructions", action="store_true", help="count them, compare with the table")
    parser.add_argument("--update", action="store_true", help="write the table of instructions anew")
    parser.add_argument("--quick", action="store_true", help="a fiftieth of the repetitions")
    parser.add_argument("--repetitions", type=int, metavar="N", help="of a cell")
    parser.add_argument("--markdown", action="store_true", help="tables as Markdown")
    parser.add_argument("--only", default="", metavar="TEXT", help="works with TEXT in their name")
    parser.add_argument("--processes", type=int, metavar="N", help="side by side; all cores")
    parser.add_argument("--data", metavar="FOLDER", help="published tables ($DRIFT_SHARED_DATA)",
                        default=os.environ.get("DRIFT_SHARED_DATA", str(ROOT.parent / "shared" / "data")))
    options = parser.parse_args()
    if options.instructions or options.update:
        return count_instructions.main(options.build, options.update)
    if options.quick or set(options.what) & set(run_proofs.NAMES):
        unknown = set(options.what) - set(run_proofs.NAMES)
        if unknown:
            parser.error(f"{unknown.pop()} is not one of {', '.join(run_proofs.NAMES)}")
        return run_proofs.main(options, machine())
    return run_speed(options)


if __name__ == "__main__":
    sys.exit(main())
