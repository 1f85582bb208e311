"""Clients that return, or send, invented values."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from honest import Chunked, Honest
from labels import wrong

if TYPE_CHECKING:
    from steps import Answer, Entry, Row


class Retelling(Honest):
    """Returns `row(row)` for each row."""

    def row(self, row: Row) -> Row:
        """Return a row for the caller."""
        raise NotImplementedError

    def returned(self, answer: Answer) -> Answer:
        """Return the answer for the caller."""
        return {**answer, "results": [self.row(row) for row in answer["results"]]}


@wrong("RES-SUCCESS", "creates message ids of its own")
class MakesIds(Retelling):
    def row(self, row: Row) -> Row:
        return row if "error" in row else {**row, "message_id": f"msg_{uuid.uuid4().hex}"}


@wrong("RES-SUCCESS", "reports message ids in upper case")
class UppersIds(Retelling):
    def row(self, row: Row) -> Row:
        return row if "error" in row else {**row, "message_id": row["message_id"].upper()}


@wrong("RES-SUCCESS", "returns the time of the response as recorded_at")
class TellsItsOwnTime(Retelling):
    def row(self, row: Row) -> Row:
        return row if "error" in row else {**row, "recorded_at": datetime.now(UTC).isoformat(timespec="seconds")}


@wrong("RES-SUCCESS", "omits recorded_at")
class LeavesOutTheTime(Retelling):
    def row(self, row: Row) -> Row:
        return {key: value for key, value in row.items() if key != "recorded_at"}


@wrong("RES-SUCCESS", "adds to each row whether it has an error")
class FlagsErrors(Retelling):
    def row(self, row: Row) -> Row:
        return {"error": False, **row}


@wrong("RES-SUCCESS", "returns only the date of recorded_at if there are several messages")
class TellsDays(Honest):
    def returned(self, answer: Answer) -> Answer:
        first, *others = answer["results"] or [{}]
        days = [
            row if "error" in row else {**row, "recorded_at": f"{row['recorded_at'][:10]}T00:00:00Z"} for row in others
        ]
        return {**answer, "results": [first, *days] if answer["results"] else []}


@wrong("RES-FAILURE", "adds an id to failed rows")
class NumbersFailures(Retelling):
    def row(self, row: Row) -> Row:
        return {**row, "message_id": str(uuid.uuid4())} if "error" in row else row


@wrong("RES-TIME", "returns times without their time zone")
class DropsTheZone(Retelling):
    def row(self, row: Row) -> Row:
        if "error" in row:
            return row
        return {**row, "recorded_at": datetime.fromisoformat(row["recorded_at"]).replace(tzinfo=None).isoformat()}


@wrong("RES-TIME", "reports times as seconds since 1970")
class TellsSeconds(Retelling):
    def row(self, row: Row) -> Row:
        if "error" in row:
            return row
        return {**row, "recorded_at": datetime.fromisoformat(row["recorded_at"]).timestamp()}


@wrong("RES-TIME", "returns times in the format of email headers")
class TellsMailTimes(Retelling):
    def row(self, row: Row) -> Row:
        if "error" in row:
            return row
        return {**row, "recorded_at": f"{datetime.fromisoformat(row['recorded_at']):%a, %d %b %Y %H:%M:%S +0000}"}


@wrong("RES-UNIQUE", "looks ids up by content: equal messages get the last one's")
class LooksIdsUp(Honest):
    def record(self, entries: list[Entry]) -> Answer:
        answer = super().record(entries)
        said = [(entry["conversation_id"], entry["role"], entry["content"]) for entry in entries]
        known = {key: row for key, row in zip(said, answer["results"], strict=True) if "error" not in row}
        rows = [row if "error" in row else known[key] for key, row in zip(said, answer["results"], strict=True)]
        return {**answer, "results": rows}


@wrong("RES-UNIQUE", "makes one row and lists it for each message of a chunk of 10 with nothing rejected")
class RepeatsARow(Chunked):
    size: ClassVar[int] = 10

    def joined(self, answers: list[Answer]) -> Answer:
        rows: list[Row] = []
        for answer in answers:
            rows.extend(answer["results"] if answer["failed"] else answer["results"][-1:] * answer["total"])
        return {**super().joined(answers), "results": rows}


@wrong("SEND-ATTRIBUTION", "sends anonymous as the user_id if there is none")
class NamesTheAnonymous(Honest):
    def wire(self, entry: Entry) -> Entry:
        return super().wire({**entry, "user_id": entry.get("user_id") or "anonymous"})


@wrong("SEND-ATTRIBUTION", "sends the user_id as customer_id where there is none")
class TakesUsersForCustomers(Honest):
    def wire(self, entry: Entry) -> Entry:
        return super().wire({**entry, "customer_id": entry.get("customer_id") or entry.get("user_id")})


@wrong("SEND-ATTRIBUTION", "creates a session for a batch without one")
class MakesSessions(Honest):
    def record(self, entries: list[Entry]) -> Answer:
        session = str(uuid.uuid4())
        return super().record([{**entry, "session_id": entry.get("session_id") or session} for entry in entries])


@wrong("RES-SUCCESS", "returns the times of its first chunk of 20 for all")
class TellsTheFirstTime(Chunked):
    def joined(self, answers: list[Answer]) -> Answer:
        joined = super().joined(answers)
        first = next((row["recorded_at"] for row in joined["results"] if "recorded_at" in row), None)
        rows = [row if "error" in row else {**row, "recorded_at": first} for row in joined["results"]]
        return {**joined, "results": rows}


@wrong("RES-SUCCESS", "sends in a thread, and returns success immediately, with ids of its own")
class FiresAndForgets(Honest):
    def __init__(self, base_url: str, api_key: str | None, *, timeout_s: float = 30.0, retry: str = "own") -> None:
        super().__init__(base_url, api_key, timeout_s=timeout_s, retry=retry)
        self.thread = ThreadPoolExecutor(1)

    def record(self, entries: list[Entry]) -> Answer:
        self.thread.submit(super().record, entries)
        at = datetime.now(UTC).isoformat()
        rows = [{"message_id": str(uuid.uuid4()), "recorded_at": at} for _ in entries]
        return {"total": len(rows), "succeeded": len(rows), "failed": 0, "results": rows}

    def close(self) -> None:
        self.thread.shutdown()
        super().close()


@wrong("RES-SUCCESS", "reports one time for all rows of a batch")
class TellsOneTime(Honest):
    def returned(self, answer: Answer) -> Answer:
        times = [row["recorded_at"] for row in answer["results"] if "error" not in row]
        rows = [row if "error" in row else {**row, "recorded_at": times[0]} for row in answer["results"]]
        return {**answer, "results": rows}


@wrong("RES-SUCCESS", "drops the time zone of times, and writes them as UTC")
class ReadsTimesAsUtc(Retelling):
    def row(self, row: Row) -> Row:
        if "error" in row:
            return row
        return {**row, "recorded_at": datetime.fromisoformat(row["recorded_at"]).replace(tzinfo=UTC).isoformat()}


@wrong("RES-SUCCESS", "treats ids of digits as numbers")
class ReadsIdsAsNumbers(Retelling):
    def row(self, row: Row) -> Row:
        return {**row, "message_id": str(int(row["message_id"]))} if row.get("message_id", "").isdecimal() else row


@wrong("RES-FAILURE", "reports the first failure's reason for all of them")
class TellsOneReason(Honest):
    def returned(self, answer: Answer) -> Answer:
        reasons = [row["error"] for row in answer["results"] if "error" in row]
        rows = [{"error": reasons[0]} if "error" in row else row for row in answer["results"]]
        return {**answer, "results": rows}


@wrong("NET-GARBLED", "fills in the rows that are missing in an answer")
class FillsInRows(Honest):
    def summary(self, answer: object, count: int) -> Answer:
        if isinstance(answer, dict) and answer.get("succeeded") == count and not answer.get("results"):
            at = datetime.now(UTC).isoformat()
            answer = {**answer, "results": [{"message_id": str(uuid.uuid4()), "recorded_at": at} for _ in range(count)]}
        return super().summary(answer, count)
