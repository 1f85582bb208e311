"""Wrong clients, each caught by its clause; and right clients, for which nothing is reported."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from labels import Exhibit, catalogue
from synap_contracts.clauses.catalogue import BY_ID

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from _pytest.mark import ParameterSet
    from synap_contracts.runs.result import Run
    from synap_contracts.scenarios.model import Call

ALL = catalogue()
WRONG = [exhibit for exhibit in ALL if exhibit.label.clause]
RIGHT = [exhibit for exhibit in ALL if not exhibit.label.clause]

ALLOWED = {
    "admitting:ChecksChunkByChunk": 11,
    "claiming:CountsTheLastChunk": 11,
    "claiming:ForgetsUnansweredChunks": 21,
    "claiming:TotalsAChunk": 51,
    "coercing:PlainsTheLaterChunks": 21,
    "coercing:StripsTheEnd": 4,
    "doubling:OverlapsChunks": 26,
    "inventing:TellsTheFirstTime": 21,
    "leaking:WarnsOfLargeBatches": 21,
    "hanging:KeepsItsPlaces": 20,  # each run waits, so shrinking is slow
    "hiding:TellsTheLastChunk": 26,
    "losing:LosesAtBoundaries": 33,
    "losing:LosesBeyondAThousand": 1001,
    "losing:LosesAGeneratorsEnd": 51,
    "losing:LosesTheLastChunk": 26,
    "losing:LosesTheOldest": 51,
    "losing:StopsAtAFailure": 11,
    "refusing:LimitsItself": 1000,
    "refusing:RefusesLargeBatches": 51,
    "reordering:LastChunkFirst": 21,
    "reordering:LastRowsFirst": 51,
    "reordering:RacingChunks": 200,  # a race, which may not occur in smaller scenarios
    "reordering:RequeuesTheRateLimited": 20,
    "reordering:RowsById": 20,
    "retrying:BeginsAgain": 20,
    "stopping:AsksTheUser": 11,
    "stopping:CancelsItself": 11,
    "stopping:EndsItsProcess": 11,
}
"""The size of counterexamples whose defect needs more than three messages: a limit, a chunk or a number of messages."""

UNUSUAL = 1
"""The maximum number of unusual characters in a message of a counterexample."""
MORE_UNUSUAL = {
    "coercing:RewritesJson": 3,
    "coercing:FillsInTemplates": 2,
    "coercing:CollapsesSpaces": 2,
    "coercing:UnixLines": 2,
    "coercing:MasksMail": 2,
    "cleaning:HalvesBackslashes": 2,
    "cleaning:FormatsPercents": 2,
    "cleaning:DropsTokens": 4,
    "cleaning:CleansLinks": 8,
    "cleaning:DecodesTrigraphs": 3,
    "cleaning:DecodesEntities": 2,
    "cleaning:UnquotesMail": 2,
    "cleaning:DropsFrontMatter": 11,
    "cleaning:DropsDefaultPorts": 5,
    "cleaning:ResolvesDots": 7,
}


def name(exhibit: Exhibit) -> str:
    return f"{exhibit.module}:{exhibit.factory}"


def count_unusual(call: Call) -> int:
    """Return the maximum number of unusual characters in the content of a message."""
    contents = [entry.get("content") for entry in call.messages if isinstance(entry, dict)]
    return max(
        (sum(not (c.isascii() and c.isalnum()) for c in content) for content in contents if isinstance(content, str)),
        default=0,
    )


def test_every_clause_has_a_wrong_client() -> None:
    assert {exhibit.label.clause for exhibit in WRONG} == BY_ID.keys()


def test_zoo_is_large_enough() -> None:
    assert (len(WRONG) >= 60, len(RIGHT) >= 8) == (True, True)


def daily(exhibits: list[Exhibit], chosen: Collection[str]) -> list[ParameterSet]:
    """Return all clients. Every run of the tests includes the chosen ones, `make zoo` the others."""
    return [
        pytest.param(exhibit, id=name(exhibit), marks=() if name(exhibit) in chosen else pytest.mark.whole)
        for exhibit in exhibits
    ]


ENDS = frozenset({"leaking:SaysGoodbye"})
"""Clients whose defect occurs when their process ends."""
LARGEST = "losing:LosesBeyondAThousand"
"""The only one of its clause, and not in every run of the tests: to shrink a thousand messages takes 19 s of CPU."""
HANGS = "hanging:ConnectsForEver"
"""The only hanging client in every run of the tests: each scenario waits for it."""
FIRST = {
    exhibit.label.clause: name(exhibit) for exhibit in reversed(WRONG) if exhibit.module not in {"cleaning", "hanging"}
}
"""One wrong client per clause."""
FIRST |= {
    "ONCE": "retrying:AgainAfterFailedRows",
    "RES-COUNTS": "claiming:CountsInWords",
    "RES-ORDER": "reordering:RowsById",
    "RES-ROWS": "hiding:TellsOnlyFailures",
    "RES-TOTAL": "renaming:TellsCount",
    "SEND-ATTRIBUTION": "inventing:NamesTheAnonymous",
    "SEND-METADATA": "renaming:SendsMeta",
    "SEND-ONLY": "doubling:TriesItsKey",
    "SEND-ORDER": "reordering:ByRole",
    "TRUE": "claiming:PassesRowsOn",
}
"""Where the first one takes 2 to 6 s of CPU: one that takes less."""


@pytest.mark.parametrize("exhibit", daily(WRONG, {*FIRST.values(), HANGS} - {LARGEST}))
def test_wrong_client_is_caught_by_its_clause(exhibit: Exhibit, run: Callable[..., Run]) -> None:
    clause = exhibit.label.clause
    dialect = {"dialect": "observed"} if clause == "DIALECT" else {}
    separate = clause == "REUSE" or exhibit.module in {"hanging", "stopping"} or name(exhibit) in ENDS
    deadline_s = 1.0 if name(exhibit) == HANGS else 2.5 if separate else 5.0
    (result,) = run(name(exhibit), clause, in_process=not separate, deadline_s=deadline_s, **dialect).clauses
    assert (result.outcome, result.message) == ("failed", result.message)
    assert result.counterexample is not None
    scenario = result.counterexample.scenario
    assert scenario.size <= ALLOWED.get(name(exhibit), 3)
    assert max(map(count_unusual, scenario.calls), default=0) <= MORE_UNUSUAL.get(name(exhibit), UNUSUAL)


@pytest.mark.whole  # every run of the tests has right clients of other languages, in adapters/
@pytest.mark.parametrize("exhibit", RIGHT, ids=name)
def test_right_client_passes(exhibit: Exhibit, run: Callable[..., Run]) -> None:
    results = run(name(exhibit), examples=1).clauses
    assert [(result.clause.id, result.message) for result in results if result.outcome in {"failed", "error"}] == []
