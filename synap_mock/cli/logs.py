"""What the server says: the ready line on standard output, the log on standard error, as text or as JSON lines."""

from __future__ import annotations

import json as jsonlib
import logging
import re
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from synap_mock.cli.log_queue import LogQueue
from synap_mock.domain.values.batch import ROLES
from synap_mock.domain.values.ids import canonical_uuid
from synap_mock.http.control.history.rows import row

if TYPE_CHECKING:
    from collections.abc import Callable

    from synap_mock.domain.history.request import Request
    from synap_mock.domain.ledger.ledger import Ledger
    from synap_mock.transports.server import Server

_log: Final = logging.getLogger("synap_mock")
_KINDS: Final = ("lost", "duplicated", "unknown")
_LISTED: Final = 100
"""Most entries of the ledger that are logged."""
_LOGGED: Final = ("correlation_id", "method", "route", "status", "duration_ms", "world", "key", "rules", "fault")
"""What a line about a call has of its row."""
_QUOTED: Final = re.compile(r"""['"].*['"]""", re.DOTALL)
"""The values that a text quotes, and what is between them."""


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


def is_verbose() -> bool:
    """Whether every call is logged."""
    return _log.isEnabledFor(logging.INFO)


def log_request(world: str, request: Request) -> None:
    """Log one call: what was asked, what was answered, which rules or fault applied. No key, no content.

    Args:
        world: the name of its world.
        request: the call.
    """
    call = row(request, world)
    refused = ", ".join(f"{count} x {rule}" for rule, count in call["rules"].items())
    path = ascii(call["path"])[1:-1]
    _log.info(
        "%s %s %s%s%s",
        request.method,
        path,
        "unanswered" if request.status is None else request.status,
        f" fault: {request.fault}" if request.fault else "",
        f" refused: {refused}" if refused else "",
        extra={"fields": {"event": "request"} | {name: call[name] for name in _LOGGED} | {"path": path}},
    )


def log_ledger(ledger: Ledger, redact: Callable[[str], str]) -> None:
    """Log what was lost or duplicated, at the end; nothing if no entry was sent.

    Of what a client sent, only roles, UUIDs of conversations and correlation ids are logged.

    Args:
        ledger: the ledger.
        redact: masks keys in a text.
    """
    listed = [(name, item) for name in _KINDS for item in getattr(ledger, name)]
    if not (ledger.recorded or ledger.recovered or listed):
        return
    counts = {"lost": ledger.lost_count, "duplicated": ledger.duplicated_count}
    others = {"recovered": len(ledger.recovered), "unknown": len(ledger.unknown)}
    fields: dict[str, Any] = {"event": "ledger", "recorded": ledger.recorded, **counts, **others}
    _log.warning("ledger: %d recorded at once; %s", ledger.recorded, ledger.totals, extra={"fields": fields})
    for name, item in listed[:_LISTED]:
        fields = {
            "event": name,
            "conversation_id": canonical_uuid(item.entry.conversation_id),
            "role": item.entry.role if item.entry.role in ROLES else None,
            "sends": item.sends,
            "cause": redact(_QUOTED.sub("…", item.cause)),
            "request_ids": [*map(redact, item.request_ids)],
        }
        where = f" in {fields['conversation_id']}" if fields["conversation_id"] else ""
        who = fields["role"] or "an entry"
        text = f"{name}: {who}{where}: {fields['cause']} (requests: {', '.join(fields['request_ids'])})"
        _log.warning("%s", text, extra={"fields": fields})
    if len(listed) > _LISTED:
        _log.warning("and %d more", len(listed) - _LISTED)


class _JSONLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        level = record.levelname.lower()
        fields = getattr(record, "fields", None) or {"event": level, "message": super().format(record)}
        return jsonlib.dumps({"time": _time(record.created), "level": level, **fields})


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
