"""Operations and responses of the document, from a route and its text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from synap_mock.http.openapi.text import Object, component, expand_examples, expand_schema

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synap_mock.http.control.parameters.operation import Operation
    from synap_mock.http.endpoint import Route

_JSON: Final = "application/json"
_CORRELATION: Final = ("X-Correlation-Id",)
_LIMITS: Final = (*_CORRELATION, "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")


def api_operation(route: Route, text: Object, values: Mapping[str, Any]) -> Object:
    """An operation of the Synap API."""
    keyed = route.endpoint.wants_key
    shared = {"401": "Unauthorized", "403": "Forbidden", "429": "TooManyRequests"} if keyed else {}
    if route.request:
        shared |= {"413": "TooLarge", "422": "SchemaViolation"}
    headers = [component("parameters", name) for name in ("InstanceId", "ClientId", "CorrelationId")]
    return {
        "operationId": route.operation_id,
        "tags": ["Synap API"],
        "summary": route.summary,
        "description": text["description"],
        **({} if keyed else {"security": []}),
        "parameters": [*expand_schema(text.get("parameters", []), values), *headers],
        **_request_body(route.request, text, values),
        "responses": _responses(shared, route.response, text, values, _LIMITS if keyed else _CORRELATION),
    }


def control_operation(operation: Operation, text: Object, values: Mapping[str, Any]) -> Object:
    """An operation of the control API."""
    shared = {"400": "ControlInvalid"}
    if operation.guarded:
        shared["403"] = "ControlForbidden"
    if operation.guarded and operation.needs_token:
        shared["401"] = "ControlUnauthorized"
    if operation.has_world:
        shared["404"] = "ControlUnknownKey"
    if operation.fields != () or operation.reads_body:
        shared["413"] = "ControlTooLarge"
    parameters = expand_schema(text.get("parameters", []), values)
    if "wait" in operation.query:
        parameters += [component("parameters", name) for name in ("Wait", "Count")]
    if "limit" in operation.query:
        cursor = "AfterConversation" if operation.cursor_parts > 1 else "After"
        if operation.all_worlds and "wait" in operation.query:
            cursor = "AfterOfAll"
        parameters += [component("parameters", name) for name in ("Limit", cursor)]
    selecting = {"key": "WorldKey", "world": "WorldName", "all": "AllWorlds"}
    parameters += [component("parameters", selecting[name]) for name in operation.parameters if name in selecting]
    return {
        "operationId": operation.operation_id,
        "tags": ["control API"],
        "summary": operation.summary,
        "description": text["description"],
        "security": [{}, {"controlToken": []}] if operation.guarded and operation.needs_token else [],
        **({"parameters": parameters} if parameters else {}),
        **_request_body(operation.request, text, values),
        "responses": _responses(shared, operation.response, text, values),
    }


def response(text: Object, values: Mapping[str, Any], headers: Any = ()) -> Object:  # noqa: ANN401 - names, or headers in full
    """A response; one with codes is an error."""
    headers = text.get("headers", headers)
    if not isinstance(headers, dict):
        headers = {name: component("headers", name) for name in headers}
    schema = _error_schema(text) if "codes" in text else expand_schema(text["schema"], values)
    content = {"schema": schema}
    if "examples" in text:
        content["examples"] = expand_examples(text["examples"], values)
    return {
        "description": text["description"],
        **({"headers": headers} if headers else {}),
        "content": dict.fromkeys(text.get("media_types", [_JSON]), content),
        **({"links": text["links"]} if "links" in text else {}),
    }


def _responses(
    shared: dict[str, str],
    schemas: tuple[str, ...],
    text: Object,
    values: Mapping[str, Any],
    headers: tuple[str, ...] = (),
) -> Object:
    """By status: the shared ones, and those that have text of their own."""
    own = {**text["responses"]}
    if schemas:
        references = [{"$ref": name} for name in schemas]
        own["200"] = {**own["200"], "schema": {"anyOf": references} if len(references) > 1 else references[0]}
    found = {status: component("responses", name) for status, name in shared.items()}
    found |= {status: response(each, values, headers) for status, each in own.items()}
    return dict(sorted(found.items()))


def _request_body(schema: str | None, text: Object, values: Mapping[str, Any]) -> Object:
    if "request" not in text:
        return {}
    body = {**text["request"]}
    reference = component("schemas", schema) if schema else {}
    kinds = body.pop("media_types", [_JSON])
    content = {"schema": body.pop("schema", reference), "examples": expand_examples(body.pop("examples"), values)}
    return {"requestBody": {**body, "content": dict.fromkeys(kinds, content)}}


def _error_schema(text: Object) -> Object:
    """The documented form with one of its codes; in the Synap API, or the observed form."""
    documented = {"allOf": [component("schemas", "DocumentedError"), {"properties": {"code": {"enum": text["codes"]}}}]}
    if "observed" not in text:
        return documented
    observed = text["observed"]
    names = observed if isinstance(observed, list) else [observed]
    return {"oneOf": [documented, *(component("schemas", name) for name in names)]}
