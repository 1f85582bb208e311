"""No report shows a key whole, or a good part of one."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from synap_contracts.client.protocol import AdapterError
from synap_contracts.client.spec import Spec
from synap_contracts.commands import verify
from synap_contracts.observation.redaction import HIDDEN, hidden
from synap_contracts.report import badge, html, junit, summary, terminal
from synap_contracts.report.document import document
from synap_contracts.runs.run import Order
from synap_contracts.runs.run import verify as verified

from synap_mock import SynapMock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from synap_contracts.runs.result import Run

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


def test_a_key_of_an_earlier_scenario_is_hidden_too(broken: Run) -> None:
    earlier = "synap_fedcba9876543210fedcba9876543210"
    (result,) = [each for each in broken.clauses if each.clause.id == "IN-ROLE"]
    assert result.counterexample is not None
    kept = replace(result.counterexample.finding, sentence=f"it said {earlier}")
    run = replace(
        broken,
        clauses=(replace(result, outcome="failed", counterexample=replace(result.counterexample, finding=kept)),),
        secrets=frozenset({earlier}),
    )
    for report in ("html", "json", "terminal"):
        assert f"it said {HIDDEN}" in REPORTS[report](run)


TELLTALE = """
import os, sys

class Client:
    def __init__(self, base_url, api_key):
        self.key = api_key

    def record_messages_batch(self, messages):
        sys.stderr.write(f"fatal: sent with {self.key}")
        sys.stderr.flush()
        os._exit(3)

class Quoting:
    def __init__(self, base_url, api_key):
        self.key = api_key

    def record_messages_batch(self, messages):
        raise ValueError(f"refused: {self.key}")
"""


@pytest.fixture
def told(tmp_path: Path) -> Callable[..., str]:
    """What a run of a client of the module above says, on the terminal and in each file."""
    (tmp_path / "telltale.py").write_text(TELLTALE, encoding="utf-8")

    def telling(factory: str, *clauses: str) -> str:
        asked = [part for clause in clauses for part in ("--clause", clause)]
        files = [tmp_path / name for name in ("json", "junit", "html", "summary")]
        where = ["--path", str(tmp_path), "--folder", str(tmp_path / "kept"), "--profile", "quick", "--examples", "0"]
        reports = [part for file in files for part in (f"--{file.name}", str(file))]
        done = CliRunner().invoke(verify, [f"telltale:{factory}", *asked, *where, *reports])
        return "\n".join([done.output, *(file.read_text(encoding="utf-8") for file in files)])

    return telling


@pytest.mark.parametrize(
    ("factory", "clauses", "says"),
    [
        pytest.param("Client", ["RES-ORDER"], f"fatal: sent with {HIDDEN}", id="in-an-adapters-last-words"),
        pytest.param("Quoting", ["ACCEPT"], f"refused: {HIDDEN}", id="in-what-a-client-raised"),
    ],
)
def test_no_report_shows_a_key_that_the_kit_issued(
    factory: str, clauses: list[str], says: str, told: Callable[..., str]
) -> None:
    text = told(factory, *clauses)
    assert says in text
    assert re.search("synap_[0-9a-f]{10}", text) is None


def test_no_report_shows_a_key_that_was_given(monkeypatch: pytest.MonkeyPatch) -> None:
    given = "my-own-key-of-the-server-elsewhere"

    def broken(_spec: Spec) -> None:
        raise AdapterError(f"the adapter ended; its last words: {given}")

    monkeypatch.setattr("synap_contracts.client.spec.Spec.start", broken)
    with SynapMock(api_key=given).serve() as server, pytest.raises(AdapterError, match=re.escape(HIDDEN)):
        verified(Order(Spec("reference"), url=server.url, api_key=given))
