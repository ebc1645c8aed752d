# SPDX-License-Identifier: Apache-2.0
"""run_proofs.py: run the proofs of the statistics and make tables of their rows."""
import concurrent.futures
import itertools
import json
import os
import pathlib
import re
import resource
import subprocess
import sys

NAMES = ("null", "power", "intervals", "evidence")
# Repetitions of a cell as published; --repetitions scales every other number by the same factor.
PUBLISHED = {"null": 20000, "power": 10000, "intervals": 3000, "evidence": 400}
QUICK = 0.02
NOT_RATES = ("work", "who", "repetitions", "kept", "population_psi")


def percent(share):
    return f"{100 * share:.3g}"


def last(work, count):
    """The part of a work's name before its last `count` words, and those words."""
    words = work.rsplit(".", count)
    return words[0], words[1:]


def pairs(rows, pattern):
    """{name: {'1,000 / 100': row}} of the works null.NAME.REFERENCE.CURRENT that match."""
    found = {}
    for row in rows:
        head, sizes = last(row["work"], 2)
        if re.fullmatch(pattern, head):
            label = " / ".join(f"{int(size):,}" for size in sizes)
            found.setdefault(head.removeprefix("null.").removeprefix("table."), {})[label] = row
    return found


def grid(title, rows, pattern, cell):
    found = pairs(rows, pattern)
    sizes = list(dict.fromkeys(size for by_size in found.values() for size in by_size))
    lines = [[name] + [cell(by_size[size]) if size in by_size else "" for size in sizes]
             for name, by_size in found.items()]
    return (title, [""] + sizes, lines)


def both_levels(row):
    mark = "" if row["kept"] else " (broken)"
    return f"{percent(row['rate_05'])} / {percent(row['rate_01'])}{mark}"


def repetitions(rows):
    counts = sorted({int(row["repetitions"]) for row in rows if "repetitions" in row})
    return " to ".join(f"{count:,}" for count in {counts[0]: 0, counts[-1]: 0}) if counts else "0"


def null_tables(rows):
    dependent = [row for row in rows if "block_rows" in row]
    tables = [row for row in rows if row["work"].startswith("null.table.")]
    columns = [row for row in rows if row not in dependent and row not in tables]
    if columns:
        yield grid("Percent of unchanged columns with p ≤ .05 / p ≤ .01, by rows of the reference / of the "
                   f"current data ({repetitions(columns)} repetitions)", columns, r"null\.\w+", both_levels)
    checked = [row for row in columns if "raw_agreement_p" in row]
    if checked:
        worst = min(row["raw_agreement_p"] for row in checked)
        yield ("Counts by their law against raw values", ["cells", "smallest p-value of a difference"],
               [[str(len(checked)), f"{worst:.3g}"]])
    if tables:
        yield grid("Percent of unchanged data sets with anything to tell at alpha .05 / .01, by rows "
                   f"({repetitions(tables)} repetitions)", tables, r"null\.table\.\w+", both_levels)
    if dependent:
        yield ("Dependent rows, unchanged: percent of columns with p ≤ .05 "
               f"({repetitions(dependent)} repetitions)",
               ["series", "rows", "block", "with --block", "without", "warned"],
               [[last(row["work"], 2)[0].removeprefix("null."),
                 " / ".join(f"{int(size):,}" for size in last(row["work"], 2)[1]),
                 f"{row['block_rows']:g}", percent(row["rate_05"]), percent(row["rate_05_without"]),
                 percent(row["warned"])] for row in dependent])


def power_tables(rows):
    stated = [row for row in rows if "stated" in row]
    rows = [row for row in rows if row not in stated]
    for subject, has in (("of numbers", True), ("of names", False)):
        group = [row for row in rows if ("ks" in row) == has]
        if group:
            yield rivals_table(subject, group)
    if stated:
        yield (f"A change of PSI 0.1: percent found, and as stated ({repetitions(stated)} repetitions)",
               ["change", "rows", "stated", "found", "called stable when unchanged"],
               [[last(row["work"], 2)[0].removeprefix("power.stated."),
                 " / ".join(f"{int(size):,}" for size in last(row["work"], 2)[1]),
                 percent(row["stated"]), percent(row["found"]), percent(row["stable"])]
                for row in stated])


def rivals_table(subject, rows):
    names = list(dict.fromkeys(key for row in rows for key in row
                               if key not in NOT_RATES + ("size", "drift", "best", "best_is")))
    titles = ["libdrift" if name == "drift" else name for name in ["drift", *names]]
    lines = []
    for row in rows:
        head, sizes = last(row["work"], 2)
        lines.append([head.removeprefix("power."), sizes[0], percent(row["size"])] +
                     [percent(row[name]) if name in row else "" for name in ["drift", *names]])
    return (f"Percent of changes {subject} found, each statistic at the share of false alarms that libdrift's p ≤ .05 "
           f"really has, the column `size` ({repetitions(rows)} repetitions)",
           ["change", "rows a side", "size"] + titles, lines)


def interval_tables(rows):
    covered = [row for row in rows if "population_psi" in row]
    certified = [row for row in rows if "outside" in row]
    others = [row for row in rows if row not in covered and row not in certified]
    if covered:
        names = list(dict.fromkeys(key for row in covered for key in row if key not in NOT_RATES))
        levels = sorted({row["population_psi"] for row in covered})
        lines = []
        for name in names:
            line = [name]
            for level in levels:
                shares = [row[name] for row in covered
                          if row["population_psi"] == level and name in row]
                line.append(f"{percent(min(shares))} – {percent(max(shares))}" if shares else "")
            lines.append(line)
        yield ("Lowest and highest coverage of the 95 % intervals in percent, by the PSI of the population "
               f"({repetitions(covered)} repetitions)", ["interval"] + [f"{x:g}" for x in levels], lines)
    for keys, group in itertools.groupby(others + certified,
                                         lambda row: tuple(key for key in row if key not in ("who", "kept"))):
        yield ("Intervals of shares" if "lowest" in keys else "Certified bounds", list(keys),
               [[row[key] if key == "work" else f"{row[key]:.4g}" for key in keys] for row in group])


def evidence_tables(rows):
    unchanged = [row for row in rows if "rate_05" in row]
    classical = [row for row in rows if "alarmed" in row]
    changed = [row for row in rows if "median_rows" in row]
    adwin = [row for row in rows if row["work"].startswith("evidence.adwin.")]
    dependent = [row for row in rows if "correlation" in row]
    if unchanged or classical:
        lines = []
        for row in unchanged:
            columns, length, reference = (f"{int(word):,}" for word in last(row["work"], 3)[1])
            lines.append(["evidence", columns, length, reference, both_levels(row), "", f"{int(row['repetitions']):,}"])
        for row in classical:
            lines.append([row["work"].removeprefix("evidence.classical."), "1", f"{int(row['rows']):,}", "",
                          percent(row["alarmed"]), f"{row['alarms_per_10000']:.3g}", f"{int(row['repetitions']):,}"])
        yield ("Percent of unchanged streams with any alarm: evidence at alpha .05 / .01 over all columns, classical "
               "detectors as they come", ["who", "columns", "rows", "reference", "percent alarmed",
                                          "alarms in 10,000 rows", "streams"], lines)
    if changed or adwin:
        lines = []
        for row in changed:
            head, columns = last(row["work"], 1)
            lines.append([head.removeprefix("evidence.delay."), columns[0], f"{row['median_rows']:g}",
                          f"{row['at_most']:g}", percent(row["before"] / row["repetitions"]),
                          f"{row['missed']:g}"])
        for row in adwin:
            lines.append([row["work"].removeprefix("evidence.adwin.") + ", ADWIN", "1",
                          f"{row['adwin_rows']:g}" if "adwin_rows" in row else "half are missed", "",
                          percent(row["before"] / row["repetitions"]), f"{row['missed']:g}"])
        yield ("Rows from a change at row 5,000 to the alarm: median, reference of 1,000 rows, alpha .05 over "
               f"the columns, of which one changes ({repetitions(changed or adwin)} streams)",
               ["change", "columns", "rows", "promised", "percent alarmed before", "missed"], lines)
    if dependent:
        yield (f"Autoregressive rows, 100,000 of them, unchanged ({repetitions(dependent)} streams)",
               ["stream, every k-th row", "correlation of those", "percent with an alarm at .05"],
               [[row["work"].removeprefix("evidence.dependent."), f"{row['correlation']:.3g}",
                 percent(row["false_alarms"])] for row in dependent])


TABLES = {"evidence": evidence_tables, "null": null_tables, "power": power_tables, "intervals": interval_tables}


def print_table(table, markdown):
    title, head, lines = table
    print(f"\n{title}\n")
    if markdown:
        for line in [head, ["---"] * len(head), *lines]:
            print("| " + " | ".join(line) + " |")
        return
    widths = [max(len(line[k]) for line in [head, *lines]) for k in range(len(head))]
    for line in [head, *lines]:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip())


def run(program, arguments, processes):
    """Rows of one proof in the order of its works; None where a process broke down."""
    commands = [[program, *arguments, "--part", f"{part}/{processes}"] for part in range(processes)]
    with concurrent.futures.ThreadPoolExecutor(processes) as pool:
        ended = list(pool.map(lambda command: subprocess.run(command, stdout=subprocess.PIPE, text=True),
                              commands))
    if any(process.returncode not in (0, 1) for process in ended):
        return None
    by_part = [[list(group) for _, group in itertools.groupby(
        (json.loads(line) for line in process.stdout.splitlines()), lambda row: row["work"])]
        for process in ended]
    return [row for works in itertools.zip_longest(*by_part) for work in works if work for row in work]


def main(options, machine):
    wanted = [name for name in NAMES if name in options.what] or list(NAMES)
    rows, cores = [], {}
    for name in wanted:
        program = pathlib.Path(options.build) / "bench" / f"prove_{name}"
        effort = QUICK if options.quick else 1
        if options.repetitions:
            effort = options.repetitions / PUBLISHED[name]
        arguments = ["--effort", repr(effort), "--only", options.only]
        if options.data and pathlib.Path(options.data).is_dir():
            arguments += ["--data", options.data]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        found = run(program, arguments, options.processes or len(os.sched_getaffinity(0)))
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cores[name] = round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 1)
        if found is None:
            print(f"{program.name} broke down", file=sys.stderr)
            return 1
        for table in TABLES[name](found):
            print_table(table, options.markdown)
        print(f"\n{name}: {cores[name]:.0f} s of processor time", file=sys.stderr)
        rows += found
    if options.json:
        document = {"machine": machine, "core_seconds": cores, "results": rows}
        pathlib.Path(options.json).write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    broken = [row for row in rows if not row["kept"]]
    for row in broken:
        print(f"not kept: {json.dumps(row)}", file=sys.stderr)
    if not options.markdown:
        print(f"\n{len(rows) - len(broken)} passed, {len(broken)} failed, 0 skipped")
    return 1 if broken or not rows else 0
