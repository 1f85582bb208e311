"""One call as the journal shows it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from synap_mock.domain.rules.rule import Refusal

_SHOWN: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Request:
    """One call as the journal keeps it. Keys and tokens are masked in every text; the two bodies are as sent.

    Attributes:
        at: the time of the response, in microseconds since 1970.
        method: as sent, in capitals.
        path: decoded, without the query.
        query: as sent, without the question mark.
        headers: names in lower case; credentials masked. At most 200, and 16 KiB of them.
        body: the beginning of the body as sent, up to the size that the journal keeps.
        body_size: the size of the body, in bytes.
        status: the status of the response; None: no response was sent.
        answer: the beginning of the response's body.
        answer_size: the size of the response's body, in bytes.
        refusals: the rules that rejected the call or its entries, at most 100.
        instance_id: the instance of the key; None if no key was accepted.
        correlation_id: as returned.
        background: whether it is telemetry or a heartbeat, which an SDK sends on its own.
        unmodelled: whether the fake does not model the route.
        fault: the name of the fault that applied.
        caller: for an unmodelled route, the calling code, if the fixture knows it.
        number: of the call, counted from 1; the numbers continue after a reset.
        route: method and pattern of the path, such as ``"GET /api/v1/memories/{memory_id}"``; None: it is not modelled.
        duration: seconds of real time from the end of the request's body to the response.
        total: how many entries the call had; None: it has none, or was not carried out.
        succeeded: how many of them were recorded, or known already.
        failed: how many of them were rejected.
    """

    at: int = field(compare=False)
    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...] = field(compare=False)
    body: bytes
    body_size: int
    status: int | None
    answer: bytes
    answer_size: int
    refusals: tuple[Refusal, ...]
    instance_id: str | None
    correlation_id: str
    background: bool = False
    unmodelled: bool = False
    fault: str | None = None
    caller: str | None = field(default=None, compare=False)
    number: int = field(default=0, compare=False)
    route: str | None = None
    duration: float = field(default=0.0, compare=False)
    total: int | None = None
    succeeded: int | None = None
    failed: int | None = None

    def __repr__(self) -> str:
        parts = [f"{self.method} {self.path} {self.status or 'unanswered'}"]
        parts += [f"fault {self.fault}"] if self.fault else []
        parts += ["unmodelled"] if self.unmodelled else []
        parts += [repr(refusal) for refusal in self.refusals[:_SHOWN]]
        parts += ["..."] if len(self.refusals) > _SHOWN else []
        return f"<{', '.join(parts)}>"

    @property
    def json(self) -> Any:  # noqa: ANN401 - any JSON value
        """The decoded body; None if the request has none.

        Raises:
            ValueError: the body is not JSON, or the journal kept only its beginning.
        """
        if not self.body_size:
            return None
        try:
            return json.loads(self.body)
        except RecursionError:
            raise ValueError("the body is nested too deeply") from None

    @property
    def text(self) -> str:
        """The body as text, JSON or not: as much as the journal keeps. Bytes that are not UTF-8 are escaped."""
        return as_text(self.body)


def as_text(body: bytes) -> str:
    """A body as text; bytes that are not UTF-8 are escaped."""
    return body.decode("utf-8", "backslashreplace")
