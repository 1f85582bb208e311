"""The value that a Python client returned, as JSON: mappings, and objects with attributes."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import uuid
from collections.abc import Iterable, Mapping
from typing import Any, Final

FIELDS: Final = ("total", "succeeded", "failed", "results", "message_id", "recorded_at", "error", "errors")
"""The documented names: an object without fields of its own is read by these attributes."""

_MAX_DEPTH: Final = 60
_PLAIN: Final = frozenset({type(None), bool, int, float, str})
"""Types of JSON that need no conversion, unlike classes that derive from them."""


def to_json(value: Any, depth: int = 0) -> Any:  # noqa: ANN401, C901, PLR0911 - any value of a client, one return per type
    """Return a value as JSON. One that JSON cannot represent becomes `{"unreadable": type}`."""
    if type(value) in _PLAIN:
        return value
    if type(value) is dict and depth <= _MAX_DEPTH:  # the other types are slow to tell apart
        return {str(key): to_json(each, depth + 1) for key, each in value.items()}
    match value:
        case enum.Enum():
            return to_json(value.value, depth)
        case None | bool() | str() | int() | float():
            return value
        case dt.datetime() | dt.date():
            return value.isoformat()
        case uuid.UUID():
            return str(value)
        case _ if depth > _MAX_DEPTH:
            return {"unreadable": "nested too deeply"}
        case Mapping():
            return {str(key): to_json(each, depth + 1) for key, each in value.items()}
        case bytes():
            return {"unreadable": "bytes"}
    attributes = attributes_of(value)
    if attributes is not None:
        return {name: to_json(each, depth + 1) for name, each in attributes.items()}
    if isinstance(value, Iterable):
        return [to_json(each, depth + 1) for each in value]
    return {"unreadable": type(value).__qualname__}


def attributes_of(value: object) -> dict[str, Any] | None:
    """Return the attributes of a dataclass, a named tuple, a pydantic model or an object with documented names."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {each.name: getattr(value, each.name) for each in dataclasses.fields(value)}
    for method in ("model_dump", "_asdict"):
        dump = getattr(value, method, None)
        if callable(dump):
            dumped = dump()
            return dict(dumped) if isinstance(dumped, Mapping) else None
    found = {name: getattr(value, name) for name in FIELDS if hasattr(value, name)}
    return {name: each for name, each in found.items() if not callable(each)} or None
