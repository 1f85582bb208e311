"""Clients that don't come back."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import httpx
from honest import AsyncHonest, Honest
from labels import wrong
from steps import HTTP_RATE_LIMITED, HTTP_SERVER_ERROR, tls

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from steps import Answer, Entry, Outcome


@wrong("NET-TIMEOUT", "waits for an answer forever")
class WaitsForEver(Honest):
    def connected(self) -> httpx.Client:
        return httpx.Client(
            base_url=self.base_url,
            timeout=httpx.Timeout(self.timeout_s, read=None),
            limits=httpx.Limits(keepalive_expiry=2.0),
            verify=tls(),
            trust_env=False,
        )


@wrong("NET-REFUSED", "tries to connect until it succeeds")
class ConnectsForEver(Honest):
    def pause(self, attempt: int, outcome: Outcome) -> float | None:
        return self.moment(0.5) if isinstance(outcome, httpx.ConnectError) else super().pause(attempt, outcome)


@wrong("SERVER-ERROR", "sends again until Synap is available")
class InsistsOnAnAnswer(Honest):
    def pause(self, attempt: int, outcome: Outcome) -> float | None:
        if isinstance(outcome, httpx.Response) and outcome.status_code >= HTTP_SERVER_ERROR:
            return self.moment(0.5)
        return super().pause(attempt, outcome)


@wrong("RATE-LIMIT", "retries after 429 without end")
class ComesAgainWithoutEnd(Honest):
    def pause(self, attempt: int, outcome: Outcome) -> float | None:
        if isinstance(outcome, httpx.Response) and outcome.status_code == HTTP_RATE_LIMITED:
            return self.retry_after(outcome) or self.moment(1.0)
        return super().pause(attempt, outcome)


@wrong("RES-CALLS", "doesn't release its lock after an error: the next call waits forever")
class KeepsItsLock(Honest):
    def __init__(self, base_url: str, api_key: str | None, *, timeout_s: float = 30.0, retry: str = "own") -> None:
        super().__init__(base_url, api_key, timeout_s=timeout_s, retry=retry)
        self.lock = threading.Lock()

    def record(self, entries: list[Entry]) -> Answer:
        self.lock.acquire()
        answer = super().record(entries)
        self.lock.release()
        return answer


@wrong("RES-CALLS", "reserves a slot for each call, and releases it only on success: two errors take all")
class KeepsItsPlaces(AsyncHonest):
    def __init__(self, base_url: str, api_key: str | None, *, timeout_s: float = 30.0, retry: str = "own") -> None:
        super().__init__(base_url, api_key, timeout_s=timeout_s, retry=retry)
        self.places = asyncio.Semaphore(2)

    async def record_messages_batch(self, messages: Iterable[Mapping[str, Any]]) -> Answer:
        await self.places.acquire()
        answer = await super().record_messages_batch(messages)
        self.places.release()
        return answer
