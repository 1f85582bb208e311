"""Reading a conversation: its id as a client sends it, and which instance has it where none is given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synap_mock.domain.rules import reading
from synap_mock.domain.rules.rule import Refusal, Refused
from synap_mock.domain.values.ids import canonical_uuid
from synap_mock.domain.values.quoting import quote

if TYPE_CHECKING:
    from synap_mock.domain.storage.protocol import Storage


def conversation_id_of(given: str) -> str:
    """The canonical form of the conversation id that a request has.

    Raises:
        Refused: READ-CONVERSATION-ID.
    """
    conversation_id = canonical_uuid(given)
    if conversation_id is None:
        raise Refused(
            Refusal(reading.READ_CONVERSATION_ID, f"must be a UUID, not {quote(given)}", ("conversation_id",))
        )
    return conversation_id


def unknown(conversation_id: str) -> Refused:
    """READ-UNKNOWN, for a conversation that the key's instance does not have."""
    return Refused(Refusal(reading.READ_UNKNOWN, f"there is no conversation {conversation_id} in this instance"))


class SeveralInstancesError(ValueError):
    """Several instances have the conversation, and none is chosen.

    Attributes:
        instances: the instances.
    """

    def __init__(self, instances: list[str]) -> None:
        super().__init__(f"several instances hold it; choose with instance_id= one of {', '.join(instances)}")
        self.instances = instances


def instance_with(storage: Storage, conversation_id: str, instance_id: str | None) -> str | None:
    """The instance that has a conversation; None if there is none.

    Args:
        storage: what was recorded.
        conversation_id: canonical.
        instance_id: the only instance that counts; None: any.

    Raises:
        SeveralInstancesError: several have it.
    """
    found = [each for each in storage.instances_of(conversation_id) if instance_id in {None, each}]
    if len(found) > 1:
        raise SeveralInstancesError(found)
    return found[0] if found else None
