"""Rules about the scope that a request names: which ids a tenancy requires or rejects."""

from __future__ import annotations

from typing import Final

from synap_mock.domain.rules.edits import GONE
from synap_mock.domain.rules.rule import Evidence, Rule, Scope

SCOPE_CUSTOMER_REQUIRED = Rule(
    id="SCOPE-CUSTOMER-REQUIRED",
    statement="On a B2B instance: a `user_id` without a `customer_id` (an empty string counts as none), in a request "
    "about memories, context, a transcript or erasure.",
    scope=Scope.CALL,
    that=Evidence.SDK,
    how=Evidence.ASSUMED,
    source="SDK 0.6.9, memories/models.py (user_id without customer_id is 400) and scoping.py",
    code="CUSTOMER_ID_REQUIRED",
    edit=lambda _: "customer-1",
)
SCOPE_CUSTOMER_NOT_ACCEPTED = Rule(
    id="SCOPE-CUSTOMER-NOT-ACCEPTED",
    statement="On a B2C instance: a fetch of a customer's context; in the observed dialect also a `customer_id` in any "
    "request about memories, context, a transcript or erasure. (Documented: it is the user where there is no "
    "`user_id`, and ignored otherwise.)",
    scope=Scope.CALL,
    that=Evidence.SDK,
    how=Evidence.SDK,
    source="the vendor's own tests of its B2C answer, 2026-08; SDK 0.4.7 and later",
    code="CUSTOMER_ID_NOT_ACCEPTED",
    edit=lambda _: GONE,
    observed_code="customer_id_not_accepted_on_b2c",
)

RULES: Final[tuple[Rule, ...]] = (SCOPE_CUSTOMER_REQUIRED, SCOPE_CUSTOMER_NOT_ACCEPTED)
