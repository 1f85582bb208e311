"""One browser for all tests of the inspector, and a served fake for each."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from asking import BATCH
from chromium import CHROMIUM, Browser
from tools import needs

from synap_mock import SynapMock

if TYPE_CHECKING:
    from collections.abc import Iterator

CONVERSATION = "6f1b1d5e-7d0c-4c39-9e67-0b8f4c6f2a11"


class Inspected:
    """A served fake, a client of it, and its page in the browser."""

    def __init__(self, fake: SynapMock, browser: Browser) -> None:
        self.fake = fake
        self.browser = browser
        self.url = fake.url
        headers = {"Authorization": f"Bearer {fake.api_key}"}
        self.client = httpx.Client(base_url=fake.url, headers=headers, trust_env=False)

    def open(self, address: str = "", width: int = 1280) -> Browser:
        """Open a view, and wait until the stream is connected."""
        self.browser.open(f"{self.url}/_mock/#/{address}", width)
        self.browser.wait("document.querySelector('.state.live') !== null")
        return self.browser

    def show(self, address: str) -> Browser:
        """The same without loading the page again, if it is open."""
        if not self.browser.value("location.href").startswith(f"{self.url}/_mock/#"):
            return self.open(address)
        self.browser.value(f"location.hash = {f'#/{address}'!r}")
        return self.browser

    def record(self, *contents: object, **fields: Any) -> httpx.Response:
        """Send a batch with these contents."""
        entry = {"conversation_id": CONVERSATION, "role": "user", **fields}
        return self.client.post(BATCH, json={"messages": [{**entry, "content": content} for content in contents]})


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    needs("chromium", found=CHROMIUM is not None)
    started = Browser(tmp_path_factory.mktemp("chromium"))
    try:
        yield started
    finally:
        started.end()


@pytest.fixture
def inspected(fake: SynapMock, browser: Browser) -> Iterator[Inspected]:
    with fake.serve():
        page = Inspected(fake, browser)
        with page.client:
            yield page
        browser.ask("Page.navigate", url="about:blank")  # the stream ends before the server does


@pytest.fixture(scope="module")
def filled(browser: Browser) -> Iterator[Inspected]:
    """A fake with one call of each kind, for tests that change nothing."""
    fake = SynapMock(seed=1)
    with fake.serve():
        page = Inspected(fake, browser)
        with page.client:
            fill(page)
            yield page
        browser.ask("Page.navigate", url="about:blank")


def fill(page: Inspected) -> None:
    """Make calls of each kind: recorded, rejected, failed, duplicated, not modelled."""
    client = page.client
    page.record("What's on my calendar today?", "Two meetings.", user_id="ann", metadata={"model": "m", "n": 1})
    entries = [
        {"conversation_id": str(uuid.UUID(int=7)), "role": "user", "content": "hi", "user_id": "bob"},
        {"conversation_id": "livekit-3f2a", "role": "user", "content": "hi there"},
    ]
    client.post(BATCH, json={"messages": entries})
    client.post(BATCH, json={"messages": [{**entries[0], "role": "system"}]})
    client.post("/_mock/faults", json={"fault": "ServerError", "status": 503, "after_commit": True})
    for _ in range(2):
        page.record("Remember that I like tea")
    client.get("/v1/credits/balance")
    client.post("/_mock/memories", json={"text": "Ann drinks tea.", "user_id": "ann"})
    client.post("/v1/context/user/fetch", json={"user_id": "ann", "search_query": ["tea"]})
