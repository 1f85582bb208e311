"""From bytes to a batch: JSON, then the schema. A violation rejects the call, and nothing of it is recorded."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, Final, Never

from synap_mock.domain.rules import request as rules
from synap_mock.domain.rules.fields import BATCH_FIELDS, SINGLE_FIELDS
from synap_mock.domain.rules.rule import ABSENT, DESCRIBED, Refusal, Refused
from synap_mock.domain.values.batch import FIELDS, Batch
from synap_mock.domain.values.quoting import quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from synap_mock.domain.rules.rule import Field


def decode(body: bytes) -> object:
    """Decode a request body.

    The parser is the standard library's, as the vendor's is (FastAPI): it accepts a BOM, UTF-16 and lone surrogates. It
    accepts NaN and Infinity, too, but those are not JSON and could not be returned.

    Raises:
        Refused: BODY-JSON.
    """
    try:
        return _JSON.decode(body.decode(json.detect_encoding(body), "surrogatepass"))
    except RecursionError:
        raise not_json("it is nested too deeply") from None
    except ValueError as error:  # malformed, not in an encoding of JSON, or an integer of over 4,300 digits
        raise not_json(str(error)) from None


def not_json(why: str) -> Refused:
    """The rejection of a body that is not JSON."""
    return Refused(Refusal(rules.BODY_JSON, f"the body must be JSON; {why}", ("body",)))


def batch(body: bytes, max_batch: int | None) -> Batch:
    """The batch in a request body.

    Args:
        body: as received.
        max_batch: most entries; None: no limit.

    Raises:
        Refused: the first DESCRIBED violations of the schema.
    """
    match decode(body):
        case {"messages": list(entries)}:
            pass
        case {"messages": other}:
            raise Refused(Refusal(rules.MESSAGES_LIST, f"must be a list, not {quote(other)}", ("messages",)))
        case dict():
            raise Refused(Refusal(rules.MESSAGES_MISSING, "must be given; it is required", ("messages",)))
        case other:
            raise _no_object(other)
    if max_batch is not None and len(entries) > max_batch:
        text = f"must hold at most {max_batch} messages, not {len(entries)}"
        raise Refused(Refusal(rules.BATCH_TOO_LONG, text, ("messages",)))
    return _in_columns(entries, BATCH_FIELDS, ("messages",))


def single(body: bytes) -> Batch:
    """The entry in a *record one* body, as a batch of one.

    Raises:
        Refused: the violations of the schema.
    """
    entry = decode(body)
    if not isinstance(entry, dict):
        raise _no_object(entry)
    return _in_columns([entry], SINGLE_FIELDS, ())


def _in_columns(entries: list[Any], fields: Sequence[Field], path: tuple[str, ...]) -> Batch:
    columns = []
    if set(map(type, entries)) <= {dict}:
        for field in fields:
            column = field.column(entries)
            if field.broken(column):
                break
            if field.name in FIELDS:
                columns.append(column)
        else:
            return Batch(*columns)
    raise Refused(*_first(_violations(entries, fields, path), DESCRIBED))


def _violations(entries: list[Any], fields: Sequence[Field], path: tuple[str, ...]) -> Iterator[Refusal]:
    """For each entry, the first rule that each field breaks; called only if a column breaks one."""
    for index, entry in enumerate(entries):
        place: tuple[str | int, ...] = (*path, index) if path else ()
        if not isinstance(entry, dict):
            yield Refusal(rules.ENTRY_OBJECT, f"must be an object, not {quote(entry)}", place)
            continue
        for field in fields:
            cell = field.column((entry,))
            rule = field.broken(cell)
            if rule is not None:
                found = "" if cell[0] is ABSENT else f", not {quote(cell[0])}"
                yield Refusal(rule, f"must be {rule.expected}{found}", (*place, field.name))


def _first(refusals: Iterator[Refusal], count: int) -> list[Refusal]:
    return [refusal for refusal, _ in zip(refusals, range(count), strict=False)]


def _no_object(value: object) -> Refused:
    return Refused(Refusal(rules.BODY_OBJECT, f"the body must be a JSON object, not {quote(value)}", ("body",)))


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError(f"the number {digits[:20]} is beyond a double's range")
    return number


def _constant(name: str) -> Never:
    raise ValueError(f"{name} is not a JSON value")


_JSON: Final = json.JSONDecoder(parse_float=_finite, parse_constant=_constant)
