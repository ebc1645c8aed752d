# SPDX-License-Identifier: Apache-2.0
"""Journals as they are read: records, the first fault, digests."""
from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator

from . import _ffi
from ._arguments import path_option
from ._ffi import Any, Buffer, DriftError, Error, JournalReport, byref, check, lib

CORRUPT, CANCELLED = -6, -12


class Journal:
    """A journal as it was on the disk when it was read, which changes nothing.

    Iterating gives its whole records in order, each a mapping as ``drift show --json`` prints it:
    sequence, time, kind, offset, digest, payload. ``fault`` is what is wrong behind them: "whole",
    "torn", "damaged", "sequence", "chain", "payload" or "none", and ``message`` says where.
    ``digest`` is that of the last record, ``first_digest`` that of the first.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = os.fspath(path)
        self.records: list[dict[str, Any]] = []
        raised: list[BaseException] = []

        def keep(record: int, _context: int | None) -> int:
            try:
                with Buffer() as buffer:
                    check(lib.drift_journal_record_render_json(record, buffer.handle))
                    self.records.append(_ffi.parsed(buffer.bytes()))
                return 0
            except BaseException as error:  # it must not cross C; raised below
                raised.append(error)
                return CANCELLED

        try:
            report = self._read(None, _ffi.RECORD_CALLBACK(keep))
        except DriftError:
            if raised:
                raise raised[0] from None
            raise
        self.fault = _ffi.text(lib.drift_journal_fault_name(report.fault))
        self.message = _ffi.text(report.message)
        self.digest = bytes(report.last_digest).hex()
        self.first_digest = bytes(report.first_digest).hex()

    def _read(self, known: bytes | None, visit: Any) -> JournalReport:
        report, error = JournalReport(ctypes.sizeof(JournalReport)), Error()
        check(lib.drift_journal_read(path_option("path", self.path), known, visit, None, None, byref(report),
                                     byref(error)), error)
        return report

    def verify(self, digest: str | None = None) -> str:
        """Read it anew and raise DriftError at the first fault; returns the last record's digest.

        ``digest``: one that was told earlier and kept elsewhere. The journal must hold its record,
        so nothing up to it was changed since; without it, a journal written anew passes.
        """
        try:
            known = bytes.fromhex(digest) if digest is not None else None
        except ValueError:
            known = b""
        if known is not None and len(known) != 32:
            raise DriftError(f"a digest has 64 hexadecimal digits, not {digest!r}", -1)
        report = self._read(known, _ffi.RECORD_CALLBACK())
        if report.fault:
            raise DriftError(f"{self.path}: {_ffi.text(report.message)}", CORRUPT)
        return bytes(report.last_digest).hex()

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.records)

    def __len__(self) -> int:
        return len(self.records)

    def __repr__(self) -> str:
        return f"<libdrift.Journal: {len(self.records)} records, {self.fault}>"
