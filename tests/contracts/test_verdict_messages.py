"""The messages of findings: which message, which time, where the key is."""

from __future__ import annotations

from typing import Any

import pytest
from contracts.observations import AT, A, B, C, answer, findings, observe, row
from synap_contracts.clauses.judge import judge
from synap_contracts.clauses.rows import TRUE
from synap_contracts.clauses.statuses import SERVER_ERROR
from synap_contracts.client.protocol import Raised, Returned
from synap_contracts.scenarios.model import Call, Trouble

SECRET = "synap_0123456789abcdef0123456789abcdef"  # noqa: S105 - not a real key
INNOCENT = ("cannot reach Synap", f"Bearer {SECRET}")


@pytest.mark.parametrize(
    ("raised", "output", "where"),
    [
        (
            {"texts": INNOCENT, "places": ("the text of", "the cause (KeyError) of")},
            (),
            "the cause (KeyError) of mine.E",
        ),
        ({"texts": INNOCENT, "places": ("the text of", "a note of")}, (), "a note of mine.E"),
        ({"texts": INNOCENT}, (), "the text of mine.E"),
        ({}, (f"DEBUG wd.http: sent {SECRET}",), "a record of logger wd.http at DEBUG"),
        ({}, (f"printed: {SECRET}",), "what the client wrote to standard output or standard error"),
        ({}, (f"sent {SECRET}",), "a log record"),
    ],
    ids=["cause", "note", "no-place", "record", "print", "other"],
)
def test_message_names_place_of_key(raised: Any, output: tuple[str, ...], where: str) -> None:
    observation = observe([A], [], Raised("mine.E", frozenset({"InvalidInputError"}), "cannot reach Synap", **raised))
    observation.secrets, observation.output = (SECRET,), output
    assert f"the key is in {where}" in [each.message for each in judge(observation)]


def test_message_states_expected_format_of_time() -> None:
    (found,) = judge(observe([A], [A], Returned(answer({**row(0), "recorded_at": "yesterday"}))))
    assert found.message == 'results[0].recorded_at is "yesterday"; expected an ISO 8601 date-time with a time zone'


def test_message_names_the_message_of_a_swapped_row() -> None:
    found = judge(observe([A, B, C], [A, B, C], Returned(answer(row(0), row(2), row(1)))))
    assert found[0].message == "results[1] is messages[2]"


def test_message_states_that_nothing_is_recorded() -> None:
    invented = answer({"message_id": "mine", "recorded_at": AT})
    messages = {each.clause: each.message for each in judge(observe([A], [], Returned(invented)))}
    assert messages[TRUE.id] == "the client reported success for messages[0], which the server did not record"


def test_message_says_that_the_answer_was_slow() -> None:
    late = Trouble(SERVER_ERROR.id, {"fault": "Latency", "seconds": 1}, "the first response was slow")
    (found,) = findings((Call((A,), trouble=late), Raised("mine.Error", frozenset({"Error"}), "no")))
    assert found.message == 'the first response was slow, and the client raised mine.Error: "no"'


def test_success_of_another_message_names_that_message() -> None:
    swapped = Returned(answer(row(0), {"error": "refused by the test"}))
    found = {each.clause: each.message for each in judge(observe([A, B], [B], swapped, frozenset({0})))}
    assert found[TRUE.id] == (
        "the client reported success for messages[0], which the server did not record: "
        "the message_id in its row is that of messages[1]"
    )
