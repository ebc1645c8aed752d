# SPDX-License-Identifier: Apache-2.0
"""A monitor: rows as they come, a callback when they are no longer what they were."""
from __future__ import annotations

import collections
import ctypes
import os
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence

from . import _ffi
from ._arguments import (callback_option, choice, count_option, flag_option, number_option, path_option, several,
                         text_option)
from ._ffi import Any, Buffer, Error, MonitorConfig, Value, byref, c_void_p, check, lib
from ._profile import Profile, expect_profile
from ._recorder import Closing, Recorder, fill, observe_table
from .detectors import Detector


KEPT_ALERTS = 1000
DETECTORS = ("evidence", "window")
FAIL_ON = ("drift", "minor", "never")
_FOREVER = 2**64 - 1
_NUMERIC = 1
_LEAST_ALPHA = 1e-90  # a column's part of it is one that evidence takes
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


def _rows(name: str, number: int | None) -> int:
    """Of a rule: 0 is the monitor's number, _FOREVER none."""
    return 0 if number is None else count_option(name, number) or _FOREVER


def _min_effect(number: float) -> float:
    """As C takes it, where 0 is a default: none is negative."""
    checked = number_option("min_effect", number)
    return checked if checked > 0 else -1.0


def _numeric(profile: Profile) -> list[str]:
    """Names of the numeric columns that are tested."""
    found = [profile._column(k) for k in range(lib.drift_profile_columns(profile.handle))]
    return [_ffi.text(column.name) for column in found if column.tested and column.type == _NUMERIC]


def _columns_of(given: Any, profile: Profile) -> list[tuple[Any, Any]]:
    """One of ``detectors``: the detector and column of each one to add."""
    if isinstance(given, str):
        return [(given, column) for column in _numeric(profile)]
    if not isinstance(given, (tuple, list)) or len(given) != 2:
        raise TypeError(f"detectors holds names and pairs (detector, column), not {given!r}")
    return [(given[0], given[1])]


def _attached(detectors: Any, profile: Profile) -> list[tuple[Any, Any]]:
    """The detector and column of each one to add."""
    if isinstance(detectors, Mapping):
        return [(detector, column) for detector, columns in detectors.items()
                for column in several(f"what detectors maps {detector!r} to", columns, "a column or several")]
    listed = several("detectors", detectors, "a list of names and pairs (detector, column), or a mapping")
    return [pair for given in listed for pair in _columns_of(given, profile)]


class Monitor(Closing):
    """Watch a stream against a reference profile.

    ``alpha``: probability that an unchanged stream is ever alarmed, over all columns and for ever.
    ``detector``: ``"evidence"``, which grows row after row and alarms within the fewest rows, or
    ``"window"``: each window of ``window`` rows compared with the reference. Of evidence,
    ``run_length`` > 0 asks for so many unchanged rows to a false alarm on average in place of ``alpha``,
    ``tolerance`` > 0 alarms only where a column is further than this Kolmogorov-Smirnov distance away.
    ``detectors``: classical ones beside it, as ``[("adwin", "error")]``, (name or ``libdrift.detectors``
    object, column), or a name alone for every numeric column, or ``{"adwin": ["error", "score"]}``;
    they bound no false alarms.
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
                 detectors: (Iterable[str | tuple[str | Detector, str]]
                             | Mapping[str | Detector, str | Iterable[str]]) = (),
                 model: str = "default", most_series: int = 0, rebase_rows: int = 0,
                 incident: int = 0, persistence: int = 0, mute: Sequence[str] = (),
                 on_alert: Callable[[Alert], Any] | None = None,
                 on_retrain: Callable[[Alert], Any] | None = None, retrain_interval: float = 0.0,
                 retrain_budget: int = 0, retrain_period: float = 86400.0,
                 state: str | os.PathLike[str] | None = None, save_rows: int = 0,
                 save_seconds: float = 0.0) -> None:
        expect_profile(profile, "profile")
        warnings = FAIL_ON[choice(fail_on, FAIL_ON, "fail_on")] == "minor"
        config = MonitorConfig(
            ctypes.sizeof(MonitorConfig), warnings,
            number_option("alpha", alpha, _LEAST_ALPHA, 1, "a probability from 1e-90 to below 1"),
            _min_effect(min_effect), count_option("window", window, least=1), 0,
            count_option("cooldown", cooldown))
        config.model = text_option("model", model)
        config.most_series = count_option("most_series", most_series)
        config.rebase_rows = count_option("rebase_rows", rebase_rows)
        config.detector = choice(detector, DETECTORS, "detector")
        config.run_length = number_option("run_length", run_length)
        config.tolerance = number_option("tolerance", tolerance)
        config.incident_rows = count_option("incident", incident)
        config.persistence_rows = count_option("persistence", persistence)
        config.retrain_interval_seconds = number_option("retrain_interval", retrain_interval)
        config.retrain_period_seconds = number_option("retrain_period", retrain_period)
        config.retrain_budget = count_option("retrain_budget", retrain_budget)
        kept = _ffi.StateConfig(ctypes.sizeof(_ffi.StateConfig), 0, count_option("save_rows", save_rows),
                                number_option("save_seconds", save_seconds))
        path = None if state is None else path_option("state", state)
        attached = _attached(detectors, profile)
        muted = several("mute", mute, "a column or several")
        self._on_alert = callback_option("on_alert", on_alert)
        self._on_retrain = callback_option("on_retrain", on_retrain)
        super().__init__()
        self._handle, error = c_void_p(), Error()
        with profile.lock:
            check(lib.drift_monitor_create(profile.handle, byref(config), byref(self._handle),
                                           byref(error)), error)
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
        for column in muted:
            self.set_rule(column, mute=True)
        for wanted, column in attached:
            self.add_detector(wanted, column)
        if path is not None:
            self._open_state(path, kept)

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
            check(lib.drift_detector_find(text_option("detector", detector), byref(kind), byref(error)), error)
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
        effect = 0.0 if min_effect is None else _min_effect(min_effect)
        rule = _ffi.ColumnRule(ctypes.sizeof(_ffi.ColumnRule), flag_option("mute", mute),
                               flag_option("warnings_only", warnings_only), 0, effect,
                               _rows("persistence", persistence), _rows("cooldown", cooldown))
        error = Error()
        with self.lock:
            check(lib.drift_monitor_set_rule(self._open(), self._encoded(column), byref(rule),
                                             byref(error)), error)

    def mute(self, column: str | None = None, until_row: int | None = None) -> None:
        """What is found about a column, or all, before a row (None: ever; 0: no longer) is counted in
        ``metrics`` but not told; a change that is found again from there on is."""
        error = Error()
        until = _FOREVER if until_row is None else count_option("until_row", until_row)
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

    def _open_state(self, path: bytes, config: _ffi.StateConfig) -> None:
        error = Error()
        try:
            check(lib.drift_monitor_open_state(self._handle, path, byref(config), byref(error)), error)
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
            self._raised = error if self._raised is None else self._raised

    def _retrain(self, _alert: int, _context: int | None) -> None:
        try:
            if self._made is not None:
                self._on_retrain(self._made)
        except BaseException as error:
            self._raised = error if self._raised is None else self._raised

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
        """Rows that were counted elsewhere against ``monitor.reference`` (``Profile.from_data(...,
        reference=...)`` in a worker or an executor), as one block. After a rebase, which
        ``rebase_rows`` makes unasked, rows counted against the reference before it are refused."""
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
        taken by the journal), ``lost`` (it never will: no room was left), ``journal_fault``,
        ``message``."""
        report = _ffi.StateReport(ctypes.sizeof(_ffi.StateReport))
        with self.lock:
            if lib.drift_monitor_state_report(self._open(), byref(report)):
                raise _ffi.DriftError("the monitor has no state; Monitor(profile, state=path) gives it one", -1)
        return {"resumed": bool(report.resumed), "resumed_rows": report.resumed_rows,
                "previous": bool(report.previous), "replayed": report.replayed,
                "saved_rows": report.saved_rows, "records": report.records,
                "waiting": report.waiting, "lost": report.lost,
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
