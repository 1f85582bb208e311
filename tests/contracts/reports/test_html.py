"""The report as one HTML file, as text; test_browser.py has it as a reader does."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from synap_contracts.report.html import page

if TYPE_CHECKING:
    from synap_contracts.runs.result import Run

BREAKING_WORDS = ["failed", "error", "known", "stale", "warning", "not testable", "passed"]


class Page(HTMLParser):
    """What a parser makes of a page: elements with their attributes, and the text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, name: str) -> list[str]:
        """Every value of an attribute."""
        return [value for _, attributes in self.elements if (value := attributes.get(name))]


@pytest.fixture
def read(broken: Run, kept: Run) -> Page:
    """The page of a client that says hostile things, and of one that doesn't."""
    return Page(page([broken, kept], "1.2.3"))


def test_nothing_is_run_or_fetched(read: Page) -> None:
    assert {tag for tag, _ in read.elements} & {"script", "link", "img", "iframe", "object", "embed", "form"} == set()


def test_no_element_bears_a_handler_or_a_style(read: Page) -> None:
    assert [
        name for _, attributes in read.elements for name in attributes if name.startswith("on") or name == "style"
    ] == []


def test_every_link_leads_within_the_page(read: Page) -> None:
    assert {link[1:] for link in read.all("href")} <= set(read.all("id"))


def test_no_id_is_given_twice(read: Page) -> None:
    assert len(read.all("id")) == len(set(read.all("id")))


def test_the_policy_allows_the_one_style_sheet_and_nothing_else(broken: Run) -> None:
    text = page([broken], "1")
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert policy in Page(text).all("content")


def test_what_a_client_said_is_text(read: Page) -> None:
    assert (
        r"</pre><script>alert(1)</script> ]]> ``` | [x](http://evil) \x00\x1b[31m\u202e\ud800 &amp; @all" in read.text
    )


def test_every_cell_leads_to_evidence_of_its_own(read: Page) -> None:
    cells = [link[1:] for link in read.all("href") if link.startswith("#evidence-")]
    panels = [id_ for id_ in read.all("id") if id_.startswith("evidence-") and not id_.endswith("-title")]
    assert sorted(cells) == sorted(panels)


@pytest.mark.parametrize("word", BREAKING_WORDS)
def test_every_outcome_is_told_by_its_word(word: str, read: Page) -> None:
    assert any(title.endswith(f": {word}") for title in read.all("title"))


def test_strict_makes_a_warning_a_failure(broken: Run) -> None:
    assert any(
        title.startswith("AUTH-SECRET") and title.endswith(": failed")
        for title in Page(page([broken], "1", strict=True)).all("title")
    )


@pytest.mark.parametrize(
    "told",
    [
        "1 message submitted, and total is 2",
        "answer.total",
        "POST /v1/conversations/messages/batch was answered 200",
        "Conversation 6f1b1d5e-7d0c-4c39-9e67-0b8f4c6f2a11",
        "--replay 0123abcdef",
        "mine: sent with [key hidden]",
        "keeps all that was asked",
        "synap-mock 1.2.3, contract of 20",
    ],
)
def test_the_page_tells(told: str, read: Page) -> None:
    assert told in read.text


def test_of_many_clients_each_has_a_column(kept: Run) -> None:
    assert Page(page([kept] * 5, "1")).all("class").count("matrix many") == 1
