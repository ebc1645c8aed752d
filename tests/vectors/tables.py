# SPDX-License-Identifier: Apache-2.0
"""The tables that NannyML prints for published data: drift of columns, figures, missing values."""
import csv
import functools
import math
import re

from chunks import CATEGORICAL_ONLY, METHODS, Reference, are_categories, three_deviations
from inputs import columns, numbers
from kinds import moments, population_deviation
from libdrift import stats
from run import Line

ABOUT = ("row", "key", "chunk_index", "start_index", "end_index", "start_date", "end_date", "period")
ENTRIES = ("value", "sampling_error", "upper_confidence_boundary", "lower_confidence_boundary",
           "upper_threshold", "lower_threshold", "alert")
DRIFT = re.compile(rf"(.+)[._]({'|'.join(METHODS)})[._]({'|'.join(ENTRIES)})")
FIGURE = re.compile(rf"(.+)[._]({'|'.join(ENTRIES)})")
FIGURES = (("Stats_Avg", "avg"), ("Stats_Sum", "sum"), ("Stats_Count", "count"), ("Stats_Std", "std"),
           ("Stats_Median", "median"), ("Missing_Values", "missing"), ("Unseen_Values", "unseen"))
LATER = ((r"reconstruction_error|domain_classifier", "belongs to multivariate, a later issue"),
         (r"targets_missing_rate|realized|pearsonr|roc_auc|business_value|rmse|true_positive",
          "belongs to health, a later issue"))
SIGNIFICANT = "6 digits"


def same_digits(got, text):
    """Equal to the six significant digits that the table prints."""
    if text in ("True", "False"):
        return str(bool(got)) == text
    wanted = float(text)
    if wanted == 0:
        return abs(got) < 1e-12
    return abs(got - wanted) <= .51 * 10.0 ** (math.floor(math.log10(abs(wanted))) - 5)


class Data:
    """The data set that a table is about: the reference and what is monitored."""

    def __init__(self, folder):
        self.periods = {"reference": columns(folder / "reference.csv"),
                        "analysis": dict(columns(folder / "monitored.csv"))}
        targets = folder / "monitored_targets.csv"
        if targets.is_file():
            self.periods["analysis"].update(columns(targets))

    def rows(self, period):
        return len(next(iter(self.periods[period].values())))

    def fits(self, names, rows):
        """Has the columns, and as many rows as the table's chunks."""
        return all(name in table for name in names for table in self.periods.values()) and all(
            self.rows(row["period"]) > int(row["end_index"]) for row in rows) and any(
            self.rows(row["period"]) == int(row["end_index"]) + 1 for row in rows)

    def texts(self, period, name, row):
        """A column in the rows of a chunk; a month by its timestamps."""
        table = self.periods[period]
        values = table[name]
        if re.fullmatch(r"\d{4}-\d\d", row["key"]):
            return [value for value, time in zip(values, table["timestamp"])
                    if time.startswith(row["key"])]
        return values[int(row["start_index"]):int(row["end_index"]) + 1]


@functools.lru_cache(maxsize=None)
def data_sets(folder):
    return tuple(Data(path.parent) for path in sorted(folder.glob("*/reference.csv"))
                 if (path.parent / "monitored.csv").is_file())


def reference_rows(rows, data):
    """The chunks of the reference: those of the table, else of the same size."""
    given = [row for row in rows if row["period"] == "reference"]
    if given:
        return given
    size = int(rows[0]["end_index"]) - int(rows[0]["start_index"]) + 1
    n = data.rows("reference")
    return [{"key": "", "period": "reference", "start_index": first,
             "end_index": min(n, first + size) - 1} for first in range(0, n, size)]


@functools.lru_cache(maxsize=None)
def reference_of(data, name, categorical):
    return Reference(data.periods["reference"][name], categorical)


@functools.lru_cache(maxsize=None)
def chunk_value(data, name, categorical, method, key, period, first, last):
    """The statistic of one chunk; several tables print the same one."""
    row = {"key": key, "start_index": first, "end_index": last}
    return reference_of(data, name, categorical).value(method, data.texts(period, name, row))


def drift_entries(name, method, categorical, data, rows, two_sided):
    """Entries of one column and method for every row; a distance has no lower threshold unless the
    table prints one."""
    def values(chosen):
        return [chunk_value(data, name, categorical, method, row["key"], row["period"],
                            int(row["start_index"]), int(row["end_index"])) for row in chosen]
    found = values(rows)
    if method == "chi2":
        return [{"value": statistic, "alert": p < .05, "upper_threshold": None,
                 "lower_threshold": None} for statistic, p in found]
    high = math.inf if method == "wasserstein" else 1
    low, high = three_deviations(values(reference_rows(rows, data)), high=high)
    low = max(0, low) if two_sided else None
    return [{"value": value, "upper_threshold": high, "lower_threshold": low,
             "alert": value > high or (low is not None and value < low)} for value in found]


def deviation_error(sketch, rows):
    """Standard error of a standard deviation, from the fourth moment of the reference."""
    n, variance = sketch.count, sketch.variance
    fourth = (sketch.kurtosis + 3) * (variance * (n - 1) / n) ** 2
    return math.sqrt((fourth - (rows - 3) / (rows - 1) * variance ** 2) / rows) / (
        2 * math.sqrt(variance))


def marked(texts, seen=None):
    """Missing values as NaN, others as 1 where ``seen`` does not hold them, else 0."""
    return [math.nan if text == "" else float(seen is not None and text not in seen)
            for text in texts]


def figure_of(kind, texts, seen):
    """One figure of a chunk."""
    if kind == "count":
        return len(texts)
    if kind in ("missing", "unseen"):
        sketch = moments(marked(texts, seen if kind == "unseen" else None))
        share = sketch.mean * sketch.count if kind == "unseen" else sketch.missing
        return share / len(texts)
    values = numbers(texts)
    if kind == "median":
        return stats.bin_edges([value for value in values if value == value],
                               ("quantiles", 2))[1]
    sketch = moments(values)
    return {"avg": lambda: sketch.mean, "sum": lambda: sketch.mean * sketch.count,
            "std": lambda: math.sqrt(sketch.variance)}[kind]()


def standard_error(kind, texts, rows):
    """Of a figure over so many rows, from the reference; None where there is no such formula."""
    if kind in ("count", "median"):
        return None
    if kind == "unseen":
        return 0.0
    if kind == "missing":
        return population_deviation([float(text == "") for text in texts]) / math.sqrt(rows)
    sketch = moments(numbers(texts))
    if kind == "std":
        return deviation_error(sketch, rows)
    deviation = math.sqrt(sketch.variance)
    return deviation * math.sqrt(rows) if kind == "sum" else deviation / math.sqrt(rows)


def figure_entries(name, kind, data, rows):
    """Entries of one column's figure for every row."""
    column = name if kind != "count" else "timestamp"
    whole = data.periods["reference"][column]
    seen = set(whole) if kind == "unseen" else None
    limits = (0, 1) if kind in ("missing", "unseen") else (-math.inf, math.inf)

    def values(chosen):
        return [figure_of(kind, data.texts(row["period"], column, row), seen) for row in chosen]
    low, high = three_deviations(values(reference_rows(rows, data)), *limits)
    made = []
    for row, value in zip(rows, values(rows)):
        error = standard_error(kind, whole, len(data.texts(row["period"], column, row)))
        spread = 3 * error if error is not None else 0
        made.append({"value": value, "sampling_error": error, "upper_threshold": high,
                     "lower_threshold": low, "alert": not low <= value <= high,
                     "upper_confidence_boundary": min(limits[1], value + spread),
                     "lower_confidence_boundary": max(limits[0], value - spread)})
    return made


def compare(entries, columns_of, rows):
    """Lines for the printed cells of one column."""
    lines = []
    for computed, row in zip(entries, rows):
        for entry, header in columns_of.items():
            text, got = row[header], computed.get(entry)
            if text == "":
                # Nothing printed: no such threshold.
                verdict = "ok" if got is None else "FAILED"
            elif got is None and entry != "value":
                lines.append(Line("not offered", None, text, SIGNIFICANT,
                                  "the standard error of a median needs an estimate of the density"))
                continue
            else:
                verdict = "ok" if same_digits(got, text) else "FAILED"
            lines.append(Line(verdict, got, f"{text} ({header}, row {row['row']})", SIGNIFICANT, ""))
    return lines


def grouped(header, pattern):
    """Columns of a table by what they are about: groups -> entry -> column."""
    made = {}
    for name in header:
        if match := pattern.fullmatch(name):
            made.setdefault(match.groups()[:-1], {})[match.groups()[-1]] = name
    return made


def alert_counts(rows, sets):
    """Lines of a ranking by alerts: how many of ten chunks alert by Jensen-Shannon."""
    names = [row["column_name"] for row in rows]
    data = next((data for data in sets if all(
        name in table for name in names for table in data.periods.values())), None)
    if data is None:
        return "the data set of this table is not there"
    n = data.rows("analysis")
    size = n // 10
    chunks = [{"key": "", "period": "analysis", "start_index": first, "end_index": first + size - 1}
              for first in range(0, n - n % size, size)]
    lines = []
    for row in rows:
        name = row["column_name"]
        categorical = are_categories(data.periods["reference"][name])
        entries = drift_entries(name, "jensen_shannon", categorical, data, chunks, False)
        got = sum(entry["alert"] for entry in entries)
        verdict = "ok" if got == int(row["number_of_alerts"]) else "FAILED"
        lines.append(Line(verdict, got, f"{row['number_of_alerts']} ({name})", SIGNIFICANT, ""))
    return lines


def normal_rows(rows):
    """The descriptive columns without the prefix that a flat table gives them."""
    return [{(key.removeprefix("chunk_") if key.removeprefix("chunk_") in ABOUT and
              key != "chunk_index" else key): value for key, value in row.items()} for row in rows]


def check_table(path, rows, sets):
    """Lines of one table, or a reason why it is skipped."""
    kind = next((kind for start, kind in FIGURES if path.name.startswith(start)), None)
    pattern = FIGURE if kind else DRIFT
    groups = grouped([name for name in rows[0] if name not in ABOUT], pattern)
    if not groups:
        return "unknown kind"
    wanted = [] if kind == "count" else sorted({group[0] for group in groups})
    data = next((data for data in sets if data.fits(wanted, rows)), None)
    if data is None:
        return "the data set of this table is not there"
    only = {group[0] for group in groups if len(group) > 1 and group[1] in CATEGORICAL_ONLY}
    lines = []
    for group, columns_of in groups.items():
        if kind:
            entries = figure_entries(group[0], kind, data, rows)
        else:
            categorical = group[0] in only or are_categories(data.periods["reference"][group[0]])
            low = columns_of.get("lower_threshold")
            two_sided = low is not None and any(row[low] for row in rows)
            entries = drift_entries(*group, categorical, data, rows, two_sided)
        lines += compare(entries, columns_of, rows)
    return lines


def check_tables(folder):
    """Name, text and lines of every table in ``folder``/nannyml."""
    for path in sorted((folder / "nannyml").glob("*.csv")):
        with open(path, encoding="utf-8", newline="") as file:
            rows = normal_rows(csv.DictReader(file))
        names = " ".join(rows[0])
        found = next((why for pattern, why in LATER if re.search(pattern, names)), None)
        check = alert_counts if "number_of_alerts" in rows[0] else functools.partial(
            check_table, path)
        if found is None and "key" not in rows[0] and "number_of_alerts" not in rows[0]:
            found = "unknown kind"
        try:
            found = found or check(rows, data_sets(folder.parent / "data"))
        except Exception as error:  # one table must not end the run
            found = [Line("FAILED", None, None, SIGNIFICANT, f"{type(error).__name__}: {error}")]
        if isinstance(found, str):
            cells = sum(1 for row in rows for name in row if name not in ABOUT)
            found = [Line("skipped", None, None, SIGNIFICANT, found)] * cells
        yield path.stem, f"table of {len(rows)} rows", found
