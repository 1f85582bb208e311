"""What the server says: the ready line on standard output, the log on standard error, as text or as JSON lines."""

from __future__ import annotations

import json as jsonlib
import logging
import sys
from collections import Counter
from typing import TYPE_CHECKING, Final

from synap_mock.cli.log_queue import LogQueue

if TYPE_CHECKING:
    from synap_mock.domain.history.journal import Request
    from synap_mock.transports.server import Server

_log: Final = logging.getLogger("synap_mock")


def ready(server: Server, api_key: str, *, json: bool) -> str:
    """The one line that says that connections are accepted."""
    if json:
        ready = {"event": "ready", "url": server.url, "api_key": api_key}
        if server.control_token is not None:
            ready["control_token"] = server.control_token
        return jsonlib.dumps(ready)
    token = f", control token {server.control_token}" if server.control_token is not None else ""
    return f"synap-mock is ready at {server.url}, API key {api_key}{token}"


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


class _JSONLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        fields = getattr(record, "fields", None) or {
            "event": record.levelname.lower(),
            "message": super().format(record),
        }
        return jsonlib.dumps(fields)
