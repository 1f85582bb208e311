"""Requests and responses of the control API: JSON, and errors in the documented form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from starlette.responses import Response

from synap_mock.domain.conversations import schema
from synap_mock.domain.redaction.credentials import sent_credentials
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

_MAX_BODY: Final = 1024 * 1024
_CODES: Final = {404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED"}


class ControlRefused(Exception):  # noqa: N818 - an outcome on its way out
    """A rejected request to the control API: status, code and an error that says what would be right."""

    def __init__(self, text: str, status: int = 400, code: str = "INVALID_INPUT") -> None:
        super().__init__(text)
        self.text = text
        self.status = status
        self.code = code


def fake(request: Request) -> State:
    """The fake that the request speaks to."""
    state: State = request.app.state.fake
    return state


def redactor(request: Request) -> Redactor:
    """Masks what the fake knows as keys and tokens, and the credentials that the request bears."""
    return fake(request).redactor.also(sent_credentials(request.headers.raw))


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
    text = f"the control API has no {route}; GET /_mock/openapi.json lists what it has"
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
    body = await read_body(request.receive, _MAX_BODY)
    if body is None or body.over_cap:
        raise ControlRefused(f"the body must have at most {_MAX_BODY} bytes", 413, "PAYLOAD_TOO_LARGE")
    try:
        value = schema.decode(body.content) if body.content.strip() else {}
    except Refused as refused:
        named = name_encoding(refused, request.headers.get("content-encoding", ""))
        raise ControlRefused(named.refusals[0].text) from None
    if not isinstance(value, dict):
        raise ControlRefused(f"the body must be a JSON object, not {quote(value)}")
    return value
