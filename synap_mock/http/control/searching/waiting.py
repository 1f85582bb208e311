"""Waiting over HTTP: a response that comes when something matches, or after some seconds."""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING, Any, Final

from synap_mock.domain.values.quoting import quote
from synap_mock.domain.values.real_time import monotonic
from synap_mock.http.control.json import ControlRefused
from synap_mock.http.control.parameters.paging import items_of
from synap_mock.http.steps.fault import LINE

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from synap_mock.domain.history.feed import Feed, Order
    from synap_mock.http.control.history.bells import Bells
    from synap_mock.http.control.searching.worlds import WorldsSearch
    from synap_mock.http.steps.fault import Line

WAITING: Final = ("wait", "count")
"""The query parameters of a list that can be waited for."""
WAITERS: Final = 500
"""Most requests that wait at once."""
LONGEST_WAIT: Final = 60
"""Seconds that a request may wait."""
_SLICE: Final = 0.005
"""Seconds of a search after which other requests are served."""


async def matching(request: Request, feed: Feed | Order, search: WorldsSearch[Any]) -> bool:
    """Search until enough items match, or the time that the request gives has passed; returns whether enough match.

    In process, it does not wait: nothing may suspend there.

    Args:
        request: the request.
        feed: of the world that is searched; of all, the order of their feeds.
        search: the search.

    Raises:
        ControlRefused: `wait` or `count` is out of range, or too many requests wait already.
    """
    seconds, count = _seconds(request), count_of(request)
    if not _can_wait(_line(request)):
        search.catch_up()
        return search.count >= count
    began = monotonic()
    while search.step():
        if monotonic() - began > _SLICE:
            await asyncio.sleep(0)
            began = monotonic()
    if search.count < count and seconds:
        await _wait(request, feed, search, count, seconds)
    return search.count >= count


async def _wait(request: Request, feed: Feed | Order, search: WorldsSearch[Any], count: int, seconds: float) -> None:
    line = _line(request)
    bells: Bells = request.app.state.bells
    waiters: set[object] = request.app.state.waiters
    if len(waiters) >= WAITERS:
        raise ControlRefused(f"{WAITERS} requests wait already; send fewer at once", 503, "TOO_MANY_WAITERS")
    ended = asyncio.get_running_loop().create_future()

    def end() -> None:
        if not ended.done():
            ended.set_result(None)

    def look() -> None:
        if not ended.done():
            search.catch_up()
            if search.count >= count:
                end()

    gone = asyncio.ensure_future(_gone(request, end))
    waiters.add(ended)
    try:
        with bells.woken(feed, look):
            look()  # what has happened since the search rang no bell
            if line is None:
                await _until(ended, seconds)
            else:
                with line.at_end(end):
                    await _until(ended, seconds)
    finally:
        waiters.discard(ended)
        gone.cancel()


async def _until(ended: asyncio.Future[None], seconds: float) -> None:
    await asyncio.wait({ended}, timeout=seconds)


async def _gone(request: Request, end: Callable[[], None]) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
    end()


def _line(request: Request) -> Line | None:
    found: Line | None = request.scope.get("extensions", {}).get(LINE)
    return found


def _can_wait(line: Line | None) -> bool:
    if line is not None:
        return line.is_socket
    try:
        asyncio.get_running_loop()
    except RuntimeError:  # another server, with trio
        return False
    return True


def count_of(request: Request) -> int:
    """How many items must match.

    Raises:
        ControlRefused: `count` is not a whole number from 1 to 1000.
    """
    return items_of(request, "count") or 1


def _seconds(request: Request) -> float:
    given = request.query_params.get("wait")
    if given is None:
        return 0.0
    try:
        seconds = float(given)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds <= LONGEST_WAIT:
        raise ControlRefused(f"wait must be a number of seconds from 0 to {LONGEST_WAIT}, not {quote(given)}")
    return seconds
