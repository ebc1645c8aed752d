# SPDX-License-Identifier: Apache-2.0
"""Every statistic against SciPy and NumPy on the same cells, 1,000 random cases.

SciPy sums terms that cancel when the samples are alike; where its own error exceeds the tolerance
the same formula in 40 digits (mpmath) decides.
"""
import math

import mpmath
import numpy as np
import pytest
import scipy.spatial.distance as distance
import scipy.stats as scipy_stats

import libdrift
from libdrift import stats

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
