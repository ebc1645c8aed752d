# SPDX-License-Identifier: Apache-2.0
"""Comparisons: two tables in, a verdict out."""
from __future__ import annotations

import ctypes
import math
import os

from . import _ffi
from ._arguments import count_option, number_option, path_option, text_option
from ._ffi import Any, Buffer, ComparisonConfig, Error, byref, c_void_p, check, lib
from ._data import Reader
from ._owner import Owner
from ._profile import Options, Profile, both

_CORRECTIONS = {"holm": 0, "bonferroni": 1, "bh": 2, "by": 3, "none": 4}
_LEAST_ALPHA = 5e-324  # of the numbers above 0


class Statistic:
    """One statistic: ``value``, and ``low``, ``high``, ``p_value``, ``debiased``, ``df``,
    ``normalised`` where it has them. What does not exist is None."""

    value: float | None
    low: float | None
    high: float | None
    p_value: float | None
    debiased: float | None
    df: int | None
    normalised: float | None

    def __init__(self, fields: dict[str, Any]) -> None:
        self.__dict__.update(fields)

    def __getattr__(self, name: str) -> None:
        if name.startswith("_"):
            raise AttributeError(name)
        return None

    def __repr__(self) -> str:
        return "Statistic(" + ", ".join(f"{k}={v!r}" for k, v in self.__dict__.items()) + ")"


class ColumnResult:
    """One column of a result; the attributes are the keys of the JSON."""

    name: str
    role: str
    type: str
    verdict: str
    rule: str
    rows: dict[str, int]
    missing: dict[str, int]
    p_value: float | None
    adjusted_p_value: float | None
    effect: float | None
    why: list[dict[str, Any]]
    more_rows: dict[str, int] | None
    design_effect: float | None
    neighbour_agreement: float | None
    statistics: dict[str, Statistic] | None
    summary: dict[str, Any] | None
    notes: list[str]

    def __init__(self, fields: dict[str, Any]) -> None:
        self.__dict__.update(fields)
        statistics = fields["statistics"]
        self.statistics = None if statistics is None else {
            name: Statistic(values) for name, values in statistics.items()}

    def __repr__(self) -> str:
        return f"<column {self.name!r}: {self.verdict}>"


class Comparison(Owner):
    """A finished comparison; it never changes. Shows its report in a notebook."""

    _instead = "keep its to_json()"

    def __init__(self, handle: c_void_p) -> None:
        self.handle = handle
        self._document: dict[str, Any] = _ffi.parsed(self.to_json())
        self.columns = {c["name"]: ColumnResult(c) for c in self._document["columns"]}

    def __del__(self) -> None:
        if getattr(self, "handle", None) and lib is not None:
            lib.drift_comparison_destroy(self.handle)
            self.handle = c_void_p()

    def _render(self, function: Any, *arguments: Any) -> str:
        with Buffer() as buffer:
            check(function(self.handle, *arguments, buffer.handle))
            return buffer.bytes().decode()

    @property
    def verdict(self) -> str:
        """"drift", "minor", "insufficient" or "stable": the worst of all columns."""
        return self._document["verdict"]

    @property
    def drift(self) -> bool:
        """True where the verdict is "drift"."""
        return self.verdict == "drift"

    @property
    def drifted(self) -> list[str]:
        """Names of the columns with verdict "drift"."""
        return self._document["drifted"]

    @property
    def findings(self) -> list[dict[str, str]]:
        """What is none of the statistics: ``kind``, ``column`` and ``message`` of each."""
        return self._document["findings"]

    @property
    def chunks(self) -> list[dict[str, Any]]:
        """Parts of the current data in their order, where ``chunk_rows`` or ``chunk_period`` was
        given: ``rows`` (first, last), ``period``, ``verdict``, ``columns``."""
        return self._document.get("chunks", [])

    def to_dict(self) -> dict[str, Any]:
        """The JSON document, ``drift.comparison/1``."""
        return _ffi.parsed(self.to_json())

    def to_json(self) -> str:
        """The JSON document as text, as the command prints it."""
        return self._render(lib.drift_comparison_render_json)

    def to_html(self, path: str | os.PathLike[str] | None = None) -> str:
        """The report, one self-contained page; also written to ``path`` where given."""
        page = self._render(lib.drift_comparison_render_html)
        if path is not None:
            error = Error()
            with Buffer() as buffer:
                check(lib.drift_comparison_render_html(self.handle, buffer.handle))
                check(lib.drift_buffer_write(buffer.handle, path_option("path", path), byref(error)), error)
        return page

    def _repr_html_(self) -> str:
        import html  # of notebooks only, and not cheap
        page = html.escape(self.to_html(), quote=True)
        return (f'<iframe srcdoc="{page}" sandbox="" title="libdrift report" '
                'style="width:100%;height:640px;border:0"></iframe>')

    def __str__(self) -> str:
        return self._render(lib.drift_comparison_render_text, None)

    def __repr__(self) -> str:
        return f"<libdrift.Comparison: {self.verdict}, drifted {self.drifted}>"


class _Chunks(Owner):
    """The parts of the current data while they are read."""

    def __init__(self, reference: Profile, config: ComparisonConfig) -> None:
        self.reference, self.handle, self.error = reference, c_void_p(), Error()
        check(lib.drift_chunks_create(reference.handle, byref(config), byref(self.handle),
                                      byref(self.error)), self.error)

    def __del__(self) -> None:
        if getattr(self, "handle", None) and lib is not None:
            lib.drift_chunks_destroy(self.handle)

    def read(self, data: Any, rows: int | None, period: str | None, time: str | None,
             reading: dict[str, Any]) -> Profile:
        """Profile of all of ``data``; its parts are compared on the way."""
        if isinstance(data, Profile):
            raise _ffi.DriftError("chunks need the rows of the current data, not a profile", -1)
        wanted = 0 if rows is None else count_option("chunk_rows", rows, 1, expected="at least 1")
        if period is not None and period not in ("D", "W", "M"):
            raise _ffi.DriftError(f"chunk_period is D, W or M, not {period!r}", -1)
        parts = _ffi.PartsConfig(ctypes.sizeof(_ffi.PartsConfig), (period or "\0").encode(), b"",
                                 wanted, text_option("time", time) if time else None)
        failure = Error()

        def add(_context: int, part: int, first: int, last: int, label: bytes | None) -> int:
            return lib.drift_chunks_add(self.handle, part, first, last, label, byref(failure))

        handle, error, settings = c_void_p(), Error(), Options(**reading)
        with Reader(data, settings.config) as reader:
            status = lib.drift_profile_build_parts(
                reader.handle, self.reference.handle, byref(settings.config), byref(parts),
                _ffi.PART_CALLBACK(add), None, byref(handle), byref(error))
        check(status, failure if failure.message else error)
        return Profile(handle)


def _source(data: Any, fallback: str) -> bytes:
    if isinstance(data, (str, os.PathLike)):
        return os.fsencode(data)
    return fallback.encode()


def compare(reference: Any, current: Any, *, alpha: float = 0.01, preset: str = "default",
            correction: str = "holm", min_effect: float = 0.1, min_count: int = 1,
            threads: int | None = None, chunk_rows: int | None = None,
            chunk_period: str | None = None, **options: Any) -> Comparison:
    """Compare ``current`` with ``reference``, each a table, a path or a Profile.

    ``alpha``: probability of a false alarm over all columns, 0..1. ``min_effect``: smallest change
    that matters, as debiased PSI. ``threads``: 1 to 1024, one for each processor unless stated; the
    result is the same.
    ``chunk_rows`` or ``chunk_period`` ("D", "W" or "M" of the ``time`` column): the comparison over
    consecutive parts of ``current`` too, ``alpha`` shared with them (``Comparison.chunks``).
    The other options are those of ``Profile.from_data``. Raises DriftError with one sentence.
    """
    if correction not in _CORRECTIONS:
        raise _ffi.DriftError(f"correction is {', '.join(_CORRECTIONS)}, not {correction!r}", -1)
    level = number_option("alpha", alpha, _LEAST_ALPHA, 1, "a probability between 0 and 1")
    effect = number_option("min_effect", min_effect, 0, math.inf, "a number from 0 on")
    error, number = Error(), ctypes.c_int()
    check(lib.drift_preset_find(text_option("preset", preset), byref(number), byref(error)), error)
    base = (reference if isinstance(reference, Profile) else
            Profile.from_data(reference, threads=threads, **options))
    if isinstance(reference, Profile) and options:
        settings = Options(**options)
        settings.check_names(base)
        settings.check_season(base)
        base = Profile.from_bytes(bytes(base))
        check(lib.drift_profile_apply_schema(base.handle, settings.config.schema, byref(error)), error)
    reading = {k: v for k, v in options.items() if k in ("delimiter", "missing", "format")}
    reading["threads"] = threads
    config = ComparisonConfig(ctypes.sizeof(ComparisonConfig), number.value, level,
                              effect if effect > 0 else -1.0, _CORRECTIONS[correction],
                              count_option("min_count", min_count, 0, 2**32 - 1,
                                           "a whole number from 0 to 2^32 - 1"), _source(reference, "reference"),
                              _source(current, "current"))
    handle = c_void_p()
    chunks = None
    if chunk_rows is not None or chunk_period is not None:
        chunks = _Chunks(base, config)
        live = chunks.read(current, chunk_rows, chunk_period, options.get("time"), reading)
        config.chunks = chunks.handle
    else:
        live = current if isinstance(current, Profile) else Profile.from_data(current, base, **reading)
    with both(base, live):
        check(lib.drift_comparison_create(base.handle, live.handle, byref(config), byref(handle),
                                          byref(error)), error)
    return Comparison(handle)
