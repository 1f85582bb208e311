"""Clients that send recorded or rejected batches again, or too soon."""

from __future__ import annotations

import json
import time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Any, ClassVar

import httpx
from errors import RateLimitError
from honest import Chunked, Honest
from labels import wrong, wrong_variants
from steps import HTTP_OK, HTTP_RATE_LIMITED

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping

    from steps import Answer, Entry, Outcome

PATIENCE_S = 0.15


class Eager(Honest):
    """Also sends again if `again(outcome)`."""

    again: Callable[[Outcome], bool]

    def pause(self, attempt: int, outcome: Outcome) -> float | None:
        """How many seconds to wait before the batch is sent again; None: it is not."""
        if attempt < self.attempts and self.again(outcome):
            return self.moment(0.5)
        return super().pause(attempt, outcome)


def after(statuses: Container[int]) -> Callable[[Outcome], bool]:
    """Return whether an outcome has one of the statuses."""
    return lambda outcome: isinstance(outcome, httpx.Response) and outcome.status_code in statuses


# fmt: off
VARIANTS: Mapping[str, tuple[str, str, Callable[[Any], Any]]] = {
    "AgainAfterATimeout": ("ONCE", "sends again when the answer is late",
        lambda outcome: isinstance(outcome, httpx.ReadTimeout)),
    "AgainAfterADisconnect": ("ONCE", "sends again when the server closes without an answer",
        lambda outcome: isinstance(outcome, httpx.RemoteProtocolError) and "without sending" in str(outcome)),
    "AgainAfterAReset": ("ONCE", "sends again when the connection is reset",
        lambda outcome: isinstance(outcome, httpx.ReadError)),
    "AgainAfterATruncation": ("ONCE", "sends again when the answer's end is missing",
        lambda outcome: isinstance(outcome, httpx.RemoteProtocolError) and "complete message body" in str(outcome)),
    "AgainAfterServerErrors": ("ONCE", "sends again after any 5xx", after(range(500, 600))),
    "AgainAfterGatewayErrors": ("ONCE", "sends again after 502 and 504: it considers them failures of the gateway",
        after((502, 504))),
    "AgainAfterCredits": ("REFUSALS", "sends again after 402: credits may have come", after((402,))),
    "AgainAfterUnprocessable": ("REFUSALS", "sends again after 422, in case it was a mistake", after((422,))),
    "AgainAfterAccepted": ("REDIRECT", "treats 201 and 202 as 'not yet', and sends again", after((201, 202))),
    "AgainAfterTheProxys": ("ONCE", "sends again after a proxy's statuses beyond 504", after(range(505, 600))),
    "AgainAfter408": ("ONCE", "sends again after 408, as browsers do", after((408,))),
}
# fmt: on
globals().update(wrong_variants(Eager, "again", VARIANTS))


@wrong("ONCE", "sends again when a 200 can't be read")
class AgainAfterGarble(Eager):
    def again(self, outcome: Outcome) -> bool:
        if not isinstance(outcome, httpx.Response) or outcome.status_code != HTTP_OK:
            return False
        try:
            return not isinstance(json.loads(outcome.content), dict)
        except ValueError:
            return True


@wrong("ONCE", "sends the whole batch again while a row of it failed")
class AgainAfterFailedRows(Eager):
    def again(self, outcome: Outcome) -> bool:
        if not isinstance(outcome, httpx.Response) or outcome.status_code != HTTP_OK:
            return False
        try:
            return bool(json.loads(outcome.content)["failed"])
        except (ValueError, TypeError, LookupError):
            return False


@wrong("ONCE", "starts again with the first chunk of 10 when a later one gets 429")
class BeginsAgain(Chunked):
    size: ClassVar[int] = 10

    def record(self, entries: list[Entry]) -> Answer:
        for _ in range(self.attempts - 1):
            try:
                return super().record(entries)
            except RateLimitError as limit:
                if limit.retry_after_s is None or limit.retry_after_s > self.longest_wait_s:
                    raise
                time.sleep(limit.retry_after_s)
        return super().record(entries)

    def pause(self, attempt: int, outcome: Outcome) -> float | None:
        limited = isinstance(outcome, httpx.Response) and outcome.status_code == HTTP_RATE_LIMITED
        return None if limited else super().pause(attempt, outcome)


@wrong("ONCE", "sends a second request when the first is slow, and uses the first answer")
class Hedges(Honest):
    def __init__(self, base_url: str, api_key: str | None, *, timeout_s: float = 30.0, retry: str = "own") -> None:
        super().__init__(base_url, api_key, timeout_s=timeout_s, retry=retry)
        self.threads = ThreadPoolExecutor(4)

    def send(self, body: bytes) -> Outcome:
        plain: Callable[[bytes], Outcome] = super().send
        first = self.threads.submit(plain, body)
        done, _ = wait([first], timeout=PATIENCE_S)
        if not done:
            done, _ = wait([first, self.threads.submit(plain, body)], return_when=FIRST_COMPLETED)
        return done.pop().result()

    def close(self) -> None:
        self.threads.shutdown()
        super().close()


@wrong("RATE-WAIT", "waits as long as it likes after 429")
class WaitsItsOwnTime(Honest):
    def retry_after(self, response: httpx.Response) -> float | None:
        return None if super().retry_after(response) is None else self.moment(0.25)


@wrong("RATE-WAIT", "treats Retry-After as milliseconds")
class WaitsMilliseconds(Honest):
    def retry_after(self, response: httpx.Response) -> float | None:
        wanted = super().retry_after(response)
        return None if wanted is None else wanted / 1000


@wrong("RATE-WAIT", "waits at most half a second, regardless of Retry-After")
class CapsItsWait(Honest):
    def retry_after(self, response: httpx.Response) -> float | None:
        wanted = super().retry_after(response)
        return None if wanted is None else min(wanted, 0.5)


@wrong("RATE-WAIT", "waits after the first 429 only")
class WaitsOnce(Honest):
    def pause(self, attempt: int, outcome: Outcome) -> float | None:
        pause = super().pause(attempt, outcome)
        return pause if pause is None or attempt == 1 else self.moment(0.1)


@wrong("REFUSALS", "sends again after all refusals except of keys and messages")
class AgainAfterRefusals(Eager):
    attempts: ClassVar[int] = 5

    def again(self, outcome: Outcome) -> bool:
        if not isinstance(outcome, httpx.Response):
            return False
        return outcome.status_code in {402, 404, 408, 409, 413, 418, 423, 425}


@wrong("ONCE", "sends again after a 503 with Retry-After")
class AgainAfterRetryAfter(Eager):
    def again(self, outcome: Outcome) -> bool:
        return isinstance(outcome, httpx.Response) and self.retry_after(outcome) is not None
