"""Snapshots of a part of the state, in which ids can be renamed."""

from __future__ import annotations

import io
import pickle
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from contextlib import AbstractContextManager


class Part:
    """A part of the state of a fake whose attributes are data. Pickled in memory, never read from outside."""

    _passing: ClassVar[frozenset[str]] = frozenset()
    """The attributes that a snapshot does not have: locks, and what concerns calls that are under way."""
    _lock: AbstractContextManager[object]

    def snapshot(self, names: Collection[str]) -> bytes:
        """The part now, for `restore`.

        Args:
            names: ids and keys that may have another name then.
        """
        with self._lock:
            return packed({name: value for name, value in vars(self).items() if name not in self._passing}, names)

    def restore(self, held: bytes, renamed: Mapping[str, str]) -> None:
        """Return to a snapshot, which may be restored again later.

        Args:
            held: the snapshot.
            renamed: old names to new ones.
        """
        with self._lock:
            vars(self).update(unpacked(held, renamed))


def packed(value: object, names: Collection[str]) -> bytes:
    """A copy of `value`, in which `names` can be replaced."""
    buffer = io.BytesIO()
    _Pickler(buffer, names).dump(value)
    return buffer.getvalue()


def unpacked(held: bytes, renamed: Mapping[str, str]) -> Any:  # noqa: ANN401 - what was packed
    """What was packed, with names replaced; a new copy each time."""
    return _Unpickler(io.BytesIO(held), renamed).load()


class _Pickler(pickle.Pickler):
    def __init__(self, file: io.BytesIO, names: Collection[str]) -> None:
        super().__init__(file, protocol=pickle.HIGHEST_PROTOCOL)
        self._names = names

    def persistent_id(self, obj: object) -> str | None:
        """A name is not written, but looked up when it is read."""
        return obj if type(obj) is str and obj in self._names else None


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, renamed: Mapping[str, str]) -> None:
        super().__init__(file)
        self._renamed = renamed

    def persistent_load(self, pid: str) -> str:
        """The name that it has now."""
        return self._renamed.get(pid, pid)
