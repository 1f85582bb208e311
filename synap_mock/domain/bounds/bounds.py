"""How much a fake keeps; fixed when it is made, since no client may lift it."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Final

from synap_mock.settings import seconds, whole

if TYPE_CHECKING:
    from collections.abc import Mapping

_DAY: Final = 24 * 3600


def _bound(default: object, of: str, beyond: str) -> Any:  # noqa: ANN401 - the fields' types differ
    """A bound.

    Args:
        default: its default.
        of: what it bounds.
        beyond: what happens beyond it.
    """
    return field(default=default, metadata={"of": of, "beyond": beyond})


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """The bounds of a fake. The metadata of each field says what it bounds, and what happens beyond it.

    Raises:
        TypeError: a bound has the wrong type.
        ValueError: a bound is out of its range.
    """

    max_keys: int = _bound(
        100_000,
        "keys, of all worlds, with revoked ones",
        "the oldest key is deleted; never the first of a world, nor one that the server was started with",
    )
    max_worlds: int = _bound(1_000, "worlds in addition to the default one", "409 LIMIT_REACHED")
    world_idle: float = _bound(
        _DAY,
        "seconds of real time in which no call uses a world; 0: any",
        "the world is deleted; never the default one",
    )

    def __post_init__(self) -> None:
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(each.default, float) or each.name == "world_idle":
                seconds(each.name, value)
            else:
                whole(each.name, value, least=0 if each.name == "max_worlds" else 1)

    @classmethod
    def among(cls, keywords: Mapping[str, Any]) -> tuple[Bounds, dict[str, Any]]:
        """The bounds among some keywords, and the other keywords."""
        names = {each.name for each in fields(cls)}
        others = {name: value for name, value in keywords.items() if name not in names}
        return cls(**{name: value for name, value in keywords.items() if name in names}), others
