"""What the caller is told when nothing goes wrong, or the server refuses entries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synap_contracts.clauses.check import Check, Depth
from synap_contracts.scenarios import edge_cases, strategies
from synap_contracts.scenarios.model import Call, Scenario, one
from synap_contracts.scenarios.strategies import message, several

if TYPE_CHECKING:
    from synap_contracts.scenarios.model import Json


def sizes(depth: Depth) -> tuple[Scenario, ...]:
    """Batches of every size at which clients are known to split, and in the deep profile of every size."""
    counts = range(1, 101) if depth == "deep" else edge_cases.SIZES
    return tuple(one(*several(count, 1 + count % 3)) for count in counts)


def equal(depth: Depth) -> tuple[Scenario, ...]:
    """Equal messages: beside each other, apart, in two conversations, and in two calls."""
    del depth
    same, other = message(0), message(1)
    twice = Call((same, other))
    return (
        one(same, same),
        one(same, other, same),
        one(same, same, same, same),
        one(same, message(0, 1)),
        one(*several(60), *several(60)[:40]),
        one(message(0), message(0, user_id="u")),
        one(message(0), message(0, metadata={"a": 1})),
        Scenario((twice, twice)),
        Scenario((twice, Call((other,)), twice)),
    )


def refusals(depth: Depth) -> tuple[Scenario, ...]:
    """Entries refused at the first, the last, every and no place of batches that a client may split."""
    del depth
    found = [one(message(0), refused=(0,)), one(*several(2), refused=(0, 1)), one(*several(2), refused=(0,))]
    found += [one(*several(2), refused=(1,)), one(*several(3), refused=(1,)), one(*several(3), refused=(0, 2))]
    found += [one(*several(4), refused=(1,), relents=True), one(*several(2), refused=(0, 1), relents=True)]
    for count in (12, 33, 60, 100):
        found.append(one(*several(count, 2), refused=(0, count // 2, count - 1)))
        found.append(one(*several(count), refused=tuple(range(count))))
        found.append(one(*several(count), refused=(count - 1,)))
    return tuple(found)


def b2b(depth: Depth) -> tuple[Scenario, ...]:
    """A B2B instance refuses what has no customer: partial failures as users meet them."""
    del depth
    has: Json = {"customer_id": "customer_acme"}
    return (
        Scenario((Call((message(0), message(1, **has))),), tenancy="b2b"),
        Scenario((Call((message(0, **has), message(1), message(2, **has))),), tenancy="b2b"),
        Scenario((Call((message(0),)),), tenancy="b2b"),
        Scenario((Call((message(0, **has), message(1, **has))),), tenancy="b2b"),
    )


def empty(depth: Depth) -> tuple[Scenario, ...]:
    """No messages at all, alone and between others."""
    del depth
    return (one(), Scenario((Call((message(0),)), Call(()), Call((message(1),)))))


HEALTHY = (
    "ACCEPT",
    "RES-TOTAL",
    "RES-COUNTS",
    "RES-ROWS",
    "RES-ORDER",
    "RES-SUCCESS",
    "RES-UNIQUE",
    "RES-TIME",
    "SEND-CONTENT",
    "SEND-ROLE",
    "SEND-ATTRIBUTION",
    "SEND-METADATA",
    "SEND-ORDER",
    "SEND-ALL",
    "SEND-ONLY",
    "TRUE",
    "ONCE",
)
"""What any call may break that meets no trouble."""
ANSWERS = ("RES-TOTAL", "RES-COUNTS", "RES-ROWS", "RES-ORDER", "RES-SUCCESS", "RES-UNIQUE", "RES-TIME")

CHECKS = (
    Check("sizes", ("ACCEPT", *ANSWERS, "SEND-ALL", "SEND-ORDER"), sizes, share=0, also=HEALTHY),
    Check("equal messages", ("SEND-ONLY", "RES-UNIQUE"), equal, share=0, also=HEALTHY),
    Check(
        "partial failures",
        ("RES-FAILURE", "RES-PARTIAL", "RES-ORDER", "RES-COUNTS", "RES-ROWS", "TRUE"),
        refusals,
        strategies.partial(),
        needs=frozenset({"rejections", "truth", "keys"}),
        dialect="documented",
        also=(*HEALTHY, "SEND-INPUT"),
    ),
    Check(
        "partial failures on B2B",
        ("RES-FAILURE", "RES-PARTIAL"),
        b2b,
        needs=frozenset({"keys", "truth"}),
        share=0,
        dialect="documented",
    ),
    Check(
        "the observed dialect",
        ("DIALECT",),
        lambda depth: (*refusals(depth), *b2b(depth)),
        strategies.partial(),
        needs=frozenset({"rejections", "truth", "keys"}),
        dialect="observed",
    ),
    Check("empty batch", ("RES-EMPTY",), empty, share=0),
)
