"""Waiting for what happens in the background, where an event loop runs and where none does."""

from __future__ import annotations

import asyncio
import sys
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator

_PAUSE: Final = 0.005
"""Seconds between two looks."""


def wait(missing: Callable[[], str | None], timeout: float) -> Awaitable[None]:
    """Block until nothing is missing; where an event loop runs, give something to await instead.

    Args:
        missing: what is still missing, as the end of a sentence; None: nothing.
        timeout: seconds.

    Raises:
        TimeoutError: something is still missing.
    """
    end = time.monotonic() + timeout
    if _in_a_loop():
        return _wait_async(missing, end, timeout)
    while (what := missing()) is not None:
        _check(what, end, timeout)
        time.sleep(_PAUSE)
    return _Done()


class _Done:
    """Something to await that is over."""

    def __await__(self) -> Generator[None, None, None]:
        return
        yield


async def _wait_async(missing: Callable[[], str | None], end: float, timeout: float) -> None:  # noqa: ASYNC109 - it is told
    import anyio  # noqa: PLC0415 - sync code has no need of it

    while (what := missing()) is not None:
        _check(what, end, timeout)
        await anyio.sleep(_PAUSE)


def _check(what: str, end: float, timeout: float) -> None:
    if time.monotonic() > end:
        raise TimeoutError(f"waited {timeout:g} s for {what}")


def _in_a_loop() -> bool:
    trio = sys.modules.get("trio")
    if trio is not None and trio.lowlevel.in_trio_run():
        return True
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
