"""A memory, and the scope that it belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

Kind = Literal["fact", "preference", "episode", "emotion", "temporal_event"]
"""The kinds that a context response lists (SDK, ``models/context.py``)."""
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
Status = Literal["queued", "processing", "completed", "failed", "partial_success"]
"""Of a document's processing (SDK, ``IngestStatus``)."""
Level = Literal["conversation", "user", "customer", "client"]
Origin = Literal["remember", "create", "batch", "upload", "ingest"]
"""How a memory came to be: seeded by the test, or the route that stored its document."""

_SHOWN: Final = 60


@dataclass(frozen=True, slots=True)
class Scope:
    """Whom a memory is about. An id that is None is not part of the scope.

    Attributes:
        instance_id: the instance that has it; no other one sees it.
        customer_id: of a B2B instance's customer.
        user_id: the user.
        conversation_id: the conversation, canonical.
    """

    instance_id: str
    customer_id: str | None = None
    user_id: str | None = None
    conversation_id: str | None = None

    @property
    def level(self) -> Level:
        """The narrowest id that it has; without one, the client."""
        if self.conversation_id is not None:
            return "conversation"
        if self.user_id is not None:
            return "user"
        return "client" if self.customer_id is None else "customer"

    def has(self, other: Scope) -> bool:
        """Whether a fetch for this scope returns what belongs to `other`.

        The level is the same, and so are the ids. A customer that one of the two does not name is any: only where
        tenancy is unset can it be missing in one and given in the other (`synap_mock.domain.memories.scopes`).
        """
        return (
            self.instance_id == other.instance_id
            and self.level == other.level
            and self.conversation_id == other.conversation_id
            and (self.level == "conversation" or self.user_id == other.user_id)
            and (self.customer_id is None or other.customer_id in {None, self.customer_id})
        )

    def is_about(self, user: Scope) -> bool:
        """Whether it is a user's, in a conversation or not. A customer that one of the two does not name is any."""
        return (
            self.instance_id == user.instance_id
            and self.user_id == user.user_id
            and (user.customer_id is None or self.customer_id in {None, user.customer_id})
        )


@dataclass(frozen=True, slots=True, repr=False)
class Memory:
    """One memory, as `SynapMock.memories` shows it.

    Attributes:
        text: verbatim, as it was seeded or stored.
        kind: what it is; a stored document is a fact.
        scope: whom it is about.
        memory_id: a UUID.
        status: of its document's processing; a fetch returns only what is completed.
        origin: what stored it.
        created_at: ISO 8601 in UTC, by the fake's clock.
        updated_at: the same, of its last update; None if there was none.
        document_id: of the document that it was made from; None if it was seeded.
    """

    text: str
    kind: Kind
    scope: Scope
    memory_id: str
    created_at: str
    status: Status = "completed"
    origin: Origin = "remember"
    updated_at: str | None = None
    document_id: str | None = None

    def __repr__(self) -> str:
        text = repr(self.text) if len(self.text) <= _SHOWN else f"{self.text[:_SHOWN]!r}..."
        ids = {
            "user_id": self.scope.user_id,
            "customer_id": self.scope.customer_id,
            "conversation_id": self.scope.conversation_id,
        }
        of = "".join(f", {name}={value!r}" for name, value in ids.items() if value is not None)
        status = "" if self.status == "completed" else f", {self.status}"
        return f"<{self.kind} {text}{of}{status}>"
