# SPDX-License-Identifier: Apache-2.0
"""Evidence of change in a stream that may be looked at after every row."""
from __future__ import annotations

import ctypes
from collections import namedtuple
from collections.abc import Iterable, Sequence

from ._arguments import choice, doubles, whole
from ._ffi import (Any, DriftError, Error, EvidenceConfig, EvidenceResult, byref, c_uint64, c_void_p,
                   check, lib)
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
                 run_length: float = 0, block_rows: int = 32, stride: int = 1) -> None:
        handle, error = c_void_p(), Error()
        address, n, _owner = doubles(start)
        config = EvidenceConfig(ctypes.sizeof(EvidenceConfig), choice(kind, KINDS, "kind"), alpha, run_length,
                                block_rows, stride)
        check(lib.drift_evidence_create(address, n, byref(config), byref(handle), byref(error)), error)
        super().__init__(handle)

    def update(self, cells: Any) -> None:
        """Rows one after the other, each by the number of its cell: bytes, or a sequence of numbers."""
        try:
            rows = bytes(cells)
        except ValueError:
            raise DriftError("cells are whole numbers from 0 to 255", -1) from None
        check(self._call("update", rows, len(rows)))

    def update_counts(self, counts: Sequence[int]) -> None:
        """A block of rows whose order is not known: how many fell into each cell."""
        numbers = whole(counts)
        if len(numbers) != self.cells:
            raise DriftError(f"{self.cells} counts are needed, not {len(numbers)}", -1)
        check(self._call("update_counts", (c_uint64 * len(numbers))(*numbers)))

    def look(self) -> State:
        """Look now, at an unfinished block too."""
        check(self._call("look"))
        return self.state

    @property
    def state(self) -> State:
        """What the evidence said at the last look."""
        out = EvidenceResult()
        self._call("get", byref(out))
        return State(*(getattr(out, name) for name, _ in EvidenceResult._fields_))

    @property
    def alarm(self) -> bool:
        """Whether the threshold was reached."""
        return self.state.alarm_row > 0

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
