"""Clients that mix up what belongs to different calls, keys or event loops."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Any, ClassVar

import httpx
from errors import NetworkError, SynapError
from honest import AsyncHonest, Honest
from labels import right, wrong
from steps import PATH, tls

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from steps import Answer, Entry, Outcome, Row


@wrong("RES-CALLS", "collects rows in a list that it never empties")
class CollectsRows(Honest):
    def __init__(self, base_url: str, api_key: str | None, *, timeout_s: float = 30.0, retry: str = "own") -> None:
        super().__init__(base_url, api_key, timeout_s=timeout_s, retry=retry)
        self.all_rows: list[Row] = []

    def returned(self, answer: Answer) -> Answer:
        self.all_rows.extend(answer["results"])
        failed = sum("error" in row for row in self.all_rows)
        total = len(self.all_rows)
        return {"total": total, "succeeded": total - failed, "failed": failed, "results": list(self.all_rows)}


@wrong("RES-CALLS", "adds up failures over all its calls")
class AddsUpFailures(Honest):
    failures = 0

    def returned(self, answer: Answer) -> Answer:
        self.failures += answer["failed"]
        return {**answer, "failed": self.failures}


@wrong("RES-CALLS", "answers repeated batches from its cache")
class CachesAnswers(Honest):
    def __init__(self, base_url: str, api_key: str | None, *, timeout_s: float = 30.0, retry: str = "own") -> None:
        super().__init__(base_url, api_key, timeout_s=timeout_s, retry=retry)
        self.answers: dict[bytes, Answer] = {}

    def record(self, entries: list[Entry]) -> Answer:
        body = self.encode(entries)
        if body not in self.answers:
            self.answers[body] = self.read(self.post(body), len(entries))
        return self.answers[body]


@wrong("RES-CALLS", "returns the same object for all calls")
class KeepsOneAnswer(Honest):
    def __init__(self, base_url: str, api_key: str | None, *, timeout_s: float = 30.0, retry: str = "own") -> None:
        super().__init__(base_url, api_key, timeout_s=timeout_s, retry=retry)
        self.answer: Answer = {}

    def returned(self, answer: Answer) -> Answer:
        self.answer.update(answer)
        return self.answer


@wrong("RES-CALLS", "remembers the last error, and raises it again at the next call")
class RemembersErrors(Honest):
    def __init__(self, base_url: str, api_key: str | None, *, timeout_s: float = 30.0, retry: str = "own") -> None:
        super().__init__(base_url, api_key, timeout_s=timeout_s, retry=retry)
        self.errors_met: list[SynapError] = []

    def record(self, entries: list[Entry]) -> Answer:
        try:
            answer = super().record(entries)
        except SynapError as error:
            self.errors_met.append(error)
            raise
        if self.errors_met:
            raise SynapError("an earlier batch failed") from self.errors_met.pop()
        return answer


@wrong("RES-CALLS", "stores the body in an attribute: concurrent calls all send the last one")
class SharesABody(AsyncHonest):
    body = b""

    async def record(self, entries: list[Entry]) -> Answer:
        self.body = self.encode(entries)
        await asyncio.sleep(0.01)  # for others that want to send at once
        return self.read(await self.post(self.body), len(entries))


@wrong("RES-CALLS", "stores the answer in an attribute: concurrent calls return the last one")
class SharesAnAnswer(AsyncHonest):
    answer: Answer

    async def record(self, entries: list[Entry]) -> Answer:
        self.answer = await super().record(entries)
        await asyncio.sleep(0.02)  # the log is a file
        return self.answer


@wrong("RES-CALLS", "sends equal concurrent batches only once")
class JoinsFlights(AsyncHonest):
    def __init__(self, base_url: str, api_key: str | None, *, timeout_s: float = 30.0, retry: str = "own") -> None:
        super().__init__(base_url, api_key, timeout_s=timeout_s, retry=retry)
        self.flying: dict[bytes, asyncio.Task[httpx.Response]] = {}

    async def record(self, entries: list[Entry]) -> Answer:
        body = self.encode(entries)
        if body not in self.flying:
            self.flying[body] = asyncio.create_task(self.post(body))
            self.flying[body].add_done_callback(lambda _: self.flying.pop(body))
        return self.read(await self.flying[body], len(entries))


@wrong("SEND-ONLY", "sends a failed batch again with the next one, after reporting the error")
class CatchesUp(Honest):
    def __init__(self, base_url: str, api_key: str | None, *, timeout_s: float = 30.0, retry: str = "own") -> None:
        super().__init__(base_url, api_key, timeout_s=timeout_s, retry=retry)
        self.unsent: list[Entry] = []

    def record(self, entries: list[Entry]) -> Answer:
        sent = [*self.unsent, *entries]
        try:
            answer = super().record(sent)
        except NetworkError:
            self.unsent = sent
            raise
        self.unsent = []
        rows = answer["results"][len(sent) - len(entries) :]
        failed = sum("error" in row for row in rows)
        return {"total": len(rows), "succeeded": len(rows) - failed, "failed": failed, "results": rows}


@wrong("AUTH-OWN", "shares a pool among all objects for one address, with the first one's key in its headers")
class SharesAPool(Honest):
    pools: ClassVar[dict[str, httpx.Client]] = {}

    def connected(self) -> httpx.Client:
        if self.base_url not in self.pools:
            self.pools[self.base_url] = super().connected()
            self.pools[self.base_url].headers.update(super().headers())
        return self.pools[self.base_url]

    def headers(self) -> dict[str, str]:
        return {"Content-Type": "application/json"}

    def close(self) -> None:
        """The pool is everybody's."""


@wrong("AUTH-OWN", "stores its key in the environment, where the last one is used by all")
class KeepsTheKeyInTheEnvironment(Honest):
    def credential(self, api_key: str | None) -> str:
        os.environ["RECORDER_API_KEY"] = super().credential(api_key)
        return os.environ["RECORDER_API_KEY"]

    def headers(self) -> dict[str, str]:
        self.key = os.environ["RECORDER_API_KEY"]
        return super().headers()


@wrong("AUTH-OWN", "caches its headers by the address, not by the key")
class CachesHeaders(Honest):
    cached: ClassVar[dict[str, dict[str, str]]] = {}

    def headers(self) -> dict[str, str]:
        return self.cached.setdefault(self.base_url, super().headers())


@wrong("REUSE", "keeps the pool of its first event loop")
class KeepsALoopsPool(AsyncHonest):
    def __init__(self, base_url: str, api_key: str | None, *, timeout_s: float = 30.0, retry: str = "own") -> None:
        super().__init__(base_url, api_key, timeout_s=timeout_s, retry=retry)
        self.http = httpx.AsyncClient(base_url=self.base_url, timeout=timeout_s, verify=tls(), trust_env=False)

    async def send(self, body: bytes) -> Outcome:
        try:
            return await self.http.post(PATH, content=body, headers=self.headers())
        except httpx.RequestError as error:
            return error

    async def aclose(self) -> None:
        await self.http.aclose()


@wrong("REUSE", "sends a batch again, on a new pool, when the first event loop's turns out to be closed")
class SendsAgainOnANewLoop(KeepsALoopsPool):
    async def send(self, body: bytes) -> Outcome:
        try:
            return await super().send(body)
        except RuntimeError:
            self.http = httpx.AsyncClient(base_url=self.base_url, timeout=self.timeout_s, verify=tls(), trust_env=False)
            return await super().send(body)


@wrong("REUSE", "has a worker in its first event loop: when that ends, calls wait forever")
class KeepsALoopsWorker(AsyncHonest):
    worker: asyncio.Task[None] | None = None

    def __init__(self, base_url: str, api_key: str | None, *, timeout_s: float = 30.0, retry: str = "own") -> None:
        super().__init__(base_url, api_key, timeout_s=timeout_s, retry=retry)
        self.queue: asyncio.Queue[tuple[list[Entry], asyncio.Future[Answer]]] = asyncio.Queue()

    async def record_messages_batch(self, messages: Iterable[Mapping[str, Any]]) -> Answer:
        if self.worker is None:
            self.worker = asyncio.create_task(self.work())
        done = asyncio.get_running_loop().create_future()
        self.queue.put_nowait((self.taken(messages), done))
        answer: Answer = await done
        return answer

    async def work(self) -> None:
        while True:
            entries, done = await self.queue.get()
            try:
                done.set_result(await self.record(entries))
            except SynapError as error:
                done.set_exception(error)

    async def aclose(self) -> None:
        if self.worker is not None:
            self.worker.cancel()


@wrong("RES-CALLS", "rejects concurrent calls")
class RefusesCompany(AsyncHonest):
    busy = False

    async def record(self, entries: list[Entry]) -> Answer:
        if self.busy:
            raise SynapError("a batch is being recorded")
        self.busy = True
        try:
            return await super().record(entries)
        finally:
            self.busy = False


@right("belongs to the event loop of its first call, and raises in every other")
class BelongsToALoop(AsyncHonest):
    loop: asyncio.AbstractEventLoop | None = None

    async def record(self, entries: list[Entry]) -> Answer:
        self.loop = self.loop or asyncio.get_running_loop()
        if self.loop is not asyncio.get_running_loop():
            raise SynapError("this client belongs to another event loop")
        return await super().record(entries)


@wrong("SEND-ALL", "compares conversations by their first eight digits")
class KnowsThemByEightDigits(Honest):
    def __init__(self, base_url: str, api_key: str | None, *, timeout_s: float = 30.0, retry: str = "own") -> None:
        super().__init__(base_url, api_key, timeout_s=timeout_s, retry=retry)
        self.met: dict[str, str] = {}

    def wire(self, entry: Entry) -> Entry:
        id_ = entry["conversation_id"]
        return super().wire({**entry, "conversation_id": self.met.setdefault(id_[:8], id_)})
