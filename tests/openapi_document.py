"""The OpenAPI document, its references resolved, and values validated by its schemas."""

from __future__ import annotations

import json
from typing import Any, Final

from jsonschema import Draft202012Validator, FormatChecker  # type: ignore[import-untyped] # published without types
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from synap_mock.http.openapi.document import openapi

Object = dict[str, Any]


DOCUMENT: Final[Object] = json.loads(openapi())


SCHEMAS: Final[Object] = DOCUMENT["components"]["schemas"]


REGISTRY: Final = Registry().with_resource("urn:document", DRAFT202012.create_resource(DOCUMENT))


OPERATIONS: Final[dict[str, Object]] = {
    f"{method.upper()} {path}": operation
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
}


def resolved(value: Object) -> Object:
    """What a reference points to; anything else as it is."""
    if "$ref" not in value:
        return value
    found: Any = DOCUMENT
    for step in value["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return resolved(found)


def validate(pointer: str, value: object) -> None:
    """Raise where a value breaks the schema that stands at a JSON pointer into the document."""
    schema = {"$ref": f"urn:document#{pointer}"}
    Draft202012Validator(schema, registry=REGISTRY, format_checker=FormatChecker()).validate(value)
