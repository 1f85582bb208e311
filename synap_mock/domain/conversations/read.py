"""Reading a conversation whose instance is not given: which instance has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from synap_mock.domain.storage.protocol import Storage


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
