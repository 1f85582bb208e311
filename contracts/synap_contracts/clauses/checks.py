"""Every check, in the order in which they run: quick and telling ones first, waiting ones last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from synap_contracts.clauses import auth, inputs, network, results, sending, sessions

if TYPE_CHECKING:
    from synap_contracts.clauses.check import Check

CHECKS: Final[tuple[Check, ...]] = (
    *results.CHECKS,
    *sending.CHECKS,
    *inputs.CHECKS,
    *sessions.CHECKS,
    *auth.CHECKS,
    *network.CHECKS,
)
