"""Rules about erasure: what may be deleted, and by whom."""

from __future__ import annotations

from typing import Final

from synap_mock.domain.rules.rule import Evidence, Rule, Scope
from synap_mock.domain.rules.sources import PROJECT

_DELETE: Final = "SDK 0.6.9, data/interface.py"

DELETE_TARGET = Rule(
    id="DELETE-TARGET",
    statement="An erasure without an id that its `scope` requires, or with a blank one: `user_id` (user and "
    "conversation), `conversation_id` (conversation), `customer_id` (customer).",
    scope=Scope.CALL,
    that=Evidence.SDK,
    how=Evidence.ASSUMED,
    source=f"{_DELETE}, Args",
    edit="send the ids of the scope",
)
DELETE_CONFIRM = Rule(
    id="DELETE-CONFIRM",
    statement="An erasure whose `confirm` is not the id that is erased. (A `dry_run` needs none.)",
    scope=Scope.CALL,
    that=Evidence.SDK,
    how=Evidence.ASSUMED,
    source=f"{_DELETE}, build_delete_body",
    edit="send confirm with the id that is erased",
)
DELETE_NO_CUSTOMERS = Rule(
    id="DELETE-NO-CUSTOMERS",
    statement='An erasure with `scope="customer"` on a B2C instance, which has no customers.',
    scope=Scope.CALL,
    that=Evidence.SDK,
    how=Evidence.SDK,
    source=f"{_DELETE}, Raises",
    edit='send scope="user" with the user_id',
)
DELETE_FORBIDDEN = Rule(
    id="DELETE-FORBIDDEN",
    statement="The erasure of a whole customer: it needs a management key, and every key of the fake is a runtime key.",
    scope=Scope.CALL,
    that=Evidence.SDK,
    how=Evidence.SDK,
    source=f"{_DELETE} (403 without management:*); the details: the errors page",
    code="FORBIDDEN",
    status=403,
    edit='erase the customer\'s users, one by one, with scope="user"',
    observed_detail="Permission denied: management:* is required",
)
DELETE_CONFLICT = Rule(
    id="DELETE-CONFLICT",
    statement="The erasure of a conversation that has messages of another customer than `customer_id`.",
    scope=Scope.CALL,
    that=Evidence.SDK,
    how=Evidence.SDK,
    source=f"{_DELETE}, Raises (409: the id belongs to another customer)",
    code="CONFLICT",
    status=409,
    edit="send the customer_id of the conversation",
)
DELETION_UNKNOWN = Rule(
    id="DELETION-UNKNOWN",
    statement="The record of an erasure that the key's instance did not make.",
    scope=Scope.CALL,
    that=Evidence.DERIVED,
    how=Evidence.ASSUMED,
    source=PROJECT,
    code="DELETION_NOT_FOUND",
    status=404,
    edit="erase first, with the same instance's key; a dry run has no record",
)

RULES: Final[tuple[Rule, ...]] = (
    DELETE_TARGET,
    DELETE_CONFIRM,
    DELETE_NO_CUSTOMERS,
    DELETE_FORBIDDEN,
    DELETE_CONFLICT,
    DELETION_UNKNOWN,
)
