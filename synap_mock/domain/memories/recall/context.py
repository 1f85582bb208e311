"""The use case of a context fetch: what is known in a scope, and what the conversation is about now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from synap_mock.domain.conversations.read import conversation_id_of
from synap_mock.domain.memories.memory import KINDS, Scope
from synap_mock.domain.memories.recall.recent import recent
from synap_mock.domain.memories.recall.retrieval import Query, find
from synap_mock.domain.memories.scopes import customer_not_accepted, scope_of, tenancy_of
from synap_mock.domain.rules.bodies import (
    FIELD_BOOLEAN,
    FIELD_INTEGER,
    FIELD_LIST,
    FIELD_OBJECT,
    FIELD_STRING,
    FIELD_STRINGS,
    BodyField,
)
from synap_mock.domain.values.ids import canonical_uuid

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from synap_mock.domain.access.issued import Instance
    from synap_mock.domain.memories.memory import Kind
    from synap_mock.domain.memories.recall.recent import Recent
    from synap_mock.domain.memories.recall.retrieval import Found
    from synap_mock.domain.state import State
    from synap_mock.domain.storage.messages import Message

SUMMARY: Final = "conversation-summary"
"""The context mode that returns a profile and summaries of conversations instead of memories."""
WINDOW: Final = 20
"""Most turns of a conversation in the response to a fetch. Source: SDK 0.6.9, ``_ST_OVERLAY_MAX_TURNS``."""
SECTIONS: Final[Mapping[Kind, str]] = {kind: f"{kind}s" for kind in KINDS}
"""A kind to the list of a response that has its memories."""
TYPES: Final[Mapping[str, tuple[Kind, ...]]] = {
    "all": KINDS,
    **{section: (kind,) for kind, section in SECTIONS.items()},
    **{kind: (kind,) for kind in KINDS},
}
"""The values of `types`: SDK 0.6.9 has ``all`` and the plurals (``ContextType``), the vendor's pages the singulars."""

_IN_CONVERSATION: Final = ("in-conversation",)
_COMMON: Final = (
    BodyField("search_query", FIELD_STRINGS),
    BodyField("max_results", FIELD_INTEGER, least=1, most=50, default=10),
    BodyField("types", FIELD_LIST, choices=tuple(TYPES)),
    BodyField("mode", FIELD_STRING, choices=("fast", "accurate"), default="fast"),
    BodyField("precision_level", FIELD_STRING, choices=("high", "medium"), default="high"),
    BodyField("response_shape", FIELD_STRING, choices=("by_type", "ranked"), default="by_type"),
    BodyField("query_date", FIELD_STRING),
    BodyField("max_results_per_query", FIELD_INTEGER, least=1),
    BodyField("include_conversation_context", FIELD_BOOLEAN, default=True),
    BodyField("scope", FIELD_OBJECT),
)
_CONVERSATION: Final = BodyField("conversation_id", FIELD_STRING)
_USER: Final = BodyField("user_id", FIELD_STRING)
_CUSTOMER: Final = BodyField("customer_id", FIELD_STRING)
_MODE: Final = BodyField("context_mode", FIELD_STRING, choices=_IN_CONVERSATION, default=_IN_CONVERSATION[0])
CONVERSATION_FIELDS: Final = (
    BodyField("conversation_id", FIELD_STRING, required=True),
    _USER,
    _CUSTOMER,
    *_COMMON,
    _MODE,
)
USER_FIELDS: Final = (
    BodyField("user_id", FIELD_STRING, required=True),
    _CUSTOMER,
    _CONVERSATION,
    *_COMMON,
    BodyField("context_mode", FIELD_STRING, choices=(*_IN_CONVERSATION, SUMMARY), default=_IN_CONVERSATION[0]),
    BodyField("include_profile", FIELD_BOOLEAN, default=True),
    BodyField("last_n_conversations", FIELD_INTEGER, least=0, most=20, default=1),
)
CUSTOMER_FIELDS: Final = (
    BodyField("customer_id", FIELD_STRING, required=True),
    _CONVERSATION,
    *_COMMON,
    _MODE,
)
CLIENT_FIELDS: Final = (_CONVERSATION, *_COMMON, _MODE)


@dataclass(frozen=True, slots=True)
class Context:
    """What a fetch found.

    Attributes:
        found: memories, the best first.
        conversation: what the conversation is about now; None: the request names none that the instance has, or leaves
            this out.
    """

    found: Sequence[Found] = ()
    conversation: Recent | None = None


def of_conversation(state: State, instance: Instance, fields: dict[str, Any]) -> Context:
    """The context of a conversation: its memories, those of its user, of the customer and of the client.

    The user and the customer that the request does not name are those of the conversation's newest message that names
    a user. An empty id and an unknown conversation without a user find nothing: the vendor's pages and the SDK say so.

    Raises:
        Refused: the id is not a UUID, or the scope breaks a rule.
    """
    if not fields["conversation_id"]:
        return Context()
    conversation_id = conversation_id_of(fields["conversation_id"])
    user_id, customer_id = _participants(state, instance, conversation_id)
    scope = scope_of(
        state,
        instance,
        user_id=fields["user_id"] or user_id,
        customer_id=fields["customer_id"] or customer_id,
    )
    narrow = Scope(instance.instance_id, scope.customer_id, scope.user_id, conversation_id)
    return _context(state, narrow, fields, conversation_id)


def of_user(state: State, instance: Instance, fields: dict[str, Any]) -> Context:
    """The context of a user: the user's memories, the customer's and the client's. An empty id finds nothing.

    Raises:
        Refused: the scope breaks a rule.
    """
    scope = scope_of(state, instance, user_id=fields["user_id"], customer_id=fields["customer_id"])
    return _context(state, scope, fields, _named(fields)) if fields["user_id"] else Context()


def of_customer(state: State, instance: Instance, fields: dict[str, Any]) -> Context:
    """The context of a customer: the customer's memories and the client's. An empty id finds nothing.

    Raises:
        Refused: SCOPE-CUSTOMER-NOT-ACCEPTED, on a B2C instance.
    """
    if tenancy_of(state, instance) == "b2c":
        raise customer_not_accepted()
    scope = Scope(instance.instance_id, fields["customer_id"])
    return _context(state, scope, fields, _named(fields)) if fields["customer_id"] else Context()


def of_client(state: State, instance: Instance, fields: dict[str, Any]) -> Context:
    """The context of the client: what is known of no customer and no user."""
    return _context(state, Scope(instance.instance_id), fields, _named(fields))


def _context(state: State, scope: Scope, fields: dict[str, Any], conversation_id: str | None) -> Context:
    query = _query(fields, match=state.settings.retrieval == "match")
    found = find(state.memories, scope, query)
    if conversation_id is None or not fields["include_conversation_context"]:
        return Context(found)
    try:
        return Context(found, recent(state, scope.instance_id, conversation_id, WINDOW))
    except KeyError:
        return Context(found)


def _query(fields: dict[str, Any], *, match: bool) -> Query:
    given = fields["search_query"] or []
    texts = [given] if isinstance(given, str) else given
    kinds = {kind for name in fields["types"] or ["all"] for kind in TYPES[name]}
    return Query(
        texts=tuple(dict.fromkeys(text for text in texts if text.strip())),
        kinds=frozenset(kinds),
        max_results=fields["max_results"],
        per_query=fields["max_results_per_query"],
        match=match,
    )


def _named(fields: dict[str, Any]) -> str | None:
    """The conversation that a fetch for a wider scope names; an id that is not a UUID names none."""
    return canonical_uuid(fields["conversation_id"] or "")


def _participants(state: State, instance: Instance, conversation_id: str) -> tuple[str | None, str | None]:
    """User and customer of a conversation; B2C has no customers."""
    try:
        messages = state.store.latest(instance.instance_id, conversation_id, limit=WINDOW)
    except KeyError:
        return None, None
    newest: Message | None = next((message for message in reversed(messages) if message.user_id), None)
    if newest is None:
        return None, None
    return newest.user_id, None if tenancy_of(state, instance) == "b2c" else newest.customer_id
