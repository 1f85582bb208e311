"""Canned responses for routes that are not modelled."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from synap_mock.domain.values.quoting import quote
from synap_mock.settings import whole

if TYPE_CHECKING:
    from synap_mock.domain.faults.responses import Respond
    from synap_mock.domain.faults.schedule import Queue

_METHOD: Final = re.compile(r"[A-Z]{1,20}")
_PARAMETER: Final = re.compile(r"\{[^/{}]+\}")


@dataclass(frozen=True, slots=True)
class CannedResponse:
    """A canned response for a route that is not modelled.

    Attributes:
        method: in capitals.
        path: a segment such as ``{user_id}`` matches any.
        answer: the response.
        times: how many more calls it applies to; None: every one until the reset.
        applied: how many calls it has applied to.
    """

    method: str
    path: str
    answer: Respond
    times: int | None = None
    applied: int = 0

    def __post_init__(self) -> None:
        if not isinstance(self.method, str) or not _METHOD.fullmatch(self.method):
            raise ValueError(f'method must be one of HTTP\'s, such as "POST", not {quote(self.method)}')
        if not isinstance(self.path, str) or not self.path.startswith("/"):
            raise ValueError(f'path must begin with a slash, such as "/v1/context/user/fetch", not {quote(self.path)}')
        for segment in self.path.split("/"):
            if set(segment) & set("{}") and not _PARAMETER.fullmatch(segment):
                raise ValueError(f"path may have a segment {{name}} for any, whole, not {quote(segment)}")
        whole("times", self.times, least=1, optional=True)

    def matches(self, method: str, path: str) -> bool:
        """Whether it applies to a call."""
        literal = _PARAMETER.split(self.path)
        return method == self.method and bool(re.fullmatch("[^/]+".join(map(re.escape, literal)), path))


def canned_response(scheduled: Queue[CannedResponse], method: str, path: str) -> CannedResponse | None:
    """The canned response for a call, the newest first; it is not used yet."""
    return next((item for item in reversed(scheduled.all()) if item.matches(method, path)), None)
