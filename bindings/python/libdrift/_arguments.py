# SPDX-License-Identifier: Apache-2.0
"""What the functions of ``libdrift.stats`` share: results, and sequences brought to C arrays."""
from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Iterable, Sequence
from ctypes import c_double, c_size_t, c_uint32, c_uint64
from typing import Any, NamedTuple

from ._ffi import DriftError, byref, check
from ._sketches import doubles

_WHOLE = (c_size_t, c_uint32, c_uint64)
ALTERNATIVES = ("two-sided", "less", "greater")


class TestResult(NamedTuple):
    """Statistic and p-value of a test."""

    statistic: float
    pvalue: float


class ChiSquareResult(NamedTuple):
    """Statistic, p-value and degrees of freedom of a test."""

    statistic: float
    pvalue: float
    dof: int


class Interval(NamedTuple):
    """Ends of an interval."""

    low: float
    high: float


def choice(name: str, choices: Sequence[str], what: str) -> int:
    """Position of ``name`` among ``choices``."""
    if name not in choices:
        raise DriftError(f"{what} is {', '.join(choices)}, not {name!r}", -1)
    return choices.index(name)


def alternative_number(name: str) -> int:
    """Number of "two-sided", "less" or "greater"."""
    return choice(name, ALTERNATIVES, "alternative")


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def real(value: Any) -> float:
    """One number; NaN and infinities are the callee's affair."""
    if isinstance(value, numbers.Real) or getattr(getattr(value, "dtype", None), "kind", "") == "b":
        return float(value)
    raise DriftError(f"a number is wanted, not {_shown(value)}", -1)


def whole_number(value: Any) -> int:
    """One count: a whole number from 0 to 2^64 - 1, of any type that holds one."""
    if isinstance(value, numbers.Integral) or (not math.isnan(real(value)) and
                                               not math.isinf(real(value)) and value == int(value)):
        if 0 <= int(value) < 1 << 64:
            return int(value)
    raise DriftError(f"a whole number from 0 to 2^64 - 1 is wanted, not {_shown(value)}", -1)


def whole(values: Iterable[Any]) -> list[int]:
    """Counts: whole numbers from 0 to 2^64 - 1."""
    return [whole_number(value) for value in values]


def counts(reference: Iterable[int], current: Iterable[int]) -> tuple[Any, Any, int]:
    """Two arrays of counts of one length."""
    a, b = whole(reference), whole(current)
    if len(a) != len(b):
        raise DriftError(f"the counts have different lengths, {len(a)} and {len(b)}", -1)
    n = max(1, len(a))
    return (c_uint64 * n)(*a), (c_uint64 * n)(*b), len(a)


def weighted(values: Any, weights: Any) -> tuple[Any, Any, int, Any]:
    """Values, their weights (NULL for None), their number, and what must be kept alive."""
    x, n, keep = doubles(values)
    if weights is None:
        return x, None, n, keep
    w, m, keep_weights = doubles(weights)
    if n != m:
        raise DriftError(f"{n} values have {m} weights", -1)
    return x, w, n, (keep, keep_weights)


def call(function: Callable[..., int], *arguments: Any) -> None:
    """Call with plain numbers checked: ctypes would cut whole numbers to 64 bits without a word."""
    made = [whole_number(value) if kind in _WHOLE and not isinstance(value, kind) else
            real(value) if kind is c_double else value
            for kind, value in zip(function.argtypes, arguments)]
    check(function(*made))


def pair(function: Callable[..., int], *arguments: Any) -> tuple[float, float]:
    """Call with two more outputs; their values."""
    first, second = c_double(), c_double()
    call(function, *arguments, byref(first), byref(second))
    return first.value, second.value


def triple(function: Callable[..., int], *arguments: Any) -> tuple[float, float, float]:
    """Call with three more outputs; their values."""
    first, second, third = c_double(), c_double(), c_double()
    call(function, *arguments, byref(first), byref(second), byref(third))
    return first.value, second.value, third.value


def single(function: Callable[..., int], *arguments: Any) -> float:
    """Call with one more output; its value."""
    out = c_double()
    call(function, *arguments, byref(out))
    return out.value
