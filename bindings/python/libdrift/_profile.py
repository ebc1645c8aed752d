# SPDX-License-Identifier: Apache-2.0
"""Profiles: what is kept of a table."""
from __future__ import annotations

import contextlib
import ctypes
import os
from collections.abc import Iterable, Iterator

from . import _ffi
from ._arguments import count_option, number_option, path_option, refused, text_option
from ._data import Reader
from ._ffi import Any, Buffer, Error, ProfileConfig, byref, c_char_p, c_void_p, check, lib
from ._owner import Locked, Owner

_ROLES = {"prediction": 1, "score": 2, "label": 3, "id": 4, "time": 5, "segment": 6}
_INCLUDE, _EXCLUDE = 1, 2


def _names(value: str | Iterable[str] | None) -> list[str]:
    if value is None:
        return []
    return value.split(",") if isinstance(value, str) else [str(name) for name in value]


_executors: dict[int, c_void_p] = {}  # by number of threads; they wait between calls, for ever
os.register_at_fork(after_in_child=_executors.clear)  # a child has none of its parent's threads


def _executor(threads: int | None) -> c_void_p:
    """The executor of so many threads, None: one for each processor; made when first asked for."""
    number = 0 if threads is None else count_option("threads", threads, 1, 1024,
                                                    "a whole number from 1 to 1024")
    if number not in _executors:
        handle, error = c_void_p(), Error()
        check(lib.drift_executor_create(number, None, byref(handle), byref(error)), error)
        _executors[number] = handle
    return _executors[number]


@contextlib.contextmanager
def both(one: Any, other: Any) -> Iterator[None]:
    """Hold the locks of two objects, always in the same order, so that no two threads deadlock."""
    first, second = sorted((one, other), key=id)
    with first.lock, second.lock:
        yield


class Options(Owner):
    """The options of the command that concern reading, as a drift_profile_config."""

    def __init__(self, *, columns: Any = None, exclude: Any = None, schema: Any = None,
                 delimiter: str | None = None, missing: Any = None, format: str | None = None,
                 block: int | str | None = None, season: int | None = None,
                 threads: int | None = None,
                 **roles: str | None) -> None:
        unknown = set(roles) - set(_ROLES)
        if unknown:
            raise TypeError(f"unknown option {sorted(unknown)[0]!r}")
        self._schema = c_void_p()
        self.named = [(option, name) for option, names in
                      (("columns", _names(columns)), ("exclude", _names(exclude))) for name in names]
        self.named += [(role, name) for role, name in roles.items() if name is not None]
        error = Error()
        if schema is not None:
            check(lib.drift_schema_read(path_option("schema", schema), None, byref(self._schema), byref(error)),
                  error)
        else:
            check(lib.drift_schema_create(None, byref(self._schema)))
        for role, name in roles.items():
            if name is not None:
                check(lib.drift_schema_set_role(self._schema, text_option(role, name), _ROLES[role]))
        if columns is not None:
            lib.drift_schema_only_included(self._schema)
        for name in _names(columns):
            check(lib.drift_schema_set_use(self._schema, text_option("columns", name), _INCLUDE))
        for name in _names(exclude):
            check(lib.drift_schema_set_use(self._schema, text_option("exclude", name), _EXCLUDE))
        self.config = ProfileConfig(ctypes.sizeof(ProfileConfig))
        self.config.schema = self._schema
        self.config.executor = _executor(threads)
        self.block = block
        if isinstance(block, str):
            self.config.block_column = text_option("block", block)
        elif block is not None:
            self.config.block_rows = count_option("block", block, 2,
                                                  expected="a column or a number of rows from 2 on")
        self.season = season
        if season is not None:
            self.config.season_rows = count_option("season", season, 2, (1 << 32) - 1,
                                                   "a number of rows from 2 on")
        if delimiter is not None:
            byte = text_option("delimiter", delimiter)
            if len(byte) != 1:
                raise refused("delimiter", "one byte", delimiter)
            self.config.delimiter = byte
        if format is not None:
            self.config.format = text_option("format", format)
        if missing is not None:
            texts = [text_option("missing", text) for text in _names(missing)]
            self._missing = (c_char_p * max(1, len(texts)))(*texts)
            self.config.missing, self.config.n_missing = self._missing, len(texts)

    def __del__(self) -> None:
        if getattr(self, "_schema", None) and lib is not None:
            lib.drift_schema_destroy(self._schema)

    def check_names(self, profile: "Profile") -> None:
        """Every named column exists in the profile, and its blocks are those asked for; DriftError
        otherwise."""
        for option, name in self.named:
            index = ctypes.c_size_t()
            if lib.drift_profile_find_column(profile.handle, name.encode(), byref(index)):
                known = ", ".join(profile.columns[:20])
                raise _ffi.DriftError(f"{option}: the reference has no column {name!r}; "
                                      f"it has {known}", -9)
        rows, column = ctypes.c_uint64(), c_char_p()
        check(lib.drift_profile_blocks(profile.handle, byref(rows), byref(column)))
        stated = column.value.decode() if column.value else rows.value or None
        if self.block is not None and self.block != stated:
            raise _ffi.DriftError(f"block: the reference was made with block={stated!r}, not "
                                  f"{self.block!r}; profile its data again", -9)

    def check_season(self, profile: "Profile") -> None:
        """A profile made before was made with the season asked for; DriftError otherwise."""
        if self.season is not None and not any(
                profile._column(k).season_rows == self.season
                for k in range(lib.drift_profile_columns(profile.handle))):
            raise _ffi.DriftError(f"season: the reference was made without season={self.season!r}; "
                                  "profile its data again", -9)


class Profile(Locked):
    """Counts of every column between edges frozen on a reference.

    Made by ``Profile.from_data(table)`` (a reference: it chooses its edges) or
    ``Profile.from_data(table, reference=profile)`` (counted in the reference's edges). One thread at
    a time enters; others wait.
    """

    def __init__(self, handle: c_void_p) -> None:
        if not isinstance(handle, c_void_p):
            raise TypeError("a Profile is made by Profile.from_data(data), Profile.load(path) or "
                            f"Profile.from_bytes(data), not of a {type(handle).__name__}")
        super().__init__()
        self.handle = handle

    def __del__(self) -> None:
        if getattr(self, "handle", None) and lib is not None:
            lib.drift_profile_destroy(self.handle)
            self.handle = c_void_p()

    @classmethod
    def from_data(cls, data: Any, reference: "Profile | None" = None, **options: Any) -> "Profile":
        """Profile a table, or a file where ``data`` is a path.

        Options are those of the command: columns, exclude, prediction, score, label, id, time,
        segment, schema, delimiter, missing, format, block (a number of rows, or a column whose equal
        values belong together), season (rows after which a reference repeats itself; else found in
        it); and threads (1 to 1024; one for each processor unless stated), which
        changes nothing in the result. Raises DriftError with one sentence.
        """
        settings = Options(**options)
        if reference is not None:
            expect_profile(reference, "reference")
        handle, error = c_void_p(), Error()
        if isinstance(data, (str, os.PathLike)):
            path = path_option("data", data)
            if reference is None:
                status = lib.drift_profile_read(path, byref(settings.config), byref(handle),
                                                byref(error))
            else:
                status = lib.drift_profile_read_against(path, reference.handle,
                                                        byref(settings.config), byref(handle),
                                                        byref(error))
            check(status, error)
        else:
            with Reader(data) as reader:
                check(lib.drift_profile_build(reader.handle,
                                              reference.handle if reference is not None else None,
                                              byref(settings.config), byref(handle), byref(error)),
                      error)
        profile = cls(handle)
        if reference is None:
            settings.check_names(profile)
        return profile

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> "Profile":
        """Read a profile that ``save`` wrote; a damaged or foreign file is a DriftError."""
        with open(path, "rb") as file:
            data = file.read()
        try:
            return cls.from_bytes(data)
        except _ffi.DriftError as error:
            raise _ffi.DriftError(f"{os.fspath(path)}: {error}", error.status) from None

    @classmethod
    def from_bytes(cls, data: bytes) -> "Profile":
        """Build from ``bytes(profile)``; damaged or foreign ones are a DriftError."""
        data = bytes(data)
        handle, error = c_void_p(), Error()
        check(lib.drift_profile_deserialize(data, len(data), None, byref(handle), byref(error)), error)
        return cls(handle)

    def __bytes__(self) -> bytes:
        error = Error()
        with self.lock, Buffer() as buffer:
            check(lib.drift_profile_serialize(self.handle, buffer.handle, byref(error)), error)
            return buffer.bytes()

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the profile: complete or not at all, mode 0600."""
        error = Error()
        with self.lock:
            check(lib.drift_profile_write(self.handle, path_option("path", path), byref(error)), error)

    def update(self, data: Any) -> None:
        """Count more rows; columns are matched by name. A file or stream that turns out bad half-way
        leaves the rows before it counted."""
        error = Error()
        table = _ffi.Table()
        with self.lock, Reader(data) as reader:
            while True:
                status = lib.drift_reader_next(reader.handle, byref(table), byref(error))
                check(status, error)
                if status == _ffi.END:
                    return
                check(lib.drift_profile_update(self.handle, byref(table), byref(error)), error)

    def merge(self, other: "Profile") -> None:
        """Add the counts of a profile of the same reference. The order of merges does not matter."""
        expect_profile(other, "other")
        error = Error()
        with both(self, other):
            check(lib.drift_profile_merge(self.handle, other.handle, byref(error)), error)

    @property
    def rows(self) -> int:
        """Rows counted."""
        return lib.drift_profile_rows(self.handle)

    @property
    def columns(self) -> list[str]:
        """Names, in the order of the data."""
        return [_ffi.text(self._column(k).name) for k in range(lib.drift_profile_columns(self.handle))]

    def _column(self, index: int) -> _ffi.ProfileColumn:
        column = _ffi.ProfileColumn()
        check(lib.drift_profile_get_column(self.handle, index, byref(column)))
        return column

    @property
    def dependence(self) -> dict[str, str]:
        """Columns whose rows depend on each other, and what is done about it in a monitor: "rows
        depend on each other: correlation of near rows 0.90; scores of windows of 101 rows are used"."""
        with self.lock:
            columns = [self._column(k) for k in range(lib.drift_profile_columns(self.handle))]
            return {_ffi.text(column.name): _ffi.text(column.dependence) for column in columns
                    if column.dependence}

    def quantile(self, column: str, rank: float) -> float:
        """Estimate of the value at ``rank`` (0..1), exact at the frozen edges."""
        index, value = ctypes.c_size_t(), ctypes.c_double()
        check(lib.drift_profile_find_column(self.handle, text_option("column", column), byref(index)))
        check(lib.drift_profile_quantile(self.handle, index.value, number_option("rank", rank), byref(value)))
        return value.value

    def to_json(self) -> str:
        """The summary, ``drift.profile/1``."""
        with self.lock, Buffer() as buffer:
            check(lib.drift_profile_render_json(self.handle, buffer.handle))
            return buffer.bytes().decode()

    def __repr__(self) -> str:
        return f"<libdrift.Profile: {self.rows} rows, {len(self.columns)} columns>"

    def __str__(self) -> str:
        with self.lock, Buffer() as buffer:
            check(lib.drift_profile_render_text(self.handle, buffer.handle))
            return buffer.bytes().decode()


def expect_profile(value: Any, name: str) -> None:
    """TypeError where an argument is not a Profile."""
    if not isinstance(value, Profile):
        raise TypeError(f"{name} is a libdrift.Profile, as Profile.from_data(data) makes one, "
                        f"not a {type(value).__name__}")
