# SPDX-License-Identifier: Apache-2.0
"""The inputs of a vector: samples, counts of cells, rows of a file, small expressions.

Nothing here computes a statistic: numbers are read, sliced and counted.
"""
import array
import ast
import collections
import csv
import functools
import operator
import re
import struct

PAIRS = (("ref", "cur"), ("ref", "test"), ("reference", "current"), ("x", "y"), ("u", "v"),
         ("expected", "actual"), ("expected", "sample"), ("ref", "target"), ("train", "serve"),
         ("a", "b"), ("p", "q"), ("data1", "data2"))
OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul,
             ast.Div: operator.truediv, ast.Mod: operator.mod}


class UnknownKind(Exception):
    """The shape of an input is not known to the runner."""


@functools.lru_cache(maxsize=None)
def columns(path):
    """The columns of a CSV file with a header row: name -> list of texts."""
    with open(path, encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        header = next(rows)
        return dict(zip(header, map(list, zip(*rows))))


@functools.lru_cache(maxsize=None)
def rows(path):
    """The numbers of a CSV file without header: one number or one list of numbers a row."""
    with open(path, encoding="ascii") as file:
        made = [list(map(float, line.split(","))) for line in file if line.strip()]
    return [row[0] for row in made] if made and len(made[0]) == 1 else made


def _apply(function, left, right):
    if isinstance(left, list):
        return [function(value, right) for value in left]
    return function(left, right)


def _evaluate(node, names):
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        return node.value
    if isinstance(node, ast.Name) and node.id in names:
        return names[node.id]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return _apply(operator.mul, _evaluate(node.operand, names), -1)
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        return _apply(OPERATORS[type(node.op)], _evaluate(node.left, names),
                      _evaluate(node.right, names))
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "linspace":
        low, high, n = (_evaluate(argument, names) for argument in node.args)
        return [low + (high - low) * k / (n - 1) for k in range(n)]
    raise UnknownKind(f"an input of this form is not known: {ast.dump(node)[:60]}")


def expression(text, names):
    """linspace(1,100,110)+20.1, x+2.1, 0..99, 1000 x 1, i%7 for i<200."""
    if match := re.fullmatch(r"(.+) for i ?< ?(\d+)", text):
        return [float(expression(match[1], {"i": i})) for i in range(int(match[2]))]
    if match := re.fullmatch(r"(-?\d+)\.\.(-?\d+)", text):
        return [float(k) for k in range(int(match[1]), int(match[2]) + 1)]
    if match := re.fullmatch(r"(\d+) x (\S+)", text):
        return [float(match[2])] * int(match[1])
    try:
        return _evaluate(ast.parse(text, mode="eval").body, names)
    except SyntaxError:
        raise UnknownKind(f"an input of this form is not known: {text!r}") from None


def half_precision(values):
    """Rounded to a float of 16 bits, as a peer stores them."""
    return [struct.unpack("e", struct.pack("e", value))[0] for value in values]


def numbers(texts):
    """Packed doubles of a column; what is no number is missing."""
    return array.array("d", (float(text) if text not in ("", "nan", "NaN") else float("nan")
                             for text in texts))


class Inputs:
    """The inputs of one vector, in the forms that the statistics want."""

    def __init__(self, vector, folder):
        self.vector, self.folder = vector, folder
        self.given = vector.get("inputs") or {}

    def has(self, *keys):
        return all(key in self.given for key in keys)

    def values(self, spec, **names):
        """Numbers (or rows of numbers) of one input."""
        if isinstance(spec, str) and spec.endswith(".csv"):
            return rows(self.folder / spec)
        return expression(spec, names) if isinstance(spec, str) else spec

    def columns(self):
        """The columns of the file that the inputs name."""
        name = self.given["file"]
        path = self.folder / name
        return columns(path if path.is_file() else self.folder.parent / name)

    def _slices(self):
        column, _, how = self.given["column"].partition(" ")
        values = numbers(self.columns()[column])
        if "float16" in how:
            values = half_precision(values)
        made = []
        for key in ("ref", "test"):
            first, last = map(int, re.fullmatch(r"rows (\d+)\.\.(\d+)", self.given[key]).groups())
            made.append(list(values[first:last + 1]))
        return made

    def names(self):
        """The two keys under which reference and current stand, or None."""
        return next((pair for pair in PAIRS if self.has(*pair)), None)

    def samples(self):
        """Reference and current as raw values."""
        if self.has("file", "column"):
            return self._slices()
        if self.has("ref_counts", "cur_counts"):
            names = self.given.get("categories")
            return [[float(name) for name, count in
                     zip(names or range(len(self.given[key])), self.given[key])
                     for _ in range(count)] for key in ("ref_counts", "cur_counts")]
        if self.has("ref", "shift"):
            reference = self.values(self.given["ref"])
            return [reference, [value + self.given["shift"] for value in reference]]
        pair = self.names()
        if not pair:
            raise UnknownKind("no two samples among the inputs " + ", ".join(self.given))
        first = self.values(self.given[pair[0]])
        return [first, self.values(self.given[pair[1]], **{pair[0]: first})]

    def cells(self):
        """Reference and current as counts (or shares) of common cells."""
        pair = ("ref_counts", "cur_counts")
        pair = pair if self.has(*pair) else self.names()
        if pair is None and self.has("table"):
            return self.given["table"]
        if pair is None:
            raise UnknownKind("no two samples among the inputs " + ", ".join(self.given))
        sides = [self.given[key] for key in pair]
        if all(isinstance(side, dict) for side in sides):
            names = list(dict.fromkeys([*sides[0], *sides[1]]))
            return [[side.get(name, 0) for name in names] for side in sides]
        if any(isinstance(value, str) or value is None for side in sides for value in side):
            return count_names(*sides)
        return sides


def count_names(*sides):
    """Counts of the names met on any side; missing ones are left out."""
    counted = [collections.Counter(name for name in side if name not in (None, ""))
               for side in sides]
    names = list(dict.fromkeys(name for side in counted for name in side))
    return [[side[name] for name in names] for side in counted]


def count_values(*sides):
    """Counts of the distinct values in their order."""
    counted = [collections.Counter(side) for side in sides]
    ordered = sorted(set().union(*counted))
    return [[side[value] for value in ordered] for side in counted]
