"""Collecting log records while the kit searches them for keys."""

from __future__ import annotations

import logging
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_MAX_RECORDS: Final = 20_000


class LogRecords:
    """The log records of all loggers between two requests.

    Args:
        ignores: Returns whether a record is the kit's or the server's own. A process of the client's own has none.
    """

    def __init__(self, ignores: Callable[[logging.LogRecord], bool] = lambda _: False) -> None:
        self.handler = _Collector(ignores)
        self.level = logging.WARNING

    def listen(self) -> None:
        """Begin to collect, at level DEBUG, which a user sees who searches for an error."""
        root = logging.getLogger()
        self.level = root.level
        self.handler.texts.clear()
        root.addHandler(self.handler)
        root.setLevel(logging.DEBUG)

    def stop(self) -> list[str]:
        """Stop, and return the records as texts."""
        root = logging.getLogger()
        root.removeHandler(self.handler)
        root.setLevel(self.level)
        return list(self.handler.texts)


class _Collector(logging.Handler):
    def __init__(self, ignores: Callable[[logging.LogRecord], bool]) -> None:
        super().__init__(logging.DEBUG)
        self.texts: deque[str] = deque(maxlen=_MAX_RECORDS)
        self.ignores = ignores

    def emit(self, record: logging.LogRecord) -> None:
        if self.ignores(record):
            return
        with suppress(Exception):  # a record that cannot be formatted shows no key
            self.texts.append(f"{record.levelname} {record.name}: {self.format(record)}")
