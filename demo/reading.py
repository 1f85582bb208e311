"""Reading back over HTTP, and comparing message by message with what was sent."""

from __future__ import annotations

import time
from dataclasses import dataclass
from http import HTTPStatus
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final

import httpx
from screen import progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from fake_process import FakeProcess
    from ledger import Ledger, Recorded
    from rich.console import Console

PAGE: Final = 500
"""Messages asked for at once; longer conversations take several pages."""

_NOT_THERE: Final = {HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN}
"""What the dialects answer where there is no such conversation."""


@dataclass(slots=True)
class Comparison:
    """How many messages are as they were sent, how many are not, the first that isn't, and how long it took."""

    seconds: float = 0.0
    equal: int = 0
    different: int = 0
    first: str | None = None

    def differs(self, difference: str) -> None:
        """Note one difference."""
        self.different += 1
        self.first = self.first or difference


def read_everything(console: Console, fake: FakeProcess, ledger: Ledger) -> Comparison:
    """Read back all that was accepted, over one connection, and compare it."""
    headers = {"Authorization": f"Bearer {fake.api_key}"}
    began = time.perf_counter()
    with (
        httpx.Client(base_url=fake.url, headers=headers, timeout=30, trust_env=False) as client,
        progress(console, "reading back", ledger.accepted) as advance,
    ):
        comparison = compare(client, ledger, advance)
    comparison.seconds = time.perf_counter() - began
    return comparison


def compare(client: httpx.Client, ledger: Ledger, advance: Callable[[int], None]) -> Comparison:
    """Compare what the fake holds with the ledger.

    Args:
        client: speaks with the fake, under its key.
        ledger: what was accepted.
        advance: called with the number of messages just compared.
    """
    comparison = Comparison()
    for conversation_id, sent in ledger.conversations.items():
        turns = read_back(client, conversation_id)
        for position, (message, turn) in enumerate(zip_longest(sent, turns), 1):
            wanted, found = expected(message, position), without_time(turn)
            if wanted == found:
                comparison.equal += 1
            else:
                comparison.differs(f"{conversation_id}, message {position}: sent {wanted!a}, read back {found!a}")
        advance(len(sent))
    for conversation_id in held(client) - ledger.conversations.keys():
        comparison.differs(f"{conversation_id} is held, and was never accepted")
    return comparison


def read_back(client: httpx.Client, conversation_id: str) -> list[dict[str, Any]]:
    """The messages of a conversation as the fake gives them, page by page; none where there is no such conversation."""
    return [turn for page in pages(client, conversation_id) for turn in page]


def pages(client: httpx.Client, conversation_id: str) -> Iterator[Sequence[dict[str, Any]]]:
    """Page after page, the last being the first that isn't full."""
    start = 1
    while True:
        answer = client.get(f"/v1/conversations/{conversation_id}/messages", params={"start": start, "limit": PAGE})
        if answer.status_code in _NOT_THERE:
            return
        turns = answer.raise_for_status().json()["turns"]
        yield turns
        if len(turns) < PAGE:
            return
        start += PAGE


def expected(message: Recorded | None, position: int) -> dict[str, Any] | None:
    """What has to be read back; None: nothing."""
    return None if message is None else {**message._asdict(), "position": position}


def without_time(turn: dict[str, Any] | None) -> dict[str, Any] | None:
    """What was read back, less the time, which nobody sent."""
    return None if turn is None else {name: value for name, value in turn.items() if name != "timestamp"}


def held(client: httpx.Client) -> set[str]:
    """The ids of all conversations that the fake holds, by its control API."""
    found: set[str] = set()
    query = {"limit": "1000"}
    while True:
        page = client.get("/_mock/conversations", params=query).raise_for_status().json()
        found |= {conversation["conversation_id"] for conversation in page["conversations"]}
        if page["next"] is None:
            return found
        query["after"] = page["next"]
