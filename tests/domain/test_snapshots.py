"""A snapshot of a fake's state: whole, copied, and under the names of another default instance."""

from __future__ import annotations

from synap_mock.domain.state import State
from synap_mock.domain.values.snapshots import packed, unpacked
from synap_mock.settings import Settings

APART = {"tokens", "clock", "keys", "ledger", "failed_functions", "ids", "redactor", "settings"}
"""A snapshot has them in another way, or not: each example's ledger is its own."""


def test_a_snapshot_has_every_part_that_a_reset_clears() -> None:
    state = State(Settings())
    cleared = {name for name, part in vars(state).items() if hasattr(part, "clear")} - APART
    parts = state._parts  # noqa: SLF001 - the subject
    assert {name for name in cleared if not any(getattr(state, name) is part for part in parts)} == set()


def test_a_restored_part_shares_nothing_with_its_snapshot() -> None:
    held = packed({"old": ["a"]}, {"old"})
    unpacked(held, {})["old"].append("b")
    assert unpacked(held, {}) == {"old": ["a"]}


def test_names_are_replaced_wherever_they_are() -> None:
    value = {"old": [("old", {"old"}), "older", b"old"], 1: {"a": "new"}}
    held = packed(value, {"old"})
    assert unpacked(held, {"old": "new"}) == {"new": [("new", {"new"}), "older", b"old"], 1: {"a": "new"}}
    assert unpacked(held, {}) == value
