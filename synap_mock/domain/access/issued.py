"""What is known of an API key: the instance that it belongs to, and how it was issued."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from synap_mock.settings import Tenancy


@dataclass(frozen=True, slots=True)
class Instance:
    """An instance of the vendor's service, with its own conversations.

    Attributes:
        instance_id: ``inst_`` and 16 hex digits, unless the user chose another name.
        client_id: ``cli_`` and 16 hex digits.
        tenancy: the tenancy of this instance; None: the fake's setting applies.
    """

    instance_id: str
    client_id: str
    tenancy: Tenancy | None = None


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """What is known of a key."""

    instance: Instance
    bound: bool
    """Whether it was created for a named instance, so that another X-Instance-ID is forbidden."""
    accepted: bool = False
    """Whether it was not created, but accepted when a request used it."""
    revoked: bool = False
    number: int = field(default=0, compare=False)
    """Counted from 1, in the order in which the keys were issued."""


class Registry(Protocol):
    """What knows the keys of every world, so that no two worlds have the same key."""

    def claim(self, key: str) -> None:
        """Take note of a key that is about to be issued.

        Raises:
            ValueError: another world has it, or there are too many keys.
        """

    def release(self, key: str) -> None:
        """Take note that the key was not issued, or no longer exists."""


class HeldKeys(NamedTuple):
    """The keys of a moment.

    Attributes:
        default: the default key.
        client_id: of every instance.
        issued: what is known of each key.
    """

    default: str
    client_id: str
    issued: dict[str, IssuedKey]

    @property
    def names(self) -> frozenset[str]:
        """What has another name in other keys."""
        return frozenset({self.default, self.client_id, self.issued[self.default].instance.instance_id})
