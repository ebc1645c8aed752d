# SPDX-License-Identifier: Apache-2.0
"""peer_libdrift.py: libdrift through its Python binding. Flagged is a column with any evidence
(drift or minor); the data set's own verdict is drift, which asks for a change that matters too.
Undecided is a column whose verdict is that the rows are too few to tell.
"""
import libdrift

PACKAGE = "libdrift"
VERSION = libdrift.__version__
TIMED = ", from Python"
SETTINGS = {"": {}, " alpha .05": {"alpha": 0.05}}


def judge(reference, current, **options):
    result = libdrift.compare({name: reference[name] for name in reference.columns},
                              {name: current[name] for name in current.columns}, **options)
    flagged = {name for name, column in result.columns.items()
               if column.verdict in ("drift", "minor")}
    flagged |= {finding["column"] for finding in result.findings}
    undecided = {name for name, column in result.columns.items()
                 if column.verdict == "insufficient"}
    return flagged, result.drift, undecided - flagged


def timed(reference, current):
    """On one thread, as all peers are held to."""
    return judge(reference, current, threads=1)
