"""Containers that note which of their items change, so that only these have to be written to a database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    Track = Callable[[str, dict[Any, Any]], dict[Any, Any]]
    """From a name and a dict to the same items in a dict that notes its changes under that name."""

K = TypeVar("K")
V = TypeVar("V")


class Tracked(dict[K, V]):
    """A dict.

    Args:
        items: what it has, which is not noted.
        changed: called with each key whose value is set or removed.
    """

    def __init__(self, items: dict[K, V], changed: Callable[[K], object]) -> None:
        super().__init__(items)
        self._changed = changed

    def __setitem__(self, key: K, value: V) -> None:
        super().__setitem__(key, value)
        self._changed(key)

    def __delitem__(self, key: K) -> None:
        super().__delitem__(key)
        self._changed(key)

    def pop(self, key: K, *default: Any) -> Any:  # noqa: ANN401 - as dict's
        """As dict's."""
        found = super().pop(key, *default)
        self._changed(key)
        return found

    def setdefault(self, key: K, default: Any = None) -> Any:  # noqa: ANN401 - as dict's
        """As dict's."""
        if key not in self:
            self[key] = default
        return self[key]

    def update(self, *others: Any, **_: Any) -> None:  # noqa: ANN401 - as dict's
        """As dict's, without keyword arguments."""
        for other in others:
            for key, value in dict(other).items():
                self[key] = value

    def clear(self) -> None:
        """As dict's."""
        keys = list(self)
        super().clear()
        for key in keys:
            self._changed(key)
