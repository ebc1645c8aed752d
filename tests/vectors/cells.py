# SPDX-License-Identifier: Apache-2.0
"""The cells in which a project compares two sides, and its convention for empty ones."""
import bisect
import re

import buckets
from inputs import count_values
from libdrift import stats


def number_of_bins(given, text):
    match = re.search(r"(\d+) (?:equal |bins)", text)
    return given.vector.get("params", {}).get("num_bins") or int(match[1] if match else 10)


def smoothing(given, text):
    """The convention for empty cells, by the text, else by the project."""
    for pattern, name in ((r"DBL_MIN", "smallest"), (r"1e-0?4|0\.0001", "floor"),
                          (r"1e-0?5", "add")):
        if re.search(pattern, text):
            return name
    projects = {"frouros": "smallest", "evidently": "floor", "deepchecks": "floor", "popmon": "add"}
    return projects.get(given.vector.get("repo", "").split("/")[-1], "none")


def grid_cells(reference, current, bins):
    """Counts of points in equal-width cells over the joint range of each axis."""
    axes = [stats.bin_edges([row[k] for row in reference], ("equal_width", bins),
                            [row[k] for row in current]) for k in range(len(reference[0]))]

    def cell(row):
        return tuple(min(bisect.bisect_right(edges, value) - 1, bins - 1)
                     for value, edges in zip(row, axes))
    return count_values([cell(row) for row in reference], [cell(row) for row in current])


def outside_cells(reference, current, bins):
    """Counts between edges of the reference, all that lies outside in one more cell."""
    edges = stats.bin_edges(reference, bins)
    sides = [stats.bin_values(side, edges) for side in (reference, current)]
    return [side[1:-1] + [side[0] + side[-1]] for side in sides]


def common_cells(given, text):
    """Cells of both sides by the project's rule, where the inputs are samples, else as given."""
    project = given.vector.get("repo", "")
    if given.has("a", "b") and ("tensorflow" in project or isinstance(given.given["a"], str)):
        first, second = given.given["a"], given.given["b"]
        ranks = isinstance(first, dict) and "buckets" not in first
        return given.cells() if ranks else buckets.cells_of_buckets(first, second)
    if given.has("ref_counts") or given.has("train") or given.has("p", "q"):
        return given.cells()
    if given.has("expected", "actual") or given.has("a", "b"):
        return given.cells()
    pair = given.names()
    if pair and any(isinstance(value, str) for value in given.given[pair[0]]) and not isinstance(
            given.given[pair[0]], str):
        return given.cells()
    reference, current = given.samples()
    if isinstance(reference[0], list):
        return grid_cells(reference, current, number_of_bins(given, text))
    if "NannyML" in project or re.search("doane", text, re.I):
        return outside_cells(reference, current, "doane")
    if "whylogs" in project or ("evidently" in project and len(set(reference)) <= 20):
        return count_values(reference, current)
    rule = "sturges" if "evidently" in project else ("equal_width", number_of_bins(given, text))
    edges = stats.bin_edges(reference, rule, current)
    return [stats.bin_values(side, edges)[1:-1] for side in (reference, current)]
