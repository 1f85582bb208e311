"""Kinds of text: each is met in every field, under both roles, and is within what every client must accept."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from operator import methodcaller
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from synap_contracts.clauses.inputs import violated_clause
from synap_contracts.clauses.wide import wide_clause
from synap_contracts.observation.expected import MOST, OPTIONAL_STRINGS, ROLES
from synap_contracts.runs.scenario_runner import random_from
from synap_contracts.scenarios.kinds import batches
from synap_contracts.scenarios.kinds.characters import CHARACTERS, runs
from synap_contracts.scenarios.kinds.limits import limits, near_limits
from synap_contracts.scenarios.kinds.masked import MASKED, luhn_digit
from synap_contracts.scenarios.kinds.structures import STRUCTURES, structure
from synap_contracts.scenarios.model import Names
from synap_contracts.scenarios.serialization import dumps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from random import Random

    from synap_contracts.clauses.clause import Depth
    from synap_contracts.scenarios.kinds.kind import Draw, Kind
    from synap_contracts.scenarios.model import Scenario


FAMILIES = (batches.contents, batches.fields, batches.empty_ids, limits)
QUICK_BYTES = 2_400_000
"""The most that the quick profile sends of all kinds together."""


def messages_of(scenarios: Iterable[Scenario]) -> list[dict[str, Any]]:
    return [entry for scenario in scenarios for entry in scenario.calls[0].messages]


@cache
def default_messages() -> list[dict[str, Any]]:
    return messages_of((*batches.contents("default"), *batches.fields("default")))


def noting(draw: Draw, drawn: list[Draw]) -> Draw:
    """Return a draw that notes when it is used."""

    def noted(random: Random) -> str:
        drawn.append(draw)
        return draw(random)

    return noted


def roles_of(messages: Iterable[dict[str, Any]]) -> set[str]:
    return {entry["role"] for entry in messages}


def test_every_kind_is_met_under_both_roles_in_every_field() -> None:
    for kind in batches.KINDS:
        contents = list(batches.content_messages(random_from(0), [kind]))
        fields = list(batches.field_messages(random_from(0), [kind]))
        assert roles_of(contents) == roles_of(fields) == set(ROLES)
        assert all({*OPTIONAL_STRINGS, "metadata"} <= entry.keys() for entry in fields)


def test_quick_profile_meets_every_kind() -> None:
    drawn = list(batches.content_messages(random_from(0)))
    assert messages_of(batches.contents("quick"))[: len(drawn)] == drawn
    assert len(drawn) > 2 * len(batches.KINDS)


@pytest.mark.parametrize("kind", [kind for kind in batches.KINDS if not kind.apart], ids=lambda kind: kind.name)
def test_two_texts_of_a_kind_have_all_of_its_forms(kind: Kind) -> None:
    drawn: list[Draw] = []
    draws = tuple(noting(draw, drawn) for draw in kind.draws)
    replace(kind, draws=draws).embedded(random_from(0))
    assert set(drawn) == set(kind.draws)


@pytest.mark.parametrize("kind", [kind for kind in batches.KINDS if kind.apart], ids=lambda kind: kind.name)
def test_each_form_that_counts_alone_is_a_content(kind: Kind) -> None:
    drawn: list[Draw] = []
    list(batches.content_messages(random_from(0), [replace(kind, draws=tuple(noting(d, drawn) for d in kind.draws))]))
    assert set(drawn) == set(kind.draws)


FIELDS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "content": lambda entry: entry["content"],
    "metadata": lambda entry: entry.get("metadata", {}).get("a"),
    "keys": lambda entry: next(reversed(entry.get("metadata", {"": 1}))),
    **{name: methodcaller("get", name) for name in OPTIONAL_STRINGS},
}


@pytest.mark.parametrize("field", FIELDS)
def test_default_profile_meets_every_character_in_every_field(field: str) -> None:
    values = map(FIELDS[field], default_messages())
    assert set(runs("default")) <= {value for value in values if isinstance(value, str)}


@pytest.mark.parametrize("depth", CHARACTERS)
def test_characters_are_allowed(depth: Depth) -> None:
    assert {wide_clause(({"content": text},)) for text in runs(depth)} == {None}


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


@given(batches.drawn)
def test_drawn_batches_are_no_larger_than_must_checks_send(scenario: Scenario) -> None:
    assert len(scenario.calls[0].messages) <= MOST


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
