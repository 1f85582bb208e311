"""The OpenAPI document: valid, complete, and equal to the copy in docs/generated."""

from __future__ import annotations

import json
import re
from dataclasses import MISSING, fields, replace
from typing import TYPE_CHECKING, Any, Final, get_args

import pytest
from asking import in_process
from click.testing import CliRunner
from jsonschema import Draft202012Validator, FormatChecker, ValidationError  # type: ignore[import-untyped] # published without types
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

import synap_mock
from synap_mock import SynapMock
from synap_mock.cli.main import main
from synap_mock.domain.faults.catalog import FAULTS, named
from synap_mock.domain.faults.fault import NOTHING, Fault, Unreachable
from synap_mock.domain.faults.responses import Respond
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

Object = dict[str, Any]

DOCUMENT: Final[Object] = json.loads(openapi())
ALL_ROUTES: Final[list[Route | Operation]] = [*ROUTES, *CONTROL]
SCHEMAS: Final[Object] = DOCUMENT["components"]["schemas"]
REGISTRY: Final = Registry().with_resource("urn:document", DRAFT202012.create_resource(DOCUMENT))
OPERATIONS: Final[dict[str, Object]] = {
    f"{method.upper()} {path}": operation
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
}
SYNAP_API: Final = [operation for operation in OPERATIONS.values() if operation["tags"] == ["Synap API"]]
CONTROL_API: Final = [operation for operation in OPERATIONS.values() if operation["tags"] == ["control API"]]


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


def test_its_operations_are_the_routes_of_both_faces() -> None:
    control = {f"/_mock{path.replace(':path', '')}": handlers for path, handlers in CONTROL_ROUTES.items()}
    routes = {f"{method} {path}" for path, handlers in {**DATA_ROUTES, **control}.items() for method in handlers}
    assert set(OPERATIONS) == routes


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_an_operation_tells_its_evidence(operation: Object) -> None:
    evidence = operation["description"].rpartition("\n\nEvidence: ")[2]
    assert set(Evidence) & set(re.findall(r"\w+", evidence))


@pytest.mark.parametrize("operation", SYNAP_API, ids=lambda operation: operation["operationId"])
def test_the_data_face_wants_a_key_but_for_health(operation: Object) -> None:
    wanted: list[Object] = [] if operation["operationId"] == "health" else [{"apiKey": []}]
    assert operation.get("security", DOCUMENT["security"]) == wanted


@pytest.mark.parametrize("operation", CONTROL_API, ids=lambda operation: operation["operationId"])
def test_the_control_face_may_want_its_token(operation: Object) -> None:
    probe = operation["operationId"] in {"livez", "readyz"}
    assert operation["security"] == ([] if probe else [{}, {"controlToken": []}])


CONTROL_OPERATIONS: Final = [
    (method, path, operation) for path, methods in CONTROL_ROUTES.items() for method, operation in methods.items()
]


@pytest.mark.parametrize(("method", "path", "operation"), CONTROL_OPERATIONS)
def test_parameters_and_fields_are_what_the_route_accepts(method: str, path: str, operation: Operation) -> None:
    described = OPERATIONS[f"{method} /_mock{path.replace(':path', '')}"]
    parameters = [resolved(parameter) for parameter in described.get("parameters", [])]
    assert [each["name"] for each in parameters if each["in"] == "query"] == list(operation.query)
    content = described.get("requestBody", {}).get("content", {}).get("application/json", {"schema": {}})
    if operation.fields is not None:
        assert set(resolved(content["schema"]).get("properties", {})) == set(operation.fields)


def test_every_answer_of_the_data_face_bears_a_correlation_id() -> None:
    assert all(resolved(response["headers"]["X-Correlation-Id"])["required"] for _, response in responses(SYNAP_API))


def test_what_a_key_may_still_do_is_told_once_the_key_is_known() -> None:
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


def test_the_codes_are_the_rules_and_two_of_the_control_faces_own() -> None:
    assert set(SCHEMAS["ErrorCode"]["enum"]) == {rule.code for rule in RULES} | {"NOT_FOUND", "METHOD_NOT_ALLOWED"}


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.scope is not Scope.ENTRY], ids=lambda rule: rule.id)
def test_what_refuses_a_call_is_told_at_its_status(rule: Rule) -> None:
    assert rule.code in {
        code for status, response in responses(SYNAP_API) if status == rule.status for code in codes(response)
    }


def test_the_data_face_tells_no_other_codes_than_the_rules() -> None:
    assert {code for _, response in responses(SYNAP_API) for code in codes(response)} <= {rule.code for rule in RULES}


def test_what_refuses_an_entry_is_told_in_the_batchs_errors() -> None:
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
def test_a_choice_is_the_codes(schema: Object, choices: Any) -> None:
    assert set(schema["enum"]) == set(choices)


def test_the_settings_are_the_codes() -> None:
    names = {field.name for field in fields(Settings)}
    assert (set(SCHEMAS["Settings"]["properties"]), set(SCHEMAS["SettingsChange"]["properties"])) == (
        names,
        names - {"seed"},
    )


def test_the_default_settings_are_the_codes() -> None:
    answer = OPERATIONS["GET /_mock/settings"]["responses"]["200"]["content"]["application/json"]
    assert answer["examples"]["defaults"]["value"] == json.loads(json.dumps(Settings().as_dict()))


def kinds_of_fault(schema: Object) -> list[str]:
    """The names of the faults that a schema's alternatives are."""
    return [
        resolved(kind)["properties"]["fault"]["const"]
        for kind in schema["oneOf"]
        if "const" in resolved(kind)["properties"]["fault"]
    ]


def test_every_fault_can_be_told_to_be_armed() -> None:
    assert sorted(kinds_of_fault(SCHEMAS["ArmedFaults"]["properties"]["faults"]["items"]["allOf"][0])) == sorted(FAULTS)


@pytest.mark.parametrize("schema", [SCHEMAS["Fault"], SCHEMAS["Script"]["properties"]["sequence"]["items"]])
def test_every_fault_that_a_port_can_make_can_be_armed(schema: Object) -> None:
    assert sorted(kinds_of_fault(schema)) == [
        name for name, kind in FAULTS.items() if not issubclass(kind, Unreachable)
    ]


def test_the_journal_names_every_fault_whose_call_arrives() -> None:
    arriving = {name for name, kind in FAULTS.items() if not issubclass(kind, Unreachable)}
    assert set(SCHEMAS["Request"]["properties"]["fault"]["enum"]) == {None, *arriving}


@pytest.mark.parametrize(("name", "kind"), FAULTS.items())
def test_a_faults_attributes_are_the_codes(name: str, kind: type[Fault]) -> None:
    terms = {"fault", "times", "after_commit", "route", "where"}
    attributes = {attribute.name for attribute in fields(kind)}  # type: ignore[arg-type] # every fault is a dataclass
    assert set(SCHEMAS[name]["properties"]) == attributes | terms


@pytest.mark.parametrize(("name", "kind"), FAULTS.items())
def test_a_faults_defaults_are_the_codes(name: str, kind: type[Fault]) -> None:
    properties = SCHEMAS[name]["properties"]
    required = set(SCHEMAS[name]["required"]) - {"fault"}
    for attribute in fields(kind):  # type: ignore[arg-type] # every fault is a dataclass
        default = attribute.default if attribute.default_factory is MISSING else attribute.default_factory()
        assert (attribute.name in required) == (default is MISSING)
        if default not in (MISSING, NOTHING):
            assert resolved(properties[attribute.name])["default"] == default


@pytest.mark.parametrize(
    ("name", "attribute", "value"),
    [
        ("RateLimited", "retry_after", -1),
        ("RateLimited", "retry_after", 1.5),
        ("ServerError", "status", 499),
        ("ServerError", "status", 600),
        ("InsufficientCredits", "balance_credits", -1),
        ("InsufficientCredits", "minimum_required_credits", None),
        ("InstanceNotReady", "retry_after", None),
        ("InstanceBuildFailed", "attempts", 0),
        ("Latency", "seconds", -0.5),
        ("Latency", "seconds", "1"),
        ("Respond", "status", 199),
        ("Respond", "status", 600),
        ("Respond", "content", 5),
        ("Respond", "headers", []),
        ("Respond", "headers", {"a b": "c"}),
        ("Respond", "headers", {"a": "b\0c"}),
        ("Respond", "headers", {"content-length": "1"}),
    ],
)
def test_schema_and_code_reject_attributes_out_of_range(name: str, attribute: str, value: Any) -> None:
    given = {"status": 200, attribute: value} if name == "Respond" else {attribute: value}
    with pytest.raises((TypeError, ValueError)):
        named(name, **given)
    with pytest.raises(ValidationError):
        validate("/components/schemas/Fault", {"fault": name, **given})


@pytest.mark.parametrize(
    "given",
    [
        {"status": 200, "json": None, "content": "x"},
        {"status": 204, "json": None},
        {"status": 304, "content": "x"},
    ],
)
def test_schema_and_code_reject_two_bodies_or_a_forbidden_one(given: Object) -> None:
    with pytest.raises((TypeError, ValueError)):
        Respond(**given)
    with pytest.raises(ValidationError):
        validate("/components/schemas/Fault", {"fault": "Respond", **given})


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
def test_an_example_keeps_its_schema(pointer: str, example: object) -> None:
    validate(pointer, example)


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_a_link_leads_to_an_operation_that_has_its_parameters(operation: Object) -> None:
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
def test_what_no_operation_answers_is_described_too(dialect: Dialect, method: str, path: str, component: str) -> None:
    response = in_process(SynapMock(dialect=dialect)).request(method, path)
    validate(f"/components/responses/{component}/content/application~1json/schema", response.json())


def test_the_methods_that_a_path_has_are_allowed(inside: httpx.Client) -> None:
    allowed = set(inside.put("/_mock/settings").headers["Allow"].split(", "))
    assert allowed == {method.upper() for method in DOCUMENT["paths"]["/_mock/settings"]} | {"HEAD"}
