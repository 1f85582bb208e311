"""Who am I: what an SDK asks when it starts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from synap_mock.domain.values.encoding import encode
from synap_mock.http.call import Answer
from synap_mock.http.endpoint import Keyed, Route

if TYPE_CHECKING:
    from synap_mock.domain.access.issued import Instance
    from synap_mock.domain.state import State
    from synap_mock.http.call import Call
    from synap_mock.settings import Tenancy

ISOLATION: Final[dict[Tenancy, str]] = {"b2b": "strict", "b2c": "equals_customer"}
"""Tenancy to `user_context_isolation`, as SDK 0.4.7 and later read it."""


def whoami(state: State, _: Call, instance: Instance) -> Answer:
    """``GET /api/v1/auth/whoami``."""
    body = {"client_id": instance.client_id, "instance_id": instance.instance_id}
    tenancy = instance.tenancy or state.settings.tenancy
    if tenancy is not None:
        body["user_context_isolation"] = ISOLATION[tenancy]
    return Answer(200, encode(body))


ROUTES: Final = (Route("GET", "/api/v1/auth/whoami", Keyed(whoami), "whoami", "Who am I", response=("Identity",)),)
