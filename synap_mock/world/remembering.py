"""What a test wants to be remembered, and what the fake remembers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synap_mock.domain.memories.seeding import seed_memory, seed_profile
from synap_mock.domain.redaction.errors import masked_errors

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from synap_mock.domain.memories.memory import Kind, Memory
    from synap_mock.domain.state import State


class Remembering:
    """The part of `SynapMock` that is about long-term memory."""

    __slots__ = ()

    _state: State

    if TYPE_CHECKING:

        def redact(self, text: str) -> str:
            """Of `SynapMock`."""

    @property
    def memories(self) -> list[Memory]:
        """Every memory, seeded or stored, the oldest first; one whose document is being processed, too."""
        return self._state.memories.all()

    @masked_errors
    def remember(  # noqa: PLR0913 - what a memory has
        self,
        text: str,
        *,
        kind: Kind = "fact",
        user_id: str | None = None,
        customer_id: str | None = None,
        conversation_id: str | UUID | None = None,
        instance_id: str | None = None,
    ) -> Memory:
        """Seed a memory, which a fetch finds at once.

        Args:
            text: of the memory.
            kind: ``"fact"``, ``"preference"``, ``"episode"``, ``"emotion"`` or ``"temporal_event"``.
            user_id: the user whom it is about; without any id, it is the client's.
            customer_id: the customer; on a B2B instance required with a `user_id`.
            conversation_id: the conversation, a UUID in any accepted spelling.
            instance_id: the instance that has it; None: the default key's.

        Raises:
            TypeError: an argument of the wrong type.
            ValueError: an argument out of its range, or ids that do not fit the tenancy of the instance.
        """
        return seed_memory(
            self._state,
            text,
            kind=kind,
            user_id=user_id,
            customer_id=customer_id,
            conversation_id=conversation_id,
            instance_id=instance_id,
        )

    @masked_errors
    def profile(
        self,
        user_id: str,
        profile: Mapping[str, Any],
        *,
        customer_id: str | None = None,
        instance_id: str | None = None,
    ) -> None:
        """Seed the profile of a user; it replaces an earlier one.

        Args:
            user_id: the user.
            profile: the document, a JSON object with `attributes`, `overview` and `extras` as the SDK reads them. One
                with none of these keys has the attributes themselves, such as ``{"tier": "gold"}``.
            customer_id: as in `remember`.
            instance_id: as in `remember`.

        Raises:
            TypeError: an argument of the wrong type.
            ValueError: as in `remember`, or a profile that is not JSON.
        """
        seed_profile(self._state, user_id, profile, customer_id=customer_id, instance_id=instance_id)
