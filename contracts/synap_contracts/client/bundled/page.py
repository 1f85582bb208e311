"""What the page requires of entries and promises about answers, as the reference client checks it."""

from __future__ import annotations

import math
import uuid
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx

STRINGS = ("user_id", "customer_id", "session_id")


def check(entries: list[Any]) -> str | None:  # noqa: PLR0911 - one return per rule
    """Return the error for the first entry that does not follow the parameter list, or None."""
    for index, entry in enumerate(entries):
        if not isinstance(entry, dict):
            return f"messages[{index}] is not a dict"
        for key in ("conversation_id", "role", "content"):
            if not isinstance(entry.get(key), str):
                return f"messages[{index}].{key} is missing or not a string"
        if entry["role"] not in {"user", "assistant"}:
            return f"messages[{index}].role is not 'user' or 'assistant'"
        if not is_uuid(entry["conversation_id"]):
            return f"messages[{index}].conversation_id is not a UUID"
        if any(not isinstance(entry.get(key), str | None) for key in STRINGS):
            return f"messages[{index}] has an ID that is not a string"
        if not isinstance(entry.get("metadata"), dict | None):
            return f"messages[{index}].metadata is not a dict"
        if not is_json(entry.get("metadata")):
            return f"messages[{index}].metadata has a value that JSON does not have"
    return None


def is_json(value: Any) -> bool:  # noqa: ANN401 - any value of a caller
    """Return whether JSON has a value: `json.dumps` changes keys that are not strings, and writes NaN."""
    match value:
        case dict():
            return all(isinstance(key, str) and is_json(each) for key, each in value.items())
        case list() | tuple():
            return all(map(is_json, value))
        case float():
            return math.isfinite(value)
    return isinstance(value, str | int | None)


def is_uuid(text: str) -> bool:
    """Return whether Python accepts a text as a UUID."""
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def answer_of(response: httpx.Response, submitted: int) -> dict[str, Any] | None:
    """Return the batch result in the documented format, or None if the body is not one."""
    try:
        answer = response.json()
    except ValueError:
        return None
    if not isinstance(answer, dict) or not isinstance(answer.get("results"), list):
        return None
    rows, errors = answer["results"], answer.get("errors")
    if errors:  # the format of SDK 0.5.10 and later: stored rows in results, failed ones in errors
        failed = {each["index"]: {"error": each.get("error", "rejected")} for each in errors}
        stored = iter(rows)
        rows = [failed.get(index) or next(stored, {"error": "no row"}) for index in range(submitted)]
    if answer.get("total") != submitted or len(rows) != submitted:
        return None
    return {key: answer[key] for key in ("total", "succeeded", "failed") if key in answer} | {"results": rows}
