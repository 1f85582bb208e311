"""The page follows the server: calls as they arrive, a broken stream, filters, keys, controls."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

import pytest
from asking import BATCH

from synap_mock import SynapMock

if TYPE_CHECKING:
    from chromium import Browser
    from inspector.conftest import Inspected

ROWS: Final = "document.querySelectorAll('.row').length"
FIRST: Final = "document.querySelector('.row')?.getAttribute('href')"
TOTAL: Final = "document.querySelector('.chips [role=status]')?.innerText"
CALLS: Final = 1000


def test_each_of_1000_calls_is_listed_once(inspected: Inspected) -> None:
    """The page is open while they arrive; only the rows in sight are in the document."""
    page = inspected.open("calls")
    for number in range(CALLS):
        inspected.record(f"message {number}")
    page.wait(f"{TOTAL} === '1,000 calls'")
    assert page.value(FIRST) == f"#/calls/{CALLS}"
    assert page.value(ROWS) < 60
    page.value("document.querySelector('.rows').scrollTop = 1e9")
    page.wait("document.querySelector('.row[href=\"#/calls/1\"]') !== null")


def test_broken_stream_leaves_no_gap_and_no_duplicate(inspected: Inspected) -> None:
    page = inspected.open("calls")
    inspected.record("before")
    page.wait(f"{ROWS} === 1")
    page.ask("Network.emulateNetworkConditions", offline=True, latency=0, downloadThroughput=-1, uploadThroughput=-1)
    page.value("fetch('settings').catch(() => null)")
    with inspected.fake.down():
        page.wait("document.querySelector('.state.waiting') !== null")
    inspected.record("one meanwhile")
    inspected.record("another")
    page.ask("Network.emulateNetworkConditions", offline=False, latency=0, downloadThroughput=-1, uploadThroughput=-1)
    page.wait("document.querySelector('.state.live') !== null")
    page.wait(f"{ROWS} === 3")
    inspected.record("after")
    page.wait(f"{ROWS} === 4")
    hrefs = page.value("[...document.querySelectorAll('.row')].map(row => row.getAttribute('href'))")
    assert hrefs == [f"#/calls/{number}" for number in (4, 3, 2, 1)]


def test_reset_empties_the_list(inspected: Inspected) -> None:
    page = inspected.open("calls")
    inspected.record("hi")
    page.wait(f"{ROWS} === 1")
    inspected.client.post("/_mock/reset")
    page.wait(f"{ROWS} === 0")
    inspected.record("hi")
    page.wait(f"{ROWS} === 1")


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("status:400", [3]),
        ("status:5xx", [4]),
        ("!status:200", [6, 4, 3]),
        ("-status:2xx is:rejected", [6, 3]),
        ("rule:conversation-id-uuid", [2]),
        ("is:partial", [2]),
        ("fault:ServerError", [4]),
        ("fault:any", [4]),
        ("is:unmodelled", [6]),
        ("method:get", [6]),
        ("route:context", [7]),
        ("user:bob", [3, 2]),
        ("user:bob !status:400", [2]),
        ("calendar", [1]),
        ('"like tea"', [5, 4]),
        ("since:5m status:400", [3]),
        ("before:2001-01-01", []),
        ("nothing has this", []),
    ],
)
def test_filter_has_mailpits_grammar(filled: Inspected, query: str, numbers: list[int]) -> None:
    page = filled.show(f"calls?{urlencode({'q': query})}")
    wanted = [f"/{number}" for number in numbers]
    page.wait(
        "JSON.stringify([...document.querySelectorAll('.row')].map(r => r.getAttribute('href').match(/\\/\\d+/)[0]))"
        f" === JSON.stringify({wanted})"
    )


def test_filter_is_kept_in_the_address(filled: Inspected) -> None:
    page = filled.open("calls")
    page.click("input[type=search]")
    page.type("status:400")
    assert page.wait("location.hash.includes('q=') && location.hash") == "#/calls?q=status%3A400"


def test_keyboard_is_enough(filled: Inspected) -> None:
    page = filled.open("ledger")
    page.press("2")
    page.wait(f"{ROWS} === 7")
    page.press("j", "j", "Enter")
    assert page.wait("document.querySelector('.detail h2')?.innerText").startswith("#6 404")
    page.press("j")
    page.wait("document.querySelector('.detail h2')?.innerText.startsWith('#5')")
    page.press("k", "Escape")
    page.wait("document.querySelector('.detail') === null")
    assert page.value("document.querySelector('.reached').getAttribute('href')") == "#/calls/6"
    page.press("/")
    page.type("is:fault")
    page.press("Enter", "j", "Enter")
    assert page.wait("document.querySelector('.detail h2')?.innerText").startswith("#4 503")
    page.press("?")
    page.wait("document.querySelector('dialog[open]') !== null")
    page.press("Escape")
    page.wait("document.querySelector('dialog') === null")


def test_scheduled_fault_fails_the_next_call(inspected: Inspected) -> None:
    page = inspected.open("controls")
    page.click("#fault")
    page.value(
        "(e => { e.value = 'RateLimited'; e.dispatchEvent(new Event('change', {bubbles: true})) })"
        "(document.querySelector('#fault'))"
    )
    page.wait("document.querySelector('.card .field small').innerText.startsWith('429')")
    page.click(".card button[type=submit]")
    page.wait("document.querySelector('.scheduled .item')?.innerText.includes('RateLimited')")
    assert inspected.record("hi").status_code == 429
    page.wait("document.querySelector('.scheduled .item') === null")
    assert inspected.record("hi").status_code == 200


def test_everything_that_is_scheduled_can_be_cancelled(inspected: Inspected) -> None:
    nouns = {
        "faults": {"fault": "Conflict"},
        "rejections": {"where": 0},
        "answers": {"method": "GET", "path": "/x"},
    }
    for noun, body in nouns.items():
        assert inspected.client.post(f"/_mock/{noun}", json=body).status_code == 200
    page = inspected.open("controls")
    page.wait("document.querySelectorAll('.item').length === 3")
    for count in (2, 1, 0):
        page.click(".scheduled button")
        page.wait(f"document.querySelectorAll('.item').length === {count}")
    assert [inspected.client.get(f"/_mock/{noun}").json()[noun] for noun in nouns] == [[], [], []]


def test_a_world_is_chosen_in_the_header_and_in_the_address(inspected: Inspected) -> None:
    key = inspected.fake.world("w1").api_key
    for content in ("two calls", "in default"):
        inspected.record(content)
    inspected.client.post(BATCH, json={"messages": []}, headers={"Authorization": f"Bearer {key}"})
    page = inspected.open("calls")
    page.wait(f"document.querySelector('.top select')?.value === 'default' && {ROWS} === 2")
    choose = "(e => { e.value = 'w1'; e.dispatchEvent(new Event('change', {bubbles: true})) })"
    page.value(f"{choose}(document.querySelector('.top select'))")
    page.wait(f"{ROWS} === 1")
    inspected.client.post(BATCH, json={"messages": []}, headers={"Authorization": f"Bearer {key}"})
    page.wait(f"{ROWS} === 2")
    assert page.value("location.hash") == "#/calls?world=w1"
    inspected.open("controls?world=w1")
    masked = page.wait("document.querySelector('.plain code')?.innerText")
    assert masked == f"{key[:6]}...{key[-4:]}"
    page.open(f"{inspected.url}/_mock/#/calls?world=none")
    assert page.wait("document.querySelector('.empty b')?.innerText") == "none"
    page.click(".empty a")
    page.wait("document.querySelector('.state.live') !== null")


def test_reset_asks_before_it_forgets(inspected: Inspected) -> None:
    inspected.record("hi")
    page = inspected.open("controls")
    page.wait("document.querySelectorAll('form').length === 7")  # what loads later would move the button
    page.click("button.danger")
    page.wait("document.querySelector('.card [role=alert]') !== null")
    assert len(inspected.fake.messages) == 1
    page.click("[role=alert] button.danger")
    page.wait("document.querySelector('.card [role=alert]') === null")
    assert inspected.fake.messages == []


def test_control_token_is_asked_for_and_not_stored(browser: Browser) -> None:
    fake = SynapMock(control_token="s3cret")
    with fake.serve() as server:
        browser.open(f"{server.url}/_mock/#/calls")
        browser.click("input[type=password]")
        browser.type("s3cret")
        browser.press("Enter")
        browser.wait("document.querySelector('.state.live') !== null")
        assert browser.value("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])") == (
            '[{},{},""]'
        )
        browser.ask("Page.navigate", url="about:blank")


def test_two_clients_and_a_page_see_the_same_calls(inspected: Inspected) -> None:
    """Calls of several threads arrive in one order, each once."""
    page = inspected.open("calls")

    def send() -> None:
        for _ in range(50):
            inspected.client.post(BATCH, json={"messages": []})

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    page.wait(f"{TOTAL} === '200 calls'")


def test_a_call_that_comes_twice_is_listed_once(inspected: Inspected) -> None:
    """Where the stream has a gap, the page reads the journal, which overlaps with what it has."""
    page = inspected.open("calls")
    numbers = page.value(
        "import('/_mock/inspector/journal.js').then(({Journal}) => { const journal = new Journal();"
        " const call = number => ({number, refusals: []});"
        " journal.add([call(3), call(2)]); journal.add([call(2), call(4), call(1)]);"
        " return journal.calls.map(each => each.number) })"
    )
    assert numbers == [1, 2, 3, 4]
