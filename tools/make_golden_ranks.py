#!/usr/bin/env python3
"""Write tests/golden/ranks.h: reference values of the rank tests and their limit laws.

Exact laws are counted in whole numbers, limit laws taken from the series of Anderson & Darling
(1952) with as many digits as the cancellation costs, 50 digits beyond that.
Needs mpmath (pip install mpmath). Run from anywhere; prints where it wrote. Two minutes.
"""
import itertools
import pathlib
from fractions import Fraction
from math import comb

import mpmath
from mpmath import erfc, exp, log, mp, mpf, pi, sqrt

mp.dps = 50
TERA = 10**12


# Limit laws.

def coefficient(k):
    """abs(binomial(-1/2, k))."""
    return mpf(comb(2 * k, k)) / mpf(4)**k


def cramer_von_mises_cdf(x):
    total, k = mpf(0), 0
    while True:
        u = mpf(4 * k + 1)**2 / (16 * x)
        term = coefficient(k) * sqrt(mpf(4 * k + 1)) * exp(-u) * mpmath.besselk(mpf(1) / 4, u)
        total, k = total + term, k + 1
        if term < mpf(10)**(-mp.dps - 5):
            return total / (pi * sqrt(x))


def anderson_darling_cdf(x):
    """The integral by the trapezoidal rule, which converges exponentially here."""
    nats = (mp.dps + 10) * log(mpf(10))
    step = 1 / (2 * (nats + x / 3) / (2 * pi))
    bells, w = [], mpf(0)
    reach = sqrt(8 * x * (nats + x / 8)) / pi
    while w < reach:
        bells.append(exp(x / (8 * (w * w + 1))))
        w += step
    total, k = mpf(0), 0
    while True:
        c = mpf(4 * k + 1)**2 * pi**2 / (8 * x)
        ratio, square = exp(-c * step**2), exp(-2 * c * step**2)
        inner, factor = bells[0] / 2, mpf(1)
        for bell in bells[1:]:
            factor *= ratio
            ratio *= square
            if factor < mpf(10)**(-mp.dps - 10) / bells[0]:
                break
            inner += bell * factor
        term = coefficient(k) * (4 * k + 1) * exp(-c) * inner * step
        total, k = total + (-term if k % 2 else term), k + 1
        if term < mpf(10)**(-mp.dps - 5):
            return sqrt(2 * pi) / x * total


def tail(cdf, x, decay):
    """1 - cdf(x), which is about exp(-decay x), to 50 digits. Next to 0 the cdf is below 1e-50."""
    with mp.workdps(70 + int(decay * x / log(mpf(10)))):
        return 1 - cdf(mpf(x))


def cramer_von_mises_tail(x):
    return tail(cramer_von_mises_cdf, x, pi**2 / 2) if x > 0.001 else mpf(1)


def anderson_darling_tail(x):
    return tail(anderson_darling_cdf, x, mpf(1)) if x > 0.01 else mpf(1)


def ks_tail(z):
    with mp.workdps(80):
        terms = int(20 / z) + 3
        return 2 * sum((-1)**(j - 1) * exp(-2 * (j * z)**2) for j in range(1, terms))


def kuiper_tail(z):
    with mp.workdps(80):
        terms = int(20 / z) + 3
        return 2 * sum((4 * (j * z)**2 - 1) * exp(-2 * (j * z)**2) for j in range(1, terms))


def normal_tail(z):
    return erfc(z / sqrt(mpf(2))) / 2


# The exact laws. A sample pair is two lists of counts; `blocks` are the sizes of its ties.

def paths_beyond(n, m, blocks, beyond):
    """Share of the assignments in which the end of a block has `beyond`(m X - n Y)."""
    ways, t = [1] + [0] * n, 0
    for size in blocks:
        t += size
        new = [0] * (n + 1)
        for i in range(max(0, t - m), min(n, t) + 1):
            if not beyond(m * i - n * (t - i)):
                new[i] = sum(ways[i - x] * comb(size, x) for x in range(min(size, i) + 1))
        ways = new
    return 1 - Fraction(ways[n], comb(n + m, n))


def partitions_up_to(n, m, most):
    """Assignments with U = 0 .. most: the coefficients of the Gaussian binomial."""
    row = [1] + [0] * most
    for i in range(1, n + 1):
        for k in range(most, m + i - 1, -1):
            row[k] -= row[k - m - i]
        for k in range(i, most + 1):
            row[k] += row[k - i]
    return row


def law_of_sums(scores, n):
    """How many choices of n of the whole numbers `scores` have the sum 0, 1, ..."""
    bits = len(scores) + 1
    rows = [1] + [0] * n
    for score in scores:
        for i in range(n, 0, -1):
            rows[i] += rows[i - 1] << (bits * score)
    whole, counts = rows[n], []
    data = bin(whole)[2:]
    data = "0" * (-len(data) % bits) + data
    for k in range(len(data) - bits, -1, -bits):
        counts.append(int(data[k:k + bits], 2))
    return counts


def squares_of_step(start, x, y, n, m):
    """6 times what a block adds to the sum of (m X - n Y)^2; see cramer_von_mises below."""
    end = start + m * x - n * y
    if x and y:
        return 2 * (x + y) * (start * start + start * end + end * end)
    one = m if x else -n
    at = [start + one * k for k in range(x + y + 1)]
    return 3 * sum(a * a + b * b for a, b in zip(at, at[1:]))


def squares_at_least(n, m, blocks, observed):
    states, t = {0: {0: 1}}, 0
    for size in blocks:
        new = {}
        for i, values in states.items():
            for x in range(max(0, size - (m - t + i)), min(size, n - i) + 1):
                step, weight = squares_of_step(m * i - n * (t - i), x, size - x, n, m), comb(size, x)
                row = new.setdefault(i + x, {})
                for value, count in values.items():
                    row[value + step] = row.get(value + step, 0) + count * weight
        states, t = new, t + size
    return Fraction(sum(c for v, c in states[n].items() if v >= observed), comb(n + m, n))


# The statistics: functions of (x, y, alternative, method) that return statistic and p-value.

def sizes(x, y):
    return sum(x), sum(y), [a + b for a, b in zip(x, y) if a + b]


def blocks_for(x, y, method):
    return [1] * (sum(x) + sum(y)) if method == "CONTINUOUS" else sizes(x, y)[2]


def differences(x, y):
    n, m, _ = sizes(x, y)
    return [m * a - n * b for a, b in zip(itertools.accumulate(x), itertools.accumulate(y))]


def ks(x, y, alternative, method):
    n, m, _ = sizes(x, y)
    most, least = max(differences(x, y)), min(differences(x, y))
    value = {"GREATER": most, "LESS": -least, "TWO_SIDED": max(most, -least)}[alternative]
    d = mpf(value) / (n * m)
    if method == "ASYMPTOTIC":
        larger, smaller = max(n, m), min(n, m)
        root = sqrt(mpf(n) * m / (n + m))
        if alternative == "TWO_SIDED":
            return d, ks_tail((root + mpf("0.12") + mpf("0.11") / root) * d)
        z = root * d
        return d, exp(-2 * z * z - 2 * z * (larger + 2 * smaller) /
                      (3 * sqrt(mpf(larger) * smaller * (n + m))))
    beyond = {"GREATER": lambda v: v >= value, "LESS": lambda v: -v >= value,
              "TWO_SIDED": lambda v: abs(v) >= value}[alternative]
    return d, paths_beyond(n, m, blocks_for(x, y, method), beyond) if value > 0 else 1


def kuiper(x, y, alternative, method):
    n, m, _ = sizes(x, y)
    v = mpf(max(differences(x, y)) - min(differences(x, y))) / (n * m)
    root = sqrt(mpf(n) * m / (n + m))
    return v, kuiper_tail((root + mpf("0.155") + mpf("0.24") / root) * v)


def cramer_von_mises(x, y, alternative, method):
    n, m, _ = sizes(x, y)
    ends = [0] + differences(x, y)
    observed = sum(squares_of_step(d, a, b, n, m) for d, a, b in zip(ends, x, y)) \
        if n < TERA else 2 * sum((a + b) * (d * d + d * e + e * e)
                                 for d, e, a, b in zip(ends, ends[1:], x, y))
    statistic = mpf(observed) / 6 / (mpf(n) * m) / (n + m)**2
    if method != "ASYMPTOTIC":
        return statistic, squares_at_least(n, m, blocks_for(x, y, method), observed)
    whole = mpf(n + m)
    mean, spread = (1 + 1 / whole) / 6, (whole + 1) * (4 * mpf(n) * m * whole - 3 * (mpf(n)**2 + mpf(m)**2)
                                                     - 2 * mpf(n) * m) / (180 * whole**2 * n * m)
    return statistic, cramer_von_mises_tail(mpf(1) / 6 + (statistic - mean) / sqrt(45 * spread))


def two_sided(lower, upper):
    return min(1, 2 * min(lower, upper))


def scores_of(x, y, name):
    """Twice the score of each block."""
    before, whole, out = 0, sum(x) + sum(y), []
    for a, b in zip(x, y):
        size, after = a + b, whole - before - a - b
        out.append((2 * before if name == "rank" else 2 * min(before, after)) + size + 1)
        before += size
    return out


def moments(x, y, scores):
    """Twice the sum of x less its mean, and its variance times four, over all assignments."""
    n, m, _ = sizes(x, y)
    whole = n + m
    mean = Fraction(sum((a + b) * s for a, b, s in zip(x, y, scores)), whole)
    squares = sum((a + b) * (s - mean)**2 for a, b, s in zip(x, y, scores))
    excess = sum(a * s for a, s in zip(x, scores)) - n * mean
    return mpf(excess.numerator) / excess.denominator, \
        mpf(squares.numerator) / squares.denominator * n * m / (mpf(whole) * (whole - 1))


def rank_law(x, y, scores, method, name):
    """P(sum <= observed), P(sum >= observed)."""
    n, m, _ = sizes(x, y)
    observed = sum(a * s for a, s in zip(x, scores))
    if method == "CONTINUOUS" and name == "rank":
        u = Fraction(observed - n * (n + 1), 2)
        low = partitions_up_to(n, m, int(min(u, n * m - u)))
        small = Fraction(sum(low), comb(n + m, n))
        large = 1 - small + (Fraction(low[-1], comb(n + m, n)) if u.denominator == 1 else 0)
        return (small, large) if u <= n * m - u else (large, small)
    each = [s for a, b, s in zip(x, y, scores) for _ in range(a + b)]
    if method == "CONTINUOUS":  # each block at the mean of its values' scores
        each, end, observed = scores_of([1] * (n + m), [0] * (n + m), name), 0, Fraction(0)
        for a, b in zip(x, y):
            end += a + b
            observed += Fraction(a * sum(each[end - a - b:end]), a + b) if a else 0
    whole, counts = comb(n + m, n), law_of_sums(each, n)
    return (Fraction(sum(c for k, c in enumerate(counts) if k <= observed), whole),
            Fraction(sum(c for k, c in enumerate(counts) if k >= observed), whole))


def rank_test(x, y, alternative, method, name, above):
    scores = scores_of(x, y, name)
    if method == "ASYMPTOTIC":
        excess, variance = moments(x, y, scores)
        continuity = 1 if name == "rank" else 0  # halves
        if alternative == "TWO_SIDED":
            return min(mpf(1), 2 * normal_tail((abs(excess) - continuity) / sqrt(variance)))
        toward = excess if alternative == above else -excess
        return normal_tail((toward - continuity) / sqrt(variance))
    lower, upper = rank_law(x, y, scores, method, name)
    return two_sided(lower, upper) if alternative == "TWO_SIDED" else \
        upper if alternative == above else lower


def mann_whitney(x, y, alternative, method):
    below = [0] + list(itertools.accumulate(y))
    u = sum(mpf(a) * (2 * c + b) for a, b, c in zip(x, y, below)) / 2
    return u, rank_test(x, y, alternative, method, "rank", "GREATER")


def ansari_bradley(x, y, alternative, method):
    scores = scores_of(x, y, "end")
    return sum(mpf(a) * s for a, s in zip(x, scores)) / 2, \
        rank_test(x, y, alternative, method, "end", "LESS")


def bws_half(x, y):
    n, m, _ = sizes(x, y)
    before = others = 0
    total = mpf(0)
    for a, b in zip(x, y):
        for r in range(1, a + 1):
            i = before + r
            rank = before + others + mpf(r) * (a + b + 1) / (a + 1)
            share = mpf(i) / (n + 1)
            total += (rank - mpf(n + m) * i / n)**2 / (share * (1 - share) * m * (n + m) / n)
        before, others = before + a, others + b
    return total / n


def bws(x, y, alternative, method):
    b = (bws_half(x, y) + bws_half(y, x)) / 2
    return b, anderson_darling_tail(b)


def anderson(x, y, alternative, method):
    """Scholz & Stephens (1987): standardised, on midranks, and the law of two samples."""
    n, m, _ = sizes(x, y)
    whole, total, before = n + m, mpf(0), [0, 0]
    for a, b in zip(x, y):
        size, middle = a + b, before[0] + before[1] + mpf(a + b) / 2
        if not size:
            continue
        spread = middle * (whole - middle) - mpf(whole) * size / 4
        for k, (own, count) in enumerate(((a, n), (b, m))):
            here = before[k] + mpf(own) / 2
            total += mpf(size) / whole * (whole * here - count * middle)**2 / spread / count
            before[k] += own
    total *= mpf(whole - 1) / whole
    h = sum(mpf(1) / i for i in range(1, whole))
    partial, g = mpf(0), mpf(0)
    for i in range(whole - 1, 1, -1):  # sum of 1 / ((N - i) j), i < j < N
        partial += mpf(1) / i
        g += partial / (whole - i + 1)
    inverse = mpf(1) / n + mpf(1) / m
    a = (4 * g - 6) + (10 - 6 * g) * inverse
    b = (2 * g - 4) * 4 + 16 * h + (2 * g - 14 * h - 4) * inverse - 8 * h + 4 * g - 6
    c = (6 * h + 2 * g - 2) * 4 + (4 * h - 4 * g + 6) * 2 + (2 * h - 6) * inverse + 4 * h
    d = (2 * h + 6) * 4 - 8 * h
    N = mpf(whole)
    variance = (a * N**3 + b * N**2 + c * N + d) / ((N - 1) * (N - 2) * (N - 3))
    value = (total - 1) / sqrt(variance)
    return value, anderson_darling_tail(1 + sqrt(2 * (pi**2 - 9) / 3) * value)


ALTERNATIVES = ("TWO_SIDED", "LESS", "GREATER")
ONE = ("TWO_SIDED",)
SMALL = [([2, 3, 0, 4, 1], [1, 0, 5, 2, 3]), ([0, 5, 0, 7], [6, 0, 4, 0]), ([8, 0], [0, 8]),
         ([4, 1, 0, 3, 5], [0, 9, 2, 7, 0]), ([1, 0, 1, 0], [0, 3, 0, 2]), ([3, 4, 2], [3, 4, 2]),
         ([6], [4]), ([1], [1]), ([1, 0], [0, 1]), ([0, 1, 12, 1], [7, 0, 0, 8])]
MIDDLE = [([120, 40, 0, 140], [20, 10, 150, 20]), ([30, 5, 0, 25], [5, 5, 50, 0]),
          ([0, 60, 0], [40, 0, 40]), ([45, 0, 45], [0, 30, 0]), ([1, 60, 2], [40, 1, 40])]
LARGE = [([524000, 476000], [500000, 500000]), ([300, 900, 400, 100], [310, 880, 420, 130]),
         ([TERA // 4 + 123, TERA // 4 - 123, TERA // 2], [TERA // 4, TERA // 4 + 100, TERA // 2 - 100]),
         ([TERA // 4 + 400000, TERA // 4, TERA // 2 - 400000], [TERA // 4, TERA // 4, TERA // 2]),
         ([10000, 20000, 10001], [1, 3, 1]), ([350, 1000, 350], [0, 900, 0])]
FAR = [([415, 0], [0, 415]), ([410, 2, 3], [0, 412, 0]), ([0, 150, 3], [300, 0, 4])]
RANKS_FAR = [([0, 110], [110, 0]), ([100, 0, 20], [0, 120, 0]), ([0, 25], [900, 0])]
TIMES = [([700, 800, 900, 1000], [1000, 900, 800, 700]), ([20, 30, 0, 40], [10, 50, 9, 21]),
         ([150, 0, 0, 1], [0, 0, 150, 0]), ([4, 4, 4], [4, 4, 4])]
EXACT = [(case, how) for case in SMALL for how in ("EXACT", "CONTINUOUS")]
MIXED = EXACT + [(case, how) for case in MIDDLE for how in ("EXACT", "CONTINUOUS", "ASYMPTOTIC")]


def limit(cases):
    return [(case, "ASYMPTOTIC") for case in cases]


PLAN = [("KS", ks, ALTERNATIVES, MIXED + limit(LARGE) + [(c, "CONTINUOUS") for c in FAR] +
         [(FAR[0], "EXACT")]),
        ("KUIPER", kuiper, ONE, limit(SMALL[:5] + MIDDLE + LARGE)),
        ("CRAMER_VON_MISES", cramer_von_mises, ONE, EXACT + limit(SMALL[:5] + MIDDLE + LARGE)),
        ("MANN_WHITNEY", mann_whitney, ALTERNATIVES,
         EXACT + limit(MIDDLE + LARGE) + [(MIDDLE[1], "EXACT"), (MIDDLE[2], "EXACT")] +
         [(c, "CONTINUOUS") for c in RANKS_FAR]),
        ("ANSARI_BRADLEY", ansari_bradley, ALTERNATIVES,
         EXACT + limit(MIDDLE + LARGE) + [(c, how) for c in MIDDLE[1:] for how in ("EXACT", "CONTINUOUS")]),
        ("BWS", bws, ONE, limit(SMALL[:5] + MIDDLE + TIMES + [LARGE[4]])),
        ("ANDERSON", anderson, ONE, limit(SMALL[:5] + MIDDLE + TIMES + [LARGE[4]]))]
POINTS = [mpf(p) for p in ("0.01", "0.03", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "25", "60", "115")]


def number(value):
    if isinstance(value, Fraction):
        value = mpf(value.numerator) / value.denominator
    return mp.nstr(mpf(value), 20)


def rows_of(name, function, alternatives, cases):
    for ((x, y), method), alternative in itertools.product(cases, alternatives):
        statistic, p = function(x, y, alternative, method)
        cells = ", ".join("{" + ", ".join(map(str, side)) + "}" for side in (x, y))
        yield (f"    {{GOLDEN_{name}, DRIFT_{alternative}, DRIFT_METHOD_{method}, {len(x)}, {cells},\n"
               f"     {number(statistic)}, {number(p)}}},")


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    lines = ["/* SPDX-License-Identifier: Apache-2.0", " *",
             " * ranks.h: reference values to 20 digits; tools/make_golden_ranks.py made them.", " */",
             "#ifndef DRIFT_TESTS_GOLDEN_RANKS_H", "#define DRIFT_TESTS_GOLDEN_RANKS_H", "",
             "#include <drift/hypothesis.h>", "", "/* clang-format off */", "typedef enum golden_test {"]
    lines += ["    GOLDEN_" + name + "," for name, *_ in PLAN]
    lines += ["} golden_test;", "", "typedef struct golden_rank {", "    golden_test test;",
              "    drift_alternative alternative;", "    drift_method method;", "    size_t n;",
              "    uint64_t reference[5], current[5];", "    double statistic, p_value;",
              "} golden_rank;", "static const golden_rank golden_ranks[] = {"]
    for plan in PLAN:
        lines += rows_of(*plan)
    lines += ["};"]
    for law, factor in ((cramer_von_mises_tail, 1), (anderson_darling_tail, 5)):
        lines += ["/* x, P(X > x) */", f"static const double golden_{law.__name__}[][2] = {{"]
        lines += [f"    {{{float(factor * x)!r}, {number(law(float(factor * x)))}}}," for x in POINTS]
        lines += ["};"]
    lines += ["/* clang-format on */", "", "#endif", ""]
    path = root / "tests" / "golden" / "ranks.h"
    path.write_text("\n".join(lines))
    print(path.relative_to(root))


if __name__ == "__main__":
    main()
