"""What the log has: each call that may change the state, and what became of the waits in some of them."""

from __future__ import annotations

import json
import secrets
import struct
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Final

from synap_mock.domain.values.sources import System
from synap_mock.replication.log import StoreError

if TYPE_CHECKING:
    from starlette.types import Scope

_HEAD: Final = struct.Struct(">I")
"""Bytes of the JSON before the body."""
_SYSTEM: Final = System()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry of the log.

    Attributes:
        writer: the worker that appended it.
        number: which of its entries.
        at: microseconds since 1970 by that worker's clock.
        seed: of the random bits that are drawn while it is applied.
    """

    writer: str
    number: int
    at: int = field(default_factory=_SYSTEM.microseconds)
    seed: int = field(default_factory=lambda: secrets.randbits(96))


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEntry(Entry):
    """A call, received whole.

    Attributes:
        method: in capitals.
        path: decoded, without the query.
        query: as sent.
        headers: as sent, in Latin-1.
        body: as it came; of one over the cap, its beginning.
        size: how many bytes came.
        is_gone: whether its client has disconnected already.
        admitted: of a call of the control API, what `Guard.admission` has returned; None: another call.
    """

    method: str
    path: str
    query: str
    headers: list[tuple[str, str]]
    body: bytes = b""
    size: int = 0
    is_gone: bool = False
    admitted: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitedEntry(Entry):
    """A call whose response was late has waited.

    Attributes:
        call: its writer and number.
        is_there: whether the client still waits.
    """

    call: tuple[str, int]
    is_there: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenEntry(Entry):
    """A server has a control token, which no text may show.

    Attributes:
        token: the token.
    """

    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotEntry(Entry):
    """A worker has saved a snapshot.

    Attributes:
        size: its bytes; the log may grow to as many.
    """

    size: int


_KINDS: Final[dict[str, type[Entry]]] = {
    "call": CallEntry,
    "waited": WaitedEntry,
    "token": TokenEntry,
    "snapshot": SnapshotEntry,
}
_NAMES: Final = {kind: name for name, kind in _KINDS.items()}
_FIELDS: Final = {kind: [each.name for each in fields(kind) if each.name != "body"] for kind in _NAMES}


def call_entry(scope: Scope, *, writer: str, number: int, **others: Any) -> CallEntry:  # noqa: ANN401 - its fields
    """The entry of a request.

    Args:
        scope: ASGI's.
        writer: as in `Entry`.
        number: as in `Entry`.
        others: what the scope does not have.
    """
    return CallEntry(
        writer=writer,
        number=number,
        method=scope["method"],
        path=scope["path"],
        query=scope["query_string"].decode("latin-1"),
        headers=[(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]],
        **others,
    )


def encode_entry(entry: Entry) -> bytes:
    """An entry as bytes: JSON, and the body of a call after it."""
    body = entry.body if isinstance(entry, CallEntry) else b""
    head = json.dumps([_NAMES[type(entry)], {name: getattr(entry, name) for name in _FIELDS[type(entry)]}]).encode()
    return _HEAD.pack(len(head)) + head + body


def decode_entry(held: bytes) -> Entry:
    """An entry of bytes.

    Raises:
        StoreError: they are not an entry.
    """
    try:
        (size,) = _HEAD.unpack_from(held)
        start = _HEAD.size + size
        name, given = json.loads(held[_HEAD.size : start])
        if name == "call":
            given["body"] = held[start:]
        elif name == "waited":
            given["call"] = tuple(given["call"])
        return _KINDS[name](**given)
    except (struct.error, ValueError, KeyError, TypeError) as error:
        raise StoreError(f"the store has an entry of another version of synap-mock ({error!r})") from None
