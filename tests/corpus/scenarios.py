"""The requests of the corpus: each scenario is one fake and the requests that it receives, in order."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from itertools import product
from typing import Any, Final

BATCH: Final = "/v1/conversations/messages/batch"
ONE: Final = "/v1/conversations/messages"
FIRST: Final = "00000000-0000-4000-8000-000000000001"
SECOND: Final = "6f1b1d5e-7d0c-4c39-9e67-0b8f4c6f2a11"
ENTRY: Final = {"conversation_id": FIRST, "role": "user", "content": "hi"}
FULL: Final = {**ENTRY, "user_id": "ann", "customer_id": "acme", "session_id": "s-1", "metadata": {"a": [1, 1.0, True]}}


@dataclass(frozen=True)
class Step:
    """One request.

    Attributes:
        method: HTTP method.
        path: with its query.
        body: sent as it is.
        headers: in addition to the default key's; an empty value leaves that header out.
    """

    method: str
    path: str
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Scenario:
    """One fake with its settings, and what it receives."""

    settings: dict[str, Any]
    steps: tuple[Step, ...]


def post(path: str, value: object, **headers: str) -> Step:
    """A request with a JSON body; underscores in the names of headers are hyphens."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Step("POST", path, json.dumps(value).encode(), named)


def record(*entries: object) -> Step:
    """A batch of these entries."""
    return post(BATCH, {"messages": list(entries)})


def get(path: str, **headers: str) -> Step:
    """A GET request."""
    return Step("GET", path, headers={name.replace("_", "-"): text for name, text in headers.items()})


LOOK: Final = (
    get("/_mock/conversations"),
    get(f"/_mock/conversations/{FIRST}"),
    get(f"/v1/conversations/{FIRST}/messages"),
    get("/_mock/requests?limit=5"),
)
"""How a scenario ends: what was recorded, and the newest calls of the journal."""


def without(key: str) -> dict[str, Any]:
    """A full entry without one key."""
    return {name: value for name, value in FULL.items() if name != key}


_WRONG: Final[tuple[object, ...]] = (None, 5, 1.5, True, [], {}, "", "User", "x" * 70, "\ud800")
_BAD_ENTRIES: Final = (
    "hi",
    None,
    *(without(name) for name in ("conversation_id", "role", "content")),
    *({**FULL, name: value} for name in FULL for value in _WRONG),
    {**FULL, "conversation_id": "livekit-3f2a"},
)
_BAD_BODIES: Final = (b"", b"{", b"[]", b"null", b"{}", b'{"messages": {}}', b'{"messages": [NaN]}', b"\xff\xfe")
_FAULTS: Final = (
    {"fault": "Unauthorized"},
    {"fault": "Forbidden"},
    {"fault": "RateLimited", "retry_after": 30},
    {"fault": "RateLimited", "retry_after": None},
    {"fault": "ServerError"},
    {"fault": "ServerError", "status": 503, "after_commit": True},
    {"fault": "InsufficientCredits", "balance_credits": 2},
    {"fault": "TrialLimitReached"},
    {"fault": "InstanceNotReady"},
    {"fault": "InstanceBuildFailed"},
    {"fault": "Conflict"},
    {"fault": "Respond", "status": 201, "json": {"a": 1}, "headers": {"x-a": "b"}},
    {"fault": "Respond", "status": 204},
    {"fault": "Respond", "status": 200, "content": "text"},
    {"fault": "Latency", "seconds": 2},
    {"fault": "MalformedBody"},
    {"fault": "WrongShape", "json": {"total": 1}},
    {"fault": "ServerError", "route": "GET /api/v1/auth/whoami"},
    {"fault": "ReadTimeout"},
    {"fault": "ConnectionReset", "after_commit": True},
    {"fault": "Disconnected"},
    {"fault": "TruncatedBody"},
    {"fault": "StalledBody", "after_commit": True},
)
_BAD_CONTROL: Final = (
    post("/_mock/faults", {}),
    post("/_mock/faults", {"fault": "Typo"}),
    post("/_mock/faults", {"fault": "ServerError", "status": 200}),
    post("/_mock/faults", {"fault": "ServerError", "times": 0}),
    post("/_mock/faults", {"fault": "ConnectionRefused"}),
    post("/_mock/faults", {"sequence": 5}),
    post("/_mock/rejections", {"where": None}),
    post("/_mock/rejections", {"where": -1}),
    post("/_mock/answers", {"method": "POST", "path": BATCH}),
    post("/_mock/answers", {"method": "POST", "path": "no/slash"}),
    post("/_mock/clock", {"advance": -1}),
    post("/_mock/clock", {"freeze": "yesterday"}),
    post("/_mock/clock", {}),
    post("/_mock/keys", {"key": "a b"}),
    post("/_mock/keys", {"tenancy": "b3b"}),
    post("/_mock/reset", []),
    Step("DELETE", "/_mock/keys/none"),
    Step("PATCH", "/_mock/settings", b'{"dialect": "loud"}'),
    Step("PATCH", "/_mock/settings", b'{"seed": 5}'),
    Step("PATCH", "/_mock/settings", b'{"colour": 5}'),
    get("/_mock/requests?limit=0"),
    get("/_mock/conversations/none"),
    get(f"/_mock/conversations/{SECOND}"),
    get("/_mock/none"),
    Step("PUT", "/_mock/reset"),
    get("/_mock/settings", host="evil.example"),
    get("/_mock/settings", origin="https://evil.example"),
)


def _recording(**settings: Any) -> Scenario:
    """What an ordinary client does."""
    return Scenario(
        settings,
        (
            get("/health", authorization=""),
            get("/api/v1/auth/whoami"),
            post("/v1/telemetry/batch", {"events": []}),
            record(ENTRY, FULL, {**FULL, "conversation_id": SECOND, "role": "assistant", "metadata": None}),
            record(),
            record({**ENTRY, "conversation_id": SECOND.upper()}, {**ENTRY, "conversation_id": f"{{{FIRST}}}"}),
            record(ENTRY, {**FULL, "conversation_id": "livekit-3f2a"}, FULL, without("customer_id")),
            record(
                {**ENTRY, "content": ""}, {**ENTRY, "content": "e\u0301 \u202e \x00 \U0001f468"}, {**ENTRY, "odd": 1}
            ),
            post(ONE, FULL),
            post(ONE, without("session_id")),
            post(ONE, without("user_id")),
            post(ONE, {**FULL, "conversation_id": "none"}),
            get(f"/v1/conversations/{FIRST}/messages?start=2&limit=1"),
            get(f"/v1/conversations/{FIRST}/messages?start=0"),
            get(f"/v1/conversations/{FIRST}/messages?limit=x"),
            get("/v1/conversations/none/messages"),
            get(f"/v1/conversations/{SECOND[:-1]}2/messages"),
            get("/v1/context/user/fetch"),
            Step("PUT", BATCH),
            *LOOK,
        ),
    )


def _rejecting(dialect: str) -> Scenario:
    """Every kind of wrong entry and body, and wrong credentials."""
    return Scenario(
        {"dialect": dialect, "max_batch": 3, "max_body": 20_000},
        (
            *(record(ENTRY, entry) for entry in _BAD_ENTRIES),
            *(Step("POST", BATCH, body) for body in _BAD_BODIES),
            *(Step("POST", ONE, body) for body in _BAD_BODIES),
            record(*[ENTRY] * 4),
            record({**ENTRY, "content": "x" * 20_000}),
            Step("POST", BATCH, b"{}", {"authorization": ""}),
            Step("POST", BATCH, b"{}", {"authorization": "Bearer synap_never_issued_to_anyone"}),
            Step("POST", BATCH, b"{}", {"authorization": "Basic abc"}),
            *LOOK,
        ),
    )


def _failing(dialect: str) -> Scenario:
    """Each fault once, a rejection, a canned response, a moved clock, a revoked key."""
    applied = [step for fault in _FAULTS for step in (post("/_mock/faults", fault), record(ENTRY))]
    return Scenario(
        {"dialect": dialect, "rate_limit": (1000, 1000)},
        (
            *applied,
            get("/_mock/faults"),
            get("/api/v1/auth/whoami"),
            post("/_mock/rejections", {"where": 1, "error": "no"}),
            record(ENTRY, ENTRY),
            post("/_mock/rejections", {"where": {"role": "user"}}),
            record(ENTRY),
            post("/_mock/answers", {"method": "POST", "path": "/v1/credits/{what}", "json": {"credits": 5}}),
            post("/v1/credits/estimate", {}),
            post("/_mock/clock", {"advance": 60}),
            record(ENTRY),
            post("/_mock/clock", {"freeze": "2001-02-03T04:05:06Z"}),
            record(ENTRY),
            post(
                "/_mock/keys",
                {"key": "synap_corpus_key_0002", "instance_id": "inst_00000000000000aa", "tenancy": "b2b"},
            ),
            post(BATCH, {"messages": [ENTRY, FULL]}, authorization="Bearer synap_corpus_key_0002"),
            Step("DELETE", "/_mock/keys/synap_corpus_key_0002"),
            post(BATCH, {"messages": [ENTRY]}, authorization="Bearer synap_corpus_key_0002"),
            Step("PATCH", "/_mock/settings", b'{"tenancy": "b2c"}'),
            get("/api/v1/auth/whoami"),
            get("/_mock/settings"),
            Step("DELETE", "/_mock/faults"),
            *LOOK,
            Step("POST", "/_mock/reset"),
            *LOOK,
        ),
    )


DIALECTS: Final = ("documented", "observed")
SCENARIOS: Final[dict[str, Scenario]] = {
    **{
        f"records, {dialect}, {tenancy or 'no tenancy'}, {registration}": _recording(
            dialect=dialect, tenancy=tenancy, registration=registration
        )
        for dialect, tenancy, registration in product(DIALECTS, (None, "b2b", "b2c"), ("auto", "required"))
    },
    **{f"rejects, {dialect}": _rejecting(dialect) for dialect in DIALECTS},
    **{f"fails, {dialect}": _failing(dialect) for dialect in DIALECTS},
    "rejects, control API": Scenario({}, _BAD_CONTROL),
}
