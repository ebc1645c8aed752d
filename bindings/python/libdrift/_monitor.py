# SPDX-License-Identifier: Apache-2.0
"""A monitor: rows as they come, a callback when they are no longer what they were."""
from __future__ import annotations

import collections
import ctypes
import threading
import weakref
from collections.abc import Callable, Mapping, Sequence

from . import _ffi
from ._data import Reader, set_value
from ._ffi import Any, Buffer, Error, MonitorConfig, Table, Value, byref, c_void_p, check, lib
from ._profile import Profile


KEPT_ALERTS = 1000
_SLACK = 256  # counters gain digits between two looks


class Alert:
    """One alert; the attributes are the keys of ``drift.alert/1``: column, kind, severity, row,
    change_row, window, evidence, alpha, effect, message."""

    column: str
    kind: str
    severity: str
    row: int
    change_row: int
    evidence: float
    alpha: float
    effect: dict[str, float | None]
    message: str

    def __init__(self, fields: dict[str, Any]) -> None:
        self.__dict__.update(fields)

    def to_dict(self) -> dict[str, Any]:
        """The JSON line, ``drift.alert/1``."""
        return dict(self.__dict__)

    def __repr__(self) -> str:
        return f"<libdrift.Alert: {self.message}>"


def _fill(slots: Any, row: Mapping[str, Any] | Sequence[Any], names: list[str]) -> list[Any]:
    """Put a row into C values; what is returned must live until they were read."""
    keep: list[Any] = []
    values = [row.get(name) for name in names] if isinstance(row, Mapping) else row
    if len(values) != len(names):
        raise _ffi.DriftError(f"a row has {len(names)} values, not {len(values)}", -1)
    for slot, value in zip(slots, values):
        set_value(slot, value, keep)
    return keep


def _observe_table(function: Any, handle: Callable[[], c_void_p], table: Any) -> None:
    error, part = Error(), Table()
    with Reader(table) as reader:
        while True:
            status = lib.drift_reader_next(reader.handle, byref(part), byref(error))
            check(status, error)
            if status == _ffi.END:
                return
            check(function(handle(), byref(part), byref(error)), error)


class Recorder:
    """The way of one serving thread into a monitor, made by ``Monitor.recorder``.

    It waits neither for other recorders nor for ``poll``; two threads that share one take turns. A
    monitor's ``close`` closes its recorders.
    """

    def __init__(self, monitor: "Monitor", names: list[str], handle: c_void_p) -> None:
        self._monitor = monitor  # it lives as long as its recorders
        self._names, self._handle = names, handle
        self._lock = threading.RLock()
        self._row = (Value * max(1, len(names)))()

    def _open(self) -> c_void_p:
        if not self._handle:
            raise _ffi.DriftError("the recorder is closed", -1)
        return self._handle

    def observe(self, row: Mapping[str, Any] | Sequence[Any]) -> None:
        """Observe one row, as ``Monitor.observe``."""
        with self._lock:
            keep = _fill(self._row, row, self._names)
            check(lib.drift_recorder_observe(self._open(), self._row, len(self._names)))
            del keep

    def observe_batch(self, table: Any) -> None:
        """Observe the rows of a table one after the other."""
        with self._lock:
            _observe_table(lib.drift_recorder_observe_batch, self._open, table)

    @property
    def rows(self) -> int:
        """Rows observed through this recorder."""
        with self._lock:
            return lib.drift_recorder_rows(self._open())

    @property
    def dropped(self) -> int:
        """Rows dropped because full windows waited for a poll."""
        with self._lock:
            return lib.drift_recorder_dropped(self._open())

    def close(self) -> None:
        """Give it back: what it holds will be collected, and another thread may get it."""
        with self._lock:
            handle, self._handle = self._handle, c_void_p()
            if handle:
                lib.drift_recorder_destroy(handle)

    def __enter__(self) -> "Recorder":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_handle", None) and lib is not None:
            self.close()


class Monitor:
    """Watch a stream against a reference profile.

    ``alpha``: probability that an unchanged stream is ever alarmed, over all columns and for ever.
    ``window``: rows a window. ``on_alert``: called with an Alert from ``poll``; what it raises is
    kept and raised by ``poll`` once the remaining alerts are delivered. ``fail_on="minor"`` delivers
    warnings too. ``model``: its name in ``metrics``, which has at most ``most_series`` series (0: 2,000).
    ``rebase_rows``: after an alert, once a window does not differ from the one before it, so many
    rows become the reference, in whole windows; 0: never.
    ``alerts`` holds the last 1,000 delivered. One thread at a time enters; others wait.
    """

    def __init__(self, profile: Profile, *, alpha: float = 0.01, min_effect: float = 0.1,
                 window: int = 10000, cooldown: int = 0, fail_on: str = "drift",
                 model: str = "default", most_series: int = 0, rebase_rows: int = 0,
                 on_alert: Callable[[Alert], Any] | None = None) -> None:
        if not 0 < alpha < 1:
            raise _ffi.DriftError(f"alpha is a probability between 0 and 1, not {alpha!r}", -1)
        if window < 1:
            raise _ffi.DriftError(f"window is a number of rows, not {window!r}", -1)
        if "\0" in model or most_series < 0 or rebase_rows < 0:
            raise _ffi.DriftError("model is a name without a NUL; most_series and rebase_rows are "
                                  "numbers from 0", -1)
        config = MonitorConfig(ctypes.sizeof(MonitorConfig), fail_on == "minor", alpha,
                               min_effect if min_effect > 0 else -1.0, window, 0, cooldown)
        config.model, config.most_series = model.encode(errors="surrogateescape"), most_series
        config.rebase_rows = rebase_rows
        self._lock = threading.RLock()
        self._handle, error = c_void_p(), Error()
        with profile.lock:
            check(lib.drift_monitor_create(profile.handle, byref(config), byref(self._handle),
                                           byref(error)), error)
        self._on_alert = on_alert
        self._raised: BaseException | None = None
        self.alerts: collections.deque[Alert] = collections.deque(maxlen=KEPT_ALERTS)
        self._callback = _ffi.ALERT_CALLBACK(self._deliver)  # kept: C calls it
        check(lib.drift_monitor_on_alert(self._handle, self._callback, None))
        n = lib.drift_monitor_columns(self._handle)
        self._names = [_ffi.text(lib.drift_monitor_column_name(self._handle, k)) for k in range(n)]
        self._recorders: weakref.WeakSet[Recorder] = weakref.WeakSet()
        self._row = (Value * max(1, n))()

    def recorder(self) -> "Recorder":
        """A recorder for one thread that serves; ``poll`` collects from all of them, on any thread."""
        made, error = c_void_p(), Error()
        with self._lock:
            check(lib.drift_monitor_recorder(self._open(), byref(made), byref(error)), error)
            recorder = Recorder(self, self._names, made)
            self._recorders.add(recorder)
        return recorder

    def _deliver(self, alert: int, _context: int | None) -> None:
        try:
            with Buffer() as buffer:
                check(lib.drift_alert_render_json(alert, buffer.handle))
                made = Alert(_ffi.parsed(buffer.bytes()))
            self.alerts.append(made)
            if self._on_alert is not None:
                self._on_alert(made)
        except BaseException as error:  # it must not cross C; poll raises it
            self._raised = self._raised or error

    def close(self) -> None:
        """Free the monitor; inside a callback this takes effect when the poll ends."""
        with self._lock:
            for recorder in self._recorders:
                recorder.close()
            handle, self._handle = self._handle, c_void_p()
            if handle:
                lib.drift_monitor_destroy(handle)

    def __enter__(self) -> "Monitor":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_handle", None) and lib is not None:
            self.close()

    def _open(self) -> c_void_p:
        if not self._handle:
            raise _ffi.DriftError("the monitor is closed", -1)
        return self._handle

    def observe(self, row: Mapping[str, Any] | Sequence[Any]) -> None:
        """Observe one row: a mapping by column name (absent = missing) or a sequence in the order
        of the reference's columns."""
        with self._lock:
            keep = _fill(self._row, row, self._names)
            check(lib.drift_monitor_observe(self._open(), self._row, len(self._names)))
            del keep

    def observe_batch(self, table: Any) -> None:
        """Observe many rows; their alerts wait for ``poll``."""
        with self._lock:
            _observe_table(lib.drift_monitor_observe_batch, self._open, table)

    def _settle(self, function: Any) -> None:
        error = Error()
        with self._lock:
            status = function(self._open(), byref(error))
            raised, self._raised = (self._raised, None) if status != -10 else (None, self._raised)
        if raised is not None:
            raise raised
        check(status, error)

    def poll(self) -> None:
        """Judge full windows and deliver alerts; raises what a callback raised."""
        self._settle(lib.drift_monitor_poll)

    def finish(self) -> None:
        """The input has ended: judge the last window if it has 1,000 rows, then poll."""
        self._settle(lib.drift_monitor_finish)

    @property
    def rows(self) -> int:
        """Rows observed."""
        with self._lock:
            return lib.drift_monitor_rows(self._open())

    @property
    def dropped(self) -> int:
        """Rows lost because two full windows waited for a poll."""
        with self._lock:
            return lib.drift_monitor_dropped(self._open())

    @property
    def windows(self) -> int:
        """Windows judged."""
        with self._lock:
            return lib.drift_monitor_windows(self._open())

    def rebase(self, profile: Profile) -> None:
        """Take ``profile``, which has the same columns, in place of the reference, while recorders
        go on: a new epoch, which spends ``alpha`` anew. Not from ``on_alert``: after ``poll``."""
        error = Error()
        with self._lock, profile.lock:
            check(lib.drift_monitor_rebase(self._open(), profile.handle, byref(error)), error)

    @property
    def epoch(self) -> int:
        """Number of the reference in use, from 1."""
        with self._lock:
            return lib.drift_monitor_epoch(self._open())

    @property
    def reference(self) -> Profile:
        """A copy of the reference in use."""
        error = Error()
        with self._lock, Buffer() as buffer:
            reference = lib.drift_monitor_reference(self._open())
            check(lib.drift_profile_serialize(reference, buffer.handle, byref(error)), error)
            return Profile.from_bytes(buffer.bytes())

    def metrics(self) -> str:
        """The metrics as Prometheus reads them (text format 0.0.4), for a scrape or a file."""
        needed = ctypes.c_size_t()
        with self._lock:
            lib.drift_monitor_render_openmetrics(self._open(), None, 0, byref(needed))
            text = ctypes.create_string_buffer(needed.value + _SLACK)
            check(lib.drift_monitor_render_openmetrics(self._open(), text, len(text), byref(needed)))
        return text.raw[:needed.value].decode()

    @property
    def columns(self) -> list[str]:
        """Names of the columns, in the order a sequence given to ``observe`` has."""
        return list(self._names)
