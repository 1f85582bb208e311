"""A call in a few words, as a list shows it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from synap_mock.domain.values.clock import iso

if TYPE_CHECKING:
    from synap_mock.domain.history.request import Request

_PATH: Final = 200
"""Most characters of a path."""


def row(call: Request, world: str) -> dict[str, Any]:
    """The JSON of a row: the call without its texts.

    Args:
        call: with keys and tokens masked.
        world: the name of its world.
    """
    return {
        "number": call.number,
        "at": iso(call.at),
        "method": call.method,
        "path": call.path[:_PATH],
        "route": call.route,
        "status": call.status,
        "duration_ms": round(call.duration * 1000, 3),
        "total": call.total,
        "succeeded": call.succeeded,
        "failed": call.failed,
        "key": _key(call),
        "world": world,
        "instance_id": call.instance_id,
        "rules": dict(Counter(refusal.rule.id for refusal in call.refusals)),
        "fault": call.fault,
        "background": call.background,
        "unmodelled": call.unmodelled,
        "correlation_id": call.correlation_id,
    }


def _key(call: Request) -> str | None:
    """The key, masked; None: the call had none."""
    sent = next((value for name, value in call.headers if name == "authorization"), "")
    return sent.rpartition(" ")[2] or None
