"""Requests and responses of the control API: JSON, and errors in the documented form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from starlette.responses import Response

from synap_mock.domain.access.keys import bearer_key
from synap_mock.domain.conversations import schema
from synap_mock.domain.redaction.credentials import sent_credentials
from synap_mock.domain.redaction.redactor import mask
from synap_mock.domain.rules.rule import Refused
from synap_mock.domain.values.encoding import encode
from synap_mock.domain.values.quoting import quote
from synap_mock.http.body import read_body
from synap_mock.http.parsing import name_encoding

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from synap_mock.domain.redaction.redactor import Redactor
    from synap_mock.domain.state import State
    from synap_mock.domain.worlds import World, Worlds

OWN_WORLD: Final = "synap_mock.own_world"
"""Under this name the guard puts the world into the scope that alone a request may control; None: every one."""
UNCONFINED: Final = "synap_mock.unconfined"
"""Under this name the guard notes that the header ``Authorization`` bears the control token, not a key."""
MAX_JSON: Final = 1024 * 1024
_CODES: Final = {404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED"}


class ControlRefused(Exception):  # noqa: N818 - an outcome on its way out
    """A rejected request to the control API: status, code and an error that says what would be right."""

    def __init__(self, text: str, status: int = 400, code: str = "INVALID_INPUT") -> None:
        super().__init__(text)
        self.text = text
        self.status = status
        self.code = code


def worlds(request: Request) -> Worlds:
    """The worlds of the fake that the request speaks to."""
    found: Worlds = request.app.state.worlds
    return found


def select_world(request: Request) -> World:
    """The world that a request is about: ``?world=``, or the one of the key in ``?key=`` or its header, or ``default``.

    Raises:
        ControlRefused: no world has the name or the key, or the request may control only another one.
    """
    key = request.query_params.get("key")
    name = request.query_params.get("world")
    if name is not None:
        return _select_named(request, name, key)
    if key is None:
        authorization = request.headers.get("authorization", "")
        key = None if not authorization or request.scope.get(UNCONFINED) else bearer_key(authorization)
    found = worlds(request).default if key is None else worlds(request).with_key(key)
    if found is None:
        text = (
            f"no world has the key {mask(key)}; POST /_mock/keys issues one"
            if key
            else "Authorization must be Bearer KEY, with the key of a world, or absent for the default world"
        )
        raise ControlRefused(text, 404 if key else 400, "NOT_FOUND" if key else "INVALID_INPUT")
    require_control(request, found)
    request.state.world = found
    return found


def _select_named(request: Request, name: str, key: str | None) -> World:
    found = worlds(request).use(name)
    require_control(request, found)
    if found is None:
        text = f"there is no world {quote(name)}; GET /_mock/worlds lists them, POST /_mock/keys makes one"
        raise ControlRefused(text, 404, "NOT_FOUND")
    if key is not None and worlds(request).with_key(key) is not found:
        raise ControlRefused(f"world {quote(name)} does not have the key {mask(key)}", 404, "NOT_FOUND")
    request.state.world = found
    return found


def require_control(request: Request, world: World | None) -> None:
    """Reject a request that a key of another world sent, if the control API has a token.

    Args:
        request: the request.
        world: what it is about; None: every world.
    """
    own: World | None = request.scope.get(OWN_WORLD)
    if own is not None and own is not world:
        raise ControlRefused("a world's key controls that world only; the control token controls all", 403, "FORBIDDEN")


def fake(request: Request) -> State:
    """The state of the world that the request is about."""
    world: World = request.state.world
    return world.state


def targets(request: Request) -> list[State]:
    """The state of the world that the request is about; with ``?all=1`` those of all, the default one first.

    Raises:
        ControlRefused: `all` is not 1, or the request may control only one world.
    """
    given = request.query_params.get("all")
    if given is None:
        return [fake(request)]
    if given != "1":
        raise ControlRefused(f"all must be 1, or absent for one world, not {quote(given)}")
    require_control(request, None)
    return [world.state for world in worlds(request).all()]


def is_about_all(request: Request) -> bool:
    """Whether the request is about every world."""
    return "all" in request.query_params


def named(state: State, fields: dict[str, Any], request: Request) -> dict[str, Any]:
    """A row of a list; where the request is about every world, with the name of its world."""
    return {**fields, "world": state.world} if is_about_all(request) else fields


def redactor(request: Request) -> Redactor:
    """Masks what the world knows as keys and tokens, and the credentials that the request bears."""
    world: World = getattr(request.state, "world", worlds(request).default)
    named = request.query_params.getlist("key")
    return world.state.redactor.also([*sent_credentials(request.headers.raw), *named])


def answer(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """An answer in JSON."""
    return Response(encode(body), status, headers, media_type="application/json")


async def answer_refusal(request: Request, refused: Exception) -> Response:
    """The answer to a request that can't be served."""
    assert isinstance(refused, ControlRefused)  # noqa: S101 - Starlette types every handler's exception as Exception
    return error(redactor(request).redact_message(refused.text), refused.status, refused.code)


async def answer_http_exception(request: Request, exception: Exception) -> Response:
    """The answer to an unknown path or method."""
    status: int = getattr(exception, "status_code", 404)
    route = redactor(request).redact(f"{request.method} {request.url.path}")[:200]
    text = f"the control API has no {route}; GET /_mock/openapi.json lists what it has, and its page is at /_mock/"
    return error(text, status, _CODES[status], getattr(exception, "headers", None))


def error(text: str, status: int, code: str, headers: Mapping[str, str] | None = None) -> Response:
    """An error in the documented form."""
    return answer({"error": text, "code": code, "details": {}}, status, headers)


def whole_numbers(given: Mapping[str, Any]) -> dict[str, Any]:
    """JSON has one kind of number: what its schemas call an integer may come as 5.0."""
    return {
        name: [_whole(item) for item in value] if isinstance(value, list) else _whole(value)
        for name, value in given.items()
    }


def _whole(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    return int(value) if isinstance(value, float) and value.is_integer() else value


async def json_object(request: Request) -> dict[str, Any]:
    """The request's JSON object; an empty body is an empty object.

    Raises:
        ControlRefused: the body is not a JSON object, or is too large.
    """
    body = await read_body(request.receive, MAX_JSON)
    if body is None or body.over_cap:
        raise ControlRefused(f"the body must have at most {MAX_JSON} bytes", 413, "PAYLOAD_TOO_LARGE")
    try:
        value = schema.decode(body.content) if body.content.strip() else {}
    except Refused as refused:
        named = name_encoding(refused, request.headers.get("content-encoding", ""))
        raise ControlRefused(named.refusals[0].text) from None
    if not isinstance(value, dict):
        raise ControlRefused(f"the body must be a JSON object, not {quote(value)}")
    return value
