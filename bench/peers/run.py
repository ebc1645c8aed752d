#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""run.py: false alarms (null) or found changes (power) of other tools beside libdrift's.
Without either: speed (speed.py).

usage: run.py null|power [--json FILE] [--repetitions N] [--seconds S] [--data FOLDER] [--only TOOL]

Each tool runs in a process and an environment of its own below build/peers/, made on demand from
bench/peers/peer_TOOL.txt and kept. All of them see the same rows. A tool stops within a cell after
N repetitions or S seconds of processor time, two repetitions at least; the number is printed.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import time

import speed
import subsets
from environments import FOLDER, HERE, ROOT, environment, say, variables

TOOLS = ("libdrift", "evidently", "nannyml", "whylogs", "alibi", "scouter")


def task_of(options):
    """What the workers have to do, and the tables they read."""
    task = {"what": options.what, "repetitions": options.repetitions, "seconds": options.seconds}
    if options.what == "power":
        return task | {"cells": subsets.POWER_SIZES}
    made = FOLDER / "made.csv"
    if not made.is_file():
        say("making the made table")
        subsets.make_table(made)
    tables = {"made": (str(made), ())}
    for table in subsets.PUBLISHED:
        path = subsets.published(options.data, table)
        if path:
            tables[table] = (str(path), subsets.PUBLISHED[table][1])
        else:
            say(f"{subsets.PUBLISHED[table][0]} is not in {options.data}: left out")
    return task | {"tables": tables,
                   "cells": [cell for cell in subsets.null_cells() if cell[0] in tables]}


def run(tool, python, task_file, limit):
    """The rows of one tool; a tool that hangs is ended and keeps the rows it has."""
    begin = time.monotonic()
    command = [python, HERE / "worker.py", f"peer_{tool}", task_file]
    log = FOLDER / f"{tool}.log"
    with open(log, "w", encoding="utf-8") as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors,
                                   env=variables(tool))
        try:
            output, _ = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            process.kill()
            output, _ = process.communicate()
            say(f"{tool} was ended after {limit:.0f} s")
    lines = output.decode("utf-8", "replace").splitlines()
    rows = [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]
    say(f"{tool}: {len(rows)} rows in {time.monotonic() - begin:.0f} s")
    if not rows:
        say(f"{tool} gave no row; {log.relative_to(ROOT)} says why")
    return rows


def percent(share):
    return "–" if share is None else f"{100 * share:.1f}"


def print_null(rows):
    print("Unchanged data, package defaults. Percent of columns flagged / of data sets with any\n"
          "flag / of data sets with the tool's own verdict drift (repetitions; x: it failed).\n")
    for work in dict.fromkeys(row["work"] for row in rows):
        print(work)
        for row in (row for row in rows if row["work"] == work):
            if row["repetitions"]:
                text = " / ".join(percent(row[key]) for key in
                                  ("columns_flagged", "datasets_flagged", "datasets_verdict"))
            else:
                text = "no result"
            failed = f", {row['failed']} x {row.get('message', '')}" if row["failed"] else ""
            print(f"  {row['who']:26} {text:24} ({row['repetitions']}{failed})")


def print_power(rows):
    print("A change in six of twelve columns, package defaults: percent of repetitions in which\n"
          "the column was flagged; unchanged: of the columns that did not change.\n")
    works = list(dict.fromkeys(row["work"] for row in rows))
    tools = list(dict.fromkeys(row["who"] for row in rows))
    shares = {(row["work"], row["who"]): row for row in rows}
    heads = [tool.split()[0] + "".join(tool.split()[2:]) for tool in tools]
    print(" " * 34 + " ".join(f"{head:>16}" for head in heads))
    for work in works:
        cells = [shares.get((work, tool)) for tool in tools]
        print(f"{work:34}" + " ".join(f"{percent(cell and cell['columns_flagged']):>16}"
                                      for cell in cells))
    counts = {tool: min(row["repetitions"] for row in rows if row["who"] == tool) for tool in tools}
    print("repetitions: " + ", ".join(f"{tool} {count}" for tool, count in counts.items()))


def main():
    if not {"null", "power"} & set(sys.argv[1:2]):
        return speed.main(sys.argv[1:])
    parser = argparse.ArgumentParser(prog="./dev bench null|power --peers", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("null", "power"))
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--repetitions", type=int, default=500, metavar="N")
    parser.add_argument("--seconds", type=float, default=10, metavar="S")
    parser.add_argument("--data", default=os.environ.get("DRIFT_SHARED_DATA",
                                                         str(ROOT.parent / "shared" / "data")))
    parser.add_argument("--only", choices=TOOLS, action="append")
    options = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    tools = [tool for tool in TOOLS if tool in (options.only or TOOLS)]
    pythons = {tool: environment(tool) for tool in tools}
    task = task_of(options)
    task_file = FOLDER / f"{options.what}.task.json"
    task_file.write_text(json.dumps(task), encoding="utf-8")
    # Only for a tool that hangs: two settings, imports, making the rows, a busy machine.
    limit = 600 + len(task["cells"]) * (8 * options.seconds + 80)
    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        found = pool.map(lambda tool: run(tool, pythons[tool], task_file, limit), tools)
        rows = [row for of_tool in found for row in of_tool]
    {"null": print_null, "power": print_power}[options.what](rows)
    if options.json:
        path = pathlib.Path(options.json)
        path.write_text(json.dumps({"results": rows}, indent=1, ensure_ascii=False) + "\n",
                        encoding="utf-8")
    return 0 if rows else 1


if __name__ == "__main__":
    sys.exit(main())
