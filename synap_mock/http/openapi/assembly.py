"""Puts the document together: paths from the routes, components from the code and the text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synap_mock.http.openapi.from_code import (
    body_schema,
    entry_schema,
    fault_schemas,
    setting_schemas,
    values_from_code,
)
from synap_mock.http.openapi.operations import api_operation, control_operation, response
from synap_mock.http.openapi.text import Object, expand_schema, read_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from synap_mock.http.control.parameters.operation import Operation
    from synap_mock.http.endpoint import Route


def assemble(routes: Iterable[Route], operations: Iterable[Operation], version: str) -> Object:
    """The document of these routes.

    Args:
        routes: of the Synap API.
        operations: of the control API.
        version: of the package.
    """
    values = values_from_code()
    common = read_text("synap_mock.http.openapi.common")
    texts: dict[str, Object] = {}
    paths: Object = {}
    for route in routes:
        text = texts.setdefault(route.module, read_text(route.module))
        described = api_operation(route, _operation_text(text, route), values)
        paths.setdefault(route.path, {})[route.method.lower()] = described
    for operation in operations:
        text = texts.setdefault(operation.module, read_text(operation.module))
        described = control_operation(operation, _operation_text(text, operation), values)
        path = f"/_mock{operation.path.replace(':path', '')}"
        paths.setdefault(path, {})[operation.method.lower()] = described
    schemas: Object = {}
    for text in (common, *texts.values()):
        schemas |= _schemas(text, values)
    for route in routes:
        if route.request and route.fields:
            schemas[route.request] = body_schema(route.fields, texts[route.module]["bodies"][route.request])
    responses = {name: response(text, values) for name, text in common["responses"].items()}
    return {
        **{name: common[name] for name in ("openapi", "info", "servers", "tags", "security")},
        "info": {**common["info"], "version": version},
        "paths": paths,
        "components": {**expand_schema(common["components"], values), "responses": responses, "schemas": schemas},
    }


def _operation_text(text: Object, route: Route | Operation) -> Object:
    found: Object = text["operations"].get(route.operation_id, {})
    missing = [name for name in ("description", "responses") if name not in found]
    if missing:
        file = f"{route.module.replace('.', '/')}.json"
        raise LookupError(f"{file} must have {' and '.join(missing)} under operations.{route.operation_id}")
    return found


def _schemas(text: Object, values: Object) -> Object:
    """The schemas that a text has, and those that the code states with the text's details."""
    found: Object = expand_schema(text.get("schemas", {}), values)
    if "entry" in text:
        found["Entry"] = entry_schema(**text["entry"])
    if "faults" in text:
        found |= fault_schemas(expand_schema(text["faults"], values))
    if "settings" in text:
        found |= setting_schemas(expand_schema(text["settings"], values))
    return found
