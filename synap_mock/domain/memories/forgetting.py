"""The use case of forgetting what a description matches.

The vendor's service finds the memories by their meaning. Here the words decide: the user's memories that share the most
words with the description match it, and a memory that shares none never does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from synap_mock.domain.memories.recall.retrieval import words
from synap_mock.domain.memories.scopes import scope_of
from synap_mock.domain.rules.bodies import FIELD_OBJECT, FIELD_STRING, BodyField
from synap_mock.domain.rules.resources import memories as rules
from synap_mock.domain.rules.rule import Refusal, Refused

if TYPE_CHECKING:
    from synap_mock.domain.access.issued import Instance
    from synap_mock.domain.memories.memory import Memory
    from synap_mock.domain.state import State

MODES: Final = ("preview", "direct")
"""SDK 0.6.9, ``ForgetMode``."""
FIELDS: Final = (
    BodyField("description", FIELD_STRING, required=True, least=3, most=500),
    BodyField("user_id", FIELD_STRING),
    BodyField("customer_id", FIELD_STRING),
    BodyField("scope", FIELD_OBJECT),
    BodyField("mode", FIELD_STRING, choices=MODES, default=MODES[0]),
)
"""What a request to forget has; source: SDK 0.6.9, ``memories.forget``."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What a description matched.

    Attributes:
        mode: of the request; a preview deletes nothing.
        memories: what matched, the oldest first; in direct mode, what was deleted.
        request_id: of the request that a person approves; None where nothing matched, and in direct mode.
    """

    mode: str
    memories: list[Memory]
    request_id: str | None

    @property
    def status(self) -> str:
        """SDK 0.6.9, ``ForgetStatus``."""
        if not self.memories:
            return "nothing_matches"
        return "preview" if self.mode == "preview" else "deleted"


def forget(state: State, instance: Instance, fields: dict[str, Any]) -> Forgotten:
    """Find a user's memories by a description and, in direct mode, delete them.

    Args:
        state: the fake.
        instance: the instance that has the memories.
        fields: the values of `FIELDS`.

    Raises:
        Refused: FORGET-USER, or its scope breaks a rule; nothing was deleted.
    """
    if not fields["user_id"]:
        text = "must be given: memories are forgotten for exactly one user; send user_id as a non-empty string"
        raise Refused(Refusal(rules.FORGET_USER, text, ("user_id",)))
    scope = scope_of(state, instance, user_id=fields["user_id"], customer_id=fields["customer_id"])
    found = matching(state.memories.in_scope(scope), fields["description"])
    if fields["mode"] == "direct":
        return Forgotten("direct", state.memories.remove(memory.memory_id for memory in found), None)
    return Forgotten("preview", found, state.ids.uuid() if found else None)


def matching(memories: list[Memory], description: str) -> list[Memory]:
    """The memories that share the most words with a description, at least one."""
    described = words(description)
    shared = [len(described & words(memory.text)) for memory in memories]
    most = max(shared, default=0)
    return [memory for memory, count in zip(memories, shared, strict=True) if count == most > 0]
