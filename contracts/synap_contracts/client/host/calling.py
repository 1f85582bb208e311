"""Calling a client's functions: coroutines in the host's event loop, everything else in threads."""

from __future__ import annotations

import asyncio
import inspect
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


async def call(function: Callable[..., Any], *arguments: Any, **keywords: Any) -> Any:  # noqa: ANN401 - the client's own
    """Call a function: a coroutine function in this loop, any other in a thread of its own."""
    if not inspect.iscoroutinefunction(function):
        value = await call_in_thread(function, *arguments, **keywords)
    else:
        value = function(*arguments, **keywords)
    return await value if inspect.isawaitable(value) else value


async def call_factory(factory: Callable[..., Any], *arguments: Any, **keywords: Any) -> Any:  # noqa: ANN401 - as above
    """Call a factory in this loop, which an async client may need, or in a thread if it rejects a running loop."""
    try:
        value = factory(*arguments, **keywords)
    except RuntimeError as error:
        if "event loop" not in str(error):
            raise
        value = await call_in_thread(factory, *arguments, **keywords)
    return await value if inspect.isawaitable(value) else value


async def call_in_thread(function: Callable[..., Any], *arguments: Any, **keywords: Any) -> Any:  # noqa: ANN401 - as above
    """Call in a new thread: in a pool, later calls would wait for one that hangs."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Any] = loop.create_future()

    def settle(value: Any, error: BaseException | None) -> None:  # noqa: ANN401 - as above
        if not done.done():
            done.set_result(value) if error is None else done.set_exception(_Wrapped(error))

    def run() -> None:
        value, failure = None, None
        try:
            value = function(*arguments, **keywords)
        except BaseException as error:  # noqa: BLE001 - raised again in the caller
            failure = error
        with suppress(RuntimeError):  # the host has ended
            loop.call_soon_threadsafe(settle, value, failure)

    threading.Thread(target=run, daemon=True).start()
    try:
        return await done
    except _Wrapped as wrapped:
        raise wrapped.error  # noqa: B904 - the client's own exception, with its own cause


class _Wrapped(Exception):  # noqa: N818 - never raised outside this module
    """Wraps an exception in a future, which rejects StopIteration, and ends the loop at SystemExit."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error


async def call_in_own_loop(function: Callable[..., Any], messages: Any) -> Any:  # noqa: ANN401 - as above
    """Call like a script that has one `asyncio.run` per call."""

    async def run() -> Any:  # noqa: ANN401 - as above
        value = function(messages)
        return await value if inspect.isawaitable(value) else value

    if not inspect.iscoroutinefunction(function):
        return await call(function, messages)
    return await call_in_thread(lambda: asyncio.run(run()))


def withdraw_cancellation() -> bool:
    """Withdraw the cancellation of this task by the client that it called, and return whether there was one.

    The tasks that call clients are the host's, and it cancels none of them before it ends.
    """
    task = asyncio.current_task()
    cancelled = task is not None and task.cancelling() > 0
    while task is not None and task.cancelling():
        task.uncancel()
    return cancelled
