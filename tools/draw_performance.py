#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Draw the measured times: the picture of docs/performance.md and its tables, or a page with both.

usage: draw_performance.py PICTURE.svg|PAGE.html|TEXT.md FILE...

FILE is what `./dev bench [--peers] --json FILE` wrote; where two have the same work, that of the later
counts, whole. A page holds charts and tables, needs nothing beside it, and suits light and dark. Of a
text the tables that have the same heading are written anew.
"""
import json
import math
import pathlib
import re
import sys
from html import escape

from draw_calibration import DARK, INK, OTHERS, OURS, PAPER, Picture, in_order

TITLES = {
    "histogram.update.quantiles.64": "Count into 64 cells",
    "histogram.update.quantiles.256": "Count into 256 cells",
    "tdigest.update.normal.100": "t-digest 100, a batch",
    "tdigest.update.normal.200": "t-digest 200, a batch",
    "tdigest.add.normal.100": "t-digest 100, one by one",
    "edge_digest.update.normal": "edge digest, a batch",
    "edge_digest.add.normal": "edge digest, one by one",
    "ks.raw.1000000": "Kolmogorov-Smirnov, two raw arrays of 1,000,000",
    "wasserstein.raw.1000000": "Wasserstein, two raw arrays of 1,000,000",
    "comparison.tables.1000000x20": "Two tables in memory, 1,000,000 x 20",
    "comparison.csv.1000000x20": "Two CSV files, 1,000,000 x 20",
    "comparison.csv.100000x20": "Two CSV files, 100,000 x 20",
    "comparison.jsonl.100000x20": "Two files of JSON Lines, 100,000 x 20",
    "comparison.csv.wall.1": "Two CSV files, wall time, one thread",
    "comparison.csv.wall.2": "Two CSV files, wall time, two threads",
    "start.command": "Start of the command",
    "start.import": "Import from Python",
}
LEFT, PANEL, STEP, WIDTH = 330, 390, 18, 960
PLOT, PLOT_HEIGHT = 330, 200
IN_MEMORY, STREAMED = "two tables in memory, nothing prepared", "streamed against a ready reference"
NOTE = "Bars are logarithmic, each block on a scale of its own."


def duration(nanoseconds):
    """Words for a time."""
    for unit, size in (("s", 1e9), ("ms", 1e6), ("µs", 1e3)):
        if nanoseconds >= size:
            return f"{nanoseconds / size:.3g} {unit}"
    return f"{nanoseconds:.3g} ns"


def megabytes(size):
    return f"{size / 1e6:,.0f} MB" if size >= 1e6 else f"{size / 1e6:.1f} MB"


def ordered(rows):
    """libdrift's first row, then the others from fast to slow."""
    return rows[:1] + sorted(rows[1:], key=lambda row: row["ns_per_item"])


def total(row):
    """Nanoseconds of the whole work, had it all been done."""
    return row["ns_per_item"] * row["items"] * row.get("share", 1)


def ratio(row):
    """How often libdrift's time goes into that of the row, or this run's into an earlier one's."""
    value = row.get("ratio")
    return "" if value is None else f"{value:.2g} x" if value < 10 else f"{value:.0f} x"


def is_scaling(row):
    return row["work"].startswith("scaling.")


def blocks(rows):
    """(title, name, rows): one for each work; without peers, works by the word they begin with."""
    own = {name: [row for row in rows if row["work"] == name]
           for name in in_order(row["work"] for row in rows if not is_scaling(row))}
    if any(len(found) > 1 for found in own.values()):
        known = list(TITLES)
        for name in sorted(own, key=lambda name: known.index(name) if name in TITLES else len(known)):
            yield TITLES.get(name, name), name, ordered(own[name])
    else:
        for family in in_order(name.split(".")[0] for name in own):
            yield family, "", [row for name, (row,) in own.items() if name.split(".")[0] == family]


def bar_words(row, is_first, by_work):
    words = duration(row["ns_per_item"] if row["items"] > 1 else total(row))
    if row["items"] > 1 and not by_work:
        words += f" a value, {duration(total(row))}"
    if ratio(row) and (by_work or not is_first):
        words += f", {ratio(row)}"
    return words + (", another answer" if row.get("agrees") is False else "")


def draw_bars(picture, rows, y, by_work):
    """Bars on a logarithmic scale, its ends the fastest and the slowest; the next free line."""
    low = min(math.log(row["ns_per_item"]) for row in rows) - 0.7
    high = max(math.log(row["ns_per_item"]) for row in rows)
    for row in rows:
        ours = row["who"].startswith("libdrift")
        colour = OURS if ours else OTHERS
        width = PANEL * (math.log(row["ns_per_item"]) - low) / (high - low)
        picture.text(LEFT - 8, y + 13, row["work"] if by_work else row["who"], "end", colour,
                     "bold" if ours and not by_work else "normal", 11)
        picture.bar(LEFT, y + 3, width, STEP - 6, colour, 0.9 if ours else 0.55)
        picture.text(LEFT + width + 6, y + 13, bar_words(row, row is rows[0], by_work), size=11)
        y += STEP
    return y


def draw_plot(picture, series, left, top, words, unit):
    """Measured points (size, value) on logarithmic axes, and lines of equal cost through the last ones."""
    logs = [[(math.log10(x), math.log10(y)) for x, y in points] for _, points in series]
    flat = [point for points in logs for point in points]
    (low_x, high_x), (low_y, high_y) = (
        (math.floor(min(values)), max(math.ceil(max(values)), math.floor(min(values)) + 1))
        for values in zip(*flat))

    def place(x, y):
        return (left + PLOT * (x - low_x) / (high_x - low_x),
                top + PLOT_HEIGHT * (1 - (y - low_y) / (high_y - low_y)))

    picture.text(left - 60, top - 12, words, weight="bold", size=13)
    for tick in range(low_x, high_x + 1):
        x, y = place(tick, low_y)
        picture.line(x, top, x, y)
        picture.text(x, y + 15, f"{10 ** tick:,}", "middle", OTHERS, size=10)
    for tick in range(low_y, high_y + 1):
        x, y = place(low_x, tick)
        picture.line(x, y, left + PLOT, y)
        picture.text(x - 6, y + 4, unit(10 ** tick), "end", OTHERS, size=10)
    for k, ((name, _), points, colour) in enumerate(zip(series, logs, (OURS, INK))):
        last_x, last_y = points[-1]
        if unit is duration:
            end = min(high_y - last_y, high_x - last_x)
            begin = min(last_x - low_x, last_y - low_y)
            picture.line(*place(last_x - begin, last_y - begin),
                         *place(last_x + end, last_y + end), OTHERS)
        for x, y in points:
            picture.dot(*place(x, y), colour, 4.5)
        if len(series) > 1:
            picture.dot(left + 12, top + PLOT_HEIGHT + 32 + 16 * k, colour, 4.5)
            picture.text(left + 22, top + PLOT_HEIGHT + 36 + 16 * k, name, size=11)


def size_of(row):
    """Rows and columns of a work scaling.KIND.ROWSxCOLUMNS."""
    return tuple(int(number) for number in row["work"].split(".")[2].split("x"))


def points(rows, kind, axis, value):
    """Points of one kind of work; of streams those of 4 columns."""
    found = [(size_of(row)[axis], value(row)) for row in rows if is_scaling(row)
             and row["work"].split(".")[1] == kind and (kind != "streamed" or size_of(row)[1] == 4)]
    return sorted(found)


def plots(rows):
    """(words, series, unit) of each plot that has points."""
    def peak(row):
        return row["peak_bytes"]
    found = [("Rows, 4 columns: time", [(IN_MEMORY, points(rows, "rows", 0, total)),
                                        (STREAMED, points(rows, "streamed", 0, total))], duration),
             ("Columns, 20,000 rows: time of a comparison",
              [(IN_MEMORY, points(rows, "columns", 1, total))], duration),
             ("Rows, 4 columns: peak memory, tables among it",
              [(IN_MEMORY, points(rows, "rows", 0, peak)),
               (STREAMED, points(rows, "streamed", 0, peak))], megabytes)]
    for words, series, unit in found:
        series = [(name, places) for name, places in series if len(places) > 1]
        if series:
            yield words, series, unit


def draw_plots(picture, drawn, y):
    for k, (words, series, unit) in enumerate(drawn):
        draw_plot(picture, series, 75 + 470 * (k % 2), y + 26 + 300 * (k // 2), words, unit)


def machine_words(machines):
    """The machine of the first file, clocks and loads of all where they were taken."""
    first = machines[0]
    words = f"{first['cpu']}, {first['cores']} cores"
    if "kernels" in first:
        words += f", kernels {first['kernels']}"
    for key, before, after in (("clock_ns", "a dependent addition", " ns"), ("load", "load", "")):
        spans = [(machine[f"{key}_min"], machine[f"{key}_max"]) for machine in machines
                 if f"{key}_min" in machine]
        if spans:
            words += (f"; {before} {min(low for low, _ in spans):.2f} to "
                      f"{max(high for _, high in spans):.2f}{after}")
    return words


def draw(rows, machines, path):
    """One tall picture of all blocks and plots."""
    made, drawn = list(blocks(rows)), list(plots(rows))
    height = 70 + sum(36 + STEP * len(own) for _, _, own in made)
    picture = Picture(WIDTH, height + 300 * ((len(drawn) + 1) // 2),
                      "libdrift and its peers: processor time of the same work")
    picture.head("Processor time of the same work, medians, one thread", machine_words(machines),
                 f"{NOTE} Below: lines are time in proportion to size, through the last point.")
    y = 70
    for title, name, own in made:
        picture.text(10, y + 13, title, weight="bold", size=13)
        y = draw_bars(picture, own, y + 22, not name) + 14
    draw_plots(picture, drawn, y)
    picture.write(path)


def cells(row, by_work):
    remark = f", 1/{row['share']} of the items" if "share" in row else ""
    remark += ", another answer" if row.get("agrees") is False else ""
    return [ratio(row), duration(total(row)), f"{row['ns_per_item']:.4g}", f"{row['min_ns']:.4g}",
            f"{row['max_ns']:.4g}", str(row["runs"]), f"{row['peak_bytes'] / 1e6:.0f}",
            row["work"] if by_work else row["who"] + remark]


HEAD = ["ratio", "time", "ns a value", "least", "most", "runs", "peak MB", "who"]


def tables(rows):
    """(title, name, head, lines) of every block, and one of the sizes; the last column holds words."""
    for title, name, own in blocks(rows):
        yield (title, name, HEAD if name else [*HEAD[:-1], "work"],
               [cells(row, not name) for row in own])
    lines = [[duration(total(row)), f"{row['ns_per_item']:.3g}", f"{row['peak_bytes'] / 1e6:.0f}",
              "{:,} x {:,}, ".format(*size_of(row)) +
              (STREAMED if row["work"].startswith("scaling.streamed") else IN_MEMORY)]
             for row in rows if is_scaling(row)]
    if lines:
        yield "Rows and columns", "scaling", ["time", "ns a value", "peak MB", "rows x columns"], lines


def write_text(rows, path):
    text = path.read_text(encoding="utf-8")
    for title, name, head, lines in tables(rows):
        heading = f"### {title} (`{name}`)"
        table = ("| " + " | ".join(head) + " |\n|" + "---:|" * (len(head) - 1) + "---|\n" +
                 "".join("| " + " | ".join(line) + " |\n" for line in lines))
        pattern = re.escape(heading) + r"\n\n(\|.*\n)+"
        text, found = re.subn(pattern, lambda _: f"{heading}\n\n{table}", text)
        if not found:
            print(f"{path} has no table under {heading}", file=sys.stderr)
    path.write_text(text, encoding="utf-8")


STYLE = f"""
body {{ margin: 2em auto; max-width: {WIDTH}px; padding: 0 1em; background: {PAPER}; color: {INK};
  font: 15px/1.45 Helvetica, Arial, sans-serif; }}
svg {{ max-width: 100%; height: auto; }}
div {{ overflow-x: auto; }}
table {{ border-collapse: collapse; font-size: 13px; margin: .5em 0 2em; }}
th, td {{ padding: .15em .7em; text-align: right; white-space: nowrap; border-bottom: 1px solid {OTHERS}44; }}
th:last-child, td:last-child {{ text-align: left; }}
.ours td {{ color: {OURS}; font-weight: bold; }}
@media (prefers-color-scheme: dark) {{
  body {{ background: {DARK[PAPER]}; color: {DARK[INK]}; }}
  .ours td {{ color: {DARK[OURS]}; }}
}}
"""


def table_markup(head, lines):
    parts = ["<div><table>", "<tr>" + "".join(f"<th>{escape(cell)}</th>" for cell in head) + "</tr>"]
    for line in lines:
        ours = ' class="ours"' if line[-1].startswith("libdrift") else ""
        parts.append(f"<tr{ours}>" + "".join(f"<td>{escape(cell)}</td>" for cell in line) + "</tr>")
    return "\n".join([*parts, "</table></div>"])


def write_page(rows, machines, path):
    """Every block as a chart and its table; no script, nothing to fetch."""
    parts = ['<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
             '<meta name="viewport" content="width=device-width">',
             f"<title>libdrift: benchmarks</title>\n<style>{STYLE}</style>\n</head>\n<body>",
             "<h1>libdrift: benchmarks</h1>", f"<p>{escape(machine_words(machines))}</p>",
             f"<p>Processor time, medians. A ratio is the time of the row divided by libdrift's, or, "
             f"without peers, that of an earlier run divided by this one's. {NOTE}</p>"]
    charts = {}
    for title, name, own in blocks(rows):
        picture = Picture(WIDTH, STEP * len(own) + 8, title)
        draw_bars(picture, own, 2, not name)
        charts[title] = picture
    drawn = list(plots(rows))
    if drawn:
        charts["Rows and columns"] = Picture(WIDTH, 300 * ((len(drawn) + 1) // 2), "Rows and columns")
        draw_plots(charts["Rows and columns"], drawn, 0)
    for title, _, head, lines in tables(rows):
        parts += [f"<h2>{escape(title)}</h2>", charts[title].markup() if title in charts else "",
                  table_markup(head, lines)]
    path.write_text("\n".join([*parts, "</body>", "</html>", ""]), encoding="utf-8")


def main():
    if len(sys.argv) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    found, machines, path = {}, [], pathlib.Path(sys.argv[1])
    for name in sys.argv[2:]:
        document = json.loads(pathlib.Path(name).read_text(encoding="utf-8"))
        # A work is taken whole: ratios hold within one run only.
        for work in in_order(row["work"] for row in document["results"]):
            found[work] = [row for row in document["results"] if row["work"] == work]
        machines.append(document["machine"])
    rows = [row for of_work in found.values() for row in of_work]
    if path.suffix == ".html":
        write_page(rows, machines, path)
    elif path.suffix == ".md":
        write_text(rows, path)
    else:
        draw(rows, machines, path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
