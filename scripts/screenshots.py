"""Write the pictures of the inspector in docs/images/: the four main views, light and dark.

The data is the same each time, but for how long the calls took.

It needs Chromium, and tests/chromium.py on the path: PYTHONPATH=tests python scripts/screenshots.py
"""

from __future__ import annotations

import base64
import tempfile
from pathlib import Path
from typing import Final

import httpx
from chromium import Browser

from synap_mock import SynapMock

FOLDER: Final = Path(__file__).parents[1] / "docs" / "images"
WIDTH: Final = 1100
HEIGHT: Final = 620
QUALITY: Final = 90
BATCH: Final = "/v1/conversations/messages/batch"
SUPPORT: Final = "6f1b1d5e-7d0c-4c39-9e67-0b8f4c6f2a11"
BILLING: Final = "c0a8e1f4-52b7-4d2e-8a3c-91d6e7f0b245"
VIEWS: Final = {
    "calls": ("calls", "document.querySelectorAll('.row').length === 9"),
    "call": ("calls/2", "document.querySelector('.refusal .edit') !== null"),
    "conversation": (f"conversations/{SUPPORT}", "document.querySelectorAll('.bubble').length === 6"),
    "ledger": ("ledger", "document.querySelector('#lost .call-link') !== null"),
}
"""A picture's name to the view's address, and what is true once it is drawn."""


def main() -> None:
    """Write the pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    fake = SynapMock(seed=1, freeze="2026-01-12T09:30:00Z")
    key, _ = fake.keys.create(f"synap_{'0123456789abcdef' * 4}", instance_id="inst_51357f62a286a287")
    with fake.serve() as server, tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        with httpx.Client(base_url=server.url, headers={"Authorization": f"Bearer {key}"}) as client:
            fill(fake, client)
        browser = Browser(Path(folder))
        browser.ask("Emulation.setTimezoneOverride", timezoneId="UTC")
        try:
            for theme in ("light", "dark"):
                browser.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": theme}])
                for name, (address, ready) in VIEWS.items():
                    browser.open(f"{server.url}/_mock/#/{address}", WIDTH, HEIGHT)
                    browser.wait(f"document.querySelector('.state.live') !== null && {ready}")
                    picture = browser.ask("Page.captureScreenshot", format="webp", quality=QUALITY)["data"]
                    (FOLDER / f"{name}-{theme}.webp").write_bytes(base64.b64decode(picture))
            browser.ask("Page.navigate", url="about:blank")  # the stream ends before the server does
        finally:
            browser.end()


def fill(fake: SynapMock, client: httpx.Client) -> None:
    """Send what an app and its mistakes would send."""

    def record(*entries: tuple[str, str, str], **fields: object) -> None:
        fake.clock.advance(1.7)
        messages = [{"conversation_id": at, "role": role, "content": text, **fields} for at, role, text in entries]
        client.post(BATCH, json={"messages": messages})

    record(
        (SUPPORT, "user", "My parcel has not arrived. Order 4711."),
        (SUPPORT, "assistant", "I am sorry to hear that. It left our warehouse on Monday."),
        user_id="ann",
        metadata={"channel": "web", "model": "support-2"},
    )
    record(
        (SUPPORT, "user", "Can you send it again?"), ("livekit-room-3f2a", "user", "Can you hear me?"), user_id="ann"
    )
    record((SUPPORT, "assistant", "Yes. A new parcel leaves today."), user_id="ann")
    record((BILLING, "system", "You are a helpful assistant."), user_id="bob")
    client.post("/_mock/faults", json={"fault": "ServerError", "status": 503, "after_commit": True})
    for _ in range(2):
        record((BILLING, "user", "I was charged twice in December."), user_id="bob")
    client.post("/_mock/faults", json={"fault": "RateLimited", "retry_after": 30})
    record((SUPPORT, "user", "Thank you!"), user_id="ann")
    record((SUPPORT, "user", "Thank you!"), (SUPPORT, "assistant", "You are welcome."), user_id="ann")
    fake.clock.advance(1.2)
    client.get("/v1/credits/balance")


if __name__ == "__main__":
    main()
