"""Clients that claim more, or less, than is true."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, ClassVar

import httpx
from errors import NetworkError, RefusedError, ServiceUnavailableError, UnexpectedAnswerError
from honest import Chunked, Honest
from labels import wrong
from steps import HTTP_OK, PATH

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from steps import Answer, Entry, Outcome

HTTP_CONFLICT = 409


def _claimed(count: int) -> Answer:
    return {"total": count, "succeeded": count, "failed": 0, "results": []}


@wrong("RES-TOTAL", "reports the number of accepted messages as total")
class TotalsTheAccepted(Honest):
    def returned(self, answer: Answer) -> Answer:
        return {**answer, "total": answer["succeeded"]}


@wrong("RES-TOTAL", "reports the total of its first chunk of 50")
class TotalsAChunk(Chunked):
    size: ClassVar[int] = 50

    def joined(self, answers: list[Answer]) -> Answer:
        joined = super().joined(answers)
        return {**joined, "total": answers[0]["total"]} if answers else joined


@wrong("RES-COUNTS", "counts every message as succeeded because the call did")
class CountsAll(Honest):
    def returned(self, answer: Answer) -> Answer:
        return {**answer, "succeeded": answer["total"], "failed": 0}


@wrong("RES-COUNTS", "reports the failures of its last chunk of 10 only")
class CountsTheLastChunk(Chunked):
    size: ClassVar[int] = 10

    def joined(self, answers: list[Answer]) -> Answer:
        joined = super().joined(answers)
        return {**joined, "failed": answers[-1]["failed"]} if answers else joined


@wrong("RES-COUNTS", "counts failures by their texts: two with the same reason count once")
class CountsReasons(Honest):
    def returned(self, answer: Answer) -> Answer:
        failed = len({row["error"] for row in answer["results"] if "error" in row})
        return {**answer, "succeeded": answer["total"] - failed, "failed": failed}


@wrong("RES-COUNTS", "reports counts as strings")
class CountsInWords(Honest):
    def returned(self, answer: Answer) -> Answer:
        return {**answer, "succeeded": str(answer["succeeded"]), "failed": str(answer["failed"])}


@wrong("NET-GARBLED", "treats an answer without content as one without errors")
class BelievesEmptyAnswers(Honest):
    def summary(self, answer: object, count: int) -> Answer:
        return super().summary(answer, count) if answer else _claimed(count)


@wrong("NET-GARBLED", "treats a 200 that is not JSON as success")
class BelievesTheStatus(Honest):
    def read(self, response: httpx.Response, count: int) -> Answer:
        try:
            json.loads(response.content)
        except ValueError:
            if response.status_code == HTTP_OK:
                return _claimed(count)
        return super().read(response, count)


@wrong("NET-GARBLED", "fills in missing fields of an answer with expected values")
class FillsInAnswers(Honest):
    def summary(self, answer: object, count: int) -> Answer:
        if isinstance(answer, dict):
            answer = {**_claimed(count), **answer}
            return answer if not answer["results"] else super().summary(answer, count)
        return super().summary(answer, count)


@wrong("NET-LOST", "treats 200 as success although the rest of the answer was lost", "NET-TIMEOUT")
class BelievesHalfAnswers(Honest):
    def send(self, body: bytes) -> Outcome:
        try:
            with self.http.stream("POST", PATH, content=body, headers=self.headers()) as response:
                return self.finished(response, len(json.loads(body)["messages"]))
        except httpx.RequestError as error:
            return error

    def finished(self, response: httpx.Response, count: int) -> httpx.Response:
        try:
            response.read()
        except httpx.TransportError:
            return httpx.Response(response.status_code, json=_claimed(count))
        return response

    def summary(self, answer: object, count: int) -> Answer:
        return _claimed(count) if answer == _claimed(count) else super().summary(answer, count)


@wrong("NET-TIMEOUT", "treats a batch whose answer is late as accepted")
class BelievesTheLate(Honest):
    def settled(self, outcome: Outcome) -> httpx.Response:
        if isinstance(outcome, httpx.ReadTimeout):
            return httpx.Response(HTTP_OK, json=_claimed(len(json.loads(outcome.request.content)["messages"])))
        return super().settled(outcome)

    def summary(self, answer: object, count: int) -> Answer:
        return _claimed(count) if answer == _claimed(count) else super().summary(answer, count)


@wrong("TRUE", "treats a batch that got 5xx as queued, and reports success", "SERVER-ERROR")
class BelievesInLater(Honest):
    def record(self, entries: list[Entry]) -> Answer:
        try:
            return super().record(entries)
        except ServiceUnavailableError:
            return _claimed(len(entries))


@wrong("TRUE", "returns only the answers of the chunks of 20 that got one", "NET-LOST", "SERVER-ERROR")
class ForgetsUnansweredChunks(Chunked):
    def record(self, entries: list[Entry]) -> Answer:
        answers = []
        for chunk in self.cut(entries):
            try:
                answers.append(self.read(self.post(self.encode(chunk)), len(chunk)))
            except (NetworkError, ServiceUnavailableError):
                if not answers:
                    raise
        return self.joined(answers)


@wrong("TRUE", "returns the previous message's row for a rejected message")
class PassesRowsOn(Honest):
    def returned(self, answer: Answer) -> Answer:
        rows = answer["results"]
        for index in range(1, len(rows)):
            if "error" in rows[index] and "error" not in rows[index - 1]:
                rows[index] = {**rows[index - 1], "message_id": f"{rows[index - 1]['message_id']}.1"}
        failed = sum("error" in row for row in rows)
        return {"total": len(rows), "succeeded": len(rows) - failed, "failed": failed, "results": rows}


@wrong("REFUSALS", "treats 409 as 'recorded already'")
class BelievesConflicts(Honest):
    def record(self, entries: list[Entry]) -> Answer:
        response = self.post(self.encode(entries))
        if response.status_code == HTTP_CONFLICT:
            return _claimed(len(entries))
        return self.read(response, len(entries))


@wrong("REFUSALS", "returns an empty summary when credits are used up")
class GoesOnWithoutCredits(Honest):
    def record(self, entries: list[Entry]) -> Answer:
        try:
            return super().record(entries)
        except RefusedError:
            return _claimed(0)


@wrong("AUTH-MISSING", "without a key reports that everything succeeded, and records nothing")
class PretendsWithoutAKey(Honest):
    def credential(self, api_key: str | None) -> str:
        return super().credential(api_key) if api_key else ""

    def record_messages_batch(self, messages: Iterable[Mapping[str, Any]]) -> Answer | None:
        return super().record_messages_batch(messages) if self.key else _claimed(len(self.taken(messages)))


@wrong("AUTH-REVOKED", "trusts a key that worked once, and treats 401 as a temporary failure")
class TrustsAKeyForEver(Honest):
    worked = False

    def record(self, entries: list[Entry]) -> Answer:
        response = self.post(self.encode(entries))
        if response.status_code == 401 and self.worked:  # noqa: PLR2004 - Unauthorized
            raise UnexpectedAnswerError("Synap forgot the session: try again")
        answer = self.read(response, len(entries))
        self.worked = True
        return answer


@wrong("NET-GARBLED", "reads the counts of an answer whose end is missing")
class ReadsWhatIsThere(Honest):
    def parsed(self, response: httpx.Response) -> object:
        try:
            return super().parsed(response)
        except UnexpectedAnswerError:
            found = re.search(r'"succeeded": *(\d+)', response.text)
            if found is None:
                raise
            rows = [{"message_id": "unknown", "recorded_at": "2026-01-01T00:00:00Z"}] * int(found[1])
            return {"total": len(rows), "succeeded": len(rows), "failed": 0, "results": rows}
