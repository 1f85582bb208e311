"""What made room for newer things: counted here, and nowhere else."""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Evictions:
    """How many things were evicted since the start, by kind and by cause. Safe to use from several threads.

    A kind is a plural noun, such as ``messages``; a cause is the name of a bound, such as ``max_messages``.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[tuple[str, str]] = Counter()

    def add(self, kind: str, cause: str, count: int = 1) -> None:
        """Count evictions."""
        if count:
            with self._lock:
                self._counts[kind, cause] += count

    def add_all(self, other: Evictions) -> None:
        """Count those of a world that no longer exists, too."""
        counts = other.counts()
        with self._lock:
            self._counts.update(counts)

    def counts(self) -> Mapping[tuple[str, str], int]:
        """How many, by kind and cause."""
        with self._lock:
            return dict(self._counts)

    def forget(self) -> None:
        """Begin again."""
        with self._lock:
            self._counts.clear()
