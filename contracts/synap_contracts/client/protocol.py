"""The lines that the kit and a client's adapter exchange: JSON, one value a line, pure ASCII.

docs/adapter-protocol.md is the page for people who write an adapter; this file is the same for the kit.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

Json: TypeAlias = Any

VERSION: Final = 1

NETWORK_ERRORS: Final = frozenset({"NetworkError", "NetworkTimeoutError"})
"""What passes for the page's NetworkError: the official SDK has only the second."""


@dataclass(frozen=True)
class Hello:
    """What an adapter says of itself.

    Args:
        name: The client's.
        version: The client's, where it has one.
        can: What beyond the required requests it understands: "timeout_s", "retry", "listen", "given", "loop", "input".
        integers: The greatest integer that the client keeps exactly, or None where it has no limit.
        surrogates: Whether a lone surrogate can reach the client.
        concurrent: Whether calls may be under way beside each other.
    """

    name: str
    version: str | None = None
    can: frozenset[str] = frozenset()
    integers: int | None = None
    surrogates: bool = True
    concurrent: bool = True


@dataclass(frozen=True)
class Returned:
    """The call returned.

    Args:
        answer: What it returned, as JSON.
        changed: Where the caller's messages are not as before, or None.
        altered: Earlier calls, by the numbers of their requests, whose answers are not as they were told; and where.
    """

    answer: Json
    changed: str | None = None
    altered: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class Raised:
    """The call, or the opening, raised.

    Args:
        kind: The class's name with its module.
        names: Names of the client's own classes along the MRO, as the page calls them.
        text: The exception's text.
        said: Every text of it: notes, causes and contexts too.
        status: The HTTP status that the exception carries, where it does.
        changed: As in `Returned`.
        altered: As in `Returned`.
        places: Where each of the texts stands, as `the cause (KeyError) of`; empty where the adapter doesn't tell.
    """

    kind: str
    names: frozenset[str]
    text: str
    said: tuple[str, ...] = ()
    status: int | None = None
    changed: str | None = None
    altered: tuple[tuple[int, str], ...] = ()
    places: tuple[str, ...] = ()

    def is_a(self, *names: str) -> bool:
        """Whether one of the client's own classes along the MRO has one of these names."""
        return bool(self.names & set(names))


@dataclass(frozen=True)
class Hung:
    """No answer by the deadline, while the adapter still answered a ping."""

    seconds: float


Told: TypeAlias = Returned | Raised | Hung
"""What became of a call, as its caller was told."""


class AdapterError(Exception):
    """The adapter broke the protocol, crashed or fell silent: nothing is known of the client."""


def encode(message: Json) -> bytes:
    """One line."""
    return json.dumps(message, ensure_ascii=True, separators=(",", ":")).encode("ascii") + b"\n"


def decode(line: bytes) -> dict[str, Json]:
    """The value of one line.

    Raises:
        AdapterError: The line is no JSON object.
    """
    try:
        value = json.loads(line)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise AdapterError(
            f"the adapter wrote a line that is no JSON object: {line[:200]!r}; "
            "its standard output is for the protocol alone, anything else belongs on standard error"
        )
    return value


def hello(message: Json) -> Hello:
    """What the first line says.

    Raises:
        AdapterError: It is no hello of a version that the kit speaks.
    """
    said = message.get("hello")
    if not isinstance(said, dict) or said.get("protocol") != VERSION:
        raise AdapterError(
            f"the adapter's first line is no hello of protocol {VERSION}: {json.dumps(message)[:200]}; "
            f'expected {{"hello": {{"protocol": {VERSION}, "name": "…"}}}}'
        )
    limits = said.get("limits") or {}
    return Hello(
        name=str(said.get("name") or "unnamed"),
        version=None if said.get("version") is None else str(said["version"]),
        can=frozenset(said.get("can") or ()),
        integers=limits.get("integers"),
        surrogates=limits.get("surrogates", True) is not False,
        concurrent=said.get("concurrent", True) is not False,
    )


def told(reply: Json) -> Returned | Raised:
    """What an adapter's answer to a request says.

    Raises:
        AdapterError: It has neither "answer" nor "raised", or reports that the adapter itself failed.
    """
    if "broken" in reply:
        raise AdapterError(str(reply["broken"]))
    altered = tuple((int(each["id"]), str(each["at"])) for each in reply.get("altered") or ())
    if "answer" in reply:
        return Returned(reply["answer"], reply.get("changed"), altered)
    raised = reply.get("raised")
    if not isinstance(raised, dict):
        raise AdapterError(f'the adapter answered with neither "answer" nor "raised": {json.dumps(reply)[:200]}')
    text = str(raised.get("text", ""))
    names = raised.get("names")
    kind = str(raised.get("class", ""))
    return Raised(
        kind=kind,
        names=frozenset([kind] if names is None else map(str, names)),
        text=text,
        said=tuple(map(str, raised.get("said") or [text])),
        status=raised.get("status"),
        changed=reply.get("changed"),
        altered=altered,
        places=tuple(map(str, raised.get("places") or ())),
    )
