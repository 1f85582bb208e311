"""What a fault is: a small frozen value that states its own response, or what happens to the connection."""

from __future__ import annotations

from dataclasses import fields
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synap_mock.settings import Dialect


class Nothing:
    """The type of `NOTHING`."""

    def __repr__(self) -> str:
        return "NOTHING"


NOTHING: Final = Nothing()
"""No body at all, as opposed to null."""

JSON_TYPE: Final = (("content-type", "application/json"),)


class Fault:
    """What can go wrong with a call."""

    __slots__ = ()
    everyday: ClassVar[bool] = False
    """Whether it may happen on any day: the strategy ``faults()`` draws it."""

    @property
    def name(self) -> str:
        """The name of the class."""
        return type(self).__name__

    @classmethod
    def examples(cls) -> Sequence[Fault]:
        """What the strategy ``faults()`` draws of this kind."""
        return (cls(),) if cls.everyday else ()

    def to_json(self) -> dict[str, Any]:
        """The JSON form, as the control API shows it."""
        shown_fields = {field.name: getattr(self, field.name) for field in fields(self)}  # type: ignore[arg-type] # every concrete fault is a dataclass
        return {
            "fault": self.name,
            **{name: _to_json(value) for name, value in shown_fields.items() if value is not NOTHING},
        }


class Reply(NamedTuple):
    """A complete response: status, body and headers, names in lower case."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = JSON_TYPE


class Answered(Fault):
    """The client receives a complete response, but not the one that it should."""

    __slots__ = ()

    def reply(self, dialect: Dialect, instance_id: str) -> Reply:
        """The response.

        Args:
            dialect: the format of error bodies.
            instance_id: the instance that calls; empty if it is not known.
        """
        raise NotImplementedError


class Wire(Enum):
    """What happens to a connection instead of a response."""

    SILENT = auto()
    """The connection stays open, and nothing arrives."""
    RESET = auto()
    """The connection is reset (RST)."""
    CLOSED = auto()
    """The connection is closed without a response."""
    HALF_THEN_CLOSED = auto()
    """Status, headers and half of the body arrive; then the connection is closed."""
    HALF_THEN_SILENT = auto()
    """Status, headers and half of the body arrive; then nothing more."""
    REFUSED = auto()
    """Nothing listens on the port."""
    CONNECT_TIMEOUT = auto()
    """Nothing answers the connection's first packet."""


class Lost(Fault):
    """The call arrives, and its response does not."""

    __slots__ = ()
    wire: ClassVar[Wire]


class Unreachable(Fault):
    """The call does not arrive."""

    __slots__ = ()
    wire: ClassVar[Wire]


def _to_json(value: Any) -> Any:  # noqa: ANN401 - any attribute of a fault
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    return dict(value) if hasattr(value, "items") else value
