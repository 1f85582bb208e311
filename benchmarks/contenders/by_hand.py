"""What a Python user writes by hand in an afternoon: FastAPI, pydantic models, a list as store.

Quick where idiom leaves a choice: coroutines instead of functions (FastAPI hands those to threads), an annotated answer
(pydantic then encodes it in Rust), one time a batch, the parsed entries kept as they are. Models in and out, since they
are what FastAPI is chosen for; rows of plain dicts would make it about a fifth quicker.
"""

from __future__ import annotations

import os
import uuid
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel


class Entry(BaseModel):
    """One entry of a batch."""

    conversation_id: str
    role: Literal["user", "assistant"]
    content: str
    user_id: str | None = None
    customer_id: str | None = None
    session_id: str | None = None
    metadata: dict[str, Any] | None = None


class Batch(BaseModel):
    """The body of a call."""

    messages: list[Entry]


class Recorded(BaseModel):
    """The row of an entry that was recorded."""

    message_id: str
    recorded_at: datetime


class Failed(BaseModel):
    """The row of an entry that was not."""

    error: str


class Outcome(BaseModel):
    """The answer."""

    total: int
    succeeded: int
    failed: int
    results: list[Recorded | Failed]


app = FastAPI()
api_key = os.environ["API_KEY"]
store: list[tuple[Recorded, Entry]] = []


async def authenticate(credentials: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]) -> None:
    """Let nobody in without the key."""
    if credentials.credentials != api_key:
        raise HTTPException(401, "Missing or invalid authentication credentials")


@app.post("/v1/conversations/messages/batch", dependencies=[Depends(authenticate)])
async def record_messages_batch(batch: Batch) -> Outcome:
    """Record what may be recorded."""
    now = datetime.now(UTC)
    results: list[Recorded | Failed] = []
    failed = 0
    for entry in batch.messages:
        try:
            uuid.UUID(entry.conversation_id)
        except ValueError:
            results.append(Failed(error=f"conversation_id {entry.conversation_id!r} is not a UUID"))
            failed += 1
            continue
        row = Recorded(message_id=str(uuid.uuid4()), recorded_at=now)
        store.append((row, entry))
        results.append(row)
    return Outcome(total=len(results), succeeded=len(results) - failed, failed=failed, results=results)
