"""The OpenAPI document: valid, complete, and equal to the copy in docs/generated."""

from __future__ import annotations

import json
import re
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, Final, get_args

import pytest
from asking import in_process
from click.testing import CliRunner
from openapi_document import DOCUMENT, OPERATIONS, SCHEMAS, Object, resolved, validate
from openapi_spec_validator import OpenAPIV31SpecValidator

import synap_mock
from synap_mock import SynapMock
from synap_mock.cli.main import main
from synap_mock.domain.rules.entries import ENTRY_RULES, REJECTED
from synap_mock.domain.rules.index import RULES
from synap_mock.domain.rules.rule import Evidence, Rule, Scope
from synap_mock.domain.values.batch import ROLES
from synap_mock.http.api import DATA_ROUTES, ROUTES
from synap_mock.http.api.identity import ISOLATION
from synap_mock.http.control import CONTROL_ROUTES
from synap_mock.http.control import OPERATIONS as CONTROL
from synap_mock.http.openapi.assembly import assemble
from synap_mock.http.openapi.document import openapi
from synap_mock.http.openapi.text import read_text
from synap_mock.settings import Dialect, Registration, Settings, Tenancy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import httpx

    from synap_mock.http.control.parameters.operation import Operation
    from synap_mock.http.endpoint import Route


ALL_ROUTES: Final[list[Route | Operation]] = [*ROUTES, *CONTROL]
SYNAP_API: Final = [operation for operation in OPERATIONS.values() if operation["tags"] == ["Synap API"]]
CONTROL_API: Final = [operation for operation in OPERATIONS.values() if operation["tags"] == ["control API"]]


def responses(operations: list[Object]) -> Iterator[tuple[int, Object]]:
    for operation in operations:
        for status, response in operation["responses"].items():
            yield int(status), resolved(response)


def codes(value: object) -> set[str]:
    """The error codes of a response, references not followed."""
    match value:
        case {"code": {"enum": list(reported)}}:
            return set(reported)
        case dict():
            return {code for inner in value.values() for code in codes(inner)}
        case list():
            return {code for inner in value for code in codes(inner)}
    return set()


def test_it_is_valid_openapi() -> None:
    OpenAPIV31SpecValidator(DOCUMENT).validate()


def test_the_copy_in_docs_is_the_generated_document(project_root: Path) -> None:
    """To regenerate it: ``synap-mock openapi > docs/generated/openapi.json``."""
    assert (project_root / "docs" / "generated" / "openapi.json").read_bytes() == openapi()


def test_a_route_without_text_is_an_error() -> None:
    """So no test of this module runs until every route has its text."""
    route = replace(ROUTES[0], operation_id="new")
    with pytest.raises(
        LookupError, match=r"conversations\.json must have description and responses under operations\.new"
    ):
        assemble([route], [], "0")


def test_every_text_is_of_a_route() -> None:
    modules = {route.module for route in ALL_ROUTES}
    described = {name for module in modules for name in read_text(module)["operations"]}
    assert described == {route.operation_id for route in ALL_ROUTES}


def test_it_has_the_version_of_the_package() -> None:
    assert DOCUMENT["info"]["version"] == synap_mock.__version__


def test_it_is_served(inside: httpx.Client) -> None:
    assert inside.get("/_mock/openapi.json").content == openapi()


def test_it_is_printed() -> None:
    assert CliRunner().invoke(main, ["openapi"]).stdout_bytes == openapi()


def test_its_operations_are_the_routes_of_both_apis() -> None:
    control = {f"/_mock{path.replace(':path', '')}": handlers for path, handlers in CONTROL_ROUTES.items()}
    routes = {f"{method} {path}" for path, handlers in {**DATA_ROUTES, **control}.items() for method in handlers}
    assert set(OPERATIONS) == routes


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_an_operation_states_its_evidence(operation: Object) -> None:
    evidence = operation["description"].rpartition("\n\nEvidence: ")[2]
    assert set(Evidence) & set(re.findall(r"\w+", evidence))


@pytest.mark.parametrize("operation", SYNAP_API, ids=lambda operation: operation["operationId"])
def test_the_synap_api_requires_a_key_except_for_health(operation: Object) -> None:
    wanted: list[Object] = [] if operation["operationId"] == "health" else [{"apiKey": []}]
    assert operation.get("security", DOCUMENT["security"]) == wanted


@pytest.mark.parametrize("operation", CONTROL_API, ids=lambda operation: operation["operationId"])
def test_the_control_api_may_require_its_token(operation: Object) -> None:
    no_data = operation["operationId"] in {"livez", "readyz", "show_inspector", "show_inspector_file"}
    assert operation["security"] == ([] if no_data else [{}, {"controlToken": []}])


CONTROL_OPERATIONS: Final = [
    (method, path, operation) for path, methods in CONTROL_ROUTES.items() for method, operation in methods.items()
]


@pytest.mark.parametrize(("method", "path", "operation"), CONTROL_OPERATIONS)
def test_parameters_and_fields_are_what_the_route_accepts(method: str, path: str, operation: Operation) -> None:
    described = OPERATIONS[f"{method} /_mock{path.replace(':path', '')}"]
    parameters = [resolved(parameter) for parameter in described.get("parameters", [])]
    assert [each["name"] for each in parameters if each["in"] == "query"] == list(operation.parameters)
    content = described.get("requestBody", {}).get("content", {}).get("application/json", {"schema": {}})
    if operation.fields is not None:
        assert set(resolved(content["schema"]).get("properties", {})) == set(operation.fields)


def test_every_synap_api_response_has_a_correlation_id() -> None:
    assert all(resolved(response["headers"]["X-Correlation-Id"])["required"] for _, response in responses(SYNAP_API))


def test_responses_to_a_known_key_have_rate_limit_headers() -> None:
    open_to_all = {"X-Correlation-Id"}
    limited = open_to_all | {"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"}
    kinds = {
        "200": limited,
        "400": limited,
        "401": open_to_all,
        "404": limited,
        "409": limited,
        "413": limited,
        "422": limited,
        "429": limited | {"Retry-After"},
    }
    keyed = [operation for operation in SYNAP_API if operation["operationId"] != "health"]
    reported = {str(status): set(response["headers"]) for status, response in responses(keyed) if status != 403}
    assert reported == kinds


def test_codes_are_those_of_the_rules_and_of_the_control_api() -> None:
    control = {"NOT_FOUND", "METHOD_NOT_ALLOWED", "NOT_IMPLEMENTED", "CONFLICT", "LIMIT_REACHED"}
    control |= {"TOO_MANY_LISTENERS", "TOO_MANY_WAITERS", "DATABASE_FAILED"}
    assert set(SCHEMAS["ErrorCode"]["enum"]) == {rule.code for rule in RULES} | control


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.scope is not Scope.ENTRY], ids=lambda rule: rule.id)
def test_a_rule_that_rejects_a_call_is_listed_at_its_status(rule: Rule) -> None:
    assert rule.code in {
        code for status, response in responses(SYNAP_API) if status == rule.status for code in codes(response)
    }


def test_the_synap_api_lists_only_codes_of_rules() -> None:
    assert {code for _, response in responses(SYNAP_API) for code in codes(response)} <= {rule.code for rule in RULES}


def test_a_rule_that_rejects_an_entry_is_in_indexed_errors() -> None:
    assert codes(SCHEMAS["IndexedError"]) == {rule.code for rule in (*ENTRY_RULES, REJECTED)}


def test_the_kinds_of_schema_violation_are_the_rules() -> None:
    kinds = SCHEMAS["ObservedValidation"]["properties"]["detail"]["items"]["properties"]["type"]["enum"]
    assert set(kinds) == {rule.schema_error[0] for rule in RULES if rule.schema_error}


@pytest.mark.parametrize(
    ("schema", "choices"),
    [
        (SCHEMAS["Tenancy"], get_args(Tenancy)),
        (SCHEMAS["Settings"]["properties"]["dialect"], get_args(Dialect)),
        (SCHEMAS["SettingsChange"]["properties"]["dialect"], get_args(Dialect)),
        (SCHEMAS["Settings"]["properties"]["registration"], get_args(Registration)),
        (SCHEMAS["SettingsChange"]["properties"]["registration"], get_args(Registration)),
        (SCHEMAS["Identity"]["properties"]["user_context_isolation"], ISOLATION.values()),
        (SCHEMAS["Role"], ROLES),
    ],
)
def test_choices_are_those_of_the_code(schema: Object, choices: Any) -> None:
    assert set(schema["enum"]) == set(choices)


def test_settings_are_those_of_the_code() -> None:
    names = {field.name for field in fields(Settings)}
    assert (set(SCHEMAS["Settings"]["properties"]), set(SCHEMAS["SettingsChange"]["properties"])) == (
        names,
        names - {"seed"},
    )


def test_default_settings_are_those_of_the_code() -> None:
    answer = OPERATIONS["GET /_mock/settings"]["responses"]["200"]["content"]["application/json"]
    assert answer["examples"]["defaults"]["value"] == json.loads(json.dumps(Settings().as_dict()))


def test_a_batchs_conversation_id_has_no_format() -> None:
    # An id that is not a UUID is a failed row: the call itself is valid.
    assert SCHEMAS["Entry"]["properties"]["conversation_id"].keys() == {"type", "description"}


def examples(value: object, pointer: str = "") -> Iterator[tuple[str, object]]:
    """Every example in the document, each with the pointer of its schema."""
    match value:
        case {"schema": dict(), "examples": dict(given)}:
            yield from ((f"{pointer}/schema", example["value"]) for example in given.values())
        case {"schema": dict(), "example": example}:
            yield f"{pointer}/schema", example
        case dict():
            for key, inner in value.items():
                yield from examples(inner, f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}")
        case list():
            for index, inner in enumerate(value):
                yield from examples(inner, f"{pointer}/{index}")


@pytest.mark.parametrize(("pointer", "example"), list(examples(DOCUMENT)))
def test_an_example_is_valid_by_its_schema(pointer: str, example: object) -> None:
    validate(pointer, example)


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_a_link_names_an_operation_with_its_parameters(operation: Object) -> None:
    targets = {target["operationId"]: target for target in OPERATIONS.values()}
    for _, response in responses([operation]):
        for link in response.get("links", {}).values():
            target = targets[link["operationId"]]
            names = {resolved(parameter)["name"] for parameter in target.get("parameters", [])}
            assert link.get("parameters", {}).keys() <= names


@pytest.mark.parametrize("dialect", get_args(Dialect))
@pytest.mark.parametrize(
    ("method", "path", "component"),
    [
        ("GET", "/v1/conversations/messages/batch", "NotModelled"),
        ("POST", "/v1/context/fetch", "NotModelled"),
        ("GET", "/_mock/nowhere", "ControlNotFound"),
        ("PUT", "/_mock/settings", "ControlMethodNotAllowed"),
    ],
)
def test_responses_to_unknown_routes_are_described(dialect: Dialect, method: str, path: str, component: str) -> None:
    response = in_process(SynapMock(dialect=dialect)).request(method, path)
    validate(f"/components/responses/{component}/content/application~1json/schema", response.json())


def test_allow_lists_the_methods_of_the_path(inside: httpx.Client) -> None:
    allowed = set(inside.put("/_mock/settings").headers["Allow"].split(", "))
    assert allowed == {method.upper() for method in DOCUMENT["paths"]["/_mock/settings"]} | {"HEAD"}
