"""What can go wrong: each fault a small frozen value.

An `Answered` fault gives the client a whole answer, another than it should. A `Lost` one loses the answer on the line,
an `Unreachable` one the call itself. `Latency` is a kind of its own: everything goes well, late.
"""

from __future__ import annotations

import json as jsonlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any, Final

from synap_mock.domain.values.clock import duration
from synap_mock.domain.values.quoting import shown
from synap_mock.settings import whole

_HEADER_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE: Final = re.compile(r"[\t -~]*")
_UTF_8: Final = re.compile(r"[^\ud800-\udfff]*")
_OF_THE_LINE: Final = frozenset({"content-length", "transfer-encoding", "connection"})
_BODYLESS: Final = frozenset({204, 205, 304})


class Fault:
    """What can go wrong with a call."""

    __slots__ = ()

    @property
    def name(self) -> str:
        """The name of the class."""
        return type(self).__name__


class Answered(Fault):
    """The client gets a whole answer, another than it should."""

    __slots__ = ()


class Lost(Fault):
    """The call arrives, and its answer doesn't."""

    __slots__ = ()


class Unreachable(Fault):
    """The call does not even arrive."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Unauthorized(Answered):
    """401 ``UNAUTHORIZED`` [documented]."""


@dataclass(frozen=True, slots=True)
class Forbidden(Answered):
    """403 ``FORBIDDEN`` [documented]; AuthenticationError from SDK 0.5.15 on, a transient error before."""


@dataclass(frozen=True, slots=True)
class RateLimited(Answered):
    """429 ``RATE_LIMITED`` [documented].

    Attributes:
        retry_after: whole seconds, in the header ``Retry-After``; None: no such header. SDK 0.6.1 and later wait that
            long, at most 10 s.

    Raises:
        TypeError, ValueError: `retry_after` is no whole number from 0.
    """

    retry_after: int | None = 1

    def __post_init__(self) -> None:
        whole("retry_after", self.retry_after, least=0, optional=True)


@dataclass(frozen=True, slots=True)
class ServerError(Answered):
    """500 to 599. SDK 0.6.1 and later send the batch again [sdk].

    Raises:
        TypeError, ValueError: `status` is no whole number from 500 to 599.
    """

    status: int = 500

    def __post_init__(self) -> None:
        _status(self.status, 500)


@dataclass(frozen=True, slots=True)
class InsufficientCredits(Answered):
    """402, as the server words it (documented.md, section 2): the SDK's InsufficientCreditsError.

    Attributes:
        balance_credits: what is left.
        minimum_required_credits: what the call would have taken.

    Raises:
        TypeError, ValueError: one of them is no whole number from 0.
    """

    balance_credits: int = 0
    minimum_required_credits: int = 1

    def __post_init__(self) -> None:
        whole("balance_credits", self.balance_credits, least=0)
        whole("minimum_required_credits", self.minimum_required_credits, least=0)


@dataclass(frozen=True, slots=True)
class TrialLimitReached(Answered):
    """429 with ``trial_limit_reached`` (documented.md, section 2): a RateLimitError that the SDK does not retry."""


@dataclass(frozen=True, slots=True)
class InstanceNotReady(Answered):
    """409 ``instance_not_ready``: a new instance builds (documented.md, section 2).

    Attributes:
        retry_after: whole seconds, in the body and in ``Retry-After``. SDK 0.6.0 and later send nothing until they are
            over (at most 300).

    Raises:
        TypeError, ValueError: `retry_after` is no whole number from 0.
    """

    retry_after: int = 30

    def __post_init__(self) -> None:
        whole("retry_after", self.retry_after, least=0)


@dataclass(frozen=True, slots=True)
class InstanceBuildFailed(Answered):
    """409 ``instance_build_failed`` (documented.md, section 2): SDK 0.6.0 and later raise InstanceBuildFailedError.

    Raises:
        TypeError, ValueError: `attempts` is no whole number from 1.
    """

    attempts: int = 3

    def __post_init__(self) -> None:
        whole("attempts", self.attempts, least=1)


@dataclass(frozen=True, slots=True)
class Conflict(Answered):
    """409, plain: SDK 0.4.0 and later raise ConflictError."""


class _Nothing:
    def __repr__(self) -> str:
        return "NOTHING"


NOTHING: Final = _Nothing()
"""No body at all, as against null."""


@dataclass(frozen=True, slots=True, repr=False)
class Respond(Answered):
    """Any answer whatever.

    Args:
        status: 200 to 599.
        json: the body, as a JSON value.
        content: the body, as text or bytes.
        headers: names to values.

    Raises:
        TypeError: an argument of the wrong type, or both bodies.
        ValueError: a status out of range or without a body that was given one, no JSON value, no header, a header that
            belongs to the line.
    """

    status: int
    json: Any = NOTHING
    content: bytes | str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _status(self.status, 200)
        if self.json is not NOTHING and self.content is not None:
            raise TypeError("json or content, not both: an answer has one body")
        if self.content is not None and not isinstance(self.content, bytes | str):
            raise TypeError(f"content must be text or bytes, not {shown(self.content)}")
        if isinstance(self.content, str) and not _UTF_8.fullmatch(self.content):
            raise ValueError("content must be text that UTF-8 can write, without lone surrogates")
        if not isinstance(self.headers, Mapping):
            raise TypeError(f"headers must be a mapping of names to values, not {shown(self.headers)}")
        object.__setattr__(self, "headers", MappingProxyType(dict(self.headers)))
        for name, value in self.headers.items():
            _check_header(name, value)
        if self.body and self.status in _BODYLESS:
            raise ValueError(f"status {self.status} has no body; leave json and content out")

    def __repr__(self) -> str:
        given = {"json": self.json, "content": self.content, "headers": dict(self.headers)}
        absent: dict[str, Any] = {"json": NOTHING, "content": None, "headers": {}}
        told = "".join(f", {name}={value!r}" for name, value in given.items() if value != absent[name])
        return f"Respond({self.status}{told})"

    @property
    def body(self) -> bytes:
        """What it says."""
        if self.json is not NOTHING:
            return _dumps(self.json)
        return self.content.encode() if isinstance(self.content, str) else self.content or b""

    @property
    def said(self) -> tuple[tuple[str, str], ...]:
        """Its headers, the body's type among them."""
        headers = {name.lower(): value for name, value in self.headers.items()}
        if self.status not in _BODYLESS:
            kind = "text/plain; charset=utf-8" if self.json is NOTHING else "application/json"
            headers.setdefault("content-type", kind)
        return tuple(headers.items())


@dataclass(frozen=True, slots=True)
class MalformedBody(Answered):
    """200, and a body that is no JSON: a proxy's HTML page."""


@dataclass(frozen=True, slots=True)
class WrongShape(Answered):
    """200, and JSON of another shape than the page promises.

    Raises:
        TypeError, ValueError: `json` is no JSON value.
    """

    json: Any = field(default_factory=list)

    def __post_init__(self) -> None:
        _dumps(self.json)


@dataclass(frozen=True, slots=True)
class Latency(Fault):
    """The answer comes, but late. In process nobody waits: the clock moves, and a less patient client times out.

    Attributes:
        seconds: how late.

    Raises:
        TypeError, ValueError: `seconds` is no number from 0.
    """

    seconds: float

    def __post_init__(self) -> None:
        duration("seconds", self.seconds)


@dataclass(frozen=True, slots=True)
class ReadTimeout(Lost):
    """Silence: the connection stays, and nothing comes."""


@dataclass(frozen=True, slots=True)
class ConnectionReset(Lost):
    """The connection is reset (RST) instead of an answer."""


@dataclass(frozen=True, slots=True)
class Disconnected(Lost):
    """The connection is closed without an answer."""


@dataclass(frozen=True, slots=True)
class TruncatedBody(Lost):
    """Status and headers come, half of the body, and then the connection is closed."""


@dataclass(frozen=True, slots=True)
class StalledBody(Lost):
    """Status and headers come, half of the body, and then nothing more."""


@dataclass(frozen=True, slots=True)
class ConnectionRefused(Unreachable):
    """Nobody listens. In process only; a server has ``down()``."""


@dataclass(frozen=True, slots=True)
class ConnectTimeout(Unreachable):
    """Nobody answers the connection's first packet. In process only; a server has ``down()``."""


FAULTS: Final[Mapping[str, type[Fault]]] = MappingProxyType(
    {
        kind.__name__: kind
        for kind in (
            Unauthorized,
            Forbidden,
            RateLimited,
            ServerError,
            InsufficientCredits,
            TrialLimitReached,
            InstanceNotReady,
            InstanceBuildFailed,
            Conflict,
            Respond,
            Latency,
            ConnectionRefused,
            ConnectTimeout,
            ReadTimeout,
            ConnectionReset,
            Disconnected,
            TruncatedBody,
            StalledBody,
            MalformedBody,
            WrongShape,
        )
    }
)
"""Every fault by its name."""


def named(name: object, /, **attributes: object) -> Fault:
    """The fault of that name.

    Raises:
        TypeError, ValueError: no such fault, or attributes that it can't have.
    """
    kind = FAULTS.get(name) if isinstance(name, str) else None
    if kind is None:
        raise ValueError(f"fault must be one of {', '.join(FAULTS)}, not {shown(name)}")
    known = [field.name for field in fields(kind)]  # type: ignore[arg-type] # every one of FAULTS is a dataclass
    for attribute in attributes:
        if attribute not in known:
            has = f"it has {', '.join(known)}" if known else "it has none"
            raise TypeError(f"{name} has no attribute {shown(attribute)}; {has}")
    try:
        return kind(**attributes)
    except TypeError as error:
        if "missing" not in str(error):
            raise
        raise TypeError(f"{name} wants {known[0]}") from None


def _dumps(value: object) -> bytes:
    try:
        return jsonlib.dumps(value, separators=(",", ":"), allow_nan=False).encode("ascii")
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"json must be a JSON value; {error}") from None


def _status(status: object, least: int) -> None:
    whole("status", status, least=least)
    if status > 599:  # type: ignore[operator]  # noqa: PLR2004 - whole has checked it; RFC 9110's last class
        raise ValueError(f"status must be a whole number from {least} to 599, not {shown(status)}")


def _check_header(name: object, value: object) -> None:
    if not isinstance(name, str) or not _HEADER_NAME.fullmatch(name):
        raise ValueError(f"headers must have names of RFC 9110's tokens, not {shown(name)}")
    if name.lower() in _OF_THE_LINE:
        raise ValueError(f"the header {name} belongs to the line; TruncatedBody and Disconnected break that")
    if not isinstance(value, str) or not _HEADER_VALUE.fullmatch(value):
        raise ValueError(f"the header {name} must have printable ASCII, not {shown(value)}")
