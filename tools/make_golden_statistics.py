#!/usr/bin/env python3
"""Write tests/golden/statistics.h: reference values of the laws and tests, 50 digits inside.

Needs mpmath (pip install mpmath). Run from anywhere; prints where it wrote.
"""
import pathlib

from mpmath import mp, mpf, exp, gammainc, erfc, ln, loggamma, quad, sqrt

mp.dps = 50


def chi_square_tail(x, df):
    """Beyond a million degrees of freedom the incomplete gamma function is integrated."""
    a, half = mpf(df) / 2, mpf(x) / 2
    if a < 1000000:
        return gammainc(a, half, mp.inf, regularized=True)
    width = sqrt(a)
    top = (a - 1) * ln(a) - a - loggamma(a)

    def density(t):
        point = half + width * t
        return exp((a - 1) * ln(point) - point - loggamma(a) - top) * width

    # In units of its first value: the integrator stops at an absolute error.
    first = density(mpf(0))
    whole = quad(lambda t: density(t) / first, [mpf(k) / 4 for k in range(0, 161)])
    return whole * first * exp(top)


def central_cdf(a, half):
    return gammainc(a, 0, half, regularized=True)


def noncentral_cdf(x, df, lam):
    a, half, mean = mpf(df) / 2, mpf(x) / 2, mpf(lam) / 2
    product = mean * half
    peak = 2 * product / (a + sqrt(a * a + 4 * product))
    middle = int(min(peak, mean))
    reach = int(14 * sqrt(middle)) + 80
    top = middle + reach
    lower = central_cdf(a + top, half)
    step = exp((a + top) * ln(half) - half - loggamma(a + top + 1))
    weight = exp(top * ln(mean) - mean - loggamma(mpf(top) + 1))
    total = weight * lower
    for j in range(top, max(0, middle - reach - 20), -1):
        step *= (a + j) / half
        lower += step
        weight *= j / mean
        total += weight * lower
    return total


def fisher(a, b, c, d):
    """Two-sided, SciPy's rule; tables summed outward while they matter."""
    row, column, whole = a + b, a + c, a + b + c + d

    def log_probability(x):
        def choose(n, k):
            return loggamma(mpf(n) + 1) - loggamma(mpf(k) + 1) - loggamma(mpf(n - k) + 1)
        return choose(row, x) + choose(whole - row, column - x) - choose(whole, column)

    def ratio(x):
        return mpf((row - x) * (column - x)) / ((x + 1) * (whole - row - column + x + 1))

    least, most = max(0, row + column - whole), min(row, column)
    mode = min(max((row + 1) * (column + 1) // (whole + 2), least), most)
    here = log_probability(a)
    limit = here + ln(1 + mpf("1e-7"))
    if log_probability(mode) <= limit:
        return mpf(1)

    def tail(x, up):
        term = total = exp(log_probability(x))
        while (x < most) if up else (x > least):
            term = term * ratio(x) if up else term / ratio(x - 1)
            x += 1 if up else -1
            total += term
            if term < total * mpf("1e-30"):
                break
        return total

    up = a > mode
    total = tail(a, up)
    inside, outside = mode, (least - 1 if up else most + 1)
    while abs(outside - inside) > 1:
        middle = (inside + outside) // 2
        if log_probability(middle) <= limit:
            outside = middle
        else:
            inside = middle
    if least <= outside <= most:
        total += tail(outside, not up)
    return total


CHI_SQUARE = [(3.84, 1), (1, 1), (1e-8, 2), (10, 10), (1000, 3), (1370, 1), (1400, 20), (1200, 1000),
              (500, 1000), (1e-300, 1), (1e-5, 0.01), (1, 1e-8), (0.5, 1e-30),
              (2.5, 0.9), (30, 0.5), (100000, 100000), (116000, 100000), (1999000, 2000000),
              (2070000, 2000000), (2000010, 2000010), (1e9, 1e9), (1000300000.0, 1e9), (1e12, 1e12),
              (1000040000000.0, 1e12), (999990000000.0, 1e12), (1000000300000000.0, 1e15)]
NORMAL = [-40, -5, -1, 0, 1e-9, 0.5, 1.96, 5, 8.2, 20, 37]
NONCENTRAL = [(10, 3, 5), (50, 15, 1), (5, 2, 300), (100, 15, 1000), (1e-50, 2, 1), (1e-100, 3, 40),
              (1000, 9, 2500), (1500, 1, 1000), (10000, 15, 10000), (9000, 15, 10000),
              (1000000, 15, 1000000), (990000, 63, 1000000), (930000, 5, 1000000),
              (1008000, 15, 1000000), (3, 0.5, 0.001), (2000, 4000, 3)]
FISHER = [(8, 2, 1, 5), (30, 10, 10, 20), (100, 0, 0, 100), (3, 1, 1, 3), (0, 1000, 12, 990),
          (7, 999999999993, 40, 999999999960), (1000, 10**12, 1300, 10**12),
          (500000, 10**12 - 500000, 520000, 10**12 - 520000),
          (10**6, 10**6, 10**6 + 11000, 10**6 - 11000), (800, 200, 150, 1200),
          (10**9, 10**9, 10**9 + 300000, 10**9 - 300000), (420, 0, 3, 420),
          (10**12, 10**12, 10**12 + 20000000, 10**12 - 20000000)]


def row(values, result):
    cells = ", ".join(repr(v) if isinstance(v, float) else str(v) for v in values)
    return "    {" + cells + ", " + mp.nstr(result, 20) + "},"


def table(kind, name, width, rows):
    out = [f"static const {kind} {name}[] = {{"] if width is None else \
          [f"static const {kind} {name}[][{width}] = {{"]
    return out + rows + ["};"]


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    lines = ["/* SPDX-License-Identifier: Apache-2.0",
             " *",
             " * statistics.h: reference values to 20 digits; tools/make_golden_statistics.py made them.",
             " */",
             "#ifndef DRIFT_TESTS_GOLDEN_STATISTICS_H",
             "#define DRIFT_TESTS_GOLDEN_STATISTICS_H",
             "",
             "#include <stdint.h>",
             "",
             "/* clang-format off */",
             "/* x, degrees of freedom, upper tail */"]
    lines += table("double", "golden_chi_square", 3,
                   [row(c, chi_square_tail(*c)) for c in CHI_SQUARE])
    lines += ["/* z, upper tail */"]
    lines += table("double", "golden_normal", 2,
                   [row((z,), erfc(mpf(z) / sqrt(mpf(2))) / 2) for z in NORMAL])
    lines += ["/* x, degrees of freedom, noncentrality, lower tail */"]
    lines += table("double", "golden_noncentral", 4,
                   [row(c, noncentral_cdf(*c)) for c in NONCENTRAL])
    lines += ["typedef struct golden_table {", "    uint64_t a, b, c, d;", "    double p_value;",
              "} golden_table;"]
    lines += table("golden_table", "golden_fisher", None, [row(c, fisher(*c)) for c in FISHER])
    lines += ["/* clang-format on */", "", "#endif", ""]
    path = root / "tests" / "golden" / "statistics.h"
    path.write_text("\n".join(lines))
    print(path.relative_to(root))


if __name__ == "__main__":
    main()
