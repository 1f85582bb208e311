"""JSON Schemas of what the kit reads and writes, made from the types that the code uses."""

from __future__ import annotations

from typing import Any, Final, TypeAlias

from synap_contracts.client import wire
from synap_contracts.client.checking.types import schema
from synap_contracts.report.types import Report
from synap_contracts.runs.known_file import KnownFile

Json: TypeAlias = Any

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def _adapter() -> Json:
    """Return the schema of a line of the adapter protocol. An adapter may write more fields."""
    definitions: dict[str, Json] = {}
    groups = {"FirstLine": wire.FirstLine, "Request": wire.Request, "Reply": wire.Reply}
    for name, kind in groups.items():
        definitions[name] = schema(kind, definitions)
    text = "FirstLine and Reply are lines of the adapter, Request is a line of the kit."
    return {"description": text, "anyOf": [{"$ref": f"#/$defs/{name}"} for name in groups], "$defs": definitions}


def _closed(kind: type) -> Json:
    """Return the schema of a type that has no other fields."""
    definitions: dict[str, Json] = {}
    return {**schema(kind, definitions, closed=True), "$defs": definitions}


SCHEMAS: Final = {
    "adapter": ("A line of the adapter protocol of synap-mock verify", _adapter),
    "known-failures": ("A file of known failures (TOML) of synap-mock verify", lambda: _closed(KnownFile)),
    "report": ("The report of synap-mock verify --json", lambda: _closed(Report)),
}


def schema_of(name: str) -> Json:
    """Return a JSON Schema (draft 2020-12).

    Args:
        name: One of `SCHEMAS`.
    """
    title, make = SCHEMAS[name]
    return {"$schema": _DIALECT, "title": title, **make()}
