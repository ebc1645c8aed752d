#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Draw the chart page of docs/performance.md, and print its tables.

usage: draw_performance.py PICTURE.svg FILE...

FILE is what `./dev bench --peers --json FILE` wrote; where two have the same work and program, the
later one counts. The tables go to the terminal as Markdown.
"""
import json
import math
import pathlib
import sys

from draw_calibration import OTHERS, OURS, Picture, in_order

TITLES = {
    "histogram.update.quantiles.64": "Count into 64 cells",
    "histogram.update.quantiles.256": "Count into 256 cells",
    "tdigest.update.normal.100": "t-digest 100, a batch",
    "tdigest.update.normal.200": "t-digest 200, a batch",
    "tdigest.add.normal.100": "t-digest 100, one by one",
    "ks.raw.1000000": "Kolmogorov-Smirnov, two raw arrays of 1,000,000",
    "wasserstein.raw.1000000": "Wasserstein, two raw arrays of 1,000,000",
    "comparison.tables.1000000x20": "Two tables in memory, 1,000,000 x 20",
    "comparison.csv.1000000x20": "Two CSV files, 1,000,000 x 20",
    "comparison.csv.100000x20": "Two CSV files, 100,000 x 20",
    "start.command": "Start of the command",
    "start.import": "Import from Python",
}
LEFT, PANEL, STEP, WIDTH = 330, 420, 18, 900


def duration(nanoseconds):
    """Words for a time."""
    for unit, size in (("s", 1e9), ("ms", 1e6), ("µs", 1e3)):
        if nanoseconds >= size:
            return f"{nanoseconds / size:.3g} {unit}"
    return f"{nanoseconds:.3g} ns"


def ordered(rows):
    """libdrift's first row, then the others from fast to slow."""
    return rows[:1] + sorted(rows[1:], key=lambda row: row["ns_per_item"])


def is_ours(row):
    return row["who"].startswith("libdrift")


def total(row):
    """Nanoseconds of the whole work, had it all been done."""
    return row["ns_per_item"] * row["items"] * row.get("share", 1)


def ratio(row):
    return "" if row.get("ratio") is None else f"{row['ratio']:.2g} x" if row["ratio"] < 10 \
        else f"{row['ratio']:.0f} x"


def draw_bars(picture, rows, y, title):
    """Bars on a logarithmic scale, its ends the fastest and the slowest; the next free line."""
    picture.text(10, y + 13, title, weight="bold", size=13)
    y += 22
    low = min(math.log(row["ns_per_item"]) for row in rows) - 0.7
    high = max(math.log(row["ns_per_item"]) for row in rows)
    for row in ordered(rows):
        colour = OURS if is_ours(row) else OTHERS
        width = PANEL * (math.log(row["ns_per_item"]) - low) / (high - low)
        picture.text(LEFT - 8, y + 13, row["who"], "end", colour,
                     "bold" if is_ours(row) else "normal", 11)
        picture.bar(LEFT, y + 3, width, STEP - 6, colour, 0.9 if is_ours(row) else 0.55)
        words = duration(row["ns_per_item"] if row["items"] > 1 else total(row))
        if row["items"] > 1:
            words += f" a value, {duration(total(row))}"
        if row is not rows[0]:
            words += f", {ratio(row)}"
        if row.get("agrees") is False:
            words += ", another answer"
        picture.text(LEFT + width + 6, y + 13, words, size=11)
        y += STEP
    return y + 14


def draw_line(picture, points, left, top, words):
    """Measured points of (size, nanoseconds) on logarithmic axes, and the line of equal cost."""
    width, height = 330, 200
    xs, ys = ([math.log10(value) for value in column] for column in zip(*points))
    low_x, high_x = math.floor(min(xs)), math.ceil(max(xs))
    low_y, high_y = math.floor(min(ys)), math.ceil(max(ys))

    def place(x, y):
        return (left + width * (x - low_x) / (high_x - low_x),
                top + height * (1 - (y - low_y) / (high_y - low_y)))

    picture.text(left, top - 10, words, weight="bold", size=13)
    for tick in range(low_x, high_x + 1):
        x, y = place(tick, low_y)
        picture.line(x, top, x, y)
        picture.text(x, y + 15, f"{10 ** tick:,}", "middle", OTHERS, size=10)
    for tick in range(low_y, high_y + 1):
        x, y = place(low_x, tick)
        picture.line(x, y, left + width, y)
        picture.text(x - 6, y + 4, duration(10 ** tick), "end", OTHERS, size=10)
    end = min(high_y - ys[-1], high_x - xs[-1])
    begin = min(xs[-1] - low_x, ys[-1] - low_y)
    picture.line(*place(xs[-1] - begin, ys[-1] - begin), *place(xs[-1] + end, ys[-1] + end), OTHERS)
    for x, y in zip(xs, ys):
        picture.dot(*place(x, y), OURS, 4.5)


def scaling_points(rows, kind, place):
    """(rows or columns, nanoseconds) of the works scaling.KIND.ROWSxCOLUMNS."""
    points = []
    for row in rows:
        if row["work"].startswith(f"scaling.{kind}."):
            size = row["work"].split(".")[2].split("x")[place]
            points.append((int(size), total(row)))
    return sorted(points)


def machine_words(machines):
    """The machine of the first file, clocks and loads of all."""
    first = machines[0]
    spans = [(min(machine[f"{key}_min"] for machine in machines),
              max(machine[f"{key}_max"] for machine in machines)) for key in ("clock_ns", "load")]
    return (f"{first['cpu']}, {first['cores']} cores, kernels {first['kernels']}; a dependent "
            f"addition {spans[0][0]:.2f} to {spans[0][1]:.2f} ns; load {spans[1][0]:.1f} to "
            f"{spans[1][1]:.1f}")


def draw(rows, machines, path):
    works = [work for work in TITLES if any(row["work"] == work for row in rows)]
    chosen = {work: [row for row in rows if row["work"] == work] for work in works}
    scalings = [("rows", 0, "Rows, 4 columns: time of a comparison"),
                ("columns", 1, "Columns, 100,000 rows: time of a comparison")]
    points = [(scaling_points(rows, kind, place), words) for kind, place, words in scalings]
    height = 70 + sum(36 + STEP * len(found) for found in chosen.values())
    picture = Picture(WIDTH + 60, height + (270 if any(found for found, _ in points) else 0),
                      "libdrift and its peers: processor time of the same work")
    picture.head("Processor time of the same work, medians, one thread", machine_words(machines),
                 "Bars are logarithmic, each block on a scale of its own. Below: the line is time in "
                 "proportion to size, through the last point.")
    y = 70
    for work in works:
        y = draw_bars(picture, chosen[work], y, TITLES[work])
    for k, (found, words) in enumerate(points):
        if len(found) > 1:
            draw_line(picture, found, 75 + 450 * k, y + 26, words)
    picture.write(path)


def print_tables(rows):
    for work in in_order(row["work"] for row in rows):
        own = [row for row in rows if row["work"] == work]
        print(f"### {TITLES.get(work, work)} (`{work}`)\n\n| ratio | time | ns a value | least | most | "
              "runs | peak MB | who |\n|---:|---:|---:|---:|---:|---:|---:|---|")
        for row in ordered(own):
            remark = f", 1/{row['share']} of the items" if "share" in row else ""
            remark += ", another answer" if row.get("agrees") is False else ""
            print(f"| {ratio(row)} | {duration(total(row))} | {row['ns_per_item']:.4g} | "
                  f"{row['min_ns']:.4g} | {row['max_ns']:.4g} | {row['runs']} | "
                  f"{row['peak_bytes'] / 1e6:.0f} | {row['who']}{remark} |")
        print()


def main():
    if len(sys.argv) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    found, machines = {}, []
    for name in sys.argv[2:]:
        document = json.loads(pathlib.Path(name).read_text(encoding="utf-8"))
        # A work is taken whole: ratios hold within one run only.
        for work in in_order(row["work"] for row in document["results"]):
            found[work] = [row for row in document["results"] if row["work"] == work]
        machines.append(document["machine"])
    rows = [row for of_work in found.values() for row in of_work]
    draw(rows, machines, pathlib.Path(sys.argv[1]))
    print_tables(rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
