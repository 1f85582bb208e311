"""Requests of both APIs, drawn from the examples of their OpenAPI document, with values, names and bodies damaged."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import quote, urlencode

from openapi_document import OPERATIONS, resolved

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping

ENDLESS: Final = "GET /_mock/events"
"""Its response has no end."""
ELSEWHERE: Final = "GET /v1/elsewhere"
"""A route that no drawn request has: faults and canned responses of others would change their responses."""
ODD: Final[tuple[Any, ...]] = (
    *(None, True, False, 0, 1, -1, 1.0, 1.5, -0.0, 1e308, 10**30),
    *("", " ", "0", "1", "null", "\x00", "\ud800", "é" * 300, "a" * 5000, "%s", "../x", "[", "{"),
    *("default", "w1", "6f9619ff-8b86-d011-b42d-00c04fc964ff", "2020-02-30T00:00:00Z"),
    *([], {}, [None], {"": None}, [[[[]]]], {"a": {"a": {"a": {}}}}),
)
_WAITS: Final = ("0", "0.01", "-1", "nan", "inf", "61", "", "1e-3", "x")
"""Values of `wait`: a longer one only takes time."""
_RAW: Final = (
    *(b"", b"{", b"[]", b"null", b"\xff\xfe", b"{}" * 2, b'{"a":NaN}', b"[" * 3000, b'"\\ud800"', b"\x1f\x8b\x08"),
)
"""Bodies that are not what any route expects."""


class Drawn(NamedTuple):
    """A request.

    Attributes:
        route: its operation.
        target: path and query.
        body: the body.
        content_type: of the body.
    """

    route: str
    target: str
    body: bytes
    content_type: str

    @property
    def method(self) -> str:
        """The method."""
        return self.route.partition(" ")[0]

    @property
    def is_control(self) -> bool:
        """Whether it is one of the control API."""
        return " /_mock/" in self.route


def draw(source: random.Random, known: Mapping[str, list[str]]) -> Drawn:
    """Draw a request.

    Args:
        source: of randomness.
        known: values that the server has, by the name of the parameter.
    """
    route = source.choice([each for each in OPERATIONS if each != ENDLESS])
    operation = OPERATIONS[route]
    path = route.partition(" ")[2]
    query = {}
    for reference in operation.get("parameters", []):
        parameter = resolved(reference)
        name, value = parameter["name"], parameter.get("example", "")
        if name in known and source.random() < 0.7:
            value = source.choice(known[name])
        elif source.random() < 0.3:
            value = source.choice(_WAITS if name == "wait" else ODD)
        if parameter["in"] == "path":
            path = path.replace(f"{{{name}}}", quote(_text(value), safe="", errors="surrogatepass"))
        elif parameter["in"] == "query" and source.random() < 0.4:
            query[name] = _text(value)
    if source.random() < 0.05:
        query[source.choice(("x", "limit", "key", "all", "after"))] = _text(source.choice(ODD))
    target = f"{path}?{urlencode(query, errors='surrogatepass')}" if query else path
    return Drawn(route, target, *_body(operation, source))


def _body(operation: dict[str, Any], source: random.Random) -> tuple[bytes, str]:
    content = operation.get("requestBody", {}).get("content", {})
    if not content:
        return (b"" if source.random() < 0.9 else source.choice(_RAW)), "application/json"
    kind = source.choice(list(content))
    examples = [each["value"] for each in content[kind]["examples"].values()]
    value = source.choice(examples)
    if source.random() < 0.05:
        return source.choice(_RAW), kind
    if kind != "application/json":
        body = bytearray(value.encode() if isinstance(value, str) else json.dumps(value).encode())
        if source.random() < 0.7 and body:
            start = source.randrange(len(body))
            body[start : start + source.choice((0, 1, 8))] = source.randbytes(source.randint(0, 3))
        return bytes(body), kind
    value = copy.deepcopy(value)
    for _ in range(source.choice((0, 1, 1, 2))):
        value = _damaged(value, source)
    return json.dumps(_elsewhere(operation["operationId"], value)).encode(), kind


def _damaged(value: Any, source: random.Random) -> Any:
    """The same with one value, somewhere in it, replaced, removed or repeated."""
    if isinstance(value, dict) and value and source.random() < 0.85:
        name = source.choice(list(value))
        changed = {**value, name: _damaged(value[name], source)}
        if source.random() < 0.15:
            changed[source.choice(("x", *value))] = changed.pop(name)
        return changed
    if isinstance(value, list) and value and source.random() < 0.85:
        index = source.randrange(len(value))
        return [*value[:index], *[_damaged(value[index], source)] * source.choice((0, 1, 1, 3)), *value[index + 1 :]]
    return source.choice(ODD)


def _elsewhere(operation: str, value: Any) -> Any:
    """The same, where it schedules something, for a route that is not drawn."""
    if not isinstance(value, dict):
        return value
    if operation == "arm_faults":
        faults = value["sequence"] if isinstance(value.get("sequence"), list) else [value]
        for each in faults:
            if isinstance(each, dict):
                each["route"] = ELSEWHERE
    if operation == "arm_answer":
        value |= {"method": "GET", "path": "/v1/elsewhere"}
    return value


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
