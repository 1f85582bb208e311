"""Offers of an upgrade, which the server ignores: no body is lost, and no response is another request's."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from hostile.bodies import VALID, batch, raw
from hostile.line import Line
from hostile.request import HEALTH, LENGTH, chunks, request

if TYPE_CHECKING:
    from hostile.live import Live

OFFER: Final = (b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA")


def contents(live: Live) -> list[str]:
    return [message.content for message in live.fake.messages]


def in_segments(live: Live, *segments: bytes) -> int:
    """Send segments one by one, each read by the server before the next is sent; return the status."""
    with Line(live.port) as line, Line(live.port) as other:
        for segment in segments:
            line.send(segment)
            other.send(HEALTH)
            other.answer()
        return line.answer().status


def test_an_offer_in_one_segment_keeps_its_body(served: Live) -> None:
    assert served.send(request(*OFFER)).status == 200


def test_an_offer_in_any_two_segments_keeps_its_body(served: Live) -> None:
    sent = request(*OFFER)
    for cut in range(1, len(sent), 5):
        served.fake.reset()
        assert in_segments(served, sent[:cut], sent[cut:]) == 200
        assert len(served.fake.messages) == 1


def test_an_offer_byte_by_byte_keeps_its_body(served: Live) -> None:
    assert in_segments(served, *(bytes([byte]) for byte in request(*OFFER))) == 200


def test_an_offer_with_a_chunked_body_keeps_its_body(served: Live) -> None:
    sent = request(*OFFER, framing=(b"Transfer-Encoding: chunked",), body=chunks(VALID, 20))
    assert served.send(sent).status == 200
    assert len(served.fake.messages) == 1


def test_an_offer_with_an_expectation_is_served(served: Live) -> None:
    with Line(served.port) as line:
        line.send(request(*OFFER, b"Expect: 100-continue", framing=(LENGTH,), body=b""))
        assert line.interim() == 100
        line.send(VALID)
        assert line.answer().status == 200


def test_offers_among_pipelined_requests_keep_their_bodies(served: Live) -> None:
    sent = [f"pipelined {number}" for number in range(9)]
    offers: list[tuple[bytes, ...]] = [(), OFFER, OFFER]
    parts = [request(*offers[number % 3], body=raw(batch(json.dumps(text)))) for number, text in enumerate(sent)]
    with Line(served.port) as line:
        line.send(b"".join(parts))
        assert [line.answer().status for _ in sent] == [200] * len(sent)
    assert contents(served) == sent


def test_a_body_with_the_line_of_an_offer_is_a_body(served: Live) -> None:
    """The guard rejects a request before its body arrives, in which a line looks like a header."""
    body = b'{"a":"\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n"}'
    head = request(
        host=(b"Host: evil.example",), target=b"/_mock/reset", framing=(b"Content-Length: %d" % len(body),), body=b""
    )
    with Line(served.port) as line:
        line.send(head)
        assert line.answer().status == 403
        line.send(body)
        line.send(HEALTH)
        assert line.answer().status == 200


def test_the_journal_shows_the_offer(served: Live) -> None:
    served.send(request(*OFFER))
    assert ("upgrade", "h2c") in served.fake.requests[-1].headers


def test_connect_is_rejected_with_an_error_that_says_so(served: Live) -> None:
    answer = served.send(b"CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert answer.status == 400
