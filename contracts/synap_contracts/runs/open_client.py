"""A client during the run of a scenario."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from synap_contracts.scenarios.model import KeyKind, Place
    from synap_contracts.server.server import Key

UNKNOWN_KEY: Final = "synap_0nobody0issued0this0key0anywhere0"


@dataclass
class OpenClient:
    """A client that is open, or that its next call opens.

    Args:
        handle: The name of the client for its adapter.
        key: The key that was issued for it.
        kind: Whether the client is given that key or another one.
        place: Where its requests are sent.
        tenancy: The tenancy of the key's instance.
        open: Whether it is open.
        revoked: Whether its key is revoked.
        short: Whether it gets a short timeout.
        patient: Whether it keeps its own waits between retries.
        quiet_until: The end of the server's last Retry-After. Until then, the client may refuse to send.
    """

    handle: str
    key: Key
    kind: KeyKind = "own"
    place: Place = "server"
    tenancy: str | None = None
    open: bool = False
    revoked: bool = False
    short: bool = False
    patient: bool = False
    quiet_until: float = 0.0

    @property
    def given_key(self) -> str | None:
        """The key that the client is given."""
        match self.kind:
            case "own":
                return self.key.key
            case "unknown":
                return UNKNOWN_KEY
            case "missing":
                return None
            case "newline":
                return f"{self.key.key}\n"
            case "accented":
                return f"{self.key.key}é"
