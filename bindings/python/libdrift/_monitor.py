# SPDX-License-Identifier: Apache-2.0
"""A monitor: rows as they come, a callback when they are no longer what they were."""
from __future__ import annotations

import collections
import ctypes
import os
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence

from . import _ffi
from ._arguments import choice
from ._ffi import Any, Buffer, Error, MonitorConfig, Value, byref, c_void_p, check, lib
from ._profile import Profile, expect_profile
from ._recorder import Closing, Recorder, fill, observe_table
from .detectors import Detector


KEPT_ALERTS = 1000
DETECTORS = ("evidence", "window")
FAIL_ON = ("drift", "minor", "never")
_FOREVER = 2**64 - 1
_NUMERIC = 1
_SLACK = 256  # counters gain digits between two looks


class Alert:
    """One alert; the attributes are the keys of ``drift.alert/1``: column, kind, severity, row,
    change_row, window, evidence, alpha, effect, message of the strongest column; ``incident``, its
    number; ``updated`` and ``resolved``, where it grew or ended; ``columns``, names, strongest first,
    with ``details``; ``retraining``: "requested", why it was withheld, or None."""

    updated: bool = False
    resolved: bool = False
    incident: int
    epoch: int
    columns: list[str]
    details: list[dict[str, Any]]
    detector: str
    retraining: str | None
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


def _rows(number: int | None) -> int:
    """Of a rule: 0 is the monitor's number, _FOREVER none."""
    return 0 if number is None else number or _FOREVER


def _min_effect(number: float) -> float:
    """As C takes it, where 0 is a default: none is negative."""
    if number != number:
        raise _ffi.DriftError("min_effect is a number, not nan", -1)
    return number if number > 0 else -1.0


def _numeric(profile: Profile) -> list[str]:
    """Names of the numeric columns that are tested."""
    found = [profile._column(k) for k in range(lib.drift_profile_columns(profile.handle))]
    return [_ffi.text(column.name) for column in found if column.tested and column.type == _NUMERIC]


def _attached(given: Any, profile: Profile) -> list[tuple[Any, Any]]:
    """One of ``detectors``: the detector and column of each one to add."""
    if isinstance(given, str):
        return [(given, column) for column in _numeric(profile)]
    if not isinstance(given, (tuple, list)) or len(given) != 2:
        raise TypeError(f"detectors holds names and pairs (detector, column), not {given!r}")
    return [(given[0], given[1])]


class Monitor(Closing):
    """Watch a stream against a reference profile.

    ``alpha``: probability that an unchanged stream is ever alarmed, over all columns and for ever.
    ``detector``: ``"evidence"``, which grows row after row and alarms within the fewest rows, or
    ``"window"``: each window of ``window`` rows compared with the reference. Of evidence,
    ``run_length`` > 0 asks for so many unchanged rows to a false alarm on average in place of ``alpha``,
    ``tolerance`` > 0 alarms only where a column is further than this Kolmogorov-Smirnov distance away.
    ``detectors``: classical ones beside it, as ``[("adwin", "error")]``, (name or ``libdrift.detectors``
    object, column), or a name alone for every numeric column; they bound no false alarms.
    ``on_alert``: called with an Alert from ``poll``; what it raises is
    kept and raised by ``poll`` once the remaining alerts are delivered. ``fail_on="minor"`` delivers
    warnings too. ``model``: its name in ``metrics``, which has at most ``most_series`` series (0: 2,000).
    ``rebase_rows``: while an alert is open, once a window does not differ from the one before it, so
    many rows become the reference, in whole windows; 0: never.
    Columns that change within ``incident`` rows (0: ``window``) are one alert; it is told when the change
    is still there ``persistence`` rows later. ``mute``: columns that are never told.
    ``on_retrain``: called with the alert, after ``on_alert``, where a model should be trained anew: once an
    incident, ``retrain_interval`` seconds apart, ``retrain_budget`` times (0: any) in ``retrain_period``
    seconds. ``alerts`` holds the last 1,000 delivered, ``take`` hands out each once. One thread at a time
    enters; others wait.

    ``state``: path of a snapshot, with a journal of that name and ``.journal`` behind it. Where it
    exists the monitor goes on from it: ``rows`` says with which row. ``poll`` saves every
    ``save_rows`` rows (0: 100,000) or ``save_seconds`` seconds (0: 60), and puts every alert into
    the journal before ``on_alert`` is called.
    """

    _instead = "save its state, and open that one with Monitor(profile, state=path)"

    def __init__(self, profile: Profile, *, alpha: float = 0.01, min_effect: float = 0.1,
                 window: int = 10000, cooldown: int = 0, fail_on: str = "drift",
                 detector: str = "evidence", run_length: float = 0.0, tolerance: float = 0.0,
                 detectors: Iterable[str | tuple[str | Detector, str]] = (),
                 model: str = "default", most_series: int = 0, rebase_rows: int = 0,
                 incident: int = 0, persistence: int = 0, mute: Sequence[str] = (),
                 on_alert: Callable[[Alert], Any] | None = None,
                 on_retrain: Callable[[Alert], Any] | None = None, retrain_interval: float = 0.0,
                 retrain_budget: int = 0, retrain_period: float = 86400.0,
                 state: str | os.PathLike[str] | None = None, save_rows: int = 0,
                 save_seconds: float = 0.0) -> None:
        expect_profile(profile, "profile")
        if not 0 < alpha < 1:
            raise _ffi.DriftError(f"alpha is a probability between 0 and 1, not {alpha!r}", -1)
        if window < 1:
            raise _ffi.DriftError(f"window is a number of rows, not {window!r}", -1)
        if "\0" in model or most_series < 0 or rebase_rows < 0:
            raise _ffi.DriftError("model is a name without a NUL; most_series and rebase_rows are "
                                  "numbers from 0", -1)
        warnings = FAIL_ON[choice(fail_on, FAIL_ON, "fail_on")] == "minor"
        config = MonitorConfig(ctypes.sizeof(MonitorConfig), warnings, alpha, _min_effect(min_effect),
                               window, 0, cooldown)
        config.model, config.most_series = model.encode(errors="surrogateescape"), most_series
        config.rebase_rows = rebase_rows
        config.detector = choice(detector, DETECTORS, "detector")
        config.run_length, config.tolerance = run_length, tolerance
        if min(incident, persistence, retrain_budget, cooldown, save_rows) < 0:
            raise _ffi.DriftError("incident, persistence, cooldown, retrain_budget and save_rows are "
                                  "numbers from 0", -1)
        config.incident_rows, config.persistence_rows = incident, persistence
        config.retrain_interval_seconds = retrain_interval
        config.retrain_period_seconds, config.retrain_budget = retrain_period, retrain_budget
        super().__init__()
        self._handle, error = c_void_p(), Error()
        with profile.lock:
            check(lib.drift_monitor_create(profile.handle, byref(config), byref(self._handle),
                                           byref(error)), error)
        self._on_alert, self._on_retrain = on_alert, on_retrain
        self._raised: BaseException | None = None
        self._made: Alert | None = None
        self.alerts: collections.deque[Alert] = collections.deque(maxlen=KEPT_ALERTS)
        self._untaken: collections.deque[Alert] = collections.deque(maxlen=KEPT_ALERTS)
        # Kept: C calls them.
        self._callbacks = (_ffi.ALERT_CALLBACK(self._deliver), _ffi.ALERT_CALLBACK(self._retrain))
        check(lib.drift_monitor_on_alert(self._handle, self._callbacks[0], None))
        if on_retrain is not None:
            check(lib.drift_monitor_on_retrain(self._handle, self._callbacks[1], None))
        n = lib.drift_monitor_columns(self._handle)
        self._names = [_ffi.text(lib.drift_monitor_column_name(self._handle, k)) for k in range(n)]
        self._recorders: weakref.WeakSet[Recorder] = weakref.WeakSet()
        self._row = (Value * max(1, n))()
        for column in [mute] if isinstance(mute, str) else mute:
            self.set_rule(column, mute=True)
        for given in [detectors] if isinstance(detectors, str) else detectors:
            for wanted, column in _attached(given, profile):
                self.add_detector(wanted, column)
        if state is not None:
            self._open_state(state, save_rows, save_seconds)

    def add_detector(self, detector: str | Detector, column: str) -> None:
        """Let a detector of ``libdrift.detectors``, or the one of that name with its defaults, see a
        numeric or boolean column from now on; a copy of it, which goes on where it is. There must be no
        recorders, whose rows have no common order, and there will be none."""
        name, made, error = self._encoded(column), c_void_p(), Error()
        if isinstance(detector, Detector):
            data = bytes(detector)
            check(lib.drift_detector_deserialize(data, len(data), None, byref(made), byref(error)), error)
        else:
            if not isinstance(detector, str):
                raise TypeError("detector is a name or an object of libdrift.detectors, not a "
                                f"{type(detector).__name__}")
            kind = ctypes.c_int()
            check(lib.drift_detector_find(detector.encode(), byref(kind), byref(error)), error)
            check(lib.drift_detector_create(kind, None, byref(made), byref(error)), error)
        with self.lock:
            status = lib.drift_monitor_add_detector(self._open(), name, made, byref(error))
        if status:
            lib.drift_detector_destroy(made)
        check(status, error)

    @property
    def detectors(self) -> list[dict[str, Any]]:
        """The detectors that were added: ``detector``, ``column``, ``alarms``, ``ignored`` (values it
        does not take)."""
        info, found = _ffi.MonitorDetectorInfo(), []
        info.struct_size = ctypes.sizeof(info)
        with self.lock:
            for k in range(lib.drift_monitor_detectors(self._open())):
                check(lib.drift_monitor_get_detector(self._handle, k, byref(info)))
                name = lib.drift_detector_name(lib.drift_detector_kind_of(info.detector))
                found.append({"detector": _ffi.text(name), "column": _ffi.text(info.column),
                              "alarms": info.alarms, "ignored": info.ignored})
        return found

    def set_rule(self, column: str, *, mute: bool = False, min_effect: float | None = None,
                 persistence: int | None = None, cooldown: int | None = None,
                 warnings_only: bool = False) -> None:
        """What holds for one column from now on; None: as for the others."""
        if min(persistence or 0, cooldown or 0) < 0:
            raise _ffi.DriftError("persistence and cooldown are numbers of rows from 0", -1)
        effect = 0.0 if min_effect is None else _min_effect(min_effect)
        rule = _ffi.ColumnRule(ctypes.sizeof(_ffi.ColumnRule), mute, warnings_only, 0, effect,
                               _rows(persistence), _rows(cooldown))
        error = Error()
        with self.lock:
            check(lib.drift_monitor_set_rule(self._open(), self._encoded(column), byref(rule),
                                             byref(error)), error)

    def mute(self, column: str | None = None, until_row: int | None = None) -> None:
        """What is found about a column, or all, before a row (None: ever; 0: no longer) is counted in
        ``metrics`` but not told; a change that is found again from there on is."""
        error = Error()
        until = _FOREVER if until_row is None else until_row
        if not 0 <= until <= _FOREVER:
            raise _ffi.DriftError(f"until_row is a number from 0, not {until_row!r}", -1)
        with self.lock:
            check(lib.drift_monitor_mute(self._open(), None if column is None else self._encoded(column),
                                         until, byref(error)), error)

    def _encoded(self, column: str) -> bytes:
        if column not in self._names:
            raise _ffi.DriftError(f"the reference has no column {column!r}", -9)
        return column.encode(errors="surrogateescape")

    def take(self) -> list[Alert]:
        """The alerts delivered since the last call, at most the last 1,000: ``for alert in
        monitor.take()`` after ``poll``."""
        with self.lock:
            taken = list(self._untaken)
            self._untaken.clear()
        return taken

    def _open_state(self, path: str | os.PathLike[str], rows: int, seconds: float) -> None:
        config, error = _ffi.StateConfig(ctypes.sizeof(_ffi.StateConfig), 0, max(0, rows), seconds), Error()
        try:
            check(lib.drift_monitor_open_state(self._handle, os.fsencode(path), byref(config),
                                               byref(error)), error)
        except _ffi.DriftError:
            self.close()
            raise

    def recorder(self) -> "Recorder":
        """A recorder for one thread that serves; ``poll`` collects from all of them, on any thread."""
        made, error = c_void_p(), Error()
        with self.lock:
            check(lib.drift_monitor_recorder(self._open(), byref(made), byref(error)), error)
            recorder = Recorder(self, self._names, made)
            self._recorders.add(recorder)
        return recorder

    def _deliver(self, alert: int, _context: int | None) -> None:
        self._made = None
        try:
            with Buffer() as buffer:
                check(lib.drift_alert_render_json(alert, buffer.handle))
                made = Alert(_ffi.parsed(buffer.bytes()))
            self._made = made
            self.alerts.append(made)
            self._untaken.append(made)
            if self._on_alert is not None:
                self._on_alert(made)
        except BaseException as error:  # it must not cross C; poll raises it
            self._raised = self._raised or error

    def _retrain(self, _alert: int, _context: int | None) -> None:
        try:
            if self._made is not None:
                self._on_retrain(self._made)
        except BaseException as error:
            self._raised = self._raised or error

    def close(self) -> None:
        """Free the monitor; inside a callback this takes effect when the poll ends."""
        with self.lock:
            for recorder in self._recorders:
                recorder.close()
            handle, self._handle = self._handle, c_void_p()
            if handle:
                lib.drift_monitor_destroy(handle)

    def _open(self) -> c_void_p:
        if not self._handle:
            raise _ffi.DriftError("the monitor is closed", -1)
        return self._handle

    def observe(self, row: Mapping[str, Any] | Sequence[Any]) -> None:
        """Observe one row: a mapping by column name (absent = missing) or a sequence in the order
        of the reference's columns."""
        with self.lock:
            keep = fill(self._row, row, self._names)
            check(lib.drift_monitor_observe(self._open(), self._row, len(self._names)))
            del keep

    def observe_batch(self, table: Any) -> None:
        """Observe many rows; their alerts wait for ``poll``."""
        with self.lock:
            observe_table(lib.drift_monitor_observe_batch, self._open, table)

    def observe_profile(self, rows: Profile) -> None:
        """Rows that were counted elsewhere against the same reference (``Profile.from_data(...,
        reference=...)`` in a worker or an executor), as one block."""
        expect_profile(rows, "rows")
        error = Error()
        with self.lock, rows.lock:
            check(lib.drift_monitor_observe_profile(self._open(), rows.handle, byref(error)), error)

    def _settle(self, function: Any) -> None:
        error = Error()
        with self.lock:
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

    def save(self) -> None:
        """Write a snapshot of the ``state`` now; it is on the disk when this returns."""
        self._settle(lib.drift_monitor_save)

    @property
    def state(self) -> dict[str, Any]:
        """How the state stands: ``resumed`` and ``resumed_rows``, ``previous`` (the newest snapshot
        was damaged), ``replayed``, ``saved_rows``, ``records`` of the journal, ``waiting`` (not yet
        taken by the journal), ``journal_fault``, ``message``."""
        report = _ffi.StateReport(ctypes.sizeof(_ffi.StateReport))
        with self.lock:
            check(lib.drift_monitor_state_report(self._open(), byref(report)))
        return {"resumed": bool(report.resumed), "resumed_rows": report.resumed_rows,
                "previous": bool(report.previous), "replayed": report.replayed,
                "saved_rows": report.saved_rows, "records": report.records,
                "waiting": report.waiting,
                "journal_fault": _ffi.text(lib.drift_journal_fault_name(report.journal_fault)),
                "message": _ffi.text(report.message)}

    @property
    def rows(self) -> int:
        """Rows observed; with ``state`` those before it was opened too."""
        with self.lock:
            return lib.drift_monitor_rows(self._open())

    @property
    def dropped(self) -> int:
        """Rows lost because two full windows waited for a poll."""
        with self.lock:
            return lib.drift_monitor_dropped(self._open())

    @property
    def open_incidents(self) -> int:
        """Incidents that have not ended."""
        with self.lock:
            return lib.drift_monitor_open_incidents(self._open())

    @property
    def windows(self) -> int:
        """Windows judged."""
        with self.lock:
            return lib.drift_monitor_windows(self._open())

    def rebase(self, profile: Profile) -> None:
        """Take ``profile``, which has the same columns, in place of the reference, while recorders
        go on: a new epoch, which spends ``alpha`` anew. Not from ``on_alert``: after ``poll``."""
        expect_profile(profile, "profile")
        error = Error()
        with self.lock, profile.lock:
            check(lib.drift_monitor_rebase(self._open(), profile.handle, byref(error)), error)

    @property
    def epoch(self) -> int:
        """Number of the reference in use, from 1."""
        with self.lock:
            return lib.drift_monitor_epoch(self._open())

    @property
    def reference(self) -> Profile:
        """A copy of the reference in use."""
        error = Error()
        with self.lock, Buffer() as buffer:
            reference = lib.drift_monitor_reference(self._open())
            check(lib.drift_profile_serialize(reference, buffer.handle, byref(error)), error)
            return Profile.from_bytes(buffer.bytes())

    def metrics(self) -> str:
        """The metrics as Prometheus reads them (text format 0.0.4), for a scrape or a file."""
        needed = ctypes.c_size_t()
        with self.lock:
            lib.drift_monitor_render_openmetrics(self._open(), None, 0, byref(needed))
            text = ctypes.create_string_buffer(needed.value + _SLACK)
            check(lib.drift_monitor_render_openmetrics(self._open(), text, len(text), byref(needed)))
        return text.raw[:needed.value].decode()

    @property
    def columns(self) -> list[str]:
        """Names of the columns, in the order a sequence given to ``observe`` has."""
        return list(self._names)
