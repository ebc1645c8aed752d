# SPDX-License-Identifier: Apache-2.0
"""Evidence of change in a stream that may be looked at after every row."""
from __future__ import annotations

import array
import ctypes
from collections import namedtuple
from collections.abc import Iterable, Sequence

from ._arguments import choice, doubles, whole
from ._ffi import (Any, DriftError, Error, EvidenceConfig, EvidenceResult, byref, c_double, c_uint64,
                   c_void_p, check, lib)
from ._sketches import _Sketch

KINDS = ("ordered", "nominal")


class State(namedtuple("State", [name for name, _ in EvidenceResult._fields_])):
    """What the evidence says; rows are numbered from 1, ``alarm_row`` is 0 where there was no alarm."""

    __slots__ = ()
    rows: int
    alarm_row: int
    change_row: int
    log_wealth: float
    log_largest: float
    log_threshold: float
    p_value: float


def _created(create: Any, arguments: tuple[Any, ...], settings: tuple[Any, ...]) -> c_void_p:
    handle, error = c_void_p(), Error()
    config = EvidenceConfig(ctypes.sizeof(EvidenceConfig), *settings)
    check(create(*arguments, byref(config), byref(handle), byref(error)), error)
    return handle


def _places(places: Any) -> array.array[int]:
    try:
        return array.array("I", places.tolist() if hasattr(places, "tolist") else places)
    except (OverflowError, TypeError, ValueError):
        raise DriftError("places are whole numbers from 0", -1) from None


def _state(evidence: _Sketch) -> State:
    out = EvidenceResult()
    evidence._call("get", byref(out))
    return State(*(getattr(out, name) for name, _ in EvidenceResult._fields_))


class Evidence(_Sketch):
    """Evidence that rows no longer fall into cells as a reference did: a Polya-urn e-detector.

    ``start``: for cells between the values at ranks r1 < r2 < ... of a reference of N values the
    ranks' gaps, r1, r2 - r1, ..., N + 1 - last. An unchanged stream of any length raises an alarm with
    probability at most ``alpha``; or, with ``run_length``, after at least so many rows on average.

    >>> evidence = Evidence([100, 100, 101], alpha=0.05)
    >>> evidence.update([0, 1, 2, 1] * 100)
    >>> evidence.alarm
    False
    """

    _noun = "evidence"

    def __init__(self, start: Iterable[float], kind: str = "ordered", alpha: float = 0.01,
                 run_length: float = 0, block_rows: int = 32, stride: int = 1, seed: int = 0) -> None:
        address, n, _owner = doubles(start)
        super().__init__(_created(lib.drift_evidence_create, (address, n),
                                  (choice(kind, KINDS, "kind"), alpha, run_length, block_rows, stride, seed)))

    @classmethod
    def from_counts(cls, counts: Sequence[int], single: Sequence[bool] | None = None, kind: str = "ordered",
                    alpha: float = 0.01, run_length: float = 0, block_rows: int = 32, stride: int = 1,
                    seed: int = 0) -> Evidence:
        """Against a reference counted in places; ``update`` then takes places.

        ``single``: places whose values are all equal; all of them where it is not given, as names and
        rates are. The library chooses the cells so that the promise stays exact.
        """
        numbers = whole(counts)
        if single is not None and len(single) != len(numbers):
            raise DriftError(f"{len(numbers)} places, but {len(single)} of them single or not", -1)
        made = cls.__new__(cls)
        _Sketch.__init__(made, _created(
            lib.drift_evidence_create_from_counts,
            ((c_uint64 * len(numbers))(*numbers), None if single is None else bytes(map(bool, single)),
             len(numbers)),
            (choice(kind, KINDS, "kind"), alpha, run_length, block_rows, stride, seed)))
        return made

    def update(self, places: Any) -> None:
        """Rows one after the other, each by the number of its place (or cell): an array or a sequence."""
        rows = _places(places)
        check(self._call("update", rows.buffer_info()[0], len(rows)))

    def update_counts(self, counts: Sequence[int]) -> None:
        """A block of rows whose order is not known: how many are in each place (or cell)."""
        numbers = whole(counts)
        if len(numbers) != self.places:
            raise DriftError(f"{self.places} counts are needed, not {len(numbers)}", -1)
        check(self._call("update_counts", (c_uint64 * len(numbers))(*numbers)))

    def look(self) -> State:
        """Look now, at an unfinished block too."""
        check(self._call("look"))
        return self.state

    @property
    def state(self) -> State:
        """What the evidence said at the last look."""
        return _state(self)

    @property
    def alarm(self) -> bool:
        """Whether the threshold was reached."""
        return self.state.alarm_row > 0

    @property
    def places(self) -> int:
        """Number of places; of cells where the urn's start was given."""
        return self._call("places")

    @property
    def start(self) -> list[float]:
        """What the urn began with in each cell."""
        return list((c_double * self.cells).from_address(self._call("start")))

    @property
    def cells(self) -> int:
        """Number of cells."""
        return self._call("cells")

    @property
    def counts(self) -> list[int]:
        """Rows so far by cell."""
        out = (c_uint64 * self.cells)()
        self._call("counts", out)
        return list(out)

    def merge(self, other: Any) -> None:
        """Evidence of two streams is not added up: rows have an order."""
        raise TypeError("evidence does not merge")


class BoundEvidence(_Sketch):
    """Evidence that a stream is worse than a bound, whatever the dependence of its rows below it.

    >>> evidence = BoundEvidence.for_losses(mean=0.1, rows=5000, tolerance=0.02)
    >>> evidence.update([0, 0, 1, 0] * 1000)
    >>> evidence.state.alarm_row > 0
    True
    """

    _noun = "bound_evidence"

    @classmethod
    def for_losses(cls, mean: float, rows: int, tolerance: float = 0, alpha: float = 0.01) -> BoundEvidence:
        """Losses in 0..1 (errors are 0 or 1) whose mean was ``mean`` over ``rows`` reference rows."""
        handle, error = c_void_p(), Error()
        check(lib.drift_bound_evidence_create_for_losses(mean * rows, rows, tolerance, alpha, None, byref(handle),
                                                         byref(error)), error)
        return cls(handle)

    @classmethod
    def for_places(cls, counts: Sequence[int], tolerance: float, alpha: float = 0.01) -> BoundEvidence:
        """Values counted in ordered places, of which no share may move by more than ``tolerance``."""
        numbers, handle, error = whole(counts), c_void_p(), Error()
        check(lib.drift_bound_evidence_create_for_places((c_uint64 * len(numbers))(*numbers), len(numbers), tolerance,
                                                         alpha, None, byref(handle), byref(error)), error)
        return cls(handle)

    def update_places(self, places: Any) -> None:
        """Rows one after the other, each by the number of its place."""
        rows = _places(places)
        check(self._call("update_places", rows.buffer_info()[0], len(rows)))

    @property
    def bound(self) -> float:
        """What is bet against: the largest mean, or share, that is within the bound."""
        return self._call("bound")

    @property
    def state(self) -> State:
        """What the evidence says."""
        return _state(self)

    def merge(self, other: Any) -> None:
        """Evidence of two streams is not added up: rows have an order."""
        raise TypeError("evidence does not merge")
