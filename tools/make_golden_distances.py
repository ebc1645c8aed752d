#!/usr/bin/env python3
"""Write tests/golden/distances.h: reference values of the distances, 50 digits inside.

Needs mpmath (pip install mpmath). Run from anywhere; prints where it wrote.
"""
import pathlib

from mpmath import inf, ln, mp, mpf, exp, sqrt

mp.dps = 50
T = 10**12

# Counts of two samples: near-equal and far, thin and full, empty and single cells.
COUNTS = [
    ([16, 18, 16, 14, 12, 12], [16, 16, 16, 16, 16, 8]),
    ([7], [3]),
    ([7, 0], [0, 5]),
    ([1, 0, 0, 0], [1, 0, 0, 0]),
    ([5, 0, 3, 0, 2], [4, 0, 0, 1, 9]),
    ([T // 2 + 1, T // 2 - 1], [T // 2, T // 2]),
    ([T, T, T, T], [T + 1, T, T - 1, T]),
    ([T, T - 1, 1, 0], [T, T, 0, 1]),
    ([T - 1, 1], [1, T - 1]),
    ([1, T], [2, 3]),
    ([1000000, 2000000, 3000000], [1001, 2000, 2999]),
    ([10**9, 10**6, 10**3, 1], [1, 10**3, 10**6, 10**9]),
    ([333333333333, 333333333333, 333333333334], [1, 1, 1]),
    ([10**12, 0, 10**12, 3, 0, 0, 1, 999999999999], [10**12, 0, 999999999999, 3, 1, 0, 1, 10**12]),
]

# Values and weights of two samples.
SAMPLES = [
    ([0.0, 1.0, 3.0], [1.0, 1.0, 1.0], [5.0, 6.0, 8.0], [1.0, 1.0, 1.0]),
    ([3.4, 3.9, 7.5, 7.8], [1.4, 0.9, 3.1, 7.2], [4.5, 1.4], [3.2, 3.5]),
    ([0.7, 7.4, 2.4, 6.8], [2.1, 4.2, 7.4, 8.0], [1.4, 8.0], [7.6, 8.8]),
    ([1.0, 1.0, 1.0, 4.0], [1.0, 1.0, 1.0, 1.0], [4.0, 1.0], [1.0, 3.0]),
    ([-2.5, 0.1, 0.1, 1e-9, 40.0], [0.5, 0.0, 1e-12, 3.0, 1e12], [0.1, -2.5, 39.999999], [1.0, 2.0, 1e12]),
    ([1e15, 1e15 + 1, 1e15 + 2], [1.0, 2.0, 3.0], [1e15, 1e15 + 1, 1e15 + 2], [1.0, 2.0, 3.0000001]),
    ([0.25, 0.5, 0.75, 1.0, 1.25, 1.5], [1.0] * 6, [0.26, 0.5, 0.74, 1.0, 1.25, 1.5], [1.0] * 6),
]
SIGMA = 0.75


def smoothed(x, y, how):
    """Shares of the cells in use under a smoothing."""
    used = [k for k in range(len(x)) if x[k] or y[k]]
    sides = []
    for counts in (x, y):
        total, cells = mpf(sum(counts)), len(used)
        add = {"jeffreys": mpf(1) / 2, "laplace": mpf(1)}.get(how, mpf(0))
        shares = [(counts[k] + add) / (total + add * cells) for k in used]
        if how == "floor":
            smallest = min(s for s in shares if s > 0)
            floor = smallest / 10**6 if smallest <= mpf(1e-4) else mpf(1e-4)
            shares = [s if s > 0 else floor for s in shares]
        if how == "smallest":
            shares = [s if s > 0 else mpf(2) ** -1022 for s in shares]
        if how == "add":
            shares = [s + mpf(1e-5) for s in shares]
        sides.append(shares)
    return list(zip(*sides))


def xlog(p, ratio_of, q):
    """p ln(ratio_of / q), 0 ln 0 = 0."""
    return mpf(0) if p == 0 else inf if q == 0 else p * ln(ratio_of / q)


def psi(shares):
    return sum(xlog(p, p, q) + xlog(q, q, p) for p, q in shares)


def kl(shares):
    return sum(xlog(p, p, q) for p, q in shares)


def divergences(x, y):
    plain = smoothed(x, y, "none")
    overlap = sum(sqrt(p * q) for p, q in plain)
    values = [psi(smoothed(x, y, how)) for how in
              ("none", "jeffreys", "laplace", "smallest", "floor", "add")]
    values += [kl(smoothed(x, y, how)) for how in ("none", "jeffreys", "laplace", "floor", "add")]
    values.append(sum(xlog(p, p, (p + q) / 2) + xlog(q, q, (p + q) / 2) for p, q in plain) / 2)
    values.append(sqrt(sum((sqrt(p) - sqrt(q)) ** 2 for p, q in plain) / 2))
    values.append(sum(abs(p - q) for p, q in plain) / 2)
    values.append(-ln(overlap) if overlap > 0 else inf)
    values.append(max(abs(p - q) for p, q in plain))
    values.append(sum(min(p, q) for p, q in plain))
    return values


def between(x, u, y, v):
    """Areas between the distribution functions: of |F - G| and of its square."""
    points = sorted(set(x) | set(y))
    first = second = mpf(0)
    for low, high in zip(points, points[1:]):
        f = sum(mpf(w) for a, w in zip(x, u) if a <= low) / sum(map(mpf, u))
        g = sum(mpf(w) for a, w in zip(y, v) if a <= low) / sum(map(mpf, v))
        first += abs(f - g) * (mpf(high) - mpf(low))
        second += (f - g) ** 2 * (mpf(high) - mpf(low))
    return first, sqrt(2 * second)


def mmd(x, y, unbiased):
    def mean(a, b, apart):
        pairs = [(i, j) for i in range(len(a)) for j in range(len(b)) if not apart or i != j]
        kernel = [exp(-((mpf(a[i]) - mpf(b[j])) / mpf(SIGMA)) ** 2 / 2) for i, j in pairs]
        return sum(kernel) / len(pairs)

    return mean(x, x, unbiased) + mean(y, y, unbiased) - 2 * mean(x, y, False)


def number(value):
    """Values below what 50 digits can tell from 0 are 0."""
    return "INFINITY" if value == inf else mp.nstr(value if abs(value) > mpf(10) ** -45 else mpf(0), 20)


def row(lists, values):
    parts = ["{" + ", ".join(map(repr, part)) + "}" for part in lists]
    return ("    {" + ", ".join([str(len(lists[0])), str(len(lists[-1]))] + parts) + ",\n     {" +
            ",\n      ".join(map(number, values)) + "}},")


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    lines = ["/* SPDX-License-Identifier: Apache-2.0",
             " *",
             " * distances.h: reference values to 20 digits; tools/make_golden_distances.py made them.",
             " */",
             "#ifndef DRIFT_TESTS_GOLDEN_DISTANCES_H",
             "#define DRIFT_TESTS_GOLDEN_DISTANCES_H",
             "",
             "#include <math.h>",
             "#include <stddef.h>",
             "#include <stdint.h>",
             "",
             "/* clang-format off */",
             "/* PSI by smoothing none, jeffreys, laplace, smallest, floor, add; KL by none, jeffreys,",
             " * laplace, floor, add; JS, Hellinger, total variation, Bhattacharyya, L-infinity, intersection */",
             "typedef struct golden_divergences {",
             "    size_t n, m;",
             "    uint64_t reference[8], current[8];",
             "    double values[17];",
             "} golden_divergences;",
             "static const golden_divergences golden_of_counts[] = {"]
    lines += [row((x, y), divergences(x, y)) for x, y in COUNTS]
    lines += ["};",
              f"/* Wasserstein, energy; squared MMD of the values alone at sigma {SIGMA}: all pairs, unbiased */",
              f"static const double golden_sigma = {SIGMA};",
              "typedef struct golden_samples {",
              "    size_t n, m;",
              "    double reference[8], reference_weights[8], current[8], current_weights[8];",
              "    double values[4];",
              "} golden_samples;",
              "static const golden_samples golden_of_samples[] = {"]
    lines += [row((x, u, y, v), [*between(x, u, y, v), mmd(x, y, False), mmd(x, y, True)])
              for x, u, y, v in SAMPLES]
    lines += ["};", "/* clang-format on */", "", "#endif", ""]
    path = root / "tests" / "golden" / "distances.h"
    path.write_text("\n".join(lines))
    print(path.relative_to(root))


if __name__ == "__main__":
    main()
