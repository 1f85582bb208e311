"""An answer whose rows the server was told to give: its caller gets these rows and no others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synap_contracts.clauses.answers import instant, same_instant
from synap_contracts.observation.finding import Finding, shown

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from synap_contracts.observation.observed import CallSeen

Json = Any


def passed_on(seen: CallSeen, answer: Json, given: list[Json], recorded: Collection[str]) -> Iterator[Finding]:
    """What the caller was told beside what was given to the client.

    Args:
        seen: The call.
        answer: What the client returned.
        given: The rows of the answer that it got. Where it sent several requests they are not all that it got, and
            nothing is said.
        recorded: Ids of what the server has: a client that reads back what it has recorded tells the truth.
    """
    told = answer.get("results") if isinstance(answer, dict) else None
    if len(seen.requests) != 1 or not isinstance(told, list):
        return
    for index, row in enumerate(told):
        if _plain(row).get("message_id") in recorded:
            continue
        yield from _row(seen, index, _plain(row), _plain(given[index] if index < len(given) else None), given)


def _plain(row: Json) -> Json:
    return row if isinstance(row, dict) else {}


def _row(seen: CallSeen, index: int, told: Json, given: Json, rows: list[Json]) -> Iterator[Finding]:
    assert seen.trouble is not None  # noqa: S101 - the caller asked

    def differs(clause: str, name: str) -> Finding:
        at = f"results[{index}].{name}"
        was, got = shown(given.get(name)), shown(told.get(name))
        return Finding(
            clause, f"the server's {at} was {was}, and your client's is {got}", seen.number, (f"answer.{at}",)
        )

    id_ = told.get("message_id")
    if id_ is not None and told.get("error") and given.get("error"):
        yield differs("RES-FAILURE", "message_id")
    elif id_ is not None and id_ != given.get("message_id"):
        anothers = any(_plain(row).get("message_id") == id_ for row in rows)
        yield differs("RES-ORDER" if anothers else seen.trouble.clause, "message_id")
        return
    elif id_ is not None and not same_instant(instant(told.get("recorded_at")), instant(given.get("recorded_at"))):
        yield differs("RES-SUCCESS", "recorded_at")
    if given.get("error") and given["error"] not in str(told.get("error")):
        yield differs("RES-FAILURE", "error")
