"""Clients that use other names: in requests, or in answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from honest import Honest
from labels import wrong, wrong_variants

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from steps import Answer, Entry


def rename(old: str, new: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Return a function that renames a key."""
    return lambda value: {new if key == old else key: each for key, each in value.items()}


class RenamingRows(Honest):
    change: Callable[[dict[str, Any]], dict[str, Any]]

    def returned(self, answer: Answer) -> Answer:
        return {**answer, "results": [self.change(row) for row in answer["results"]]}


class RenamingAnswers(Honest):
    change: Callable[[dict[str, Any]], dict[str, Any]]

    def returned(self, answer: Answer) -> Answer:
        return self.change(answer)


class RenamingEntries(Honest):
    change: Callable[[dict[str, Any]], dict[str, Any]]

    def wire(self, entry: Entry) -> Entry:
        return self.change(super().wire(entry))


# fmt: off
VARIANTS: Mapping[type[Honest], Mapping[str, tuple[str, str, Callable[[Any], Any]]]] = {
    RenamingRows: {
        "TellsId": ("RES-SUCCESS", "returns message_id under the name id", rename("message_id", "id")),
        "TellsCreatedAt": ("RES-SUCCESS", "returns recorded_at under the name created_at",
            rename("recorded_at", "created_at")),
        "TellsReason": ("RES-FAILURE", "returns error under the name reason", rename("error", "reason")),
    },
    RenamingAnswers: {
        "TellsAccepted": ("RES-COUNTS", "returns succeeded under the name accepted", rename("succeeded", "accepted")),
        "TellsItems": ("RES-ROWS", "returns results under the name items", rename("results", "items")),
        "TellsCount": ("RES-TOTAL", "returns total under the name count", rename("total", "count")),
    },
    RenamingEntries: {
        "SendsSessionId": ("SEND-ATTRIBUTION", "sends session_id as sessionId, which Synap ignores",
            rename("session_id", "sessionId")),
        "SendsMeta": ("SEND-METADATA", "sends metadata as meta, which Synap ignores", rename("metadata", "meta")),
    },
}
# fmt: on
for base, variants in VARIANTS.items():
    globals().update(wrong_variants(base, "change", variants))


@wrong("SEND-ATTRIBUTION", "sends user_id as customer_id and vice versa")
class SwapsUserAndCustomer(Honest):
    def wire(self, entry: Entry) -> Entry:
        swapped = {**entry, "user_id": entry.get("customer_id"), "customer_id": entry.get("user_id")}
        return super().wire(swapped)
