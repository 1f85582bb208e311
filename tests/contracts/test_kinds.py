"""Kinds of text: each is met in every field, under both roles, and is within what every client must accept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from synap_contracts.clauses.inputs import violated_clause
from synap_contracts.clauses.wide import wide_clause
from synap_contracts.observation.expected import MOST, OPTIONAL_STRINGS, ROLES
from synap_contracts.runs.scenario_runner import random_from
from synap_contracts.scenarios.kinds import batches
from synap_contracts.scenarios.kinds.limits import limits, near_limits
from synap_contracts.scenarios.kinds.masked import MASKED, luhn_digit
from synap_contracts.scenarios.kinds.structures import STRUCTURES, structure
from synap_contracts.scenarios.model import Names
from synap_contracts.scenarios.serialization import dumps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from synap_contracts.clauses.clause import Depth
    from synap_contracts.scenarios.model import Scenario

FAMILIES = (batches.contents, batches.fields, batches.empty_ids, limits)
QUICK_BYTES = 2_000_000
"""The most that the quick profile sends of all kinds together."""


def roles_of(messages: Iterable[dict[str, Any]]) -> set[str]:
    return {entry["role"] for entry in messages}


def test_every_kind_is_met_under_both_roles_in_every_field() -> None:
    for kind in batches.KINDS:
        contents = list(batches.content_messages(random_from(0), [kind]))
        fields = list(batches.field_messages(random_from(0), [kind]))
        assert roles_of(contents) == roles_of(fields) == set(ROLES)
        assert all({*OPTIONAL_STRINGS, "metadata"} <= entry.keys() for entry in fields)


def test_quick_profile_meets_every_kind() -> None:
    messages = [entry for scenario in batches.contents("quick") for entry in scenario.calls[0].messages]
    assert messages == list(batches.content_messages(random_from(0)))
    assert len(messages) > 2 * len(batches.KINDS)


def test_default_profile_meets_other_samples_in_each_round() -> None:
    quick, default = (set(map(dumps, batches.contents(depth))) for depth in ("quick", "default"))
    assert quick < default
    assert len(default) > 4 * len(quick)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__)
def test_must_checks_send_only_allowed_kinds(family: Callable[[Depth], tuple[Scenario, ...]]) -> None:
    names = Names(random_from(0))
    for scenario in family("quick"):
        (call,) = scenario.calls
        entries = tuple(map(names.entry, call.messages))
        assert len(entries) <= MOST
        assert wide_clause(entries) is None
        assert [violated_clause(entry) for entry in entries] == [None] * len(entries)


def test_quick_profile_sends_little_of_all_kinds() -> None:
    assert sum(len(dumps(scenario)) for family in FAMILIES for scenario in family("quick")) < QUICK_BYTES


def test_default_profile_has_entries_of_a_megabyte() -> None:
    longest = max(len(entry["content"]) for each in limits("default") for entry in each.calls[0].messages)
    assert longest > 2**20
    assert max(len(dumps(each)) for each in limits("quick")) < 2**21


def test_values_near_limits_are_within_them() -> None:
    for number in range(20):
        assert len(dumps(near_limits(random_from(number)))) < 500_000


@pytest.mark.parametrize("name", STRUCTURES)
def test_structures_are_objects_with_text_keys(name: str) -> None:
    drawn = [structure(name, random_from(number)) for number in range(20)]
    assert all(isinstance(each, dict) for each in drawn)
    assert len({str(each) for each in drawn}) > 1


def test_drawn_card_numbers_are_valid() -> None:
    assert luhn_digit("411111111111111") == "1"
    (cards,) = (kind for kind in MASKED if kind.name == "card numbers")
    numbers = ["".join(filter(str.isdigit, cards.alone(random_from(number)))) for number in range(50)]
    assert [each[-1] for each in numbers] == [luhn_digit(each[:-1]) for each in numbers]
