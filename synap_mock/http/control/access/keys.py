"""``/_mock/keys``: API keys and the instances that they belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from synap_mock.domain.bounds.bounds import LimitReached
from synap_mock.domain.redaction.redactor import mask
from synap_mock.domain.values.quoting import quote
from synap_mock.http.control.json import ControlRefused, answer, fake, require_control, whole_numbers, worlds
from synap_mock.http.control.parameters.operation import Operation
from synap_mock.http.control.parameters.paging import PAGING, cursor_of, limit_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from synap_mock.domain.access.issued import IssuedKey
    from synap_mock.domain.access.keys import Keys
    from synap_mock.domain.worlds import World


async def show(request: Request, _: dict[str, Any]) -> Response:
    """``GET /_mock/keys?limit=&after=``: masked, in the order in which they were issued, with revoked ones."""
    limit = limit_of(request)
    (after,) = cursor_of(request) or (0,)
    issued = fake(request).keys.snapshot().issued.items()
    page = [(key, each) for key, each in issued if each.number > after][: limit + 1]
    following = str(page[limit - 1][1].number) if len(page) > limit else None
    return answer({"keys": [_to_json(key, each) for key, each in page[:limit]], "next": following})


async def create(request: Request, fields: dict[str, Any]) -> Response:
    """``POST /_mock/keys`` with ``{"key"?, "world"?, …}``: the one answer that shows a key whole.

    Without ``world``, the key belongs to the world that the request is about.
    """
    own: World = request.state.world
    name = fields.pop("world", None)
    if name is not None and name != own.name:
        require_control(request, None)
    settings = fields.pop("settings", None)
    if settings is not None and not isinstance(settings, dict):
        raise ControlRefused(f"settings must be an object, not {quote(settings)}")
    chosen = None if settings is None else whole_numbers(settings)
    try:
        world, key, instance = worlds(request).create_key(
            own.name if name is None else name, fields.pop("key", None), settings=chosen, **fields
        )
    except LimitReached as error:
        raise ControlRefused(str(error), 409, "LIMIT_REACHED") from None
    except (TypeError, ValueError) as error:
        raise ControlRefused(str(error)) from None
    world.state.feed.add("keys")
    return answer(
        {"key": key, "instance_id": instance.instance_id, "client_id": instance.client_id, "world": world.name}
    )


async def revoke(request: Request, _: dict[str, Any]) -> Response:
    """``DELETE /_mock/keys/{key}?forget=``: from now on it is answered 401 ``CREDENTIAL_INVALID``.

    With ``forget=1`` it is unknown again.
    """
    key = request.path_params["key"]
    forget = request.query_params.get("forget")
    if forget not in (None, "1"):
        raise ControlRefused(f"forget must be 1, or absent, not {quote(forget)}")
    world = worlds(request).with_key(key)
    if world is not None:
        require_control(request, world)
    if world is None or not world.state.keys.knows(key):
        raise ControlRefused("there is no such key to revoke", 404, "NOT_FOUND")
    try:
        _end(world.state.keys, key, forget=forget is not None)
    except KeyError:  # another request has deleted it meanwhile
        raise ControlRefused("there is no such key to revoke", 404, "NOT_FOUND") from None
    except ValueError as error:
        raise ControlRefused(str(error), 409, "CONFLICT") from None
    world.state.feed.add("keys")
    return answer({"key": mask(key), "revoked": True})


def _end(keys: Keys, key: str, *, forget: bool) -> None:
    if forget:
        keys.delete(key)
    else:
        keys.revoke(key)


def _to_json(key: str, issued: IssuedKey) -> dict[str, Any]:
    instance = issued.instance
    return {
        "key": mask(key),
        "instance_id": instance.instance_id,
        "client_id": instance.client_id,
        "tenancy": instance.tenancy,
        "bound": issued.bound,
        "revoked": issued.revoked,
    }


OPERATIONS: Final = (
    Operation("GET", "/keys", show, "show_keys", "List the keys", response=("Keys",), query=PAGING),
    Operation(
        "POST",
        "/keys",
        create,
        "create_key",
        "Issue a key",
        request="NewKey",
        response=("IssuedKey",),
        fields=("key", "instance_id", "tenancy", "world", "settings"),
    ),
    Operation(
        "DELETE", "/keys/{key:path}", revoke, "revoke_key", "Revoke a key", response=("RevokedKey",), query=("forget",)
    ),
)
