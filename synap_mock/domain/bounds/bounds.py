"""How much a fake keeps; fixed when it is made, since no client may lift it."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Final, Literal

from synap_mock.domain.bounds.ages import age
from synap_mock.settings import seconds, whole

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind = Literal["count", "seconds", "age"]
_DAY: Final = 24 * 3600


class LimitReached(ValueError):  # noqa: N818 - an outcome on its way out
    """A list is full."""


def _bound(default: object, of: str, beyond: str, *, kind: Kind = "count", least: int = 1) -> Any:  # noqa: ANN401 - the fields' types differ
    """A bound.

    Args:
        default: its default; None: no bound.
        of: what it bounds.
        beyond: what happens beyond it.
        kind: what kind of number it is.
        least: the smallest number.
    """
    return field(default=default, metadata={"of": of, "beyond": beyond, "kind": kind, "least": least})


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """The bounds of a fake. The metadata of each field says what it bounds, and what happens beyond it.

    Raises:
        TypeError: a bound has the wrong type.
        ValueError: a bound is out of its range.
    """

    max_messages: int | None = _bound(
        None,
        "messages of a world",
        "the oldest batches are evicted, each whole; the newest batch stays, even if it alone has more",
    )
    max_conversations: int | None = _bound(
        None,
        "conversations of a world",
        "those without a new message for the longest time are evicted, each whole; those of the newest batch stay",
    )
    max_age: float | None = _bound(
        None,
        "age of a message, on its world's clock: seconds, or a number with s, m, h, d or w",
        "its batch is evicted, whole, with the next call of the Synap API",
        kind="age",
    )
    max_memories: int | None = _bound(
        None,
        "memories of a world, and as many documents and profiles",
        "the oldest are evicted, one by one; a changed one keeps its place",
    )
    max_scheduled: int = _bound(
        10_000,
        "faults of a world, and as many rejections and canned responses",
        "409 LIMIT_REACHED; in Python a ValueError; none of the request's is scheduled",
    )
    max_keys: int = _bound(
        100_000,
        "keys, of all worlds, with revoked ones",
        "the oldest key is deleted; never the first of a world, nor one that the server was started with",
    )
    max_worlds: int = _bound(1_000, "worlds in addition to the default one", "409 LIMIT_REACHED", least=0)
    world_idle: float = _bound(
        _DAY,
        "seconds of real time in which no call uses a world; 0: any",
        "the world is deleted; never the default one",
        kind="seconds",
    )

    def __post_init__(self) -> None:
        for each in fields(self):
            value = getattr(self, each.name)
            match each.metadata["kind"]:
                case "seconds":
                    seconds(each.name, value)
                case "age":
                    object.__setattr__(self, each.name, age(each.name, value))
                case _:
                    whole(each.name, value, least=each.metadata["least"], optional=each.default is None)

    @classmethod
    def among(cls, keywords: Mapping[str, Any]) -> tuple[Bounds, dict[str, Any]]:
        """The bounds among some keywords, and the other keywords."""
        names = {each.name for each in fields(cls)}
        others = {name: value for name, value in keywords.items() if name not in names}
        return cls(**{name: value for name, value in keywords.items() if name in names}), others
