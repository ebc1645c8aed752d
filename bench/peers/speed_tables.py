# SPDX-License-Identifier: Apache-2.0
"""speed_tables.py: whole comparisons of two tables by the adapters peer_*.py; an adapter's `timed`
is taken in place of its `judge` where that would do more than one verdict.
"""
import importlib
import importlib.metadata

import numpy
import pandas


def adapter_of(name):
    module = importlib.import_module(name)
    version = getattr(module, "VERSION", None) or importlib.metadata.version(module.PACKAGE)
    who = f"{module.PACKAGE} {version}{getattr(module, 'TIMED', '')}"
    return who, getattr(module, "timed", module.judge)


def table(path, columns, share):
    """The first rows of a table of raw doubles, column after column."""
    values = numpy.fromfile(path).reshape(columns, -1)
    rows = values.shape[1] // share
    return pandas.DataFrame({f"x{k}": values[k, :rows] for k in range(columns)}, copy=True)


def memory(name, reference, current, columns, share):
    before, after = (table(path, int(columns), int(share)) for path in (reference, current))
    who, judge = adapter_of(name)

    def work():
        return len(judge(before, after)[0])
    return who, work


def files(name, reference, current):
    who, judge = adapter_of(name)

    def work():
        return len(judge(pandas.read_csv(reference), pandas.read_csv(current))[0])
    return who, work
