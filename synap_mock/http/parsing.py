"""From the body of a call to what its route takes. No body may be compressed: an error about one names the header."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from synap_mock.domain.conversations.schema import decode
from synap_mock.domain.rules import request
from synap_mock.domain.rules.bodies import read_fields
from synap_mock.domain.rules.rule import Refusal, Refused
from synap_mock.domain.values.quoting import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from synap_mock.domain.rules.bodies import BodyField
    from synap_mock.domain.state import State
    from synap_mock.http.call import Call

T = TypeVar("T")


def parse_body(state: State, call: Call, parse: Callable[[bytes], T]) -> T:
    """What `parse` makes of the body.

    Raises:
        Refused: BODY-TOO-LARGE, or what `parse` raises.
    """
    if call.body.over_cap:
        limit = state.settings.max_body
        raise Refused(
            Refusal(request.BODY_TOO_LARGE, f"the body must have at most {limit} bytes, not {call.body.size}")
        )
    try:
        return parse(call.body.content)
    except Refused as refused:
        raise name_encoding(refused, call.header(b"content-encoding")) from None


def parse_fields(state: State, call: Call, fields: Sequence[BodyField]) -> dict[str, Any]:
    """The fields of the body, defaults included.

    Raises:
        Refused: the body is not JSON, not an object, or a field breaks a rule.
    """
    return parse_body(state, call, lambda content: read_fields(decode(content), fields))


def name_encoding(refused: Refused, encoding: str) -> Refused:
    """The same rejection; the text also names the encoding of a body that is compressed.

    Args:
        refused: why the call is rejected.
        encoding: the header ``Content-Encoding``; empty: absent.
    """
    first = refused.refusals[0]
    if first.rule is not request.BODY_JSON or encoding.lower() in {"", "identity"}:
        return refused
    sent = quote(encoding)[1:-1]
    text = f"the body must be uncompressed JSON; it was sent with Content-Encoding: {sent}, which is not decoded here"
    return Refused(replace(first, text=text))
