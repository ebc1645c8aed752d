# SPDX-License-Identifier: Apache-2.0
"""Distances of two samples; see ``libdrift.stats``."""
from __future__ import annotations

import ctypes
import numbers
import math
from collections.abc import Callable, Iterable, Sequence
from ctypes import c_double, c_size_t

from ._arguments import (ALTERNATIVES, Interval, TestResult, choice, counts, doubles, pair, single,
                         weighted)
from ._ffi import STATISTIC_CALLBACK, Any, DriftError, byref, check, lib, real, whole_number

_SMOOTHING = ("none", "jeffreys", "laplace", "smallest", "floor", "add")
_DIVERGENCES = ("psi", "kl", "js", "hellinger", "total_variation", "bhattacharyya", "l_infinity",
                "histogram_intersection")
_MOST_CELLS = 1 << 24
_BINNING = ("equal_width", "quantiles", "sturges", "doane")


def _rule(bins: Any) -> tuple[str, Any]:
    if isinstance(bins, str):
        return bins, 0
    if isinstance(bins, numbers.Number):
        return "equal_width", bins
    if not isinstance(bins, tuple) or len(bins) != 2:
        raise DriftError(f"bins is a rule, a rule and a number of cells, or edges, not {bins!r}", -1)
    return bins


def bin_edges(reference: Any, bins: Any = ("quantiles", 10), current: Any = None) -> list[float]:
    """Edges of cells by a rule: ("quantiles", k), ("equal_width", k) or just k, "sturges" or "doane",
    from the reference alone or from both samples pooled where ``current`` is given."""
    rule, number = _rule(bins)
    kind = choice(rule, _BINNING, "bins")
    x, n, _x = doubles(reference)
    y, m, _y = doubles(current) if current is not None else (None, 0, None)
    number, capacity = whole_number(number), 4096
    if number > _MOST_CELLS:
        raise DriftError(f"bins are at most {_MOST_CELLS} cells, not {number}", -1)
    while True:
        edges, used = (c_double * capacity)(), c_size_t()
        status = lib.drift_bin_edges(kind, number, x, n, y, m, edges, capacity, byref(used))
        if status == 0 or used.value <= capacity:
            check(status)
            return list(edges)[:used.value]
        capacity = used.value


def bin_values(values: Any, edges: Any, weights: Any = None) -> list[float]:
    """Sums of weights (1 each by default): below the first edge, between the edges, above the last."""
    x, w, n, _x = weighted(values, weights)
    e, m, _e = doubles(edges)
    out = (c_double * (m + 1))()
    check(lib.drift_bin_values(x, w, n, e, m, out))
    return list(out)


def _cells(reference: Any, current: Any, bins: Any, pooled: bool, weights1: Any,
           weights2: Any) -> tuple[list[float], list[float]]:
    edges = bins
    if isinstance(bins, (str, numbers.Number)) or (isinstance(bins, tuple) and bins and
                                                   isinstance(bins[0], str)):
        edges = bin_edges(reference, bins, current if pooled else None)
    return bin_values(reference, edges, weights1), bin_values(current, edges, weights2)


def _are_counts(values: Any) -> bool:
    return all(real(v).is_integer() for v in values) and sum(values) != 1


def _divergence(name: str, reference: Any, current: Any, smoothing: str = "none", bins: Any = None,
                pooled: bool = False, weights1: Any = None, weights2: Any = None) -> float:
    number = choice(smoothing, _SMOOTHING, "smoothing")
    if bins is not None:
        reference, current = _cells(reference, current, bins, pooled, weights1, weights2)
    else:
        reference, current = list(reference), list(current)
    if _are_counts(reference) and _are_counts(current):
        a, b, n = counts(reference, current)
        more = (number,) if name in ("psi", "kl") else ()
        return single(getattr(lib, f"drift_{name}"), a, b, n, *more)
    x, n, _x = doubles(reference)
    y, m, _y = doubles(current)
    if n != m:
        raise DriftError(f"the weights have different lengths, {n} and {m}", -1)
    return single(lib.drift_divergence_of_weights, _DIVERGENCES.index(name), x, y, n, number)


def psi(reference: Any, current: Any, smoothing: str = "jeffreys", *, bins: Any = None,
        pooled: bool = False, weights1: Any = None, weights2: Any = None) -> float:
    """Population stability index, sum (p - q) ln(p / q), nats.

    ``reference`` and ``current``: counts of cells, or weights of cells (probabilities); or, with
    ``bins``, samples, with ``weights1`` and ``weights2`` where they have any. ``bins``: a rule of
    ``bin_edges`` (``pooled``: from both samples) or a sequence of edges. ``smoothing`` of empty cells:
    "jeffreys", "laplace", "smallest" (frouros), "floor" (evidently), "add" (popmon) or "none".
    """
    return _divergence("psi", reference, current, smoothing, bins, pooled, weights1, weights2)


def psi_debiased(reference: Iterable[int], current: Iterable[int]) -> float:
    """PSI of counts less its expectation when nothing changed; may be negative."""
    return single(lib.drift_psi_debiased, *counts(reference, current))


def kl(reference: Any, current: Any, smoothing: str = "jeffreys", *, bins: Any = None,
       pooled: bool = False, weights1: Any = None, weights2: Any = None) -> float:
    """Kullback-Leibler divergence, sum p ln(p / q), nats; inputs as of ``psi``."""
    return _divergence("kl", reference, current, smoothing, bins, pooled, weights1, weights2)


def js(reference: Any, current: Any, *, bins: Any = None, pooled: bool = False, weights1: Any = None,
       weights2: Any = None) -> float:
    """Jensen-Shannon divergence, nats, 0 .. ln 2; inputs as of ``psi``."""
    return _divergence("js", reference, current, "none", bins, pooled, weights1, weights2)


def jensenshannon(p: Any, q: Any, base: float | None = None, **options: Any) -> float:
    """Jensen-Shannon *distance*, as scipy.spatial.distance.jensenshannon; inputs as of ``js``."""
    if base is not None and not real(base) > 1:
        raise DriftError(f"the base of a logarithm is above 1 here, not {base!r}", -1)
    divergence = js(p, q, **options)
    return math.sqrt(divergence / math.log(base) if base is not None else divergence)


def hellinger(reference: Any, current: Any, *, bins: Any = None, pooled: bool = False,
              weights1: Any = None, weights2: Any = None) -> float:
    """Hellinger distance, sqrt(sum (sqrt p - sqrt q)^2 / 2), 0 .. 1; inputs as of ``psi``."""
    return _divergence("hellinger", reference, current, "none", bins, pooled, weights1, weights2)


def total_variation(reference: Any, current: Any, *, bins: Any = None, pooled: bool = False,
                    weights1: Any = None, weights2: Any = None) -> float:
    """Total variation, sum |p - q| / 2, 0 .. 1; inputs as of ``psi``."""
    return _divergence("total_variation", reference, current, "none", bins, pooled, weights1, weights2)


def bhattacharyya(reference: Any, current: Any, *, bins: Any = None, pooled: bool = False,
                  weights1: Any = None, weights2: Any = None) -> float:
    """Bhattacharyya distance, -ln sum sqrt(p q); inputs as of ``psi``."""
    return _divergence("bhattacharyya", reference, current, "none", bins, pooled, weights1, weights2)


def l_infinity(reference: Any, current: Any, *, bins: Any = None, pooled: bool = False,
               weights1: Any = None, weights2: Any = None) -> float:
    """Largest difference of shares, 0 .. 1; inputs as of ``psi``."""
    return _divergence("l_infinity", reference, current, "none", bins, pooled, weights1, weights2)


def robust_l_infinity(reference: Iterable[int], current: Iterable[int], alpha: float = 0.003) -> float:
    """``l_infinity`` of counts less what chance may make of it at ``alpha``, at least 0 (deequ)."""
    return single(lib.drift_robust_l_infinity, *counts(reference, current), alpha)


def histogram_intersection(reference: Any, current: Any, *, bins: Any = None, pooled: bool = False,
                           weights1: Any = None, weights2: Any = None) -> float:
    """Histogram intersection, sum min(p, q), 1 for equal shares; inputs as of ``psi``."""
    return _divergence("histogram_intersection", reference, current, "none", bins, pooled, weights1,
                       weights2)


def association(reference: Iterable[int], current: Iterable[int], method: str = "cramer",
                correction: bool = False) -> float:
    """Association of sample and cell, 0 .. 1: "cramer" (``correction``: less its bias), "tschuprow",
    "pearson". scipy.stats.contingency.association."""
    number = choice(method, ("cramer", "corrected", "tschuprow", "pearson"), "method")
    if correction and method == "cramer":
        number = 1
    return single(lib.drift_association, number, *counts(reference, current))


def divergence_interval(name: str, reference: Iterable[int], current: Iterable[int]) -> Interval:
    """95 % sampling interval of the population's psi, kl, js, hellinger or total_variation."""
    number = choice(name, _DIVERGENCES[:5], "name")
    return Interval(*pair(lib.drift_divergence_interval, number, *counts(reference, current)))


def ks_interval(d: float, n_reference: int, n_current: int, confidence_level: float = 0.95) -> Interval:
    """Interval of the population's KS distance; conservative (Dvoretzky, Kiefer, Wolfowitz, Massart)."""
    return Interval(*pair(lib.drift_ks_interval, d, n_reference, n_current, confidence_level))


def wasserstein_interval(reference: Iterable[int], current: Iterable[int], edges: Any) -> Interval:
    """95 % sampling interval of the population's Wasserstein-1 distance from counts between ``edges``."""
    a, b, n = counts(reference, current)
    e, m, _e = doubles(edges)
    if m != n + 1:
        raise DriftError(f"{n} cells lie between {n + 1} edges, not {m}", -1)
    upper = ctypes.cast(ctypes.addressof(ctypes.cast(e, ctypes.POINTER(c_double)).contents) + 8,
                        ctypes.c_void_p)
    return Interval(*pair(lib.drift_wasserstein_interval, a, b, e, upper, n))


def wasserstein_distance(u_values: Any, v_values: Any, u_weights: Any = None,
                         v_weights: Any = None) -> float:
    """Exact Wasserstein-1 distance of samples, in their unit. scipy.stats.wasserstein_distance."""
    x, w, n, _x = weighted(u_values, u_weights)
    y, v, m, _y = weighted(v_values, v_weights)
    return single(lib.drift_wasserstein, x, w, n, y, v, m)


wasserstein = wasserstein_distance


def energy_distance(u_values: Any, v_values: Any, u_weights: Any = None,
                    v_weights: Any = None) -> float:
    """Energy distance sqrt(2 integral (F - G)^2) of samples. scipy.stats.energy_distance."""
    x, w, n, _x = weighted(u_values, u_weights)
    y, v, m, _y = weighted(v_values, v_weights)
    return single(lib.drift_energy, x, w, n, y, v, m)


energy = energy_distance


def _rows(values: Any) -> tuple[Any, int, int, Any]:
    """Rows of equal length, or single numbers, as one packed array: address, rows, length of one."""
    listed = values.tolist() if hasattr(values, "tolist") else list(values)
    length = len(listed[0]) if listed and isinstance(listed[0], Sequence) else 1
    if length == 1 and not (listed and isinstance(listed[0], Sequence)):
        flat = listed
    else:
        if any(len(row) != length for row in listed):
            raise DriftError("the rows have different lengths", -1)
        flat = [value for row in listed for value in row]
    x, _, keep = doubles(flat)
    return x, len(listed), length, keep


def mmd(x: Any, y: Any, sigma: float = 1.0, unbiased: bool = True, features: int = 0,
        seed: int = 0) -> float:
    """Squared maximum mean discrepancy of rows (or numbers) under exp(-|a - b|^2 / (2 sigma^2)):
    exact, or by ``features`` random Fourier features drawn from ``seed``."""
    a, n, length, _a = _rows(x)
    b, m, other, _b = _rows(y)
    if length != other:
        raise DriftError(f"rows of {length} and of {other} values do not compare", -1)
    if features:
        return single(lib.drift_mmd_rbf_features, a, n, b, m, length, sigma, features, seed)
    return single(lib.drift_mmd_rbf, a, n, b, m, length, sigma, int(unbiased))


def permutation_test(data: Sequence[Any], statistic: Callable[[list[Any], list[Any]], float],
                     n_resamples: int = 9999, alternative: str = "two-sided",
                     seed: int = 0) -> TestResult:
    """Permutation p-value of any ``statistic(reference, current)`` of two samples of numbers or rows.

    "greater": values as large as the observed one or larger speak against equality (distances);
    two-sided: twice the smaller tail. p = (1 + as extreme) / (1 + n_resamples). An exception in the
    statistic ends the test and is raised. scipy.stats.permutation_test.
    """
    number = choice(alternative, ALTERNATIVES, "alternative")
    reference, current = data
    a, n, length, _a = _rows(reference)
    b, m, other, _b = _rows(current)
    if length != other:
        raise DriftError(f"rows of {length} and of {other} values do not compare", -1)
    failure: list[BaseException] = []

    def rows(pointer: Any, count: int) -> list[Any]:
        flat = pointer[:count * length]
        return flat if length == 1 else [flat[i:i + length] for i in range(0, len(flat), length)]

    def call(x: Any, n_x: int, y: Any, n_y: int, _context: Any, out: Any) -> int:
        try:
            out[0] = float(statistic(rows(x, n_x), rows(y, n_y)))
        except BaseException as error:  # carried over the C frames, raised below
            failure.append(error)
            return -1
        return 0

    callback = STATISTIC_CALLBACK(call)
    observed, p = c_double(), c_double()
    status = lib.drift_permutation_test(a, n, b, m, length, callback, None, number,
                                        whole_number(n_resamples), whole_number(seed),
                                        byref(observed), byref(p))
    if failure:
        raise failure[0]
    check(status)
    return TestResult(observed.value, p.value)
