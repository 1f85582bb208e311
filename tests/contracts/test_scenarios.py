"""Scenarios: serialization, IDs, references, and shrinking."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from synap_contracts.clauses.catalogue import CHECKS
from synap_contracts.clauses.inputs import violated_clause
from synap_contracts.clauses.wide import wide_clause
from synap_contracts.observation.expected import MOST, canonical
from synap_contracts.runs.scenario_runner import random_from
from synap_contracts.scenarios import strategies
from synap_contracts.scenarios.messages import message, several
from synap_contracts.scenarios.model import Call, Names, Scenario, concatenate, one
from synap_contracts.scenarios.serialization import dumps, from_json, replay_id
from synap_contracts.scenarios.shrinking import shrink

if TYPE_CHECKING:
    from collections.abc import Callable

FIXED = [scenario for check in CHECKS for scenario in check.fixed("quick")]
ORDINARY = st.one_of(strategies.plain(), strategies.partial(), strategies.concurrent())


def test_fixed_scenarios_survive_serialization() -> None:
    assert [dumps(from_json(json.loads(dumps(scenario)))) for scenario in FIXED] == list(map(dumps, FIXED))


def test_from_json_rejects_other_values() -> None:
    with pytest.raises(ValueError, match="not a scenario"):
        from_json({"steps": [{"do": "dance"}]})


def test_equal_scenarios_have_the_same_id() -> None:
    assert replay_id(one(message(0))) == replay_id(one(message(0)))


@given(ORDINARY)
@settings(max_examples=150, suppress_health_check=list(HealthCheck))
def test_must_checks_draw_only_allowed_messages(scenario: Scenario) -> None:
    names = Names(random_from(0))
    for call in scenario.calls:
        entries = tuple(map(names.entry, call.messages))
        assert len(entries) <= MOST
        assert wide_clause(entries) is None
        assert [violated_clause(entry) for entry in entries] == [None] * len(entries)


def test_every_conversation_has_its_own_uuid() -> None:
    names = Names(random_from(0))
    ids = [str(names.conversation(number)) for number in range(12)]
    assert len(set(ids)) == len(ids)
    assert list(map(canonical, ids)) == ids


def test_concatenate_keeps_conversations_separate() -> None:
    joined = concatenate(iter([one(message(0), message(1, 1)), one(message(0))]))
    assert [entry["conversation_id"] for call in joined.calls for entry in call.messages] == ["$0", "$1", "$2"]


@pytest.mark.parametrize(
    ("found", "fails", "smallest"),
    [
        (one(*several(60, 3)), lambda s: s.size > 20, 21),
        (one(*several(9)), lambda s: any(e["content"] == "m7" for c in s.calls for e in c.messages), 1),
        (one(*several(9), refused=(2, 5)), lambda s: any(c.refused for c in s.calls), 1),
        (Scenario((Call(several(3)), Call(several(3)), Call(several(3)))), lambda s: len(s.calls) > 1, 2),
    ],
    ids=["a-limit", "one-of-nine", "a-refused-one", "two-calls"],
)
def test_shrink_removes_irrelevant_messages(found: Scenario, fails: Callable[[Scenario], bool], smallest: int) -> None:
    assert shrink(found, fails, 10).size == smallest


def test_shrink_reduces_text_to_the_relevant_character() -> None:
    found = one(message(0, content="some long text, then e\u0301 and more", user_id="u", metadata={"a": [1]}))
    small = shrink(found, lambda s: "\u0301" in s.calls[0].messages[0]["content"], 10)
    assert small.calls[0].messages == ({"conversation_id": "$0", "role": "user", "content": "\u0301"},)


@pytest.mark.parametrize(
    ("fails", "id_"), [(lambda id_: id_ is not None, "a"), (lambda id_: id_ == "", "")], ids=["any", "empty"]
)
def test_shrink_keeps_an_empty_id_only_if_no_other_fails(fails: Callable[[str | None], bool], id_: str) -> None:
    small = shrink(one(message(0, session_id="")), lambda s: fails(s.calls[0].messages[0].get("session_id")), 10)
    assert small.calls[0].messages[0]["session_id"] == id_


def test_shrink_stops_at_the_time_limit() -> None:
    found = one(*several(60))
    assert shrink(found, lambda _: True, 0) == found
