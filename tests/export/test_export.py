"""An export is lossless: imported into another fake, it is exported again as the same bytes, and reads the same."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any, Final

import pytest
from asking import BATCH, ERASE, EVENTS, INGEST, ONE, in_process
from hypothesis import example, given, settings
from hypothesis import strategies as st

from synap_mock import SynapMock
from synap_mock.domain.export.document import LINES

if TYPE_CHECKING:
    from pathlib import Path

    import httpx

CIDS: Final = tuple(str(uuid.UUID(int=number)) for number in range(1, 4))
EXPORT: Final = "/_mock/export"
IMPORT: Final = "/_mock/import"
HEADER: Final = b'{"type":"synap-mock","version":1}\n'

TEXTS: Final = st.text(st.characters(), max_size=8) | st.sampled_from(["\ud83d", "\ud83d\ude00", "\U0001f600", "a\nb"])
"""With lone surrogates, and with both surrogates of a character as separate code points."""
NUMBERS: Final = st.sampled_from([1, 1.0, True, 0, -0.0, False, 10**40, 5e-324, 1e300])
JSON: Final = st.recursive(
    st.none() | NUMBERS | TEXTS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3)
)
USERS: Final = st.sampled_from([None, "ann", "bob"])
ENTRIES: Final = st.fixed_dictionaries(
    {
        "conversation_id": st.sampled_from([*CIDS, "not-a-uuid"]),
        "role": st.sampled_from(["user", "assistant"]),
        "content": TEXTS,
    },
    optional={"user_id": USERS, "customer_id": st.none() | TEXTS, "metadata": st.dictionaries(TEXTS, JSON, max_size=3)},
)
USER: Final = st.sampled_from(["ann", "bob"])


def call(path: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    return st.tuples(st.just(path), st.fixed_dictionaries(fields))


EVENT: Final = st.fixed_dictionaries(
    {
        "event_id": st.sampled_from("abc"),
        "event_type": st.just("user_message"),
        "conversation_id": st.sampled_from(CIDS),
        "user_id": USER,
        "content": TEXTS,
    }
)
CALLS: Final = st.one_of(
    call(BATCH, messages=st.lists(ENTRIES, max_size=4)),
    call(ONE, conversation_id=st.sampled_from(CIDS), role=st.just("user"), content=TEXTS, user_id=USER),
    call(EVENTS, events=st.lists(EVENT, max_size=2)),
    call(INGEST, conversation_id=st.sampled_from(CIDS), user_id=USER, transcript=st.just("user: hi\nassistant: yes")),
    call("/api/v1/memories/create", document=TEXTS, document_id=st.sampled_from([None, "d"]), user_id=USER),
    call("/v1/conversations/compact", conversation_id=st.sampled_from(CIDS), strategy=st.just("balanced")),
    call("/_mock/memories", text=TEXTS, kind=st.just("episode"), user_id=USER),
    call("/_mock/profiles", user_id=USER, profile=st.dictionaries(TEXTS, JSON, max_size=2)),
    USER.map(lambda user: (ERASE, {"scope": "user", "user_id": user, "confirm": user})),
    st.sampled_from(CIDS).map(
        lambda cid: (ERASE, {"scope": "conversation", "conversation_id": cid, "user_id": "ann", "confirm": cid})
    ),
)


def play(fake: SynapMock, calls: list[tuple[str, dict[str, Any]]], *, issue: bool = True) -> None:
    key, client = "other", in_process(fake)
    if issue:
        client.post("/_mock/keys", json={"key": key, "instance_id": "inst_other", "tenancy": "b2c"})
    for number, (path, body) in enumerate(calls):
        content = json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")
        headers = {"Authorization": f"Bearer {key}"} if number % 3 == 2 and not path.startswith("/_mock") else {}
        client.post(path, content=content, headers=headers)


def exported(fake: SynapMock) -> bytes:
    return in_process(fake).get(EXPORT).content


def imported(lines: bytes) -> SynapMock:
    fake = SynapMock()
    response = in_process(fake).post(IMPORT, content=lines)
    assert response.status_code == 200, response.text
    return fake


def everything(fake: SynapMock) -> list[Any]:
    state = fake._state  # noqa: SLF001 - what no list shows
    shown = [fake.messages, fake.batches, fake.conversations, fake.memories, state.memories.profiles()]
    parts: list[Any] = [state.transcripts, state.compactions, state.deletions, state.event_ids]
    return [*map(repr, shown), *(part.dump() for part in parts)]


SAID = (INGEST, {"conversation_id": CIDS[0], "user_id": "ann", "transcript": "user: hi\nassistant: yes"})
ERASED = (ERASE, {"scope": "conversation", "conversation_id": CIDS[0], "user_id": "ann", "confirm": CIDS[0]})


@given(st.lists(CALLS, max_size=8))
@example([SAID, ERASED, SAID, SAID])  # the first instance has nothing when the other one begins
@settings(max_examples=30)
def test_an_export_imported_is_exported_as_equal_bytes(calls: list[tuple[str, dict[str, Any]]]) -> None:
    fake = SynapMock()
    play(fake, calls)
    lines = exported(fake)
    again = imported(lines)
    assert exported(again) == lines
    assert everything(again) == everything(fake)


def test_every_kind_of_line_is_in_an_export() -> None:
    """What the search above draws, and an eviction: each of these calls has an effect."""
    fake = SynapMock(max_messages=4)
    entry = {"conversation_id": CIDS[0], "role": "user", "content": "hi", "user_id": "ann"}
    event = {"event_id": "a", "event_type": "user_message", "conversation_id": CIDS[0], "user_id": "a", "content": "b"}
    calls: list[tuple[str, dict[str, Any]]] = [
        *[(BATCH, {"messages": [entry]})] * 3,
        (BATCH, {"messages": [entry, {**entry, "conversation_id": "x"}]}),
        (ONE, entry),
        (BATCH, {"messages": []}),
        (BATCH, {"messages": [{**entry, "user_id": "bob"}]}),
        (ERASE, {"scope": "user", "user_id": "ann", "confirm": "ann"}),
        (INGEST, {"conversation_id": CIDS[1], "user_id": "bob", "transcript": "user: hi"}),
        (EVENTS, {"events": [event]}),
        ("/v1/conversations/compact", {"conversation_id": CIDS[0]}),
        ("/_mock/profiles", {"user_id": "bob", "profile": {}}),
    ]
    play(fake, calls)
    types = {json.loads(line)["type"] for line in exported(fake).splitlines()}
    assert set(LINES) - types == set()


def test_messages_recorded_after_an_import_continue_it(inside: httpx.Client, fake: SynapMock) -> None:
    entry = {"conversation_id": CIDS[0], "role": "user", "content": "one"}
    inside.post(BATCH, json={"messages": [entry]})
    again = imported(exported(fake))
    in_process(again).post(BATCH, json={"messages": [{**entry, "content": "two"}]})
    assert [(each.position, each.content) for each in again.messages] == [(1, "one"), (2, "two")]
    assert len({each.message_id[:-7] for each in again.messages}) == 1


def test_what_a_default_key_recorded_is_read_by_the_default_key(inside: httpx.Client, fake: SynapMock) -> None:
    inside.post(BATCH, json={"messages": [{"conversation_id": CIDS[0], "role": "user", "content": "hi"}]})
    again = imported(exported(fake))
    turns = in_process(again).get(f"/v1/conversations/{CIDS[0]}/messages").json()["turns"]
    assert [turn["content"] for turn in turns] == ["hi"]


def test_an_import_with_a_seed_makes_no_id_a_second_time() -> None:
    fake, again = SynapMock(seed=1), SynapMock(seed=1)
    first = fake.remember("one")
    in_process(again).post(IMPORT, content=exported(fake))
    assert again.remember("two").memory_id != first.memory_id


def test_an_export_has_no_key(fake: SynapMock) -> None:
    fake.keys.create("synap_another", instance_id="inst_2")
    assert fake.api_key.encode() not in exported(fake)
    assert b"synap_another" not in exported(fake)


MESSAGE: Final = {
    "type": "message",
    "conversation_id": CIDS[0],
    "position": 1,
    "message_id": "msg_aaaaaaaaaaaaaaaaaaaaaaaaaaaa0",
    "role": "user",
    "content": "hi",
    "user_id": None,
    "customer_id": None,
    "session_id": None,
    "metadata": None,
}
BEFORE: Final = [
    {"type": "synap-mock", "version": 1},
    {"type": "recording", "message_id_prefix": f"msg_{'a' * 28}", "message_id_mask": 0, "dropped_batches": 0},
    {"type": "single", "instance_id": "inst_1", "recorded_at": "2026-11-23T09:30:00.000000Z"},
]


def lines(*objects: object) -> bytes:
    return b"".join(json.dumps(each).encode() + b"\n" for each in objects)


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", 'line 1: it must be the header, {"type":"synap-mock","version":1}; there is no line'),
        (b"nonsense", "line 1: it must be JSON; Expecting value: line 1 column 1 (char 0)"),
        (lines({"type": "message"}), "line 1: it must be the header, "),
        (lines({"type": "synap-mock", "version": 2}), "line 1: version must be 1, not 2"),
        (HEADER + lines([1]), 'line 2: it must be an object with a "type", a string, not a list'),
        (
            HEADER + lines({"type": "turn"}),
            "line 2: unknown type 'turn'; expected instance, recording, batch, ",
        ),
        (lines(BEFORE[0], MESSAGE), "line 2: a batch or a single must be before it"),
        (lines(BEFORE[0], BEFORE[2]), "line 2: a recording must be before the first batch"),
        (lines(*BEFORE[:2], BEFORE[1]), "line 3: there is a recording already; expected one"),
        (lines(*BEFORE), "line 3: a message must follow; a batch without one is an unrecorded"),
        (lines(*BEFORE, {**MESSAGE, "position": 2}), "line 4: position must be 1, the next of its conversation, not 2"),
        (lines(*BEFORE, {**MESSAGE, "message_id": "m"}), "line 4: message_id must be "),
        (lines(*BEFORE, {**MESSAGE, "role": "system"}), 'line 4: role must be "assistant" or "user", not \'system\''),
        (lines(*BEFORE, {**MESSAGE, "metadata": []}), "line 4: metadata must be an object or null, not a list"),
        (lines(*BEFORE, {**MESSAGE, "extra": 1}), "line 4: unknown field 'extra'; expected conversation_id, "),
        (lines(*BEFORE, {**MESSAGE, "position": True}), "line 4: position must be a whole number from 1, not true"),
        (
            lines(*BEFORE, {name: value for name, value in MESSAGE.items() if name != "content"}),
            "line 4: content is missing; it must be a string",
        ),
    ],
)
def test_an_invalid_line_is_named_and_nothing_is_imported(
    fake: SynapMock, inside: httpx.Client, content: bytes, error: str
) -> None:
    fake.remember("Ann")
    before = exported(fake)
    response = inside.post(IMPORT, content=content)
    assert (response.status_code, response.json()["error"][: len(error)]) == (400, error)
    assert exported(fake) == before


@given(st.data())
@settings(max_examples=30)
def test_a_damaged_export_is_imported_whole_or_not_at_all(data: st.DataObject) -> None:
    """One line is removed, repeated, or has another value in one field: 200 or 400, never 500."""
    content = exported(DAMAGED).splitlines(keepends=True)
    index = data.draw(st.integers(0, len(content) - 1))
    line = json.loads(content[index])
    name = data.draw(st.sampled_from(sorted(line)))
    changed = lines({**line, name: data.draw(JSON)})
    content[index : index + 1] = data.draw(st.sampled_from([[], [content[index]] * 2, [changed]]))
    fake = SynapMock()
    before = exported(fake)
    client = in_process(fake)
    response = client.post(IMPORT, content=b"".join(content))
    assert response.status_code in {200, 400}
    if response.status_code == 400:
        assert exported(fake) == before
    else:
        assert exported(imported(exported(fake))) == exported(fake)


DAMAGED: Final = SynapMock()
play(
    DAMAGED,
    [
        (BATCH, {"messages": [{"conversation_id": CIDS[0], "role": "user", "content": "hi", "user_id": "ann"}] * 2}),
        (INGEST, {"conversation_id": CIDS[1], "user_id": "bob", "transcript": "user: hi"}),
        ("/_mock/memories", {"text": "Ann", "user_id": "ann"}),
        ("/_mock/profiles", {"user_id": "bob", "profile": {}}),
    ],
)


def test_a_fake_is_saved_and_loaded(fake: SynapMock, tmp_path: Path) -> None:
    fake.remember("Ann drinks tea.", user_id="ann")
    fake.save(tmp_path / "state.jsonl")
    again = SynapMock()
    again.load(tmp_path / "state.jsonl")
    assert [memory.text for memory in again.memories] == ["Ann drinks tea."]
    assert [file.name for file in tmp_path.iterdir()] == ["state.jsonl"]


def test_load_names_the_line_that_it_rejects(fake: SynapMock, tmp_path: Path) -> None:
    (tmp_path / "state.jsonl").write_bytes(HEADER + b'{"type":"turn"}\n')
    with pytest.raises(ValueError, match=r"line 2: unknown type 'turn'; expected instance"):
        fake.load(tmp_path / "state.jsonl")


def test_a_server_sends_a_large_export_whole(client: httpx.Client, fake: SynapMock) -> None:
    entry = {"conversation_id": CIDS[0], "role": "user", "content": "x" * 1000}
    client.post(BATCH, json={"messages": [entry] * 500})
    assert client.get(EXPORT).content == exported(fake)
