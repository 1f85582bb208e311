"""``/_mock/worlds``: the worlds that keys select."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from synap_mock.domain.values.quoting import quote
from synap_mock.http.control.json import OWN_WORLD, ControlRefused, answer, require_control, worlds
from synap_mock.http.control.parameters.operation import Operation
from synap_mock.http.control.parameters.paging import PAGING, cursor_of, limit_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from synap_mock.domain.worlds import World


async def show(request: Request, _: dict[str, Any]) -> Response:
    """``GET /_mock/worlds?limit=&after=``: the default one first, then in the order in which they were made."""
    limit = limit_of(request)
    (after,) = cursor_of(request) or (0,)
    own: World | None = request.scope.get(OWN_WORLD)
    found = [own] if own is not None else worlds(request).all()
    page = [world for world in found if world.number > after][: limit + 1]
    following = str(page[limit - 1].number) if len(page) > limit else None
    return answer({"worlds": [_to_json(world) for world in page[:limit]], "next": following})


async def delete(request: Request, _: dict[str, Any]) -> Response:
    """``DELETE /_mock/worlds/{world}``: with its keys and everything in it."""
    name = request.path_params["world"]
    found = worlds(request).named(name)
    require_control(request, found)
    try:
        worlds(request).delete(name)
    except KeyError:
        raise ControlRefused(
            f"there is no world {quote(name)}; GET /_mock/worlds lists them", 404, "NOT_FOUND"
        ) from None
    except ValueError as error:
        raise ControlRefused(str(error), 409, "CONFLICT") from None
    return answer({"world": name, "deleted": True})


def _to_json(world: World) -> dict[str, Any]:
    return {
        "world": world.name,
        "keys": len(world.state.keys),
        "messages": world.state.store.message_count,
        "idle_seconds": round(world.idle_seconds, 3),
    }


OPERATIONS: Final = (
    Operation("GET", "/worlds", show, "show_worlds", "List the worlds", response=("Worlds",), query=PAGING),
    Operation("DELETE", "/worlds/{world:path}", delete, "delete_world", "Delete a world", response=("DeletedWorld",)),
)
