"""No report shows a key, or a large part of one."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import replace
from html import unescape
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from contracts.reports.documents import report_of
from synap_contracts.client.protocol import AdapterError
from synap_contracts.client.spec import Spec
from synap_contracts.commands import verify
from synap_contracts.observation.redaction import REDACTED, contains_key, redact
from synap_contracts.report.document import dumps, run_to_json
from synap_contracts.report.formats import badge, html, junit, summary, terminal
from synap_contracts.runs.jobs.job import LaneResult, without_keys
from synap_contracts.runs.known import KnownFailures
from synap_contracts.runs.run import RunOptions, run_client
from synap_contracts.runs.tally import Tally

from synap_mock import SynapMock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from synap_contracts.runs.result import Run

KEY = "synap_0123456789abcdef0123456789abcdef"
REPORTS: dict[str, Callable[[Run], str]] = {
    "junit": lambda run: junit.xml(report_of(run)),
    "html": lambda run: html.page(report_of(run)),
    "summary": lambda run: summary.markdown(report_of(run)),
    "badge": lambda run: badge.svg(report_of(run)),
    "json": lambda run: dumps(report_of(run)),
    "terminal": lambda run: "\n".join(terminal.format_run(run_to_json(run), lambda text, _: text)),
}


@pytest.mark.parametrize("report", REPORTS)
def test_key_in_an_error_is_in_no_report(report: str, failed: Run) -> None:
    text = REPORTS[report](failed)
    assert not any(KEY[start : start + 16] in text for start in range(len(KEY) - 15))


@pytest.mark.parametrize("report", ["junit", "html", "summary", "json", "terminal"])
def test_report_marks_a_redacted_key(report: str, failed: Run) -> None:
    assert f"rejected: {REDACTED}!" in unescape(REPORTS[report](failed))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(f"a {KEY} b", f"a {REDACTED} b", id="whole"),
        pytest.param(f"{KEY}{KEY}", REDACTED, id="twice-in-a-row"),
        pytest.param(f"{KEY} and {KEY[5:]}", f"{REDACTED} and {REDACTED}", id="twice"),
        pytest.param(f"{KEY[:16]}…", f"{REDACTED}…", id="a-large-part"),
        pytest.param(f"{KEY[:15]}…", f"{KEY[:15]}…", id="a-small-part"),
        pytest.param("nothing", "nothing", id="nothing"),
    ],
)
def test_redact_replaces_keys(text: str, expected: str) -> None:
    assert redact(text, frozenset({KEY})) == expected


def test_redact_replaces_keys_at_any_depth() -> None:
    assert redact({KEY: [(KEY, 1, None)]}, frozenset({KEY})) == {REDACTED: [(REDACTED, 1, None)]}


def test_redact_replaces_a_short_key() -> None:
    assert redact("Bearer secret, not secre", frozenset({"secret"})) == f"Bearer {REDACTED}, not secre"


def test_redact_ignores_very_short_keys() -> None:
    assert redact("a cat", frozenset({"", "a"})) == "a cat"


def test_key_of_an_earlier_scenario_is_redacted(failed: Run) -> None:
    earlier = "synap_fedcba9876543210fedcba9876543210"
    (result,) = [each for each in failed.clauses if each.clause.id == "IN-ROLE"]
    assert result.counterexample is not None
    finding = replace(result.counterexample.violation, message=f"it was {earlier}")
    shown = replace(result, counterexample=replace(result.counterexample, violation=finding))
    (hidden,) = without_keys(
        LaneResult(Tally({result.clause.id: shown}), KnownFailures()), frozenset({earlier})
    ).tally.settled.values()
    run = replace(failed, clauses=(replace(hidden, outcome="failed"),), findings=())
    for report in ("html", "json", "terminal"):
        assert f"it was {REDACTED}" in unescape(REPORTS[report](run))


LEAKING = """
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
        raise ValueError(f"rejected: {self.key}")
"""
FAST = ("--profile", "quick", "--examples", "0", "--jobs", "1")


@pytest.fixture
def reports(tmp_path: Path) -> Callable[..., str]:
    """Runs a client of the module above, and returns the terminal output and all reports."""
    (tmp_path / "leaking.py").write_text(LEAKING, encoding="utf-8")

    def run(factory: str, *clauses: str) -> str:
        options = [part for clause in clauses for part in ("--clause", clause)]
        files = [tmp_path / name for name in ("json", "junit", "html", "summary")]
        where = ["--path", str(tmp_path), "--folder", str(tmp_path / "saved"), *FAST]
        written = [part for file in files for part in (f"--{file.name}", str(file))]
        done = CliRunner().invoke(verify, [f"leaking:{factory}", *options, *where, *written])
        return "\n".join([done.output, *(file.read_text(encoding="utf-8") for file in files)])

    return run


@pytest.mark.parametrize(
    ("factory", "clauses", "expected"),
    [
        pytest.param("Client", ["ACCEPT"], f"fatal: sent with {REDACTED}", id="in-the-last-output"),
        pytest.param("Quoting", ["ACCEPT"], f"rejected: {REDACTED}", id="in-an-error"),
    ],
)
def test_no_report_shows_a_key_that_the_kit_issued(
    factory: str, clauses: list[str], expected: str, reports: Callable[..., str]
) -> None:
    text = reports(factory, *clauses)
    assert expected in text
    assert re.search("synap_[0-9a-f]{10}", text) is None


def test_no_error_shows_a_key_that_was_given(monkeypatch: pytest.MonkeyPatch) -> None:
    given = "my-own-key-of-the-server-elsewhere"

    def fail(_spec: Spec) -> None:
        raise AdapterError(f"the adapter ended; its last output: {given}")

    monkeypatch.setattr("synap_contracts.client.spec.Spec.start", fail)
    with SynapMock(api_key=given).serve() as server, pytest.raises(AdapterError, match=re.escape(REDACTED)):
        run_client(RunOptions(Spec("reference"), url=server.url, api_key=given))


ENCODED = {
    "percent": "".join(f"%{ord(each):02x}" for each in KEY),
    "json": "".join(f"\\u{ord(each):04x}" for each in KEY),
    "hex": KEY.encode().hex(),
    **{f"base64-after-{n}": b64encode(b":" * n + KEY.encode() + b"..").decode() for n in range(3)},
    "base64-of-basic": b64encode(f"user:{KEY}".encode()).decode(),
}


@pytest.mark.parametrize("text", ENCODED.values(), ids=ENCODED)
def test_encoded_key_counts_as_shown(text: str) -> None:
    assert contains_key(f"sent {text} to the server", KEY)
    assert not contains_key(f"sent {text} to the server", KEY[::-1])


@pytest.mark.parametrize("text", ENCODED.values(), ids=ENCODED)
def test_encoded_key_is_redacted_in_place(text: str) -> None:
    redacted = redact(f"%20sent {text} to\\u0020the server", frozenset({KEY}))
    assert re.fullmatch(r"%20sent \S{0,9}<KEY>\S{0,9} to\\u0020the server", redacted)
