"""What the code states, as values and schemas of the document: codes, choices, faults, settings, an entry's fields."""

from __future__ import annotations

import inspect
import json
import math
import re
from dataclasses import MISSING, fields
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Final, Literal, get_args, get_origin, get_type_hints

from synap_mock.domain.faults.catalog import FAULTS
from synap_mock.domain.faults.fault import NOTHING, Unreachable
from synap_mock.domain.memories.documents import TYPES
from synap_mock.domain.memories.memory import KINDS, Level, Origin
from synap_mock.domain.memories.recall.compactions import STRATEGIES
from synap_mock.domain.memories.recall.recent import STYLES
from synap_mock.domain.rules.bodies import (
    FIELD_BOOLEAN,
    FIELD_DOCUMENT,
    FIELD_INTEGER,
    FIELD_LIST,
    FIELD_OBJECT,
    FIELD_STRING,
    FIELD_STRINGS,
    FIELD_TIME,
    FIELD_TRANSCRIPT,
)
from synap_mock.domain.rules.entries import ENTRY_RULES, REJECTED
from synap_mock.domain.rules.fields import BATCH_FIELDS
from synap_mock.domain.rules.index import RULES
from synap_mock.domain.rules.rule import ABSENT
from synap_mock.domain.values.batch import FIELDS, ROLES
from synap_mock.http.api.compaction import FORMATS
from synap_mock.http.api.identity import ISOLATION
from synap_mock.http.openapi.text import Object, closed_object, component
from synap_mock.settings import Settings, Tenancy

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from synap_mock.domain.rules.bodies import BodyField

_CONTROL_CODES: Final = (
    "NOT_FOUND",
    "METHOD_NOT_ALLOWED",
    "NOT_IMPLEMENTED",
    "CONFLICT",
    "LIMIT_REACHED",
    "TOO_MANY_LISTENERS",
    "TOO_MANY_WAITERS",
    "DATABASE_FAILED",
)
_TERMS: Final = {"times": "Times", "after_commit": "AfterCommit", "route": "Route", "where": "Where"}
_JSON_TYPES: Final = {
    int: "integer",
    float: "number",
    bool: "boolean",
    str: "string",
    bytes: "string",
    NoneType: "null",
}
_FIELD_TYPES: Final = {"string_type": "string", "dict_type": "object"}
"""Pydantic's name for a value of the wrong type, to JSON Schema's name for the right one."""

_BODY_TYPES: Final = {
    FIELD_STRING: "string",
    FIELD_INTEGER: "integer",
    FIELD_BOOLEAN: "boolean",
    FIELD_OBJECT: "object",
    FIELD_LIST: "array",
    FIELD_STRINGS: "array",
    FIELD_DOCUMENT: "string",
    FIELD_TRANSCRIPT: "string",
    FIELD_TIME: "string",
}
_SECOND_TYPES: Final = {FIELD_DOCUMENT: "object", FIELD_TRANSCRIPT: "array", FIELD_STRINGS: "string"}
_SIZES: Final = {FIELD_STRING: "Length", FIELD_DOCUMENT: "Length", FIELD_LIST: "Items", FIELD_INTEGER: "imum"}


def values_from_code() -> dict[str, Any]:
    """What ``{"$code": NAME}`` stands for."""
    arriving = [name for name, kind in FAULTS.items() if not issubclass(kind, Unreachable)]
    return {
        "error_codes": list(dict.fromkeys([*(rule.code for rule in RULES), *_CONTROL_CODES])),
        "rule_ids": [rule.id for rule in RULES],
        "entry_codes": list(dict.fromkeys(rule.code for rule in (*ENTRY_RULES, REJECTED))),
        "observed_codes": [
            rule.observed_code or rule.code.lower()
            for rule in (*ENTRY_RULES, REJECTED)
            if rule.code != "CONVERSATION_NOT_REGISTERED"  # record one registers its conversation
        ],
        "schema_errors": list(dict.fromkeys(rule.schema_error[0] for rule in RULES if rule.schema_error)),
        "roles": sorted(ROLES),
        "memory_kinds": list(KINDS),
        "memory_origins": list(get_args(Origin)),
        "document_types": list(TYPES),
        "memory_levels": list(get_args(Level)),
        "prompt_styles": list(STYLES),
        "compaction_formats": list(FORMATS),
        "compaction_strategies": list(STRATEGIES),
        "tenancies": list(get_args(Tenancy)),
        "isolations": list(ISOLATION.values()),
        "any_entry_field": {name: {} for name in FIELDS},
        "fault_names": [None, *arriving],
        "reachable_faults": _references(arriving),
        "faults_and_script": _references([*arriving, "Script"]),
        "script_faults": _references([*arriving, "Well"]),
        "scheduled_faults": _references([*FAULTS, "Well"]),
        "default_settings": json.loads(json.dumps(Settings().as_dict())),
    }


def fault_schemas(details: Object) -> Object:
    """The schema of every fault, from its dataclass.

    Args:
        details: by name, what types and defaults do not say.
    """
    return {name: _fault_schema(name, kind, details.get(name, {})) for name, kind in FAULTS.items()}


def setting_schemas(details: Object) -> Object:
    """The schemas ``Settings``, ``WorldSettings`` and ``SettingsChange``."""
    properties = _attribute_schemas(Settings, details)
    changes = {name: schema for name, schema in properties.items() if name != "seed"}
    return {
        "SettingsChange": closed_object(changes, changes, {}),
        "WorldSettings": closed_object(properties, properties, {}),
        "Settings": closed_object(properties, (), {}),
    }


def entry_schema(description: str, descriptions: dict[str, str]) -> Object:
    """The schema of a batch's entry, from the rules of its fields."""
    properties: Object = {}
    for field in BATCH_FIELDS:
        kinds = [rule.schema_error[0] for rule in field.rules if rule.schema_error]
        kind: Any = next(_FIELD_TYPES[kind] for kind in kinds if kind in _FIELD_TYPES)
        schema = {"type": kind if field.absent is ABSENT else [kind, "null"]}
        properties[field.name] = component("schemas", "Role") if "literal_error" in kinds else schema
        if field.name in descriptions:
            properties[field.name]["description"] = descriptions[field.name]
    required = [field.name for field in BATCH_FIELDS if field.absent is ABSENT]
    return {"type": "object", "required": required, "description": description, "properties": properties}


def body_schema(fields: Sequence[BodyField], details: Object) -> Object:
    """The schema of a request body, from its fields.

    Args:
        fields: what the body has.
        details: the description of the body, and by field name what its rules don't say; `required`, where a rule of
            meaning requires more than the schema.
    """
    details = {**details}
    description = details.pop("description")
    properties = {field.name: {**_body_field(field), **details.get(field.name, {})} for field in fields}
    required = details.get("required") or [field.name for field in fields if field.required]
    return {
        "type": "object",
        **({"required": required} if required else {}),
        "description": description,
        "properties": properties,
    }


def _body_field(field: BodyField) -> Object:
    kinds = [_BODY_TYPES[field.kind], *([] if field.required else ["null"])]
    if field.kind in _SECOND_TYPES:
        kinds.insert(1, _SECOND_TYPES[field.kind])
    schema: Object = {"type": kinds[0] if len(kinds) == 1 else kinds}
    if field.kind is FIELD_STRINGS:
        schema["items"] = {"type": "string"}
    if field.choices and field.kind is FIELD_LIST:
        schema["items"] = {"enum": list(field.choices)}
    elif field.choices:
        schema = {"enum": [*field.choices, *([] if field.required else [None])]}
    if field.kind is FIELD_TIME:
        schema["format"] = "date-time"
    if field.default is not None:
        schema["default"] = field.default
    for limit, value in (("min", field.least), ("max", field.most)):
        if math.isfinite(value):
            schema[limit + _SIZES[field.kind]] = value
    return schema


def _fault_schema(name: str, kind: type, details: Object) -> Object:
    details = {**details}
    attributes = _attribute_schemas(kind, details.pop("properties", {}))
    optional = set(_TERMS)
    for attribute in fields(kind):
        default = attribute.default if attribute.default_factory is MISSING else attribute.default_factory()
        if default is not MISSING:
            optional.add(attribute.name)
        if default not in (MISSING, NOTHING):
            attributes[attribute.name]["default"] = default
    terms: Object = {term: component("schemas", schema) for term, schema in _TERMS.items()}
    if issubclass(kind, Unreachable):
        terms["after_commit"] = {"const": False, "default": False}
    others = {"description": _as_markdown(_paragraphs(kind)[0]), **details}
    return closed_object({"fault": {"const": name}, **attributes, **terms}, optional, others)


def _attribute_schemas(kind: type, details: Object) -> Object:
    """The schemas of a dataclass's attributes: type from the annotation, description from the docstring."""
    hints = get_type_hints(kind, localns={"Sequence": list})  # the modules import it for type checkers only
    described = _descriptions(kind)
    return {
        attribute.name: {
            **({} if "anyOf" in details.get(attribute.name, {}) else _type_schema(hints[attribute.name])),
            **({"description": described[attribute.name]} if attribute.name in described else {}),
            **details.get(attribute.name, {}),
        }
        for attribute in fields(kind)
    }


def _type_schema(hint: Any) -> Object:  # noqa: ANN401 - any annotation
    if get_origin(hint) is Literal:
        return {"enum": list(get_args(hint))}
    kinds = get_args(hint) if get_origin(hint) is UnionType else (hint,)
    names = list(dict.fromkeys(_JSON_TYPES[kind] for kind in kinds if kind in _JSON_TYPES))
    if not names:
        return {}
    return {"type": names[0] if len(names) == 1 else names}


def _paragraphs(kind: type) -> list[str]:
    return [" ".join(paragraph.split()) for paragraph in (inspect.getdoc(kind) or "").split("\n\n")]


def _descriptions(kind: type) -> dict[str, str]:
    """Attribute to description, from the section of the docstring."""
    section = re.search(r"^(?:Attributes|Args):\n((?: +.*\n?)+)", inspect.getdoc(kind) or "", re.MULTILINE)
    items = re.findall(r"^ {4}(\w+): (.*(?:\n {8}.*)*)", section[1], re.MULTILINE) if section else []
    return {name: _as_markdown(" ".join(text.split())) for name, text in items}


def _as_markdown(text: str) -> str:
    text = re.sub(r"\bNone\b", "null", re.sub(r'``"?(.*?)"?``', r"`\1`", text))
    return text[:1].upper() + text[1:]


def _references(names: Iterable[str]) -> list[Object]:
    return [{"$ref": name} for name in names]
