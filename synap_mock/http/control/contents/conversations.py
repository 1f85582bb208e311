"""``/_mock/conversations``: what was recorded."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

from synap_mock.domain.conversations.read import SeveralInstancesError, instance_with
from synap_mock.domain.storage.messages import Message
from synap_mock.domain.values.encoding import encode
from synap_mock.domain.values.ids import canonical_uuid
from synap_mock.domain.values.quoting import quote
from synap_mock.http.control.json import ControlRefused, answer, fake
from synap_mock.http.control.parameters.operation import Operation
from synap_mock.http.control.parameters.paging import PAGING, cursor_of, fitting, limit_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

_FIELDS: Final = tuple(field.name for field in fields(Message) if field.name not in {"conversation_id", "instance_id"})
"""The fields of a message that its conversation does not state."""


async def show_all(request: Request, _: dict[str, Any]) -> Response:
    """``GET /_mock/conversations?limit=&after=``: every instance's."""
    limit = limit_of(request)
    instance, start = cursor_of(request, parts=2) or (0, 0)
    after = (instance, start)
    state = fake(request)
    found, following = state.store.conversations_page(limit, after)
    return answer(
        {
            "conversations": [
                {
                    "conversation_id": conversation.conversation_id,
                    "instance_id": conversation.instance_id,
                    "message_count": conversation.message_count,
                }
                for conversation in found
            ],
            "next": f"{following[0]}.{following[1]}" if following else None,
        }
    )


async def show_one(request: Request, _: dict[str, Any]) -> Response:
    """``GET /_mock/conversations/{id}?instance_id=&limit=&after=``: its messages, in order."""
    given = request.path_params["conversation_id"]
    conversation_id = canonical_uuid(given)
    if conversation_id is None:
        raise ControlRefused(f"the conversation id must be a UUID, not {quote(given)}")
    limit = limit_of(request)
    (after,) = cursor_of(request) or (0,)
    state = fake(request)
    try:
        holder = instance_with(state.store, conversation_id, request.query_params.get("instance_id"))
        messages = fitting(state.store.transcript(holder or "", conversation_id, after + 1, limit), _size)
        length = state.store.length(holder or "", conversation_id)
    except SeveralInstancesError as error:
        choices = ", ".join(error.instances)
        raise ControlRefused(f"several instances hold it; choose with ?instance_id= one of {choices}") from None
    except KeyError:
        text = f"no instance holds conversation {conversation_id}"
        raise ControlRefused(text, 404, "CONVERSATION_NOT_FOUND") from None
    return answer(
        {
            "conversation_id": conversation_id,
            "instance_id": holder,
            "messages": [_to_json(message) for message in messages],
            "next": str(after + len(messages)) if messages and after + len(messages) < length else None,
        }
    )


def _size(message: Message) -> int:
    return len(message.content) + len(encode(message.metadata))


def _to_json(message: Message) -> dict[str, Any]:
    return {name: getattr(message, name) for name in _FIELDS}


OPERATIONS: Final = (
    Operation(
        "GET",
        "/conversations",
        show_all,
        "show_conversations",
        "List the conversations",
        response=("Conversations",),
        query=PAGING,
        cursor_parts=2,
    ),
    Operation(
        "GET",
        "/conversations/{conversation_id}",
        show_one,
        "show_conversation",
        "Show a conversation",
        response=("Conversation",),
        query=("instance_id", *PAGING),
    ),
)
