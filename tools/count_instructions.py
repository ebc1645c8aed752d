# SPDX-License-Identifier: Apache-2.0
"""count_instructions.py: no path takes more instructions than bench/instructions.txt says.

Valgrind counts what each path of bench/count_paths.c executes, its preparation left out. The counts do
not depend on what else the machine does, nor, with the kernels and the C library held to what every
x86-64 processor has, on the processor; they do on the compiler, whose name stands in the table.
"""
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
TABLE = ROOT / "bench" / "instructions.txt"
TOLERANCE = 0.1
OTHER_COMPILER = 0.5
HEAD = """\
# Instructions an item (a value, name, query or column) of the paths of bench/count_paths.c.
# Written by: ./dev bench --instructions --update
"""


def read_table():
    """The compiler that the table is of, and the paths' counts."""
    counts, compiler = {}, ""
    for line in TABLE.read_text(encoding="utf-8").splitlines() if TABLE.is_file() else ():
        if line and not line.startswith("#"):
            name, value = line.split(maxsplit=1)
            if name == "compiler":
                compiler = value
            else:
                counts[name] = float(value)
    return compiler, counts


def write_table(compiler, counts):
    lines = [f"{name:32} {value:.1f}\n" for name, value in counts.items()]
    TABLE.write_text(f"{HEAD}{'compiler':32} {compiler}\n{''.join(lines)}", encoding="utf-8")


def surroundings():
    return dict(os.environ, DRIFT_CPU_MASK="sse2", LD_BIND_NOW="1",
                GLIBC_TUNABLES="glibc.cpu.hwcaps=-AVX2,-AVX,-FMA,-ERMS,-FSRM")


def count(program, name, folder):
    """Instructions that counted_work executes for one path."""
    out = pathlib.Path(folder) / f"{name}.out"
    process = subprocess.run(["valgrind", "--tool=callgrind", "--toggle-collect=counted_work",
                              f"--callgrind-out-file={out}", program, "run", name, folder],
                             capture_output=True, text=True, env=surroundings())
    found = out.is_file() and re.search(r"^totals: (\d+)$", out.read_text(encoding="utf-8"), re.M)
    if process.returncode or not found:
        raise RuntimeError(f"{name} could not be counted: {process.stderr.strip()[-500:]}")
    return int(found.group(1))


def count_all(program, items):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([program, "make", folder], check=True)
        with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
            counts = pool.map(lambda name: count(program, name, folder), items)
            return {name: found / items[name] for name, found in zip(items, counts)}


def judged(counts, known, tolerance):
    """Print each path beside the table; how many are dearer, or are not in both."""
    failed, cheaper = 0, []
    print(f"{'path':32} {'instructions an item':>22} {'table':>12} {'change':>9}")
    for name, value in counts.items():
        if name not in known:
            print(f"{name:32} {value:22,.1f} {'none':>12} {'':9} not in the table")
            failed += 1
            continue
        change, remark = value / known[name] - 1, ""
        if change > tolerance:
            remark = f" dearer than {100 * tolerance:.0f} % allow"
            failed += 1
        elif change < -tolerance:
            cheaper.append(name)
        print(f"{name:32} {value:22,.1f} {known[name]:12,.1f} {100 * change:+8.1f} %{remark}")
    gone = [name for name in known if name not in counts]
    for name in gone:
        print(f"{name} is in the table and is no path")
    if cheaper:
        print(f"cheaper than the table: {', '.join(cheaper)}")
    if failed or gone or cheaper:
        print("where that is meant: ./dev bench --instructions --update, and commit the table with the "
              "change")
    return failed + len(gone)


def main(build, update):
    program = pathlib.Path(build) / "bench" / "count_paths"
    lines = subprocess.run([program, "list"], check=True, capture_output=True,
                           text=True).stdout.splitlines()
    compiler = lines[0]
    items = {name: int(number) for name, number in (line.split() for line in lines[1:])}
    of_table, known = read_table()
    if not compiler.endswith("x86-64"):
        print(f"the table is of {of_table}, this is {compiler}\n\n0 passed, 0 failed, {len(items)} skipped")
        return 0
    try:
        counts = count_all(program, items)
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    tolerance = TOLERANCE if compiler == of_table else OTHER_COMPILER
    if compiler != of_table:
        print(f"the table is of {of_table}, this is {compiler}: {100 * tolerance:.0f} % more are allowed")
    failed = judged(counts, known, tolerance)
    if update:
        write_table(compiler, counts)
        print(f"\n{TABLE.relative_to(ROOT)} is written")
        return 0
    print(f"\n{max(0, len(items) - failed)} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0
