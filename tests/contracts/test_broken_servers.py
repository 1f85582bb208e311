"""A server that breaks the contract itself: it is told as the server's, and no client is blamed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from broken_servers import Tampered, served

if TYPE_CHECKING:
    from collections.abc import Callable

    from synap_contracts.run import Run

Json = Any


def rows(change: Callable[[list[Json]], list[Json]]) -> Callable[[Json, int], Json]:
    return lambda answer, _: {**answer, "results": change(answer["results"])}


def each_row(change: Callable[[Json], Json]) -> Callable[[Json, int], Json]:
    return rows(lambda found: [change(row) if "message_id" in row else row for row in found])


def counts(answer: Json, sent: int) -> Json:
    """As if all of what was sent had been recorded."""
    found = (answer["results"] * (sent + 1))[:sent]
    return {"total": sent, "succeeded": sent, "failed": 0, "results": found}


def in_order(answer: Json, sent: int) -> Json:
    del sent
    return {**answer, "results": answer["results"][::-1]}


BROKEN: dict[str, tuple[Callable[[], Tampered], str]] = {
    "rows-reversed": (lambda: Tampered(answered=rows(lambda found: found[::-1])), "RES-ORDER"),
    "a-message-dropped": (lambda: Tampered(asked=lambda sent: sent[:-1], answered=counts), "SEND-ALL"),
    "ids-reused": (
        lambda: Tampered(answered=rows(lambda found: [{**row, **found[0]} for row in found])),
        "RES-UNIQUE",
    ),
    "a-wrong-count": (lambda: Tampered(answered=lambda a, _: {**a, "succeeded": a["succeeded"] + 1}), "RES-COUNTS"),
    "a-wrong-total": (lambda: Tampered(answered=lambda a, _: {**a, "total": a["total"] + 1}), "ACCEPT"),
    "a-row-missing": (lambda: Tampered(answered=rows(lambda found: found[1:])), "ACCEPT"),
    "recorded-twice": (lambda: Tampered(asked=lambda sent: [*sent, *sent[-1:]], answered=counts), "SEND-ONLY"),
    "contents-stripped": (
        lambda: Tampered(asked=lambda sent: [{**entry, "content": entry["content"].strip()} for entry in sent]),
        "SEND-CONTENT",
    ),
    "metadata-lost": (
        lambda: Tampered(asked=lambda sent: [{**entry, "metadata": {}} for entry in sent]),
        "SEND-METADATA",
    ),
    "transcript-reversed": (lambda: Tampered(asked=lambda sent: sent[::-1], answered=in_order), "SEND-ORDER"),
    "another-time": (
        lambda: Tampered(answered=each_row(lambda row: {**row, "recorded_at": "2026-01-01T00:00:00Z"})),
        "RES-SUCCESS",
    ),
    "no-zone": (
        lambda: Tampered(answered=each_row(lambda row: {**row, "recorded_at": row["recorded_at"][:-1]})),
        "RES-TIME",
    ),
    "fails-large-batches": (lambda: Tampered(answered=lambda a, sent: None if sent > 30 else a), "ACCEPT"),
}


def any_key() -> Tampered:
    tampered = Tampered()
    tampered.authorized = lambda _: f"Bearer {tampered.fake.api_key}".encode()
    return tampered


BROKEN["any-key-will-do"] = (any_key, "AUTH-INVALID")


@pytest.mark.parametrize(("make", "clause"), BROKEN.values(), ids=BROKEN)
def test_what_the_server_breaks_is_the_servers(
    make: Callable[[], Tampered], clause: str, run: Callable[..., Run]
) -> None:
    with served(make()) as url:
        found = run("reference", clause, url=url)
    (result,) = found.clauses
    assert (result.outcome, "the server's fault, not your client's" in result.message) == ("error", True)
    assert found.status(strict=True) == 2


def test_an_untampered_server_is_not_blamed(run: Callable[..., Run]) -> None:
    with served(Tampered()) as url:
        found = run("reference", "ACCEPT", "RES-ORDER", "SEND-ALL", url=url)
    assert [result.outcome for result in found.clauses] == ["passed"] * 3
