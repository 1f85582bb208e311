"""Rules about the fields of a JSON body, for every resource but the messages of a batch, whose fields have their own.

A resource lists its fields as values of `BodyField`; what is wrong with any of them breaks one of these rules.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from synap_mock.domain.rules.request import BODY_OBJECT
from synap_mock.domain.rules.rule import DESCRIBED, Evidence, Refusal, Refused, Rule, Scope
from synap_mock.domain.rules.sources import METHOD_PAGES, PROJECT
from synap_mock.domain.values.encoding import encode
from synap_mock.domain.values.quoting import quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


def _of_type(noun: str, statement: str, kind: str, message: str) -> Rule:
    return Rule(
        id=f"FIELD-{noun}",
        statement=f"{statement} (null counts as absent where the field is optional).",
        scope=Scope.CALL,
        that=Evidence.DERIVED,
        how=Evidence.ASSUMED,
        source=METHOD_PAGES,
        schema_error=(kind, message),
        edit="send the field with the type that its method's page gives",
    )


FIELD_MISSING = Rule(
    id="FIELD-MISSING",
    statement="A body without a field that its route requires.",
    scope=Scope.CALL,
    that=Evidence.DOCUMENTED,
    how=Evidence.ASSUMED,
    source=METHOD_PAGES,
    schema_error=("missing", "Field required"),
    edit="send the field",
)
FIELD_STRING = _of_type("STRING", "A field that is not a string", "string_type", "Input should be a valid string")
FIELD_INTEGER = _of_type("INTEGER", "A field that is not a whole number", "int_type", "Input should be a valid integer")
FIELD_BOOLEAN = _of_type(
    "BOOLEAN", "A field that is neither true nor false", "bool_type", "Input should be a valid boolean"
)
FIELD_OBJECT = _of_type("OBJECT", "A field that is not an object", "dict_type", "Input should be a valid dictionary")
FIELD_LIST = _of_type("LIST", "A field that is not a list", "list_type", "Input should be a valid list")
FIELD_STRINGS = _of_type(
    "STRINGS",
    "A field that is neither a string nor a list of strings",
    "list_type",
    "Input should be a valid list",
)
FIELD_DOCUMENT = _of_type(
    "DOCUMENT", "A field that is neither a string nor an object", "string_type", "Input should be a valid string"
)
FIELD_TRANSCRIPT = _of_type(
    "TRANSCRIPT", "A field that is neither a string nor a list", "string_type", "Input should be a valid string"
)
FIELD_TIME = _of_type(
    "TIME", "A field that is not a time in ISO 8601", "datetime_from_date_parsing", "Input should be a valid datetime"
)
FIELD_CHOICE = Rule(
    id="FIELD-CHOICE",
    statement="A field with another value than the ones that its route accepts.",
    scope=Scope.CALL,
    that=Evidence.SDK,
    how=Evidence.ASSUMED,
    source="SDK 0.6.9, the enumerations of its models",
    schema_error=("enum", "Input should be one of the accepted values"),
    edit="send one of the accepted values",
)
FIELD_SIZE = Rule(
    id="FIELD-SIZE",
    statement="A field that is too short or too long, or a number out of range.",
    scope=Scope.CALL,
    that=Evidence.DOCUMENTED,
    how=Evidence.ASSUMED,
    source=f"{METHOD_PAGES}, where they state a limit; {PROJECT}",
    schema_error=("value_error", "Value error"),
    edit="send a value within the limits",
)

RULES: Final[tuple[Rule, ...]] = (
    FIELD_MISSING,
    FIELD_STRING,
    FIELD_INTEGER,
    FIELD_BOOLEAN,
    FIELD_OBJECT,
    FIELD_LIST,
    FIELD_STRINGS,
    FIELD_DOCUMENT,
    FIELD_TRANSCRIPT,
    FIELD_TIME,
    FIELD_CHOICE,
    FIELD_SIZE,
)

_TYPES: Final[Mapping[Rule, tuple[tuple[type, ...], str]]] = {
    FIELD_STRING: ((str,), "a string"),
    FIELD_INTEGER: ((int,), "a whole number"),
    FIELD_BOOLEAN: ((bool,), "true or false"),
    FIELD_OBJECT: ((dict,), "an object"),
    FIELD_LIST: ((list,), "a list"),
    FIELD_STRINGS: ((str, list), "a string or a list of strings"),
    FIELD_DOCUMENT: ((str, dict), "a string or an object"),
    FIELD_TRANSCRIPT: ((str, list), "a string or a list of turns"),
    FIELD_TIME: ((str,), "a time in ISO 8601"),
}

_UNITS: Final[Mapping[Rule, str]] = {
    FIELD_STRING: " characters",
    FIELD_DOCUMENT: " characters",
    FIELD_OBJECT: " members",
    FIELD_LIST: " items",
}


@dataclass(frozen=True, slots=True)
class BodyField:
    """A field of a JSON object.

    Attributes:
        name: the key.
        kind: the rule about its type: FIELD_STRING, FIELD_INTEGER and so on.
        required: whether it must be given, and not be null.
        choices: the strings that are accepted, of a list its items; empty: any.
        least: the least length, or the least number.
        most: the greatest length, or the greatest number.
        most_bytes: the greatest length of its JSON, in bytes.
        default: its value where it is absent or null.
    """

    name: str
    kind: Rule
    required: bool = False
    choices: Sequence[str] = ()
    least: float = -math.inf
    most: float = math.inf
    most_bytes: float = math.inf
    default: Any = None

    def value_in(self, body: dict[str, Any]) -> Any:  # noqa: ANN401 - any JSON value
        """The value of the field; None if it is absent. A whole number may have a point, 2.0, as in FastAPI."""
        value = body.get(self.name)
        return int(value) if self.kind is FIELD_INTEGER and isinstance(value, float) and value.is_integer() else value

    def violation(self, value: object) -> tuple[Rule, str] | None:
        """The first rule that a value breaks, and what would be accepted; None: it is accepted."""
        expected = _TYPES[self.kind][1]
        if not self._is_of_kind(value):
            return self.kind, expected
        items = value if isinstance(value, list) else [value]
        if self.choices and not all(item in self.choices for item in items):
            accepted = " or ".join(f'"{choice}"' for choice in self.choices)
            return FIELD_CHOICE, f"a list of {accepted}" if isinstance(value, list) else accepted
        size = value if isinstance(value, int) else len(value)  # type: ignore[arg-type] # each other type has a length
        if not self.least <= size <= self.most:
            return FIELD_SIZE, f"{expected} {self._limits()}"
        if self.most_bytes < math.inf and len(encode(value)) > self.most_bytes:
            return FIELD_SIZE, f"{expected} of at most {self.most_bytes} bytes of JSON"
        return None

    def _is_of_kind(self, value: object) -> bool:
        types = _TYPES[self.kind][0]
        if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
            return False
        if self.kind is FIELD_STRINGS and isinstance(value, list):
            return all(isinstance(item, str) for item in value)
        return self.kind is not FIELD_TIME or _is_time(value)

    def _limits(self) -> str:
        units = _UNITS.get(self.kind, "")
        if self.least == -math.inf:
            return f"of at most {self.most}{units}"
        return f"of at least {self.least}{units}" if self.most == math.inf else f"of {self.least} to {self.most}{units}"


def read_fields(body: object, fields: Sequence[BodyField], path: tuple[str | int, ...] = ()) -> dict[str, Any]:
    """The values of the fields of a JSON object, defaults included. Other keys are ignored, as FastAPI ignores them.

    Args:
        body: any JSON value.
        fields: what is read.
        path: where in the request's body it stands.

    Raises:
        Refused: it is not an object, or the first DESCRIBED violations.
    """
    if not isinstance(body, dict):
        whole = "" if path else "the body "
        raise Refused(Refusal(BODY_OBJECT, f"{whole}must be a JSON object, not {quote(body)}", path or ("body",)))
    violations = list(_violations(body, fields, path))
    if violations:
        raise Refused(*violations[:DESCRIBED])
    found = {field.name: field.value_in(body) for field in fields}
    return {field.name: field.default if found[field.name] is None else found[field.name] for field in fields}


def _violations(body: dict[str, Any], fields: Sequence[BodyField], path: tuple[str | int, ...]) -> Iterator[Refusal]:
    for field in fields:
        place = (*path, field.name)
        if field.name not in body:
            if field.required:
                yield Refusal(FIELD_MISSING, "must be given; it is required", place)
            continue
        value = field.value_in(body)
        broken = None if value is None and not field.required else field.violation(value)
        if broken is not None:
            rule, expected = broken
            counted = rule is FIELD_SIZE and expected.endswith(_UNITS.get(field.kind, "\n"))
            sent = f"of {len(value)}" if counted else quote(value)
            yield Refusal(rule, f"must be {expected}, not {sent}", place)


def _is_time(value: object) -> bool:
    """Whether it is a time; without a zone, too, since the SDK sends what ``datetime.isoformat`` returns."""
    try:
        datetime.fromisoformat(str(value))
    except ValueError:
        return False
    return True
