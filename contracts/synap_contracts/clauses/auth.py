"""API keys: wrong, missing, revoked, two at a time, and never shown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from synap_contracts.clauses.clause import OWN_CHOICE, RAISES, Check, Depth, must, should
from synap_contracts.client.driver import PRINTED
from synap_contracts.client.protocol import Raised
from synap_contracts.observation.redaction import contains_key
from synap_contracts.observation.violation import Violation, format_outcome
from synap_contracts.scenarios.messages import message, several
from synap_contracts.scenarios.model import Call, Close, Open, Revoke, Scenario, Together, Trouble

if TYPE_CHECKING:
    from collections.abc import Iterator

    from synap_contracts.clauses.clause import Ability
    from synap_contracts.observation.observed import Observation, ObservedCall
    from synap_contracts.scenarios.model import Json
    from synap_contracts.server.server import Capability

AUTH_INVALID = must(
    "AUTH-INVALID",
    "documented",
    RAISES,
    "An invalid key raises AuthenticationError at construction, initialization, or the call, and nothing is recorded.",
)
AUTH_MISSING = must("AUTH-MISSING", "documented", RAISES, "A missing key has the same effect as an invalid one.")
AUTH_REVOKED = must(
    "AUTH-REVOKED",
    "derived",
    f"{RAISES} (invalid)",
    "If a key is revoked between two calls, the second call raises AuthenticationError.",
)
AUTH_OWN = must(
    "AUTH-OWN",
    "derived",
    "authentication page (a key belongs to one instance)",
    "Two clients with two keys in one process: each records under its own key.",
)
AUTH_FORBIDDEN = should("AUTH-FORBIDDEN", "sdk", "SDK 0.5.15 and later", "403 raises AuthenticationError.")
AUTH_SECRET = should(
    "AUTH-SECRET",
    "assumed",
    OWN_CHOICE,
    "No exception text (including causes and notes), URL, log record, or output contains the key, even if the key is "
    "malformed.",
)

FORBIDDEN = Trouble(AUTH_FORBIDDEN.id, {"fault": "Forbidden", "times": None}, "the server returned 403")

_RECORD: Final = re.compile(r"([A-Z]+) ([^\s:]+): ")


def judge_unauthorized_call(call: ObservedCall) -> Iterator[Violation]:
    """Judge a call whose key is not valid."""
    clause, key = {
        "unknown": (AUTH_INVALID, "with an invalid key"),
        "missing": (AUTH_MISSING, "without a key"),
    }.get(call.key_kind, (AUTH_REVOKED, "after its key was revoked"))
    if not (isinstance(call.outcome, Raised) and call.outcome.is_a("AuthenticationError")):
        message = f"{key}, {format_outcome(call)}; expected AuthenticationError"
        yield Violation(clause.id, message, call.number, ("answer",))


def judge_secrecy(observation: Observation) -> Iterator[Violation]:
    """Judge exception texts, logs, output, and URLs of requests."""
    for key in observation.secrets:
        for call in observation.calls:
            if isinstance(call.outcome, Raised) and (place := _place_of_key(call.outcome, key)):
                yield Violation(AUTH_SECRET.id, f"the key is in {place} {call.outcome.kind}", call.number, ("answer",))
        for text in observation.output:
            if contains_key(text, key):
                yield Violation(AUTH_SECRET.id, f"the key is {_source(text)}")
        if any(contains_key(line, key) for line, _, _ in observation.elsewhere):
            yield Violation(AUTH_SECRET.id, "the key is in the URL of a request")


def _place_of_key(raised: Raised, key: str) -> str | None:
    """Return where an exception shows a key: in its own text, or in one that it carries."""
    for number, text in enumerate(raised.texts):
        if contains_key(text, key):
            own = text == raised.text or number >= len(raised.places)
            return "the text of" if own else raised.places[number]
    return None


def _source(text: str) -> str:
    if text.startswith(PRINTED):
        return "in what the client wrote to standard output or standard error"
    record = _RECORD.match(text)
    return f"in a record of logger {record[2]} at {record[1]}" if record else "in a log record"


def invalid(_: Depth) -> tuple[Scenario, ...]:
    """A key that the server did not issue."""
    return (
        Scenario((Open(key="unknown"), Call((message(0),)))),
        Scenario((Open(key="unknown"), Call(several(60)))),
        Scenario((Open(key="unknown"), Call((message(0),)), Call((message(1),)))),
        Scenario((Open("b"), Call((message(0, 1),), client="b"), Open("a", key="unknown"), Call((message(1),)))),
    )


def missing(_: Depth) -> tuple[Scenario, ...]:
    """No key."""
    return (
        Scenario((Open(key="missing"), Call((message(0),)))),
        Scenario((Open("b"), Call((message(0, 1),), client="b"), Open("a", key="missing"), Call((message(1),)))),
    )


def revoked(_: Depth) -> tuple[Scenario, ...]:
    """A key that is revoked between two calls."""
    return (
        Scenario((Open(), Call((message(0),)), Revoke(), Call((message(1),)))),
        Scenario((Open(), Call((message(0),)), Revoke(), Call((message(0),)))),
        Scenario((Open(), Call((message(0),)), Revoke(), Call((message(1),)), Call((message(2),)))),
        Scenario((Open(), Call(several(3)), Call(several(3)), Revoke(), Call(several(60)))),
    )


def two_keys(_: Depth) -> tuple[Scenario, ...]:
    """Two clients in one process: alternately, and concurrently."""
    a, b = Call((message(0),), client="a"), Call((message(1, 1),), client="b")
    many = tuple(Call((message(n, n),), client="ab"[n % 2]) for n in range(6))
    return (
        Scenario((Open("a"), Open("b"), a, b)),
        Scenario((Open("a"), Open("b"), b, a)),
        Scenario((Open("a"), a, Open("b"), b, a)),
        Scenario((Open("a"), Open("b"), Together((a, b)))),
        Scenario((Open("a"), Open("b"), Call((message(0),), client="a"), Call((message(0),), client="b"))),
        Scenario((Open("a"), Open("b"), *many)),
    )


def forbidden(_: Depth) -> tuple[Scenario, ...]:
    """403 at the first call, and at the second."""
    return (
        Scenario((Call((message(0),), trouble=FORBIDDEN),)),
        Scenario((Call((message(0),)), Call((message(1),), trouble=FORBIDDEN))),
    )


def secrecy(_: Depth) -> tuple[Scenario, ...]:
    """Everything that makes a client log or raise, with valid and malformed keys."""
    call = Call((message(0),))
    wrong = Call(({"conversation_id": "$0", "role": "nobody", "content": "a"},))
    not_uuid = Call((message(0), {**message(1), "conversation_id": "none"}))
    many = Call(tuple(message(n, n % 3, user_id="u", metadata={"a": n}) for n in range(60)))
    return (
        Scenario((Open(key="newline"), call), listening=True),
        Scenario((Open(key="accented"), call), listening=True),
        Scenario((Open(), call, wrong), listening=True),
        Scenario((Open(), call, Revoke(), call), listening=True),
        Scenario((Open(), many, Call(()), not_uuid, Close(), call), listening=True, ending=True),
        Scenario((Open(at="nobody"), call), listening=True),
        Scenario((Open(at="bystander"), call), listening=True),
    )


def secrecy_in_trouble(_: Depth) -> tuple[Scenario, ...]:
    """Server failures, for which clients raise errors."""
    faults: dict[str, Json] = {
        "the server returned 500": {"fault": "ServerError", "status": 500},
        "the server returned 401": {"fault": "Unauthorized"},
        "the server returned 403": {"fault": "Forbidden"},
        "the response was not JSON": {"fault": "MalformedBody"},
        "the connection was reset": {"fault": "ConnectionReset"},
        "the server returned 422": {"fault": "Respond", "status": 422, "json": {"detail": "no"}},
    }
    troubles = [Trouble(AUTH_SECRET.id, {**fault, "times": None}, named) for named, fault in faults.items()]
    return tuple(Scenario((Open(), Call((message(0),), trouble=trouble)), listening=True) for trouble in troubles)


_KEYS: Final[frozenset[Capability]] = frozenset({"keys", "truth"})
_FAULTS: Final[frozenset[Capability]] = frozenset({"faults"})
_LOGS: Final[frozenset[Ability]] = frozenset({"listen"})

CHECKS = (
    Check("an invalid key", (AUTH_INVALID,), invalid),
    Check("no key", (AUTH_MISSING,), missing),
    Check("a revoked key", (AUTH_REVOKED,), revoked, needs=_KEYS),
    Check("two keys", (AUTH_OWN,), two_keys, needs=_KEYS),
    Check("403", (AUTH_FORBIDDEN,), forbidden, needs=_FAULTS),
    Check("secrecy of the key", (AUTH_SECRET,), secrecy, abilities=_LOGS),
    Check("secrecy of the key in trouble", (AUTH_SECRET,), secrecy_in_trouble, needs=_FAULTS, abilities=_LOGS),
)
