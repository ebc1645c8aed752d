# SPDX-License-Identifier: Apache-2.0
"""The sketches on their own."""
from __future__ import annotations

import array
import ctypes
import itertools
import math
from collections.abc import Iterable

from ._arguments import doubles
from ._data import arrow_column, is_over_numpy
from ._owner import Locked
from ._profile import both
from ._ffi import (Any, Buffer, Category, CategoriesConfig, Column, DistinctConfig, DriftError,
                   EdgeDigestConfig, Error,
                   FrequentConfig, FrequentName, HistogramOutside, TDigestConfig, byref, c_char_p, c_double, c_uint64,
                   c_void_p, check, lib, whole_number)


class Handle(Locked):
    """An object of C with bytes, destroyed with this one."""

    _noun: str

    def __init__(self, handle: c_void_p) -> None:
        super().__init__()
        self.handle = handle

    def __del__(self) -> None:
        if getattr(self, "handle", None) and lib is not None:
            self._call("destroy")
            self.handle = c_void_p()

    @classmethod
    def _function(cls, verb: str) -> Any:
        return getattr(lib, f"drift_{cls._noun}_{verb}")

    def _call(self, verb: str, *arguments: Any) -> Any:
        with self.lock:
            return self._function(verb)(self.handle, *arguments)

    def _value(self, verb: str, *arguments: Any, trailing: tuple[Any, ...] = ()) -> float:
        out = c_double()
        check(self._call(verb, *arguments, byref(out), *trailing))
        return out.value

    def __bytes__(self) -> bytes:
        with Buffer() as buffer:
            check(self._call("serialize", buffer.handle))
            return buffer.bytes()

    @classmethod
    def from_bytes(cls, data: bytes) -> Any:
        """Build from bytes; damaged ones are a DriftError."""
        data = bytes(data)
        handle, error = c_void_p(), Error()
        check(cls._function("deserialize")(data, len(data), None, byref(handle), byref(error)), error)
        made = cls.__new__(cls)
        Handle.__init__(made, handle)
        return made


class _Sketch(Handle):
    def update(self, values: Any) -> None:
        """Add values: an array, a sequence or one number. NaN is missing, infinities count apart."""
        address, n, _owner = doubles(values)
        check(self._call("update", address, n))

    def merge(self, other: Any) -> None:
        """Add everything ``other`` has seen."""
        if type(other) is not type(self):
            raise TypeError(f"a {type(self).__name__} merges with its own kind, "
                            f"not with a {type(other).__name__}")
        with both(self, other):
            check(self._call("merge", other.handle))


class _Quantiles(_Sketch):
    def cdf(self, value: float) -> float:
        """Share of the values <= ``value``."""
        return self._value("cdf", value, trailing=(None, None))

    def cdf_bounds(self, value: float) -> tuple[float, float]:
        """Bounds of the share that hold with certainty."""
        out, low, high = c_double(), c_double(), c_double()
        check(self._call("cdf", value, byref(out), byref(low), byref(high)))
        return low.value, high.value

    @property
    def count(self) -> int:
        """Finite values seen."""
        return self._call("count")

    @property
    def missing(self) -> int:
        """NaN seen."""
        return self._call("missing")

    @property
    def infinite(self) -> int:
        """Infinities seen."""
        return self._call("infinite")

    @property
    def min(self) -> float:
        """Smallest finite value."""
        return self._value("min")

    @property
    def max(self) -> float:
        """Largest finite value."""
        return self._value("max")


class TDigest(_Quantiles):
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

    @property
    def compression(self) -> float:
        """As given."""
        return self._call("compression")

    @property
    def centroids(self) -> int:
        """Centroids held."""
        return self._call("centroids")


class EdgeDigest(_Quantiles):
    """Quantiles of a stream in two kilobytes: exact counts between at most ``edges`` (16..500) adaptive edges.

    Two to three times as fast as TDigest, and more accurate; what it does not
    know for certain it says by the bounds. Whole numbers, numbers of at most six decimals
    and few different values are answered by such.
    """

    _noun = "edge_digest"

    def __init__(self, edges: int = 96) -> None:
        handle, error = c_void_p(), Error()
        config = EdgeDigestConfig(ctypes.sizeof(EdgeDigestConfig), edges)
        check(lib.drift_edge_digest_create(byref(config), byref(handle), byref(error)), error)
        super().__init__(handle)

    def quantile(self, rank: float) -> float:
        """Value at ``rank`` (0..1): the smallest whose cdf reaches it."""
        return self._value("quantile", rank, trailing=(None, None))

    def quantile_bounds(self, rank: float) -> tuple[float, float]:
        """Bounds that hold with certainty, of the smallest value with a share of ``rank`` up to it."""
        out, low, high = c_double(), c_double(), c_double()
        check(self._call("quantile", rank, byref(out), byref(low), byref(high)))
        return low.value, high.value

    @property
    def edges(self) -> int:
        """As given."""
        return self._call("edges")

    @property
    def cells(self) -> int:
        """Cells between minimum, edges and maximum."""
        return self._call("cells")


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
        """The edges as given; one more than there are cells."""
        n = self._call("cells") + 1
        return list((c_double * n).from_address(self._call("edges")))

    @property
    def counts(self) -> list[int]:
        """Count of each cell."""
        return list((c_uint64 * self._call("cells")).from_address(self._call("counts")))

    @property
    def outside(self) -> dict[str, int]:
        """Counts that are not cells: below, above, missing, invalid and both infinities."""
        out = HistogramOutside()
        self._call("get_outside", byref(out))
        return {field[0]: getattr(out, field[0]) for field in HistogramOutside._fields_}

    @property
    def count(self) -> int:
        """Finite values counted: the cells, below and above."""
        return self._call("count")

    def quantile(self, rank: float) -> float:
        """Value at ``rank`` (0..1), linear inside a cell."""
        return self._value("quantile", rank)

    def cdf(self, value: float) -> float:
        """Share of the values < ``value``."""
        return self._value("cdf", value, trailing=(None, None))

    def cdf_bounds(self, value: float) -> tuple[float, float]:
        """Bounds of the share that hold with certainty."""
        out, low, high = c_double(), c_double(), c_double()
        check(self._call("cdf", value, byref(out), byref(low), byref(high)))
        return low.value, high.value


class Moments(_Sketch):
    """Count, mean, variance, skewness, kurtosis, minimum and maximum in one pass."""

    _noun = "moments"

    def __init__(self) -> None:
        handle = c_void_p()
        check(lib.drift_moments_create(None, byref(handle)))
        super().__init__(handle)

    @property
    def count(self) -> int:
        """Finite values seen."""
        return self._call("count")

    @property
    def missing(self) -> int:
        """NaN seen."""
        return self._call("missing")

    @property
    def infinite(self) -> int:
        """Infinities seen."""
        return self._call("infinite")

    @property
    def mean(self) -> float:
        """Mean of the finite values."""
        return self._value("mean")

    @property
    def variance(self) -> float:
        """Sample variance, divisor n - 1; needs two values."""
        return self._value("variance")

    @property
    def skewness(self) -> float:
        """As scipy.stats.skew; needs spread."""
        return self._value("skewness")

    @property
    def kurtosis(self) -> float:
        """Excess, as scipy.stats.kurtosis; needs spread."""
        return self._value("kurtosis")

    @property
    def min(self) -> float:
        """Smallest finite value."""
        return self._value("min")

    @property
    def max(self) -> float:
        """Largest finite value."""
        return self._value("max")


class Categories(_Sketch):
    """Exact counts of names up to ``capacity``, then ``other``; independent of order."""

    _noun = "categories"

    def __init__(self, capacity: int = 1024, seed: int = 0) -> None:
        handle, error = c_void_p(), Error()
        config = CategoriesConfig(ctypes.sizeof(CategoriesConfig), capacity, seed)
        check(lib.drift_categories_create(byref(config), byref(handle), byref(error)), error)
        super().__init__(handle)

    def update(self, values: Any) -> None:
        """Count names: one, or every one of a sequence, array or series; numbers go by their text.

        None, NaN and nulls are left out.
        """
        raw, offsets, n = _packed_names(values)
        check(self._call("update_batch", raw, offsets.buffer_info()[0], n))

    @property
    def counts(self) -> dict[str, int]:
        """Count of every kept name, in the order of their bytes."""
        out, made = Category(), {}
        with self.lock:
            for k in range(self._call("size")):
                check(self._call("get", k, byref(out)))
                made[ctypes.string_at(out.name, out.length).decode("utf-8", "replace")] = out.count
        return made

    @property
    def total(self) -> int:
        """Everything counted."""
        return self._call("total")

    @property
    def other(self) -> int:
        """Counted under names that are not kept."""
        return self._call("other")


def _encoded(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")


def _is_missing(value: Any) -> bool:
    return (value is None or type(value).__name__ in ("NAType", "MaskedConstant")
            or bool(value != value))


def _name(value: Any) -> bytes:
    """Text of one value, as a profile names it."""
    if isinstance(value, (str, bytes)):
        return _encoded(value)
    if hasattr(value, "dtype") and hasattr(value, "item"):
        value = value.item()
    if isinstance(value, bool):
        return b"true" if value else b"false"
    if not hasattr(value, "__index__"):
        value = float(value)
        value = int(value) if value.is_integer() and abs(value) < 2 ** 53 else value
    return repr(value).encode()


def _objects(values: Any) -> Iterable[Any]:
    """Values one by one, of whatever holds them."""
    if isinstance(values, (str, bytes, int, float)):
        return (values,)
    for listing in ("to_pylist", "to_list", "tolist"):  # pyarrow, polars and pandas, NumPy
        if hasattr(values, listing):
            return getattr(values, listing)()
    return values


def _packed(texts: Iterable[bytes]) -> tuple[bytes, Any, int]:
    """Texts one after another, the places where they begin and end, and how many there are."""
    raw = list(texts)
    offsets = array.array("q", itertools.chain((0,), itertools.accumulate(map(len, raw))))
    return b"".join(raw), offsets, len(raw)


def _packed_names(values: Any) -> tuple[bytes, Any, int]:
    return _packed(_name(value) for value in _objects(values) if not _is_missing(value))


class Distinct(_Sketch):
    """How many different values there are, in fixed memory: HyperLogLog, 2^``precision`` registers.

    The first 2^precision / 16 are counted exactly; then the standard error is
    1.04 / sqrt(2^precision), 1.6 % for the default of 12. Independent of order;
    merging equals the whole, byte for byte.
    """

    _noun = "distinct"

    def __init__(self, precision: int = 12) -> None:
        handle, error = c_void_p(), Error()
        config = DistinctConfig(ctypes.sizeof(DistinctConfig), precision)
        check(lib.drift_distinct_create(byref(config), byref(handle), byref(error)), error)
        super().__init__(handle)

    def update(self, values: Any) -> None:
        """Add values: an array, series or sequence of texts or numbers, or one of either.

        NaN, None and nulls are missing; 1 and 1.0 are one value, "1" is another.
        """
        if is_over_numpy(values):
            values = values.__array__()
        interface = getattr(values, "__array_interface__", None)
        kind = "O" if interface is None or hasattr(values, "filled") else interface["typestr"][1]
        if interface is None and self._update_where_it_lies(values):
            return
        if kind == "f":
            address, n, _owner = doubles(values)
            check(self._call("update_doubles", address, n))
        elif kind in "iub":
            whole = values.astype("<i8").ravel()
            if kind == "u" and (whole < 0).any():
                raise DriftError("an integer does not fit into 64 bits with a sign", -1)
            check(self._call("update_integers", whole.__array_interface__["data"][0], len(whole)))
        else:
            self._update_objects(_objects(values))

    def _update_where_it_lies(self, values: Any) -> bool:
        keep: list[Any] = []
        column, n = arrow_column(values, keep) or (None, 0)
        if column is None or column.validity or column.stride:
            return False
        address = (column.data or 0) + 8 * column.offset
        if column.layout == Column.FLOAT64:
            check(self._call("update_doubles", address, n))
        elif column.layout == Column.INT64:
            check(self._call("update_integers", address, n))
        elif column.layout == Column.STRING64:
            check(self._call("update_batch", c_char_p(column.bytes), address, n))
        else:
            return False
        return True

    def _update_objects(self, values: Iterable[Any]) -> None:
        texts: list[bytes] = []
        integers, numbers = array.array("q"), array.array("d")
        for value in values:
            if isinstance(value, (str, bytes)):
                texts.append(_encoded(value))
            elif _is_missing(value):
                numbers.append(math.nan)
            elif hasattr(value, "__index__"):
                if not -2 ** 63 <= int(value) < 2 ** 63:
                    raise DriftError("an integer does not fit into 64 bits with a sign", -1)
                integers.append(int(value))
            else:
                numbers.append(float(value))
        raw, offsets, n = _packed(texts)
        check(self._call("update_batch", raw, offsets.buffer_info()[0], n))
        check(self._call("update_integers", integers.buffer_info()[0], len(integers)))
        check(self._call("update_doubles", numbers.buffer_info()[0], len(numbers)))

    @property
    def estimate(self) -> float:
        """Number of different values; exact while ``exact``."""
        return self._value("estimate")

    def bounds(self, confidence: float = 0.95) -> tuple[float, float]:
        """Interval that holds the true number with probability ``confidence``."""
        low, high = c_double(), c_double()
        check(self._call("bounds", confidence, byref(low), byref(high)))
        return low.value, high.value

    @property
    def exact(self) -> bool:
        """True while every different value is counted exactly."""
        return bool(self._call("is_exact"))

    @property
    def count(self) -> int:
        """Values seen, equal ones included."""
        return self._call("count")

    @property
    def missing(self) -> int:
        """NaN and None seen."""
        return self._call("missing")

    @property
    def precision(self) -> int:
        """As given."""
        return self._call("precision")


class Frequent(_Sketch):
    """The most frequent of any number of names, at most 2 * ``capacity`` kept, with certain bounds.

    Every count is known to total / (capacity + 1) or better, and every name with
    more than that is kept. Exact while no more than 2 * capacity names were met.
    """

    _noun = "frequent"

    def __init__(self, capacity: int = 1024) -> None:
        handle, error = c_void_p(), Error()
        config = FrequentConfig(ctypes.sizeof(FrequentConfig), capacity)
        check(lib.drift_frequent_create(byref(config), byref(handle), byref(error)), error)
        super().__init__(handle)

    def update(self, values: Any, count: int = 1) -> None:
        """Count names: one, or every one of a sequence, array or series; each ``count`` times.

        Numbers go by their text; None, NaN and nulls are left out.
        """
        raw, offsets, n = _packed_names(values)
        if count == 1:
            check(self._call("update_batch", raw, offsets.buffer_info()[0], n))
            return
        for begin, end in zip(offsets, offsets[1:]):
            check(self._call("update", raw[begin:end], end - begin, whole_number(count)))

    @property
    def names(self) -> dict[str, tuple[int, int]]:
        """Lower and upper bound of the count of every kept name, the most frequent first."""
        out, made = FrequentName(), {}
        with self.lock:
            for k in range(self._call("size")):
                check(self._call("get", k, byref(out)))
                name = ctypes.string_at(out.name, out.length).decode("utf-8", "replace")
                made[name] = (out.low, out.high)
        return made

    def bounds(self, name: str | bytes) -> tuple[int, int]:
        """Lower and upper bound of the count of any name."""
        raw, low, high = _encoded(name), c_uint64(), c_uint64()
        check(self._call("count", raw, len(raw), byref(low), byref(high)))
        return low.value, high.value

    @property
    def total(self) -> int:
        """Everything counted."""
        return self._call("total")

    @property
    def error(self) -> int:
        """Width of the bounds, and the most that a name not kept can have; 0 = all are exact."""
        return self._call("error")

    @property
    def capacity(self) -> int:
        """As given."""
        return self._call("capacity")


__all__ = ["TDigest", "Histogram", "Moments", "Categories", "Distinct", "Frequent"]
