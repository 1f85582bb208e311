"""Fuzzed requests over both APIs, and offers of an upgrade in any segments. `--seed` repeats a run."""

from __future__ import annotations

import contextlib
import json
import random
import re
import uuid

from hostile.bodies import VALID
from hostile.line import Line
from hostile.request import CHUNKS, CONTROL_READ, HEALTH, READ, chunks, get, request
from victim import attacked

SEEDS = (
    request(),
    request(framing=CHUNKS, body=chunks(VALID, 20)),
    get(READ.encode()),
    get(CONTROL_READ.encode()),
    get(b"/_mock/requests?limit=5&status=400"),
    request(target=b"/_mock/faults", body=b'{"fault":"ServerError","times":1,"route":"GET /v1/elsewhere"}'),
    request(target=b"/_mock/rejections", body=b'{"rule":"CONTENT","times":1}'),
    request(method=b"PATCH", target=b"/_mock/settings", body=b'{"max_batch":7}'),
    request(target=b"/_mock/keys", body=b'{"key":"another_key"}'),
    request(target=b"/_mock/clock", body=b'{"advance":5}'),
    get(b"/v1/whoami", b"Upgrade: h2c", b"Connection: Upgrade"),
    HEALTH,
)
WORDS = (b"\r\n", b"\x00", b"\xff", b'"', b"{", b"}", b"0", b"9" * 30, b"%00", b"null", b"-1", b": ", b"upgrade: h2c")


def damaged(source: random.Random) -> bytes:
    whole = source.choice(SEEDS)
    for _ in range(source.randint(1, 4)):
        start = source.randrange(len(whole) + 1)
        stop = min(len(whole), start + source.choice((0, 0, 1, 8, 40)))
        piece = source.choice((source.choice(WORDS), source.randbytes(source.randint(0, 6)), whole[start:stop] * 2))
        whole = whole[:start] + piece + whole[stop:]
    return whole


def test_fuzzed_requests_get_no_5xx(seed: int, count: int) -> None:
    print(f"--seed {seed} --count {count}")
    source = random.Random(seed)  # noqa: S311 - repeatable, not secret
    with attacked() as victim:
        for number in range(count):
            sent = damaged(source)
            with Line(victim.port) as line:
                with contextlib.suppress(ConnectionError):
                    line.send(sent)
                received = line.rest()
            found = re.findall(rb"^HTTP/1\.1 5\d\d", received, re.MULTILINE)
            assert found == [], f"request {number} of --seed {seed}: {sent!r}"


def test_offers_in_any_segments_lose_nothing(seed: int, count: int) -> None:
    print(f"--seed {seed} --count {count}")
    source = random.Random(seed)  # noqa: S311 - as above
    offers: list[tuple[bytes, ...]] = [(), (b"Connection: Upgrade", b"Upgrade: h2c"), (b"Upgrade: websocket",)]
    with attacked() as victim:
        for _ in range(max(1, count // 100)):
            conversation_id = str(uuid.UUID(int=source.getrandbits(128)))
            sent, contents = b"", [f"{number}\r\nupgrade: h2c\r\n\r\n" for number in range(source.randint(1, 6))]
            for content in contents:
                entry = {"conversation_id": conversation_id, "role": "user", "content": content}
                body = json.dumps({"messages": [entry]}).encode()
                framing = source.choice((None, CHUNKS))
                sent += request(
                    *source.choice(offers),
                    framing=framing,
                    body=chunks(body, source.randint(1, 90)) if framing else body,
                )
            cuts = sorted(source.sample(range(1, len(sent)), source.randint(1, 5)))
            with Line(victim.port) as line:
                line.send(*(sent[start:stop] for start, stop in zip([0, *cuts], [*cuts, len(sent)], strict=True)))
                assert [line.answer().status for _ in contents] == [200] * len(contents), f"--seed {seed}: {sent!r}"
            read = victim.send(get(f"/_mock/conversations/{conversation_id}".encode())).json
            assert [message["content"] for message in read["messages"]] == contents
