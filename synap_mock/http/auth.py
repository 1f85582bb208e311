"""Authentication and rate limits, checked before the body is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synap_mock.domain.rules.credentials import CALL_TOO_SOON
from synap_mock.domain.rules.rule import Refusal, Refused

if TYPE_CHECKING:
    from synap_mock.domain.access.issued import Instance
    from synap_mock.domain.state import State
    from synap_mock.http.call import Call


def authenticate(state: State, call: Call) -> Instance:
    """The instance whose key the call uses.

    Raises:
        Refused: with one of the KEY rules, or CALL-TOO-SOON.
    """
    authorization = call.header(b"authorization")
    call.instance = state.keys.authenticate(authorization, call.header(b"x-instance-id"))
    limit = state.settings.rate_limit
    if limit is not None:
        allowance = state.limits.take(authorization.partition(" ")[2].strip(), limit, state.clock.microseconds())
        call.limits = allowance.headers()
        if allowance.retry_after:
            raise Refused(
                Refusal(CALL_TOO_SOON, f"Too many requests; the next is allowed in {allowance.retry_after} s")
            )
    return call.instance
