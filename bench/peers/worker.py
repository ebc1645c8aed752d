# SPDX-License-Identifier: Apache-2.0
"""worker.py: one tool, in its own environment, over all cells; a JSON line for each.

usage: worker.py ADAPTER TASK     TASK is the JSON that run.py writes
"""
import contextlib
import importlib
import importlib.metadata
import io
import json
import logging
import os
import sys
import time
import warnings

import pandas
import subsets


def load(path, without):
    """A table as pandas reads it; true and false become text, whole columns of no value go."""
    table = pandas.read_csv(path).drop(columns=list(without))
    for name in table.columns:
        if table[name].dtype == bool:
            table[name] = table[name].map({True: "true", False: "false"}).astype(object)
    return table


def gather(table, rows):
    return table.iloc[rows].reset_index(drop=True)


class Count:
    """What one tool said about the repetitions of one cell."""

    def __init__(self):
        self.repetitions = self.failed = self.flagged_sets = self.verdicts = 0
        self.columns = self.flagged = self.undecided = 0
        self.has_verdict = True
        self.message = ""
        self.by_column = {}

    def add(self, names, flagged, verdict, undecided=()):
        self.repetitions += 1
        self.columns += len(names)
        self.flagged += len(flagged)
        self.undecided += len(undecided)
        self.flagged_sets += bool(flagged)
        self.has_verdict = verdict is not None
        self.verdicts += bool(verdict)
        for name in names:
            self.by_column[name] = self.by_column.get(name, 0) + (name in flagged)

    def fail(self, error):
        self.failed += 1
        self.message = self.message or f"{type(error).__name__}: {error}".splitlines()[0][:120]

    def row(self, work, who):
        row = {"work": work, "who": who, "repetitions": self.repetitions, "failed": self.failed}
        if self.message:
            row["message"] = self.message
        if self.repetitions:
            row["columns_flagged"] = self.flagged / self.columns
            row["columns_undecided"] = self.undecided / self.columns
            row["datasets_flagged"] = self.flagged_sets / self.repetitions
            row["datasets_verdict"] = (self.verdicts / self.repetitions if self.has_verdict
                                       else None)
        return row


def measure(judge, pairs, repetitions, seconds):
    """Judge pair after pair until there are enough or the processor time is over, two at least."""
    count = Count()
    spent = 0.0
    for done, (reference, current) in enumerate(pairs(repetitions)):
        if done >= 2 and spent > seconds:
            break
        begin = time.process_time()
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                flagged, *more = judge(reference, current)
            count.add(list(reference.columns), set(flagged), *more)
        except Exception as error:  # a tool that fails is a result
            count.fail(error)
        spent += time.process_time() - begin
    return count


def null_rows(judge, who, task):
    tables = {}
    for name, n_reference, n_current in task["cells"]:
        if name not in tables:
            tables[name] = load(*task["tables"][name])
        table = tables[name]

        def pairs(repetitions):
            for k in range(repetitions):
                chosen = subsets.rows_of(name, n_reference, n_current, k, len(table))
                yield tuple(gather(table, rows) for rows in chosen)

        count = measure(judge, pairs, task["repetitions"], task["seconds"])
        yield count.row(f"null.{name}.{n_reference}.{n_current}", who)


def power_rows(judge, who, task):
    for n_reference, n_current in task["cells"]:

        def pairs(repetitions):
            for k in range(repetitions):
                yield tuple(map(pandas.DataFrame,
                                subsets.power_tables(n_reference, n_current, k)))

        count = measure(judge, pairs, task["repetitions"], task["seconds"])
        cases = {}
        for column, flagged in count.by_column.items():
            case = "unchanged" if column.startswith("unchanged") else column
            cases.setdefault(case, []).append(flagged / count.repetitions)
        for case, shares in cases.items():
            yield {"work": f"power.{case}.{n_reference}.{n_current}", "who": who,
                   "columns_flagged": sum(shares) / len(shares),
                   "repetitions": count.repetitions, "failed": count.failed}


def main():
    adapter = importlib.import_module(sys.argv[1])
    with open(sys.argv[2], encoding="utf-8") as file:
        task = json.load(file)
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    version = getattr(adapter, "VERSION", None) or importlib.metadata.version(adapter.PACKAGE)
    rows = {"null": null_rows, "power": power_rows}[task["what"]]
    for label, options in getattr(adapter, "SETTINGS", {"": {}}).items():
        def judge(reference, current, options=options):
            return adapter.judge(reference, current, **options)

        for row in rows(judge, f"{adapter.PACKAGE} {version}{label}", task):
            print(json.dumps(row), flush=True)
    # Some tools leave threads behind that would keep the process.
    os._exit(0)


if __name__ == "__main__":
    main()
