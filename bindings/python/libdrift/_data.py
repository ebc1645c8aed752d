# SPDX-License-Identifier: Apache-2.0
"""Tables as Python has them, handed to the library without a copy where their memory allows it.

Accepted: anything with ``__arrow_c_stream__`` or ``__arrow_c_array__`` (pandas with pyarrow, polars,
pyarrow, duckdb), mappings of columns, two-dimensional and structured NumPy arrays, pandas frames
without pyarrow, lists of mappings. A column is a NumPy array (through ``__array_interface__``; NumPy
itself is never imported) or any sequence. None and NaN are missing.
"""
from __future__ import annotations

import array
import ctypes
import datetime
import itertools
import math
import os
import sys
from collections.abc import Mapping, Sequence

from . import _ffi
from ._ffi import Any, Column, Error, Table, Value, byref, c_char_p, c_void_p, check, lib
from ._arguments import path_option
from ._owner import Owner

_NUMBERS = {"f8": Column.FLOAT64, "f4": Column.FLOAT32, "i1": Column.INT8, "i2": Column.INT16,
            "i4": Column.INT32, "i8": Column.INT64, "u1": Column.UINT8, "u2": Column.UINT16,
            "u4": Column.UINT32, "u8": Column.UINT64, "b1": Column.BOOL8}
_PARTS = {"s": 1, "ms": 10 ** 3, "us": 10 ** 6, "ns": 10 ** 9}
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def _microseconds(value: datetime.date) -> int:
    if not isinstance(value, datetime.datetime):
        value = datetime.datetime(value.year, value.month, value.day)
    if value.tzinfo is None:
        value = value.replace(tzinfo=datetime.timezone.utc)
    return (value - _EPOCH) // datetime.timedelta(microseconds=1)


def _seconds(durations: Any) -> Any:
    """NumPy durations, one or an array, as seconds; of NaT anything."""
    unit = str(durations.dtype)[len("timedelta64["):-1]
    if unit not in _PARTS:
        durations, unit = durations.astype("m8[s]"), "s"
    return durations.astype("i8") / _PARTS[unit]


def _time_of_day(value: datetime.time) -> float:
    seconds = (value.hour * 60 + value.minute) * 60 + value.second
    return (seconds * 10 ** 6 + value.microsecond) / 10 ** 6


def _number(value: int | float) -> float:
    """As a number read from text would be: beyond the largest double infinite."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def set_value(slot: Value, value: Any, keep: list[Any]) -> None:
    """Write one Python value into a drift_value; bytes it points to are appended to ``keep``."""
    if value is None or type(value).__name__ in ("NAType", "NaTType", "MaskedConstant"):
        slot.tag = Value.MISSING
    elif isinstance(value, bool):
        slot.tag, slot.as_.integer = Value.BOOL, value
    elif isinstance(value, int) and -(1 << 63) <= value < (1 << 63):
        slot.tag, slot.as_.integer = Value.INT64, value
    elif isinstance(value, (int, float)):
        slot.tag, slot.as_.number = Value.DOUBLE, _number(value)
    elif isinstance(value, (str, bytes)):
        raw = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
        keep.append(raw)
        slot.tag, slot.length, slot.as_.string = Value.STRING, len(raw), raw
    elif isinstance(value, datetime.date):
        slot.tag, slot.as_.integer = Value.TIME, _microseconds(value)
    elif isinstance(value, (datetime.timedelta, datetime.time)):
        slot.tag = Value.DOUBLE
        slot.as_.number = (_time_of_day(value) if isinstance(value, datetime.time)
                           else value.total_seconds())
    elif type(value).__name__ == "timedelta64":
        set_value(slot, float(_seconds(value)) if value == value else None, keep)
    elif type(value).__name__ == "datetime64":
        set_value(slot, value.astype("M8[us]").item(), keep)
    elif hasattr(value, "item") and not isinstance(value, Sequence):
        set_value(slot, value.item(), keep)  # a NumPy scalar
    elif isinstance(value, complex):
        raise TypeError(f"{value!r} is neither a real number nor text")
    elif hasattr(value, "__float__"):
        number = float(value)
        slot.tag, slot.as_.number = (Value.MISSING, 0) if math.isnan(number) else (Value.DOUBLE,
                                                                                  number)
    else:
        set_value(slot, str(value), keep)


def _packed(layout: int, values: Any, keep: list[Any]) -> tuple[Column, int]:
    column = Column(ctypes.sizeof(Column), layout)
    column.data = values.buffer_info()[0]
    keep.append(values)
    return column, len(values)


def _set_validity(column: Column, values: Sequence[Any], keep: list[Any]) -> None:
    """One bit a value, the first in the lowest: 1 where it is not None."""
    digits = "".join("0" if value is None else "1" for value in reversed(values))
    bits = int(digits, 2).to_bytes((len(values) + 7) // 8, "little")
    keep.append(bits)
    column.validity = _address(bits)


def _address(raw: bytes) -> int | None:
    return ctypes.cast(c_char_p(raw), c_void_p).value


def _column_of_strings(values: Sequence[str], keep: list[Any]) -> tuple[Column, int]:
    pieces = [value.encode("utf-8", "surrogatepass") for value in values]
    joined = b"".join(pieces)
    offsets = array.array("q", itertools.chain((0,), itertools.accumulate(map(len, pieces))))
    column, _ = _packed(Column.STRING64, offsets, keep)
    keep.append(joined)
    column.bytes = _address(joined)
    return column, len(pieces)


def _column_of_values(values: Sequence[Any], keep: list[Any]) -> tuple[Column, int]:
    """One kind of value throughout goes packed; anything else cell by cell."""
    kinds = set(map(type, values))
    if kinds in ({str, type(None)}, {float, type(None)}):
        filler = "" if str in kinds else math.nan
        column, rows = _column_of_values([filler if v is None else v for v in values], keep)
        _set_validity(column, values, keep)
        return column, rows
    if kinds == {str}:
        return _column_of_strings(values, keep)
    if kinds == {float}:
        return _packed(Column.FLOAT64, array.array("d", values), keep)
    if kinds == {int} and -(1 << 63) <= min(values) and max(values) < 1 << 63:
        return _packed(Column.INT64, array.array("q", values), keep)
    return _column_of_cells(values, keep)


def _column_of_cells(values: Sequence[Any], keep: list[Any]) -> tuple[Column, int]:
    cells = (Value * max(1, len(values)))()
    for slot, value in zip(cells, values):
        set_value(slot, value, keep)
    keep.append(cells)
    column = Column(ctypes.sizeof(Column), Column.VALUE)
    column.data = ctypes.addressof(cells)
    return column, len(values)


def _mark_missing(column: Column, missing: Any, keep: list[Any]) -> None:
    """Validity from a NumPy array of truths; NumPy is there, since the array is."""
    if bool(missing.any()):
        bits = sys.modules["numpy"].packbits(~missing, bitorder="little")
        keep.append(bits)
        column.validity = bits.__array_interface__["data"][0]


def _time_column(values: Any, keep: list[Any]) -> tuple[Column, int]:
    """Dates and times as microseconds, durations as seconds."""
    is_date = values.dtype.kind == "M"
    converted = values.astype("<M8[us]", copy=False) if is_date else _seconds(values)
    keep.append(converted)
    column, rows = _plain_column(converted.__array_interface__,
                                 Column.TIME64 if is_date else Column.FLOAT64)
    _mark_missing(column, values != values, keep)
    return column, rows


def _plain_column(interface: Mapping[str, Any], layout: int) -> tuple[Column, int]:
    column = Column(ctypes.sizeof(Column), layout)
    column.data = interface["data"][0]
    strides = interface.get("strides")
    column.stride = strides[0] if strides else 0
    return column, interface["shape"][0]


def is_over_numpy(values: Any) -> bool:
    """True for a series of pandas over an array of NumPy."""
    return (type(getattr(values, "dtype", None)).__module__.partition(".")[0] == "numpy"
            and hasattr(values, "__array__") and not hasattr(values, "__array_interface__"))


def arrow_column(values: Any, keep: list[Any]) -> tuple[Column, int] | None:
    """An Arrow array or series as it lies; None of other things, and where it lies in pieces."""
    if not hasattr(values, "__arrow_c_array__") and not hasattr(values, "__arrow_c_stream__"):
        return None
    if is_over_numpy(values):
        return None
    for join in ("combine_chunks", "rechunk"):
        values = getattr(values, join)() if hasattr(values, join) else values
    stream = Reader.stream(values)
    if stream is None:
        return None
    reader, table, rest, error = Reader(None, stream=stream), Table(), Table(), Error()
    check(lib.drift_reader_next(reader.handle, byref(table), byref(error)), error)
    rows = table.n_rows
    columns = ctypes.cast(table.columns, ctypes.POINTER(Column))
    if table.n_columns != 1 or lib.drift_reader_next(reader.handle, byref(rest), None) != _ffi.END:
        return None
    keep.append(reader)
    return Column.from_buffer_copy(columns[0]), rows


def _array_column(values: Any, keep: list[Any]) -> tuple[Column, int]:
    """A NumPy array: as it lies, or brought to this machine's order and widths first."""
    interface = values.__array_interface__
    if len(interface["shape"]) != 1:
        raise ValueError(f"a column has one dimension, not {len(interface['shape'])}")
    order, kind = interface["typestr"][0], interface["typestr"][1:]
    if kind[0] in "Mm":
        return _time_column(values, keep)
    if (kind not in _NUMBERS and kind != "f2") or interface["shape"][0] == 0:
        return _column_of_values(values.tolist(), keep)
    mask = getattr(values, "mask", None) if hasattr(values, "filled") else None
    if order == ">" or kind == "f2" or 0 in (interface.get("strides") or ()):
        kind = "f4" if kind == "f2" else kind
        values = values.astype("=" + kind, copy=True)
    keep.append(values)
    column, rows = _plain_column(values.__array_interface__, _NUMBERS[kind])
    if mask is not None and getattr(mask, "shape", ()):
        _mark_missing(column, mask, keep)
    return column, rows


def _column(values: Any, keep: list[Any]) -> tuple[Column, int]:
    if hasattr(values, "__array_interface__"):
        return _array_column(values, keep)
    arrow = arrow_column(values, keep)
    if arrow is not None:
        return arrow
    if hasattr(values, "to_pylist"):
        values = values.to_pylist()
    elif hasattr(values, "__array__"):
        return _array_column(values.__array__(), keep)
    return _column_of_values(values if isinstance(values, Sequence) else list(values), keep)


def _named_columns(data: Any) -> list[tuple[str, Any]]:
    if isinstance(data, Mapping):
        return [(str(name), data[name]) for name in data]
    if hasattr(data, "columns") and hasattr(data, "__getitem__") and not callable(data.columns):
        return [(str(name), data[name]) for name in data.columns]  # pandas without pyarrow
    interface = getattr(data, "__array_interface__", None)
    if interface is not None:
        fields = getattr(getattr(data, "dtype", None), "names", None)
        if fields:
            return [(name, data[name]) for name in fields]
        if len(interface["shape"]) == 1:
            return [("column_1", data)]
        if len(interface["shape"]) == 2:
            return [(f"column_{k + 1}", data[:, k]) for k in range(interface["shape"][1])]
        raise ValueError(f"a table has one or two dimensions, not {len(interface['shape'])}")
    if isinstance(data, Sequence) and not isinstance(data, (str, bytes)) \
            and all(isinstance(row, Mapping) for row in data):
        names = dict.fromkeys(str(name) for row in data for name in row)
        return [(name, [row.get(name) for row in data]) for name in names]
    raise TypeError(f"a {type(data).__name__} is not a table: libdrift takes Arrow tables, mappings "
                    "of columns, NumPy arrays and lists of mappings")


class TableView:
    """A drift_table over Python's memory; valid as long as this object lives."""

    def __init__(self, data: Any) -> None:
        self._keep: list[Any] = [data]
        columns, lengths, names = [], [], []
        for name, values in _named_columns(data):
            try:
                column, rows = _column(values, self._keep)
            except _ffi.DriftError as error:  # an Arrow column knows another name
                reason = str(error).partition("': ")[2] or error
                raise _ffi.DriftError(f"column {name!r}: {reason}", error.status) from error
            except (TypeError, ValueError, OverflowError) as error:
                raise _ffi.DriftError(f"column {name!r}: {error}", -1) from error
            columns.append(column)
            lengths.append(rows)
            names.append(name.encode("utf-8", "replace"))
        if len(set(lengths)) > 1:
            sizes = ", ".join(f"{n.decode()}: {r}" for n, r in zip(names, lengths))
            raise _ffi.DriftError(f"the columns have different lengths ({sizes})", -1)
        self._columns = (Column * max(1, len(columns)))(*columns)
        self._names = (c_char_p * max(1, len(names)))(*names)
        self.table = Table(ctypes.sizeof(Table), len(columns), lengths[0] if lengths else 0,
                           self._names, self._columns)


class Reader(Owner):
    """A drift_reader over any accepted table, for the time of a ``with`` block; over a file where
    ``config`` (a drift_profile_config) says how to read one."""

    def __init__(self, data: Any, config: Any = None, stream: Any = None) -> None:
        self._keep: list[Any] = []
        self.handle = c_void_p()
        if type(data).__name__ == "LazyFrame":
            raise TypeError("a LazyFrame has no rows yet: collect() it first")
        error = Error()
        if config is not None and isinstance(data, (str, os.PathLike)):
            check(lib.drift_reader_open(path_option("data", data), byref(config), byref(self.handle),
                                        byref(error)), error)
            return
        stream = stream or self.stream(data)
        if stream is not None:
            capsule, address = stream
            self._keep.append(capsule)
            check(lib.drift_reader_open_arrow(address, None, byref(self.handle), byref(error)), error)
            return
        view = TableView(data)
        self._keep.append(view)
        check(lib.drift_reader_open_table(byref(view.table), None, byref(self.handle), byref(error)),
              error)

    @staticmethod
    def stream(data: Any) -> tuple[Any, int] | None:
        if not hasattr(data, "__arrow_c_stream__") and not hasattr(data, "__arrow_c_array__"):
            return None
        if type(data).__module__.startswith("pandas") and hasattr(data, "reset_index") \
                and hasattr(data, "columns"):
            data = data.reset_index(drop=True)  # the index numbers rows, it is no column
        try:
            if not hasattr(data, "__arrow_c_stream__"):
                batch = _ffi.OneBatch(*data.__arrow_c_array__())
                return batch, batch.address
            capsule = data.__arrow_c_stream__()
        except ImportError:
            return None  # pandas without pyarrow: column by column
        except Exception as error:
            if type(error).__name__ in ("ArrowInvalid", "ArrowTypeError", "ArrowNotImplementedError"):
                return None  # mixed objects: cell by cell
            raise
        return capsule, _ffi.capsule_pointer(capsule, b"arrow_array_stream")

    def __enter__(self) -> "Reader":
        return self

    def __exit__(self, *_: object) -> None:
        lib.drift_reader_destroy(self.handle)
        self.handle = c_void_p()

    def __del__(self) -> None:
        if self.handle and lib is not None:
            self.__exit__()
