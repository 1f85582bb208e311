"""A request before its response: what a test's own function answers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from synap_mock.domain.redaction.redactor import masked_form

if TYPE_CHECKING:
    from synap_mock.domain.access.issued import Instance


class Headers(Mapping[str, str]):
    """Headers by name, in any case; of a repeated one, the first.

    Args:
        raw: names in lower case, as ASGI has them.
    """

    def __init__(self, raw: Mapping[bytes, bytes]) -> None:
        self._raw = raw

    def __getitem__(self, name: str) -> str:
        try:
            return self._raw[name.lower().encode("latin-1", "replace")].decode("latin-1")
        except KeyError:
            raise KeyError(name) from None

    def __iter__(self) -> Iterator[str]:
        return (name.decode("latin-1") for name in self._raw)

    def __len__(self) -> int:
        return len(self._raw)

    def __repr__(self) -> str:
        return f"<{len(self)} headers>"  # their values may be keys


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class IncomingRequest:
    """A request that a function given to `SynapMock.answer` responds to. Everything in it is as sent, keys too.

    Attributes:
        method: in capitals.
        path: decoded, without the query.
        query: without the question mark.
        path_params: the segments of the path that the stand-in's path names in braces, decoded.
        headers: by name, in any case; of a repeated header, the first.
        body: the body.
        instance: the instance that the key belongs to; None on a route that needs no key.
    """

    method: str
    path: str
    query: str
    path_params: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    instance: Instance | None

    def __repr__(self) -> str:
        return f"<{masked_form(f'{self.method} {self.path}')}>"

    @property
    def instance_id(self) -> str | None:
        """The id of the instance."""
        return self.instance.instance_id if self.instance else None

    @property
    def json(self) -> Any:  # noqa: ANN401 - any JSON value
        """The decoded body; None if the request has none.

        Raises:
            ValueError: the body is not JSON.
        """
        if not self.body:
            return None
        try:
            return json.loads(self.body)
        except RecursionError:
            raise ValueError("the body is nested too deeply") from None

    @property
    def text(self) -> str:
        """The body as text, JSON or not. Bytes that are not UTF-8 are escaped."""
        return self.body.decode("utf-8", "backslashreplace")
