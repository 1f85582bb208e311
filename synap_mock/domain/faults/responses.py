"""Responses that the API would not give: any status and body, a page of HTML, JSON of another shape."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from synap_mock.domain.faults.errors import check_status
from synap_mock.domain.faults.fault import NOTHING, Answered, Reply
from synap_mock.domain.values.encoding import encode
from synap_mock.domain.values.quoting import quote

if TYPE_CHECKING:
    from synap_mock.settings import Dialect

_HEADER_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE: Final = re.compile(r"[\t -~]*")
_UTF_8: Final = re.compile(r"[^\ud800-\udfff]*")
_FRAMING: Final = frozenset({"content-length", "transfer-encoding", "connection"})
_BODYLESS: Final = frozenset({204, 205, 304})
_HTML: Final = b"<html><body>This is not JSON.</body></html>"


@dataclass(frozen=True, slots=True, repr=False)
class Respond(Answered):
    """Any response.

    Args:
        status: 200 to 599.
        json: the body, as a JSON value.
        content: the body, as text or bytes.
        headers: names to values.

    Raises:
        TypeError: an argument of the wrong type, or both bodies.
        ValueError: a status out of range, a body for a status that has none, a value that is not JSON, an invalid
            header, or a header that frames the message.
    """

    status: int
    json: Any = NOTHING
    content: bytes | str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_status(self.status, 200)
        if self.json is not NOTHING and self.content is not None:
            raise TypeError("json or content, not both: a response has one body")
        if self.json is not NOTHING:
            _check_json(self.json)
        if self.content is not None and not isinstance(self.content, bytes | str):
            raise TypeError(f"content must be text or bytes, not {quote(self.content)}")
        if isinstance(self.content, str) and not _UTF_8.fullmatch(self.content):
            raise ValueError("content must be text that UTF-8 can write, without lone surrogates")
        if not isinstance(self.headers, Mapping):
            raise TypeError(f"headers must be a mapping of names to values, not {quote(self.headers)}")
        object.__setattr__(self, "headers", MappingProxyType(dict(self.headers)))
        for name, value in self.headers.items():
            _check_header(name, value)
        if self.body and self.status in _BODYLESS:
            raise ValueError(f"status {self.status} has no body; leave json and content out")

    def __repr__(self) -> str:
        given = {"json": self.json, "content": self.content, "headers": dict(self.headers)}
        absent: dict[str, Any] = {"json": NOTHING, "content": None, "headers": {}}
        arguments = "".join(f", {name}={value!r}" for name, value in given.items() if value != absent[name])
        return f"Respond({self.status}{arguments})"

    @property
    def body(self) -> bytes:
        """The body."""
        if self.json is not NOTHING:
            return encode(self.json)
        return self.content.encode() if isinstance(self.content, str) else self.content or b""

    def reply(self, dialect: Dialect, instance_id: str) -> Reply:  # noqa: ARG002 - the same in both dialects
        """The response, with the body's type among the headers."""
        headers = {name.lower(): value for name, value in self.headers.items()}
        if self.status not in _BODYLESS:
            kind = "text/plain; charset=utf-8" if self.json is NOTHING else "application/json"
            headers.setdefault("content-type", kind)
        return Reply(self.status, self.body, tuple(headers.items()))


@dataclass(frozen=True, slots=True)
class MalformedBody(Answered):
    """200, and a body that is not JSON: a proxy's HTML page."""

    everyday = True

    def reply(self, dialect: Dialect, instance_id: str) -> Reply:  # noqa: ARG002 - the same in both dialects
        """200 with HTML."""
        return Reply(200, _HTML, (("content-type", "text/html"),))


@dataclass(frozen=True, slots=True)
class WrongShape(Answered):
    """200, and JSON of another shape than the page promises.

    Attributes:
        json: the body, as a JSON value.

    Raises:
        TypeError, ValueError: `json` is not a JSON value.
    """

    everyday = True

    json: Any = field(default_factory=list)

    def __post_init__(self) -> None:
        _check_json(self.json)

    def reply(self, dialect: Dialect, instance_id: str) -> Reply:  # noqa: ARG002 - the same in both dialects
        """200 with that JSON."""
        return Reply(200, encode(self.json))


def _check_json(value: object) -> None:
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"json must be a JSON value; {error}") from None


def _check_header(name: object, value: object) -> None:
    if not isinstance(name, str) or not _HEADER_NAME.fullmatch(name):
        raise ValueError(f"headers must have names that are tokens (RFC 9110), not {quote(name)}")
    if name.lower() in _FRAMING:
        raise ValueError(f"the header {name} frames the message; TruncatedBody and Disconnected break the framing")
    if not isinstance(value, str) or not _HEADER_VALUE.fullmatch(value):
        raise ValueError(f"the header {name} must have printable ASCII, not {quote(value)}")
