"""Every rule is broken once, and refuses what it says, with its status, code and trace in the journal."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from asking import ONE, in_process
from breaches import BREACHES

from synap_mock import SynapMock
from synap_mock.domain.rules import export as rulebook
from synap_mock.domain.rules.entries import CONVERSATION_REGISTERED, ENTRY_RULES
from synap_mock.domain.rules.index import RULES
from synap_mock.domain.rules.rule import Rule, Scope

if TYPE_CHECKING:
    from pathlib import Path

    import httpx


def broken(rule: Rule, **settings: Any) -> tuple[httpx.Response, SynapMock]:
    """The rule's breach, sent."""
    breach = BREACHES[rule.id]
    fake = SynapMock(**(settings | breach.settings))
    return breach.send(in_process(fake)), fake


def named(*scopes: Scope, documented: bool = False) -> pytest.MarkDecorator:
    """The rules of some scopes; of the documented dialect only, without those that hold in the observed one alone."""
    chosen = [
        rule
        for rule in RULES
        if rule.scope in scopes and not (documented and BREACHES[rule.id].settings.get("dialect") == "observed")
    ]
    return pytest.mark.parametrize("rule", chosen, ids=lambda rule: rule.id)


def test_every_rule_has_its_breach() -> None:
    assert list(BREACHES) == [rule.id for rule in RULES]


@named(Scope.REQUEST, Scope.CALL, documented=True)
def test_what_refuses_a_call_answers_its_status_and_code(rule: Rule) -> None:
    response, _ = broken(rule)
    assert (response.status_code, response.json()["code"]) == (rule.status, rule.code)


@named(Scope.REQUEST, Scope.CALL, documented=True)
def test_the_documented_error_body_has_a_text_a_code_and_details(rule: Rule) -> None:
    response, _ = broken(rule)
    wanted = {"error": str, "code": str, "details": dict} | ({"detail": dict} if rule.coded_detail else {})
    assert {name: type(value) for name, value in response.json().items()} == wanted


@named(Scope.REQUEST, Scope.CALL, documented=True)
def test_details_name_the_place_that_is_to_blame(rule: Rule) -> None:
    response, _ = broken(rule)
    breach = BREACHES[rule.id]
    assert list(response.json()["details"]) == ([breach.where] if breach.where else breach.details)


@named(Scope.REQUEST, Scope.CALL)
def test_what_refuses_a_call_records_nothing(rule: Rule) -> None:
    _, fake = broken(rule)
    assert len(fake.messages) == BREACHES[rule.id].recorded


@named(Scope.ENTRY)
def test_a_rejected_entry_is_a_200_that_counts_it_as_failed(rule: Rule) -> None:
    response, _ = broken(rule)
    assert (response.status_code, response.json()["failed"] >= 1) == (200, True)


@pytest.mark.parametrize(
    "rule", [rule for rule in ENTRY_RULES if rule is not CONVERSATION_REGISTERED], ids=lambda rule: rule.id
)
def test_record_one_fails_with_400_and_the_code_of_the_entry(rule: Rule) -> None:
    breach = BREACHES[rule.id]
    fake = SynapMock(**breach.settings)
    breach.send(in_process(fake))
    offender = json.loads(fake.requests[-1].body)["messages"][int(breach.where[9])]
    in_process(fake).post(ONE, json=offender)
    request = fake.requests[-1]
    assert (request.status, [refusal.rule.code for refusal in request.refusals]) == (400, [rule.code])


@named(*Scope)
def test_the_journal_names_rule_and_place_in_both_dialects(rule: Rule) -> None:
    for dialect in ("documented", "observed"):
        _, fake = broken(rule, dialect=dialect)
        refusal = fake.requests[-1].refusals[0]
        assert (refusal.rule, refusal.where) == (rule, BREACHES[rule.id].where)


@named(*Scope)
def test_a_rule_has_a_statement_and_a_source(rule: Rule) -> None:
    assert rule.statement.endswith((".", ")"))
    assert rule.source


def test_the_page_of_rules_is_what_the_command_prints(project_root: Path) -> None:
    page = (project_root / "docs" / "generated" / "rules.md").read_text(encoding="utf-8")
    assert page == rulebook.markdown(), "run: synap-mock rules --format markdown > docs/generated/rules.md"


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_command_prints_every_rule(form: str) -> None:
    command = [sys.executable, "-m", "synap_mock", "rules", "--format", form]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert [rule.id for rule in RULES if rule.id not in printed] == []
