# SPDX-License-Identifier: Apache-2.0
"""Distances and tests, with SciPy's names and argument order where SciPy has the function.

Functions of *counts* take two sequences of whole numbers, one per cell, of equal length. Functions of
*samples* take two sequences or arrays of numbers. What does not exist raises DriftError.
"""
from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from ctypes import c_double, c_uint64
from typing import Any, NamedTuple

from ._ffi import DriftError, byref, check, lib
from ._sketches import doubles


class TestResult(NamedTuple):
    """Statistic and p-value of a test."""

    statistic: float
    pvalue: float


class ChiSquareResult(NamedTuple):
    """Statistic, p-value and degrees of freedom of a test."""

    statistic: float
    pvalue: float
    dof: int


def _whole(values: Iterable[Any]) -> list[int]:
    made = []
    for value in values:
        if not 0 <= value < 1 << 64 or int(value) != value:
            raise DriftError(f"a count is a whole number from 0 to 2^64 - 1, not {value!r}", -1)
        made.append(int(value))
    return made


def _choice(name: str, choices: Sequence[str], what: str) -> int:
    if name not in choices:
        raise DriftError(f"{what} is {', '.join(choices)}, not {name!r}", -1)
    return choices.index(name)


def _counts(reference: Iterable[int], current: Iterable[int]) -> tuple[Any, Any, int]:
    a, b = _whole(reference), _whole(current)
    if len(a) != len(b):
        raise DriftError(f"the counts have different lengths, {len(a)} and {len(b)}", -1)
    n = max(1, len(a))
    return (c_uint64 * n)(*a), (c_uint64 * n)(*b), len(a)


def _distance(function: Any, reference: Any, current: Any, *arguments: Any) -> float:
    a, b, n = _counts(reference, current)
    out = c_double()
    check(function(a, b, n, *arguments, byref(out)))
    return out.value


_SMOOTHING = ("none", "jeffreys")
_CORRECTIONS = ("holm", "bonferroni", "bh", "by", "none")


def psi(reference: Iterable[int], current: Iterable[int], smoothing: str = "jeffreys") -> float:
    """Population stability index of counts, sum (p - q) ln(p / q), nats."""
    return _distance(lib.drift_psi, reference, current, _choice(smoothing, _SMOOTHING, "smoothing"))


def psi_debiased(reference: Iterable[int], current: Iterable[int]) -> float:
    """PSI less its expectation when nothing changed; may be negative."""
    return _distance(lib.drift_psi_debiased, reference, current)


def kl(reference: Iterable[int], current: Iterable[int], smoothing: str = "jeffreys") -> float:
    """Kullback-Leibler divergence of counts, sum p ln(p / q), nats."""
    return _distance(lib.drift_kl, reference, current, _choice(smoothing, _SMOOTHING, "smoothing"))


def js(reference: Iterable[int], current: Iterable[int]) -> float:
    """Jensen-Shannon divergence of counts, nats, 0 .. ln 2."""
    return _distance(lib.drift_js, reference, current)


def jensenshannon(p: Iterable[int], q: Iterable[int], base: float | None = None) -> float:
    """Jensen-Shannon *distance* of counts, as scipy.spatial.distance.jensenshannon."""
    divergence = js(p, q)
    return math.sqrt(divergence / math.log(base) if base is not None else divergence)


def hellinger(reference: Iterable[int], current: Iterable[int]) -> float:
    """Hellinger distance of counts, 0 .. 1."""
    return _distance(lib.drift_hellinger, reference, current)


def total_variation(reference: Iterable[int], current: Iterable[int]) -> float:
    """Total variation of counts, 0 .. 1."""
    return _distance(lib.drift_total_variation, reference, current)


def _homogeneity(function: Any, reference: Any, current: Any) -> ChiSquareResult:
    a, b, n = _counts(reference, current)
    statistic, df, p = c_double(), c_double(), c_double()
    check(function(a, b, n, byref(statistic), byref(df), byref(p)))
    return ChiSquareResult(statistic.value, p.value, int(df.value))


def chi_square(reference: Iterable[int], current: Iterable[int]) -> ChiSquareResult:
    """Chi-square test of homogeneity of counts (chi2_contingency, correction=False)."""
    return _homogeneity(lib.drift_chi_square, reference, current)


def g_test(reference: Iterable[int], current: Iterable[int]) -> ChiSquareResult:
    """Likelihood-ratio test of homogeneity of counts."""
    return _homogeneity(lib.drift_g_test, reference, current)


def lepage(reference: Iterable[int], current: Iterable[int]) -> TestResult:
    """Lepage's test of location and scale from counts in ordered cells."""
    a, b, n = _counts(reference, current)
    statistic, p = c_double(), c_double()
    check(lib.drift_lepage(a, b, n, byref(statistic), byref(p)))
    return TestResult(statistic.value, p.value)


def fisher_exact(table: Sequence[Sequence[int]]) -> TestResult:
    """Fisher's exact test of a 2 x 2 table, two-sided; the statistic is the sample odds ratio."""
    rows = [_whole(row) for row in table]
    if [len(row) for row in rows] != [2, 2]:
        raise DriftError("the table has two rows of two counts", -1)
    (a, b), (c, d) = rows
    p = c_double()
    check(lib.drift_fisher_exact(a, b, c, d, byref(p)))
    odds = a * d / (b * c) if b * c else (math.inf if a * d else math.nan)
    return TestResult(odds, p.value)


def ks_2samp(data1: Any, data2: Any) -> TestResult:
    """Two-sample Kolmogorov-Smirnov test of samples; exact with ties up to 10^6 pairs."""
    x, n, _x = doubles(data1)
    y, m, _y = doubles(data2)
    statistic, p = c_double(), c_double()
    check(lib.drift_ks_2samp(x, n, y, m, byref(statistic), byref(p)))
    return TestResult(statistic.value, p.value)


def wasserstein_distance(u_values: Any, v_values: Any) -> float:
    """Exact Wasserstein-1 distance of samples, in their unit."""
    x, n, _x = doubles(u_values)
    y, m, _y = doubles(v_values)
    out = c_double()
    check(lib.drift_wasserstein(x, n, y, m, byref(out)))
    return out.value


wasserstein = wasserstein_distance


def adjust_p_values(p_values: Any, correction: str = "holm", weights: Any = None) -> list[float]:
    """Adjusted p-values: holm, bonferroni, bh, by or none; ``weights`` share the level unequally."""
    number = _choice(correction, _CORRECTIONS, "correction")
    x, n, _x = doubles(p_values)
    w, m, _w = doubles(weights) if weights is not None else (None, n, None)
    if m != n:
        raise DriftError(f"{n} p-values have {m} weights", -1)
    out = (c_double * max(1, n))()
    check(lib.drift_adjust_p_values_weighted(x, w, n, number, out))
    return list(out)[:n]
