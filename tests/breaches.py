"""A request that breaks each rule, and only that rule."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from asking import BATCH, ERASE, INGEST, ONE

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx


@dataclass(frozen=True)
class Breach:
    """A request that breaks just one rule.

    Attributes:
        send: sends it, given a client with the default key.
        settings: of the fake.
        where: the place that is blamed; empty: none.
        recorded: how many messages its earlier requests record.
        details: what the error has under ``details`` where no place is blamed.
    """

    send: Callable[[httpx.Client], httpx.Response]
    settings: dict[str, Any] = field(default_factory=dict)
    where: str = ""
    recorded: int = 0
    details: list[str] = field(default_factory=list)


CID = "00000000-0000-4000-8000-000000000001"
CALL = {"conversation_id": CID, "user_id": "u", "customer_id": "c", "transcript": "User: hi"}
GOOD = {"conversation_id": CID, "role": "user", "content": "hi", "user_id": "u", "customer_id": "c"}


def without(absent: str) -> dict[str, Any]:
    return {name: value for name, value in GOOD.items() if name != absent}


def batch(second: object) -> Callable[[httpx.Client], httpx.Response]:
    """A batch whose second entry is the offender."""
    return lambda client: client.post(BATCH, json={"messages": [GOOD, second]})


def one(entry: object) -> Callable[[httpx.Client], httpx.Response]:
    return lambda client: client.post(ONE, json=entry)


def body(content: bytes) -> Callable[[httpx.Client], httpx.Response]:
    return lambda client: client.post(BATCH, content=content)


def document(fields: object) -> Callable[[httpx.Client], httpx.Response]:
    return lambda client: client.post("/api/v1/memories/create", json=fields)


def transcript(fields: object) -> Callable[[httpx.Client], httpx.Response]:
    return lambda client: client.post(INGEST, json=fields)


def another_transcript(client: httpx.Client) -> httpx.Response:
    transcript({**CALL, "conversation_id": "x"})(client)
    return transcript({**CALL, "conversation_id": "x", "transcript": "other"})(client)


def forget(fields: object) -> Callable[[httpx.Client], httpx.Response]:
    return lambda client: client.post("/api/v1/memories/forget", json=fields)


def upload(**form: Any) -> Callable[[httpx.Client], httpx.Response]:
    return lambda client: client.post("/api/v1/memories/upload", **form)


def documents(fields: object) -> Callable[[httpx.Client], httpx.Response]:
    return lambda client: client.post("/api/v1/memories/batch", json=fields)


def erasure(**fields: object) -> Callable[[httpx.Client], httpx.Response]:
    return lambda client: client.post(ERASE, json={"scope": "user", "user_id": "u", "confirm": "u", **fields})


def erasure_for_another_customer(client: httpx.Client) -> httpx.Response:
    batch(GOOD)(client)
    return erasure(scope="conversation", conversation_id=CID, customer_id="d", confirm=CID)(client)


def post(path: str, body: object) -> Callable[[httpx.Client], httpx.Response]:
    return lambda client: client.post(path, json=body)


def fetch(**fields: object) -> Callable[[httpx.Client], httpx.Response]:
    return post("/v1/context/user/fetch", {"user_id": "u", **fields})


def of_conversation(path: str) -> Callable[[httpx.Client], httpx.Response]:
    """A request about a conversation with one message."""

    def send(client: httpx.Client) -> httpx.Response:
        client.post(BATCH, json={"messages": [GOOD]})
        return client.get(f"/v1/conversations/{CID}/{path}")

    return send


def compacted_twice(client: httpx.Client) -> httpx.Response:
    client.post(BATCH, json={"messages": [GOOD]})
    client.post("/v1/conversations/compact", json={"conversation_id": CID})
    return client.post("/v1/conversations/compact", json={"conversation_id": CID})


def get(path: str) -> Callable[[httpx.Client], httpx.Response]:
    return lambda client: client.get(path)


def with_key(authorization: str) -> Callable[[httpx.Client], httpx.Response]:
    return lambda client: client.post(BATCH, json={"messages": [GOOD]}, headers={"Authorization": authorization})


def with_revoked_key(client: httpx.Client) -> httpx.Response:
    key = client.post("/_mock/keys", json={}).json()["key"]
    client.delete(f"/_mock/keys/{key}")
    return with_key(f"Bearer {key}")(client)


def with_key_of_other_instance(client: httpx.Client) -> httpx.Response:
    key = client.post("/_mock/keys", json={"instance_id": "inst_0123456789abcdef"}).json()["key"]
    headers = {"Authorization": f"Bearer {key}", "X-Instance-ID": "inst_fedcba9876543210"}
    return client.post(BATCH, json={"messages": [GOOD]}, headers=headers)


def too_soon(client: httpx.Client) -> httpx.Response:
    for _ in range(10):
        client.get("/api/v1/auth/whoami")
    return client.post(BATCH, json={"messages": [GOOD]})


def rejected(client: httpx.Client) -> httpx.Response:
    client.post("/_mock/rejections", json={"where": 1})
    return batch(GOOD)(client)


BREACHES: dict[str, Breach] = {
    "KEY-MISSING": Breach(with_key("")),
    "KEY-UNKNOWN": Breach(with_key("Bearer synap_never_issued_to_anyone")),
    "KEY-REVOKED": Breach(with_revoked_key),
    "KEY-OF-OTHER-INSTANCE": Breach(with_key_of_other_instance),
    "CALL-TOO-SOON": Breach(too_soon, {"rate_limit": "free"}),
    "ROUTE-NOT-MODELLED": Breach(get("/v1/nothing")),
    "BODY-TOO-LARGE": Breach(batch(GOOD), {"max_body": 100}),
    "BODY-JSON": Breach(body(b'{"messages": [NaN]}'), where="body"),
    "BODY-OBJECT": Breach(body(b"[]"), where="body"),
    "MESSAGES-MISSING": Breach(body(b"{}"), where="messages"),
    "MESSAGES-LIST": Breach(body(b'{"messages": {}}'), where="messages"),
    "BATCH-TOO-LONG": Breach(batch(GOOD), {"max_batch": 1}, where="messages"),
    "ENTRY-OBJECT": Breach(batch("hi"), where="messages[1]"),
    "CONVERSATION-ID-MISSING": Breach(batch(without("conversation_id")), where="messages[1].conversation_id"),
    "CONVERSATION-ID-STRING": Breach(batch({**GOOD, "conversation_id": None}), where="messages[1].conversation_id"),
    "ROLE-MISSING": Breach(batch(without("role")), where="messages[1].role"),
    "ROLE-STRING": Breach(batch({**GOOD, "role": ["user"]}), where="messages[1].role"),
    "ROLE-VALUE": Breach(batch({**GOOD, "role": "User"}), where="messages[1].role"),
    "CONTENT-MISSING": Breach(batch(without("content")), where="messages[1].content"),
    "CONTENT-STRING": Breach(batch({**GOOD, "content": 5}), where="messages[1].content"),
    "USER-ID-STRING": Breach(batch({**GOOD, "user_id": 5}), where="messages[1].user_id"),
    "CUSTOMER-ID-STRING": Breach(batch({**GOOD, "customer_id": {}}), where="messages[1].customer_id"),
    "SESSION-ID-STRING": Breach(batch({**GOOD, "session_id": False}), where="messages[1].session_id"),
    "METADATA-OBJECT": Breach(batch({**GOOD, "metadata": []}), where="messages[1].metadata"),
    "USER-ID-MISSING": Breach(one(without("user_id")), where="user_id"),
    "USER-ID-REQUIRED-STRING": Breach(one({**GOOD, "user_id": None}), where="user_id"),
    "CONVERSATION-ID-UUID": Breach(
        batch({**GOOD, "conversation_id": "livekit-3f2a"}), where="messages[1].conversation_id"
    ),
    "CONVERSATION-REGISTERED": Breach(
        lambda client: client.post(BATCH, json={"messages": [GOOD]}),
        {"registration": "required"},
        where="messages[0].conversation_id",
    ),
    "CUSTOMER-ID-REQUIRED": Breach(
        batch({**GOOD, "customer_id": ""}), {"tenancy": "b2b"}, where="messages[1].customer_id"
    ),
    "CUSTOMER-ID-NOT-ACCEPTED": Breach(
        batch(GOOD), {"tenancy": "b2c", "dialect": "observed"}, where="messages[0].customer_id"
    ),
    "REJECTED": Breach(rejected, where="messages[1]"),
    "READ-CONVERSATION-ID": Breach(get("/v1/conversations/conv-1/messages"), where="conversation_id"),
    "READ-PAGE": Breach(get(f"/v1/conversations/{CID}/messages?start=0"), where="start"),
    "READ-UNKNOWN": Breach(get(f"/v1/conversations/{uuid.uuid4()}/messages")),
    "FIELD-MISSING": Breach(document({}), where="document"),
    "FIELD-STRING": Breach(document({"document": "x", "user_id": 5}), where="user_id"),
    "FIELD-INTEGER": Breach(fetch(max_results="10"), where="max_results"),
    "FIELD-BOOLEAN": Breach(documents({"documents": [], "fail_fast": 1}), where="fail_fast"),
    "FIELD-OBJECT": Breach(document({"document": "x", "metadata": []}), where="metadata"),
    "FIELD-LIST": Breach(documents({"documents": {}}), where="documents"),
    "FIELD-STRINGS": Breach(fetch(search_query=["tea", 5]), where="search_query"),
    "FIELD-DOCUMENT": Breach(document({"document": None}), where="document"),
    "FIELD-TRANSCRIPT": Breach(transcript({**CALL, "transcript": {}}), where="transcript"),
    "FIELD-TIME": Breach(document({"document": "x", "document_created_at": "today"}), where="document_created_at"),
    "FIELD-CHOICE": Breach(document({"document": "x", "mode": "slow"}), where="mode"),
    "FIELD-SIZE": Breach(transcript({**CALL, "conversation_type": "x" * 65}), where="conversation_type"),
    "SCOPE-CUSTOMER-REQUIRED": Breach(
        document({"document": "x", "user_id": "u"}), {"tenancy": "b2b"}, where="customer_id"
    ),
    "SCOPE-CUSTOMER-NOT-ACCEPTED": Breach(
        document({"document": "x", "customer_id": "c"}), {"tenancy": "b2c", "dialect": "observed"}, where="customer_id"
    ),
    "MEMORY-UNKNOWN": Breach(get(f"/api/v1/memories/{uuid.uuid4()}")),
    "INGESTION-UNKNOWN": Breach(get(f"/api/v1/memories/status/{uuid.uuid4()}")),
    "FORGET-USER": Breach(forget({"description": "everything"}), where="user_id"),
    "UPLOAD-FORM": Breach(upload(json={"user_id": "u", "text": "x"}), where="body"),
    "UPLOAD-SOURCE": Breach(upload(data={"user_id": "u"}), where="body"),
    "TRANSCRIPT-EMPTY": Breach(transcript({**CALL, "transcript": " \n"}), where="transcript"),
    "TRANSCRIPT-CONFLICT": Breach(another_transcript, where="conversation_id", recorded=1),
    "DELETE-TARGET": Breach(erasure(user_id=" "), where="user_id"),
    "DELETE-CONFIRM": Breach(erasure(confirm="U"), where="confirm"),
    "DELETE-NO-CUSTOMERS": Breach(
        erasure(scope="customer", customer_id="c", confirm="c"), {"tenancy": "b2c"}, where="scope"
    ),
    "DELETE-FORBIDDEN": Breach(
        erasure(scope="customer", customer_id="c", confirm="c"), details=["required_permission"]
    ),
    "DELETE-CONFLICT": Breach(erasure_for_another_customer, where="customer_id", recorded=2),
    "DELETION-UNKNOWN": Breach(get(f"{ERASE}/{uuid.uuid4()}")),
    "PROMPT-STYLE": Breach(get(f"/v1/conversations/{CID}/context-for-prompt?style=haiku"), where="style"),
    "PROFILE-UNKNOWN": Breach(get("/v1/users/u/profile")),
    "COMPACTION-RUNNING": Breach(compacted_twice, {"compaction_seconds": 60}, recorded=1),
    "COMPACTION-FORMAT": Breach(get(f"/v1/conversations/{CID}/compacted?format=haiku"), where="format"),
    "COMPACTION-VERSION": Breach(get(f"/v1/conversations/{CID}/compacted?version=0"), where="version"),
    "COMPACTION-UNKNOWN": Breach(of_conversation("compacted"), recorded=1),
}
