"""The text of the document: descriptions, examples and the schemas that no code states, next to each route's module.

A short form keeps it small. In a schema, ``{"$ref": "Batch"}`` names a component; ``{"closed": {…}}`` is an object with
these properties and no others, required unless listed in ``optional``; ``{"$code": "roles"}`` is a value of
`values_from_code`.
An example is ``[summary, value]``.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

Object = dict[str, Any]


def read_text(module: str) -> Object:
    """The JSON file that stands next to a module, of the same name."""
    package, _, name = module.rpartition(".")
    text: Object = json.loads(files(package).joinpath(f"{name}.json").read_bytes())
    return text


def component(kind: str, name: str) -> Object:
    """A reference to a component."""
    return {"$ref": f"#/components/{kind}/{name}"}


def expand_schema(schema: Any, values: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any JSON value
    """A schema in its long form.

    Args:
        schema: in its short form.
        values: what ``$code`` names.
    """
    if isinstance(schema, list):
        return [expand_schema(item, values) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$code" in schema:
        return expand_schema(values[schema["$code"]], values)
    if "$ref" in schema:
        return {**schema, **component("schemas", schema["$ref"])}
    expanded = {name: expand_schema(value, values) for name, value in schema.items()}
    properties = expanded.pop("closed", None)
    return expanded if properties is None else closed_object(properties, expanded.pop("optional", ()), expanded)


def closed_object(properties: Object, optional: Any, others: Object) -> Object:  # noqa: ANN401 - any container of names
    """The schema of an object that has no other properties than these."""
    required = [name for name in properties if name not in optional]
    return {
        "type": "object",
        **({"required": required} if required else {}),
        **others,
        "properties": properties,
        "additionalProperties": False,
    }


def expand_examples(examples: Object, values: Mapping[str, Any]) -> Object:
    """Examples in their long form."""
    return {
        name: {"summary": summary, "value": values[value["$code"]] if "$code" in value else value}
        for name, (summary, value) in examples.items()
    }
