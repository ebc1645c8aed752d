#!/usr/bin/env python3
"""Write tests/golden/statistics.h (laws), nominal.h (tests of counts, shares and moments) and rising.h (rising factorials).

50 digits inside. `make_golden_statistics.py nominal` writes that one alone. Needs mpmath (pip install mpmath). Run from anywhere; prints where it wrote.
"""
import pathlib
import sys

import mpmath
from mpmath import erfc, erfinv, exp, gammainc, ln, loggamma, mp, mpf, pi, quad, sqrt

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


class Tables:
    """All tables with the margins of [[a, b], [c, d]], by their first cell."""

    def __init__(self, a, b, c, d):
        self.row, self.column, self.whole = a + b, a + c, a + b + c + d
        self.least, self.most = max(0, self.row + self.column - self.whole), min(self.row, self.column)
        mode = (self.row + 1) * (self.column + 1) // (self.whole + 2)
        self.mode = min(max(mode, self.least), self.most)

    def log_probability(self, x):
        def choose(n, k):
            return loggamma(mpf(n) + 1) - loggamma(mpf(k) + 1) - loggamma(mpf(n - k) + 1)
        return (choose(self.row, x) + choose(self.whole - self.row, self.column - x)
                - choose(self.whole, self.column))

    def ratio(self, x):
        return mpf((self.row - x) * (self.column - x)) / (
            (x + 1) * (self.whole - self.row - self.column + x + 1))

    def tail(self, x, up):
        """P(X >= x), or P(X <= x): terms while they matter."""
        term = total = exp(self.log_probability(x))
        while (x < self.most) if up else (x > self.least):
            term = term * self.ratio(x) if up else term / self.ratio(x - 1)
            x += 1 if up else -1
            total += term
            if term < total * mpf("1e-30"):
                break
        return total


def fisher(a, b, c, d):
    """Two-sided, SciPy's rule; tables summed outward while they matter."""
    t = Tables(a, b, c, d)
    limit = t.log_probability(a) + ln(1 + mpf("1e-7"))
    if t.log_probability(t.mode) <= limit:
        return mpf(1)
    up = a > t.mode
    total = t.tail(a, up)
    inside, outside = t.mode, (t.least - 1 if up else t.most + 1)
    while abs(outside - inside) > 1:
        middle = (inside + outside) // 2
        if t.log_probability(middle) <= limit:
            outside = middle
        else:
            inside = middle
    if t.least <= outside <= t.most:
        total += t.tail(outside, not up)
    return total


def fisher_one_sided(a, b, c, d):
    """P(X <= a) and P(X >= a), the smaller one summed."""
    t = Tables(a, b, c, d)
    up = a > t.mode
    outer = t.tail(a, up)
    inner = 1 - outer + exp(t.log_probability(a))
    return (inner, outer) if up else (outer, inner)


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


def statistics(root):
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
    write(root, "statistics.h", lines)


def normal_tail(z):
    return erfc(z / sqrt(mpf(2))) / 2


def student_tail(t, df):
    """P(T > t): the density integrated outward from |t|, in units of its value there."""
    t, df = mpf(t), mpf(df)
    half = (df + 1) / 2
    square = t * t / df
    if square > 1:
        # s = |t| / v brings the heavy tail to v^(df - 1) (...) on 0..1.
        scale = (1 + 1 / square) ** half
        total = quad(lambda v: v ** (df - 1) * scale / (1 + v * v / square) ** half,
                     mp.linspace(0, 1, 65)) * abs(t)
    else:
        width = 1 / ((df + 1) * abs(t) / (df + t * t) + 1)
        total = quad(lambda s: exp(-half * mp.log1p((2 * abs(t) * s + s * s) / (df + t * t))),
                     [width * k for k in range(0, 160, 2)] + [mp.inf])
    log_density = (loggamma(half) - loggamma(df / 2) - ln(df * pi) / 2
                   - half * mp.log1p(square))
    tail = exp(log_density) * total
    return tail if t >= 0 else 1 - tail


def beta_lower(a, b, x):
    """Regularised incomplete beta function by its continued fraction (DLMF 8.17.22)."""
    a, b, x = mpf(a), mpf(b), mpf(x)
    if x > (a + 1) / (a + b + 2):
        return 1 - beta_lower(b, a, 1 - x)
    c, d = mpf(1), 1 / (1 - (a + b) * x / (a + 1))
    h, m = d, 0
    while True:
        m += 1
        step = mpf(1)
        for part in (m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
                     -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))):
            d, c = 1 / (1 + part * d), 1 + part / c
            step *= d * c
        h *= step
        if abs(step - 1) < mpf("1e-40"):
            break
    log_factor = loggamma(a + b) - loggamma(a + 1) - loggamma(b) + a * ln(x) + b * mp.log1p(-x)
    return exp(log_factor) * h


def f_tail(f, above, below):
    """P(F > f)."""
    return beta_lower(mpf(below) / 2, mpf(above) / 2, below / (below + mpf(above) * f))


def beta_quantile(p, a, b):
    """Newton's method on ln I against ln x, from below."""
    a, b = mpf(a), mpf(b)
    x, mean = mpf(0), a / (a + b)
    u = ln(max(mean - 2 * sqrt(mean * (1 - mean) / (a + b)), mean / 50))
    for _ in range(60):
        x = exp(u)
        lower = beta_lower(a, b, x)
        density = exp(loggamma(a + b) - loggamma(a) - loggamma(b) + a * u + (b - 1) * mp.log1p(-x))
        step = (ln(p) - ln(lower)) * lower / density
        u = min(u + step, mpf("-1e-60"))
        if abs(step) < mpf("1e-24"):
            return exp(u)
    raise ArithmeticError((p, a, b))


def tests_of_counts(x, y):
    """chi-square, Yates, G, Williams, fit, G fit (each with p), then the four associations."""
    used = [(mpf(a), mpf(b)) for a, b in zip(x, y) if a or b]
    m, n = sum(a for a, _ in used), sum(b for _, b in used)
    whole, df = m + n, len(used) - 1

    def squares(correction):
        total = mpf(0)
        for a, b in used:
            for count, size in ((a, m), (b, n)):
                expected = (a + b) * size / whole
                apart = abs(count - expected)
                total += (apart - min(correction, apart)) ** 2 / expected
        return total

    def ratio(pairs):
        return 2 * sum(o * ln(o / e) for o, e in pairs if o)
    square = squares(mpf(0))
    g = ratio([(count, (a + b) * size / whole) for a, b in used for count, size in ((a, m), (b, n))])
    g_share = whole * (1 / m + 1 / n)
    q = 1 + (g_share - 1) * (whole * sum(1 / (a + b) for a, b in used) - 1) / (6 * whole * df)
    fits = [(b, a * n / m) for a, b in used]
    if all(e for _, e in fits):
        fit, g_fit = sum((o - e) ** 2 / e for o, e in fits), ratio(fits)
    else:
        fit = g_fit = mp.inf
    values = []
    for statistic in (square, squares(mpf(1) / 2) if df == 1 else square, g, g / q, fit, g_fit):
        statistic = mpf(0) if statistic < mpf("1e-40") else statistic
        values += [statistic, mpf(0) if statistic == mp.inf else gammainc(
            mpf(df) / 2, statistic / 2, mp.inf, regularized=True)]
    phi, columns = values[0] / whole, mpf(df + 1)
    corrected = max(mpf(0), phi - df / (whole - 1))
    smaller = min(2 - 1 / (whole - 1), columns - df * df / (whole - 1)) - 1
    return values + [sqrt(phi), sqrt(corrected / smaller), sqrt(phi / sqrt(mpf(df))),
                     sqrt(phi / (1 + phi))]


def t_test(mean1, variance1, n1, mean2, variance2, n2, equal):
    """t, df, two-sided p."""
    u, v = mpf(variance1) / n1, mpf(variance2) / n2
    if equal:
        df = mpf(n1 + n2 - 2)
        error = (mpf(variance1) * (n1 - 1) + mpf(variance2) * (n2 - 1)) / df * (mpf(1) / n1 + mpf(1) / n2)
    else:
        error = u + v
        df = error ** 2 / (u * u / (n1 - 1) + v * v / (n2 - 1))
    t = (mpf(mean1) - mpf(mean2)) / sqrt(error)
    return [t, df, 2 * student_tail(abs(t), df)]


def two_shares(k1, n1, k2, n2):
    """z and its upper tail."""
    pooled = mpf(k1 + k2) / (n1 + n2)
    z = (mpf(k1) / n1 - mpf(k2) / n2) / sqrt(pooled * (1 - pooled) * (mpf(1) / n1 + mpf(1) / n2))
    return [z, normal_tail(z)]


def wilson(k, n, level):
    z = sqrt(mpf(2)) * erfinv(mpf(level))
    half = z * sqrt(mpf(k) * (n - k) / n + z * z / 4)
    return [(k + z * z / 2 - half) / (n + z * z) if k else mpf(0),
            (k + z * z / 2 + half) / (n + z * z) if k < n else mpf(1)]


def share_intervals(k, n, level):
    """Wilson's, then Clopper and Pearson's."""
    tail = (1 - mpf(level)) / 2
    return wilson(k, n, level) + [beta_quantile(tail, k, n - k + 1) if k else mpf(0),
                                  1 - beta_quantile(tail, n - k, k + 1) if k < n else mpf(1)]


def newcombe(k1, n1, k2, n2, level):
    p, q = mpf(k1) / n1, mpf(k2) / n2
    first, second = wilson(k1, n1, level), wilson(k2, n2, level)
    return [q - p - mp.hypot(q - second[0], first[1] - p), q - p + mp.hypot(second[1] - q, p - first[0])]


TEN12 = 10**12
COUNTS = [((16, 18, 16, 14, 12, 12), (16, 16, 16, 16, 16, 8)), ((10, 90), (20, 80)), ((3, 5), (4, 4)),
          ((5, 0, 0), (0, 7, 2)), ((0, 5, 100, 0), (3, 0, 90, 0)), ((1, 2, 3), (3, 6, 9)),
          ((7, 9, 3), (7, 9, 3)), ((2, 0), (0, 3)), ((1000, 0, 0), (0, 1000, 0)),
          ((TEN12, TEN12), (TEN12 + 10, TEN12 - 10)), ((TEN12, 3, 1), (TEN12, 2, 2)),
          ((TEN12, TEN12), (TEN12 + 33 * 10**6, TEN12 - 33 * 10**6)),
          ((TEN12, 3 * 10**11, 7, 0), (1000300, 299800, 0, 0)),
          ((TEN12 // 10, TEN12 // 5, 3 * TEN12 // 10), (TEN12 * 3 // 10, TEN12 * 3 // 5, TEN12 * 9 // 10)),
          ((800, 150, 50, 1), (200, 600, 100, 9)), ((500000, 500000), (510500, 489500)),
          ((100, 200, 300, 400, 500, 600), (101, 202, 303, 404, 505, 607))]
ONE_SIDED = [(8, 2, 1, 5), (30, 10, 10, 20), (100, 0, 0, 100), (3, 1, 1, 3), (0, 1000, 12, 990),
             (7, 999999999993, 40, 999999999960), (1000, TEN12, 1300, TEN12), (800, 200, 150, 1200),
             (420, 0, 3, 420), (5, 5, 5, 5), (10**7, 10**7, 10**7 + 80000, 10**7 - 80000)]
STUDENT = [(0.0, 3), (1e-12, 5), (0.5, 1), (2.0, 1.5), (-1.5, 7.25), (6.0, 30), (5.999, 99), (3.5, 45),
           (12.0, 3), (1e6, 1), (1e250, 1), (1e40, 6), (1e100, 2.5), (40.0, 120), (60.0, 500),
           (33.0, 10000), (34.0, 100000), (33.7, 999999), (33.7, 1000001), (33.7, 1e8), (1.96, 1e9),
           (30.0, 1e12), (-4.0, 2e6), (0.001, 1e6), (1e-5, 0.25), (1e9, 0.25)]
F_RATIOS = [(1.0, 3, 3), (0.25, 1, 7.5), (4.0, 2, 10), (0.999, 63, 40.25), (1e-6, 4, 9), (1e6, 3, 12), (37.0, 15, 200),
            (3.0, 500, 700), (1.5, 15, 1e9), (80.0, 15, 1e9), (1.003, 1e6, 1e6), (1.05, 1e6, 1e6), (0.99999, 1e10, 3e10),
            (1.0003, 1e10, 3e10), (2.0, 1e7, 30)]
MOMENTS = [(0.5, 1.0, 30, 0.0, 1.5, 40), (10.0, 4.0, 12, 7.5, 25.0, 300), (1.0, 0.0, 5, 2.0, 3.0, 9),
           (1e-7, 1.0, TEN12, 0.0, 1.0, TEN12), (2.3e-5, 1.0, TEN12, 0.0, 1.1, TEN12),
           (1000000.0, 1e-6, 50, 1000000.0005, 1e-6, 60), (3.0, 1.0, 2, 3.0, 1.0, 2),
           (1.0, 1.0, 1000, 0.0, 1.0, 10**6), (5.0, 2.0, 400, 3.0, 2.0, 300)]
SHARES = [(2, 4, 2, 3), (10, 100, 20, 100), (0, 50, 9, 60), (TEN12, 2 * TEN12, TEN12 + 50, 2 * TEN12),
          (10**11, TEN12, 10**11 + 9 * 10**6, TEN12), (1, TEN12, 5, TEN12 - 3),
          (500000000001, TEN12, 499999999999, TEN12 + 1), (3, 9, 1, 3), (TEN12 - 4, TEN12, 990, 1000)]
INTERVALS = [(10, 100, 0.95), (0, 30, 0.95), (30, 30, 0.99), (1, 10**6, 0.95), (1, TEN12, 0.95),
             (5, TEN12, 0.999999), (TEN12 - 5, TEN12, 0.95), (499999, 10**6, 0.95), (3 * 10**9, 10**10, 0.99),
             (2, 3, 0.5), (123456, 654321, 0.999999999)]
DIFFERENCES = [(48, 80, 56, 70, 0.95), (3, 10, 9, 10, 0.95), (0, 10, 0, 20, 0.95), (10, 10, 0, 20, 0.95),
               (10**11, TEN12, 10**11 + 3 * 10**6, TEN12, 0.99), (5, TEN12, 9, TEN12, 0.95),
               (7, 7, 7, 7, 0.9)]


def number(value):
    if value == mp.inf:
        return "INFINITY"
    if isinstance(value, mpf):
        return mp.nstr(value if abs(value) > mpf("1e-300") else mpf(0), 20)
    return repr(value)


def structures(name, fields, cases):
    """A struct, an array of it and its values."""
    out = [f"typedef struct golden_{name} {{", *("    " + f + ";" for f in fields), f"}} golden_{name};",
           f"static const golden_{name} golden_{name}_cases[] = {{"]
    for case in cases:
        parts = []
        for part in case:
            listed = part if isinstance(part, (list, tuple)) else None
            parts.append(number(part) if listed is None else "{" + ", ".join(map(number, listed)) + "}")
        out.append("    {" + ", ".join(parts) + "},")
    return out + ["};"]


def nominal(root):
    lines = ["/* SPDX-License-Identifier: Apache-2.0",
             " *",
             " * nominal.h: tests of counts, shares and moments to 20 digits;",
             " * tools/make_golden_statistics.py made them.",
             " */",
             "#ifndef DRIFT_TESTS_GOLDEN_NOMINAL_H",
             "#define DRIFT_TESTS_GOLDEN_NOMINAL_H",
             "",
             "#include <math.h>",
             "#include <stddef.h>",
             "#include <stdint.h>",
             "",
             "/* clang-format off */",
             "/* chi-square, Yates, G, Williams, fit, G fit: statistic and p-value each */"]
    lines += structures("counts", ["size_t n", "uint64_t reference[6], current[6]", "double tests[12]",
                                   "double association[4]"],
                        [(len(x), x, y, v[:12], v[12:]) for x, y in COUNTS
                         for v in [tests_of_counts(x, y)]])
    lines += structures("one_sided", ["uint64_t a, b, c, d", "double less, greater"],
                        [(*c, *fisher_one_sided(*c)) for c in ONE_SIDED])
    lines += structures("student", ["double t, df, tail"], [(*c, student_tail(*c)) for c in STUDENT])
    lines += structures("f", ["double f, above, below, tail"], [(*c, f_tail(*c)) for c in F_RATIOS])
    lines += structures("moments", ["double mean1, variance1", "uint64_t n1", "double mean2, variance2",
                                    "uint64_t n2", "double equal[3], welch[3] /* t, df, p */"],
                        [(*c, t_test(*c, True), t_test(*c, False)) for c in MOMENTS])
    lines += structures("share", ["uint64_t k1, n1, k2, n2", "double z, upper"],
                        [(*c, *two_shares(*c)) for c in SHARES])
    lines += structures("interval", ["uint64_t k, n", "double level", "double wilson[2], exact[2]"],
                        [(*c, v[:2], v[2:]) for c in INTERVALS for v in [share_intervals(*c)]])
    lines += structures("difference", ["uint64_t k1, n1, k2, n2", "double level, low, high"],
                        [(*c, *newcombe(*c)) for c in DIFFERENCES])
    write(root, "nominal.h", lines)


# Factors of a rising factorial: few and many, far beyond each other, where both formulas meet.
RISING = [(0.5, 1), (0.5, 16), (0.5, 17), (0.001, 1000), (1, 30), (3.25, 400), (101, 17), (1e4, 100000), (1e9, 3), (1e9, 20),
          (1e9, 2 ** 20), (2.5, 2 ** 40), (0.5, 2 ** 52), (2.0 ** 52, 2 ** 52), (1e15, 17), (1e15, 1000000)]


def rising(root):
    lines = ["/* SPDX-License-Identifier: Apache-2.0", " *",
             " * rising.h: logarithms of rising factorials to 22 digits;",
             " * tools/make_golden_statistics.py made them.", " */",
             "#ifndef DRIFT_TESTS_GOLDEN_RISING_H", "#define DRIFT_TESTS_GOLDEN_RISING_H", "",
             "/* clang-format off */", "/* x, n, ln (x (x + 1) ... (x + n - 1)) */",
             "static const long double golden_rising[][3] = {"]
    for x, n in RISING:
        value = loggamma(mpf(x) + n) - loggamma(mpf(x))
        lines.append(f"    {{{mpmath.nstr(mpf(x), 20)}L, {n}.0L, {mpmath.nstr(value, 22)}L}},")
    write(root, "rising.h", lines + ["};"])


def write(root, name, lines):
    path = root / "tests" / "golden" / name
    path.write_text("\n".join(lines + ["/* clang-format on */", "", "#endif", ""]))
    print(path.relative_to(root))


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    makers = {"statistics": statistics, "nominal": nominal, "rising": rising}
    for name in sys.argv[1:] or makers:
        makers[name](root)


if __name__ == "__main__":
    main()
