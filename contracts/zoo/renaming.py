"""Clients that call things by other names: on the wire, or in what they tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from honest import Honest
from labels import wrong

if TYPE_CHECKING:
    from steps import Answer, Entry


@wrong("RES-SUCCESS", "reports message_id under the name of id")
class TellsId(Honest):
    def returned(self, answer: Answer) -> Answer:
        renamed = {"message_id": "id"}
        rows = [{renamed.get(key, key): value for key, value in row.items()} for row in answer["results"]]
        return {**answer, "results": rows}


@wrong("RES-SUCCESS", "reports recorded_at under the name of created_at")
class TellsCreatedAt(Honest):
    def returned(self, answer: Answer) -> Answer:
        renamed = {"recorded_at": "created_at"}
        rows = [{renamed.get(key, key): value for key, value in row.items()} for row in answer["results"]]
        return {**answer, "results": rows}


@wrong("RES-FAILURE", "reports error under the name of reason")
class TellsReason(Honest):
    def returned(self, answer: Answer) -> Answer:
        renamed = {"error": "reason"}
        rows = [{renamed.get(key, key): value for key, value in row.items()} for row in answer["results"]]
        return {**answer, "results": rows}


@wrong("RES-COUNTS", "reports succeeded under the name of accepted")
class TellsAccepted(Honest):
    def returned(self, answer: Answer) -> Answer:
        return {"accepted" if key == "succeeded" else key: value for key, value in answer.items()}


@wrong("RES-ROWS", "reports results under the name of items")
class TellsItems(Honest):
    def returned(self, answer: Answer) -> Answer:
        return {"items" if key == "results" else key: value for key, value in answer.items()}


@wrong("RES-TOTAL", "reports total under the name of count")
class TellsCount(Honest):
    def returned(self, answer: Answer) -> Answer:
        return {"count" if key == "total" else key: value for key, value in answer.items()}


@wrong("SEND-ATTRIBUTION", "sends session_id as sessionId, which Synap ignores")
class SendsSessionId(Honest):
    def wire(self, entry: Entry) -> Entry:
        return {"sessionId" if key == "session_id" else key: value for key, value in super().wire(entry).items()}


@wrong("SEND-ATTRIBUTION", "sends user_id as customer_id and vice versa")
class SwapsUserAndCustomer(Honest):
    def wire(self, entry: Entry) -> Entry:
        swapped = {**entry, "user_id": entry.get("customer_id"), "customer_id": entry.get("user_id")}
        return super().wire(swapped)


@wrong("SEND-METADATA", "sends metadata as meta, which Synap ignores")
class SendsMeta(Honest):
    def wire(self, entry: Entry) -> Entry:
        return {"meta" if key == "metadata" else key: value for key, value in super().wire(entry).items()}
