# SPDX-License-Identifier: Apache-2.0
"""subsets.py: the tables of the comparison with other tools, the same for every tool.

Every random choice comes from a generator seeded by the name of the cell and the number of the
repetition, so a slow tool sees the first repetitions of the same sequence as a fast one.
"""
import csv
import itertools
import math
import pathlib
import random

# Name: file below the data folder, columns nobody would test (numbers of rows, dates, near-unique
# texts and those that are mostly empty).
PUBLISHED = {
    "adult": ("adult/adult.csv", ()),
    "bike_sharing": ("bike_sharing/hour.csv", ("instant", "dteday")),
    "car_loan": ("car_loan/reference.csv", ("id", "timestamp")),
    "titanic": ("titanic/reference.csv",
                ("PassengerId", "Name", "Ticket", "Cabin", "boat", "body", "home.dest")),
}
SIZES = ((200, 200), (1000, 1000), (10000, 1000), (5000, 50))
POWER_SIZES = ((500, 500), (2000, 2000))
MADE_ROWS = 40000
MADE_NUMBERS = 40
MADE_NAMES = (5, 10, 15, 20, 30, 50, 75, 100, 150, 200)


def null_cells():
    """(table, rows of the reference, rows of the current data); titanic is small."""
    tables = [*PUBLISHED, "made"]
    return [(table, *sizes) for sizes in SIZES for table in tables
            if table != "titanic" or sizes == (200, 200)]


def zipf(names):
    """Cumulative shares proportional to 1 / k."""
    return list(itertools.accumulate(1 / (k + 1) for k in range(names)))


def draw_names(generator, count, names):
    labels = [f"name {k}" for k in range(names)]
    return generator.choices(labels, cum_weights=zipf(names), k=count)


def poisson_3(generator):
    product, number = generator.random(), 0
    while product > math.exp(-3):
        product *= generator.random()
        number += 1
    return number


LAWS = (
    lambda g: round(g.gauss(0, 1), 6),
    lambda g: round(math.exp(g.gauss(0, 1)), 6),
    lambda g: round(g.expovariate(1), 6),
    lambda g: round(g.random(), 6),
    poisson_3,
    lambda g: 0.0 if g.random() < 0.6 else round(math.exp(g.gauss(0, 1)), 6),
    lambda g: int(g.random() < 0.1),
    lambda g: round(math.tan(math.pi * (g.random() - 0.5)), 6),
)


def make_table(path):
    """The made table: 40 columns of numbers from eight laws, ten of text."""
    generator = random.Random("libdrift made table")
    columns = {}
    for k in range(MADE_NUMBERS):
        law = LAWS[k % len(LAWS)]
        columns[f"number_{k}"] = [law(generator) for _ in range(MADE_ROWS)]
    for names in MADE_NAMES:
        columns[f"text_{names}"] = draw_names(generator, MADE_ROWS, names)
    write(path, columns)


def write(path, columns):
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with open(part, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values()))
    part.replace(path)


def published(data, table):
    """Path of a published table, None where the folder does not have it."""
    path = pathlib.Path(data) / PUBLISHED[table][0]
    return path if path.is_file() else None


def rows_of(table, n_reference, n_current, repetition, rows):
    """Two disjoint lists of row numbers."""
    generator = random.Random(f"{table} {n_reference} {n_current} {repetition}")
    chosen = generator.sample(range(rows), n_reference + n_current)
    return chosen[:n_reference], chosen[n_reference:]


def student_3(generator):
    """Student's t with 3 degrees of freedom, scaled to variance 1."""
    chi_square = 2 * generator.gammavariate(1.5, 1)
    return generator.gauss(0, 1) / math.sqrt(chi_square)


def swapped(generator, count):
    """Ten Zipf names; 2 % of the mass moved from the commonest to the fifth."""
    shares = [1 / (k + 1) for k in range(10)]
    total = sum(shares)
    shares[0] -= 0.02 * total
    shares[4] += 0.02 * total
    return generator.choices([f"name {k}" for k in range(10)], weights=shares, k=count)


def with_a_new_name(generator, count):
    return ["new" if generator.random() < 0.01 else name
            for name in draw_names(generator, count, 10)]


def power_tables(n_reference, n_current, repetition):
    """Two tables of twelve columns: six of them change, six named unchanged_ do not."""
    generator = random.Random(f"power {n_reference} {n_current} {repetition}")

    def normal(count, mean=0.0, scale=1.0):
        return [generator.gauss(mean, scale) for _ in range(count)]

    reference, current = {}, {}
    for name, change in (("shift_0.1", lambda n: normal(n, 0.1)),
                         ("shift_0.25", lambda n: normal(n, 0.25)),
                         ("scale_1.2", lambda n: normal(n, 0, 1.2)),
                         ("heavy_tails", lambda n: [student_3(generator) for _ in range(n)])):
        reference[name], current[name] = normal(n_reference), change(n_current)
    for name, change in (("swap_2_percent", swapped), ("new_name_1_percent", with_a_new_name)):
        reference[name] = draw_names(generator, n_reference, 10)
        current[name] = change(generator, n_current)
    for table, count in ((reference, n_reference), (current, n_current)):
        for k in range(3):
            table[f"unchanged_number_{k}"] = normal(count)
            table[f"unchanged_text_{k}"] = draw_names(generator, count, 10)
    return reference, current
