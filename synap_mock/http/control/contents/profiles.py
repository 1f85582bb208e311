"""``/_mock/profiles``: the profiles of users, as the test seeds them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from synap_mock.domain.memories.seeding import seed_profile
from synap_mock.domain.values.encoding import encode
from synap_mock.http.control.json import ControlRefused, answer, fake, targets
from synap_mock.http.control.parameters.operation import Operation
from synap_mock.http.control.parameters.paging import PAGING, cursor_of, fitting, limit_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from synap_mock.domain.memories.memory import Scope


async def show(request: Request, _: dict[str, Any]) -> Response:
    """``GET /_mock/profiles?limit=&after=``: every instance's."""
    limit = limit_of(request)
    (after,) = cursor_of(request) or (0,)
    found = fake(request).memories.profiles()
    page = fitting(found[after : after + limit], lambda item: len(encode(item[1])))
    end = after + len(page)
    shown = [_to_json(scope, profile) for scope, profile in page]
    return answer({"profiles": shown, "next": str(end) if end < len(found) else None})


async def seed(request: Request, fields: dict[str, Any]) -> Response:
    """``POST /_mock/profiles`` with ``{"user_id", "profile", "customer_id"?, "instance_id"?}``."""
    state = fake(request)
    given = {"user_id": None, "profile": None} | fields
    try:
        scope, profile = seed_profile(state, **given)
    except (TypeError, ValueError) as error:
        raise ControlRefused(str(error)) from None
    return answer(_to_json(scope, profile))


async def clear(request: Request, _: dict[str, Any]) -> Response:
    """``DELETE /_mock/profiles``."""
    for state in targets(request):
        state.memories.clear_profiles()
    return answer({"profiles": [], "next": None})


def _to_json(scope: Scope, profile: dict[str, Any]) -> dict[str, Any]:
    return {
        "user_id": scope.user_id,
        "customer_id": scope.customer_id,
        "instance_id": scope.instance_id,
        "profile": profile,
    }


OPERATIONS: Final = (
    Operation("GET", "/profiles", show, "show_profiles", "Every profile", response=("Profiles",), query=PAGING),
    Operation(
        "POST",
        "/profiles",
        seed,
        "seed_profile",
        "Seed the profile of a user",
        request="NewProfile",
        response=("Profile",),
        fields=("user_id", "profile", "customer_id", "instance_id"),
    ),
    Operation(
        "DELETE", "/profiles", clear, "clear_profiles", "Remove every profile", response=("Profiles",), all_worlds=True
    ),
)
