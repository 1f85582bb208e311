"""openapi.json: a valid document, and one of exactly what there is."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, get_args

import pytest
from asking import in_process
from click.testing import CliRunner
from jsonschema import Draft202012Validator, FormatChecker  # type: ignore[import-untyped] # published without types
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

import synap_mock
from synap_mock import SynapMock
from synap_mock.cli import main
from synap_mock.http.app import DATA_ROUTES
from synap_mock.http.control import CONTROL_ROUTES
from synap_mock.http.identity import ISOLATION
from synap_mock.messages import ROLES
from synap_mock.rule import Evidence, Rule, Scope
from synap_mock.rules import ENTRY_RULES, RULES
from synap_mock.settings import Dialect, Registration, Settings, Tenancy

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

Object = dict[str, Any]

FILE: Final = Path(synap_mock.__file__).parent / "http" / "openapi.json"
DOCUMENT: Final[Object] = json.loads(FILE.read_bytes())
SCHEMAS: Final[Object] = DOCUMENT["components"]["schemas"]
REGISTRY: Final = Registry().with_resource("urn:document", DRAFT202012.create_resource(DOCUMENT))
OPERATIONS: Final[dict[str, Object]] = {
    f"{method.upper()} {path}": operation
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
}
DATA_FACE: Final = [operation for operation in OPERATIONS.values() if operation["tags"] == ["data face"]]
CONTROL_FACE: Final = [operation for operation in OPERATIONS.values() if operation["tags"] == ["control face"]]


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
    """The error codes that a response tells, references not followed."""
    match value:
        case {"code": {"enum": list(told)}}:
            return set(told)
        case dict():
            return {code for inner in value.values() for code in codes(inner)}
        case list():
            return {code for inner in value for code in codes(inner)}
    return set()


def test_it_is_valid_openapi() -> None:
    OpenAPIV31SpecValidator(DOCUMENT).validate()


def test_it_is_written_as_json_dumps_writes() -> None:
    assert FILE.read_text(encoding="ascii") == json.dumps(DOCUMENT, indent=2) + "\n"


def test_it_bears_the_packages_version() -> None:
    assert DOCUMENT["info"]["version"] == synap_mock.__version__


def test_it_is_served_as_it_stands(inside: httpx.Client) -> None:
    assert inside.get("/_mock/openapi.json").content == FILE.read_bytes()


def test_it_is_printed_as_it_stands() -> None:
    assert CliRunner().invoke(main, ["openapi"]).stdout_bytes == FILE.read_bytes()


def test_its_operations_are_the_routes_of_both_faces() -> None:
    control = {f"/_mock{path.replace(':path', '')}": handlers for path, handlers in CONTROL_ROUTES.items()}
    routes = {f"{method} {path}" for path, handlers in {**DATA_ROUTES, **control}.items() for method in handlers}
    assert set(OPERATIONS) == routes


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_an_operation_tells_its_evidence(operation: Object) -> None:
    evidence = operation["description"].rpartition("\n\nEvidence: ")[2]
    assert set(Evidence) & set(re.findall(r"\w+", evidence))


@pytest.mark.parametrize("operation", DATA_FACE, ids=lambda operation: operation["operationId"])
def test_the_data_face_wants_a_key_but_for_health(operation: Object) -> None:
    wanted: list[Object] = [] if operation["operationId"] == "health" else [{"apiKey": []}]
    assert operation.get("security", DOCUMENT["security"]) == wanted


@pytest.mark.parametrize("operation", CONTROL_FACE, ids=lambda operation: operation["operationId"])
def test_the_control_face_may_want_its_token(operation: Object) -> None:
    assert operation["security"] == [{}, {"controlToken": []}]


def test_every_answer_of_the_data_face_bears_a_correlation_id() -> None:
    assert all(response["headers"].keys() == {"X-Correlation-Id"} for _, response in responses(DATA_FACE))


def test_the_codes_are_the_rules_and_two_of_the_control_faces_own() -> None:
    assert set(SCHEMAS["ErrorCode"]["enum"]) == {rule.code for rule in RULES} | {"NOT_FOUND", "METHOD_NOT_ALLOWED"}


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.scope is not Scope.ENTRY], ids=lambda rule: rule.id)
def test_what_refuses_a_call_is_told_at_its_status(rule: Rule) -> None:
    assert rule.code in {
        code for status, response in responses(DATA_FACE) if status == rule.status for code in codes(response)
    }


def test_the_data_face_tells_no_other_codes_than_the_rules() -> None:
    assert {code for _, response in responses(DATA_FACE) for code in codes(response)} <= {rule.code for rule in RULES}


def test_what_refuses_an_entry_is_told_in_the_batchs_errors() -> None:
    assert codes(SCHEMAS["IndexedError"]) == {rule.code for rule in ENTRY_RULES}


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
    assert answer["examples"]["defaults"]["value"] == Settings().as_dict()


def test_a_batchs_conversation_id_has_no_format() -> None:
    # What is no UUID is answered with a failed row: the call itself is right.
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
