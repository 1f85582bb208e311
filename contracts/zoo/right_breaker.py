"""A right client with a circuit breaker: for a moment after a failure, it raises at once. It declares how long."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, ClassVar

from errors import AuthenticationError, InvalidInputError, NetworkError, RateLimitError, SynapError
from honest import Honest
from labels import right

if TYPE_CHECKING:
    from steps import Answer, Entry


@right("has a circuit breaker: for 0.1 s after a failure of Synap it sends nothing, and reports that")
class Breaker(Honest):
    recovers_s: ClassVar[float] = 0.1
    until = 0.0

    def record(self, entries: list[Entry]) -> Answer:
        """Record entries that were checked, unless the circuit is open."""
        if time.monotonic() < self.until:
            raise NetworkError("the circuit is open: Synap failed a moment ago")
        try:
            return super().record(entries)
        except (AuthenticationError, InvalidInputError, RateLimitError):
            raise
        except SynapError:
            self.until = time.monotonic() + self.recovers_s * 0.9
            raise
