"""The recorded data that an answer is judged by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from synap_contracts.observation.comparison import Stored
from synap_contracts.observation.expected import REASON

if TYPE_CHECKING:
    from collections.abc import Iterable

    from synap_contracts.observation.comparison import Comparison
    from synap_contracts.observation.observed import ObservedCall, ObservedStep
    from synap_contracts.scenarios.model import Json


@dataclass(frozen=True)
class CallFacts:
    """What is known when the answer of a call is judged.

    Args:
        comparison: What the calls of this step recorded.
        by_id: All recorded messages by ID.
        earlier_ids: The IDs that existed before this step.
        rejected: The indexes of the entries that the server had to reject.
        reason: The error text of their scheduled rejection, or None.
        concurrent: The likenesses of the messages of concurrent calls.
        instance: The instance of the client's key.
    """

    comparison: Comparison
    by_id: dict[str, Stored]
    earlier_ids: frozenset[str]
    rejected: frozenset[int]
    reason: str | None = None
    concurrent: frozenset[str] = frozenset()
    instance: str = ""

    @classmethod
    def of(
        cls,
        step: ObservedStep,
        call: ObservedCall,
        comparison: Comparison,
        *,
        rejected: frozenset[int],
        others: Iterable[Json],
    ) -> CallFacts:
        """Return the facts for a call of a step.

        Args:
            step: The step.
            call: The call.
            comparison: What the calls of the step recorded.
            rejected: As the attribute.
            others: The messages of concurrent calls.
        """
        return cls(
            comparison,
            {row.message_id: Stored(place, row) for place, rows in step.after.items() for row in rows},
            frozenset(row.message_id for rows in step.before.values() for row in rows),
            rejected,
            REASON if call.rejected else None,
            frozenset(map(comparison.likeness, others)),
            call.key.instance_id,
        )

    def is_foreign(self, stored: Stored) -> bool:
        """Return whether a recorded message belongs to another client's instance."""
        return stored.place[0] != self.instance

    def stored(self, id_: Json) -> Stored | None:
        """Return the recorded message with an ID."""
        return self.by_id.get(id_) if isinstance(id_, str) else None
