"""The ledger: what the SDK was answered, entry by entry."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conversations import Entry


class Differs(Exception):  # noqa: N818 - what the demo looks for, no error of its own
    """Something is not as it was sent."""


class Recorded(NamedTuple):
    """A message that the fake accepted."""

    role: str
    content: str
    message_id: str


@dataclass(slots=True)
class Ledger:
    """Every message accepted so far, by conversation, in the order of submission."""

    conversations: dict[str, list[Recorded]] = field(default_factory=lambda: defaultdict(list))
    accepted: int = 0
    refused: int = 0

    def enter(
        self, entries: Sequence[Entry], answer: dict[str, Any], refused: frozenset[int] = frozenset()
    ) -> list[dict[str, Any]]:
        """Book a batch.

        Args:
            entries: what was sent.
            answer: what `record_messages_batch` returned.
            refused: the indices of the entries that have to be refused.

        Returns:
            A row for each entry: accepted with its ``message_id``, or refused with its ``error``.

        Raises:
            Differs: the answer doesn't add up, or other entries were refused.
        """
        rows = in_order(answer)
        failed = frozenset(index for index, row in enumerate(rows) if "error" in row)
        counted = (len(entries), len(entries) - len(failed), len(failed))
        if len(rows) != len(entries) or counted != (answer["total"], answer["succeeded"], answer["failed"]):
            figures = {name: answer[name] for name in ("total", "succeeded", "failed")}
            raise Differs(f"{len(entries)} entries were sent, and answered with {figures} and {len(rows)} rows")
        if failed != refused:
            index = min(failed ^ refused)
            raise Differs(f"the entry {entries[index]!a} was answered with {rows[index]!a}")
        for entry, row in zip(entries, rows, strict=True):
            if "error" not in row:
                self.conversations[entry["conversation_id"]].append(
                    Recorded(entry["role"], entry["content"], row["message_id"])
                )
        self.accepted += len(entries) - len(failed)
        self.refused += len(failed)
        return rows


def in_order(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of an answer in the order of submission, whichever the dialect.

    The documented one has them so; the observed one keeps the failed rows apart, each with its index.
    """
    rows = list(answer["results"])
    for row in sorted(answer.get("errors", ()), key=lambda row: row["index"]):
        rows.insert(row["index"], row)
    return rows
