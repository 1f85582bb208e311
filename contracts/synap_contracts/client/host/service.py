"""The Python host: serves the protocol for a Python client.

All clients of a run share one event loop, which the host owns. Functions that are not coroutines run in threads.
"""

from __future__ import annotations

import asyncio
import json
import threading
import traceback
from contextlib import suppress
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from synap_contracts.client import protocol
from synap_contracts.client.host import errors, loading
from synap_contracts.client.host.answers import RecentAnswers, find_change
from synap_contracts.client.host.building import build
from synap_contracts.client.host.calling import call, call_factory, call_in_own_loop, withdraw_cancellation
from synap_contracts.client.host.logs import LogRecords
from synap_contracts.client.host.serialization import to_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from synap_contracts.client.protocol import Json

_CANCELS = "the client cancelled the task that called it"


class OpenClient:
    """A client that was opened, and how its methods are called."""

    def __init__(self, client: Any, declared: object) -> None:  # noqa: ANN401 - the user's own
        self.client = client
        self.declared = getattr(client, "errors", None) or declared

    @property
    def record(self) -> Callable[..., Any] | None:
        """The method. Some clients have it only after they are initialized."""
        conversation = getattr(self.client, "conversation", None)
        owner = self.client if hasattr(self.client, "record_messages_batch") else conversation
        found: Callable[..., Any] | None = getattr(owner, "record_messages_batch", None)
        return found

    async def initialize(self) -> None:
        """Initialize the client, if it must be before its first call."""
        if callable(initialize := getattr(self.client, "initialize", None)):
            await call(initialize)
        if self.record is None:
            raise protocol.AdapterError(
                f"the factory returned a {type(self.client).__qualname__}, which has no record_messages_batch, "
                "neither itself nor under .conversation"
            )

    async def close(self) -> None:
        """Close the client, by the first of the usual methods."""
        for name in ("aclose", "shutdown", "close"):
            if callable(close := getattr(self.client, name, None)):
                await call(close)
                return


class Host:
    """Answers requests of the protocol for the clients that one factory makes.

    Args:
        factory: Makes a client from `base_url` and `api_key`.
        name: The name in the hello.
        version: The version of the client, if it is known.
    """

    def __init__(self, factory: Callable[..., Any], name: str, version: str | None = None) -> None:
        self.factory = factory
        self.name = name
        self.version = version
        self.opened: dict[str, OpenClient] = {}
        self.records = LogRecords()
        self.answers = RecentAnswers()
        self.ending = False
        """Whether the host cancels its own tasks."""

    def hello(self) -> Json:
        """Return the first line."""
        can = {"listen", "given", "loop", "input", "ends", "python", *loading.optional_keywords(self.factory)}
        limits = dict(getattr(self.factory, "limits", {}).items())
        return {
            "hello": {
                "protocol": protocol.VERSION,
                "name": self.name,
                "version": self.version,
                "can": sorted(can),
                "limits": limits,
                "concurrent": getattr(self.factory, "concurrent", True) is not False,
                "recovers_s": getattr(self.factory, "recovers_s", 0),
            }
        }

    async def answer(self, request: Json) -> Json:
        """Return the reply to a request. A failure of the host itself is reported as such."""
        try:
            reply = await self._do(request)
        except protocol.AdapterError as error:
            reply = {"broken": str(error)}
        except Exception:  # noqa: BLE001 - reported, and never attributed to the client
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
            case "listen" if request["on"]:
                self.records.listen()
                return {"answer": None}
            case "listen":
                return {"answer": self.records.stop()}
        raise protocol.AdapterError(f"the host does not know the request {request.get('do')!r}")

    async def _open(self, request: Json) -> Json:
        arguments, keywords = loading.arguments_for(self.factory, request["base_url"], request["api_key"])
        keywords |= {
            key: request[key] for key in loading.optional_keywords(self.factory) if request.get(key) is not None
        }
        declared = getattr(self.factory, "errors", None)
        try:
            opened = OpenClient(await call_factory(self.factory, *arguments, **keywords), declared)
            self.opened[request["client"]] = opened
            await opened.initialize()
        except protocol.AdapterError:
            raise
        except BaseException as error:  # noqa: BLE001 - any exception of the client is its outcome
            return {"raised": self._describe(error, declared)}
        return {"answer": None}

    async def _call(self, request: Json) -> Json:
        opened = self.opened.get(request["client"])
        if opened is None or opened.record is None:
            raise protocol.AdapterError(f"no client {request['client']!r} is open")
        entries = build(request["messages"]) if request.get("tagged") else request["messages"]
        before = deepcopy(entries)
        reply: dict[str, Json]
        messages = _as_type(request.get("given", "list"), entries)
        try:
            if request.get("loop") == "own":
                value = await call_in_own_loop(opened.record, messages)
            else:
                value = await call(opened.record, messages)
            await asyncio.sleep(0)  # where a caller notices that its task was cancelled
            answer = to_json(value)
            reply = {"answer": answer, "altered": self.answers.altered()}
            self.answers.add(request.get("id", 0), value, deepcopy(answer))
        except BaseException as error:  # noqa: BLE001 - as above
            reply = {"raised": self._describe(error, opened.declared), "altered": self.answers.altered()}
        return {**reply, "changed": find_change(before, entries)}

    async def _close(self, request: Json) -> Json:
        opened = self.opened.pop(request["client"], None)
        if opened is None:
            return {"answer": None}
        try:
            await opened.close()
        except BaseException as error:  # noqa: BLE001 - as above
            return {"raised": self._describe(error, opened.declared), "altered": self.answers.altered()}
        return {"answer": None, "altered": self.answers.altered()}

    def _describe(self, error: BaseException, declared: object) -> Json:
        """Return an exception of the client in the format of the protocol."""
        cancelled = isinstance(error, asyncio.CancelledError) and withdraw_cancellation()
        if cancelled and self.ending:
            raise error
        described = errors.describe(error, declared)
        return {**described, "text": _CANCELS} if cancelled else described


def _as_type(kind: str, entries: list[Json]) -> Any:  # noqa: ANN401 - a list, a tuple or an iterator
    match kind:
        case "tuple":
            return tuple(entries)
        case "generator":
            return (entry for entry in entries)
    return entries


def encode_reply(reply: Json) -> bytes:
    """Return the line of a reply. A value that JSON cannot represent is reported as such."""
    try:
        return protocol.encode(reply)
    except (TypeError, ValueError, RecursionError) as error:
        return protocol.encode({"id": reply.get("id"), "broken": f"the answer cannot be written as JSON: {error}"})


async def serve(host: Host, lines: Iterator[bytes], write: Callable[[bytes], None]) -> None:
    """Answer requests until the lines end. Calls run concurrently.

    Args:
        host: The host that answers.
        lines: The requests, from a file that blocks.
        write: Writes one line.
    """
    loop = asyncio.get_running_loop()
    requests: asyncio.Queue[bytes | None] = asyncio.Queue()

    def read() -> None:
        with suppress(RuntimeError):  # the loop has ended
            for line in lines:
                loop.call_soon_threadsafe(requests.put_nowait, line)
            loop.call_soon_threadsafe(requests.put_nowait, None)

    threading.Thread(target=read, daemon=True).start()
    write(encode_reply(host.hello()))
    tasks: set[asyncio.Task[None]] = set()

    async def handle(request: Json) -> None:
        write(encode_reply(await host.answer(request)))

    while True:
        try:
            line = await requests.get()
        except asyncio.CancelledError:  # by a client that cancels all tasks
            withdraw_cancellation()
            continue
        if line is None:
            break
        task = asyncio.create_task(handle(json.loads(line)))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    host.ending = True
