"""Runs for a time: all checks again and again, with other seeds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from synap_contracts.clauses.clause import ClauseId
from synap_contracts.client.spec import Spec
from synap_contracts.commands import verify
from synap_contracts.runs.run import RunOptions, run_client
from synap_contracts.scenarios.saved import SavedExamples

if TYPE_CHECKING:
    from pathlib import Path

ROLES, EMPTY = ClauseId("IN-ROLE"), ClauseId("RES-EMPTY")

MODULE = '''
from synap_contracts.client.bundled.reference import ReferenceClient

class Client(ReferenceClient):
    """Does not look at the role of some messages, at places where no fixed scenario has an invalid one."""

    async def record_messages_batch(self, messages):
        entries = list(messages)
        for place in range(5, 9):
            if place < len(entries) and isinstance(entries[place].get("role"), str):
                entries[place] = {**entries[place], "role": ("user", "assistant")[place % 2]}
        return await super().record_messages_batch(entries)

def make(base_url, api_key, *, timeout_s=30.0, retry="own"):
    return Client(base_url, api_key, timeout_s)
'''


def test_rounds_find_a_defect_that_one_round_misses(tmp_path: Path) -> None:
    """With the seed, quick draws no invalid message at those places."""
    (tmp_path / "rare.py").write_text(MODULE, encoding="utf-8")
    spec = Spec("rare:make", (str(tmp_path),))
    once = RunOptions(spec, "quick", seed=1, clauses=frozenset({ROLES, EMPTY}), folder=tmp_path / "saved", jobs=2)
    first = {each.clause.id: each for each in run_client(once).clauses}
    assert {each.outcome for each in first.values()} == {"passed"}
    rounds = first
    for seconds in (2.0, 8.0, 32.0, 64.0):  # a slow machine plays few rounds in the first, or none
        if rounds[ROLES].outcome != "failed" or rounds[EMPTY].exercised < 2 * first[EMPTY].exercised:
            rounds = {each.clause.id: each for each in run_client(replace(once, for_s=seconds)).clauses}
    assert (rounds[ROLES].outcome, rounds[EMPTY].outcome) == ("failed", "passed")
    assert rounds[EMPTY].exercised >= 2 * first[EMPTY].exercised
    assert SavedExamples(once.folder, spec.text).load(ROLES)


@pytest.mark.parametrize("value", ["5", "m", "", "1m5h", "0s", "-5s", "5 m", "\N{FULLWIDTH DIGIT FIVE}m"])
def test_what_is_not_a_duration_is_rejected(value: str) -> None:
    result = CliRunner().invoke(verify, ["reference", "--for", value])
    assert result.exit_code == 2
    assert "is not a duration; expected 30s, 5m, 2h or 1h30m" in " ".join(result.output.split())


@pytest.mark.parametrize("other", [("--replay", "ab"), ("--shard", "1/2", "--seed", "1")])
def test_rounds_are_not_combined_with_a_part_of_a_round(other: tuple[str, ...]) -> None:
    result = CliRunner().invoke(verify, ["reference", "--for", "1h30m", *other])
    assert result.exit_code == 2
    assert f"--for cannot be combined with {other[0]}" in result.output
