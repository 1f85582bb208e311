"""The Python host: runs a Python client and answers the kit's requests for it.

All clients of a run live in one event loop, which the host owns; what is no coroutine runs in a thread.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
import threading
import traceback
from collections import deque
from contextlib import suppress
from copy import deepcopy
from typing import TYPE_CHECKING, Any, Final

from synap_contracts.client import protocol
from synap_contracts.client.host import errors, loading
from synap_contracts.client.host.serialization import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Json = Any

_KEPT_RECORDS: Final = 20_000
_KEPT_ANSWERS: Final = 4


class Opened:
    """One client that was opened, and how its methods are called."""

    def __init__(self, client: Any, declared: object) -> None:  # noqa: ANN401 - the user's own
        self.client = client
        self.declared = getattr(client, "errors", None) or declared

    @property
    def record(self) -> Callable[..., Any] | None:
        """The method; a client may have it only once it is initialised."""
        conversation = getattr(self.client, "conversation", None)
        owner = self.client if hasattr(self.client, "record_messages_batch") else conversation
        found: Callable[..., Any] | None = getattr(owner, "record_messages_batch", None)
        return found

    async def initialize(self) -> None:
        """Do what the client wants done before its first call."""
        if callable(initialize := getattr(self.client, "initialize", None)):
            await called(initialize)
        if self.record is None:
            raise protocol.AdapterError(
                f"the factory gave a {type(self.client).__qualname__}, which has no record_messages_batch, "
                "neither itself nor under .conversation"
            )

    async def close(self) -> None:
        """Close the client, by the first of its usual methods."""
        for name in ("aclose", "shutdown", "close"):
            if callable(close := getattr(self.client, name, None)):
                await called(close)
                return


class Answers:
    """The answers of the last few calls, as their callers hold them: a later call may not change them."""

    def __init__(self) -> None:
        self._kept: deque[tuple[int, Any, Json]] = deque(maxlen=_KEPT_ANSWERS)

    def keep(self, number: int, value: Any, told: Json) -> None:  # noqa: ANN401 - the client's own
        """Keep an answer; one that can be read only once is told by nothing later."""
        with suppress(Exception):
            if changed(told, plain(value)) is None:
                self._kept.append((number, value, told))

    def altered(self) -> list[Json]:
        """Which calls' answers are not as they were told, and where; each is told once."""
        found = []
        for each in tuple(self._kept):
            number, value, told = each
            with suppress(Exception):  # an answer may need its client to be read
                if at := changed(told, plain(value), "answer"):
                    found.append({"id": number, "at": at})
                    self._kept.remove(each)
        return found


class Host:
    """Answers requests of the protocol for the clients that one factory makes.

    Args:
        factory: Makes a client of `base_url` and `api_key`.
        name: What the hello calls it.
        version: Of the client, where it is known.
    """

    def __init__(self, factory: Callable[..., Any], name: str, version: str | None = None) -> None:
        self.factory = factory
        self.name = name
        self.version = version
        self.opened: dict[str, Opened] = {}
        self.records = Records()
        self.answers = Answers()

    def hello(self) -> Json:
        """The first line."""
        can = {"listen", "given", "loop", "input", *loading.settable(self.factory)}
        limits = dict(getattr(self.factory, "limits", {}).items())
        return {
            "hello": {
                "protocol": protocol.VERSION,
                "name": self.name,
                "version": self.version,
                "can": sorted(can),
                "limits": limits,
            }
        }

    async def answer(self, request: Json) -> Json:
        """The answer to one request; what goes wrong in the host itself is told as such."""
        try:
            reply = await self._do(request)
        except protocol.AdapterError as error:
            reply = {"broken": str(error)}
        except Exception:  # noqa: BLE001 - told, and never blamed on the client
            reply = {"broken": f"the host failed: {traceback.format_exc(limit=-3)}"}
        return {"id": request.get("id"), **reply}

    async def _do(self, request: Json) -> Json:
        match request.get("do"):
            case "ping":
                return {"answer": "pong"}
            case "open":
                return await self._open(request)
            case "call":
                return await self._call(request)
            case "close":
                return await self._close(request)
            case "listen":
                if not request["on"]:
                    return {"answer": self.records.heard()}
                self.records.listen()
                return {"answer": None}
        raise protocol.AdapterError(f"the host knows no request {request.get('do')!r}")

    async def _open(self, request: Json) -> Json:
        arguments, named = loading.keywords(self.factory, request["base_url"], request["api_key"])
        named |= {key: request[key] for key in loading.settable(self.factory) if request.get(key) is not None}
        declared = getattr(self.factory, "errors", None)
        try:
            opened = Opened(await made(self.factory, *arguments, **named), declared)
            self.opened[request["client"]] = opened
            await opened.initialize()
        except protocol.AdapterError:
            raise
        except BaseException as error:  # noqa: BLE001 - whatever the client raised is what is told
            given_up(error)
            return {"raised": errors.describe(error, declared)}
        return {"answer": None}

    async def _call(self, request: Json) -> Json:
        opened = self.opened.get(request["client"])
        if opened is None or opened.record is None:
            raise protocol.AdapterError(f"no client {request['client']!r} is open")
        entries = request["messages"]
        before = deepcopy(entries)
        reply: dict[str, Json]
        messages = _given(request.get("given", "list"), entries)
        try:
            if request.get("loop") == "own":
                value = await in_own_loop(opened.record, messages)
            else:
                value = await called(opened.record, messages)
            told = plain(value)
            reply = {"answer": told, "altered": self.answers.altered()}
            self.answers.keep(request.get("id", 0), value, deepcopy(told))
        except BaseException as error:  # noqa: BLE001 - as above
            given_up(error)
            reply = {"raised": errors.describe(error, opened.declared), "altered": self.answers.altered()}
        return {**reply, "changed": changed(before, entries)}

    async def _close(self, request: Json) -> Json:
        opened = self.opened.pop(request["client"], None)
        if opened is None:
            return {"answer": None}
        try:
            await opened.close()
        except BaseException as error:  # noqa: BLE001 - as above
            given_up(error)
            return {"raised": errors.describe(error, opened.declared), "altered": self.answers.altered()}
        return {"answer": None, "altered": self.answers.altered()}


def given_up(error: BaseException) -> None:
    """Let a cancellation of the host itself pass; one that the client raised is the client's."""
    task = asyncio.current_task()
    if isinstance(error, asyncio.CancelledError) and task is not None and task.cancelling():
        raise error


def _given(kind: str, entries: list[Json]) -> Any:  # noqa: ANN401 - a list, a tuple or an iterator
    match kind:
        case "tuple":
            return tuple(entries)
        case "generator":
            return (entry for entry in entries)
    return entries


async def called(function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - the client's own
    """Call a client's function: a coroutine in this loop, anything else in a thread of its own."""
    if not inspect.iscoroutinefunction(function):
        value = await in_thread(function, *arguments, **named)
    else:
        value = function(*arguments, **named)
    return await value if inspect.isawaitable(value) else value


async def made(factory: Callable[..., Any], *arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - the client's own
    """Call a factory in this loop: an async client may want a running one; in a thread where it wants none."""
    try:
        value = factory(*arguments, **named)
    except RuntimeError as error:
        if "event loop" not in str(error):
            raise
        value = await in_thread(factory, *arguments, **named)
    return await value if inspect.isawaitable(value) else value


async def in_thread(function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - as above
    """Call in a new thread: a pool would keep later calls waiting behind one that hangs."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Any] = loop.create_future()

    def settle(value: Any, error: BaseException | None) -> None:  # noqa: ANN401 - as above
        if not done.done():
            done.set_result(value) if error is None else done.set_exception(_carried(error))

    def run() -> None:
        value, failed = None, None
        try:
            value = function(*arguments, **named)
        except BaseException as error:  # noqa: BLE001 - carried to whoever waits
            failed = error
        with suppress(RuntimeError):  # the host is gone
            loop.call_soon_threadsafe(settle, value, failed)

    threading.Thread(target=run, daemon=True).start()
    try:
        return await done
    except _Carried as carried:
        raise carried.error  # noqa: B904 - the client's own exception, with its own cause


class _Carried(Exception):  # noqa: N818 - never seen
    """A future refuses StopIteration, and ends the loop at SystemExit."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error


def _carried(error: BaseException) -> _Carried:
    return _Carried(error)


async def in_own_loop(function: Callable[..., Any], messages: Any) -> Any:  # noqa: ANN401 - as above
    """Call as a script does that has one `asyncio.run` per call."""

    async def alone() -> Any:  # noqa: ANN401 - as above
        value = function(messages)
        return await value if inspect.isawaitable(value) else value

    if not inspect.iscoroutinefunction(function):
        return await called(function, messages)
    return await in_thread(lambda: asyncio.run(alone()))


def changed(before: Json, after: Json, path: str = "messages") -> str | None:
    """Where two values differ, types told apart, or None."""
    if type(before) is not type(after):
        return path
    match before:
        case dict():
            if before.keys() != after.keys():
                return f"{path}.{min(map(str, before.keys() ^ after.keys()))}"
            return next(filter(None, (changed(before[key], after[key], f"{path}.{key}") for key in before)), None)
        case list():
            if len(before) != len(after):
                return f"{path} (its length)"
            pairs = enumerate(zip(before, after, strict=True))
            return next(filter(None, (changed(*pair, f"{path}[{index}]") for index, pair in pairs)), None)
    return None if before == after else path


class Records:
    """The log records of a stretch of time, whatever logger they went to.

    Args:
        ours: Whether a record is the kit's or the server's own; in a process of the client's own there are none.
    """

    def __init__(self, ours: Callable[[logging.LogRecord], bool] = lambda _: False) -> None:
        self.handler = _Keeper(ours)
        self.level = logging.WARNING

    def listen(self) -> None:
        """Begin, with DEBUG: what a user sees who looks for a fault."""
        root = logging.getLogger()
        self.level = root.level
        self.handler.texts.clear()
        root.addHandler(self.handler)
        root.setLevel(logging.DEBUG)

    def heard(self) -> list[str]:
        """End, and give what was logged."""
        root = logging.getLogger()
        root.removeHandler(self.handler)
        root.setLevel(self.level)
        return list(self.handler.texts)


class _Keeper(logging.Handler):
    def __init__(self, ours: Callable[[logging.LogRecord], bool]) -> None:
        super().__init__(logging.DEBUG)
        self.texts: deque[str] = deque(maxlen=_KEPT_RECORDS)
        self.ours = ours

    def emit(self, record: logging.LogRecord) -> None:
        if self.ours(record):
            return
        with suppress(Exception):  # a record that can't be formatted is the client's, and no leak
            self.texts.append(f"{record.levelname} {record.name}: {self.format(record)}")


def encoded(reply: Json) -> bytes:
    """A reply's line; a value that JSON can't say is told as such."""
    try:
        return protocol.encode(reply)
    except (TypeError, ValueError, RecursionError) as error:
        return protocol.encode({"id": reply.get("id"), "broken": f"the host can't tell the answer as JSON: {error}"})


async def serve(host: Host, lines: Iterator[bytes], write: Callable[[bytes], None]) -> None:
    """Answer requests until the lines end; calls run beside each other.

    Args:
        host: Who answers.
        lines: The requests, from a file that blocks.
        write: Writes one line.
    """
    loop = asyncio.get_running_loop()
    requests: asyncio.Queue[bytes | None] = asyncio.Queue()

    def read() -> None:
        with suppress(RuntimeError):  # the loop is gone
            for line in lines:
                loop.call_soon_threadsafe(requests.put_nowait, line)
            loop.call_soon_threadsafe(requests.put_nowait, None)

    threading.Thread(target=read, daemon=True).start()
    write(encoded(host.hello()))
    under_way: set[asyncio.Task[None]] = set()

    async def handle(request: Json) -> None:
        write(encoded(await host.answer(request)))

    while (line := await requests.get()) is not None:
        task = asyncio.create_task(handle(json.loads(line)))
        under_way.add(task)
        task.add_done_callback(under_way.discard)
