"""One call to a fake that has a fault armed: by which door, by which client, and what came of it."""

from __future__ import annotations

import asyncio
import re
import time
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import httpx
from asking import BATCH, in_process

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from synap_mock import SynapMock

VENDOR: Final = "https://synap-cloud-prod.maximem.ai"
DOORS: Final = ("intercept", "port")
CLIENTS: Final = ("sync", "async")
CONVERSATION: Final = "00000000-0000-4000-8000-000000000001"
SAID: Final = ("user", "What's on my calendar today?")
BODY: Final[dict[str, Any]] = {"messages": [{"conversation_id": CONVERSATION, "role": SAID[0], "content": SAID[1]}]}

PATIENT: Final = 20.0
"""Seconds that a client waits which is to get its answer, however busy the machine."""
IMPATIENT: Final = 0.1
"""Seconds that a client waits which is not to get one."""


@dataclass(frozen=True)
class Outcome:
    """What came of a call.

    Attributes:
        status: of the answer; None: there was none.
        headers: of the response, those that a fault sets.
        body: of the answer, times aside.
        error: the class and the text of what the client raised.
        recorded: what the fake recorded.
        kept: what the journal kept: status and fault of each call.
    """

    status: int | None
    headers: dict[str, str]
    body: str
    error: tuple[type[Exception], str] | None
    recorded: list[tuple[str, str]]
    kept: list[tuple[int | None, str | None]]


@dataclass(frozen=True)
class Asked:
    """A fake that is served, to be asked by any door."""

    fake: SynapMock
    url: str

    def base_url(self, door: str) -> str:
        return self.url if door == "port" else VENDOR

    def through(self, door: str) -> AbstractContextManager[object]:
        """What has to last while a client asks by that door."""
        return self.fake.intercept() if door == "intercept" else nullcontext()

    def outcome(self, door: str, client: str, patience: float = PATIENT) -> Outcome:
        """Of one batch of one message."""
        with self.through(door):
            status, headers, body, error = ASK[client](self.base_url(door), self.fake.api_key, patience)
        until(lambda: bool(self.fake.requests))  # a client that gave up may be quicker than the fake
        return Outcome(
            status,
            {
                name: headers[name]
                for name in ("content-type", "retry-after", "location", "x-reported")
                if name in headers
            },
            re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "now", body),
            error,
            self.fake.transcript(CONVERSATION),
            [(request.status, request.fault) for request in self.fake.requests],
        )


def armed(fake: SynapMock) -> list[dict[str, Any]]:
    """The faults that are armed still."""
    faults: list[dict[str, Any]] = in_process(fake).get("/_mock/faults").json()["faults"]
    return faults


def bearer(fake: SynapMock) -> dict[str, str]:
    return {"Authorization": f"Bearer {fake.api_key}"}


def until(happened: Callable[[], bool]) -> None:
    """Wait for what another thread does; it takes no time that anybody measures."""
    end = time.monotonic() + PATIENT
    while not happened():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.001)


def settings(url: str, key: str, patience: float) -> dict[str, Any]:
    return {
        "base_url": url,
        "headers": {"Authorization": f"Bearer {key}", "X-Correlation-ID": "asked"},
        "timeout": httpx.Timeout(PATIENT, read=patience),
        "trust_env": False,
        "verify": False,  # loading certificates takes longer than all the rest
    }


Heard = tuple[int | None, dict[str, str], str, tuple[type[Exception], str] | None]


def by_sync(url: str, key: str, patience: float) -> Heard:
    with httpx.Client(**settings(url, key, patience)) as client:
        try:
            return heard(client.post(BATCH, json=BODY))
        except httpx.HTTPError as error:
            return None, {}, "", (type(error), str(error))


def by_async(url: str, key: str, patience: float) -> Heard:
    async def ask() -> Heard:
        async with httpx.AsyncClient(**settings(url, key, patience)) as client:
            try:
                return heard(await client.post(BATCH, json=BODY))
            except httpx.HTTPError as error:
                return None, {}, "", (type(error), str(error))

    return asyncio.run(ask())


def heard(response: httpx.Response) -> Heard:
    return response.status_code, dict(response.headers), response.text, None


ASK: Final = {"sync": by_sync, "async": by_async}
