"""Keys: wrong, missing, revoked, several, and seen by nobody else."""

from __future__ import annotations

from synap_contracts.clauses.check import Check, Depth
from synap_contracts.scenarios.model import Call, Close, Open, Revoke, Scenario, Together, Trouble
from synap_contracts.scenarios.strategies import message, several

FORBIDDEN = Trouble("AUTH-FORBIDDEN", {"fault": "Forbidden", "times": None}, "the server answered 403")


def invalid(depth: Depth) -> tuple[Scenario, ...]:
    """A key that nobody issued."""
    del depth
    return (
        Scenario((Open(key="unknown"), Call((message(0),)))),
        Scenario((Open(key="unknown"), Call(several(60)))),
        Scenario((Open(key="unknown"), Call((message(0),)), Call((message(1),)))),
        Scenario((Open("b"), Call((message(0, 1),), client="b"), Open("a", key="unknown"), Call((message(1),)))),
    )


def missing(depth: Depth) -> tuple[Scenario, ...]:
    """No key."""
    del depth
    return (
        Scenario((Open(key="missing"), Call((message(0),)))),
        Scenario((Open("b"), Call((message(0, 1),), client="b"), Open("a", key="missing"), Call((message(1),)))),
    )


def revoked(depth: Depth) -> tuple[Scenario, ...]:
    """Revoked between two calls, and before the first."""
    del depth
    return (
        Scenario((Open(), Call((message(0),)), Revoke(), Call((message(1),)))),
        Scenario((Open(), Call((message(0),)), Revoke(), Call((message(0),)))),
        Scenario((Open(), Call((message(0),)), Revoke(), Call((message(1),)), Call((message(2),)))),
        Scenario((Open(), Call(several(3)), Call(several(3)), Revoke(), Call(several(60)))),
    )


def own(depth: Depth) -> tuple[Scenario, ...]:
    """Two clients in one process: by turns, and at once."""
    del depth
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


def forbidden(depth: Depth) -> tuple[Scenario, ...]:
    """403 at the first call, and at the second."""
    del depth
    return (
        Scenario((Call((message(0),), trouble=FORBIDDEN),)),
        Scenario((Call((message(0),)), Call((message(1),), trouble=FORBIDDEN))),
    )


def secret(depth: Depth) -> tuple[Scenario, ...]:
    """Everything that makes a client talk, with keys in and out of order."""
    del depth
    call = Call((message(0),))
    wrong = Call(({"conversation_id": "$0", "role": "nobody", "content": "a"},))
    no_uuid = Call((message(0), {**message(1), "conversation_id": "none"}))
    many = Call(tuple(message(n, n % 3, user_id="u", metadata={"a": n}) for n in range(60)))
    return (
        Scenario((Open(key="newline"), call), listening=True),
        Scenario((Open(key="accented"), call), listening=True),
        Scenario((Open(), call, wrong), listening=True),
        Scenario((Open(), call, Revoke(), call), listening=True),
        Scenario((Open(), many, Call(()), no_uuid, Close(), call), listening=True, ending=True),
        Scenario((Open(at="nobody"), call), listening=True),
        Scenario((Open(at="bystander"), call), listening=True),
    )


def secret_in_trouble(depth: Depth) -> tuple[Scenario, ...]:
    """What clients raise when the server fails."""
    del depth
    faults = (
        {"fault": "ServerError", "status": 500, "times": None},
        {"fault": "Unauthorized", "times": None},
        {"fault": "Forbidden", "times": None},
        {"fault": "MalformedBody", "times": None},
        {"fault": "ConnectionReset", "times": None},
        {"fault": "Respond", "status": 422, "json": {"detail": "no"}, "times": None},
    )
    troubles = [Trouble("AUTH-SECRET", fault, "something went wrong") for fault in faults]
    return tuple(Scenario((Open(), Call((message(0),), trouble=trouble)), listening=True) for trouble in troubles)


CHECKS = (
    Check("a wrong key", ("AUTH-INVALID",), invalid, share=0),
    Check("no key", ("AUTH-MISSING",), missing, share=0),
    Check("a revoked key", ("AUTH-REVOKED",), revoked, needs=frozenset({"keys", "truth"}), share=0),
    Check("two keys", ("AUTH-OWN",), own, needs=frozenset({"keys", "truth"}), share=0),
    Check("403", ("AUTH-FORBIDDEN",), forbidden, needs=frozenset({"faults"}), share=0),
    Check("the key's secrecy", ("AUTH-SECRET",), secret, wants=frozenset({"listen"}), share=0),
    Check(
        "the key's secrecy in trouble",
        ("AUTH-SECRET",),
        secret_in_trouble,
        needs=frozenset({"faults"}),
        wants=frozenset({"listen"}),
        share=0,
    ),
)
