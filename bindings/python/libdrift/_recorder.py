# SPDX-License-Identifier: Apache-2.0
"""Rows on their way into a monitor, and the recorder of one thread."""
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from . import _ffi
from ._arguments import refused
from ._data import Reader, set_value
from ._ffi import Any, Error, Table, Value, byref, c_void_p, check, lib
from ._owner import Locked

TYPE_CHECKING = False  # as in _ffi
if TYPE_CHECKING:
    from typing import TypeVar

    from ._monitor import Monitor
    _Self = TypeVar("_Self", bound="Closing")


def fill(slots: Any, row: Mapping[str, Any] | Sequence[Any], names: list[str]) -> list[Any]:
    """Put a row into C values; what is returned must live until they were read."""
    keep: list[Any] = []
    if isinstance(row, Mapping):
        values: Any = [row.get(name) for name in names]
    elif isinstance(row, (str, bytes, bytearray)) or not hasattr(row, "__getitem__"):
        raise refused("a row", "a mapping by column name or a sequence of values", row, TypeError)
    else:
        values = row
    if len(values) != len(names):
        raise _ffi.DriftError(f"a row has {len(names)} values, not {len(values)}", -1)
    for slot, value in zip(slots, values):
        set_value(slot, value, keep)
    return keep


def observe_table(function: Any, handle: Callable[[], c_void_p], table: Any) -> None:
    """Hand ``function`` the parts of a table one after the other."""
    error, part = Error(), Table()
    with Reader(table) as reader:
        while True:
            status = lib.drift_reader_next(reader.handle, byref(part), byref(error))
            check(status, error)
            if status == _ffi.END:
                return
            check(function(handle(), byref(part), byref(error)), error)


class Closing(Locked):
    """Closed by ``with``, and when nobody has it any more."""

    _handle: c_void_p

    def close(self) -> None:
        raise NotImplementedError

    def __enter__(self: _Self) -> _Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_handle", None) and lib is not None:
            self.close()


class Recorder(Closing):
    """The way of one serving thread into a monitor, made by ``Monitor.recorder``.

    It waits neither for other recorders nor for ``poll``; two threads that share one take turns. A
    monitor's ``close`` closes its recorders.
    """

    _instead = "ask its monitor for another one, monitor.recorder()"

    def __init__(self, monitor: Monitor, names: list[str], handle: c_void_p) -> None:
        super().__init__()
        self._monitor = monitor  # it lives as long as its recorders
        self._names, self._handle = names, handle
        self._row = (Value * max(1, len(names)))()

    def _open(self) -> c_void_p:
        if not self._handle:
            raise _ffi.DriftError("the recorder is closed", -1)
        return self._handle

    def observe(self, row: Mapping[str, Any] | Sequence[Any]) -> None:
        """Observe one row, as ``Monitor.observe``."""
        with self.lock:
            keep = fill(self._row, row, self._names)
            check(lib.drift_recorder_observe(self._open(), self._row, len(self._names)))
            del keep

    def observe_batch(self, table: Any) -> None:
        """Observe the rows of a table one after the other."""
        with self.lock:
            observe_table(lib.drift_recorder_observe_batch, self._open, table)

    @property
    def rows(self) -> int:
        """Rows observed through this recorder."""
        with self.lock:
            return lib.drift_recorder_rows(self._open())

    @property
    def dropped(self) -> int:
        """Rows dropped because full windows waited for a poll."""
        with self.lock:
            return lib.drift_recorder_dropped(self._open())

    def close(self) -> None:
        """Give it back: what it holds will be collected, and another thread may get it."""
        with self.lock:
            handle, self._handle = self._handle, c_void_p()
            if handle:
                lib.drift_recorder_destroy(handle)
