"""Scheduling the failure of a call, and finding out whether it occurred."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synap_contracts.server.server import BATCH, BATCH_ROUTE

if TYPE_CHECKING:
    from synap_contracts.scenarios.model import Call, Json
    from synap_contracts.server.server import Request


def scheduled_fault(fault: Json, skips: int) -> Json:
    """Return a fault in the format of the control API, after a number of requests that succeed."""
    if not skips:
        return fault
    return {"sequence": [{"route": BATCH_ROUTE, "fault": "Latency", "seconds": 0, "times": skips}, fault]}


def fault_hit(calls: tuple[Call, ...], scheduled: list[Json], requests: tuple[Request, ...]) -> bool:
    """Return whether a scheduled failure occurred. If the server does not list faults, it is assumed to.

    Args:
        calls: The calls of a step.
        scheduled: The faults that are still scheduled when the calls have ended.
        requests: The requests of the calls.
    """
    troubles = [call.trouble for call in calls if call.trouble]
    if len(troubles) != 1 or not scheduled:
        return True
    (trouble,) = troubles
    if len(scheduled) > 1:
        return False  # the requests that were to succeed before it were not sent
    if scheduled[0].get("times") is not None:
        return bool(scheduled[0]["times"] != trouble.fault.get("times", 1))
    received = sum(request.path == BATCH for request in requests)
    # A request that is never answered may be missing in the journal.
    silent = trouble.fault.get("fault") in {"ReadTimeout", "StalledBody"}
    return silent or not 0 < received <= trouble.skips
