"""A client that reads back a batch whose answer was lost, and returns the result."""

from __future__ import annotations

from collections import Counter, deque
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx
from errors import NetworkError, ServiceUnavailableError, UnexpectedAnswerError
from honest import Honest
from labels import right

if TYPE_CHECKING:
    from steps import Answer, Entry

LOST = (NetworkError, ServiceUnavailableError, UnexpectedAnswerError)
PAGE = 500


def _plain(conversation_id: str) -> bool:
    try:
        return str(UUID(conversation_id)) == conversation_id
    except ValueError:
        return False


@right("sync, httpx: after a lost answer, it reads back the new messages, and returns them if they are the batch")
class ReadsBack(Honest):
    def record(self, entries: list[Entry]) -> Answer:
        if not all(_plain(entry["conversation_id"]) for entry in entries):
            return super().record(entries)  # only the canonical spelling of a UUID can be read back
        before = Counter({id_: len(self.turns(id_)) for id_ in {entry["conversation_id"] for entry in entries}})
        try:
            return super().record(entries)
        except LOST as lost:
            return self.found(entries, before, lost)

    def found(self, entries: list[Entry], before: Counter[str], lost: Exception) -> Answer:
        """The answer that was lost.

        Raises:
            SynapError: `lost`, where the conversations don't have the whole batch, or more than that.
        """
        new = {id_: deque(self.turns(id_)[before[id_] :]) for id_ in before}
        rows = []
        for entry in entries:
            turn = new[entry["conversation_id"]].popleft() if new[entry["conversation_id"]] else {}
            if (turn.get("role"), turn.get("content")) != (entry["role"], entry["content"]):
                raise lost
            rows.append({"message_id": turn["message_id"], "recorded_at": turn["timestamp"]})
        if any(new.values()):
            raise lost
        return {"total": len(rows), "succeeded": len(rows), "failed": 0, "results": rows}

    def turns(self, conversation_id: str) -> list[dict[str, Any]]:
        """The turns of a conversation, oldest first.

        Raises:
            SynapError: they can't be had.
        """
        turns: list[dict[str, Any]] = []
        while True:
            params = {"start": len(turns) + 1, "limit": PAGE}
            try:
                response = self.http.get(
                    f"/v1/conversations/{conversation_id}/messages", params=params, headers=self.headers()
                )
            except httpx.RequestError as error:
                raise NetworkError(f"no answer from Synap: {type(error).__name__}") from None
            if response.status_code == httpx.codes.NOT_FOUND:
                return turns
            if response.status_code != httpx.codes.OK:
                raise self.refusal(response)
            page = response.json()["turns"]
            turns += page
            if len(page) < PAGE:
                return turns
