"""``/_mock/requests/{number}/refusals``: the rules that a call broke, their evidence, and what would be accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from synap_mock.domain.rules.edits import GONE
from synap_mock.domain.rules.smallest_edit import Edit, smallest
from synap_mock.http.control.history.requests import call_of
from synap_mock.http.control.json import answer, fake
from synap_mock.http.control.parameters.operation import Operation

if TYPE_CHECKING:
    from starlette.requests import Request as HTTPRequest
    from starlette.responses import Response

    from synap_mock.domain.history.request import Request
    from synap_mock.domain.redaction.redactor import Redactor
    from synap_mock.domain.rules.rule import Refusal


async def show(request: HTTPRequest, _: dict[str, Any]) -> Response:
    """``GET /_mock/requests/{number}/refusals``."""
    number, found = call_of(request)
    redactor = fake(request).redactor
    return answer({"refusals": explained(found.shown(redactor, number), redactor)})


def explained(call: Request, redactor: Redactor) -> list[dict[str, Any]]:
    """The refusals of a call as JSON.

    Args:
        call: the call.
        redactor: masks keys, which an edit may repeat from the body.
    """
    try:
        body = call.json if call.refusals else None
    except ValueError:
        body = None
    return [
        {
            "rule": refusal.rule.id,
            "code": refusal.rule.code,
            "where": refusal.where,
            "text": refusal.text,
            "statement": refusal.rule.statement,
            "that": refusal.rule.that,
            "how": refusal.rule.how,
            "source": refusal.rule.source,
            "edit": _edit(body, refusal, redactor),
        }
        for refusal in call.refusals
    ]


def _edit(body: Any, refusal: Refusal, redactor: Redactor) -> dict[str, Any] | None:  # noqa: ANN401 - any JSON value
    edit = smallest(body, refusal)
    if edit is None:
        return None
    path = list(edit.path) if isinstance(edit, Edit) else None
    removes = isinstance(edit, Edit) and edit.value is GONE
    return {"text": redactor.redact(str(edit)), "path": path, "removes": removes}


OPERATIONS: Final = (
    Operation(
        "GET", "/requests/{number}/refusals", show, "show_refusals", "Explain the refusals", response=("Refusals",)
    ),
)
