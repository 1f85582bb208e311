"""The lines that the kit and a client's adapter exchange: JSON, one value per line, ASCII only.

docs/adapter-protocol.md describes the protocol for authors of adapters. This module implements the kit's side.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

Json: TypeAlias = Any

VERSION: Final = 1

NETWORK_ERRORS: Final = frozenset({"NetworkError", "NetworkTimeoutError"})
"""The names accepted for the page's NetworkError: the official SDK has only the second."""


@dataclass(frozen=True)
class Hello:
    """What an adapter declares in its first line.

    Args:
        name: The name of the client.
        version: The version of the client, if it has one.
        can: The optional features: "timeout_s", "retry", "listen", "given", "loop", "input", "ends",
            "python".
        integers: The largest integer that the client keeps exactly, or None if it has no limit.
        surrogates: Whether a lone surrogate can reach the client.
        concurrent: Whether calls can be concurrent.
        recovers_s: How long the client may refuse calls after an error, in seconds.
    """

    name: str
    version: str | None = None
    can: frozenset[str] = frozenset()
    integers: int | None = None
    surrogates: bool = True
    concurrent: bool = True
    recovers_s: float = 0.0


@dataclass(frozen=True)
class Returned:
    """The call returned.

    Args:
        answer: The returned value, as JSON.
        changed: The path at which the call changed the caller's messages, or None.
        altered: The request numbers of earlier calls whose answers changed since they were returned, with the paths.
    """

    answer: Json
    changed: str | None = None
    altered: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class Raised:
    """The call, or the opening of the client, raised.

    Args:
        kind: The name of the class, with its module.
        names: The names of the client's own classes in the MRO.
        text: The text of the exception.
        texts: All texts of the exception, including notes, causes and contexts.
        status: The HTTP status that the exception carries, if any.
        changed: As in `Returned`.
        altered: As in `Returned`.
        places: Where each of the texts is, such as `the cause (KeyError) of`. Empty if the adapter does not report it.
        traceback: The traceback. Empty if the adapter does not report it.
    """

    kind: str
    names: frozenset[str]
    text: str
    texts: tuple[str, ...] = ()
    status: int | None = None
    changed: str | None = None
    altered: tuple[tuple[int, str], ...] = ()
    places: tuple[str, ...] = ()
    traceback: str = ""

    def is_a(self, *names: str) -> bool:
        """Return whether one of the client's own classes in the MRO has one of these names."""
        return bool(self.names & set(names))


@dataclass(frozen=True)
class Hung:
    """The call did not end before the deadline, while the adapter still answered a ping."""

    seconds: float


@dataclass(frozen=True)
class Ended(Hung):
    """The client ended the process that it runs in, so the call did not end either.

    Args:
        status: The exit status, the negative number of a signal, or None if the process only closed its output.
        output: The last output of the process.
    """

    status: int | None = None
    output: str = ""


Outcome: TypeAlias = Returned | Raised | Hung
"""The outcome of a call for its caller."""


class AdapterError(Exception):
    """The adapter broke the protocol, crashed or stopped responding: the run says nothing about the client."""


def is_tagged(value: Json) -> bool:
    """Return whether an object stands for a value of Python that JSON does not have, in a call that is tagged."""
    return isinstance(value, dict) and value.keys() == {"$python", "value"}


def has_tagged(value: Json) -> bool:
    """Return whether an object anywhere in a value stands for a value of Python that JSON does not have."""
    match value:
        case dict():
            return is_tagged(value) or any(map(has_tagged, value.values()))
        case list() | tuple():
            return any(map(has_tagged, value))
    return False


def encode(message: Json) -> bytes:
    """Return the line for a message."""
    return json.dumps(message, ensure_ascii=True, separators=(",", ":")).encode("ascii") + b"\n"


def decode(line: bytes) -> dict[str, Json]:
    """Return the message of a line.

    Raises:
        AdapterError: The line is not a JSON object.
    """
    try:
        value = json.loads(line)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise AdapterError(
            f"the adapter wrote a line that is not a JSON object: {line[:200]!r}; "
            "its standard output is reserved for the protocol, other output belongs on standard error"
        )
    return value


def parse_hello(message: Json) -> Hello:
    """Parse the first line of an adapter.

    Raises:
        AdapterError: The line is not a hello of a supported version.
    """
    fields = message.get("hello")
    if not isinstance(fields, dict) or fields.get("protocol") != VERSION:
        raise AdapterError(
            f"the adapter's first line is not a hello of protocol {VERSION}: {json.dumps(message)[:200]}; "
            f'expected {{"hello": {{"protocol": {VERSION}, "name": "…"}}}}'
        )
    limits = fields.get("limits") or {}
    return Hello(
        name=str(fields.get("name") or "unnamed"),
        version=None if fields.get("version") is None else str(fields["version"]),
        can=frozenset(fields.get("can") or ()),
        integers=limits.get("integers"),
        surrogates=limits.get("surrogates", True) is not False,
        concurrent=fields.get("concurrent", True) is not False,
        recovers_s=float(fields.get("recovers_s") or 0),
    )


def parse_outcome(reply: Json) -> Returned | Raised:
    """Parse an adapter's reply to a request.

    Raises:
        AdapterError: The reply has neither "answer" nor "raised", or reports that the adapter failed.
    """
    if "broken" in reply:
        raise AdapterError(str(reply["broken"]))
    altered = tuple((int(each["id"]), str(each["at"])) for each in reply.get("altered") or ())
    if "answer" in reply:
        return Returned(reply["answer"], reply.get("changed"), altered)
    raised = reply.get("raised")
    if not isinstance(raised, dict):
        raise AdapterError(f'the adapter\'s reply has neither "answer" nor "raised": {json.dumps(reply)[:200]}')
    text = str(raised.get("text", ""))
    names = raised.get("names")
    kind = str(raised.get("class", ""))
    return Raised(
        kind=kind,
        names=frozenset([kind] if names is None else map(str, names)),
        text=text,
        texts=tuple(map(str, raised.get("said") or [text])),
        status=raised.get("status"),
        changed=reply.get("changed"),
        altered=altered,
        places=tuple(map(str, raised.get("places") or ())),
        traceback=str(raised.get("traceback") or ""),
    )
