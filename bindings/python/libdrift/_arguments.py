# SPDX-License-Identifier: Apache-2.0
"""Arguments on their way to C: options by their names, sequences as arrays; and results of tests."""
from __future__ import annotations

import array
import math
import os
from collections import namedtuple
from collections.abc import Callable, Iterable, Sequence
from ctypes import c_double, c_uint64

from ._ffi import Any, DriftError, byref, call, real, shown, whole_number

ALTERNATIVES = ("two-sided", "less", "greater")


class TestResult(namedtuple("TestResult", "statistic pvalue")):
    """Statistic and p-value of a test."""

    __slots__ = ()
    statistic: float
    pvalue: float


class ChiSquareResult(namedtuple("ChiSquareResult", "statistic pvalue dof")):
    """Statistic, p-value and degrees of freedom of a test."""

    __slots__ = ()
    statistic: float
    pvalue: float
    dof: int


class Interval(namedtuple("Interval", "low high")):
    """Ends of an interval."""

    __slots__ = ()
    low: float
    high: float


def refused(name: str, expected: str, value: Any, error: type[Exception] = DriftError) -> Exception:
    """The one sentence about an option that is none: its name, what it is, what was given."""
    sentence = f"{name} is {expected}, not {shown(value)}"
    return DriftError(sentence, -1) if error is DriftError else error(sentence)


def count_option(name: str, value: Any, least: int = 0, most: int = 2**64 - 1, expected: str = "") -> int:
    """A whole number of any type that holds one; ctypes would cut it without a word."""
    try:
        number = whole_number(value)
    except (DriftError, TypeError, ValueError, OverflowError):
        number = -1
    if not least <= number <= most:
        raise refused(name, expected or f"a whole number from {least} to 2^64 - 1", value)
    return number


def number_option(name: str, value: Any, least: float = -math.inf, below: float | None = None,
                  expected: str = "a number") -> float:
    """A number; bounds that are not stated here are C's to check."""
    try:
        number = real(value)
    except (DriftError, TypeError, ValueError, OverflowError):
        number = math.nan
    if math.isnan(number) or number < least or below is not None and number >= below:
        raise refused(name, expected, value)
    return number


def flag_option(name: str, value: Any) -> bool:
    """True or False, also as a number or as NumPy has them."""
    return bool(count_option(name, value, most=1, expected="True or False"))


def text_option(name: str, value: Any) -> bytes:
    """A text as C takes one; bytes that were no text go through as they came."""
    if not isinstance(value, str):
        raise refused(name, "a text", value)
    try:
        encoded = value.encode(errors="surrogateescape")
    except UnicodeEncodeError:
        raise refused(name, "a text without lone surrogates", value) from None
    if 0 in encoded:
        raise refused(name, "a text without a NUL", value)
    return encoded


def path_option(name: str, value: Any) -> bytes:
    """A path as the system takes one; C would read it up to its first NUL."""
    try:
        encoded = os.fsencode(value)
    except (TypeError, UnicodeEncodeError):
        encoded = b""
    if not encoded:
        raise refused(name, "a path", value)
    if 0 in encoded:
        raise refused(name, "a path without a NUL", value)
    return encoded


def callback_option(name: str, value: Any) -> Any:
    """A function of one alert, or None."""
    if value is not None and not callable(value):
        raise refused(name, "a function that is called with an Alert, or None", value, TypeError)
    return value


def several(name: str, value: Any, expected: str) -> list[Any]:
    """One text or any number of things, as a list."""
    if isinstance(value, str):
        return [value]
    try:
        return list(value)
    except TypeError:
        raise refused(name, expected, value, TypeError) from None


def choice(name: str, choices: Sequence[str], what: str) -> int:
    """Position of ``name`` among ``choices``."""
    if name not in choices:
        raise DriftError(f"{what} is {', '.join(choices)}, not {name!r}", -1)
    return choices.index(name)


def alternative_number(name: str) -> int:
    """Number of "two-sided", "less" or "greater"."""
    return choice(name, ALTERNATIVES, "alternative")


def whole(values: Iterable[Any]) -> list[int]:
    """Counts: whole numbers from 0 to 2^64 - 1."""
    return [whole_number(value) for value in values]


def doubles(values: Any) -> tuple[Any, int, Any]:
    """Address, length and owner of contiguous doubles: a NumPy array as it lies, else a copy."""
    if isinstance(values, (int, float)):
        values = (values,)
    elif not hasattr(values, "__array_interface__") and hasattr(values, "__array__"):
        values = values.__array__()  # a data frame's column
    interface = getattr(values, "__array_interface__", None)
    if interface is not None and interface["typestr"][1] in "fiub" and not hasattr(values, "filled"):
        if interface["typestr"] != "<f8" or interface.get("strides") or len(interface["shape"]) != 1:
            values = values.astype("<f8").ravel()
            interface = values.__array_interface__
        return interface["data"][0], interface["shape"][0], values
    copy = [math.nan if value is None else value
            for value in (values.tolist() if interface is not None else values)]
    packed = array.array("d", copy)
    return packed.buffer_info()[0], len(packed), packed


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
