"""Fields of entries that are probably misspelled."""

from __future__ import annotations

import pytest

from synap_mock.domain.conversations.misspelled import misspelled_fields

ENTRY = {"conversation_id": "c", "role": "user", "content": "hi"}


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("metdata", "metadata"),
        ("sesion_id", "session_id"),
        ("session", "session_id"),
        ("user_Id", "user_id"),
        ("userId", "user_id"),
        ("CUSTOMER_ID", "customer_id"),
    ],
)
def test_field_that_resembles_another_gets_a_hint(name: str, meant: str) -> None:
    hints = misspelled_fields({"messages": [ENTRY, ENTRY | {name: "x"}]})
    assert [*hints] == [f"messages[1]: the unknown field '{name}' is ignored; did you mean '{meant}'?"]


@pytest.mark.parametrize("name", ["message_id", "timestamp", "user", "name", "meta", "id", "x" * 10_000])
def test_field_that_resembles_none_gets_no_hint(name: str) -> None:
    assert [*misspelled_fields({"messages": [ENTRY | {name: "x"}]})] == []


def test_entry_with_the_right_field_too_gets_no_hint() -> None:
    assert [*misspelled_fields({"messages": [ENTRY | {"metadata": {}, "metdata": {}}]})] == []


def test_field_of_many_entries_gets_one_hint() -> None:
    assert len([*misspelled_fields({"messages": [ENTRY | {"metdata": {}}] * 100})]) == 1


def test_entry_of_a_single_call_gets_a_hint() -> None:
    assert [*misspelled_fields(ENTRY | {"metdata": {}})] == [
        "the unknown field 'metdata' is ignored; did you mean 'metadata'?"
    ]


def test_only_some_names_of_a_call_are_looked_at() -> None:
    entry = {f"metadata{number}": 1 for number in range(1000)}
    assert 1 <= len([*misspelled_fields({"messages": [ENTRY | entry]})]) <= 100


@pytest.mark.parametrize("body", [None, [], "x", {"messages": None}, {"messages": [None, 5, []]}])
def test_body_that_is_not_a_call_gets_no_hint(body: object) -> None:
    assert [*misspelled_fields(body)] == []
