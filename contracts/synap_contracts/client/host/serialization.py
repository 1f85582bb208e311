"""What a Python client returned, as JSON: mappings, and objects with attributes."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import uuid
from collections.abc import Iterable, Mapping
from typing import Any, Final

FIELDS: Final = ("total", "succeeded", "failed", "results", "message_id", "recorded_at", "error", "errors")
"""What the page names; an object without fields of its own is asked for these."""

_DEEPEST: Final = 60


def plain(value: Any, depth: int = 0) -> Any:  # noqa: ANN401, PLR0911 - whatever the client returned, a case each
    """A value as JSON; what can't be told as JSON is told as `{"unreadable": type}`."""
    match value:
        case enum.Enum():
            return plain(value.value, depth)
        case None | bool() | str() | int() | float():
            return value
        case dt.datetime() | dt.date():
            return value.isoformat()
        case uuid.UUID():
            return str(value)
        case _ if depth > _DEEPEST:
            return {"unreadable": "nested too deeply"}
        case Mapping():
            return {str(key): plain(each, depth + 1) for key, each in value.items()}
        case bytes():
            return {"unreadable": "bytes"}
    attributes = attributes_of(value)
    if attributes is not None:
        return {name: plain(each, depth + 1) for name, each in attributes.items()}
    if isinstance(value, Iterable):
        return [plain(each, depth + 1) for each in value]
    return {"unreadable": type(value).__qualname__}


def attributes_of(value: object) -> dict[str, Any] | None:
    """The attributes of a dataclass, a named tuple, a pydantic model or an object with the page's names."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {each.name: getattr(value, each.name) for each in dataclasses.fields(value)}
    for method in ("model_dump", "_asdict"):
        dump = getattr(value, method, None)
        if callable(dump):
            dumped = dump()
            return dict(dumped) if isinstance(dumped, Mapping) else None
    named = {name: getattr(value, name) for name in FIELDS if hasattr(value, name)}
    return {name: each for name, each in named.items() if not callable(each)} or None
