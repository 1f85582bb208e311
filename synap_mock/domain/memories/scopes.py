"""Which scope a request names, by the ids that it has and the tenancy of its instance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synap_mock.domain.memories.memory import Scope
from synap_mock.domain.rules import scopes as rules
from synap_mock.domain.rules.rule import Refusal, Refused

if TYPE_CHECKING:
    from synap_mock.domain.access.issued import Instance
    from synap_mock.domain.state import State
    from synap_mock.settings import Tenancy


def scope_of(state: State, instance: Instance, *, user_id: str | None = None, customer_id: str | None = None) -> Scope:
    """The scope of a request: user and customer, user, customer, or client. An empty id counts as absent.

    B2C has no customers: in the documented dialect a `customer_id` stands for the user where there is no `user_id`
    (SDK 0.6.9, ``CreateMemoryRequest``: either id is user scope), and is ignored otherwise. The observed dialect
    rejects it.

    Raises:
        Refused: SCOPE-CUSTOMER-REQUIRED or SCOPE-CUSTOMER-NOT-ACCEPTED.
    """
    user_id, customer_id = user_id or None, customer_id or None
    tenancy = tenancy_of(state, instance)
    if tenancy == "b2b" and user_id and not customer_id:
        text = "is required on a B2B instance, with user_id; send customer_id as a non-empty string"
        raise Refused(Refusal(rules.SCOPE_CUSTOMER_REQUIRED, text, ("customer_id",)))
    if tenancy == "b2c" and customer_id:
        if state.settings.dialect == "observed":
            raise customer_not_accepted()
        user_id, customer_id = user_id or customer_id, None
    return Scope(instance.instance_id, customer_id, user_id)


def tenancy_of(state: State, instance: Instance) -> Tenancy | None:
    """The tenancy of an instance: its own, or the fake's."""
    return instance.tenancy or state.settings.tenancy


def customer_not_accepted() -> Refused:
    """SCOPE-CUSTOMER-NOT-ACCEPTED, of a request with a `customer_id` on a B2C instance."""
    text = "is not accepted on a B2C instance; Send user_id only and omit customer_id entirely."
    return Refused(Refusal(rules.SCOPE_CUSTOMER_NOT_ACCEPTED, text, ("customer_id",)))
