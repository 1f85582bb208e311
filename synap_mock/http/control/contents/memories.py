"""``/_mock/memories``: what is remembered, seeded by the test or stored by the application."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from synap_mock.domain.memories.seeding import seed_memory
from synap_mock.http.control.json import ControlRefused, answer, fake, targets
from synap_mock.http.control.parameters.operation import Operation
from synap_mock.http.control.parameters.paging import PAGING, cursor_of, fitting, limit_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from synap_mock.domain.memories.memory import Memory

FIELDS: Final = ("text", "kind", "user_id", "customer_id", "conversation_id", "instance_id")


async def show(request: Request, _: dict[str, Any]) -> Response:
    """``GET /_mock/memories?limit=&after=``: every instance's, the oldest first."""
    limit = limit_of(request)
    (after,) = cursor_of(request) or (0,)
    found = fake(request).memories.page(limit + 1, after)
    page = fitting(found[:limit], lambda item: len(item[1].text))
    following = str(page[-1][0]) if len(page) < len(found) else None
    return answer({"memories": [_to_json(memory) for _, memory in page], "next": following})


async def seed(request: Request, fields: dict[str, Any]) -> Response:
    """``POST /_mock/memories`` with ``{"text", "kind"?, "user_id"?, …}``."""
    state = fake(request)
    given = {name: value for name, value in fields.items() if value is not None}
    try:
        memory = seed_memory(state, given.pop("text", None), **given)
    except (TypeError, ValueError) as error:
        raise ControlRefused(str(error)) from None
    return answer(_to_json(memory))


async def clear(request: Request, _: dict[str, Any]) -> Response:
    """``DELETE /_mock/memories``: forget every memory; profiles stay."""
    for state in targets(request):
        state.memories.forget_all()
    return answer({"memories": [], "next": None})


def _to_json(memory: Memory) -> dict[str, Any]:
    scope = memory.scope
    return {
        "memory_id": memory.memory_id,
        "text": memory.text,
        "kind": memory.kind,
        "status": memory.status,
        "origin": memory.origin,
        "instance_id": scope.instance_id,
        "customer_id": scope.customer_id,
        "user_id": scope.user_id,
        "conversation_id": scope.conversation_id,
        "document_id": memory.document_id,
        "created_at": memory.created_at,
        "updated_at": memory.updated_at,
    }


OPERATIONS: Final = (
    Operation("GET", "/memories", show, "show_memories", "Every memory", response=("Memories",), query=PAGING),
    Operation(
        "POST",
        "/memories",
        seed,
        "seed_memory",
        "Seed a memory",
        request="NewMemory",
        response=("KeptMemory",),
        fields=FIELDS,
    ),
    Operation(
        "DELETE", "/memories", clear, "clear_memories", "Forget every memory", response=("Memories",), all_worlds=True
    ),
)
