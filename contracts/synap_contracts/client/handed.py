"""A client whose factory is at hand already, not named: it runs in this process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from synap_contracts.client.driver import Inside
from synap_contracts.client.host import loading
from synap_contracts.client.host.service import Host
from synap_contracts.client.spec import Spec

if TYPE_CHECKING:
    from collections.abc import Callable

    from synap_contracts.client.driver import Driver


@dataclass(frozen=True, kw_only=True)
class Handed(Spec):
    """A client, and the factory that makes it.

    Args:
        made: The factory; `text` is where it stands.
    """

    made: Callable[..., Any]

    def start(self) -> Driver:
        """The host, in this process."""
        return Inside(Host(self.made, self.text, loading.version_of(self.made)))
