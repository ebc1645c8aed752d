# SPDX-License-Identifier: Apache-2.0
"""Tests of two samples of ordered data; functions of libdrift.stats.

Each takes samples or, named ``_counts``, the counts of both in the same ordered cells, every cell a
block of ties. p-values assume independent rows.
"""
from __future__ import annotations

from collections.abc import Iterable, Sequence
from ctypes import c_size_t, c_void_p

from ._arguments import (TestResult, alternative_number, choice, counts, doubles, pair, single,
                         weighted)
from ._distances import permutation_test
from ._ffi import Any, DriftError, lib

_METHODS = ("auto", "exact", "asymptotic", "continuous")
_ANDERSON_METHODS = ("table", "asymptotic")


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


def cramervonmises_2samp(x: Any, y: Any, method: str = "auto") -> TestResult:
    """Cramer-von Mises test: n m / (n + m)^2 times the sum of (F - G)^2 over the pooled values (Anderson 1962).

    Where both samples share values F and G run straight through the block; SciPy's midrank form equals this without
    ties. ``exact``: all assignments given the ties; ``auto``: that up to 20 a side and where it is quick; ``asymptotic``: limit
    law at Anderson's moments, conservative with ties.
    """
    return _of_samples(lib.drift_cramer_von_mises_2samp, x, y, _method(method))


def cramervonmises_2samp_counts(reference: Iterable[int], current: Iterable[int],
                                method: str = "auto") -> TestResult:
    """cramervonmises_2samp of counts in ordered cells."""
    return _of_counts(lib.drift_cramer_von_mises_2samp_counts, reference, current, _method(method))


def _anderson(result: tuple[float, float], k: int, method: str) -> TestResult:
    if choice(method, _ANDERSON_METHODS, "method") == 0:
        return TestResult(*result)
    if k != 2:
        raise DriftError("the limit law is that of two samples", -1)
    return TestResult(result[0], single(lib.drift_anderson_2samp_p_value, result[0]))


def anderson_ksamp(samples: Sequence[Any], midrank: bool = True,
                   method: str = "table") -> TestResult:
    """Anderson-Darling test of k samples, standardised (Scholz & Stephens 1987).

    ``table``: p interpolated in their table 2, between .001 ("at most") and .25 ("at least"), as SciPy;
    ``asymptotic``: limit law at every size, two samples only. Assumes a continuous law.
    """
    held = [doubles(sample) for sample in samples]
    k = len(held)
    pointers = (c_void_p * max(1, k))(*[address for address, _, _ in held])
    sizes = (c_size_t * max(1, k))(*[n for _, n, _ in held])
    return _anderson(pair(lib.drift_anderson_ksamp, pointers, sizes, k, int(midrank)), k, method)


def anderson_2samp_counts(reference: Iterable[int], current: Iterable[int], midrank: bool = True,
                          method: str = "table") -> TestResult:
    """anderson_ksamp of two samples' counts in ordered cells."""
    return _anderson(pair(lib.drift_anderson_2samp_counts, *counts(reference, current),
                          int(midrank)), 2, method)


def mannwhitneyu(x: Any, y: Any, use_continuity: bool = True, alternative: str = "two-sided",
                 method: str = "auto") -> TestResult:
    """Mann & Whitney's (1947) test; U counts the pairs in which x is larger, ties half.

    ``greater``: x tends to larger values. ``exact``: all assignments given the ties, ``auto``: that up to
    about 50 a side; ``continuous``: ties ignored, as SciPy's exact (which rounds a half-whole U); ``asymptotic``: normal, variance given the ties.
    """
    return _of_samples(lib.drift_mann_whitney, x, y, alternative_number(alternative),
                       _method(method), int(use_continuity))


def mannwhitneyu_counts(reference: Iterable[int], current: Iterable[int],
                        use_continuity: bool = True, alternative: str = "two-sided",
                        method: str = "auto") -> TestResult:
    """mannwhitneyu of counts in ordered cells."""
    return _of_counts(lib.drift_mann_whitney_counts, reference, current,
                      alternative_number(alternative), _method(method), int(use_continuity))


def ansari(x: Any, y: Any, alternative: str = "two-sided", method: str = "auto") -> TestResult:
    """Ansari & Bradley's (1960) test of scale; the sum over x of midranks counted from the nearer end.

    ``greater``: x is wider. Assumes equal medians. Methods as mannwhitneyu.
    """
    return _of_samples(lib.drift_ansari_bradley, x, y, alternative_number(alternative),
                       _method(method))


def ansari_counts(reference: Iterable[int], current: Iterable[int],
                  alternative: str = "two-sided", method: str = "auto") -> TestResult:
    """ansari of counts in ordered cells."""
    return _of_counts(lib.drift_ansari_bradley_counts, reference, current,
                      alternative_number(alternative), _method(method))


def _bws_statistic(x: Any, y: Any) -> float:
    return _of_samples(lib.drift_bws, x, y).statistic


def bws_test(x: Any, y: Any, method: str = "asymptotic", n_resamples: int = 9999,
             seed: int = 0) -> TestResult:
    """Baumgartner, Weiss & Schindler's (1998) two-sided test of squared, weighted rank deviations.

    ``asymptotic``: their limit law, that of Anderson and Darling, conservative with ties; ``permutation``:
    ``n_resamples`` random assignments.
    """
    if choice(method, ("asymptotic", "permutation"), "method") == 0:
        return _of_samples(lib.drift_bws, x, y)
    return permutation_test((x, y), _bws_statistic, n_resamples, alternative="greater", seed=seed)


def bws_test_counts(reference: Iterable[int], current: Iterable[int]) -> TestResult:
    """bws_test of counts in ordered cells, limit law."""
    return _of_counts(lib.drift_bws_counts, reference, current)


def epps_singleton_2samp(x: Any, y: Any) -> TestResult:
    """Epps & Singleton's (1986) test of empirical characteristic functions at .4 and .8.

    Chi-square with the rank of the covariance as degrees of freedom; holds for discrete data too. Five values a side
    at least, and an interquartile range above 0.
    """
    return _of_samples(lib.drift_epps_singleton, x, y)
