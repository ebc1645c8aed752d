# SPDX-License-Identifier: Apache-2.0
"""The sketches on their own."""
from __future__ import annotations

import ctypes
from collections.abc import Iterable
from typing import Any

from ._ffi import (Buffer, Category, CategoriesConfig, Error, HistogramOutside, TDigestConfig, byref,
                   c_double, c_uint64, c_void_p, check, lib)


def doubles(values: Any) -> tuple[Any, int, Any]:
    """Address, length and owner of contiguous doubles: a NumPy array as it lies, else a copy."""
    interface = getattr(values, "__array_interface__", None)
    if interface is not None:
        if interface["typestr"] != "<f8" or interface.get("strides") or len(interface["shape"]) != 1:
            values = values.astype("<f8").ravel()
            interface = values.__array_interface__
        return interface["data"][0], interface["shape"][0], values
    if isinstance(values, (int, float)):
        values = (values,)
    copy = list(values)
    array = (c_double * max(1, len(copy)))(*copy)
    return ctypes.addressof(array), len(copy), array


class _Sketch:
    _noun: str

    def __init__(self, handle: c_void_p) -> None:
        self.handle = handle

    def __del__(self) -> None:
        if getattr(self, "handle", None) and lib is not None:
            self._call("destroy")
            self.handle = None

    @classmethod
    def _function(cls, verb: str) -> Any:
        return getattr(lib, f"drift_{cls._noun}_{verb}")

    def _call(self, verb: str, *arguments: Any) -> Any:
        return self._function(verb)(self.handle, *arguments)

    def _value(self, verb: str, *arguments: Any) -> float:
        out = c_double()
        check(self._call(verb, *arguments, byref(out)))
        return out.value

    def update(self, values: Any) -> None:
        """Add values: an array, a sequence or one number. NaN is missing, infinities count apart."""
        address, n, _owner = doubles(values)
        check(self._call("update", address, n))

    def merge(self, other: Any) -> None:
        """Add everything ``other`` has seen."""
        check(self._call("merge", other.handle))

    def __bytes__(self) -> bytes:
        with Buffer() as buffer:
            check(self._call("serialize", buffer.handle))
            return buffer.bytes()

    @classmethod
    def from_bytes(cls, data: bytes) -> Any:
        """Build from bytes; damaged ones are a DriftError."""
        handle, error = c_void_p(), Error()
        check(cls._function("deserialize")(data, len(data), None, byref(handle), byref(error)), error)
        made = cls.__new__(cls)
        _Sketch.__init__(made, handle)
        return made


class TDigest(_Sketch):
    """Quantiles of a stream in a few kilobytes. ``compression`` 20..2000: about so many centroids."""

    _noun = "tdigest"

    def __init__(self, compression: float = 100) -> None:
        handle, error = c_void_p(), Error()
        config = TDigestConfig(ctypes.sizeof(TDigestConfig), 0, compression)
        check(lib.drift_tdigest_create(byref(config), byref(handle), byref(error)), error)
        super().__init__(handle)

    def quantile(self, rank: float) -> float:
        """Value at ``rank`` (0..1)."""
        return self._value("quantile", rank)

    def cdf(self, value: float) -> float:
        """Share of the values <= ``value``."""
        out = c_double()
        check(lib.drift_tdigest_cdf(self.handle, value, byref(out), None, None))
        return out.value

    def cdf_bounds(self, value: float) -> tuple[float, float]:
        """Bounds of the share that hold with certainty."""
        out, low, high = c_double(), c_double(), c_double()
        check(lib.drift_tdigest_cdf(self.handle, value, byref(out), byref(low), byref(high)))
        return low.value, high.value

    @property
    def count(self) -> int:
        return self._call("count")

    @property
    def min(self) -> float:
        return self._value("min")

    @property
    def max(self) -> float:
        return self._value("max")


class Histogram(_Sketch):
    """Exact counts between frozen edges (rising, finite), by NumPy's convention."""

    _noun = "histogram"

    def __init__(self, edges: Iterable[float]) -> None:
        handle, error = c_void_p(), Error()
        address, n, _owner = doubles(edges)
        check(lib.drift_histogram_create(address, n, None, byref(handle), byref(error)), error)
        super().__init__(handle)

    @property
    def edges(self) -> list[float]:
        n = self._call("cells") + 1
        return list((c_double * n).from_address(self._call("edges")))

    @property
    def counts(self) -> list[int]:
        return list((c_uint64 * self._call("cells")).from_address(self._call("counts")))

    @property
    def outside(self) -> dict[str, int]:
        """Counts that are not cells: below, above, missing, invalid and both infinities."""
        out = HistogramOutside()
        self._call("get_outside", byref(out))
        return {name: getattr(out, name) for name, _type in HistogramOutside._fields_}

    @property
    def count(self) -> int:
        return self._call("count")

    def quantile(self, rank: float) -> float:
        return self._value("quantile", rank)

    def cdf(self, value: float) -> float:
        """Share of the values < ``value``."""
        out = c_double()
        check(lib.drift_histogram_cdf(self.handle, value, byref(out), None, None))
        return out.value


class Moments(_Sketch):
    """Count, mean, variance, skewness, kurtosis, minimum and maximum in one pass."""

    _noun = "moments"

    def __init__(self) -> None:
        handle = c_void_p()
        check(lib.drift_moments_create(None, byref(handle)))
        super().__init__(handle)

    count = property(lambda self: self._call("count"))
    missing = property(lambda self: self._call("missing"))
    infinite = property(lambda self: self._call("infinite"))
    mean = property(lambda self: self._value("mean"))
    variance = property(lambda self: self._value("variance"))
    skewness = property(lambda self: self._value("skewness"))
    kurtosis = property(lambda self: self._value("kurtosis"))
    min = property(lambda self: self._value("min"))
    max = property(lambda self: self._value("max"))


class Categories(_Sketch):
    """Exact counts of names up to ``capacity``, then ``other``; independent of order."""

    _noun = "categories"

    def __init__(self, capacity: int = 1024, seed: int = 0) -> None:
        handle, error = c_void_p(), Error()
        config = CategoriesConfig(ctypes.sizeof(CategoriesConfig), capacity, seed)
        check(lib.drift_categories_create(byref(config), byref(handle), byref(error)), error)
        super().__init__(handle)

    def update(self, values: str | Iterable[str]) -> None:
        for name in (values,) if isinstance(values, str) else values:
            raw = name.encode("utf-8", "surrogatepass")
            check(lib.drift_categories_update(self.handle, raw, len(raw), 1))

    @property
    def counts(self) -> dict[str, int]:
        out, made = Category(), {}
        for k in range(lib.drift_categories_size(self.handle)):
            check(lib.drift_categories_get(self.handle, k, byref(out)))
            made[ctypes.string_at(out.name, out.length).decode("utf-8", "replace")] = out.count
        return made

    total = property(lambda self: self._call("total"))
    other = property(lambda self: self._call("other"))


__all__ = ["TDigest", "Histogram", "Moments", "Categories"]
