"""An ordinary support bot: FastAPI, the official SDK, and a model that answers from what stands in its prompt."""

from __future__ import annotations

import logging
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, HTTPException
from maximem_synap import MaximemSynapSDK
from maximem_synap.models.errors import ContextNotFoundError, InvalidInputError, SynapError
from pydantic import BaseModel

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

LOG = logging.getLogger(__name__)


class Chat(BaseModel):
    """What a user writes."""

    conversation_id: str
    user_id: str
    text: str


class Fact(BaseModel):
    """What the bot is to remember about a user."""

    user_id: str
    text: str


class Call(BaseModel):
    """A phone call, transcribed."""

    call_id: str
    user_id: str
    transcript: str


def model(prompt: list[str]) -> str:
    """The language model: it repeats what it was given, so that a test sees the prompt."""
    return f"I know: {' | '.join(prompt)}"


def support_bot() -> FastAPI:  # noqa: C901 - FastAPI's own way: a route is a function inside
    """The application; it starts the SDK with the key of its environment."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.sdk = MaximemSynapSDK()
        await app.state.sdk.initialize()
        yield
        await app.state.sdk.shutdown()

    app = FastAPI(lifespan=lifespan)

    @app.post("/chat")
    async def chat(said: Chat) -> dict[str, str]:
        sdk: MaximemSynapSDK = app.state.sdk
        answer = model([*await _facts(sdk, said), *await _turns(sdk, said), said.text])
        for role, content in (("user", said.text), ("assistant", answer)):
            await sdk.conversation.record_message(
                conversation_id=said.conversation_id, role=role, content=content, user_id=said.user_id
            )
        return {"answer": answer}

    @app.post("/facts")
    async def remember(fact: Fact) -> dict[str, Any]:
        sdk: MaximemSynapSDK = app.state.sdk
        stored = await sdk.memories.create(document=fact.text, user_id=fact.user_id, document_type="document")
        status = await sdk.memories.wait_for_completion(stored.ingestion_id)
        return {"status": status.status, "memory_ids": status.memory_ids}

    @app.get("/facts/{memory_id}")
    async def fact(memory_id: str) -> dict[str, str]:
        try:
            found = await app.state.sdk.memories.get(memory_id)
        except ContextNotFoundError:
            raise HTTPException(404) from None
        return {"text": found.content}

    @app.delete("/facts/{memory_id}")
    async def forget(memory_id: str) -> None:
        await app.state.sdk.memories.delete(memory_id)

    @app.get("/users/{user_id}/profile")
    async def profile(user_id: str) -> dict[str, Any]:
        try:
            found = await app.state.sdk.user.get_profile(user_id)
        except ContextNotFoundError:
            return {}
        return {name: attribute.value for name, attribute in found.attributes.items()}

    @app.delete("/users/{user_id}")
    async def erase(user_id: str) -> dict[str, bool]:
        result = await app.state.sdk.data.delete(scope="user", user_id=user_id, confirm=user_id)
        return {"removed": result.fully_removed}

    @app.post("/calls")
    async def import_call(call: Call) -> dict[str, Any]:
        try:
            result = await app.state.sdk.conversation.ingest_transcript(
                conversation_id=call.call_id, user_id=call.user_id, transcript=call.transcript
            )
        except InvalidInputError as error:
            raise HTTPException(400, str(error)) from None
        return {"conversation_id": result.conversation_id, "turns": result.turns_recorded, "status": result.status}

    @app.post("/conversations/{conversation_id}/compact")
    async def compact(conversation_id: str) -> dict[str, Any]:
        context = app.state.sdk.conversation.context
        await context.compact(conversation_id)
        status = await context.get_compaction_status(conversation_id)
        compacted = await context.get_compacted(conversation_id)
        return {"status": status.status, "summary": compacted.compacted_context if compacted else None}

    return app


async def _facts(sdk: MaximemSynapSDK, said: Chat) -> list[str]:
    """What is known about the user; an answer doesn't need the memory."""
    try:
        found = await sdk.user.context.fetch(user_id=said.user_id, search_query=[said.text], max_results=3)
    except SynapError:
        LOG.warning("no memories for %s", said.user_id)
        return []
    return [*(fact.content for fact in found.facts), *(each.content for each in found.preferences)]


async def _turns(sdk: MaximemSynapSDK, said: Chat) -> list[str]:
    try:
        found = await sdk.conversation.context.get_context_for_prompt(said.conversation_id)
    except SynapError:
        return []
    return [f"{message.role}: {message.content}" for message in found.recent_messages]
