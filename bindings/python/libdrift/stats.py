# SPDX-License-Identifier: Apache-2.0
"""Distances and tests, with SciPy's names and argument order where SciPy has the function.

*Counts* are two sequences of whole numbers, one per cell, of equal length. *Samples* are two
sequences or arrays of numbers. Names that end in ``_counts`` take counts in ordered cells where the
plain name takes samples. What does not exist raises DriftError.
"""
from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from ctypes import c_double

from ._arguments import (ChiSquareResult, Interval, TestResult, alternative_number, choice, counts,
                         doubles, pair, single, triple, whole)
from ._distances import (association, bhattacharyya, bin_edges, bin_values, divergence_interval,
                         energy, energy_distance, hellinger, histogram_intersection, jensenshannon,
                         js, kl, ks_interval, l_infinity, mmd, permutation_test, psi, psi_debiased,
                         robust_l_infinity, total_variation, wasserstein, wasserstein_distance,
                         wasserstein_interval)
from ._ffi import Any, DriftError, check, lib, real
from ._rank_tests import (anderson_2samp_counts, anderson_ksamp, ansari, ansari_counts, bws_test,
                          bws_test_counts, cramervonmises_2samp, cramervonmises_2samp_counts,
                          epps_singleton_2samp, ks_2samp, ks_2samp_counts, kuiper_2samp,
                          kuiper_2samp_counts, mannwhitneyu, mannwhitneyu_counts)

__all__ = [
    # divergences of counts, shares or samples
    "psi", "psi_debiased", "kl", "js", "jensenshannon", "hellinger", "total_variation",
    "bhattacharyya", "l_infinity", "robust_l_infinity", "histogram_intersection", "association",
    "divergence_interval", "bin_edges", "bin_values",
    # distances of samples
    "wasserstein", "wasserstein_distance", "wasserstein_interval", "energy", "energy_distance", "mmd",
    # tests of counts, rates and means
    "chi_square", "chi_square_fit", "g_test", "g_fit", "fisher_exact", "two_proportions_z",
    "rate_interval", "rate_difference_interval", "ttest_ind", "ttest_ind_from_stats",
    # tests of ordered data
    "ks_2samp", "ks_2samp_counts", "ks_interval", "kuiper_2samp", "kuiper_2samp_counts", "lepage",
    "cramervonmises_2samp", "cramervonmises_2samp_counts", "anderson_ksamp", "anderson_2samp_counts",
    "mannwhitneyu", "mannwhitneyu_counts", "ansari", "ansari_counts", "bws_test", "bws_test_counts",
    "epps_singleton_2samp",
    # for any of them
    "permutation_test", "adjust_p_values",
]
_CORRECTIONS = ("holm", "bonferroni", "bh", "by", "none")


def _homogeneity(function: Any, reference: Any, current: Any) -> ChiSquareResult:
    statistic, df, p = triple(function, *counts(reference, current))
    return ChiSquareResult(statistic, p, int(df))


def chi_square(reference: Iterable[int], current: Iterable[int],
               correction: bool = False) -> ChiSquareResult:
    """Chi-square test of homogeneity of counts; ``correction``: Yates', where two cells are in use.
    scipy.stats.chi2_contingency."""
    function = lib.drift_chi_square_yates if correction else lib.drift_chi_square
    return _homogeneity(function, reference, current)


def chi_square_fit(reference: Iterable[int], current: Iterable[int]) -> ChiSquareResult:
    """Goodness of fit of the current counts to the reference's shares, taken as exact: a convention of
    other tools, too small a p-value for two samples."""
    return _homogeneity(lib.drift_chi_square_fit, reference, current)


def g_test(reference: Iterable[int], current: Iterable[int],
           correction: str | None = None) -> ChiSquareResult:
    """Likelihood-ratio test of homogeneity of counts; ``correction="williams"`` for small samples."""
    if correction not in (None, "williams"):
        raise DriftError(f"correction is None or 'williams', not {correction!r}", -1)
    function = lib.drift_g_test_williams if correction else lib.drift_g_test
    return _homogeneity(function, reference, current)


def g_fit(reference: Iterable[int], current: Iterable[int]) -> ChiSquareResult:
    """Goodness of fit by the likelihood ratio; see ``chi_square_fit``."""
    return _homogeneity(lib.drift_g_fit, reference, current)


def lepage(reference: Iterable[int], current: Iterable[int]) -> TestResult:
    """Lepage's test of location and scale from counts in ordered cells."""
    return TestResult(*pair(lib.drift_lepage, *counts(reference, current)))


def fisher_exact(table: Sequence[Sequence[int]], alternative: str = "two-sided") -> TestResult:
    """Fisher's exact test of a 2 x 2 table; the statistic is the sample odds ratio."""
    rows = [whole(row) for row in table]
    if [len(row) for row in rows] != [2, 2]:
        raise DriftError("the table has two rows of two counts", -1)
    (a, b), (c, d) = rows
    p = single(lib.drift_fisher_exact, a, b, c, d, alternative_number(alternative))
    odds = a * d / (b * c) if b * c else (math.inf if a * d else math.nan)
    return TestResult(odds, p)


def two_proportions_z(count1: int, nobs1: int, count2: int, nobs2: int,
                      alternative: str = "two-sided") -> TestResult:
    """Test of two shares by the pooled normal approximation; z > 0 where the first is larger."""
    return TestResult(*pair(lib.drift_two_proportions_z, count1, nobs1, count2, nobs2,
                            alternative_number(alternative)))


def rate_interval(k: int, n: int, confidence_level: float = 0.95, method: str = "wilson") -> Interval:
    """Interval of a share k of n: "wilson", or "exact" (Clopper and Pearson)."""
    number = choice(method, ("wilson", "exact"), "method")
    return Interval(*pair(lib.drift_rate_interval, k, n, number, confidence_level))


def rate_difference_interval(k1: int, n1: int, k2: int, n2: int,
                             confidence_level: float = 0.95) -> Interval:
    """Interval of k2/n2 - k1/n1 (Newcombe)."""
    return Interval(*pair(lib.drift_rate_difference_interval, k1, n1, k2, n2, confidence_level))


def ttest_ind(a: Any, b: Any, equal_var: bool = True, alternative: str = "two-sided") -> TestResult:
    """Student's (``equal_var``) or Welch's t test of samples. scipy.stats.ttest_ind."""
    x, n, _x = doubles(a)
    y, m, _y = doubles(b)
    t, _df, p = triple(lib.drift_t_test, x, n, y, m, int(equal_var), alternative_number(alternative))
    return TestResult(t, p)


def ttest_ind_from_stats(mean1: float, std1: float, nobs1: int, mean2: float, std2: float, nobs2: int,
                         equal_var: bool = True, alternative: str = "two-sided") -> TestResult:
    """The same from means, standard deviations (divisor n - 1) and sizes."""
    if real(std1) < 0 or real(std2) < 0:
        raise DriftError("a standard deviation is not negative", -1)
    t, _df, p = triple(lib.drift_t_test_moments, mean1, std1 * std1, nobs1, mean2, std2 * std2, nobs2,
                       int(equal_var), alternative_number(alternative))
    return TestResult(t, p)


def adjust_p_values(p_values: Any, correction: str = "holm", weights: Any = None) -> list[float]:
    """Adjusted p-values: holm, bonferroni, bh, by or none; ``weights`` share the level unequally."""
    number = choice(correction, _CORRECTIONS, "correction")
    x, n, _x = doubles(p_values)
    w, m, _w = doubles(weights) if weights is not None else (None, n, None)
    if m != n:
        raise DriftError(f"{n} p-values have {m} weights", -1)
    out = (c_double * max(1, n))()
    check(lib.drift_adjust_p_values_weighted(x, w, n, number, out))
    return list(out)[:n]
