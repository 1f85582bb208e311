"""Request bodies that are compressed: the fake reads none, and an error about such a body names the header."""

from __future__ import annotations

from dataclasses import replace

from synap_mock.domain.rules.request import BODY_JSON
from synap_mock.domain.rules.rule import Refused
from synap_mock.domain.values.quoting import quote


def name_encoding(refused: Refused, encoding: str) -> Refused:
    """The same rejection; the text also names the encoding of a body that is compressed.

    Args:
        refused: why the call is rejected.
        encoding: the header ``Content-Encoding``; empty: absent.
    """
    first = refused.refusals[0]
    if first.rule is not BODY_JSON or encoding.lower() in {"", "identity"}:
        return refused
    sent = quote(encoding)[1:-1]
    text = f"the body must be uncompressed JSON; it was sent with Content-Encoding: {sent}, which is not decoded here"
    return Refused(replace(first, text=text))
