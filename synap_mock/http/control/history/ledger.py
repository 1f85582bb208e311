"""``/_mock/ledger``: what was lost, duplicated or recovered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from synap_mock.http.control.json import answer, fake
from synap_mock.http.control.parameters.operation import Operation

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from synap_mock.domain.ledger.ledger import Item
    from synap_mock.domain.redaction.redactor import Redactor


async def show(request: Request, _: dict[str, Any]) -> Response:
    """``GET /_mock/ledger``: of every entry that was sent since the last reset."""
    state = fake(request)
    ledger = state.ledger.report(blocks=False)
    listed = ("lost", "duplicated", "recovered", "unknown")
    items = {name: [_to_json(item, state.redactor) for item in getattr(ledger, name)] for name in listed}
    return answer({"recorded": ledger.recorded, **items, "dropped": dict(ledger.dropped)})


def _to_json(item: Item, redactor: Redactor) -> dict[str, Any]:
    entry = item.entry.masked(lambda text: redactor.redact(text, cut=True))
    return {
        "entry": {"conversation_id": entry.conversation_id, "role": entry.role, "content": entry.content},
        "sends": item.sends,
        "cause": redactor.redact_message(item.cause),
        "request_ids": list(item.request_ids),
    }


OPERATIONS: Final = (
    Operation("GET", "/ledger", show, "show_ledger", "What was lost or duplicated", response=("Ledger",)),
)
