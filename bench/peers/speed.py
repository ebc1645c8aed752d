# SPDX-License-Identifier: Apache-2.0
"""The same work by libdrift and by its peers, one process each, side by side in one run.

usage: ./dev bench --peers [PATTERN] [--json FILE] [--html FILE] [--runs N] [--seconds S]
                           [--only TOOL] [--whole]

All prepare first; then they take turns, each time in another order, so that a machine that slows
down slows all of them. What counts is the processor time of the process, all its threads; every
peer is held to one. Works named wall count the time one waits, with the threads they state. A
participant stops after N runs, or after S seconds of processor time.
"""
import argparse
import json
import os
import pathlib
import re
import select
import shutil
import statistics
import subprocess
import sys

import environments
from environments import FOLDER, HERE, RELEASE, ROOT, say
from works import all_works

DATA = ROOT / "build" / "data"
SERVER = RELEASE / "bench" / "serve_libdrift"
COMMAND = RELEASE / "cli" / "drift"
HANGS = 1800  # seconds without an answer


def write_json_lines(source, target):
    """The rows of a CSV file of numbers as objects, digits and all."""
    with open(source, encoding="ascii") as rows, open(target, "w", encoding="ascii") as out:
        names = [f'"{name}": ' for name in next(rows).rstrip().split(",")]
        for row in rows:
            fields = zip(names, row.rstrip().split(","))
            out.write("{" + ", ".join(name + text for name, text in fields) + "}\n")


def make_data(with_text):
    """The files all of them read; a folder that is there is whole."""
    if not DATA.is_dir():
        say("making the data")
        part = DATA.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        subprocess.run([SERVER, "make", part], check=True)
        part.rename(DATA)
    if with_text and not (DATA / "text").is_file():
        say("making the CSV files")
        subprocess.run([SERVER, "csv", DATA], check=True)
        (DATA / "text").touch()
    for name in ("reference_small", "current_small"):
        if with_text and not (DATA / f"{name}.jsonl").is_file():
            write_json_lines(DATA / f"{name}.csv", DATA / f"{name}.jsonl")


def start_of(participant):
    """The command of a participant and its surroundings; None where it cannot be had."""
    tool = participant.tool
    call = [str(word) for word in participant.call]
    if tool == "libdrift":
        return [SERVER, *call], environments.variables(tool)
    if tool in ("rust", "java") or tool in environments.PROGRAMS:
        made = environments.program(tool)
        return made and ([*made, *call], environments.variables(tool))
    tool = "libdrift" if tool == "libdrift_python" else tool  # the binding, not the C program
    return ([environments.environment(tool), HERE / "speed_worker.py", *call],
            environments.variables(tool, participant.threads))


class Process:
    """A participant at work: who it is, and what its runs took."""

    def __init__(self, participant, command, surroundings, log):
        self.share, self.who, self.rows, self.failed = participant.share, None, [], False
        self.tool, self.log = participant.tool, log
        self.spent = 0.0
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=open(log, "w", encoding="utf-8"), env=surroundings)

    def answer(self):
        """The next line it prints, None where it died or hangs."""
        ready, _, _ = select.select([self.process.stdout], [], [], HANGS)
        line = self.process.stdout.readline() if ready else b""
        try:
            return json.loads(line)
        except ValueError:
            self.failed = True
            say(f"{self.who or self.tool} gave no result; {self.log.relative_to(ROOT)} says why")
            return None

    def prepare(self):
        row = self.answer()
        self.who = row and row["who"]

    def run(self):
        try:
            self.process.stdin.write(b"\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass
        row = self.answer()
        if row:
            self.spent += row["seconds"]
            self.rows.append(row)

    def end(self):
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


def take_turns(processes, runs, seconds):
    """One run that is not counted, unless it is long; then in turns until each has enough."""
    for process in processes:
        process.run()
        if process.spent <= seconds / 4:
            process.rows, process.spent = [], 0.0
    for turn in range(runs):
        order = processes[turn % len(processes):] + processes[:turn % len(processes)]
        for process in order:
            if not process.failed and (process.spent < seconds or not process.rows):
                process.run()


def result(work, process):
    """The row of one participant: medians per item."""
    items = work.items / process.share
    clock_of = "wall" if work.wall else "seconds"
    times = sorted(row[clock_of] * 1e9 / items for row in process.rows)
    answers = [row["answer"] for row in process.rows if row["answer"] is not None]
    found = {"work": work.name, "who": process.who, "ns_per_item": statistics.median(times),
             "min_ns": times[0], "max_ns": times[-1], "runs": len(times), "items": int(items),
             "wall_ns": statistics.median(row["wall"] * 1e9 / items for row in process.rows),
             "peak_bytes": max(row["peak_bytes"] for row in process.rows)}
    if answers:
        found["answer"] = answers[-1]
    if process.share > 1:
        found["share"] = process.share
    return found


def beside_ours(rows, tolerance=0):
    """Divide by the first row, which is libdrift's, and say whose answer is another one."""
    ours = rows[0] if rows and rows[0]["who"].startswith("libdrift") else None
    for row in rows:
        row["ratio"] = row["ns_per_item"] / ours["ns_per_item"] if ours else None
        if ours and tolerance and "answer" in row:
            apart = abs(row["answer"] - ours["answer"])
            row["agrees"] = apart <= tolerance * abs(ours["answer"])
    return rows


def measure(work, only, options):
    processes = []
    for k, participant in enumerate(work.participants):
        if only and participant.tool not in only and k:
            continue
        start = start_of(participant)
        if start:
            log = FOLDER / f"speed.{participant.tool}.{k}.log"
            processes.append(Process(participant, *start, log))
    for process in processes:
        process.prepare()
    ready = [process for process in processes if not process.failed]
    if ready:
        take_turns(ready, options.runs, options.seconds)
    for process in processes:
        process.end()
    return beside_ours([result(work, process) for process in ready if process.rows],
                       work.tolerance)


def number(value):
    return f"{value:,.0f}" if value >= 1000 else f"{value:.4g}"


def print_work(work, rows):
    print(f"{work.name}: {work.title}\n  {'ratio':>8} {'ns/' + work.unit:>12} {'min':>11} "
          f"{'max':>11} {'wall':>11} {'runs':>4} {'peak MB':>8}  who")
    for row in rows[:1] + sorted(rows[1:], key=lambda row: row["ns_per_item"]):
        ratio = "" if row["ratio"] is None else f"{row['ratio']:.2f}"
        remark = f" (1/{row['share']} of the items)" if "share" in row else ""
        if not row.get("agrees", True):
            remark += f" (answer {row['answer']:.4g}, not {rows[0]['answer']:.4g})"
        print(f"  {ratio:>8} {number(row['ns_per_item']):>12} {number(row['min_ns']):>11} "
              f"{number(row['max_ns']):>11} {number(row['wall_ns']):>11} {row['runs']:4} "
              f"{row['peak_bytes'] / 1e6:8.0f}  {row['who']}{remark}")
    print(flush=True)


def clock():
    """Nanoseconds of a dependent addition: a cycle, as fast as the machine is now."""
    found = subprocess.run([SERVER, "clock"], input=b"\n" * 5, stdout=subprocess.PIPE, check=True)
    lines = found.stdout.splitlines()[1:]
    return statistics.median(json.loads(line)["seconds"] for line in lines) / 50000000 * 1e9


def kernels():
    text = subprocess.run([COMMAND, "--version"], stdout=subprocess.PIPE, check=True).stdout.decode()
    found = re.search(r"kernels (\S+?),", text)
    return found.group(1) if found else "unknown"


def one_thread():
    """The options that hold drift compare to one thread, where it would take more."""
    text = subprocess.run([COMMAND, "help", "compare"], stdout=subprocess.PIPE, check=True).stdout
    return ("--threads", "1") if b"--threads" in text else ()


def described(clocks, loads):
    """What the run was on, clocks and load averages over its time."""
    model = ""
    if os.path.exists("/proc/cpuinfo"):
        text = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8")
        model = (re.findall(r"^model name\s*:\s*(.+)$", text, re.M) or [""])[0]
    return {"cpu": model or os.uname().machine, "isa": os.uname().machine, "kernels": kernels(),
            "cores": len(os.sched_getaffinity(0)), "clock_ns": statistics.median(clocks),
            "clock_ns_min": min(clocks), "clock_ns_max": max(clocks),
            "load_min": min(loads), "load_max": max(loads)}


def main(arguments):
    parser = argparse.ArgumentParser(prog="./dev bench --peers", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pattern", nargs="?", default="", help="of the names of the works")
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--html", metavar="FILE", help="charts and tables as one page")
    parser.add_argument("--runs", type=int, default=7, metavar="N")
    parser.add_argument("--seconds", type=float, default=20, metavar="S")
    parser.add_argument("--only", action="append", metavar="TOOL",
                        help="libdrift and this: arrays, gsl, boost, rust, java, evidently, ...")
    parser.add_argument("--whole", action="store_true", help="no peer gets fewer items")
    options = parser.parse_args(arguments)
    FOLDER.mkdir(parents=True, exist_ok=True)
    chosen = [work for work in all_works(DATA, COMMAND, one_thread(), options.whole,
                                              len(os.sched_getaffinity(0)))
              if re.search(options.pattern, work.name)]
    if not chosen:
        parser.error(f"no work is named like {options.pattern}")
    make_data(any(".csv." in work.name or ".jsonl." in work.name for work in chosen))
    clocks, loads, results = [clock()], [os.getloadavg()[0]], []
    for work in chosen:
        rows = measure(work, options.only, options)
        print_work(work, rows)
        results += rows
        clocks.append(clock())
        loads.append(os.getloadavg()[0])
        document = {"machine": described(clocks, loads), "results": results}
        if options.json:  # after every work, so that a run that is ended keeps what it has
            pathlib.Path(options.json).write_text(
                json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    machine = document["machine"]
    if options.html:
        sys.path.insert(0, str(ROOT / "tools"))
        import draw_performance
        draw_performance.write_page(results, [machine], pathlib.Path(options.html))
    print(f"{machine['cpu']}, {machine['cores']} cores, kernels {machine['kernels']}; a dependent "
          f"addition {machine['clock_ns']:.3f} ns ({machine['clock_ns_min']:.3f} to "
          f"{machine['clock_ns_max']:.3f}); load {machine['load_min']:.1f} to "
          f"{machine['load_max']:.1f}")
    return 0 if results else 1
