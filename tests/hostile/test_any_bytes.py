"""What hypothesis thinks of: any content and metadata, any body, any bytes on a connection."""

from __future__ import annotations

import contextlib
import json
import re
from typing import TYPE_CHECKING, Any, Final

from hostile.bodies import batch, raw
from hostile.line import Line
from hostile.request import CHUNKS, request
from hypothesis import example, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from hostile.live import Live

TEXT: Final = st.text(st.characters(exclude_categories=()))
"""Lone surrogates too."""
BIG: Final = 10**4000
VALUES: Final = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-BIG, BIG)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda values: st.lists(values, max_size=4) | st.dictionaries(TEXT, values, max_size=4),
    max_leaves=12,
)


@settings(max_examples=100)
@given(content=TEXT, metadata=st.dictionaries(TEXT, VALUES, max_size=5), escaped=st.booleans())
@example(content="\ud83d\ude00", metadata={"\ud83d": "\ude00"}, escaped=False)
@example(content="\ud83d\ude00", metadata={"\ud83d": "\ude00"}, escaped=True)
def test_any_content_and_metadata_read_back_equal(
    live: Live, content: str, metadata: dict[str, Any], *, escaped: bool
) -> None:
    live.fake.reset()
    body = raw(batch(json.dumps(content, ensure_ascii=escaped), json.dumps(metadata, ensure_ascii=escaped)))
    assert live.post(body).status == 200
    # Two surrogates that make a pair are one character in JSON, however they were sent.
    content, metadata = json.loads(json.dumps([content, metadata]))
    assert live.read_back() == [content, content, json.dumps(metadata)]


@st.composite
def damaged(draw: st.DrawFn, whole: bytes) -> bytes:
    """Some bytes, cut, doubled, or with other bytes put in at some places."""
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(whole)))
        stop = draw(st.integers(start, min(len(whole), start + 20)))
        whole = whole[:start] + draw(st.binary(max_size=8) | st.just(whole[start:stop] * 2)) + whole[stop:]
    return whole


RICH: Final = raw(batch('"é\\ud800\\n"', '{"a":[1,1.5e3,true,null,{"b":{}}]}', ',"user_id":"u","session_id":null'))


@settings(max_examples=200)
@given(body=st.binary() | damaged(RICH) | damaged(RICH + RICH) | damaged(raw(RICH.decode(), "utf-16")))
def test_any_body_is_refused_or_recorded_in_truth(live: Live, body: bytes) -> None:
    live.fake.reset()
    answer = live.post(body)
    if answer.status == 200:
        assert answer.json["succeeded"] == len(live.fake.messages)
    else:
        assert (answer.status, live.fake.messages) == (live.refused, [])
    live.is_as_ever()


WHOLE: Final = request(b"X-Correlation-ID: a", b"X-Instance-ID: b")
CHUNKED: Final = request(framing=CHUNKS, body=b'5\r\n{"mes\r\n9;a=b\r\nsages":[]}\r\n0\r\nA: b\r\n\r\n')


@settings(max_examples=200)
@given(sent=st.binary() | damaged(WHOLE) | damaged(WHOLE * 2) | damaged(CHUNKED))
@example(sent=b"")
def test_any_bytes_on_a_connection_are_answered_without_a_5xx(live: Live, sent: bytes) -> None:
    with Line(live.port) as line:
        with contextlib.suppress(ConnectionError):
            line.send(sent)
        live.is_as_ever()  # by the time that this is answered, what came before has been read
        assert re.findall(rb"HTTP/1\.1 5\d\d", line.rest()) == []
