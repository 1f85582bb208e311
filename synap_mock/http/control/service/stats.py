"""``/_mock/stats``: how much every list has, what was evicted, and the bounds."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from synap_mock.http.control.json import answer, fake, is_about_all, targets, worlds
from synap_mock.http.control.parameters.operation import Operation
from synap_mock.http.control.parameters.paging import PAGING, cursor_of, limit_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from synap_mock.domain.bounds.evictions import Evictions
    from synap_mock.domain.state import State


@dataclass(frozen=True, slots=True)
class WorldStats:
    """How much a world has. No field takes longer to count than the world has instances.

    Attributes:
        world: its name.
        keys: API keys, with revoked ones.
        messages: recorded messages.
        conversations: conversations of all instances.
        memories: long-term memories.
        documents: documents that were accepted for processing.
        profiles: profiles of users.
        faults: scheduled faults.
        rejections: scheduled rejections.
        answers: canned responses.
        requests: calls in the journal.
        evicted: what made room, since the world exists: kind to cause to number.
    """

    world: str
    keys: int
    messages: int
    conversations: int
    memories: int
    documents: int
    profiles: int
    faults: int
    rejections: int
    answers: int
    requests: int
    evicted: Mapping[str, Mapping[str, int]]


def stats_of(state: State) -> WorldStats:
    """How much the world of a state has."""
    memories, documents, profiles = state.memories.counts()
    return WorldStats(
        world=state.world,
        keys=len(state.keys),
        messages=state.store.message_count,
        conversations=state.store.conversation_count,
        memories=memories,
        documents=documents,
        profiles=profiles,
        faults=len(state.faults),
        rejections=len(state.rejections),
        answers=len(state.canned_responses),
        requests=len(state.journal),
        evicted=by_kind(state.evictions),
    )


def by_kind(evictions: Evictions) -> dict[str, dict[str, int]]:
    """Kind to cause to number."""
    found: dict[str, dict[str, int]] = {}
    for (kind, cause), count in sorted(evictions.counts().items()):
        found.setdefault(kind, {})[cause] = count
    return found


async def show(request: Request, _: dict[str, Any]) -> Response:
    """``GET /_mock/stats?all=&limit=&after=``: of the request's world, or of all."""
    limit = limit_of(request)
    (after,) = cursor_of(request) or (0,)
    held = worlds(request)
    found = [world for state in targets(request) if (world := held.named(state.world)) and world.number > after]
    page = found[:limit]
    return answer(
        {
            "worlds": [asdict(stats_of(world.state)) for world in page],
            "evicted": by_kind(held.evicted() if is_about_all(request) else fake(request).evictions),
            "bounds": asdict(held.bounds),
            "next": str(page[-1].number) if len(found) > limit else None,
        }
    )


OPERATIONS: Final = (
    Operation(
        "GET", "/stats", show, "show_stats", "Count everything", response=("Stats",), query=PAGING, all_worlds=True
    ),
)
