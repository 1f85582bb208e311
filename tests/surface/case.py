"""What a case of the surface's table is, and values that only have to be of a kind."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

Sdk = Any
"""The official SDK's object; its results are untyped here on purpose, since each field is compared."""
NOON: Final = datetime(2026, 11, 23, 12, tzinfo=UTC)
"""The fake's time."""


class Like:
    """Equal to every value for which a function returns true.

    Args:
        name: what such a value is, for the difference that a failed comparison shows.
        accepts: the function.
    """

    def __init__(self, name: str, accepts: Callable[[Any], bool]) -> None:
        self._name = name
        self._accepts = accepts

    def __eq__(self, other: object) -> bool:
        return self._accepts(other)

    __hash__ = None  # type: ignore[assignment] # it equals many

    def __repr__(self) -> str:
        return f"<{self._name}>"


A_UUID: Final = Like("a UUID", lambda value: str(UUID(str(value))) == str(value))
A_TEXT: Final = Like("a text", lambda value: isinstance(value, str) and bool(value))
INSTANCE: Final = Like("an instance id", lambda value: bool(re.fullmatch("inst_[0-9a-f]{16}", value)))
NOON_TEXT: Final = Like("noon", lambda value: datetime.fromisoformat(value) == NOON)
A_TIME: Final = Like("a time", lambda value: isinstance(value, datetime))


async def nothing(sdk: Sdk) -> None:
    """No earlier calls."""


@dataclass(frozen=True)
class Case:
    """One use of one method of the SDK.

    Attributes:
        method: its name, from the SDK's object on.
        routes: what it sends, in order, as ``METHOD /path`` with the parameters of `maximem_synap.transport.endpoints`.
        behavior: what the fake does, for the page.
        evidence: on what this rests, for the page.
        call: calls it, given the SDK and what `before` returned.
        expected: what it returns, as plain data.
        when: the arguments or circumstances, for the page.
        before: earlier calls.
    """

    method: str
    routes: Sequence[str]
    behavior: str
    evidence: str
    call: Callable[[Sdk, Any], Awaitable[Any]]
    expected: Any
    when: str = ""
    before: Callable[[Sdk], Awaitable[Any]] = nothing

    @property
    def name(self) -> str:
        """The method and, if there are any, the circumstances."""
        return f"{self.method} {self.when}".strip()


def plain(value: Any) -> Any:
    """A result as plain data: of a model every field, by its name."""
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="python")
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    return value
