"""Runs as JUnit XML."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import fromstring

import pytest
from contracts.reports.documents import report_of
from synap_contracts.report.formats.junit import xml

if TYPE_CHECKING:
    from synap_contracts.runs.result import Run

GOLDEN = """\
<?xml version="1.0" encoding="utf-8"?>
<testsuites name="synap-mock verify" tests="3" failures="0" errors="0" skipped="0" time="1.500">
  <testsuite name="mine:passed" tests="3" time="1.500" failures="0" errors="0" skipped="0">
    <properties>
      <property name="client" value="mine:passed 1.0" />
      <property name="server" value="http://127.0.0.1:1" />
      <property name="dialect" value="documented" />
      <property name="profile" value="quick" />
      <property name="seed" value="7" />
    </properties>
    <testcase classname="synap_contracts.mine:passed" name="RES-TOTAL" />
    <testcase classname="synap_contracts.mine:passed" name="IN-ROLE" />
    <testcase classname="synap_contracts.mine:passed" name="ONCE" />
  </testsuite>
</testsuites>
"""


def elements(run: Run, *, strict: bool = False) -> dict[str, list[str]]:
    """Return the elements of each case by clause."""
    cases = fromstring(xml(report_of(run, strict=strict))).iter("testcase")  # noqa: S314 - our own
    return {case.attrib["name"]: [each.tag for each in case] for case in cases}


def test_run_is_a_suite_and_clause_a_case(passed: Run) -> None:
    assert xml(report_of(passed)) == GOLDEN


def test_every_outcome_has_its_element(failed: Run) -> None:
    assert elements(failed) == {
        "RES-TOTAL": ["failure"],
        "RES-ROWS": [],
        "RES-ORDER": ["error"],
        "IN-ROLE": ["skipped", "system-out"],
        "ONCE": ["failure"],
        "AUTH-SECRET": ["properties", "system-out"],
        "DIALECT": ["skipped", "system-out"],
    }


def test_strict_turns_warnings_into_failures(failed: Run) -> None:
    assert elements(failed, strict=True)["AUTH-SECRET"] == ["failure"]


def test_counts_match_the_cases(failed: Run, passed: Run) -> None:
    root = fromstring(xml(report_of(failed, passed)))  # noqa: S314 - our own
    for level in (root, *root.iter("testsuite")):
        found = [len([*level.iter(tag)]) for tag in ("testcase", "failure", "error", "skipped")]
        assert [int(level.attrib[name]) for name in ("tests", "failures", "errors", "skipped")] == found


@pytest.mark.parametrize(
    ("clause", "tag", "message"),
    [
        ("RES-TOTAL", "failure", "failed: total is 2 for 1 submitted message (finding 1)"),
        ("IN-ROLE", "skipped", "known: raised ValueError: the check comes first"),
        ("DIALECT", "skipped", "not testable: requires --dialect observed"),
    ],
)
def test_message_has_verdict_and_reason(clause: str, tag: str, message: str, failed: Run) -> None:
    root = fromstring(xml(report_of(failed)))  # noqa: S314 - our own
    found = root.find(f".//testcase[@name='{clause}']/{tag}")
    assert found is not None
    assert found.attrib["message"] == message


def test_warning_is_a_passed_case_with_a_property(failed: Run) -> None:
    root = fromstring(xml(report_of(failed)))  # noqa: S314 - our own
    found = root.find(".//testcase[@name='AUTH-SECRET']/properties/property")
    assert found is not None
    assert found.attrib == {"name": "warning", "value": "warning: the key is shown (finding 2)"}


def test_failure_has_its_counterexample(failed: Run) -> None:
    root = fromstring(xml(report_of(failed)))  # noqa: S314 - our own
    text = root.findtext(".//testcase[@name='RES-TOTAL']/failure") or ""
    assert "answer.total = 2" in text
    assert "--replay 0123abcdef" in text


def test_texts_of_a_client_are_valid_utf_8(failed: Run) -> None:
    assert b"\\x1b[31m\\u202e\\ud800" in xml(report_of(failed)).encode()
