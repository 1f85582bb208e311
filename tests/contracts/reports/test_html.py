"""The HTML report as text. test_browser.py tests it in a browser."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from contracts.reports.documents import report_of
from synap_contracts.report.formats.html import page

if TYPE_CHECKING:
    from synap_contracts.runs.result import Run

WORDS = ["failed", "error", "known", "stale", "warning", "not testable", "passed"]


class Page(HTMLParser):
    """A parsed page: its elements with their attributes, and its text."""

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
        """Return all values of an attribute."""
        return [value for _, attributes in self.elements if (value := attributes.get(name))]


@pytest.fixture
def parsed(failed: Run, passed: Run) -> Page:
    """The page of two clients, one of which returns hostile texts."""
    return Page(page(report_of(failed, passed, kit="1.2.3")))


def test_page_has_no_scripts_or_resources(parsed: Page) -> None:
    assert {tag for tag, _ in parsed.elements} & {"script", "link", "img", "iframe", "object", "embed", "form"} == set()


def test_elements_have_no_handlers_or_styles(parsed: Page) -> None:
    assert [
        name for _, attributes in parsed.elements for name in attributes if name.startswith("on") or name == "style"
    ] == []


def test_links_are_internal(parsed: Page) -> None:
    assert {link[1:] for link in parsed.all("href")} <= set(parsed.all("id"))


def test_ids_are_unique(parsed: Page) -> None:
    assert len(parsed.all("id")) == len(set(parsed.all("id")))


def test_policy_allows_only_the_style_sheet(failed: Run) -> None:
    text = page(report_of(failed))
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert policy in Page(text).all("content")


def test_texts_of_a_client_stay_texts(parsed: Page) -> None:
    assert (
        r"</pre><script>alert(1)</script> ]]> ``` | [x](http://evil) \x00\x1b[31m\u202e\ud800 &amp; @all" in parsed.text
    )


def test_every_cell_links_to_its_evidence(parsed: Page) -> None:
    cells = [link[1:] for link in parsed.all("href") if link.startswith("#evidence-")]
    panels = [id_ for id_ in parsed.all("id") if id_.startswith("evidence-") and not id_.endswith("-title")]
    assert set(cells) == set(panels)


@pytest.mark.parametrize("word", WORDS)
def test_every_outcome_has_its_word(word: str, parsed: Page) -> None:
    assert any(title.endswith(f": {word}") for title in parsed.all("title"))


def test_strict_turns_warnings_into_failures(failed: Run) -> None:
    assert any(
        title.startswith("AUTH-SECRET") and title.endswith(": failed")
        for title in Page(page(report_of(failed, strict=True))).all("title")
    )


@pytest.mark.parametrize(
    "text",
    [
        "total is 2 for 1 submitted message",
        "answer.total",
        "POST /v1/conversations/messages/batch returned 200",
        "Conversation 6f1b1d5e-7d0c-4c39-9e67-0b8f4c6f2a11",
        "--replay 0123abcdef",
        "mine: sent with <KEY>",
        "passes all tested clauses",
        "synap-mock 1.2.3, contract of 20",
    ],
)
def test_page_contains(text: str, parsed: Page) -> None:
    assert text in parsed.text


def test_many_clients_have_a_column_each(passed: Run) -> None:
    assert Page(page(report_of(*[passed] * 5))).all("class").count("matrix many") == 1
