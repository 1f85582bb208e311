"""Scenarios are data: written, read, named, and shrunk."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from synap_contracts.clauses.checks import CHECKS
from synap_contracts.observation.expected import MOST, broken_clause, canonical, wide_clause
from synap_contracts.runs.scenario_runner import random_of
from synap_contracts.scenarios import strategies
from synap_contracts.scenarios.model import Call, Names, Scenario, dumps, following, from_json, one, replay_id
from synap_contracts.scenarios.shrinking import shrink
from synap_contracts.scenarios.strategies import message, several

if TYPE_CHECKING:
    from collections.abc import Callable

CORNERS = [scenario for check in CHECKS for scenario in check.corners("quick")]
HEALTHY = st.one_of(strategies.plain(), strategies.partial(), strategies.beside())


def test_every_corner_is_read_back_as_it_was_written() -> None:
    assert [dumps(from_json(json.loads(dumps(scenario)))) for scenario in CORNERS] == list(map(dumps, CORNERS))


def test_what_is_no_scenario_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="not a scenario"):
        from_json({"steps": [{"do": "dance"}]})


def test_equal_scenarios_have_one_name() -> None:
    assert replay_id(one(message(0))) == replay_id(one(message(0)))


@given(HEALTHY)
@settings(max_examples=150, suppress_health_check=list(HealthCheck))
def test_a_must_check_draws_only_what_the_contract_allows(scenario: Scenario) -> None:
    names = Names(random_of(0))
    for call in scenario.calls:
        entries = tuple(map(names.entry, call.messages))
        assert len(entries) <= MOST
        assert wide_clause(entries) is None
        assert [broken_clause(entry) for entry in entries] == [None] * len(entries)


def test_every_conversation_of_a_play_is_a_uuid_of_its_own() -> None:
    names = Names(random_of(0))
    ids = [str(names.conversation(number)) for number in range(12)]
    assert len(set(ids)) == len(ids)
    assert list(map(canonical, ids)) == ids


def test_scenarios_after_each_other_keep_their_conversations_apart() -> None:
    joined = following(iter([one(message(0), message(1, 1)), one(message(0))]))
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
def test_what_has_no_part_in_it_is_left_out(found: Scenario, fails: Callable[[Scenario], bool], smallest: int) -> None:
    assert shrink(found, fails, 10).size == smallest


def test_a_text_shrinks_to_the_character_that_matters() -> None:
    found = one(message(0, content="some long text, then e\u0301 and more", user_id="u", metadata={"a": [1]}))
    small = shrink(found, lambda s: "\u0301" in s.calls[0].messages[0]["content"], 10)
    assert small.calls[0].messages == ({"conversation_id": "$0", "role": "user", "content": "\u0301"},)


def test_shrinking_ends_when_its_time_is_over() -> None:
    found = one(*several(60))
    assert shrink(found, lambda _: True, 0) == found
