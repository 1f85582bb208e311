"""What the page asks of entries and promises of answers, as the reference client checks it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx

STRINGS = ("user_id", "customer_id", "session_id")


def check(entries: list[Any]) -> str | None:  # noqa: PLR0911 - a rule a return
    """What is wrong with the first entry that breaks the parameter list, or None."""
    for index, entry in enumerate(entries):
        if not isinstance(entry, dict):
            return f"messages[{index}] is no dict"
        for key in ("conversation_id", "role", "content"):
            if not isinstance(entry.get(key), str):
                return f"messages[{index}].{key} is missing or no string"
        if entry["role"] not in {"user", "assistant"}:
            return f"messages[{index}].role is neither 'user' nor 'assistant'"
        if not is_uuid(entry["conversation_id"]):
            return f"messages[{index}].conversation_id is no UUID"
        if any(not isinstance(entry.get(key), str | None) for key in STRINGS):
            return f"messages[{index}] has an id that is no string"
        if not isinstance(entry.get("metadata"), dict | None):
            return f"messages[{index}].metadata is no dict"
    return None


def is_uuid(text: str) -> bool:
    """Whether Python reads it as a UUID."""
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def answer_of(response: httpx.Response, submitted: int) -> dict[str, Any] | None:
    """The batch result in the page's shape, or None where the body is none."""
    try:
        answer = response.json()
    except ValueError:
        return None
    if not isinstance(answer, dict) or not isinstance(answer.get("results"), list):
        return None
    rows, errors = answer["results"], answer.get("errors")
    if errors:  # SDK 0.5.10 and later are written for this shape: stored rows in results, the others beside them
        failed = {each["index"]: {"error": each.get("error", "refused")} for each in errors}
        stored = iter(rows)
        rows = [failed.get(index) or next(stored, {"error": "no row"}) for index in range(submitted)]
    if answer.get("total") != submitted or len(rows) != submitted:
        return None
    return {key: answer[key] for key in ("total", "succeeded", "failed") if key in answer} | {"results": rows}
