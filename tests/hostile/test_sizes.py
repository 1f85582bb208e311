"""Bodies around the cap and far over it, by length and in chunks."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest
from asking import BATCH, ONE
from hostile.bodies import VALID, batch, raw
from hostile.line import Line
from hostile.live import going_live
from hostile.request import AUTHORIZED, CHUNKS, CONTROL_READ, READ, chunks, request

from synap_mock.settings import MIB

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hostile.live import Live


@pytest.fixture(scope="module")
def live() -> Iterator[Live]:
    """In place of a fake of each dialect: one with a cap of 1 MiB."""
    with going_live(max_body=MIB) as live:
        yield live


@pytest.fixture
def roomy() -> Iterator[Live]:
    """A fake with the cap that it has by default."""
    with going_live() as live, live.tried():
        yield live


def of_size(size: int) -> tuple[bytes, str]:
    """A batch of one that has so many bytes, and its content."""
    content = "x" * (size - len(VALID) + 1)
    return raw(batch(f'"{content}"')), content


def by_length(body: bytes) -> bytes:
    return request(body=body)


def by_chunks(body: bytes) -> bytes:
    return request(framing=CHUNKS, body=chunks(body, 64 * 1024))


@pytest.mark.parametrize(("framed", "target"), [(by_length, READ), (by_chunks, CONTROL_READ)])
def test_a_body_of_64_mib_is_accepted_and_reads_back_equal(
    roomy: Live, framed: Callable[[bytes], bytes], target: str
) -> None:
    body, content = of_size(64 * MIB)
    assert roomy.send(framed(body)).status == 200
    assert f'"content":"{content}"'.encode() in roomy.get(target).body


def test_a_body_of_64_mib_and_a_byte_gets_413(roomy: Live) -> None:
    assert roomy.send(by_length(of_size(64 * MIB + 1)[0])).status == 413


@pytest.mark.parametrize("door", ["by_socket", "by_httpx", "by_async_httpx"])
@pytest.mark.parametrize(("over", "status"), [(0, 200), (1, 413), (2 * MIB, 413)])
def test_the_cap_is_the_same_at_every_door(served: Live, door: str, over: int, status: int) -> None:
    body, _ = of_size(MIB + over)
    assert getattr(served, door)("POST", BATCH, AUTHORIZED, body).status == status


@pytest.mark.parametrize("framed", [by_length, by_chunks])
@pytest.mark.parametrize(
    ("target", "status"), [(BATCH, 413), (ONE, 413), ("/v1/telemetry/batch", 200), ("/v1/no", 404)]
)
def test_a_body_over_the_cap_gets_413_where_it_is_read(
    served: Live, target: str, status: int, framed: Callable[[bytes], bytes]
) -> None:
    sent = framed(b"{" * (MIB + 1)).replace(BATCH.encode(), target.encode())
    assert served.send(sent).status == status


def test_a_body_over_the_cap_without_a_key_gets_401(served: Live) -> None:
    assert served.send(request(authorization=(), body=b"{" * (MIB + 1))).status == 401


@pytest.mark.parametrize("framing", [(b"Content-Length: %d" % 2**40,), CHUNKS])
def test_a_body_without_end_is_cut_off_or_gets_413(served: Live, framing: tuple[bytes, ...]) -> None:
    """The server stops reading it: whether the sender still hears the answer is up to the network."""
    with Line(served.port) as line:
        with contextlib.suppress(ConnectionError):
            line.send(request(framing=framing, body=chunks(b"{" * (16 * MIB), 64 * 1024)[:-5]))
        assert line.heard()[:13] in {b"", b"HTTP/1.1 413 "}


def test_of_a_body_over_the_cap_the_journal_tells_the_size(served: Live) -> None:
    served.post(b"{" * (3 * MIB))
    assert [request.body_size for request in served.fake.requests] == [3 * MIB]
