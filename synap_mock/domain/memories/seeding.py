"""The use case of seeding: what a test wants to be remembered before the application asks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, get_args

from synap_mock.domain.memories.memory import Kind, Memory, Scope
from synap_mock.domain.memories.scopes import scope_of
from synap_mock.domain.rules.rule import Refused
from synap_mock.domain.values.clock import iso
from synap_mock.domain.values.encoding import encode
from synap_mock.domain.values.ids import canonical_uuid
from synap_mock.domain.values.quoting import quote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synap_mock.domain.access.issued import Instance
    from synap_mock.domain.state import State

_DOCUMENT: Final = frozenset({"attributes", "overview", "extras", "meta", "_meta", "profile"})
"""What a profile has; source: SDK 0.6.9, ``UserProfileModel``."""


def seed_memory(  # noqa: PLR0913 - what a memory has
    state: State,
    text: object,
    *,
    kind: object = "fact",
    user_id: object = None,
    customer_id: object = None,
    conversation_id: object = None,
    instance_id: object = None,
) -> Memory:
    """Store a memory, ready at once; `SynapMock.remember` describes the arguments.

    Raises:
        TypeError: an argument of the wrong type.
        ValueError: an argument out of its range, or a scope that the tenancy of the instance does not have.
    """
    if not isinstance(text, str):
        raise TypeError(f"text must be a string, not {quote(text)}")
    if kind not in get_args(Kind):
        wanted = " or ".join(map(repr, get_args(Kind)))
        error = ValueError if isinstance(kind, str) else TypeError
        raise error(f"kind must be {wanted}, not {quote(kind)}")
    scope = _scope(state, user_id, customer_id, conversation_id, instance_id)
    memory = Memory(
        text=text,
        kind=kind,  # type: ignore[arg-type] # it is one of them
        scope=scope,
        memory_id=state.ids.uuid(),
        created_at=iso(state.clock.microseconds()),
    )
    state.memories.add(memory)
    return memory


def seed_profile(
    state: State, user_id: object, profile: object, *, customer_id: object = None, instance_id: object = None
) -> tuple[Scope, dict[str, Any]]:
    """Set the profile of a user; `SynapMock.profile` describes the arguments.

    Returns:
        Whose it is, and the profile as it is returned.

    Raises:
        TypeError: an argument of the wrong type.
        ValueError: as in `seed_memory`, or a profile that is not JSON.
    """
    if user_id is None:
        raise TypeError(f"user_id must be a string, not {quote(user_id)}")
    if not isinstance(profile, dict):
        raise TypeError(f"profile must be a JSON object, not {quote(profile)}")
    scope = _scope(state, user_id, customer_id, None, instance_id)
    document = _copied(profile)
    if _DOCUMENT.isdisjoint(document):
        document = {"attributes": {name: {"value": value} for name, value in document.items()}}
    state.memories.set_profile(scope, document)
    return scope, document


def _scope(state: State, user_id: object, customer_id: object, conversation_id: object, instance_id: object) -> Scope:
    instance = _instance(state, instance_id)
    user, customer = _identifier("user_id", user_id), _identifier("customer_id", customer_id)
    try:
        scope = scope_of(state, instance, user_id=user, customer_id=customer)
    except Refused as refused:
        first = refused.refusals[0]
        raise ValueError(f"{first.where} {first.text}") from None
    if conversation_id is None:
        return scope
    canonical = canonical_uuid(str(conversation_id))
    if canonical is None:
        raise ValueError(f"conversation_id must be a UUID, not {quote(conversation_id)}")
    return Scope(scope.instance_id, scope.customer_id, scope.user_id, canonical)


def _instance(state: State, instance_id: object) -> Instance:
    if instance_id is None:
        return state.keys.instance_of(state.keys.default)
    if not isinstance(instance_id, str):
        raise TypeError(f"instance_id must be a string, not {quote(instance_id)}")
    found = state.keys.instance(instance_id)
    if found is None:
        raise ValueError(f"instance_id must be that of a key; {quote(instance_id)} is not")
    return found


def _identifier(name: str, value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a string, not {quote(value)}")
    if not value:
        raise ValueError(f"{name} must not be empty; leave it out")
    return value


def _copied(profile: Mapping[str, Any]) -> dict[str, Any]:
    """The profile as the client will read it: a later change of the test's own object does not change it."""
    try:
        found: dict[str, Any] = json.loads(encode(profile))
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"profile must be JSON; {error}") from None
    return found
