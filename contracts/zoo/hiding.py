"""Clients that keep from their caller what went wrong."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar

from errors import (
    AuthenticationError,
    InvalidInputError,
    NetworkError,
    RateLimitError,
    ServiceUnavailableError,
    SynapError,
)
from honest import Chunked, Honest
from labels import wrong
from steps import REQUIRED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from steps import Answer, Entry


class Swallowing(Honest):
    """Reports some errors as failed rows."""

    swallowed: ClassVar[type[SynapError]]

    def record(self, entries: list[Entry]) -> Answer:
        """Record entries that were checked."""
        try:
            return super().record(entries)
        except self.swallowed as error:
            rows = [{"error": str(error)} for _ in entries]
            return {"total": len(rows), "succeeded": 0, "failed": len(rows), "results": rows}


@wrong("AUTH-INVALID", "reports a rejected key as failed rows")
class SwallowsRefusedKeys(Swallowing):
    swallowed: ClassVar[type[SynapError]] = AuthenticationError


@wrong("NET-REFUSED", "reports a refused connection as failed rows")
class SwallowsTheNetwork(Swallowing):
    swallowed: ClassVar[type[SynapError]] = NetworkError


@wrong("RATE-LIMIT", "reports 429 as failed rows, which say nothing about when to retry")
class SwallowsRateLimits(Swallowing):
    attempts: ClassVar[int] = 1
    swallowed: ClassVar[type[SynapError]] = RateLimitError


@wrong("SERVER-ERROR", "reports 5xx as failed rows, recorded or not")
class SwallowsServerErrors(Swallowing):
    swallowed: ClassVar[type[SynapError]] = ServiceUnavailableError


@wrong("SERVER-ERROR", "logs a 5xx, and returns None")
class ReturnsNone(Honest):
    def record_messages_batch(self, messages: Iterable[Mapping[str, Any]]) -> Answer | None:
        try:
            return super().record_messages_batch(messages)
        except ServiceUnavailableError:
            return None


@wrong("IN-KEYS", "reports an incomplete message as a failed row, and records the others")
class SkipsTheIncomplete(Honest):
    def record_messages_batch(self, messages: Iterable[Mapping[str, Any]]) -> Answer | None:
        listed = list(messages)
        complete = [not isinstance(entry, dict) or all(key in entry for key in REQUIRED) for entry in listed]
        answer = super().record_messages_batch([entry for entry, whole in zip(listed, complete, strict=True) if whole])
        recorded = iter(answer["results"] if answer else [])
        rows = [next(recorded) if whole else {"error": "incomplete"} for whole in complete]
        failed = sum("error" in row for row in rows)
        return {"total": len(rows), "succeeded": len(rows) - failed, "failed": failed, "results": rows}


@wrong("IN-ROLE", "returns an empty summary for a batch with an invalid role")
class SwallowsInvalidRoles(Honest):
    def record_messages_batch(self, messages: Iterable[Mapping[str, Any]]) -> Answer | None:
        try:
            return super().record_messages_batch(messages)
        except InvalidInputError as error:
            if ".role must" not in str(error):
                raise
            return {"total": 0, "succeeded": 0, "failed": 0, "results": []}


@wrong("RES-ROWS", "omits failed rows from the results")
class LeavesOutFailures(Honest):
    def returned(self, answer: Answer) -> Answer:
        return {**answer, "results": [row for row in answer["results"] if "error" not in row]}


@wrong("RES-ROWS", "returns only the failed rows")
class TellsOnlyFailures(Honest):
    def returned(self, answer: Answer) -> Answer:
        return {**answer, "results": [row for row in answer["results"] if "error" in row]}


@wrong("RES-ROWS", "stores rows by content, and returns one for equal messages")
class OneRowForEquals(Honest):
    def record(self, entries: list[Entry]) -> Answer:
        answer = super().record(entries)
        said = [(entry["conversation_id"], entry["content"]) for entry in entries]
        return {**answer, "results": list(dict(zip(said, answer["results"], strict=True)).values())}


@wrong("RES-ROWS", "reports the rows of its last chunk of 25")
class TellsTheLastChunk(Chunked):
    size: ClassVar[int] = 25

    def joined(self, answers: list[Answer]) -> Answer:
        return {**super().joined(answers), "results": answers[-1]["results"] if answers else []}


@wrong("RES-FAILURE", "reports that a row failed, not why")
class HidesReasons(Honest):
    def returned(self, answer: Answer) -> Answer:
        rows = [{"status": "failed"} if "error" in row else row for row in answer["results"]]
        return {**answer, "results": rows}


@wrong("RES-FAILURE", "returns None instead of a failed row")
class NoneForAFailure(Honest):
    def returned(self, answer: Answer) -> Answer:
        return {**answer, "results": [None if "error" in row else row for row in answer["results"]]}


@wrong("RES-PARTIAL", "raises when a row failed, without the rows that were recorded")
class RaisesFailures(Honest):
    def returned(self, answer: Answer) -> Answer:
        if answer["failed"]:
            raise SynapError(f"{answer['failed']} of {answer['total']} messages were refused")
        return answer


@wrong("RES-PARTIAL", "treats a batch in which no message was accepted as a failed call")
class RaisesWhenAllFailed(Honest):
    def returned(self, answer: Answer) -> Answer:
        if answer["failed"] and not answer["succeeded"]:
            raise InvalidInputError("no message was accepted")
        return answer


@wrong("RES-PARTIAL", "raises when a row failed after one that succeeded")
class RaisesTornBatches(Honest):
    def returned(self, answer: Answer) -> Answer:
        failed = ["error" in row for row in answer["results"]]
        if any(not before and after for before, after in pairwise(failed)):
            raise SynapError("the batch was recorded in part")
        return answer
