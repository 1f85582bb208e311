"""The HTML report in Chromium, used with a mouse, at the width of a phone and of a desktop."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from chromium import CHROMIUM, Browser
from contracts.reports.documents import report_of
from synap_contracts.report.formats.html import page
from tools import needs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from synap_contracts.runs.result import Run

needs("chromium", found=CHROMIUM is not None)

HOSTILE = r"</pre><script>alert(1)</script> ]]> ``` | [x](http://evil) \u0000\u001b[31m\u202e\ud800 &amp; @all"
CELL = "td a[href='#evidence-0-RES-TOTAL']"
PANEL = "#evidence-0-RES-TOTAL"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    started = Browser(tmp_path_factory.mktemp("chromium"))
    try:
        yield started
    finally:
        started.end()


@pytest.fixture(params=[390, 1280], ids=["phone", "desktop"])
def opened(request: pytest.FixtureRequest, browser: Browser, failed: Run, passed: Run, tmp_path: Path) -> Browser:
    file = tmp_path / "report.html"
    file.write_text(page(report_of(failed, passed)), encoding="utf-8")
    browser.open(file.as_uri(), request.param)
    return browser


def test_cell_opens_only_its_evidence(opened: Browser) -> None:
    opened.click(CELL)
    assert opened.value(
        "[...document.querySelectorAll('.evidence')].filter(e => e.checkVisibility()).map(e => '#' + e.id)"
    ) == [PANEL]


def test_evidence_is_closed_at_first(opened: Browser) -> None:
    assert not opened.sees(PANEL)


def test_close_returns_to_the_cell(opened: Browser) -> None:
    opened.click(CELL)
    opened.click(f"{PANEL} .close")
    assert (opened.sees(PANEL), opened.value("location.hash")) == (False, "#cell-0-RES-TOTAL")


def test_texts_of_a_client_stay_texts(opened: Browser) -> None:
    opened.click(CELL)
    assert HOSTILE in opened.value(f"document.querySelector('{PANEL} pre').innerText")


def test_no_script_runs(opened: Browser) -> None:
    opened.click(CELL)
    assert opened.value("document.scripts.length") == 0
    assert "Page.javascriptDialogOpening" not in opened.events


def test_policy_blocks_nothing(opened: Browser) -> None:
    opened.click(CELL)
    assert "Log.entryAdded" not in opened.events


def test_page_is_not_wider_than_its_window(opened: Browser) -> None:
    assert opened.value("document.documentElement.scrollWidth <= innerWidth")


def test_evidence_is_not_wider_than_its_panel(opened: Browser) -> None:
    opened.click(CELL)
    assert opened.value(f"(e => e.scrollWidth <= e.clientWidth)(document.querySelector('{PANEL} article'))")


def test_cell_is_large_enough_to_tap(opened: Browser) -> None:
    assert opened.value(f'document.querySelector("{CELL}").getBoundingClientRect().height') >= 44


def test_clauses_that_all_clients_pass_can_be_hidden(opened: Browser) -> None:
    before = opened.sees("tr.all-passed")
    opened.click("#only")
    assert (before, opened.sees("tr.all-passed"), opened.sees("tr.shown")) == (True, False, True)
