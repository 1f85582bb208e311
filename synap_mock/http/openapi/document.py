"""The OpenAPI document, assembled once, on first use."""

from __future__ import annotations

import json
from functools import cache
from typing import Any, Final

import synap_mock
from synap_mock.http.api import ROUTES
from synap_mock.http.control import OPERATIONS

_DEEPEST: Final = 4
"""Levels of the document that have a line for each member: a line is a description, a response, a property list."""


@cache
def openapi() -> bytes:
    """The document, as ``synap-mock openapi`` and ``GET /_mock/openapi.json`` return it."""
    # Imported here: creating an app must not pay for what builds the document.
    from synap_mock.http.openapi.assembly import assemble  # noqa: PLC0415

    return f"{_to_json(assemble(ROUTES, OPERATIONS, synap_mock.__version__))}\n".encode("ascii")


def _to_json(value: Any, level: int = 0) -> str:  # noqa: ANN401 - any JSON value
    if level == _DEEPEST or not isinstance(value, dict) or not value:
        return json.dumps(value)
    indent = "  " * level
    members = [f"{indent}  {json.dumps(name)}: {_to_json(member, level + 1)}" for name, member in value.items()]
    return "{\n" + ",\n".join(members) + f"\n{indent}}}"
