"""What the inspector shows: the ledger, calls, conversations, memories; recorded data is text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from inspector.conftest import Inspected

CONVERSATION: Final = "6f1b1d5e-7d0c-4c39-9e67-0b8f4c6f2a11"
REFUSAL: Final = ".entry.failed .refusal"
INJECTIONS: Final = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</script><svg/onload=alert(1)>",
    "javascript:alert(1)",
    "{{constructor.constructor('alert(1)')()}}",
    "${alert(1)}",
    "\"'><iframe srcdoc='<script>alert(1)</script>'>",
    "&lt;b&gt; &amp;",
    "\u202egnp.exe \u0000 \u2028 \x1b[31m",
    '{"__proto__": {"a": 1}, "constructor": null, "type": "script"}',
    "' OR 1=1; DROP TABLE messages; --",
)


def test_first_view_is_the_ledger(filled: Inspected) -> None:
    page = filled.open()
    assert page.wait("document.querySelector('h1')?.innerText") == "2 turns lost, 1 duplicated"


def test_a_loss_links_to_its_calls(filled: Inspected) -> None:
    page = filled.open("ledger")
    page.wait("document.querySelector('#lost .call-link') !== null")
    page.click("#lost .call-link")
    assert page.wait("document.querySelector('.detail h2')?.innerText").startswith("#3 400 POST")


def test_title_and_icon_show_the_losses(filled: Inspected) -> None:
    page = filled.open("calls")
    assert page.wait("document.title.startsWith('(') && document.title") == "(3) synap-mock"
    assert "%3E3%3C" in page.value("document.querySelector('link[rel=icon]').href")


def test_rejected_entry_shows_rule_evidence_and_edit(filled: Inspected) -> None:
    page = filled.open("calls/2")
    text = page.wait(f"document.querySelector('{REFUSAL}')?.innerText")
    assert "CONVERSATION-ID-UUID" in text
    assert "documented" in text
    assert 'messages[1]["conversation_id"] = "' in text


def test_recorded_entry_links_to_its_message(filled: Inspected) -> None:
    page = filled.open("calls/1")
    page.click(".entry.passed a")
    page.wait("document.querySelector('.message.marked') !== null")
    assert page.value("document.querySelector('.message.marked .bubble').innerText") == "What's on my calendar today?"


def test_message_links_to_the_call_that_brought_it(filled: Inspected) -> None:
    page = filled.open(f"conversations/{CONVERSATION}")
    assert page.wait("document.querySelector('.message .call-link')?.innerText") == "#1"


def test_memory_lists_the_fetches_that_returned_it(filled: Inspected) -> None:
    page = filled.open("memories")
    assert page.wait("document.querySelector('.items .call-link')?.innerText") == "#7"


def test_unknown_call_says_why_it_is_not_there(filled: Inspected) -> None:
    page = filled.open("calls/999")
    assert "dropped, reset or yet to come" in page.wait("document.querySelector('.problem')?.innerText")


def test_injection_strings_are_shown_as_text(inspected: Inspected) -> None:
    inspected.record(*INJECTIONS, user_id=INJECTIONS[0], metadata={INJECTIONS[1]: INJECTIONS[2]})
    page = inspected.open(f"conversations/{CONVERSATION}")
    page.wait(f"document.querySelectorAll('.bubble').length === {len(INJECTIONS)}")
    assert page.value("[...document.querySelectorAll('.bubble')].map(each => each.textContent)") == list(INJECTIONS)
    page.open(f"{inspected.url}/_mock/#/calls/1")
    page.wait("document.querySelector('.json') !== null")
    assert page.value("document.querySelectorAll('iframe, img, main svg, main script').length") == 0
    assert "Page.javascriptDialogOpening" not in page.events
    assert list(page.logged) == []


@pytest.mark.parametrize("view", ["ledger", "calls", "calls/2", "conversations", "memories", "controls"])
@pytest.mark.parametrize("width", [360, 1280])
def test_policy_blocks_nothing_and_page_fits(filled: Inspected, view: str, width: int) -> None:
    page = filled.open(view, width)
    page.wait("document.querySelector('main').innerText.length > 20")
    assert list(page.logged) == []
    assert page.value("document.documentElement.scrollWidth <= innerWidth")
