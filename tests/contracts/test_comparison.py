"""Comparing values: equal messages, spellings of UUIDs, the clause of an unusual entry, quoted values."""

from __future__ import annotations

from typing import Any

import pytest
from synap_contracts.clauses.inputs import violated_clause
from synap_contracts.clauses.wide import wide_clause
from synap_contracts.observation.comparison import likeness
from synap_contracts.observation.expected import canonical
from synap_contracts.observation.violation import format_value

ID = "6f1b1d5e-7d0c-4c39-9e67-0b8f4c6f2a11"


def entry(content: str, **fields: Any) -> dict[str, Any]:
    return {"conversation_id": ID, "role": "user", "content": content, **fields}


A = entry("a")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"metadata": {"a": 1.0}}, {"metadata": {"a": 1}}),
        ({"metadata": {"a": -0.0}}, {"metadata": {"a": 0}}),
        ({"metadata": {"a": 2.0**60}}, {"metadata": {"a": 1152921504606847000}}),
        ({"metadata": {"a": 1, "b": 2}}, {"metadata": {"b": 2, "a": 1}}),
        ({"metadata": None}, {"metadata": {}}),
        ({}, {"metadata": {}, "user_id": None}),
    ],
)
def test_equal_messages_have_equal_likeness(one: Any, other: Any) -> None:
    assert likeness(entry("a", **one)) == likeness(entry("a", **other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"metadata": {"a": True}}, {"metadata": {"a": 1}}),
        ({"metadata": {"a": None}}, {"metadata": {}}),
        ({"metadata": {"a": [1, 2]}}, {"metadata": {"a": [2, 1]}}),
        ({"metadata": {"a": "1"}}, {"metadata": {"a": 1}}),
        ({"content": "é"}, {"content": "e\u0301"}),
        ({"user_id": "u"}, {"user_id": "U"}),
    ],
)
def test_different_messages_have_different_likeness(one: Any, other: Any) -> None:
    assert likeness({**A, **one}) != likeness({**A, **other})


@pytest.mark.parametrize(
    ("changes", "clause"),
    [
        ({}, None),
        ({"metadata": None, "user_id": None}, None),
        ({"role": "system"}, "IN-ROLE"),
        ({"role": None}, "IN-TYPES"),
        ({"content": 5}, "IN-TYPES"),
        ({"metadata": []}, "IN-TYPES"),
        ({"session_id": False}, "IN-TYPES"),
    ],
)
def test_violation_names_the_clause_of_an_entry(changes: Any, clause: str | None) -> None:
    assert violated_clause({**A, **changes}) == clause


def test_missing_key_takes_precedence_over_invalid_role() -> None:
    assert violated_clause({"conversation_id": ID, "role": "system"}) == "IN-KEYS"


@pytest.mark.parametrize("spelled", [ID, ID.upper(), ID.replace("-", ""), f"{{{ID}}}", f"urn:uuid:{ID}"])
def test_canonical_accepts_all_spellings(spelled: str) -> None:
    assert canonical(spelled) == ID


@pytest.mark.parametrize("text", ["", "a", f"{ID} ", f"{{{ID}", f"{ID}}}", ID[:-1], ID.replace("6", "٦"), None, 5])
def test_canonical_rejects_other_values(text: object) -> None:
    assert canonical(text) is None


@pytest.mark.parametrize(
    ("changes", "clause"),
    [
        ({}, None),
        ({"metadata": {"a": 2**53 - 1}}, None),
        ({"metadata": {"a": 2**53}}, "SEND-WIDE-INTEGERS"),
        ({"metadata": {"a": [-(2**53)]}}, "SEND-WIDE-INTEGERS"),
        ({"metadata": {"a": 1e300}}, None),
        ({"content": "\ud800"}, "SEND-WIDE-SURROGATES"),
        ({"metadata": {"\udfff": 1}}, "SEND-WIDE-SURROGATES"),
        ({"content": "a\uffff"}, "SEND-WIDE-NONCHARACTERS"),
        ({"metadata": {"a": ["\U0010fffe"]}}, "SEND-WIDE-NONCHARACTERS"),
        ({"content": "\ufffd\ufdf0"}, None),
        ({"content": ""}, "SEND-WIDE-EMPTY"),
        ({"conversation_id": ID.upper()}, "SEND-WIDE-UUIDS"),
        ({"conversation_id": ["a"]}, None),
    ],
)
def test_wide_clause_names_the_clause(changes: Any, clause: str | None) -> None:
    assert wide_clause(({**A, **changes},)) == clause


def test_format_value_escapes_invisible_characters() -> None:
    assert format_value("a\u200b\ud800") == '"a\\u200b\\ud800"'


def test_format_value_shortens_long_texts() -> None:
    assert format_value("é" * 70_000) == '"\\u00e9" times 70,000'
