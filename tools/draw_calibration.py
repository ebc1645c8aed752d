#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Draw the pictures of docs/why_your_last_tool_cried_wolf.md, and print its tables.

usage: draw_calibration.py FOLDER FILE...

FILE is what these wrote: `./dev bench null --peers --json FILE`, `./dev bench power --peers --json
FILE`, `./dev bench power --json FILE`. FOLDER gets false_alarms.svg, found.svg and
found_at_equal_size.svg, one for each kind of file there is. The tables go to the terminal as
Markdown.
"""
import json
import pathlib
import sys
from xml.sax.saxutils import escape

OURS, OTHERS, ALARM, INK, LINES = "#0a7d54", "#6b7686", "#c0392b", "#1d2430", "#d5dae1"
CASES = {"unchanged": "nothing changed", "shift_0.1": "shift of 0.1 sd",
         "shift_0.25": "shift of 0.25 sd", "scale_1.2": "sd 1.2 times as large",
         "heavy_tails": "heavier tails, same sd", "swap_2_percent": "2 % change category",
         "new_name_1_percent": "1 % new category"}
SCENES = {"shift_0.10": "shift of 0.1 sd", "shift_0.25": "shift of 0.25 sd",
          "scale_1.20": "sd 1.2 times as large", "tails_t3": "heavier tails, same sd",
          "swap_even": "2 % change category, even", "swap_zipf": "2 % change category, Zipf",
          "new_name_even": "1 % new category, even", "new_name_zipf": "1 % new category, Zipf"}
# Key in the rows of ./dev bench power, words, colour.
STATISTICS = (("psi_deciles", "PSI, 10 cells", "#c98a1b"), ("chi_square", "chi-square", "#8a63c9"),
              ("ks", "Kolmogorov-Smirnov", "#3a7bd5"), ("best", "best of all others", "#1d2430"),
              ("drift", "libdrift", OURS))


PAPER = "#ffffff"
# What the colours are where the reader's surroundings are dark.
DARK = {PAPER: "#14181f", INK: "#e4e8ee", OTHERS: "#9aa5b4", LINES: "#3a4350", OURS: "#3cc08d",
        ALARM: "#ef7f72"}
DARK_STYLE = "@media (prefers-color-scheme: dark) {" + "".join(
    f'[fill="{light}"]{{fill:{dark}}}[stroke="{light}"]{{stroke:{dark}}}'
    for light, dark in DARK.items()) + "}"


class Picture:
    """SVG text, element by element, for light and dark surroundings."""

    def __init__(self, width, height, title):
        self.parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
                      f'width="{width}" height="{height}" role="img" '
                      'font-family="Helvetica, Arial, sans-serif" font-size="12">',
                      f"<title>{escape(title)}</title>", f"<style>{DARK_STYLE}</style>",
                      f'<rect width="{width}" height="{height}" fill="{PAPER}"/>']

    def text(self, x, y, words, anchor="start", colour=INK, weight="normal", size=12):
        self.parts.append(f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" fill="{colour}" '
                          f'font-weight="{weight}" font-size="{size}">{escape(words)}</text>')

    def head(self, title, *lines):
        self.text(10, 22, title, weight="bold", size=15)
        for k, line in enumerate(lines):
            self.text(10, 40 + 15 * k, line, colour=OTHERS)

    def line(self, x1, y1, x2, y2, colour=LINES):
        self.parts.append(f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" '
                          f'stroke="{colour}"/>')

    def bar(self, x, y, width, height, colour, opacity=1.0):
        self.parts.append(f'<rect x="{x:g}" y="{y:g}" width="{max(width, 0.5):g}" '
                          f'height="{height:g}" fill="{colour}" fill-opacity="{opacity:g}"/>')

    def dot(self, x, y, colour, radius=3.2):
        self.parts.append(f'<circle cx="{x:.1f}" cy="{y:g}" r="{radius:g}" fill="{colour}" '
                          'fill-opacity="0.85"/>')

    def axis(self, left, top, bottom, width, ticks):
        for tick in ticks:
            x = left + width * tick / 100
            self.line(x, top, x, bottom)
            self.text(x, bottom + 14, f"{tick}", "middle", OTHERS, size=10)

    def markup(self):
        return "\n".join([*self.parts, "</svg>", ""])

    def write(self, path):
        path.write_text(self.markup(), encoding="utf-8")


def short(who):
    """Name of a tool without its version; a setting after the version stays."""
    name, _, *setting = who.split()
    return " ".join([name, *setting])


def colour_of(who):
    return OURS if who.startswith("libdrift") else OTHERS


def in_order(values):
    return list(dict.fromkeys(values))


def mean(values):
    values = [value for value in values if value is not None]
    return sum(values) / len(values) if values else None


def percent(share):
    if share is None:
        return "–"
    return f"{100 * share:.1f}" if share < 0.0995 else f"{100 * share:.0f}"


def rows_of(results, kind, key):
    """Rows of null or power with a result of that name, as (subject, sizes, row)."""
    found = []
    for row in results:
        first, *subject, reference, current = row["work"].split(".")
        if first == kind and row.get("repetitions") and key in row:
            found.append((".".join(subject), f"{reference} / {current}", row))
    return found


def draw_false_alarms(rows, path):
    tools = in_order(row["who"] for _, _, row in rows if "alpha" not in row["who"])
    sizes = in_order(size for _, size, _ in rows)
    left, panel, gap, top, step = 100, 175, 32, 74, 30
    bottom = top + step * len(tools)
    picture = Picture(left + (panel + gap) * len(sizes), bottom + 24,
                      "False alarms by tool and rows")
    picture.head("Columns flagged as drifted although nothing changed, in percent",
                 "Rows of the reference / of the current data. A dot is one data set, the bar "
                 "their mean. Package defaults.")
    for index, tool in enumerate(tools):
        picture.text(left - 10, top + step * index + 19, short(tool), "end", colour_of(tool),
                     "bold" if colour_of(tool) == OURS else "normal")
    for k, size in enumerate(sizes):
        x = left + (panel + gap) * k
        picture.text(x, top - 8, size, weight="bold")
        picture.axis(x, top, bottom, panel, (0, 25, 50, 75, 100))
        for index, tool in enumerate(tools):
            shares = [row["columns_flagged"] for _, other, row in rows
                      if other == size and row["who"] == tool]
            y = top + step * index + 15
            if shares:
                picture.bar(x, y - 7, panel * mean(shares), 14, colour_of(tool), 0.3)
            for share in shares:
                picture.dot(x + panel * share, y, colour_of(tool))
    picture.write(path)


def draw_found(rows, path):
    tools = in_order(row["who"] for _, _, row in rows if "alpha" not in row["who"])
    sizes = in_order(size for _, size, _ in rows)
    left, panel, gap, top, step = 150, 100, 24, 104, 17
    height = step * len(CASES) + 50
    picture = Picture(left + (panel + gap) * len(tools), top + height * len(sizes) - 20,
                      "Changes found by tool")
    picture.head("How often a column is flagged, in percent",
                 "Six columns change, six do not (red: false alarms). A long bar counts only where "
                 "the red one is short. Package defaults.")
    for k, tool in enumerate(tools):
        picture.text(left + (panel + gap) * k, 68, short(tool), weight="bold",
                     colour=colour_of(tool))
    shares = {(case, size, row["who"]): row["columns_flagged"] for case, size, row in rows}
    for j, size in enumerate(sizes):
        base = top + height * j
        picture.text(10, base - 8, f"{size} rows", weight="bold")
        for k in range(len(tools)):
            picture.axis(left + (panel + gap) * k, base, base + step * len(CASES), panel,
                         (0, 50, 100))
        for index, (case, words) in enumerate(CASES.items()):
            y, alarm = base + step * index, case == "unchanged"
            picture.text(left - 8, y + 13, words, "end", ALARM if alarm else INK, size=11)
            for k, tool in enumerate(tools):
                picture.bar(left + (panel + gap) * k, y + 3,
                            panel * shares.get((case, size, tool), 0), step - 6,
                            ALARM if alarm else colour_of(tool), 0.9)
    picture.write(path)


def draw_equal_size(rows, path):
    sizes = in_order(size for _, size, _ in rows)
    found = {(scene, size): row for scene, size, row in rows}
    left, panel, gap, top, step = 190, 320, 45, 112, 24
    bottom = top + step * len(SCENES)
    picture = Picture(left + (panel + gap) * len(sizes), bottom + 24,
                      "Changes found at equal false alarms")
    picture.head("How often a changed column is found when all raise equally many false alarms, "
                 "in percent", "Every rival's limit was set by simulation to the false alarms "
                 "libdrift's p-value really raises at .05.")
    x = 15
    for _, words, colour in STATISTICS:
        picture.dot(x, 72, colour, 4.5)
        picture.text(x + 9, 76, words)
        x += 40 + 6.6 * len(words)
    for index, words in enumerate(SCENES.values()):
        picture.text(left - 12, top + step * index + 16, words, "end")
    for k, size in enumerate(sizes):
        x = left + (panel + gap) * k
        picture.text(x, top - 8, f"{size} rows", weight="bold")
        picture.axis(x, top, bottom, panel, (0, 25, 50, 75, 100))
        for index, scene in enumerate(SCENES):
            row = found.get((scene, size), {})
            y = top + step * index + 12
            values = [row[key] for key, _, _ in STATISTICS if key in row]
            if values:
                picture.line(x + panel * min(values), y, x + panel * max(values), y)
            for key, _, colour in STATISTICS:
                if key in row:
                    picture.dot(x + panel * row[key], y, colour, 4.5)
    picture.write(path)


def print_means(rows, head, keys):
    """Means over the tables, and all repetitions; tools that have none of the keys are left out."""
    sizes = in_order(size for _, size, _ in rows)
    print(f"| {head} | " + " | ".join(sizes) + " | pairs |\n|---|" + "---|" * (len(sizes) + 1))
    for tool in in_order(row["who"] for _, _, row in rows):
        own = [(size, row) for _, size, row in rows if row["who"] == tool]
        if not any(row.get(key) is not None for _, row in own for key in keys):
            continue
        cells = [" / ".join(percent(mean([row.get(key) for other, row in own if other == size]))
                            for key in keys) for size in sizes]
        total = sum(row["repetitions"] for _, row in own)
        print(f"| {tool} | " + " | ".join(cells) + f" | {total} |")
    print()


def print_false_alarms(rows):
    print_means(rows, "columns / data sets flagged", ("columns_flagged", "datasets_flagged"))
    print_means(rows, "the tool's own verdict drift", ("datasets_verdict",))
    ours = [row for row in rows if row[2]["who"].startswith("libdrift")]
    print_means(ours, "columns undecided", ("columns_undecided",))
    for tool in in_order(row["who"] for _, _, row in rows):
        own = [row for _, _, row in rows if row["who"] == tool]
        flagged = sum(round(row["repetitions"] * row["datasets_flagged"]) for row in own)
        print(f"{tool}: any flag in {flagged} of {sum(row['repetitions'] for row in own)} pairs")
    print()


def print_found(rows):
    tools = in_order(row["who"] for _, _, row in rows)
    found = {(case, size, row["who"]): row for case, size, row in rows}
    for size in in_order(size for _, size, _ in rows):
        print(f"| {size} | " + " | ".join(map(short, tools)) + " |\n|---|" + "---|" * len(tools))
        for case, words in CASES.items():
            cells = [percent(found.get((case, size, tool), {}).get("columns_flagged"))
                     for tool in tools]
            print(f"| {words} | " + " | ".join(cells) + " |")
        counts = [str(found.get(("unchanged", size, tool), {}).get("repetitions", 0))
                  for tool in tools]
        print("| repetitions | " + " | ".join(counts) + " |\n")


def print_equal_size(rows):
    print("| change | rows | " + " | ".join(words for _, words, _ in STATISTICS) +
          " | which is best |\n|---|---|" + "---|" * (len(STATISTICS) + 1))
    for scene, size, row in rows:
        cells = [percent(row.get(key)) for key, _, _ in STATISTICS]
        print(f"| {SCENES.get(scene, scene)} | {size} | " + " | ".join(cells) +
              f" | {row['best_is']} |")
    print()


KINDS = (("null", "datasets_flagged", "false_alarms.svg", draw_false_alarms, print_false_alarms),
         ("power", "columns_flagged", "found.svg", draw_found, print_found),
         ("power", "best_is", "found_at_equal_size.svg", draw_equal_size, print_equal_size))


def main():
    if len(sys.argv) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    results = []
    for name in sys.argv[2:]:
        results += json.loads(pathlib.Path(name).read_text(encoding="utf-8"))["results"]
    drawn = 0
    for kind, key, name, draw, show in KINDS:
        rows = rows_of(results, kind, key)
        if rows:
            draw(rows, folder / name)
            show(rows)
            drawn += 1
    return 0 if drawn else 1


if __name__ == "__main__":
    sys.exit(main())
