# SPDX-License-Identifier: Apache-2.0
"""Tests of two samples of ordered data; functions of libdrift.stats.

Each takes samples or, named ``_counts``, the counts of both in the same ordered cells, every cell a
block of ties. p-values assume independent rows.
"""
from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ._arguments import TestResult, alternative_number, choice, counts, pair, weighted
from ._ffi import DriftError, lib
from ._sketches import doubles

_METHODS = ("auto", "exact", "asymptotic", "continuous")


def _method(name: str) -> int:
    return choice(name, _METHODS, "method")


def _of_samples(function: Any, x: Any, y: Any, *options: Any) -> TestResult:
    a, n, _a = doubles(x)
    b, m, _b = doubles(y)
    return TestResult(*pair(function, a, n, b, m, *options))


def _of_counts(function: Any, reference: Any, current: Any, *options: Any) -> TestResult:
    return TestResult(*pair(function, *counts(reference, current), *options))


def ks_2samp(data1: Any, data2: Any, alternative: str = "two-sided", method: str = "auto",
             weights1: Any = None, weights2: Any = None) -> TestResult:
    """Two-sample Kolmogorov-Smirnov test: max abs(F - G) (Smirnov 1939).

    ``greater`` takes max(F - G), ``less`` max(G - F), F of data1, as SciPy. ``exact`` counts lattice paths
    with the ties as they are (Schroer & Trenkler 1995), ``auto`` does so up to 10^6 pairs; ``continuous`` ignores
    ties, as SciPy's exact; ``asymptotic`` is Stephens' limit law, one-sided Hodges' (1958, eq. 5.3),
    conservative with ties. With weights: two-sided, limit law at the sizes (sum w)^2 / sum w^2.
    """
    if weights1 is None and weights2 is None:
        return _of_samples(lib.drift_ks_2samp, data1, data2, alternative_number(alternative),
                           _method(method))
    if alternative != "two-sided" or method not in ("auto", "asymptotic"):
        raise DriftError("weighted samples have a two-sided, asymptotic test only", -1)
    x, u, n, _x = weighted(data1, weights1)
    y, v, m, _y = weighted(data2, weights2)
    return TestResult(*pair(lib.drift_ks_2samp_weighted, x, u, n, y, v, m))


def ks_2samp_counts(reference: Iterable[int], current: Iterable[int],
                    alternative: str = "two-sided", method: str = "auto") -> TestResult:
    """ks_2samp of counts in ordered cells."""
    return _of_counts(lib.drift_ks_2samp_counts, reference, current, alternative_number(alternative),
                      _method(method))


def kuiper_2samp(data1: Any, data2: Any) -> TestResult:
    """Kuiper's (1960) test: max(F - G) + max(G - F); Stephens' (1970) limit law.

    Sees changes in the tails as well as in the middle; conservative with ties.
    """
    return _of_samples(lib.drift_kuiper_2samp, data1, data2)


def kuiper_2samp_counts(reference: Iterable[int], current: Iterable[int]) -> TestResult:
    """kuiper_2samp of counts in ordered cells."""
    return _of_counts(lib.drift_kuiper_2samp_counts, reference, current)
