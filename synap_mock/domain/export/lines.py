"""One line of an export: a JSON object with a `type`, written and read without loss."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

from synap_mock.domain.conversations import schema
from synap_mock.domain.rules.rule import Refused
from synap_mock.domain.values.clock import iso, moment
from synap_mock.domain.values.encoding import encode, to_text
from synap_mock.domain.values.ids import canonical_uuid
from synap_mock.domain.values.quoting import quote
from synap_mock.settings import LONGEST

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Fields = dict[str, Any]

_LATEST: Final = moment("it", "9998-12-31T00:00:00Z") + LONGEST * 1_000_000
"""When what begins at the clock's last day may end."""
_SPLIT_PAIR: Final = re.compile("[\ud800-\udbff][\udc00-\udfff]")
"""A character's two surrogates as separate code points."""


class InvalidLineError(ValueError):
    """A line that cannot be imported; the error has its number and what is accepted."""


def invalid(number: int, text: str) -> InvalidLineError:
    """The error about a line.

    Args:
        number: counted from 1.
        text: what is wrong, and what is accepted.
    """
    return InvalidLineError(f"line {number}: {text}")


class Kind:
    """The values that a field of a line accepts.

    Args:
        expected: what is accepted, to end the sentence "must be …".
        accepts: whether a JSON value is accepted.
    """

    def __init__(self, expected: str, accepts: Callable[[Any], bool]) -> None:
        self.expected = expected
        self.accepts = accepts

    def __or__(self, _: None) -> Kind:
        """The same, or null."""
        return Kind(f"{self.expected} or null", lambda value: value is None or self.accepts(value))


def one_of(*values: object) -> Kind:
    """Exactly these values."""
    accepted = {(type(value), value) for value in values}

    def accepts(value: Any) -> bool:  # noqa: ANN401 - any JSON value
        return value.__hash__ is not None and (type(value), value) in accepted

    return Kind(" or ".join(map(json.dumps, values)), accepts)


def matching(pattern: str, expected: str) -> Kind:
    """Texts of a form."""
    form = re.compile(pattern)
    return Kind(expected, lambda value: isinstance(value, str) and form.fullmatch(value) is not None)


def _is_time(value: object) -> bool:
    try:
        return isinstance(value, str) and iso(moment("it", value)) == value
    except ValueError:
        return False


TEXT: Final = Kind("a string", lambda value: isinstance(value, str))
BOOLEAN: Final = Kind("true or false", lambda value: isinstance(value, bool))
COUNT: Final = Kind("a whole number from 0", lambda value: type(value) is int and value >= 0)
POSITIVE: Final = Kind("a whole number from 1", lambda value: type(value) is int and value >= 1)
MICROSECONDS: Final = Kind(
    "a time in microseconds since 1970", lambda value: type(value) is int and 0 <= value <= _LATEST
)
OBJECT: Final = Kind("an object", lambda value: isinstance(value, dict))
LIST: Final = Kind("a list", lambda value: isinstance(value, list))
TEXTS: Final = Kind("a list of strings", lambda value: isinstance(value, list) and set(map(type, value)) <= {str})
TIME: Final = Kind('a time such as "2026-11-23T08:00:00.000000Z"', _is_time)
CONVERSATION: Final = Kind(
    "a UUID in its canonical form", lambda value: isinstance(value, str) and canonical_uuid(value) == value
)


def written(line: Mapping[str, Any]) -> bytes:
    r"""An object as a line, with its line feed.

    JSON has one spelling, ``\ud83d\ude00``, for a character and for its two surrogates as separate code points, which a
    client can send as bytes of their own. A line with the latter has each of them in three bytes, as they were sent.
    """
    encoded = encode(line)
    if b"\\ud" in encoded and _SPLIT_PAIR.search(text := to_text(line)):
        encoded = text.encode("utf-8", "surrogatepass")
    return encoded + b"\n"


def read(content: bytes, number: int) -> Fields:
    """The object of a line.

    Args:
        content: the line.
        number: counted from 1.

    Raises:
        InvalidLineError: it is not a JSON object with a `type`.
    """
    try:
        value = _read(content)
    except Refused as refused:
        text = refused.refusals[0].text.removeprefix("the body")
        raise invalid(number, f"it{text}") from None
    if not isinstance(value, dict) or not isinstance(value.get("type"), str):
        found = "" if isinstance(value, dict) else f", not {quote(value)}"
        raise invalid(number, f'it must be an object with a "type", a string{found}')
    return value


def checked(fields: Fields, kinds: Mapping[str, Kind], number: int, place: str = "") -> Fields:
    """The fields of an object, which are exactly those of `kinds`.

    Args:
        fields: of the object.
        kinds: name to what is accepted.
        number: of the line.
        place: where in the line the object is, to begin the name of a field with.

    Raises:
        InvalidLineError: a field is missing, unknown or not accepted.
    """
    for name in fields:
        if name not in kinds:
            raise invalid(number, f"unknown field {quote(place + name)}; expected {', '.join(kinds)}")
    for name, kind in kinds.items():
        if name not in fields:
            raise invalid(number, f"{place}{name} is missing; it must be {kind.expected}")
        if not kind.accepts(fields[name]):
            raise invalid(number, f"{place}{name} must be {kind.expected}, not {quote(fields[name])}")
    return fields


def _read(content: bytes) -> object:
    """The JSON of a line, however deep it is nested.

    Raises:
        Refused: it is not JSON.
    """
    try:
        return schema.decode(content)
    except Refused as refused:
        if "nested" not in refused.refusals[0].text:
            raise
    with ThreadPoolExecutor(max_workers=1) as thread:  # a new thread has a stack of its own
        return thread.submit(schema.decode, content).result()
