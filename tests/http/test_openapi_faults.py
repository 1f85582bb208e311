"""The faults in the OpenAPI document are those of the code, and schema and code reject the same values."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any

import pytest
from jsonschema import ValidationError  # type: ignore[import-untyped] # published without types
from openapi_document import SCHEMAS, Object, resolved, validate

from synap_mock.domain.faults.catalog import FAULTS, named
from synap_mock.domain.faults.fault import NOTHING, Fault, Unreachable
from synap_mock.domain.faults.responses import Respond


def kinds_of_fault(schema: Object) -> list[str]:
    """The names of the faults that a schema's alternatives are."""
    return [
        resolved(kind)["properties"]["fault"]["const"]
        for kind in schema["oneOf"]
        if "const" in resolved(kind)["properties"]["fault"]
    ]


def test_scheduled_faults_include_every_fault() -> None:
    assert sorted(kinds_of_fault(SCHEMAS["ArmedFaults"]["properties"]["faults"]["items"]["allOf"][0])) == sorted(FAULTS)


@pytest.mark.parametrize("schema", [SCHEMAS["Fault"], SCHEMAS["Script"]["properties"]["sequence"]["items"]])
def test_faults_of_a_port_can_be_scheduled(schema: Object) -> None:
    assert sorted(kinds_of_fault(schema)) == [
        name for name, kind in FAULTS.items() if not issubclass(kind, Unreachable)
    ]


def test_the_journal_names_every_fault_whose_call_arrives() -> None:
    arriving = {name for name, kind in FAULTS.items() if not issubclass(kind, Unreachable)}
    assert set(SCHEMAS["Request"]["properties"]["fault"]["enum"]) == {None, *arriving}


@pytest.mark.parametrize(("name", "kind"), FAULTS.items())
def test_attributes_of_a_fault_are_those_of_its_class(name: str, kind: type[Fault]) -> None:
    terms = {"fault", "times", "after_commit", "route", "where"}
    attributes = {attribute.name for attribute in fields(kind)}  # type: ignore[arg-type] # every fault is a dataclass
    assert set(SCHEMAS[name]["properties"]) == attributes | terms


@pytest.mark.parametrize(("name", "kind"), FAULTS.items())
def test_defaults_of_a_fault_are_those_of_its_class(name: str, kind: type[Fault]) -> None:
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
