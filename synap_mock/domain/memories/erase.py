"""The use case of erasure: remove what an instance holds about one user, or one conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from synap_mock.domain.memories.deletions import Deletion
from synap_mock.domain.memories.scopes import scope_of
from synap_mock.domain.rules.bodies import FIELD_BOOLEAN, FIELD_STRING, BodyField
from synap_mock.domain.rules.resources import erasure as rules
from synap_mock.domain.rules.rule import Refusal, Refused
from synap_mock.domain.storage.protocol import Removed, Target
from synap_mock.domain.values.ids import conversation_uuid

if TYPE_CHECKING:
    from synap_mock.domain.access.issued import Instance
    from synap_mock.domain.memories.memory import Scope
    from synap_mock.domain.state import State

SCOPES: Final = ("user", "conversation", "customer")
"""SDK 0.6.9, ``DATA_SCOPES``."""
FIELDS: Final = (
    BodyField("scope", FIELD_STRING, required=True, choices=SCOPES),
    BodyField("instance_id", FIELD_STRING),
    BodyField("user_id", FIELD_STRING),
    BodyField("customer_id", FIELD_STRING),
    BodyField("conversation_id", FIELD_STRING),
    BodyField("dry_run", FIELD_BOOLEAN, default=False),
    BodyField("confirm", FIELD_STRING),
)
"""Source: SDK 0.6.9, ``build_delete_body``."""
PERMISSION: Final = "management:*"

_REQUIRED: Final = {"user": ("user_id",), "conversation": ("conversation_id", "user_id"), "customer": ("customer_id",)}
"""Of each scope, first the id that is erased."""


def erase(state: State, instance: Instance, fields: dict[str, Any]) -> Deletion:
    """Erase a user or a conversation from one instance, or count what would be removed.

    A user's erasure removes the user's messages, memories, their documents, and profile. A conversation's removes its
    messages, compactions and transcript; memories are kept (SDK 0.6.9, ``data.delete``). The journal keeps its calls:
    it is the test's record, not the vendor's.

    Args:
        state: the fake.
        instance: the instance.
        fields: the values of `FIELDS`.

    Raises:
        Refused: an id or `confirm` is missing or wrong, or it may not be erased. Nothing was removed.
    """
    scope = _admitted(state, instance, fields)
    dry_run = fields["dry_run"]
    with state.transcripts.lock:
        if fields["scope"] == "user":
            target = Target(user_id=scope.user_id, customer_id=scope.customer_id)
            removed = state.store.remove(instance.instance_id, target, dry_run=dry_run)
            memories, profiles = state.memories.remove_user(scope, dry_run=dry_run)
        else:
            removed = _conversation(state, scope, fields)
            memories = profiles = 0
        if not dry_run:
            state.transcripts.keep(instance.instance_id, state.store.holds)
            state.compactions.keep(instance.instance_id, state.store.holds)
    deletion_id = None if dry_run else state.ids.uuid()
    deletion = Deletion(
        deletion_id, fields["scope"], removed.messages, removed.conversations, memories=memories, profiles=profiles
    )
    if deletion_id is not None:
        state.deletions.add(instance.instance_id, deletion_id, deletion)
    return deletion


def _admitted(state: State, instance: Instance, fields: dict[str, Any]) -> Scope:
    """The scope that may be erased.

    Raises:
        Refused: by a rule of `synap_mock.domain.rules.resources.erasure`, or one about tenancy.
    """
    tenancy = instance.tenancy or state.settings.tenancy
    kind, required = fields["scope"], _REQUIRED[fields["scope"]]
    if kind == "customer" and tenancy == "b2c":
        text = "must be user or conversation on a B2C instance, which has no customers"
        raise Refused(Refusal(rules.DELETE_NO_CUSTOMERS, text, ("scope",)))
    missing = [name for name in required if not (fields[name] or "").strip()]
    if missing:
        raise Refused(*(Refusal(rules.DELETE_TARGET, f'must be given for scope "{kind}"', (name,)) for name in missing))
    if not fields["dry_run"] and fields["confirm"] != fields[required[0]]:
        text = f"must equal {required[0]}, which is erased; or send dry_run: true"
        raise Refused(Refusal(rules.DELETE_CONFIRM, text, ("confirm",)))
    scope = scope_of(state, instance, user_id=fields["user_id"], customer_id=fields["customer_id"])
    if kind == "customer":
        text = f"Permission denied; the erasure of a customer needs a key with {PERMISSION}"
        raise Refused(Refusal(rules.DELETE_FORBIDDEN, text, details=(("required_permission", PERMISSION),)))
    return scope


def _conversation(state: State, scope: Scope, fields: dict[str, Any]) -> Removed:
    """Remove a conversation's messages, of whichever user.

    Raises:
        Refused: DELETE-CONFLICT.
    """
    conversation_id = conversation_uuid(fields["conversation_id"])
    whole = Target(conversation_id=conversation_id)
    found = state.store.remove(scope.instance_id, whole, dry_run=True)
    if scope.customer_id is not None:
        own = whole._replace(customer_id=scope.customer_id)
        if state.store.remove(scope.instance_id, own, dry_run=True) != found:
            text = "is not the customer of the conversation"
            raise Refused(Refusal(rules.DELETE_CONFLICT, text, ("customer_id",)))
    return found if fields["dry_run"] else state.store.remove(scope.instance_id, whole)
