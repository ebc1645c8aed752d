# SPDX-License-Identifier: Apache-2.0
"""What all objects that own one of C share: how they are copied, their locks, and a fork."""
from __future__ import annotations

import os
import threading
import weakref

TYPE_CHECKING = False  # as in _ffi
if TYPE_CHECKING:
    from typing import Any


class Owner:
    """Owns an object of C, which no copy may share: copied and pickled by its bytes where it has them."""

    _instead = "make another one"

    def __reduce__(self) -> tuple[Any, ...]:
        made_of = getattr(type(self), "from_bytes", None)
        if made_of is None:
            raise TypeError(f"a {type(self).__name__} cannot be copied or pickled; {self._instead}")
        return made_of, (bytes(self),)  # type: ignore[call-overload]


class Locked(Owner):
    """One thread at a time enters it: C releases the GIL."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        _locked.add(self)


_locked: weakref.WeakSet[Locked] = weakref.WeakSet()


def _unlock() -> None:
    """A child has none of the threads that may have held its parent's locks."""
    for owner in _locked:
        owner.lock = threading.RLock()


os.register_at_fork(after_in_child=_unlock)
