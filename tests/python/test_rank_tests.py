# SPDX-License-Identifier: Apache-2.0
"""Tests of ordered data against SciPy, against all assignments counted one by one, and by counts."""
import itertools
import math
import warnings
from fractions import Fraction

import numpy as np
import pytest
import scipy.stats as scipy_stats

import libdrift
from libdrift import stats

ALTERNATIVES = ("two-sided", "less", "greater")


def close(value, wanted, tolerance=1e-10):
    assert abs(value - wanted) <= tolerance * abs(wanted) + 1e-300, (value, wanted)


def agree(result, wanted, tolerance=1e-10):
    close(result.statistic, wanted.statistic, tolerance)
    close(result.pvalue, wanted.pvalue, tolerance)


def samples(count, most=40):
    """Pairs without ties and the same values rounded to ties."""
    rng = np.random.default_rng(20260401)
    for _ in range(count):
        n, m = (int(k) for k in rng.integers(5, most, 2))
        x, y = rng.normal(size=n), rng.normal(size=m) * 1.3 + 0.5
        yield x, y, np.round(2 * x), np.round(2 * y)


def in_cells(x, y):
    values = np.union1d(x, y)
    return [(x == v).sum() for v in values], [(y == v).sum() for v in values]


@pytest.mark.parametrize("alternative", ALTERNATIVES)
def test_ks_like_scipy(alternative):
    for x, y, _, _ in samples(100):
        wanted = scipy_stats.ks_2samp(x, y, alternative=alternative, method="exact")
        agree(stats.ks_2samp(x, y, alternative, "exact"), wanted)
        agree(stats.ks_2samp(x, y, alternative, "continuous"), wanted)
        if alternative != "two-sided":
            wanted = scipy_stats.ks_2samp(x, y, alternative=alternative, method="asymp")
            agree(stats.ks_2samp(x, y, alternative, "asymptotic"), wanted)


def test_ks_keeps_its_digits_in_the_far_tail():
    x = np.arange(400.0)
    close(stats.ks_2samp(x, x + 400).pvalue, 2 / math.comb(800, 400))
    close(stats.ks_2samp(x, x + 400, "greater").pvalue, 1 / math.comb(800, 400))
    assert stats.ks_2samp(x, x + 400, "less").pvalue == 1


def test_weighted_ks():
    rng = np.random.default_rng(5)
    x, y = rng.normal(size=80), rng.normal(size=50) + 0.3
    plain = stats.ks_2samp(x, y, method="asymptotic")
    agree(stats.ks_2samp(x, y, weights1=np.full(80, 2.5)), plain, 1e-12)
    # Whole weights are repetitions as far as the distance goes; the sizes are effective ones.
    weights = rng.integers(1, 5, 80)
    result = stats.ks_2samp(x, y, weights1=weights)
    close(result.statistic, stats.ks_2samp(np.repeat(x, weights), y).statistic, 1e-12)
    assert result.pvalue > stats.ks_2samp(np.repeat(x, weights), y, method="asymptotic").pvalue
    assert stats.ks_2samp(x, x, weights1=weights, weights2=weights) == (0, 1)
    for bad in ([1.0], [-1.0] * 80, [math.nan] * 80, [0.0] * 80):
        with pytest.raises(libdrift.DriftError):
            stats.ks_2samp(x, y, weights1=bad)
    with pytest.raises(libdrift.DriftError):
        stats.ks_2samp(x, y, "less", weights1=weights)


def test_kuiper_by_hand():
    x, y = [1.0, 2.0, 9.0, 10.0], [4.0, 5.0, 6.0, 7.0]
    assert stats.kuiper_2samp(x, y).statistic == 1
    # STATISTICS: Q(1.747) = .05, Q(2.001) = .01 (Stephens 1970)
    root = math.sqrt(5000)
    for wanted, level in ((1.747, 0.0501), (2.001, 0.0100)):
        lam = math.ceil(wanted / (root + 0.155 + 0.24 / root) * 10000)
        p = stats.kuiper_2samp_counts([lam, 10000 - lam], [0, 10000]).pvalue
        assert abs(p - level) < 2e-4 + 0.02 * level


@pytest.mark.parametrize("alternative", ALTERNATIVES)
def test_mann_whitney_like_scipy(alternative):
    for k, (x, y, tied_x, tied_y) in enumerate(samples(60, 25)):
        for ours, theirs in (("asymptotic", "asymptotic"), ("exact", "exact"), ("continuous", "exact")):
            wanted = scipy_stats.mannwhitneyu(x, y, alternative=alternative, method=theirs)
            agree(stats.mannwhitneyu(x, y, True, alternative, ours), wanted)
        for continuity in (False, True):
            wanted = scipy_stats.mannwhitneyu(tied_x, tied_y, continuity, alternative,
                                              method="asymptotic")
            agree(stats.mannwhitneyu(tied_x, tied_y, continuity, alternative, "asymptotic"), wanted)


@pytest.mark.parametrize("alternative", ALTERNATIVES)
def test_ansari_like_scipy(alternative):
    # SciPy counts its exact law in single precision, and its mean with ties holds where no block lies across the middle.
    for x, y, _, _ in samples(60, 54):
        agree(stats.ansari(x, y, alternative), scipy_stats.ansari(x, y, alternative=alternative), 1e-6)
    rng = np.random.default_rng(7)
    x, y = rng.normal(size=70), 1.4 * rng.normal(size=61)
    agree(stats.ansari(x, y, alternative, "asymptotic"),
          scipy_stats.ansari(x, y, alternative=alternative))
    x = np.concatenate([x, x[:1], [-0.001]])  # a tie away from the middle, an odd number of values
    agree(stats.ansari(x, y, alternative, "asymptotic"),
          scipy_stats.ansari(x, y, alternative=alternative))


def test_cramer_von_mises_like_scipy():
    for x, y, _, _ in samples(60):
        wanted = scipy_stats.cramervonmises_2samp(x, y, method="asymptotic")
        result = stats.cramervonmises_2samp(x, y, "asymptotic")
        close(result.statistic, wanted.statistic)
        assert abs(result.pvalue - wanted.pvalue) <= 1e-10  # SciPy takes it from 1 - cdf
        if len(x) * len(y) <= 200:
            wanted = scipy_stats.cramervonmises_2samp(x, y, method="exact")
            agree(stats.cramervonmises_2samp(x, y, "exact"), wanted)
            agree(stats.cramervonmises_2samp(x, y, "continuous"), wanted)


@pytest.mark.parametrize("midrank", (True, False))
def test_anderson_like_scipy(midrank):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for x, y, tied_x, tied_y in samples(60):
            for group in ([x, y], [tied_x, tied_y], [x, tied_y, y, tied_x], [tied_x, tied_y, tied_x[:4]]):
                agree(stats.anderson_ksamp(group, midrank),
                      scipy_stats.anderson_ksamp(group, midrank=midrank), 1e-9)
    x, y = np.random.default_rng(3).normal(size=(2, 300))
    for shift in (0.1, 0.16, 0.2):
        pair = [x, y + shift]
        table, limit = stats.anderson_ksamp(pair), stats.anderson_ksamp(pair, method="asymptotic")
        assert abs(math.log(table.pvalue / limit.pvalue)) < 0.05
    with pytest.raises(libdrift.DriftError):
        stats.anderson_ksamp([x, y, x], method="asymptotic")


def test_bws_like_scipy():
    few = scipy_stats.PermutationMethod(n_resamples=2, rng=np.random.default_rng(1))
    for x, y, _, _ in samples(30):
        wanted = scipy_stats.bws_test(x, y, method=few).statistic
        close(stats.bws_test(x, y).statistic, wanted)
    x, y = np.random.default_rng(2).normal(size=(2, 40))
    limit, drawn = stats.bws_test(x, y + 0.4), stats.bws_test(x, y + 0.4, "permutation", 4999)
    assert abs(limit.pvalue - drawn.pvalue) < 0.02 and limit.statistic == drawn.statistic


def test_epps_singleton_like_scipy():
    for x, y, tied_x, tied_y in samples(60):
        agree(stats.epps_singleton_2samp(x, y), scipy_stats.epps_singleton_2samp(x, y), 1e-9)
        agree(stats.epps_singleton_2samp(tied_x, tied_y),
              scipy_stats.epps_singleton_2samp(tied_x, tied_y), 1e-7)


def assignments(x, y):
    pooled = np.concatenate([x, y])
    for chosen in itertools.combinations(range(len(pooled)), len(x)):
        mask = np.zeros(len(pooled), bool)
        mask[list(chosen)] = True
        yield pooled[mask], pooled[~mask]


@pytest.mark.parametrize("n, m", [(4, 6), (5, 5), (6, 3)])
def test_exact_laws_with_ties_count_all_assignments(n, m):
    rng = np.random.default_rng(n)
    for _ in range(3):
        x, y = rng.integers(0, 4, n).astype(float), rng.integers(1, 6, m).astype(float)
        every = list(assignments(x, y))
        for function in (stats.ks_2samp, stats.cramervonmises_2samp):
            here = function(x, y)
            hits = sum(function(a, b).statistic >= here.statistic * (1 - 1e-12) for a, b in every)
            close(here.pvalue, float(Fraction(hits, len(every))), 1e-12)
        for function, larger in ((stats.mannwhitneyu, "greater"), (stats.ansari, "less")):
            here = function(x, y).statistic
            values = [function(a, b, method="asymptotic").statistic for a, b in every]
            above = Fraction(sum(v >= here for v in values), len(every))
            below = Fraction(sum(v <= here for v in values), len(every))
            smaller = "less" if larger == "greater" else "greater"
            close(function(x, y, alternative=larger).pvalue, float(above), 1e-12)
            close(function(x, y, alternative=smaller).pvalue, float(below), 1e-12)
            close(function(x, y).pvalue, float(min(1, 2 * min(above, below))), 1e-12)


def test_counts_are_samples():
    for _, _, x, y in samples(40):
        a, b = in_cells(x, y)
        for name in ("ks_2samp", "kuiper_2samp", "cramervonmises_2samp", "mannwhitneyu", "ansari"):
            assert getattr(stats, name + "_counts")(a, b) == getattr(stats, name)(x, y)
        assert stats.bws_test_counts(a, b) == stats.bws_test(x, y)
        assert stats.anderson_2samp_counts(a, b) == stats.anderson_ksamp([x, y])


def test_order_of_samples_and_of_values():
    for _, _, x, y in samples(40):
        for name in ("ks_2samp", "kuiper_2samp", "cramervonmises_2samp", "mannwhitneyu", "ansari",
                     "bws_test", "epps_singleton_2samp"):
            function = getattr(stats, name)
            try:
                here = function(x, y)
            except libdrift.DriftError:
                continue  # no interquartile range
            close(function(y, x).pvalue, here.pvalue, 1e-9)
            if name != "bws_test":  # its i (n + m) / n does not turn round with the ranks
                close(function(-x, -y).pvalue, here.pvalue, 1e-9)


def test_identical_samples():
    x = np.random.default_rng(4).normal(size=60)
    for name in ("ks_2samp", "kuiper_2samp", "cramervonmises_2samp", "epps_singleton_2samp"):
        assert tuple(getattr(stats, name)(x, x)) == (0, 1)
    for name in ("mannwhitneyu", "ansari"):
        assert getattr(stats, name)(x, x).pvalue == 1
    for name in ("mannwhitneyu", "ansari", "ks_2samp", "kuiper_2samp", "cramervonmises_2samp"):
        assert getattr(stats, name)([3.0] * 5, [3.0] * 7).pvalue == 1
        assert getattr(stats, name)([3.0] * 500, [3.0] * 7).pvalue == 1


def test_large_counts():
    """Counts of 10^12 give what exact rational arithmetic gives."""
    x, y = [250000000123, 249999999877, 500000000000], [250000000000, 250000000100, 499999999900]
    n, m = sum(x), sum(y)
    f = list(itertools.accumulate(Fraction(a, n) for a in x))
    g = list(itertools.accumulate(Fraction(b, m) for b in y))
    d = [a - b for a, b in zip(f, g)]
    close(stats.ks_2samp_counts(x, y).statistic, float(max(map(abs, d))), 1e-15)
    close(stats.kuiper_2samp_counts(x, y).statistic, float(max(max(d), 0) + max(-min(d), 0)), 1e-14)
    steps = zip([Fraction(0)] + d, d, x, y)
    wanted = sum((a + b) * (p * p + p * q + q * q) / 3 for p, q, a, b in steps)
    close(stats.cramervonmises_2samp_counts(x, y).statistic,
          float(wanted * n * m / (n + m) ** 2), 1e-12)
    u = sum(Fraction(a) * (sum(y[:k]) + Fraction(y[k], 2)) for k, a in enumerate(x))
    pooled = n + m
    ties = sum((a + b) ** 3 - (a + b) for a, b in zip(x, y))
    variance = Fraction(n * m, 12) * (pooled + 1 - Fraction(ties, pooled * (pooled - 1)))
    z = float(u - Fraction(n * m, 2)) / math.sqrt(variance)
    close(stats.mannwhitneyu_counts(x, y, False).pvalue, math.erfc(abs(z) / math.sqrt(2)), 1e-10)
    for function in (stats.bws_test_counts, stats.anderson_2samp_counts, stats.ansari_counts):
        assert 0 <= function(x, y).pvalue <= 1


@pytest.mark.parametrize("name", ["ks_2samp", "kuiper_2samp", "cramervonmises_2samp", "mannwhitneyu",
                                  "ansari", "bws_test", "epps_singleton_2samp"])
def test_what_does_not_exist(name):
    function = getattr(stats, name)
    for x, y in (([], [1.0]), ([1.0], []), ([math.nan] * 6, [1.0] * 6)):
        with pytest.raises(libdrift.DriftError):
            function(x, y)
    if name != "epps_singleton_2samp":
        for x, y in (([], []), ([0, 0], [1, 2])):
            with pytest.raises(libdrift.DriftError):
                getattr(stats, name + "_counts")(x, y)


def test_what_anderson_refuses():
    for group in ([], [[1.0, 2.0]], [[1.0], [2.0]], [[1.0] * 5, [1.0] * 5], [[1.0, 2.0], []],
                  [[1.0, math.nan], [1.0, 2.0, 3.0]]):
        with pytest.raises(libdrift.DriftError):
            stats.anderson_ksamp(group)


def test_work_that_would_not_end_is_refused():
    x = np.random.default_rng(1).normal(size=4000)
    for function in (stats.ks_2samp, stats.mannwhitneyu, stats.ansari, stats.cramervonmises_2samp):
        with pytest.raises(libdrift.DriftError):
            function(x, x + 0.1, method="exact")
        assert 0 <= function(x, x + 0.1).pvalue <= 1
