"""The use case of updating a memory."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from synap_mock.domain.memories.documents import TYPES, text_of
from synap_mock.domain.rules.bodies import FIELD_DOCUMENT, FIELD_OBJECT, FIELD_STRING, BodyField
from synap_mock.domain.values.clock import iso

if TYPE_CHECKING:
    from synap_mock.domain.access.issued import Instance
    from synap_mock.domain.memories.memory import Memory
    from synap_mock.domain.state import State

STRATEGIES: Final = ("replace", "append", "smart-merge")
"""SDK 0.6.9, ``MergeStrategy``."""
FIELDS: Final = (
    BodyField("document", FIELD_DOCUMENT, required=True),
    BodyField("merge_strategy", FIELD_STRING, choices=STRATEGIES, default=STRATEGIES[2]),
    BodyField("document_type", FIELD_STRING, choices=TYPES),
    BodyField("metadata", FIELD_OBJECT),
)
"""What an update has; source: SDK 0.6.9, ``UpdateMemoryRequest``."""


def update_memory(state: State, instance: Instance, memory_id: str, fields: dict[str, Any]) -> Memory:
    """Update a memory: ``append`` adds the text on a new line, the other strategies replace it.

    Args:
        state: the fake.
        instance: the instance that has the memory.
        memory_id: the memory.
        fields: the values of `FIELDS`.

    Raises:
        KeyError: the instance does not have it.
    """
    text, updated_at = text_of(fields["document"]), iso(state.clock.microseconds())

    def change(memory: Memory) -> Memory:
        merged = f"{memory.text}\n{text}" if fields["merge_strategy"] == "append" else text
        return replace(memory, text=merged, updated_at=updated_at)

    return state.memories.update(instance.instance_id, memory_id, change)
