"""The kind of a failure: its circumstances and its outcome, in a few words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from synap_contracts.clauses.clause import ClauseId
from synap_contracts.clauses.connection import NET_LOST
from synap_contracts.clauses.rows import RES_CALLS
from synap_contracts.clauses.statuses import REDIRECT
from synap_contracts.client.protocol import Hung, Raised, Returned
from synap_contracts.observation.observed import Observation, ObservedCall, ObservedStep
from synap_contracts.observation.violation import Violation
from synap_contracts.runs.known import kind_of
from synap_contracts.scenarios.model import Call, Scenario, Trouble
from synap_contracts.server.server import Key

if TYPE_CHECKING:
    from synap_contracts.client.protocol import Outcome
    from synap_contracts.scenarios.model import KeyKind


KEY = Key("synap_key", "inst_0")


LOST = Trouble(NET_LOST.id, {"fault": "Disconnected", "after_commit": True}, "the connection was closed")


CREATED = Trouble(REDIRECT.id, {"fault": "Respond", "status": 201}, "the server returned 201")


@pytest.mark.parametrize(
    ("clause", "call", "key", "outcome", "kind"),
    [
        pytest.param(
            "IN-KEYS", {}, "own", Raised("builtins.ValueError", frozenset(), ""), "raised ValueError", id="raised"
        ),
        pytest.param("RES-ROWS", {}, "own", Returned({}), "returned", id="returned"),
        pytest.param("ACCEPT", {}, "own", Hung(5.0), "no answer", id="hung"),
        pytest.param("ONCE", {"trouble": LOST}, "own", Returned({}), "Disconnected, returned", id="trouble"),
        pytest.param("REDIRECT", {"trouble": CREATED}, "own", Returned({}), "Respond 201, returned", id="a-status"),
        pytest.param("NET-NAME", {"trouble": LOST}, "own", Raised("a.B", frozenset(), ""), "raised B", id="a-name"),
        pytest.param("IN-ITERABLE", {"given": "generator"}, "own", Returned({}), "generator, returned", id="given"),
        pytest.param("AUTH-SECRET", {}, "newline", Returned({}), "key with a newline, returned", id="a-key"),
    ],
)
def test_kind_names_the_circumstances_and_the_outcome(
    clause: str, call: dict[str, Any], key: KeyKind, outcome: Outcome, kind: str
) -> None:
    observed = ObservedCall(0, Call((), **call), (), outcome, KEY, key)
    observation = Observation(Scenario(()), (ObservedStep((observed,), {}, {}),))
    assert kind_of(Violation(ClauseId(clause), "it failed", 0), observation) == kind


def test_finding_about_the_whole_scenario_is_overall() -> None:
    assert kind_of(Violation(RES_CALLS.id, "two calls returned one ID"), Observation(Scenario(()), ())) == "overall"
