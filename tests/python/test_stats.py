# SPDX-License-Identifier: Apache-2.0
"""Every statistic against SciPy and NumPy on the same cells, 1,000 random cases.

SciPy sums terms that cancel when the samples are alike; where its own error exceeds the tolerance
the same formula in 40 digits (mpmath) decides.
"""
import itertools
import math
from ctypes import byref, c_double

import mpmath
import numpy as np
import pytest
import scipy.spatial.distance as distance
import scipy.stats as scipy_stats

import libdrift
from libdrift import stats
from libdrift._ffi import check, lib

CASES = 1000
mpmath.mp.dps = 40


def close(value, wanted, tolerance=1e-10):
    assert abs(value - wanted) <= tolerance * abs(wanted), (value, wanted)


def cases():
    rng = np.random.default_rng(20260101)
    made = 0
    while made < CASES:
        cells = int(rng.integers(2, 30))
        scale = 10 ** rng.uniform(1, 6)
        p = rng.dirichlet(np.full(cells, rng.choice([0.3, 1, 5])))
        weight = rng.random() ** 3
        q = p * (1 - weight) + rng.dirichlet(np.ones(cells)) * weight
        x = rng.multinomial(int(scale), p)
        y = rng.multinomial(int(scale * rng.uniform(0.1, 3)) + 1, q / q.sum())
        if ((x + y) > 0).sum() < 2 or not x.sum() or not y.sum():
            continue
        made += 1
        yield x, y


def exact(x, y, term, smooth):
    used = [(int(a), int(b)) for a, b in zip(x, y) if a + b]
    half = mpmath.mpf(len(used)) / 2 if smooth else mpmath.mpf(0)
    n, m = sum(a for a, _ in used), sum(b for _, b in used)
    add = mpmath.mpf(1) / 2 if smooth else mpmath.mpf(0)
    return float(sum(term((a + add) / (n + half), (b + add) / (m + half)) for a, b in used))


def xlogy(x, y):
    return x * mpmath.log(y) if x else mpmath.mpf(0)


@pytest.mark.parametrize("name, term, smooth", [
    ("psi", lambda p, q: (p - q) * mpmath.log(p / q), True),
    ("kl", lambda p, q: p * mpmath.log(p / q), True),
    ("js", lambda p, q: (xlogy(p, 2 * p / (p + q)) + xlogy(q, 2 * q / (p + q))) / 2, False),
    ("total_variation", lambda p, q: abs(p - q) / 2, False),
])
def test_divergences(name, term, smooth):
    for k, (x, y) in enumerate(cases()):
        if k % 4 == 0:
            close(getattr(stats, name)(x, y), exact(x, y, term, smooth))


def test_hellinger_and_distance_like_scipy():
    for x, y in cases():
        p, q = x / x.sum(), y / y.sum()
        wanted = math.sqrt(0.5 * ((np.sqrt(p) - np.sqrt(q)) ** 2).sum())
        assert abs(stats.hellinger(x, y) - wanted) <= 1e-10 * wanted + 1e-15
        wanted = distance.jensenshannon(p, q, base=2)
        assert abs(stats.jensenshannon(x, y, base=2) - wanted) <= 1e-7


def test_chi_square_and_g_like_scipy():
    for x, y in cases():
        used = (x + y) > 0
        table = np.array([x[used], y[used]])
        wanted = scipy_stats.chi2_contingency(table, correction=False)
        result = stats.chi_square(x, y)
        close(result.statistic, wanted.statistic)
        assert result.dof == wanted.dof
        if wanted.pvalue > 1e-250:
            close(result.pvalue, wanted.pvalue)
        wanted = scipy_stats.chi2_contingency(table, correction=False, lambda_="log-likelihood")
        assert abs(stats.g_test(x, y).statistic - wanted.statistic) <= 1e-9 * (1 + wanted.statistic)


def test_p_values_down_to_1e_250():
    lowest = 1.0
    for excess in range(0, 1700, 20):
        x, y = [5000 + excess, 5000 - excess, 4000], [5000 - excess, 5000 + excess, 4000]
        result = stats.chi_square(x, y)
        wanted = mpmath.gammainc(1, mpmath.mpf(result.statistic) / 2, mpmath.inf, regularized=True)
        if wanted > mpmath.mpf("1e-250"):
            close(result.pvalue, float(wanted))
            lowest = min(lowest, result.pvalue)
    assert lowest < 1e-200


def test_fisher_like_scipy():
    rng = np.random.default_rng(7)
    for _ in range(CASES):
        a, b, c, d = (int(v) for v in rng.integers(0, int(10 ** rng.uniform(0.5, 4)), size=4))
        if a + b and c + d:
            wanted = scipy_stats.fisher_exact([[a, b], [c, d]])[1]
            if wanted > 1e-250:
                close(stats.fisher_exact([[a, b], [c, d]]).pvalue, wanted, 1e-9)


def test_samples_like_scipy():
    rng = np.random.default_rng(8)
    for _ in range(CASES):
        n, m = (int(v) for v in rng.integers(1, 60, size=2))
        x, y = rng.normal(size=n), rng.normal(size=m) + rng.choice([0, 1])
        wanted = scipy_stats.ks_2samp(x, y, method="exact")
        result = stats.ks_2samp(x, y)
        close(result.statistic, wanted.statistic, 1e-12)
        close(result.pvalue, wanted.pvalue)
        close(stats.wasserstein_distance(x, y), scipy_stats.wasserstein_distance(x, y))


def test_corrections_like_scipy():
    rng = np.random.default_rng(9)
    for _ in range(100):
        p = rng.random(int(rng.integers(1, 40))) ** 3
        for name in ("bh", "by"):
            wanted = scipy_stats.false_discovery_control(p, method=name)
            np.testing.assert_allclose(stats.adjust_p_values(p, name), wanted, rtol=1e-12)


def test_what_does_not_exist_is_an_error():
    for arguments in (([], []), ([0, 0], [1, 2]), ([1, 2], [1]), ([-1, 2], [1, 1])):
        with pytest.raises(libdrift.DriftError):
            stats.psi(*arguments)
    with pytest.raises(libdrift.DriftError):
        stats.ks_2samp([], [1.0])


def exact_with_ties(x, y):
    """P(D >= d) over all ways to label the pooled values, ties kept: paths of the lattice."""
    n, m = len(x), len(y)
    pooled = np.sort(np.concatenate([x, y]))
    ends = {i + 1 for i in range(n + m) if i + 1 == n + m or pooled[i] != pooled[i + 1]}
    both = np.unique(pooled)
    d = max(abs(int((x <= v).sum()) * m - int((y <= v).sum()) * n) for v in both)
    ways = {0: 1}
    for step in range(1, n + m + 1):
        following = {}
        for i, count in ways.items():
            for taken in (i, i + 1):
                j = step - taken
                if taken > n or j > m or j < 0:
                    continue
                if step in ends and abs(taken * m - j * n) >= d:
                    continue
                following[taken] = following.get(taken, 0) + count
        ways = following
    total = math.comb(n + m, n)
    return (total - ways.get(n, 0)) / total if d else 1.0


def test_ks_p_value_with_ties_is_exact():
    for seed in range(200):
        rng = np.random.default_rng(seed)
        n, m = (int(k) for k in rng.integers(2, 40, 2))
        x, y = rng.integers(0, 6, n) * 1.0, rng.integers(rng.integers(0, 3), 7, m) * 1.0
        close(stats.ks_2samp(x, y).pvalue, exact_with_ties(x, y))


def test_lepage_against_its_definition():
    """Wilcoxon and Mood on midranks, standardised by their permutation mean and covariance."""
    for a, b in itertools.islice(cases(), 0, None, 5):
        a, b = (a % 200).astype(float), (b % 200).astype(float)
        n, m, total = a.sum(), b.sum(), (a + b).sum()
        if min(n, m) < 2 or ((a + b) > 0).sum() < 3:
            continue
        t = a + b
        rank = np.cumsum(t) - t / 2 + 0.5
        squares = []
        scores = [rank, (rank - (total + 1) / 2) ** 2]
        try:
            result = stats.lepage(a, b)
        except libdrift.DriftError:
            continue
        for score in scores:
            mean = (t * score).sum() / total
            spread = (t * (score - mean) ** 2).sum()
            variance = n * m / (total * (total - 1)) * spread
            squares.append(((a * score).sum() - n * mean) / math.sqrt(variance))
        s = [(t * (x - (t * x).sum() / total) * (y - (t * y).sum() / total)).sum()
             for x, y in ((scores[0], scores[0]), (scores[0], scores[1]), (scores[1], scores[1]))]
        r = s[1] / math.sqrt(s[0] * s[2])
        independent = squares[0] ** 2 + squares[1] ** 2
        joint = (independent - 2 * r * squares[0] * squares[1]) / (1 - r * r)
        assert result.statistic == pytest.approx(joint, rel=1e-7, abs=1e-9) or \
            result.statistic == pytest.approx(independent, rel=1e-7, abs=1e-9)
        close(result.pvalue, math.exp(-result.statistic / 2))


def test_debiased_psi_has_mean_zero_when_nothing_changed():
    rng = np.random.default_rng(8)
    for cells, n, m in ((16, 10000, 10000), (16, 500, 200), (10, 50000, 100)):
        shares = rng.dirichlet(np.full(cells, 5.0))
        values = [stats.psi_debiased(rng.multinomial(n, shares), rng.multinomial(m, shares))
                  for _ in range(400)]
        assert abs(np.mean(values)) < 4 * np.std(values) / math.sqrt(len(values))


@pytest.mark.parametrize("call", [
    lambda: stats.psi([1, 2], [1]), lambda: stats.psi([], []), lambda: stats.psi([0, 0], [1, 2]),
    lambda: stats.psi([1, -2], [1, 2]), lambda: stats.psi([1.5, -2], [1, 2]),
    lambda: stats.psi([math.nan, 2], [1, 2]), lambda: stats.psi([.5, .2, .3], [.5, .5]),
    lambda: stats.psi([2 ** 64, 1], [1, 2]), lambda: stats.psi([1, 2], [1, 2], smoothing="some"),
    lambda: stats.chi_square([5, 0], [7, 0]), lambda: stats.ks_2samp([], [1.0]),
    lambda: stats.wasserstein_distance([1.0], []), lambda: stats.fisher_exact([[1, -1], [2, 3]]),
    lambda: stats.fisher_exact([[1, 2, 3], [2, 3, 4]]),
    lambda: stats.adjust_p_values([0.1], "sidak"), lambda: stats.adjust_p_values([1.5])])
def test_bad_arguments_are_one_clear_error(call):
    with pytest.raises(libdrift.DriftError) as caught:
        call()
    assert len(str(caught.value)) > 10 and "\n" not in str(caught.value)


def test_samples_may_be_anything_sequence_like():
    x, y = np.arange(50) / 7, np.arange(60) / 5
    expected = stats.ks_2samp(x, y)
    for make in (list, tuple, lambda v: v.astype(">f8"), lambda v: np.repeat(v, 2)[::2],
                 lambda v: v[::-1][::-1], iter):
        assert stats.ks_2samp(make(x), make(y)) == expected


def test_without_smoothing_like_scipy():
    for x, y in itertools.islice(cases(), 0, None, 5):
        p, q = x / x.sum(), y / y.sum()
        kl, reverse = scipy_stats.entropy(p, q), scipy_stats.entropy(q, p)
        for wanted, value in ((kl, stats.kl(x, y, smoothing="none")),
                              (kl + reverse, stats.psi(x, y, smoothing="none"))):
            assert value == wanted or abs(value - wanted) <= 1e-10 * wanted + 1e-13


def test_holm_by_hand():
    rng = np.random.default_rng(10)
    for _ in range(100):
        p = 10 ** rng.uniform(-12, 0, int(rng.integers(1, 40)))
        wanted, largest = np.empty(len(p)), 0.0
        for k, index in enumerate(np.argsort(p)):
            largest = max(largest, min(1.0, p[index] * (len(p) - k)))
            wanted[index] = largest
        np.testing.assert_allclose(stats.adjust_p_values(p), wanted, rtol=1e-12)
        np.testing.assert_allclose(stats.adjust_p_values(p, "bonferroni"),
                                   np.minimum(1, p * len(p)), rtol=1e-12)


def upper_tail(x, df):
    return float(mpmath.gammainc(mpmath.mpf(df) / 2, mpmath.mpf(x) / 2, mpmath.inf, regularized=True))


def tail(function, *arguments):
    out = c_double()
    check(function(*arguments, byref(out)))
    return out.value


def test_tails_in_forty_digits():
    rng, lowest = np.random.default_rng(11), 1.0
    for _ in range(CASES):
        df = int(rng.integers(1, 200))
        x = float(df + 10 ** rng.uniform(-2, 3.2))
        wanted = upper_tail(x, df)
        if wanted > 1e-290:
            close(tail(lib.drift_chi_square_tail, x, df), wanted)
            lowest = min(lowest, wanted)
    assert lowest < 1e-250
    for z in np.linspace(-8, 33, 300):
        close(tail(lib.drift_normal_tail, float(z)),
              float(mpmath.erfc(mpmath.mpf(float(z)) / mpmath.sqrt(2)) / 2))
    for p in (1e-1, 1e-10, 1e-100, 1e-250):
        close(tail(lib.drift_chi_square_quantile, p, 15), scipy_stats.chi2.isf(p, 15), 1e-9)


def test_noncentral_chi_square_like_scipy():
    rng = np.random.default_rng(12)
    for _ in range(200):
        df, shift = float(rng.integers(1, 64)), float(10 ** rng.uniform(-2, 2.5))
        x = float((df + shift) * rng.uniform(0.3, 2))
        wanted = scipy_stats.ncx2.cdf(x, df, shift)
        assert abs(tail(lib.drift_noncentral_chi_square_cdf, x, df, shift) - wanted) \
            <= 1e-9 * wanted + 1e-14
