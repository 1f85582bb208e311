"""What the page offers to copy runs as it is: a curl command, a pytest test, a Hypothesis example."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import httpx
from asking import BATCH
from hypothesis import settings
from inner import run_inner
from tools import needs

if TYPE_CHECKING:
    import pytest
    from inspector.conftest import Inspected

QUOTES: Final = 'it\'s "quoted" $HOME `id` \\ \n é 😀 {{x}} 12345678901234567890'
NUMBERS: Final[dict[str, object]] = {
    "big": 12345678901234567890,
    "float": 1.0,
    "none": None,
    "yes": True,
    "empty": {},
    "list": [[]],
}
INI: Final = """
[pytest]
filterwarnings =
    error
    ignore:Module already imported so cannot be rewritten; _editable_impl:pytest.PytestAssertRewriteWarning
"""


def copied(page: Inspected, number: int, name: str) -> str:
    """The text that one button of a call shows."""
    page.open(f"calls/{number}")
    button = f"[...document.querySelectorAll('.tabs button')].find(each => each.innerText === {name!r})"
    page.browser.wait(f"{button} !== undefined")
    page.browser.value(f"{button}.click()")
    text: str = page.browser.wait(f"document.querySelector('[data-copy={json.dumps(name)}]')?.textContent")
    return text


def test_curl_command_sends_the_same_entries(inspected: Inspected) -> None:
    needs("curl", found=shutil.which("curl") is not None)
    inspected.record(QUOTES, metadata=NUMBERS)
    command = copied(inspected, 1, "curl")
    key = inspected.fake.api_key
    assert key not in command
    environment = {**os.environ, "SYNAP_API_KEY": key, "NO_PROXY": "*"}
    shell = ["/bin/sh", "-c", command]
    done = subprocess.run(shell, env=environment, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["succeeded"] == 1
    first, second = inspected.fake.messages
    assert (second.content, second.metadata) == (first.content, first.metadata) == (QUOTES, NUMBERS)


def test_copied_tests_pass(inspected: Inspected, pytester: pytest.Pytester) -> None:
    """Of a recorded, a partly rejected, a rejected, a failed and an unmodelled call, and one without a response."""
    inspected.record(QUOTES, metadata=NUMBERS)
    inspected.record("hi", conversation_id="livekit-3f2a")
    inspected.record("hi", role="system")
    for fault in ({"fault": "ServerError", "status": 503}, {"fault": "RateLimited"}, {"fault": "ConnectionReset"}):
        inspected.client.post("/_mock/faults", json=fault)
        with suppress(httpx.TransportError):  # the reset
            inspected.record("hi")
    inspected.client.get("/v1/credits/balance", params={"a": "b c"})
    inspected.client.post(BATCH, content=b"not JSON")
    sources = {f"pytest_{number}": copied(inspected, number, "pytest") for number in range(1, 9)}
    sources |= {f"example_{number}": copied(inspected, number, "@example") for number in (1, 2, 3)}
    for text in sources.values():
        assert inspected.fake.api_key not in text
    pytester.makefile(".ini", pytest=INI)
    pytester.makepyfile(**{f"test_{name}": text for name, text in sources.items()})
    settings.register_profile("few examples", max_examples=2, deadline=None)
    settings.load_profile("few examples")
    try:
        run_inner(pytester, "-p", "no:asyncio").assert_outcomes(passed=len(sources))
    finally:
        settings.load_profile("synap-mock")
