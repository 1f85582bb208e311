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
    edit='send the header {"Authorization": f"Bearer {synap_mock.api_key}"}',
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
    edit='send synap_mock.api_key, or issue a key of your own: synap_mock.keys.create("synap_my_key")',
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
    edit="send a key that is not revoked: key, instance = synap_mock.keys.create()",
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
    edit="send the X-Instance-ID of the key's own instance, or none",
    observed_detail="Conversation not found or access denied",
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
    edit="wait: synap_mock.clock.advance(60)",
    observed_detail="Too many requests",
)

RULES: Final[tuple[Rule, ...]] = (
    KEY_MISSING,
    KEY_UNKNOWN,
    KEY_REVOKED,
    KEY_OF_OTHER_INSTANCE,
    CALL_TOO_SOON,
)
