"""``/_mock/messages``: the recorded messages that match, and waiting for them."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from synap_mock.domain.storage.messages import Message
from synap_mock.domain.values.encoding import encode
from synap_mock.domain.values.ids import canonical_uuid
from synap_mock.domain.values.quoting import quote
from synap_mock.http.control.json import ControlRefused, answer, fake, is_about_all, named, targets
from synap_mock.http.control.parameters.operation import Operation
from synap_mock.http.control.parameters.paging import PAGING, cursor_of, fitting, limit_of
from synap_mock.http.control.searching.search import Search
from synap_mock.http.control.searching.waiting import WAITING, count_of, matching
from synap_mock.http.control.searching.worlds import WorldsSearch

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from synap_mock.domain.state import State

FILTERS: Final = ("conversation_id", "user_id", "text", "role")
"""The query parameters that choose messages."""
_FIELDS: Final = tuple(field.name for field in fields(Message))
_ROLES: Final = ("user", "assistant")
_AT_ONCE: Final = 20


class _Row(NamedTuple):
    """A message and where it is: the number of its record, and its place there."""

    place: tuple[int, int]
    message: Message


async def show(request: Request, _: dict[str, Any]) -> Response:
    """``GET /_mock/messages``: those that match, oldest first; with ``wait``, once there are enough of them."""
    limit = limit_of(request)
    of_all = is_about_all(request)
    start = cursor_of(request, parts=3 if of_all else 2) or (0, 0, 0)
    filters = _filters(request)
    most = max(limit + 1, count_of(request))

    def states() -> list[State]:
        """The worlds from the cursor's on."""
        return [state for state in targets(request) if not of_all or state.world_number >= start[0]]

    def search_one(state: State) -> Search[_Row]:
        return _search(state, start[-2:] if not of_all or state.world_number == start[0] else (0, 0), filters, most)

    search = WorldsSearch(states, search_one, most=most)
    feed = fake(request).feed
    is_found = await matching(request, feed.order if of_all else feed, search)
    found = search.found
    page = fitting(found[:limit], lambda each: _size(each.item.message))
    following = found[len(page)] if len(page) < len(found) else None
    world = [following.state.world_number] if following and of_all else []
    closest = None
    if not is_found and search.closest:
        near, failed = search.closest[-1]
        closest = {"message": named(near.state, _to_json(near.item.message), request), "mismatches": failed}
    return answer(
        {
            "messages": [named(state, _to_json(row.message), request) for state, row in page],
            "next": ".".join(map(str, (*world, *following.item.place))) if following else None,
            "closest": closest,
        }
    )


def _search(state: State, start: tuple[int, ...], filters: dict[str, str], most: int) -> Search[_Row]:
    """The search of one world, from a record and a place in it on."""

    def read(cursor: int) -> tuple[list[_Row], int]:
        found = state.store.records(max(cursor, start[0]), _AT_ONCE)
        rows = [_Row((n, i), message) for n, each in found for i, message in enumerate(each)]
        return [row for row in rows if row.place >= start], found[-1][0] + 1 if found else cursor

    def mismatches(row: _Row) -> list[str]:
        return [name for name, wanted in filters.items() if not _matches(name, row.message, wanted)]

    return Search(state.feed, read, mismatches, most=most)


def _size(message: Message) -> int:
    return len(message.content) + len(encode(message.metadata))


def _to_json(message: Message) -> dict[str, Any]:
    return {name: getattr(message, name) for name in _FIELDS}  # asdict would copy the metadata


def _filters(request: Request) -> dict[str, str]:
    filters = {name: request.query_params[name] for name in FILTERS if name in request.query_params}
    if "conversation_id" in filters:
        canonical = canonical_uuid(filters["conversation_id"])
        if canonical is None:
            raise ControlRefused(f"conversation_id must be a UUID, not {quote(filters['conversation_id'])}")
        filters["conversation_id"] = canonical
    if filters.get("role", "user") not in _ROLES:
        raise ControlRefused(f"role must be {' or '.join(_ROLES)}, not {quote(filters['role'])}")
    return filters


def _matches(name: str, message: Message, wanted: str) -> bool:
    return wanted in message.content if name == "text" else getattr(message, name) == wanted


OPERATIONS: Final = (
    Operation(
        "GET",
        "/messages",
        show,
        "show_messages",
        "List the messages",
        response=("Messages",),
        query=(*FILTERS, *WAITING, *PAGING),
        all_worlds=True,
        cursor_parts=2,
    ),
)
