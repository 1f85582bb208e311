"""Waiting for background work, with or without an event loop."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Final

from synap_mock.domain.values.real_time import async_pause, monotonic, pause

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator

_PAUSE: Final = 0.005
"""Seconds between two checks."""


def wait(happened: Callable[[], bool], missing: Callable[[], str], timeout: float) -> Awaitable[None]:
    """Block until something has happened; in an event loop, return an awaitable instead.

    Args:
        happened: whether it has; called often.
        missing: what is missing, as the end of a sentence; called once, on timeout.
        timeout: seconds.

    Raises:
        TimeoutError: something is still missing.
    """
    end = monotonic() + timeout
    if _in_a_loop():
        return _wait_async(happened, missing, end, timeout)
    while not happened():
        _check(missing, end, timeout)
        pause(_PAUSE)
    return _Done()


class _Done:
    """An awaitable that is done."""

    def __await__(self) -> Generator[None, None, None]:
        return
        yield


async def _wait_async(
    happened: Callable[[], bool],
    missing: Callable[[], str],
    end: float,
    timeout: float,  # noqa: ASYNC109 - the error names it
) -> None:
    wait_really = async_pause()
    while not happened():
        _check(missing, end, timeout)
        await wait_really(_PAUSE)


def _check(missing: Callable[[], str], end: float, timeout: float) -> None:
    if monotonic() > end:
        raise TimeoutError(f"waited {timeout:g} s for {missing()}")


def _in_a_loop() -> bool:
    trio = sys.modules.get("trio")
    if trio is not None and trio.lowlevel.in_trio_run():
        return True
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
