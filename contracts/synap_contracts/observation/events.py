"""Events for hypothesis's observability: what happened in a drawn scenario, so that tools such as Tyche show it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from hypothesis import currently_in_test_context, event

if TYPE_CHECKING:
    from synap_contracts.observation.observed import Observation
    from synap_contracts.server.server import Server

_VARIABLES: Final = ("HYPOTHESIS_EXPERIMENTAL_OBSERVABILITY", "HYPOTHESIS_EXPERIMENTAL_OBSERVABILITY_NOCOVER")
"""The environment variables of hypothesis that turn observability on."""


def note_events(observation: Observation, server: Server) -> None:
    """Note how a drawn scenario went, if observability is on.

    Args:
        observation: The scenario as it happened.
        server: Its server, which still has the requests.
    """
    if not any(each in os.environ for each in _VARIABLES) or not currently_in_test_context():
        return
    chunks = len({each.body for each in server.requests()})
    if chunks > len(observation.calls):
        event("chunks seen", payload=chunks)
    sent = [[each.body for each in call.requests] for call in observation.calls if call.trouble]
    if retries := sum(len(bodies) - len(set(bodies)) for bodies in sent):
        event("retries seen", payload=retries)
    for call in observation.calls:
        if call.trouble is not None:
            event(f"fault hit: {call.trouble.named}")
