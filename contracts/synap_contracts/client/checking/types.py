"""Reading the types that describe JSON: `TypedDict`, `Literal`, `list`, `dict` and unions, with `Annotated` texts."""

from __future__ import annotations

import types
from typing import (
    Annotated,
    Any,
    Literal,
    NotRequired,
    TypeAlias,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

Json: TypeAlias = Any

NAMES = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}
"""The names of JSON's types."""


def alternatives(kind: Any) -> tuple[Any, ...]:  # noqa: ANN401 - a type, of any form
    """Return the members of a union, or the type itself."""
    return get_args(kind) if get_origin(kind) in {Union, types.UnionType} else (kind,)


def fields_of(kind: type) -> dict[str, tuple[Any, bool, str]]:
    """Return the fields of a `TypedDict`: the type, whether it is required, and the text that describes it."""
    found = {}
    for name, hint in get_type_hints(kind, include_extras=True).items():
        required = get_origin(hint) is not NotRequired
        inner = hint if required else get_args(hint)[0]
        text = ""
        if get_origin(inner) is Annotated:
            inner, text = get_args(inner)[:2]
        found[name] = inner, required, text
    return found


def schema(kind: Any, definitions: dict[str, Json], *, closed: bool = False) -> Json:  # noqa: ANN401, PLR0911 - as above
    """Return the JSON Schema of a type. That of each `TypedDict` is added to the definitions.

    Args:
        kind: The type.
        definitions: The schemas under `$defs`, by name.
        closed: Whether an object may have no other fields.
    """
    if kind is Any:
        return {}
    if len(several := alternatives(kind)) > 1:
        return {"anyOf": [schema(each, definitions, closed=closed) for each in several]}
    match get_origin(kind):
        case origin if origin is Literal:
            return {"enum": list(get_args(kind))}
        case origin if origin is list:
            return {"type": "array", "items": schema(get_args(kind)[0], definitions, closed=closed)}
        case origin if origin is dict:
            return {"type": "object", "additionalProperties": schema(get_args(kind)[1], definitions, closed=closed)}
    if not is_typeddict(kind):
        return {"type": NAMES[kind]}
    if kind.__name__ not in definitions:
        definitions[kind.__name__] = {}  # it can refer to itself
        definitions[kind.__name__] = _object(kind, definitions, closed=closed)
    return {"$ref": f"#/$defs/{kind.__name__}"}


def _object(kind: type, definitions: dict[str, Json], *, closed: bool) -> Json:
    fields = fields_of(kind)
    properties = {
        name: {**schema(inner, definitions, closed=closed), **({"description": text} if text else {})}
        for name, (inner, _, text) in fields.items()
    }
    return {
        "type": "object",
        "description": (kind.__doc__ or "").strip().partition("\n")[0],
        "properties": properties,
        "required": [name for name, (_, required, _) in fields.items() if required],
        **({"additionalProperties": False} if closed else {}),
    }


def problems(value: Json, kind: Any, path: str = "", whole: str = "the line") -> list[str]:  # noqa: ANN401 - as above
    """Return what is wrong with a value, in words: where, and what is expected.

    Args:
        value: The value.
        kind: The type that it must have.
        path: Where it is, or an empty text.
        whole: What it is called if it is not a part of something.
    """
    several = alternatives(kind)
    if kind is Any or (len(several) == 1 and not is_typeddict(kind) and _is(value, kind)):
        return []
    if len(several) > 1:
        fewest = min(several, key=lambda each: (*_lacks(value, each), len(problems(value, each, path))))
        return problems(value, fewest, path)
    here = path or whole
    if is_typeddict(kind) and isinstance(value, dict):
        return _problems_of_fields(value, kind, path)
    if get_origin(kind) is list and isinstance(value, list):
        inner = get_args(kind)[0]
        return [text for n, each in enumerate(value) for text in problems(each, inner, f"{path}[{n}]")]
    return [f"{here} is {_name(value)}; expected {_expected(kind)}"]


def _lacks(value: Json, kind: Any) -> tuple[bool, int]:  # noqa: ANN401 - as above
    """Return whether a value is of another form than a type, and how many of its required fields it does not have."""
    if not is_typeddict(kind) or not isinstance(value, dict):
        return isinstance(value, dict), 0
    return False, sum(required and name not in value for name, (_, required, _) in fields_of(kind).items())


def _problems_of_fields(value: dict[str, Json], kind: type, path: str) -> list[str]:
    found = []
    for name, (inner, required, _) in fields_of(kind).items():
        where = f"{path}.{name}" if path else name
        if name in value:
            found += problems(value[name], inner, where)
        elif required:
            found.append(f"{where} is missing; expected {' or '.join(map(_expected, alternatives(inner)))}")
    return found


def _is(value: Json, kind: Any) -> bool:  # noqa: ANN401 - as above
    """Return whether a value has a type without parts that need a look of their own."""
    match get_origin(kind):
        case origin if origin is Literal:
            return any(type(value) is type(each) and value == each for each in get_args(kind))
        case origin if origin is dict:
            return isinstance(value, dict)
        case origin if origin is not None:
            return False
    if isinstance(value, bool):
        return kind is bool
    return isinstance(value, int | float if kind is float else kind)


def _expected(kind: Any) -> str:  # noqa: ANN401 - as above
    if get_origin(kind) is Literal:
        return " or ".join(map(repr, get_args(kind)))
    if kind is Any:
        return "any value"
    names = {
        list: "a list",
        dict: "an object",
        str: "a string",
        int: "an integer",
        float: "a number",
        bool: "a boolean",
    }
    return names.get(get_origin(kind) or kind, "null" if kind is type(None) else "an object")


def _name(value: Json) -> str:
    names = {dict: "an object", list: "a list", type(None): "null"}
    return names.get(type(value)) or repr(value)[:80]
