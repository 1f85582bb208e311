"""Rules about the key that a request has, and how often it calls."""

from __future__ import annotations

from typing import Final

from synap_mock.domain.rules.rule import Evidence, Rule, Scope
from synap_mock.domain.rules.sources import AUTH_PAGE, ERRORS_PAGE, PAGE, PROJECT

KEY_MISSING = Rule(
    id="KEY-MISSING",
    statement="A request without an `Authorization: Bearer KEY` header.",
    scope=Scope.REQUEST,
    that=Evidence.DOCUMENTED,
    how=Evidence.DOCUMENTED,
    source=f"{PAGE}, Raises; {ERRORS_PAGE}",
    code="UNAUTHORIZED",
    status=401,
)
KEY_UNKNOWN = Rule(
    id="KEY-UNKNOWN",
    statement="A request with a key that was never issued.",
    scope=Scope.REQUEST,
    that=Evidence.DOCUMENTED,
    how=Evidence.DOCUMENTED,
    source=f"{PAGE}, Raises; {ERRORS_PAGE}",
    code="UNAUTHORIZED",
    status=401,
)
KEY_REVOKED = Rule(
    id="KEY-REVOKED",
    statement="A request with a key that was revoked.",
    scope=Scope.REQUEST,
    that=Evidence.DOCUMENTED,
    how=Evidence.DOCUMENTED,
    source=f"{ERRORS_PAGE}; {AUTH_PAGE}",
    code="CREDENTIAL_INVALID",
    status=401,
)
KEY_OF_OTHER_INSTANCE = Rule(
    id="KEY-OF-OTHER-INSTANCE",
    statement="A key that was issued with an explicit `instance_id`, used with another `X-Instance-ID`.",
    scope=Scope.REQUEST,
    that=Evidence.ASSUMED,
    how=Evidence.ASSUMED,
    source=f"{PROJECT}; the code FORBIDDEN is on the {ERRORS_PAGE}",
    code="FORBIDDEN",
    status=403,
)
CALL_TOO_SOON = Rule(
    id="CALL-TOO-SOON",
    statement="More calls than the setting `rate_limit` allows a key.",
    scope=Scope.REQUEST,
    that=Evidence.DOCUMENTED,
    how=Evidence.DOCUMENTED,
    source=f"{ERRORS_PAGE}; the plans' numbers: api-reference/overview, one of three pages that give different ones",
    code="RATE_LIMITED",
    status=429,
)

RULES: Final[tuple[Rule, ...]] = (
    KEY_MISSING,
    KEY_UNKNOWN,
    KEY_REVOKED,
    KEY_OF_OTHER_INSTANCE,
    CALL_TOO_SOON,
)
