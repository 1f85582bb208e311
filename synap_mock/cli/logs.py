"""What the server says: the ready line on standard output, the log on standard error, as text or as JSON lines."""

from __future__ import annotations

import json as jsonlib
import logging
import sys
from collections import Counter
from typing import TYPE_CHECKING, Final

from synap_mock.cli.log_queue import LogQueue

if TYPE_CHECKING:
    from collections.abc import Callable

    from synap_mock.domain.history.request import Request
    from synap_mock.domain.ledger.ledger import Ledger
    from synap_mock.transports.server import Server

_log: Final = logging.getLogger("synap_mock")
_KINDS: Final = ("lost", "duplicated", "unknown")
_LISTED: Final = 100
"""Most entries of the ledger that are logged."""


def ready(server: Server, api_key: str, *, json: bool) -> str:
    """The text that says that connections are accepted: where, with which key, and where to watch. JSON is one line."""
    inspector = f"{server.url}/_mock/"
    if json:
        ready = {"event": "ready", "url": server.url, "api_key": api_key, "inspector": inspector}
        if server.control_token is not None:
            ready["control_token"] = server.control_token
        return jsonlib.dumps(ready)
    token = f", control token {server.control_token}" if server.control_token is not None else ""
    return f"synap-mock is ready at {server.url}, API key {api_key}{token}\nWatch the calls at {inspector}"


def configure(*, json: bool, verbose: bool) -> None:
    """Send the log to standard error: warnings, and with `verbose` every call."""
    handler = LogQueue(sys.stderr, _JSONLines() if json else logging.Formatter("%(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    _log.setLevel(logging.INFO if verbose else logging.WARNING)


def log_request(request: Request) -> None:
    """Log one call: what was asked, what was answered, which rules or fault applied. No key, no content."""
    fired = Counter(refusal.rule.id for refusal in request.refusals)
    refused = ", ".join(f"{count} x {rule}" for rule, count in fired.items())
    path = ascii(request.path[:200])[1:-1]
    _log.info(
        "%s %s %s%s%s",
        request.method,
        path,
        "unanswered" if request.status is None else request.status,
        f" fault: {request.fault}" if request.fault else "",
        f" refused: {refused}" if refused else "",
        extra={
            "fields": {
                "event": "request",
                "method": request.method,
                "path": path,
                "status": request.status,
                "fault": request.fault,
                "rules": dict(fired),
            }
        },
    )


def log_ledger(ledger: Ledger, redact: Callable[[str], str]) -> None:
    """Log what was lost or duplicated, at the end; nothing if no entry was sent. No key, no content.

    Args:
        ledger: the ledger.
        redact: masks keys in a text.
    """
    listed = [(name, item) for name in _KINDS for item in getattr(ledger, name)]
    if not (ledger.recorded or ledger.recovered or listed):
        return
    counts = {"lost": ledger.lost_count, "duplicated": ledger.duplicated_count}
    others = {"recovered": len(ledger.recovered), "unknown": len(ledger.unknown)}
    fields = {"event": "ledger", "recorded": ledger.recorded, **counts, **others}
    _log.warning("ledger: %d recorded at once; %s", ledger.recorded, ledger.totals, extra={"fields": fields})
    for name, item in listed[:_LISTED]:
        fields = {
            "event": name,
            "conversation_id": redact(item.entry.conversation_id),
            "role": redact(item.entry.role),
            "sends": item.sends,
            "cause": redact(item.cause),
            "request_ids": item.request_ids,
        }
        where = f" in {item.entry.conversation_id}" if item.entry.conversation_id else ""
        text = redact(f"{name}: {item.entry.role}{where}: {item.cause} (requests: {', '.join(item.request_ids)})")
        _log.warning("%s", text, extra={"fields": fields})
    if len(listed) > _LISTED:
        _log.warning("and %d more", len(listed) - _LISTED)


class _JSONLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        fields = getattr(record, "fields", None) or {
            "event": record.levelname.lower(),
            "message": super().format(record),
        }
        return jsonlib.dumps(fields)
