"""One call as it was received and answered."""

from __future__ import annotations

import marshal
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from synap_mock.domain.history.request import Request, as_text
from synap_mock.domain.redaction.credentials import is_credential, masked_header, masked_query, sent_credentials

if TYPE_CHECKING:
    from synap_mock.domain.redaction.redactor import Redactor
    from synap_mock.domain.rules.rule import Refusal

_HEADERS: Final = 200
"""The maximum number of headers kept per call. Apache accepts 100 by default."""
_HEADERS_SIZE: Final = 16 * 1024
"""The maximum number of bytes of these headers."""
_EXCHANGE_SIZE: Final = 600
"""Bytes of an exchange without its texts: the tuple, and the headers of the objects that it holds."""
_REFUSAL_SIZE: Final = 250
"""Bytes of a refusal without its text."""


class Exchange(NamedTuple):
    """One call as received and answered. A `Request` is made from it when the journal is read.

    The fields are those of `Request`, except that the headers are packed and not masked.
    """

    at: int
    method: str
    path: str
    query: str
    packed_headers: bytes
    body: bytes
    body_size: int
    status: int | None
    answer: bytes
    answer_size: int
    refusals: tuple[Refusal, ...]
    instance_id: str | None
    correlation_id: str
    background: bool
    unmodelled: bool
    fault: str | None
    caller: str | None
    route: str | None
    duration: float
    total: int | None
    succeeded: int | None
    failed: int | None

    @property
    def size(self) -> int:
        """Its approximate size in memory, in bytes."""
        texts = sys.getsizeof(self.path) + sys.getsizeof(self.query) + len(self.method) + len(self.correlation_id)
        size = _EXCHANGE_SIZE + texts + len(self.packed_headers) + len(self.body) + len(self.answer)
        return size + sum(_REFUSAL_SIZE + len(refusal.text) for refusal in self.refusals) if self.refusals else size

    def shown(self, redactor: Redactor, number: int = 0) -> Request:
        """The same with keys and tokens masked, and its number in the journal."""
        return self._shown(self._redactor(redactor), number)

    def logged(self, redactor: Redactor, number: int) -> Logged:
        """The same as the control API shows it."""
        redactor = self._redactor(redactor)
        return Logged(
            self._shown(redactor, number),
            redactor.redact(as_text(self.body), cut=len(self.body) < self.body_size),
            redactor.redact(as_text(self.answer), cut=len(self.answer) < self.answer_size),
        )

    def _redactor(self, redactor: Redactor) -> Redactor:
        return redactor.also(sent_credentials(marshal.loads(self.packed_headers)))  # noqa: S302 - see pack_headers

    def _shown(self, redactor: Redactor, number: int) -> Request:
        texts = [self.method, self.path, masked_query(self.query), self.correlation_id]
        texts += [refusal.text for refusal in self.refusals]
        named = len(texts)
        for name, value in marshal.loads(self.packed_headers):  # noqa: S302 - see pack_headers
            texts += (name.decode("latin-1"), masked_header(value) if is_credential(name) else value.decode("latin-1"))
        method, path, query, correlation_id, *others = redacted = redactor.redact_all(texts)
        fields = self._asdict()
        del fields["packed_headers"]
        fields |= {"method": method, "path": path, "query": query, "correlation_id": correlation_id}
        if redacted is not texts:
            fields["refusals"] = tuple(
                replace(refusal, text=text) for refusal, text in zip(self.refusals, others, strict=False)
            )
        pairs = zip(redacted[named::2], redacted[named + 1 :: 2], strict=True)
        return Request(**fields, number=number, headers=tuple(pairs))


class Logged(NamedTuple):
    """A call as the control API shows it.

    Attributes:
        request: the call.
        body: its body as a text with keys and tokens masked.
        answer: the answer's body, likewise.
    """

    request: Request
    body: str
    answer: str


def pack_headers(headers: list[tuple[bytes, bytes]]) -> bytes:
    """Headers as one object: as pairs they would take ten times as many bytes. `marshal` never leaves the process."""
    packed = marshal.dumps(headers[:_HEADERS])
    if len(packed) <= _HEADERS_SIZE:
        return packed
    kept = []
    size = 0
    for name, value in headers[:_HEADERS]:
        if size + len(name) + len(value) <= _HEADERS_SIZE:
            size += len(name) + len(value)
            kept.append((name, value))
    return marshal.dumps(kept)
