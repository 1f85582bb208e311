"""No report shows a key whole, or a good part of one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from synap_contracts.report import badge, html, junit, summary, terminal
from synap_contracts.report.document import document
from synap_contracts.report.hiding import HIDDEN, hidden

if TYPE_CHECKING:
    from collections.abc import Callable

    from synap_contracts.run import Run

KEY = "synap_0123456789abcdef0123456789abcdef"
REPORTS: dict[str, Callable[[Run], str]] = {
    "junit": lambda run: junit.xml([run]),
    "html": lambda run: html.page([run], "1"),
    "summary": lambda run: summary.markdown([run]),
    "badge": lambda run: badge.svg([run]),
    "json": lambda run: json.dumps(document([run], "1")),
    "terminal": lambda run: "\n".join(terminal.lines(run, lambda text, _: text)),
}


@pytest.mark.parametrize("report", REPORTS)
def test_a_key_that_a_client_told_is_in_no_report(report: str, broken: Run) -> None:
    text = REPORTS[report](broken)
    assert not any(KEY[start : start + 16] in text for start in range(len(KEY) - 15))


@pytest.mark.parametrize("report", ["junit", "html", "summary", "json", "terminal"])
def test_a_report_says_where_a_key_stood(report: str, broken: Run) -> None:
    assert f"refused: {HIDDEN}!" in REPORTS[report](broken)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param(f"a {KEY} b", f"a {HIDDEN} b", id="whole"),
        pytest.param(f"{KEY}{KEY}", HIDDEN, id="twice-in-a-row"),
        pytest.param(f"{KEY} and {KEY[5:]}", f"{HIDDEN} and {HIDDEN}", id="twice"),
        pytest.param(f"{KEY[:16]}…", f"{HIDDEN}…", id="a-good-part"),
        pytest.param(f"{KEY[:15]}…", f"{KEY[:15]}…", id="as-logs-name-one"),
        pytest.param("nothing", "nothing", id="nothing"),
    ],
)
def test_a_key_is_hidden_where_it_stands(text: str, shown: str) -> None:
    assert hidden(text, frozenset({KEY})) == shown


def test_keys_are_hidden_at_any_depth() -> None:
    assert hidden({KEY: [(KEY, 1, None)]}, frozenset({KEY})) == {HIDDEN: [[HIDDEN, 1, None]]}


def test_a_short_key_is_hidden_whole() -> None:
    assert hidden("Bearer secret, not secre", frozenset({"secret"})) == f"Bearer {HIDDEN}, not secre"


def test_a_key_that_is_hardly_one_blacks_nothing_out() -> None:
    assert hidden("a cat", frozenset({"", "a"})) == "a cat"
