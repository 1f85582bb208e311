"""Whatever bytes come, the answer is a 4xx or a true 200, and a batch sent after it is served as ever."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import re
import signal
import socket
import struct
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self, get_args

import httpx
import pytest
from asking import BATCH, ONE
from hypothesis import example, given, settings
from hypothesis import strategies as st

from synap_mock import SynapMock
from synap_mock.settings import Dialect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KEY: Final = "synap_hostile_bytes_0123456789"
CONVERSATION: Final = "6ba7b810-9dad-41d1-80b4-00c04fd430c8"
READ: Final = f"/v1/conversations/{CONVERSATION}/messages"
CONTROL_READ: Final = f"/_mock/conversations/{CONVERSATION}"
VENDOR: Final = "https://synap-cloud-prod.maximem.ai"
REFUSED: Final[dict[Dialect, int]] = {"documented": 400, "observed": 422}
MIB: Final = 1024 * 1024
PATIENCE: Final = 20
"""Seconds after which an answer that doesn't come is a failure; none takes a tenth of it."""


def told(content: str = '"x"', metadata: str = "null", more: str = "") -> str:
    """The JSON text of a batch of one, of which some is given as JSON text."""
    entry = f'"conversation_id":"{CONVERSATION}","role":"user","content":{content},"metadata":{metadata}{more}'
    return f'{{"messages":[{{{entry}}}]}}'


def raw(text: str, encoding: str = "utf-8") -> bytes:
    return text.encode(encoding, "surrogatepass")


VALID: Final = raw(told())


# --- how to ask ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answered:
    """What came back."""

    status: int
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def timeless(self) -> tuple[int, str]:
        """Status and body but for the time: what has to be the same whichever door it came through."""
        return self.status, re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "now", self.body.decode())


class Line:
    """A connection that takes any bytes, and reads answers as HTTP frames them."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self._file = self._socket.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._socket.close()

    def send(self, *parts: bytes) -> None:
        for part in parts:
            self._socket.sendall(part)

    def interim(self) -> int:
        """The status of an answer that has neither headers nor body."""
        return int(b"".join(iter(self._file.readline, b"\r\n")).split()[1])

    def answer(self, *, bodiless: bool = False) -> Answered:
        status, *headers = iter(self._file.readline, b"\r\n")
        length = next(int(header[15:]) for header in headers if header.lower().startswith(b"content-length:"))
        return Answered(int(status.split()[1]), b"" if bodiless else self._file.read(length))

    def hang_up(self) -> None:
        """Close at once, without the courtesies: the server sees a reset."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def heard(self) -> bytes:
        """What has come, at least something; nothing where the server has closed."""
        with contextlib.suppress(ConnectionResetError):
            return self._socket.recv(64 * 1024)
        return b""

    def rest(self) -> bytes:
        """Whatever comes until the server closes, after we have said that nothing more will come from here."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionResetError):
            return self._file.read()
        return b""


def request(  # noqa: PLR0913 - each is a part that some case gets wrong
    *headers: bytes,
    method: bytes = b"POST",
    target: bytes = BATCH.encode(),
    version: bytes = b"HTTP/1.1",
    host: tuple[bytes, ...] = (b"Host: localhost",),
    authorization: tuple[bytes, ...] = (b"Authorization: Bearer " + KEY.encode(),),
    body: bytes = VALID,
    framing: tuple[bytes, ...] | None = None,
) -> bytes:
    """The bytes of a request that keeps every rule, but for what the case gives."""
    framing = (b"Content-Length: %d" % len(body),) if framing is None else framing
    head = (b"%s %s %s" % (method, target, version), *host, *authorization, *framing, *headers)
    return b"\r\n".join(head) + b"\r\n\r\n" + body


@dataclass(frozen=True)
class Live:
    """A fake on a port, and clients that reach it without one."""

    fake: SynapMock
    port: int
    inside: httpx.Client
    inside_async: httpx.AsyncClient
    runner: asyncio.Runner

    @property
    def refused(self) -> int:
        """The status of a schema violation."""
        return REFUSED[self.fake.settings.dialect]

    def send(self, *parts: bytes) -> Answered:
        with Line(self.port) as line:
            line.send(*parts)
            return line.answer()

    def by_socket(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Answered:
        told = [f"{name}: {value}".encode() for name, value in headers.items()]
        return self.send(request(*told, method=method.encode(), target=target.encode(), authorization=(), body=body))

    def by_httpx(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Answered:
        with self.fake.intercept():
            answer = self.inside.request(method, VENDOR + target, headers=headers, content=body)
        return Answered(answer.status_code, answer.content)

    def by_async_httpx(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Answered:
        async def ask() -> httpx.Response:
            return await self.inside_async.request(method, VENDOR + target, headers=headers, content=body)

        with self.fake.intercept():
            answer = self.runner.run(ask())
        return Answered(answer.status_code, answer.content)

    def post(self, body: bytes, target: str = BATCH) -> Answered:
        return self.send(request(target=target.encode(), body=body))

    def get(self, target: str) -> Answered:
        return self.send(request(method=b"GET", target=target.encode(), body=b"", framing=()))

    def is_as_ever(self) -> None:
        """Assert that a batch is served, on a connection of its own."""
        conversation_id = str(uuid.uuid4())
        entry = {"conversation_id": conversation_id, "role": "user", "content": "as ever"}
        answer = self.post(json.dumps({"messages": [entry, entry]}).encode())
        assert (answer.status, answer.json["succeeded"]) == (200, 2)
        assert self.fake.transcript(conversation_id) == [("user", "as ever")] * 2


@pytest.fixture(scope="module", params=get_args(Dialect))
def live(request: pytest.FixtureRequest) -> Iterator[Live]:
    fake = SynapMock(api_key=KEY, dialect=request.param, seed=0)  # with a seed, ids are the same after every reset
    with (
        fake.serve() as server,
        httpx.Client(trust_env=False) as inside,
        asyncio.Runner() as runner,
    ):
        inside_async = httpx.AsyncClient(trust_env=False)
        yield Live(fake, server.port, inside, inside_async, runner)
        runner.run(inside_async.aclose())


@pytest.fixture
def served(live: Live) -> Iterator[Live]:
    """A clean fake, of which a batch is expected to be served as ever whatever the test has sent."""
    live.fake.reset()
    yield live
    live.is_as_ever()


@pytest.fixture(autouse=True)
def nothing_is_logged_as_an_error(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """An answer that is lost on its way can't be a 5xx that anybody sees; the server's log still tells of it."""
    yield
    records = [*caplog.get_records("call"), *caplog.get_records("teardown")]
    assert [record.getMessage() for record in records if record.levelno >= logging.ERROR] == []


def exact(value: object) -> str:
    """A JSON value as text, in which 1, 1.0 and true are three different things."""
    return json.dumps(value)


# --- bodies -------------------------------------------------------------------------------------------------------

DEEP: Final = 100_000
NO_BATCH: Final[dict[str, bytes]] = {
    "nothing": b"",
    "white space": b" \r\n\t",
    "a NUL": b"\0",
    "every byte": bytes(range(256)),
    "truncated in a key": VALID[:8],
    "truncated in a string": VALID[:40],
    "truncated before its end": VALID[:-1],
    "truncated in an escape": raw(told('"\\ud8'))[:-4],
    "followed by another": VALID * 2,
    "followed by a NUL": VALID + b"\0",
    "NaN": raw(told(metadata='{"a":NaN}')),
    "Infinity": raw(told(metadata='{"a":Infinity}')),
    "-Infinity": raw(told(metadata='{"a":-Infinity}')),
    "1e400": raw(told(metadata='{"a":1e400}')),
    "-1e400": raw(told(metadata='{"a":-1e400}')),
    "400 digits and a fraction": raw(told(metadata=f'{{"a":{"9" * 400}.0}}')),
    "1e400 in a key that nobody reads": raw(told(more=',"a":1e400')),
    "NaN as content": raw(told("NaN")),
    "an integer of 5,000 digits": raw(told(metadata=f'{{"a":{"7" * 5000}}}')),
    "an integer of 5,000 digits, negative": raw(told(metadata=f'{{"a":-{"7" * 5000}}}')),
    "an integer of 5,000 digits in a key that nobody reads": raw(told(more=f',"a":{"7" * 5000}')),
    "an integer of 5,000 digits alone": b"7" * 5000,
    "an integer as content": raw(told("7" * 4000)),
    "nesting of 100,000": b"[" * DEEP + b"]" * DEEP,
    "nesting of 100,000, never closed": b"[" * DEEP,
    "nesting of 100,000 objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "nesting of 100,000 as messages": b'{"messages":' + b"[" * DEEP + b"]" * DEEP + b"}",
    "nesting of 100,000 in metadata": raw(told(metadata='{"a":' * DEEP + "1" + "}" * DEEP)),
    "nesting of 100,000 in a key that nobody reads": raw(told(more=f',"a":{"[" * DEEP}{"]" * DEEP}')),
    "nesting of 900 as an entry": b'{"messages":' + b"[" * 900 + b"]" * 900 + b"}",
    "nesting of 900 as a role": raw(told().replace('"user"', "[" * 900 + "]" * 900)),
    "nesting of 900 as metadata": raw(told(metadata="[" * 900 + "]" * 900)),
    "300,000 empty entries": b'{"messages":[' + b"{}," * 300_000 + b"{}]}",
    "300,000 commas": b'{"messages":[' + b"," * 300_000 + b"]}",
    "latin-1": raw(told('"é"'), "latin-1"),
    "UTF-8 cut in a character": raw(told('"é"')).replace(b"\xc3\xa9", b"\xc3"),
    "UTF-8 overlong": raw(told('"/"')).replace(b"/", b"\xc0\xaf"),
    "UTF-8 beyond Unicode": raw(told('"/"')).replace(b"/", b"\xf4\x90\x80\x80"),
    "two BOMs": b"\xef\xbb\xbf" * 2 + VALID,
    "a BOM alone": b"\xef\xbb\xbf",
    "UTF-16, an odd byte": raw(told(), "utf-16") + b"\0",
    "UTF-32 beyond Unicode": b"\xff\xfe\0\0" + b"\xff\xff\xff\x7f",
    "UTF-7": raw(told('"é"'), "utf-7")[:20],
    "gzip": bytes.fromhex("1f8b0800000000000003abae050043bfa6a302000000"),
    "a form": b"messages=x&role=user",
    "multipart": b'--x\r\nContent-Disposition: form-data; name="messages"\r\n\r\n[]\r\n--x--\r\n',
    "XML": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///">]><a>&b;</a>',
    "a control character in a string": raw(told('"\n"')),
    "half an escape": raw(told('"\\u12"')),
    "an escape that is none": raw(told('"\\x41"')),
    "single quotes": raw(told().replace('"', "'")),
    "a comment": raw(told() + "// done"),
    "a trailing comma": raw(told().replace("}]", "},]")),
    "a number with a plus": raw(told(metadata='{"a":+1}')),
    "a number with zeros": raw(told(metadata='{"a":01}')),
    "a number in other digits": raw(told(metadata='{"a":²}')),
    "null": b"null",
    "true": b"true",
    "a string": b'"messages"',
    "a list": b"[]",
    "messages as an object": b'{"messages":{}}',
    "messages as null": b'{"messages":null}',
    "an entry of each kind but the right one": b'{"messages":[null,1,1.5,true,"a",[],[{}]]}',
    "the good messages first, then others of that key": VALID[:-1] + b',"messages":1}',
    "a role in other letters": raw(told().replace('"user"', '"us\\u0435r"')),
    "a lone surrogate as a role": raw(told().replace('"user"', '"\\ud800"')),
}

ACCEPTED: Final[dict[str, tuple[bytes, str, dict[str, Any] | None]]] = {
    "a BOM": (b"\xef\xbb\xbf" + VALID, "x", None),
    "UTF-16 with a BOM": (raw(told('"é𝄞"'), "utf-16"), "é𝄞", None),
    "UTF-16, little end": (raw(told('"é𝄞"'), "utf-16-le"), "é𝄞", None),
    "UTF-16, big end": (raw(told('"é𝄞"'), "utf-16-be"), "é𝄞", None),
    "UTF-32 with a BOM": (raw(told('"é𝄞"'), "utf-32"), "é𝄞", None),
    "UTF-32, big end": (raw(told('"é𝄞"'), "utf-32-be"), "é𝄞", None),
    "a lone surrogate, escaped": (raw(told('"a\\ud800b"')), "a\ud800b", None),
    "a lone surrogate, as UTF-8 would have it": (raw(told('"a\ud800b"')), "a\ud800b", None),
    "a lone surrogate in UTF-16": (raw(told('"a\udfffb"'), "utf-16-le"), "a\udfffb", None),
    "a pair of surrogates the wrong way round": (raw(told('"\\udc00\\ud800"')), "\udc00\ud800", None),
    "lone surrogates in metadata": (
        raw(told(metadata='{"\\udfff":["\\ud800",{"\ud800":"\udfff"}]}')),
        "x",
        {"\udfff": ["\ud800", {"\ud800": "\udfff"}]},
    ),
    "duplicate keys, the last counts": (
        raw(told('"first","content":"last"', '{"a":1,"b":2,"a":3}')),
        "last",
        {"a": 3, "b": 2},
    ),
    "duplicate messages, the last count": (raw('{"messages":1,' + told()[1:]), "x", None),
    "an integer of 4,000 digits": (raw(told(metadata=f'{{"a":{"7" * 4000}}}')), "x", {"a": int("7" * 4000)}),
    "an integer of 4,300 digits": (raw(told(metadata=f'{{"a":-{"7" * 4300}}}')), "x", {"a": -int("7" * 4300)}),
    "the largest double": (raw(told(metadata='{"a":1.7976931348623157e308}')), "x", {"a": sys.float_info.max}),
    "the smallest double": (raw(told(metadata='{"a":5e-324}')), "x", {"a": 5e-324}),
    "a number too small for a double": (raw(told(metadata='{"a":1e-400}')), "x", {"a": 0.0}),
    "zeros": (raw(told(metadata='{"a":[0,-0,0.0,-0.0,0e9]}')), "x", {"a": [0, 0, 0.0, -0.0, 0.0]}),
    "one, 1.0 and true": (raw(told(metadata='{"a":[1,1.0,true,"1"]}')), "x", {"a": [1, 1.0, True, "1"]}),
    "odd keys": (raw(told(metadata='{"":{"__proto__":0},"a.b":[null]}')), "x", {"": {"__proto__": 0}, "a.b": [None]}),
    "NUL and other control characters": (raw(told('"\\u0000\\u001f\x7f\\u0085"')), "\0\x1f\x7f\x85", None),
    "no characters": (raw(told('"\\uffff\\ufdd0\\ufeff"')), "\uffff\ufdd0\ufeff", None),
    "markup": (raw(told('"</script><!--\\u2028"')), "</script><!--\u2028", None),
    "white space all round": (b" \r\n\t" + VALID + b" \r\n\t", "x", None),
    "a thousand keys that nobody reads": (raw(told(more="".join(f',"k{n}":[]' for n in range(1000)))), "x", None),
}


@pytest.mark.parametrize("target", [BATCH, ONE])
@pytest.mark.parametrize("body", NO_BATCH.values(), ids=NO_BATCH)
def test_a_body_that_is_no_batch_is_refused(served: Live, target: str, body: bytes) -> None:
    assert served.post(body, target).status == served.refused


@pytest.mark.parametrize("body", NO_BATCH.values(), ids=NO_BATCH)
def test_of_a_body_that_is_no_batch_nothing_is_recorded(served: Live, body: bytes) -> None:
    served.post(body)
    assert served.fake.messages == []


@pytest.mark.parametrize("target", ["/_mock/keys", "/_mock/settings"])
@pytest.mark.parametrize("body", NO_BATCH.values(), ids=NO_BATCH)
def test_the_control_face_refuses_a_hostile_body(served: Live, target: str, body: bytes) -> None:
    method = b"PATCH" if target.endswith("settings") else b"POST"
    answer = served.send(request(method=method, target=target.encode(), body=body))
    assert answer.status == (400 if body.strip() else 200)


@pytest.mark.parametrize("setting", ["max_batch", "max_body", "journal_calls", "journal_body", "journal_bytes"])
def test_a_setting_of_4_000_digits_breaks_nothing(served: Live, setting: str) -> None:
    def change(value: object) -> int:
        body = json.dumps({setting: value}).encode()
        return served.send(request(method=b"PATCH", target=b"/_mock/settings", body=body)).status

    usual = served.fake.settings.as_dict()[setting]
    statuses = [change(int("7" * 4000)), served.post(VALID).status, served.post(b"", "/_mock/reset").status]
    assert [*statuses, change(usual)] == [200, 200, 200, 200]


@pytest.mark.parametrize("target", ["/v1/telemetry/batch", "/_mock/reset"])
@pytest.mark.parametrize("name", ["nothing", "every byte", "nesting of 100,000", "300,000 empty entries"])
def test_where_no_body_is_read_any_will_do(served: Live, target: str, name: str) -> None:
    assert served.post(NO_BATCH[name], target).status == 200


def test_of_300_000_violations_100_are_named(served: Live) -> None:
    answer = served.post(NO_BATCH["300,000 empty entries"]).json
    assert len(answer["details"] if "details" in answer else answer["detail"]) == 100


@pytest.mark.parametrize(("body", "content", "metadata"), ACCEPTED.values(), ids=ACCEPTED)
def test_what_is_odd_but_json_reads_back_equal(
    served: Live, body: bytes, content: str, metadata: dict[str, Any] | None
) -> None:
    assert served.post(body).status == 200
    (turn,) = served.get(READ).json["turns"]
    (message,) = served.get(CONTROL_READ).json["messages"]
    assert [turn["content"], message["content"], exact(message["metadata"])] == [content, content, exact(metadata)]


@pytest.mark.parametrize("body", [case[0] for case in ACCEPTED.values()], ids=ACCEPTED)
def test_the_journal_shows_a_body_that_is_odd_but_utf_8(served: Live, body: bytes) -> None:
    served.post(body)
    (kept,) = served.get("/_mock/requests").json["requests"]
    assert kept["body"] == body.decode("utf-8", "backslashreplace")


@pytest.mark.parametrize("target", [BATCH, ONE])
@pytest.mark.parametrize(
    "body", [*NO_BATCH.values(), *(case[0] for case in ACCEPTED.values())], ids=[*NO_BATCH, *ACCEPTED]
)
def test_every_door_gives_the_same_answer(served: Live, target: str, body: bytes) -> None:
    answers = set()
    for door in (served.by_socket, served.by_httpx, served.by_async_httpx):
        served.fake.reset()
        answers.add(door("POST", target, {"Authorization": f"Bearer {KEY}"}, body).timeless)
    assert len(answers) == 1


@pytest.mark.parametrize(
    "kind",
    ["", "text/plain", "application/xml", "multipart/form-data; boundary=x", "application/json; charset=latin-1"],
)
def test_the_content_type_does_not_matter(served: Live, kind: str) -> None:
    assert served.send(request(f"Content-Type: {kind}".encode())).status == 200


def test_metadata_of_1_and_1_0_and_true_stay_three_different_things(served: Live) -> None:
    """Also where they are recorded one after the other, so that nothing merges what compares equal."""
    kinds = ['{"a":1}', '{"a":1.0}', '{"a":true}']
    entries = ",".join(told(metadata=kind).removeprefix('{"messages":[').removesuffix("]}") for kind in kinds)
    served.post(f'{{"messages":[{entries}]}}'.encode())
    assert [exact(message["metadata"]) for message in served.get(CONTROL_READ).json["messages"]] == [
        '{"a": 1}',
        '{"a": 1.0}',
        '{"a": true}',
    ]


# --- nesting ------------------------------------------------------------------------------------------------------


def nested(depth: int, opening: str) -> str:
    """A JSON value that is nested `depth` deep, in the very text in which it is answered."""
    return '{"a":' * depth + "1" + "}" * depth if opening == "{" else "[" * depth + "]" * depth


def as_metadata(value: str) -> str:
    return value if value.startswith("{") else f'{{"a":{value}}}'


def as_batch(metadata: str) -> tuple[str, str]:
    return BATCH, told(metadata=metadata)


def as_single_message(metadata: str) -> tuple[str, str]:
    return ONE, told(metadata=metadata, more=',"user_id":"u"').removeprefix('{"messages":[').removesuffix("]}")


def as_key_that_nobody_reads(metadata: str) -> tuple[str, str]:
    return BATCH, told(more=f',"a":{metadata}')


def around_the_limit(accepts: Callable[[int], bool]) -> range:
    """Every depth within 25 of the deepest that is accepted; it differs with Python's version and with the door."""
    low, high = 500, 20_000
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if accepts(middle) else (low, middle)
    return range(low - 25, high + 25)


@pytest.mark.parametrize("live", ["documented"], indirect=True)
@pytest.mark.parametrize("door", ["by_socket", "by_httpx"])
@pytest.mark.parametrize("opening", ["{", "["])
@pytest.mark.parametrize("place", [as_batch, as_single_message, as_key_that_nobody_reads])
def test_nesting_at_every_depth_is_refused_or_given_back_whole(
    served: Live, place: Callable[[str], tuple[str, str]], opening: str, door: str
) -> None:
    ask = getattr(served, door)

    def post(depth: int) -> int:
        served.fake.reset()
        target, body = place(as_metadata(nested(depth, opening)))
        answer: Answered = ask("POST", target, {"Authorization": f"Bearer {KEY}"}, body.encode())
        return answer.status

    def given_back(depth: int) -> bool:
        metadata = as_metadata(nested(depth, opening))
        kept = "null" if place is as_key_that_nobody_reads else metadata
        return (
            f'"metadata":{kept},'.encode() in served.get(CONTROL_READ).body
            and served.get(READ).status == 200
            and served.get("/_mock/requests").json["requests"][-1]["body"] == place(metadata)[1]
        )

    wrong = [
        (depth, status)
        for depth in around_the_limit(lambda depth: post(depth) == 200)
        if (status := post(depth)) != served.refused and not (status == 200 and given_back(depth))
    ]
    assert wrong == []


def as_role(value: str) -> str:
    return told(more=f',"role":{value}')


def as_content(value: str) -> str:
    return told(value)


def as_messages(value: str) -> str:
    return f'{{"messages":{value}}}'


@pytest.mark.parametrize("live", ["documented"], indirect=True)
@pytest.mark.parametrize("opening", ["{", "["])
@pytest.mark.parametrize("place", [as_role, as_content, as_messages, str])
def test_nesting_at_every_depth_is_refused_where_a_text_belongs(
    served: Live, place: Callable[[str], str], opening: str
) -> None:
    def post(depth: int) -> Answered:
        return served.post(place(nested(depth, opening)).encode())

    depths = around_the_limit(lambda depth: b"nested too deeply" not in post(depth).body)
    assert {post(depth).status for depth in depths} == {400}


# --- any bytes, any values ----------------------------------------------------------------------------------------

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
    body = raw(told(json.dumps(content, ensure_ascii=escaped), json.dumps(metadata, ensure_ascii=escaped)))
    assert live.post(body).status == 200
    (turn,) = live.get(READ).json["turns"]
    (message,) = live.get(CONTROL_READ).json["messages"]
    # Two surrogates that make a pair are one character in JSON, however they were sent.
    content, metadata = json.loads(json.dumps([content, metadata]))
    assert [turn["content"], message["content"], exact(message["metadata"])] == [content, content, exact(metadata)]


@st.composite
def damaged(draw: st.DrawFn, whole: bytes) -> bytes:
    """Some bytes, cut, doubled, or with other bytes put in at some places."""
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(whole)))
        stop = draw(st.integers(start, min(len(whole), start + 20)))
        whole = whole[:start] + draw(st.binary(max_size=8) | st.just(whole[start:stop] * 2)) + whole[stop:]
    return whole


RICH: Final = raw(told('"é\\ud800\\n"', '{"a":[1,1.5e3,true,null,{"b":{}}]}', ',"user_id":"u","session_id":null'))


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
CHUNKED: Final = request(
    framing=(b"Transfer-Encoding: chunked",), body=b'5\r\n{"mes\r\n9;a=b\r\nsages":[]}\r\n0\r\nA: b\r\n\r\n'
)


@settings(max_examples=200)
@given(sent=st.binary() | damaged(WHOLE) | damaged(WHOLE * 2) | damaged(CHUNKED))
@example(sent=b"")
def test_any_bytes_on_a_connection_are_answered_without_a_5xx(live: Live, sent: bytes) -> None:
    with Line(live.port) as line:
        with contextlib.suppress(ConnectionError):
            line.send(sent)
        live.is_as_ever()  # by the time that this is answered, what came before has been read
        assert re.findall(rb"HTTP/1\.1 5\d\d", line.rest()) == []


# --- requests -----------------------------------------------------------------------------------------------------

KEYED: Final = b"Authorization: Bearer " + KEY.encode()
LENGTH: Final = b"Content-Length: %d" % len(VALID)
CHUNKS: Final = (b"Transfer-Encoding: chunked",)
HEALTH: Final = request(method=b"GET", target=b"/health", authorization=(), framing=(), body=b"")
UPGRADE: Final = (
    b"Connection: Upgrade",
    b"Upgrade: websocket",
    b"Sec-WebSocket-Version: 13",
    b"Sec-WebSocket-Key: eA==",
)


def chunks(body: bytes, size: int) -> bytes:
    parts = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def get(target: bytes, *headers: bytes, method: bytes = b"GET", **parts: Any) -> bytes:
    return request(*headers, method=method, target=target, framing=(), body=b"", **parts)


REQUESTS: Final[dict[str, tuple[bytes, list[int]]]] = {
    # framing
    "chunked": (request(framing=CHUNKS, body=chunks(VALID, 20)), [200]),
    "chunked, a byte a chunk": (request(framing=CHUNKS, body=chunks(VALID, 1)), [200]),
    "chunked, with extensions and trailers": (
        request(framing=CHUNKS, body=b"%x;a=b;c\r\n%s\r\n0;d\r\nX-Trailer: 1\r\n\r\n" % (len(VALID), VALID)),
        [200],
    ),
    "a chunk size that is none": (request(framing=CHUNKS, body=b"zz\r\n" + VALID), [400]),
    "a negative chunk size": (request(framing=CHUNKS, body=b"-1\r\n" + VALID), [400]),
    "a chunk size beyond 64 bits": (request(framing=CHUNKS, body=b"f" * 17 + b"\r\n" + VALID), [400]),
    "a chunk longer than it says": (request(framing=CHUNKS, body=b"3\r\n" + VALID + b"\r\n0\r\n\r\n"), [400]),
    "a good chunk, then a bad one": (request(framing=CHUNKS, body=b"2\r\n{}\r\nzz\r\n"), [400]),
    "chunked and a length": (request(framing=(*CHUNKS, LENGTH), body=chunks(VALID, 20)), [400]),
    "chunked twice": (request(framing=CHUNKS * 2, body=chunks(VALID, 20)), [400]),
    "chunked, then gzip": (request(framing=(b"Transfer-Encoding: chunked, gzip",)), [400]),
    "an unknown transfer encoding": (request(framing=(b"Transfer-Encoding: identity",)), [400]),
    "the same length twice": (request(framing=(LENGTH, LENGTH)), [400]),
    "two lengths": (request(framing=(b"Content-Length: 3", LENGTH)), [400]),
    "a list of lengths": (request(framing=(LENGTH + b", %d" % len(VALID),)), [400]),
    "a negative length": (request(framing=(b"Content-Length: -1",)), [400]),
    "an empty length": (request(framing=(b"Content-Length: ",)), [400]),
    "a length in hex": (request(framing=(b"Content-Length: 0x10",)), [400]),
    "a length in other digits": (request(framing=(b"Content-Length: \xb2",)), [400]),
    "a length beyond 64 bits": (request(framing=(b"Content-Length: " + b"9" * 30,)), [400]),
    "no body": (request(framing=(), body=b""), [-1]),
    "a body that says it is compressed": (request(b"Content-Encoding: gzip"), [200]),
    "an expectation": (request(b"Expect: a-miracle"), [200]),
    # the first line
    "HTTP/1.0": (request(version=b"HTTP/1.0"), [200]),
    "HTTP/1.0, kept alive": (request(b"Connection: keep-alive", version=b"HTTP/1.0"), [200]),
    "HTTP/1.2": (request(version=b"HTTP/1.2"), [400]),
    "HTTP/9.9": (request(version=b"HTTP/9.9"), [400]),
    "HTTP/2's preface": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [400]),
    "no version": (b"GET /health\r\n\r\n", [200]),
    "TLS": (bytes.fromhex("16030100a5010000a10303") + bytes(154), [400]),
    "noise": (bytes(range(256)), [400]),
    "a method in small letters": (request(method=b"post"), [400]),
    "a method that is none": (request(method=b"RECORD"), [400]),
    "no method": (request(method=b""), [400]),
    **{f"{method} on a route": (request(method=method.encode()), [404]) for method in ("GET", "PUT", "TRACE", "QUERY")},
    "OPTIONS of everything": (get(b"*", method=b"OPTIONS"), [404]),
    "CONNECT": (get(b"elsewhere:443", method=b"CONNECT"), [400]),
    "CONNECT with a path": (get(b"/v1/tunnel", method=b"CONNECT"), [404]),
    "empty lines first": (b"\r\n\r\n" + HEALTH, [200]),
    "line feeds only": (HEALTH.replace(b"\r\n", b"\n"), [400]),
    "a space in the target": (get(b"/hea lth"), [400]),
    "no target": (get(b""), [400]),
    # targets
    "an absolute target": (request(target=b"http://elsewhere.example" + BATCH.encode()), [200]),
    "an absolute target with a user": (request(target=b"http://a:b@elsewhere.example" + BATCH.encode()), [200]),
    "an absolute target without a path": (get(b"http://elsewhere.example"), [400]),
    "an absolute target with a broken host": (get(b"http://[::/health"), [400]),
    "an absolute target with a port beyond ports": (get(b"http://localhost:99999/health"), [400]),
    "a target without a slash": (get(b"health"), [400]),
    "a query alone": (get(b"?a"), [400]),
    "a fragment": (get(b"/health#a"), [200]),
    "letters in percents": (request(target=b"/v1/conversations/messages/b%61tch"), [200]),
    "a slash in percents": (request(target=b"/v1/conversations/messages%2fbatch"), [200]),
    "a slash too many, first": (request(target=b"/" + BATCH.encode()), [404]),
    "a slash too many, inside": (request(target=b"/v1/conversations//messages/batch"), [404]),
    "a slash too many, last": (request(target=BATCH.encode() + b"/"), [404]),
    "a NUL in percents": (request(target=BATCH.encode() + b"%00"), [404]),
    "a space in percents": (request(target=BATCH.encode() + b"%20"), [404]),
    "percents of nothing": (get(b"/%"), [404]),
    "percents of no digits": (get(b"/%zz%"), [404]),
    "percents that are no UTF-8": (get(b"/%ff%c0%af%ed%a0%80"), [404]),
    "dots": (get(b"/v1/../health"), [404]),
    "a target beyond ASCII": (get("/é".encode()), [400]),
    "a NUL in the target": (get(b"/\0"), [400]),
    "a control character in the target": (get(b"/\x7f"), [400]),
    "a path of 60,000 characters": (get(b"/" + b"a" * 60_000), [404]),
    "a path of a million characters": (get(b"/" + b"a" * 1_000_000), [400]),
    "a query of 20,000 parameters": (get(b"/health?" + b"a&" * 20_000), [200]),
    "an id of no UTF-8": (get(b"/v1/conversations/%ff/messages"), [400]),
    "an id of 50,000 characters": (get(b"/v1/conversations/" + b"a" * 50_000 + b"/messages"), [400]),
    "a page in other digits": (get(READ.encode() + "?start=²".encode("latin-1").replace(b"\xb2", b"%c2%b2")), [400]),
    "a page of 5,000 digits": (get(READ.encode() + b"?start=" + b"9" * 5000), [400]),
    "a page of no UTF-8": (get(READ.encode() + b"?limit=%ff"), [400]),
    "the control face, in percents": (get(b"/%5fmock/settings"), [200]),
    "the control face, of a foreign host in percents": (get(b"/%5fmock/settings", host=(b"Host: a.example",)), [403]),
    "the control face after a slash too many": (get(b"//_mock/settings"), [404]),
    "the control face by dots": (get(b"/v1/../_mock/settings"), [404]),
    # headers
    "no Host": (request(host=()), [200]),
    "an empty Host": (request(host=(b"Host:",)), [200]),
    "two Hosts": (request(host=(b"Host: a", b"Host: b")), [200]),
    "no Host, at the control face": (get(b"/_mock/settings", host=()), [403]),
    "two Hosts, at the control face": (get(b"/_mock/settings", b"Host: a.example"), [403]),
    "another Host in the target, at the control face": (
        get(b"http://localhost/_mock/settings", host=(b"Host: a",)),
        [403],
    ),
    "no Authorization": (request(authorization=()), [401]),
    "an empty Authorization": (request(authorization=(b"Authorization:",)), [401]),
    "an Authorization of blanks": (request(authorization=(b"Authorization: \t ",)), [401]),
    "an Authorization without a key": (request(authorization=(b"Authorization: Bearer",)), [401]),
    "an Authorization of another kind": (request(authorization=(KEYED.replace(b"Bearer", b"Basic"),)), [401]),
    "an Authorization with a tab": (request(authorization=(KEYED.replace(b"r ", b"r\t"),)), [401]),
    "an Authorization beyond ASCII": (request(authorization=(KEYED + b"\xff\xa0",)), [401]),
    "an Authorization with blanks round the key": (
        request(authorization=(KEYED.replace(b"r ", b"r   ") + b"  ",)),
        [200],
    ),
    "two Authorizations, the good one first": (request(authorization=(KEYED, KEYED + b"x")), [200]),
    "two Authorizations, the bad one first": (request(authorization=(KEYED + b"x", KEYED)), [401]),
    "a header of a million characters": (request(b"X-A: " + b"a" * 1_000_000), [200]),
    "an Authorization of a million characters": (request(authorization=(KEYED + b"a" * 1_000_000,)), [401]),
    "5,000 headers": (request(*(b"X-%d: a" % number for number in range(5000))), [200]),
    "a header beyond ASCII": (request(b"X-A: \xe9\xff"), [200]),
    "a correlation beyond ASCII": (request(b"X-Correlation-ID: \xe9\xff"), [200]),
    "a correlation with a tab": (request(b"X-Correlation-ID: a\tb"), [200]),
    "an instance beyond ASCII": (request(b"X-Instance-ID: \xff"), [200]),
    "a header's name beyond ASCII": (request(b"X-\xe9: a"), [400]),
    "a header without a name": (request(b": a"), [400]),
    "a header without a colon": (request(b"X-A"), [400]),
    "a blank before the colon": (request(b"X-A : a"), [400]),
    "a header over two lines": (request(b"X-A: a\r\n b"), [400]),
    "a NUL in a header": (request(b"X-A: a\0b"), [400]),
    "a carriage return in a header": (request(b"X-A: a\rb"), [400]),
    # upgrades
    "a websocket": (get(BATCH.encode(), *UPGRADE), [404]),
    "a websocket at a route": (get(b"/health", *UPGRADE), [200]),
    "a websocket at the control face": (get(b"/_mock/settings", *UPGRADE), [200]),
    "a websocket at the control face, of a foreign origin": (
        get(b"/_mock/settings", *UPGRADE, b"Origin: http://a.example"),
        [403],
    ),
    # pipelines
    "three in one write": (request() + HEALTH + request(), [200, 200, 200]),
    "a hundred in one write": (HEALTH * 100, [200] * 100),
    "a refused one among others": (request(authorization=()) + request() + get(b"/no") + HEALTH, [401, 200, 404, 200]),
}


@pytest.mark.parametrize(("sent", "statuses"), REQUESTS.values(), ids=REQUESTS)
def test_a_hostile_request_gets_its_answer(served: Live, sent: bytes, statuses: list[int]) -> None:
    with Line(served.port) as line:
        line.send(sent)
        answers = [line.answer().status for _ in statuses]
    assert answers == [served.refused if status == -1 else status for status in statuses]


@pytest.mark.parametrize("target", [BATCH, "/health", "/v1/nothing", "/_mock/settings"])
def test_the_answer_to_head_has_no_body(served: Live, target: str) -> None:
    with Line(served.port) as line:
        line.send(get(target.encode(), method=b"HEAD") + HEALTH)
        line.answer(bodiless=True)
        assert line.answer().json == {"status": "ok"}


@pytest.mark.parametrize("header", [b"\xe9", b"a" * 201, b"a\tb", b""])
def test_a_correlation_id_that_can_not_be_echoed_is_replaced(served: Live, header: bytes) -> None:
    with Line(served.port) as line:
        line.send(request(b"X-Correlation-ID: " + header, b"Connection: close"))
        assert re.search(rb"\r\nx-correlation-id: mock_[0-9a-f]+_[0-9a-f]+\r\n", line.rest())


def test_a_body_without_a_length_is_refused(served: Live) -> None:
    """It is noise after a request without a body; which of the two is answered first is not settled."""
    assert served.send(request(framing=())).status in {400, served.refused}


def test_a_request_that_comes_byte_by_byte_is_served(served: Live) -> None:
    assert served.send(*(bytes([byte]) for byte in request())).status == 200


def test_a_body_that_waits_for_100_continue_is_served(served: Live) -> None:
    head, _, body = request(b"Expect: 100-continue").partition(b"\r\n\r\n")
    with Line(served.port) as line:
        line.send(head + b"\r\n\r\n")
        assert line.interim() == 100
        line.send(body)
        assert line.answer().status == 200


def test_pipelined_batches_are_answered_in_order(served: Live) -> None:
    bodies = [raw(told(json.dumps(f"pipelined {number}"))) for number in range(40)]
    with Line(served.port) as line:
        line.send(b"".join(request(body=body) for body in bodies))
        ids = [line.answer().json["results"][0]["message_id"] for _ in bodies]
    assert [(message.message_id, message.content) for message in served.fake.messages] == [
        (message_id, f"pipelined {number}") for number, message_id in enumerate(ids)
    ]


@pytest.mark.parametrize(
    ("method", "target", "headers"),
    [
        ("GET", "/health", {}),
        ("GET", "/health/", {}),
        ("GET", "//health", {}),
        ("GET", "/%ff%00", {}),
        ("GET", "/%68ealth", {}),
        ("GET", "/health%2f", {}),
        ("GET", "/v1/conversations/%ed%a0%80/messages", {}),
        ("GET", "/v1/conversations/a%2fb/messages", {}),
        ("GET", READ, {}),
        ("GET", f"{READ}?start=0", {}),
        ("GET", f"{READ}?start=%c2%b2", {}),
        ("GET", f"{READ}?start=1&start=a", {}),
        ("GET", "/api/v1/auth/whoami", {}),
        ("PUT", BATCH, {}),
        ("OPTIONS", BATCH, {}),
        ("PROPFIND", "/v1/" + "a" * 5000, {}),
        ("POST", BATCH, {"Authorization": ""}),
        ("POST", BATCH, {"Authorization": "Bearer"}),
        ("POST", BATCH, {"Authorization": "Bearer synap_of_nobody_0123456789"}),
        ("POST", BATCH, {"Authorization": f"bearer   {KEY} "}),
        ("POST", BATCH, {"Authorization": f"Basic {KEY}"}),
        ("POST", BATCH, {"X-Instance-ID": "another"}),
        ("POST", BATCH, {"Content-Type": "text/plain", "Content-Encoding": "gzip", "Expect": "a-miracle"}),
        ("GET", "/_mock/settings", {"Host": "a.example"}),
        ("GET", "/_mock/settings", {"Host": "localhost", "Origin": "null"}),
        ("GET", "/_mock/settings", {"Host": "localhost"}),
        ("DELETE", "/_mock/settings", {"Host": "localhost"}),
        ("GET", "/_mock/nothing%00", {"Host": "localhost"}),
    ],
)
def test_every_door_answers_an_odd_request_alike(
    served: Live, method: str, target: str, headers: dict[str, str]
) -> None:
    answers = set()
    for door in (served.by_socket, served.by_httpx, served.by_async_httpx):
        served.fake.reset()
        sent = {"Authorization": f"Bearer {KEY}", **headers}
        answers.add(door(method, target, sent, VALID if method == "POST" else b"").timeless)
    assert len(answers) == 1


# --- sizes --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def capped() -> Iterator[Live]:
    """A fake with a cap of 1 MiB."""
    yield from small_live(MIB)


@pytest.fixture(scope="module")
def roomy() -> Iterator[Live]:
    """A fake with the cap that it has by default."""
    yield from small_live(SynapMock().settings.max_body)


def small_live(cap: int) -> Iterator[Live]:
    fake = SynapMock(api_key=KEY, max_body=cap, seed=0)
    with fake.serve() as server, httpx.Client(trust_env=False) as inside, asyncio.Runner() as runner:
        inside_async = httpx.AsyncClient(trust_env=False)
        yield Live(fake, server.port, inside, inside_async, runner)
        runner.run(inside_async.aclose())


def of_size(size: int) -> tuple[bytes, str]:
    """A batch of one that has so many bytes, and its content."""
    content = "x" * (size - len(VALID) + 1)
    return VALID.replace(b'"x"', b'"%s"' % content.encode()), content


def by_length(body: bytes) -> bytes:
    return request(body=body)


def by_chunks(body: bytes) -> bytes:
    return request(framing=CHUNKS, body=chunks(body, 64 * 1024))


@pytest.mark.parametrize(("framed", "target"), [(by_length, READ), (by_chunks, CONTROL_READ)])
def test_a_body_of_64_mib_is_accepted_and_reads_back_equal(
    roomy: Live, framed: Callable[[bytes], bytes], target: str
) -> None:
    roomy.fake.reset()
    body, content = of_size(64 * MIB)
    assert roomy.send(framed(body)).status == 200
    assert f'"content":"{content}"'.encode() in roomy.get(target).body
    roomy.is_as_ever()


def test_a_body_of_64_mib_and_a_byte_gets_413(roomy: Live) -> None:
    assert roomy.send(by_length(of_size(64 * MIB + 1)[0])).status == 413
    roomy.is_as_ever()


@pytest.mark.parametrize("door", ["by_socket", "by_httpx", "by_async_httpx"])
@pytest.mark.parametrize(("over", "status"), [(0, 200), (1, 413), (2 * MIB, 413)])
def test_the_cap_is_the_same_at_every_door(capped: Live, door: str, over: int, status: int) -> None:
    body, _ = of_size(MIB + over)
    assert getattr(capped, door)("POST", BATCH, {"Authorization": f"Bearer {KEY}"}, body).status == status
    capped.is_as_ever()


@pytest.mark.parametrize("framed", [by_length, by_chunks])
@pytest.mark.parametrize(
    ("target", "status"), [(BATCH, 413), (ONE, 413), ("/v1/telemetry/batch", 200), ("/v1/no", 404)]
)
def test_a_body_over_the_cap_gets_413_where_it_is_read(
    capped: Live, target: str, status: int, framed: Callable[[bytes], bytes]
) -> None:
    sent = framed(b"{" * (MIB + 1)).replace(BATCH.encode(), target.encode())
    assert capped.send(sent).status == status
    capped.is_as_ever()


def test_a_body_over_the_cap_without_a_key_gets_401(capped: Live) -> None:
    assert capped.send(request(authorization=(), body=b"{" * (MIB + 1))).status == 401
    capped.is_as_ever()


@pytest.mark.parametrize("framing", [(b"Content-Length: %d" % 2**40,), CHUNKS])
def test_a_body_without_end_is_cut_off_or_gets_413(capped: Live, framing: tuple[bytes, ...]) -> None:
    """The server stops reading it: whether the sender still hears the answer is up to the network."""
    with Line(capped.port) as line:
        with contextlib.suppress(ConnectionError):
            line.send(request(framing=framing, body=by_chunks(b"{" * (16 * MIB)).partition(b"\r\n\r\n")[2][:-5]))
        assert line.heard()[:13] in {b"", b"HTTP/1.1 413 "}
    capped.is_as_ever()


def test_of_a_body_over_the_cap_the_journal_tells_the_size(capped: Live) -> None:
    capped.fake.reset()
    capped.post(b"{" * (3 * MIB))
    assert [request.body_size for request in capped.fake.requests] == [3 * MIB]


# --- half of it ---------------------------------------------------------------------------------------------------

HALVES: Final[dict[str, bytes]] = {
    "nothing": b"",
    "half a first line": b"POST /v1/conv",
    "half the headers": request()[:80],
    "headers without a body": request().partition(b"\r\n\r\n")[0] + b"\r\n\r\n",
    "half a body": request()[:-10],
    "half a chunk": request(framing=CHUNKS, body=b"ff\r\n{"),
    "chunks without an end": request(framing=CHUNKS, body=chunks(VALID, 20)[:-5]),
    "an expectation": request(b"Expect: 100-continue").partition(b"\r\n\r\n")[0] + b"\r\n\r\n",
    "a whole one, then half a body": HEALTH + request()[:-10],
}


@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
@pytest.mark.parametrize("sent", HALVES.values(), ids=HALVES)
def test_of_a_half_sent_batch_nothing_is_recorded(served: Live, sent: bytes, *, reset: bool) -> None:
    with Line(served.port) as line:
        line.send(sent)
        served.is_as_ever()  # by the time that this is answered, the half was read
        served.fake.reset()
        if reset:
            line.hang_up()
    served.get("/health")
    assert served.fake.messages == []


@contextlib.contextmanager
def process(*options: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A server of its own, and its port."""
    command = [sys.executable, "-m", "synap_mock", "serve", "--port", "0", "--api-key", KEY, "--log-format", "json"]
    with subprocess.Popen([*command, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as server:
        try:
            assert server.stdout
            ready = json.loads(server.stdout.readline())
            yield server, int(ready["url"].rpartition(":")[2])
        finally:
            server.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_with_half_sent_requests_a_signal_ends_the_server_within_a_second(number: signal.Signals) -> None:
    with contextlib.ExitStack() as stack:
        server, port = stack.enter_context(process())
        for sent in HALVES.values():
            stack.enter_context(Line(port)).send(sent)
        unread = stack.enter_context(Line(port))  # asks for more than the network holds, and never reads it
        unread.send(request(body=of_size(16 * MIB)[0]))
        assert unread.answer().status == 200
        unread.send(get(CONTROL_READ.encode()))
        with Line(port) as line:
            line.send(HEALTH)
            line.answer()  # by now the others have been read
        began = time.monotonic()
        server.send_signal(number)
        status = server.wait(PATIENCE)
        took = time.monotonic() - began
        assert server.stderr
        assert (status, server.stderr.read(), took < 1) == (0, b"", True)


# --- known defects ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", [BATCH, ONE, "/health"])
def test_a_line_feed_makes_another_path(served: Live, target: str) -> None:
    method = b"GET" if target == "/health" else b"POST"
    assert served.send(request(method=method, target=target.encode() + b"%0A")).status == 404


@pytest.mark.parametrize("protocol", [b"h2c", b"websocket"])
def test_a_batch_that_asks_for_an_upgrade_is_served_without(served: Live, protocol: bytes) -> None:
    """Java's HttpClient and curl --http2 ask for h2c with every first request, whatever its method."""
    assert served.send(request(b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: " + protocol)).status == 200


@pytest.mark.xfail(reason="uvicorn answers what it can't parse at once, before the requests that came earlier")
def test_noise_after_a_batch_does_not_take_its_answer(served: Live) -> None:
    with Line(served.port) as line:
        line.send(request() + b"noise\r\n\r\n")
        assert line.answer().status == 200


@pytest.mark.parametrize("target", [BATCH, "/health", "/v1/nothing"])
def test_in_process_the_answer_to_head_has_no_body_either(served: Live, target: str) -> None:
    assert served.by_httpx("HEAD", target, {}, b"").body == b""


@pytest.mark.parametrize("setting", ["dialect", "max_batch"])
def test_a_setting_nested_at_any_depth_gets_400(served: Live, setting: str, caplog: pytest.LogCaptureFixture) -> None:
    def change(depth: int) -> Answered:
        body = f'{{"{setting}":{"[" * depth}{"]" * depth}}}'.encode()
        return served.send(request(method=b"PATCH", target=b"/_mock/settings", body=body))

    depths = around_the_limit(lambda depth: b"too deeply" not in change(depth).body)
    statuses = {change(depth).status for depth in depths}
    caplog.clear()
    assert statuses == {400}
