"""Clocks that users stop in their tests, and a bound for waits that would then never end."""

from __future__ import annotations

import faulthandler
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any, Final

import freezegun
import time_machine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BOUND: Final = 60
"""Seconds; only a wait that never ends takes them."""

STOPPED: Final[dict[str, Callable[[], AbstractContextManager[Any]]]] = {
    "freezegun": lambda: freezegun.freeze_time("2020-02-29T12:00:00Z"),
    "time-machine": lambda: time_machine.travel("2020-02-29T12:00:00Z", tick=False),
}
"""Each stops the clock while its context lasts."""


@contextmanager
def bounded() -> Iterator[None]:
    """End the process with a traceback instead of hanging: no exception ends every wait of a stopped event loop."""
    faulthandler.dump_traceback_later(BOUND, exit=True, file=2)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
