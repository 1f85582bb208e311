"""Where a fake has real time and randomness from: the system, or what an entry of a log carries.

Several workers that apply the same calls in the same order have the same state only if each call sees the same time and
the same random bits in all of them.
"""

from __future__ import annotations

import random
import secrets
import time
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final, Protocol

from synap_mock.domain.values.real_time import monotonic

if TYPE_CHECKING:
    from collections.abc import Iterator


class Source(Protocol):
    """Gives real time and random bits.

    Attributes:
        changes: whether what runs with it may change the state; a look at the state of one worker may not.
    """

    changes: bool

    def microseconds(self) -> int:
        """Microseconds since 1970, UTC."""

    def seconds(self) -> float:
        """Seconds from an arbitrary start."""

    def bits(self, count: int) -> int:
        """A number of so many random bits."""


class System:
    """The system's own."""

    changes = True

    def microseconds(self) -> int:
        """See `Source`."""
        return time.time_ns() // 1000

    def seconds(self) -> float:
        """See `Source`."""
        return monotonic()

    def bits(self, count: int) -> int:
        """See `Source`."""
        return secrets.randbits(count)


class Looking(System):
    """The system's, for what only looks at a state that several workers have: it counts seconds as `Replayed` does."""

    changes = False

    def seconds(self) -> float:
        """See `Source`."""
        return self.microseconds() / 1_000_000


class Replayed:
    """The same in every worker.

    Args:
        at: microseconds since 1970.
        seed: of the random bits.
    """

    changes = True

    def __init__(self, at: int, seed: int) -> None:
        self._at = at
        self._seed = seed
        self._random: random.Random | None = None

    def microseconds(self) -> int:
        """See `Source`."""
        return self._at

    def seconds(self) -> float:
        """See `Source`."""
        return self._at / 1_000_000

    def bits(self, count: int) -> int:
        """See `Source`."""
        if self._random is None:
            self._random = random.Random(self._seed)  # noqa: S311 - the seed is as secret as what is made of it
        return self._random.getrandbits(count)


_SOURCE: Final[ContextVar[Source]] = ContextVar("synap_mock_source", default=System())  # noqa: B039 - it has no state

current_source: Final = _SOURCE.get
"""Returns the source of what runs now."""


@contextmanager
def using(chosen: Source) -> Iterator[None]:
    """Use a source while the context is active."""
    token = _SOURCE.set(chosen)
    try:
        yield
    finally:
        _SOURCE.reset(token)
