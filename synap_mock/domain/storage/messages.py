"""What was recorded, as people see it: messages, batches, conversations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from synap_mock.domain.rules.rule import Refusal

_SHOWN: Final = 60
_REFUSALS_SHOWN: Final = 3


@dataclass(frozen=True, slots=True, repr=False)
class Message:
    """One recorded message, as ``SynapMock.messages`` shows it.

    Attributes:
        conversation_id: canonical UUID: 36 characters, lower case.
        message_id: the fake's id of it; opaque.
        position: place in its conversation, counted from 1.
        role: ``"user"`` or ``"assistant"``.
        content: the text, code point for code point as it was sent.
        user_id: as sent, or None.
        customer_id: as sent; on a B2C instance the one resolved from the user.
        session_id: as sent; made by the fake where *record one* had none.
        metadata: the JSON object as sent, or None.
        recorded_at: ISO 8601 in UTC, the very text that the client was answered.
        instance_id: the instance whose key recorded it.
    """

    conversation_id: str
    message_id: str
    position: int
    role: str
    content: str
    user_id: str | None
    customer_id: str | None
    session_id: str | None
    metadata: dict[str, Any] | None
    recorded_at: str
    instance_id: str

    def __repr__(self) -> str:
        content = repr(self.content) if len(self.content) <= _SHOWN else f"{self.content[:_SHOWN]!r}..."
        given = {"user_id": self.user_id, "customer_id": self.customer_id, "metadata": self.metadata or None}
        more = "".join(f", {name}={value!r}" for name, value in given.items() if value is not None)
        return f"<message {self.position} of {self.conversation_id}: {self.role} {content}{more}>"


@dataclass(frozen=True, slots=True, repr=False)
class RecordedBatch:
    """One batch that was recorded, whole or in part; `len` of it is `total`.

    Attributes:
        messages: what was recorded of it, in submission order.
        refusals: why each other entry was refused, at most 100. A fake keeps the newest 10,000 of all batches together;
            an older batch has none, and its `failed` still counts them.
        failed: how many entries were refused.
    """

    messages: tuple[Message, ...]
    refusals: tuple[Refusal, ...] = ()
    failed: int = 0

    @property
    def succeeded(self) -> int:
        """How many entries were recorded."""
        return len(self.messages)

    @property
    def total(self) -> int:
        """How many entries it had."""
        return self.succeeded + self.failed

    def __len__(self) -> int:
        return self.total

    def __repr__(self) -> str:
        refused = "".join(f", {refusal!r}" for refusal in self.refusals[:_REFUSALS_SHOWN])
        more = ", ..." if self.failed > _REFUSALS_SHOWN else ""
        return f"<batch of {self.total}, {self.succeeded} recorded{refused}{more}>"


@dataclass(frozen=True, slots=True)
class Conversation:
    """One conversation of one instance, and how many messages it holds."""

    conversation_id: str
    instance_id: str
    message_count: int
