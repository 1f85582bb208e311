"""Good requests that come in pieces, several at once, or with noise behind them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hostile.bodies import VALID, batch, raw
from hostile.line import Line
from hostile.request import LENGTH, request

if TYPE_CHECKING:
    from hostile.live import Live


def test_a_body_without_a_length_is_refused(served: Live) -> None:
    """It is noise after a request without a body; which of the two is answered first is not settled."""
    assert served.send(request(framing=())).status in {400, served.refused}


def test_a_request_that_comes_byte_by_byte_is_served(served: Live) -> None:
    assert served.send(*(bytes([byte]) for byte in request())).status == 200


def test_a_body_that_waits_for_100_continue_is_served(served: Live) -> None:
    with Line(served.port) as line:
        line.send(request(b"Expect: 100-continue", framing=(LENGTH,), body=b""))
        assert line.interim() == 100
        line.send(VALID)
        assert line.answer().status == 200


def test_pipelined_batches_are_answered_in_order(served: Live) -> None:
    bodies = [raw(batch(json.dumps(f"pipelined {number}"))) for number in range(40)]
    with Line(served.port) as line:
        line.send(b"".join(request(body=body) for body in bodies))
        ids = [line.answer().json["results"][0]["message_id"] for _ in bodies]
    assert [(message.message_id, message.content) for message in served.fake.messages] == [
        (message_id, f"pipelined {number}") for number, message_id in enumerate(ids)
    ]


def test_noise_after_a_batch_does_not_take_its_answer(served: Live) -> None:
    with Line(served.port) as line:
        line.send(request() + b"noise\r\n\r\n")
        assert line.answer().status == 200
