"""``/_mock/keys``: API keys and the instances that they belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from synap_mock.domain.redaction.redactor import mask
from synap_mock.http.control.json import ControlRefused, answer, fake
from synap_mock.http.control.parameters.operation import Operation

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


async def create(request: Request, fields: dict[str, Any]) -> Response:
    """``POST /_mock/keys`` with ``{"key"?, "instance_id"?, "tenancy"?}``: the one answer that shows a key whole."""
    state = fake(request)
    try:
        key, instance = state.keys.create(fields.pop("key", None), **fields)
    except (TypeError, ValueError) as error:
        raise ControlRefused(str(error)) from None
    state.feed.add("keys")
    return answer({"key": key, "instance_id": instance.instance_id, "client_id": instance.client_id})


async def revoke(request: Request, _: dict[str, Any]) -> Response:
    """``DELETE /_mock/keys/{key}``: from now on it is answered 401 ``CREDENTIAL_INVALID``."""
    key = request.path_params["key"]
    state = fake(request)
    try:
        state.keys.revoke(key)
    except KeyError:
        raise ControlRefused("there is no such key to revoke", 404, "NOT_FOUND") from None
    state.feed.add("keys")
    return answer({"key": mask(key), "revoked": True})


OPERATIONS: Final = (
    Operation(
        "POST",
        "/keys",
        create,
        "create_key",
        "Issue a key",
        request="NewKey",
        response=("IssuedKey",),
        fields=("key", "instance_id", "tenancy"),
    ),
    Operation("DELETE", "/keys/{key:path}", revoke, "revoke_key", "Revoke a key", response=("RevokedKey",)),
)
