"""Runs as JUnit XML."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import fromstring

import pytest
from synap_contracts.report.junit import xml

if TYPE_CHECKING:
    from synap_contracts.runs.result import Run

GOLDEN = """\
<?xml version="1.0" encoding="utf-8"?>
<testsuites name="synap-mock verify" tests="3" failures="0" errors="0" skipped="0" time="1.500">
  <testsuite name="mine:kept" tests="3" time="1.500" failures="0" errors="0" skipped="0">
    <properties>
      <property name="client" value="mine:kept 1.0" />
      <property name="server" value="http://127.0.0.1:1" />
      <property name="dialect" value="documented" />
      <property name="profile" value="quick" />
      <property name="seed" value="7" />
    </properties>
    <testcase classname="synap_contracts.mine:kept" name="RES-TOTAL" />
    <testcase classname="synap_contracts.mine:kept" name="IN-ROLE" />
    <testcase classname="synap_contracts.mine:kept" name="ONCE" />
  </testsuite>
</testsuites>
"""


def told(run: Run, *, strict: bool = False) -> dict[str, list[str]]:
    """What each case has inside, by clause."""
    cases = fromstring(xml([run], strict=strict)).iter("testcase")  # noqa: S314 - our own
    return {case.attrib["name"]: [each.tag for each in case] for case in cases}


def test_a_run_is_a_suite_and_a_clause_a_case(kept: Run) -> None:
    assert xml([kept]) == GOLDEN


def test_every_outcome_has_its_element(broken: Run) -> None:
    assert told(broken) == {
        "RES-TOTAL": ["failure"],
        "RES-ROWS": [],
        "RES-ORDER": ["error"],
        "IN-ROLE": ["skipped", "system-out"],
        "ONCE": ["failure"],
        "AUTH-SECRET": ["skipped", "system-out"],
        "DIALECT": ["skipped", "system-out"],
    }


def test_strict_makes_a_should_that_fails_a_failure(broken: Run) -> None:
    assert told(broken, strict=True)["AUTH-SECRET"] == ["failure"]


def test_the_counts_are_those_of_the_cases(broken: Run, kept: Run) -> None:
    root = fromstring(xml([broken, kept]))  # noqa: S314 - our own
    for level in (root, *root.iter("testsuite")):
        found = [len([*level.iter(tag)]) for tag in ("testcase", "failure", "error", "skipped")]
        assert [int(level.attrib[name]) for name in ("tests", "failures", "errors", "skipped")] == found


@pytest.mark.parametrize(
    ("clause", "tag", "message"),
    [
        ("RES-TOTAL", "failure", "failed: 1 message submitted, and total is 2"),
        ("IN-ROLE", "skipped", "known: raised ValueError: the check comes first"),
        ("AUTH-SECRET", "skipped", "warning: the key is told"),
        ("DIALECT", "skipped", "not testable: asked with --dialect observed"),
    ],
)
def test_a_message_says_what_became_of_the_clause(clause: str, tag: str, message: str, broken: Run) -> None:
    root = fromstring(xml([broken]))  # noqa: S314 - our own
    found = root.find(f".//testcase[@name='{clause}']/{tag}")
    assert found is not None
    assert found.attrib["message"] == message


def test_a_failure_has_its_counterexample_in_full(broken: Run) -> None:
    root = fromstring(xml([broken]))  # noqa: S314 - our own
    text = root.findtext(".//testcase[@name='RES-TOTAL']/failure") or ""
    assert "answer.total = 2" in text
    assert "--replay 0123abcdef" in text


def test_what_a_client_said_can_be_stored_as_utf_8(broken: Run) -> None:
    assert b"\\x1b[31m\\u202e\\ud800" in xml([broken]).encode()
