"""A check: scenarios that ask for clauses, fixed corners first, then as many drawn ones as the profile has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

    from hypothesis.strategies import SearchStrategy

    from synap_contracts.scenarios.model import Scenario
    from synap_contracts.server.server import Means

Ability = Literal["timeout_s", "retry", "listen", "given", "loop", "input", "integers", "surrogates", "concurrent"]
Depth = Literal["quick", "default", "deep"]


@dataclass(frozen=True)
class Check:
    """Scenarios, and the clauses that hold when none of them breaks one.

    Args:
        name: What progress calls it.
        proves: Ids of the clauses that the scenarios are made for. Every other clause is looked at too.
        corners: The fixed scenarios of a depth.
        drawn: What more is drawn, or None.
        needs: What the server must be able to do.
        wants: What the client's adapter must be able to do.
        share: How many examples are drawn, as a part of what the profile has.
        also: Clauses that the scenarios are good for too, but that hold without them.
        dialect: The one dialect that it is for, or None.
    """

    name: str
    proves: tuple[str, ...]
    corners: Callable[[Depth], tuple[Scenario, ...]]
    drawn: SearchStrategy[Scenario] | None = None
    needs: frozenset[Means] = frozenset()
    wants: frozenset[Ability] = frozenset()
    share: float = 1.0
    dialect: str | None = None
    also: tuple[str, ...] = ()

    @property
    def asks(self) -> frozenset[str]:
        """Every clause that it is played for."""
        return frozenset({*self.proves, *self.also})
