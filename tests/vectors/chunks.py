# SPDX-License-Identifier: Apache-2.0
"""Chunks of a table against its reference, in the conventions of NannyML.

KS and Wasserstein of a reference of 10,000 rows or more are taken between 10,000 cells of equal
width; Jensen-Shannon (base 2, root) and Hellinger in Doane's cells of the reference, all that lies
outside in one more; categories as they are; chi-square with Yates' correction for two of them.
"""
import collections
import datetime
import math
import re

from inputs import UnknownKind, numbers
from libdrift import stats

METHODS = {"kolmogorov_smirnov": r"KS|Kolmogorov", "jensen_shannon": r"JS|Jensen",
           "chi2": r"chi.?(2|square)", "hellinger": r"Hellinger", "l_infinity": r"L.?inf",
           "wasserstein": r"Wasserstein"}
CATEGORICAL_ONLY = ("chi2", "l_infinity")
MANY = 10000


def is_number(text):
    try:
        float(text)
    except ValueError:
        return text == ""
    return True


def are_categories(texts):
    """Names, or no more than two values."""
    return not all(map(is_number, texts[:1000])) or len(set(texts)) <= 2


class Reference:
    """A column of the reference, ready to be compared with chunks."""

    def __init__(self, texts, categorical):
        self.categorical = categorical
        if categorical:
            self.counts = collections.Counter(text for text in texts if text != "")
            return
        self.values = [value for value in numbers(texts) if value == value]
        self.doane = stats.bin_edges(self.values, "doane")
        self.doane_cells = stats.bin_values(self.values, self.doane)
        if len(self.values) >= MANY:
            self.fine = stats.bin_edges(self.values, ("equal_width", MANY))
            self.fine_cells = stats.bin_values(self.values, self.fine)

    def value(self, method, texts):
        """The statistic of a chunk; for chi2 a pair with the p-value."""
        if self.categorical:
            return self._of_categories(method, texts)
        values = [value for value in numbers(texts) if value == value]
        return getattr(self, "_" + method)(values)

    def _of_categories(self, method, texts):
        current = collections.Counter(text for text in texts if text != "")
        names = list(dict.fromkeys([*self.counts, *current]))
        cells = [[side[name] for name in names] for side in (self.counts, current)]
        if method == "chi2":
            result = stats.chi_square(*cells, correction=True)
            return result.statistic, result.pvalue
        functions = {"jensen_shannon": lambda: stats.jensenshannon(*cells, base=2),
                     "hellinger": lambda: stats.hellinger(*cells),
                     "l_infinity": lambda: stats.l_infinity(*cells)}
        if method not in functions:
            raise UnknownKind(f"{method} of categories")
        return functions[method]()

    def _kolmogorov_smirnov(self, values):
        if len(self.values) < MANY:
            return stats.ks_2samp(self.values, values, method="asymptotic").statistic
        # The distance is read at right edges: what lies below joins the first cell.
        sides = [[side[0] + side[1], *side[2:]] for side in
                 (self.fine_cells, stats.bin_values(values, self.fine))]
        return stats.ks_2samp_counts(*sides, method="asymptotic").statistic

    def _wasserstein(self, values):
        if len(self.values) < MANY:
            return stats.wasserstein_distance(self.values, values)
        # Values stand at the left edge of their cell; what lies outside stands where it is.
        cells = stats.bin_values(values, self.fine)
        outside = [value for value in values if not self.fine[0] <= value <= self.fine[-1]]
        return stats.wasserstein_distance(
            self.fine[:-1], self.fine[:-1] + outside, self.fine_cells[1:-1],
            cells[1:-1] + [1.0] * len(outside))

    def _doane_sides(self, values):
        return [side[1:-1] + [side[0] + side[-1]] for side in
                (self.doane_cells, stats.bin_values(values, self.doane))]

    def _jensen_shannon(self, values):
        return stats.jensenshannon(*self._doane_sides(values), base=2)

    def _hellinger(self, values):
        return stats.hellinger(*self._doane_sides(values))


def weeks(timestamps):
    """Borders of the runs of rows of one week, Monday first."""
    starts, last = [], None
    for row, text in enumerate(timestamps):
        week = datetime.date.fromisoformat(text[:10]).isocalendar()[:2]
        if week != last:
            starts.append(row)
        last = week
    return starts + [len(timestamps)]


def borders(text, table):
    """Where the chunks that a text describes begin, and the end."""
    n = len(next(iter(table.values())))
    if "weekly" in text:
        return weeks(table["timestamp"])
    if match := re.search(r"chunk[_ ]size[ =]*(\d+)", text):
        size = int(match[1])
        return [*range(0, n, size), n]
    match = re.search(r"(\d+) (?:equal )?chunks", text)
    if not match:
        raise UnknownKind(f"chunks of this form are not known: {text!r}")
    size = n // int(match[1])
    return [*range(0, n, size), n]


def by_rule(given, text):
    """Statistic of every chunk of a file with a column ``period``, against its reference rows."""
    table = given.columns()
    column = next((word for word in re.findall(r"\w+", text) if word in table), None)
    method = next((name for name, pattern in METHODS.items() if re.search(pattern, text)), None)
    if column is None or method is None:
        raise UnknownKind(f"no column or method in {text!r}")
    texts = table[column]
    reference = [value for value, period in zip(texts, table["period"]) if period == "reference"]
    compared = Reference(reference, method in CATEGORICAL_ONLY or are_categories(reference))
    cuts = borders(text, table)
    found = [compared.value(method, texts[first:last]) for first, last in zip(cuts, cuts[1:])]
    return [value[0] if isinstance(value, tuple) else value for value in found]


def three_deviations(values, low=-math.inf, high=math.inf):
    """Mean -/+ three population standard deviations, within the limits of the metric."""
    from kinds import moments, population_deviation
    middle, spread = moments(values).mean, 3 * population_deviation(values)
    return max(low, middle - spread), min(high, middle + spread)
