# SPDX-License-Identifier: Apache-2.0
"""Distances, associations and tests of counts and moments against SciPy, NumPy and mpmath."""
import math

import libdrift
import mpmath
import numpy as np
import pytest
import scipy.spatial.distance
import scipy.stats as scipy_stats
from libdrift import DriftError, stats

mpmath.mp.dps = 50


def tables(n=60, seed=5):
    rng = np.random.default_rng(seed)
    for i in range(n):
        cells = int(rng.integers(2, 20))
        size = 10.0 ** rng.uniform(1, 9)
        p = rng.dirichlet(np.ones(cells))
        q = p if i % 2 else rng.dirichlet(np.ones(cells))
        x, y = rng.multinomial(int(size), p), rng.multinomial(int(size * rng.uniform(0.1, 2)) + 5, q)
        if i % 5 == 0:
            x[0] = 0
        if x.sum() and y.sum():
            yield x, y


def near(value, wanted, relative=1e-10):
    assert math.isclose(value, float(wanted), rel_tol=relative, abs_tol=1e-300), (value, wanted)


def shares(x, y):
    m, n = mpmath.mpf(int(sum(x))), mpmath.mpf(int(sum(y)))
    return [mpmath.mpf(int(v)) / m for v in x], [mpmath.mpf(int(v)) / n for v in y]


def test_divergences_of_counts_and_of_their_shares():
    for x, y in tables():
        p, q = shares(x, y)
        overlap = mpmath.fsum(mpmath.sqrt(a * b) for a, b in zip(p, q))
        near(stats.l_infinity(x, y), max(abs(a - b) for a, b in zip(p, q)))
        near(stats.histogram_intersection(x, y), mpmath.fsum(min(a, b) for a, b in zip(p, q)))
        near(stats.bhattacharyya(x, y), -mpmath.log(overlap))
        near(stats.hellinger(x, y), mpmath.sqrt(1 - overlap), 1e-9)
        for function in (stats.hellinger, stats.js, stats.total_variation, stats.l_infinity):
            near(function(x * 0.125, y * 0.375), function(x, y))
        near(stats.psi(x * 0.125, y * 0.125, smoothing="add"), stats.psi(x, y, smoothing="add"))


def test_named_smoothing():
    x, y = [5, 0, 3, 2], [2, 4, 0, 4]
    p, q = [v / 10 for v in x], [v / 10 for v in y]

    def psi(a, b):
        return sum((u - v) * math.log(u / v) for u, v in zip(a, b))
    near(stats.psi(x, y, "add"), psi([v + 1e-5 for v in p], [v + 1e-5 for v in q]))
    near(stats.psi(x, y, "floor"), psi([v or 1e-4 for v in p], [v or 1e-4 for v in q]))
    near(stats.psi(x, y, "smallest"), psi([v or 2.2250738585072014e-308 for v in p],
                                          [v or 2.2250738585072014e-308 for v in q]))
    near(stats.psi(x, y, "laplace"), psi([(v + 1) / 14 for v in x], [(v + 1) / 14 for v in y]))
    assert stats.psi(x, y, "none") == math.inf
    near(stats.kl([9999, 0, 1], [5000, 4999, 1], "floor"),
         sum(a * math.log(a / b) for a, b in zip([.9999, 1e-10, 1e-4], [.5, .4999, 1e-4])))


def test_equal_samples_are_exactly_nothing():
    rng = np.random.default_rng(1)
    for _ in range(50):
        x = rng.integers(0, 1000, 12)
        w = rng.random(12)
        for a, b in ((x, x), (w, w)):
            for function in (stats.psi, stats.kl, stats.js, stats.hellinger, stats.total_variation,
                             stats.bhattacharyya, stats.l_infinity):
                assert function(a, b) == 0
            near(stats.histogram_intersection(a, b), 1, 1e-15)
        assert stats.wasserstein_distance(w, w) == 0 == stats.energy_distance(w, w)
        assert stats.mmd(w, w, unbiased=False) == 0 == stats.mmd(w, w, features=50)
        assert stats.association(x, x) == 0 == stats.robust_l_infinity(x, x)


def test_samples_in_cells():
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=700), rng.normal(0.3, 1.2, size=300)
    for bins, edges in ((("equal_width", 12), np.histogram_bin_edges(x, 12)),
                        ("sturges", np.histogram_bin_edges(x, "sturges")),
                        ("doane", np.histogram_bin_edges(x, "doane")),
                        (("quantiles", 10), np.quantile(x, np.arange(11) / 10))):
        assert np.allclose(stats.bin_edges(x, bins), edges, rtol=1e-13, atol=1e-13)
        inside = np.histogram(y, edges)[0]
        cells = stats.bin_values(y, edges)
        assert cells[1:-1] == list(inside)
        assert (cells[0], cells[-1]) == ((y < edges[0]).sum(), (y > edges[-1]).sum())
        assert stats.js(x, y, bins=bins) == stats.js(stats.bin_values(x, edges), cells)
    pooled = np.histogram_bin_edges(np.concatenate([x, y]), "sturges")
    assert np.allclose(stats.bin_edges(x, "sturges", y), pooled)
    weights = rng.random(300)
    inside = np.histogram(y, edges, weights=weights)[0]
    assert np.allclose(stats.bin_values(y, edges, weights)[1:-1], inside)
    near(stats.psi(x, y, bins=list(edges), weights2=weights), stats.psi(
        stats.bin_values(x, edges), stats.bin_values(y, edges, weights)))
    assert len(stats.bin_edges([3, 3, 3], "doane")) == 2 == len(stats.bin_edges([3, 3], ("quantiles", 5)))
    assert len(stats.bin_edges(x, ("equal_width", 10000))) == 10001


def test_weighted_wasserstein_and_energy():
    rng = np.random.default_rng(3)
    for i in range(100):
        x, y = rng.integers(0, 9, rng.integers(1, 30)) / 3, rng.normal(size=rng.integers(1, 30))
        u, v = (rng.random(len(x)), rng.random(len(y)) + 0.01) if i % 2 else (None, None)
        if u is not None:
            u[0] += 0.1
        near(stats.wasserstein_distance(x, y, u, v), scipy_stats.wasserstein_distance(x, y, u, v))
        near(stats.energy_distance(x, y, u, v), scipy_stats.energy_distance(x, y, u, v))
    near(stats.wasserstein_distance([0, 1, 3], [5, 6, 8]), 5)
    near(stats.wasserstein_distance([3.4, 3.9, 7.5, 7.8], [4.5, 1.4], [1.4, 0.9, 3.1, 7.2], [3.2, 3.5]),
         4.0781331438047861)


def test_mmd_by_pairs_and_by_features():
    rng = np.random.default_rng(4)
    x, y = rng.normal(size=(60, 3)), rng.normal(0.4, 1, size=(50, 3))

    def kernel(a, b):
        return np.exp(-scipy.spatial.distance.cdist(a, b, "sqeuclidean") / (2 * 1.3 ** 2))
    xx, yy, xy = kernel(x, x), kernel(y, y), kernel(x, y)
    biased = xx.mean() + yy.mean() - 2 * xy.mean()
    unbiased = ((xx.sum() - 60) / 60 / 59 + (yy.sum() - 50) / 50 / 49 - 2 * xy.mean())
    near(stats.mmd(x, y, 1.3), unbiased)
    near(stats.mmd(x, y, 1.3, unbiased=False), biased)
    assert stats.mmd(x, y, 1.3, features=20000) == pytest.approx(biased, abs=0.01)
    assert stats.mmd(x, y, 1.3, features=64) == stats.mmd(x, y, 1.3, features=64)
    assert stats.mmd(x, y, 1.3, features=64) != stats.mmd(x, y, 1.3, features=64, seed=1)


def test_association_like_scipy():
    for x, y in tables():
        keep = (x + y) > 0
        table = np.array([x[keep], y[keep]])
        for method in ("cramer", "tschuprow", "pearson"):
            near(stats.association(x, y, method),
                 scipy_stats.contingency.association(table, method=method), 1e-6)
    near(stats.association([200, 800], [400, 600], correction=True), 0.21712296165010697, 1e-3)
    near(stats.association([1000, 0], [0, 1000]), 1)


def test_tests_of_counts_like_scipy():
    for x, y in tables():
        keep = (x + y) > 0
        table = np.array([x[keep], y[keep]])
        if keep.sum() == 2:
            wanted = scipy_stats.chi2_contingency(table)
            found = stats.chi_square(x, y, correction=True)
            near(found.statistic, wanted.statistic, 1e-7)
        if (x[y > 0] > 0).all() and x.min() > 0:
            expected = x * (y.sum() / x.sum())
            found = stats.chi_square_fit(x, y)
            near(found.statistic, scipy_stats.power_divergence(y, expected).statistic, 1e-6)
            near(found.pvalue, scipy_stats.chi2.sf(found.statistic, found.dof), 1e-9)
            g = scipy_stats.power_divergence(y, expected, lambda_="log-likelihood").statistic
            assert stats.g_fit(x, y).statistic == pytest.approx(g, rel=1e-6, abs=1e-6)
    assert stats.chi_square([1573, 3], [4, 0], correction=True).pvalue == 1
    assert stats.chi_square_fit([5, 0], [4, 1]) == (math.inf, 0, 1)
    x, y = [16, 18, 16, 14, 12, 12], [16, 16, 16, 16, 16, 8]
    n, m, inverse = sum(x), sum(y), sum(1 / (a + b) for a, b in zip(x, y))
    q = 1 + ((n + m) * (1 / n + 1 / m) - 1) * ((n + m) * inverse - 1) / (6 * (n + m) * 5)
    near(stats.g_test(x, y, "williams").statistic, stats.g_test(x, y).statistic / q)


def test_fisher_one_sided_like_scipy():
    rng = np.random.default_rng(6)
    for _ in range(300):
        table = rng.integers(0, 40, (2, 2)).tolist()
        for alternative in ("less", "greater", "two-sided"):
            near(stats.fisher_exact(table, alternative).pvalue,
                 scipy_stats.fisher_exact(table, alternative)[1], 1e-9)
    near(stats.fisher_exact([[0, 0], [3, 4]]).pvalue, 1)


def test_shares():
    for k, n in ((10, 100), (0, 30), (30, 30), (1, 10 ** 6), (499999, 10 ** 6)):
        for method in ("wilson", "exact"):
            wanted = scipy_stats.binomtest(k, n).proportion_ci(0.95, method)
            low, high = stats.rate_interval(k, n, method=method)
            # SciPy's root is good to 1e-7 of the smallest ones; that of k = 1 has a closed form.
            assert low == pytest.approx(wanted.low, rel=1e-6, abs=1e-15)
            assert high == pytest.approx(wanted.high, rel=1e-9)
    near(stats.rate_interval(1, 10 ** 6, method="exact").low, -math.expm1(math.log(0.975) / 10 ** 6))
    # Newcombe 1998, table II, method 10: 56/70 - 48/80, and 9/10 - 3/10
    low, high = stats.rate_difference_interval(48, 80, 56, 70)
    assert (round(low, 4), round(high, 4)) == (0.0524, 0.3339)
    low, high = stats.rate_difference_interval(3, 10, 9, 10)
    assert (round(low, 4), round(high, 4)) == (0.1705, 0.8090)
    z, p = stats.two_proportions_z(2, 4, 2, 3)
    pooled = 4 / 7
    near(z, (1 / 2 - 2 / 3) / math.sqrt(pooled * (1 - pooled) * (1 / 4 + 1 / 3)))
    near(p, 2 * scipy_stats.norm.sf(abs(z)))
    near(stats.two_proportions_z(2, 4, 2, 3, "less")[1], p / 2)


def test_t_like_scipy():
    rng = np.random.default_rng(7)
    for i in range(60):
        x = rng.normal(0, 1, rng.integers(2, 200))
        y = rng.normal(0.5 * (i % 3), 1 + i % 2, rng.integers(2, 200))
        for equal in (True, False):
            for alternative in ("two-sided", "less", "greater"):
                found = stats.ttest_ind(x, y, equal_var=equal, alternative=alternative)
                wanted = scipy_stats.ttest_ind(x, y, equal_var=equal, alternative=alternative)
                near(found.statistic, wanted.statistic, 1e-9)
                near(found.pvalue, wanted.pvalue, 1e-8)
            moments = stats.ttest_ind_from_stats(x.mean(), x.std(ddof=1), len(x), y.mean(),
                                                 y.std(ddof=1), len(y), equal)
            near(moments.statistic, stats.ttest_ind(x, y, equal).statistic, 1e-9)
    t = mpmath.mpf(30)
    found = stats.ttest_ind_from_stats(30 * math.sqrt(2 / 100), 1, 100, 0, 1, 100)
    wanted = mpmath.betainc(mpmath.mpf(99), mpmath.mpf(1) / 2, 0, 198 / (198 + t * t), regularized=True)
    near(found.pvalue, wanted, 1e-10)


def test_permutation_of_any_statistic():
    rng = np.random.default_rng(8)
    x, y = rng.normal(size=30), rng.normal(1, 1, size=25)

    def difference(a, b):
        return sum(a) / len(a) - sum(b) / len(b)
    found = stats.permutation_test((x, y), difference, 2000, "less")
    near(found.statistic, x.mean() - y.mean(), 1e-12)
    exact = stats.ttest_ind(x, y, alternative="less").pvalue
    assert found.pvalue == pytest.approx(exact, abs=0.01)
    assert found == stats.permutation_test((x, y), difference, 2000, "less")
    assert stats.permutation_test((x, y), stats.wasserstein_distance, 500, "greater").pvalue < 0.02
    same = stats.permutation_test((x, x), stats.energy_distance, 99, "greater")
    assert same.pvalue == 1
    rows = rng.normal(size=(20, 2))
    assert stats.permutation_test((rows, rows + 3), stats.mmd, 99, "greater").pvalue == 0.01

    def broken(_a, _b):
        raise KeyError("inside")
    with pytest.raises(KeyError, match="inside"):
        stats.permutation_test((x, y), broken, 10)
    with pytest.raises(libdrift.DriftError):
        stats.permutation_test((x, y), lambda a, b: math.nan, 10)


def test_permutation_p_values_are_uniform_without_a_change():
    rng = np.random.default_rng(9)
    p = [stats.permutation_test((rng.normal(size=8), rng.normal(size=12)), stats.wasserstein_distance,
                                39, "greater", seed=i).pvalue for i in range(400)]
    for level in (0.05, 0.25, 0.5):
        assert abs(np.mean(np.array(p) <= level + 1e-9) - level) < 4 * math.sqrt(level / 400)


def test_intervals_of_ordered_distances():
    low, high = stats.ks_interval(0.3, 200, 400)
    half = math.sqrt(math.log(80) / 400) + math.sqrt(math.log(80) / 800)
    near(low, 0.3 - half)
    near(high, 0.3 + half)
    rng, edges, held = np.random.default_rng(10), np.linspace(-5, 5, 41), 0
    for _ in range(300):
        x, y = rng.normal(size=800), rng.normal(0.5, 1, size=600)
        low, high = stats.wasserstein_interval(np.histogram(x, edges)[0], np.histogram(y, edges)[0], edges)
        held += low <= 0.5 <= high
    assert held >= 279


def test_what_is_no_count_is_refused():
    for call in (lambda: stats.ks_interval(.5, -1, 10), lambda: stats.rate_interval(3, 2**64 + 10),
                 lambda: stats.rate_interval(1.5, 10),
                 lambda: stats.two_proportions_z(2**64, 10, 1, 10),
                 lambda: stats.rate_difference_interval(1, -2, 1, 10),
                 lambda: stats.ttest_ind_from_stats(1, 1, -10, 2, 1, 10),
                 lambda: stats.ttest_ind_from_stats(1, 1, 10.5, 2, 1, 10),
                 lambda: stats.chi_square([1, 2.5], [3, 4]), lambda: stats.chi_square([1, -2], [3, 4]),
                 lambda: stats.chi_square([1, math.nan], [3, 4]),
                 lambda: stats.bin_edges([1, 2, 3], ("quantiles", -1)),
                 lambda: stats.permutation_test(([1, 2], [3, 4]), lambda x, y: 0, -5)):
        with pytest.raises(DriftError, match="a whole number from 0 to 2.64 - 1 is wanted, not "):
            call()
    for call in (lambda: stats.rate_interval("3", 10), lambda: stats.rate_interval(3, 10, "a"),
                 lambda: stats.two_proportions_z(None, 10, 1, 10),
                 lambda: stats.chi_square(np.array([1 + 2j, 3]), [3, 4]),
                 lambda: stats.chi_square(np.array([[1, 2], [3, 4]]), [3, 4]),
                 lambda: stats.psi(["a", "b"], ["a", "c"]),
                 lambda: stats.robust_l_infinity([1, 2], [3, 4], None)):
        with pytest.raises(DriftError, match="a number is wanted, not "):
            call()
    with pytest.raises(DriftError, match="at most 16777216 cells"):
        stats.bin_edges([1, 2, 3], ("quantiles", 10**9))
    with pytest.raises(DriftError, match="not negative"):
        stats.ttest_ind_from_stats(1, -1, 10, 2, 1, 10)


def test_counts_of_any_type():
    wanted = stats.chi_square([1, 0, 1], [0, 1, 1])
    for kind in (bool, "int8", "uint64", "float32"):
        assert stats.chi_square(np.array([1, 0, 1], kind), np.array([0, 1, 1], kind)) == wanted
    assert stats.chi_square((n for n in (1, 0, 1)), iter([0, 1, 1])) == wanted


def test_odd_settings_of_distances():
    assert stats.mmd([1, 2, 3], [2, 3, 4], sigma=1e-300) == pytest.approx(-4 / 9)
    assert stats.mmd([1e308, 2], [-1e308, 3]) == pytest.approx(-math.exp(-0.5) / 2)
    with pytest.raises(DriftError):
        stats.mmd([1e308, 2], [-1e308, 3], sigma=1e-5, features=10)
    for base in (1, 0.5, -2, math.nan):
        with pytest.raises(DriftError, match="base"):
            stats.jensenshannon([1, 2], [2, 1], base)
    x, y = [0.0, 1, 2, 3], [2.0, 3, 4, 4]
    assert stats.psi(x, y, bins=4) == stats.psi(x, y, bins=("equal_width", 4))
    for bins in (("quantiles",), None):
        with pytest.raises(DriftError, match="bins is a rule"):
            stats.bin_edges(x, bins)
